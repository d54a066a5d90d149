#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ops/table.hpp"
#include "support/array.hpp"

/// Matrices of the tests' own in long double, the textbook algorithms that operators on matrices are
/// compared with, slow and sure of themselves, and samples.
namespace table {

struct Matrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::vector<long double> values;

  Matrix() = default;
  Matrix(std::int64_t n, std::int64_t m)
      : rows(n), cols(m), values(static_cast<std::size_t>(n * m), 0) {}
  long double& operator()(std::int64_t i, std::int64_t j) {
    return values[static_cast<std::size_t>(i * cols + j)];
  }
  long double operator()(std::int64_t i, std::int64_t j) const {
    return values[static_cast<std::size_t>(i * cols + j)];
  }
};

inline Matrix identity(std::int64_t n) {
  Matrix m(n, n);
  for (std::int64_t i = 0; i < n; ++i) m(i, i) = 1;
  return m;
}

inline Matrix transposed(const Matrix& a) {
  Matrix t(a.cols, a.rows);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) t(j, i) = a(i, j);
  return t;
}

inline Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix y(a.rows, b.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t k = 0; k < a.cols; ++k)
      for (std::int64_t j = 0; j < b.cols; ++j) y(i, j) += a(i, k) * b(k, j);
  return y;
}
inline Matrix operator*(long double s, Matrix a) {
  for (long double& v : a.values) v *= s;
  return a;
}
inline Matrix operator+(Matrix a, const Matrix& b) {
  for (std::size_t i = 0; i < a.values.size(); ++i) a.values[i] += b.values[i];
  return a;
}
inline Matrix operator-(Matrix a, const Matrix& b) { return std::move(a) + -1.0L * b; }
/// Columns [from, to).
inline Matrix columns(const Matrix& a, std::int64_t from, std::int64_t to) {
  Matrix y(a.rows, to - from);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = from; j < to; ++j) y(i, j - from) = a(i, j);
  return y;
}
inline Matrix column(const std::vector<long double>& d) {
  Matrix y(d.size(), 1);
  y.values = d;
  return y;
}
inline long double largest(const Matrix& a) {
  long double y = 0;
  for (const long double v : a.values) y = std::max(y, std::abs(v));
  return y;
}

inline Matrix triangle_of(const Matrix& a, bool upper, bool unit = false) {
  Matrix t(a.rows, a.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j)
      if (upper ? i <= j : i >= j) t(i, j) = unit && i == j ? 1 : a(i, j);
  return t;
}

/// Gauss and Jordan's elimination with the largest pivot of each column: A^-1 B, and det(A).
inline std::pair<Matrix, long double> eliminated(Matrix a, Matrix b) {
  long double det = 1;
  for (std::int64_t k = 0; k < a.rows; ++k) {
    std::int64_t best = k;
    for (std::int64_t i = k; i < a.rows; ++i)
      if (std::abs(a(i, k)) > std::abs(a(best, k))) best = i;
    if (best != k) det = -det;
    for (std::int64_t j = 0; j < a.cols; ++j) std::swap(a(k, j), a(best, j));
    for (std::int64_t j = 0; j < b.cols; ++j) std::swap(b(k, j), b(best, j));
    const long double pivot = a(k, k);
    det *= pivot;
    for (std::int64_t j = 0; j < a.cols; ++j) a(k, j) /= pivot;
    for (std::int64_t j = 0; j < b.cols; ++j) b(k, j) /= pivot;
    for (std::int64_t i = 0; i < a.rows; ++i) {
      if (i == k) continue;
      const long double factor = a(i, k);
      for (std::int64_t j = 0; j < a.cols; ++j) a(i, j) -= factor * a(k, j);
      for (std::int64_t j = 0; j < b.cols; ++j) b(i, j) -= factor * b(k, j);
    }
  }
  return {b, det};
}

/// a = v diag(l) v^T by cyclic Jacobi rotations, l ascending.
inline std::pair<std::vector<long double>, Matrix> jacobi_eigen(Matrix a) {
  const std::int64_t n = a.rows;
  Matrix v = identity(n);
  for (int sweep = 0; sweep < 40; ++sweep)
    for (std::int64_t p = 0; p < n; ++p)
      for (std::int64_t q = p + 1; q < n; ++q) {
        if (a(p, q) == 0) continue;
        const long double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
        const long double t =
            (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const long double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (Matrix* w : {&a, &v})
          for (std::int64_t k = 0; k < n; ++k) {
            const long double x = (*w)(k, p), y = (*w)(k, q);
            (*w)(k, p) = c * x - s * y;
            (*w)(k, q) = s * x + c * y;
          }
        for (std::int64_t k = 0; k < n; ++k) {
          const long double x = a(p, k), y = a(q, k);
          a(p, k) = c * x - s * y;
          a(q, k) = s * x + c * y;
        }
      }
  std::vector<std::int64_t> order(n);
  for (std::int64_t i = 0; i < n; ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::int64_t i, std::int64_t j) { return a(i, i) < a(j, j); });
  std::vector<long double> l(n);
  Matrix sorted(n, n);
  for (std::int64_t j = 0; j < n; ++j) {
    l[j] = a(order[j], order[j]);
    for (std::int64_t i = 0; i < n; ++i) sorted(i, j) = v(i, order[j]);
  }
  return {l, sorted};
}

