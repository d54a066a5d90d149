#include "kernels/reduction/cumulative.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "kernels/base/rows.hpp"

namespace eigengrad::kernels {
namespace {

/// Neighbouring lines that are worked on together, so that memory is read in order.
constexpr std::int64_t kLines = 64;

/// The lines of a tensor along a dimension: element k of a line is at k * stride.
struct Lines {
  Lines(const Tensor& x, std::size_t d) {
    if (x.dim() == 0) return;
    length = x.sizes()[d];
    for (std::size_t i = d + 1; i < x.sizes().size(); ++i) stride *= x.sizes()[i];
  }
  std::int64_t length = 1;
  std::int64_t stride = 1;
};

/// The largest number of lines in a bundle, which its type bounds.
template <class Width>
inline constexpr auto most = static_cast<std::size_t>(kLines);
template <>
inline constexpr std::size_t most<std::integral_constant<std::int64_t, 1>> = 1;

/// Calls f(offset of the first line, number of lines) for bundles of neighbouring lines. The number
/// is a constant where it is 1.
template <class F>
void for_bundles(const Tensor& x, const Lines& lines, F f) {
  if (x.numel() == 0) return;
  const std::int64_t bundles = (lines.stride + kLines - 1) / kLines;
  const std::int64_t outer = x.numel() / (lines.length * lines.stride);
  const std::int64_t size = lines.length * std::min(lines.stride, kLines);
  parallel_units(outer * bundles, size, [&](std::int64_t i) {
    const std::int64_t column = i % bundles * kLines;
    const std::int64_t offset = i / bundles * lines.length * lines.stride + column;
    if (lines.stride == 1)
      f(offset, std::integral_constant<std::int64_t, 1>());
    else
      f(offset, std::min(kLines, lines.stride - column));
  });
}

/// The running sum of the elements that were added so far.
template <class T>
struct RunningSum {
  std::uint64_t sum = 0;
  T add(T x) { return static_cast<T>(sum += static_cast<std::uint64_t>(x)); }
};
template <>
struct RunningSum<float> {
  double sum = 0;
  float add(float x) { return static_cast<float>(sum += static_cast<double>(x)); }
};
template <>
struct RunningSum<double> {
  double sum = 0;
  double error = 0;
  double add(double x) {
    const double next = sum + x;
    const double added = next - sum;
    error += (sum - (next - added)) + (x - added);
    sum = next;
    const double exact = sum + error;
    return exact == exact ? exact : sum;  // the error of an infinite sum is NaN
  }
};

template <class T>
struct RunningProduct {
  std::uint64_t product = 1;
  T add(T x) { return static_cast<T>(product *= static_cast<std::uint64_t>(x)); }
};
template <std::floating_point T>
struct RunningProduct<T> {
  double product = 1;
  T add(T x) { return static_cast<T>(product *= static_cast<double>(x)); }
};

/// dst_k = the result of a new `Running` after the elements up to k.
template <class Running, class T>
void accumulate(const Tensor& dst, const Tensor& src, std::size_t d, bool reverse) {
  T* y = dst.impl()->data<T>();
  const T* x = src.impl()->data<T>();
  const Lines lines(src, d);
  const std::int64_t step = reverse ? -lines.stride : lines.stride;
  const std::int64_t first = reverse ? (lines.length - 1) * lines.stride : 0;
  for_bundles(src, lines, [&](std::int64_t offset, auto width) {
    Running running[most<decltype(width)>];
    std::int64_t at = offset + first;
    for (std::int64_t k = 0; k < lines.length; ++k, at += step)
      for (std::int64_t c = 0; c < width; ++c)
        y[at + c] = running[static_cast<std::size_t>(c)].add(x[at + c]);
  });
}

/// Calls f(std::type_identity<T>()) for int64, float and double.
template <class F>
void dispatch_real_or_int64(std::string_view op, ScalarType dtype, F f) {
  if (dtype == kInt64)
    f(std::type_identity<std::int64_t>());
  else
    detail::dispatch_floating(op, dtype, f);
}

/// log of the running sum of exponentials of a line, in the form m + log1p(r): m is the largest so
/// far, r the sum of exp(x - m) over the others. One exponential an element: that of x - m, or of the
/// old m - x where x is the new m.
class RunningLogSum {
 public:
  static constexpr std::int64_t kMost = 256;

  /// Replaces the next elements of the line by their results.
  void add(double* x, std::int64_t n) {
    double below[kMost];
    double maxima[kMost];
    for (std::int64_t k = 0; k < n; ++k) {
      below[k] = difference(x[k], largest_);
      if (!(x[k] <= largest_) && largest_ == largest_) largest_ = x[k];
      maxima[k] = largest_;
    }
    by_packs(below, n, [](Pack<double> v) { return math::exp(v); });
    double rest[kMost];
    double m = before_;
    for (std::int64_t k = 0; k < n; ++k) {
      rest_ = m == maxima[k] ? rest_ + below[k] : (rest_ + 1) * below[k];
      m = maxima[k];
      rest[k] = rest_;
    }
    before_ = m;
    by_packs(rest, n, [](Pack<double> v) { return math::log1p(v); });
    for (std::int64_t k = 0; k < n; ++k) x[k] = maxima[k] + rest[k];
  }

