#define BOOST_TEST_MODULE adapters_sundials
#include "eigengrad/adapters/sundials.hpp"

#include <boost/test/unit_test.hpp>

#include "optim/odes.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
namespace ad = eigengrad::adapters;
using eg::Tensor;
using eg::autograd::variable_list;
using odes::Problem;

namespace {

/// States and gradients against SciPy's.
struct Case {
  std::size_t number;
  odes::Model model;
  std::int64_t last;
  ad::CvodesOptions options;
  double tolerance;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {0, odes::lotka_volterra, 10, {.stiff = false, .rtol = 1e-11, .atol = 1e-13}, 1e-8},
      {1, odes::van_der_pol, 5, {.rtol = 1e-12, .atol = 1e-16}, 5e-8},
      {2, odes::robertson, 8, {.rtol = 1e-11, .atol = 1e-17}, 1e-8},
      {3, odes::lorenz, 5, {.stiff = false, .rtol = 1e-11, .atol = 1e-13}, 1e-8},
  };
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(states_and_derivatives_against_scipy) {
  for (const Case& c : cases()) {
    const Problem problem(c.number, c.model, c.last);
    BOOST_TEST_CONTEXT(problem.name) {
      const Tensor y = ad::cvodes(c.model, problem.y0, problem.t, problem.p, c.options);
      BOOST_TEST(odes::largest_error(y, problem.states) < c.tolerance);
      const Tensor w = 1 / problem.states.abs().amax(0).expand(problem.states.sizes());
      const variable_list g = eg::autograd::grad({(w * y).sum()}, {problem.y0, problem.p});
      const Tensor by_each = w.unsqueeze(-1) * problem.sensitivities;
      const Tensor off = eg::cat({g[0], g[1]}) - by_each.sum(eg::IntArrayRef({0, 1}));
      const Tensor scale = by_each.abs().sum(eg::IntArrayRef({0, 1}));
      BOOST_TEST((off / scale).abs().amax().item<double>() < c.tolerance);
    }
  }
}

BOOST_AUTO_TEST_CASE(both_modes_agree_with_odeint) {
  // A state of two dimensions, times in f, two parameters, time running backwards.
  const auto f = [](const Tensor& t, const Tensor& y, const Tensor& a, const Tensor& b) {
    return a * y.sin() - b * t;
  };
  const Tensor t = eg::tensor({1.0, 0.5, 0.5, -0.5});
  const variable_list at{eg::tensor({{0.3}, {0.8}}), eg::tensor({{-0.7}, {0.4}}), eg::tensor(0.5)};
  const auto by_cvodes = [&](const variable_list& x) {
    return ad::cvodes(f, x[0], t, std::tuple(x[1], x[2]), {.rtol = 1e-11, .atol = 1e-13});
  };
  const auto by_odeint = [&](const variable_list& x) {
    return eg::odeint(f, x[0], t, std::tuple(x[1], x[2]), odes::options(1e-11));
  };
  for (const auto strategy : {eg::Strategy::Reverse, eg::Strategy::Forward}) {
    const auto j = eg::jacobian(by_cvodes, at, {.strategy = strategy});
    const auto expected = eg::jacobian(by_odeint, at, {.strategy = strategy});
    for (std::size_t i = 0; i < j.size(); ++i) odes::check_close(j[i], expected[i], 1e-8);
  }
}

BOOST_AUTO_TEST_CASE(errors) {
  const Tensor one = eg::ones({1}), t = eg::tensor({0.0, 2.0});
  const auto solve = [&](auto f) { return ad::cvodes(f, one, t); };
  // y' = y^2 is infinite at t = 1.
  BOOST_CHECK_EXCEPTION(solve([](const Tensor&, const Tensor& y) { return y * y; }),
                        eg::NumericError, Says{"stopped at t = 1.0"});
  BOOST_CHECK_EXCEPTION(
      solve([](const Tensor&, const Tensor&) -> Tensor { throw eg::GraphError("mine"); }),
      eg::GraphError, Says{"mine"});
  BOOST_CHECK_EXCEPTION(solve([](const Tensor&, const Tensor&) { return eg::ones({2}); }),
                        eg::ShapeError, Says{"shaped as y0"});
  const Tensor k = eg::tensor(2.0, eg::requires_grad());
  BOOST_CHECK_EXCEPTION(solve([&](const Tensor&, const Tensor& y) { return k * y; }),
                        eg::GraphError, Says{"theta"});
  // The square root ends at y = 0, where the solution is before t = 1.
  BOOST_CHECK_EXCEPTION(
      ad::cvodes([](const Tensor&, const Tensor& y) { return -y.sqrt() - 1; }, one, t),
      eg::NumericError, Says{"stopped at t = "});
  const auto decay = [](const Tensor&, const Tensor& y, const Tensor& a) { return -a * y; };
  BOOST_CHECK_THROW(ad::cvodes(decay, one, eg::tensor({0.0, 2.0, 1.0}), k), eg::ValueError);
  BOOST_CHECK_THROW(ad::cvodes(decay, one.to(eg::kFloat32), t, k), eg::DtypeError);
  // Derivatives of derivatives are refused, not dropped.
  const Tensor y = ad::cvodes(decay, one, t, k)[1];
  const Tensor g = eg::autograd::grad({y}, {k}, {}, true, true)[0];
  BOOST_CHECK_THROW(eg::autograd::grad({g}, {k}), eg::GraphError);
}
