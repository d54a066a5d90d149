#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/r_nls.hpp"
#include "apps/run.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

Outcome nlfit(const Words& arguments, const std::string& input = "") {
  return run(EG_NLFIT, arguments, input);
}

json fitted(const Words& arguments, const std::string& input = "") {
  return run_for_json(EG_NLFIT, arguments, input);
}

void check_close(const std::string& what, double got, double wanted, double tolerance) {
  if (!(std::abs(got - wanted) <= tolerance * std::abs(wanted)))
    BOOST_ERROR(what << ": " << got << ", not " << wanted);
}

std::string exact(double v) {
  char text[64];
  std::snprintf(text, sizeof text, "%.17g", v);
  return text;
}

constexpr const char* kLine = "x,y,w\n1,2,1\n2,3.9,4\n3,6.1,1\n4,8,2\n";
const Words kFitLine = {"--data", "-", "--model", "a+b*x", "--start", "a=1,b=1"};

Words with(Words arguments, const Words& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nlfit_runs)

BOOST_AUTO_TEST_CASE(without_arguments) {
  const Outcome r = nlfit({});
  BOOST_TEST(r.code == 0, r.err);
  for (const char* part :
       {"Formula: y ~ b1*(1-exp(-b2*x))", "Misra1a", "14 rows", "Estimate", "Std. Error", "t value",
        "Pr(>|t|)", "2.5 %", "238.942", "0.000550156", "<2e-16  ***", "Signif. codes",
        "Residual standard error: 0.10188 on 12 degrees of freedom", "Correlation", "converged in"})
    BOOST_TEST(r.out.find(part) != std::string::npos, part << " is not in\n" << r.out);
}

// Every file of the folder, the certified values as bar: 6 digits are asked for, 9 are there.
BOOST_AUTO_TEST_CASE(nist_sets_from_both_starts) {
  const std::string folder = std::string(EIGENGRAD_SHARED_DIR) + "/data/nist_nonlinear";
  if (!std::filesystem::exists(folder)) {
    BOOST_TEST_MESSAGE("skipped: " << folder << " is not there");
    return;
  }
  int sets = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const json j = fitted({"--nist", file.path().string()});
    ++sets;
    // Residuals of 1e-13 are rounding errors of the model.
    const double error_digits = file.path().stem() == "Lanczos1" ? 2 : 9;
    for (const json& start : j["starts"]) {
      const auto digits = start["nist"]["lre"].get<std::vector<double>>();
      const auto errors = start["nist"]["sd_lre"].get<std::vector<double>>();
      const double fewest = *std::min_element(digits.begin(), digits.end());
      const double fewest_of_errors = *std::min_element(errors.begin(), errors.end());
      if (fewest < 9 || fewest_of_errors < error_digits)
        BOOST_ERROR(file.path().stem() << ", start " << start["start"] << ": " << fewest << " and "
                                       << fewest_of_errors << " digits");
    }
  }
  BOOST_TEST(sets == 21);
}

BOOST_AUTO_TEST_CASE(r_nls) {
  for (const RNls& r : kRNls) BOOST_TEST_CONTEXT(r.name) {
      Words arguments = {"--data", "-", "--model", r.model, "--start", r.start};
      if (*r.weights != '\0') arguments.insert(arguments.end(), {"--weights", r.weights});
      const json j = fitted(arguments, r.csv);
      for (std::size_t i = 0; i < r.estimates.size(); ++i) {
        const json& p = j["parameters"][i];
        check_close("estimate", p["estimate"], r.estimates[i], 1e-8);
        check_close("standard error", p["std_error"], r.std_errors[i], 1e-8);
        check_close("t", p["t"], r.t[i], 1e-8);
        check_close("p", p["p"], r.p[i], 1e-6);  // Of 1e-16, say: the logarithm to 8 digits.
      }
      // All four of one set, the one with most to correct of the others.
      for (std::size_t k = &r == kRNls ? 0 : 3; k < r.robust.size(); ++k) {
        const json robust =
            fitted(with(arguments, {"--robust", "HC" + std::to_string(k)}), r.csv)["parameters"];
        for (std::size_t i = 0; i < r.estimates.size(); ++i)
          check_close("robust standard error", robust[i]["std_error"], r.robust[k][i], 1e-8);
      }
      check_close("correlation", j["correlation"][1][0], r.correlation[0], 1e-8);
      check_close("residual standard error", j["residual_sd"], r.residual_sd, 1e-8);
      check_close("log-likelihood", j["log_likelihood"], r.log_likelihood, 1e-8);
      check_close("AIC", j["aic"], r.aic, 1e-8);
      check_close("BIC", j["bic"], r.bic, 1e-8);
      BOOST_TEST(j["df"] == r.df);
    }
}

