#pragma once

#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {

/// a = u diag(s) vh, s descending; u and vh as large as the tensors given, both thin or both full, or
/// undefined. They are column-major if a has more rows than columns.
Breakdown singular_values(const Tensor& a, const Tensor& u, const Tensor& s, const Tensor& vh);

/// Orthonormal bases of the right and left null spaces of a square matrix, up to rounding: singular vectors
/// of the singular values below 10^-4 of the largest.
struct NullSpace {
  Tensor left;
  Tensor right;
  /// The largest singular value, 1 if all are zero.
  double scale;
};
NullSpace null_space(const Tensor& a);

}  // namespace eigengrad::kernels
