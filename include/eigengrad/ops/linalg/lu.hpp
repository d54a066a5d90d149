#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// A = P L U with a permutation P, a lower triangle L with ones on its diagonal and an upper triangle U,
// for the matrices in the last two dimensions, k = min(n, m). Partial pivoting; without `pivot` P is the
// identity. Floating point; 2/3 n^3 flops for square matrices, and 4/3 n^3 for the gradient.
// At the edge: L and U have a derivative as long as the first k - 1 pivots are not 0, and all k if n > m;
// otherwise it is infinite or NaN.
// Source of derivatives: Giles 2008; de Hoog, Anderssen and Lukas 2011, Differentiation of matrix
// functionals using triangular factorization; P is constant.
// Throws: ShapeError for tensors without matrices; DtypeError for other dtypes.

/// P, L and U. Shapes: (... n m) -> (... n n) (... n k) (... k m).
/// See also: linalg_lu_factor() for the factors to solve with; linalg_det().
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& A, bool pivot = true);
/// L below the diagonal and U on and above it in one matrix, and int64 pivots: step i exchanged rows i
/// and pivots[i], counted from 1. Shapes: (... n m) -> (... n m) (... k).
/// Throws: NumericError for a zero on the diagonal of U ("singular").
/// See also: linalg_lu_solve() and lu_unpack() for what to do with it; linalg_lu() for the three factors.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& A, bool pivot = true);
/// linalg_lu_factor() beside an int64 tensor: 0, or the first zero pivot, counted from 1, of every matrix.
/// Throws: NumericError only if `check_errors`.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& A,
                                                                     bool pivot = true,
                                                                     bool check_errors = false);
/// The solution of A X = B, A^T X = B if `adjoint`, or with A on the right without `left`, from what
/// linalg_lu_factor() gives. Shapes: (... n n) (... n) (... n k) -> (... n k).
/// Throws: DtypeError unless pivots are int64; ValueError for pivots outside of 1 to n.
/// See also: linalg_lu_factor(); linalg_solve() for one right-hand side.
EIGENGRAD_API Tensor linalg_lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B,
                                     bool left = true, bool adjoint = false);
/// linalg_lu_solve() with the right side first.
EIGENGRAD_API Tensor lu_solve(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots);
/// P, L and U from what linalg_lu_factor() gives; tensors without elements for what is not unpacked.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data,
                                                           const Tensor& LU_pivots,
                                                           bool unpack_data = true,
                                                           bool unpack_pivots = true);

/// L and d with A = L diag(d) L^T for symmetric, also indefinite, matrices: no square roots, and no
/// pivoting, so small elements of d beside large ones cost digits. Both triangles count by half, and the
/// gradient is symmetric. Shapes: (... n n) -> (... n n) (... n).
/// Throws: NumericError when a leading minor is zero ("singular"); ShapeError unless square.
/// See also: linalg_ldl_factor(), with pivoting but without a derivative; linalg_cholesky() for positive
/// definite matrices.
EIGENGRAD_API std::tuple<Tensor, Tensor> ldlt(const Tensor& A);

}  // namespace eigengrad
