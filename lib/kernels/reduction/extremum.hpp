#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// Largest (or smallest) element of each slice over the one dimension where `values` has extent 1 and
/// src has not, and its index: the first of equal ones, the first NaN if there is one. values and
/// indices are contiguous and of one shape; the slices must not be empty.
void extremum(const Tensor& values, const Tensor& indices, const Tensor& src, bool largest);

}  // namespace eigengrad::kernels
