#include "core/allocator.hpp"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>

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
constexpr std::size_t kAlignment = 64;

struct FreeBlock {
  FreeBlock* next;
};

/// Plain data, so that using it costs no initialisation check; `open` tells whether the thread's
/// end will empty it.
struct SmallLists {
  FreeBlock* head[kSmallClasses];
  std::size_t cached_bytes;
  bool open;
  bool closed;
};
#if defined(__GNUC__) && !defined(__APPLE__)
__attribute__((tls_model("initial-exec")))
#endif
thread_local constinit SmallLists small_lists{};

void empty_small_lists() noexcept {
  for (FreeBlock*& head : small_lists.head)
    while (head != nullptr) {
      FreeBlock* next = head->next;
      std::free(head);
      head = next;
    }
  small_lists.cached_bytes = 0;
}

struct SmallListsGuard {
  ~SmallListsGuard() {
    empty_small_lists();
    small_lists.closed = true;
  }
  void touch() noexcept { small_lists.open = true; }
};
thread_local SmallListsGuard small_lists_guard;

std::size_t small_class(std::size_t bytes) noexcept { return (bytes + kGrain - 1) / kGrain; }

[[gnu::noinline]] void* new_small(std::size_t cls) {
  void* p = std::malloc(cls == 0 ? kGrain : cls * kGrain);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

[[gnu::noinline]] void free_small_slow(FreeBlock* block, std::size_t cls) noexcept {
  if (small_lists.closed || small_lists.cached_bytes >= kSmallCap) {
    std::free(block);
    return;
  }
  small_lists_guard.touch();
  block->next = small_lists.head[cls];
  small_lists.head[cls] = block;
  small_lists.cached_bytes += cls * kGrain;
}

/// Four classes per power of two above 64 bytes.
struct BufferClass {
  std::size_t index;
  std::size_t bytes;
};
BufferClass buffer_class(std::size_t bytes) noexcept {
  if (bytes <= 256) return {0, 256};
  const auto log = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
  const std::size_t step = std::size_t{1} << (log - 2);
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << log)) / step;
  return {(log - 8) * 4 + quarter + 1, (std::size_t{1} << log) + (quarter + 1) * step};
}

struct BufferCache {
  std::mutex mutex;
  FreeBlock* head[224] = {};
  std::size_t cached = 0;
  std::size_t in_use = 0;

  void empty() noexcept {
    for (FreeBlock*& h : head)
      while (h != nullptr) {
        FreeBlock* next = h->next;
        std::free(h);
        h = next;
      }
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
  FreeBlock*& head = small_lists.head[cls];
  if (head == nullptr) return new_small(cls);
  FreeBlock* block = head;
  head = block->next;
  small_lists.cached_bytes -= cls * kGrain;
  return block;
}

void free_small(void* p, std::size_t bytes) noexcept {
  auto* block = static_cast<FreeBlock*>(p);
  if (!EIGENGRAD_CACHE_BLOCKS) {
    std::free(block);
    return;
  }
  const std::size_t cls = small_class(bytes);
  if (!small_lists.open || small_lists.closed || small_lists.cached_bytes >= kSmallCap)
    return free_small_slow(block, cls);
  block->next = small_lists.head[cls];
  small_lists.head[cls] = block;
  small_lists.cached_bytes += cls * kGrain;
}

void* allocate_buffer(std::size_t bytes) {
  const BufferClass cls = buffer_class(bytes);
  BufferCache& cache = buffers();
  {
    const std::lock_guard lock(cache.mutex);
    cache.in_use += cls.bytes;
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
    if (p == nullptr) {
      cache.in_use -= cls.bytes;
      throw std::bad_alloc();
    }
  }
  return p;
}

void free_buffer(void* p, std::size_t bytes) noexcept {
  const BufferClass cls = buffer_class(bytes);
  BufferCache& cache = buffers();
  {
    const std::lock_guard lock(cache.mutex);
    cache.in_use -= cls.bytes;
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
  detail::empty_small_lists();
  detail::BufferCache& cache = detail::buffers();
  const std::lock_guard lock(cache.mutex);
  cache.empty();
}

MemoryStats memory_stats() noexcept {
  detail::BufferCache& cache = detail::buffers();
  const std::lock_guard lock(cache.mutex);
  return {cache.in_use, cache.cached};
}

}  // namespace eigengrad
