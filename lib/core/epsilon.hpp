#pragma once

#include <limits>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::detail {

/// The distance from 1 to the next larger number of a floating point dtype.
inline double epsilon_of(ScalarType dtype) noexcept {
  return dtype == kFloat32 ? std::numeric_limits<float>::epsilon()
                           : std::numeric_limits<double>::epsilon();
}

}  // namespace eigengrad::detail
