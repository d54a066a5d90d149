#include "kernels/reduction/order.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/dispatch.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/base/parallel.hpp"

namespace eigengrad::kernels {
namespace {

/// Below that many elements a sort by comparisons is faster than the radix sort.
constexpr std::size_t kFewest = 400;

template <class T>
struct KeyOf;
template <>
struct KeyOf<bool> {
  using type = std::uint8_t;
};
template <>
struct KeyOf<std::int64_t> {
  using type = std::uint64_t;
};
template <>
struct KeyOf<float> {
  using type = std::uint32_t;
};
template <>
struct KeyOf<double> {
  using type = std::uint64_t;
};

/// A key: an unsigned integer in the order of `x`. Both zeros have one key, NaN has the largest.
template <class T>
auto key_of(T x) {
  using U = typename KeyOf<T>::type;
  if constexpr (std::same_as<T, bool>) {
    return static_cast<U>(x);
  } else {
    constexpr U sign = U(1) << (8 * sizeof(U) - 1);
    if constexpr (std::floating_point<T>) {
      if (x != x) return std::numeric_limits<U>::max();
      const U bits = std::bit_cast<U>(x == 0 ? T(0) : x);
      return (bits & sign) != 0 ? static_cast<U>(~bits) : static_cast<U>(bits | sign);
    } else {
      return static_cast<U>(static_cast<U>(x) ^ sign);
    }
  }
}

template <class U>
struct Entry {
  U key;
  std::int64_t index;
  friend bool operator<(const Entry& a, const Entry& b) {
    return a.key < b.key || (a.key == b.key && a.index < b.index);
  }
};

template <class U>
using Entries = std::vector<Entry<U>>;

/// Radix sort by bytes, from the least significant to the most, each pass stable; bytes that all keys share
/// are skipped.
template <class U>
void sort_by_digits(Entries<U>& entries, Entries<U>& scratch) {
  constexpr std::size_t digits = sizeof(U);
  std::vector<std::size_t> counts(digits * 256);
  for (const Entry<U>& e : entries)
    for (std::size_t k = 0; k < digits; ++k) ++counts[k * 256 + (e.key >> 8 * k & 255)];
  scratch.resize(entries.size());
  for (std::size_t k = 0; k < digits; ++k) {
    std::size_t* const at = counts.data() + k * 256;
    if (at[entries[0].key >> 8 * k & 255] == entries.size()) continue;
    std::size_t total = 0;
    for (std::size_t digit = 0; digit < 256; ++digit) {
      const std::size_t here = at[digit];
      at[digit] = total;
      total += here;
    }
    for (const Entry<U>& e : entries) scratch[at[e.key >> 8 * k & 255]++] = e;
    entries.swap(scratch);
  }
}

template <class U>
void sort_entries(Entries<U>& entries, Entries<U>& scratch) {
  if (entries.size() < kFewest)
    std::sort(entries.begin(), entries.end());
  else
    sort_by_digits(entries, scratch);
}

Tensor contiguous(const Tensor& x) {
  if (x.is_contiguous()) return x;
  Tensor y = detail::uninitialised(x.dtype(), x.sizes());
  copy(y, x);
  return y;
}

/// Calls rule(entries, scratch, first, put) for each slice, with keys `inverted` for descending order. put(j,
/// index) writes element j of the result; `first` is the offset of its element 0.
template <class F>
void for_each_slice(const Tensor& indices, const Tensor& src, std::size_t d, bool inverted,
                    F rule) {
  if (indices.numel() == 0) return;
  const Tensor whole = contiguous(src);
  const std::int64_t n = src.dim() == 0 ? 1 : src.sizes()[d];
  const std::int64_t m = src.dim() == 0 ? 1 : indices.sizes()[d];
  const std::int64_t slices = src.numel() / n;
  std::int64_t inner = 1;
  for (std::size_t k = d + 1; k < src.sizes().size(); ++k) inner *= src.sizes()[k];
  std::int64_t* const out = indices.impl()->data<std::int64_t>();
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    using U = typename KeyOf<T>::type;
    const T* const x = whole.impl()->data<T>();
    const auto range = [&](std::int64_t begin, std::int64_t end) {
      Entries<U> entries(static_cast<std::size_t>(n));
      Entries<U> scratch;
      for (std::int64_t s = begin; s < end; ++s) {
        const T* const from = x + s / inner * n * inner + s % inner;
        for (std::int64_t i = 0; i < n; ++i) {
          const U key = key_of(from[i * inner]);
          entries[static_cast<std::size_t>(i)] = {inverted ? static_cast<U>(~key) : key, i};
        }
        const std::int64_t first = s / inner * m * inner + s % inner;
        rule(entries, scratch, first,
             [&](std::int64_t j, std::int64_t index) { out[first + j * inner] = index; });
      }
    };
    parallel_blocks(slices * n, [&](std::int64_t begin, std::int64_t end) {
      range((begin + n - 1) / n, (end + n - 1) / n);
    });
  });
}

/// Moves the entries of the given ranks (first..last, ascending) to where sorting [begin, end) would put
/// them.
template <class U>
void select(Entries<U>& entries, std::int64_t begin, std::int64_t end, const std::int64_t* first,
            const std::int64_t* last) {
  if (first == last) return;
  const std::int64_t* const mid = first + (last - first) / 2;
  const auto at = entries.begin();
  std::nth_element(at + begin, at + *mid, at + end);
  select(entries, begin, *mid, first, std::lower_bound(first, mid, *mid));
  select(entries, *mid + 1, end, std::upper_bound(mid, last, *mid), last);
}

