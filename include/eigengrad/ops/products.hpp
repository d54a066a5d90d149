#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Products of floating point tensors of one dtype (int64 too), through BLAS when there is one and
// Eigen otherwise; transposed operands are never copied.
// Throws: ShapeError when extents differ ("cannot be multiplied"); DtypeError for different dtypes.

/// Shapes: (n) (n) -> (); (n k) (k) -> (n); (k) (k m) -> (m); (n k) (k m) -> (n m); with more
/// dimensions a batch of the last two, leading ones broadcast.
/// Cost: 2 n k m flops per matrix.
EIGENGRAD_API Tensor matmul(const Tensor& a, const Tensor& b);
/// Shapes: (n k) (k m) -> (n m).
EIGENGRAD_API Tensor mm(const Tensor& a, const Tensor& b);
/// Shapes: (n k) (k) -> (n).
EIGENGRAD_API Tensor mv(const Tensor& a, const Tensor& x);
/// Shapes: (n) (n) -> ().
EIGENGRAD_API Tensor dot(const Tensor& a, const Tensor& b);
/// Shapes: (n) (m) -> (n m).
EIGENGRAD_API Tensor outer(const Tensor& a, const Tensor& b);
/// Shapes: (s n k) (s k m) -> (s n m).
EIGENGRAD_API Tensor bmm(const Tensor& a, const Tensor& b);

}  // namespace eigengrad
