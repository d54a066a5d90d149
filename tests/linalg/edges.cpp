#include <functional>
#include <limits>
#include <tuple>

#include "support.hpp"

namespace linalg_test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The same values in other memory.
std::vector<Tensor> layouts_of(const Tensor& a) {
  const std::int64_t n = a.size(-2), m = a.size(-1);
  const Tensor columns = a.mT().contiguous().mT();
  Tensor wide = eg::full({2 * n, 3 * m}, kNan);
  Tensor part = wide.slice(0, 0, 2 * n, 2).slice(1, 0, m);
  part.copy_(a);
  Tensor steps = eg::full({n, 2 * m}, kNan).slice(1, 0, 2 * m, 2);
  steps.copy_(a);
  return {a, columns, part, steps};
}

BOOST_AUTO_TEST_SUITE(edges)

BOOST_AUTO_TEST_CASE(eigenvectors_that_are_dependent) {
  // A Jordan block has one eigenvector, and its eigenvalues have no derivative, in either mode.
  for (const Tensor& a :
       {eg::tensor({{2.0, 1.0}, {0.0, 2.0}}), eg::tensor({{0.0, 1.0}, {0.0, 0.0}})}) {
    const Tensor x = a.detach().requires_grad_();
    const auto sum = [](const Tensor& m) { return eg::linalg_eigvals(m).sum(); };
    BOOST_CHECK_THROW(sum(x).backward(), eg::NumericError);
    BOOST_CHECK_THROW(eg::jvp(sum, a, eg::ones({2, 2})), eg::NumericError);
  }
}

BOOST_AUTO_TEST_CASE(condition_beside_a_singular_matrix) {
  // The sum of the elements of the second one overflows.
  const Tensor a = eg::stack({eg::zeros({2, 2}), eg::eye(2) * 1.2e308});
  for (const int order : {2, -2}) {
    BOOST_TEST_INFO_SCOPE("order " << order);
    const auto second = [&](const Tensor& m) { return eg::linalg_cond(m, order)[1]; };
    BOOST_TEST(second(a).item<double>() == 1);
    BOOST_TEST(eg::grad(second)(a)[1].isfinite().all().item<bool>());
  }
}

BOOST_AUTO_TEST_CASE(layouts) {
  for (const std::int64_t n : {1, 3, 20, 70}) {
    BOOST_TEST_INFO_SCOPE("n " << n);
    const Tensor a = random_matrix(n, n, 1) + 2 * static_cast<double>(n) * eg::eye(n);
    const Tensor s = definite(n, n == 1 ? 1 : 10, 2);
    const Tensor b = random_matrix(n, 3, 3);
    const Tensor wanted = eg::linalg_solve(a, b);
    for (const Tensor& x : layouts_of(a)) {
      BOOST_TEST(distance(eg::linalg_inv(x), eg::linalg_inv(a)) <= 1e-13);
      BOOST_TEST(std::abs((eg::logdet(x) - eg::logdet(a)).item<double>()) <= 1e-12);
      BOOST_TEST(distance(std::get<0>(eg::linalg_lu_factor(x)),
                          std::get<0>(eg::linalg_lu_factor(a))) == 0);
      for (const Tensor& y : layouts_of(b)) {
        BOOST_TEST(distance(eg::linalg_solve(x, y), wanted) <= 1e-13);
        BOOST_TEST(distance(eg::linalg_solve(x.t(), y.t(), false), wanted.t()) <= 1e-13);
        BOOST_TEST(distance(eg::linalg_solve(x, y.select(1, 0)), wanted.select(1, 0)) <= 1e-13);
      }
    }
    const Tensor l = eg::linalg_cholesky(s);
    for (const Tensor& x : layouts_of(s)) BOOST_TEST(distance(eg::linalg_cholesky(x), l) == 0);
    for (const Tensor& x : layouts_of(l)) {
      BOOST_TEST(distance(eg::cholesky_inverse(x), eg::cholesky_inverse(l)) == 0);
      for (const Tensor& y : layouts_of(b))
        BOOST_TEST(distance(eg::cholesky_solve(y, x), eg::cholesky_solve(b, l)) <= 1e-13);
    }
  }
}

