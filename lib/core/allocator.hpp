#pragma once

#include <cstddef>
#include <memory>

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

/// 16-byte aligned; `bytes` at most kSmallBlock. Freed with the same size.
void* allocate_small(std::size_t bytes);
void free_small(void* block, std::size_t bytes) noexcept;

/// 64-byte aligned, any size. Freed with the same size.
void* allocate_buffer(std::size_t bytes);
void free_buffer(void* block, std::size_t bytes) noexcept;

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
