#include "eigengrad/ops/pointwise/activations.hpp"

#include "autograd/elementwise.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/random.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/pointwise/derivatives.hpp"
#include "ops/pointwise/closed_families.hpp"
#include "ops/pointwise/rule_math.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::apply_inplace;
using autograd::Binary;
using autograd::Unary;
using math::Unused;
using math::Value;

/// Beyond +-kFar the derivatives of silu and mish have rounded to 0 or 1. They are computed at limited arguments,
/// since infinity times 0 would be NaN.
constexpr double kFar = 2000;

// ---- Smooth ones.

/// The derivative comes from x: y (1 - y) loses the right tail, where y rounds to 1.
struct Sigmoid : Unary<"sigmoid"> {
  static auto value(const auto& x) { return math::sigmoid(x); }
  static auto derivative(const Value auto& x) { return math::sigmoid_derivative(x); }
  static auto derivative_at_output(const Value auto& y) { return y * (1 - y); }
};

struct LogSigmoid : Unary<"log_sigmoid"> {
  static auto value(const auto& x) { return -math::log1p_exp(-x); }
  static auto derivative(const Value auto& x) { return math::sigmoid(-x); }
};

struct Softplus : Unary<"softplus"> {
  double beta;
  double limit;
  auto value(const auto& x) const {
    const auto z = x * beta;
    return math::where(z > limit, x, math::log1p_exp(z) / beta);
  }
  auto derivative(const Value auto& x) const {
    const auto z = x * beta;
    return math::either(z > limit, 1, math::sigmoid(z));
  }
};

// The nodes of softsign and tanhshrink are named as in PyTorch, which computes a quotient and a difference.
struct Softsign : Unary<"softsign"> {
  static constexpr auto node_name = "DivBackward0";
  static auto value(const auto& x) {
    const auto m = math::abs(x);
    return math::where(m < math::kInfinity<double>, x / (1 + m),
                       math::copysign(math::minimum(m, 1), x));
  }
  static auto derivative(const Value auto& x) {
    const auto q = 1 / (math::abs(x) + 1);
    return q * q;
  }
};

struct Tanhshrink : Unary<"tanhshrink"> {
  static constexpr auto node_name = "SubBackward0";
  static auto value(const auto& x) { return math::tanhshrink(x); }
  static auto derivative(const Value auto& x) {
    const auto t = math::tanh(x);
    return t * t;
  }
};

struct Silu : Unary<"silu"> {
  static auto value(const auto& x) {
    return math::gated(x, [](const auto& z) { return math::times_sigmoid(z, z, 0); });
  }
  static auto derivative(const Value auto& x) {
    const auto z = math::within(x, kFar);
    return math::sigmoid(z) + z * math::sigmoid_derivative(z);
  }
};

struct Mish : Unary<"mish"> {
  static auto value(const auto& x) {
    return math::gated(x, [](const auto& z) { return math::mish(z); });
  }
  static auto derivative(const Value auto& x) {
    return math::mish_derivative(math::within(x, kFar));
  }
};

struct Gelu : Unary<"gelu"> {
  static auto value(const auto& x) {
    return math::gated(x, [](const auto& z) { return math::gelu(z); });
  }
  static auto derivative(const Value auto& x) {
    const auto z = math::within(x, kFar);
    return math::normal_cdf(z) + z * math::normal_pdf(z);
  }
};

/// Derivative `order` (0, 1, 2) of x sigmoid(v), v = 2 sqrt(2 / pi) (x + 0.044715 x^3).
struct GeluTanh : Unary<"gelu"> {
  int order;
  auto value(const auto& x) const {
    if (order > 0) return math::gelu_by_tanh(math::within(x, 100), order);
    return math::gated(x, [](const auto& z) { return math::gelu_by_tanh(z, 0); });
  }
  auto derivative(const Value auto& x) const {
    return order < 2 ? math::evaluate(GeluTanh{{}, order + 1}, x) : third(math::within(x, 100));
  }

