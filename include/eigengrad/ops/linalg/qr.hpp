#pragma once

#include <string_view>
#include <tuple>

#include "eigengrad/core/tensor.hpp"

/// Orthogonal triangular decomposition of the matrices in the last two dimensions.
namespace eigengrad {

// Throws: ShapeError below two dimensions; DtypeError unless floating point.

/// A = Q R with orthonormal columns in Q and an upper triangular R, by Householder reflections. With
/// k = min(m, n): mode "reduced" gives k columns of Q, "complete" all m, "r" an empty Q.
/// Shapes: (... m n) -> (... m k), (... k n); (... m m), (... m n) for "complete".
/// At the edge: the derivative needs the first k columns of A to be independent, for m <= n the first
/// m - 1; otherwise it has infinities or NaN, or, where rounding makes the columns independent, elements
/// as large as 1 / epsilon.
/// Throws: ValueError for another mode; NotImplementedError when differentiated in mode "r", which has
/// no Q, or in mode "complete" for m > n, whose last columns A does not determine.
/// Cost: 2 k^2 (m - k / 3) flops for R and as many for Q; backward stable.
/// Source: Golub and Van Loan, Matrix Computations, section 5.2; derivatives: Walter and Lehmann,
/// Algorithmic differentiation of linear algebra functions with application in optimum experimental
/// design (2012).
/// See also: linalg_lstsq() for least squares; linalg_svd() for matrices of unknown rank.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_qr(const Tensor& A,
                                                   std::string_view mode = "reduced");
/// linalg_qr() in mode "reduced", or "complete" without `some`.
EIGENGRAD_API std::tuple<Tensor, Tensor> qr(const Tensor& A, bool some = true);
/// linalg_qr() as LAPACK stores it: R on and above the diagonal, reflectors below, and their factors
/// tau, from which linalg_householder_product() makes Q.
/// Shapes: (... m n) -> (... m n), (... k).
/// At the edge: a derivative, which PyTorch has not, as linalg_qr() where no tau but the last of a
/// square matrix is 0.
/// See also: linalg_qr() for Q and R.
EIGENGRAD_API std::tuple<Tensor, Tensor> geqrf(const Tensor& A);
/// The first n columns of H_1 ... H_k, H_i = 1 - tau_i v_i v_i^T, where v_i is 0 above index i, 1 there
/// and column i of `input` below. Differentiable for any tau, also where H_i is not orthogonal.
/// Shapes: (... m n), (... k) -> (... m n), m >= n >= k.
/// Throws: ShapeError for other shapes; DtypeError when the dtypes differ.
/// Cost: 4 m n k flops. Source: compact WY form, Schreiber and Van Loan (1989).
/// See also: geqrf() for the reflectors of a matrix.
EIGENGRAD_API Tensor linalg_householder_product(const Tensor& input, const Tensor& tau);
/// The same as linalg_householder_product().
EIGENGRAD_API Tensor orgqr(const Tensor& input, const Tensor& tau);

}  // namespace eigengrad
