#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: all operators here broadcast. Dtypes are promoted as in arithmetic.hpp; integers are
// converted to float64 unless it says otherwise.
// Throws: ShapeError when shapes do not broadcast.

/// The angle of the point (b, a), in (-pi, pi].
/// At the edge: at the origin the value has the signs of both zeros and the gradients are NaN.
/// Accuracy: 2 ulp; first derivative 3, second 16.
EIGENGRAD_API Tensor atan2(const Tensor& a, const Tensor& b);
/// sqrt(a^2 + b^2) without overflow or underflow before the result.
/// At the edge: gradients NaN at the origin; infinite where either argument is, even beside NaN.
/// Accuracy: 2 ulp; first derivative 2, second 8.
EIGENGRAD_API Tensor hypot(const Tensor& a, const Tensor& b);
/// |a| with the sign of b, that of zeros and NaN included.
/// At the edge: the gradient in a is 0 where a = 0; that in b is 0 everywhere.
/// Accuracy: exact.
EIGENGRAD_API Tensor copysign(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor copysign(const Tensor& a, const Scalar& b);
/// a 2^b, exact for integers b, without overflow or underflow before the result.
/// Accuracy: 1 ulp.
EIGENGRAD_API Tensor ldexp(const Tensor& a, const Tensor& b);
/// log(exp(a) + exp(b)) without overflow.
/// At the edge: between equal infinities both gradients are 1/2.
/// Accuracy: 2 ulp; first derivative 2, second 4.
EIGENGRAD_API Tensor logaddexp(const Tensor& a, const Tensor& b);
/// log2(2^a + 2^b) without overflow.
/// At the edge: between equal infinities both gradients are 1/2.
/// Accuracy: 2 ulp; first derivative 2.5, second 4.
EIGENGRAD_API Tensor logaddexp2(const Tensor& a, const Tensor& b);

/// The larger of a and b; where one is NaN, the other. Integers stay integers.
/// At the edge: a gets the gradient where both are equal or b is NaN.
/// Accuracy: exact.
EIGENGRAD_API Tensor fmax(const Tensor& a, const Tensor& b);
/// The smaller of a and b; where one is NaN, the other. Integers stay integers.
/// At the edge: a gets the gradient where both are equal or b is NaN.
/// Accuracy: exact.
EIGENGRAD_API Tensor fmin(const Tensor& a, const Tensor& b);

/// x within bounds that are tensors: min(max(x, min), max). Integers stay integers.
/// At the edge: gradient 1 in x at a bound; NaN where any of the three is, with gradients 0; where
/// the bounds cross, the upper one counts.
/// Accuracy (tensor bounds): exact.
/// Throws: ValueError without a bound.
EIGENGRAD_API Tensor clamp(const Tensor& x, const OptionalTensor& min = {},
                           const OptionalTensor& max = {});
/// max(x, min), with the gradients of clamp.
/// Accuracy (tensor bounds): exact.
EIGENGRAD_API Tensor clamp_min(const Tensor& x, const Tensor& min);
/// min(x, max), with the gradients of clamp.
/// Accuracy (tensor bounds): exact.
EIGENGRAD_API Tensor clamp_max(const Tensor& x, const Tensor& max);

/// a + weight (b - a), exact at 0 and 1. Throws: DtypeError unless all but a 0-dim weight have one.
/// Accuracy: 2 ulp of the terms.
EIGENGRAD_API Tensor lerp(const Tensor& a, const Tensor& b, const Scalar& weight);
EIGENGRAD_API Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);
/// a + value b c. Integers stay integers.
/// Accuracy: 2 ulp of the terms.
/// Throws: DtypeError for bools only, and for integers with a value that is none.
EIGENGRAD_API Tensor addcmul(const Tensor& a, const Tensor& b, const Tensor& c,
                             const Scalar& value = 1);
/// a + value b / c. Throws: DtypeError when both b and c are integers.
/// Accuracy: 2 ulp of the terms.
EIGENGRAD_API Tensor addcdiv(const Tensor& a, const Tensor& b, const Tensor& c,
                             const Scalar& value = 1);

/// The number next to a in the direction of b.
/// Accuracy: exact.
/// Throws: NotImplementedError when it is differentiated.
EIGENGRAD_API Tensor nextafter(const Tensor& a, const Tensor& b);

}  // namespace eigengrad