// At the ends of its interval a parameter, held there, leaves a sum of squares that is larger by t^2 s^2.
BOOST_AUTO_TEST_CASE(profile_intervals_are_where_the_likelihood_says) {
  const RNls& r = kRNls[0];
  const auto fit_of = [&](const std::string& model, const std::string& start, const Words& more) {
    return fitted(with({"--data", "-", "--model", model, "--start", start}, more), r.csv);
  };
  const json j = fit_of(r.model, r.start, {"--profile"});
  const double t = 2.2281388519649385;  // R: qt(0.975, 10)
  const double wanted =
      j["rss"].get<double>() + t * t * std::pow(j["residual_sd"].get<double>(), 2);
  for (const char* end : {"profile_lower", "profile_upper"}) {
    const std::string vm = exact(j["parameters"][0][end]);
    const std::string k = exact(j["parameters"][1][end]);
    check_close(end, fit_of("rate ~ " + vm + "*conc/(K+conc)", "K=0.05", {})["rss"], wanted, 1e-8);
    check_close(end, fit_of("rate ~ Vm*conc/(" + k + "+conc)", "Vm=200", {})["rss"], wanted, 1e-8);
  }
  // In a linear model it is the interval of the t distribution.
  const json line = fitted(with(kFitLine, {"--profile"}), kLine);
  for (const json& p : line["parameters"])
    check_close("profile", p["profile_lower"], p["lower"], 1e-8);
}

// The intervals of a straight line, by R: predict(lm(y ~ x), data.frame(x = 5), interval = ...).
BOOST_AUTO_TEST_CASE(predictions) {
  const Scratch scratch;
  const std::string file = scratch.file("new.csv", "x\n5\n");
  const json j = fitted(with(kFitLine, {"--predict", file, "--level", "0.95"}), kLine);
  const json& p = j["predictions"][0];
  check_close("fit", p["fit"], 10.05, 1e-12);
  check_close("standard error", p["std_error"], 0.116189500386223, 1e-12);
  check_close("lower", p["lower"], 9.55007692899499, 1e-12);
  check_close("upper", p["prediction_upper"], 10.6953979094624, 1e-12);
  const Outcome csv = nlfit(with(kFitLine, {"--predict", file, "--format", "csv"}), kLine);
  BOOST_TEST(
      csv.out.rfind("fit,std_error,lower,upper,prediction_lower,prediction_upper\n10.0", 0) == 0U);
}

BOOST_AUTO_TEST_CASE(directions_that_the_data_do_not_determine) {
  const json j = fitted({"--data", "-", "--model", "a+b+c*x", "--start", "a=1,b=1,c=1"}, kLine);
  BOOST_REQUIRE(j["unidentified"].size() == 1U);
  BOOST_TEST(std::abs(j["unidentified"][0]["a"].get<double>() +
                      j["unidentified"][0]["b"].get<double>()) < 1e-12);
  BOOST_TEST(j["unidentified"][0].contains("c") == false);
  BOOST_TEST(j["parameters"][0]["std_error"].is_null());
  BOOST_TEST(j["message"].get<std::string>().find("not determined: a b") != std::string::npos);
  // Where a step is, no derivative tells.
  const json step =
      fitted({"--data", "-", "--model", "b+c*where(x>a,1,2)", "--start", "a=2.5,b=1,c=2"}, kLine);
  BOOST_TEST(
      step["message"].get<std::string>().ends_with("the derivative by a is zero in every row"));
  BOOST_TEST(step["unidentified"][0]["a"] == 1);
}

// A parameter at its bound is a constant: for the others all is as if the model had its value there.
BOOST_AUTO_TEST_CASE(parameters_at_their_bounds) {
  const json constant =
      fitted({"--data", "-", "--model", "a+1.5*x", "--start", "a=1"}, kLine)["parameters"][0];
  struct Row {
    const char* option;
    const char* bound;
    const char* side;
  };
  for (const Row& row : {Row{"--upper", "b=1.5", "upper"},
                         {"--lower", "b=1.5,a=-9", ""},
                         {"--lower", "a=1.5", "lower"}}) {
    const json j = fitted(with({"--data", "-", "--model", "a+b*x", "--start", "a=2,b=1.5"},
                               {row.option, row.bound, "--profile"}),
                          kLine);
    const json& held = j["parameters"][*row.bound == 'b' ? 1 : 0];
    if (*row.side == '\0') {
      BOOST_TEST(!held.contains("at_bound"));
      continue;
    }
    BOOST_TEST(held["at_bound"] == row.side);
    BOOST_TEST(held["estimate"] == 1.5);
    for (const char* what : {"std_error", "lower", "profile_lower"})
      BOOST_TEST(held[what].is_null());
    BOOST_TEST(j["df"] == 3);
    if (*row.bound != 'b') continue;
    for (const char* what : {"estimate", "std_error", "lower", "p"})
      check_close(what, j["parameters"][0][what], constant[what], 1e-10);
    BOOST_TEST(j["covariance"][0][1].is_null());
  }
  const Scratch scratch;
  const Words bounded =
      with(kFitLine, {"--upper", "b=1.5", "--predict", scratch.file("n", "x\n4\n")});
  const Outcome text = nlfit(bounded, kLine);
  BOOST_TEST(text.out.find("b: at its upper bound 1.5") != std::string::npos, text.out);
  check_close("prediction", fitted(bounded, kLine)["predictions"][0]["std_error"],
              constant["std_error"], 1e-10);
}

