#include "support.hpp"

/// Determinants of singular matrices and their neighbours: a polynomial has all its derivatives.
namespace linalg_test {
namespace {

/// By expansion along the first row.
double expanded(const std::vector<std::vector<double>>& a) {
  if (a.empty()) return 1;
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) {
    std::vector<std::vector<double>> minor;
    for (std::size_t i = 1; i < a.size(); ++i) {
      minor.push_back(a[i]);
      minor.back().erase(minor.back().begin() + static_cast<std::ptrdiff_t>(j));
    }
    sum += (j % 2 == 0 ? 1 : -1) * a[0][j] * expanded(minor);
  }
  return sum;
}

std::vector<std::vector<double>> rows_of(const Tensor& a) {
  std::vector<std::vector<double>> rows;
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    rows.emplace_back();
    for (std::int64_t j = 0; j < a.size(1); ++j) rows.back().push_back(a[i][j].item<double>());
  }
  return rows;
}

std::vector<std::vector<double>> without(std::vector<std::vector<double>> a, std::size_t row,
                                         std::size_t column) {
  a.erase(a.begin() + static_cast<std::ptrdiff_t>(row));
  for (auto& r : a) r.erase(r.begin() + static_cast<std::ptrdiff_t>(column));
  return a;
}

double sign(std::size_t i) { return i % 2 == 0 ? 1 : -1; }

Tensor cofactors(const Tensor& a) {
  const auto rows = rows_of(a);
  const Tensor c = eg::zeros_like(a);
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows.size(); ++j)
      c[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(j)].fill_(
          sign(i + j) * expanded(without(rows, i, j)));
  return c;
}

/// The second derivative in direction d: the cofactors are of first degree in each element.
Tensor curvature(const Tensor& a, const Tensor& d) {
  const auto rows = rows_of(a);
  const std::size_t n = rows.size();
  const Tensor h = eg::zeros_like(a);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      const auto minor = without(rows, i, j);
      for (std::size_t k = 0; k + 1 < n; ++k)
        for (std::size_t l = 0; l + 1 < n; ++l)
          sum += sign(k + l) * expanded(without(minor, k, l)) *
                 d[static_cast<std::int64_t>(k + (k >= i))][static_cast<std::int64_t>(l + (l >= j))]
                     .item<double>();
      h[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(j)].fill_(sign(i + j) * sum);
    }
  return h;
}

/// Of n rows and the given rank, singular values of about 1; `rest` is that of the others.
Tensor of_rank(std::int64_t n, std::int64_t rank, double rest = 0) {
  const Tensor values = eg::cat({eg::linspace(1, 2, rank), eg::full({n - rank}, rest)});
  return eg::matmul(orthogonal(n, 31) * values, orthogonal(n, 41));
}

void check_derivatives(const Tensor& matrix, double tolerance) {
  const Tensor a = matrix.clone().requires_grad_();
  const Tensor direction = random_matrix(a.size(0), a.size(0), 77);
  const auto first = [&](bool record) {
    return eg::autograd::grad({eg::linalg_det(a)}, {a}, {.create_graph = record})[0];
  };
  const Tensor wanted = cofactors(matrix);
  BOOST_TEST(distance(first(false), wanted) <= tolerance);
  const Tensor g = first(true);
  BOOST_TEST(distance(g, wanted) <= tolerance);
  const Tensor h = eg::autograd::grad({(g * direction).sum()}, {a})[0];
  BOOST_TEST(distance(h, curvature(matrix, direction)) <= 10 * tolerance);
}

BOOST_AUTO_TEST_SUITE(determinants)

BOOST_AUTO_TEST_CASE(two_rows) {
  const Tensor a = eg::tensor({{1.0, 2.0}, {2.0, 4.0}}).requires_grad_();
  const Tensor g = eg::autograd::grad({eg::linalg_det(a)}, {a})[0];
  BOOST_TEST(distance(g, eg::tensor({{4.0, -2.0}, {-2.0, 1.0}})) <= 1e-14);
}

