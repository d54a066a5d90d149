#pragma once

#include "kernels/math.hpp"

/// Functions over Pack that activations and the slopes of elementwise operators are made of.
/// ops/rule_math.hpp has the same over Tensor where a rule needs it.
namespace eigengrad::math {

/// f exp(x), in which exp(x) alone may underflow. A power of e that is exact to two numbers is taken
/// out first; x plus it is exact, since both are of one size.
template <std::floating_point T>
Pack<T> scaled_exp(Pack<T> x, Pack<T> f) {
  constexpr bool wide = std::same_as<T, double>;
  constexpr T shift = wide ? 128 : 32;
  constexpr long double factor =
      wide ? 2.572209372642414947885e-56L : 1.266416554909417572312e-14L;  // exp(-shift)
  constexpr T high = static_cast<T>(factor);
  constexpr T low = static_cast<T>(factor - high);
  const Pack<T> y = f * exp(x);
  const Mask<T> small = x < Pack<T>(wide ? -680 : -78);
  if (!kernels::any(small)) return y;
  const Pack<T> z = f * exp(x + Pack<T>(shift));
  return kernels::select(small, fma(z, Pack<T>(high), z * Pack<T>(low)), y);
}

template <std::floating_point T>
Pack<T> at_most(Pack<T> x, double bound) {
  return minimum(x, Pack<T>(bound));
}

/// 1 / (1 + exp(-x)).
template <std::floating_point T>
Pack<T> sigmoid(Pack<T> x) {
  const Pack<T> e = exp(-abs(x));
  return kernels::select(x < Pack<T>(0), e, Pack<T>(1)) / (Pack<T>(1) + e);
}
/// Its derivative, which is even.
template <std::floating_point T>
Pack<T> sigmoid_slope(Pack<T> x) {
  const Pack<T> e = exp(-abs(x));
  const Pack<T> d = Pack<T>(1) + e;
  return e / (d * d);
}
/// The derivative of tanh, 1 / cosh(x)^2; 1 - tanh(x)^2 loses the tails.
template <std::floating_point T>
Pack<T> tanh_slope(Pack<T> x) {
  return Pack<T>(4) * sigmoid_slope(x * Pack<T>(2));
}
/// log(1 + exp(x)).
template <std::floating_point T>
Pack<T> log1p_exp(Pack<T> x) {
  return maximum(x, Pack<T>(0)) + log1p(exp(-abs(x)));
}
/// 1 / sqrt(1 + x x).
template <std::floating_point T>
Pack<T> inverse_hypot(Pack<T> x) {
  return Pack<T>(1) / hypot(Pack<T>(1), x);
}

/// exp(-x x / 2), the rounding error of the square made good.
template <std::floating_point T>
Pack<T> gauss(Pack<T> x) {
  const Pack<T> square = x * x;
  const Pack<T> y = exp(square * Pack<T>(-0.5));
  const Pack<T> rest = fma(x, x, -square) * Pack<T>(0.5);
  return kernels::select(square < Pack<T>(2000), y - y * rest, y);
}
/// The density of the standard normal distribution.
template <std::floating_point T>
Pack<T> normal_density(Pack<T> x) {
  return gauss(x) * Pack<T>(0.398942280401432677939946059934381868L);
}
/// Its distribution function, erfc(-x / sqrt 2) / 2, to the last places of the lower tail.
template <std::floating_point T>
Pack<T> normal_distribution(Pack<T> x) {
  constexpr long double root_half = 0.707106781186547524400844362104849039L;
  constexpr T high = static_cast<T>(root_half);
  constexpr T low = static_cast<T>(root_half - high);
  // -x / sqrt 2 = z + rest; erfc(z + rest) = erfc(z) - rest 2 exp(-z z) / sqrt(pi).
  const Pack<T> z = x * Pack<T>(-high);
  const Pack<T> rest = fma(x, Pack<T>(-high), -z) - x * Pack<T>(low);
  const Pack<T> y = erfc(z) - rest * gauss(x) * Pack<T>(1.128379167095512573896158903121545172L);
  const Pack<T> limit = kernels::select(x < Pack<T>(0), Pack<T>(0), maximum(x, Pack<T>(1)));
  return kernels::select(abs(x) < Pack<T>(40), y * Pack<T>(0.5), minimum(limit, Pack<T>(1)));
}

/// j_n(z) / z^n with z = pi x, where j_n is the spherical Bessel function; sin(z) / z for n = 0.
/// (d/dz) j_n(z) / z^n = -z j_(n+1)(z) / z^(n+1) (DLMF 10.51.3).
template <std::floating_point T>
Pack<T> sinc_factor(Pack<T> x, int n) {
  constexpr T pi = static_cast<T>(3.141592653589793238462643383279502884L);
  const Pack<T> z = x * Pack<T>(pi);
  // Upwards from cos and sin: k_(n+1) = ((2 n + 1) k_n - k_(n-1)) / z^2, stable for z > n.
  Pack<T> below = cospi(x);
  Pack<T> y = sinpi(x) / z;
  for (int k = 0; k < n; ++k) {
    const Pack<T> above = (Pack<T>(2 * k + 1) * y - below) / z / z;
    below = y;
    y = above;
  }
  // The series (DLMF 10.53.1), of sum (-z^2 / 2)^k / (k! (2 n + 1) (2 n + 3) ... (2 n + 2 k + 1)).
  const T near_zero = n == 0 ? T(1e-10) : static_cast<T>(n) + T(1.5);
  const Mask<T> small = abs(z) < Pack<T>(near_zero);
  if (!kernels::any(small)) return y;
  const Pack<T> q = z * z;
  Pack<T> sum(1);
  for (int k = 18; k > 0; --k)
    sum = Pack<T>(1) - q * sum * Pack<T>(T(0.5) / static_cast<T>(k * (2 * n + 2 * k + 1)));
  T scale = 1;
  for (int k = 1; k <= n; ++k) scale *= static_cast<T>(2 * k + 1);
  return kernels::select(small, sum / Pack<T>(scale), y);
}
/// The derivative of sinc_factor by x.
template <std::floating_point T>
Pack<T> sinc_slope(Pack<T> x, int n) {
  constexpr T pi_squared = static_cast<T>(9.869604401089358618834490999876151135L);
  return x * Pack<T>(-pi_squared) * sinc_factor(x, n + 1);
}

/// x - tanh(x) = (x cosh x - sinh x) / cosh x, where the difference would cancel by the series
/// x cosh x - sinh x = sum of 2 k x^(2 k + 1) / (2 k + 1)!, whose terms have one sign.
template <std::floating_point T>
Pack<T> tanhshrink(Pack<T> x) {
  const Pack<T> difference = x - tanh(x);
  const Mask<T> small = abs(x) < Pack<T>(2);
  if (!kernels::any(small)) return difference;
  const Pack<T> q = x * x;
  Pack<T> sum(1);
  for (int k = 15; k > 1; --k)  // terms k and k - 1 are in the ratio q / (2 (k - 1) (2 k + 1))
    sum = Pack<T>(1) + q * sum * Pack<T>(T(0.5) / static_cast<T>((k - 1) * (2 * k + 1)));
  return kernels::select(small, x * (q * sum / (Pack<T>(3) * cosh(x))), difference);
}

/// x sigmoid(x).
template <std::floating_point T>
Pack<T> silu(Pack<T> x) {
  const Pack<T> d = Pack<T>(1) + exp(-abs(x));
  const Mask<T> left = x < Pack<T>(0);
  const Pack<T> y = x / d;
  return kernels::any(left) ? kernels::select(left, scaled_exp(minimum(x, Pack<T>(0)), y), y) : y;
}

/// x tanh(log(1 + exp(x))) = x (w - 1) / (w + 1) with w = (1 + exp(x))^2, by e = exp(-|x|).
template <std::floating_point T>
Pack<T> mish(Pack<T> x) {
  const Pack<T> one(1), two(2);
  const Pack<T> e = exp(-abs(x));
  const Mask<T> left = x < Pack<T>(0);
  const Pack<T> right = x * ((one + two * e) / (one + two * e * (one + e)));
  if (!kernels::any(left)) return right;
  const Pack<T> f = x * ((e + two) / (e * (e + two) + two));
  return kernels::select(left, scaled_exp(minimum(x, Pack<T>(0)), f), right);
}
/// (w - 1) / (w + 1) + x 4 w / (w + 1)^2 exp(x) / (1 + exp(x)).
template <std::floating_point T>
Pack<T> mish_slope(Pack<T> x) {
  const Pack<T> one(1), two(2), four(4);
  const Pack<T> e = exp(-abs(x));
  const Mask<T> left = x < Pack<T>(0);
  // (w + 1) times 1 on the left, times e^2 on the right.
  const Pack<T> d = kernels::select(left, two + e * (two + e), one + two * e * (one + e));
  const Pack<T> t = kernels::select(left, e * (e + two), one + two * e) / d;
  const Pack<T> s = kernels::select(left, e, e * e) * four * (one + e) / (d * d);
  return t + x * s;
}

}  // namespace eigengrad::math
