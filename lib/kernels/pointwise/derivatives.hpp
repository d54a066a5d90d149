#pragma once

#include "kernels/base/math.hpp"

/// Functions over Pack that activations and the derivatives of elementwise operators are made of.
/// ops/pointwise/rule_math.hpp has the same over Tensor where a rule needs it.
namespace eigengrad::math {

template <std::floating_point T>
Pack<T> within(Pack<T> x, double bound) {
  return maximum(minimum(x, Pack<T>(bound)), Pack<T>(-bound));
}

/// A double-double: the unevaluated sum high + low, with |low| at most half an ulp of high.
template <class T>
struct DoubleDouble {
  Pack<T> high;
  Pack<T> low;
};
/// a + b without an error, for |a| >= |b| (FastTwoSum; Dekker 1971).
template <std::floating_point T>
DoubleDouble<T> fast_two_sum(Pack<T> a, Pack<T> b) {
  const Pack<T> s = a + b;
  return {s, b - (s - a)};
}
/// a + b for any a and a double-double b (TwoSum; Knuth).
template <std::floating_point T>
DoubleDouble<T> two_sum(Pack<T> a, DoubleDouble<T> b) {
  const Pack<T> s = a + b.high;
  const Pack<T> part = s - a;
  return {s, (a - (s - part)) + (b.high - part) + b.low};
}
template <std::floating_point T>
DoubleDouble<T> two_product(Pack<T> a, Pack<T> b) {
  const Pack<T> p = a * b;
  return {p, fma(a, b, -p)};
}
template <std::floating_point T>
DoubleDouble<T> double_double(long double x) {
  const T high = static_cast<T>(x);
  return {Pack<T>(high), Pack<T>(static_cast<T>(x - high))};
}
template <std::floating_point T>
DoubleDouble<T> operator/(DoubleDouble<T> a, DoubleDouble<T> b) {
  const Pack<T> inverse = Pack<T>(1) / b.high;
  const Pack<T> q = a.high * inverse;
  const Pack<T> rest = fma(-q, b.high, a.high) + a.low;
  return {q, fma(-q, b.low, rest) * inverse};
}

/// f e for e = exp(x), which alone may underflow: a power of e is taken out first. x plus its exponent
/// is exact, since both are multiples of the last place of x.
template <std::floating_point T>
Pack<T> times_exp(DoubleDouble<T> f, Pack<T> x, Pack<T> e) {
  constexpr bool wide = std::same_as<T, double>;
  const Pack<T> y = fma(e, f.high, e * f.low);
  const Mask<T> small = x < Pack<T>(wide ? -680 : -78);
  if (!kernels::any(small)) return y;
  const Pack<T> scaled = exp(x + Pack<T>(wide ? 128 : 32));
  DoubleDouble<T> z = two_product(scaled, f.high);
  z.low = fma(scaled, f.low, z.low);
  const DoubleDouble<T> back =
      double_double<T>(wide ? 2.5722093726424150069e-56L : 1.2664165549094175723e-14L);
  return kernels::select(small, fma(z.high, back.high, fma(z.high, back.low, z.low * back.high)),
                         y);
}
/// f exp(x).
template <std::floating_point T>
Pack<T> scaled_exp(Pack<T> x, DoubleDouble<T> f) {
  return times_exp(f, x, exp(x));
}

template <std::floating_point T>
Pack<T> at_most(Pack<T> x, double bound) {
  return minimum(x, Pack<T>(bound));
}

/// 1 / (1 + exp(-x)).
template <std::floating_point T>
Pack<T> sigmoid(Pack<T> x) {
  const Pack<T> one(1);
  const Pack<T> e = exp(-abs(x));
  const DoubleDouble<T> d = fast_two_sum(one, e);
  const Mask<T> left = x < Pack<T>(0);
  const Pack<T> y = kernels::select(left, e, one) / d.high;
  // 1 / d is y on the right and 1 - y on the left.
  return fma(-y * d.low, kernels::select(left, one - y, y), y);
}
/// f(x) for functions that are x from 100 on and -0 below -2000; in between, infinities do no harm.
template <std::floating_point T, class F>
Pack<T> gated(Pack<T> x, F f) {
  const Pack<T> end(100);
  const Pack<T> y = f(maximum(minimum(x, end), Pack<T>(-2000)));
  return kernels::select(x < end, copysign(y, x), x);
}
/// f sigmoid(x + rest), as accurate as exp.
template <std::floating_point T>
Pack<T> times_sigmoid(Pack<T> f, Pack<T> x, std::type_identity_t<Pack<T>> rest) {
  const Pack<T> one(1), zero(0);
  const Pack<T> e = exp(-abs(x));
  const Mask<T> left = x < zero;
  DoubleDouble<T> q = DoubleDouble<T>{f, zero} / fast_two_sum(one, e);
  // sigmoid' / sigmoid = sigmoid(-x).
  q.low = fma(q.high * rest, kernels::select(left, one, e) / (one + e), q.low);
  const Pack<T> right = q.high + q.low;
  return kernels::any(left) ? kernels::select(left, scaled_exp(minimum(x, zero), q), right) : right;
}
/// The derivative of sigmoid(x), an even function.
template <std::floating_point T>
Pack<T> sigmoid_derivative(Pack<T> x) {
  const Pack<T> e = exp(-abs(x));
  const Pack<T> d = Pack<T>(1) + e;
  return e / (d * d);
}
/// The derivative of tanh, 1 / cosh(x)^2; 1 - tanh(x)^2 loses the tails.
template <std::floating_point T>
Pack<T> tanh_derivative(Pack<T> x) {
  return Pack<T>(4) * sigmoid_derivative(x * Pack<T>(2));
}
/// log(1 + exp(x)).
template <std::floating_point T>
Pack<T> log1p_exp(Pack<T> x) {
  return maximum(x, Pack<T>(0)) + log1p(exp(-abs(x)));
}
/// The derivative of atan, 1 / (1 + x x), the square scaled so that it overflows where this underflows.
template <std::floating_point T>
Pack<T> atan_derivative(Pack<T> x) {
  const Pack<T> scale(T(0x1p-60));
  return scale / fma(x * scale, x, scale);
}
/// x / (1 + x x), far out by 1 / (x + 1 / x).
template <std::floating_point T>
Pack<T> atan_ratio(Pack<T> x) {
  const Pack<T> one(1);
  return kernels::select(abs(x) < one, x / fma(x, x, one), one / (x + one / x));
}
/// 1 - x x.
template <std::floating_point T>
Pack<T> one_minus_square(Pack<T> x) {
  return (Pack<T>(1) - x) * (Pack<T>(1) + x);
}
/// a / sqrt(a a + b b).
template <std::floating_point T>
Pack<T> cosine_of(Pack<T> a, Pack<T> b) {
  return a / hypot(a, b);
}
/// 1 / (1 + 2^-x).
template <std::floating_point T>
Pack<T> sigmoid_base_2(Pack<T> x) {
  return Pack<T>(1) / (Pack<T>(1) + exp2(-x));
}
/// 1 / sqrt(1 + x x).
template <std::floating_point T>
Pack<T> inverse_hypot(Pack<T> x) {
  return Pack<T>(1) / hypot(Pack<T>(1), x);
}
/// x times a derivative that decays as 1 / |x|, with the limit at infinite x.
template <std::floating_point T>
Pack<T> times_to_one(Pack<T> x, Pack<T> derivative) {
  const Pack<T> far(std::numeric_limits<T>::max() / 4);
  return kernels::select(abs(x) < far, x * derivative, copysign(Pack<T>(1), x));
}
template <std::floating_point T>
Pack<T> hypot_ratio(Pack<T> x) {
  return times_to_one(x, inverse_hypot(x));
}
/// The derivative of acosh, 1 / sqrt(x x - 1), whose square would overflow.
template <std::floating_point T>
Pack<T> acosh_derivative(Pack<T> x) {
  const Pack<T> one(1);
  return one / (sqrt(x - one) * sqrt(x + one));
}
template <std::floating_point T>
Pack<T> acosh_ratio(Pack<T> x) {
  return times_to_one(x, acosh_derivative(x));
}

/// exp(-x x / 2), corrected for the rounding error of the square.
template <std::floating_point T>
Pack<T> gauss(Pack<T> x) {
  const Pack<T> square = x * x;
  const Pack<T> y = exp(square * Pack<T>(-0.5));
  const Pack<T> rest = fma(x, x, -square) * Pack<T>(0.5);
  return kernels::select(square < Pack<T>(2000), y - y * rest, y);
}
/// The standard normal pdf.
template <std::floating_point T>
Pack<T> normal_pdf(Pack<T> x) {
  return gauss(x) * Pack<T>(0.398942280401432677939946059934381868L);
}
/// The standard normal cdf, erfc(-x / sqrt 2) / 2, in two parts, for finite x.
template <std::floating_point T>
DoubleDouble<T> normal_cdf_in_two(Pack<T> x) {
  const DoubleDouble<T> root_half = double_double<T>(0.707106781186547524400844362104849039L);
  // -x / sqrt 2 = z + rest; erfc(z + rest) = erfc(z) - rest 2 exp(-z z) / sqrt(pi).
  const Pack<T> z = -(x * root_half.high);
  const Pack<T> rest = -fma(x, root_half.high, z) - x * root_half.low;
  return {erfc(z) * Pack<T>(0.5),
          rest * gauss(x) * Pack<T>(-0.564189583547756286948079451560772586L)};
}
template <std::floating_point T>
Pack<T> normal_cdf(Pack<T> x) {
  const DoubleDouble<T> y = normal_cdf_in_two(within(x, 40));
  return y.high + y.low;
}

/// j_n(z) / z^n with z = pi x, where j_n is the spherical Bessel function; sin(z) / z for n = 0.
/// (d/dz) j_n(z) / z^n = -z j_(n+1)(z) / z^(n+1) (DLMF 10.51.3).
template <std::floating_point T>
Pack<T> sinc_factor(Pack<T> x, int n) {
  constexpr long double kPi = 3.141592653589793238462643383279502884L;
  DoubleDouble<T> z = two_product(x, double_double<T>(kPi).high);
  z.low = fma(x, double_double<T>(kPi).low, z.low);
  // Upwards from cos and sin: k_(n+1) = ((2 n + 1) k_n - k_(n-1)) / z^2, stable for z > n.
  Pack<T> below = cospi(x);
  const Pack<T> s = sinpi(x);
  Pack<T> y = s / z.high;
  const Pack<T> rest = fma(-y, z.low, fma(-y, z.high, s)) / z.high;
  y = kernels::select(abs(x) < Pack<T>(1e15), y + rest, y);
  for (int k = 0; k < n; ++k) {
    const Pack<T> above = (Pack<T>(2 * k + 1) * y - below) / z.high / z.high;
    below = y;
    y = above;
  }
  // The series (DLMF 10.53.1), of sum (-z^2 / 2)^k / (k! (2 n + 1) (2 n + 3) ... (2 n + 2 k + 1)).
  const T near_zero = n == 0 ? T(1e-10) : static_cast<T>(n) + T(1.5);
  const Mask<T> small = abs(z.high) < Pack<T>(near_zero);
  if (!kernels::any(small)) return y;
  const Pack<T> q = z.high * z.high;
  Pack<T> sum(1);
  for (int k = 18; k > 0; --k)
    sum = Pack<T>(1) - q * sum * Pack<T>(T(0.5) / static_cast<T>(k * (2 * n + 2 * k + 1)));
  T scale = 1;
  for (int k = 1; k <= n; ++k) scale *= static_cast<T>(2 * k + 1);
  return kernels::select(small, sum / Pack<T>(scale), y);
}
/// The derivative of sinc_factor by x.
template <std::floating_point T>
Pack<T> sinc_derivative(Pack<T> x, int n) {
  constexpr T pi_squared = static_cast<T>(9.869604401089358618834490999876151135L);
  return x * Pack<T>(-pi_squared) * sinc_factor(x, n + 1);
}

/// x - tanh(x), for |x| < 1 as (x cosh x - sinh x) / cosh x by the series
/// x cosh x - sinh x = sum of 2 k x^(2 k + 1) / (2 k + 1)!, whose terms have one sign.
template <std::floating_point T>
Pack<T> tanhshrink(Pack<T> x) {
  const Pack<T> m = abs(x);
  const Pack<T> far = (m - Pack<T>(1)) + Pack<T>(2) / (exp(m * Pack<T>(2)) + Pack<T>(1));
  const Mask<T> small = m < Pack<T>(1);
  if (!kernels::any(small)) return copysign(far, x);
  const DoubleDouble<T> q = two_product(m, m);
  Pack<T> sum(1);
  for (int k = 11; k > 2; --k)  // terms k and k - 1 are in the ratio q / (2 (k - 1) (2 k + 1))
    sum = Pack<T>(1) + q.high * sum * Pack<T>(T(0.5) / static_cast<T>((k - 1) * (2 * k + 1)));
  const DoubleDouble<T> series = fast_two_sum(Pack<T>(1), q.high * sum * Pack<T>(T(0.1)));
  DoubleDouble<T> cube = two_product(m, q.high);
  cube.low = fma(m, q.low, cube.low);
  DoubleDouble<T> numerator = two_product(cube.high, series.high);
  numerator.low = fma(cube.high, series.low, fma(cube.low, series.high, numerator.low));
  DoubleDouble<T> denominator = two_product(cosh(m), Pack<T>(3));
  const DoubleDouble<T> near = numerator / denominator;
  return copysign(kernels::select(small, near.high + near.low, far), x);
}

/// x tanh(log(1 + exp(x))) = x (w - 1) / (w + 1) with w = (1 + exp(x))^2, by e = exp(-|x|):
/// x e (2 + e) / (2 + e (2 + e)) on the left, x (1 + 2 e) / (1 + 2 e (1 + e)) on the right.
template <std::floating_point T>
Pack<T> mish(Pack<T> x) {
  const Pack<T> one(1), two(2), zero(0);
  const Pack<T> e = exp(-abs(x));
  const Mask<T> left = x < zero;
  const Pack<T> lead = kernels::select(left, two, one);
  const Pack<T> twice = kernels::select(left, e, two * e);
  const DoubleDouble<T> n = fast_two_sum(lead, twice);
  // d = lead + twice (n on the left, 1 + e on the right).
  const DoubleDouble<T> inner = fast_two_sum(lead, e);
  const DoubleDouble<T> factor{kernels::select(left, n.high, inner.high),
                               kernels::select(left, n.low, inner.low)};
  DoubleDouble<T> added = two_product(twice, factor.high);
  added.low = fma(twice, factor.low, added.low);
  // Up to 3 is added to 2, and up to 4 to 1.
  const DoubleDouble<T> d = two_sum(lead, added);
  DoubleDouble<T> numerator = two_product(x, n.high);
  numerator.low = fma(x, n.low, numerator.low);
  const DoubleDouble<T> q = numerator / d;
  const Pack<T> right = q.high + q.low;
  return kernels::any(left) ? kernels::select(left, scaled_exp(minimum(x, zero), q), right) : right;
}
/// (w - 1) / (w + 1) + x 4 w / (w + 1)^2 exp(x) / (1 + exp(x)).
template <std::floating_point T>
Pack<T> mish_derivative(Pack<T> x) {
  const Pack<T> one(1), two(2), four(4);
  const Pack<T> e = exp(-abs(x));
  const Mask<T> left = x < Pack<T>(0);
  // (w + 1) times 1 on the left, times e^2 on the right.
  const Pack<T> d = kernels::select(left, two + e * (two + e), one + two * e * (one + e));
  const Pack<T> t = kernels::select(left, e * (e + two), one + two * e) / d;
  const Pack<T> s = kernels::select(left, e, e * e) * four * (one + e) / (d * d);
  return t + x * s;
}

/// x times the normal cdf. Far down, where that underflows first, by its expansion
/// for large |x|: -density (1 - 1 / x^2 + 3 / x^4 - 15 / x^6 + ...) (Abramowitz and Stegun 26.2.12).
template <std::floating_point T>
Pack<T> gelu(Pack<T> x) {
  const DoubleDouble<T> tail = normal_cdf_in_two(x);
  const Pack<T> y = fma(x, tail.high, x * tail.low);
  const Mask<T> far = x < Pack<T>(std::same_as<T, double> ? -36 : -12);
  if (!kernels::any(far)) return y;
  const Pack<T> one(1);
  const Pack<T> m = kernels::select(far, x, Pack<T>(-36));
  const DoubleDouble<T> square = two_product(m, m);
  const Pack<T> q = one / square.high;
  Pack<T> rest(0);
  for (int k = 8; k > 0; --k) rest = Pack<T>(static_cast<T>(1 - 2 * k)) * q * (one + rest);
  rest = rest - Pack<T>(T(0.5)) * square.low * (one + rest);
  DoubleDouble<T> density = double_double<T>(-0.398942280401432677939946059934381868L);
  density.low = fma(density.high, rest, density.low);
  return kernels::select(far, scaled_exp(square.high * Pack<T>(T(-0.5)), density), y);
}
/// v = 2 sqrt(2 / pi) (x + 0.044715 x^3) in two parts, since exp magnifies what is lost of a large
/// argument.
inline constexpr long double kGeluLinear = 1.595769121605730711759784239737527442L;
inline constexpr long double kGeluCubic = kGeluLinear * 0.044715L;
template <std::floating_point T>
DoubleDouble<T> gelu_argument(Pack<T> x) {
  const DoubleDouble<T> linear = double_double<T>(kGeluLinear);
  const DoubleDouble<T> cubic = double_double<T>(kGeluCubic);
  const DoubleDouble<T> square = two_product(x, x);
  DoubleDouble<T> p = two_product(square.high, cubic.high);
  p.low = fma(square.high, cubic.low, fma(square.low, cubic.high, p.low));
  const DoubleDouble<T> s = two_sum(linear.high, p);
  const DoubleDouble<T> v = two_product(x, s.high);
  return {v.high, fma(x, s.low + linear.low, v.low)};
}
/// Derivative `order` (0, 1, 2) of x sigmoid(v). With e = exp(-|v|) and d = 1 + e, the derivatives of
/// sigmoid are e / d^2 and -+e (1 - e) / d^3; e, which may underflow, is multiplied last.
template <std::floating_point T>
Pack<T> gelu_by_tanh(Pack<T> x, int order) {
  const DoubleDouble<T> v = gelu_argument(x);
  if (order == 0) return times_sigmoid(x, v.high, v.low);
  const Pack<T> zero(0), one(1), m = -abs(v.high);
  const Mask<T> left = v.high < zero;
  const Pack<T> e = exp(m), inverse = one / (one + e);
  const Pack<T> rest = kernels::select(left, v.low, -v.low);
  const Pack<T> v1 = fma(x * x, Pack<T>(3 * kGeluCubic), Pack<T>(kGeluLinear));
  if (order == 2) {
    const Pack<T> v2 = x * Pack<T>(6 * kGeluCubic);
    const Pack<T> terms = v1 + v1 + x * v2 - abs(x) * v1 * v1 * (one - e) * inverse;
    const Pack<T> f = terms * inverse * inverse;
    return times_exp(DoubleDouble<T>{f, f * rest}, m, e);
  }
  const Pack<T> f = x * v1 * inverse * inverse;
  const Pack<T> right = fma(e + e * rest, f, inverse);
  if (!kernels::any(left)) return right;
  const Pack<T> both = f + inverse;
  return kernels::select(left, times_exp(DoubleDouble<T>{both, both * rest}, m, e), right);
}

}  // namespace eigengrad::math
