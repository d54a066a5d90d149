#include "kernels/reduction/extremum.hpp"

#include "core/dispatch.hpp"
#include "kernels/reduction/loops.hpp"

namespace eigengrad::kernels {
namespace {

/// Columns that are searched at a time.
constexpr std::int64_t kTile = 256;
/// Elements that are compared before looking whether one was found.
constexpr std::int64_t kChunk = 64;

/// Whether `v` replaces `best`: not when they are equal, and the first NaN stays.
template <bool Max, class T>
bool beats(T v, T best) {
  if constexpr (std::floating_point<T>)
    return !(Max ? v <= best : v >= best) & (best == best);
  else
    return Max ? v > best : v < best;
}

template <class T>
bool matches(T v, T value) {
  return (v == value) | ((v != v) & (value != value));
}

/// The largest (smallest) of at least one element. Its index is searched afterwards, which needs only a part
/// of a second pass.
template <bool Max, class T>
T best_of(const T* p, std::int64_t n, std::int64_t stride) {
  T best = p[0];
  if constexpr (std::floating_point<T>) {
    constexpr int width = Pack<T>::size;
    if (stride == 1 && n >= 2 * width) {
      Pack<T> a = Pack<T>::load(p);
      Pack<T> b = Pack<T>::load(p + width);
      const auto combine = [](Pack<T> x, Pack<T> y) {
        return Max ? math::maximum(x, y) : math::minimum(x, y);
      };
      std::int64_t i = 2 * width;
      for (; i + 2 * width <= n; i += 2 * width) {
        a = combine(a, Pack<T>::load(p + i));
        b = combine(b, Pack<T>::load(p + i + width));
      }
      T lanes[static_cast<std::size_t>(width)];
      combine(a, b).store(lanes);
      best = lanes[0];
      for (const T v : lanes) best = beats<Max>(v, best) ? v : best;
      for (; i < n; ++i) best = beats<Max>(p[i], best) ? p[i] : best;
      return best;
    }
  }
  for (std::int64_t i = 1; i < n; ++i)
    best = beats<Max>(p[i * stride], best) ? p[i * stride] : best;
  return best;
}

template <class T>
std::int64_t first_match(const T* p, std::int64_t n, std::int64_t stride, T value) {
  std::int64_t i = 0;
  if (stride == 1)
    for (; i + kChunk <= n; i += kChunk) {
      bool found = false;
      for (std::int64_t k = i; k < i + kChunk; ++k) found |= matches(p[k], value);
      if (found) break;
    }
  while (!matches(p[i * stride], value)) ++i;
  return i;
}

template <bool Max, class T>
void tile(const T* x, std::int64_t n, std::int64_t stride, std::int64_t columns, T* values,
          std::int64_t* indices) {
  T best[kTile];
  std::int64_t where[kTile];
  for (std::int64_t c = 0; c < columns; ++c) {
    best[c] = x[c];
    where[c] = 0;
  }
  for (std::int64_t r = 1; r < n; ++r) {
    const T* row = x + r * stride;
    for (std::int64_t c = 0; c < columns; ++c) {
      const bool take = beats<Max>(row[c], best[c]);
      best[c] = take ? row[c] : best[c];
      where[c] = take ? r : where[c];
    }
  }
  std::copy_n(best, columns, values);
  std::copy_n(where, columns, indices);
}

template <bool Max, class T>
void search(const Tensor& values, const Tensor& indices, const Tensor& src) {
  T* best = values.impl()->data<T>();
  std::int64_t* where = indices.impl()->data<std::int64_t>();
  const T* x = src.impl()->data<T>();
  const Split s = split(values, src);
  const std::int64_t n = s.reduced_sizes[0];
  const std::int64_t stride = s.reduced_strides[0];
  const int last = s.kept - 1;
  if (last < 0 || s.kept_strides[last] != 1 || s.out_strides[last] != 1 || stride == 1) {
    parallel_units(s.outputs, n, [&](std::int64_t begin, std::int64_t end) {
      for_kept(s, s.kept, begin, end, [&](std::int64_t from, std::int64_t to) {
        best[to] = best_of<Max>(x + from, n, stride);
        where[to] = first_match(x + from, n, stride, best[to]);
      });
    });
    return;
  }
  const std::int64_t width = s.kept_sizes[last];
  parallel_units(s.outputs / width, width * n, [&](std::int64_t begin, std::int64_t end) {
    for_kept(s, last, begin, end, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t c = 0; c < width; c += kTile)
        tile<Max>(x + from + c, n, stride, std::min(kTile, width - c), best + to + c,
                  where + to + c);
    });
  });
}

}  // namespace

void extremum(const Tensor& values, const Tensor& indices, const Tensor& src, bool largest) {
  if (values.numel() == 0) return;
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    if (largest)
      search<true, T>(values, indices, src);
    else
      search<false, T>(values, indices, src);
  });
}

}  // namespace eigengrad::kernels
