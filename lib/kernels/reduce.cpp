#include "kernels/reduce.hpp"

#include <cmath>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/copy.hpp"
#include "kernels/loops.hpp"
#include "kernels/pack.hpp"
#include "kernels/parallel.hpp"

namespace eigengrad::kernels {
namespace {

constexpr std::int64_t kSumBlock = 128;
constexpr std::int64_t kColumns = 64;

/// Sum of at most kSumBlock consecutive elements.
template <class T>
T block_sum(const T* x, std::int64_t n) {
  T sum(0);
  std::int64_t i = 0;
  // Integers need one sum only, and g++ 12.2 vectorises two of them wrongly (GCC bug 107212).
  if constexpr (std::floating_point<T>) {
    constexpr int width = Pack<T>::size;
    Pack<T> a(0);
    Pack<T> b(0);
    for (; i + 2 * width <= n; i += 2 * width) {
      a = a + Pack<T>::load(x + i);
      b = b + Pack<T>::load(x + i + width);
    }
    sum = Eigen::internal::predux((a + b).v);
  }
  for (; i < n; ++i) sum += x[i];
  return sum;
}

template <class T>
T pairwise_sum(const T* x, std::int64_t n) {
  if (n <= kSumBlock) return block_sum(x, n);
  const std::int64_t half = (n / 2 + kSumBlock - 1) / kSumBlock * kSumBlock;
  return pairwise_sum(x, half) + pairwise_sum(x + half, n - half);
}

template <class T>
T strided_block_sum(const T* x, std::int64_t n, std::int64_t stride) {
  T sum(0);
  for (std::int64_t i = 0; i < n; ++i) sum += x[i * stride];
  return sum;
}

template <class T>
T pairwise_sum(const T* x, std::int64_t n, std::int64_t stride) {
  if (stride == 1) return pairwise_sum(x, n);
  if (n <= kSumBlock) return strided_block_sum(x, n, stride);
  const std::int64_t half = (n / 2 + kSumBlock - 1) / kSumBlock * kSumBlock;
  return pairwise_sum(x, half, stride) + pairwise_sum(x + half * stride, n - half, stride);
}

/// Sums of `columns` adjacent columns over `rows` rows into `out`.
template <class T>
void column_sums(const T* x, std::int64_t rows, std::int64_t row_stride, std::int64_t columns,
                 T* out) {
  if (rows <= 16) {
    for (std::int64_t c = 0; c < columns; ++c) out[c] = T(0);
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c) out[c] += x[r * row_stride + c];
    return;
  }
  T other[kColumns];
  const std::int64_t half = rows / 2;
  column_sums(x, half, row_stride, columns, out);
  column_sums(x + half * row_stride, rows - half, row_stride, columns, other);
  for (std::int64_t c = 0; c < columns; ++c) out[c] += other[c];
}

/// The loop over a source, split into dimensions that are kept and dimensions that are reduced.
struct Split {
  int kept = 0;
  int reduced = 0;
  std::int64_t kept_sizes[detail::kMaxDim];
  std::int64_t kept_strides[detail::kMaxDim];
  std::int64_t out_strides[detail::kMaxDim];
  std::int64_t reduced_sizes[detail::kMaxDim];
  std::int64_t reduced_strides[detail::kMaxDim];
  std::int64_t outputs = 1;
  std::int64_t count = 1;
};

Split split(const Tensor& dst, const Tensor& src) {
  std::int64_t out_strides[detail::kMaxDim];
  broadcast_strides(dst.sizes(), dst.strides(), src.sizes(), out_strides);
  const Operand operands[] = {{src.impl()->bytes(), src.element_size(), src.strides().data()},
                              {dst.impl()->bytes(), dst.element_size(), out_strides}};
  CollapsedLoop loop;
  collapse(src.sizes(), operands, 2, loop);
  Split s;
  for (int d = 0; d < loop.ndim; ++d) {
    if (loop.strides[1][d] == 0 && loop.sizes[d] != 1) {
      s.reduced_sizes[s.reduced] = loop.sizes[d];
      s.reduced_strides[s.reduced++] = loop.strides[0][d];
      s.count *= loop.sizes[d];
    } else {
      s.kept_sizes[s.kept] = loop.sizes[d];
      s.kept_strides[s.kept] = loop.strides[0][d];
      s.out_strides[s.kept++] = loop.strides[1][d];
      s.outputs *= loop.sizes[d];
    }
  }
  return s;
}

/// Calls f(source offset, output offset) for the kept positions [begin, end).
template <class F>
void for_kept(const Split& s, int dims, std::int64_t begin, std::int64_t end, F f) {
  std::int64_t at[detail::kMaxDim];
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::int64_t rest = begin;
  for (int d = dims - 1; d >= 0; --d) {
    at[d] = rest % s.kept_sizes[d];
    rest /= s.kept_sizes[d];
    from += at[d] * s.kept_strides[d];
    to += at[d] * s.out_strides[d];
  }
  for (std::int64_t i = begin; i < end; ++i) {
    f(from, to);
    for (int d = dims - 1; d >= 0; --d) {
      from += s.kept_strides[d];
      to += s.out_strides[d];
      if (++at[d] < s.kept_sizes[d] || d == 0) break;
      from -= at[d] * s.kept_strides[d];
      to -= at[d] * s.out_strides[d];
      at[d] = 0;
    }
  }
}

/// Sum over the reduced dimensions from `d` inwards.
template <class T>
T nested_sum(const Split& s, int d, const T* x) {
  const std::int64_t n = s.reduced_sizes[d];
  const std::int64_t stride = s.reduced_strides[d];
  if (d == s.reduced - 1) return pairwise_sum(x, n, stride);
  const auto range = [&](const auto& self, std::int64_t begin, std::int64_t end) -> T {
    if (end - begin == 1) return nested_sum(s, d + 1, x + begin * stride);
    const std::int64_t mid = begin + (end - begin) / 2;
    return self(self, begin, mid) + self(self, mid, end);
  };
  return range(range, 0, n);
}

/// Column sums over all reduced dimensions but the innermost handled one by one.
template <class T>
void nested_columns(const Split& s, int d, const T* x, std::int64_t columns, T* out) {
  const std::int64_t n = s.reduced_sizes[d];
  const std::int64_t stride = s.reduced_strides[d];
  if (d == s.reduced - 1) {
    column_sums(x, n, stride, columns, out);
    return;
  }
  const auto range = [&](const auto& self, std::int64_t begin, std::int64_t end, T* into) -> void {
    if (end - begin == 1) {
      nested_columns(s, d + 1, x + begin * stride, columns, into);
      return;
    }
    T other[kColumns];
    const std::int64_t mid = begin + (end - begin) / 2;
    self(self, begin, mid, into);
    self(self, mid, end, other);
    for (std::int64_t c = 0; c < columns; ++c) into[c] += other[c];
  };
  range(range, 0, n, out);
}

template <class T>
void sum_large(const T* x, std::int64_t n, T* out) {
  const std::int64_t blocks = (n + kGrain - 1) / kGrain;
  std::vector<T> partial(static_cast<std::size_t>(blocks));
  parallel_blocks(n, [&](std::int64_t begin, std::int64_t end) {
    partial[static_cast<std::size_t>(begin / kGrain)] = pairwise_sum(x + begin, end - begin);
  });
  *out = pairwise_sum(partial.data(), blocks);
}

template <class T>
void sum_as(const Tensor& dst, const Tensor& src) {
  T* out = dst.impl()->data<T>();
  const T* x = src.impl()->data<T>();
  if (src.is_contiguous() && dst.numel() == 1) {
    const std::int64_t n = src.numel();
    if (n <= kGrain)
      *out = pairwise_sum(x, n);
    else
      sum_large(x, n, out);
    return;
  }
  const Split s = split(dst, src);
  if (s.reduced == 0) {
    copy(dst, src);
    return;
  }
  const int last = s.kept - 1;
  const bool columns = last >= 0 && s.kept_strides[last] == 1 && s.out_strides[last] == 1 &&
                       s.reduced_strides[s.reduced - 1] != 1;
  if (!columns) {
    for_kept(s, s.kept, 0, s.outputs,
             [&](std::int64_t from, std::int64_t to) { out[to] = nested_sum(s, 0, x + from); });
    return;
  }
  const std::int64_t width = s.kept_sizes[last];
  for_kept(s, last, 0, s.outputs / width, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t c = 0; c < width; c += kColumns)
      nested_columns(s, 0, x + from + c, std::min(kColumns, width - c), out + to + c);
  });
}

