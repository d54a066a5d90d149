#pragma once

#include <string_view>
#include <tuple>

#include "eigengrad/core/tensor.hpp"

/// Singular values and their vectors, of the matrices in the last two dimensions.
namespace eigengrad {

// Throws: ShapeError below two dimensions; DtypeError unless floating point; NumericError for a matrix
// with non-finite values, or when the iteration does not converge.

/// A = U diag(S) Vh with orthonormal columns in U and rows in Vh; S descends.
/// Shapes: (... m n) -> (... m m), (... k), (... n n) with k = min(m, n); (... m k), (... k), (... k n)
/// without `full_matrices`.
/// At the edge: repeated values: Note [Repeated values], in eigh.hpp. The gradient of S is 0 for a value
/// that is exactly 0; with U or Vh, and at second order, zero values give NaN or infinities. Of the last
/// columns of a full U (rows of Vh) only the space that they span counts.
/// Throws: NumericError in the backward pass when a result depends on the choice of those; ValueError
/// for a driver: there are none to choose from.
/// Cost: about 6 m n^2 + 20 n^3 flops for m >= n; errors of singular values are of the order of epsilon
/// times the largest.
/// Source: bidiagonal divide and conquer, Gu and Eisenstat (1995), small matrices one-sided Jacobi;
/// derivatives: Townsend, Differentiating the singular value decomposition (2016); Wan and Zhang (2019).
/// See also: linalg_svdvals() for the values alone; svd_lowrank() for the largest ones; linalg_eigh() for
/// symmetric matrices; linalg_pinv().
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> linalg_svd(
    const Tensor& A, bool full_matrices = true, optional<std::string_view> driver = nullopt);
/// The singular values of linalg_svd(). Vectors are computed when a derivative may be asked for.
EIGENGRAD_API Tensor linalg_svdvals(const Tensor& A, optional<std::string_view> driver = nullopt);
/// linalg_svd() with V in place of Vh, its transpose; thin with `some`. Without `compute_uv` zeros
/// stand for the full U and V.
EIGENGRAD_API std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& A, bool some = true,
                                                     bool compute_uv = true);

}  // namespace eigengrad
