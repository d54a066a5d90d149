#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// (sum of |x|^p)^(1/p) over the named dimensions (all, when there are none), 2 when p is missing; the
/// number of elements that are not zero for p = 0, the largest |x| for infinity, the smallest for
/// -infinity. In the dtype given, if one is.
/// Shapes: the dimensions are dropped, or stay with extent 1 under `keepdim`.
/// At the edge: gradient 0 where the norm is 0, and where an element is 0 at every order; elements that
/// are the largest (smallest) share evenly. 0 over no elements. Huge and subnormal elements neither
/// overflow nor underflow on the way.
/// Throws: DtypeError unless floating point; IndexError for a dimension out of range.
EIGENGRAD_API Tensor norm(const Tensor& x, const optional<Scalar>& p, ScalarType dtype);
EIGENGRAD_API Tensor norm(const Tensor& x, const Scalar& p = 2);
EIGENGRAD_API Tensor norm(const Tensor& x, const optional<Scalar>& p, IntArrayRef dim, bool keepdim,
                          ScalarType dtype);
EIGENGRAD_API Tensor norm(const Tensor& x, const optional<Scalar>& p, IntArrayRef dim,
                          bool keepdim = false);

/// norm() under the name and with the arguments that it has among PyTorch's linear algebra.
/// Throws: what norm() throws; ShapeError over no elements for infinity and negative orders; DtypeError when
/// `dtype` is narrower than that of x.
EIGENGRAD_API Tensor linalg_vector_norm(const Tensor& x, const Scalar& ord = 2,
                                        OptionalIntArrayRef dim = nullopt, bool keepdim = false,
                                        optional<ScalarType> dtype = nullopt);
namespace linalg {
/// The same as linalg_vector_norm().
inline Tensor vector_norm(const Tensor& x, const Scalar& ord = 2, OptionalIntArrayRef dim = nullopt,
                          bool keepdim = false, optional<ScalarType> dtype = nullopt) {
  return linalg_vector_norm(x, ord, dim, keepdim, dtype);
}
}  // namespace linalg

/// norm(a - b, p). Shapes: a and b broadcast.
EIGENGRAD_API Tensor dist(const Tensor& a, const Tensor& b, const Scalar& p = 2);

/// x with the slices along `dim` whose p-norm is larger than `maxnorm` scaled down to it.
/// Throws: ShapeError below two dimensions; ValueError unless p > 0 and maxnorm >= 0; DtypeError unless
/// floating point.
EIGENGRAD_API Tensor renorm(const Tensor& x, const Scalar& p, std::int64_t dim,
                            const Scalar& maxnorm);

}  // namespace eigengrad
