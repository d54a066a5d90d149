#include "kernels/factor.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/blas.hpp"
#include "kernels/factor_lanes.hpp"

namespace eigengrad::kernels {
namespace {

/// Rows up to which plain loops are fastest, and from which LAPACK is.
constexpr std::int64_t kLoopRows = 16;
[[maybe_unused]] constexpr std::int64_t kLapackRows = 64;

IntArrayRef batch_of(const Tensor& t) { return {t.sizes().data(), t.sizes().size() - 2}; }

double cube(std::int64_t n) noexcept {
  return static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n);
}

template <class F>
void dispatch(const Tensor& t, F&& f) {
  detail::dispatch_floating("linalg", t.dtype(), std::forward<F>(f));
}

/// The BLAS, when the matrices are worth calling it for.
[[maybe_unused]] const Blas* blas_for([[maybe_unused]] std::int64_t rows) noexcept {
#ifdef EIGENGRAD_USE_BLAS
  if (rows >= kLapackRows) return usable_blas();
#endif
  return nullptr;
}

bool in_lanes(std::int64_t rows, std::int64_t count) noexcept {
  constexpr std::int64_t kFewest = 4;
  return rows <= kLaneRows && count >= kFewest;
}

// ---- Cholesky.

template <class T>
std::int64_t cholesky_loops(T* a, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    T* const to = a + i * n;
    for (std::int64_t j = 0; j <= i; ++j) {
      const T* const other = a + j * n;
      T sum = to[j];
      for (std::int64_t k = 0; k < j; ++k) sum -= to[k] * other[k];
      if (j < i) {
        to[j] = sum / other[j];
      } else {
        if (sum <= T(0)) return i + 1;
        to[i] = std::sqrt(sum);
      }
    }
  }
  return 0;
}

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
std::int64_t cholesky_one(T* a, std::int64_t n) {
#ifdef EIGENGRAD_USE_BLAS
  if (const Blas* blas = blas_for(n); blas != nullptr && blas->of<T>().potrf != nullptr) {
    const OneBlasThread scope(*blas);
    const int extent = static_cast<int>(n);
    int info = 0;
    blas->of<T>().potrf("U", &extent, a, &extent, &info);
    return info;
  }
#endif
  Eigen::Map<RowMajor<T>> map(a, n, n);
  return Eigen::internal::llt_inplace<T, Eigen::Lower>::blocked(map) + 1;
}

/// By squares, which are read by columns and written by rows.
template <class T>
void copy_lower_to_upper(const Panel<T>& a) {
  constexpr std::int64_t kSquare = 32;
  for (std::int64_t i = 0; i < a.rows; i += kSquare)
    for (std::int64_t j = i; j < a.rows; j += kSquare)
      for (std::int64_t r = i; r < std::min(i + kSquare, a.rows); ++r)
        for (std::int64_t c = std::max(j, r + 1); c < std::min(j + kSquare, a.rows); ++c)
          a(r, c) = a(c, r);
}

/// The inverse of a lower triangle, in its place, by halves:
/// (l11, 0; l21, l22)^-1 = (l11^-1, 0; -l22^-1 l21 l11^-1, l22^-1).
template <class T>
void invert_lower(const Panel<T>& l) {
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
  const Panel<T> first = l.part(0, 0, half, half);
  const Panel<T> below = l.part(half, 0, n - half, half);
  const Panel<T> second = l.part(half, half, n - half, n - half);
  solve_triangle(readable(second), {.upper = false}, below);
  solve_triangle(readable(first.transposed()), {.upper = true}, below.transposed());
  for (std::int64_t i = 0; i < below.rows; ++i)
    for (std::int64_t j = 0; j < half; ++j) below(i, j) = -below(i, j);
  invert_lower(first);
  invert_lower(second);
}

/// The lower triangle of to -= b^T b, by blocks of columns.
template <class T>
void subtract_symmetric(const Panel<T>& to, const Panel<const T>& b) {
  constexpr std::int64_t kBlock = 96;
  for (std::int64_t j = 0; j < b.cols; j += kBlock) {
    const std::int64_t width = std::min(kBlock, b.cols - j);
    subtract_product(to.part(j, j, b.cols - j, width), b.columns(j, b.cols - j).transposed(),
                     b.columns(j, width));
  }
}

