#pragma once

#include <cstddef>
#include <cstdint>

#include "eigengrad/core/allocator.hpp"
#include "eigengrad/core/tensor.hpp"

/// Derivatives row by row, many rows in one backward sweep.

namespace eigengrad::detail {

/// The unit tensors `first` to `first + count - 1`, counted in row-major order, in a leading dimension.
Tensor units(const Tensor& like, std::int64_t first, std::int64_t count);

/// How many rows one sweep computes of the derivative of `of` elements by `by` elements, where an evaluation of the
/// function has left `graph_bytes` for it to read.
///
/// Note [Rows at once]
/// A sweep for many rows pays once for all of them what a node costs beside its arithmetic, and multiplies by matrices that
/// have as many rows. But what it carries from node to node is as many times larger, and should stay in cache. In any case
/// cotangents as large as all that was recorded would take at most 256 MB.
std::int64_t rows_at_once(std::int64_t of, std::int64_t by, std::size_t graph_bytes) noexcept;

/// The derivative of `of` by `var` as a matrix, not recorded; the graph of `of` is kept. Undefined where it does not depend
/// on `var`. `graph_bytes` as in rows_at_once().
Tensor derivative_matrix(const Tensor& of, const Tensor& var, std::size_t graph_bytes);

/// How many bytes large tensors take beyond those at its construction.
class MemoryGrowth {
 public:
  std::size_t bytes() const noexcept {
    const std::size_t now = memory_stats().in_use;
    return now > before_ ? now - before_ : 0;
  }

 private:
  std::size_t before_ = memory_stats().in_use;
};

}  // namespace eigengrad::detail
