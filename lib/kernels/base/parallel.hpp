#pragma once

#include <cstdint>
#include <type_traits>

namespace eigengrad::kernels {

/// Elements below which a second thread does not pay for waking it.
inline constexpr std::int64_t kGrain = 1 << 15;

using RangeFunction = void (*)(void* context, std::int64_t begin, std::int64_t end);

/// Calls `f` on consecutive ranges that cover [0, n), possibly from several threads at once. Ranges
/// begin at multiples of kGrain whatever the number of threads. `f` must not throw.
void parallel_ranges(std::int64_t n, RangeFunction f, void* context);

template <class F>
void parallel_blocks(std::int64_t n, F&& f) {
  if (n <= kGrain) {
    f(std::int64_t{0}, n);
    return;
  }
  parallel_ranges(
      n,
      [](void* context, std::int64_t begin, std::int64_t end) {
        (*static_cast<std::remove_reference_t<F>*>(context))(begin, end);
      },
      const_cast<void*>(static_cast<const void*>(&f)));
}

}  // namespace eigengrad::kernels
