#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Domain: floating point; int64 and bool are converted to float64, except by abs, square, relu and
// clamp, which keep integers.

/// |x|. At the edge: gradient 0 at 0.
EIGENGRAD_API Tensor abs(const Tensor& x);
/// e to the power x. At the edge: 0 at -inf; inf where the result overflows.
EIGENGRAD_API Tensor exp(const Tensor& x);
/// The natural logarithm. At the edge: -inf at 0, NaN below.
EIGENGRAD_API Tensor log(const Tensor& x);
/// The square root. At the edge: gradient inf at 0; NaN below.
EIGENGRAD_API Tensor sqrt(const Tensor& x);
/// x x.
EIGENGRAD_API Tensor square(const Tensor& x);
/// 1 / x.
EIGENGRAD_API Tensor reciprocal(const Tensor& x);
/// The sine. Units: radians.
EIGENGRAD_API Tensor sin(const Tensor& x);
/// The cosine. Units: radians.
EIGENGRAD_API Tensor cos(const Tensor& x);
/// The hyperbolic tangent.
EIGENGRAD_API Tensor tanh(const Tensor& x);
/// 1 / (1 + exp(-x)).
EIGENGRAD_API Tensor sigmoid(const Tensor& x);
/// max(x, 0). At the edge: gradient 0 at 0.
EIGENGRAD_API Tensor relu(const Tensor& x);
/// x limited to [min, max]; `max` wins when min > max. At the edge: gradient 1 at the bounds.
/// Throws: ValueError when both bounds are missing.
EIGENGRAD_API Tensor clamp(const Tensor& x, const optional<Scalar>& min,
                           const optional<Scalar>& max = nullopt);
/// x, at least `min`. At the edge: gradient 1 at the bound.
EIGENGRAD_API Tensor clamp_min(const Tensor& x, const Scalar& min);
/// x, at most `max`. At the edge: gradient 1 at the bound.
EIGENGRAD_API Tensor clamp_max(const Tensor& x, const Scalar& max);

}  // namespace eigengrad
