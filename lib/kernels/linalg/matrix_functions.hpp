#pragma once

#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {

// Matrices are contiguous. That of a transpose is the transpose of the function, so whether rows or
// columns are contiguous does not matter as long as it is the same for all arguments.

/// y = exp(a). NaN for a matrix that is not finite.
void matrix_exp(const Tensor& a, const Tensor& y);
/// y = the derivative of exp at a in the direction t.
void matrix_exp_derivative(const Tensor& a, const Tensor& t, const Tensor& y);

/// y = the principal square root, or the principal logarithm, of a, by its complex Schur form.
Breakdown matrix_sqrt(const Tensor& a, const Tensor& y);
Breakdown matrix_log(const Tensor& a, const Tensor& y);

}  // namespace eigengrad::kernels
