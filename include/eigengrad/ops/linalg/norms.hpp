#pragma once

#include <string_view>

#include "eigengrad/core/tensor.hpp"

/// Norms and condition numbers of matrices.
namespace eigengrad {

/// Norm of the matrices in two dimensions: "fro" the root of the sum of squares, "nuc" the sum of the
/// singular values; 2 the largest of them and -2 the smallest; 1 the largest sum of |a_ij| over a
/// column and -1 the smallest; infinity the largest sum over a row and -infinity the smallest. In the
/// dtype given, if one is.
/// Shapes: the two dimensions are dropped, or stay with extent 1 under `keepdim`.
/// At the edge: gradient 0 where the norm is 0; sums and singular values that are the largest
/// (smallest) share evenly; for "nuc" the least subgradient, U Vh over the values that are not 0.
/// Throws: ValueError for another order or a dimension named twice; ShapeError unless two dimensions
/// are named, or when there is nothing to be the largest of; DtypeError unless floating point, and
/// when `dtype` is narrower.
/// Cost: singular values for "nuc", 2 and -2, one pass for the others.
/// See also: linalg_vector_norm() for norms of vectors and of all elements; linalg_svdvals() for the
/// singular values.
EIGENGRAD_API Tensor linalg_matrix_norm(const Tensor& A, const Scalar& ord,
                                        IntArrayRef dim = {-2, -1}, bool keepdim = false,
                                        optional<ScalarType> dtype = nullopt);
EIGENGRAD_API Tensor linalg_matrix_norm(const Tensor& A, std::string_view ord = "fro",
                                        IntArrayRef dim = {-2, -1}, bool keepdim = false,
                                        optional<ScalarType> dtype = nullopt);

/// linalg_vector_norm() or linalg_matrix_norm(): the latter over two dimensions and an order, the
/// former over one dimension or, when neither `ord` nor `dim` is given, over all elements.
/// Throws: as these; ShapeError for more than two dimensions, also those of x when `dim` is missing.
EIGENGRAD_API Tensor linalg_norm(const Tensor& x, const optional<Scalar>& ord = nullopt,
                                 OptionalIntArrayRef dim = nullopt, bool keepdim = false,
                                 optional<ScalarType> dtype = nullopt);
EIGENGRAD_API Tensor linalg_norm(const Tensor& x, std::string_view ord,
                                 OptionalIntArrayRef dim = nullopt, bool keepdim = false,
                                 optional<ScalarType> dtype = nullopt);

/// linalg_matrix_norm(x, "nuc") of a matrix, or over the two dimensions named.
EIGENGRAD_API Tensor nuclear_norm(const Tensor& x, bool keepdim = false);
EIGENGRAD_API Tensor nuclear_norm(const Tensor& x, IntArrayRef dim, bool keepdim = false);
/// norm() of order 2, over all elements or over one or two dimensions. Throws: ShapeError for more.
EIGENGRAD_API Tensor frobenius_norm(const Tensor& x);
EIGENGRAD_API Tensor frobenius_norm(const Tensor& x, IntArrayRef dim, bool keepdim = false);

/// Condition number: the norm of A times that of its inverse, for 2 (which is meant by nothing) the
/// largest singular value over the smallest and for -2 the other way round.
/// Shapes: (... n n) -> (...); (... m n) -> (...) for 2 and -2.
/// At the edge: infinite for singular matrices (for -2: 0, and NaN for zeros), where the derivative is not
/// finite; 0 for empty ones.
/// Throws: ShapeError unless square, but for 2 and -2; ValueError for an order that
/// linalg_matrix_norm() does not know.
/// See also: linalg_matrix_rank() for the numerical rank; linalg_svdvals().
EIGENGRAD_API Tensor linalg_cond(const Tensor& A, const optional<Scalar>& p = nullopt);
EIGENGRAD_API Tensor linalg_cond(const Tensor& A, std::string_view p);

}  // namespace eigengrad
