#include "kernels/reduction/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/base/rows.hpp"

namespace eigengrad::kernels {
namespace {

/// Columns that are worked on together when the dimension is not the last one.
constexpr std::int64_t kColumns = 64;
/// With several columns at a time: rows whose terms are added one after the other.
constexpr std::int64_t kRowBlock = 128;

struct Extents {
  Extents(const Tensor& x, std::size_t d) : n(x.sizes()[d]) {
    for (std::size_t k = 0; k < d; ++k) outer *= x.sizes()[k];
    for (std::size_t k = d + 1; k < x.sizes().size(); ++k) inner *= x.sizes()[k];
  }
  std::int64_t outer = 1;
  std::int64_t n;
  std::int64_t inner = 1;
};

// Note [What one element leaves to the others]
// Where one probability p of a row is next to 1, what is left, 1 - p, is what counts: it is the sum of the
// others. So the logarithm of a row's sum is log1p of the others'; 1 - p is -expm1(log p); and a cotangent is
// counted from that of the largest element, since softmax does not see what is added to all.

/// x, or 0 where x >= 0 is subnormal: products with subnormal weights take several times as long.
template <class T>
Pack<T> flushed(Pack<T> x) {
  return select(x < Pack<T>(std::numeric_limits<T>::min()), Pack<T>(0), x);
}

/// The largest element of each of some neighbouring columns.
template <class T>
void column_max(const T* x, std::int64_t n, std::int64_t stride, std::int64_t count, T* top) {
  std::copy_n(x, count, top);
  for (std::int64_t r = 1; r < n; ++r) {
    const T* from = x + r * stride;
    for (std::int64_t c = 0; c < count; ++c) top[c] = top[c] < from[c] ? from[c] : top[c];
  }
}

/// Softmax, or its logarithm if `log`. The kernels here have two forms: row() for `n` adjacent elements, and columns()
/// for `count` adjacent columns, whose `n` rows are `stride` apart.
template <class T>
struct SoftmaxKernel {
  bool log;
  const T* x;
  T* y;

  void row(std::int64_t at, std::int64_t n) const {
    const T* const from = x + at;
    T* const to = y + at;
    const T largest = row_max(from, n);
    const Pack<T> top(largest);
    const auto term = [&](std::int64_t i, int count) {
      const Pack<T> e = math::exp(load_lanes(from + i, count) - top);
      if (!log) store_lanes(e, to + i, count);
      return e;
    };
    if (log) {
      const Pack<T> shift(std::log1p(sum_beside_largest(from, n, largest, term)));
      for_packs<T>(n, [&](std::int64_t i, int count) {
        store_lanes(load_lanes(from + i, count) - top - shift, to + i, count);
      });
    } else {
      const Pack<T> scale(T(1) / row_sum<T>(0, n, term));
      for_packs<T>(n, [&](std::int64_t i, int count) {
        store_lanes(flushed(load_lanes(to + i, count) * scale), to + i, count);
      });
    }
  }

  void columns(std::int64_t at, std::int64_t n, std::int64_t stride, std::int64_t count) const {
    T top[kColumns];
    T sum[kColumns];
    column_max(x + at, n, stride, count, top);
    add(at, 0, n, stride, count, top, sum);
    if (log) {
      for (std::int64_t c = 0; c < count; ++c)
        sum[c] = log_of_sum(at + c, n, stride, top[c], sum[c]);
      for (std::int64_t r = 0; r < n; ++r) {
        const std::int64_t i = at + r * stride;
        for (std::int64_t c = 0; c < count; ++c) y[i + c] = x[i + c] - top[c] - sum[c];
      }
    } else {
      for (std::int64_t c = 0; c < count; ++c) sum[c] = T(1) / sum[c];
      for (std::int64_t r = 0; r < n; ++r)
        for_packs<T>(count, [&](std::int64_t c, int lanes) {
          T* const to = y + at + r * stride + c;
          store_lanes(flushed(load_lanes(to, lanes) * load_lanes(sum + c, lanes)), to, lanes);
        });
    }
  }

