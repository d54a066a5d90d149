#pragma once

#include <string_view>
#include <tuple>

#include "eigengrad/core/tensor.hpp"

/// Eigenvalues and eigenvectors of the symmetric matrices in the last two dimensions.
namespace eigengrad {

// Note [Repeated values]
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
// This holds for linalg_eigh() and linalg_svd(); linalg_eig() has the derivatives of its values.

// Throws: ShapeError below two dimensions; DtypeError unless floating point; NumericError for a matrix
// with non-finite values, or when the iteration does not converge.

/// A = V diag(L) V^T of symmetric matrices, of which one triangle is read, the lower for UPLO = "L" and
/// the upper for "U": eigenvalues L in ascending order, orthonormal eigenvectors in the columns of V.
/// Shapes: (... n n) -> (... n), (... n n).
/// At the edge: the gradient is symmetric. Repeated eigenvalues: Note [Repeated values].
/// Throws: ShapeError unless square; ValueError for another UPLO.
/// Cost: about 9 n^3 flops, 4/3 n^3 without vectors; tridiagonal QR iteration, backward stable: errors
/// of eigenvalues are of the order of epsilon times the largest.
/// Source: Golub and Van Loan, Matrix Computations, section 8.3; derivatives: Giles (2008), section 3.1.
/// See also: linalg_eigvalsh() for the eigenvalues alone; linalg_eig() for matrices that are not symmetric;
/// linalg_svd().
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& A, std::string_view UPLO = "L");
/// The eigenvalues of linalg_eigh(). Vectors are computed when a derivative may be asked for.
EIGENGRAD_API Tensor linalg_eigvalsh(const Tensor& A, std::string_view UPLO = "L");
/// linalg_eigh() of the upper triangle, or the lower; without `eigenvectors` the second result is
/// empty.
EIGENGRAD_API std::tuple<Tensor, Tensor> symeig(const Tensor& A, bool eigenvectors = false,
                                                bool upper = true);

}  // namespace eigengrad
