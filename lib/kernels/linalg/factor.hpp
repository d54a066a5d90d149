#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "kernels/linalg/matrix_batch.hpp"

namespace eigengrad::kernels {

/// Note [Factorisations]
/// Kernels work on the matrices in the last two dimensions of a tensor, each of which has
/// unit stride in one of them. Batches of tiny matrices are worked on in SIMD lanes, others in tiles of
/// registers as long as they fit a cache, and larger ones with LAPACK, where the BLAS that products use
/// brings it, or with Eigen's blocks. NaN goes through: it is neither a zero pivot nor a negative one.
///
/// `info` has one integer for each matrix, 0 where the factorisation succeeded.

/// a = l l^T. Of a, with any strides, the lower triangle is read; l is row-major and contiguous, with zeros
/// above the diagonal. info: the order of the leading minor that is not positive.
void cholesky(const Tensor& a, const Tensor& l, std::int64_t* info);

/// g := the symmetric gradient by a, from the lower triangle of that by l. Both are contiguous.
void cholesky_gradient(const Tensor& l, const Tensor& g);

/// The inverse of l l^T from the lower triangle of l, which it overwrites. Row-major and contiguous.
void cholesky_invert(const Tensor& l);

/// p a = l u with ones on the diagonal of l, for contiguous column-major matrices; l and u overwrite a. Step
/// i interchanges rows i and pivots[i], counted from 1. Without `pivot` there are no interchanges. info: the
/// first diagonal element of u that is zero, counted from 1.
void lu_factor(const Tensor& a, const Tensor& pivots, std::int64_t* info, bool pivot = true);

/// x := a^-1 b, or a^-T b, from the factors; the batch dimensions of those and of b, which has any
/// strides, broadcast to those of x.
void lu_solve(const Tensor& lu, const Tensor& pivots, bool transposed, const Tensor& b,
              const Tensor& x);

/// lu_factor() and lu_solve() for one matrix, contiguous and column-major.
template <class T>
void lu_factor(const MatrixView<T>& a, std::int64_t* pivots);
template <class T>
void lu_solve(const MatrixView<const T>& lu, const std::int64_t* pivots, bool transposed,
              const MatrixView<const T>& b, const MatrixView<T>& x);

/// The determinants from the factors, one element for every matrix.
void lu_determinants(const Tensor& lu, const Tensor& pivots, const Tensor& value);
/// Signs of the determinants and logarithms of their absolute values from the factors, one for every matrix.
void lu_log_determinants(const Tensor& lu, const Tensor& pivots, const Tensor& sign,
                         const Tensor& log);

/// Indices of the matrices that are singular or nearly so: those whose elements on the diagonal of u differ
/// too much in size.
std::vector<std::int64_t> nearly_singular(const Tensor& lu);

/// The inverse of a from its factors; the memory of both is contiguous and column-major, whatever the strides
/// of `inverse` say.
void lu_invert(const Tensor& lu, const Tensor& pivots, const Tensor& inverse);

/// x := t^-1 b; the batch dimensions of t and of b, which has any strides, broadcast to those of x.
void solve_triangles(const Tensor& t, TriangleKind kind, const Tensor& b, const Tensor& x);
inline void solve_triangles(const Tensor& t, TriangleKind kind, const Tensor& x) {
  solve_triangles(t, kind, x, x);
}

}  // namespace eigengrad::kernels
