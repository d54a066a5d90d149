#pragma once

#include <utility>

#include "kernels/base/loops.hpp"
#include "kernels/base/math.hpp"

namespace eigengrad::kernels {

/// Loads operand `i` of an operator: a mask where the operator says that its first input is one.
template <class Op, class T, std::size_t I>
auto load_operand(const std::byte* p, std::int64_t at, int count) {
  if constexpr (I == 0 && requires { Op::first_is_mask; }) {
    return load_mask<T>(reinterpret_cast<const bool*>(p) + at, count);
  } else {
    const T* x = reinterpret_cast<const T*>(p) + at;
    return count == Pack<T>::size ? Pack<T>::load(x) : Pack<T>::load_partial(x, count);
  }
}

/// out = f(inputs) element by element, the remainder through the same registers.
template <class Op, class T, std::size_t N, class F>
void map_packs(std::byte* out, std::byte* const* in, std::int64_t n, F f) {
  constexpr int width = Pack<T>::size;
  T* const y = reinterpret_cast<T*>(out);
  // Registers may alias anything: what is not copied would be read again behind every store.
  const std::byte* x[N];
  for (std::size_t k = 0; k < N; ++k) x[k] = in[k];
  const auto at = [&]<std::size_t... I>(std::int64_t i, int count, std::index_sequence<I...>) {
    return Pack<T>(f(load_operand<Op, T, I>(x[I], i, count)...));
  };
  constexpr std::make_index_sequence<N> all;
  std::int64_t i = 0;
  for (; i + width <= n; i += width) at(i, width, all).store(y + i);
  if (i < n) {
    const int rest = static_cast<int>(n - i);
    at(i, rest, all).store_partial(y + i, rest);
  }
}

/// Operands: output, inputs.
template <class Op, class T, std::size_t N>
void value_kernel(const void* op, std::byte* const* operands, std::int64_t n) {
  const Op rule = *static_cast<const Op*>(op);
  map_packs<Op, T, N>(operands[0], operands + 1, n,
                      [rule](const auto&... x) { return rule.value(x...); });
}

/// Kernel of a comparison: Op::value, element by element. Operands: bool output, inputs.
template <class Op, class T, std::size_t N>
void compare_kernel(const void* op, std::byte* const* operands, std::int64_t n) {
  const Op& rule = *static_cast<const Op*>(op);
  bool* y = reinterpret_cast<bool*>(operands[0]);
  const T* a = reinterpret_cast<const T*>(operands[1]);
  if constexpr (N == 1) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = rule.test(a[i]);
  } else {
    const T* b = reinterpret_cast<const T*>(operands[2]);
    for (std::int64_t i = 0; i < n; ++i) y[i] = rule.test(a[i], b[i]);
  }
}

}  // namespace eigengrad::kernels
