#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

/// Eigenvalues and eigenvectors of the matrices in the last two dimensions.
namespace eigengrad {

// Throws: ShapeError below two dimensions; DtypeError unless floating point; NumericError for a matrix
// with non-finite values, or when the iteration does not converge.

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
/// See also: linalg_eigh() for symmetric matrices; linalg_eigvals() for the eigenvalues alone.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_eig(const Tensor& A);
/// The eigenvalues of linalg_eig(). Vectors are computed when a derivative may be asked for.
EIGENGRAD_API Tensor linalg_eigvals(const Tensor& A);

}  // namespace eigengrad
