#include "kernels/linalg/factor_lanes.hpp"

// Eigen's registers as template arguments lose their alignment attribute, which nothing here needs; and
// g++ 12 takes the "undefined" operand inside its own AVX-512 intrinsics for a use (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wignored-attributes"
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <algorithm>

#include "kernels/base/pack.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
constexpr std::int64_t kLanes = Pack<T>::size;

/// Element e of as many objects as there are lanes.
template <class T, std::int64_t Count>
struct Lanes {
  using Block = Eigen::internal::PacketBlock<typename Pack<T>::Raw, kLanes<T>>;
  Pack<T> values[Count];
  Pack<T>& operator[](std::int64_t e) noexcept { return values[e]; }
  const Pack<T>& operator[](std::int64_t e) const noexcept { return values[e]; }

  /// Loads from objects that are stored one by one; start(l) is the address of the object of lane l.
  template <class F>
  void load_objects(F start) {
    if constexpr (Count % kLanes<T> == 0 && kLanes < T >> 1) {
      for (std::int64_t e = 0; e < Count; e += kLanes<T>) {
        Block block;
        for (std::int64_t l = 0; l < kLanes<T>; ++l)
          block.packet[l] = Pack<T>::load(start(l) + e).v;
        Eigen::internal::ptranspose(block);
        for (std::int64_t l = 0; l < kLanes<T>; ++l) values[e + l] = Pack<T>(block.packet[l]);
      }
    } else {
      load([&](std::int64_t l, std::int64_t e) { return start(l)[e]; });
    }
  }
  /// Stores the first `lanes` objects one by one, from `to` on.
  void store_objects(std::int64_t lanes, T* to) const {
    if constexpr (Count % kLanes<T> == 0 && kLanes < T >> 1) {
      for (std::int64_t e = 0; e < Count; e += kLanes<T>) {
        Block block;
        for (std::int64_t l = 0; l < kLanes<T>; ++l) block.packet[l] = values[e + l].v;
        Eigen::internal::ptranspose(block);
        for (std::int64_t l = 0; l < lanes; ++l)
          Pack<T>(typename Pack<T>::Raw(block.packet[l])).store(to + l * Count + e);
      }
    } else {
      store(lanes, [&](std::int64_t l, std::int64_t e, T v) { to[l * Count + e] = v; });
    }
  }

  /// Loads element e of lane l from element(l, e).
  template <class F>
  void load(F element) {
    T rows[Count][kLanes<T>];
    for (std::int64_t l = 0; l < kLanes<T>; ++l)
      for (std::int64_t e = 0; e < Count; ++e) rows[e][l] = element(l, e);
    for (std::int64_t e = 0; e < Count; ++e) values[e] = Pack<T>::load(rows[e]);
  }
  /// Calls put(l, e, value) for the elements of the first `lanes` lanes.
  template <class F>
  void store(std::int64_t lanes, F put) const {
    T rows[Count][kLanes<T>];
    for (std::int64_t e = 0; e < Count; ++e) values[e].store(rows[e]);
    for (std::int64_t l = 0; l < lanes; ++l)
      for (std::int64_t e = 0; e < Count; ++e) put(l, e, rows[e][l]);
  }
};

template <class T>
void swap_where(Mask<T> m, Pack<T>& a, Pack<T>& b) {
  const Pack<T> old = a;
  a = select(m, b, a);
  b = select(m, old, b);
}

template <class T>
Pack<T> absolute(Pack<T> x) {
  return Eigen::internal::pabs(x.v);
}

