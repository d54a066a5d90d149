#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: all operators here broadcast. Dtypes are promoted as in PyTorch: bool < int64 < float, and
// within a category tensors with dimensions decide before those without, and both before numbers.
// Throws: ShapeError when shapes do not broadcast; DtypeError for bool where it says so.

/// a + alpha b. On bool tensors: or.
/// Accuracy: 0.5 ulp.
EIGENGRAD_API Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
EIGENGRAD_API Tensor add(const Tensor& a, const Scalar& b, const Scalar& alpha = 1);
/// a - alpha b. Not for bool.
/// Accuracy: 0.5 ulp.
EIGENGRAD_API Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
EIGENGRAD_API Tensor sub(const Tensor& a, const Scalar& b, const Scalar& alpha = 1);
/// b - alpha a. Not for bool.
/// Accuracy: 0.5 ulp.
EIGENGRAD_API Tensor rsub(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
EIGENGRAD_API Tensor rsub(const Tensor& a, const Scalar& b, const Scalar& alpha = 1);
/// a b. On bool tensors: and.
/// Accuracy: 0.5 ulp.
EIGENGRAD_API Tensor mul(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor mul(const Tensor& a, const Scalar& b);
/// a / b, the true quotient: integers are converted to float64 first.
/// Accuracy: 0.5 ulp; first derivative 2, second 3.
EIGENGRAD_API Tensor div(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor div(const Tensor& a, const Scalar& b);
/// -x. Not for bool.
/// Accuracy: exact.
EIGENGRAD_API Tensor neg(const Tensor& x);

/// a to the power b.
/// At the edge: pow(0, 0) = 1 with gradient 0 in a; the gradient in b is 0 where a = 0 and b >= 0,
/// -inf where a = 0 and b < 0 does not give infinity first, NaN for negative a.
/// Accuracy: 1 ulp; first derivative 1.5, second 4.
/// Throws: ValueError for integers to a negative integer power.
EIGENGRAD_API Tensor pow(const Tensor& a, const Tensor& b);
/// Accuracy (scalar b): 2 ulp; first derivative 8, second 4.
EIGENGRAD_API Tensor pow(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor pow(const Scalar& a, const Tensor& b);
/// pow of both arguments converted to float64.
/// Accuracy: 1 ulp; first derivative 1.5, second 4.
EIGENGRAD_API Tensor float_power(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor float_power(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor float_power(const Scalar& a, const Tensor& b);

/// The larger of two; NaN when either is NaN.
/// At the edge: where a = b either gets half of the gradient.
/// Accuracy: exact.
EIGENGRAD_API Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller of two, as maximum().
/// Accuracy: exact.
EIGENGRAD_API Tensor minimum(const Tensor& a, const Tensor& b);

/// a where `condition` holds, b elsewhere. Shapes: all three broadcast.
/// At the edge: an input gets a gradient of exactly 0 where it was not chosen.
/// Accuracy: exact.
/// Throws: DtypeError when the condition is not bool.
EIGENGRAD_API Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b);
EIGENGRAD_API Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b);
/// The indices of what is not 0, one int64 tensor for each dimension.
EIGENGRAD_API std::vector<Tensor> where(const Tensor& condition);

/// Writes a b into `out`, which takes the shape of the result.
/// Throws: GraphError when any of the tensors requires grad and grad mode is on, or has a tangent.
EIGENGRAD_API Tensor& mul_out(Tensor& out, const Tensor& a, const Tensor& b);
/// Writes a + alpha b into `out`, as mul_out().
EIGENGRAD_API Tensor& add_out(Tensor& out, const Tensor& a, const Tensor& b,
                              const Scalar& alpha = 1);

/// An operand that dies with the expression lends its buffer to the result.
#define EIGENGRAD_OPERATOR(op)                                        \
  EIGENGRAD_API Tensor operator op(const Tensor& a, const Tensor& b); \
  EIGENGRAD_API Tensor operator op(Tensor&& a, const Tensor& b);      \
  EIGENGRAD_API Tensor operator op(const Tensor& a, Tensor&& b);      \
  EIGENGRAD_API Tensor operator op(Tensor&& a, Tensor&& b);           \
  EIGENGRAD_API Tensor operator op(const Tensor& a, const Scalar& b); \
  EIGENGRAD_API Tensor operator op(Tensor&& a, const Scalar& b);      \
  EIGENGRAD_API Tensor operator op(const Scalar& a, const Tensor& b); \
  EIGENGRAD_API Tensor operator op(const Scalar& a, Tensor&& b);
EIGENGRAD_OPERATOR(+)
EIGENGRAD_OPERATOR(-)
EIGENGRAD_OPERATOR(*)
EIGENGRAD_OPERATOR(/)
#undef EIGENGRAD_OPERATOR

}  // namespace eigengrad