/// The lower triangle of -m^T m for a lower triangle m, whose upper triangle is zero, by halves:
/// (a, 0; b, c) gives a^T a + b^T b, c^T b and c^T c. `to` is zero before.
template <class T>
void subtract_square(const Panel<T>& to, const Panel<const T>& m) {
  constexpr std::int64_t kBlock = 64;
  const std::int64_t n = m.rows;
  if (n <= kBlock) {
    subtract_product(to, m.transposed(), m);
    return;
  }
  const std::int64_t half = n / 2 / 8 * 8;
  const Panel<const T> b = m.part(half, 0, n - half, half);
  const Panel<const T> c = m.part(half, half, n - half, n - half);
  subtract_square(to.part(0, 0, half, half), m.part(0, 0, half, half));
  subtract_symmetric(to.part(0, 0, half, half), b);
  subtract_product(to.part(half, 0, n - half, half), c.transposed(), b);
  subtract_square(to.part(half, half, n - half, n - half), c);
}

// ---- LU.

template <class T>
std::int64_t lu_loops(T* a, std::int64_t n, std::int64_t m, std::int64_t* pivots, bool pivot) {
  std::int64_t info = 0;
  const std::int64_t steps = std::min<std::int64_t>(n, m);
  for (std::int64_t j = 0; j < steps; ++j) {
    T* const column = a + j * n;
    std::int64_t best = j;
    if (pivot)
      for (std::int64_t i = j + 1; i < n; ++i)
        if (std::abs(column[i]) > std::abs(column[best])) best = i;
    pivots[j] = best + 1;
    if (best != j)
      for (std::int64_t k = 0; k < m; ++k) std::swap(a[j + k * n], a[best + k * n]);
    if (column[j] == T(0)) {
      if (info == 0) info = j + 1;
      continue;
    }
    const T scale = T(1) / column[j];
    if (std::isfinite(scale))
      for (std::int64_t i = j + 1; i < n; ++i) column[i] *= scale;
    else
      for (std::int64_t i = j + 1; i < n; ++i) column[i] /= column[j];
    for (std::int64_t k = j + 1; k < m; ++k) {
      T* const to = a + k * n;
      const T factor = to[j];
      for (std::int64_t i = j + 1; i < n; ++i) to[i] -= column[i] * factor;
    }
  }
  return info;
}

template <class T>
std::int64_t first_zero(const T* a, std::int64_t n, std::int64_t m) {
  for (std::int64_t i = 0; i < std::min(n, m); ++i)
    if (a[i * (n + 1)] == T(0)) return i + 1;
  return 0;
}

/// Without exchanges, by blocks of columns.
template <class T>
void lu_in_place(T* a, std::int64_t n, std::int64_t m) {
  constexpr std::int64_t kBlock = 32;
  const Panel<T> all{a, n, m, 1, n};
  const std::int64_t steps = std::min(n, m);
  for (std::int64_t k = 0; k < steps; k += kBlock) {
    const std::int64_t width = std::min(kBlock, steps - k);
    const std::int64_t end = k + width;
    for (std::int64_t j = k; j < end; ++j) {
      for (std::int64_t i = j + 1; i < n; ++i) all(i, j) /= all(j, j);
      for (std::int64_t c = j + 1; c < end; ++c)
        for (std::int64_t i = j + 1; i < n; ++i) all(i, c) -= all(i, j) * all(j, c);
    }
    const Panel<T> right = all.part(k, end, width, m - end);
    solve_triangle(readable(all.part(k, k, width, width)), {.upper = false, .unit = true}, right);
    subtract_product(all.part(end, end, n - end, m - end),
                     readable(all.part(end, k, n - end, width)), readable(right));
  }
}

