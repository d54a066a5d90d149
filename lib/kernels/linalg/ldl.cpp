#include "kernels/linalg/ldl.hpp"

#include <algorithm>
#include <cmath>

#include "core/dispatch.hpp"
#include "kernels/linalg/matrix_batch.hpp"

namespace eigengrad::kernels {
namespace {

IntArrayRef batch_of(const Tensor& t) { return {t.sizes().data(), t.sizes().size() - 2}; }

/// The first row of [begin, end) whose element in column j is the largest.
template <class T>
std::int64_t largest_in_column(const MatrixView<T>& a, std::int64_t j, std::int64_t begin,
                               std::int64_t end) {
  std::int64_t best = begin;
  for (std::int64_t i = begin + 1; i < end; ++i)
    if (std::abs(a(i, j)) > std::abs(a(best, j))) best = i;
  return best;
}

/// The largest off-diagonal element of row and column i, among those from k on.
template <class T>
T largest_beside(const MatrixView<T>& a, std::int64_t k, std::int64_t i) {
  T most(0);
  for (std::int64_t j = k; j < i; ++j) most = std::max(most, std::abs(a(i, j)));
  if (i + 1 < a.rows) most = std::max(most, std::abs(a(largest_in_column(a, i, i + 1, a.rows), i)));
  return most;
}

/// The row and column to interchange with the first ones, and the number of rows of the block of d.
struct Choice {
  std::int64_t row;
  std::int64_t extent;
};

/// The choice lets elements grow by a factor of at most 2.57 in a step, however small the diagonal is.
/// Source: Bunch and Kaufman 1977, Some stable methods for calculating inertia and solving symmetric
/// linear systems, algorithm A; Golub and Van Loan, Matrix Computations, section 4.4.
template <class T>
Choice choose(const MatrixView<T>& a, std::int64_t k) {
  const T alpha = (1 + std::sqrt(T(17))) / 8;
  if (k + 1 == a.rows) return {k, 1};
  const T own = std::abs(a(k, k));
  const std::int64_t other = largest_in_column(a, k, k + 1, a.rows);
  const T below = std::abs(a(other, k));
  if (std::isnan(own) || own >= alpha * below) return {k, 1};
  const T beside = largest_beside(a, k, other);
  if (own >= alpha * below * (below / beside)) return {k, 1};
  if (std::abs(a(other, other)) >= alpha * beside) return {other, 1};
  return {other, 2};
}

/// Interchanges row i with row p and column i with column p (i < p) of the symmetric matrix that remains from i on;
/// only its lower triangle is stored.
template <class T>
void interchange(const MatrixView<T>& a, std::int64_t i, std::int64_t p) {
  for (std::int64_t r = p + 1; r < a.rows; ++r) std::swap(a(r, i), a(r, p));
  for (std::int64_t r = i + 1; r < p; ++r) std::swap(a(r, i), a(p, r));
  std::swap(a(i, i), a(p, p));
}

/// The step for a block of one element: l = x / d, a -= l d l^T.
template <class T>
void eliminate_one(const MatrixView<T>& a, std::int64_t k) {
  const T scale = T(1) / a(k, k);
  for (std::int64_t j = k + 1; j < a.rows; ++j) {
    const T factor = scale * a(j, k);
    for (std::int64_t i = j; i < a.rows; ++i) a(i, j) -= a(i, k) * factor;
  }
  for (std::int64_t i = k + 1; i < a.rows; ++i) a(i, k) *= scale;
}

/// The step for a block of two rows, d = (p, q; q, s): l = x d^-1, a -= l d l^T. The inverse of d is
/// (s, -q; -q, p) / (p s - q^2); it is scaled by q, the largest element.
template <class T>
void eliminate_two(const MatrixView<T>& a, std::int64_t k) {
  const T q = a(k + 1, k);
  const T s = a(k + 1, k + 1) / q;
  const T p = a(k, k) / q;
  const T scale = T(1) / (p * s - 1) / q;
  for (std::int64_t j = k + 2; j < a.rows; ++j) {
    const T first = scale * (s * a(j, k) - a(j, k + 1));
    const T second = scale * (p * a(j, k + 1) - a(j, k));
    for (std::int64_t i = j; i < a.rows; ++i) a(i, j) -= a(i, k) * first + a(i, k + 1) * second;
    a(j, k) = first;
    a(j, k + 1) = second;
  }
}

template <class T>
std::int64_t factor_one(const MatrixView<T>& a, std::int64_t* pivots) {
  std::int64_t info = 0;
  for (std::int64_t k = 0; k < a.rows;) {
    const Choice choice = choose(a, k);
    const std::int64_t last = k + choice.extent - 1;
    if (choice.row != last) {
      interchange(a, last, choice.row);
      if (choice.extent == 2) std::swap(a(k + 1, k), a(choice.row, k));
    }
    if (choice.extent == 2) {
      eliminate_two(a, k);
      pivots[k] = pivots[k + 1] = -(choice.row + 1);
    } else {
      if (a(k, k) != T(0))
        eliminate_one(a, k);
      else if (info == 0)
        info = k + 1;
      pivots[k] = choice.row + 1;
    }
    k += choice.extent;
  }
  return info;
}

/// Row `to` of x -= factor times row `from`.
template <class T>
void subtract_row(const MatrixView<T>& x, std::int64_t to, T factor, std::int64_t from) {
  for (std::int64_t c = 0; c < x.cols; ++c) x(to, c) -= factor * x(from, c);
}
template <class T>
void interchange_rows(const MatrixView<T>& x, std::int64_t i, std::int64_t j) {
  if (i == j) return;
  for (std::int64_t c = 0; c < x.cols; ++c) std::swap(x(i, c), x(j, c));
}

template <class T>
void solve_one(const MatrixView<const T>& ld, const std::int64_t* pivots, const MatrixView<T>& x) {
  const std::int64_t n = x.rows;
  for (std::int64_t k = 0; k < n;) {
    const std::int64_t extent = pivots[k] > 0 ? 1 : 2;
    const std::int64_t end = k + extent;
    interchange_rows(x, end - 1, std::abs(pivots[k]) - 1);
    for (std::int64_t i = end; i < n; ++i)
      for (std::int64_t j = k; j < end; ++j) subtract_row(x, i, ld(i, j), j);
    if (extent == 1) {
      for (std::int64_t c = 0; c < x.cols; ++c) x(k, c) /= ld(k, k);
    } else {
      const T q = ld(k + 1, k);
      const T p = ld(k, k) / q;
      const T s = ld(k + 1, k + 1) / q;
      const T determinant = p * s - 1;
      for (std::int64_t c = 0; c < x.cols; ++c) {
        const T first = x(k, c) / q;
        const T second = x(k + 1, c) / q;
        x(k, c) = (s * first - second) / determinant;
        x(k + 1, c) = (p * second - first) / determinant;
      }
    }
    k = end;
  }
  for (std::int64_t end = n; end > 0;) {
    const std::int64_t k = pivots[end - 1] > 0 ? end - 1 : end - 2;
    for (std::int64_t i = end; i < n; ++i)
      for (std::int64_t j = k; j < end; ++j) subtract_row(x, j, ld(i, j), i);
    interchange_rows(x, end - 1, std::abs(pivots[k]) - 1);
    end = k;
  }
}

}  // namespace

void ldl_factor(const Tensor& a, const Tensor& pivots, std::int64_t* info) {
  const std::int64_t n = a.sizes().back();
  std::int64_t* const interchanges = pivots.impl()->data<std::int64_t>();
  detail::dispatch_floating("ldl", a.dtype(), [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> all(a, batch_of(a));
    const auto flops = static_cast<double>(n * n * n);
    for_matrices(all.count(), flops, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) info[i] = factor_one(all[i], interchanges + i * n);
    });
  });
}

void ldl_solve(const Tensor& ld, const Tensor& pivots, const Tensor& x) {
  if (x.numel() == 0) return;
  const IntArrayRef batch = batch_of(x);
  const Tensor columns = pivots.unsqueeze(-1);
  const MatrixBatch<std::int64_t> interchanges(columns, batch);
  detail::dispatch_floating("ldl", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const MatrixBatch<T> to(x, batch);
    const MatrixBatch<T> factors(ld, batch);
    const auto flops = static_cast<double>(2 * to.first().rows * to.first().rows * to.first().cols);
    for_matrices(to.count(), flops, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        solve_one(read_only(factors[i]), interchanges[i].data, to[i]);
    });
  });
}

}  // namespace eigengrad::kernels
