#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Systems of linear equations, for the matrices in the last two dimensions; leading ones are a batch.
// Floating point tensors of one dtype.
// Throws: ShapeError unless shapes fit; DtypeError for other dtypes and for different ones.

/// The solution of A X = B, or of X A = B without `left`. B is a vector when it has one dimension, or the
/// shape of A without its last extent; otherwise matrices, and batch dimensions broadcast.
/// Shapes: (... n n) (... n k) -> (... n k); (n n) (n) -> (n).
/// Throws: NumericError for a matrix with a pivot of zero ("singular").
/// Cost: 2/3 n^3 + 2 n^2 k flops; gradients of every order 2 n^2 k more, with the same factors.
/// Source: LU with partial pivoting, backward stable; Golub and Van Loan, section 3.4. Derivative:
/// Giles 2008, An extended collection of matrix derivative results, section 2.3.1.
/// See also: cholesky_solve() for positive definite matrices; linalg_lu_solve() for several right-hand
/// sides one after another; linalg_lstsq() for matrices that are not square; sparse_solve().
EIGENGRAD_API Tensor linalg_solve(const Tensor& A, const Tensor& B, bool left = true);
/// linalg_solve() beside an int64 tensor: 0, or the first zero pivot, counted from 1, of every matrix.
/// Throws: NumericError only if `check_errors`.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_solve_ex(const Tensor& A, const Tensor& B,
                                                         bool left = true,
                                                         bool check_errors = false);

/// The solution of A X = B, or of X A = B without `left`, for triangular A, whose other triangle is not
/// read; nor is its diagonal if it is `unitriangular`. The gradient has the same triangle.
/// Shapes: (... n n) (... n k) -> (... n k). At the edge: inf or NaN for a zero on the diagonal.
/// Cost: n^2 k flops; gradients 2 n^2 k more. Source: Giles 2008, section 2.3.1.
/// See also: cholesky_solve() and linalg_lu_solve() with the factors of a matrix; linalg_solve() for any
/// square matrix.
EIGENGRAD_API Tensor linalg_solve_triangular(const Tensor& self, const Tensor& B, bool upper,
                                             bool left = true, bool unitriangular = false);
/// linalg_solve_triangular() of A^T if `transpose`, beside a copy of A.
EIGENGRAD_API std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& A,
                                                          bool upper = true, bool transpose = false,
                                                          bool unitriangular = false);

/// The inverse. Shapes: (... n n) -> (... n n).
/// Throws: NumericError for a matrix with a pivot of zero ("singular").
/// Cost: 2 n^3 flops; the gradient 4 n^3. Source: Giles 2008, section 2.2.3.
/// See also: linalg_solve(), which is faster and more accurate than a product with the inverse;
/// linalg_pinv() for singular matrices; cholesky_inverse().
EIGENGRAD_API Tensor linalg_inv(const Tensor& A);
/// linalg_inv() beside an int64 tensor: 0, or the first zero pivot, counted from 1, of every matrix.
/// Throws: NumericError only if `check_errors`.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& A, bool check_errors = false);
/// The same as linalg_inv().
EIGENGRAD_API Tensor inverse(const Tensor& self);

/// The inverse of the linear map from the dimensions from `ind` on to those before: tensordot() of the two
/// over `ind` dimensions is the identity. Shapes: (a... b...) -> (b... a...), with equally many elements
/// in a... and b.... Throws: ValueError unless ind is positive; NumericError as linalg_inv().
/// See also: linalg_tensorsolve() for one right-hand side.
EIGENGRAD_API Tensor linalg_tensorinv(const Tensor& self, std::int64_t ind = 2);
/// The X with tensordot(A, X, X.dim()) = B; the dimensions `dims` of A are moved to its end first.
/// Shapes: (b... x...) (b...) -> (x...), with equally many elements in b... and x....
/// See also: linalg_tensorinv() for the inverse map; linalg_solve() for matrices.
EIGENGRAD_API Tensor linalg_tensorsolve(const Tensor& self, const Tensor& other,
                                        OptionalIntArrayRef dims = nullopt);

}  // namespace eigengrad