 private:
  /// With s1, s2, s3 the derivatives of sigmoid at v and v1, v2, v3 those of v:
  /// 3 (s2 v1^2 + s1 v2) + x (s3 v1^3 + 3 s2 v1 v2 + s1 v3).
  template <class X>
  static X third(const X& x) {
    constexpr auto linear = static_cast<double>(math::kGeluLinear);
    constexpr auto cubic = static_cast<double>(math::kGeluCubic);
    const X v = x * (x * x * cubic + linear), v1 = x * x * (3 * cubic) + linear;
    const X v2 = x * (6 * cubic), s1 = math::sigmoid_derivative(v);
    const X s2 = s1 * (math::sigmoid(v) * -2 + 1), s3 = s1 * (s1 * -6 + 1);
    return (s2 * v1 * v1 + s1 * v2) * 3 +
           x * (s3 * v1 * v1 * v1 + s2 * v1 * v2 * 3 + s1 * (6 * cubic));
  }
};

/// positive x, or negative (exp(inner x) - 1) on the left.
struct Elu : Unary<"elu"> {
  double negative;
  double positive;
  double inner;
  auto value(const auto& x) const {
    return math::where(x > 0, x * positive, math::expm1(x * inner) * negative);
  }
  auto derivative(const Value auto& x) const {
    // exp is evaluated where x > 0 too, though its value is not taken there. It must not overflow, or the next
    // derivative of that branch would be 0 times infinity.
    const auto left = math::at_most(x, 0);
    return math::either(x > 0, positive, math::exp(left * inner) * (negative * inner));
  }
};
struct Celu : Elu {
  static constexpr auto node_name = "CeluBackward0";
  static constexpr auto op_name = "celu";
};

// ---- Of straight pieces.

struct Relu : Unary<"relu"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& x) { return math::maximum(x, 0); }
  static auto derivative_at_output(const Value auto& y) { return math::when(y > 0, 1); }
};

/// x limited to [low, high]; T is std::int64_t for integers, which keep their dtype.
template <class T>
struct Hardtanh : Unary<"hardtanh"> {
  static constexpr bool no_bool = true;
  T low;
  T high;
  auto value(const auto& x) const { return math::minimum(math::maximum(x, low), high); }
  auto derivative(const Value auto& x) const { return math::when((x > low) & (x < high), 1); }
};
struct HardtanhInteger : Hardtanh<std::int64_t> {
  static constexpr bool on_integers = true;
  static auto derivative(Unused) { return math::Zero{}; }
};

template <class T>
struct Threshold : Unary<"threshold"> {
  static constexpr bool no_bool = true;
  T threshold;
  T replacement;
  auto value(const auto& x) const { return math::where(x <= threshold, replacement, x); }
  auto derivative(const Value auto& x) const { return math::when(x > threshold, 1); }
};
struct ThresholdInteger : Threshold<std::int64_t> {
  static constexpr bool on_integers = true;
  static auto derivative(Unused) { return math::Zero{}; }
};

struct Hardsigmoid : Unary<"hardsigmoid"> {
  static auto value(const auto& x) { return math::minimum(math::maximum(x + 3, 0), 6) / 6; }
  static auto derivative(const Value auto& x) {
    return math::when((x > -3) & (x < 3), math::over(6));
  }
};

struct Hardswish : Unary<"hardswish"> {
  static auto value(const auto& x) {
    const auto z = math::maximum(x, -4);
    return z * (math::minimum(math::maximum(z + 3, 0), 6) / 6);
  }
  static auto derivative(const Value auto& x) {
    return math::either(!(x < 3), 1, math::when(x > -3, x * (1.0 / 3) + 0.5));
  }
};

struct Hardshrink : Unary<"hardshrink"> {
  double lambd;
  auto value(const auto& x) const { return math::where((x >= -lambd) & (x <= lambd), 0, x); }
  auto derivative(const Value auto& x) const { return math::when((x < -lambd) | (x > lambd), 1); }
};

struct Softshrink : Unary<"softshrink"> {
  double lambd;
  auto value(const auto& x) const {
    const auto inside = math::where(x == x, 0, x);
    return math::where(x > lambd, x - lambd, math::where(x < -lambd, x + lambd, inside));
  }
  auto derivative(const Value auto& x) const { return math::when((x < -lambd) | (x > lambd), 1); }
};

