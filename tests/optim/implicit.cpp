#include "eigengrad/optim/implicit.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <memory>

#include "eigengrad/check/gradcheck.hpp"
#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using eg::Tensor;
using eg::autograd::variable_list;
using eg::optim::ImplicitOptions;
using eg::optim::LinearSolver;

namespace {

using Function = std::function<Tensor(const Tensor&)>;

double distance(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

/// y^3 + y = theta in each element.
Tensor cubic(const Tensor& y, const Tensor& theta) { return y * y * y + y - theta; }

/// Three coupled equations, nonlinear in y and in theta, J not symmetric.
Tensor coupled(const Tensor& y, const Tensor& theta) {
  const Tensor a = eg::tensor({3.0, 1.0, -0.5, 0.2, 4.0, 0.7, -0.3, 0.9, 5.0}).reshape({3, 3});
  return eg::mv(a, y) + 0.3 * eg::sin(y * theta) + y * y * y * theta[1] - eg::exp(0.4 * theta);
}
/// The same root by Newton steps that are recorded: enough of them for derivatives of order 3.
Tensor unrolled(const std::function<Tensor(const Tensor&)>& F, Tensor y, int steps) {
  for (int k = 0; k < steps; ++k) {
    const Tensor j = eg::jacobian(F, y, {.create_graph = true, .strategy = eg::Strategy::Reverse});
    y = y - eg::linalg_solve(j, F(y));
  }
  return y;
}
Tensor unrolled_root(const Tensor& theta) {
  return unrolled([&](const Tensor& y) { return coupled(y, theta); }, eg::zeros({3}), 9);
}

const Tensor& theta0() {
  static const Tensor t = eg::tensor({0.4, 0.9, -0.3});
  return t;
}

struct Way {
  const char* name;
  ImplicitOptions derivative;
};
const Way kWays[] = {{"dense", {.linear_solver = LinearSolver::Dense}},
                     {"matrix-free", {.linear_solver = LinearSolver::MatrixFree}}};

Function implicit_in(const Way& way) {
  return [way](const Tensor& theta) {
    return eg::implicit_root(coupled, eg::zeros({3}), theta, {.derivative = way.derivative});
  };
}

/// A value of one element whose derivatives see every element of y.
Tensor loss_of(const Tensor& y) { return (y * y * eg::tensor({1.0, -2.0, 0.5})).sum() + y.prod(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(implicit_functions)

BOOST_AUTO_TEST_CASE(first_second_and_third_derivatives_of_a_cubic) {
  const Tensor theta = eg::tensor({2.0}, eg::requires_grad());
  const Tensor y = eg::implicit_root(cubic, eg::tensor({0.3}), theta);
  const double v = y.item<double>();
  BOOST_TEST(v == 1.0, boost::test_tools::tolerance(1e-14));
  const Tensor d1 = eg::autograd::grad({y}, {theta}, {}, true, true)[0];
  const double p = 3 * v * v + 1;
  BOOST_TEST(d1.item<double>() == 1 / p, boost::test_tools::tolerance(1e-13));
  const Tensor d2 = eg::autograd::grad({d1}, {theta}, {}, true, true)[0];
  BOOST_TEST(d2.item<double>() == -6 * v / (p * p * p), boost::test_tools::tolerance(1e-13));
  const Tensor d3 = eg::autograd::grad({d2}, {theta}, {}, true, true)[0];
  const double want = -6 / std::pow(p, 4) + 108 * v * v / std::pow(p, 5);
  BOOST_TEST(d3.item<double>() == want, boost::test_tools::tolerance(1e-13));
}

BOOST_DATA_TEST_CASE(all_derivatives_are_those_of_unrolled_newton,
                     boost::unit_test::data::xrange(2), i) {
  const Function f = implicit_in(kWays[i]);
  const Function loss = [&](const Tensor& t) { return loss_of(f(t)); };
  const Function want = [&](const Tensor& t) { return loss_of(unrolled_root(t)); };
  const Tensor v = eg::tensor({0.3, -1.1, 0.7});
  BOOST_TEST_CONTEXT(kWays[i].name) {
    BOOST_TEST(distance(f(theta0()), unrolled_root(theta0())) < 1e-14);
    const Tensor jacobian = eg::jacobian(unrolled_root, theta0());
    for (const eg::Strategy s : {eg::Strategy::Reverse, eg::Strategy::Forward, eg::Strategy::Auto})
      BOOST_TEST(distance(eg::jacobian(f, theta0(), {.strategy = s}), jacobian) < 1e-12);
    BOOST_TEST(distance(eg::jvp(f, theta0(), v).second, eg::mv(jacobian, v)) < 1e-12);
    BOOST_TEST(distance(eg::vjp(f, theta0(), v).second, eg::mv(jacobian.t(), v)) < 1e-12);

    const Tensor hessian = eg::hessian(want, theta0());
    for (const eg::Strategy s : {eg::Strategy::Reverse, eg::Strategy::Forward}) {
      BOOST_TEST(distance(eg::hessian(loss, theta0(), {.strategy = s}), hessian) < 1e-11);
      BOOST_TEST(distance(eg::hvp(loss, theta0(), v, {.strategy = s}).second, eg::mv(hessian, v)) <
                 1e-11);
    }
    // Reverse over forward.
    const Function slope = [&](const Tensor& t) {
      return eg::jvp(loss, t, v, {.create_graph = true, .strategy = eg::Strategy::Forward}).second;
    };
    BOOST_TEST(distance(eg::vjp(slope, theta0()).second, eg::mv(hessian, v)) < 1e-11);

    // The third: the gradient of v' H v, in reverse and by a tangent through hvp.
    const auto curvature = [&](const Function& of, eg::Strategy s) {
      return [&of, &v, s](const Tensor& t) {
        return eg::dot(eg::hvp(of, t, v, {.create_graph = true, .strategy = s}).second, v);
      };
    };
    const Tensor third = eg::vjp(curvature(want, eg::Strategy::Reverse), theta0()).second;
    for (const eg::Strategy s : {eg::Strategy::Reverse, eg::Strategy::Forward})
      BOOST_TEST(distance(eg::vjp(curvature(loss, s), theta0()).second, third) < 1e-10);
    BOOST_TEST(distance(eg::jvp(curvature(loss, eg::Strategy::Reverse), theta0(), v).second,
                        eg::dot(third, v)) < 1e-10);
  }
}

BOOST_DATA_TEST_CASE(differences_agree, boost::unit_test::data::xrange(2), i) {
  const Function f = implicit_in(kWays[i]);
  const auto list = [&](const variable_list& x) { return variable_list{f(x[0])}; };
  const Tensor x = theta0().clone().requires_grad_();
  BOOST_TEST(eg::gradcheck(list, {x}));
  BOOST_TEST(eg::gradgradcheck(list, {x}));
}

BOOST_AUTO_TEST_SUITE_END()