/// Element (i, j) has index i + j N (column-major). Pivots and info are integers that T holds exactly.
template <class T, std::int64_t N>
void factor(Lanes<T, N * N>& a, Lanes<T, N>& pivots, Pack<T>& info) {
  info = Pack<T>(0);
  for (std::int64_t j = 0; j < N; ++j) {
    Pack<T> best = absolute(a[j + j * N]);
    Pack<T> row(j);
    for (std::int64_t i = j + 1; i < N; ++i) {
      const Pack<T> size = absolute(a[i + j * N]);
      const Mask<T> larger = size > best;
      best = select(larger, size, best);
      row = select(larger, Pack<T>(i), row);
    }
    pivots[j] = row + Pack<T>(1);
    for (std::int64_t i = j + 1; i < N; ++i) {
      const Mask<T> chosen = row == Pack<T>(i);
      for (std::int64_t k = 0; k < N; ++k) swap_where(chosen, a[j + k * N], a[i + k * N]);
    }
    const Mask<T> zero = a[j + j * N] == Pack<T>(0);
    info = select(zero & (info == Pack<T>(0)), Pack<T>(j + 1), info);
    const Pack<T> pivot = select(zero, Pack<T>(1), a[j + j * N]);
    for (std::int64_t i = j + 1; i < N; ++i) a[i + j * N] = a[i + j * N] / pivot;
    for (std::int64_t k = j + 1; k < N; ++k)
      for (std::int64_t i = j + 1; i < N; ++i)
        a[i + k * N] = a[i + k * N] - a[i + j * N] * a[j + k * N];
  }
}

template <class T, std::int64_t N>
void interchange(const Lanes<T, N>& pivots, std::int64_t i, Lanes<T, N>& x) {
  for (std::int64_t r = 0; r < N; ++r)
    if (r != i) swap_where(pivots[i] == Pack<T>(r + 1), x[i], x[r]);
}

template <class T, std::int64_t N>
void solve(const Lanes<T, N * N>& lu, const Lanes<T, N>& pivots, bool transposed, Lanes<T, N>& x) {
  if (!transposed) {
    for (std::int64_t i = 0; i < N; ++i) interchange<T, N>(pivots, i, x);
    for (std::int64_t j = 0; j < N; ++j)
      for (std::int64_t i = j + 1; i < N; ++i) x[i] = x[i] - lu[i + j * N] * x[j];
    for (std::int64_t j = N; j-- > 0;) {
      x[j] = x[j] / lu[j + j * N];
      for (std::int64_t i = 0; i < j; ++i) x[i] = x[i] - lu[i + j * N] * x[j];
    }
    return;
  }
  for (std::int64_t j = 0; j < N; ++j) {
    for (std::int64_t i = 0; i < j; ++i) x[j] = x[j] - lu[i + j * N] * x[i];
    x[j] = x[j] / lu[j + j * N];
  }
  for (std::int64_t j = N; j-- > 0;)
    for (std::int64_t i = j + 1; i < N; ++i) x[j] = x[j] - lu[i + j * N] * x[i];
  for (std::int64_t i = N; i-- > 0;) interchange<T, N>(pivots, i, x);
}

/// Element (i, j) of the lower triangle has index i N + j (row-major).
template <class T, std::int64_t N>
void cholesky(Lanes<T, N * N>& a, Pack<T>& info) {
  info = Pack<T>(0);
  for (std::int64_t j = 0; j < N; ++j) {
    Pack<T> sum = a[j * N + j];
    for (std::int64_t k = 0; k < j; ++k) sum = sum - a[j * N + k] * a[j * N + k];
    info = select((sum <= Pack<T>(0)) & (info == Pack<T>(0)), Pack<T>(j + 1), info);
    // After a failure the factor stays as it was, as with one matrix at a time.
    const Mask<T> good = info == Pack<T>(0);
    const Pack<T> diagonal(Eigen::internal::psqrt(select(good, sum, Pack<T>(1)).v));
    a[j * N + j] = select(good, diagonal, a[j * N + j]);
    for (std::int64_t i = j + 1; i < N; ++i) {
      Pack<T> below = a[i * N + j];
      for (std::int64_t k = 0; k < j; ++k) below = below - a[i * N + k] * a[j * N + k];
      a[i * N + j] = select(good, below / diagonal, a[i * N + j]);
    }
  }
}

