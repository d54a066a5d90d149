#include "kernels/linalg/factor.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/dispatch.hpp"
#include "core/geometry.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/linalg/blas.hpp"
#include "kernels/linalg/factor_lanes.hpp"
#include "kernels/linalg/tile_math.hpp"
#include "kernels/linalg/tiles.hpp"
#include "kernels/linalg/updates.hpp"
#include "kernels/shape/triangle.hpp"

namespace eigengrad::kernels {
namespace {

/// Rows up to which plain loops are fastest.
constexpr std::int64_t kLoopRows = 16;

IntArrayRef batch_of(const Tensor& t) { return {t.sizes().data(), t.sizes().size() - 2}; }

double cube(std::int64_t n) noexcept {
  return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
}

template <class F>
void dispatch(const Tensor& t, F&& f) {
  detail::dispatch_floating("linalg", t.dtype(), std::forward<F>(f));
}

/// The BLAS, for matrices that are too large for tiles.
[[maybe_unused]] const Blas* blas_for([[maybe_unused]] std::int64_t rows) noexcept {
#ifdef EIGENGRAD_USE_BLAS
  if (rows > kTileRows) return usable_blas();
#endif
  return nullptr;
}

// ---- Cholesky.

/// Cholesky of matrices that fill no tile: reads the lower triangle of a, writes zeros above the diagonal.
template <class T>
std::int64_t cholesky_loops(const MatrixView<const T>& a, const MatrixView<T>& l) {
  std::int64_t failed = 0;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    T* const to = &l(i, 0);
    for (std::int64_t j = 0; j < a.rows; ++j) to[j] = j <= i ? a(i, j) : T(0);
    if (failed != 0) continue;
    for (std::int64_t j = 0; j <= i; ++j) {
      const T* const other = &l(j, 0);
      T sum = to[j];
      for (std::int64_t k = 0; k < j; ++k) sum -= to[k] * other[k];
      if (j < i) {
        to[j] = sum / other[j];
      } else if (sum <= T(0)) {
        failed = i + 1;
      } else {
        to[i] = std::sqrt(sum);
      }
    }
  }
  return failed;
}

/// Copies square by square; a square is read by its columns and written by its rows.
template <class T>
void copy_lower_to_upper(const MatrixView<T>& a) {
  constexpr std::int64_t kSquare = 32;
  for (std::int64_t i = 0; i < a.rows; i += kSquare)
    for (std::int64_t j = i; j < a.rows; j += kSquare)
      for (std::int64_t r = i; r < std::min(i + kSquare, a.rows); ++r)
        for (std::int64_t c = std::max(j, r + 1); c < std::min(j + kSquare, a.rows); ++c)
          a(r, c) = a(c, r);
}

/// The inverse of a lower triangle, in place, by halves:
/// (l11, 0; l21, l22)^-1 = (l11^-1, 0; -l22^-1 l21 l11^-1, l22^-1).
template <class T>
void invert_lower(const MatrixView<T>& l) {
  const std::int64_t n = l.rows;
  if (n <= kLoopRows) {
    for (std::int64_t i = 0; i < n; ++i) {
      T* const row = &l(i, 0);
      const T pivot = T(1) / row[i];
      for (std::int64_t j = 0; j < i; ++j) {
        T sum(0);
        for (std::int64_t k = j; k < i; ++k) sum += row[k] * l(k, j);
        row[j] = -sum * pivot;
      }
      row[i] = pivot;
    }
    return;
  }
  const std::int64_t half = n / 2 / 8 * 8;
  const MatrixView<T> first = l.part(0, 0, half, half);
  const MatrixView<T> below = l.part(half, 0, n - half, half);
  const MatrixView<T> second = l.part(half, half, n - half, n - half);
  solve_triangle(read_only(second), {.upper = false}, below);
  solve_triangle(read_only(first.transposed()), {.upper = true}, below.transposed());
  for (std::int64_t i = 0; i < below.rows; ++i)
    for (std::int64_t j = 0; j < half; ++j) below(i, j) = -below(i, j);
  invert_lower(first);
  invert_lower(second);
}

constexpr std::int64_t kSymmetricBlock = 96;

/// The lower triangle of to -= b^T b, by blocks of columns. Those on the diagonal are written whole.
template <class T>
void subtract_symmetric(const MatrixView<T>& to, const MatrixView<const T>& b) {
  for (std::int64_t j = 0; j < b.cols; j += kSymmetricBlock) {
    const std::int64_t width = std::min(kSymmetricBlock, b.cols - j);
    subtract_product(to.part(j, j, b.cols - j, width), b.columns(j, b.cols - j).transposed(),
                     b.columns(j, width));
  }
}

/// The lower triangle of -m^T m for a lower triangle m, whose upper triangle is zero, by halves:
/// (a, 0; b, c) gives a^T a + b^T b, c^T b and c^T c. `to` is zero before.
template <class T>
void subtract_square(const MatrixView<T>& to, const MatrixView<const T>& m) {
  constexpr std::int64_t kBlock = 64;
  const std::int64_t n = m.rows;
  if (n <= kBlock) {
    subtract_product(to, m.transposed(), m);
    return;
  }
  const std::int64_t half = n / 2 / 8 * 8;
  const MatrixView<const T> b = m.part(half, 0, n - half, half);
  const MatrixView<const T> c = m.part(half, half, n - half, n - half);
  subtract_square(to.part(0, 0, half, half), m.part(0, 0, half, half));
  subtract_symmetric(to.part(0, 0, half, half), b);
  subtract_product(to.part(half, 0, n - half, half), c.transposed(), b);
  subtract_square(to.part(half, half, n - half, n - half), c);
}

/// Cholesky factorisation by blocks of columns, in place, with zeros above the diagonal. Returns the order of
/// the first leading minor that is not positive, or 0.
template <class T>
std::int64_t cholesky_blocks(const MatrixView<T>& l) {
  for (std::int64_t k = 0; k < l.rows; k += kSymmetricBlock) {
    const std::int64_t width = std::min(kSymmetricBlock, l.rows - k);
    const std::int64_t end = k + width;
    const MatrixView<T> own = l.part(k, k, width, width);
    if (const std::int64_t info = cholesky_in_tiles(read_only(own), own); info != 0) {
      for (std::int64_t i = 0; i < l.rows; ++i) std::fill(&l(i, i) + 1, &l(i, 0) + l.rows, T(0));
      return k + info;
    }
    const MatrixView<T> below = l.part(end, k, l.rows - end, width).transposed();
    solve_triangle(read_only(own), {.upper = false}, below);
    subtract_symmetric(l.part(end, end, l.rows - end, l.rows - end), read_only(below));
  }
  return 0;
}

template <class T>
std::int64_t cholesky_large(const MatrixView<T>& l) {
#ifdef EIGENGRAD_USE_BLAS
  if (const Blas* blas = blas_for(l.rows); blas != nullptr && blas->of<T>().potrf != nullptr) {
    const OneBlasThread scope(*blas);
    const int extent = static_cast<int>(l.rows);
    int info = 0;
    blas->of<T>().potrf("U", &extent, l.data, &extent, &info);
    return info;
  }
#endif
  return cholesky_blocks(l);
}

// ---- LU.

template <class T>
std::int64_t first_zero(const T* a, std::int64_t n, std::int64_t m) {
  for (std::int64_t i = 0; i < std::min(n, m); ++i)
    if (a[i * (n + 1)] == T(0)) return i + 1;
  return 0;
}

/// LU without row interchanges, in place, by blocks of columns.
template <class T>
void lu_in_place(T* a, std::int64_t n, std::int64_t m) {
  constexpr std::int64_t kBlock = 32;
  const MatrixView<T> all{a, n, m, 1, n};
  const std::int64_t steps = std::min(n, m);
  for (std::int64_t k = 0; k < steps; k += kBlock) {
    const std::int64_t width = std::min(kBlock, steps - k);
    const std::int64_t end = k + width;
    for (std::int64_t j = k; j < end; ++j) {
      for (std::int64_t i = j + 1; i < n; ++i) all(i, j) /= all(j, j);
      for (std::int64_t c = j + 1; c < end; ++c)
        for (std::int64_t i = j + 1; i < n; ++i) all(i, c) -= all(i, j) * all(j, c);
    }
    const MatrixView<T> right = all.part(k, end, width, m - end);
    solve_triangle(read_only(all.part(k, k, width, width)), {.upper = false, .unit = true}, right);
    subtract_product(all.part(end, end, n - end, m - end),
                     read_only(all.part(end, k, n - end, width)), read_only(right));
  }
}

template <class T>
std::int64_t lu_one(T* a, std::int64_t n, std::int64_t m, std::int64_t* pivots, bool pivot) {
  const std::int64_t steps = std::min(n, m);
  // Without row interchanges a diagonal element may be large beside what the updates leave of it; updates by
  // blocks keep its digits better.
  constexpr std::int64_t kUnpivoted = 128;
  if (steps <= (pivot ? kTileRows : kUnpivoted))
    return lu_in_tiles(MatrixView<T>{a, n, m, 1, n}, pivots, pivot);
  if (!pivot) {
    for (std::int64_t i = 0; i < steps; ++i) pivots[i] = i + 1;
    lu_in_place(a, n, m);
    return first_zero(a, n, m);
  }
  std::vector<int> interchanges(static_cast<std::size_t>(steps));
#ifdef EIGENGRAD_USE_BLAS
  if (const Blas* blas = blas_for(steps); blas != nullptr && blas->of<T>().getrf != nullptr) {
    const OneBlasThread scope(*blas);
    const int rows = static_cast<int>(n);
    const int cols = static_cast<int>(m);
    int info = 0;
    blas->of<T>().getrf(&rows, &cols, a, &rows, interchanges.data(), &info);
    std::copy(interchanges.begin(), interchanges.end(), pivots);
    return info;
  }
#endif
  // Eigen's blocks need the diagonal in one square; the columns beyond it follow.
  int count = 0;
  Eigen::internal::partial_lu_impl<T, Eigen::ColMajor, int>::blocked_lu(n, steps, a, n,
                                                                        interchanges.data(), count);
  for (std::int64_t i = 0; i < steps; ++i) {
    const std::int64_t other = interchanges[static_cast<std::size_t>(i)];
    pivots[i] = other + 1;
    if (other != i)
      for (std::int64_t k = steps; k < m; ++k) std::swap(a[i + k * n], a[other + k * n]);
  }
  if (m > n)
    solve_triangle(MatrixView<const T>{a, n, n, 1, n}, {.upper = false, .unit = true},
                   MatrixView<T>{a + n * n, n, m - n, 1, n});
  return first_zero(a, n, m);
}

/// Interchanges rows of x as the factorisation did, or back.
template <class T>
void interchange(const MatrixView<T>& x, const std::int64_t* pivots, std::int64_t n, bool back) {
  for (std::int64_t step = 0; step < n; ++step) {
    const std::int64_t i = back ? n - 1 - step : step;
    const std::int64_t other = pivots[i] - 1;
    if (other == i) continue;
    for (std::int64_t c = 0; c < x.cols; ++c) std::swap(x(i, c), x(other, c));
  }
}

/// The order of the rows of p a.
void order_of(const std::int64_t* pivots, std::int64_t n, std::int64_t* rows) {
  std::iota(rows, rows + n, std::int64_t{0});
  for (std::int64_t i = 0; i < n; ++i) std::swap(rows[i], rows[pivots[i] - 1]);
}

template <class T>
void lu_solve_one(const MatrixView<const T>& lu, const std::int64_t* pivots, bool transposed,
                  const MatrixView<const T>& b, const MatrixView<T>& x) {
  constexpr TriangleKind lower{.upper = false, .unit = true};
  constexpr TriangleKind upper{.upper = true, .unit = false};
  const MatrixView<const T> flipped = lu.transposed();
  if (lu.rows <= kTileRows) {
    Workspace<std::int64_t> rows(lu.rows);
    order_of(pivots, lu.rows, rows.data());
    if (transposed)
      solve_in_tiles<T>({.first = flipped,
                         .first_kind = {.upper = false},
                         .second = flipped,
                         .second_kind = {.upper = true, .unit = true},
                         .to = rows.data()},
                        b, x);
    else
      solve_in_tiles<T>({.first = lu,
                         .first_kind = lower,
                         .second = lu,
                         .second_kind = upper,
                         .from = rows.data()},
                        b, x);
    return;
  }
  copy_unless_same(b, x);
  if (!transposed) {
    interchange(x, pivots, x.rows, false);
    solve_triangle(lu, lower, x);
    solve_triangle(lu, upper, x);
  } else {
    solve_triangle(flipped, {.upper = false, .unit = false}, x);
    solve_triangle(flipped, {.upper = true, .unit = true}, x);
    interchange(x, pivots, x.rows, true);
  }
}

template <class T>
void lu_invert_one(const T* lu, std::int64_t n, const std::int64_t* pivots, T* inverse) {
  const MatrixView<const T> factors{lu, n, n, 1, n};
  const MatrixView<T> to{inverse, n, n, 1, n};
  if (n <= kTileRows) {
    Workspace<std::int64_t> rows(n);
    order_of(pivots, n, rows.data());
    invert_in_tiles(factors, rows.data(), to);
    return;
  }
#ifdef EIGENGRAD_USE_BLAS
  if (const Blas* blas = blas_for(n); blas != nullptr && blas->of<T>().getri != nullptr) {
    const OneBlasThread scope(*blas);
    std::copy_n(lu, n * n, inverse);
    const std::vector<int> interchanges(pivots, pivots + n);
    constexpr int kBlock = 64;
    Workspace<T> work(n * kBlock);
    const int extent = static_cast<int>(n);
    const int size = extent * kBlock;
    int info = 0;
    blas->of<T>().getri(&extent, inverse, &extent, interchanges.data(), work.data(), &size, &info);
    return;
  }
#endif
  std::fill_n(inverse, n * n, T(0));
  for (std::int64_t i = 0; i < n; ++i) inverse[i * (n + 1)] = T(1);
  lu_solve_one(factors, pivots, false, read_only(to), to);
}

/// One logarithm of a product for as many elements as it takes without leaving the range of T.
template <class T, class D>
T sum_of_logarithms(const D& elements) {
  const T high = std::ldexp(T(1), std::numeric_limits<T>::max_exponent / 2 - 12);
  const T low = 1 / high;
  T sum(0);
  T product(1);
  for (const T element : elements) {
    const T size = std::abs(element);
    if (size > low && size < high)
      product *= size;
    else
      sum += std::log(size);
    if (product > low && product < high) continue;
    sum += std::log(product);
    product = T(1);
  }
  return sum + std::log(product);
}

/// A product of elements whose partial products may leave the range of T.
template <class T, class D>
T product_of(const D& elements) {
  T product(1);
  int exponent = 0;
  for (const T element : elements) {
    int of_element = 0, of_product = 0;
    product = std::frexp(product * std::frexp(element, &of_element), &of_product);
    exponent += of_element + of_product;
  }
  return std::ldexp(product, exponent);
}

/// Calls f(index of the matrix, diagonal of u, sign of the determinant).
template <class F>
void for_determinants(const Tensor& lu, const Tensor& pivots, F f) {
  const std::int64_t n = lu.sizes().back();
  const std::int64_t* interchanges = pivots.impl()->data<std::int64_t>();
  dispatch(lu, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> all(lu, batch_of(lu));
    for (std::int64_t i = 0; i < all.count(); ++i, interchanges += n) {
      const Eigen::Map<const Eigen::ArrayX<T>, 0, Eigen::InnerStride<>> diagonal(
          all[i].data, n, Eigen::InnerStride<>(n + 1));
      T sign(1);
      for (std::int64_t k = 0; k < n; ++k) {
        const T pivot = diagonal[k];
        if (interchanges[k] != k + 1) sign = -sign;
        sign *= pivot > T(0) ? T(1) : pivot < T(0) ? T(-1) : pivot;
      }
      f(i, diagonal, sign);
    }
  });
}

}  // namespace