template <class U>
std::int64_t index_of(Entries<U>& entries, std::int64_t rank) {
  select(entries, 0, static_cast<std::int64_t>(entries.size()), &rank, &rank + 1);
  return entries[static_cast<std::size_t>(rank)].index;
}

}  // namespace

void sort(const Tensor& indices, const Tensor& src, std::size_t d, bool descending) {
  for_each_slice(indices, src, d, descending, [](auto& entries, auto& scratch, auto, auto put) {
    sort_entries(entries, scratch);
    std::int64_t j = 0;
    for (const auto& e : entries) put(j++, e.index);
  });
}

void top(const Tensor& indices, const Tensor& src, std::size_t d, bool largest) {
  const std::int64_t k = src.dim() == 0 ? 1 : indices.sizes()[d];
  for_each_slice(indices, src, d, largest, [k](auto& entries, auto&, auto, auto put) {
    const auto end = entries.begin() + k;
    if (end != entries.end()) std::nth_element(entries.begin(), end - 1, entries.end());
    std::sort(entries.begin(), end);
    for (std::int64_t j = 0; j < k; ++j) put(j, entries[static_cast<std::size_t>(j)].index);
  });
}

void kth(const Tensor& indices, const Tensor& src, std::size_t d, std::int64_t k) {
  for_each_slice(indices, src, d, false,
                 [k](auto& entries, auto&, auto, auto put) { put(0, index_of(entries, k)); });
}

void median(const Tensor& indices, const Tensor& src, std::size_t d, bool ignore_nan) {
  const bool floating = src.is_floating_point();
  for_each_slice(indices, src, d, false, [=]<class U>(Entries<U>& entries, auto&, auto, auto put) {
    const auto n = static_cast<std::int64_t>(entries.size());
    std::int64_t without_nan = n;
    if (floating)
      without_nan = std::count_if(entries.begin(), entries.end(), [](const Entry<U>& e) {
        return e.key != std::numeric_limits<U>::max();
      });
    std::int64_t rank = (without_nan - 1) / 2;
    if (without_nan == 0 || (without_nan < n && !ignore_nan)) rank = without_nan;
    put(0, index_of(entries, rank));
  });
}

void mode(const Tensor& indices, const Tensor& src, std::size_t d) {
  for_each_slice(indices, src, d, false, [](auto& entries, auto& scratch, auto, auto put) {
    sort_entries(entries, scratch);
    std::size_t longest = 0;
    std::int64_t index = 0;
    for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
      while (end < entries.size() && entries[end].key == entries[begin].key) ++end;
      if (end - begin <= longest) continue;
      longest = end - begin;
      index = entries[end - 1].index;
    }
    put(0, index);
  });
}

void at_ranks(const Tensor& indices, const Tensor& ranks, const Tensor& src, std::size_t d) {
  const std::int64_t m = src.dim() == 0 ? 1 : indices.sizes()[d];
  const std::int64_t distance = m == 0 || src.dim() == 0 ? 1 : indices.strides()[d];
  const std::int64_t* const wanted = ranks.impl()->data<std::int64_t>();
  for_each_slice(indices, src, d, false, [=](auto& entries, auto&, std::int64_t first, auto put) {
    std::vector<std::int64_t> ascending(static_cast<std::size_t>(m));
    for (std::int64_t j = 0; j < m; ++j)
      ascending[static_cast<std::size_t>(j)] = wanted[first + j * distance];
    std::sort(ascending.begin(), ascending.end());
    select(entries, 0, static_cast<std::int64_t>(entries.size()), ascending.data(),
           ascending.data() + m);
    for (std::int64_t j = 0; j < m; ++j)
      put(j, entries[static_cast<std::size_t>(wanted[first + j * distance])].index);
  });
}

void search(const Tensor& indices, const Tensor& sorted, const Tensor& values, bool right) {
  const std::int64_t total = values.numel();
  if (total == 0) return;
  const std::int64_t n = sorted.sizes().back();
  const std::int64_t per_row = sorted.dim() == 1 ? total : values.sizes().back();
  std::int64_t* const out = indices.impl()->data<std::int64_t>();
  detail::dispatch(values.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* const x = sorted.impl()->data<T>();
    const T* const v = values.impl()->data<T>();
    parallel_blocks(total, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T* const row = x + i / per_row * n;
        const T value = v[i];
        const T* const at =
            right ? std::partition_point(row, row + n, [value](T e) { return !(e > value); })
                  : std::partition_point(row, row + n, [value](T e) { return !(e >= value); });
        out[i] = at - row;
      }
    });
  });
}

void count_in_bins(const Tensor& counts, const Tensor& src, double low, double high) {
  const std::int64_t bins = counts.numel();
  detail::dispatch_floating("histc", src.dtype(), [&]<class T>(std::type_identity<T>) {
    std::vector<std::int64_t> n(static_cast<std::size_t>(bins));
    const T* const x = src.impl()->data<T>();
    const T from = static_cast<T>(low);
    const T to = static_cast<T>(high);
    for (std::int64_t i = 0; i < src.numel(); ++i) {
      if (!(x[i] >= from && x[i] <= to)) continue;
      const auto bin =
          static_cast<std::int64_t>((x[i] - from) / (to - from) * static_cast<T>(bins));
      ++n[static_cast<std::size_t>(std::min(bin, bins - 1))];
    }
    std::transform(n.begin(), n.end(), counts.impl()->data<T>(),
                   [](std::int64_t count) { return static_cast<T>(count); });
  });
}

}  // namespace eigengrad::kernels