/// Calls f(first matrix, how many) for groups that fill the lanes.
template <class T, class F>
void for_groups(std::int64_t begin, std::int64_t end, F f) {
  for (std::int64_t i = begin; i < end; i += kLanes<T>) f(i, std::min(kLanes<T>, end - i));
}

/// The address of matrix l of those that begin at `data`; lanes left over get the last of them.
template <std::int64_t N, class T>
auto in_turn(const T* data, std::int64_t count) {
  return [=](std::int64_t l) { return data + std::min(l, count - 1) * N * N; };
}

template <class T, std::int64_t N>
void factor_range(const MatrixBatch<T>& all, std::int64_t* pivots, std::int64_t* info,
                  std::int64_t begin, std::int64_t end) {
  for_groups<T>(begin, end, [&](std::int64_t first, std::int64_t count) {
    T* const data = all[first].data;
    Lanes<T, N * N> a;
    Lanes<T, N> rows;
    Lanes<T, 1> failed;
    a.load_objects(in_turn<N>(data, count));
    factor<T, N>(a, rows, failed[0]);
    a.store_objects(count, data);
    rows.store(count, [&](std::int64_t l, std::int64_t e, T v) {
      pivots[(first + l) * N + e] = static_cast<std::int64_t>(v);
    });
    failed.store(count, [&](std::int64_t l, std::int64_t, T v) {
      info[first + l] = static_cast<std::int64_t>(v);
    });
  });
}

template <class T, std::int64_t N>
void solve_range(const MatrixBatch<T>& lu, const MatrixBatch<std::int64_t>& pivots, bool transposed,
                 const MatrixBatch<T>& all, std::int64_t begin, std::int64_t end) {
  const std::int64_t row = all.first().row_stride;
  const std::int64_t col = all.first().col_stride;
  const std::int64_t factor_row = lu.first().row_stride;
  const std::int64_t factor_col = lu.first().col_stride;
  for_groups<T>(begin, end, [&](std::int64_t first, std::int64_t count) {
    const T* factors[kLanes<T>];
    const std::int64_t* interchanges[kLanes<T>];
    T* to[kLanes<T>];
    for (std::int64_t l = 0; l < kLanes<T>; ++l) {
      const std::int64_t i = first + std::min(l, count - 1);
      factors[l] = lu[i].data;
      interchanges[l] = pivots[i].data;
      to[l] = all[i].data;
    }
    Lanes<T, N * N> a;
    Lanes<T, N> rows;
    if (factor_row == 1 && factor_col == N)
      a.load_objects([&](std::int64_t l) { return factors[l]; });
    else
      a.load([&](std::int64_t l, std::int64_t e) {
        return factors[l][e % N * factor_row + e / N * factor_col];
      });
    rows.load([&](std::int64_t l, std::int64_t e) { return static_cast<T>(interchanges[l][e]); });
    for (std::int64_t c = 0; c < all.first().cols; ++c) {
      Lanes<T, N> x;
      x.load([&](std::int64_t l, std::int64_t e) { return to[l][e * row + c * col]; });
      solve<T, N>(a, rows, transposed, x);
      x.store(count, [&](std::int64_t l, std::int64_t e, T v) { to[l][e * row + c * col] = v; });
    }
  });
}

template <class T, std::int64_t N>
void cholesky_range(const MatrixBatch<T>& from, const MatrixBatch<T>& to, std::int64_t* info,
                    std::int64_t begin, std::int64_t end) {
  const std::int64_t row = from.first().row_stride;
  const std::int64_t col = from.first().col_stride;
  for_groups<T>(begin, end, [&](std::int64_t first, std::int64_t count) {
    const T* matrices[kLanes<T>];
    for (std::int64_t l = 0; l < kLanes<T>; ++l)
      matrices[l] = from[first + std::min(l, count - 1)].data;
    Lanes<T, N * N> a;
    Lanes<T, 1> failed;
    if (row == N && col == 1)
      a.load_objects([&](std::int64_t l) { return matrices[l]; });
    else
      a.load(
          [&](std::int64_t l, std::int64_t e) { return matrices[l][e / N * row + e % N * col]; });
    for (std::int64_t i = 0; i < N; ++i)
      for (std::int64_t j = i + 1; j < N; ++j) a[i * N + j] = Pack<T>(0);
    cholesky<T, N>(a, failed[0]);
    a.store_objects(count, to[first].data);
    failed.store(count, [&](std::int64_t l, std::int64_t, T v) {
      info[first + l] = static_cast<std::int64_t>(v);
    });
  });
}