void cholesky(const Tensor& a, const Tensor& l, std::int64_t* info) {
  const std::int64_t n = a.sizes().back();
  const bool lanes = in_lanes(n, detail::numel_of(batch_of(a)));
  const bool in_place = n > kTileRows;
  if (in_place) copy_triangle(l, a, {.lower = true, .diagonal = 0});
  dispatch(a, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> from(a, batch_of(a));
    const MatrixBatch<T> all(l, batch_of(l));
    for_matrices(all.count(), cube(n) / 3, [&](std::int64_t begin, std::int64_t end) {
      if (lanes) {
        cholesky_in_lanes(from, all, info, begin, end);
        return;
      }
      for (std::int64_t i = begin; i < end; ++i)
        info[i] = in_place        ? cholesky_large(all[i])
                  : n < kWidth<T> ? cholesky_loops(read_only(from[i]), all[i])
                                  : cholesky_in_tiles(read_only(from[i]), all[i]);
    });
  });
}

void cholesky_invert(const Tensor& l) {
  const std::int64_t n = l.sizes().back();
  dispatch(l, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> all(l, batch_of(l));
    for_matrices(all.count(), cube(n), [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> work;
      for (std::int64_t i = begin; i < end; ++i) {
        const MatrixView<T> to = all[i];
#ifdef EIGENGRAD_USE_BLAS
        if (const Blas* blas = blas_for(n); blas != nullptr && blas->of<T>().potri != nullptr) {
          const OneBlasThread scope(*blas);
          const int extent = static_cast<int>(n);
          int info = 0;
          blas->of<T>().potri("U", &extent, to.data, &extent, &info);
          copy_lower_to_upper(to);
          continue;
        }
#endif
        invert_lower(to);
        for (std::int64_t r = 0; r < n; ++r) std::fill(&to(r, r) + 1, &to(r, 0) + n, T(0));
        work.assign(static_cast<std::size_t>(n * n), T(0));
        const MatrixView<T> square{work.data(), n, n, n, 1};
        subtract_square(square, read_only(to));
        for (std::int64_t r = 0; r < n; ++r)
          for (std::int64_t c = 0; c <= r; ++c) to(r, c) = -square(r, c);
        copy_lower_to_upper(to);
      }
    });
  });
}

