#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/thread_state.hpp"

namespace eigengrad::detail {

/// Note [Caching allocator]
/// Blocks of at most kSmallBlock bytes (nodes, tensor headers, small data) come from free lists of
/// the calling thread, without a lock; larger buffers, four size classes per power of two, from free
/// lists of the thread up to 32 KiB and from those of the process beyond. All keep what is freed up
/// to a cap and return the rest: a buffer fresh from the system costs a page fault per 4 KiB when
/// first touched, several times what an elementwise operator costs. A block may be freed by another
/// thread than the one that took it. Under AddressSanitizer nothing is cached, so that a use after
/// free is seen.
inline constexpr std::size_t kSmallBlock = 1024;

struct FreeBlock {
  FreeBlock* next;
};

/// Four classes per power of two above 256 bytes.
struct BufferClass {
  std::size_t index;
  std::size_t bytes;
};
constexpr BufferClass buffer_class(std::size_t bytes) noexcept {
  if (bytes <= 256) return {0, 256};
  const auto log = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
  const std::size_t step = std::size_t{1} << (log - 2);
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << log)) >> (log - 2);
  return {(log - 8) * 4 + quarter + 1, (std::size_t{1} << log) + (quarter + 1) * step};
}

/// What the free lists of one thread hold. Plain data, so that using it costs no initialisation
/// check. `open` tells whether the end of the thread will empty the lists; only then are they used.
struct ThreadLists {
  /// Small blocks are multiples of this size.
  static constexpr std::size_t kStep = 16;
  static constexpr std::size_t kSmallCap = std::size_t{64} << 20;
  /// Largest buffer that threads keep for themselves, and the most that one keeps: a lock costs as
  /// much as a simple operator over a few hundred elements, and nothing beside one over ten thousand.
  static constexpr std::size_t kBuffer = std::size_t{32} << 10;
  static constexpr std::size_t kBufferCap = std::size_t{4} << 20;

  FreeBlock* small[kSmallBlock / kStep + 1];
  FreeBlock* buffers[buffer_class(kBuffer).index + 1];
  std::size_t small_bytes;
  std::size_t buffer_bytes;
  bool open;
  bool closed;

  static constexpr std::size_t small_class(std::size_t bytes) noexcept {
    return (bytes + kStep - 1) / kStep;
  }
};
extern __attribute__((tls_model("initial-exec"))) thread_local constinit ThreadLists thread_lists;

void* new_small(std::size_t cls);
void free_small_slow(void* block, std::size_t cls) noexcept;
void* new_buffer(BufferClass cls);
void free_buffer_slow(void* block, BufferClass cls) noexcept;

/// 16-byte aligned; `bytes` at most kSmallBlock. Freed with the same size.
inline void* allocate_small(std::size_t bytes) {
  ThreadLists& lists = thread_lists;
  const std::size_t cls = ThreadLists::small_class(bytes);
  FreeBlock* block = lists.small[cls];
  if (EIGENGRAD_UNLIKELY(block == nullptr)) return new_small(cls);
  lists.small[cls] = block->next;
  lists.small_bytes -= cls * ThreadLists::kStep;
  return block;
}
inline void free_small(void* p, std::size_t bytes) noexcept {
  ThreadLists& lists = thread_lists;
  const std::size_t cls = ThreadLists::small_class(bytes);
  if (EIGENGRAD_UNLIKELY(!lists.open || lists.small_bytes >= ThreadLists::kSmallCap))
    return free_small_slow(p, cls);
  auto* block = static_cast<FreeBlock*>(p);
  block->next = lists.small[cls];
  lists.small[cls] = block;
  lists.small_bytes += cls * ThreadLists::kStep;
}

/// 64-byte aligned, any size. Freed with the same size.
inline void* allocate_buffer(std::size_t bytes) {
  const BufferClass cls = buffer_class(bytes);
  if (cls.bytes > ThreadLists::kBuffer) return new_buffer(cls);
  ThreadLists& lists = thread_lists;
  FreeBlock* block = lists.buffers[cls.index];
  if (EIGENGRAD_UNLIKELY(block == nullptr)) return new_buffer(cls);
  lists.buffers[cls.index] = block->next;
  lists.buffer_bytes -= cls.bytes;
  const auto taken = static_cast<std::int64_t>(cls.bytes);
  count_live(&LiveCounts::buffer_bytes, taken);
  count_live(&LiveCounts::cached_buffer_bytes, -taken);
  return block;
}
inline void free_buffer(void* p, std::size_t bytes) noexcept {
  const BufferClass cls = buffer_class(bytes);
  ThreadLists& lists = thread_lists;
  if (cls.bytes > ThreadLists::kBuffer || !lists.open ||
      lists.buffer_bytes >= ThreadLists::kBufferCap)
    return free_buffer_slow(p, cls);
  auto* block = static_cast<FreeBlock*>(p);
  block->next = lists.buffers[cls.index];
  lists.buffers[cls.index] = block;
  lists.buffer_bytes += cls.bytes;
  const auto given = static_cast<std::int64_t>(cls.bytes);
  count_live(&LiveCounts::buffer_bytes, -given);
  count_live(&LiveCounts::cached_buffer_bytes, given);
}

/// Lets std::allocate_shared take its blocks from the free lists.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() noexcept = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) noexcept {}
  T* allocate(std::size_t n) {
    static_assert(alignof(T) <= 16);
    const std::size_t bytes = n * sizeof(T);
    return static_cast<T*>(bytes <= kSmallBlock ? allocate_small(bytes) : allocate_buffer(bytes));
  }
  void deallocate(T* p, std::size_t n) noexcept {
    const std::size_t bytes = n * sizeof(T);
    bytes <= kSmallBlock ? free_small(p, bytes) : free_buffer(p, bytes);
  }
  template <class U>
  bool operator==(const PoolAllocator<U>&) const noexcept {
    return true;
  }
};

}  // namespace eigengrad::detail