template <class T>
std::int64_t lu_one(T* a, std::int64_t n, std::int64_t m, std::int64_t* pivots, bool pivot) {
  const std::int64_t steps = std::min(n, m);
  if (steps <= kLoopRows) return lu_loops(a, n, m, pivots, pivot);
  if (!pivot) {
    for (std::int64_t i = 0; i < steps; ++i) pivots[i] = i + 1;
    lu_in_place(a, n, m);
    return first_zero(a, n, m);
  }
  std::vector<int> exchanges(static_cast<std::size_t>(steps));
#ifdef EIGENGRAD_USE_BLAS
  if (const Blas* blas = blas_for(steps); blas != nullptr && blas->of<T>().getrf != nullptr) {
    const OneBlasThread scope(*blas);
    const int rows = static_cast<int>(n);
    const int cols = static_cast<int>(m);
    int info = 0;
    blas->of<T>().getrf(&rows, &cols, a, &rows, exchanges.data(), &info);
    std::copy(exchanges.begin(), exchanges.end(), pivots);
    return info;
  }
#endif
  // Eigen's blocks need the diagonal in one square: what is beyond it follows.
  int count = 0;
  Eigen::internal::partial_lu_impl<T, Eigen::ColMajor, int>::blocked_lu(n, steps, a, n,
                                                                        exchanges.data(), count);
  for (std::int64_t i = 0; i < steps; ++i) {
    const std::int64_t other = exchanges[static_cast<std::size_t>(i)];
    pivots[i] = other + 1;
    if (other != i)
      for (std::int64_t k = steps; k < m; ++k) std::swap(a[i + k * n], a[other + k * n]);
  }
  if (m > n)
    solve_triangle(Panel<const T>{a, n, n, 1, n}, {.upper = false, .unit = true},
                   Panel<T>{a + n * n, n, m - n, 1, n});
  return first_zero(a, n, m);
}

/// Exchanges rows of x as the factorisation did, or back.
template <class T>
void exchange(const Panel<T>& x, const std::int64_t* pivots, std::int64_t n, bool back) {
  for (std::int64_t step = 0; step < n; ++step) {
    const std::int64_t i = back ? n - 1 - step : step;
    const std::int64_t other = pivots[i] - 1;
    if (other == i) continue;
    for (std::int64_t c = 0; c < x.cols; ++c) std::swap(x(i, c), x(other, c));
  }
}

template <class T>
void lu_solve_one(const Panel<const T>& lu, const std::int64_t* pivots, bool transposed,
                  const Panel<T>& x) {
  constexpr TriangleKind lower{.upper = false, .unit = true};
  constexpr TriangleKind upper{.upper = true, .unit = false};
  if (!transposed) {
    exchange(x, pivots, x.rows, false);
    solve_triangle(lu, lower, x);
    solve_triangle(lu, upper, x);
  } else {
    solve_triangle(lu.transposed(), {.upper = false, .unit = false}, x);
    solve_triangle(lu.transposed(), {.upper = true, .unit = true}, x);
    exchange(x, pivots, x.rows, true);
  }
}

template <class T>
void lu_invert_one(T* lu, std::int64_t n, const std::int64_t* pivots, std::vector<T>& work) {
#ifdef EIGENGRAD_USE_BLAS
  if (const Blas* blas = blas_for(n); blas != nullptr && blas->of<T>().getri != nullptr) {
    const OneBlasThread scope(*blas);
    const std::vector<int> exchanges(pivots, pivots + n);
    constexpr int kBlock = 64;
    work.resize(static_cast<std::size_t>(n * kBlock));
    const int extent = static_cast<int>(n);
    const int size = static_cast<int>(work.size());
    int info = 0;
    blas->of<T>().getri(&extent, lu, &extent, exchanges.data(), work.data(), &size, &info);
    return;
  }
#endif
  work.assign(static_cast<std::size_t>(n * n), T(0));
  for (std::int64_t i = 0; i < n; ++i) work[static_cast<std::size_t>(i * (n + 1))] = T(1);
  lu_solve_one(Panel<const T>{lu, n, n, 1, n}, pivots, false, Panel<T>{work.data(), n, n, 1, n});
  std::copy(work.begin(), work.end(), lu);
}

}  // namespace

void cholesky(const Tensor& a, std::int64_t* info) {
  const std::int64_t n = a.sizes().back();
  dispatch(a, [&]<class T>(std::type_identity<T>) {
    const Panels<T> all(a, batch_of(a));
    for_matrices(all.count(), cube(n) / 3, [&](std::int64_t begin, std::int64_t end) {
      if (in_lanes(n, all.count())) {
        cholesky_in_lanes(all, info, begin, end);
        return;
      }
      for (std::int64_t i = begin; i < end; ++i)
        info[i] = n > kLoopRows ? cholesky_one(all[i].data, n) : cholesky_loops(all[i].data, n);
    });
  });
}

