#pragma once

#include <cmath>
#include <limits>

#include "kernels/math.hpp"

namespace eigengrad::kernels {

/// log |Gamma(x)|, without the race for the sign of std::lgamma.
inline double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}
inline float log_gamma(float x) { return static_cast<float>(log_gamma(static_cast<double>(x))); }

/// SLEEF's function is not precise near the zeros at negative arguments, and overflows too early.
template <std::floating_point T>
Pack<T> log_gamma(Pack<T> x) {
  constexpr T huge = std::numeric_limits<T>::max() / 1024;
  if (all((Pack<T>(0) < x) & (x < Pack<T>(huge)))) return math::lgamma(x);
  return by_element(x, [](T e) { return log_gamma(e); });
}

}  // namespace eigengrad::kernels
