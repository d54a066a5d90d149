#pragma once

#include "eigengrad/core/tensor.hpp"

/// What the derivatives of triangular factors share.
namespace eigengrad::matrices {

/// The strict lower triangle, k x k, of the first k columns of y times the inverse of those of the k x m upper
/// triangle u. The last pivot does not matter to it, and may be 0.
Tensor strict_lower_over(const Tensor& u, const Tensor& y);
/// The transpose of strict_lower_over(): k x m, from the strict lower triangle of the k x k matrix g.
Tensor strict_lower_over_transposed(const Tensor& u, const Tensor& g);

}  // namespace eigengrad::matrices
