#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// P A P^T = L D L^T with a permutation P, a lower triangle L with ones on its diagonal and blocks of one
// or two rows in D, for symmetric, also indefinite, matrices in the last two dimensions, of which the
// lower triangle is read. Floating point; n^3 / 3 flops. `hermitian` says nothing about real matrices.
// Source: Bunch and Kaufman 1977; packed as LAPACK's sytrf does.
// Throws: ShapeError unless square; DtypeError for other dtypes.

/// L below the blocks of D in one matrix with zeros above, and int64 pivots: p > 0 exchanged rows k and
/// p, counted from 1; two of -p exchanged k + 1 and p, for a block of two rows. The factors have no
/// derivative, as in PyTorch: ldlt() has one. Shapes: (... n n) -> (... n n) (... n).
/// Throws: NumericError for a zero in D ("singular"); NotImplementedError when differentiated.
/// See also: linalg_ldl_solve() for what to do with it; ldlt(), which has a derivative; linalg_cholesky()
/// for positive definite matrices.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_ldl_factor(const Tensor& self,
                                                           bool hermitian = false);
/// linalg_ldl_factor() beside an int64 tensor: 0, or the first zero in D, counted from 1, of every matrix.
/// Throws: NumericError only if `check_errors`.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> linalg_ldl_factor_ex(const Tensor& self,
                                                                      bool hermitian = false,
                                                                      bool check_errors = false);
/// The solution of A X = B from what linalg_ldl_factor() gives, differentiable in B, which PyTorch's is
/// not. Shapes: (... n n) (... n) (... n k) -> (... n k).
/// Throws: DtypeError unless pivots are int64; ValueError for pivots outside of 1 to n, or negative ones
/// that are no pairs; NotImplementedError when LD is differentiated.
/// See also: linalg_ldl_factor(); linalg_solve() for any square matrix.
EIGENGRAD_API Tensor linalg_ldl_solve(const Tensor& LD, const Tensor& pivots, const Tensor& B,
                                      bool hermitian = false);

}  // namespace eigengrad
