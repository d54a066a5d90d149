#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Determinants of the square matrices in the last two dimensions, from an LU with partial pivoting:
// 2/3 n^3 flops, and 4/3 n^3 for the gradient. Floating point; 1 for a matrix without elements.
// Throws: ShapeError unless square; DtypeError for other dtypes.

/// The determinant. Shapes: (... n n) -> (...).
/// At the edge: exact for singular matrices too: the gradient is that of the polynomial, the matrix of
/// cofactors, which is 0 if the rank is below n - 1, and so are derivatives of higher orders. Those lose
/// digits with the condition, up to half of them at most.
/// Source: Giles 2008, section 2.2.4; for singular matrices see the rule.
/// See also: linalg_slogdet() and logdet(), which do not overflow; linalg_lu().
EIGENGRAD_API Tensor linalg_det(const Tensor& A);
/// The same as linalg_det().
EIGENGRAD_API Tensor det(const Tensor& self);
/// The sign of the determinant and the logarithm of its absolute value. Shapes: (... n n) -> (...) (...).
/// At the edge: 0 and -inf for a singular matrix, whose gradient is inf or NaN.
/// See also: logdet() for positive determinants; inv_quad_logdet() for positive definite matrices.
EIGENGRAD_API std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& A);
/// The same as linalg_slogdet().
EIGENGRAD_API std::tuple<Tensor, Tensor> slogdet(const Tensor& self);
/// The logarithm of the determinant. Shapes: (... n n) -> (...).
/// At the edge: NaN where the determinant is negative, -inf where it is 0.
EIGENGRAD_API Tensor logdet(const Tensor& self);

}  // namespace eigengrad
