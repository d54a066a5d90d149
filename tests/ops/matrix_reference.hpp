#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "support/array.hpp"
#include "table.hpp"

/// Matrices of the tests' own in long double, and the textbook algorithms that decompositions are
/// compared with: slow, and sure of themselves.
namespace table {

struct Mat {
  std::size_t n = 0, m = 0;
  std::vector<long double> e;
  Mat() = default;
  Mat(std::size_t rows, std::size_t cols) : n(rows), m(cols), e(rows * cols, 0.0L) {}
  long double& operator()(std::size_t i, std::size_t j) { return e[i * m + j]; }
  long double operator()(std::size_t i, std::size_t j) const { return e[i * m + j]; }
};

inline Mat identity(std::size_t n) {
  Mat y(n, n);
  for (std::size_t i = 0; i < n; ++i) y(i, i) = 1;
  return y;
}
inline Mat transposed(const Mat& a) {
  Mat y(a.m, a.n);
  for (std::size_t i = 0; i < a.n; ++i)
    for (std::size_t j = 0; j < a.m; ++j) y(j, i) = a(i, j);
  return y;
}
inline Mat operator*(const Mat& a, const Mat& b) {
  Mat y(a.n, b.m);
  for (std::size_t i = 0; i < a.n; ++i)
    for (std::size_t k = 0; k < a.m; ++k)
      for (std::size_t j = 0; j < b.m; ++j) y(i, j) += a(i, k) * b(k, j);
  return y;
}
inline Mat operator*(long double s, Mat a) {
  for (long double& v : a.e) v *= s;
  return a;
}
inline Mat operator+(Mat a, const Mat& b) {
  for (std::size_t i = 0; i < a.e.size(); ++i) a.e[i] += b.e[i];
  return a;
}
inline Mat operator-(Mat a, const Mat& b) { return std::move(a) + -1.0L * b; }
/// Columns [from, to).
inline Mat columns(const Mat& a, std::size_t from, std::size_t to) {
  Mat y(a.n, to - from);
  for (std::size_t i = 0; i < a.n; ++i)
    for (std::size_t j = from; j < to; ++j) y(i, j - from) = a(i, j);
  return y;
}
inline Mat diagonal(const std::vector<long double>& d) {
  Mat y(d.size(), d.size());
  for (std::size_t i = 0; i < d.size(); ++i) y(i, i) = d[i];
  return y;
}
inline Mat column(const std::vector<long double>& d) {
  Mat y(d.size(), 1);
  y.e = d;
  return y;
}
inline long double largest(const Mat& a) {
  long double y = 0;
  for (const long double v : a.e) y = std::max(y, std::abs(v));
  return y;
}

/// a = v diag(l) v^T by cyclic Jacobi rotations, l ascending.
inline std::pair<std::vector<long double>, Mat> jacobi_eigen(Mat a) {
  const std::size_t n = a.n;
  Mat v = identity(n);
  for (int sweep = 0; sweep < 40; ++sweep)
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q) {
        if (a(p, q) == 0) continue;
        const long double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
        const long double t =
            (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const long double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (Mat* w : {&a, &v})
          for (std::size_t k = 0; k < n; ++k) {
            const long double x = (*w)(k, p), y = (*w)(k, q);
            (*w)(k, p) = c * x - s * y;
            (*w)(k, q) = s * x + c * y;
          }
        for (std::size_t k = 0; k < n; ++k) {
          const long double x = a(p, k), y = a(q, k);
          a(p, k) = c * x - s * y;
          a(q, k) = s * x + c * y;
        }
      }
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return a(i, i) < a(j, j); });
  std::vector<long double> l(n);
  Mat sorted(n, n);
  for (std::size_t j = 0; j < n; ++j) {
    l[j] = a(order[j], order[j]);
    for (std::size_t i = 0; i < n; ++i) sorted(i, j) = v(i, order[j]);
  }
  return {l, sorted};
}

struct ThinSvd {
  Mat u;
  std::vector<long double> s;
  Mat v;
};

