// The linear-regression sets of NIST's Statistical Reference Datasets, through eg-regression.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/run.hpp"
#include "support/nist.hpp"

using namespace apps_test;
using nist::digits;
using nist::numbers_in;

namespace {

struct Certified {
  std::vector<double> estimates;
  std::vector<double> errors;
  double residual_sd = 0;
  double r_squared = 0;
  /// Response, then predictors.
  std::vector<std::vector<double>> rows;
};

Certified parse(const std::string& text) {
  Certified c;
  std::istringstream in(text);
  bool in_data = false;
  std::size_t line_number = 0;
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    const std::vector<double> numbers = numbers_in(line);
    const std::size_t first = line.find_first_not_of(' ');
    if (in_data) {
      if (!numbers.empty()) c.rows.push_back(numbers);
    } else if (line.starts_with("Data:") && line_number > 50) {
      in_data = true;
    } else if (first != std::string::npos && line[first] == 'B' && numbers.size() == 2) {
      c.estimates.push_back(numbers[0]);
      c.errors.push_back(numbers[1]);
    } else if (line.find("Standard Deviation  ") != std::string::npos && numbers.size() == 1) {
      c.residual_sd = numbers[0];
    } else if (line.find("R-Squared") != std::string::npos) {
      c.r_squared = numbers.at(0);
    }
  }
  return c;
}

std::string exact(double v) {
  char text[64];
  std::snprintf(text, sizeof text, "%.17g", v);
  return text;
}

/// The powers of the only predictor up to `degree`, then y; all predictors when it is 0.
std::string as_csv(const Certified& c, int degree) {
  const std::size_t columns = degree > 0 ? static_cast<std::size_t>(degree) : c.rows[0].size() - 1;
  std::string csv;
  for (std::size_t k = 1; k <= columns; ++k) csv += "x" + std::to_string(k) + ",";
  csv += "y\n";
  for (const std::vector<double>& row : c.rows) {
    double power = 1;
    for (std::size_t k = 1; k <= columns; ++k) {
      power = degree > 0 ? power * row[1] : row[k];
      csv += exact(power) + ",";
    }
    csv += exact(row[0]) + "\n";
  }
  return csv;
}

/// `degree` powers of the predictor are columns of the file.
void check_set(const std::string& name, int degree, const std::vector<std::string>& options,
               double wanted_digits, double wanted_error_digits) {
  const std::string file = std::string(EIGENGRAD_SHARED_DIR) + "/data/nist_linear/" + name + ".dat";
  if (!std::filesystem::exists(file)) {
    BOOST_TEST_MESSAGE("skipped: " << file << " is not there");
    return;
  }
  const Certified c = parse(read_file(file));
  BOOST_REQUIRE(!c.estimates.empty());
  BOOST_REQUIRE(!c.rows.empty());
  std::vector<std::string> arguments = {"--data", "-", "--target", "y", "--format", "json"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const Outcome r = run(EG_REGRESSION, arguments, as_csv(c, degree));
  BOOST_TEST(r.code == 0, r.err);
  BOOST_TEST(r.err == "");
  const auto j = nlohmann::json::parse(r.out);
  BOOST_REQUIRE(j["coefficients"].size() == c.estimates.size());
  double worst = 15;
  double worst_error = digits(j["residual_sd"].get<double>(), c.residual_sd);
  for (std::size_t i = 0; i < c.estimates.size(); ++i) {
    const auto& b = j["coefficients"][i];
    worst = std::min(worst, digits(b["estimate"].get<double>(), c.estimates[i]));
    worst_error = std::min(worst_error, digits(b["std_error"].get<double>(), c.errors[i]));
  }
  BOOST_TEST_MESSAGE(name << ": at least " << worst << " digits of the coefficients, "
                          << worst_error << " of their standard errors");
  BOOST_TEST(worst >= wanted_digits);
  BOOST_TEST(worst_error >= wanted_error_digits);
  BOOST_TEST(digits(j["r_squared"].get<double>(), c.r_squared) >= 9);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nist)

BOOST_AUTO_TEST_CASE(norris) { check_set("Norris", 0, {}, 10, 10); }
BOOST_AUTO_TEST_CASE(pontius) { check_set("Pontius", 2, {}, 9, 9); }
BOOST_AUTO_TEST_CASE(no_intercept_1) { check_set("NoInt1", 0, {"--no-intercept"}, 13, 13); }
BOOST_AUTO_TEST_CASE(no_intercept_2) { check_set("NoInt2", 0, {"--no-intercept"}, 13, 13); }
BOOST_AUTO_TEST_CASE(longley) { check_set("Longley", 0, {}, 10, 10); }
BOOST_AUTO_TEST_CASE(longley_by_gradient_descent) {
  check_set("Longley", 0, {"--method", "gd"}, 7, 7);
}
BOOST_AUTO_TEST_CASE(longley_from_a_random_start) {
  check_set("Longley", 0, {"--seed", "7"}, 10, 10);
}
BOOST_AUTO_TEST_CASE(filip) { check_set("Filip", 10, {}, 6, 6); }
// In the first two nothing is left over, so the standard errors are rounding errors.
BOOST_AUTO_TEST_CASE(wampler_1) { check_set("Wampler1", 5, {}, 8, 5); }
BOOST_AUTO_TEST_CASE(wampler_2) { check_set("Wampler2", 5, {}, 9, 9); }
BOOST_AUTO_TEST_CASE(wampler_3) { check_set("Wampler3", 5, {}, 8, 9); }
BOOST_AUTO_TEST_CASE(wampler_4) { check_set("Wampler4", 5, {}, 7, 9); }
BOOST_AUTO_TEST_CASE(wampler_5) { check_set("Wampler5", 5, {}, 5, 9); }

/// By QR in double-double, which has powers to 32 digits too. In the first two of Wampler's nothing
/// is left over, exactly.
BOOST_AUTO_TEST_CASE(all_by_qr) {
  struct Row {
    const char* name;
    int degree;
    double digits;
    double error_digits;
  };
  for (const Row& row : {Row{"Norris", 1, 12, 12},
                         {"Pontius", 2, 12, 12},
                         {"NoInt1", 0, 14, 14},
                         {"NoInt2", 0, 14, 14},
                         {"Longley", 0, 12, 12},
                         {"Filip", 10, 12, 12},
                         {"Wampler1", 5, 15, 15},
                         {"Wampler2", 5, 12, 12},
                         {"Wampler3", 5, 13, 13},
                         {"Wampler4", 5, 13, 13},
                         {"Wampler5", 5, 13, 13}}) {
    const bool through_0 = std::string(row.name).starts_with("NoInt");
    std::vector<std::string> options = {"--method", "qr"};
    if (through_0) options.emplace_back("--no-intercept");
    if (row.degree > 0) options.insert(options.end(), {"--degree", std::to_string(row.degree)});
    check_set(row.name, row.degree > 0 ? 1 : 0, options, row.digits, row.error_digits);
  }
}

BOOST_AUTO_TEST_SUITE_END()
