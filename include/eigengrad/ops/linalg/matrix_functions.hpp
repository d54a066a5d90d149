#pragma once

#include "eigengrad/core/tensor.hpp"

/// Functions of square matrices, the last two dimensions.
namespace eigengrad {

// Throws: ShapeError unless square; DtypeError unless floating point.

/// exp(A), the sum of A^k / k!. Shapes: (... n n) -> (... n n).
/// At the edge: NaN for a matrix that is not finite; the identity for zeros.
/// Cost: about (14 + 2 log2(|A|)) n^3 flops, its derivative about twice that more; scaling and
/// squaring, backward stable up to the squarings, of which matrices far from normal may take too many.
/// Source: Higham (2005); derivatives: Al-Mohy and Higham (2009), at higher orders Mathias (1996): the
/// block above the diagonal of exp([A E; 0 A]).
/// See also: expm_multiply() for the product with a few columns; logm() for the inverse function.
EIGENGRAD_API Tensor linalg_matrix_exp(const Tensor& A);
/// The same as linalg_matrix_exp().
EIGENGRAD_API Tensor matrix_exp(const Tensor& A);

/// The principal square root: X X = A, eigenvalues with a positive real part.
/// Shapes: (... n n) -> (... n n).
/// Domain: no eigenvalue on the negative real axis.
/// At the edge: an eigenvalue 0 is taken where the root exists, as that of a positive semidefinite
/// matrix does; there is no derivative there.
/// Throws: NumericError for a matrix without a real root, in the backward pass for a singular one, or
/// with values that are not finite.
/// Cost: about 100 n^3 flops, its derivative as many again; complex Schur form, backward stable.
/// Source: Bjorck and Hammarling (1983); derivatives by X dX + dX X = dA: Higham, Functions of
/// Matrices (2008), section 6.1.
/// See also: linalg_cholesky() for a triangular root of a positive definite matrix; logm().
EIGENGRAD_API Tensor sqrtm(const Tensor& A);

/// The principal logarithm: exp(X) = A, eigenvalues with an imaginary part between -pi and pi.
/// Shapes: (... n n) -> (... n n).
/// Domain: no eigenvalue on the negative real axis, nor 0.
/// Throws: NumericError for a matrix outside of the domain, or with values that are not finite.
/// Cost: about 100 n^3 flops and n^3 more for every square root taken, its derivative eight times
/// that; inverse scaling and squaring in complex Schur form.
/// Source: Higham, Functions of Matrices (2008), chapter 11; derivatives: Al-Mohy, Higham and Relton
/// (2013), here at every order by the logarithm of [A E; 0 A].
/// See also: linalg_matrix_exp() for the inverse function; logdet() for the trace of the logarithm.
EIGENGRAD_API Tensor logm(const Tensor& A);

/// exp(t A) B by products with A alone, without forming exp(t A).
/// Shapes: (... n n), (... n k) -> (... n k); (n n), (n) -> (n). Batches broadcast.
/// At the edge: NaN for a matrix that is not finite.
/// Throws: ShapeError when the extents do not fit; DtypeError for different dtypes.
/// Cost: about 2 n^2 k (5 + 6 |t A|) flops, in norm 1; when a derivative may be
/// asked for, at least 20 products, all recorded.
/// Source: Al-Mohy and Higham, Computing the action of the matrix exponential (2011).
/// See also: linalg_matrix_exp() for the matrix itself.
EIGENGRAD_API Tensor expm_multiply(const Tensor& A, const Tensor& B, double t = 1);

}  // namespace eigengrad
