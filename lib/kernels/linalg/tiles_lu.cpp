#include <algorithm>

#include "kernels/linalg/tile_columns.hpp"
#include "kernels/linalg/tile_substitution.hpp"
#include "kernels/linalg/tiles.hpp"

namespace eigengrad::kernels {
namespace {

/// Stripe by stripe of W columns, from the columns left of it: the part above the diagonal by
/// substitution, from there on a - l u with the columns left of it, and then column by column.
template <class T>
class TiledLu {
  static constexpr int W = kWidth<T>;

 public:
  TiledLu(const MatrixView<T>& a, std::int64_t* pivots, bool pivot, T* strip)
      : a_(a), pivots_(pivots), pivot_(pivot), strip_(strip) {}

  std::int64_t run() {
    const std::int64_t steps = std::min(a_.rows, a_.cols);
    for (std::int64_t j = 0; j < a_.cols; j += W) {
      const std::int64_t done = std::min(j, steps);
      const MatrixView<T> columns = a_.columns(j, std::min<std::int64_t>(W, a_.cols - j));
      if (done > 0) {
        interchange(columns, 0, done);
        above(columns, done);
        std::int64_t i = done;
        constexpr int V = std::max(1, kTileRegisters / W);
        for (; i + V * W <= a_.rows && columns.cols == W; i += V * W) subtract<V>(i, j, columns);
        for (; i + W <= a_.rows && columns.cols == W; i += W) subtract<1>(i, j, columns);
        if (i < a_.rows) subtract_rest(i, done, columns);
      }
      if (j >= steps) continue;
      const std::int64_t end = std::min(j + W, steps);
      for (std::int64_t c = 0; c < columns.cols; ++c) column(columns, j, c);
      interchange(a_.columns(0, j), j, end);
    }
    return info_;
  }

 private:
  /// Applies the row interchanges of the steps [begin, end).
  void interchange(const MatrixView<T>& columns, std::int64_t begin, std::int64_t end) const {
    if (!pivot_) return;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t other = pivots_[i] - 1;
      if (other == i) continue;
      for (std::int64_t c = 0; c < columns.cols; ++c) std::swap(columns(i, c), columns(other, c));
    }
  }

  /// Computes the rows of u above the stripe, which stay in the strip.
  void above(const MatrixView<T>& columns, std::int64_t rows) const {
    const MatrixView<T> top = columns.part(0, 0, rows, columns.cols);
    load_strip<T, 1>(read_only(top), nullptr, strip_);
    substitute<T, 1>(read_only(a_.part(0, 0, rows, rows)), {.upper = false, .unit = true}, strip_);
    store_strip<T, 1>(top, nullptr, strip_);
  }

  template <int V>
  void subtract(std::int64_t i, std::int64_t count, const MatrixView<T>& columns) const {
    Pack<T> c[W][V];
    load_tile<V>(read_only(columns), i, 0, c);
    subtract_columns<V>(&a_(i, 0), a_.col_stride, W, strip_, count, c);
    each<W>([&](auto s) EIGENGRAD_INLINE {
      each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v].store(&columns(i + v * W, s)); });
    });
  }

  /// Subtracts the product for rows and columns that fill no tile.
  void subtract_rest(std::int64_t i, std::int64_t count, const MatrixView<T>& columns) const {
    for (; i < a_.rows; ++i) {
      Pack<T> sum(0);
      for (std::int64_t k = 0; k < count; ++k)
        sum = minus_product(sum, Pack<T>(a_(i, k)), Pack<T>::load(strip_ + k * W));
      T row[W];
      sum.store(row);
      for (std::int64_t s = 0; s < columns.cols; ++s) columns(i, s) += row[s];
    }
  }

  /// Eliminates column c of the stripe that begins at column j, by the columns left of it in the stripe.
  void column(const MatrixView<T>& columns, std::int64_t j, std::int64_t c) {
    const std::int64_t n = a_.rows;
    T* const x = &columns(0, c);
    const std::int64_t before = std::min(c, n - j);
    for (std::int64_t k = 0; k < before; ++k)
      for (std::int64_t i = j + k + 1; i < std::min(j + before, n); ++i)
        x[i] -= columns(i, k) * x[j + k];
    const std::int64_t at = j + before;
    if (at == n) return;
    const std::int64_t best = subtract_and_find(columns, j, before, at, x);
    if (c != before) return;
    pivots_[at] = best + 1;
    if (best != at)
      for (std::int64_t k = 0; k < columns.cols; ++k) std::swap(columns(at, k), columns(best, k));
    const T divisor = x[at];
    if (divisor == T(0)) {
      if (info_ == 0) info_ = at + 1;
      return;
    }
    if (has_reciprocal(divisor)) {
      const T reciprocal = T(1) / divisor;
      for (std::int64_t i = at + 1; i < n; ++i) x[i] *= reciprocal;
    } else {
      for (std::int64_t i = at + 1; i < n; ++i) x[i] /= divisor;
    }
  }

  /// Subtracts the columns left of x in the stripe from the rows from `at` on. Returns the first row with the
  /// largest element, or `at` without pivoting.
  std::int64_t subtract_and_find(const MatrixView<T>& columns, std::int64_t j, std::int64_t before,
                                 std::int64_t at, T* x) const {
    const std::int64_t n = a_.rows;
    const T* const factors = x + j;
    Pack<T> largest(-1);
    Pack<T> where(0);
    const Pack<T> lane = lanes<T>();
    std::int64_t i = at;
    for (; i + W <= n; i += W) {
      Pack<T> y = Pack<T>::load(x + i);
      const T* left = &columns(i, 0);
      for (std::int64_t k = 0; k < before; ++k, left += columns.col_stride)
        y = minus_product(y, Pack<T>::load(left), Pack<T>(factors[k]));
      y.store(x + i);
      const Pack<T> size(Eigen::internal::pabs(y.v));
      const Mask<T> larger = size > largest;
      largest = select(larger, size, largest);
      where = select(larger, lane + Pack<T>(i), where);
    }
    T sizes[W];
    T rows[W];
    largest.store(sizes);
    where.store(rows);
    T most(-1);
    std::int64_t best = at;
    for (int k = 0; k < W; ++k) {
      const auto row = static_cast<std::int64_t>(rows[k]);
      if (sizes[k] > most || (sizes[k] == most && most >= T(0) && row < best)) {
        most = sizes[k];
        best = row;
      }
    }
    for (; i < n; ++i) {
      for (std::int64_t k = 0; k < before; ++k) x[i] -= columns(i, k) * factors[k];
      if (std::abs(x[i]) > most) {
        most = std::abs(x[i]);
        best = i;
      }
    }
    return pivot_ ? best : at;
  }

  MatrixView<T> a_;
  std::int64_t* pivots_;
  bool pivot_;
  /// Rows of u above the stripe.
  T* strip_;
  std::int64_t info_ = 0;
};

}  // namespace

template <class T>
std::int64_t lu_in_tiles(const MatrixView<T>& a, std::int64_t* pivots, bool pivot) {
  Workspace<T> strip(std::min(a.rows, a.cols) * kWidth<T>);
  return TiledLu<T>(a, pivots, pivot, strip.data()).run();
}

template std::int64_t lu_in_tiles(const MatrixView<float>&, std::int64_t*, bool);
template std::int64_t lu_in_tiles(const MatrixView<double>&, std::int64_t*, bool);

}  // namespace eigengrad::kernels
