#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

// Matrices are contiguous. f(a^T) = f(a)^T, so it does not matter whether they are row-major or column-major,
// as long as all arguments are the same.

/// y = exp(a). NaN for a matrix that is not finite.
void matrix_exp(const Tensor& a, const Tensor& y);
/// y = the derivative of exp at a in the direction t.
void matrix_exp_derivative(const Tensor& a, const Tensor& t, const Tensor& y);

}  // namespace eigengrad::kernels