BOOST_AUTO_TEST_CASE(losses_weights_and_residuals) {
  const json robust = fitted(with(kFitLine, {"--loss", "cauchy", "--f-scale", "0.1"}), kLine);
  BOOST_TEST(robust["parameters"][1]["estimate"] != 2.02);
  const Scratch scratch;
  const std::string file = scratch.path("residuals.csv");
  // R: lm(y ~ x, weights = w)
  const json weighted = fitted(with(kFitLine, {"--weights", "w", "--residuals", file}), kLine);
  check_close("slope", weighted["parameters"][1]["estimate"], 2.03125, 1e-10);
  BOOST_TEST(read_file(file).rfind("row,fitted,residual\n1,", 0) == 0U);
}

BOOST_AUTO_TEST_CASE(refusals) {
  struct Case {
    Words options;
    Words phrases;
  };
  const Case cases[] = {
      {{"--model", "a+sen(b*x)"}, {"--model: column 3", "'sen'", "'sin'", "a+ ^ sen(b*x)"}},
      {{"--model", "a+b*z"}, {"--model: column 5", "'z'", "x, y, w"}},
      {{"--model", "x*2"}, {"--model", "nothing to fit"}},
      {{"--model", "x<a", "--start", "a=1"}, {"--model"}},
      {{"--start", "a=1"}, {"--model: column 3", "'b'", "--start"}},
      {{"--start", ""}, {"--start", "empty"}},
      {{"--start", "a=1,b=1,c=2"}, {"--start", "'c'", "a, b"}},
      {{"--start", "a=1,x=1"}, {"--start", "'x' is a column"}},
      {{"--start", "a=1,b=nan"}, {"--start: b", "'nan'"}},
      {{"--response", "log(-y)"}, {"--response", "line 2", "not finite"}},
      {{"--response", "q"}, {"--response", "'q'"}},
      {{"--lower", "b=2", "--upper", "b=1"}, {"--lower", "'b'"}},
      {{"--lower", "b=2"}, {"--start", "'b'", "bounds"}},
      {{"--upper", "q=2"}, {"--upper", "'q'"}},
      {{"--weights", "-w"}, {"--weights", "negative"}},
      {{"--level", "1"}, {"--level", "between 0 and 1"}},
      {{"--loss", "square"}, {"--loss", "square"}},
      {{"--max-iter", "99999999999999999999"}, {"--max-iter", "whole number"}},
      {{"--profile", "--loss", "huber"}, {"--profile"}},
      {{"--robust", "HC9"}, {"--robust", "HC9"}},
      {{"--robust", "HC0", "--loss", "huber"}, {"--robust", "--loss linear"}},
      {{"--plot", "x.pdf"}, {"--plot", ".svg"}},
      {{"--nist", "x.dat"}, {"--nist"}},
      {{"--predict", "/nowhere"}, {"--predict", "/nowhere"}},
      {{"--model", "a*log(-x-b)"}, {"--start", "not finite"}},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.options[0] + ' ' + c.options.back()) {
      Words arguments = {"--data", "-"};
      for (const Words& usual : {Words{"--model", "a+b*x"}, Words{"--start", "a=1,b=1"}})
        if (std::find(c.options.begin(), c.options.end(), usual[0]) == c.options.end())
          arguments = with(arguments, usual);
      check_refusal(nlfit(with(arguments, c.options), kLine), c.phrases);
    }
  check_refusal(nlfit({"--data", "-", "--model", "a+b*x"}, kLine), {"--start", "a=1,b=1"});
  check_refusal(nlfit(kFitLine, "x,y\n1,two\n"), {"stdin: line 2, column 2", "'two'"});
  check_refusal(nlfit(kFitLine, "x,y\n"), {"stdin: line 1", "no rows"});
  check_refusal(nlfit({"--nist", "/dev/null"}), {"/dev/null", "'Model:'"});
}

BOOST_AUTO_TEST_CASE(what_does_not_converge_says_so) {
  const Outcome r = nlfit(with(kFitLine, {"--model", "exp(a*x)-b", "--max-iter", "1"}), kLine);
  BOOST_TEST(r.code == 2);  // --model is there twice.
  const Outcome limit = nlfit(
      {"--data", "-", "--model", "exp(a*x)-b", "--start", "a=1,b=1", "--max-iter", "1"}, kLine);
  BOOST_TEST(limit.code == 1);
  BOOST_TEST(limit.err.rfind("eg-nlfit: not converged", 0) == 0U);
  const Outcome tiny = nlfit({"--data", "-", "--model", "1e-310*a*x", "--start", "a=1"}, kLine);
  BOOST_TEST(tiny.code == 1);
}

BOOST_AUTO_TEST_SUITE_END()