/// Folds the reduced elements of every output, in order.
template <class T, class R, class F>
void fold(const Tensor& dst, const Tensor& src, R start, F f) {
  R* out = dst.impl()->data<R>();
  fill(dst, start);
  if (src.numel() == 0) return;
  const T* x = src.impl()->data<T>();
  const Split s = split(dst, src);
  for_kept(s, s.kept, 0, s.outputs, [&](std::int64_t from, std::int64_t to) {
    std::int64_t at[detail::kMaxDim] = {};
    const T* p = x + from;
    R value = start;
    for (std::int64_t i = 0; i < s.count; ++i) {
      value = f(value, *p);
      for (int d = s.reduced - 1; d >= 0; --d) {
        p += s.reduced_strides[d];
        if (++at[d] < s.reduced_sizes[d]) break;
        p -= at[d] * s.reduced_strides[d];
        at[d] = 0;
      }
    }
    out[to] = value;
  });
}

}  // namespace

void sum(const Tensor& dst, const Tensor& src) {
  if (src.numel() == 0) {
    fill(dst, 0);
    return;
  }
  if (dst.dtype() == kInt64)
    sum_as<std::int64_t>(dst, src);
  else
    detail::dispatch_floating("sum", dst.dtype(),
                              [&]<class T>(std::type_identity<T>) { sum_as<T>(dst, src); });
}