void lu_factor(const Tensor& a, const Tensor& pivots, std::int64_t* info, bool pivot) {
  const std::int64_t n = a.sizes()[a.sizes().size() - 2];
  const std::int64_t m = a.sizes().back();
  const std::int64_t steps = std::min(n, m);
  std::int64_t* const interchanges = pivots.impl()->data<std::int64_t>();
  dispatch(a, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> all(a, batch_of(a));
    for_matrices(all.count(), cube(n), [&](std::int64_t begin, std::int64_t end) {
      if (pivot && n == m && in_lanes(n, all.count())) {
        lu_in_lanes(all, interchanges, info, begin, end);
        return;
      }
      for (std::int64_t i = begin; i < end; ++i)
        info[i] = lu_one(all[i].data, n, m, interchanges + i * steps, pivot);
    });
  });
}

void lu_solve(const Tensor& lu, const Tensor& pivots, bool transposed, const Tensor& b,
              const Tensor& x) {
  if (x.numel() == 0) return;
  const IntArrayRef batch = batch_of(x);
  const std::int64_t n = x.sizes()[x.sizes().size() - 2];
  const std::int64_t count = detail::numel_of(batch);
  const bool lanes = in_lanes(n, count);
  if (lanes) copy(x, b);
  dispatch(x, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> to(x, batch);
    const MatrixBatch<T> from(b, batch);
    const MatrixBatch<T> factors(lu, batch);
    const double flops = 2.0 * static_cast<double>(n * n * to.first().cols);
    if (count == 1) {
      lu_solve_one(read_only(factors.first()), pivots.impl()->data<std::int64_t>(), transposed,
                   read_only(from.first()), to.first());
      return;
    }
    const Tensor columns = pivots.unsqueeze(-1);
    const MatrixBatch<std::int64_t> interchanges(columns, batch);
    for_matrices(count, flops, [&](std::int64_t begin, std::int64_t end) {
      if (lanes) {
        lu_solve_in_lanes(factors, interchanges, transposed, to, begin, end);
        return;
      }
      for (std::int64_t i = begin; i < end; ++i)
        lu_solve_one(read_only(factors[i]), interchanges[i].data, transposed, read_only(from[i]),
                     to[i]);
    });
  });
}

