#include "kernels/linalg/gemm.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "core/dispatch.hpp"
#include "eigengrad/core/threads.hpp"
#include "kernels/base/loops.hpp"
#include "kernels/base/pack.hpp"
#include "kernels/base/parallel.hpp"
#include "kernels/linalg/blas.hpp"

namespace eigengrad::kernels {
namespace {

/// A factor that can be read in place, or a row-major copy of it.
template <class T>
class Readable {
 public:
  explicit Readable(const MatrixView<const T>& m, bool rows_only = false) : view_(m) {
    if (m.is_row_major() || (m.is_column_major() && !rows_only)) return;
    copy_ = std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(m.rows * m.cols));
    T* to = copy_.get();
    for (std::int64_t i = 0; i < m.rows; ++i)
      for (std::int64_t j = 0; j < m.cols; ++j) *to++ = m(i, j);
    view_ = {copy_.get(), m.rows, m.cols, m.cols, 1};
  }
  const MatrixView<const T>& operator*() const noexcept { return view_; }

 private:
  MatrixView<const T> view_;
  std::unique_ptr<T[]> copy_;
};

/// Runs f(0), ..., f(n - 1), possibly on several threads.
template <class F>
void parallel_jobs(std::int64_t n, F f) {
  parallel_blocks(n * kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; i += kGrain) f(i / kGrain);
  });
}

// ---- Scalar products.

constexpr std::int64_t kDotBlock = 128;

template <class T>
Pack<T> multiply_add(Pack<T> a, Pack<T> b, Pack<T> c) {
  if constexpr (std::floating_point<T>)
    return Eigen::internal::pmadd(a.v, b.v, c.v);
  else
    return a * b + c;
}

/// sum + x y; integers wrap around.
template <class T>
T added(T sum, T x, T y) {
  if constexpr (std::floating_point<T>)
    return sum + x * y;
  else
    return multiply_add(Pack<T>(x), Pack<T>(y), Pack<T>(sum)).v;
}

template <class T>
T block_dot(const T* x, const T* y, std::int64_t n) {
  constexpr int width = Pack<T>::size;
  if constexpr (width == 1) {  // g++ 12 with AVX-512 makes wrong code of the two sums below
    T sum(0);
    for (std::int64_t i = 0; i < n; ++i) sum = added(sum, x[i], y[i]);
    return sum;
  }
  Pack<T> even(0);
  Pack<T> odd(0);
  std::int64_t i = 0;
  for (; i + 2 * width <= n; i += 2 * width) {
    even = multiply_add(Pack<T>::load(x + i), Pack<T>::load(y + i), even);
    odd = multiply_add(Pack<T>::load(x + i + width), Pack<T>::load(y + i + width), odd);
  }
  T sums[static_cast<std::size_t>(width)];
  (even + odd).store(sums);
  for (int k = 0; i < n; ++i, k = (k + 1) % width) sums[k] = added(sums[k], x[i], y[i]);
  for (int half = width / 2; half > 0; half /= 2)
    for (int k = 0; k < half; ++k) sums[k] += sums[k + half];
  return sums[0];
}

template <class T>
T strided_block_dot(const T* x, std::int64_t dx, const T* y, std::int64_t dy, std::int64_t n) {
  T a[kDotBlock];
  T b[kDotBlock];
  for (std::int64_t i = 0; i < n; ++i) {
    a[i] = x[i * dx];
    b[i] = y[i * dy];
  }
  return block_dot(a, b, n);
}

template <class T>
T pairwise_dot(const T* x, std::int64_t dx, const T* y, std::int64_t dy, std::int64_t n) {
  if (n <= kDotBlock)
    return dx == 1 && dy == 1 ? block_dot(x, y, n) : strided_block_dot(x, dx, y, dy, n);
  const std::int64_t half = (n / 2 + kDotBlock - 1) / kDotBlock * kDotBlock;
  const Pack<T> low(pairwise_dot(x, dx, y, dy, half));
  return (low + Pack<T>(pairwise_dot(x + half * dx, dx, y + half * dy, dy, n - half))).first();
}

