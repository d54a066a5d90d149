#include "ops/pointwise/rule_math.hpp"

#include <numbers>

#include "autograd/elementwise.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "kernels/pointwise/derivatives.hpp"

/// Derivatives that are operators of their own, so that a recorded gradient is one node and each
/// further derivative is as accurate as the function: families that are closed under differentiation.
namespace eigengrad::math {
namespace {

using autograd::apply;
using autograd::Binary;
using autograd::Unary;

/// s' of s = sigmoid: s'' = s' (1 - 2 s) = -s' tanh(x / 2).
struct SigmoidDerivative : Unary<"sigmoid_derivative"> {
  static constexpr auto node_name = "SigmoidBackwardBackward0";
  static auto value(const auto& x) { return math::sigmoid_derivative(x); }
  static auto derivative(const Value auto& x) {
    return -(math::sigmoid_derivative(x) * math::tanh(x * 0.5));
  }
};

struct TanhDerivative : Unary<"tanh_derivative"> {
  static constexpr auto node_name = "TanhBackwardBackward0";
  static auto value(const auto& x) { return math::tanh_derivative(x); }
  static auto derivative(const Value auto& x) {
    return math::tanh_derivative(x) * math::tanh(x) * -2;
  }
};

/// s = 1 / (1 + x x) and r = x s: s' = -2 r s and r' = s (2 s - 1).
struct AtanDerivative : Unary<"atan_derivative"> {
  static constexpr auto node_name = "AtanBackwardBackward0";
  static auto value(const auto& x) { return math::atan_derivative(x); }
  static auto derivative(const Value auto& x) {
    return math::atan_ratio(x) * math::atan_derivative(x) * -2;
  }
};
struct AtanRatio : Unary<"atan_ratio"> {
  static auto value(const auto& x) { return math::atan_ratio(x); }
  static auto derivative(const Value auto& x) {
    const auto s = math::atan_derivative(x);
    return s * (s * 2 - 1);
  }
};

/// 1 - x x, computed as a product, which loses no digits at +-1, and recorded as a function of its own.
struct OneMinusSquare : Unary<"one_minus_square"> {
  static auto value(const auto& x) { return math::one_minus_square(x); }
  static auto derivative(const Value auto& x) { return x * -2; }
};

/// c = a / r and s = b / r, where r = sqrt(a a + b b): dc/da = s^2 / r, dc/db = -c s / r.
struct CosineOf : Binary<"cosine_of"> {
  static constexpr auto node_name = "HypotBackwardBackward0";
  static auto value(const auto& a, const auto& b) { return math::cosine_of(a, b); }
  template <class X>
  static X derivative_a(const X& a, const X& b, Unused) requires Value<X> {
    const X s = math::cosine_of(b, a);
    return s * s / math::hypot(a, b);
  }
  template <class X>
  static X derivative_b(const X& a, const X& b, const X& c) requires Value<X> {
    return -(c * math::cosine_of(b, a)) / math::hypot(a, b);
  }
};

/// s(x) = 1 / (1 + 2^-x): s' = log(2) s(x) s(-x).
struct SigmoidBase2 : Unary<"sigmoid_base_2"> {
  static auto value(const auto& x) { return math::sigmoid_base_2(x); }
  static auto derivative(const Value auto& x) {
    return math::sigmoid_base_2(x) * math::sigmoid_base_2(-x) * std::numbers::ln2;
  }
};

/// h = 1 / sqrt(1 + x x) and u = x h, which stays finite: h' = -u h^2, u' = h^3.
struct InverseHypot : Unary<"inverse_hypot"> {
  static constexpr auto node_name = "AsinhBackwardBackward0";
  static auto value(const auto& x) { return math::inverse_hypot(x); }
  static auto derivative(const Value auto& x) {
    const auto h = math::inverse_hypot(x);
    return -(math::hypot_ratio(x) * h * h);
  }
};
struct HypotRatio : Unary<"hypot_ratio"> {
  static auto value(const auto& x) { return math::hypot_ratio(x); }
  static auto derivative(const Value auto& x) {
    const auto h = math::inverse_hypot(x);
    return h * h * h;
  }
};

/// h = 1 / sqrt(x x - 1) and u = x h: h' = -u h^2, u' = -h^3.
struct AcoshDerivative : Unary<"acosh_derivative"> {
  static constexpr auto node_name = "AcoshBackwardBackward0";
  static auto value(const auto& x) { return math::acosh_derivative(x); }
  static auto derivative(const Value auto& x) {
    const auto h = math::acosh_derivative(x);
    return -(math::acosh_ratio(x) * h * h);
  }
};
struct AcoshRatio : Unary<"acosh_ratio"> {
  static auto value(const auto& x) { return math::acosh_ratio(x); }
  static auto derivative(const Value auto& x) {
    const auto h = math::acosh_derivative(x);
    return -(h * h * h);
  }
};

struct NormalPdf : Unary<"normal_pdf"> {
  static auto value(const auto& x) { return math::normal_pdf(x); }
  static auto derivative(const Value auto& x) { return -(x * math::normal_pdf(x)); }
};

struct SincFactor : Unary<"sinc_factor"> {
  static constexpr auto node_name = "SincBackwardBackward0";
  int n;
  auto value(const auto& x) const { return math::sinc_factor(x, n); }
  auto derivative(const Value auto& x) const { return math::sinc_derivative(x, n); }
};

}  // namespace

Tensor sigmoid_derivative(const Tensor& x) { return apply(SigmoidDerivative{}, x); }
Tensor tanh_derivative(const Tensor& x) { return apply(TanhDerivative{}, x); }
Tensor atan_derivative(const Tensor& x) { return apply(AtanDerivative{}, x); }
Tensor atan_ratio(const Tensor& x) { return apply(AtanRatio{}, x); }
Tensor one_minus_square(const Tensor& x) { return apply(OneMinusSquare{}, x); }
Tensor cosine_of(const Tensor& a, const Tensor& b) { return apply(CosineOf{}, a, b); }
Tensor sigmoid_base_2(const Tensor& x) { return apply(SigmoidBase2{}, x); }
Tensor inverse_hypot(const Tensor& x) { return apply(InverseHypot{}, x); }
Tensor hypot_ratio(const Tensor& x) { return apply(HypotRatio{}, x); }
Tensor acosh_derivative(const Tensor& x) { return apply(AcoshDerivative{}, x); }
Tensor acosh_ratio(const Tensor& x) { return apply(AcoshRatio{}, x); }
Tensor normal_pdf(const Tensor& x) { return apply(NormalPdf{}, x); }
Tensor mish_derivative(const Tensor& x) {
  constexpr double kNoThreshold = std::numeric_limits<double>::max();
  const Tensor u = softplus(x, 1, kNoThreshold);
  return math::tanh(u) + x * math::tanh_derivative(u) * math::sigmoid(x);
}
Tensor sinc_factor(const Tensor& x, int n) { return apply(SincFactor{{}, n}, x); }
Tensor sinc_derivative(const Tensor& x, int n) {
  return x * math::sinc_factor(x, n + 1) * -9.869604401089358618834490999876151135;
}

}  // namespace eigengrad::math