/// Batches of tiny matrices are computed in SIMD lanes: any number of them, anywhere in the batch.
BOOST_AUTO_TEST_CASE(batches_are_what_their_matrices_are) {
  eg::manual_seed(4);
  for (std::int64_t n = 1; n <= 9; ++n)
    for (const std::int64_t count : {1, 3, 4, 7, 8, 9, 17, 40}) {
      BOOST_TEST_INFO_SCOPE("n " << n << ", count " << count);
      for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32}) {
        const double bound = (dtype == eg::kFloat64 ? 1e-13 : 1e-4);
        const Tensor x = eg::randn({count, n, n}, dtype);
        const Tensor a = x + 2 * static_cast<double>(n) * eg::eye(n, dtype);
        const Tensor s = eg::matmul(x, x.mT()) + eg::eye(n, dtype);
        const Tensor b = eg::randn({count, n, 2}, dtype);
        const Tensor solution = eg::linalg_solve(a, b);
        const Tensor inverse = eg::linalg_inv(a);
        const auto factor_and_gradient = [](const Tensor& of) {
          const Tensor leaf = of.clone().requires_grad_();
          const Tensor l = eg::linalg_cholesky(leaf);
          return std::pair(l, eg::autograd::grad({l.sin().sum()}, {leaf})[0]);
        };
        const auto [factor, gradient] = factor_and_gradient(s);
        BOOST_TEST(distance(eg::linalg_cholesky(s.mT().contiguous().mT()), factor) == 0);
        const auto [lu, pivots] = eg::linalg_lu_factor(a);
        const Tensor adjoint = eg::linalg_lu_solve(lu, pivots, b, true, true);
        for (std::int64_t i = 0; i < count; ++i) {
          BOOST_TEST(distance(eg::matmul(a[i], solution[i]), b[i]) <= bound * 10);
          BOOST_TEST(distance(eg::matmul(a[i].t(), adjoint[i]), b[i]) <= bound * 10);
          BOOST_TEST(distance(eg::matmul(a[i], inverse[i]), eg::eye(n, dtype)) <= bound);
          const auto [own, by_own] = factor_and_gradient(s[i]);
          BOOST_TEST(distance(own, factor[i]) <= bound);
          BOOST_TEST(distance(by_own, gradient[i]) <= bound * 10);
          const auto [one, exchanges] = eg::linalg_lu_factor(a[i]);
          BOOST_TEST(eg::equal(exchanges, pivots[i]));
          BOOST_TEST(distance(one, lu[i]) <= bound);
        }
      }
    }
}

BOOST_AUTO_TEST_CASE(batches_have_the_same_bits_for_any_number_of_threads) {
  using Results = std::vector<Tensor>;
  const auto all_of = [](const auto& tuple) {
    return std::apply([](const auto&... t) { return Results{t...}; }, tuple);
  };
  const std::vector<std::function<Results(const Tensor&)>> calls{
      [](const Tensor& a) { return Results{eg::linalg_solve(a, a.select(-1, 0))}; },
      [](const Tensor& a) {
        return Results{eg::linalg_inv(a), eg::linalg_det(a)};
      },
      [](const Tensor& a) {
        return Results{eg::linalg_cholesky(a), eg::sqrtm(a)};
      },
      [&](const Tensor& a) { return all_of(eg::linalg_ldl_factor(a)); },
      [&](const Tensor& a) { return all_of(eg::linalg_qr(a)); },
      [](const Tensor& a) {
        const auto [packed, tau] = eg::geqrf(a);
        return Results{packed, tau, eg::linalg_householder_product(packed, tau)};
      },
      [](const Tensor& a) {
        return Results{std::get<0>(eg::linalg_lstsq(a, a)),
                       std::get<0>(eg::linalg_lstsq(a, a, {}, "gels"))};
      },
      [&](const Tensor& a) { return all_of(eg::linalg_eigh(a)); },
      [&](const Tensor& a) { return all_of(eg::linalg_eig(a)); },
      [&](const Tensor& a) { return all_of(eg::linalg_svd(a)); }};
  const int before = eg::get_num_threads();
  for (const eg::DimVector& sizes : {eg::DimVector{20000, 3, 3}, eg::DimVector{100, 40, 40}}) {
    eg::manual_seed(4);
    const Tensor x = eg::randn(sizes);
    const Tensor a = eg::matmul(x, x.mT()) + eg::eye(sizes[2]);
    for (const auto& call : calls) {
      eg::set_num_threads(1);
      const Results one = call(a);
      eg::set_num_threads(3);
      const Results three = call(a);
      for (std::size_t k = 0; k < one.size(); ++k) BOOST_TEST(eg::equal(one[k], three[k]));
    }
  }
  eg::set_num_threads(before);
}

