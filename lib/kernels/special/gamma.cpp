#include "kernels/special/gamma.hpp"

#include <array>
#include <boost/math/special_functions/bernoulli.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/factorials.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/special/boost_math.hpp"

namespace eigengrad::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// q^-s. Integer powers, which polygamma asks for, by squaring.
long double inverse_power(long double q, long double s) {
  constexpr long double kBySquaring = 64;
  if (s != std::floor(s) || s > kBySquaring) return std::pow(q, -s);
  long double p = 1;
  for (auto n = static_cast<unsigned>(s); n > 0; n /= 2, q *= q)
    if (n % 2 == 1) p *= q;
  return 1 / p;
}

/// Derivative `k` in s of zeta(s, q) for s > 1, q > 0, by the Euler-Maclaurin formula
/// (DLMF 25.11.5 and 2.10.1): the first terms, then, with w = q + n,
///   w^-s (w / (s-1) + 1/2 + sum_j B_2j / (2j)! (s)_(2j-1) w^(1-2j)),
/// whose second factor is expanded in powers of s. With 16 terms and j <= 12 the remainder is below
/// 2^-64 of the sum, since it falls with (s + 2j) / (2 pi w) while the terms before it fall with q/w.
long double hurwitz(int k, long double s, long double q) {
  constexpr int kTerms = 16;
  constexpr int kBernoulli = 12;
  // Beyond this, q^-s and its derivatives in s, which multiply it by powers of log(q), all underflow.
  constexpr long double kVanishing = 12000;
  if (s * std::log(q) > kVanishing) return 0;
  long double sum = 0;
  for (int n = 0; n < kTerms; ++n) {
    const long double b = q + n;
    const long double p = inverse_power(b, s);
    sum += k == 0 ? p : p * std::pow(-std::log(b), static_cast<long double>(k));
    if (k == 0 && p * b < sum * 0x1p-68L) return sum;
  }
  const long double w = q + kTerms;
  const auto size = static_cast<std::size_t>(k) + 1;
  // Coefficients in e of the second factor at s + e.
  std::vector<long double> factor(size), rising(size);
  factor[0] = w / (s - 1);
  for (std::size_t i = 1; i < size; ++i) factor[i] = -factor[i - 1] / (s - 1);
  factor[0] += 0.5L;
  rising[0] = s;
  if (size > 1) rising[1] = 1;
  const auto times = [&](long double c) {  // rising *= c + e
    for (std::size_t i = size; i-- > 0;) rising[i] = c * rising[i] + (i > 0 ? rising[i - 1] : 0);
  };
  long double scale = 1 / (2 * w);
  for (int j = 1; j <= kBernoulli; ++j) {
    const long double b =
        boost::math::unchecked_bernoulli_b2n<long double>(static_cast<std::size_t>(j));
    for (std::size_t i = 0; i < size; ++i) factor[i] += b * scale * rising[i];
    times(s + (2 * j - 1));
    times(s + 2 * j);
    scale /= w * w * (2 * j + 1) * (2 * j + 2);
  }
  // Times w^-(s+e), whose coefficients are w^-s (-log w)^i / i!.
  const long double log_w = std::log(w);
  long double c = inverse_power(w, s), rest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    rest += c * factor[size - 1 - i];
    c *= -log_w / static_cast<long double>(i + 1);
  }
  return sum + rest * std::tgamma(static_cast<long double>(size));
}

/// zeta(s, q) for s > 1, q > 0 by the Euler-Maclaurin formula in double, dozens of times as fast as in long
/// double, for terms that do not underflow. From w = 8 + 0.8 s on the remainder after j = 12 is below 2^-56 of
/// the sum. The rounding error of b = q + n, which b^-s magnifies s times, is corrected.
double hurwitz(double s, double q) {
  constexpr double kLeast = 0x1p-960;
  constexpr int kBernoulli = 12;
  static const auto coefficients = [] {
    std::array<double, kBernoulli> c;
    for (unsigned j = 1; j <= kBernoulli; ++j)
      c[j - 1] = boost::math::unchecked_bernoulli_b2n<double>(j) /
                 boost::math::unchecked_factorial<double>(2 * j);
    return c;
  }();
  double b = q;
  double p = std::pow(b, -s);
  if (p < kLeast) return static_cast<double>(hurwitz(0, s, q));
  double sum = 0, lost = 0;
  for (int n = 1; b < 8 + 0.8 * s; ++n) {
    const double next = sum + p;
    lost += p - (next - sum);
    sum = next;
    if (p * b < sum * 0x1p-58) return sum;
    b = q + n;
    const double added = b - q;
    const double rest = (q - (b - added)) + (n - added);
    p = std::pow(b, -s) * (1 - s * (rest / b));
  }
  double series = 0, power = s / b;
  for (int j = 1; j <= kBernoulli; ++j) {
    series += coefficients[static_cast<std::size_t>(j) - 1] * power;
    power *= (s + (2 * j - 1)) / b * ((s + 2 * j) / b);
  }
  return sum + (lost + p * (b / (s - 1) + (0.5 + series)));
}

