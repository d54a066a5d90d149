#pragma once

#include <limits>

#include "table.hpp"

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
};

std::vector<Kink> binary_kinks();
std::vector<Kink> cumulative_kinks();

}  // namespace table
