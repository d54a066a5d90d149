#pragma once

#include <array>
#include <string>
#include <vector>

#include "nlfit/problem.hpp"

namespace apps::nlfit {

/// A file of NIST's nonlinear regression sets: a model, data, two starts, and certified answers.
struct NistSet {
  std::string name;
  /// With the first start.
  Problem problem;
  std::array<std::vector<double>, 2> starts;
  std::vector<double> estimates;
  std::vector<double> std_errors;
  double rss = 0;
  double residual_sd = 0;
};

/// Throws: BadInput with the line for everything that is not in NIST's format.
NistSet load_nist(const std::string& file);

/// The digits in which `value` agrees with a certified one, which has 11: from 0 to 11.
/// Source: McCullough, Assessing the reliability of statistical software, part I (1998).
double agreeing_digits(double value, double certified);

}  // namespace apps::nlfit
