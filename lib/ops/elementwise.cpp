#include "eigengrad/ops/elementwise.hpp"

#include <limits>

#include "autograd/elementwise.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "ops/rule_math.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using math::Unused;
using math::Value;

struct Abs {
  static constexpr int arity = 1;
  static constexpr auto node_name = "AbsBackward0";
  static constexpr auto op_name = "abs";
  static constexpr bool on_integers = true;
  static auto value(const auto& x) { return math::abs(x); }
  static auto slope(const Value auto& x) { return math::sign(x); }
};

struct Exp {
  static constexpr int arity = 1;
  static constexpr auto node_name = "ExpBackward0";
  static constexpr auto op_name = "exp";
  static auto value(const auto& x) { return math::exp(x); }
  static auto slope_at_output(const Value auto& y) { return y; }
};

struct Log {
  static constexpr int arity = 1;
  static constexpr auto node_name = "LogBackward0";
  static constexpr auto op_name = "log";
  static auto value(const auto& x) { return math::log(x); }
  static auto slope(const Value auto& x) { return math::over(x); }
};

struct Sqrt {
  static constexpr int arity = 1;
  static constexpr auto node_name = "SqrtBackward0";
  static constexpr auto op_name = "sqrt";
  static auto value(const auto& x) { return math::sqrt(x); }
  static auto slope_at_output(const Value auto& y) { return math::over(y * 2); }
};

struct Square {
  static constexpr int arity = 1;
  // PyTorch's square is a power.
  static constexpr auto node_name = "PowBackward0";
  static constexpr auto op_name = "square";
  static constexpr bool on_integers = true;
  static auto value(const auto& x) { return x * x; }
  static auto slope(const Value auto& x) { return x * 2; }
};

struct Reciprocal {
  static constexpr int arity = 1;
  static constexpr auto node_name = "ReciprocalBackward0";
  static constexpr auto op_name = "reciprocal";
  template <class X>
  static X value(const X& x) {
    return X(1) / x;
  }
  static auto slope_at_output(const Value auto& y) { return -(y * y); }
};

struct Sin {
  static constexpr int arity = 1;
  static constexpr auto node_name = "SinBackward0";
  static constexpr auto op_name = "sin";
  static auto value(const auto& x) { return math::sin(x); }
  static auto slope(const Value auto& x) { return math::cos(x); }
};

struct Cos {
  static constexpr int arity = 1;
  static constexpr auto node_name = "CosBackward0";
  static constexpr auto op_name = "cos";
  static auto value(const auto& x) { return math::cos(x); }
  static auto slope(const Value auto& x) { return -math::sin(x); }
};

struct Tanh {
  static constexpr int arity = 1;
  static constexpr auto node_name = "TanhBackward0";
  static constexpr auto op_name = "tanh";
  static auto value(const auto& x) { return math::tanh(x); }
  static auto slope_at_output(const Value auto& y) { return 1 - y * y; }
};

struct Sigmoid {
  static constexpr int arity = 1;
  static constexpr auto node_name = "SigmoidBackward0";
  static constexpr auto op_name = "sigmoid";
  template <class X>
  static X value(const X& x) {
    return X(1) / (X(1) + math::exp(-x));
  }
  static auto slope_at_output(const Value auto& y) { return (1 - y) * y; }
};

struct Relu {
  static constexpr int arity = 1;
  static constexpr auto node_name = "ReluBackward0";
  static constexpr auto op_name = "relu";
  static constexpr bool on_integers = true;
  template <class X>
  static X value(const X& x) {
    return math::maximum(x, X(0));
  }
  static auto slope_at_output(const Value auto& y) { return math::when(y > 0, 1); }
};

