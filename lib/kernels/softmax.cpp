#include "kernels/softmax.hpp"

#include <algorithm>
#include <cmath>

#include "core/dispatch.hpp"
#include "kernels/rows.hpp"

namespace eigengrad::kernels {
namespace {

/// Columns that are worked on together when the dimension is not the last one.
constexpr std::int64_t kColumns = 64;
/// Rows whose terms are added one after the other there.
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

/// Each form says what becomes of one row, and of some neighbouring columns: `n` rows of `count`
/// elements that are `stride` apart.
template <class T>
struct Normalised {
  bool log;
  const T* x;
  T* y;

  void row(std::int64_t at, std::int64_t n) const {
    const T* const from = x + at;
    T* const to = y + at;
    const Pack<T> top(row_max(from, n));
    const auto term = [&](std::int64_t i, int count) {
      const Pack<T> e = math::exp(load_lanes(from + i, count) - top);
      if (!log) store_lanes(e, to + i, count);
      return e;
    };
    const T sum = row_sum<T>(0, n, term);
    if (log) {
      const Pack<T> shift(std::log(sum));
      for_packs<T>(n, [&](std::int64_t i, int count) {
        store_lanes(load_lanes(from + i, count) - top - shift, to + i, count);
      });
    } else {
      const Pack<T> scale(T(1) / sum);
      for_packs<T>(n, [&](std::int64_t i, int count) {
        store_lanes(load_lanes(to + i, count) * scale, to + i, count);
      });
    }
  }

  void columns(std::int64_t at, std::int64_t n, std::int64_t stride, std::int64_t count) const {
    T top[kColumns];
    T sum[kColumns];
    std::copy_n(x + at, count, top);
    for (std::int64_t r = 1; r < n; ++r) {
      const T* from = x + at + r * stride;
      for (std::int64_t c = 0; c < count; ++c) top[c] = top[c] < from[c] ? from[c] : top[c];
    }
    add(at, 0, n, stride, count, top, sum);
    if (log) {
      for (std::int64_t c = 0; c < count; ++c) sum[c] = std::log(sum[c]);
      for (std::int64_t r = 0; r < n; ++r) {
        const std::int64_t i = at + r * stride;
        for (std::int64_t c = 0; c < count; ++c) y[i + c] = x[i + c] - top[c] - sum[c];
      }
    } else {
      for (std::int64_t c = 0; c < count; ++c) sum[c] = T(1) / sum[c];
      for (std::int64_t r = 0; r < n; ++r)
        for (std::int64_t c = 0; c < count; ++c) y[at + r * stride + c] *= sum[c];
    }
  }

 private:
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
struct Pulled {
  bool log;
  const T* g;
  const T* y;
  T* r;

  void row(std::int64_t at, std::int64_t n) const {
    const auto term = [&](std::int64_t i, int count) {
      const Pack<T> c = load_lanes(g + at + i, count);
      return log ? c : c * load_lanes(y + at + i, count);
    };
    const Pack<T> sum(row_sum<T>(0, n, term));
    for_packs<T>(n, [&](std::int64_t i, int count) { finish(at + i, count, sum); });
  }

  void columns(std::int64_t at, std::int64_t n, std::int64_t stride, std::int64_t count) const {
    T sum[kColumns];
    add(at, 0, n, stride, count, sum);
    for (std::int64_t k = 0; k < n; ++k)
      for_packs<T>(count, [&](std::int64_t c, int lanes) {
        finish(at + k * stride + c, lanes, load_lanes(sum + c, lanes));
      });
  }

 private:
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
    run(Extents(src, d), Normalised<T>{log, src.impl()->data<T>(), dst.impl()->data<T>()});
  });
}

void pull(const Tensor& dst, const Tensor& g, const Tensor& y, std::size_t d, bool log) {
  detail::dispatch_floating("softmax", y.dtype(), [&]<class T>(std::type_identity<T>) {
    run(Extents(y, d),
        Pulled<T>{log, g.impl()->data<T>(), y.impl()->data<T>(), dst.impl()->data<T>()});
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
