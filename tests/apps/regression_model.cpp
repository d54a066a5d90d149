// What eg-regression makes of files and options: terms, rows, and fits that have no end.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/run.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

struct Row {
  const char* name;
  const char* arguments;
  std::string csv;
  /// JSON pointers and JSON values, on lines in turn. Numbers agree to 9 digits.
  const char* wanted;
  int code = 0;
};

bool agrees(const json& got, const json& wanted) {
  if (!wanted.is_number() || !got.is_number()) return got == wanted;
  const auto w = wanted.get<double>();
  return std::abs(got.get<double>() - w) <= 1e-9 * std::abs(w);
}

std::string differences(const Row& row) {
  std::vector<std::string> arguments = {"--data", "-", "--format", "json"};
  std::istringstream words(row.arguments);
  for (std::string word; words >> word;) arguments.push_back(word);
  const Outcome r = run(EG_REGRESSION, arguments, row.csv);
  std::string all;
  if (r.code != row.code) all += "exit code " + std::to_string(r.code) + ": " + r.err;
  if (!json::accept(r.out)) return all + r.out;
  const json j = json::parse(r.out);
  std::istringstream lines(row.wanted);
  std::string value;
  for (std::string pointer; std::getline(lines, pointer) && std::getline(lines, value);) {
    const json::json_pointer at(pointer);
    const json got = j.contains(at) ? j[at] : json("not there");
    // A message is known by a part of it.
    const bool same = pointer == "/message"
                          ? got.get<std::string>().find(json::parse(value)) != std::string::npos
                          : agrees(got, json::parse(value));
    if (!same) all += pointer + " is " + got.dump() + ", wanted " + value + '\n';
  }
  return all;
}

void check(const std::vector<Row>& rows) {
  std::string failures;
  for (const Row& row : rows) {
    const std::string what = differences(row);
    if (!what.empty()) failures += std::string(row.name) + ":\n" + what;
  }
  BOOST_TEST(failures == "");
}

const std::string kGroups = "g,x,y\nb,1,2\na,2,4\nc,3,5\na,4,4\nb,5,7\nc,6,9\n";

/// Compares the header and a row, which may begin with a name.
void check_table(const std::string& csv, const std::string& header, int row,
                 const std::vector<double>& wanted, const std::string& name = "") {
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  BOOST_TEST(line == header);
  for (int i = 0; i < row; ++i) std::getline(in, line);
  std::istringstream fields(line);
  std::string field;
  if (!name.empty()) std::getline(fields, field, ',');
  BOOST_TEST(field == name);
  double largest = 0;
  for (const double w : wanted) {
    std::getline(fields, field, ',');
    largest = std::max(largest, std::abs(std::stod(field) / w - 1));
  }
  BOOST_TEST(largest <= 1e-10);
}

/// Five rows, y times `factor`, with an offset in the same unit.
std::string line_data(double factor) {
  std::ostringstream csv;
  csv.precision(17);
  csv << "x,o,y\n";
  for (const double x : {1.0, 2.0, 3.0, 4.0, 5.0, 7.0})
    csv << x << ',' << factor * (x > 3) << ',' << factor * (2 * x + std::sin(9 * x)) << '\n';
  return csv.str();
}

/// The same numbers with another unit: y times `factor`.
std::string gamma_data(double factor) {
  std::ostringstream csv;
  csv.precision(17);
  csv << "x,y\n";
  for (const double x : {1.0, 2.0, 3.0, 4.0, 5.0, 6.0})
    csv << x << ',' << factor * (x + std::sin(9 * x) / 2 + 1) << '\n';
  return csv.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model)

