#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/ops/linalg/cholesky.hpp"
#include "eigengrad/ops/linalg/determinants.hpp"
#include "eigengrad/ops/linalg/gaussian.hpp"
#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "matrices.hpp"

namespace table {
namespace {

using eg::Tensor;

std::vector<Inputs> regular_samples(const std::vector<Sizes>& shapes) {
  std::vector<Inputs> samples;
  for (const Sizes& s : shapes) samples.push_back({regular(s)});
  return samples;
}

std::vector<Sizes> square() {
  return {{3, 3}, {2, 4, 4}, {1, 1}, {2, 1, 2, 2}, {0, 0}, {0, 2, 2}, {6, 6}};
}

// ---- Cholesky.

/// A A^T + I: what gradcheck may perturb without losing symmetry.
Tensor definite(const Tensor& a) {
  const Tensor square = eg::matmul(a, a.mT());
  return square + eg::eye(a.size(-1), a.dtype());
}

Matrix cholesky_of(const Matrix& a) {
  Matrix l(a.rows, a.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j <= i; ++j) {
      long double sum = a(i, j);
      for (std::int64_t k = 0; k < j; ++k) sum -= l(i, k) * l(j, k);
      l(i, j) = i == j ? std::sqrt(sum) : sum / l(j, j);
    }
  return l;
}

Naive factoring(bool upper) {
  return [upper](const Inputs& x) {
    const std::int64_t n = x[0].sizes.back();
    return Outputs{by_matrix(x, n, n, [&](const Sizes& i) {
      const Matrix a = matrix_at(x[0], i);
      Matrix definite_matrix = a * transposed(a);
      for (std::int64_t k = 0; k < n; ++k) definite_matrix(k, k) += 1;
      const Matrix l = cholesky_of(definite_matrix);
      return upper ? transposed(l) : l;
    })};
  };
}

template <class F>
Call on_definite(F f) {
  return on1([f](const Tensor& a) { return f(definite(a)); });
}

void add_factors(Rows& rows) {
  for (const bool upper : {false, true}) {
    const std::string after = upper ? "_upper" : "";
    rows.push_back(matrix_row(
        "linalg_cholesky" + after, "linalg_cholesky",
        on_definite([=](const Tensor& a) { return eg::linalg_cholesky(a, upper); }),
        factoring(upper), regular_samples(square()),
        {{"cholesky", on_definite([=](const Tensor& a) { return eg::linalg::cholesky(a, upper); })},
         {"linalg_cholesky_ex", on_definite([=](const Tensor& a) {
            return std::get<0>(eg::linalg_cholesky_ex(a, upper));
          })},
         {"cholesky_ex", on_definite([=](const Tensor& a) {
            return std::get<0>(eg::linalg::cholesky_ex(a, upper));
          })}}));
    rows.push_back(matrix_row(
        "cholesky" + after, "cholesky",
        on_definite([=](const Tensor& a) { return eg::cholesky(a, upper); }), factoring(upper),
        regular_samples({{3, 3}, {2, 2, 2}}),
        {{"Tensor::cholesky", on_definite([=](const Tensor& a) { return a.cholesky(upper); })}}));
  }
}

Matrix of_factor(const Matrix& l, bool upper) {
  const Matrix t = triangle_of(l, upper);
  return upper ? transposed(t) * t : t * transposed(t);
}

/// PyTorch's gradients have elements outside of the triangle.
Tensor part_of(const Tensor& l, bool upper) { return upper ? l.triu() : l.tril(); }

void add_uses_of_factors(Rows& rows) {
  for (const bool upper : {false, true}) {
    const std::string after = upper ? "_upper" : "";
    std::vector<Inputs> samples;
    const std::pair<Sizes, Sizes> shapes[] = {{{3, 2}, {3, 3}},    {{2, 3, 1}, {2, 3, 3}},
                                              {{4, 2}, {2, 4, 4}}, {{3, 2, 2}, {2, 2}},
                                              {{1, 1}, {1, 1}},    {{0, 2}, {0, 0}}};
    for (const auto& [b, l] : shapes)
      samples.push_back({support::uniform(b, -2, 2, 5), regular(l)});
    rows.push_back(matrix_row(
        "cholesky_solve" + after, "cholesky_solve", on2([=](const Tensor& b, const Tensor& l) {
          return eg::cholesky_solve(b, part_of(l, upper), upper);
        }),
        [=](const Inputs& x) {
          return Outputs{
              by_matrix(x, x[0].sizes[x[0].dim() - 2], x[0].sizes.back(), [&](const Sizes& i) {
                return eliminated(of_factor(matrix_at(x[1], i), upper), matrix_at(x[0], i)).first;
              })};
        },
        samples, {{"Tensor::cholesky_solve", on2([=](const Tensor& b, const Tensor& l) {
                     return b.cholesky_solve(part_of(l, upper), upper);
                   })}}));
    rows.push_back(matrix_row(
        "cholesky_inverse" + after, "cholesky_inverse",
        on1([=](const Tensor& l) { return eg::cholesky_inverse(part_of(l, upper), upper); }),
        [=](const Inputs& x) {
          const std::int64_t n = x[0].sizes.back();
          return Outputs{by_matrix(x, n, n, [&](const Sizes& i) {
            return eliminated(of_factor(matrix_at(x[0], i), upper), identity(n)).first;
          })};
        },
        regular_samples(square()), {{"Tensor::cholesky_inverse", on1([=](const Tensor& l) {
                                       return part_of(l, upper).cholesky_inverse(upper);
                                     })}}));
  }
}

// ---- Gaussian likelihoods.

Matrix column_at(const Array& x, const Sizes& i) {
  Array column = x;
  column.sizes.push_back(1);
  return matrix_at(column, i);
}

/// x^T A x for every matrix, and A^-1 in its place.
Naive forms(bool inverse, bool with_log) {
  return [=](const Inputs& x) {
    Array columns = x[1];
    columns.sizes.push_back(1);
    const auto matrix = [&](const Sizes& i) {
      Matrix a = matrix_at(x[0], i);
      if (!inverse) return a;
      a = a * transposed(a);
      for (std::int64_t k = 0; k < a.rows; ++k) a(k, k) += 1;
      return a;
    };
    Array q = by_matrix({x[0], columns}, 1, 1, [&](const Sizes& i) {
      const Matrix b = column_at(x[1], i);
      const Matrix a = matrix(i);
      return transposed(b) * (inverse ? eliminated(a, b).first : a * b);
    });
    q.sizes.resize(q.dim() - 2);
    if (!with_log) return Outputs{q};
    Array log = by_matrix({x[0]}, 1, 1, [&](const Sizes& i) {
      Matrix one(1, 1);
      one(0, 0) = std::log(eliminated(matrix(i), Matrix(x[0].sizes.back(), 0)).second);
      return one;
    });
    log.sizes.resize(log.dim() - 2);
    return Outputs{q, log};
  };
}

void add_likelihoods(Rows& rows) {
  std::vector<Inputs> samples;
  const std::pair<Sizes, Sizes> shapes[] = {{{3, 3}, {3}},    {{2, 3, 3}, {2, 3}}, {{2, 2, 2}, {2}},
                                            {{2, 2}, {4, 2}}, {{1, 1}, {1}},       {{0, 0}, {0}}};
  for (const auto& [a, b] : shapes)
    samples.push_back({support::uniform(a, -1, 1, 4), support::uniform(b, -2, 2, 5)});
  rows.push_back(matrix_row("quad_form", "quad_form", on2([](const Tensor& a, const Tensor& x) {
                              return eg::quad_form(a, x);
                            }),
                            forms(false, false), samples));
  rows.back().without_oracle = "PyTorch has no such function";
  rows.push_back(matrix_row(
      "inv_quad_logdet", "inv_quad_logdet",
      [](const variable_list& x) {
        const Tensor a = definite(x[0]);
        return eg::detail::as_list(eg::inv_quad_logdet(a, x[1]));
      },
      forms(true, true), samples));
  rows.back().without_oracle = "PyTorch has no such function";
}

// ---- Determinants.

/// f of the determinant of each matrix.
template <class F>
Array of_determinants(const Inputs& x, F f) {
  Array y = by_matrix(x, 1, 1, [&](const Sizes& i) {
    const Matrix a = matrix_at(x[0], i);
    Matrix one(1, 1);
    one(0, 0) = f(eliminated(a, Matrix(a.rows, 0)).second);
    return one;
  });
  y.sizes.resize(y.dim() - 2);
  return y;
}

void add_determinants(Rows& rows) {
  std::vector<Inputs> samples = regular_samples(square());
  samples.push_back({with_diagonal(support::uniform({2, 3, 3}, -1, 1, 8), -3)});
  const Naive value = [](const Inputs& x) {
    return Outputs{of_determinants(x, [](long double d) { return d; })};
  };
  const Naive parts = [](const Inputs& x) {
    return Outputs{of_determinants(x, [](long double d) { return d < 0 ? -1.0L : 1.0L; }),
                   of_determinants(x, [](long double d) { return std::log(std::abs(d)); })};
  };
  rows.push_back(
      matrix_row("linalg_det", "linalg_det", on1([](const Tensor& a) { return eg::linalg_det(a); }),
                 value, samples,
                 {{"det", on1([](const Tensor& a) { return eg::det(a); })},
                  {"Tensor::det", on1([](const Tensor& a) { return a.det(); })},
                  {"det in linalg", on1([](const Tensor& a) { return eg::linalg::det(a); })}}));
  rows.push_back(matrix_row(
      "linalg_slogdet", "linalg_slogdet",
      list_on1([](const Tensor& a) { return eg::linalg_slogdet(a); }), parts, samples,
      {{"slogdet", list_on1([](const Tensor& a) { return eg::slogdet(a); })},
       {"Tensor::slogdet", list_on1([](const Tensor& a) { return a.slogdet(); })},
       {"slogdet in linalg", list_on1([](const Tensor& a) { return eg::linalg::slogdet(a); })}}));
  rows.push_back(matrix_row("logdet", "logdet", on1([](const Tensor& a) { return eg::logdet(a); }),
                            [](const Inputs& x) {
                              return Outputs{
                                  of_determinants(x, [](long double d) { return std::log(d); })};
                            },
                            regular_samples({{3, 3}, {2, 2, 2}, {0, 0}}),
                            {{"Tensor::logdet", on1([](const Tensor& a) { return a.logdet(); })}}));
}

}  // namespace

Rows cholesky_rows() {
  Rows rows;
  add_factors(rows);
  add_uses_of_factors(rows);
  add_likelihoods(rows);
  return rows;
}

Rows determinant_rows() {
  Rows rows;
  add_determinants(rows);
  return rows;
}

}  // namespace table
