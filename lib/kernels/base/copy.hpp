#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// dst = src, broadcast to dst's shape and converted to its dtype.
void copy(const Tensor& dst, const Tensor& src);
void fill(const Tensor& dst, const Scalar& value);
/// dst += src element by element in order, where elements of dst may share memory. Same shapes and
/// dtype.
void add_into_overlapping(const Tensor& dst, const Tensor& src);

}  // namespace eigengrad::kernels
