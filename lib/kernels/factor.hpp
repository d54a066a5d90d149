#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "kernels/panel.hpp"

namespace eigengrad::kernels {

/// Note [Factorisations]
/// Kernels work in place on the matrices in the last two dimensions of a tensor, each of which has
/// unit stride in one of them. Batches of tiny matrices are worked on in SIMD lanes, matrices of up to a
/// few rows in plain loops, larger ones with Eigen's blocked decompositions, and the largest with
/// LAPACK's, from the BLAS that products use. NaN goes
/// through: it is neither a zero pivot nor a negative one.
///
/// `info` has a number for each matrix, 0 where all is well.

/// a = l l^T. Matrices are contiguous by rows; of a the lower triangle is read, and l overwrites it.
/// info: the order of the leading minor that is not positive.
void cholesky(const Tensor& a, std::int64_t* info);

/// g := the symmetric gradient by a, from the lower triangle of that by l. Contiguous by rows.
void cholesky_gradient(const Tensor& l, const Tensor& g);

/// The inverse of l l^T from the lower triangle of l, which it overwrites. Contiguous by rows.
void cholesky_invert(const Tensor& l);

/// p a = l u with ones on the diagonal of l, for matrices contiguous by columns; l and u overwrite a.
/// Step i exchanged rows i and pivots[i], counted from 1. Without `pivot` rows stay.
/// info: the first diagonal element of u that is zero, counted from 1.
void lu_factor(const Tensor& a, const Tensor& pivots, std::int64_t* info, bool pivot = true);

/// x := a^-1 x, or a^-T x, from the factors; their batch dimensions broadcast to those of x.
void lu_solve(const Tensor& lu, const Tensor& pivots, bool transposed, const Tensor& x);

/// The determinants from the factors, each as sign and logarithm of the absolute value, and as a
/// number; one element for every matrix.
void lu_determinants(const Tensor& lu, const Tensor& pivots, const Tensor& sign, const Tensor& log,
                     const Tensor& value);

/// The numbers of the matrices whose elements on the diagonal of u are so far apart that they are
/// singular or next to it.
std::vector<std::int64_t> nearly_singular(const Tensor& lu);

/// The inverse of a, contiguous by columns, in the place of its factors.
void lu_invert(const Tensor& lu, const Tensor& pivots);

/// x := t^-1 x; the batch dimensions of t broadcast to those of x.
void solve_triangles(const Tensor& t, TriangleKind kind, const Tensor& x);

}  // namespace eigengrad::kernels
