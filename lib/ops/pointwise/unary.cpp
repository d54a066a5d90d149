#include "eigengrad/ops/pointwise/unary.hpp"

#include <limits>

#include "autograd/elementwise.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "kernels/pointwise/derivatives.hpp"
#include "ops/pointwise/rule_math.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Unary;
using math::Unused;
using math::Value;

constexpr double kLog2 = 0.693147180559945309417232121458176568;
constexpr double kLog10 = 2.302585092994045684017991454684364208;
constexpr double kRadian = 0.0174532925199432957692369076848861271;  // pi / 180
constexpr double kDegree = 57.2957795130823208767981548141051703;

struct Abs : Unary<"abs"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& x) { return math::abs(x); }
  static auto derivative(const Value auto& x) { return math::sign(x); }
};

struct Exp : Unary<"exp"> {
  static auto value(const auto& x) { return math::exp(x); }
  static auto derivative_at_output(const Value auto& y) { return y; }
};

struct Exp2 : Unary<"exp2"> {
  static auto value(const auto& x) { return math::exp2(x); }
  static auto derivative_at_output(const Value auto& y) { return y * kLog2; }
};

struct Expm1 : Unary<"expm1"> {
  static auto value(const auto& x) { return math::expm1(x); }
  static auto derivative(const Value auto& x) { return math::exp(x); }
  // 0 for x below -37.
  static auto derivative_at_output(const Value auto& y) { return y + 1; }
};

struct Log : Unary<"log"> {
  static auto value(const auto& x) { return math::log(x); }
  static auto derivative(const Value auto& x) { return math::over(x); }
};

struct Log2 : Unary<"log2"> {
  static auto value(const auto& x) { return math::log2(x); }
  static auto derivative(const Value auto& x) { return math::over(x * kLog2); }
};

struct Log10 : Unary<"log10"> {
  static auto value(const auto& x) { return math::log10(x); }
  /// Not 1 / (x log 10), whose denominator overflows before the derivative underflows.
  static auto derivative(const Value auto& x) { return 1 / kLog10 / x; }
};

struct Log1p : Unary<"log1p"> {
  static auto value(const auto& x) { return math::log1p(x); }
  static auto derivative(const Value auto& x) { return math::over(x + 1); }
};

struct Sqrt : Unary<"sqrt"> {
  static auto value(const auto& x) { return math::sqrt(x); }
  static auto derivative_at_output(const Value auto& y) { return math::over(y * 2); }
};

struct Rsqrt : Unary<"rsqrt"> {
  static auto value(const auto& x) { return 1 / math::sqrt(x); }
  static auto derivative_at_output(const Value auto& y) { return y * -0.5 * y * y; }
};

/// x, recorded as a power, so that further derivatives are functions of x as well.
template <class T>
math::Pack<T> first_power(const math::Pack<T>& x) {
  return x;
}
Tensor first_power(const Tensor& x) { return eigengrad::pow(x, 1); }

struct Square : Unary<"square"> {
  // PyTorch's square is a power.
  static constexpr auto node_name = "PowBackward0";
  static constexpr bool on_integers = true;
  static auto value(const auto& x) { return x * x; }
  static auto derivative(const Value auto& x) { return first_power(x) * 2; }
};

struct Reciprocal : Unary<"reciprocal"> {
  static auto value(const auto& x) { return 1 / x; }
  static auto derivative_at_output(const Value auto& y) { return -(y * y); }
};

struct Sin : Unary<"sin"> {
  static auto value(const auto& x) { return math::sin(x); }
  static auto derivative(const Value auto& x) { return math::cos(x); }
};

struct Cos : Unary<"cos"> {
  static auto value(const auto& x) { return math::cos(x); }
  static auto derivative(const Value auto& x) { return -math::sin(x); }
};

struct Tan : Unary<"tan"> {
  static auto value(const auto& x) { return math::tan(x); }
  static auto derivative_at_output(const Value auto& y) { return y * y + 1; }
};

