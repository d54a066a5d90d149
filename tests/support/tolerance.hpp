#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "eigengrad/core/dtype.hpp"

namespace support {

namespace eg = eigengrad;

/// Distance in units in the last place: how many numbers of the type lie between.
template <class T, class Bits>
double steps_between(T a, T b) {
  const auto place = [](T v) {
    Bits bits;
    std::memcpy(&bits, &v, sizeof v);
    return bits < 0 ? std::numeric_limits<Bits>::min() - bits : bits;
  };
  // In long double, since double would round 64-bit positions.
  return static_cast<double>(
      std::abs(static_cast<long double>(place(a)) - static_cast<long double>(place(b))));
}

inline double ulps_between(double a, double b, eg::ScalarType dtype) {
  if (dtype == eg::kFloat32)
    return steps_between<float, std::int32_t>(static_cast<float>(a), static_cast<float>(b));
  return steps_between<double, std::int64_t>(a, b);
}

/// How far a value may be off: so many units in the last place, or so much relative to itself and,
/// where terms cancel, to `scale`.
struct Tolerance {
  double ulps = 0;
  double relative = 0;
  double scale = 0;

  bool accepts(double actual, double expected, eg::ScalarType dtype) const {
    if (actual == expected || (std::isnan(actual) && std::isnan(expected))) return true;
    if (!eg::is_floating_point(dtype) || !std::isfinite(actual) || !std::isfinite(expected))
      return false;
    return ulps_between(actual, expected, dtype) <= ulps ||
           std::abs(actual - expected) <= relative * std::max(std::abs(expected), scale);
  }
};

}  // namespace support
