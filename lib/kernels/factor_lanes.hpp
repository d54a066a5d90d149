#pragma once

#include "kernels/panel.hpp"

namespace eigengrad::kernels {

/// Note [Lanes]
/// A batch of matrices of up to kLaneRows rows is factored and solved with as many matrices at a time
/// as a SIMD register has lanes, one in each; what differs between them (pivots) is selected. Lanes
/// left over repeat the last matrix, so no result depends on its place in the batch.
inline constexpr std::int64_t kLaneRows = 4;

/// For the matrices [begin, end), as kernels/factor.hpp says; contiguous.
template <class T>
void lu_in_lanes(const Panels<T>& a, std::int64_t* pivots, std::int64_t* info, std::int64_t begin,
                 std::int64_t end);
template <class T>
void lu_solve_in_lanes(const Panels<T>& lu, const Panels<std::int64_t>& pivots, bool transposed,
                       const Panels<T>& x, std::int64_t begin, std::int64_t end);
template <class T>
void cholesky_in_lanes(const Panels<T>& a, std::int64_t* info, std::int64_t begin,
                       std::int64_t end);

}  // namespace eigengrad::kernels