 private:
  /// log(sum) of one column; where one element outweighs the others, as log1p of the sum of the others.
  T log_of_sum(std::int64_t at, std::int64_t n, std::int64_t stride, T top, T sum) const {
    if (!(sum < T(1.5))) return std::log(sum);
    T others = 0;
    bool is_found = false;
    for (std::int64_t r = 0; r < n; ++r) {
      const T e = x[at + r * stride];
      if (e == top && !is_found)
        is_found = true;
      else
        others += std::exp(e - top);
    }
    return std::log1p(others);
  }
  void add(std::int64_t at, std::int64_t begin, std::int64_t end, std::int64_t stride,
           std::int64_t count, const T* top, T* sum) const {
    if (end - begin > kRowBlock) {
      T other[kColumns];
      const std::int64_t mid = begin + (end - begin) / 2;
      add(at, begin, mid, stride, count, top, sum);
      add(at, mid, end, stride, count, top, other);
      for (std::int64_t c = 0; c < count; ++c) sum[c] += other[c];
      return;
    }
    std::fill_n(sum, count, T(0));
    for (std::int64_t r = begin; r < end; ++r) {
      const std::int64_t i = at + r * stride;
      for_packs<T>(count, [&](std::int64_t c, int lanes) {
        const Pack<T> e = math::exp(load_lanes(x + i + c, lanes) - load_lanes(top + c, lanes));
        if (!log) store_lanes(e, y + i + c, lanes);
        store_lanes(load_lanes(sum + c, lanes) + e, sum + c, lanes);
      });
    }
  }
};

template <class T>
struct SoftmaxPullbackKernel {
  bool log;
  const T* g;
  const T* y;
  T* r;

  void row(std::int64_t at, std::int64_t n) const {
    constexpr T least = -std::numeric_limits<T>::infinity();
    Pack<T> largest(least);
    const auto term = [&](std::int64_t i, int count) {
      const Pack<T> c = load_lanes(g + at + i, count), out = load_lanes(y + at + i, count);
      largest =
          math::maximum(largest, count < Pack<T>::size ? first_lanes(out, count, least) : out);
      return log ? c : c * out;
    };
    const T sum = row_sum<T>(0, n, term);
    const T top = Eigen::internal::predux_max(largest.v);
    if (log || !outweighs(top))
      for_packs<T>(n, [&](std::int64_t i, int count) { finish(at + i, count, Pack<T>(sum)); });
    if (outweighs(top)) correct_row(at, n, row_find(y + at, n, top));
  }

  void columns(std::int64_t at, std::int64_t n, std::int64_t stride, std::int64_t count) const {
    T top[kColumns];
    T sum[kColumns];
    column_max(y + at, n, stride, count, top);
    add(at, 0, n, stride, count, sum);
    for (std::int64_t k = 0; k < n; ++k)
      for_packs<T>(count, [&](std::int64_t c, int lanes) {
        finish(at + k * stride + c, lanes, load_lanes(sum + c, lanes));
      });
    for (std::int64_t c = 0; c < count; ++c)
      if (outweighs(top[c])) correct_column(at + c, n, stride, top[c]);
  }