struct LeakyRelu : Unary<"leaky_relu"> {
  double factor;
  auto value(const auto& x) const { return math::where(x > 0, x, x * factor); }
  auto derivative(const Value auto& x) const { return math::either(x > 0, 1, factor); }
};

struct RreluInEvaluation : LeakyRelu {
  static constexpr auto node_name = "RreluWithNoiseBackward0";
  static constexpr auto op_name = "rrelu";
};

/// a, or a b where a <= 0.
struct Prelu : Binary<"prelu"> {
  static constexpr auto node_name = "PreluKernelBackward0";
  static auto value(const auto& a, const auto& b) { return math::where(a > 0, a, a * b); }
  static auto derivative_a(const Value auto& a, const Value auto& b, Unused) {
    return math::either(a > 0, 1, b);
  }
  static auto derivative_b(const Value auto& a, Unused, Unused) { return math::when(a <= 0, a); }
};
struct RreluInTraining : Prelu {
  static constexpr auto node_name = "RreluWithNoiseBackward0";
  static constexpr auto op_name = "rrelu";
};

// ---- glu.

struct Gate {
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  static constexpr auto node_name = "GluBackward0";
  static constexpr bool lifts_to_itself = true;
  /// Counted from the end.
  std::int64_t dim;

  Tensor forward(const Tensor& x) const {
    const detail::Unrecorded unrecorded;
    const auto [a, b] = halves(x);
    return a * sigmoid(b);
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const {
    const auto [a, b] = halves(x);
    return cat({g * sigmoid(b), g * a * math::sigmoid_derivative(b)}, dim);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const {
    const auto [a, b] = halves(x);
    const auto [t_a, t_b] = halves(t);
    return t_a * sigmoid(b) + t_b * a * math::sigmoid_derivative(b);
  }

 private:
  std::pair<Tensor, Tensor> halves(const Tensor& x) const {
    const std::int64_t n = x.size(dim) / 2;
    return {x.narrow(dim, 0, n), x.narrow(dim, n, n)};
  }
};

// ---- Arguments.

void need_defined(const char* op, const Tensor& x, int argument = 0) {
  if (!x.defined())
    detail::fail<ValueError>(op, "argument ", argument,
                             " is undefined; assign a tensor to it first");
}

Elu elu_rule(const Scalar& alpha, const Scalar& scale, const Scalar& input_scale) {
  return {{}, alpha.toDouble() * scale.toDouble(), scale.toDouble(), input_scale.toDouble()};
}

Celu celu_rule(const char* op, const Scalar& alpha) {
  if (alpha.toDouble() == 0)
    detail::fail<ValueError>(op, "alpha is 0, and the function divides by it; relu() is the limit");
  return {{{}, alpha.toDouble(), 1, 1 / alpha.toDouble()}};
}

constexpr Elu kSelu{{},
                    1.6732632423543772848170429916717 * 1.0507009873554804934193349852946,
                    1.0507009873554804934193349852946,
                    1};

bool by_tanh(const char* op, std::string_view approximate) {
  if (approximate != "none" && approximate != "tanh")
    detail::fail<ValueError>(op, "there is no approximation \"", approximate,
                             "\"; use \"none\" or \"tanh\"");
  return approximate == "tanh";
}

double softshrink_width(const Scalar& lambd) {
  if (!(lambd.toDouble() >= 0))
    detail::fail<ValueError>("softshrink", "lambd must not be negative: ", lambd.toDouble());
  return lambd.toDouble();
}

Softplus softplus_rule(const Scalar& beta, const Scalar& threshold) {
  return {{}, beta.toDouble(), threshold.toDouble()};
}

/// Calls `f` with the rule for the dtype of x.
template <class Integer, class Real, class F>
auto choose(const Tensor& x, const Scalar& a, const Scalar& b, F f) {
  if (x.defined() && !x.is_floating_point()) return f(Integer{{{}, a.toLong(), b.toLong()}});
  return f(Real{{}, a.toDouble(), b.toDouble()});
}

/// The factor of rrelu for x < 0, for each element.
Tensor drawn_negative_slopes(const Tensor& x, double lower, double upper,
                             const optional<Generator>& generator) {
  const NoGradGuard off;
  return rand(x.sizes(), generator, TensorOptions().dtype(x.dtype())) * (upper - lower) + lower;
}

void check_bounds(const char* op, const Scalar& lower, const Scalar& upper) {
  if (!(lower.toDouble() <= upper.toDouble()))
    detail::fail<ValueError>(op, "lower must not be above upper: ", lower.toDouble(), " and ",
                             upper.toDouble());
}

RreluInEvaluation rrelu_rule(const Scalar& lower, const Scalar& upper) {
  return {{{}, (lower.toDouble() + upper.toDouble()) / 2}};
}

}  // namespace

#define EIGENGRAD_ACTIVATION(name, Rule)                  \
  Tensor name(const Tensor& x) { return apply(Rule, x); } \
  Tensor& name##_(Tensor& x) { return apply_inplace(Rule, x); }
EIGENGRAD_ACTIVATION(sigmoid, Sigmoid{})
EIGENGRAD_ACTIVATION(silu, Silu{})
EIGENGRAD_ACTIVATION(mish, Mish{})
EIGENGRAD_ACTIVATION(relu, Relu{})
EIGENGRAD_ACTIVATION(hardsigmoid, Hardsigmoid{})
EIGENGRAD_ACTIVATION(hardswish, Hardswish{})
EIGENGRAD_ACTIVATION(selu, kSelu)
#undef EIGENGRAD_ACTIVATION

Tensor Tensor::sigmoid() const { return eigengrad::sigmoid(*this); }
Tensor& Tensor::sigmoid_() const { return eigengrad::sigmoid_(self()); }
Tensor Tensor::relu() const { return eigengrad::relu(*this); }
Tensor& Tensor::relu_() const { return eigengrad::relu_(self()); }

Tensor log_sigmoid(const Tensor& x) { return apply(LogSigmoid{}, x); }
Tensor softplus(const Tensor& x, const Scalar& beta, const Scalar& threshold) {
  return apply(softplus_rule(beta, threshold), x);
}
Tensor softsign(const Tensor& x) { return apply(Softsign{}, x); }
Tensor tanhshrink(const Tensor& x) { return apply(Tanhshrink{}, x); }

Tensor gelu(const Tensor& x, std::string_view approximate) {
  return by_tanh("gelu", approximate) ? apply(GeluTanh{{}, 0}, x) : apply(Gelu{}, x);
}
Tensor& gelu_(Tensor& x, std::string_view approximate) {
  return by_tanh("gelu_", approximate) ? apply_inplace(GeluTanh{{}, 0}, x)
                                       : apply_inplace(Gelu{}, x);
}

Tensor glu(const Tensor& x, std::int64_t dim) {
  need_defined("glu", x);
  if (x.dim() == 0)
    detail::fail<ShapeError>(
        "glu", "a tensor without dimensions cannot be halved; give one with an even extent");
  const auto d = static_cast<std::int64_t>(detail::wrap_dim("glu", dim, x.sizes().size()));
  if (x.size(d) % 2 != 0)
    detail::fail<ShapeError>("glu", "the extent to be halved must be even: dimension ", d,
                             " of shape ", x.sizes());
  return autograd::apply_general(Gate{d - x.dim()},
                                 x.is_floating_point() ? x : x.to(kDefaultDtype));
}

Tensor relu6(const Tensor& x) { return hardtanh(x, 0, 6); }
Tensor& relu6_(Tensor& x) { return hardtanh_(x, 0, 6); }
Tensor hardtanh(const Tensor& x, const Scalar& min_val, const Scalar& max_val) {
  return choose<HardtanhInteger, Hardtanh<double>>(
      x, min_val, max_val, [&](const auto& rule) { return apply(rule, x); });
}
Tensor& hardtanh_(Tensor& x, const Scalar& min_val, const Scalar& max_val) {
  choose<HardtanhInteger, Hardtanh<double>>(x, min_val, max_val,
                                            [&](const auto& rule) { apply_inplace(rule, x); });
  return x;
}
Tensor threshold(const Tensor& x, const Scalar& threshold, const Scalar& value) {
  return choose<ThresholdInteger, Threshold<double>>(
      x, threshold, value, [&](const auto& rule) { return apply(rule, x); });
}
Tensor& threshold_(Tensor& x, const Scalar& threshold, const Scalar& value) {
  choose<ThresholdInteger, Threshold<double>>(x, threshold, value,
                                              [&](const auto& rule) { apply_inplace(rule, x); });
  return x;
}

Tensor hardshrink(const Tensor& x, const Scalar& lambd) {
  return apply(Hardshrink{{}, lambd.toDouble()}, x);
}
Tensor Tensor::hardshrink(const Scalar& lambd) const { return eigengrad::hardshrink(*this, lambd); }
Tensor softshrink(const Tensor& x, const Scalar& lambd) {
  return apply(Softshrink{{}, softshrink_width(lambd)}, x);
}

Tensor leaky_relu(const Tensor& x, const Scalar& negative_slope) {
  return apply(LeakyRelu{{}, negative_slope.toDouble()}, x);
}
Tensor& leaky_relu_(Tensor& x, const Scalar& negative_slope) {
  return apply_inplace(LeakyRelu{{}, negative_slope.toDouble()}, x);
}

Tensor prelu(const Tensor& x, const Tensor& weight) {
  need_defined("prelu", x);
  need_defined("prelu", weight, 1);
  if (x.dtype() != weight.dtype())
    detail::fail<DtypeError>("prelu", "x and weight must have one dtype: ", to_string(x.dtype()),
                             " and ", to_string(weight.dtype()), "; convert one with to()");
  if (weight.numel() == 1)
    return apply(Prelu{}, x, weight.dim() == 0 ? weight : weight.reshape({}));
  const std::int64_t channels = x.dim() > 1 ? x.size(1) : 1;
  if (weight.dim() != 1 || weight.numel() != channels)
    detail::fail<ShapeError>("prelu", "weight of shape ", weight.sizes(), " for x of shape ",
                             x.sizes(), "; it must have 1 element or ", channels);
  std::vector<std::int64_t> spread(static_cast<std::size_t>(x.dim() - 1), 1);
  spread[0] = channels;
  return apply(Prelu{}, x, weight.reshape(spread));
}
Tensor Tensor::prelu(const Tensor& weight) const { return eigengrad::prelu(*this, weight); }

Tensor rrelu(const Tensor& x, const Scalar& lower, const Scalar& upper, bool training,
             const optional<Generator>& generator) {
  need_defined("rrelu", x);
  check_bounds("rrelu", lower, upper);
  if (!training) return apply(rrelu_rule(lower, upper), x);
  const Tensor real = x.is_floating_point() ? x : x.to(kDefaultDtype);
  return apply(RreluInTraining{}, real,
               drawn_negative_slopes(real, lower.toDouble(), upper.toDouble(), generator));
}
Tensor& rrelu_(Tensor& x, const Scalar& lower, const Scalar& upper, bool training,
               const optional<Generator>& generator) {
  need_defined("rrelu_", x);
  check_bounds("rrelu_", lower, upper);
  if (!training) return apply_inplace(rrelu_rule(lower, upper), x);
  autograd::check_result_fits("rrelu_", x.is_floating_point() ? x.dtype() : kDefaultDtype,
                              x.dtype());
  return apply_inplace(RreluInTraining{}, x,
                       drawn_negative_slopes(x, lower.toDouble(), upper.toDouble(), generator));
}

Tensor elu(const Tensor& x, const Scalar& alpha, const Scalar& scale, const Scalar& input_scale) {
  return apply(elu_rule(alpha, scale, input_scale), x);
}
Tensor& elu_(Tensor& x, const Scalar& alpha, const Scalar& scale, const Scalar& input_scale) {
  return apply_inplace(elu_rule(alpha, scale, input_scale), x);
}
Tensor celu(const Tensor& x, const Scalar& alpha) { return apply(celu_rule("celu", alpha), x); }
Tensor& celu_(Tensor& x, const Scalar& alpha) {
  return apply_inplace(celu_rule("celu_", alpha), x);
}

}  // namespace eigengrad
