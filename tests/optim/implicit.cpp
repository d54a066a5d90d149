#include "eigengrad/optim/implicit.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

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

BOOST_AUTO_TEST_SUITE(parameters_of_implicit_functions)

namespace {

/// y^3 + a y = b: dy/db = 1 / (3 y^2 + a), dy/da = -y / (3 y^2 + a).
Tensor two(const Tensor& y, const Tensor& a, const Tensor& b) { return y * y * y + a * y - b; }

struct Wanted {
  double y, da, db;
};
Wanted wanted(double a, double b) {
  double y = 1;
  for (int k = 0; k < 50; ++k) y -= (y * y * y + a * y - b) / (3 * y * y + a);
  return {y, -y / (3 * y * y + a), 1 / (3 * y * y + a)};
}

const auto kClose = boost::test_tools::tolerance(1e-13);

}  // namespace

BOOST_AUTO_TEST_CASE(lists_tuples_and_captured_tensors_are_the_same) {
  const Tensor a = eg::tensor({2.0}, eg::requires_grad());
  const Tensor b = eg::tensor({5.0}, eg::requires_grad());
  const Tensor y0 = eg::tensor({1.0});
  const Wanted want = wanted(2, 5);
  const auto by_list = [](const Tensor& y, const variable_list& t) { return two(y, t[0], t[1]); };
  const Function ways[] = {
      [&](const Tensor&) { return eg::implicit_root(two, y0, std::tuple(a, b)); },
      [&](const Tensor&) {
        return eg::implicit_root(by_list, y0, {a, b});
      },
      [&](const Tensor&) {
        return eg::implicit_root([&](const Tensor& y, const Tensor& t) { return two(y, t, b); }, y0,
                                 a);
      },
      [&](const Tensor&) {
        return eg::implicit_root(
            [&](const Tensor& y, const variable_list&) { return two(y, a, b); }, y0,
            variable_list{});
      }};
  for (const Function& f : ways) {
    const Tensor y = f(y0);
    BOOST_TEST(y.item<double>() == want.y, kClose);
    const variable_list g = eg::autograd::grad({y}, {a, b}, {}, true, true);
    BOOST_TEST(g[0].item<double>() == want.da, kClose);
    BOOST_TEST(g[1].item<double>() == want.db, kClose);
    // d2y/dadb = -(1 + 6 y dy/da) / (3 y^2 + a)^2.
    const Tensor mixed = eg::autograd::grad({g[1]}, {a})[0];
    BOOST_TEST(mixed.item<double>() == -(1 + 6 * want.y * want.da) * want.db * want.db, kClose);
  }
}

/// Each of the captured tensors was computed from the other, and both are differentiated by.
BOOST_AUTO_TEST_CASE(tensors_that_depend_on_each_other_are_counted_once) {
  const Tensor w = eg::tensor({std::log(2.0)}, eg::requires_grad());
  const Tensor a = eg::exp(w);
  const Tensor b = 2.5 * a;
  const Tensor y = eg::implicit_root([&](const Tensor& v, const Tensor& t) { return two(v, t, b); },
                                     eg::tensor({1.0}), a);
  const Wanted want = wanted(2, 5);
  const variable_list g = eg::autograd::grad({y}, {w, a, b});
  BOOST_TEST(g[2].item<double>() == want.db, kClose);
  BOOST_TEST(g[1].item<double>() == want.da + 2.5 * want.db, kClose);
  BOOST_TEST(g[0].item<double>() == 2 * (want.da + 2.5 * want.db), kClose);
}

BOOST_AUTO_TEST_CASE(a_tensor_given_twice_gets_both_derivatives) {
  const Tensor a = eg::tensor({2.0}, eg::requires_grad());
  const Tensor y = eg::implicit_root(two, eg::tensor({1.0}), std::tuple(a, a));
  const Wanted want = wanted(2, 2);
  BOOST_TEST(eg::autograd::grad({y}, {a})[0].item<double>() == want.da + want.db, kClose);
}

