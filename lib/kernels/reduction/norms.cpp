#include "kernels/reduction/norms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "core/new_tensor.hpp"
#include "kernels/reduction/loops.hpp"
#include "kernels/reduction/reduce.hpp"

namespace eigengrad::kernels {
namespace {

struct SumAbs : Summing {
  static auto map(const auto& x, const auto&) { return math::abs(x); }
};
struct SumNonzero : Summing {
  template <class T>
  static Pack<T> map(Pack<T> x, Pack<T>) {
    return math::where(x == Pack<T>(0), Pack<T>(0), Pack<T>(1));
  }
};
struct SumSquares : Summing {
  static auto map(const auto& x, const auto&) { return x * x; }
};
struct SumSquaredDeviations : Summing {
  static auto map(const auto& x, const auto& at) { return (x - at) * (x - at); }
};
/// Sum of exp(x - at), where `at` is the largest x. Subnormal terms are taken for 0: they are slow to add,
/// and below rounding beside the largest term, 1.
struct SumExp : Summing {
  template <class T>
  static Pack<T> map(Pack<T> x, Pack<T> at) {
    const Pack<T> e = math::exp(x - at);
    return math::where(e < Pack<T>(std::numeric_limits<T>::min()), Pack<T>(0), e);
  }
};
/// The sum of exp(x - at) over the elements that do not equal `at`.
struct SumExpOfOthers : Summing {
  template <class T>
  static Pack<T> map(Pack<T> x, Pack<T> at) {
    return math::where(x == at, Pack<T>(0), math::exp(x - at));
  }
};

struct SumPowers : Summing {
  double p;
  auto map(const auto& x, const auto&) const { return power(math::abs(x)); }
  auto power(const auto& a) const {
    using P = std::remove_cvref_t<decltype(a)>;
    if (p == 2) return a * a;
    if (p == 3) return a * a * a;
    if (p == 4) return (a * a) * (a * a);
    if (p == 0.5) return P(math::sqrt(a));
    if (p == -1) return P(1) / a;
    return P(math::pow(a, P(p)));
  }
};
/// Sum of powers of |x| / scale.
struct ScaledPowers : SumPowers {
  auto map(const auto& x, const auto& scale) const { return power(math::abs(x) / scale); }
};

struct LargestAbs : Maximising {
  static auto map(const auto& x, const auto&) { return math::abs(x); }
};
struct SmallestAbs : Minimising {
  static auto map(const auto& x, const auto&) { return math::abs(x); }
};

/// s^(1/p). A step of Newton's method makes up for the rounding of 1/p.
template <class T>
T root(T s, double p) {
  if (p == 2) return std::sqrt(s);
  if (p == 3) return std::cbrt(s);
  if (p == 4) return std::sqrt(std::sqrt(s));
  if (p == 0.5) return s * s;
  if (p == -1) return 1 / s;
  const auto q = static_cast<T>(p);
  const T y = std::pow(s, 1 / q);
  const T step = y * ((std::pow(y, q) - s) / (q * s));
  return std::isfinite(step) ? y - step : y;
}

template <class T>
void scaled_norm(const Tensor& dst, const Tensor& src, double p) {
  const Tensor scale = detail::uninitialised(dst.dtype(), dst.sizes());
  if (p > 0)
    reduce<T>(LargestAbs{}, scale, src);
  else
    reduce<T>(SmallestAbs{}, scale, src);
  const Tensor sums = detail::uninitialised(dst.dtype(), dst.sizes());
  reduce<T>(ScaledPowers{{{}, p}}, sums, src, scale);
  const T* of = scale.impl()->data<T>();
  const T* s = sums.impl()->data<T>();
  T* y = dst.impl()->data<T>();
  for (std::int64_t i = 0; i < dst.numel(); ++i) {
    const bool is_limit = of[i] == 0 || std::isinf(of[i]);
    y[i] = is_limit ? of[i] : of[i] * root(s[i], p);
  }
}

/// Whether every sum is in the range in which it is exact to rounding: not infinite, and so large that the
/// terms that underflowed are below rounding.
template <class T>
bool are_exact(const T* sums, std::int64_t n) {
  constexpr T smallest = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
  constexpr T largest = std::numeric_limits<T>::max();
  return std::none_of(sums, sums + n, [](T s) { return s < smallest || s > largest; });
}

template <class T>
void power_norm(const Tensor& dst, const Tensor& src, double p) {
  if (p == 2)
    reduce<T>(SumSquares{}, dst, src);
  else
    reduce<T>(SumPowers{{}, p}, dst, src);
  T* y = dst.impl()->data<T>();
  const std::int64_t n = dst.numel();
  if (!are_exact(y, n)) {
    scaled_norm<T>(dst, src, p);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) y[i] = root(y[i], p);
}

/// What to subtract from each slice before exp: its largest element, or 0 where that is not finite and the difference
/// could be NaN. Without a shift the sum is right there too: infinite, NaN, or 0 for a slice of -inf.
template <class T>
Tensor finite_largest(const Tensor& dst, const Tensor& src) {
  const Tensor m = detail::uninitialised(dst.dtype(), dst.sizes());
  extreme(m, src, true);
  T* p = m.impl()->data<T>();
  for (std::int64_t i = 0; i < m.numel(); ++i) p[i] = std::isfinite(p[i]) ? p[i] : T(0);
  return m;
}

}  // namespace

void norm(const Tensor& dst, const Tensor& src, double p) {
  detail::dispatch_floating("norm", src.dtype(), [&]<class T>(std::type_identity<T>) {
    if (src.numel() == 0)
      fill(dst, 0);
    else if (p == 0)
      reduce<T>(SumNonzero{}, dst, src);
    else if (p == 1)
      reduce<T>(SumAbs{}, dst, src);
    else if (std::isinf(p) && p > 0)
      reduce<T>(LargestAbs{}, dst, src);
    else if (std::isinf(p))
      reduce<T>(SmallestAbs{}, dst, src);
    else
      power_norm<T>(dst, src, p);
  });
}

void squared_deviations(const Tensor& dst, const Tensor& src, const Tensor& at, double divisor) {
  detail::dispatch_floating("var", src.dtype(), [&]<class T>(std::type_identity<T>) {
    reduce<T>(SumSquaredDeviations{}, dst, src, at);
    T* y = dst.impl()->data<T>();
    for (std::int64_t i = 0; i < dst.numel(); ++i) y[i] /= static_cast<T>(divisor);
  });
}

bool squares_are_exact(const Tensor& sums) {
  return detail::dispatch_floating("std", sums.dtype(), [&]<class T>(std::type_identity<T>) {
    return are_exact(sums.impl()->data<T>(), sums.numel());
  });
}

void log_sum_exp(const Tensor& dst, const Tensor& src) {
  detail::dispatch_floating("logsumexp", src.dtype(), [&]<class T>(std::type_identity<T>) {
    if (src.numel() == 0) {
      fill(dst, -std::numeric_limits<double>::infinity());
      return;
    }
    const Tensor largest = finite_largest<T>(dst, src);
    reduce<T>(SumExp{}, dst, src, largest);
    const T* m = largest.impl()->data<T>();
    T* y = dst.impl()->data<T>();
    const std::int64_t n = dst.numel();
    // Where one element outweighs the others and is itself near 0, the result depends on the sum of the
    // others: log1p of it.
    const auto outweighs = [](T at, T s) { return s >= 1 && s < T(1.5) && std::abs(at) < 1; };
    bool any = false;
    for (std::int64_t i = 0; i < n; ++i) any |= outweighs(m[i], y[i]);
    Tensor others;
    if (any) {
      others = detail::uninitialised(dst.dtype(), dst.sizes());
      reduce<T>(SumExpOfOthers{}, others, src, largest);
    }
    const T* rest = any ? others.impl()->data<T>() : nullptr;
    for (std::int64_t i = 0; i < n; ++i)
      y[i] = m[i] + (outweighs(m[i], y[i]) ? std::log1p(rest[i]) : std::log(y[i]));
  });
}

}  // namespace eigengrad::kernels
