#pragma once

#include "eigengrad/core/tensor.hpp"

/// Triangles and diagonals of matrices.
namespace eigengrad {

// Matrices are the last two dimensions of x, or those named. Cost: O(n) copies.
// Throws: ShapeError for too few dimensions, IndexError for a dimension out of range.

/// The lower triangle of each matrix: elements with column - row <= diagonal; the others are 0.
EIGENGRAD_API Tensor tril(const Tensor& x, std::int64_t diagonal = 0);
/// The upper triangle of each matrix: elements with column - row >= diagonal; the others are 0.
EIGENGRAD_API Tensor triu(const Tensor& x, std::int64_t diagonal = 0);
/// Rows and columns of the elements of the lower triangle of a row x col matrix, in row-major order.
/// Shapes: (2, number of elements), int64.
EIGENGRAD_API Tensor tril_indices(std::int64_t row, std::int64_t col, std::int64_t offset = 0,
                                  TensorOptions o = kInt64);
/// Rows and columns of the elements of the upper triangle of a row x col matrix, in row-major order.
/// Shapes: (2, number of elements), int64.
EIGENGRAD_API Tensor triu_indices(std::int64_t row, std::int64_t col, std::int64_t offset = 0,
                                  TensorOptions o = kInt64);

/// The matrix that has the vector x on a diagonal and zeros elsewhere; for a matrix x, a copy of that diagonal.
EIGENGRAD_API Tensor diag(const Tensor& x, std::int64_t diagonal = 0);
/// Matrices, in dimensions dim1 and dim2 of the result, with the last dimension of x on a diagonal.
EIGENGRAD_API Tensor diag_embed(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = -2,
                                std::int64_t dim2 = -1);
/// The matrix with all elements of x on a diagonal.
EIGENGRAD_API Tensor diagflat(const Tensor& x, std::int64_t offset = 0);

}  // namespace eigengrad
