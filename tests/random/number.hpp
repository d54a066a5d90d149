#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <type_traits>

/// Numbers that carry their derivatives, by the textbook: v + d e with e^2 = 0. Nested five deep they
/// carry the mixed derivatives along five directions, so that a plain loop over them has values and
/// derivatives up to the fifth order without a rule for any operator.
namespace random_programs {

/// How near to a kink or a jump the decisions of a calculation came.
struct Decisions {
  /// On it: there is no derivative.
  bool tie = false;
  /// Apart from ties.
  double nearest = std::numeric_limits<double>::infinity();
};
inline Decisions decisions;
inline void decide(double distance) {
  if (distance == 0)
    decisions.tie = true;
  else
    decisions.nearest = std::min(decisions.nearest, std::abs(distance));
}
/// Where a domain ends, or a value grows without bound, rounding may step over that.
inline void approach(double distance) {
  if (distance != 0 && std::abs(distance) < 1e-2) decide(distance);
}
inline double value(double x) { return x; }

template <class T>
struct Dual {
  T v{};
  T d{};
  Dual() = default;
  Dual(double x) : v(x) {}
  Dual(const T& value, const T& derivative) : v(value), d(derivative) {}

  Dual& operator+=(const Dual& o) { return *this = *this + o; }
  Dual& operator*=(const Dual& o) { return *this = *this * o; }
  friend Dual operator+(const Dual& a, const Dual& b) { return {a.v + b.v, a.d + b.d}; }
  friend Dual operator-(const Dual& a, const Dual& b) { return {a.v - b.v, a.d - b.d}; }
  friend Dual operator*(const Dual& a, const Dual& b) { return {a.v * b.v, a.d * b.v + a.v * b.d}; }
  friend Dual operator/(const Dual& a, const Dual& b) {
    approach(value(b));
    const T y = a.v / b.v;
    return {y, (a.d - y * b.d) / b.v};
  }
  friend Dual operator-(const Dual& a) { return {-a.v, -a.d}; }
  friend double value(const Dual& x) { return value(x.v); }
};

/// The first are those of the loss's derivatives, the others are for transforms in the program.
constexpr std::size_t kDirections = 5;
constexpr std::size_t kOrders = 3;
using Number = Dual<Dual<Dual<Dual<Dual<double>>>>>;

inline void set_value(double& x, double v) { x = v; }
template <class T>
void set_value(Dual<T>& x, double v) {
  set_value(x.v, v);
}
/// The coefficient of the product of the directions whose bits are set.
inline double& coefficient(double& x, unsigned) { return x; }
template <class T>
double& coefficient(Dual<T>& x, unsigned directions) {
  return coefficient((directions & 1U) != 0 ? x.d : x.v, directions >> 1U);
}

using std::abs, std::acos, std::asin, std::atan, std::cos, std::cosh, std::erf, std::erfc, std::exp,
    std::expm1, std::log, std::log1p, std::pow, std::sin, std::sinh, std::sqrt, std::tanh;

#define EIGENGRAD_DUAL_UP_TO(f, distance, derivative) \
  template <class T>                                  \
  Dual<T> f(const Dual<T>& x) {                       \
    approach(distance);                               \
    const T y = f(x.v);                               \
    return {y, (derivative)*x.d};                     \
  }
#define EIGENGRAD_DUAL(f, derivative) EIGENGRAD_DUAL_UP_TO(f, 1, derivative)
EIGENGRAD_DUAL(exp, y)
EIGENGRAD_DUAL(expm1, y + T(1))
EIGENGRAD_DUAL_UP_TO(log, value(x), T(1) / x.v)
EIGENGRAD_DUAL_UP_TO(log1p, 1 + value(x), T(1) / (T(1) + x.v))
EIGENGRAD_DUAL_UP_TO(sqrt, value(x), T(0.5) / y)
EIGENGRAD_DUAL(tanh, T(1) - y * y)
EIGENGRAD_DUAL(atan, T(1) / (T(1) + x.v * x.v))
EIGENGRAD_DUAL_UP_TO(asin, 1 - std::abs(value(x)), T(1) / sqrt(T(1) - x.v * x.v))
EIGENGRAD_DUAL_UP_TO(acos, 1 - std::abs(value(x)), T(-1) / sqrt(T(1) - x.v * x.v))
EIGENGRAD_DUAL(erf, T(2 * std::numbers::inv_sqrtpi) * exp(-(x.v * x.v)))
EIGENGRAD_DUAL(erfc, T(-2 * std::numbers::inv_sqrtpi) * exp(-(x.v * x.v)))
#undef EIGENGRAD_DUAL
#undef EIGENGRAD_DUAL_UP_TO
template <class T>
Dual<T> cos(const Dual<T>& x);
template <class T>
Dual<T> sin(const Dual<T>& x) {
  return {sin(x.v), cos(x.v) * x.d};
}
template <class T>
Dual<T> cos(const Dual<T>& x) {
  return {cos(x.v), -sin(x.v) * x.d};
}
template <class T>
Dual<T> cosh(const Dual<T>& x);
template <class T>
Dual<T> sinh(const Dual<T>& x) {
  return {sinh(x.v), cosh(x.v) * x.d};
}
template <class T>
Dual<T> cosh(const Dual<T>& x) {
  return {cosh(x.v), sinh(x.v) * x.d};
}
template <class T>
Dual<T> pow(const Dual<T>& x, double p) {
  if (p == 0) return 1.0;
  approach(value(x));
  return {pow(x.v, p), T(p) * pow(x.v, p - 1) * x.d};
}

inline Number max(const Number& a, const Number& b) {
  decide(value(a) - value(b));
  return value(a) < value(b) ? b : a;
}
inline Number min(const Number& a, const Number& b) {
  decide(value(a) - value(b));
  return value(b) < value(a) ? b : a;
}
/// The square root, whose derivative ends at 0.
inline Number root(const Number& x) {
  decide(value(x));
  return sqrt(x);
}
inline Number absolute(const Number& x) { return max(x, -x); }
/// A function with jumps at whole numbers (shifted by `shift`) and no slope between them.
inline Number step(double y, double x, double shift = 0) {
  decide(x + shift - std::round(x + shift));
  return y;
}

}  // namespace random_programs
