#include "kernels/linalg/updates.hpp"

#include "core/dispatch.hpp"
#include "kernels/linalg/blas.hpp"
#include "kernels/linalg/gemm.hpp"
#include "kernels/linalg/tiles.hpp"

namespace eigengrad::kernels {
namespace {

/// Multiplications from which a product gains from the BLAS.
[[maybe_unused]] constexpr double kBlasProduct = 64.0 * 64 * 64;

[[maybe_unused]] double volume(std::int64_t n, std::int64_t m, std::int64_t k) noexcept {
  return static_cast<double>(n) * static_cast<double>(m) * static_cast<double>(k);
}

#ifdef EIGENGRAD_USE_BLAS

int blas_int(std::int64_t n) noexcept { return static_cast<int>(n); }

template <class T>
CBLAS_TRANSPOSE as_columns(const MatrixView<const T>& p) noexcept {
  return p.has_unit_row_stride() ? CblasNoTrans : CblasTrans;
}

#endif

/// Triangular solve by halves: x1 = t11^-1 x1, x2 = t22^-1 (x2 - t21 x1); in the other order for an upper
/// triangle.
template <class T>
void solve_by_halves(const MatrixView<const T>& t, TriangleKind kind, const MatrixView<T>& x) {
  const std::int64_t n = x.rows;
  if (n <= kTileRows) {
    solve_in_tiles<T>({.first = t, .first_kind = kind}, read_only(x), x);
    return;
  }
  const std::int64_t half = n / 2 / 8 * 8;
  const MatrixView<T> top = x.part(0, 0, half, x.cols);
  const MatrixView<T> bottom = x.part(half, 0, n - half, x.cols);
  const MatrixView<const T> top_triangle = t.part(0, 0, half, half);
  const MatrixView<const T> bottom_triangle = t.part(half, half, n - half, n - half);
  if (kind.upper) {
    solve_by_halves(bottom_triangle, kind, bottom);
    subtract_product(top, t.part(0, half, half, n - half), read_only(bottom));
    solve_by_halves(top_triangle, kind, top);
  } else {
    solve_by_halves(top_triangle, kind, top);
    subtract_product(bottom, t.part(half, 0, n - half, half), read_only(top));
    solve_by_halves(bottom_triangle, kind, bottom);
  }
}

}  // namespace

template <class T>
void subtract_product(const MatrixView<T>& c, const MatrixView<const T>& a,
                      const MatrixView<const T>& b) {
  if (c.rows == 0 || c.cols == 0 || a.cols == 0) return;
  if (!c.has_unit_row_stride()) {
    subtract_product(c.transposed(), b.transposed(), a.transposed());
    return;
  }
#ifdef EIGENGRAD_USE_BLAS
  if (volume(c.rows, c.cols, a.cols) >= kBlasProduct) {
    if (const Blas* blas = usable_blas(); blas != nullptr) {
      const OneBlasThread scope(*blas);
      blas->of<T>().gemm(CblasColMajor, as_columns(a), as_columns(b), blas_int(c.rows),
                         blas_int(c.cols), blas_int(a.cols), T(-1), a.data,
                         blas_int(a.outer_stride()), b.data, blas_int(b.outer_stride()), T(1),
                         c.data, blas_int(c.outer_stride()));
      return;
    }
  }
#endif
  // Where c is row-major, its transpose is the product of the transposes, b^T a^T.
  subtract_by_eigen(c.transposed(), b.transposed(), a.transposed());
}

template <class T>
void solve_triangle(const MatrixView<const T>& t, TriangleKind kind, const MatrixView<T>& x) {
  if (x.rows == 0 || x.cols == 0) return;
#ifdef EIGENGRAD_USE_BLAS
  if (x.rows > kTileRows && volume(x.rows, x.rows, x.cols) >= kBlasProduct) {
    if (const Blas* blas = usable_blas(); blas != nullptr) {
      const OneBlasThread scope(*blas);
      // Read as column-major memory, t is itself or its transpose, and so is x; so the BLAS solves t x = b,
      // or x^T t^T = b^T.
      const bool left = x.has_unit_row_stride();
      const bool upper = kind.upper == t.has_unit_row_stride();
      const bool transpose = t.has_unit_row_stride() != left;
      blas->of<T>().trsm(CblasColMajor, left ? CblasLeft : CblasRight,
                         upper ? CblasUpper : CblasLower, transpose ? CblasTrans : CblasNoTrans,
                         kind.unit ? CblasUnit : CblasNonUnit, blas_int(left ? x.rows : x.cols),
                         blas_int(left ? x.cols : x.rows), T(1), t.data, blas_int(t.outer_stride()),
                         x.data, blas_int(x.outer_stride()));
      return;
    }
  }
#endif
  solve_by_halves(t, kind, x);
}

namespace {

/// c := scale(i) c - a b^T for matrix i, where c is not read if that is 0.
template <class T, class F>
void outer_products(const Tensor& c, const Tensor& a, const Tensor& b, F scale) {
  const IntArrayRef batch{c.sizes().data(), c.sizes().size() - 2};
  const MatrixBatch<T> to(c, batch);
  const MatrixBatch<T> left(a, batch);
  const MatrixBatch<T> right(b, batch);
  const std::int64_t n = to.first().rows;
  const std::int64_t m = to.first().cols;
  const std::int64_t step = left.first().row_stride;
  const std::int64_t other = right.first().row_stride;
  for_matrices(to.count(), static_cast<double>(n * m), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      T* row = to[i].data;
      const T* const x = left[i].data;
      const T* const y = right[i].data;
      const T own = scale(i);
      for (std::int64_t r = 0; r < n; ++r, row += m) {
        const T factor = -x[r * step];
        if (own == T(0))
          for (std::int64_t k = 0; k < m; ++k) row[k] = factor * y[k * other];
        else
          for (std::int64_t k = 0; k < m; ++k) row[k] = own * row[k] + factor * y[k * other];
      }
    }
  });
}

}  // namespace

void negative_outer_products(const Tensor& c, const Tensor& a, const Tensor& b) {
  detail::dispatch_floating("linalg", c.dtype(), [&]<class T>(std::type_identity<T>) {
    outer_products<T>(c, a, b, [](std::int64_t) { return T(0); });
  });
}
void subtract_outer_products(const Tensor& c, const Tensor& scale, const Tensor& a,
                             const Tensor& b) {
  detail::dispatch_floating("linalg", c.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* const scales = scale.impl()->data<T>();
    outer_products<T>(c, a, b, [&](std::int64_t i) { return scales[i]; });
  });
}

#define EIGENGRAD_UPDATES(T)                                                       \
  template void subtract_product(const MatrixView<T>&, const MatrixView<const T>&, \
                                 const MatrixView<const T>&);                      \
  template void solve_triangle(const MatrixView<const T>&, TriangleKind, const MatrixView<T>&);
EIGENGRAD_UPDATES(float)
EIGENGRAD_UPDATES(double)
#undef EIGENGRAD_UPDATES

}  // namespace eigengrad::kernels
