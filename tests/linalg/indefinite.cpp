#include <limits>

#include "support.hpp"

/// What the table does not say about linalg_ldl_factor() and linalg_ldl_solve().
namespace linalg_test {
namespace {

Tensor indefinite(std::int64_t n) {
  const Tensor a = random_matrix(n, n, 6);
  return a + a.t() - eg::diag(2 * a.diagonal());
}

bool refuses(const eg::NotImplementedError& e) {
  return std::string(e.what()).find("the derivative for the factors of 'linalg_ldl_factor'") !=
         std::string::npos;
}

BOOST_AUTO_TEST_SUITE(indefinite_matrices)

BOOST_AUTO_TEST_CASE(residuals_are_small) {
  for (const std::int64_t n : {2, 3, 8, 65, 200}) {
    BOOST_TEST_INFO_SCOPE("n " << n);
    const Tensor a = indefinite(n);
    const Tensor b = random_matrix(n, 3, 7);
    const auto [ld, pivots] = eg::linalg_ldl_factor(a);
    const double bound = 20 * static_cast<double>(n) * kEpsilon * largest(a);
    const Tensor x = eg::linalg_ldl_solve(ld, pivots, b);
    BOOST_TEST(distance(eg::matmul(a, x), b) <= bound * largest(x));
    const Tensor y = eg::linalg_ldl_solve(ld, pivots, b.t().contiguous().t());
    BOOST_TEST(distance(x, y) == 0);
    BOOST_TEST(largest(eg::triu(ld, 1)) == 0);
    const Tensor poisoned = eg::tril(a) + eg::triu(eg::full({n, n}, 1e300), 1);
    BOOST_TEST(distance(std::get<0>(eg::linalg_ldl_factor(poisoned)), ld) == 0);
  }
}

BOOST_AUTO_TEST_CASE(blocks_of_two) {
  const auto [ld, pivots] = eg::linalg_ldl_factor(eg::tensor({0.0, 1.0, 1.0, 0.0}).view({2, 2}));
  BOOST_TEST(eg::equal(pivots, eg::tensor({-2, -2})));
  const Tensor x = eg::linalg_ldl_solve(ld, pivots, eg::tensor({3.0, 5.0}).view({2, 1}));
  BOOST_TEST(eg::equal(x.view({2}), eg::tensor({5.0, 3.0})));
}

BOOST_AUTO_TEST_CASE(what_info_of_a_singular_matrix_says) {
  const Tensor batch = eg::stack({eg::eye(3), eg::diag(eg::tensor({1.0, 0.0, 0.0}))});
  const auto [ld, pivots, info] = eg::linalg_ldl_factor_ex(batch);
  BOOST_TEST(eg::equal(info, eg::tensor({0, 2})));
  BOOST_TEST(distance(ld, batch) == 0);
}

BOOST_AUTO_TEST_CASE(nan_goes_through) {
  for (const std::int64_t n : {1, 2, 5, 40}) {
    const Tensor a = eg::full({n, n}, std::numeric_limits<double>::quiet_NaN());
    const auto [ld, pivots, info] = eg::linalg_ldl_factor_ex(a);
    BOOST_TEST(info.item<std::int64_t>() == 0);
    BOOST_TEST(ld.diagonal().isnan().all().item<bool>());
  }
}

BOOST_AUTO_TEST_CASE(factors_have_no_derivative) {
  const Tensor a = indefinite(3).requires_grad_();
  const Tensor b = random_matrix(3, 1, 7).requires_grad_();
  const auto [ld, pivots] = eg::linalg_ldl_factor(a);
  BOOST_TEST(ld.grad_fn()->name() == "LinalgLdlFactorExBackward0");
  BOOST_TEST(!pivots.requires_grad());
  BOOST_CHECK_EXCEPTION(ld.sum().backward(), eg::NotImplementedError, refuses);
  const Tensor x = eg::linalg_ldl_solve(ld, pivots, b);
  const Tensor g = eg::autograd::grad({x.sum()}, {b}, {}, true)[0];
  BOOST_TEST(distance(g, eg::linalg_solve(a, eg::ones({3, 1}))) <= 1e-13);
  BOOST_CHECK_EXCEPTION(eg::autograd::grad({x.sum()}, {a}), eg::NotImplementedError, refuses);
  const eg::autograd::DualLevel level;
  const Tensor dual = eg::autograd::make_dual(a.detach(), a.detach());
  BOOST_CHECK_EXCEPTION(eg::linalg_ldl_factor(dual), eg::NotImplementedError, refuses);
  const Tensor factors = eg::autograd::make_dual(ld.detach(), ld.detach());
  BOOST_CHECK_EXCEPTION(eg::linalg_ldl_solve(factors, pivots, b.detach()), eg::NotImplementedError,
                        refuses);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