struct ThinSvd {
  Matrix u;
  std::vector<long double> s;
  Matrix v;
};

/// By one-sided Jacobi rotations: columns of a v are made orthogonal.
inline ThinSvd jacobi_svd(const Matrix& a) {
  if (a.rows < a.cols) {
    ThinSvd y = jacobi_svd(transposed(a));
    std::swap(y.u, y.v);
    return y;
  }
  Matrix u = a;
  Matrix v = identity(a.cols);
  const auto dot = [](const Matrix& w, std::int64_t p, std::int64_t q) {
    long double sum = 0;
    for (std::int64_t k = 0; k < w.rows; ++k) sum += w(k, p) * w(k, q);
    return sum;
  };
  for (int sweep = 0; sweep < 60; ++sweep)
    for (std::int64_t p = 0; p < a.cols; ++p)
      for (std::int64_t q = p + 1; q < a.cols; ++q) {
        const long double pp = dot(u, p, p), qq = dot(u, q, q), pq = dot(u, p, q);
        if (std::abs(pq) <= 1e-19L * std::sqrt(pp * qq)) continue;
        const long double theta = (qq - pp) / (2 * pq);
        const long double t =
            (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const long double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (Matrix* w : {&u, &v})
          for (std::int64_t k = 0; k < w->rows; ++k) {
            const long double x = (*w)(k, p), y = (*w)(k, q);
            (*w)(k, p) = c * x - s * y;
            (*w)(k, q) = s * x + c * y;
          }
      }
  std::vector<std::pair<long double, std::int64_t>> order;
  for (std::int64_t j = 0; j < a.cols; ++j) order.emplace_back(-std::sqrt(dot(u, j, j)), j);
  std::sort(order.begin(), order.end());
  ThinSvd y{Matrix(a.rows, a.cols), {}, Matrix(a.cols, a.cols)};
  for (std::int64_t j = 0; j < a.cols; ++j) {
    const auto [minus_s, from] = order[j];
    y.s.push_back(-minus_s);
    for (std::int64_t i = 0; i < a.rows; ++i) y.u(i, j) = minus_s == 0 ? 0 : u(i, from) / -minus_s;
    for (std::int64_t i = 0; i < a.cols; ++i) y.v(i, j) = v(i, from);
  }
  return y;
}

/// Singular values up to 1e-10 times the largest count as 0.
inline Matrix pseudoinverse(const Matrix& a) {
  const ThinSvd y = jacobi_svd(a);
  Matrix v = y.v;
  for (std::int64_t j = 0; j < v.cols; ++j)
    for (std::int64_t i = 0; i < v.rows; ++i)
      v(i, j) = y.s[j] <= 1e-10L * y.s[0] ? 0 : v(i, j) / y.s[j];
  return v * transposed(y.u);
}

/// Columns (and those of the partner) with a positive first element in each column of `by`.
inline void fix_signs(Matrix& by, Matrix* partner = nullptr) {
  for (std::int64_t j = 0; j < by.cols && by.rows > 0; ++j) {
    if (by(0, j) > 0) continue;
    for (std::int64_t i = 0; i < by.rows; ++i) by(i, j) = -by(i, j);
    if (partner != nullptr)
      for (std::int64_t i = 0; i < partner->rows; ++i) (*partner)(i, j) = -(*partner)(i, j);
  }
}

// ---- Batches.

/// The matrix of `a` at an index of the leading dimensions, which a broadcasts to.
inline Matrix matrix_at(const Array& a, const Sizes& batch) {
  Matrix m(a.sizes[a.dim() - 2], a.sizes[a.dim() - 1]);
  Sizes index(a.dim());
  const std::size_t skip = batch.size() + 2 - a.dim();
  for (std::size_t d = 0; d + 2 < a.dim(); ++d) index[d] = a.sizes[d] == 1 ? 0 : batch[d + skip];
  for (std::int64_t i = 0; i < m.rows; ++i)
    for (std::int64_t j = 0; j < m.cols; ++j) {
      index[a.dim() - 2] = i;
      index[a.dim() - 1] = j;
      m(i, j) = static_cast<long double>(a.at(index));
    }
  return m;
}

/// The leading dimensions that the inputs broadcast to.
inline Sizes batch_of(const Inputs& x) {
  Sizes batch;
  for (const Array& a : x)
    batch = support::broadcast(batch, Sizes(a.sizes.begin(), a.sizes.end() - 2));
  return batch;
}

/// An array of the results, of extents `rows` and `cols` each, of f at every index of the leading
/// dimensions that the inputs broadcast to.
template <class F>
Array by_matrix(const Inputs& x, std::int64_t rows, std::int64_t cols, F&& f) {
  const Sizes batch = batch_of(x);
  Sizes sizes = batch;
  sizes.push_back(rows);
  sizes.push_back(cols);
  Array y(sizes);
  std::size_t at = 0;
  support::for_each_index(batch, [&](const Sizes& index) {
    const Matrix m = f(index);
    for (const long double v : m.values) y.values[at++] = static_cast<double>(v);
  });
  return y;
}

/// One result for a matrix: a matrix, a vector (one column) or a number, of which `dims` extents are
/// kept.
struct Part {
  Matrix value;
  std::int64_t dims;
};
inline Part as_matrix(Matrix a) { return {std::move(a), 2}; }
inline Part as_vector(const std::vector<long double>& v) { return {column(v), 1}; }
inline Part as_number(long double v) { return {column({v}), 0}; }

/// `f` of the matrices of all inputs at every index of the leading dimensions. What comes out of an
/// empty batch has the shapes that f gives for matrices of zeros.
inline Naive per_matrix(std::function<std::vector<Part>(const std::vector<Matrix>&)> f) {
  return [f](const Inputs& x) {
    const Sizes batch = batch_of(x);
    Outputs y;
    const auto shaped = [&](const std::vector<Part>& parts) {
      for (const auto& [value, dims] : parts) {
        Sizes sizes = batch;
        if (dims > 0) sizes.push_back(value.rows);
        if (dims > 1) sizes.push_back(value.cols);
        y.emplace_back();
        y.back().sizes = sizes;
      }
    };
    support::for_each_index(batch, [&](const Sizes& i) {
      std::vector<Matrix> matrices;
      for (const Array& a : x) matrices.push_back(matrix_at(a, i));
      const std::vector<Part> parts = f(matrices);
      if (y.empty()) shaped(parts);
      for (std::size_t p = 0; p < parts.size(); ++p)
        for (const long double v : parts[p].value.values)
          y[p].values.push_back(static_cast<double>(v));
    });
    if (!y.empty()) return y;
    std::vector<Matrix> zeros;
    for (const Array& a : x) zeros.emplace_back(a.sizes[a.dim() - 2], a.sizes[a.dim() - 1]);
    shaped(f(zeros));
    return y;
  };
}

// ---- Samples.

/// Arrays with `more` added to the diagonals of their matrices: far from singular.
inline Array with_diagonal(Array a, double more) {
  std::size_t at = 0;
  support::for_each_index(a.sizes, [&](const Sizes& i) {
    if (i[i.size() - 2] == i.back()) a.values[at] += more;
    ++at;
  });
  return a;
}
inline Array regular(const Sizes& sizes, std::uint64_t seed = 4) {
  return with_diagonal(support::uniform(sizes, -1, 1, seed), 3);
}

/// Matrices with singular values (eigenvalues, as the case may be) that are well apart: numbers up to
/// `noise` off the diagonal, and 1, 1 + step, ... added on it.
inline Array spread_matrices(const Sizes& sizes, double step, double noise, std::uint64_t seed) {
  Array y = support::uniform(sizes, -noise, noise, seed);
  const std::int64_t d = sizes.size();
  support::for_each_index(sizes, [&](const Sizes& i) {
    if (i[d - 2] == i[d - 1]) y.at(i) += 1 + step * static_cast<double>(i[d - 1]);
  });
  return y;
}

/// One such input for each shape.
inline std::vector<Inputs> spread_samples(const std::vector<Sizes>& shapes, double step,
                                          double noise, std::uint64_t seed) {
  std::vector<Inputs> samples;
  for (const Sizes& s : shapes) samples.push_back({spread_matrices(s, step, noise, seed)});
  return samples;
}

// ---- Rows.

/// A row for floating point matrices.
inline Row matrix_row(std::string name, std::string function, Call call, Naive naive,
                      std::vector<Inputs> samples, std::vector<Spelling> spellings = {}) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = std::move(samples),
          .spellings = std::move(spellings),
          .integers = false,
          .bools = false};
}

/// The same for decompositions, which lose more to rounding, with samples on which they are computed
/// but not differentiated.
inline Row decomposition_row(std::string name, std::string function, Call call, Naive naive,
                             std::vector<Inputs> samples, std::vector<Inputs> values_only = {},
                             std::vector<Spelling> spellings = {}) {
  Row row = matrix_row(std::move(name), std::move(function), std::move(call), std::move(naive),
                       std::move(samples), std::move(spellings));
  row.values_only = std::move(values_only);
  row.amplification = 30;
  return row;
}

}  // namespace table
