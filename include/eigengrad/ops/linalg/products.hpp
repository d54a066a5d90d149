#pragma once

#include <string_view>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Products of floating point tensors of one dtype (int64 too), through BLAS when there is one and
// Eigen otherwise; transposed operands are never copied.
// Throws: ShapeError when extents differ ("cannot be multiplied"); DtypeError for different dtypes and
// for bool.

/// Product of matrices, vectors or batches of matrices.
/// Shapes: (n) (n) -> (); (n k) (k) -> (n); (k) (k m) -> (m); (n k) (k m) -> (n m); with more
/// dimensions a batch of the last two, leading ones broadcast.
/// Cost: 2 n k m flops per matrix.
/// See also: einsum() for other contractions; linalg_multi_dot() for products of several matrices; addmm();
/// sparse_matmul().
EIGENGRAD_API Tensor matmul(const Tensor& a, const Tensor& b);
/// Product of two matrices. Shapes: (n k) (k m) -> (n m).
EIGENGRAD_API Tensor mm(const Tensor& a, const Tensor& b);
/// Product of a matrix and a vector. Shapes: (n k) (k) -> (n).
EIGENGRAD_API Tensor mv(const Tensor& a, const Tensor& x);
/// Scalar product of two vectors. Shapes: (n) (n) -> ().
EIGENGRAD_API Tensor dot(const Tensor& a, const Tensor& b);
/// The same as dot(): tensors are real, so there is nothing to conjugate. Shapes: (n) (n) -> ().
EIGENGRAD_API Tensor vdot(const Tensor& a, const Tensor& b);
/// Every element of the vector a times all of the vector b. Shapes: (n) (m) -> (n m).
EIGENGRAD_API Tensor outer(const Tensor& a, const Tensor& b);
/// Products of the matrices of two batches, pair by pair. Shapes: (s n k) (s k m) -> (s n m).
EIGENGRAD_API Tensor bmm(const Tensor& a, const Tensor& b);

// beta self + alpha times a product, recorded as one node. `self` broadcasts to the result.
// At the edge: with beta = 0 nothing that self holds matters, not even NaN.
// Throws: DtypeError when beta or alpha is not an integer and the tensors are.

/// beta self + alpha mat1 mat2. Shapes: (n k) (k m) -> (n m).
EIGENGRAD_API Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2,
                           const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta self + alpha mat vec. Shapes: (n k) (k) -> (n).
EIGENGRAD_API Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec,
                           const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta self + alpha outer(vec1, vec2). Dtypes are promoted; on bool tensors: or, and.
/// Shapes: (n) (m) -> (n m).
EIGENGRAD_API Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2,
                          const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta self + alpha times the sum of the products of a batch. Shapes: (s n k) (s k m) -> (n m).
EIGENGRAD_API Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                            const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta self + alpha bmm(batch1, batch2). Shapes: (s n k) (s k m) -> (s n m).
EIGENGRAD_API Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                             const Scalar& beta = 1, const Scalar& alpha = 1);
/// x w^T + bias. Shapes: (... k) (m k) (m) -> (... m); a weight (k) drops the last dimension.
EIGENGRAD_API Tensor linear(const Tensor& x, const Tensor& weight, const OptionalTensor& bias = {});
/// x1^T w[m] x2 + bias[m] for every m. Shapes: (... i) (... j) (m i j) (m) -> (... m).
EIGENGRAD_API Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight,
                              const OptionalTensor& bias = {});

/// Einstein's summation: `equation` names the dimensions of each operand by letters, and after `->`
/// those of the result; letters that the result lacks are summed over. A letter twice in one operand
/// takes its diagonal; `...` stands for the remaining dimensions, which broadcast, as extents of 1 do.
/// Without `->` the result has what `...` stands for, then all letters that occur once, in
/// alphabetical order, capitals first. Blanks mean nothing.
/// `path` lists pairs of operands to contract, each result going to the end of the list; without it
/// the cheapest pair goes first.
/// Throws: ValueError for an equation that is not well formed; ShapeError when it does not fit the
/// operands.
/// Cost: a batched matrix product for each pair.
/// See also: matmul() and tensordot() for contractions without an equation.
EIGENGRAD_API Tensor einsum(std::string_view equation, TensorList operands,
                            OptionalIntArrayRef path = nullopt);