BOOST_AUTO_TEST_CASE(captured_tangents_travel) {
  const Tensor b = eg::tensor({5.0});
  const auto f = [&](const Tensor& t) {
    return eg::implicit_root([&](const Tensor& y, const Tensor& a) { return two(y, a, t); },
                             eg::tensor({1.0}), eg::tensor({2.0}));
  };
  for (const eg::Strategy s : {eg::Strategy::Forward, eg::Strategy::Reverse})
    BOOST_TEST(eg::jvp(f, b, eg::tensor({3.0}), {.strategy = s}).second.item<double>() ==
                   3 * wanted(2, 5).db,
               kClose);
}

BOOST_AUTO_TEST_CASE(the_start_gets_no_gradient) {
  const Tensor a = eg::tensor({2.0}, eg::requires_grad());
  const Tensor y0 = eg::tensor({1.0}, eg::requires_grad());
  const Tensor b = eg::tensor({5.0});
  // Both depend on a: only what F sees of it counts.
  const Tensor y = eg::implicit_root(two, y0 * a, std::tuple(a, b));
  BOOST_TEST(eg::autograd::grad({y}, {a}, {}, true)[0].item<double>() == wanted(2, 5).da, kClose);
  BOOST_TEST(!eg::autograd::grad({y}, {y0}, {}, true, false, true)[0].defined());
  const auto f = [&](const Tensor& t) { return eg::implicit_root(two, t, std::tuple(t, b)); };
  BOOST_TEST(eg::jvp(f, a.detach(), eg::tensor({1.0})).second.item<double>() == wanted(2, 5).da,
             kClose);
}

BOOST_AUTO_TEST_CASE(nothing_is_recorded_where_nothing_is_tracked) {
  const Tensor a = eg::tensor({2.0}, eg::requires_grad());
  const Tensor b = eg::tensor({5.0});
  BOOST_TEST(!eg::implicit_root(two, b, std::tuple(a.detach(), b)).requires_grad());
  const eg::NoGradGuard off;
  BOOST_TEST(!eg::implicit_root(two, b, std::tuple(a, b)).requires_grad());
}

BOOST_AUTO_TEST_CASE(float32_stays) {
  const Tensor a = eg::tensor({2.0}).to(eg::kFloat32).requires_grad_();
  const Tensor b = eg::tensor({5.0}).to(eg::kFloat32);
  for (const Way& way : kWays) {
    const Tensor y = eg::implicit_root(two, b, std::tuple(a, b), {.derivative = way.derivative});
    BOOST_TEST((y.dtype() == eg::kFloat32));
    const Tensor g = eg::autograd::grad({y}, {a})[0];
    BOOST_TEST((g.dtype() == eg::kFloat32));
    BOOST_TEST(std::abs(g.item<double>() - wanted(2, 5).da) < 1e-6);
  }
}

/// The node keeps neither its output nor the gradients of its leaves alive.
BOOST_AUTO_TEST_CASE(graphs_are_released) {
  const std::int64_t before = eg::autograd::Node::live_count();
  for (int k = 0; k < 3; ++k) {
    const Tensor a = eg::tensor({2.0}, eg::requires_grad());
    const Tensor y = eg::implicit_root(two, eg::tensor({1.0}), std::tuple(a, eg::tensor({5.0})));
    eg::autograd::backward({y}, {}, true, true);
  }
  BOOST_TEST(eg::autograd::Node::live_count() == before);
}

BOOST_AUTO_TEST_CASE(what_was_written_over_is_refused) {
  const Tensor a = eg::tensor({2.0}, eg::requires_grad());
  Tensor b = eg::tensor({5.0});
  const Tensor y = eg::implicit_root(two, eg::tensor({1.0}), std::tuple(a, b));
  const Tensor z = eg::implicit_root([&](const Tensor& v, const Tensor& t) { return two(v, t, b); },
                                     eg::tensor({1.0}), a);
  b.add_(1);
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, Says{"modified by an inplace operation"});
  BOOST_CHECK_EXCEPTION(
      z.backward(), eg::GraphError,
      Says{"[implicit_root] the function gives other values than when it was solved"});
}