struct Clamp {
  static constexpr int arity = 1;
  static constexpr auto node_name = "ClampBackward1";
  static constexpr auto op_name = "clamp";
  double low;
  double high;
  template <class X>
  X value(const X& x) const {
    return math::minimum(math::maximum(x, X(low)), X(high));
  }
  auto slope(const Value auto& x) const { return math::when((x >= low) & (x <= high), 1); }
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
struct ClampInteger {
  static constexpr int arity = 1;
  static constexpr auto node_name = "ClampBackward1";
  static constexpr auto op_name = "clamp";
  static constexpr bool on_integers = true;
  std::int64_t low;
  std::int64_t high;
  template <class X>
  X value(const X& x) const {
    return math::minimum(math::maximum(x, X(low)), X(high));
  }
  static auto slope(Unused) { return 0; }
};

bool integer_bound(const optional<Scalar>& bound) { return !bound || !bound->isFloatingPoint(); }

void check_bounds(const optional<Scalar>& min, const optional<Scalar>& max) {
  if (!min && !max) detail::fail<ValueError>("clamp", "at least one of min and max must be given");
}

Clamp clamp_rule(const optional<Scalar>& min, const optional<Scalar>& max) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  return {min ? min->toDouble() : -inf, max ? max->toDouble() : inf};
}

}  // namespace

Tensor abs(const Tensor& x) { return apply(Abs{}, x); }
Tensor exp(const Tensor& x) { return apply(Exp{}, x); }
Tensor log(const Tensor& x) { return apply(Log{}, x); }
Tensor sqrt(const Tensor& x) { return apply(Sqrt{}, x); }
Tensor square(const Tensor& x) { return apply(Square{}, x.dtype() == kBool ? x.to(kInt64) : x); }
Tensor reciprocal(const Tensor& x) { return apply(Reciprocal{}, x); }
Tensor sin(const Tensor& x) { return apply(Sin{}, x); }
Tensor cos(const Tensor& x) { return apply(Cos{}, x); }
Tensor tanh(const Tensor& x) { return apply(Tanh{}, x); }
Tensor sigmoid(const Tensor& x) { return apply(Sigmoid{}, x); }
Tensor relu(const Tensor& x) { return apply(Relu{}, x); }

Tensor clamp(const Tensor& x, const optional<Scalar>& min, const optional<Scalar>& max) {
  check_bounds(min, max);
  if (x.is_floating_point()) return apply(clamp_rule(min, max), x);
  if (!integer_bound(min) || !integer_bound(max))
    return apply(clamp_rule(min, max), x.to(kDefaultDtype));
  using Limits = std::numeric_limits<std::int64_t>;
  return apply(
      ClampInteger{min ? min->toLong() : Limits::min(), max ? max->toLong() : Limits::max()},
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

#define EIGENGRAD_UNARY(name, Rule)                              \
  Tensor Tensor::name() const { return eigengrad::name(*this); } \
  Tensor& Tensor::name##_() { return apply_inplace(Rule{}, *this); }
EIGENGRAD_UNARY(abs, Abs)
EIGENGRAD_UNARY(exp, Exp)
EIGENGRAD_UNARY(log, Log)
EIGENGRAD_UNARY(sqrt, Sqrt)
EIGENGRAD_UNARY(square, Square)
EIGENGRAD_UNARY(reciprocal, Reciprocal)
EIGENGRAD_UNARY(sin, Sin)
EIGENGRAD_UNARY(cos, Cos)
EIGENGRAD_UNARY(tanh, Tanh)
EIGENGRAD_UNARY(sigmoid, Sigmoid)
EIGENGRAD_UNARY(relu, Relu)
#undef EIGENGRAD_UNARY

Tensor Tensor::clamp(const optional<Scalar>& min, const optional<Scalar>& max) const {
  return eigengrad::clamp(*this, min, max);
}
Tensor Tensor::clamp_min(const Scalar& min) const { return eigengrad::clamp_min(*this, min); }
Tensor Tensor::clamp_max(const Scalar& max) const { return eigengrad::clamp_max(*this, max); }
Tensor& Tensor::clamp_(const optional<Scalar>& min, const optional<Scalar>& max) {
  check_bounds(min, max);
  if (is_floating_point()) return apply_inplace(clamp_rule(min, max), *this);
  const Tensor y = eigengrad::clamp(*this, min, max);
  autograd::check_result_fits("clamp_", y.dtype(), dtype());
  return copy_(y);
}

}  // namespace eigengrad
