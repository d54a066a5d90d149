#include "kernels/linalg/tile_columns.hpp"
#include "kernels/linalg/tiles.hpp"

namespace eigengrad::kernels {
namespace {

/// Column by column of tiles, each of W columns, from the right (Note [Cholesky backwards]). `work` holds
/// gA in column-major blocks of W rows, as TiledCholesky holds L; then come the current columns of L,
/// row-major.
template <class T>
class TiledCholeskyGradient {
  static constexpr int W = kWidth<T>;

 public:
  TiledCholeskyGradient(const MatrixView<const T>& l, const MatrixView<T>& g, T* work)
      : l_(l),
        g_(g),
        n_(l.rows),
        block_(W * n_),
        work_(work),
        columns_(work + rounded_up(n_, W) * n_) {}

  static std::int64_t work_size(std::int64_t n) { return rounded_up(n, W) * (n + W); }

  void run() {
    constexpr int V = std::max(1, kTileRegisters / W);
    for (std::int64_t k = rounded_up(n_, W) - W; k >= 0; k -= W) {
      load_columns(k);
      std::int64_t i = k + W;
      for (; n_ - i > (V - 1) * W; i += V * W) below<V>(i, k);
      for (; i < n_; i += W) below<1>(i, k);
      diagonal(k);
    }
  }

 private:
  /// The rows of gA from i on, a multiple of W.
  T* block(std::int64_t i) const { return work_ + i / W * block_; }

  /// The columns [k, k + W) of L from row k on, with zeros above its diagonal and behind it.
  void load_columns(std::int64_t k) {
    const std::int64_t cols = std::min<std::int64_t>(W, n_ - k);
    for (std::int64_t i = k; i < k + W; ++i)
      for (std::int64_t s = 0; s < W; ++s)
        columns_[i * W + s] = i < n_ && k + s <= i ? l_(i, k + s) : T(0);
    for (std::int64_t i = k + W; i < n_; ++i) Pack<T>::load(&l_(i, k)).store(columns_ + i * W);
    for (std::int64_t s = 0; s < W; ++s)
      scale_[s] = s < cols ? T(1) / columns_[(k + s) * W + s] : T(0);
  }

  /// c := C(i, k), which is G minus gA L.
  template <int V>
  EIGEN_ALWAYS_INLINE void before_solving(std::int64_t i, std::int64_t k, Pack<T> (&c)[W][V]) {
    load_tile<V>(read_only(g_), i, k, c);
    const std::int64_t next = k + W;
    subtract_columns<V>(block(i) + next * W, W, block_, columns_ + next * W, n_ - next, c);
  }

  /// c := c L(k, k)^-1.
  template <int V>
  EIGEN_ALWAYS_INLINE void solve(std::int64_t k, Pack<T> (&c)[W][V]) const {
    const T* const square = columns_ + k * W;
    each<W>([&](auto from_last) EIGENGRAD_INLINE {
      constexpr int s = W - 1 - from_last;
      each<W>([&](auto t) EIGENGRAD_INLINE {
        if constexpr (t > s) {
          const Pack<T> factor(square[t * W + s]);
          each<V>([&](auto v)
                      EIGENGRAD_INLINE { c[s][v] = minus_product(c[s][v], c[t][v], factor); });
        }
      });
      each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v] = c[s][v] * Pack<T>(scale_[s]); });
    });
  }

  template <int V>
  void below(std::int64_t i, std::int64_t k) {
    Pack<T> c[W][V];
    before_solving<V>(i, k, c);
    solve<V>(k, c);
    store<V>(i, k, c);
  }

  void diagonal(std::int64_t k) {
    Pack<T> c[W][1];
    before_solving<1>(k, k, c);
    T lower[W * W];
    each<W>([&](auto s) EIGENGRAD_INLINE {
      c[s][0].store(lower + s * W);
      c[s][0] = Pack<T>(0);
    });
    each<W>([&](auto t) EIGENGRAD_INLINE {
      const Pack<T> row = Pack<T>::load(columns_ + (k + t) * W);
      each<W>([&](auto s) EIGENGRAD_INLINE {
        if constexpr (s <= t) c[s][0] = c[s][0] + row * Pack<T>(lower[s * W + t]);
      });
    });
    mirror(c);
    solve<1>(k, c);
    transpose(c);
    solve<1>(k, c);
    mirror(c);
    store<1>(k, k, c);
  }

  static EIGEN_ALWAYS_INLINE Square<T> transposed(const Pack<T> (&c)[W][1]) {
    Square<T> square;
    each<W>([&](auto s) EIGENGRAD_INLINE { square.rows.packet[s] = c[s][0].v; });
    square.transpose();
    return square;
  }
  static EIGEN_ALWAYS_INLINE void transpose(Pack<T> (&c)[W][1]) {
    const Square<T> square = transposed(c);
    each<W>([&](auto s) EIGENGRAD_INLINE { c[s][0] = Pack<T>(square.rows.packet[s]); });
  }
  /// Copies what is below the diagonal of c above it.
  static EIGEN_ALWAYS_INLINE void mirror(Pack<T> (&c)[W][1]) {
    const Square<T> square = transposed(c);
    each<W>([&](auto s) EIGENGRAD_INLINE {
      const Pack<T> other(typename Pack<T>::Raw(square.rows.packet[s]));
      c[s][0] = select(lanes<T>() < Pack<T>(int(s)), other, c[s][0]);
    });
  }

  /// Stores c = gA(i, k) in the work space and in the result, there and mirrored across the diagonal.
  template <int V>
  EIGEN_ALWAYS_INLINE void store(std::int64_t i, std::int64_t k, const Pack<T> (&c)[W][V]) {
    T* const to = block(i) + k * W;
    const std::int64_t cols = std::min<std::int64_t>(W, n_ - k);
    each<W>([&](auto s) EIGENGRAD_INLINE {
      if (s < cols)
        each<V>([&](auto v) EIGENGRAD_INLINE { c[s][v].store(to + s * W + v * block_); });
    });
    each<V>([&](auto v) EIGENGRAD_INLINE {
      Square<T> square;
      each<W>([&](auto s) EIGENGRAD_INLINE { square.rows.packet[s] = c[s][v].v; });
      const std::int64_t row = i + v * W;
      if (i != k) store_square(square, k, row, g_);
      square.transpose();
      store_square(square, row, k, g_);
      if (i != k) {
        const std::int64_t rows = std::min<std::int64_t>(W, n_ - row);
        T* const mirrored = block(k) + row * W;
        each<W>([&](auto r) EIGENGRAD_INLINE {
          if (r < rows)
            Pack<T>(typename Pack<T>::Raw(square.rows.packet[r])).store(mirrored + r * W);
        });
      }
    });
  }

  MatrixView<const T> l_;
  MatrixView<T> g_;
  std::int64_t n_;
  std::int64_t block_;
  T* work_;
  T* columns_;
  /// Reciprocals of the diagonal of the current columns.
  T scale_[W];
};

}  // namespace

template <class T>
void cholesky_gradient_in_tiles(const MatrixView<const T>& l, const MatrixView<T>& g) {
  Workspace<T> work(TiledCholeskyGradient<T>::work_size(l.rows));
  TiledCholeskyGradient<T>(l, g, work.data()).run();
}

template void cholesky_gradient_in_tiles(const MatrixView<const float>&, const MatrixView<float>&);
template void cholesky_gradient_in_tiles(const MatrixView<const double>&,
                                         const MatrixView<double>&);

}  // namespace eigengrad::kernels
