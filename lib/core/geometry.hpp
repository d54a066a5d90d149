#pragma once

#include <string_view>

#include "core/fail.hpp"
#include "eigengrad/core/array_ref.hpp"

namespace eigengrad::detail {

/// Bound on the number of dimensions, so that kernels may keep extents on the stack.
inline constexpr std::size_t kMaxDim = 64;

inline void check_rank(std::string_view op, IntArrayRef sizes) {
  if (sizes.size() > kMaxDim)
    fail<ShapeError>(op, "a tensor has at most ", kMaxDim, " dimensions, asked for ", sizes.size(),
                     "; merge some with reshape()");
}

inline std::int64_t numel_of(IntArrayRef sizes) noexcept {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  return n;
}

inline bool is_row_major(IntArrayRef sizes, IntArrayRef strides) noexcept {
  std::int64_t expected = 1;
  for (std::size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 1) continue;
    if (strides[i] != expected) return numel_of(sizes) == 0;
    expected *= sizes[i];
  }
  return true;
}

inline DimVector row_major_strides(IntArrayRef sizes) {
  DimVector strides(sizes.size());
  std::int64_t stride = 1;
  for (std::size_t i = sizes.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= sizes[i] > 1 ? sizes[i] : 1;
  }
  return strides;
}

/// Dimension `d` as an index from 0; negative ones count from the end. A tensor without dimensions takes 0
/// and -1.
inline std::size_t wrap_dim(std::string_view op, std::int64_t d, std::size_t ndim) {
  const auto n = static_cast<std::int64_t>(ndim == 0 ? 1 : ndim);
  if (d < -n || d >= n)
    fail<IndexError>(op, "Dimension out of range: ", d, " for a tensor of ", ndim,
                     " dimensions; give one in [", -n, ", ", n - 1, "]");
  return static_cast<std::size_t>(d < 0 ? d + n : d);
}

/// `i` as an index from 0 along a dimension of extent `n`; negative ones count from the end.
inline std::int64_t wrap_index(std::string_view op, std::int64_t i, std::size_t d, std::int64_t n) {
  if (i < -n || i >= n)
    fail<IndexError>(op, "index ", i, " is out of range for dimension ", d, " of extent ", n,
                     n == 0 ? "; it has no elements" : "; negative indices count from the end");
  return i < 0 ? i + n : i;
}

}  // namespace eigengrad::detail