template <class T>
T dot(const T* x, std::int64_t dx, const T* y, std::int64_t dy, std::int64_t n) {
  if (n <= kGrain) return pairwise_dot(x, dx, y, dy, n);
  std::vector<T> partial(static_cast<std::size_t>((n + kGrain - 1) / kGrain));
  parallel_blocks(n, [&](std::int64_t begin, std::int64_t end) {
    partial[static_cast<std::size_t>(begin / kGrain)] =
        pairwise_dot(x + begin * dx, dx, y + begin * dy, dy, end - begin);
  });
  const T one(1);
  return pairwise_dot(partial.data(), 1, &one, 0, static_cast<std::int64_t>(partial.size()));
}

// ---- Small matrices and integers.

constexpr int kRows = 4;
template <class T>
inline constexpr int kPanelPacks = std::floating_point<T> ? 2 : 8;

/// Computes some rows of c over `Packs` packs of columns, of which `columns` exist. `I` are the indices of
/// the tile's packs, row by row: a pack expansion, because g++ keeps an array that a loop or a lambda indexes
/// in memory.
template <int Packs, class T, int... I>
void multiply_tile(const MatrixView<const T>& a, const T* panel, std::int64_t panel_stride, T* c,
                   std::int64_t c_stride, std::int64_t columns, std::integer_sequence<int, I...>) {
  constexpr int width = Pack<T>::size;
  Pack<T> sums[] = {(static_cast<void>(I), Pack<T>(0))...};
  const T* at = a.data;
  for (std::int64_t p = 0; p < a.cols; ++p) {
    ((sums[I] = multiply_add(Pack<T>(at[I / Packs * a.row_stride]),
                             Pack<T>::load(panel + I % Packs * width), sums[I])),
     ...);
    at += a.col_stride;
    panel += panel_stride;
  }
  const auto store = [&](Pack<T> sum, T* to, std::int64_t left) {
    if (left >= width)
      sum.store(to);
    else if (left > 0)
      sum.store_partial(to, static_cast<int>(left));
  };
  (store(sums[I], c + I / Packs * c_stride + I % Packs * width, columns - I % Packs * width), ...);
}

template <int Packs, class T>
void multiply_panel(const MatrixView<const T>& a, const T* panel, std::int64_t panel_stride, T* c,
                    std::int64_t c_stride, std::int64_t columns) {
  std::int64_t i = 0;
  for (; i + kRows <= a.rows; i += kRows)
    multiply_tile<Packs>(a.row_range(i, i + kRows), panel, panel_stride, c + i * c_stride, c_stride,
                         columns, std::make_integer_sequence<int, kRows * Packs>());
  for (; i < a.rows; ++i)
    multiply_tile<Packs>(a.row_range(i, i + 1), panel, panel_stride, c + i * c_stride, c_stride,
                         columns, std::make_integer_sequence<int, Packs>());
}

/// `columns` columns of b from `from` on, followed by zeros up to `width`.
template <class T>
void pack_panel(T* to, std::int64_t width, const T* from, const MatrixView<const T>& b,
                std::int64_t columns) {
  if (b.col_stride == 1) {
    for (std::int64_t p = 0; p < b.rows; ++p, to += width, from += b.row_stride) {
      std::memcpy(to, from, static_cast<std::size_t>(columns) * sizeof(T));
      std::fill(to + columns, to + width, T(0));
    }
    return;
  }
  for (std::int64_t q = 0; q < columns; ++q)
    for (std::int64_t p = 0; p < b.rows; ++p)
      to[p * width + q] = from[p * b.row_stride + q * b.col_stride];
  for (std::int64_t q = columns; q < width; ++q)
    for (std::int64_t p = 0; p < b.rows; ++p) to[p * width + q] = T(0);
}

/// c is row-major. Column panels of b are packed when they are cut off, are not row-major, or are long and
/// read often enough: rows a large power of two apart push each other out of the cache.
template <class T>
void multiply_in_registers(const MatrixView<T>& c, const MatrixView<const T>& a,
                           const MatrixView<const T>& b) {
  constexpr std::int64_t width = Pack<T>::size;
  constexpr std::int64_t panel_width = width * kPanelPacks<T>;
  constexpr std::int64_t on_stack = 1024;
  const bool pack = b.col_stride != 1 || (a.rows >= 32 && b.rows >= 8);
  T stack[on_stack];
  std::unique_ptr<T[]> heap;
  for (std::int64_t j = 0; j < b.cols; j += panel_width) {
    const std::int64_t columns = std::min(panel_width, b.cols - j);
    const bool narrow = columns <= width;
    const std::int64_t loaded = narrow ? width : panel_width;
    const T* panel = b.data + j * b.col_stride;
    std::int64_t panel_stride = b.row_stride;
    if (pack || columns != loaded) {
      T* to = stack;
      if (b.rows * panel_width > on_stack) {
        if (heap == nullptr)
          heap =
              std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(b.rows * panel_width));
        to = heap.get();
      }
      pack_panel(to, loaded, panel, b, columns);
      panel = to;
      panel_stride = loaded;
    }
    if (narrow)
      multiply_panel<1>(a, panel, panel_stride, c.data + j, c.row_stride, columns);
    else
      multiply_panel<kPanelPacks<T>>(a, panel, panel_stride, c.data + j, c.row_stride, columns);
  }
}

