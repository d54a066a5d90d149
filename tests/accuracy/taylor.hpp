#pragma once

#include <array>
#include <boost/math/special_functions/acosh.hpp>
#include <boost/math/special_functions/asinh.hpp>
#include <boost/math/special_functions/atanh.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/expm1.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

/// Derivatives of formulas in 100 digits: arithmetic of truncated power series. A difference that cancels
/// in double keeps more digits here than any test asks for.
namespace accuracy {

using Digits = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<100>,
                                             boost::multiprecision::et_off>;

/// f(x + t) up to t^3. Where a value is asked for, the others cost little: the time is in exp and log.
struct Taylor {
  static constexpr int kTerms = 4;
  std::array<Digits, kTerms> c{};

  Taylor() = default;
  Taylor(const Digits& value) { c[0] = value; }  // NOLINT: constants stand beside series
  Taylor(double value) { c[0] = value; }         // NOLINT
  static Taylor variable(const Digits& x, const Digits& direction = 1) {
    Taylor t(x);
    t.c[1] = direction;
    return t;
  }
  const Digits& value() const { return c[0]; }
  /// The k-th derivative by t at 0.
  Digits derivative(int k) const {
    Digits d = c[static_cast<std::size_t>(k)];
    for (int i = 2; i <= k; ++i) d *= i;
    return d;
  }
};

namespace series {
inline std::size_t index(int k) { return static_cast<std::size_t>(k); }
/// The series with that value whose derivative is `slope` times the derivative of `inner`.
inline Taylor integral(const Digits& value, const Taylor& slope, const Taylor& inner) {
  Taylor y(value);
  for (int k = 1; k < Taylor::kTerms; ++k) {
    for (int j = 1; j <= k; ++j) y.c[index(k)] += j * inner.c[index(j)] * slope.c[index(k - j)];
    y.c[index(k)] /= k;
  }
  return y;
}
}  // namespace series

inline Taylor operator-(const Taylor& a) {
  Taylor y;
  for (int k = 0; k < Taylor::kTerms; ++k) y.c[series::index(k)] = -a.c[series::index(k)];
  return y;
}
inline Taylor operator+(Taylor a, const Taylor& b) {
  for (int k = 0; k < Taylor::kTerms; ++k) a.c[series::index(k)] += b.c[series::index(k)];
  return a;
}
inline Taylor operator-(const Taylor& a, const Taylor& b) { return a + -b; }
inline Taylor operator*(const Taylor& a, const Taylor& b) {
  Taylor y;
  for (int k = 0; k < Taylor::kTerms; ++k)
    for (int j = 0; j <= k; ++j)
      y.c[series::index(k)] += a.c[series::index(j)] * b.c[series::index(k - j)];
  return y;
}
inline Taylor operator/(const Taylor& a, const Taylor& b) {
  Taylor y;
  for (int k = 0; k < Taylor::kTerms; ++k) {
    Digits rest = a.c[series::index(k)];
    for (int j = 0; j < k; ++j) rest -= y.c[series::index(j)] * b.c[series::index(k - j)];
    y.c[series::index(k)] = rest / b.c[0];
  }
  return y;
}

inline Taylor exp(const Taylor& a) {
  Taylor y(exp(a.c[0]));
  for (int k = 1; k < Taylor::kTerms; ++k) {
    for (int j = 1; j <= k; ++j)
      y.c[series::index(k)] += j * a.c[series::index(j)] * y.c[series::index(k - j)];
    y.c[series::index(k)] /= k;
  }
  return y;
}
inline Taylor expm1(const Taylor& a) {
  Taylor y = exp(a);
  y.c[0] = boost::math::expm1(a.c[0]);
  return y;
}
inline Taylor log(const Taylor& a) { return series::integral(log(a.c[0]), 1 / a, a); }
inline Taylor log1p(const Taylor& a) {
  return series::integral(boost::math::log1p(a.c[0]), 1 / (1 + a), a);
}
/// a^p for a > 0.
inline Taylor pow(const Taylor& a, const Digits& p) {
  Taylor y(pow(a.c[0], p));
  for (int k = 1; k < Taylor::kTerms; ++k) {
    for (int j = 1; j <= k; ++j)
      y.c[series::index(k)] +=
          (p * j - (k - j)) * a.c[series::index(j)] * y.c[series::index(k - j)];
    y.c[series::index(k)] /= k * a.c[0];
  }
  return y;
}
inline Taylor sqrt(const Taylor& a) {
  Taylor y = pow(a, Digits(0.5));
  y.c[0] = sqrt(a.c[0]);
  return y;
}
/// Two functions of which each is the derivative of the other, `sign` times for the second.
struct Pair {
  Taylor first;
  Taylor second;
};
inline Pair pair_of(const Digits& first, const Digits& second, int sign, const Taylor& a) {
  Pair y{first, second};
  for (int k = 1; k < Taylor::kTerms; ++k) {
    for (int j = 1; j <= k; ++j) {
      const Digits step = j * a.c[series::index(j)];
      y.first.c[series::index(k)] += step * y.second.c[series::index(k - j)];
      y.second.c[series::index(k)] += sign * step * y.first.c[series::index(k - j)];
    }
    y.first.c[series::index(k)] /= k;
    y.second.c[series::index(k)] /= k;
  }
  return y;
}
inline Pair sin_cos(const Taylor& a) { return pair_of(sin(a.c[0]), cos(a.c[0]), -1, a); }
inline Pair sinh_cosh(const Taylor& a) {
  const Digits m = boost::math::expm1(abs(a.c[0]));
  const Digits y = (m + m / (m + 1)) / 2;
  return pair_of(a.c[0] < 0 ? -y : y, (m + 1 + 1 / (m + 1)) / 2, 1, a);
}
inline Taylor sin(const Taylor& a) { return sin_cos(a).first; }
inline Taylor cos(const Taylor& a) { return sin_cos(a).second; }
inline Taylor sinh(const Taylor& a) { return sinh_cosh(a).first; }
inline Taylor cosh(const Taylor& a) { return sinh_cosh(a).second; }
inline Taylor tanh(const Taylor& a) {
  const Pair y = sinh_cosh(a);
  return series::integral(y.first.c[0] / y.second.c[0], 1 / (y.second * y.second), a);
}
inline Taylor tan(const Taylor& a) {
  const Pair y = sin_cos(a);
  return series::integral(y.first.c[0] / y.second.c[0], 1 / (y.second * y.second), a);
}
inline Taylor atan(const Taylor& a) { return series::integral(atan(a.c[0]), 1 / (1 + a * a), a); }
inline Taylor asin(const Taylor& a) {
  return series::integral(asin(a.c[0]), pow(1 - a * a, Digits(-0.5)), a);
}
inline Taylor asinh(const Taylor& a) {
  return series::integral(boost::math::asinh(a.c[0]), pow(1 + a * a, Digits(-0.5)), a);
}
inline Taylor acosh(const Taylor& a) {
  return series::integral(boost::math::acosh(a.c[0]), pow((a - 1) * (a + 1), Digits(-0.5)), a);
}
inline Taylor atanh(const Taylor& a) {
  return series::integral(boost::math::atanh(a.c[0]), 1 / (1 - a * a), a);
}
inline const Digits& root_pi() {
  static const Digits value = sqrt(boost::math::constants::pi<Digits>());
  return value;
}
inline Taylor erf(const Taylor& a) {
  return series::integral(boost::math::erf(a.c[0]), exp(-(a * a)) * Taylor(2 / root_pi()), a);
}
inline Taylor erfc(const Taylor& a) {
  return series::integral(boost::math::erfc(a.c[0]), exp(-(a * a)) * Taylor(-2 / root_pi()), a);
}
inline Taylor absolute(const Taylor& x) { return x.value() < 0 ? -x : x; }
inline Taylor logistic(const Taylor& x) {
  return series::integral(1 / (1 + exp(-x.value())), 1 / (2 + 2 * cosh(x)), x);
}
/// log(1 + exp(x)).
inline Taylor log1p_exp(const Taylor& x) {
  const Digits m = abs(x.value());
  return series::integral(boost::math::log1p(exp(-m)) + (m + x.value()) / 2, logistic(x), x);
}

}  // namespace accuracy