/// The first of several, whichever thread comes to it.
BOOST_AUTO_TEST_CASE(the_matrix_that_failed_is_named) {
  const int before = eg::get_num_threads();
  Tensor a = eg::eye(3).repeat({20000, 1, 1});
  for (const std::int64_t i : {17000, 9000, 19999}) a[i][1][1].fill_(kNan);
  for (const int threads : {1, 3}) {
    eg::set_num_threads(threads);
    BOOST_CHECK_EXCEPTION(eg::linalg_eigh(a), eg::NumericError, [](const eg::NumericError& e) {
      return std::string(e.what()).find("matrix 9000 of the batch") != std::string::npos;
    });
  }
  eg::set_num_threads(before);
}

BOOST_AUTO_TEST_CASE(one_matrix_for_many_right_sides) {
  eg::manual_seed(4);
  const Tensor a = eg::randn({3, 3}) + 3 * eg::eye(3);
  const Tensor b = eg::randn({6, 2, 3, 2});
  const Tensor x = eg::linalg_solve(a, b);
  BOOST_TEST(distance(eg::matmul(a, x), b) <= 1e-13);
  const Tensor many = eg::randn({2, 1, 3, 3}) + 4 * eg::eye(3);
  const Tensor c = eg::randn({5, 3, 1});
  const Tensor y = eg::linalg_solve(many, c);
  BOOST_TEST((y.sizes() == eg::IntArrayRef{2, 5, 3, 1}));
  BOOST_TEST(distance(eg::matmul(many, y), c.expand({2, 5, 3, 1})) <= 1e-13);
}

BOOST_AUTO_TEST_CASE(empty_tensors) {
  BOOST_TEST(
      (eg::linalg_solve(eg::ones({0, 3, 3}), eg::ones({0, 3})).sizes() == eg::IntArrayRef{0, 3}));
  BOOST_TEST(
      (eg::linalg_solve(eg::ones({0, 0}), eg::ones({0, 4})).sizes() == eg::IntArrayRef{0, 4}));
  BOOST_TEST((eg::linalg_inv(eg::ones({2, 0, 0})).sizes() == eg::IntArrayRef{2, 0, 0}));
  BOOST_TEST((eg::linalg_cholesky(eg::ones({0, 2, 2})).sizes() == eg::IntArrayRef{0, 2, 2}));
  BOOST_TEST(eg::linalg_det(eg::ones({0, 0})).item<double>() == 1);
  BOOST_TEST(eg::equal(eg::linalg_det(eg::ones({2, 0, 0})), eg::ones({2})));
  BOOST_TEST(eg::logdet(eg::ones({0, 0})).item<double>() == 0);
  const Tensor a = eg::ones({0, 0}).requires_grad_();
  BOOST_TEST(eg::autograd::grad({eg::linalg_det(a)}, {a})[0].numel() == 0);
  const auto [p, l, u] = eg::linalg_lu(eg::ones({3, 0}));
  BOOST_TEST(eg::equal(p, eg::eye(3)));
  BOOST_TEST((l.sizes() == eg::IntArrayRef{3, 0}));
  BOOST_TEST((u.sizes() == eg::IntArrayRef{0, 0}));
}

BOOST_AUTO_TEST_CASE(nan_goes_through) {
  for (const std::int64_t n : {1, 3, 20, 100})
    for (const std::int64_t count : {1, 5}) {
      const Tensor a = eg::full({count, n, n}, kNan);
      const Tensor b = eg::ones({count, n, 1});
      BOOST_TEST(eg::linalg_solve(a, b).isnan().all().item<bool>());
      BOOST_TEST(eg::linalg_inv(a).isnan().all().item<bool>());
      BOOST_TEST(eg::linalg_cholesky(a).diagonal(0, 1, 2).isnan().all().item<bool>());
      BOOST_TEST(eg::linalg_det(a).isnan().all().item<bool>());
    }
}

