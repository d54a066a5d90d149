#include "core/allocator.hpp"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

#include "core/thread_state.hpp"
#include "eigengrad/core/refcount.hpp"
#include "eigengrad/core/storage.hpp"

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
namespace {

constexpr std::size_t kGrain = 16;
constexpr std::size_t kSmallClasses = kSmallBlock / kGrain + 1;
constexpr std::size_t kSmallCap = std::size_t{64} << 20;
constexpr std::size_t kBufferCap = std::size_t{1} << 30;
/// Largest buffer that threads keep for themselves, and the most that one keeps: a lock costs as much
/// as a simple operator over a few hundred elements, and nothing beside one over ten thousand.
constexpr std::size_t kThreadBuffer = std::size_t{32} << 10;
constexpr std::size_t kThreadCap = std::size_t{4} << 20;
constexpr std::size_t kAlignment = 64;

struct FreeBlock {
  FreeBlock* next;
};

/// Four classes per power of two above 64 bytes.
struct BufferClass {
  std::size_t index;
  std::size_t bytes;
};
constexpr BufferClass buffer_class(std::size_t bytes) noexcept {
  if (bytes <= 256) return {0, 256};
  const auto log = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
  const std::size_t step = std::size_t{1} << (log - 2);
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << log)) / step;
  return {(log - 8) * 4 + quarter + 1, (std::size_t{1} << log) + (quarter + 1) * step};
}

constexpr std::size_t kThreadClasses = buffer_class(kThreadBuffer).index + 1;

/// Plain data, so that using it costs no initialisation check; `open` tells whether the thread's
/// end will empty it.
struct ThreadLists {
  FreeBlock* head[kSmallClasses];
  FreeBlock* buffers[kThreadClasses];
  std::size_t cached_bytes;
  std::size_t cached_buffer_bytes;
  bool open;
  bool closed;
};
#if defined(__GNUC__) && !defined(__APPLE__)
__attribute__((tls_model("initial-exec")))
#endif
thread_local constinit ThreadLists lists{};

void free_all(FreeBlock*& head) noexcept {
  while (head != nullptr) {
    FreeBlock* next = head->next;
    std::free(head);
    head = next;
  }
}

void count_cached_buffers(std::int64_t by) noexcept {
  lists.cached_buffer_bytes += static_cast<std::size_t>(by);
  count_live(&LiveCounts::cached_buffer_bytes, by);
}

void empty_lists() noexcept {
  for (FreeBlock*& head : lists.head) free_all(head);
  for (FreeBlock*& head : lists.buffers) free_all(head);
  lists.cached_bytes = 0;
  count_cached_buffers(-static_cast<std::int64_t>(lists.cached_buffer_bytes));
}

struct ThreadListsGuard {
  ~ThreadListsGuard() {
    empty_lists();
    lists.closed = true;
  }
  void touch() noexcept { lists.open = true; }
};
thread_local ThreadListsGuard lists_guard;

std::size_t small_class(std::size_t bytes) noexcept { return (bytes + kGrain - 1) / kGrain; }

[[gnu::noinline]] void* new_small(std::size_t cls) {
  void* p = std::malloc(cls == 0 ? kGrain : cls * kGrain);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

[[gnu::noinline]] void free_small_slow(FreeBlock* block, std::size_t cls) noexcept {
  if (lists.closed || lists.cached_bytes >= kSmallCap) {
    std::free(block);
    return;
  }
  lists_guard.touch();
  block->next = lists.head[cls];
  lists.head[cls] = block;
  lists.cached_bytes += cls * kGrain;
}

struct BufferCache {
  std::mutex mutex;
  FreeBlock* head[224] = {};
  std::size_t cached = 0;

  void empty() noexcept {
    for (FreeBlock*& h : head) free_all(h);
    cached = 0;
  }
};

/// Never destroyed: tensors with static storage duration are freed after it would have been.
BufferCache& buffers() noexcept {
  static BufferCache& cache = *new BufferCache;
  return cache;
}

}  // namespace

