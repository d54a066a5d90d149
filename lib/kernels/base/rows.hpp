#pragma once

#include <cstdint>

#include "kernels/base/math.hpp"
#include "kernels/base/parallel.hpp"

/// Loops over the rows of a matrix, a SIMD register at a time; the remainder of a row goes through the
/// same registers.
namespace eigengrad::kernels {

/// Calls f(i) for i in [0, n), each `cost` elements of work, possibly from several threads at once.
template <class F>
void parallel_units(std::int64_t n, std::int64_t cost, F f) {
  parallel_blocks(n * cost, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = (begin + cost - 1) / cost; i * cost < end; ++i) f(i);
  });
}

/// `x` in the first `count` lanes, `other` in the rest.
template <class T>
Pack<T> first_lanes(Pack<T> x, int count, T other) {
  const Pack<T> lane(Eigen::internal::plset<typename Pack<T>::Raw>(T(0)));
  return select(lane < Pack<T>(count), x, Pack<T>(other));
}

/// The first `count` elements from memory; the other lanes hold anything finite.
template <class T>
Pack<T> load_lanes(const T* p, int count) {
  return count == Pack<T>::size ? Pack<T>::load(p) : Pack<T>::load_partial(p, count);
}
template <class T>
void store_lanes(Pack<T> x, T* p, int count) {
  if (count == Pack<T>::size)
    x.store(p);
  else
    x.store_partial(p, count);
}

/// Calls at(i, count) for every register of a row of `n` elements.
template <class T, class At>
void for_packs(std::int64_t n, At at) {
  constexpr int width = Pack<T>::size;
  std::int64_t i = 0;
  for (; i + width <= n; i += width) at(i, width);
  if (i < n) at(i, static_cast<int>(n - i));
}

/// Sum over a row of the packs that at(i, count) returns.
template <class T, class At>
T row_sum(std::int64_t begin, std::int64_t end, At& at) {
  constexpr std::int64_t block = 512;
  constexpr int width = Pack<T>::size;
  if (end - begin > block) {
    const std::int64_t mid = begin + ((end - begin) / 2 + block - 1) / block * block;
    const T first = row_sum<T>(begin, mid, at);
    return first + row_sum<T>(mid, end, at);
  }
  Pack<T> a(0);
  Pack<T> b(0);
  std::int64_t i = begin;
  for (; i + 2 * width <= end; i += 2 * width) {
    a = a + at(i, width);
    b = b + at(i + width, width);
  }
  for (; i + width <= end; i += width) a = a + at(i, width);
  if (i < end) {
    const int rest = static_cast<int>(end - i);
    b = b + first_lanes(at(i, rest), rest, T(0));
  }
  return Eigen::internal::predux((a + b).v);
}

/// The largest element of a row that is not empty; unspecified when the row has NaN.
template <class T>
T row_max(const T* x, std::int64_t n) {
  constexpr int width = Pack<T>::size;
  Pack<T> a(x[0]);
  Pack<T> b = a;
  const auto larger = [](Pack<T> p, Pack<T> q) { return select(p < q, q, p); };
  std::int64_t i = 0;
  for (; i + 2 * width <= n; i += 2 * width) {
    a = larger(a, Pack<T>::load(x + i));
    b = larger(b, Pack<T>::load(x + i + width));
  }
  for (; i < n; i += width) {
    const int rest = static_cast<int>(n - i < width ? n - i : width);
    a = larger(a, first_lanes(load_lanes(x + i, rest), rest, x[0]));
  }
  return Eigen::internal::predux_max(larger(a, b).v);
}

/// The index of the first element that equals `value`; n where none does.
template <class T>
std::int64_t row_find(const T* x, std::int64_t n, T value) {
  constexpr int width = Pack<T>::size;
  const Pack<T> wanted(value);
  std::int64_t i = 0;
  while (i + width <= n && !any(Pack<T>::load(x + i) == wanted)) i += width;
  while (i < n && !(x[i] == value)) ++i;
  return i;
}

/// The same sum as row_sum(), without element `m`; m = n leaves none out.
template <class T, class At>
T row_sum_of_others(std::int64_t n, std::int64_t m, At& at) {
  const T before = row_sum<T>(0, m, at);
  return m + 1 < n ? before + row_sum<T>(m + 1, n, at) : before;
}

/// Sum of exp(x - top) over a row, minus 1, where `top` is the largest element. Where that element outweighs
/// the others, it is left out of the sum instead of being subtracted.
template <class T, class At>
T sum_beside_largest(const T* x, std::int64_t n, T top, At& at) {
  const T sum = row_sum<T>(0, n, at);
  return sum < T(1.5) ? row_sum_of_others<T>(n, row_find(x, n, top), at) : sum - T(1);
}

}  // namespace eigengrad::kernels
