#include "eigengrad/core/threads.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "core/fail.hpp"
#include "core/threads.hpp"

namespace eigengrad {
namespace {

std::atomic<int> wanted_threads{0};

}  // namespace

bool set_flush_denormal(bool on) noexcept {
  const detail::ControlWord now = detail::control_word();
  detail::set_control_word(on ? now | detail::kFlush : now & ~detail::kFlush);
  return detail::kFlush != 0;
}

int get_num_threads() noexcept {
  const int n = wanted_threads.load(std::memory_order_relaxed);
  return n > 0 ? n : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void set_num_threads(int n) {
  if (n < 1)
    detail::fail<ValueError>("set_num_threads", "the number of threads must be at least 1: ", n);
  wanted_threads.store(n, std::memory_order_relaxed);
}

}  // namespace eigengrad
