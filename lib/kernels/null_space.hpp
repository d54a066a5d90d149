#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// Orthonormal columns that a square matrix nearly maps to nothing, and those that it nearly never
/// maps to: singular vectors of the singular values below 10^-4 of the largest.
struct NullSpace {
  Tensor left;
  Tensor right;
  /// The largest singular value, 1 if all are zero.
  double scale;
};
NullSpace null_space(const Tensor& a);

}  // namespace eigengrad::kernels
