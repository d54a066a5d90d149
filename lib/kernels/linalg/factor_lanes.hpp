#pragma once

#include "kernels/linalg/matrix_batch.hpp"

namespace eigengrad::kernels {

/// Note [Lanes]
/// A batch of matrices of up to kLaneRows rows is factored and solved with as many matrices at a time
/// as a SIMD register has lanes, one in each; what differs between them (pivots) is selected. Lanes
/// left over repeat the last matrix, so no result depends on its index in the batch.
inline constexpr std::int64_t kLaneRows = 8;

inline bool in_lanes(std::int64_t rows, std::int64_t count) noexcept {
  constexpr std::int64_t kFewest = 4;
  return rows <= kLaneRows && count >= kFewest;
}

/// For the matrices [begin, end), as kernels/linalg/factor.hpp says; what is written is contiguous.
template <class T>
void lu_in_lanes(const MatrixBatch<T>& a, std::int64_t* pivots, std::int64_t* info,
                 std::int64_t begin, std::int64_t end);
template <class T>
void lu_solve_in_lanes(const MatrixBatch<T>& lu, const MatrixBatch<std::int64_t>& pivots,
                       bool transposed, const MatrixBatch<T>& x, std::int64_t begin,
                       std::int64_t end);
template <class T>
void cholesky_in_lanes(const MatrixBatch<T>& a, const MatrixBatch<T>& l, std::int64_t* info,
                       std::int64_t begin, std::int64_t end);

/// g(i, j) := the gradient by a of what has the gradient 2 g(i, j) by the factor l(i, j), as Note
/// [Cholesky backwards] has it with blocks of one column; for one matrix, or one in each lane.
template <class Factor, class Gradient>
void cholesky_gradient_columnwise(std::int64_t n, Factor l, Gradient g) {
  for (std::int64_t k = n; k-- > 0;)
    for (std::int64_t i = n; i-- > k;) {
      auto c = g(i, k);
      for (std::int64_t m = k + 1; m < n; ++m) c = c - g(i, m) * l(m, k);
      g(i, k) = g(k, i) = c / l(k, k);
    }
}
template <class T>
void cholesky_gradient_in_lanes(const MatrixBatch<T>& l, const MatrixBatch<T>& g,
                                std::int64_t begin, std::int64_t end);

}  // namespace eigengrad::kernels