BOOST_AUTO_TEST_CASE(terms) {
  check({
      {"text is a factor", "", kGroups,
       "/coefficients/1/term\n\"gb\"\n/coefficients/2/term\n\"gc\"\n/coefficients/3/term\n\"x\"\n"
       "/rank\n4\n/call\n\"y ~ g + x\"\n/features\n[\"g\",\"x\"]"},
      {"another reference", "--reference g=b", kGroups,
       "/coefficients/1/term\n\"ga\"\n/coefficients/2/term\n\"gc\""},
      {"numbers as a factor, in their order", "--factor x --features x",
       "x,y\n10,1\n9,2\n10,2\n9,4\n100,5\n100,6\n",
       "/coefficients/1/term\n\"x10\"\n/coefficients/2/term\n\"x100\"\n/coefficients/0/"
       "estimate\n3"},
      {"an interaction comes last", "--features x:g,x,g", kGroups,
       "/coefficients/1/term\n\"x\"\n/coefficients/4/term\n\"x:gb\"\n/coefficients/5/"
       "term\n\"x:gc\""},
      {"a product is its parts and their interaction", "--features x*g", kGroups,
       "/coefficients/1/term\n\"x\"\n/coefficients/2/term\n\"gb\"\n/coefficients/4/"
       "term\n\"x:gb\"\n/call\n\"y ~ x + g + x:g\""},
      {"a product of three, and a part of it again", "--features a*b*c,b:a",
       "a,b,c,y\n1,2,3,1\n2,1,1,2\n3,1,2,2\n1,1,5,4\n5,2,1,6\n2,7,1,3\n3,3,3,2\n4,1,1,2\n2,2,9,1\n",
       "/call\n\"y ~ a + b + c + a:b + a:c + b:c + a:b:c\""},
      {"slopes alone", "--features x:g", kGroups,
       "/coefficients/1/term\n\"x:ga\"\n/coefficients/3/term\n\"x:gc\""},
      {"levels without an intercept", "--features g,x --no-intercept", kGroups,
       "/coefficients/0/term\n\"ga\"\n/coefficients/3/term\n\"x\"\n/rank\n4"},
      {"powers", "--degree 2 --features g,x", kGroups,
       "/coefficients/4/term\n\"x^2\"\n/call\n\"y ~ g + x + x^2\""},
      {"one power", "--features x^2", "x,y\n1,2\n2,5\n3,10\n4,17\n",
       "/coefficients/1/term\n\"x^2\"\n/coefficients/1/estimate\n1"},
      {"a name is a name", "", "a:b,c^2,y\n1,2,3\n2,1,5\n3,5,1\n4,4,4\n",
       "/coefficients/1/term\n\"a:b\"\n/coefficients/2/term\n\"c^2\""},
      {"the intercept alone", "--features 1", "x,y\n1,2\n2,5\n3,8\n",
       "/coefficients/0/estimate\n5\n/rank\n1\n/call\n\"y ~ 1\""},
      {"weights and offset are no features", "--weights w --offset o",
       "w,o,x,y\n1,0,1,2\n1,1,2,3\n2,0,3,5\n1,0,4,6\n", "/features\n[\"x\"]\n/rank\n2"},
      {"classes of the target", "--model logistic --reference y=yes",
       "x,y\n1,yes\n2,no\n3,yes\n4,no\n5,no\n", "/classes\n[\"yes\",\"no\"]"},
  });
}

BOOST_AUTO_TEST_CASE(rows_and_columns_without_use) {
  check({
      {"dependent", "", "a,b,y\n1,5,3\n2,7,4\n3,9,7\n4,11,1\n",
       "/aliased\n[\"b\"]\n/coefficients/2/estimate\nnull\n/rank\n2\n/degrees_of_freedom\n2\n"
       "/coefficients/1/estimate\n-0.3"},
      {"constant", "", "a,b,y\n1,5,3\n2,5,4\n3,5,7\n",
       "/aliased\n[\"b\"]\n/coefficients/2/p_value\nnull"},
      {"dependent by QR", "--method qr", "a,b,y\n1,5,3\n2,7,4\n3,9,7\n4,11,1\n",
       "/aliased\n[\"b\"]\n/coefficients/1/estimate\n-0.3"},
      {"dependent in a logistic model", "--model logistic",
       "a,b,y\n1,2,0\n2,4,1\n3,6,0\n4,8,1\n5,10,1\n",
       "/aliased\n[\"b\"]\n/coefficients/2/estimate\nnull"},
      {"an empty cell of an interaction", "--features g,h,g:h",
       "g,h,y\na,p,1\na,p,2\na,q,4\na,q,3\nb,p,5\nb,p,7\n", "/aliased\n[\"gb:hq\"]\n/rank\n3"},
      {"missing", "--missing drop", "x,y\n1,2\n2,NA\n,4\n3,6\n4,8.5\n",
       "/rows\n3\n/rows_dropped\n2"},
      {"missing elsewhere", "--features x", "z,x,y\nNA,1,2\n,2,4\nn/a,3,7\n", "/rows\n3"},
      {"weight 0", "--weights w", "x,w,y\n1,1,1\n2,1,3\n9,0,99\n4,1,4\n",
       "/rows\n3\n/rows_without_weight\n1\n/coefficients/1/estimate\n0.9285714285714286"},
      {"semicolons and commas", "", "x;y\n1,5;2\n2,5;4,25\n3,5;6\n", "/coefficients/1/estimate\n2"},
      {"tabs", "", "x\ty\n1\t2\n2\t4.5\n3\t6\n", "/coefficients/1/estimate\n2"},
      {"a mark of one's own", "--delimiter | --decimal ,", "x|y\n1|2\n2|4,5\n3|6\n",
       "/coefficients/1/estimate\n2"},
      {"names of rows", "", "\"\",\"x\",\"y\"\n\"a\",1,2\n\"b\",2,4.5\n\"c\",3,6\n",
       "/features\n[\"x\"]\n/coefficients/1/estimate\n2"},
  });
}

