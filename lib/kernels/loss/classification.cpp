#include "kernels/loss/classification.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/base/rows.hpp"

namespace eigengrad::kernels {
namespace {

template <class F>
void typed(const Tensor& x, F f) {
  detail::dispatch_floating("nll_loss", x.dtype(), f);
}

/// Calls f(sample, class, offset of that class's element in the tensor) for every sample that is not ignored.
template <class F>
void for_samples(const ClassTargets& c, F f) {
  const std::int64_t* target = c.target.impl()->data<std::int64_t>();
  for (std::int64_t o = 0; o < c.outer; ++o)
    for (std::int64_t i = 0; i < c.inner; ++i) {
      const std::int64_t sample = o * c.inner + i;
      if (target[sample] != c.ignored)
        f(sample, target[sample], (o * c.classes + target[sample]) * c.inner + i);
    }
}

template <class T>
struct Weights {
  explicit Weights(const ClassTargets& c)
      : of(c.weight.defined() ? c.weight.impl()->data<T>() : nullptr) {}
  T operator()(std::int64_t i) const { return of != nullptr ? of[i] : T(1); }
  const T* of;
};

}  // namespace

double total_weight(const ClassTargets& c) {
  double total = 0;
  if (!c.weight.defined()) {
    for_samples(c, [&](std::int64_t, std::int64_t, std::int64_t) { ++total; });
    return total;
  }
  typed(c.weight, [&]<class T>(std::type_identity<T>) {
    const Weights<T> weight(c);
    for_samples(c, [&](std::int64_t, std::int64_t k, std::int64_t) {
      total += static_cast<double>(weight(k));
    });
  });
  return total;
}

void pick_classes(const Tensor& dst, const Tensor& x, const ClassTargets& c) {
  typed(x, [&]<class T>(std::type_identity<T>) {
    const Weights<T> weight(c);
    const T* from = x.impl()->data<T>();
    T* to = dst.impl()->data<T>();
    std::fill_n(to, c.outer * c.inner, T(0));
    for_samples(c, [&](std::int64_t sample, std::int64_t k, std::int64_t at) {
      to[sample] = -(weight(k) * from[at]);
    });
  });
}

void scatter_classes(const Tensor& dst, const Tensor& g, const ClassTargets& c) {
  typed(g, [&]<class T>(std::type_identity<T>) {
    const Weights<T> weight(c);
    const T* from = g.impl()->data<T>();
    T* to = dst.impl()->data<T>();
    for_samples(c, [&](std::int64_t sample, std::int64_t k, std::int64_t at) {
      to[at] = -(weight(k) * from[sample]);
    });
  });
}

void cross_entropy(const Tensor& dst, const Tensor& top, const Tensor& log_sum, const Tensor& x,
                   const ClassTargets& c) {
  typed(x, [&]<class T>(std::type_identity<T>) {
    const Weights<T> weight(c);
    const std::int64_t* target = c.target.impl()->data<std::int64_t>();
    const T* from = x.impl()->data<T>();
    T* to = dst.impl()->data<T>();
    T* tops = top.impl()->data<T>();
    T* logs = log_sum.impl()->data<T>();
    const std::int64_t n = c.classes;
    // Rows are worked on together, so that their logarithms are taken in SIMD registers.
    constexpr std::int64_t kRows = 64;
    parallel_units((c.outer + kRows - 1) / kRows, n * kRows, [&](std::int64_t chunk) {
      const std::int64_t first = chunk * kRows;
      const std::int64_t last = std::min(first + kRows, c.outer);
      for (std::int64_t i = first; i < last; ++i) {
        const T* row = from + i * n;
        tops[i] = row_max(row, n);
        const Pack<T> shift(tops[i]);
        const auto term = [&](std::int64_t k, int lanes) {
          return math::exp(load_lanes(row + k, lanes) - shift);
        };
        // Note [What one element leaves to the others], in kernels/reduction/softmax.cpp.
        logs[i] = sum_beside_largest(row, n, tops[i], term);
      }
      for_packs<T>(last - first, [&](std::int64_t k, int lanes) {
        T* at = logs + first + k;
        store_lanes(math::log1p(load_lanes(at, lanes)), at, lanes);
      });
      for (std::int64_t i = first; i < last; ++i)
        to[i] = target[i] == c.ignored
                    ? T(0)
                    : weight(target[i]) * (tops[i] - from[i * n + target[i]] + logs[i]);
    });
  });
}

void cross_entropy_pullback(const Tensor& dst, const Tensor& g, const Tensor& top,
                            const Tensor& log_sum, const Tensor& x, const ClassTargets& c) {
  typed(x, [&]<class T>(std::type_identity<T>) {
    const Weights<T> weight(c);
    const std::int64_t* target = c.target.impl()->data<std::int64_t>();
    const T* from = x.impl()->data<T>();
    const T* cotangent = g.impl()->data<T>();
    const T* tops = top.impl()->data<T>();
    const T* logs = log_sum.impl()->data<T>();
    T* to = dst.impl()->data<T>();
    const std::int64_t n = c.classes;
    parallel_units(c.outer, n, [&](std::int64_t i) {
      T* row = to + i * n;
      if (target[i] == c.ignored) {
        std::fill_n(row, n, T(0));
        return;
      }
      const T scale = weight(target[i]) * cotangent[i];
      const Pack<T> shift(tops[i]);
      const Pack<T> log(logs[i]);
      for_packs<T>(n, [&](std::int64_t k, int lanes) {
        const Pack<T> y = math::exp(load_lanes(from + i * n + k, lanes) - shift - log);
        store_lanes(y * Pack<T>(scale), row + k, lanes);
      });
      const T log_p = from[i * n + target[i]] - tops[i] - logs[i];
      row[target[i]] = scale * std::expm1(log_p);
    });
  });
}

void multilabel_margin(const Tensor& dst, const Tensor& gradient, const Tensor& x,
                       const Tensor& target) {
  const std::int64_t n = x.sizes().back();
  typed(x, [&]<class T>(std::type_identity<T>) {
    std::vector<bool> is_target(static_cast<std::size_t>(n));
    for (std::int64_t r = 0; r < dst.numel(); ++r) {
      const T* row = x.impl()->data<T>() + r * n;
      const std::int64_t* classes = target.impl()->data<std::int64_t>() + r * n;
      const auto count = std::find_if(classes, classes + n, [](auto k) { return k < 0; }) - classes;
      std::fill(is_target.begin(), is_target.end(), false);
      for (std::int64_t k = 0; k < count; ++k)
        is_target[static_cast<std::size_t>(classes[k])] = true;
      T* gradient_row = gradient.impl()->data<T>() + r * n;
      std::fill_n(gradient_row, n, T(0));
      T total(0);
      for (std::int64_t k = 0; k < count; ++k) {
        T own(0);
        for (std::int64_t i = 0; i < n; ++i) {
          const T z = T(1) - row[classes[k]] + row[i];
          if (is_target[static_cast<std::size_t>(i)] || !(z > T(0))) continue;
          own += z;
          gradient_row[i] += T(1);
          gradient_row[classes[k]] -= T(1);
        }
        total += own;
      }
      dst.impl()->data<T>()[r] = total / static_cast<T>(n);
      for (std::int64_t i = 0; i < n; ++i) gradient_row[i] /= static_cast<T>(n);
    }
  });
}

}  // namespace eigengrad::kernels
