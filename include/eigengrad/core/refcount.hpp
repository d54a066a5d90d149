#pragma once

#include <atomic>
#include <cstdint>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace eigengrad::detail {

/// True while the process has never started a second thread, so that counts and locks may skip the
/// bus-locked instructions. May only turn from true to false.
inline bool single_threaded() noexcept {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

/// A reference count that starts at one.
class RefCount {
 public:
  void increment() noexcept {
    if (single_threaded())
      count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    else
      count_.fetch_add(1, std::memory_order_relaxed);
  }
  /// Returns true when the last reference is gone.
  bool decrement() noexcept {
    if (single_threaded()) {
      const std::uint32_t left = count_.load(std::memory_order_relaxed) - 1;
      count_.store(left, std::memory_order_relaxed);
      return left == 0;
    }
    return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  /// Increments unless the count is zero already.
  bool try_increment() noexcept {
    std::uint32_t n = count_.load(std::memory_order_relaxed);
    while (n != 0)
      if (count_.compare_exchange_weak(n, n + 1, std::memory_order_acquire)) return true;
    return false;
  }
  std::uint32_t value() const noexcept { return count_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint32_t> count_{1};
};

}  // namespace eigengrad::detail
