#include "eigengrad/ops/linalg/lstsq.hpp"
#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/qr.hpp"
#include "matrices.hpp"

namespace table {
namespace {

using eg::Tensor;

std::vector<Inputs> samples(const std::vector<Sizes>& shapes) {
  return spread_samples(shapes, 0.5, 0.4, 8);
}

// ---- Householder's reflections.

struct Packed {
  Matrix a;
  std::vector<long double> tau;
};

/// 1 - tau v v^T times the rows of `a` from `first` on, v with 1 and then what stands in column j of
/// `packed`.
void reflect(Matrix& a, const Matrix& packed, std::int64_t j, long double tau,
             std::int64_t from_column) {
  for (std::int64_t c = from_column; c < a.cols; ++c) {
    long double dot = a(j, c);
    for (std::int64_t i = j + 1; i < a.rows; ++i) dot += packed(i, j) * a(i, c);
    a(j, c) -= tau * dot;
    for (std::int64_t i = j + 1; i < a.rows; ++i) a(i, c) -= tau * dot * packed(i, j);
  }
}

Packed reflectors(Matrix a) {
  Packed y{a, {}};
  for (std::int64_t j = 0; j < std::min(a.rows, a.cols); ++j) {
    long double tail = 0;
    for (std::int64_t i = j + 1; i < a.rows; ++i) tail += a(i, j) * a(i, j);
    const long double alpha = a(j, j);
    long double tau = 0, beta = alpha;
    if (tail > 0) {
      beta = alpha > 0 ? -std::sqrt(alpha * alpha + tail) : std::sqrt(alpha * alpha + tail);
      tau = (beta - alpha) / beta;
      for (std::int64_t i = j + 1; i < a.rows; ++i) y.a(i, j) = a(i, j) / (alpha - beta);
    }
    y.tau.push_back(tau);
    reflect(a, y.a, j, tau, j);
    for (std::int64_t c = j; c < a.cols; ++c) y.a(j, c) = a(j, c);
    for (std::int64_t c = j + 1; c < a.cols; ++c)
      for (std::int64_t i = j + 1; i < a.rows; ++i) y.a(i, c) = a(i, c);
  }
  return y;
}

Matrix product_of_reflectors(const Matrix& v, const std::vector<long double>& tau,
                             std::int64_t columns) {
  Matrix q(v.rows, columns);
  for (std::int64_t i = 0; i < columns; ++i) q(i, i) = 1;
  for (std::int64_t j = tau.size(); j-- > 0;) reflect(q, v, j, tau[j], 0);
  return q;
}

Matrix upper(const Matrix& a, std::int64_t rows) {
  Matrix y(rows, a.cols);
  for (std::int64_t i = 0; i < rows && i < a.rows; ++i)
    for (std::int64_t j = i; j < a.cols; ++j) y(i, j) = a(i, j);
  return y;
}

std::vector<Part> decomposed(const Matrix& a, std::int64_t k) {
  const Packed y = reflectors(a);
  return {as_matrix(product_of_reflectors(y.a, y.tau, k)), as_matrix(upper(y.a, k))};
}

void add_qr(Rows& rows) {
  const std::vector<Sizes> shapes{{4, 3}, {3, 3}, {2, 2, 4}, {2, 1, 3, 1}};
  const std::vector<Sizes> edges{{0, 3, 2}, {0, 3}, {3, 0}, {57, 13}, {50, 60}};
  const Naive reduced = per_matrix([](const std::vector<Matrix>& x) {
    return decomposed(x[0], std::min(x[0].rows, x[0].cols));
  });
  const Naive complete =
      per_matrix([](const std::vector<Matrix>& x) { return decomposed(x[0], x[0].rows); });
  rows.push_back(decomposition_row(
      "linalg_qr", "linalg_qr", list_on1([](const Tensor& a) { return eg::linalg_qr(a); }), reduced,
      samples(shapes), samples(edges),
      {{"qr", list_on1([](const Tensor& a) { return eg::linalg::qr(a); })}}));
  rows.push_back(decomposition_row(
      "qr", "qr", list_on1([](const Tensor& a) { return eg::qr(a); }), reduced, samples(shapes),
      samples(edges), {{"Tensor::qr", list_on1([](const Tensor& a) { return a.qr(); })}}));
  rows.push_back(
      decomposition_row("linalg_qr_complete", "linalg_qr",
                        list_on1([](const Tensor& a) { return eg::linalg_qr(a, "complete"); }),
                        complete, samples({{3, 3}, {2, 2, 4}}), samples({{4, 2}, {3, 0}, {0, 3}}),
                        {{"Tensor::qr", list_on1([](const Tensor& a) { return a.qr(false); })}}));
  rows.push_back(decomposition_row(
      "linalg_qr_r", "linalg_qr",
      on1([](const Tensor& a) { return std::get<1>(eg::linalg_qr(a, "r")).detach(); }),
      per_matrix([](const std::vector<Matrix>& x) {
        return std::vector<Part>{
            as_matrix(upper(reflectors(x[0]).a, std::min(x[0].rows, x[0].cols)))};
      }),
      samples(shapes), samples(edges)));
  rows.back().differentiable = false;
}

void add_reflectors(Rows& rows) {
  const Naive packed = per_matrix([](const std::vector<Matrix>& x) {
    const Packed y = reflectors(x[0]);
    return std::vector<Part>{as_matrix(y.a), as_vector(y.tau)};
  });
  rows.push_back(decomposition_row(
      "geqrf", "geqrf", list_on1([](const Tensor& a) { return eg::geqrf(a); }), packed,
      samples({{4, 3}, {3, 3}, {2, 2, 4}, {1, 1}}), samples({{0, 3, 2}, {3, 0}}),
      {{"Tensor::geqrf", list_on1([](const Tensor& a) { return a.geqrf(); })}}));
  rows.back().without_oracle = "PyTorch has no derivative; values: geqrf_values";
  rows.push_back(decomposition_row("geqrf_values", "geqrf",
                                   list_on1([](const Tensor& a) { return eg::geqrf(a.detach()); }),
                                   packed, samples({{4, 3}, {3, 3}, {2, 2, 4}})));
  rows.back().differentiable = false;
  const Naive product = [](const Inputs& x) {
    // One row of factors for each matrix.
    Array tau = x[1];
    tau.sizes.insert(tau.sizes.end() - 1, 1);
    return per_matrix([](const std::vector<Matrix>& m) {
      return std::vector<Part>{as_matrix(product_of_reflectors(m[0], m[1].values, m[0].cols))};
    })({x[0], tau});
  };
  const auto pairs = [](const std::vector<std::pair<Sizes, Sizes>>& shapes) {
    std::vector<Inputs> list;
    for (const auto& [s, t] : shapes)
      list.push_back({support::uniform(s, -1, 1, 12), support::uniform(t, -1, 1.5, 13)});
    return list;
  };
  const auto both = pairs({{{4, 3}, {3}}, {{3, 3}, {2}}, {{2, 3, 2}, {2, 2}}, {{2, 1}, {1}}});
  const auto edges = pairs({{{0, 3, 2}, {0, 2}}, {{3, 0}, {0}}, {{3, 2}, {0}}, {{60, 50}, {7}}});
  rows.push_back(decomposition_row(
      "linalg_householder_product", "linalg_householder_product",
      on2([](const Tensor& v, const Tensor& t) { return eg::linalg_householder_product(v, t); }),
      product, both, edges, {{"householder_product", on2([](const Tensor& v, const Tensor& t) {
                                return eg::linalg::householder_product(v, t);
                              })}}));
  rows.push_back(decomposition_row(
      "orgqr", "orgqr", on2([](const Tensor& v, const Tensor& t) { return eg::orgqr(v, t); }),
      product, both, edges,
      {{"Tensor::orgqr", on2([](const Tensor& v, const Tensor& t) { return v.orgqr(t); })}}));
}

// ---- Least squares.

std::vector<Inputs> systems(const std::vector<std::pair<Sizes, Sizes>>& shapes) {
  std::vector<Inputs> list;
  for (const auto& [s, t] : shapes)
    list.push_back({spread_matrices(s, 0.5, 0.4, 8), support::uniform(t, -1, 1, 9)});
  return list;
}

Tensor solution(const Tensor& a, const Tensor& b, const char* driver) {
  return std::get<0>(eg::linalg_lstsq(a, b, eg::nullopt, driver));
}

void add_least_squares(Rows& rows) {
  const std::vector<std::pair<Sizes, Sizes>> shapes{
      {{4, 3}, {4, 2}}, {{3, 3}, {3, 1}}, {{2, 2, 4}, {2, 2, 2}}};
  const auto edges = systems({{{0, 3, 2}, {0, 3, 1}},
                              {{3, 0}, {3, 2}},
                              {{0, 2}, {0, 3}},
                              {{31, 17}, {31, 5}},
                              {{17, 31}, {17, 5}}});
  const Naive naive = per_matrix([](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_matrix(pseudoinverse(x[0]) * x[1])};
  });
  for (const char* driver : {"gelsy", "gels", "gelsd", "gelss"}) {
    rows.push_back(decomposition_row(
        std::string("linalg_lstsq_") + driver, "linalg_lstsq",
        on2([driver](const Tensor& a, const Tensor& b) { return solution(a, b, driver); }), naive,
        systems(shapes), edges));
    // Expanded layouts repeat a row, which "gels" refuses.
    if (std::string(driver) == "gels") rows.back().any_layout = false;
  }
  rows.push_back(decomposition_row(
      "linalg_lstsq", "linalg_lstsq",
      on2([](const Tensor& a, const Tensor& b) { return std::get<0>(eg::linalg_lstsq(a, b)); }),
      [naive](const Inputs& x) {
        Array b = x[1];
        b.sizes.push_back(1);
        Outputs y = naive({x[0], b});
        y[0].sizes.pop_back();
        return y;
      },
      systems({{{4, 3}, {4}}, {{2, 3, 3}, {2, 3}}, {{2, 4}, {2}}}), systems({{{3, 0}, {3}}}),
      {{"lstsq", on2([](const Tensor& a, const Tensor& b) {
          return std::get<0>(eg::linalg::lstsq(a, b));
        })}}));
  rows.back().other_nodes = {"LinalgLstsqBackward0"};
  // x x^T with x of 2 columns has rank 2 for every x.
  const Naive deficient = per_matrix([](const std::vector<Matrix>& x) {
    return std::vector<Part>{as_matrix(pseudoinverse(x[0] * transposed(x[0])) * x[1])};
  });
  for (const char* driver : {"gelsy", "gelsd"}) {
    rows.push_back(decomposition_row(
        std::string("linalg_lstsq_deficient_") + driver, "linalg_lstsq",
        on2([driver](const Tensor& a, const Tensor& b) {
          return std::get<0>(eg::linalg_lstsq(eg::matmul(a, a.mT()), b, 1e-8, driver));
        }),
        deficient, systems({{{4, 2}, {4, 2}}, {{2, 3, 2}, {2, 3, 1}}})));
    // Second derivatives have terms that are 0 here but for rounding, which PyTorch leaves out.
    rows.back().oracle_derivatives = 1e-11;
  }
  rows.push_back(decomposition_row(
      "linalg_lstsq_residuals", "linalg_lstsq", on2([](const Tensor& a, const Tensor& b) {
        return std::get<1>(eg::linalg_lstsq(a, b, eg::nullopt, "gelsd")).detach();
      }),
      per_matrix([](const std::vector<Matrix>& x) {
        const Matrix r = x[1] - x[0] * (pseudoinverse(x[0]) * x[1]);
        std::vector<long double> sums(r.cols, 0);
        for (std::int64_t i = 0; i < r.rows; ++i)
          for (std::int64_t j = 0; j < r.cols; ++j) sums[j] += r(i, j) * r(i, j);
        return std::vector<Part>{as_vector(sums)};
      }),
      systems({{{4, 3}, {4, 2}}, {{2, 3, 2}, {2, 3, 1}}})));
  rows.back().differentiable = false;
}

}  // namespace

Rows orthogonal_rows() {
  Rows rows;
  add_qr(rows);
  add_reflectors(rows);
  add_least_squares(rows);
  return rows;
}

}  // namespace table
