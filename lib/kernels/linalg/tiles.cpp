#include "kernels/linalg/tiles.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/linalg/tile_columns.hpp"
#include "kernels/linalg/tile_substitution.hpp"

namespace eigengrad::kernels {
namespace {

// ---- Cholesky.

/// Column by column of tiles, each of W columns, from the columns left of it: L(i, j) L(j, j)^T =
/// A(i, j) - sum_k<j L(i, k) L(j, k)^T. `work` holds L in column-major blocks of W rows, so that memory is
/// read in its order; it is zero behind row n.
template <class T>
class TiledCholesky {
  static constexpr int W = kWidth<T>;

 public:
  TiledCholesky(const MatrixView<const T>& a, const MatrixView<T>& l, T* work)
      : a_(a), l_(l), n_(a.rows), work_(work), block_(W * n_) {}

  static std::int64_t work_size(std::int64_t n) { return rounded_up(n, W) * n; }

  std::int64_t run() {
    constexpr int V = std::max(1, kTileRegisters / W);
    for (std::int64_t j = 0; j < n_; j += W) {
      std::int64_t i = j;
      for (; n_ - i > (V - 1) * W; i += V * W) tile<V>(i, j);
      for (; i < n_; i += W) tile<1>(i, j);
      if (failed_ != 0) break;
    }
    for (std::int64_t r = 0; r < n_; ++r) {
      const std::int64_t end = r / W * W + W;
      if (end < n_) std::fill(&l_(r, end), &l_(r, 0) + n_, T(0));
    }
    if (failed_ != 0 && a_.data != l_.data)
      for (std::int64_t r = failed_ - 1; r < n_; ++r)
        for (std::int64_t c = failed_ - 1; c <= r; ++c) l_(r, c) = a_(r, c);
    return failed_;
  }

 private:
  /// The rows from i on, a multiple of W.
  T* block(std::int64_t i) const { return work_ + i / W * block_; }

  template <int V>
  void tile(std::int64_t i, std::int64_t j) {
    Pack<T> c[W][V];
    load_tile<V>(a_, i, j, c);
    subtract_columns<V>(block(i), W, block_, block(j), j, c);
    if (i == j)
      diagonal<V>(j, c);
    else
      below<V>(j, c);
    store<V>(i, j, c);
  }

  /// The tile on the diagonal. A column x is subtracted from the others as x (x / d), d its pivot, so that
  /// nothing waits for the square root of d, by which the column is divided.
  template <int V>
  EIGEN_ALWAYS_INLINE void diagonal(std::int64_t j, Pack<T> (&c)[W][V]) {
    const Pack<T> lane = lanes<T>();
    T column[W];
    bool ended = false;
    each<W>([&](auto s) EIGENGRAD_INLINE {
      if (ended || j + s >= n_) {
        scale_[s] = T(0);
        return;
      }
      c[s][0].store(column);
      const T pivot = column[s];
      if (pivot <= T(0)) {
        failed_ = j + s + 1;
        ended = true;
        scale_[s] = T(0);
        return;
      }
      const bool multiply = has_reciprocal(pivot);
      const T reciprocal = T(1) / pivot;
      each<W>([&](auto k) EIGENGRAD_INLINE {
        if constexpr (k > s) {
          const Pack<T> factor(multiply ? column[k] * reciprocal : column[k] / pivot);
          each<V>([&](auto v)
                      EIGENGRAD_INLINE { c[k][v] = minus_product(c[k][v], c[s][v], factor); });
        }
      });
      const T root = std::sqrt(pivot);
      scale_[s] = T(1) / root;
      each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v] = c[s][v] * Pack<T>(scale_[s]); });
      c[s][0] = select(lane == Pack<T>(int(s)), Pack<T>(root), c[s][0]);
    });
  }

  template <int V>
  EIGEN_ALWAYS_INLINE void below(std::int64_t j, Pack<T> (&c)[W][V]) {
    each<W>([&](auto s) EIGENGRAD_INLINE {
      each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v] = c[s][v] * Pack<T>(scale_[s]); });
      const T* const column = block(j) + (j + s) * W;
      each<W>([&](auto k) EIGENGRAD_INLINE {
        if constexpr (k > s) {
          const Pack<T> factor(column[k]);
          each<V>([&](auto v)
                      EIGENGRAD_INLINE { c[k][v] = minus_product(c[k][v], c[s][v], factor); });
        }
      });
    });
  }

  template <int V>
  EIGEN_ALWAYS_INLINE void store(std::int64_t i, std::int64_t j, const Pack<T> (&c)[W][V]) const {
    T* const to = block(i) + j * W;
    if (j + W <= n_) {
      each<W>([&](auto s) EIGENGRAD_INLINE {
        each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v].store(to + s * W + v * block_); });
      });
    } else {
      each<W>([&](auto s) EIGENGRAD_INLINE {
        if (j + s < n_)
          each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v].store(to + s * W + v * block_); });
      });
    }
    each<V>([&](auto v) EIGENGRAD_INLINE {
      Square<T> square;
      each<W>([&](auto s) EIGENGRAD_INLINE { square.rows.packet[s] = c[s][v].v; });
      square.transpose();
      if (i == j && v == 0) {
        const Pack<T> lane = lanes<T>();
        each<W>([&](auto r) EIGENGRAD_INLINE {
          const Pack<T> row(typename Pack<T>::Raw(square.rows.packet[r]));
          square.rows.packet[r] = select(lane <= Pack<T>(int(r)), row, Pack<T>(0)).v;
        });
      }
      store_square(square, i + v * W, j, l_);
    });
  }

  MatrixView<const T> a_;
  MatrixView<T> l_;
  std::int64_t n_;
  T* work_;
  std::int64_t block_;
  std::int64_t failed_ = 0;
  /// Reciprocals of the diagonal of the current tile.
  T scale_[W];
};