BOOST_AUTO_TEST_CASE(fits_without_end) {
  check({
      {"complete separation", "--model binomial --link probit", "x,y\n1,0\n2,0\n3,1\n4,1\n",
       "/converged\nfalse\n/message\n\"completely by 'x'\"", 1},
      {"a class on its own", "--model multinomial",
       "x,y\n1,a\n2,b\n3,a\n2.5,b\n4,a\n3.5,b\n10,c\n11,c\n",
       "/converged\nfalse\n/message\n\"separated\"", 1},
      {"counts of 0", "--model poisson", "g,y\na,0\na,0\na,0\nb,3\nb,4\nb,2\n",
       "/converged\nfalse\n/message\n\"'gb'\"", 1},
      {"counts as Poisson's", "--model negbinomial --features 1",
       "x,y\n1,3\n1,3\n1,4\n1,3\n1,2\n1,3\n", "/converged\nfalse\n/message\n\"poisson\"", 1},
      {"a slope that no double holds", "", "x,y\n1e-310,1\n2e-310,2\n3e-310,3\n4e-310,5\n",
       "/converged\nfalse\n/message\n\"'x' is not finite\"\n/coefficients/1/estimate\nnull\n"
       "/coefficients/0/estimate\n-0.5",
       1},
      {"nor in 32 digits", "--method qr", "x,y\n1e-310,1\n2e-310,2\n3e-310,3\n4e-310,5\n",
       "/converged\nfalse\n/message\n\"'x' is not finite\"", 1},
      {"nor of the lasso", "--lasso --lambda 0.01", "x,y\n1e-310,1\n2e-310,2\n3e-310,3\n4e-310,5\n",
       "/converged\nfalse", 1},
  });
}

BOOST_AUTO_TEST_CASE(sizes) {
  check({
      {"a perfect fit", "--method qr", "x,y\n1,3\n2,5\n3,7\n4,9\n",
       "/r_squared\n1\n/residual_sd\n0\n/residual_sum_of_squares\n0\n/coefficients/1/estimate\n2\n"
       "/coefficients/1/std_error\n0\n/coefficients/1/p_value\n0\n/converged\ntrue"},
      {"a perfect fit by Newton", "", "x,y\n1,3\n2,5\n3,7\n4,9\n",
       "/r_squared\n1\n/coefficients/1/estimate\n2\n/converged\ntrue"},
      {"gamma", "--model gamma", gamma_data(1),
       "/coefficients/0/estimate\n0.42930024775195\n/coefficients/0/std_error\n0.05394075673"},
      {"gamma of large numbers", "--model gamma", gamma_data(1e9),
       "/coefficients/0/estimate\n0.42930024775195e-9\n/coefficients/0/std_error\n"
       "0.05394075673e-9"},
      {"gamma of small numbers", "--model gamma", gamma_data(1e-9),
       "/coefficients/0/estimate\n0.42930024775195e9\n/coefficients/0/std_error\n"
       "0.05394075673e9"},
  });
}