/// Sum of products over dims_a of a and dims_b of b, in pairs; the result has the other dimensions of
/// a, then those of b. An extent of 1 broadcasts. Throws: ValueError for lists of different lengths.
EIGENGRAD_API Tensor tensordot(const Tensor& a, const Tensor& b, IntArrayRef dims_a,
                               IntArrayRef dims_b);
/// Sum of products over the last `dims` dimensions of a and the first `dims` of b.
EIGENGRAD_API Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t dims = 2);
/// Sum of products over the last dimensions; the product when either has no dimensions.
/// Shapes: (... k) (,,, k) -> (... ,,,).
EIGENGRAD_API Tensor inner(const Tensor& a, const Tensor& b);
/// Every element of a times all of b. Shapes: (n ...) (m ...) -> (n m ...); missing leading extents
/// count as 1. Dtypes are promoted.
EIGENGRAD_API Tensor kron(const Tensor& a, const Tensor& b);

/// Product of matrices in the order of least cost; the first may be a row and the last a column
/// vector. Shapes: (n k) (k l) ... (l m) -> (n m). Throws: ShapeError for fewer than two.
/// Source: dynamic programming; Cormen et al., Introduction to Algorithms, section 15.2.
/// See also: matmul() for two matrices; chain_matmul().
EIGENGRAD_API Tensor linalg_multi_dot(TensorList matrices);
/// linalg_multi_dot() of matrices only; one is returned as it is.
EIGENGRAD_API Tensor chain_matmul(TensorList matrices);
/// The n-th power of square matrices by repeated squaring. Shapes: (... m m) -> (... m m).
/// At the edge: the identity for n = 0; a power of the inverse for negative n.
/// Throws: ShapeError unless square; NumericError for negative n and a singular matrix.
EIGENGRAD_API Tensor linalg_matrix_power(const Tensor& x, std::int64_t n);
/// The same as linalg_matrix_power().
EIGENGRAD_API Tensor matrix_power(const Tensor& x, std::int64_t n);
/// Powers 0 to N - 1 of every element, along a new last dimension; N is the last extent of x if it is
/// not given. Shapes: (... n) -> (... n N). Throws: ValueError for N below 2; DtypeError for bool.
EIGENGRAD_API Tensor linalg_vander(const Tensor& x, optional<std::int64_t> N = nullopt);

/// Sum of products along `dim`; the others broadcast. Domain: floating point.
EIGENGRAD_API Tensor linalg_vecdot(const Tensor& a, const Tensor& b, std::int64_t dim = -1);
/// Vector product along a dimension of extent 3; the others broadcast. Dtypes are promoted.
/// Throws: ShapeError for another extent or different numbers of dimensions; DtypeError for bool.
EIGENGRAD_API Tensor linalg_cross(const Tensor& a, const Tensor& b, std::int64_t dim = -1);
/// linalg_cross() along the first dimension of extent 3 unless `dim` names one.
EIGENGRAD_API Tensor cross(const Tensor& a, const Tensor& b, optional<std::int64_t> dim = nullopt);

namespace linalg {
inline Tensor matmul(const Tensor& a, const Tensor& b) { return eigengrad::matmul(a, b); }
/// The same as linalg_multi_dot().
inline Tensor multi_dot(TensorList matrices) { return linalg_multi_dot(matrices); }
inline Tensor matrix_power(const Tensor& x, std::int64_t n) { return linalg_matrix_power(x, n); }
/// The same as linalg_vander().
inline Tensor vander(const Tensor& x, optional<std::int64_t> N = nullopt) {
  return linalg_vander(x, N);
}
/// The same as linalg_vecdot().
inline Tensor vecdot(const Tensor& a, const Tensor& b, std::int64_t dim = -1) {
  return linalg_vecdot(a, b, dim);
}
inline Tensor cross(const Tensor& a, const Tensor& b, std::int64_t dim = -1) {
  return linalg_cross(a, b, dim);
}
}  // namespace linalg

/// matmul() under the name that it has among PyTorch's linear algebra.
inline Tensor linalg_matmul(const Tensor& a, const Tensor& b) { return matmul(a, b); }

}  // namespace eigengrad
