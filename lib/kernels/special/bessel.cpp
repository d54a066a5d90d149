#include "kernels/special/bessel.hpp"

#include <boost/math/special_functions/airy.hpp>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <vector>

#include "kernels/special/boost_math.hpp"

namespace eigengrad::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Derivative k of a cylinder function of order n, DLMF 10.6.1, 10.6.7 and 10.29.1, 10.29.5:
///   C_n^(k) = 2^-k sum_(j=0..k) s^j C(k, j) C_(n-k+2j),  s = -1 for J and Y, 1 for I and (-1)^k K.
/// `f` gives the function for orders >= 0, `mirrored` its sign at odd negative orders. The terms of
/// largest order come first: near 0 one of them may be infinite.
template <class F>
double cylinder_derivative(F f, double s, double mirrored, int n, int k) {
  double sum = 0;
  for (int j = k; j >= 0; --j) {
    const int order = n - k + 2 * j;
    const double sign = (j % 2 == 1 ? s : 1) * (order < 0 && order % 2 != 0 ? mirrored : 1);
    sum += sign * choose(k, j) * f(std::abs(order));
    if (std::isinf(sum)) return sum;
  }
  return std::ldexp(sum, -k);
}

/// Derivative k of the asymptotic expansion sum_j (s^j) a_j(n) / x^(j+1/2), term by term; DLMF 10.17.1
/// and 10.40.1. From x = 30 on it is exact to rounding before it diverges.
constexpr double kAsymptotic = 30;
double hankel_expansion(int n, int k, double s, double x) {
  double term = 1 / std::sqrt(x);
  for (int m = 0; m < k; ++m) term *= -(m + 0.5) / x;
  double sum = 0;
  for (int j = 0; j < 60; ++j) {
    sum += term;
    const double odd = 2 * j + 1;
    const double ratio =
        s * (4.0 * n * n - odd * odd) / (8 * (j + 1) * x) * ((j + 0.5 + k) / (j + 0.5));
    if (std::abs(ratio) >= 1) break;
    term *= ratio;
    if (std::abs(term) < 0x1p-56 * std::abs(sum)) break;
  }
  return sum;
}

double j_of_order(int n, double x) { return boost::math::cyl_bessel_j(n, x, kExtended); }
double y_of_order(int n, double x) { return boost::math::cyl_neumann(n, x, kExtended); }
double k_of_order(int n, double x) { return boost::math::cyl_bessel_k(n, x, kDouble); }
/// Boost's error in double grows with exp for large x and with the order.
double i_of_order(int n, double x) {
  if (n > 1 || std::abs(x) > 5) return boost::math::cyl_bessel_i(n, x, kExtended);
  return boost::math::cyl_bessel_i(n, x, kDouble);
}

}  // namespace

double bessel_j(int n, int k, double x) {
  if (std::isinf(x)) return 0;
  if (std::isnan(x)) return x;
  return cylinder_derivative([&](int m) { return j_of_order(m, x); }, -1, -1, n, k);
}

double bessel_y(int n, int k, double x) {
  if (!(x >= 0)) return kNan;
  if (x == 0) return k % 2 == 0 ? -kInf : kInf;
  if (x == kInf) return 0;
  return cylinder_derivative([&](int m) { return y_of_order(m, x); }, -1, -1, n, k);
}

double bessel_i(int n, int k, double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return x > 0 || (n + k) % 2 == 0 ? kInf : -kInf;
  if (k == 0) return i_of_order(n, x);
  // Without orders above 1, which Boost computes twenty times slower; nothing cancels.
  if (n == 0 && k == 1) return i_of_order(1, x);
  if (n == 1 && k == 1)
    return std::abs(x) < 0x1p-30 ? 0.5 : i_of_order(0, x) - i_of_order(1, x) / x;
  return cylinder_derivative([&](int m) { return i_of_order(m, x); }, 1, 1, n, k);
}

