#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

// Matrices are contiguous. That of a transpose is the transpose of the function, so whether rows or
// columns are contiguous does not matter as long as it is the same for all arguments.

/// y = exp(a). NaN for a matrix that is not finite.
void matrix_exp(const Tensor& a, const Tensor& y);
/// y = the derivative of exp at a in the direction t.
void matrix_exp_derivative(const Tensor& a, const Tensor& t, const Tensor& y);

}  // namespace eigengrad::kernels
