#pragma once

#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {

// Matrices are contiguous; row-major or column-major, as long as all arguments are the same.

/// y = the principal square root, or the principal logarithm, of a, by its complex Schur form.
Breakdown matrix_sqrt(const Tensor& a, const Tensor& y);
Breakdown matrix_log(const Tensor& a, const Tensor& y);

}  // namespace eigengrad::kernels
