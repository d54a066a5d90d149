// eg-regression against R: see tests/oracle/regression.R.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/r_regression.hpp"
#include "apps/run.hpp"

using namespace apps_test;
using nlohmann::json;

namespace {

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

/// What differs from R, or nothing. `worst` becomes the largest relative difference.
std::string differences(const json& j, const r_regression::Fit& fit, double& worst) {
  std::ostringstream all;
  std::istringstream in(fit.numbers);
  std::string pointer;
  std::string wanted;
  const double tolerance = std::pow(10, -fit.digits);
  while (in >> pointer >> wanted) {
    const json::json_pointer at(pointer);
    const bool is_missing = !j.contains(at) || j[at].is_null();
    if (is_missing != (wanted == "NA")) {
      all << pointer << " is " << (j.contains(at) ? j[at].dump() : "not there") << ", R has "
          << wanted << '\n';
      continue;
    }
    if (is_missing) continue;
    const double got = j[at].get<double>();
    const double r = std::stod(wanted);
    // Quantiles of residuals go through 0, and may be the mean of two of either sign.
    const double size = pointer.starts_with("/residual") ? std::max(std::abs(r), 1.0) : std::abs(r);
    const double error = std::abs(got - r) / std::max(size, 1e-3);
    worst = std::max(worst, error);
    if (!(error <= tolerance))
      all << pointer << " is " << j[at].dump() << ", R has " << wanted << '\n';
  }
  return all.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(r)

BOOST_AUTO_TEST_CASE(all_numbers_agree) {
  const Scratch scratch;
  const std::string new_rows = scratch.file("new.csv", "wt\n2\n3.5\n6\n");
  double worst = 0;
  std::string failures;
  for (const r_regression::Fit& fit : r_regression::kFits) {
    std::vector<std::string> arguments = words(fit.arguments);
    std::replace(arguments.begin(), arguments.end(), std::string("@wt"), new_rows);
    arguments.insert(arguments.end(), {"--data", "-", "--format", "json"});
    const Outcome r = run(EG_REGRESSION, arguments, fit.csv);
    std::string what = r.code == 0 && r.err.empty() ? "" : r.err;
    if (json::accept(r.out)) what += differences(json::parse(r.out), fit, worst);
    if (!what.empty()) failures += std::string(fit.name) + ":\n" + what;
  }
  BOOST_TEST(failures == "");
  BOOST_TEST_MESSAGE("largest relative difference from R: " << worst);
}

BOOST_AUTO_TEST_SUITE_END()
