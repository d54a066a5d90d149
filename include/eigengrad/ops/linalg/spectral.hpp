#pragma once

#include <string_view>
#include <tuple>

#include "eigengrad/core/tensor.hpp"

/// Eigenvalues, singular values and their vectors, of the matrices in the last two dimensions.
namespace eigengrad {

// Vectors are determined up to their signs, and those of equal values up to rotations among them: what is
// computed from them has a derivative if it does not depend on that choice. Where values repeat (to the
// precision of the decomposition):
//   - a function of values alone has its first derivatives, and its second ones forward over reverse (hvp);
//   - a function of vectors that belong to other values, or of the space of those of the repeated one (a
//     projection), has its first derivatives; the former at every order;
//   - a function of both, as V f(L) V^T and U f(S) Vh are, has its first derivatives in forward mode and, in
//     reverse mode, with create_graph = true; without, the gradient is NaN, since it follows from the
//     recorded one only. Second derivatives of values alone in reverse over reverse are of this kind;
//   - all else is NaN or infinite.
// linalg_eigh() and linalg_svd() only; linalg_eig() has the derivatives of its values.
// Throws: ShapeError below two dimensions; DtypeError unless floating point; NumericError for a matrix
// with non-finite values, or when the iteration does not converge.

/// A = V diag(L) V^T of symmetric matrices, of which one triangle is read, the lower for UPLO = "L" and
/// the upper for "U": eigenvalues L in ascending order, orthonormal eigenvectors in the columns of V.
/// Shapes: (... n n) -> (... n), (... n n).
/// At the edge: the gradient is symmetric. Repeated eigenvalues: above.
/// Throws: ShapeError unless square; ValueError for another UPLO.
/// Cost: about 9 n^3 flops, 4/3 n^3 without vectors; tridiagonal QR iteration, backward stable: errors
/// of eigenvalues are of the order of epsilon times the largest.
/// Source: Golub and Van Loan, Matrix Computations, section 8.3; derivatives: Giles (2008), section 3.1.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& A, std::string_view UPLO = "L");
/// The eigenvalues of linalg_eigh(). Vectors are computed when a derivative may be asked for.
EIGENGRAD_API Tensor linalg_eigvalsh(const Tensor& A, std::string_view UPLO = "L");
/// linalg_eigh() of the upper triangle, or the lower; without `eigenvectors` the second result is
/// empty.
EIGENGRAD_API std::tuple<Tensor, Tensor> symeig(const Tensor& A, bool eigenvectors = false,
                                                bool upper = true);

/// A = V diag(L) V^-1 of square matrices whose eigenvalues are all real, in no particular order;
/// columns of V have length 1. PyTorch's result is complex; here tensors are real, and so are results.
/// Shapes: (... n n) -> (... n), (... n n).
/// At the edge: the gradient of the eigenvalues is right for repeated ones too as long as V is regular;
/// with eigenvectors, and at second order, equal eigenvalues give NaN or infinities. Rounding may turn
/// repeated eigenvalues into complex pairs, and those of a matrix without n eigenvectors mostly.
/// Throws: NumericError for eigenvalues that are not real, and when a derivative is asked for and V is
/// singular to rounding; ShapeError unless square.
/// Cost: about 25 n^3 flops, 10 n^3 without vectors; QR iteration, backward stable: errors of
/// eigenvalues are of the order of epsilon |A| times the condition of V.
/// Source: Golub and Van Loan, Matrix Computations, section 7.5; derivatives: Giles (2008).
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_eig(const Tensor& A);
/// The eigenvalues of linalg_eig(). Vectors are computed when a derivative may be asked for.
EIGENGRAD_API Tensor linalg_eigvals(const Tensor& A);

/// A = U diag(S) Vh with orthonormal columns in U and rows in Vh; S descends.
/// Shapes: (... m n) -> (... m m), (... k), (... n n) with k = min(m, n); (... m k), (... k), (... k n)
/// without `full_matrices`.
/// At the edge: repeated values: above. The gradient of S is 0 for a value that is exactly 0; with U or
/// Vh, and at second order, zero values give NaN or infinities. Of the last columns of a full U (rows of
/// Vh) only the space that they span counts.
/// Throws: NumericError in the backward pass when a result depends on the choice of those; ValueError
/// for a driver: there are none to choose from.
/// Cost: about 6 m n^2 + 20 n^3 flops for m >= n; errors of singular values are of the order of epsilon
/// times the largest.
/// Source: bidiagonal divide and conquer, Gu and Eisenstat (1995), small matrices one-sided Jacobi;
/// derivatives: Townsend, Differentiating the singular value decomposition (2016); Wan and Zhang (2019).
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> linalg_svd(
    const Tensor& A, bool full_matrices = true, optional<std::string_view> driver = nullopt);
/// The singular values of linalg_svd(). Vectors are computed when a derivative may be asked for.
EIGENGRAD_API Tensor linalg_svdvals(const Tensor& A, optional<std::string_view> driver = nullopt);
/// linalg_svd() with V in the place of Vh, its transpose; thin with `some`. Without `compute_uv` zeros
/// stand for the full U and V.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& A, bool some = true,
                                                     bool compute_uv = true);

/// The q largest singular values of A - M and their vectors, U, S and V, approximately: within the
/// range of A times q random vectors (of the default generator), sharpened by `niter` subspace
/// iterations.
/// Shapes: (... m n) -> (... m q), (... q), (... n q).
/// At the edge: right to rounding when the rank is at most q; derivatives need the rank to be q at
/// least.
/// Throws: ValueError unless 0 <= q <= min(m, n) and niter >= 0.
/// Cost: about (4 + 8 niter) m n q flops.
/// Source: Halko, Martinsson and Tropp, Finding structure with randomness (2011), algorithms 4.4, 5.1.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> svd_lowrank(const Tensor& A,
                                                             optional<std::int64_t> q = 6,
                                                             std::int64_t niter = 2,
                                                             const OptionalTensor& M = {});
/// Principal components of the rows of A: svd_lowrank() of A without the mean of its rows (with
/// `center`), q = min(6, m, n) if it is missing.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> pca_lowrank(const Tensor& A,
                                                             optional<std::int64_t> q = nullopt,
                                                             bool center = true,
                                                             std::int64_t niter = 2);

}  // namespace eigengrad
