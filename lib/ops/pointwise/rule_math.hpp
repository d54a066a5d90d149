#pragma once

#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "kernels/base/math.hpp"

/// The functions of kernels/base/math.hpp over Tensor, so that one rule compiles over both.
namespace eigengrad::math {

inline Tensor exp(const Tensor& x) { return eigengrad::exp(x); }
inline Tensor log(const Tensor& x) { return eigengrad::log(x); }
inline Tensor log1p(const Tensor& x) { return eigengrad::log1p(x); }
inline Tensor sqrt(const Tensor& x) { return eigengrad::sqrt(x); }
inline Tensor sin(const Tensor& x) { return eigengrad::sin(x); }
inline Tensor cos(const Tensor& x) { return eigengrad::cos(x); }
inline Tensor tanh(const Tensor& x) { return eigengrad::tanh(x); }
inline Tensor sinh(const Tensor& x) { return eigengrad::sinh(x); }
inline Tensor cosh(const Tensor& x) { return eigengrad::cosh(x); }
inline Tensor hypot(const Tensor& a, const Tensor& b) { return eigengrad::hypot(a, b); }
inline Tensor abs(const Tensor& x) { return eigengrad::abs(x); }
inline Tensor pow(const Tensor& x, const Tensor& e) { return eigengrad::pow(x, e); }
inline Tensor sign(const Tensor& x) {
  return eigengrad::gt(x, 0).to(x.dtype()) - eigengrad::lt(x, 0).to(x.dtype());
}
inline Tensor where(const Tensor& m, const Tensor& a, const Tensor& b) {
  return eigengrad::where(m, a, b);
}
inline Tensor where(const Tensor& m, const Scalar& a, const Tensor& b) {
  return eigengrad::where(m, a, b);
}
/// min(x, bound), whose derivative keeps what lies above the bound from overflowing.
inline Tensor at_most(const Tensor& x, double bound) { return eigengrad::clamp_max(x, bound); }
/// x limited to [-bound, bound], where beyond it nothing changes but infinities would do harm.
inline Tensor within(const Tensor& x, double bound) { return eigengrad::clamp(x, -bound, bound); }
inline Tensor zeros_like(const Tensor& x) { return eigengrad::zeros_like(x); }
inline Tensor ones_like(const Tensor& x) { return eigengrad::ones_like(x); }

// Recorded derivatives: ops/pointwise/rule_math.cpp; over Pack: kernels/pointwise/derivatives.hpp.
inline Tensor sigmoid(const Tensor& x) { return eigengrad::sigmoid(x); }
Tensor sigmoid_derivative(const Tensor& x);
Tensor tanh_derivative(const Tensor& x);
Tensor atan_derivative(const Tensor& x);
Tensor atan_ratio(const Tensor& x);
Tensor one_minus_square(const Tensor& x);
Tensor cosine_of(const Tensor& a, const Tensor& b);
Tensor sigmoid_base_2(const Tensor& x);
Tensor inverse_hypot(const Tensor& x);
Tensor hypot_ratio(const Tensor& x);
Tensor acosh_derivative(const Tensor& x);
Tensor acosh_ratio(const Tensor& x);
Tensor normal_pdf(const Tensor& x);
Tensor mish_derivative(const Tensor& x);
Tensor sinc_factor(const Tensor& x, int n);
Tensor sinc_derivative(const Tensor& x, int n);

// Derivatives of log_softmax at its value y, to be recorded: ops/reduction/softmax.cpp.
Tensor log_softmax_pulled(const Tensor& g, const Tensor& y, std::int64_t dim);
Tensor log_softmax_pushed(const Tensor& t, const Tensor& y, std::int64_t dim);

// Special functions in rules of others: ops/special/functions.cpp.
Tensor normal_cdf(const Tensor& x);

}  // namespace eigengrad::math
