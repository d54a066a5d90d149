#pragma once

#include <limits>
#include <string>
#include <vector>

#include "table.hpp"

/// Points at which values and first derivatives are given: where an operator has a kink, a pole or
/// nothing to work on.
namespace table {

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;

/// The gradients of the sum of f, and what they should be.
struct Kink {
  std::string name;
  Call f;
  std::vector<Numbers> inputs;
  Numbers value;
  std::vector<Numbers> gradients;
  /// How far the gradients may be off.
  double ulps = 2;
};

std::vector<Kink> reduction_kinks();
std::vector<Kink> norm_kinks();
std::vector<Kink> order_kinks();
std::vector<Kink> binary_kinks();
std::vector<Kink> cumulative_kinks();
std::vector<Kink> special_kinks();

}  // namespace table
