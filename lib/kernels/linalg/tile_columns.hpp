#pragma once

#include <algorithm>

#include "kernels/linalg/matrix_batch.hpp"
#include "kernels/linalg/tile_math.hpp"

/// Tiles of V registers of rows and one register's width of columns, one register each of which is a
/// piece of a column.
namespace eigengrad::kernels {

/// The elements of a tile that a matrix does not fill, with zeros behind them. A function of its own
/// because what it writes lives in memory.
template <int V, class T>
[[gnu::noinline]] void load_partial_tile(const MatrixView<const T>& a, std::int64_t i,
                                         std::int64_t j, T* buffer) {
  constexpr int W = kWidth<T>;
  const std::int64_t rows = std::min<std::int64_t>(V * W, a.rows - i);
  const std::int64_t cols = std::min<std::int64_t>(W, a.cols - j);
  std::fill_n(buffer, W * V * W, T(0));
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t s = 0; s < cols; ++s) buffer[s * V * W + r] = a(i + r, j + s);
}

/// The tile at (i, j) of a.
template <int V, class T>
EIGEN_ALWAYS_INLINE void load_tile(const MatrixView<const T>& a, std::int64_t i, std::int64_t j,
                                   Pack<T> (&c)[kWidth<T>][V]) {
  constexpr int W = kWidth<T>;
  const bool whole = i + V * W <= a.rows && j + W <= a.cols;
  if (whole && a.col_stride == 1) {
    each<V>([&](auto v) EIGENGRAD_INLINE {
      Square<T> square;
      square.load(&a(i + v * W, j), a.row_stride);
      square.transpose();
      each<W>([&](auto s) EIGENGRAD_INLINE { c[s][v] = Pack<T>(square.rows.packet[s]); });
    });
  } else if (whole && a.row_stride == 1) {
    each<W>([&](auto s) EIGENGRAD_INLINE {
      each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v] = Pack<T>::load(&a(i + v * W, j + s)); });
    });
  } else {
    T buffer[W * V * W];
    load_partial_tile<V>(a, i, j, buffer);
    each<W>([&](auto s) EIGENGRAD_INLINE {
      each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v] = Pack<T>::load(buffer + (s * V + v) * W); });
    });
  }
}

template <class T>
[[gnu::noinline]] void store_partial_square(const Square<T>& square, std::int64_t i, std::int64_t j,
                                            const MatrixView<T>& a) {
  constexpr int W = kWidth<T>;
  T buffer[W * W];
  square.store(buffer, W);
  const std::int64_t cols = std::min<std::int64_t>(W, a.cols - j);
  for (std::int64_t r = 0; r < std::min<std::int64_t>(W, a.rows - i); ++r)
    std::copy_n(buffer + r * W, cols, &a(i + r, j));
}

/// Stores the rows of a square at (i, j) of a, a row-major matrix, as far as they are inside it.
template <class T>
EIGEN_ALWAYS_INLINE void store_square(const Square<T>& square, std::int64_t i, std::int64_t j,
                                      const MatrixView<T>& a) {
  if (i + kWidth<T> <= a.rows && j + kWidth<T> <= a.cols)
    square.store(&a(i, j), a.row_stride);
  else
    store_partial_square(square, i, j, a);
}

/// c -= x y^T for `count` columns of x and of y: a column of y is contiguous and they follow one
/// another; those of x are `step` apart, and its pieces of one register each are `piece` apart.
template <int V, class T>
EIGEN_ALWAYS_INLINE void subtract_columns(const T* x, std::int64_t step, std::int64_t piece,
                                          const T* y, std::int64_t count,
                                          Pack<T> (&c)[kWidth<T>][V]) {
  constexpr int W = kWidth<T>;
  for (std::int64_t k = 0; k < count; ++k, x += step, y += W) {
    Pack<T> pieces[V];
    each<V>([&](auto v) EIGENGRAD_INLINE { pieces[v] = Pack<T>::load(x + v * piece); });
    each<W>([&](auto s) EIGENGRAD_INLINE {
      const Pack<T> factor(y[s]);
      each<V>([&](auto v)
                  EIGENGRAD_INLINE { c[s][v] = minus_product(c[s][v], pieces[v], factor); });
    });
  }
}

/// A pack of the indices of its lanes: 0, 1, 2, ...
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> lanes() {
  return Pack<T>(Eigen::internal::plset<typename Pack<T>::Raw>(T(0)));
}

}  // namespace eigengrad::kernels
