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
  std::uint32_t value() const noexcept { return count_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint32_t> count_{1};
};

/// Two counts that start at one, in one word, so that both can be compared with one atomically: see Note [Two
/// counts] in tensor_impl.hpp.
class HandleCounts {
 public:
  void add_handle() noexcept { change(kHandle); }
  void add_holder() noexcept { change(kHolder); }
  /// These two return true when the last one is gone.
  bool drop_handle() noexcept { return static_cast<std::uint32_t>(change(0 - kHandle)) == 0; }
  bool drop_holder() noexcept { return change(0 - kHolder) >> 32 == 0; }
  /// Adds a handle unless there is none.
  bool try_add_handle() noexcept {
    std::uint64_t n = counts_.load(std::memory_order_relaxed);
    while (static_cast<std::uint32_t>(n) != 0)
      if (counts_.compare_exchange_weak(n, n + kHandle, std::memory_order_acquire)) return true;
    return false;
  }
  std::uint32_t handles() const noexcept { return static_cast<std::uint32_t>(load()); }
  std::uint32_t holders() const noexcept { return static_cast<std::uint32_t>(load() >> 32); }
  bool both_one() const noexcept { return load() == kHandle + kHolder; }

 private:
  static constexpr std::uint64_t kHandle = 1;
  static constexpr std::uint64_t kHolder = std::uint64_t{1} << 32;

  std::uint64_t load() const noexcept { return counts_.load(std::memory_order_acquire); }
  /// Returns the new counts.
  std::uint64_t change(std::uint64_t by) noexcept {
    if (single_threaded()) {
      const std::uint64_t n = counts_.load(std::memory_order_relaxed) + by;
      counts_.store(n, std::memory_order_relaxed);
      return n;
    }
    return counts_.fetch_add(by, std::memory_order_acq_rel) + by;
  }

  std::atomic<std::uint64_t> counts_{kHandle + kHolder};
};

}  // namespace eigengrad::detail
