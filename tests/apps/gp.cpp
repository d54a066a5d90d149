#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/run.hpp"
#include "apps/sklearn_gp.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

using Words = std::vector<std::string>;

json fitted(const Words& arguments, const std::string& input) {
  return run_for_json(EG_GP, arguments, input);
}

void check_near(const std::string& what, double got, double wanted, double tolerance) {
  if (!(std::abs(got - wanted) <= tolerance))
    BOOST_ERROR(what << ": " << got << ", not " << wanted);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gp_runs)

BOOST_AUTO_TEST_CASE(given_hyper_parameters_as_scikit_learn) {
  const Scratch scratch;
  const std::string points = scratch.file("new.csv", kSklearnNew);
  for (const SklearnGp& g : kSklearnGps) BOOST_TEST_CONTEXT(g.kernel) {
      const json j = fitted({"--data", "-", "--kernel", g.kernel, "--fix", g.fixed, "--zero-mean",
                             "--predict", points},
                            kSklearnData);
      check_near("likelihood", j["log_marginal_likelihood"], g.log_marginal_likelihood, 1e-8);
      check_near("leave one out", j["leave_one_out"]["rmse"], g.leave_one_out_rmse, 1e-8);
      for (std::size_t i = 0; i < g.mean.size(); ++i) {
        check_near("mean", j["predictions"][i]["mean"], g.mean[i], 1e-8);
        const json& p = j["predictions"][i];
        check_near("sd", p["observation_sd"], g.sd[i], 1e-8);
        const double width = 1.959963984540054 * p["observation_sd"].get<double>();
        check_near("interval", p["prediction_upper"].get<double>() - p["mean"].get<double>(), width,
                   1e-12);
        check_near("interval", p["mean"].get<double>() - p["lower"].get<double>(),
                   1.959963984540054 * p["sd"].get<double>(), 1e-12);
      }
    }
}

BOOST_AUTO_TEST_CASE(the_largest_likelihood_as_scikit_learn) {
  const json j = fitted({"--data", "-", "--zero-mean"}, kSklearnData);
  check_near("likelihood", j["log_marginal_likelihood"], kSklearnBestLikelihood, 1e-8);
  for (std::size_t i = 0; i < kSklearnBest.size(); ++i) {
    const double estimate = j["parameters"][i]["estimate"];
    check_near("hyper-parameter", estimate, kSklearnBest[i], 1e-4 * kSklearnBest[i]);
    BOOST_TEST(j["parameters"][i]["lower"] < estimate);
  }
}

// Targets and places of any size are fitted alike.
BOOST_AUTO_TEST_CASE(units_do_not_matter) {
  const Scratch scratch;
  const auto of_unit = [&](double x_unit, double y_unit) {
    std::string csv = "x,y\n";
    for (int i = 0; i < 8; ++i) {
      char row[80];
      std::snprintf(row, sizeof row, "%.17g,%.17g\n", i * x_unit,
                    (3 + std::sin(1.0 * i) + 0.1 * (i % 3)) * y_unit);
      csv += row;
    }
    return fitted({"--data", scratch.file("d.csv", csv), "--restarts", "0", "--predict",
                   scratch.path("d.csv")},
                  "");
  };
  const json one = of_unit(1, 1);
  for (const auto& [x_unit, y_unit] : {std::pair(1.0, 1e-200), {1e-200, 1.0}, {1e200, 1e300}}) {
    const json j = of_unit(x_unit, y_unit);
    const auto check = [&](const char* key, double unit) {
      const json::json_pointer at(key);
      const double wanted = one[at].get<double>();
      check_near(key, j[at].get<double>() / unit, wanted, 1e-6 * std::abs(wanted));
    };
    check("/predictions/2/mean", y_unit);
    check("/predictions/2/upper", y_unit);
    check("/parameters/0/sd", y_unit);
    check("/parameters/1/estimate", x_unit);
    check("/parameters/2/sd", y_unit);
    check("/leave_one_out/rmse", y_unit);
    check_near("likelihood", j["log_marginal_likelihood"].get<double>() + 8 * std::log(y_unit),
               one["log_marginal_likelihood"], 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(several_features_text_and_plot) {
  const Scratch scratch;
  std::string csv = "a,b,y\n";
  for (int i = 0; i < 12; ++i) {
    const double a = i % 4;
    const double b = 100.0 * (i / 4);
    csv += std::to_string(a) + ',' + std::to_string(b) + ',' +
           std::to_string(std::sin(a) + b / 100 + 0.2 * std::sin(7.0 * i)) + '\n';
  }
  Words arguments = {"--data", "-", "--restarts", "0"};
  const bool can_plot = std::system("command -v gnuplot >/dev/null 2>&1") == 0;
  if (can_plot) arguments.insert(arguments.end(), {"--plot", scratch.path("p.svg")});
  const Outcome r = run(EG_GP, arguments, csv);
  BOOST_TEST(r.code == 0, r.err);
  for (const char* part : {"y over 2 features, 12 rows", "Kernel: rbf", "rbf.length", "noise",
                           "Log marginal likelihood", "Leave one out"})
    BOOST_TEST(r.out.find(part) != std::string::npos, part);
  if (can_plot) BOOST_TEST(read_file(scratch.path("p.svg")).find("</svg>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refusals) {
  struct Case {
    Words options;
    Words phrases;
    const char* data = kSklearnData;
  };
  const Case cases[] = {
      {{"--kernel", "rbf+"}, {"--kernel: column 5", "a kernel should stand here"}},
      {{"--kernel", "rbf*matern"}, {"--kernel: column 5", "'matern'", "matern32"}},
      {{"--kernel", "(rbf"}, {"--kernel: column 5", "')'"}},
      {{"--kernel", "rbf rbf"}, {"--kernel: column 5", "'+'"}},
      {{"--kernel", std::string(1000, '(')}, {"--kernel", "nested"}},
      {{"--fix", "length=1"}, {"--fix", "'length'", "rbf.length"}},
      {{"--fix", "noise=0"}, {"--fix", "'noise'", "above 0"}},
      {{"--target", "z"}, {"--target", "'z'", "x, y"}},
      {{"--features", "z"}, {"--features", "'z'"}},
      {{"--features", "y"}, {"--features", "target"}},
      {{"--level", "2"}, {"--level"}},
      {{"--restarts", "-1"}, {"--restarts", "whole number"}},
      {{"--level", "0.5"}, {"constant"}, "x,y\n1,2\n2,2\n"},
      {{"--level", "0.5"}, {"same"}, "x,y\n1,2\n1,3\n"},
      {{"--level", "0.5"}, {"no column beside"}, "y\n1\n"},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.options.back().substr(0, 20)) {
      Words arguments = {"--data", "-"};
      arguments.insert(arguments.end(), c.options.begin(), c.options.end());
      check_refusal(run(EG_GP, arguments, c.data), c.phrases);
    }
}

BOOST_AUTO_TEST_SUITE_END()
