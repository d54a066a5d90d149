#pragma once

#include <atomic>
#include <cstdint>

#include "eigengrad/core/config.hpp"

namespace eigengrad::detail {

class TensorImpl;
struct LiveCounts;
struct SavedHooks;

/// The state of a thread that every call reads, in one object. It has no constructor, so that reading it is
/// one load.
struct ThreadState {
  LiveCounts* live;
  std::uint64_t sequence_nr;
  bool grad_mode_off;
  bool inference_mode;
  bool dual_level;
  /// Whether nodes are to note where they come from: see Note [Annotations].
  bool annotates;
  /// Innermost pair of hooks that saved values pass through.
  const SavedHooks* saved_hooks;
};
extern __attribute__((tls_model("initial-exec"))) thread_local constinit ThreadState thread_state;

/// Objects alive, as far as one thread made or dropped them: only that thread writes, so counting
/// takes no locked instruction. An object may be counted by one thread and discounted by another;
/// the sum over all threads is right.
struct LiveCounts {
  std::atomic<std::int64_t> nodes{0};
  std::atomic<std::int64_t> tensors{0};
  std::atomic<std::int64_t> storages{0};
  /// Bytes of large buffers in use, and kept by the thread: see Note [Caching allocator].
  std::atomic<std::int64_t> buffer_bytes{0};
  std::atomic<std::int64_t> cached_buffer_bytes{0};
  LiveCounts* next = nullptr;
};

/// Gives this thread its counts, which stay in the list of all when it ends.
LiveCounts& enter_live_counts() noexcept;
std::int64_t total_live(std::atomic<std::int64_t> LiveCounts::*kind) noexcept;

inline void count_live(std::atomic<std::int64_t> LiveCounts::*kind, std::int64_t by) noexcept {
  LiveCounts* counts = thread_state.live;
  if (EIGENGRAD_UNLIKELY(counts == nullptr)) counts = &enter_live_counts();
  auto& n = counts->*kind;
  n.store(n.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// Drops what the autograd layer attached to a tensor; defined in that layer.
void forget_extra(TensorImpl& t) noexcept;
void forget_tangent(TensorImpl& t) noexcept;

}  // namespace eigengrad::detail
