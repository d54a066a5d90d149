#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Symmetric positive definite matrices in the last two dimensions; leading ones are a batch. Only the
// lower triangle is read, and gradients by a symmetric matrix are symmetric. Floating point.
// Throws: ShapeError unless square; DtypeError for other dtypes.

/// The lower triangular L of A = L L^T with a positive diagonal, or its transpose if `upper`.
/// Shapes: (... n n) -> (... n n).
/// Throws: NumericError for a matrix that is not positive-definite, with the order of the first leading
/// minor that is not.
/// Cost: 1/3 n^3 flops; the gradient 2/3 n^3.
/// Source: Murray 2016, Differentiation of the Cholesky decomposition; Giles 2008, section 2.3.
/// See also: cholesky_solve(); linalg_ldl_factor() and ldlt() for indefinite matrices; inv_quad_logdet()
/// for Gaussian likelihoods.
EIGENGRAD_API Tensor linalg_cholesky(const Tensor& self, bool upper = false);
/// linalg_cholesky() beside an int64 tensor: 0, or the order of the leading minor that is not positive,
/// of every matrix; of such a matrix the factor is complete up to there.
/// Throws: NumericError only if `check_errors`.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& self, bool upper = false,
                                                            bool check_errors = false);
/// The same as linalg_cholesky().
EIGENGRAD_API Tensor cholesky(const Tensor& self, bool upper = false);

/// The solution of A X = self from the factor of A. Shapes: (... n k) (... n n) -> (... n k).
/// Domain: of `input2` only the triangle is read, and its gradient is triangular.
/// Cost: 2 n^2 k flops.
/// See also: linalg_solve_triangular() with the factor alone; linalg_solve() without a factor.
EIGENGRAD_API Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper = false);
/// The inverse of A from its factor. Shapes: (... n n) -> (... n n).
/// Domain: only the triangle is read, and the gradient is triangular. Cost: 2/3 n^3 flops.
/// See also: cholesky_solve(), which is faster and more accurate than a product with the inverse.
EIGENGRAD_API Tensor cholesky_inverse(const Tensor& self, bool upper = false);

}  // namespace eigengrad