// ---- Large matrices.

template <class T, int Order>
using ConstMap = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>,
                            Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using RowsMap = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>,
                           Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using VectorMap = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>, Eigen::Unaligned>;

/// Calls f with `m` as an Eigen matrix of its storage order.
template <class T, class F>
void with_map(const MatrixView<const T>& m, F f) {
  const Eigen::OuterStride<> outer(m.leading_dimension());
  if (m.is_row_major())
    f(ConstMap<T, Eigen::RowMajor>(m.data, m.rows, m.cols, outer));
  else
    f(ConstMap<T, Eigen::ColMajor>(m.data, m.rows, m.cols, outer));
}

/// y = a x.
template <class T>
void multiply_vector(T* y, const MatrixView<const T>& a, const T* x) {
  // A piece of a column-major matrix needs some length to be read in whole cache lines.
  const std::int64_t shortest = a.is_row_major() ? 8 : 512;
  const std::int64_t rows = std::max(shortest, kGrain / a.cols / 8 * 8);
  parallel_jobs((a.rows + rows - 1) / rows, [&](std::int64_t job) {
    const std::int64_t begin = job * rows;
    const std::int64_t end = std::min(a.rows, begin + rows);
    with_map(a.row_range(begin, end), [&](const auto& part) {
      VectorMap<T>(y + begin, end - begin).noalias() =
          part * Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>>(x, a.cols);
    });
  });
}

/// c += alpha a b, c row-major.
template <class T>
void add_by_eigen(const MatrixView<T>& c, T alpha, const MatrixView<const T>& a,
                  const MatrixView<const T>& b) {
  with_map(a, [&](const auto& left) {
    with_map(b, [&](const auto& right) {
      RowsMap<T>(c.data, c.rows, c.cols, Eigen::OuterStride<>(c.row_stride)).noalias() +=
          alpha * left * right;
    });
  });
}

/// c = a b, c row-major.
template <class T>
void multiply_by_eigen(const MatrixView<T>& c, const MatrixView<const T>& a,
                       const MatrixView<const T>& b) {
  for (std::int64_t i = 0; i < c.rows; ++i) std::fill_n(c.data + i * c.row_stride, c.cols, T(0));
  add_by_eigen(c, T(1), a, b);
}

#ifdef EIGENGRAD_USE_BLAS

template <class T>
bool fits_blas(const MatrixView<const T>& m) noexcept {
  constexpr std::int64_t largest = std::numeric_limits<int>::max();
  return m.rows <= largest && m.cols <= largest && m.leading_dimension() <= largest;
}

/// c = a b, c row-major.
template <class T>
void multiply_by_blas(const MatrixView<T>& c, const MatrixView<const T>& a,
                      const MatrixView<const T>& b) {
  const auto blas_int = [](std::int64_t n) { return static_cast<int>(n); };
  const auto order = [](const MatrixView<const T>& m) {
    return m.is_row_major() ? CblasNoTrans : CblasTrans;
  };
  blas()->of<T>().gemm(CblasRowMajor, order(a), order(b), blas_int(c.rows), blas_int(c.cols),
                       blas_int(a.cols), T(1), a.data, blas_int(a.leading_dimension()), b.data,
                       blas_int(b.leading_dimension()), T(0), c.data, blas_int(c.row_stride));
}

#endif

/// Multiplies `rows` rows of a at a time, the last time up to twice as many.
template <class T, class F>
void multiply_pieces(const MatrixView<T>& c, const MatrixView<const T>& a,
                     const MatrixView<const T>& b, std::int64_t rows, F multiply_piece) {
  const std::int64_t pieces = std::max<std::int64_t>(1, a.rows / rows);
  if (pieces == 1) {
    multiply_piece(c, a, b);
    return;
  }
  parallel_jobs(pieces, [&](std::int64_t i) {
    const std::int64_t begin = i * rows;
    const std::int64_t end = i == pieces - 1 ? a.rows : begin + rows;
    multiply_piece(c.row_range(begin, end), a.row_range(begin, end), b);
  });
}

