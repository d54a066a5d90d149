#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "eigengrad/core/refcount.hpp"

namespace eigengrad::detail {

class TensorImpl;

/// What a thread knows, in one place without constructors so that reading it is one load.
struct ThreadState {
  std::uint64_t sequence_nr;
  bool grad_mode_off;
  bool inference_mode;
  bool dual_level;
};
extern __attribute__((tls_model("initial-exec"))) thread_local constinit ThreadState thread_state;

/// Counts objects alive in the process. Threads count in cells of their own, so that they do not
/// contend for a cache line; an object may be counted in one cell and discounted in another.
class LiveCounter {
 public:
  void add() noexcept { change(1); }
  void remove() noexcept { change(-1); }
  std::int64_t total() const noexcept {
    std::int64_t sum = 0;
    for (const Cell& c : cells_) sum += c.n.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  static constexpr std::size_t kCells = 16;
  struct alignas(64) Cell {
    std::atomic<std::int64_t> n{0};
  };
  void change(std::int64_t by) noexcept {
    auto& n = cells_[(reinterpret_cast<std::uintptr_t>(&thread_state) >> 12) % kCells].n;
    if (single_threaded())
      n.store(n.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    else
      n.fetch_add(by, std::memory_order_relaxed);
  }
  Cell cells_[kCells];
};

/// Drop what the autograd layer attached to a tensor; defined there.
void forget_extra(TensorImpl& t) noexcept;
void forget_tangent(TensorImpl& t) noexcept;

}  // namespace eigengrad::detail