struct Asin : Unary<"asin"> {
  static auto value(const auto& x) { return math::asin(x); }
  static auto derivative(const Value auto& x) {
    return math::over(math::sqrt(math::one_minus_square(x)));
  }
};

struct Acos : Unary<"acos"> {
  static auto value(const auto& x) { return math::acos(x); }
  static auto derivative(const Value auto& x) {
    return math::over(-math::sqrt(math::one_minus_square(x)));
  }
};

struct Atan : Unary<"atan"> {
  static auto value(const auto& x) { return math::atan(x); }
  static auto derivative(const Value auto& x) { return math::atan_derivative(x); }
};

struct Sinc : Unary<"sinc"> {
  static auto value(const auto& x) { return math::sinc_factor(x, 0); }
  static auto derivative(const Value auto& x) { return math::sinc_derivative(x, 0); }
};

struct Deg2Rad : Unary<"deg2rad"> {
  static auto value(const auto& x) { return x * kRadian; }
  static auto derivative(Unused) { return kRadian; }
};

struct Rad2Deg : Unary<"rad2deg"> {
  static auto value(const auto& x) { return x * kDegree; }
  static auto derivative(Unused) { return kDegree; }
};

struct Sinh : Unary<"sinh"> {
  static auto value(const auto& x) { return math::sinh(x); }
  static auto derivative(const Value auto& x) { return math::cosh(x); }
};

struct Cosh : Unary<"cosh"> {
  static auto value(const auto& x) { return math::cosh(x); }
  static auto derivative(const Value auto& x) { return math::sinh(x); }
};

struct Tanh : Unary<"tanh"> {
  static auto value(const auto& x) { return math::tanh(x); }
  static auto derivative(const Value auto& x) { return math::tanh_derivative(x); }
  static auto derivative_at_output(const Value auto& y) { return 1 - y * y; }
};

struct Asinh : Unary<"asinh"> {
  static auto value(const auto& x) { return math::asinh(x); }
  static auto derivative(const Value auto& x) { return math::inverse_hypot(x); }
};

struct Acosh : Unary<"acosh"> {
  static auto value(const auto& x) { return math::acosh(x); }
  static auto derivative(const Value auto& x) { return math::acosh_derivative(x); }
};

struct Atanh : Unary<"atanh"> {
  static auto value(const auto& x) { return math::atanh(x); }
  static auto derivative(const Value auto& x) { return math::over(math::one_minus_square(x)); }
};

struct Clamp : Unary<"clamp"> {
  static constexpr auto node_name = "ClampBackward1";
  static constexpr bool gradient_is_constant = true;
  double low;
  double high;
  /// Whether there is such a bound; an infinite one stands for none.
  bool bounded_below;
  bool bounded_above;
  auto value(const auto& x) const { return math::minimum(math::maximum(x, low), high); }
  /// 0 at a bound.
  auto derivative(const Value auto& x) const {
    auto inside = (x > low) & (x < high);
    if (!bounded_below) inside = inside | (x == low);
    if (!bounded_above) inside = inside | (x == high);
    return math::when(inside, 1);
  }
};

struct ClampMin : Clamp {
  static constexpr auto node_name = "ClampMinBackward0";
  static constexpr auto op_name = "clamp_min";
};
struct ClampMax : Clamp {
  static constexpr auto node_name = "ClampMaxBackward0";
  static constexpr auto op_name = "clamp_max";
};

/// clamp on int64, where infinite bounds have no place.
struct ClampInteger : Unary<"clamp"> {
  static constexpr auto node_name = "ClampBackward1";
  static constexpr bool on_integers = true;
  std::int64_t low;
  std::int64_t high;
  auto value(const auto& x) const { return math::minimum(math::maximum(x, low), high); }
  static auto derivative(Unused) { return 0; }
};

