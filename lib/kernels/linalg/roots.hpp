#pragma once

#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {

// Matrices are as exponential.hpp says.

/// y = the principal square root, or the principal logarithm, of a, by its complex Schur form.
Breakdown matrix_sqrt(const Tensor& a, const Tensor& y);
Breakdown matrix_log(const Tensor& a, const Tensor& y);

}  // namespace eigengrad::kernels