// ---- Solving.

/// Stores column c of a strip as the column of x with the c-th index.
template <class T, int V>
void store_columns(const MatrixView<T>& x, const std::int64_t* indices, std::int64_t count,
                   const T* strip) {
  constexpr std::int64_t kStep = V * kWidth<T>;
  constexpr std::int64_t W = kWidth<T>;
  std::int64_t i = 0;
  for (; i + W <= x.rows; i += W)
    for (std::int64_t c = 0; c < count; c += W) {
      Square<T> square;
      square.load(strip + i * kStep + c, kStep);
      square.transpose();
      for (std::int64_t k = 0; k < std::min(W, count - c); ++k)
        Pack<T>(typename Pack<T>::Raw(square.rows.packet[k])).store(&x(i, indices[c + k]));
    }
  for (; i < x.rows; ++i)
    for (std::int64_t c = 0; c < count; ++c) x(i, indices[c]) = strip[i * kStep + c];
}

template <class T, int V>
void solve_strip(const TiledSolve<T>& system, const MatrixView<const T>& b, const MatrixView<T>& x,
                 T* strip) {
  load_strip<T, V>(b, system.from, strip);
  substitute<T, V>(system.first, system.first_kind, strip);
  if (system.second.data != nullptr) substitute<T, V>(system.second, system.second_kind, strip);
  store_strip<T, V>(x, system.to, strip);
}

}  // namespace

template <class T>
std::int64_t cholesky_in_tiles(const MatrixView<const T>& a, const MatrixView<T>& l) {
  Workspace<T> work(TiledCholesky<T>::work_size(a.rows));
  return TiledCholesky<T>(a, l, work.data()).run();
}

template <class T>
void solve_in_tiles(const TiledSolve<T>& system, const MatrixView<const T>& b,
                    const MatrixView<T>& x) {
  constexpr std::int64_t kColumns = 2 * kWidth<T>;
  Workspace<T> strip(x.rows * kColumns);
  for (std::int64_t c = 0; c < x.cols; c += kColumns) {
    const std::int64_t count = std::min(kColumns, x.cols - c);
    if (count > kWidth<T>)
      solve_strip<T, 2>(system, b.columns(c, count), x.columns(c, count), strip.data());
    else
      solve_strip<T, 1>(system, b.columns(c, count), x.columns(c, count), strip.data());
  }
}

template <class T>
void invert_in_tiles(const MatrixView<const T>& lu, const std::int64_t* rows,
                     const MatrixView<T>& inverse) {
  constexpr std::int64_t kColumns = 2 * kWidth<T>;
  const std::int64_t n = lu.rows;
  Workspace<T> work(n * kColumns);
  T* const strip = work.data();
  for (std::int64_t c = 0; c < n; c += kColumns) {
    std::fill_n(strip, n * kColumns, T(0));
    const std::int64_t count = std::min(kColumns, n - c);
    for (std::int64_t k = 0; k < count; ++k) strip[(c + k) * kColumns + k] = T(1);
    substitute<T, 2>(lu, {.upper = false, .unit = true}, strip, c);
    substitute<T, 2>(lu, {.upper = true}, strip);
    store_columns<T, 2>(inverse, rows + c, count, strip);
  }
}

#define EIGENGRAD_TILES(T)                                                                   \
  template std::int64_t cholesky_in_tiles(const MatrixView<const T>&, const MatrixView<T>&); \
  template void solve_in_tiles(const TiledSolve<T>&, const MatrixView<const T>&,             \
                               const MatrixView<T>&);                                        \
  template void invert_in_tiles(const MatrixView<const T>&, const std::int64_t*,             \
                                const MatrixView<T>&);
EIGENGRAD_TILES(float)
EIGENGRAD_TILES(double)
#undef EIGENGRAD_TILES

}  // namespace eigengrad::kernels
