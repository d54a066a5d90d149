#include "core/allocator.hpp"

#include <cstdlib>
#include <mutex>
#include <new>
#include <type_traits>

#include "eigengrad/core/allocator.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define EIGENGRAD_CACHE_BLOCKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EIGENGRAD_CACHE_BLOCKS 0
#endif
#endif
#ifndef EIGENGRAD_CACHE_BLOCKS
#define EIGENGRAD_CACHE_BLOCKS 1
#endif

namespace eigengrad {
namespace detail {

thread_local constinit ThreadLists thread_lists{};

namespace {

constexpr std::size_t kBufferCap = std::size_t{1} << 30;
constexpr std::size_t kAlignment = 64;

void free_all(FreeBlock*& head) noexcept {
  while (head != nullptr) {
    FreeBlock* next = head->next;
    std::free(head);
    head = next;
  }
}

void empty_thread_lists() noexcept {
  ThreadLists& lists = thread_lists;
  for (FreeBlock*& head : lists.small) free_all(head);
  for (FreeBlock*& head : lists.buffers) free_all(head);
  count_live(&LiveCounts::cached_buffer_bytes, -static_cast<std::int64_t>(lists.buffer_bytes));
  lists.small_bytes = 0;
  lists.buffer_bytes = 0;
}

struct ThreadListsGuard {
  ~ThreadListsGuard() {
    empty_thread_lists();
    thread_lists.open = false;
    thread_lists.closed = true;
  }
  void open() noexcept { thread_lists.open = EIGENGRAD_CACHE_BLOCKS && !thread_lists.closed; }
};
thread_local ThreadListsGuard guard;

struct BufferCache {
  constexpr BufferCache() noexcept = default;

  std::mutex mutex;
  FreeBlock* head[224] = {};
  std::size_t cached = 0;

  void empty() noexcept {
    for (FreeBlock*& h : head) free_all(h);
    cached = 0;
  }
};

/// The cache has no destructor: tensors with static storage duration are freed after it would have run.
constinit BufferCache buffer_cache;
static_assert(std::is_trivially_destructible_v<BufferCache>);

}  // namespace

void* new_small(std::size_t cls) {
  void* p = std::malloc((cls == 0 ? 1 : cls) * ThreadLists::kStep);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

void free_small_slow(void* p, std::size_t cls) noexcept {
  if (!thread_lists.open && !thread_lists.closed) {
    guard.open();
    if (thread_lists.open) return free_small(p, cls * ThreadLists::kStep);
  }
  std::free(p);
}

void* new_buffer(BufferClass cls) {
  BufferCache& cache = buffer_cache;
  const auto taken = static_cast<std::int64_t>(cls.bytes);
  {
    const std::lock_guard lock(cache.mutex);
    if (FreeBlock* block = cache.head[cls.index]; block != nullptr) {
      cache.head[cls.index] = block->next;
      cache.cached -= cls.bytes;
      count_live(&LiveCounts::buffer_bytes, taken);
      return block;
    }
  }
  void* p = std::aligned_alloc(kAlignment, cls.bytes);
  if (p == nullptr) {
    const std::lock_guard lock(cache.mutex);
    cache.empty();
    p = std::aligned_alloc(kAlignment, cls.bytes);
    if (p == nullptr) throw std::bad_alloc();
  }
  count_live(&LiveCounts::buffer_bytes, taken);
  return p;
}

void free_buffer_slow(void* p, BufferClass cls) noexcept {
  if (cls.bytes <= ThreadLists::kBuffer && !thread_lists.open && !thread_lists.closed) {
    guard.open();
    if (thread_lists.open) return free_buffer(p, cls.bytes);
  }
  count_live(&LiveCounts::buffer_bytes, -static_cast<std::int64_t>(cls.bytes));
  BufferCache& cache = buffer_cache;
  {
    const std::lock_guard lock(cache.mutex);
    if (EIGENGRAD_CACHE_BLOCKS && cache.cached + cls.bytes <= kBufferCap) {
      auto* block = static_cast<FreeBlock*>(p);
      block->next = cache.head[cls.index];
      cache.head[cls.index] = block;
      cache.cached += cls.bytes;
      return;
    }
  }
  std::free(p);
}

}  // namespace detail

void empty_cache() noexcept {
  detail::empty_thread_lists();
  detail::BufferCache& cache = detail::buffer_cache;
  const std::lock_guard lock(cache.mutex);
  cache.empty();
}

MemoryStats memory_stats() noexcept {
  detail::BufferCache& cache = detail::buffer_cache;
  const std::int64_t in_use = detail::total_live(&detail::LiveCounts::buffer_bytes);
  const std::int64_t kept = detail::total_live(&detail::LiveCounts::cached_buffer_bytes);
  const std::lock_guard lock(cache.mutex);
  return {static_cast<std::size_t>(in_use), static_cast<std::size_t>(kept) + cache.cached};
}

}  // namespace eigengrad