template <class T>
void lu_factor(const MatrixView<T>& a, std::int64_t* pivots) {
  lu_one(a.data, a.rows, a.cols, pivots, true);
}
template <class T>
void lu_solve(const MatrixView<const T>& lu, const std::int64_t* pivots, bool transposed,
              const MatrixView<const T>& b, const MatrixView<T>& x) {
  lu_solve_one(lu, pivots, transposed, b, x);
}
template void lu_factor(const MatrixView<float>&, std::int64_t*);
template void lu_factor(const MatrixView<double>&, std::int64_t*);
template void lu_solve(const MatrixView<const float>&, const std::int64_t*, bool,
                       const MatrixView<const float>&, const MatrixView<float>&);
template void lu_solve(const MatrixView<const double>&, const std::int64_t*, bool,
                       const MatrixView<const double>&, const MatrixView<double>&);

void lu_determinants(const Tensor& lu, const Tensor& pivots, const Tensor& value) {
  for_determinants(lu, pivots, [&]<class T>(std::int64_t i, const auto& diagonal, T sign) {
    T product(1);
    bool in_range = true;
    for (std::int64_t k = 0; k < diagonal.size(); ++k) {
      product *= diagonal[k];
      in_range &= std::isnormal(product);
    }
    if (!in_range) product = product_of<T>(diagonal);
    value.impl()->data<T>()[i] = sign < T(0) ? -std::abs(product) : std::abs(product);
  });
}

