#include "core/thread_state.hpp"

#include <new>

namespace eigengrad::detail {
namespace {

std::atomic<LiveCounts*> all_counts{nullptr};
std::atomic_flag list_lock = ATOMIC_FLAG_INIT;
/// Counts of threads that ended, for the next thread to go on with.
LiveCounts* idle_counts[64];
int num_idle = 0;
/// Counts of the first thread, and of threads for whose own counts there was no memory; two threads that
/// share them may miscount.
LiveCounts first_counts;

struct ListLock {
  ListLock() noexcept {
    while (list_lock.test_and_set(std::memory_order_acquire)) {
    }
  }
  ~ListLock() { list_lock.clear(std::memory_order_release); }
};

/// Leaves the counts of a thread that ends to the next thread.
struct ReleaseCountsAtThreadEnd {
  ~ReleaseCountsAtThreadEnd() {
    const ListLock lock;
    if (thread_state.live != nullptr && num_idle < 64) {
      idle_counts[num_idle++] = thread_state.live;
      thread_state.live = nullptr;
    }
  }
};

}  // namespace

thread_local constinit ThreadState thread_state{};

LiveCounts& enter_live_counts() noexcept {
  thread_local const ReleaseCountsAtThreadEnd end;
  static_cast<void>(end);
  const ListLock lock;
  if (num_idle > 0) {
    thread_state.live = idle_counts[--num_idle];
  } else {
    const bool first = all_counts.load(std::memory_order_relaxed) == nullptr;
    thread_state.live = first ? &first_counts : new (std::nothrow) LiveCounts;
    if (thread_state.live == nullptr) return first_counts;
    thread_state.live->next = all_counts.load(std::memory_order_relaxed);
    all_counts.store(thread_state.live, std::memory_order_release);
  }
  return *thread_state.live;
}

std::int64_t total_live(std::atomic<std::int64_t> LiveCounts::*kind) noexcept {
  std::int64_t sum = 0;
  for (const LiveCounts* c = all_counts.load(std::memory_order_acquire); c != nullptr; c = c->next)
    sum += (c->*kind).load(std::memory_order_relaxed);
  return sum;
}

}  // namespace eigengrad::detail
