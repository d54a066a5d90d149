#pragma once

#include "eigengrad/core/tensor.hpp"

/// Copies of a tensor, and tensors like it.
namespace eigengrad {

/// A copy with memory of its own, laid out as x where that has no gaps.
EIGENGRAD_API Tensor clone(const Tensor& x);
/// A tensor like x with every element `value`. Its derivative by x is 0.
EIGENGRAD_API Tensor fill(const Tensor& x, const Scalar& value);
/// A tensor of the shape of x filled with `value`.
/// Throws: ShapeError when `value` has dimensions.
EIGENGRAD_API Tensor fill(const Tensor& x, const Tensor& value);

}  // namespace eigengrad
