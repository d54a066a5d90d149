#pragma once

#include <utility>

#include "table.hpp"

/// References and samples for operators on matrices: plain loops in long double.
namespace table {

struct Matrix {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::vector<long double> values;

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

inline Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c(a.rows, b.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < b.cols; ++j)
      for (std::int64_t k = 0; k < a.cols; ++k) c(i, j) += a(i, k) * b(k, j);
  return c;
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

/// An array of the results, of extents `rows` and `cols` each, of f at every index of the leading
/// dimensions that the inputs broadcast to.
template <class F>
Array by_matrix(const Inputs& x, std::int64_t rows, std::int64_t cols, F&& f) {
  Sizes batch;
  for (const Array& a : x)
    batch = support::broadcast(batch, Sizes(a.sizes.begin(), a.sizes.end() - 2));
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

}  // namespace table