 private:
  /// -|x - m|, where minus infinity adds nothing and infinity counts as one.
  static double difference(double x, double m) {
    if (x == m) return x == -kInfinity ? -kInfinity : 0;
    return -std::abs(x - m);
  }
  template <class F>
  static void by_packs(double* x, std::int64_t n, F f) {
    for_packs<double>(n, [&](std::int64_t i, int count) {
      store_lanes(f(load_lanes(x + i, count)), x + i, count);
    });
  }

  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double largest_ = -kInfinity;
  double before_ = -kInfinity;
  double rest_ = 0;
};

}  // namespace

void cumsum(const Tensor& dst, const Tensor& src, std::size_t d, bool reverse) {
  dispatch_real_or_int64("cumsum", src.dtype(), [&]<class T>(std::type_identity<T>) {
    accumulate<RunningSum<T>, T>(dst, src, d, reverse);
  });
}

void cumprod(const Tensor& dst, const Tensor& src, std::size_t d) {
  dispatch_real_or_int64("cumprod", src.dtype(), [&]<class T>(std::type_identity<T>) {
    accumulate<RunningProduct<T>, T>(dst, src, d, false);
  });
}

void logcumsumexp(const Tensor& dst, const Tensor& src, std::size_t d) {
  detail::dispatch_floating("logcumsumexp", src.dtype(), [&]<class T>(std::type_identity<T>) {
    T* y = dst.impl()->data<T>();
    const T* x = src.impl()->data<T>();
    const Lines lines(src, d);
    for_bundles(src, lines, [&](std::int64_t offset, auto width) {
      for (std::int64_t c = 0; c < width; ++c) {
        RunningLogSum sum;
        double buffer[RunningLogSum::kMost];
        for (std::int64_t k = 0; k < lines.length; k += RunningLogSum::kMost) {
          const std::int64_t n = std::min(RunningLogSum::kMost, lines.length - k);
          const std::int64_t at = offset + c + k * lines.stride;
          for (std::int64_t i = 0; i < n; ++i)
            buffer[i] = static_cast<double>(x[at + i * lines.stride]);
          sum.add(buffer, n);
          for (std::int64_t i = 0; i < n; ++i) y[at + i * lines.stride] = static_cast<T>(buffer[i]);
        }
      }
    });
  });
}

void cumulative_extremum(const Tensor& values, const Tensor& indices, const Tensor& src,
                         std::size_t d, bool largest) {
  detail::dispatch(src.dtype(), [&]<class T>(std::type_identity<T>) {
    T* y = values.impl()->data<T>();
    std::int64_t* index = indices.impl()->data<std::int64_t>();
    const T* x = src.impl()->data<T>();
    const Lines lines(src, d);
    // A value that is neither smaller nor larger than itself is NaN.
    const auto replaces = [largest](T candidate, T best) {
      const bool better = largest ? candidate >= best : candidate <= best;
      return candidate != candidate || (better && best == best);
    };
    for_bundles(src, lines, [&](std::int64_t offset, auto width) {
      for (std::int64_t k = 0; k < lines.length; ++k)
        for (std::int64_t c = 0; c < width; ++c) {
          const std::int64_t at = offset + k * lines.stride + c;
          const std::int64_t last = at - lines.stride;
          const bool fresh = k == 0 || replaces(x[at], y[last]);
          y[at] = fresh ? x[at] : y[last];
          index[at] = fresh ? k : index[last];
        }
    });
  });
}

void linear_scan(const Tensor& s, const Tensor& link, const Tensor& u, std::size_t d,
                 bool reverse) {
  detail::dispatch_floating("linear_scan", u.dtype(), [&]<class T>(std::type_identity<T>) {
    T* y = s.impl()->data<T>();
    const T* a = link.impl()->data<T>();
    const T* x = u.impl()->data<T>();
    const Lines lines(u, d);
    const std::int64_t step = reverse ? -lines.stride : lines.stride;
    const std::int64_t first = reverse ? (lines.length - 1) * lines.stride : 0;
    const std::int64_t link_at = reverse ? lines.stride : 0;
    for_bundles(u, lines, [&](std::int64_t offset, auto width) {
      double running[most<decltype(width)>];
      std::int64_t at = offset + first;
      for (std::int64_t c = 0; c < width; ++c)
        y[at + c] = static_cast<T>(running[c] = static_cast<double>(x[at + c]));
      for (std::int64_t k = 1; k < lines.length; ++k) {
        at += step;
        for (std::int64_t c = 0; c < width; ++c) {
          const double l = static_cast<double>(a[at + link_at + c]);
          const double through = l == 0 ? 0 : l * running[c];
          y[at + c] = static_cast<T>(running[c] = static_cast<double>(x[at + c]) + through);
        }
      }
    });
  });
}

}  // namespace eigengrad::kernels
