#pragma once

#include <string_view>

#include "ops/linalg/matrices.hpp"

namespace eigengrad::matrices {

/// An LU factorisation of square matrices A, for solving with A: of A itself, or of its transpose where A is
/// row-major, since the kernels read column-major memory.
struct LuFactors {
  Tensor lu;
  Tensor pivots;
  bool of_transpose;
};

/// Factors a copy; fills `info` (kernels/linalg/factor.hpp).
LuFactors factor(const Tensor& a, Infos& info);
/// Throws: NumericError when one of the matrices is singular.
void require_regular(std::string_view op, const Tensor& a, const Infos& info);

/// The inverse of A, recorded as a function of `a`.
Tensor inverse_from(const LuFactors& f, const Tensor& a);

}  // namespace eigengrad::matrices
