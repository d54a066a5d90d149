#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>

#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using eg::Tensor;
using eg::autograd::variable_list;
using eg::optim::FixedPointMethod;
using eg::optim::LinearSolver;

namespace {

using Function = std::function<Tensor(const Tensor&)>;

const auto kClose = boost::test_tools::tolerance(1e-12);

double distance(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

/// Kepler's equation: the eccentric anomaly is a fixed point, e = theta[0], M = theta[1].
Tensor kepler(const Tensor& y, const Tensor& theta) { return theta[1] + theta[0] * eg::sin(y); }

}  // namespace

BOOST_AUTO_TEST_SUITE(fixed_points)

BOOST_AUTO_TEST_CASE(every_method_solves_kepler_with_derivatives) {
  const Tensor theta = eg::tensor({0.6, 1.2}, eg::requires_grad());
  for (const FixedPointMethod method : {FixedPointMethod::Auto, FixedPointMethod::Anderson,
                                        FixedPointMethod::Plain, FixedPointMethod::Newton})
    BOOST_TEST_CONTEXT("method " << static_cast<int>(method)) {
      eg::RootResult seen;
      const Tensor y =
          eg::fixed_point(kepler, eg::tensor({1.0}), theta,
                          {.method = method, .report = [&](const eg::RootResult& r) { seen = r; }});
      const double e = y.item<double>();
      BOOST_TEST(e - 0.6 * std::sin(e) == 1.2, kClose);
      BOOST_TEST(seen.converged(), seen.message);
      BOOST_TEST(seen.counts.f > 3);
      const double p = 1 - 0.6 * std::cos(e);
      const Tensor g = eg::autograd::grad({y}, {theta}, {}, true, true)[0];
      BOOST_TEST(g[0].item<double>() == std::sin(e) / p, kClose);
      BOOST_TEST(g[1].item<double>() == 1 / p, kClose);
      const Tensor second = eg::autograd::grad({g[1]}, {theta})[0];
      BOOST_TEST(second[1].item<double>() == -0.6 * std::sin(e) / (p * p * p), kClose);
    }
}

BOOST_AUTO_TEST_CASE(anderson_needs_fewer_images_than_plain_iteration) {
  const std::int64_t n = 50;
  const auto g = [n](const Tensor& y, const Tensor& theta) {
    const Tensor zero = eg::zeros({1});
    const Tensor left = eg::cat({zero, y.slice(0, 0, n - 1)});
    const Tensor right = eg::cat({y.slice(0, 1, n), zero});
    return 0.48 * (left + right) + theta * eg::cos(y);
  };
  std::int64_t counts[2];
  Tensor found[2];
  for (const FixedPointMethod method : {FixedPointMethod::Plain, FixedPointMethod::Anderson}) {
    const auto i = static_cast<std::size_t>(method == FixedPointMethod::Anderson);
    found[i] = eg::fixed_point(
        g, eg::zeros({n}), eg::tensor({0.02}),
        {.method = method, .tolerance = 1e-12, .report = [&](const eg::RootResult& r) {
           counts[i] = r.counts.f;
         }});
  }
  BOOST_TEST(distance(found[0], found[1]) < 1e-10);
  BOOST_TEST(2 * counts[1] < counts[0], counts[1] << " and " << counts[0]);
}

/// Steeper than the diagonal: no contraction, but a fixed point. Auto goes on with Newton's method.
BOOST_AUTO_TEST_CASE(where_iteration_leads_away_newton_takes_over) {
  const auto steep = [](const Tensor& y, const Tensor& t) { return t * (y * y * y - 2); };
  const Tensor theta = eg::tensor({3.0}, eg::requires_grad());
  const Tensor y = eg::fixed_point(steep, eg::tensor({1.5}), theta);
  const double v = y.item<double>();
  BOOST_TEST(3 * (v * v * v - 2) == v, kClose);
  const double want = (v * v * v - 2) / (1 - 9 * v * v);
  BOOST_TEST(eg::autograd::grad({y}, {theta})[0].item<double>() == want, kClose);
  BOOST_CHECK_EXCEPTION(
      eg::fixed_point(steep, eg::tensor({1.5}), theta, {.method = FixedPointMethod::Plain}),
      eg::NumericError, Says{"[fixed_point] no solution was found"});
}

BOOST_AUTO_TEST_CASE(limits_walls_and_refusals) {
  const Tensor theta = eg::tensor({0.6, 1.2}, eg::requires_grad());
  const Tensor y0 = eg::tensor({1.0});
  BOOST_CHECK_EXCEPTION(
      eg::fixed_point(kepler, y0, theta, {.method = FixedPointMethod::Plain, .max_iter = 3}),
      eg::NumericError, Says{"iteration 3 was the last one allowed"});
  BOOST_CHECK_EXCEPTION(eg::fixed_point(kepler, y0, theta, {.history_size = 0}), eg::ValueError,
                        Says{"[fixed_point] history_size is 0"});
  BOOST_CHECK_EXCEPTION(
      eg::fixed_point(kepler, y0, theta, {.method = static_cast<FixedPointMethod>(8)}),
      eg::ValueError, Says{"no method has the number 8"});
  BOOST_CHECK_EXCEPTION(
      eg::fixed_point([](const Tensor& y, const Tensor&) { return eg::log(y - 5); }, y0, theta),
      eg::NumericError, Says{"[fixed_point] g is not finite at the start"});
  // Anderson's step beyond the wall at 0 is taken back.
  const auto walled = [](const Tensor& y, const Tensor& t) { return t[1] * eg::sqrt(y - 0.9); };
  const Tensor y = eg::fixed_point(walled, eg::tensor({1.0}), eg::tensor({0.6, 2.2}));
  BOOST_TEST(distance(y, walled(y, eg::tensor({0.6, 2.2}))) < 1e-13);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(minima)

namespace {

/// Ridge regression: the minimum has a closed form.
struct Ridge {
  Tensor x = eg::tensor({1.0, 0.3, -0.2, 2.0, 0.7, -1.1, 0.4, 0.9}).reshape({4, 2});
  Tensor y = eg::tensor({1.0, -0.5, 0.7, 2.0});
  Tensor loss(const Tensor& w, const Tensor& log_penalty) const {
    return eg::square(eg::mv(x, w) - y).sum() + eg::exp(log_penalty) * eg::dot(w, w);
  }
  Tensor minimum(const Tensor& log_penalty) const {
    return eg::linalg_solve(eg::mm(x.t(), x) + eg::exp(log_penalty) * eg::eye(2), eg::mv(x.t(), y));
  }
};

}  // namespace

/// As a function of the logarithm of its penalty.
void check_ridge(LinearSolver solver) {
  const Ridge ridge;
  const Function fitted = [&](const Tensor& t) {
    return eg::argmin([&](const Tensor& w, const Tensor& p) { return ridge.loss(w, p); },
                      eg::zeros({2}), t, {.derivative = {.linear_solver = solver}});
  };
  const auto validation = [](const Tensor& w) { return eg::square(w - 0.3).sum() + w.prod(); };
  const Function loss = [&](const Tensor& t) { return validation(fitted(t)); };
  const Function want = [&](const Tensor& t) { return validation(ridge.minimum(t)); };
  const Tensor t = eg::tensor({-0.4});
  BOOST_TEST(distance(fitted(t), ridge.minimum(t)) < 1e-14);
  BOOST_TEST(distance(eg::jacobian(fitted, t),
                      eg::jacobian([&](const Tensor& p) { return ridge.minimum(p); }, t)) < 1e-13);
  for (const eg::Strategy s : {eg::Strategy::Forward, eg::Strategy::Reverse})
    BOOST_TEST(distance(eg::hessian(loss, t, {.strategy = s}), eg::hessian(want, t)) < 1e-12);
  const auto third = [&](const Function& f) {
    return eg::vjp(
               [&](const Tensor& p) {
                 return eg::hvp(f, p, eg::ones({1}),
                                {.create_graph = true, .strategy = eg::Strategy::Reverse})
                     .second;
               },
               t)
        .second;
  };
  BOOST_TEST(distance(third(loss), third(want)) < 1e-11);
}

BOOST_AUTO_TEST_CASE(ridge_regression_by_its_penalty) {
  for (const LinearSolver solver : {LinearSolver::Dense, LinearSolver::MatrixFree})
    BOOST_TEST_CONTEXT("linear solver " << static_cast<int>(solver)) { check_ridge(solver); }
}

/// The penalty itself by an argmin over an argmin.
BOOST_AUTO_TEST_CASE(an_argmin_within_an_argmin) {
  const Ridge ridge;
  const auto fitted = [&](const Tensor& t) {
    return eg::argmin([&](const Tensor& w, const Tensor& p) { return ridge.loss(w, p); },
                      eg::zeros({2}), t);
  };
  const auto outer = [&](const Function& inner) {
    return [&](const Tensor& t, const Tensor& target) {
      return eg::square(inner(t) - target).sum() + 0.1 * eg::square(t).sum();
    };
  };
  const Tensor target = eg::tensor({0.5, -0.4}, eg::requires_grad());
  Tensor found[2];
  Tensor gradient[2];
  const Function closed = [&](const Tensor& t) { return ridge.minimum(t); };
  const Function inners[2] = {fitted, closed};
  for (std::size_t i = 0; i < 2; ++i) {
    const Tensor t = eg::argmin(outer(inners[i]), eg::tensor({-0.4}), target);
    found[i] = t.detach();
    gradient[i] = eg::autograd::grad({t}, {target})[0];
  }
  BOOST_TEST(distance(found[0], found[1]) < 1e-12);
  BOOST_TEST(distance(gradient[0], gradient[1]) < 1e-11);
}

BOOST_AUTO_TEST_CASE(a_point_that_is_no_strict_minimum_has_no_derivative) {
  const auto ridge = [](const Tensor& y, const Tensor& t) {
    return eg::square(y[0] + y[1] - t[0]).sum();
  };
  const Tensor theta = eg::tensor({2.0}, eg::requires_grad());
  const Tensor y = eg::argmin(ridge, eg::tensor({1.0, 3.0}), theta);
  BOOST_CHECK_EXCEPTION(eg::autograd::grad({y.sum()}, {theta}), eg::NumericError,
                        Says{"[argmin] the Jacobian is singular at the solution"});
  const auto saddle = [](const Tensor& v, const Tensor& t) {
    return v[0] * v[0] - v[1] * v[1] + (v * t).sum();
  };
  eg::optim::MinimizeResult seen;
  const Tensor z = eg::argmin(saddle, eg::zeros({2}), theta,
                              {.solver = {.max_iter = 0},
                               .derivative = {.accept_unconverged = true},
                               .report = [&](const eg::optim::MinimizeResult& r) { seen = r; }});
  BOOST_TEST(!seen.converged());
  BOOST_CHECK_EXCEPTION(eg::autograd::grad({z.sum()}, {theta}), eg::NumericError,
                        Says{"not positive definite"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(large_implicit_functions)

/// A nonlinear heat equation: -u'' + u^3 = theta on a grid; J is symmetric, so that it may be said to be.
void check_heat(bool symmetric) {
  const std::int64_t n = 600;
  const auto heat = [n](const Tensor& u, const Tensor& theta) {
    const Tensor zero = eg::zeros({1});
    const Tensor left = eg::cat({zero, u.slice(0, 0, n - 1)});
    const Tensor right = eg::cat({u.slice(0, 1, n), zero});
    return 2.2 * u - left - right + u * u * u - theta * eg::linspace(0, 1, n);
  };
  const Tensor theta = eg::tensor({0.7}, eg::requires_grad());
  const auto y = [&](LinearSolver solver) {
    return eg::implicit_root(heat, eg::zeros({n}), theta,
                             {.derivative = {.linear_solver = solver, .symmetric = symmetric}});
  };
  Tensor first[2];
  Tensor second[2];
  for (const LinearSolver solver : {LinearSolver::Auto, LinearSolver::Dense}) {
    const auto i = static_cast<std::size_t>(solver == LinearSolver::Dense);
    const Tensor loss = eg::square(y(solver)).sum();
    first[i] = eg::autograd::grad({loss}, {theta}, {}, true, i == 0)[0];
    if (i == 0) second[0] = eg::autograd::grad({first[0]}, {theta})[0];
  }
  const auto norm = [&](double t) {
    return eg::square(eg::implicit_root(heat, eg::zeros({n}), eg::tensor({t})))
        .sum()
        .item<double>();
  };
  BOOST_TEST(first[0].item<double>() == first[1].item<double>(),
             boost::test_tools::tolerance(1e-11));
  const double h = 1e-3;
  const double difference = (norm(0.7 + h) - 2 * norm(0.7) + norm(0.7 - h)) / (h * h);
  BOOST_TEST(second[0].item<double>() == difference, boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(a_boundary_value_problem) {
  for (const bool symmetric : {false, true})
    BOOST_TEST_CONTEXT("said to be symmetric: " << symmetric) { check_heat(symmetric); }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(examples_of_solvers_with_derivatives)

BOOST_AUTO_TEST_CASE(in_ten_lines) {
  // A root: the circle of radius 1 and the line through (4, 3).
  const auto r = eg::root(
      [](const Tensor& x) {
        return eg::stack({x[0] * x[0] + x[1] * x[1] - 1, 3 * x[0] - 4 * x[1]});
      },
      Eigen::Vector2d(2, 0.5));
  BOOST_TEST((r.x - Eigen::Vector2d(0.8, 0.6)).norm() < 1e-14);

  // Its derivatives: the volume of a van der Waals gas by pressure and temperature.
  const Tensor p = eg::tensor({2.0}, eg::requires_grad());
  const Tensor t = eg::tensor({3.0}, eg::requires_grad());
  const auto gas = [](const Tensor& w, const Tensor& q, const Tensor& s) {
    return (q + 0.5 / (w * w)) * (w - 0.1) - s;
  };
  const Tensor v = eg::implicit_root(gas, t / p, std::tuple(p, t));
  const variable_list dv = eg::autograd::grad({v}, {p, t});
  const double x = v.item<double>();
  const double slope = 2 + 0.5 / (x * x) - (x - 0.1) / (x * x * x);
  BOOST_TEST(dv[0].item<double>() == -(x - 0.1) / slope, kClose);
  BOOST_TEST(dv[1].item<double>() == 1 / slope, kClose);

  // A fixed point: y = cos(a y), dy/da = -y sin(a y) / (1 + a sin(a y)).
  const Tensor a = eg::tensor({0.9}, eg::requires_grad());
  const Tensor y = eg::fixed_point([](const Tensor& u, const Tensor& b) { return eg::cos(b * u); },
                                   eg::tensor({1.0}), a);
  y.backward();
  const double u = y.item<double>();
  BOOST_TEST(a.grad().item<double>() == -u * std::sin(0.9 * u) / (1 + 0.9 * std::sin(0.9 * u)),
             kClose);

  // A minimum as a function of what it depends on: the mean, pulled to 0 by the penalty c.
  const Tensor data = eg::tensor({1.0, 2.0, 6.0});
  const Tensor c = eg::tensor({2.0}, eg::requires_grad());
  const Tensor m =
      eg::argmin([&](const Tensor& w,
                     const Tensor& b) { return (eg::square(data - w)).sum() + (b * w * w).sum(); },
                 eg::tensor({0.0}), c);
  BOOST_TEST(eg::autograd::grad({m}, {c})[0].item<double>() == -9.0 / 25, kClose);
}

// Iterates that run away meet a test relative to them; neither of these has a fixed point.
BOOST_AUTO_TEST_CASE(growth_is_no_fixed_point) {
  const Tensor t = eg::tensor(1.0);
  BOOST_CHECK_THROW(
      eg::fixed_point([](const Tensor& y, const Tensor& c) { return y + c; }, eg::tensor(0.3), t),
      eg::NumericError);
  BOOST_CHECK_THROW(
      eg::fixed_point([](const Tensor& y, const Tensor& c) { return eg::sqrt(c + y * y); },
                      eg::tensor(0.3), t),
      eg::NumericError);
  // Next to nothing beside y, yet each y is moved on.
  for (const auto method :
       {FixedPointMethod::Auto, FixedPointMethod::Anderson, FixedPointMethod::Plain})
    for (const double start : {0.0, 30.0})
      BOOST_CHECK_THROW(
          eg::fixed_point([](const Tensor& y, const Tensor& c) { return y + c * eg::exp(-y); },
                          eg::tensor({start}), t, {.method = method, .max_iter = 2000}),
          eg::NumericError);
  const Tensor far = eg::fixed_point(
      [](const Tensor& y, const Tensor& c) { return 0.9 * y + 10 * c; }, eg::tensor(0.3), t);
  BOOST_TEST(std::abs(far.item<double>() - 100) < 1e-10);
  // Nothing of this is doubtful, though y[1] is what y[0] makes of it: no Newton step is needed.
  eg::RootResult seen;
  const auto chain = [](const Tensor& y, const Tensor& c) {
    return eg::stack({0.5 * y[0] + c, y[0]});
  };
  eg::fixed_point(chain, eg::tensor({1.5, 1.0}), t,
                  {.report = [&](const eg::RootResult& r) { seen = r; }});
  BOOST_TEST(seen.converged(), seen.message);
  BOOST_TEST(seen.counts.J == 0);
}

BOOST_AUTO_TEST_SUITE_END()
