#pragma once

#include "eigengrad/core/tensor.hpp"

/// Rank and pseudoinverse of matrices, from their singular values.
namespace eigengrad {

/// The rank: how many singular values (of a `hermitian` matrix, absolute eigenvalues) are above the larger of
/// atol and rtol times the largest. atol is 0 if it is missing; so is rtol beside a positive atol, and
/// otherwise epsilon times the larger extent. `tol` is an atol without rtol. Tensors hold one for each
/// matrix.
/// Shapes: (... m n) -> (...), int64, without derivative.
/// Throws: as linalg_svdvals() or linalg_eigvalsh().
/// See also: linalg_svdvals() for the singular values themselves; linalg_cond().
EIGENGRAD_API Tensor linalg_matrix_rank(const Tensor& A, const OptionalTensor& atol = {},
                                        const OptionalTensor& rtol = {}, bool hermitian = false);
EIGENGRAD_API Tensor linalg_matrix_rank(const Tensor& A, optional<double> atol,
                                        optional<double> rtol, bool hermitian = false);
EIGENGRAD_API Tensor linalg_matrix_rank(const Tensor& A, double tol, bool hermitian = false);
EIGENGRAD_API Tensor linalg_matrix_rank(const Tensor& A, const Tensor& tol, bool hermitian = false);

/// Pseudoinverse of Moore and Penrose, from the singular values (of a `hermitian` matrix, the
/// eigenvalues, of its lower triangle) above the cutoff of linalg_matrix_rank(); rcond is an rtol.
/// Shapes: (... m n) -> (... n m).
/// At the edge: the derivative is that at constant rank: for full column or row rank of the function
/// itself. For less, the square of what the cutoff drops is neglected. The gradient of a `hermitian` one is
/// symmetric.
/// Throws: as linalg_svd() or linalg_eigh().
/// Source: Golub and Pereyra, The differentiation of pseudo-inverses (1973).
/// See also: linalg_lstsq(), which is faster than a product with the pseudoinverse; linalg_inv() for
/// regular matrices.
EIGENGRAD_API Tensor linalg_pinv(const Tensor& A, const OptionalTensor& atol = {},
                                 const OptionalTensor& rtol = {}, bool hermitian = false);
EIGENGRAD_API Tensor linalg_pinv(const Tensor& A, optional<double> atol, optional<double> rtol,
                                 bool hermitian = false);
EIGENGRAD_API Tensor linalg_pinv(const Tensor& A, double rcond, bool hermitian = false);
EIGENGRAD_API Tensor linalg_pinv(const Tensor& A, const Tensor& rcond, bool hermitian = false);
/// linalg_pinv(A, rcond).
EIGENGRAD_API Tensor pinverse(const Tensor& A, double rcond = 1e-15);

}  // namespace eigengrad