/// zeta(s, q) for an integer s > 1 and q < 0 that is no integer: the terms with q + n < 0 are those
/// of -q - n, up to the sign.
long double hurwitz_below_0(long double s, long double q) {
  const long double m = std::ceil(-q);
  const long double u = -(q + (m - 1));
  const long double sign = std::fmod(s, 2.0L) == 0 ? 1 : -1;
  return hurwitz(0, s, q + m) + sign * (hurwitz(0, s, u) - hurwitz(0, s, 1 - q));
}

}  // namespace

double digamma(double x) {
  if (x == 0) return std::copysign(kInf, -x);
  if (std::isinf(x)) return x > 0 ? kInf : kNan;
  // Near the zeros between the poles, where the reflection formula cancels.
  if (x < 0) return boost::math::digamma(x, kExtended);
  return boost::math::digamma(x, kDouble);
}

// DLMF 5.15.1 for the series and 25.11.12: psi^(n)(x) = (-1)^(n+1) n! zeta(n + 1, x).
double polygamma(std::int64_t n, double x) {
  if (n == 0) return digamma(x);
  const double sign = n % 2 == 1 ? 1 : -1;
  if (std::isnan(x) || x == -kInf) return kNan;
  if (x == kInf) return sign * 0.0;
  if (x <= 0 && x == std::floor(x)) return sign * kInf;
  if (n == 1 && x > 0) return boost::math::trigamma(x, kDouble);
  const auto s = static_cast<long double>(n) + 1;
  if (x > 0 && n <= static_cast<std::int64_t>(boost::math::max_factorial<double>::value)) {
    const double z = hurwitz(static_cast<double>(s), x);
    if (z >= std::numeric_limits<double>::min())
      return sign * z * boost::math::unchecked_factorial<double>(static_cast<unsigned>(n));
  }
  const long double z = x > 0 ? hurwitz(0, s, x) : hurwitz_below_0(s, x);
  constexpr long double kLastFactorial = 1754;
  const long double y = s - 1 <= kLastFactorial
                            ? std::tgamma(s) * z
                            : std::copysign(std::exp(std::lgamma(s) + std::log(std::abs(z))), z);
  return static_cast<double>(sign * y);
}

double zeta(int k, double s, double q) {
  if (std::isnan(s) || std::isnan(q) || s < 1) return kNan;
  const double sign = k % 2 == 0 ? 1 : -1;
  if (s == 1) return sign * kInf;
  if (q <= 0) {
    if (q == std::floor(q)) return sign * kInf;
    return k == 0 && s == std::floor(s) ? static_cast<double>(hurwitz_below_0(s, q)) : kNan;
  }
  if (q == kInf) return 0;
  if (s == kInf) return k > 0 ? (q < 1 ? kInf : 0) : q > 1 ? 0 : q == 1 ? 1 : kInf;
  return k == 0 ? hurwitz(s, q) : static_cast<double>(hurwitz(k, s, q));
}

// DLMF 35.3.4: Gamma_p(x) = pi^(p(p-1)/4) prod_(j=0..p-1) Gamma(x - j/2).
double multigammaln(int k, int p, double x) {
  constexpr double kLogPi = 1.1447298858494001741;
  double sum = k == 0 ? double(p) * (p - 1) * (kLogPi / 4) : 0;
  for (int j = 0; j < p; ++j) {
    const double e = x - 0.5 * j;
    sum += k == 0 ? std::lgamma(e) : polygamma(k - 1, e);
  }
  return sum;
}

}  // namespace eigengrad::kernels
