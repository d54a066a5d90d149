#pragma once

#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {

/// a = v diag(values) v^T from the lower triangle of a, or the upper; values ascend. `vectors`, column-major,
/// may be undefined when they are not wanted.
Breakdown symmetric_eigen(const Tensor& a, bool upper, const Tensor& values, const Tensor& vectors);

}  // namespace eigengrad::kernels