void lu_log_determinants(const Tensor& lu, const Tensor& pivots, const Tensor& sign,
                         const Tensor& log) {
  for_determinants(lu, pivots, [&]<class T>(std::int64_t i, const auto& diagonal, T own) {
    sign.impl()->data<T>()[i] = own;
    log.impl()->data<T>()[i] = sum_of_logarithms<T>(diagonal);
  });
}

std::vector<std::int64_t> nearly_singular(const Tensor& lu) {
  const std::int64_t n = lu.sizes().back();
  std::vector<std::int64_t> found;
  dispatch(lu, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> all(lu, batch_of(lu));
    for (std::int64_t i = 0; i < all.count(); ++i) {
      const T* const u = all[i].data;
      T smallest = n > 0 ? std::abs(u[0]) : T(1);
      T largest = smallest;
      for (std::int64_t k = 1; k < n; ++k) {
        smallest = std::min(smallest, std::abs(u[k * (n + 1)]));
        largest = std::max(largest, std::abs(u[k * (n + 1)]));
      }
      if (smallest <= std::sqrt(std::numeric_limits<T>::epsilon()) * largest) found.push_back(i);
    }
  });
  return found;
}

void lu_invert(const Tensor& lu, const Tensor& pivots, const Tensor& inverse) {
  const std::int64_t n = lu.sizes().back();
  const std::int64_t* const interchanges = pivots.impl()->data<std::int64_t>();
  dispatch(lu, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> all(lu, batch_of(lu));
    const MatrixBatch<T> to(inverse, batch_of(inverse));
    for_matrices(all.count(), 2 * cube(n), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        lu_invert_one(all[i].data, n, interchanges + i * n, to[i].data);
    });
  });
}

void solve_triangles(const Tensor& t, TriangleKind kind, const Tensor& b, const Tensor& x) {
  if (x.numel() == 0) return;
  const IntArrayRef batch = batch_of(x);
  const std::int64_t n = t.sizes().back();
  dispatch(x, [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> to(x, batch);
    const MatrixBatch<T> from(b, batch);
    const MatrixBatch<T> triangles(t, batch);
    const double flops = static_cast<double>(n * n * to.first().cols);
    for_matrices(to.count(), flops, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        if (n <= kTileRows) {
          solve_in_tiles<T>({.first = read_only(triangles[i]), .first_kind = kind},
                            read_only(from[i]), to[i]);
        } else {
          copy_unless_same(read_only(from[i]), to[i]);
          solve_triangle(read_only(triangles[i]), kind, to[i]);
        }
      }
    });
  });
}

}  // namespace eigengrad::kernels