bool integer_bound(const optional<Scalar>& bound) { return !bound || !bound->isFloatingPoint(); }

void check_bounds(const optional<Scalar>& min, const optional<Scalar>& max) {
  if (!min && !max) detail::fail<ValueError>("clamp", "at least one of min and max must be given");
}

Clamp clamp_rule(const optional<Scalar>& min, const optional<Scalar>& max) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  return {{},
          min ? min->toDouble() : -inf,
          max ? max->toDouble() : inf,
          min.has_value(),
          max.has_value()};
}

}  // namespace

Tensor square(const Tensor& x) { return apply(Square{}, x.dtype() == kBool ? x.to(kInt64) : x); }
Tensor Tensor::square() const { return eigengrad::square(*this); }
Tensor& Tensor::square_() const { return apply_inplace(Square{}, self()); }

Tensor positive(const Tensor& x) {
  if (x.dtype() == kBool)
    detail::fail<DtypeError>("positive",
                             "is not defined for bool tensors; convert them with "
                             "to(kInt64) first");
  return x;
}
Tensor Tensor::positive() const { return eigengrad::positive(*this); }

#define EIGENGRAD_UNARY(name, Rule)                            \
  Tensor name(const Tensor& x) { return apply(Rule{}, x); }    \
  Tensor Tensor::name() const { return apply(Rule{}, *this); } \
  Tensor& Tensor::name##_() const { return apply_inplace(Rule{}, self()); }
#include "eigengrad/core/members/unary.inc"
#undef EIGENGRAD_UNARY

Tensor clamp(const Tensor& x, const optional<Scalar>& min, const optional<Scalar>& max) {
  check_bounds(min, max);
  if (x.is_floating_point()) return apply(clamp_rule(min, max), x);
  if (!integer_bound(min) || !integer_bound(max))
    return apply(clamp_rule(min, max), x.to(kDefaultDtype));
  using Limits = std::numeric_limits<std::int64_t>;
  return apply(
      ClampInteger{{}, min ? min->toLong() : Limits::min(), max ? max->toLong() : Limits::max()},
      x.to(kInt64));
}
Tensor clamp_min(const Tensor& x, const Scalar& min) {
  if (!x.is_floating_point()) return clamp(x, min, nullopt);
  return apply(ClampMin{clamp_rule(min, nullopt)}, x);
}
Tensor clamp_max(const Tensor& x, const Scalar& max) {
  if (!x.is_floating_point()) return clamp(x, nullopt, max);
  return apply(ClampMax{clamp_rule(nullopt, max)}, x);
}

Tensor Tensor::clamp(const optional<Scalar>& min, const optional<Scalar>& max) const {
  return eigengrad::clamp(*this, min, max);
}
Tensor Tensor::clamp_min(const Scalar& min) const { return eigengrad::clamp_min(*this, min); }
Tensor Tensor::clamp_max(const Scalar& max) const { return eigengrad::clamp_max(*this, max); }
Tensor& Tensor::clamp_(const optional<Scalar>& min, const optional<Scalar>& max) const {
  check_bounds(min, max);
  if (is_floating_point()) return apply_inplace(clamp_rule(min, max), self());
  const Tensor y = eigengrad::clamp(self(), min, max);
  autograd::check_result_fits("clamp_", y.dtype(), dtype());
  return copy_(y);
}
Tensor& Tensor::clamp_min_(const Scalar& min) const {
  if (!is_floating_point()) return clamp_min_(autograd::wrapped_scalar(min, self()));
  return apply_inplace(ClampMin{clamp_rule(min, nullopt)}, self());
}
Tensor& Tensor::clamp_max_(const Scalar& max) const {
  if (!is_floating_point()) return clamp_max_(autograd::wrapped_scalar(max, self()));
  return apply_inplace(ClampMax{clamp_rule(nullopt, max)}, self());
}

}  // namespace eigengrad
