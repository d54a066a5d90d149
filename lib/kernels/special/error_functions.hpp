#pragma once

#include <numbers>

#include "kernels/pointwise/derivatives.hpp"

/// Error functions over Pack that keep their relative error in the tails.
namespace eigengrad::kernels {

/// exp(x^2) erfc(x). The square is taken in two parts, since exp magnifies its rounding by x^2; for
/// x > 10 (in float, where exp(x^2) overflows at 9.4, 5) the asymptotic series, DLMF 7.12.1.
template <std::floating_point T>
Pack<T> erfcx(Pack<T> x) {
  const Pack<T> square = x * x;
  const Pack<T> rest = math::fma(x, x, -square);
  const Pack<T> e = math::exp(square);
  // Overflows as the value does, where `rest` is NaN.
  const Pack<T> near =
      select(e < Pack<T>(std::numeric_limits<T>::infinity()), math::fma(e, rest, e), e) *
      math::erfc(x);
  const Pack<T> r = Pack<T>(1) / x;
  const Pack<T> u = r * r * T(-0.5);
  Pack<T> sum(1);
  for (int m = 14; m >= 1; --m) sum = Pack<T>(1) + u * sum * T(2 * m - 1);
  return select(Pack<T>(std::same_as<T, double> ? 10 : 5) < x,
                r * T(std::numbers::inv_sqrtpi) * sum, near);
}

/// log ndtr(x); on the left from erfcx, since log_ndtr(x) = -x^2/2 + log(erfcx(-x / sqrt 2) / 2).
template <std::floating_point T>
Pack<T> log_ndtr(Pack<T> x) {
  const Pack<T> left = math::log(erfcx(x * T(-std::numbers::sqrt2 / 2)) * T(0.5)) - x * x * T(0.5);
  return select(x < Pack<T>(-1), left, math::log1p(-math::normal_cdf(-x)));
}

/// The derivative of log_ndtr, phi(x) / Phi(x) = sqrt(2/pi) / erfcx(-x / sqrt 2), which overflows on the right.
template <std::floating_point T>
Pack<T> log_ndtr_derivative(Pack<T> x) {
  const Pack<T> left = Pack<T>(std::numbers::sqrt2 * std::numbers::inv_sqrtpi) /
                       erfcx(x * T(-std::numbers::sqrt2 / 2));
  return select(x < Pack<T>(0), left, math::normal_pdf(x) / math::normal_cdf(x));
}

/// log(x / (1 - x)); between 1/4 and 3/4, where the quotient is near 1, log1p((2x - 1) / (1 - x)).
template <std::floating_point T>
Pack<T> logit(Pack<T> x) {
  const Pack<T> one(1);
  const Pack<T> middle = math::log1p((x * T(2) - one) / (one - x));
  return select((Pack<T>(0.25) < x) & (x < Pack<T>(0.75)), middle, math::log(x / (one - x)));
}

/// -x log x, 0 at 0 and -inf below.
template <std::floating_point T>
Pack<T> entr(Pack<T> x) {
  const Pack<T> zero(0);
  const Pack<T> below = select(x < zero, Pack<T>(-std::numeric_limits<T>::infinity()), x * x);
  return select(zero < x, -(x * math::log(x)), below);
}

}  // namespace eigengrad::kernels
