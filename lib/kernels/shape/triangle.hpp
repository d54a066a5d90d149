#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// Which elements of the matrices in the last two dimensions stay: those with column - row <= diagonal
/// (lower), or >= diagonal.
struct Triangle {
  bool lower;
  std::int64_t diagonal;
};

/// dst = src inside the triangle and 0 outside. Same shapes and dtype; dst may be src itself.
void copy_triangle(const Tensor& dst, const Tensor& src, Triangle part);

}  // namespace eigengrad::kernels
