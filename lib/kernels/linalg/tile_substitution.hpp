#pragma once

#include "kernels/linalg/matrix_batch.hpp"
#include "kernels/linalg/tile_math.hpp"

/// Triangles solved with in tiles (kernels/linalg/tiles.hpp), for a strip of right-hand sides at a time.
namespace eigengrad::kernels {

/// A view of the matrix with rows and columns counted from the end: an upper triangle as a lower one.
template <class T>
MatrixView<T> reversed(const MatrixView<T>& p) noexcept {
  return {&p(p.rows - 1, p.cols - 1), p.rows, p.cols, -p.row_stride, -p.col_stride};
}

/// Substitution in V registers of columns of the right-hand side; its rows are `step` apart.
template <class T, int V>
class Substitution {
  static constexpr int W = kWidth<T>;

 public:
  Substitution(const MatrixView<const T>& t, bool unit, T* x, std::int64_t step)
      : t_(t), unit_(unit), x_(x), step_(step) {}

  /// Solves with a lower triangle, for right-hand sides that are zero before row `first`.
  void run(std::int64_t first) { blocks<kTileRegisters / V>(first, first); }

 private:
  template <int R>
  void blocks(std::int64_t first, std::int64_t i) {
    for (; i + R <= t_.rows; i += R) rows<R>(first, i);
    if constexpr (R > 1) blocks<R / 2>(first, i);
  }

  template <int R>
  void rows(std::int64_t first, std::int64_t i) {
    Pack<T> c[R][V];
    T* const to = x_ + i * step_;
    each<R>([&](auto r) EIGENGRAD_INLINE {
      each<V>([&](auto v) EIGENGRAD_INLINE { c[r][v] = Pack<T>::load(to + r * step_ + v * W); });
    });
    const T* const row = &t_(i, 0);
    const T* factors = row + first * t_.col_stride;
    const T* from = x_ + first * step_;
    for (std::int64_t k = first; k < i; ++k, from += step_, factors += t_.col_stride) {
      Pack<T> x[V];
      each<V>([&](auto v) EIGENGRAD_INLINE { x[v] = Pack<T>::load(from + v * W); });
      each<R>([&](auto r) EIGENGRAD_INLINE {
        const Pack<T> factor(factors[r * t_.row_stride]);
        each<V>([&](auto v) EIGENGRAD_INLINE { c[r][v] = minus_product(c[r][v], x[v], factor); });
      });
    }
    const T* const square = row + i * t_.col_stride;
    each<R>([&](auto r) EIGENGRAD_INLINE {
      const T* const own = square + r * t_.row_stride;
      each<R>([&](auto s) EIGENGRAD_INLINE {
        if constexpr (s < r) {
          const Pack<T> factor(own[s * t_.col_stride]);
          each<V>([&](auto v)
                      EIGENGRAD_INLINE { c[r][v] = minus_product(c[r][v], c[s][v], factor); });
        }
      });
      if (!unit_) {
        const T pivot = own[r * t_.col_stride];
        if (has_reciprocal(pivot)) [[likely]] {
          const Pack<T> reciprocal(T(1) / pivot);
          each<V>([&](auto v) EIGENGRAD_INLINE { c[r][v] = c[r][v] * reciprocal; });
        } else {
          each<V>([&](auto v) EIGENGRAD_INLINE { c[r][v] = c[r][v] / Pack<T>(pivot); });
        }
      }
      each<V>([&](auto v) EIGENGRAD_INLINE { c[r][v].store(to + r * step_ + v * W); });
    });
  }

  MatrixView<const T> t_;
  bool unit_;
  T* x_;
  std::int64_t step_;
};

template <class T, int V>
void substitute(const MatrixView<const T>& t, TriangleKind kind, T* x, std::int64_t first = 0) {
  constexpr std::int64_t kStep = V * kWidth<T>;
  if (kind.upper)
    Substitution<T, V>(reversed(t), kind.unit, x + (t.rows - 1) * kStep, -kStep).run(0);
  else
    Substitution<T, V>(t, kind.unit, x, kStep).run(first);
}

/// Loads columns of b into the strip, row by row, with zeros behind them.
template <class T, int V>
void load_strip(const MatrixView<const T>& b, const std::int64_t* from, T* strip) {
  constexpr std::int64_t kStep = V * kWidth<T>;
  std::int64_t i = 0;
  if (b.cols == kStep && b.row_stride == 1 && from == nullptr)
    for (; i + kWidth<T> <= b.rows; i += kWidth<T>)
      for (int v = 0; v < V; ++v) {
        Square<T> square;
        square.load(&b(i, v * kWidth<T>), b.col_stride);
        square.transpose();
        square.store(strip + i * kStep + v * kWidth<T>, kStep);
      }
  for (; i < b.rows; ++i) {
    const T* const row = &b(from != nullptr ? from[i] : i, 0);
    T* const to = strip + i * kStep;
    if (b.cols == kStep && b.col_stride == 1) {
      each<V>([&](auto v) EIGENGRAD_INLINE {
        Pack<T>::load(row + v * kWidth<T>).store(to + v * kWidth<T>);
      });
    } else {
      for (std::int64_t c = 0; c < b.cols; ++c) to[c] = row[c * b.col_stride];
      for (std::int64_t c = b.cols; c < kStep; ++c) to[c] = T(0);
    }
  }
}

template <class T, int V>
void store_strip(const MatrixView<T>& x, const std::int64_t* order, const T* strip) {
  constexpr std::int64_t kStep = V * kWidth<T>;
  std::int64_t i = 0;
  if (x.cols == kStep && x.row_stride == 1 && order == nullptr)
    for (; i + kWidth<T> <= x.rows; i += kWidth<T>)
      for (int v = 0; v < V; ++v) {
        Square<T> square;
        square.load(strip + i * kStep + v * kWidth<T>, kStep);
        square.transpose();
        square.store(&x(i, v * kWidth<T>), x.col_stride);
      }
  for (; i < x.rows; ++i) {
    T* const row = &x(order != nullptr ? order[i] : i, 0);
    const T* const from = strip + i * kStep;
    if (x.cols == kStep && x.col_stride == 1)
      each<V>([&](auto v) EIGENGRAD_INLINE {
        Pack<T>::load(from + v * kWidth<T>).store(row + v * kWidth<T>);
      });
    else
      for (std::int64_t c = 0; c < x.cols; ++c) row[c * x.col_stride] = from[c];
  }
}

}  // namespace eigengrad::kernels