 private:
  /// Corrects the row's result at its largest element, index `m`: there 1 - p is the sum of the others.
  void correct_row(std::int64_t at, std::int64_t n, std::int64_t m) const {
    const Pack<T> shift(log ? T(0) : g[at + m]);
    const auto term = [&](std::int64_t i, int count) {
      const Pack<T> c = load_lanes(g + at + i, count);
      return log ? c : (c - shift) * load_lanes(y + at + i, count);
    };
    const T others = row_sum_of_others<T>(n, m, term);
    if (log) {
      r[at + m] = gradient_at_largest(at + m, others);
      return;
    }
    // The largest element's cotangent is the shift: it adds nothing.
    for_packs<T>(n, [&](std::int64_t i, int count) {
      const Pack<T> out = load_lanes(y + at + i, count);
      store_lanes(out * (load_lanes(g + at + i, count) - shift - Pack<T>(others)), r + at + i,
                  count);
    });
  }
  void correct_column(std::int64_t at, std::int64_t n, std::int64_t stride, T top) const {
    std::int64_t m = at;
    while (!(y[m] == top)) m += stride;
    const T shift = log ? T(0) : g[m];
    T others = 0;
    for (std::int64_t i = at; i < at + n * stride; i += stride)
      if (i != m) others += log ? g[i] : (g[i] - shift) * y[i];
    if (log) {
      r[m] = gradient_at_largest(m, others);
      return;
    }
    for (std::int64_t i = at; i < at + n * stride; i += stride)
      r[i] = y[i] * (g[i] - shift - others);
  }
  /// Whether a probability (or, with `log`, its logarithm) is so near 1 that 1 - p would lose digits.
  bool outweighs(T largest) const { return largest > (log ? T(-0.29) : T(0.75)); }
  /// The gradient at the largest element: (1 - p) g - p times the sum of the other cotangents.
  T gradient_at_largest(std::int64_t i, T others) const {
    return -(std::expm1(y[i]) * g[i] + std::exp(y[i]) * others);
  }
  void finish(std::int64_t i, int lanes, Pack<T> sum) const {
    const Pack<T> c = load_lanes(g + i, lanes);
    const Pack<T> out = load_lanes(y + i, lanes);
    store_lanes(log ? c - math::exp(out) * sum : out * (c - sum), r + i, lanes);
  }

  void add(std::int64_t at, std::int64_t begin, std::int64_t end, std::int64_t stride,
           std::int64_t count, T* sum) const {
    if (end - begin > kRowBlock) {
      T other[kColumns];
      const std::int64_t mid = begin + (end - begin) / 2;
      add(at, begin, mid, stride, count, sum);
      add(at, mid, end, stride, count, other);
      for (std::int64_t c = 0; c < count; ++c) sum[c] += other[c];
      return;
    }
    std::fill_n(sum, count, T(0));
    for (std::int64_t k = begin; k < end; ++k) {
      const std::int64_t i = at + k * stride;
      for (std::int64_t c = 0; c < count; ++c) sum[c] += log ? g[i + c] : g[i + c] * y[i + c];
    }
  }
};

template <class Form>
void run(const Extents& e, const Form& form) {
  if (e.outer * e.n * e.inner == 0) return;
  if (e.inner == 1) {
    parallel_units(e.outer, e.n, [&](std::int64_t i) { form.row(i * e.n, e.n); });
    return;
  }
  const std::int64_t chunks = (e.inner + kColumns - 1) / kColumns;
  parallel_units(e.outer * chunks, e.n * std::min(kColumns, e.inner), [&](std::int64_t i) {
    const std::int64_t first = i % chunks * kColumns;
    form.columns(i / chunks * e.n * e.inner + first, e.n, e.inner,
                 std::min(kColumns, e.inner - first));
  });
}

void normalise(const Tensor& dst, const Tensor& src, std::size_t d, bool log) {
  detail::dispatch_floating("softmax", src.dtype(), [&]<class T>(std::type_identity<T>) {
    run(Extents(src, d), SoftmaxKernel<T>{log, src.impl()->data<T>(), dst.impl()->data<T>()});
  });
}

void pull(const Tensor& dst, const Tensor& g, const Tensor& y, std::size_t d, bool log) {
  detail::dispatch_floating("softmax", y.dtype(), [&]<class T>(std::type_identity<T>) {
    run(Extents(y, d), SoftmaxPullbackKernel<T>{log, g.impl()->data<T>(), y.impl()->data<T>(),
                                                dst.impl()->data<T>()});
  });
}

}  // namespace

void softmax(const Tensor& dst, const Tensor& src, std::size_t d) { normalise(dst, src, d, false); }
void log_softmax(const Tensor& dst, const Tensor& src, std::size_t d) {
  normalise(dst, src, d, true);
}
void softmax_pullback(const Tensor& dst, const Tensor& g, const Tensor& y, std::size_t d) {
  pull(dst, g, y, d, false);
}
void log_softmax_pullback(const Tensor& dst, const Tensor& g, const Tensor& y, std::size_t d) {
  pull(dst, g, y, d, true);
}

}  // namespace eigengrad::kernels
