#include "kernels/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "core/threads.hpp"
#include "eigengrad/core/threads.hpp"

namespace eigengrad::kernels {
namespace {

/// Below this many ranges the work is over before a helper is awake.
constexpr std::int64_t kFewestRanges = 6;

/// Helper threads that wait for ranges to work on. One loop runs at a time; a loop that finds the
/// pool taken (by another thread, or by the loop it is part of) runs on its own thread alone.
class Pool {
 public:
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& t : threads_) t.join();
  }

  bool try_run(std::int64_t ranges, std::int64_t n, RangeFunction f, void* context, int threads) {
    const std::unique_lock user(user_, std::try_to_lock);
    if (!user.owns_lock()) return false;
    if (!have_threads(threads - 1)) return false;
    {
      const std::lock_guard lock(mutex_);
      n_ = n;
      ranges_ = ranges;
      f_ = f;
      context_ = context;
      control_word_ = detail::control_word();
      claims_.store(0, std::memory_order_relaxed);
      from_end_.store(0, std::memory_order_relaxed);
      helpers_ = threads - 1;
      ++job_;
    }
    wake_.notify_all();
    take_ranges([first = std::int64_t{0}]() mutable { return first++; });
    std::unique_lock lock(mutex_);
    // A helper that has not woken by now (its core is busy) has nothing left to do, and is not waited for.
    helpers_ = 0;
    done_.wait(lock, [this] { return busy_ == 0; });
    return true;
  }

 private:
  /// The thread that asks begins at the front and the helpers at the end, so that a range stays with the
  /// caches of one core from loop to loop.
  template <class Next>
  void take_ranges(Next next) {
    while (claims_.fetch_add(1, std::memory_order_relaxed) < ranges_) {
      const std::int64_t r = next();
      f_(context_, r * kGrain, std::min(n_, (r + 1) * kGrain));
    }
  }

  void work(int id) {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return stop_ || (job_ != seen && id < helpers_); });
      if (stop_) return;
      seen = job_;
      ++busy_;
      detail::set_control_word(control_word_);
      lock.unlock();
      take_ranges(
          [this] { return ranges_ - 1 - from_end_.fetch_add(1, std::memory_order_relaxed); });
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  /// Whether there are helpers; the system may have no room for another.
  bool have_threads(int helpers) noexcept {
    try {
      while (static_cast<int>(threads_.size()) < helpers)
        threads_.emplace_back([this, id = static_cast<int>(threads_.size())] { work(id); });
    } catch (...) {
      return false;
    }
    return true;
  }

  std::mutex user_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::vector<std::thread> threads_;
  /// How many ranges were asked for. The first `ranges_` requests get one, later ones get none.
  std::atomic<std::int64_t> claims_{0};
  std::atomic<std::int64_t> from_end_{0};
  std::int64_t n_ = 0;
  std::int64_t ranges_ = 0;
  RangeFunction f_ = nullptr;
  void* context_ = nullptr;
  /// The control word of the thread that runs the loop; helpers take it over, so that a result does not
  /// depend on which thread computes it.
  detail::ControlWord control_word_ = 0;
  std::uint64_t job_ = 0;
  int helpers_ = 0;
  int busy_ = 0;
  bool stop_ = false;
};

Pool& pool() {
  static Pool the_pool;
  return the_pool;
}

}  // namespace

void parallel_ranges(std::int64_t n, RangeFunction f, void* context) {
  const std::int64_t ranges = (n + kGrain - 1) / kGrain;
  const int threads = static_cast<int>(std::min<std::int64_t>(get_num_threads(), ranges));
  if (threads > 1 && ranges >= kFewestRanges && pool().try_run(ranges, n, f, context, threads))
    return;
  for (std::int64_t r = 0; r < ranges; ++r) f(context, r * kGrain, std::min(n, (r + 1) * kGrain));
}

}  // namespace eigengrad::kernels