template <class T, std::int64_t N>
void cholesky_gradient_range(const MatrixBatch<T>& factors, const MatrixBatch<T>& all,
                             std::int64_t begin, std::int64_t end) {
  for_groups<T>(begin, end, [&](std::int64_t first, std::int64_t count) {
    T* const to = all[first].data;
    Lanes<T, N * N> l;
    Lanes<T, N * N> g;
    l.load_objects(in_turn<N>(factors[first].data, count));
    g.load_objects(in_turn<N>(to, count));
    cholesky_gradient_columnwise(
        N, [&](std::int64_t i, std::int64_t j) { return l[i * N + j]; },
        [&](std::int64_t i, std::int64_t j) -> Pack<T>& { return g[i * N + j]; });
    g.store_objects(count, to);
  });
}

/// Calls f with the number of rows as a constant.
template <class F>
void with_rows(std::int64_t n, F f) {
  [&]<std::int64_t... N>(std::integer_sequence<std::int64_t, N...>) {
    ((n == N + 1 ? f(std::integral_constant<std::int64_t, N + 1>()) : void()), ...);
  }
  (std::make_integer_sequence<std::int64_t, kLaneRows>());
}

}  // namespace

template <class T>
void lu_in_lanes(const MatrixBatch<T>& a, std::int64_t* pivots, std::int64_t* info,
                 std::int64_t begin, std::int64_t end) {
  with_rows(a.first().rows, [&](auto n) { factor_range<T, n()>(a, pivots, info, begin, end); });
}

template <class T>
void lu_solve_in_lanes(const MatrixBatch<T>& lu, const MatrixBatch<std::int64_t>& pivots,
                       bool transposed, const MatrixBatch<T>& x, std::int64_t begin,
                       std::int64_t end) {
  with_rows(x.first().rows,
            [&](auto n) { solve_range<T, n()>(lu, pivots, transposed, x, begin, end); });
}

template <class T>
void cholesky_in_lanes(const MatrixBatch<T>& a, const MatrixBatch<T>& l, std::int64_t* info,
                       std::int64_t begin, std::int64_t end) {
  with_rows(a.first().rows, [&](auto n) { cholesky_range<T, n()>(a, l, info, begin, end); });
}

template <class T>
void cholesky_gradient_in_lanes(const MatrixBatch<T>& l, const MatrixBatch<T>& g,
                                std::int64_t begin, std::int64_t end) {
  with_rows(g.first().rows, [&](auto n) { cholesky_gradient_range<T, n()>(l, g, begin, end); });
}

#define EIGENGRAD_LANES(T)                                                                       \
  template void lu_in_lanes(const MatrixBatch<T>&, std::int64_t*, std::int64_t*, std::int64_t,   \
                            std::int64_t);                                                       \
  template void lu_solve_in_lanes(const MatrixBatch<T>&, const MatrixBatch<std::int64_t>&, bool, \
                                  const MatrixBatch<T>&, std::int64_t, std::int64_t);            \
  template void cholesky_in_lanes(const MatrixBatch<T>&, const MatrixBatch<T>&, std::int64_t*,   \
                                  std::int64_t, std::int64_t);                                   \
  template void cholesky_gradient_in_lanes(const MatrixBatch<T>&, const MatrixBatch<T>&,         \
                                           std::int64_t, std::int64_t);
EIGENGRAD_LANES(float)
EIGENGRAD_LANES(double)
#undef EIGENGRAD_LANES

}  // namespace eigengrad::kernels