BOOST_AUTO_TEST_CASE(lacking_ranks) {
  for (const std::int64_t n : {2, 3, 4, 5})
    for (std::int64_t rank = n; rank >= 0; --rank) {
      BOOST_TEST_INFO_SCOPE("n " << n << ", rank " << rank);
      check_derivatives(of_rank(n, rank), 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(V5_next_to_singular) {
  for (const double rest : {1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-300})
    for (const std::int64_t rank : {2, 3}) {
      BOOST_TEST_INFO_SCOPE("rest " << rest << ", rank " << rank);
      // Up to a condition of about 1e8 the second derivative loses digits with it, and none beyond.
      check_derivatives(of_rank(4, rank, rest), rest > 1e-8 ? 10 * kEpsilon / rest : 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(rank_below_by_two_has_no_slope) {
  const Tensor a = of_rank(6, 4).requires_grad_();
  BOOST_TEST(largest(eg::autograd::grad({eg::linalg_det(a)}, {a})[0]) <= 1e-14);
}

BOOST_AUTO_TEST_CASE(third_derivative_of_nothing) {
  // det(t I) = t^3 for 3 rows, at t = 0.
  const Tensor t = eg::tensor(0.0).requires_grad_();
  const Tensor y = eg::linalg_det(t * eg::eye(3));
  const Tensor first = eg::autograd::grad({y}, {t}, {.create_graph = true})[0];
  const Tensor second = eg::autograd::grad({first}, {t}, {.create_graph = true})[0];
  const Tensor third = eg::autograd::grad({second}, {t})[0];
  BOOST_TEST(first.item<double>() == 0);
  BOOST_TEST(second.item<double>() == 0);
  BOOST_TEST(std::abs(third.item<double>() - 6) <= 1e-13);
}

BOOST_AUTO_TEST_CASE(batch_of_all_kinds) {
  const Tensor a = eg::stack({of_rank(3, 3), of_rank(3, 2), of_rank(3, 1), of_rank(3, 0)})
                       .reshape({2, 2, 3, 3})
                       .requires_grad_();
  const Tensor g = eg::autograd::grad({eg::linalg_det(a).sum()}, {a})[0];
  for (const std::int64_t i : {0, 1})
    for (const std::int64_t j : {0, 1})
      BOOST_TEST(distance(g[i][j], cofactors(a[i][j].detach())) <= 1e-13);
}

BOOST_AUTO_TEST_CASE(V5_few_singular_matrices_among_many) {
  eg::manual_seed(3);
  const Tensor many = eg::randn({500, 4, 4});
  for (const std::int64_t i : {7, 123}) many[i].copy_(of_rank(4, 3));
  many[300].copy_(of_rank(4, 2));
  const Tensor a = many.clone().requires_grad_();
  const Tensor g = eg::autograd::grad({eg::linalg_det(a).sum()}, {a}, {.create_graph = true})[0];
  const Tensor h = eg::autograd::grad({(g * many).sum()}, {a})[0];
  for (const std::int64_t i : {0, 7, 8, 123, 300, 499}) {
    BOOST_TEST_INFO_SCOPE("matrix " << i);
    const double tolerance = 1e-11 * (1 + largest(g[i]));
    BOOST_TEST(distance(g[i], cofactors(many[i])) <= tolerance);
    BOOST_TEST(distance(h[i], curvature(many[i], many[i])) <= 10 * tolerance);
  }
}

BOOST_AUTO_TEST_CASE(large_lack_of_rank) {
  const Tensor a = eg::zeros({50, 50}).requires_grad_();
  const Tensor d = eg::linalg_det(a);
  BOOST_TEST(d.item<double>() == 0);
  const Tensor g = eg::autograd::grad({d}, {a}, {.create_graph = true})[0];
  BOOST_TEST(largest(g) == 0);
}

BOOST_AUTO_TEST_CASE(signs_and_logarithms_of_singular_matrices) {
  const auto [sign_of_zero, log_of_zero] = eg::linalg_slogdet(eg::zeros({2, 2}));
  BOOST_TEST(sign_of_zero.item<double>() == 0);
  BOOST_TEST(log_of_zero.item<double>() == -std::numeric_limits<double>::infinity());
  BOOST_TEST(eg::logdet(eg::zeros({2, 2})).item<double>() ==
             -std::numeric_limits<double>::infinity());
  BOOST_TEST(std::isnan(eg::logdet(-eg::eye(3)).item<double>()));
  const auto [negative, log_of_one] = eg::linalg_slogdet(-eg::eye(3));
  BOOST_TEST(negative.item<double>() == -1);
  BOOST_TEST(log_of_one.item<double>() == 0);
  // No overflow where the determinant itself has one.
  BOOST_TEST(std::get<1>(eg::linalg_slogdet(1e300 * eg::eye(4))).item<double>() ==
             4 * std::log(1e300));
}

BOOST_AUTO_TEST_CASE(nan_goes_through) {
  const Tensor a = eg::full({3, 3}, std::numeric_limits<double>::quiet_NaN()).requires_grad_();
  const Tensor d = eg::linalg_det(a);
  BOOST_TEST(std::isnan(d.item<double>()));
  BOOST_TEST(std::isnan(eg::autograd::grad({d}, {a})[0][0][0].item<double>()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