/// By one-sided Jacobi rotations: columns of a v are made orthogonal.
inline ThinSvd jacobi_svd(const Mat& a) {
  if (a.n < a.m) {
    ThinSvd y = jacobi_svd(transposed(a));
    std::swap(y.u, y.v);
    return y;
  }
  Mat u = a;
  Mat v = identity(a.m);
  const auto dot = [](const Mat& w, std::size_t p, std::size_t q) {
    long double sum = 0;
    for (std::size_t k = 0; k < w.n; ++k) sum += w(k, p) * w(k, q);
    return sum;
  };
  for (int sweep = 0; sweep < 60; ++sweep)
    for (std::size_t p = 0; p < a.m; ++p)
      for (std::size_t q = p + 1; q < a.m; ++q) {
        const long double pp = dot(u, p, p), qq = dot(u, q, q), pq = dot(u, p, q);
        if (std::abs(pq) <= 1e-19L * std::sqrt(pp * qq)) continue;
        const long double theta = (qq - pp) / (2 * pq);
        const long double t =
            (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const long double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (Mat* w : {&u, &v})
          for (std::size_t k = 0; k < w->n; ++k) {
            const long double x = (*w)(k, p), y = (*w)(k, q);
            (*w)(k, p) = c * x - s * y;
            (*w)(k, q) = s * x + c * y;
          }
      }
  std::vector<std::pair<long double, std::size_t>> order;
  for (std::size_t j = 0; j < a.m; ++j) order.emplace_back(-std::sqrt(dot(u, j, j)), j);
  std::sort(order.begin(), order.end());
  ThinSvd y{Mat(a.n, a.m), {}, Mat(a.m, a.m)};
  for (std::size_t j = 0; j < a.m; ++j) {
    const auto [minus_s, from] = order[j];
    y.s.push_back(-minus_s);
    for (std::size_t i = 0; i < a.n; ++i) y.u(i, j) = minus_s == 0 ? 0 : u(i, from) / -minus_s;
    for (std::size_t i = 0; i < a.m; ++i) y.v(i, j) = v(i, from);
  }
  return y;
}

/// Singular values up to 1e-10 times the largest count as 0.
inline Mat pseudoinverse(const Mat& a) {
  const ThinSvd y = jacobi_svd(a);
  Mat v = y.v;
  for (std::size_t j = 0; j < v.m; ++j)
    for (std::size_t i = 0; i < v.n; ++i)
      v(i, j) = y.s[j] <= 1e-10L * y.s[0] ? 0 : v(i, j) / y.s[j];
  return v * transposed(y.u);
}

/// Columns (and those of the partner) with a positive first element in each column of `by`.
inline void fix_signs(Mat& by, Mat* partner = nullptr) {
  for (std::size_t j = 0; j < by.m && by.n > 0; ++j) {
    if (by(0, j) > 0) continue;
    for (std::size_t i = 0; i < by.n; ++i) by(i, j) = -by(i, j);
    if (partner != nullptr)
      for (std::size_t i = 0; i < partner->n; ++i) (*partner)(i, j) = -(*partner)(i, j);
  }
}

// ---- Batches.

/// Matrix number k of those in the last two dimensions.
inline Mat matrix_at(const Array& a, std::size_t k) {
  Mat y(static_cast<std::size_t>(a.sizes[a.dim() - 2]),
        static_cast<std::size_t>(a.sizes[a.dim() - 1]));
  for (std::size_t i = 0; i < y.e.size(); ++i) y.e[i] = a.values[k * y.e.size() + i];
  return y;
}

/// One result for a matrix: a matrix, a vector (one column) or a number, of which `dims` extents are
/// kept.
struct Part {
  Mat value;
  std::size_t dims;
};
inline Part as_matrix(Mat a) { return {std::move(a), 2}; }
inline Part as_vector(const std::vector<long double>& v) { return {column(v), 1}; }
inline Part as_number(long double v) { return {column({v}), 0}; }

/// `f` of the matrices of each input, one of each at a time. Batches are of one shape; `shapes` says
/// what comes out of an empty one: f of matrices of zeros.
inline Naive per_matrix(std::function<std::vector<Part>(const std::vector<Mat>&)> f) {
  return [f](const Inputs& x) {
    const Sizes batch(x[0].sizes.begin(), x[0].sizes.end() - 2);
    const auto count = static_cast<std::size_t>(support::count(batch));
    Outputs y;
    for (std::size_t k = 0; k < std::max<std::size_t>(count, 1); ++k) {
      std::vector<Mat> matrices;
      for (const Array& a : x)
        matrices.push_back(count > 0 ? matrix_at(a, k)
                                     : Mat(static_cast<std::size_t>(a.sizes[a.dim() - 2]),
                                           static_cast<std::size_t>(a.sizes[a.dim() - 1])));
      const std::vector<Part> parts = f(matrices);
      for (std::size_t p = 0; p < parts.size(); ++p) {
        const Mat& value = parts[p].value;
        if (k == 0) {
          y.emplace_back();
          y[p].sizes = batch;
          if (parts[p].dims > 0) y[p].sizes.push_back(static_cast<std::int64_t>(value.n));
          if (parts[p].dims > 1) y[p].sizes.push_back(static_cast<std::int64_t>(value.m));
        }
        if (count > 0)
          for (const long double v : value.e) y[p].values.push_back(static_cast<double>(v));
      }
    }
    return y;
  };
}

// ---- Samples.

/// Matrices with singular values (eigenvalues, as the case may be) that are well apart: numbers up to
/// `noise` off the diagonal, and 1, 1 + step, ... added on it.
inline Array spread_matrices(const Sizes& sizes, double step, double noise, std::uint64_t seed) {
  Array y = support::uniform(sizes, -noise, noise, seed);
  const std::size_t d = sizes.size();
  support::for_each_index(sizes, [&](const Sizes& i) {
    if (i[d - 2] == i[d - 1]) y.at(i) += 1 + step * static_cast<double>(i[d - 1]);
  });
  return y;
}

}  // namespace table
