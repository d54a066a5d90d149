#include "functional/scalar_functions.hpp"

#include <Eigen/Dense>
#include <boost/test/unit_test.hpp>

#include "functional/support.hpp"

using namespace functional_test;
using eg::Strategy;

namespace {

/// The largest element of a - b over that of b, or of 1.
double relative(const eg::Tensor& a, const eg::Tensor& b) {
  return (a - b).abs().max().item<double>() / std::max(1.0, b.abs().max().item<double>());
}

/// Central differences of the gradient, of fourth order.
eg::Tensor differences(const ScalarFunction& s) {
  const std::int64_t n = s.x.size(0);
  const auto g = eg::grad(s.f);
  eg::Tensor h = eg::empty({n, n});
  for (std::int64_t i = 0; i < n; ++i) {
    const double step = 1e-3 * std::max(0.1, std::abs(s.x[i].item<double>()));
    const auto at = [&](double k) {
      eg::Tensor x = s.x.clone();
      x[i] = x[i] + k * step;
      return g(x);
    };
    h[i] = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
  }
  return h;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scalar_functions_of_the_literature)

BOOST_AUTO_TEST_CASE(there_are_forty) { BOOST_TEST(all_scalar_functions().size() >= 40u); }

BOOST_AUTO_TEST_CASE(all_ways_to_a_hessian_agree) {
  for (const ScalarFunction& s : all_scalar_functions()) BOOST_TEST_CONTEXT(s.name) {
      const auto [v, g, h] = eg::value_grad_hessian(s.f, s.x, {.strategy = Strategy::Reverse});
      BOOST_TEST(v.item<double>() == s.f(s.x).item<double>());
      BOOST_TEST(relative(g, eg::grad(s.f)(s.x)) <= 1e-14);
      for (const Strategy strategy : {Strategy::Forward, Strategy::Auto}) {
        const auto [v1, g1, h1] = eg::value_grad_hessian(s.f, s.x, {.strategy = strategy});
        BOOST_TEST(v1.item<double>() == v.item<double>());
        BOOST_TEST(relative(g1, g) <= 1e-12);
        BOOST_TEST(relative(h1, h) <= 1e-11);
      }
      BOOST_TEST(relative(h, h.t()) <= 1e-12);
      BOOST_TEST(relative(eg::hessian(s.f)(s.x), h) <= 1e-12);
      BOOST_TEST(relative(eg::jacfwd(eg::grad(s.f))(s.x), h) <= 1e-11);
      BOOST_TEST(relative(eg::jacrev(eg::grad(s.f))(s.x), h) <= 1e-11);
      const eg::Tensor basis = eg::eye(s.x.size(0));
      BOOST_TEST(relative(eg::hvp(s.f, s.x, basis, {.is_v_batched = true}).second, h) <= 1e-11);
      BOOST_TEST(relative(eg::laplacian(s.f, s.x), h.diagonal().sum()) <= 1e-11);
      const double off = relative(h, differences(s));
      BOOST_TEST(off <= 1e-6, "differences of gradients are off by " << off);
    }
}

BOOST_AUTO_TEST_CASE(eigen_vectors_give_the_same) {
  for (const ScalarFunction& s : all_scalar_functions()) BOOST_TEST_CONTEXT(s.name) {
      const Eigen::VectorXd x = s.x.vector<double>();
      const auto [v, g, h] = eg::value_grad_hessian(s.f, x);
      BOOST_TEST(v == s.f(s.x).item<double>());
      BOOST_TEST(relative(eg::from_eigen(h), eg::hessian(s.f, s.x)) == 0.0);
      Eigen::VectorXd into(x.size());
      BOOST_TEST(eg::value_and_grad(s.f).into(x, into) == v);
      BOOST_TEST((into - g).norm() <= 1e-13 * std::max(1.0, g.norm()));
    }
}

BOOST_AUTO_TEST_SUITE_END()