double bessel_k(int n, int k, double x) {
  if (!(x >= 0)) return kNan;
  const double sign = k % 2 == 0 ? 1 : -1;
  if (x == 0) return sign * kInf;
  if (x == kInf) return sign * 0.0;
  return sign * cylinder_derivative([&](int m) { return k_of_order(m, x); }, 1, 1, n, k);
}

// With f(x) = exp(-x) I_n(x) on the right and its mirror image, of parity n, on the left; at 0, where
// odd derivatives of the even one jump, their mean. Below the asymptotic range f^(k) is
// exp(-x) sum_m C(k, m) (-1)^(k-m) I_n^(m)(x), whose terms cancel at most to x^-k.
double scaled_bessel_i(int n, int k, double x) {
  if (std::isnan(x)) return x;
  const double u = std::abs(x);
  const bool odd = (n + k) % 2 != 0;
  const double sign = odd && x < 0 ? -1 : 1;
  if (u == kInf) return sign * 0.0;
  if (u == 0 && odd) return k == 0 ? x : 0;
  constexpr double scale = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
  if (u >= kAsymptotic) return sign * scale * hankel_expansion(n, k, -1, u);
  if (k == 0) return sign * std::exp(-u) * i_of_order(n, u);
  double sum = 0;
  for (int m = 0; m <= k; ++m)
    sum += ((k - m) % 2 == 0 ? 1 : -1) * choose(k, m) * bessel_i(n, m, u);
  return sign * std::exp(-u) * sum;
}

double scaled_bessel_k(int n, int k, double x) {
  if (!(x >= 0)) return kNan;
  if (x == 0) return k % 2 == 0 ? kInf : -kInf;
  if (x == kInf) return k % 2 == 0 ? 0.0 : -0.0;
  constexpr double scale = std::numbers::sqrt2 / std::numbers::inv_sqrtpi / 2;
  if (x >= kAsymptotic) return scale * hankel_expansion(n, k, 1, x);
  double sum = 0;
  for (int m = k; m >= 0; --m) {
    sum += choose(k, m) * bessel_k(n, m, x);
    if (std::isinf(sum)) return sum;
  }
  return std::exp(x) * sum;
}

// From DLMF 10.51.2, (2n + 1) j_n' = n j_(n-1) - (n + 1) j_(n+1), applied k times to the coefficients
// of a sum over j_n.
double spherical_bessel_j0(int k, double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return 0;
  if (k == 0) return x == 0 ? 1 : std::sin(x) / x;
  const auto size = static_cast<std::size_t>(k) + 2;
  std::vector<double> c(size);
  c[0] = 1;
  for (int i = 0; i < k; ++i) {
    std::vector<double> d(size);
    for (std::size_t n = 0; n + 1 < size; ++n) {
      const auto m = static_cast<double>(n);
      if (n > 0) d[n - 1] += c[n] * m / (2 * m + 1);
      d[n + 1] -= c[n] * (m + 1) / (2 * m + 1);
    }
    c = std::move(d);
  }
  double sum = 0;
  for (std::size_t n = 0; n < size; ++n) {
    if (c[n] == 0) continue;
    const double parity = x < 0 && n % 2 == 1 ? -1 : 1;
    sum += c[n] * parity * boost::math::sph_bessel(static_cast<unsigned>(n), std::abs(x), kDouble);
  }
  return sum;
}

// DLMF 9.2.1, Ai'' = x Ai, differentiated: Ai^(m+2) = x Ai^(m) + m Ai^(m-1).
double airy_ai(int k, double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return k == 0 || x > 0 ? 0 : kNan;
  if (k == 1) return boost::math::airy_ai_prime(x, kExtended);
  const double ai = boost::math::airy_ai(x, kExtended);
  if (k == 0) return ai;
  double older = 0, old = ai, now = boost::math::airy_ai_prime(x, kExtended);
  for (int m = 0; m + 2 <= k; ++m) {
    const double next = x * old + m * older;
    older = old;
    old = now;
    now = next;
  }
  return now;
}

}  // namespace eigengrad::kernels