BOOST_AUTO_TEST_CASE(what_info_says) {
  const Tensor batch = eg::stack({eg::eye(3), eg::diag(eg::tensor({1.0, 2.0, -1.0}))});
  const auto [l, order] = eg::linalg_cholesky_ex(batch);
  BOOST_TEST(eg::equal(order, eg::tensor({0, 3})));
  BOOST_TEST(l[1][1][1].item<double>() == std::sqrt(2.0));
  const Tensor singular = eg::stack({eg::eye(2), eg::ones({2, 2})});
  BOOST_TEST(eg::equal(std::get<1>(eg::linalg_inv_ex(singular)), eg::tensor({0, 2})));
  BOOST_TEST(
      eg::equal(std::get<1>(eg::linalg_solve_ex(singular, eg::ones({2, 1}))), eg::tensor({0, 2})));
  BOOST_TEST(eg::equal(std::get<2>(eg::linalg_lu_factor_ex(singular)), eg::tensor({0, 2})));
  BOOST_TEST(std::get<1>(eg::linalg_inv_ex(eg::eye(2))).item<std::int64_t>() == 0);
  for (const std::int64_t n : {3, 20, 100}) {
    Tensor a = eg::eye(n);
    a[n - 2][n - 2].fill_(-1.0);
    BOOST_TEST(std::get<1>(eg::linalg_cholesky_ex(a)).item<std::int64_t>() == n - 1);
    a[n - 2][n - 2].fill_(0.0);
    BOOST_TEST(std::get<1>(eg::linalg_inv_ex(a)).item<std::int64_t>() == n - 1);
    BOOST_TEST(std::get<2>(eg::linalg_lu_factor_ex(a, false)).item<std::int64_t>() == n - 1);
  }
}

BOOST_AUTO_TEST_CASE(zeros_on_the_diagonal_of_a_triangle) {
  const Tensor x = eg::linalg_solve_triangular(eg::zeros({2, 2}), eg::ones({2, 1}), true);
  BOOST_TEST(std::isnan(x[0][0].item<double>()));
  BOOST_TEST(x[1][0].item<double>() == std::numeric_limits<double>::infinity());
}

BOOST_AUTO_TEST_CASE(the_other_triangle_is_not_read) {
  for (const std::int64_t n : {3, 40}) {
    const Tensor full = random_matrix(n, n, 1) + 2 * static_cast<double>(n) * eg::eye(n);
    const Tensor b = random_matrix(n, 2, 2);
    const Tensor poison = eg::tril(full) + eg::triu(eg::full({n, n}, kNan), 1).nan_to_num(1e300);
    const Tensor a = poison.clone().requires_grad_();
    const Tensor x = eg::linalg_solve_triangular(a, b, false);
    BOOST_TEST(distance(x, eg::linalg_solve_triangular(eg::tril(full), b, false)) == 0);
    BOOST_TEST(largest(eg::triu(eg::autograd::grad({x.sum()}, {a})[0], 1)) == 0);
    const Tensor l = eg::cholesky_solve(b, poison);
    BOOST_TEST(distance(l, eg::cholesky_solve(b, eg::tril(full))) == 0);
    const Tensor y = eg::linalg_solve_triangular(a, b, false, true, true);
    const Tensor g = eg::autograd::grad({y.sum()}, {a})[0];
    BOOST_TEST(largest(g.diagonal()) == 0);
  }
}

/// Saved values are released by the first pass, and protected from writes.
BOOST_AUTO_TEST_CASE(saved_values) {
  const Tensor a = (random_matrix(3, 3, 1) + 4 * eg::eye(3)).requires_grad_();
  const Tensor twice = a * 2;
  const Tensor x = eg::linalg_solve(twice, eg::ones({3})).sum();
  eg::autograd::grad({x}, {a});
  BOOST_CHECK_THROW(eg::autograd::grad({x}, {a}), eg::GraphError);
  Tensor written = a * 2;
  const Tensor y = eg::linalg_solve(written, eg::ones({3})).sum();
  written.add_(1.0);
  BOOST_CHECK_THROW(eg::autograd::grad({y}, {a}), eg::GraphError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
