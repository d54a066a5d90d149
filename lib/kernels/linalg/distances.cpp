#include "kernels/linalg/distances.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/base/rows.hpp"
#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {
namespace {

/// The rows of x in a block (kRows), and the terms that are added one after the other (kTerms).
constexpr std::int64_t kRows = 64;
constexpr std::int64_t kTerms = 128;

// A norm states how the components of a difference are accumulated, and the derivative in one component times
// a cotangent, split into a factor of the pair and one of the component.

struct Count {
  template <class P>
  P add(P sum, P d) const {
    return sum + select(d == P(0), P(0), P(1));
  }
  template <class P>
  P finish(P sum) const {
    return sum;
  }
  template <class P>
  P pair_factor(P, P) const {
    return P(0);
  }
  template <class P>
  P derivative(P factor, P, P) const {
    return factor;
  }
};

struct Sum {
  template <class P>
  P add(P sum, P d) const {
    return sum + math::abs(d);
  }
  template <class P>
  P finish(P sum) const {
    return sum;
  }
  template <class P>
  P pair_factor(P g, P) const {
    return g;
  }
  template <class P>
  P derivative(P factor, P d, P) const {
    return factor * math::sign(d);
  }
};

struct Euclidean {
  template <class P>
  P add(P sum, P d) const {
    return sum + d * d;
  }
  template <class P>
  P finish(P sum) const {
    return math::sqrt(sum);
  }
  template <class P>
  P pair_factor(P g, P distance) const {
    return select(distance == P(0), P(0), g / distance);
  }
  template <class P>
  P derivative(P factor, P d, P) const {
    return factor * d;
  }
  template <class P>
  P derivative_by_quotient(P g, P d, P distance) const {
    return select(distance == P(0), P(0), g * (d / distance));
  }
  double order() const { return 2; }
};

struct Largest {
  template <class P>
  P add(P top, P d) const {
    return math::maximum(top, math::abs(d));
  }
  template <class P>
  P finish(P top) const {
    return top;
  }
  template <class P>
  P pair_factor(P g, P) const {
    return g;
  }
  template <class P>
  P derivative(P factor, P d, P distance) const {
    return select(math::abs(d) == distance, factor * math::sign(d), P(0));
  }
};

struct Power {
  double p;
  template <class P>
  P add(P sum, P d) const {
    return sum + math::pow(math::abs(d), P(p));
  }
  template <class P>
  P finish(P sum) const {
    return math::pow(sum, P(1 / p));
  }
  template <class P>
  P pair_factor(P g, P distance) const {
    return select(distance == P(0), P(0), g / math::pow(distance, P(p - 1)));
  }
  template <class P>
  P derivative(P factor, P d, P) const {
    const P a = math::abs(d);
    return select(a == P(0), P(0), factor * math::sign(d) * math::pow(a, P(p - 1)));
  }
  template <class P>
  P derivative_by_quotient(P g, P d, P distance) const {
    const P a = math::abs(d);
    return select(a == P(0), P(0), g * math::sign(d) * math::pow(a / distance, P(p - 1)));
  }
  double order() const { return p; }
};

/// The p-norms that sum powers of components: powers can leave the range of the dtype where distances do not.
template <class Norm>
concept SumsPowers = requires(const Norm& norm) {
  norm.order();
};

/// A p-norm whose derivative takes powers of |d| / distance, which stay in the range of the dtype where powers
/// of a distance would not, at the price of a division.
template <SumsPowers Norm>
struct WithoutOverflow : Norm {
  template <class P>
  P pair_factor(P g, P) const {
    return g;
  }
  template <class P>
  P derivative(P g, P d, P distance) const {
    return Norm::derivative_by_quotient(g, d, distance);
  }
};

struct Extents {
  Extents(const Tensor& x, const Tensor& y)
      : batches(x.sizes()[0]), n(x.sizes()[1]), d(x.sizes()[2]), m(y.sizes()[2]) {}
  std::int64_t batches;
  std::int64_t n;
  std::int64_t d;
  std::int64_t m;
};

/// Calls f(batch, first row, last row) for blocks of rows of x.
template <class F>
void for_rows(const Extents& e, F f) {
  const std::int64_t blocks = (e.n + kRows - 1) / kRows;
  const std::int64_t cost = std::max<std::int64_t>(1, std::min(kRows, e.n) * e.m * e.d);
  parallel_units(e.batches * blocks, cost, [&](std::int64_t i) {
    const std::int64_t first = i % blocks * kRows;
    f(i / blocks, first, std::min(e.n, first + kRows));
  });
}

/// Accumulates the components of x_i - y_j for a register of indices j, in blocks of kTerms.
template <class T, class Norm>
Pack<T> collect(const Norm& norm, const T* x, const T* y, std::int64_t d, std::int64_t m,
                int lanes) {
  Pack<T> total(0);
  for (std::int64_t begin = 0; begin < d; begin += kTerms) {
    Pack<T> part(0);
    for (std::int64_t k = begin; k < std::min(d, begin + kTerms); ++k)
      part = norm.add(part, Pack<T>(x[k]) - load_lanes(y + k * m, lanes));
    if constexpr (std::same_as<Norm, Largest>)
      total = math::maximum(total, part);
    else
      total = total + part;
  }
  return norm.finish(total);
}

/// The distance of x and y, whose components are `stride` apart, of components over a power of two.
template <class T, class Norm>
T scaled_distance(const Norm& norm, const T* x, const T* y, std::int64_t d, std::int64_t stride) {
  T top(0);
  for (std::int64_t k = 0; k < d; ++k) top = std::max(top, std::abs(x[k] - y[k * stride]));
  if (top == T(0) || std::isinf(top)) return top;
  const T scale = power_of_two<T>(-std::ilogb(top));
  Pack<T> sum(0);
  for (std::int64_t k = 0; k < d; ++k) sum = norm.add(sum, Pack<T>((x[k] - y[k * stride]) * scale));
  T result(0);
  store_lanes(norm.finish(sum), &result, 1);
  return result / scale;
}

/// Whether all elements are in [low, high]. Without a branch for each, so that the loop is vectorised.
template <class T>
bool all_between(const T* v, std::int64_t n, T low, T high) noexcept {
  int outside = 0;
  for (std::int64_t i = 0; i < n; ++i)
    outside |= static_cast<int>(v[i] < low) | static_cast<int>(v[i] > high);
  return outside == 0;
}

/// The least distance whose sum of powers is exact to rounding.
template <class T, class Norm>
T least_exact(const Norm& norm) {
  constexpr T smallest = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
  return std::pow(smallest, static_cast<T>(1 / norm.order()));
}

template <class T, class Norm>
void distances(const Norm& norm, const Tensor& dst, const Tensor& x, const Tensor& y) {
  const Extents e(x, y);
  const T* const rows = x.impl()->data<T>();
  const T* const columns = y.impl()->data<T>();
  T* const out = dst.impl()->data<T>();
  for_rows(e, [&](std::int64_t s, std::int64_t first, std::int64_t last) {
    for_packs<T>(e.m, [&](std::int64_t j, int lanes) {
      for (std::int64_t i = s * e.n + first; i < s * e.n + last; ++i)
        store_lanes(collect(norm, rows + i * e.d, columns + s * e.d * e.m + j, e.d, e.m, lanes),
                    out + i * e.m + j, lanes);
    });
    if constexpr (SumsPowers<Norm>) {
      const T least = least_exact<T>(norm);
      const T* const block = out + (s * e.n + first) * e.m;
      if (all_between(block, (last - first) * e.m, least, std::numeric_limits<T>::max())) return;
      for (std::int64_t i = s * e.n + first; i < s * e.n + last; ++i)
        for (std::int64_t j = 0; j < e.m; ++j)
          if (T& distance = out[i * e.m + j]; distance < least || std::isinf(distance))
            distance = scaled_distance(norm, rows + i * e.d, columns + s * e.d * e.m + j, e.d, e.m);
    }
  });
}

template <class T, class Norm>
void pullback(const Norm& norm, const Tensor& dst, const Tensor& g, const Tensor& distances,
              const Tensor& x, const Tensor& y) {
  const Extents e(x, y);
  const T* const rows = x.impl()->data<T>();
  const T* const columns = y.impl()->data<T>();
  for_rows(e, [&](std::int64_t s, std::int64_t first, std::int64_t last) {
    std::vector<T> factors(static_cast<std::size_t>(e.m));
    for (std::int64_t i = s * e.n + first; i < s * e.n + last; ++i) {
      const T* const from = distances.impl()->data<T>() + i * e.m;
      const T* const cotangents = g.impl()->data<T>() + i * e.m;
      for_packs<T>(e.m, [&](std::int64_t j, int lanes) {
        store_lanes(
            norm.pair_factor(load_lanes(cotangents + j, lanes), load_lanes(from + j, lanes)),
            factors.data() + j, lanes);
      });
      for (std::int64_t k = 0; k < e.d; ++k) {
        const Pack<T> own(rows[i * e.d + k]);
        const T* const others = columns + (s * e.d + k) * e.m;
        const auto term = [&](std::int64_t j, int lanes) {
          return norm.derivative(load_lanes(factors.data() + j, lanes),
                                 own - load_lanes(others + j, lanes), load_lanes(from + j, lanes));
        };
        dst.impl()->data<T>()[i * e.d + k] = row_sum<T>(0, e.m, term);
      }
    }
  });
}

/// Whether powers of all distances that are not 0 are far inside the range of T.
template <class T, class Norm>
bool are_moderate(const Norm& norm, const Tensor& distances) {
  const double most = std::numeric_limits<T>::max_exponent / 4 / std::max(norm.order(), 1.0);
  const T high = static_cast<T>(std::exp2(most)), low = 1 / high;
  const T* const p = distances.impl()->data<T>();
  return all_between(p, distances.numel(), low, high) ||
         std::all_of(p, p + distances.numel(),
                     [&](T v) { return v == T(0) || (v >= low && v <= high); });
}

template <class F>
void with_norm(double p, F f) {
  if (p == 0)
    f(Count{});
  else if (p == 1)
    f(Sum{});
  else if (p == 2)
    f(Euclidean{});
  else if (std::isinf(p))
    f(Largest{});
  else
    f(Power{p});
}

}  // namespace

void pair_distances(const Tensor& dst, const Tensor& x, const Tensor& y_columns, double p) {
  detail::dispatch_floating("cdist", x.dtype(), [&]<class T>(std::type_identity<T>) {
    with_norm(p, [&](const auto& norm) { distances<T>(norm, dst, x, y_columns); });
  });
}

void pair_distances_pullback(const Tensor& dst, const Tensor& g, const Tensor& distances,
                             const Tensor& x, const Tensor& y_columns, double p) {
  detail::dispatch_floating("cdist", x.dtype(), [&]<class T>(std::type_identity<T>) {
    with_norm(p, [&]<class Norm>(const Norm& norm) {
      if constexpr (SumsPowers<Norm>)
        if (!are_moderate<T>(norm, distances))
          return pullback<T>(WithoutOverflow<Norm>{norm}, dst, g, distances, x, y_columns);
      pullback<T>(norm, dst, g, distances, x, y_columns);
    });
  });
}

}  // namespace eigengrad::kernels
