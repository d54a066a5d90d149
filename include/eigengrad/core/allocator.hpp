#pragma once

#include <cstddef>

#include "eigengrad/core/config.hpp"

namespace eigengrad {

/// Returns cached buffers of the calling thread and of the process to the system.
EIGENGRAD_API void empty_cache() noexcept;

/// Bytes that the allocator holds: in use by tensors, and cached for reuse.
struct MemoryStats {
  std::size_t in_use = 0;
  std::size_t cached = 0;
};
/// Counts buffers of large tensors; small blocks live in per-thread free lists and are not counted.
EIGENGRAD_API MemoryStats memory_stats() noexcept;

}  // namespace eigengrad