// Whatever a number has as its unit is multiplied by it, and nothing else changes.
BOOST_AUTO_TEST_CASE(the_unit_of_the_target_goes_through) {
  const Scratch scratch;
  const auto report = [&](const std::string& options, const std::string& csv) {
    std::vector<std::string> arguments = {"--data",    scratch.file("d.csv", csv),
                                          "--predict", scratch.file("p.csv", csv),
                                          "--format",  "json"};
    std::istringstream words(options);
    for (std::string word; words >> word;) arguments.push_back(word);
    const Outcome r = run(EG_REGRESSION, arguments);
    BOOST_TEST(r.code == 0, r.err);
    return json::parse(r.out);
  };
  const std::string with_unit[] = {
      "/residual_sd",          "/coefficients/0/estimate", "/coefficients/1/std_error",
      "/coefficients/1/lower", "/predictions/2/std_error", "/predictions/5/prediction_upper",
      "/residual_quantiles/4", "/predictions/3/lower"};
  const std::string without[] = {"/r_squared", "/coefficients/1/p_value", "/f_statistic/value",
                                 "/anova/0/p_value"};
  for (const auto& [options, unit] : {std::pair("--features x --anova --offset o", 1e-200),
                                      {"--features x --robust HC3 --offset o", 1e300},
                                      {"--features x --method qr --robust HC1", 1e-200},
                                      {"--features x --model linear --link log", 1e300}})
    BOOST_TEST_CONTEXT(options << ", " << unit) {
      const json one = report(options, line_data(1));
      const json j = report(options, line_data(unit));
      const bool is_log = std::string(options).ends_with("log");
      for (const std::string& key : with_unit) {
        const json::json_pointer at(key);
        if (is_log && key.starts_with("/coef")) continue;
        if (!one.contains(at) || one[at].is_null()) continue;
        BOOST_TEST(agrees(j[at], one[at].get<double>() * unit), key << j[at] << one[at]);
      }
      for (const std::string& key : without) {
        const json::json_pointer at(key);
        if (one.contains(at)) BOOST_TEST(agrees(j[at], one[at]), key << j[at] << one[at]);
      }
      BOOST_TEST(
          agrees(j["log_likelihood"], one["log_likelihood"].get<double>() - 6 * std::log(unit)));
    }
  const std::string lasso = "--features x --lasso --cv 3";
  const json one = report(lasso, line_data(1));
  const json tiny = report(lasso, line_data(1e-200));
  for (const char* key : {"/lambda", "/coefficients/1/estimate", "/predictions/0/fit"}) {
    const json::json_pointer at(key);
    BOOST_TEST(agrees(tiny[at], one[at].get<double>() * 1e-200), key);
  }
}

BOOST_AUTO_TEST_CASE(files_beside_the_report) {
  const Scratch scratch;
  const std::string data = scratch.file("d.csv", kGroups);
  const Outcome r =
      run(EG_REGRESSION, {"--data", data, "--features", "x", "--covariance", scratch.path("c"),
                          "--fitted", scratch.path("f"), "--residuals", scratch.path("r"),
                          "--predict", data, "--format", "csv"});
  BOOST_TEST(r.code == 0, r.err);
  // By R: vcov(), fitted(), rstandard(), hatvalues(), cooks.distance(), predict().
  check_table(read_file(scratch.path("c")), "term,(intercept),x", 1,
              {0.9574603174603177, -0.2209523809523810}, "(intercept)");
  check_table(read_file(scratch.path("f")), "y,fitted,linear_predictor", 2,
              {4, 3.323809523809526, 3.323809523809526});
  check_table(read_file(scratch.path("r")),
              "fitted,residual,deviance_residual,pearson_residual,standardised_residual,leverage,"
              "cooks_distance",
              2,
              {3.3238095238095258, 0.6761904761904742, 0.6761904761904742, 0.6761904761904742,
               0.7663258829030115, 0.2952380952380954, 0.1230061900204020});
  check_table(r.out, "fit,std_error,lower,upper,prediction_lower,prediction_upper", 2,
              {3.32380952380952355, 0.57111102287866489, 1.73815111981354931, 4.90946792780549757,
               0.00258496298485289, 6.64503408463419376});
  check_refusal(run(EG_REGRESSION, {"--data", data, "--covariance", "/nowhere/c"}),
                {"--covariance"});
  check_refusal(run(EG_REGRESSION, {"--data", data, "--predict", scratch.file("n", "g,x\nz,1\n")}),
                {"line 2, column 1", "'z'", "not in the data of the model"});
  check_refusal(run(EG_REGRESSION, {"--data", data, "--predict", scratch.file("n", "x\n1\n")}),
                {"--predict", "'g'"});
}

BOOST_AUTO_TEST_SUITE_END()