/// Rows of a piece for the BLAS. The same for any number of threads, because an element may depend on
/// the piece that it is in; so long that packing b for every piece costs little.
[[maybe_unused]] constexpr std::int64_t kBlasRows = 256;
[[maybe_unused]] constexpr std::int64_t kBlasPieces = 4;

/// Rows of a piece for Eigen. What is summed up in which order depends on the number of columns of a
/// alone, so pieces of whole register blocks (4 rows) have the bits of the whole and may be chosen to
/// suit the number of threads.
template <class T>
std::int64_t eigen_rows(const MatrixView<const T>& a, const MatrixView<const T>& b) {
  constexpr double threaded = 2e6;
  const int threads = get_num_threads();
  const double products =
      static_cast<double>(a.rows) * static_cast<double>(a.cols) * static_cast<double>(b.cols);
  if (threads == 1 || products < threaded) return a.rows;
  return std::max<std::int64_t>(32, a.rows / std::max(4, threads) / 8 * 8);
}

/// c = a b, c row-major.
template <class T>
void multiply_large(const MatrixView<T>& c, const MatrixView<const T>& a,
                    const MatrixView<const T>& b) {
#ifdef EIGENGRAD_USE_BLAS
  if (const Blas* usable = usable_blas(); usable != nullptr && fits_blas(a) && fits_blas(b)) {
    const OneBlasThread scope(*usable);
    multiply_pieces(c, a, b, a.rows < kBlasRows * kBlasPieces ? a.rows : kBlasRows,
                    multiply_by_blas<T>);
    return;
  }
#endif
  multiply_pieces(c, a, b, eigen_rows(a, b), multiply_by_eigen<T>);
}

/// Multiplications below which packing and blocking cost more than they save.
constexpr std::int64_t kSmall = 32768;
constexpr std::int64_t kSmallDepth = 8;

template <class T>
void multiply_matrices(MatrixView<T> c, MatrixView<const T> a, MatrixView<const T> b) {
  if (c.rows == 0 || c.cols == 0) return;
  if (a.cols == 0) {
    std::fill_n(c.data, c.rows * c.cols, T(0));
    return;
  }
  if (c.rows == 1 && c.cols == 1) {
    *c.data = dot(a.data, a.col_stride, b.data, b.row_stride, a.cols);
    return;
  }
  if (c.rows == 1 || !c.is_row_major()) {
    std::swap(a, b);
    a = a.transposed();
    b = b.transposed();
    c = c.transposed();
  }
  if constexpr (std::floating_point<T>) {
    if (c.cols == 1) {
      b = b.transposed();
      const Readable<T> left(a);
      const Readable<T> right(b, true);
      multiply_vector(c.data, *left, (*right).data);
      return;
    }
    if (a.cols > kSmallDepth && c.rows * c.cols * a.cols > kSmall) {
      const Readable<T> left(a);
      const Readable<T> right(b);
      multiply_large(c, *left, *right);
      return;
    }
  }
  multiply_in_registers(c, a, b);
}

/// The matrix in the last two dimensions, the first one of a batch.
template <class T>
MatrixView<T> first_matrix(const Tensor& t) {
  const std::size_t n = t.sizes().size();
  return {t.impl()->data<std::remove_const_t<T>>(), t.sizes()[n - 2], t.sizes()[n - 1],
          t.strides()[n - 2], t.strides()[n - 1]};
}

/// A tensor of one or two dimensions, a row if it is a vector.
template <class T>
MatrixView<T> matrix_or_row(const Tensor& t) {
  const IntArrayRef sizes = t.sizes();
  if (sizes.size() == 2) return first_matrix<T>(t);
  return {t.impl()->data<std::remove_const_t<T>>(), 1, sizes[0], 1, t.strides()[0]};
}
/// A tensor of at most two dimensions, a column if it is a vector.
template <class T>
MatrixView<T> matrix_or_column(const Tensor& t) {
  const IntArrayRef sizes = t.sizes();
  if (sizes.size() == 2) return first_matrix<T>(t);
  T* const data = t.impl()->data<std::remove_const_t<T>>();
  if (sizes.size() == 0) return {data, 1, 1, 1, 1};
  return {data, sizes[0], 1, t.strides()[0], 1};
}

