#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// A symmetric positive definite matrix A, or a batch of them, factored once for all that is asked of
/// it, derivatives of every order included. Only the lower triangle is read, and the gradient by A is
/// symmetric. Cheap to copy.
/// Cost: 1/3 n^3 flops when constructed; n^3 more for inverse() and for the gradient of logdet().
/// Source: as linalg_cholesky() and linalg_solve().
/// See also: linalg_cholesky() for the factor alone; inv_quad_logdet() for a likelihood in one call.
class EIGENGRAD_API Cholesky {
 public:
  /// Factors A. Shapes: (... n n).
  /// Throws: NumericError unless positive-definite; ShapeError unless square; DtypeError unless
  /// floating point.
  explicit Cholesky(const Tensor& A);

  /// A^-1 B for a vector or matrices B, as linalg_solve().
  Tensor solve(const Tensor& B) const;
  /// The logarithm of the determinant. Shapes: (... n n) -> (...).
  Tensor logdet() const;
  Tensor inverse() const;
  /// L with A = L L^T.
  Tensor lower() const;

 private:
  Tensor a_;
  Tensor l_;
};

/// x^T A x. Shapes: (... n n) (... n) -> (...); batch dimensions broadcast.
EIGENGRAD_API Tensor quad_form(const Tensor& A, const Tensor& x);

/// b^T A^-1 b and log det A of a symmetric positive definite matrix A, from one factorisation: what a
/// Gaussian likelihood consists of. Only the lower triangle is read, and the gradient by A is symmetric.
/// Shapes: (... n n) (... n) -> (...) (...); batch dimensions broadcast for the first, and are those of
/// A for the second.
/// Throws: NumericError unless positive-definite; ShapeError and DtypeError as linalg_solve().
/// Cost: 1/3 n^3 flops; the gradient 2/3 n^3.
/// Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, equation 5.9.
/// See also: cholesky_solve() and logdet() for its parts.
EIGENGRAD_API std::tuple<Tensor, Tensor> inv_quad_logdet(const Tensor& A, const Tensor& b);

}  // namespace eigengrad