void prod(const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    fold<T, T>(dst, src, T(1), [](T a, T b) { return static_cast<T>(a * b); });
  });
}

void products_of_others(const Tensor& dst, const Tensor& src) {
  if (src.numel() == 0) return;
  const std::int64_t n = src.dim() == 0 ? 1 : src.sizes().back();
  detail::dispatch_floating("prod", src.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* x = src.impl()->data<T>();
    T* y = dst.impl()->data<T>();
    for (std::int64_t row = 0; row < src.numel(); row += n) {
      T before(1);
      for (std::int64_t i = row; i < row + n; ++i) {
        y[i] = before;
        before *= x[i];
      }
      T after(1);
      for (std::int64_t i = row + n; i-- > row;) {
        y[i] *= after;
        after *= x[i];
      }
    }
  });
}

void any_nonzero(const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    fold<T, bool>(dst, src, false, [](bool a, T b) { return a || b != T(0); });
  });
}

void all_nonzero(const Tensor& dst, const Tensor& src) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    fold<T, bool>(dst, src, true, [](bool a, T b) { return a && b != T(0); });
  });
}

void extremum(const Tensor& values, const Tensor& indices, const Tensor& src, std::size_t d,
              bool largest) {
  if (values.numel() == 0) return;
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    T* best = values.impl()->data<T>();
    std::int64_t* where = indices.impl()->data<std::int64_t>();
    const T* x = src.impl()->data<T>();
    Split s;
    const std::int64_t n = src.dim() == 0 ? 1 : src.sizes()[d];
    const std::int64_t stride = src.dim() == 0 ? 0 : src.strides()[d];
    for (std::size_t k = 0; k < src.sizes().size(); ++k) {
      if (k == d) continue;
      s.kept_sizes[s.kept] = src.sizes()[k];
      s.kept_strides[s.kept] = src.strides()[k];
      s.out_strides[s.kept++] = 0;
      s.outputs *= src.sizes()[k];
    }
    std::int64_t at = 0;
    for_kept(s, s.kept, 0, s.outputs, [&](std::int64_t from, std::int64_t) {
      const T* p = x + from;
      T value = *p;
      std::int64_t index = 0;
      for (std::int64_t i = 1; i < n; ++i) {
        const T candidate = p[i * stride];
        if constexpr (std::floating_point<T>) {
          if (std::isnan(value)) break;
          if (std::isnan(candidate)) {
            value = candidate;
            index = i;
            break;
          }
        }
        if (largest ? value < candidate : candidate < value) {
          value = candidate;
          index = i;
        }
      }
      best[at] = value;
      where[at++] = index;
    });
  });
}

}  // namespace eigengrad::kernels