void cholesky_invert(const Tensor& l) {
  const std::int64_t n = l.sizes().back();
  dispatch(l, [&]<class T>(std::type_identity<T>) {
    const Panels<T> all(l, batch_of(l));
    for_matrices(all.count(), cube(n), [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> work;
      for (std::int64_t i = begin; i < end; ++i) {
        const Panel<T> to = all[i];
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
        const Panel<T> square{work.data(), n, n, n, 1};
        subtract_square(square, readable(to));
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
  std::int64_t* const exchanges = pivots.impl()->data<std::int64_t>();
  dispatch(a, [&]<class T>(std::type_identity<T>) {
    const Panels<T> all(a, batch_of(a));
    for_matrices(all.count(), cube(n), [&](std::int64_t begin, std::int64_t end) {
      if (pivot && n == m && in_lanes(n, all.count())) {
        lu_in_lanes(all, exchanges, info, begin, end);
        return;
      }
      for (std::int64_t i = begin; i < end; ++i)
        info[i] = lu_one(all[i].data, n, m, exchanges + i * steps, pivot);
    });
  });
}

void lu_solve(const Tensor& lu, const Tensor& pivots, bool transposed, const Tensor& x) {
  if (x.numel() == 0) return;
  const IntArrayRef batch = batch_of(x);
  const Tensor columns = pivots.unsqueeze(-1);
  const Panels<std::int64_t> exchanges(columns, batch);
  const std::int64_t n = x.sizes()[x.sizes().size() - 2];
  dispatch(x, [&]<class T>(std::type_identity<T>) {
    const Panels<T> to(x, batch);
    const Panels<T> factors(lu, batch);
    const double flops = 2.0 * static_cast<double>(n * n * to.first().cols);
    for_matrices(to.count(), flops, [&](std::int64_t begin, std::int64_t end) {
      if (in_lanes(n, to.count())) {
        lu_solve_in_lanes(factors, exchanges, transposed, to, begin, end);
        return;
      }
      for (std::int64_t i = begin; i < end; ++i)
        lu_solve_one(readable(factors[i]), exchanges[i].data, transposed, to[i]);
    });
  });
}

void lu_determinants(const Tensor& lu, const Tensor& pivots, const Tensor& sign, const Tensor& log,
                     const Tensor& value) {
  const std::int64_t n = lu.sizes().back();
  const std::int64_t* exchanges = pivots.impl()->data<std::int64_t>();
  dispatch(lu, [&]<class T>(std::type_identity<T>) {
    const Panels<T> all(lu, batch_of(lu));
    for (std::int64_t i = 0; i < all.count(); ++i, exchanges += n) {
      const T* const u = all[i].data;
      T negative(1);
      T logarithm(0);
      T product(1);
      for (std::int64_t k = 0; k < n; ++k) {
        const T pivot = u[k * (n + 1)];
        if (exchanges[k] != k + 1) negative = -negative;
        negative *= pivot > T(0) ? T(1) : pivot < T(0) ? T(-1) : pivot;
        logarithm += std::log(std::abs(pivot));
        product *= pivot;
      }
      sign.impl()->data<T>()[i] = negative;
      log.impl()->data<T>()[i] = logarithm;
      value.impl()->data<T>()[i] = negative < T(0) ? -std::abs(product) : std::abs(product);
    }
  });
}

std::vector<std::int64_t> nearly_singular(const Tensor& lu) {
  const std::int64_t n = lu.sizes().back();
  std::vector<std::int64_t> found;
  dispatch(lu, [&]<class T>(std::type_identity<T>) {
    const Panels<T> all(lu, batch_of(lu));
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

void lu_invert(const Tensor& lu, const Tensor& pivots) {
  const std::int64_t n = lu.sizes().back();
  const std::int64_t* const exchanges = pivots.impl()->data<std::int64_t>();
  dispatch(lu, [&]<class T>(std::type_identity<T>) {
    const Panels<T> all(lu, batch_of(lu));
    for_matrices(all.count(), 2 * cube(n), [&](std::int64_t begin, std::int64_t end) {
      std::vector<T> work;
      for (std::int64_t i = begin; i < end; ++i)
        lu_invert_one(all[i].data, n, exchanges + i * n, work);
    });
  });
}

void solve_triangles(const Tensor& t, TriangleKind kind, const Tensor& x) {
  if (x.numel() == 0) return;
  const IntArrayRef batch = batch_of(x);
  const std::int64_t n = t.sizes().back();
  dispatch(x, [&]<class T>(std::type_identity<T>) {
    const Panels<T> to(x, batch);
    const Panels<T> triangles(t, batch);
    const double flops = static_cast<double>(n * n * to.first().cols);
    for_matrices(to.count(), flops, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        solve_triangle(readable(triangles[i]), kind, to[i]);
    });
  });
}

}  // namespace eigengrad::kernels