BOOST_AUTO_TEST_CASE(a_second_pass_needs_the_graph) {
  const Tensor a = eg::tensor({2.0}, eg::requires_grad());
  const Tensor y = eg::implicit_root(two, eg::tensor({1.0}), std::tuple(a, eg::tensor({5.0})));
  y.backward();
  BOOST_TEST(a.grad().item<double>() == wanted(2, 5).da, kClose);
  BOOST_CHECK_THROW(y.backward(), eg::GraphError);
}

/// A model whose prediction is a root, fitted by the gradient and Hessian through it.
BOOST_AUTO_TEST_CASE(a_model_that_contains_a_root_is_fitted) {
  const Tensor b = eg::arange(1.0, 9.0);
  const auto model = [&](const Tensor& p) {
    return eg::implicit_root(
        [&](const Tensor& y, const Tensor& t) { return two(y, t[0], t[1] * b); }, eg::ones({8}), p);
  };
  const Tensor data = model(eg::tensor({2.0, 0.7}));
  const auto loss = [&](const Tensor& p) { return eg::square(model(p) - data).sum(); };
  for (const eg::Method method : {eg::Method::Auto, eg::Method::BFGS}) {
    const auto r = eg::minimize(loss, eg::tensor({1.0, 1.0}), {.method = method});
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(distance(r.x, eg::tensor({2.0, 0.7})) < 1e-6);
  }
  const auto fit =
      eg::least_squares([&](const Tensor& p) { return model(p) - data; }, eg::tensor({1.0, 1.0}));
  BOOST_TEST(fit.converged(), fit.message);
  BOOST_TEST(distance(fit.x, eg::tensor({2.0, 0.7})) < 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(refusals_of_implicit_functions)

BOOST_AUTO_TEST_CASE(no_solution_and_early_stops_say_the_residual) {
  const Tensor theta = eg::tensor({2.0}, eg::requires_grad());
  BOOST_CHECK_EXCEPTION(
      eg::implicit_root([](const Tensor& y, const Tensor& t) { return y * y + t; },
                        eg::tensor({1.0}), theta),
      eg::NumericError, Says{"[implicit_root] no solution was found: not converged (no root)"});
  const eg::optim::RootOptions early{.method = eg::RootMethod::Newton, .max_iter = 2};
  BOOST_CHECK_EXCEPTION(eg::implicit_root(cubic, eg::tensor({3.0}), theta, {.solver = early}),
                        eg::NumericError, Says{"the norm of the residuals is 2.03"});
  // Accepted, it is differentiated by the theorem at the point that was reached.
  eg::RootResult seen;
  const Tensor y = eg::implicit_root(cubic, eg::tensor({3.0}), theta,
                                     {.solver = early,
                                      .derivative = {.accept_unconverged = true},
                                      .report = [&](const eg::RootResult& r) { seen = r; }});
  BOOST_TEST(!seen.converged());
  BOOST_TEST(seen.norm == std::abs(cubic(y, theta).item<double>()));
  const double v = y.item<double>();
  BOOST_TEST(eg::autograd::grad({y}, {theta})[0].item<double>() == 1 / (3 * v * v + 1),
             boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_singular_jacobian_is_named) {
  const Tensor theta = eg::tensor({2.0}, eg::requires_grad());
  const auto gradient = [&](auto F, const Tensor& y0, LinearSolver solver) {
    const Tensor y = eg::implicit_root(F, y0, theta, {.derivative = {.linear_solver = solver}});
    return eg::autograd::grad({y.sum()}, {theta});
  };
  const auto no_influence = [](const Tensor& y, const Tensor& t) {
    return eg::stack({y[0] - t[0], (y[0] - t[0]) * y[1]});
  };
  const auto line = [](const Tensor& y, const Tensor& t) {
    return eg::stack({y[0] + y[1] - t[0], 2 * y[0] + 2 * y[1] - 2 * t[0]});
  };
  const auto multiple = [](const Tensor& y, const Tensor& t) {
    return eg::square(y - t) * (y + t);
  };
  const Tensor start = eg::tensor({1.0, 3.0});
  for (const LinearSolver solver : {LinearSolver::Dense, LinearSolver::MatrixFree}) {
    BOOST_CHECK_EXCEPTION(gradient(no_influence, start, solver), eg::NumericError,
                          Says{"[implicit_root] the Jacobian is singular at the solution"});
    BOOST_CHECK_EXCEPTION(gradient(line, start, solver), eg::NumericError, Says{"singular"});
    BOOST_CHECK_EXCEPTION(gradient(multiple, eg::tensor({3.0}), solver), eg::NumericError,
                          Says{"singular"});
  }
  // Where the solver could not tell, as it stopped early.
  const auto at_start = [&](auto F, const Tensor& y0) {
    const Tensor y = eg::implicit_root(
        F, y0, theta,
        {.solver = {.method = eg::RootMethod::NewtonKrylov, .max_iter = 0},
         .derivative = {.linear_solver = LinearSolver::Dense, .accept_unconverged = true}});
    return eg::autograd::grad({y.sum()}, {theta});
  };
  BOOST_CHECK_EXCEPTION(at_start(no_influence, eg::tensor({2.0, 3.0})), eg::NumericError,
                        Says{"y[1] has no influence on the equations"});
  BOOST_CHECK_EXCEPTION(at_start(line, start), eg::NumericError,
                        Says{"rank 1 of 2, and the column of y[1]"});
  BOOST_CHECK_EXCEPTION(at_start(
                            [](const Tensor& y, const Tensor& t) {
                              return eg::stack({y[0] * y[1] - t[0], 0 * y[0] + t[0]});
                            },
                            start),
                        eg::NumericError, Says{"equation 1 does not depend on y"});
}

BOOST_AUTO_TEST_CASE(bad_input) {
  const Tensor theta = eg::tensor({2.0}, eg::requires_grad());
  const Tensor y0 = eg::tensor({1.0});
  BOOST_CHECK_EXCEPTION(eg::implicit_root(
                            [](const Tensor& y, const Tensor&) {
                              return eg::cat({y, y});
                            },
                            y0, theta),
                        eg::ShapeError,
                        Says{"[implicit_root] the function gives 2 residuals for 1 unknowns"});
  BOOST_CHECK_EXCEPTION(eg::implicit_root(cubic, Tensor(), theta), eg::ShapeError,
                        Says{"[implicit_root] the start"});
  BOOST_CHECK_EXCEPTION(eg::implicit_root(cubic, y0, theta, {.solver = {.max_iter = -1}}),
                        eg::ValueError, Says{"[implicit_root] max_iter"});
  BOOST_CHECK_EXCEPTION(
      eg::implicit_root(cubic, y0, theta, {.derivative = {.linear_tolerance = -1}}), eg::ValueError,
      Says{"linear_tolerance is -1"});
  BOOST_CHECK_EXCEPTION(eg::implicit_root(cubic, y0, theta, {.derivative = {.linear_max_iter = 0}}),
                        eg::ValueError, Says{"linear_max_iter is 0"});
  BOOST_CHECK_EXCEPTION(
      eg::implicit_root(cubic, y0, theta,
                        {.derivative = {.linear_solver = static_cast<LinearSolver>(7)}}),
      eg::ValueError, Says{"no linear solver has the number 7"});
  BOOST_CHECK_EXCEPTION(eg::fixed_point(
                            [](const Tensor& y, const Tensor&) {
                              return eg::cat({y, y});
                            },
                            y0, theta),
                        eg::ShapeError,
                        Says{"[fixed_point] g gives sizes [2] for a y of sizes [1]"});
  const auto square = [](const Tensor& y, const Tensor& t) { return eg::square(y - t).sum(); };
  BOOST_CHECK_EXCEPTION(eg::argmin(square, y0, theta, {.solver = {.lower = 0.0}}), eg::ValueError,
                        Says{"[argmin] bounds or constraints were given"});
  BOOST_CHECK_EXCEPTION(
      eg::argmin([](const Tensor& y, const Tensor& t) { return (y * t).sum(); }, y0, theta),
      eg::NumericError, Says{"[argmin] no minimum was found"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(derivatives_of_all_solvers)

namespace {

using Solver = std::function<Tensor(const Tensor&)>;

/// One unknown parameter, 20 elements.
std::vector<std::pair<const char*, Solver>> solvers() {
  const Tensor start = eg::linspace(0.5, 1.5, 20);
  const auto odeint_by = [=](eg::OdeintMethod method, eg::OdeintGradient gradient) -> Solver {
    return [=](const Tensor& p) {
      const auto decay = [](const Tensor&, const Tensor& y, const Tensor& k) { return -k * y; };
      const eg::OdeintOptions o{.method = method, .rtol = 1e-3, .gradient = gradient};
      return eg::odeint(decay, start, eg::tensor({0.0, 1.0}), p, o)[1];
    };
  };
  const auto cube = [](const Tensor& y, const Tensor& p) { return y.pow(3) - p; };
  const auto heron = [](const Tensor& y, const Tensor& p) { return (y + p / y) / 2; };
  const auto squares = [](const Tensor& y, const Tensor& p) { return (y - p).square().sum(); };
  return {{"implicit_root", [=](const Tensor& p) { return eg::implicit_root(cube, start, p); }},
          {"fixed_point", [=](const Tensor& p) { return eg::fixed_point(heron, start, p); }},
          {"argmin", [=](const Tensor& p) { return eg::argmin(squares, start, p); }},
          {"Dopri5", odeint_by(eg::OdeintMethod::Dopri5, eg::OdeintGradient::Discrete)},
          {"Dopri5, adjoint", odeint_by(eg::OdeintMethod::Dopri5, eg::OdeintGradient::Adjoint)},
          {"Rodas5P", odeint_by(eg::OdeintMethod::Rodas5P, eg::OdeintGradient::Adjoint)}};
}

}  // namespace

/// What solvers turn off for their own ends does not count: see OwnGradModeSwitches. A column's argument
/// does not require grad.
BOOST_AUTO_TEST_CASE(jacobians_go_forward) {
  const auto takes_rows = [](const Solver& f) {
    bool rows = false;
    eg::jacobian(
        [&](const Tensor& p) {
          rows = rows || p.requires_grad();
          return f(p);
        },
        eg::tensor({2.0}));
    return rows;
  };
  for (const auto& [name, f] : solvers()) BOOST_TEST(!takes_rows(f), name);
  BOOST_TEST(takes_rows([](const Tensor& p) {
    const eg::NoGradGuard off;
    return p * eg::ones({20});
  }));
}

BOOST_AUTO_TEST_CASE(gradients_bear_hooks_and_threads) {
  for (const auto& [name, f] : solvers()) {
    const Tensor p = eg::tensor({2.0}, eg::requires_grad());
    const Tensor expected = eg::autograd::grad({f(p).sum()}, {p})[0];
    Tensor y;
    {
      const eg::autograd::SavedTensorHooks hooks([](const Tensor& t) { return t.clone(); },
                                                 [](const Tensor& t) { return t; });
      y = f(p).sum();
    }
    std::vector<Tensor> found(3);
    std::vector<std::thread> threads;
    for (Tensor& g : found)
      threads.emplace_back([&] { g = eg::autograd::grad({y}, {p}, {}, true)[0]; });
    for (std::thread& t : threads) t.join();
    for (const Tensor& g : found) BOOST_TEST(g.allclose(expected, 1e-12), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