void* allocate_small(std::size_t bytes) {
  const std::size_t cls = small_class(bytes);
  FreeBlock*& head = lists.head[cls];
  if (head == nullptr) return new_small(cls);
  FreeBlock* block = head;
  head = block->next;
  lists.cached_bytes -= cls * kGrain;
  return block;
}

void free_small(void* p, std::size_t bytes) noexcept {
  auto* block = static_cast<FreeBlock*>(p);
  if (!EIGENGRAD_CACHE_BLOCKS) {
    std::free(block);
    return;
  }
  const std::size_t cls = small_class(bytes);
  if (!lists.open || lists.closed || lists.cached_bytes >= kSmallCap)
    return free_small_slow(block, cls);
  block->next = lists.head[cls];
  lists.head[cls] = block;
  lists.cached_bytes += cls * kGrain;
}

namespace {

[[gnu::noinline]] void* new_buffer(BufferClass cls) {
  BufferCache& cache = buffers();
  {
    const std::lock_guard lock(cache.mutex);
    if (FreeBlock* block = cache.head[cls.index]; block != nullptr) {
      cache.head[cls.index] = block->next;
      cache.cached -= cls.bytes;
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
  return p;
}

[[gnu::noinline]] void keep_buffer(FreeBlock* block, BufferClass cls) noexcept {
  if (cls.bytes <= kThreadBuffer && !lists.closed) lists_guard.touch();
  BufferCache& cache = buffers();
  {
    const std::lock_guard lock(cache.mutex);
    if (EIGENGRAD_CACHE_BLOCKS && cache.cached + cls.bytes <= kBufferCap) {
      block->next = cache.head[cls.index];
      cache.head[cls.index] = block;
      cache.cached += cls.bytes;
      return;
    }
  }
  std::free(block);
}

}  // namespace

void* allocate_buffer(std::size_t bytes) {
  const BufferClass cls = buffer_class(bytes);
  const auto taken = static_cast<std::int64_t>(cls.bytes);
  FreeBlock* block = nullptr;
  if (cls.bytes <= kThreadBuffer && (block = lists.buffers[cls.index]) != nullptr) {
    lists.buffers[cls.index] = block->next;
    count_cached_buffers(-taken);
    count_live(&LiveCounts::buffer_bytes, taken);
    return block;
  }
  void* p = new_buffer(cls);
  count_live(&LiveCounts::buffer_bytes, taken);
  return p;
}

void free_buffer(void* p, std::size_t bytes) noexcept {
  const BufferClass cls = buffer_class(bytes);
  auto* block = static_cast<FreeBlock*>(p);
  const auto given = static_cast<std::int64_t>(cls.bytes);
  count_live(&LiveCounts::buffer_bytes, -given);
  if (EIGENGRAD_CACHE_BLOCKS && cls.bytes <= kThreadBuffer && lists.open && !lists.closed &&
      lists.cached_buffer_bytes < kThreadCap) {
    block->next = lists.buffers[cls.index];
    lists.buffers[cls.index] = block;
    count_cached_buffers(given);
    return;
  }
  keep_buffer(block, cls);
}

}  // namespace detail

void empty_cache() noexcept {
  detail::empty_lists();
  detail::BufferCache& cache = detail::buffers();
  const std::lock_guard lock(cache.mutex);
  cache.empty();
}

MemoryStats memory_stats() noexcept {
  detail::BufferCache& cache = detail::buffers();
  const std::int64_t in_use = detail::total_live(&detail::LiveCounts::buffer_bytes);
  const std::int64_t kept = detail::total_live(&detail::LiveCounts::cached_buffer_bytes);
  const std::lock_guard lock(cache.mutex);
  return {static_cast<std::size_t>(in_use), static_cast<std::size_t>(kept) + cache.cached};
}

}  // namespace eigengrad
