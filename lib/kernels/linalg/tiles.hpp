#pragma once

#include "kernels/linalg/matrix_batch.hpp"

namespace eigengrad::kernels {

/// Note [Tiles]
/// Matrices of up to kTileRows rows are factored, and triangles of that size solved with, tile by tile:
/// a tile of the result is loaded into half the SIMD registers, the products of all that was computed
/// before it are subtracted, what is left to do within the tile happens there, and it is stored, once.
/// Nothing is packed or copied in between, which is what blocks of products (Eigen's, LAPACK's) spend
/// their time on until they are large.
inline constexpr std::int64_t kTileRows = 512;

/// l := the lower factor of a with zeros above the diagonal; of a the lower triangle counts, and l is
/// row-major and contiguous. Both may be the same memory.
/// Returns 0, or the order of the leading minor that is not positive: the columns from there on are
/// those of a, or undefined if both are the same memory.
template <class T>
std::int64_t cholesky_in_tiles(const MatrixView<const T>& a, const MatrixView<T>& l);

/// g := the gradient by a of what has the gradient 2 g by the lower factor l: Note [Cholesky backwards].
/// Of the given g the lower triangle is read. Both are row-major and contiguous.
template <class T>
void cholesky_gradient_in_tiles(const MatrixView<const T>& l, const MatrixView<T>& g);

/// What to solve with: one triangle, then another if there is one, and permutations of rows before and after.
template <class T>
struct TiledSolve {
  MatrixView<const T> first;
  TriangleKind first_kind;
  MatrixView<const T> second{};
  TriangleKind second_kind{};
  /// Row i of the right-hand side is row from[i] of the given one, and row i of the solution is row to[i] of
  /// the result; null for no permutation.
  const std::int64_t* from = nullptr;
  const std::int64_t* to = nullptr;
};

/// x := the solution with the right-hand side b. Both may be the same memory.
template <class T>
void solve_in_tiles(const TiledSolve<T>& system, const MatrixView<const T>& b,
                    const MatrixView<T>& x);

/// The inverse of a matrix, whose columns are contiguous, from its factors p a = l u: row i of p a is
/// row rows[i] of a.
template <class T>
void invert_in_tiles(const MatrixView<const T>& lu, const std::int64_t* rows,
                     const MatrixView<T>& inverse);

/// p a = l u as lu_factor() in kernels/linalg/factor.hpp, for one matrix whose columns are contiguous.
/// Returns 0, or the first zero on the diagonal of u, counted from 1.
template <class T>
std::int64_t lu_in_tiles(const MatrixView<T>& a, std::int64_t* pivots, bool pivot);

}  // namespace eigengrad::kernels