/// Calls f with the type of the elements of a product.
template <class F>
void dispatch_product(ScalarType dtype, F f) {
  if (dtype == kInt64)
    f(std::type_identity<std::int64_t>());
  else
    detail::dispatch_floating("matmul", dtype, f);
}

/// The leading dimensions of a batched product.
struct Batches {
  explicit Batches(const Tensor& dst) : sizes(dst.sizes().data(), dst.sizes().size() - 2) {
    for (const std::int64_t n : sizes) count *= n;
  }
  DimVector strides_of(const Tensor& t) const {
    DimVector strides(sizes.size());
    const std::size_t n = t.sizes().size() - 2;
    broadcast_strides({t.sizes().data(), n}, {t.strides().data(), n}, sizes, strides.data());
    return strides;
  }

  IntArrayRef sizes;
  std::int64_t count = 1;
};

/// Makes the batch dimensions of `a` more rows of one matrix, if all those rows are at one distance.
template <class T>
bool fold_into_rows(const Batches& batches, const DimVector& strides, MatrixView<T>& a) {
  std::int64_t rows = a.rows;
  std::int64_t stride = a.row_stride;
  for (std::size_t d = batches.sizes.size(); d-- > 0;) {
    if (batches.sizes[d] == 1) continue;
    if (rows == 1)
      stride = strides[d];
    else if (strides[d] != rows * stride)
      return false;
    rows *= batches.sizes[d];
  }
  a.rows = rows;
  a.row_stride = stride;
  return true;
}

/// dst = a b for every matrix of a batch.
template <class T>
void multiply_each(const Tensor& dst, const Tensor& a, const Tensor& b) {
  const Batches batches(dst);
  const DimVector a_strides = batches.strides_of(a);
  const DimVector b_strides = batches.strides_of(b);
  auto to = first_matrix<T>(dst);
  auto left = first_matrix<const T>(a);
  auto right = first_matrix<const T>(b);
  const bool one_right =
      std::all_of(b_strides.begin(), b_strides.end(), [](std::int64_t s) { return s == 0; });
  if (one_right && fold_into_rows(batches, a_strides, left)) {
    to.rows = left.rows;
    multiply(to, left, right);
    return;
  }
  const std::int64_t step = to.rows * to.cols;
  DimVector at(batches.sizes.size());
  for (std::int64_t i = 0; i < batches.count; ++i) {
    multiply(to, left, right);
    to.data += step;
    for (std::size_t d = at.size(); d-- > 0;) {
      left.data += a_strides[d];
      right.data += b_strides[d];
      if (++at[d] < batches.sizes[d]) break;
      left.data -= at[d] * a_strides[d];
      right.data -= at[d] * b_strides[d];
      at[d] = 0;
    }
  }
}

}  // namespace

template <class T>
void multiply(const MatrixView<T>& c, const MatrixView<const T>& a, const MatrixView<const T>& b) {
  multiply_matrices(c, a, b);
}

template <class T>
void subtract_by_eigen(const MatrixView<T>& c, const MatrixView<const T>& a,
                       const MatrixView<const T>& b) {
  add_by_eigen(c, T(-1), a, b);
}

void multiply(const Tensor& c, const Tensor& a, const Tensor& b) {
  dispatch_product(c.dtype(), [&]<class T>(std::type_identity<T>) {
    multiply_matrices(matrix_or_column<T>(c), matrix_or_row<const T>(a),
                      matrix_or_column<const T>(b));
  });
}

void multiply_batches(const Tensor& dst, const Tensor& a, const Tensor& b) {
  if (dst.numel() == 0) return;
  dispatch_product(dst.dtype(),
                   [&]<class T>(std::type_identity<T>) { multiply_each<T>(dst, a, b); });
}

#define EIGENGRAD_PRODUCT(name, T) \
  template void name(const MatrixView<T>&, const MatrixView<const T>&, const MatrixView<const T>&);
EIGENGRAD_PRODUCT(multiply, double)
EIGENGRAD_PRODUCT(multiply, float)
EIGENGRAD_PRODUCT(multiply, std::int64_t)
EIGENGRAD_PRODUCT(subtract_by_eigen, double)
EIGENGRAD_PRODUCT(subtract_by_eigen, float)
#undef EIGENGRAD_PRODUCT

}  // namespace eigengrad::kernels
