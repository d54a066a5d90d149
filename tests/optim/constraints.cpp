#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "eigengrad/eigengrad.hpp"
#include "optim/kkt.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using eg::MinimizeOptions;
using eg::Status;
using eg::Tensor;
using eg::optim::Constraint;
using eg::optim::equality;
using eg::optim::inequality;

namespace {

Tensor sum_of_squares(const Tensor& x) { return (x * x).sum(); }

/// What the result says of itself, computed anew.
void check_conditions(const std::function<Tensor(const Tensor&)>& f, const MinimizeOptions& o,
                      const eg::optim::MinimizeResult& r, double tolerance) {
  BOOST_TEST((eg::value_and_grad(f)(r.x).second - r.gradient).abs().max().item<double>() <=
             tolerance);
  std::int64_t elements = 0;
  for (const Constraint& c : o.constraints) elements += c.f(r.x).numel();
  BOOST_TEST(elements == r.multipliers.numel());
  BOOST_TEST(kkt::rest_and_size(o.constraints, r).first.abs().max().item<double>() <= tolerance);
}

MinimizeOptions with(std::vector<Constraint> constraints) {
  MinimizeOptions o;
  o.constraints = std::move(constraints);
  return o;
}

Tensor hs71(const Tensor& x) { return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]; }
MinimizeOptions hs71_options() {
  MinimizeOptions o;
  o.lower = 1;
  o.upper = 5;
  o.constraints = {inequality([](const Tensor& x) { return x.prod() - 25; }),
                   equality([](const Tensor& x) { return sum_of_squares(x) - 40; })};
  return o;
}
const Tensor kHs71Start = eg::tensor({1.0, 5.0, 5.0, 1.0});

}  // namespace

BOOST_AUTO_TEST_SUITE(constraints)

BOOST_AUTO_TEST_CASE(every_method_solves_hs71) {
  for (const eg::Method method : {eg::Method::Auto, eg::Method::Newton, eg::Method::NewtonCG,
                                  eg::Method::TrustRegionCG, eg::Method::BFGS, eg::Method::LBFGS}) {
    MinimizeOptions o = hs71_options();
    o.method = method;
    const auto r = eg::minimize(hs71, kHs71Start, o);
    BOOST_TEST_CONTEXT("method " << static_cast<int>(method) << ": " << r.message) {
      BOOST_TEST((r.status == Status::Converged));
      BOOST_TEST(std::abs(r.value - 17.014017289156303) < 1e-12);
      check_conditions(hs71, o, r, 1e-12);
      BOOST_TEST(r.bound_multipliers[0].item<double>() > 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(units_change_neither_path_nor_stops) {
  const auto plain = eg::minimize(hs71, kHs71Start, hs71_options());
  MinimizeOptions o = hs71_options();
  o.constraints[0] = inequality([](const Tensor& x) { return 1e-6 * (x.prod() - 25); });
  const auto r = eg::minimize([](const Tensor& x) { return 1e12 * hs71(x); }, kHs71Start, o);
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.history.size() == plain.history.size());
  BOOST_TEST((r.x - plain.x).abs().max().item<double>() < 1e-12);
  BOOST_TEST(std::abs(r.multipliers[0].item<double>() / plain.multipliers[0].item<double>() / 1e18 -
                      1) < 1e-10);
}

BOOST_AUTO_TEST_CASE(sides_and_several_elements) {
  // The nearest point to (3, -4, 1/2) in the box |x| <= 1 that a constraint says, with one row free.
  const Tensor goal = eg::tensor({3.0, -4.0, 0.5});
  const auto f = [&](const Tensor& x) { return sum_of_squares(x - goal) / 2; };
  const MinimizeOptions o = with({Constraint{[](const Tensor& x) { return x * 2; }, -2, 2}});
  const auto r = eg::minimize(f, eg::zeros({3}), o);
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST((r.x - eg::tensor({1.0, -1.0, 0.5})).abs().max().item<double>() < 1e-14);
  BOOST_TEST((r.multipliers - eg::tensor({-1.0, 1.5, 0.0})).abs().max().item<double>() < 1e-13);
  BOOST_TEST(r.constraint_violation == 0);
}

BOOST_AUTO_TEST_CASE(linear_programs) {
  // max 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18, x, y >= 0 (Hillier and Lieberman): (2, 6).
  MinimizeOptions o = with({Constraint{[](const Tensor& x) {
                                         return eg::stack({x[0], 2 * x[1], 3 * x[0] + 2 * x[1]});
                                       },
                                       {},
                                       eg::tensor({4.0, 12.0, 18.0})}});
  o.lower = 0;
  const auto r =
      eg::minimize([](const Tensor& x) { return -3 * x[0] - 5 * x[1]; }, eg::zeros({2}), o);
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST((r.x - eg::tensor({2.0, 6.0})).abs().max().item<double>() < 1e-12);
  BOOST_TEST((r.multipliers - eg::tensor({0.0, -1.5, -1.0})).abs().max().item<double>() < 1e-12);
}

BOOST_AUTO_TEST_CASE(constraints_that_depend_on_each_other) {
  const auto line = [](const Tensor& x) { return x[0] + x[1] - 1; };
  const MinimizeOptions o = with({equality(line), equality(line), inequality(line)});
  const auto r = eg::minimize(sum_of_squares, eg::tensor({2.0, -3.0}), o);
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST((r.x - 0.5).abs().max().item<double>() < 1e-13);
  BOOST_TEST(std::abs(r.multipliers.sum().item<double>() - 1) < 1e-12);
}

BOOST_AUTO_TEST_CASE(a_quadratic_program_of_medium_size) {
  eg::manual_seed(5);
  const std::int64_t n = 120, m = 60;
  const Tensor a = eg::randn({m, n}), q = eg::randn({n, n}), b = eg::randn({n});
  const auto f = [&](const Tensor& x) { return sum_of_squares(q.matmul(x)) / 2 - b.dot(x); };
  const auto r = eg::minimize(f, eg::zeros({n}),
                              with({equality([&](const Tensor& x) { return a.matmul(x) - 1; })}));
  // The conditions are linear here.
  const Tensor h = q.t().matmul(q);
  const Tensor system = eg::cat({eg::cat({h, a.t()}, 1), eg::cat({a, eg::zeros({m, m})}, 1)});
  const Tensor y = eg::linalg_solve(system, eg::cat({b, eg::ones({m})}));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST((r.x - y.narrow(0, 0, n)).abs().max().item<double>() < 1e-9);
  BOOST_TEST((r.multipliers + y.narrow(0, n, m)).abs().max().item<double>() < 1e-9);
}

BOOST_AUTO_TEST_CASE(contradictions_are_said) {
  const auto at_least = [](double value) {
    return inequality([value](const Tensor& x) { return x.sum() - value; });
  };
  const auto at_most = [](double value) {
    return inequality([value](const Tensor& x) { return value - x.sum(); });
  };
  for (const MinimizeOptions& o :
       {with({at_least(2), at_most(1)}),
        with({equality([](const Tensor& x) { return sum_of_squares(x) + 1; })}),
        with({equality([](const Tensor& x) { return x * 0 + 1; })})}) {
    const auto r = eg::minimize(sum_of_squares, eg::tensor({1.0, 3.0}), o);
    BOOST_TEST((r.status == Status::Infeasible), r.message);
    BOOST_TEST(!r.converged());
    BOOST_TEST(r.message.find("constraint") != std::string::npos);
    BOOST_TEST(r.constraint_violation >= 0.49);
  }
}

BOOST_AUTO_TEST_CASE(no_minimum_no_convergence) {
  const auto half = inequality([](const Tensor& x) { return x[0] + x[1]; });
  const auto unbounded = eg::minimize([](const Tensor& x) { return x[0] - x[1]; },
                                      eg::tensor({1.0, 5.0}), with({half}));
  BOOST_TEST((unbounded.status == Status::Unbounded), unbounded.message);
  // Minima at infinity.
  const auto positive = with({inequality([](const Tensor& x) { return x; })});
  for (const auto& f : std::vector<std::function<Tensor(const Tensor&)>>{
           [](const Tensor& x) { return eg::exp(-x); }, [](const Tensor& x) { return 1 / x; },
           [](const Tensor& x) { return -eg::atan(x); }}) {
    const auto r = eg::minimize(f, eg::tensor({1.0}), positive);
    BOOST_TEST(!r.converged(), r.message);
  }
  MinimizeOptions none = with({inequality([](const Tensor& x) { return x - 9; })});
  none.max_iter = 0;
  const auto start = eg::minimize(sum_of_squares, eg::tensor({5.0}), none);
  BOOST_TEST(start.message.find("constraint 0 is violated by 4") != std::string::npos,
             start.message);
  // On the circle, from where the gradient is normal: a maximum along it.
  const auto circle = equality([](const Tensor& x) { return sum_of_squares(x) - 1; });
  const auto maximum =
      eg::minimize([](const Tensor& x) { return x[0]; }, eg::tensor({2.0, 0.0}), with({circle}));
  BOOST_TEST(maximum.converged(), maximum.message);
  BOOST_TEST(std::abs(maximum.x[0].item<double>() + 1) < 1e-12);
}

// Sides that touch a point without force do not make a minimum of it.
BOOST_AUTO_TEST_CASE(maxima_and_saddles_in_corners_are_left) {
  const auto minus_squares = [](const Tensor& x) { return -sum_of_squares(x); };
  const auto roomy = inequality([](const Tensor& x) { return 10 - x.sum(); });
  MinimizeOptions box = with({roomy});
  box.lower = 0;
  box.upper = 1;
  const auto at_ones = [](const auto& r) { return (r.x - 1).abs().max().template item<double>(); };
  const auto a = eg::minimize(minus_squares, eg::zeros({2}), box);
  BOOST_TEST(a.converged(), a.message);
  BOOST_TEST(at_ones(a) < 1e-12);
  const auto b = eg::minimize([](const Tensor& x) { return -x[0] * x[1]; }, eg::zeros({2}), box);
  BOOST_TEST(at_ones(b) < 1e-12, b.message);
  const auto sides = with({inequality([](const Tensor& x) { return x; }),
                           inequality([](const Tensor& x) { return 1 - x; })});
  for (const double start : {0.0, 0.5}) {
    const auto c = eg::minimize(minus_squares, eg::tensor({0.0, start}), sides);
    if (c.converged()) BOOST_TEST(at_ones(c) < 1e-10, c.message);  // or it is said
  }
  for (const double start : {0.0, 0.3, 0.5}) {
    const auto c = eg::minimize(minus_squares, eg::tensor({start}), sides);
    BOOST_TEST(c.converged(), c.message);
    BOOST_TEST(at_ones(c) < 1e-10, c.message);
  }
  const auto cubic = [](const Tensor& x) { return x[0].pow(3) + x[1].square(); };
  const auto d = eg::minimize(cubic, eg::zeros({2}),
                              with({inequality([](const Tensor& x) { return 1 - x[0]; })}));
  BOOST_TEST((d.status == Status::Unbounded), d.message);
}

BOOST_AUTO_TEST_CASE(kinds_of_unknowns) {
  const MinimizeOptions o = with({equality([](const Tensor& x) { return x.sum() - 3; })});
  const auto eigen = eg::minimize(sum_of_squares, Eigen::Vector3d(1, 2, 5), o);
  BOOST_TEST((eigen.x - Eigen::Vector3d::Ones()).norm() < 1e-13);
  BOOST_TEST(std::abs(eigen.multipliers[0] - 2) < 1e-13);
  BOOST_TEST(eigen.bound_multipliers.isZero());
  const auto tuple = eg::minimize(
      [](const Tensor& a, const Tensor& b) { return sum_of_squares(a) + sum_of_squares(b); },
      std::tuple(eg::tensor({1.0, 2.0}), eg::tensor(5.0)), o);
  BOOST_TEST(std::abs(std::get<1>(tuple.x).item<double>() - 1) < 1e-13);
  BOOST_TEST(std::get<0>(tuple.bound_multipliers).numel() == 2);
  const auto single = eg::minimize(sum_of_squares, eg::tensor({1.0, 2.0, 5.0}).to(eg::kFloat32),
                                   with({equality([](const Tensor& x) { return x.sum() - 3; })}));
  BOOST_TEST(single.converged(), single.message);
  BOOST_TEST((single.x.dtype() == eg::kFloat32 && single.multipliers.dtype() == eg::kFloat32));
  BOOST_TEST((single.x - 1).abs().max().item<double>() < 1e-6);
}

BOOST_AUTO_TEST_CASE(callbacks_see_each_round_and_stop) {
  MinimizeOptions o = hs71_options();
  int calls = 0;
  o.callback = [&](const eg::optim::Iteration&, const Tensor& x) {
    BOOST_TEST(x.numel() == 4);
    return ++calls < 2;
  };
  const auto r = eg::minimize(hs71, kHs71Start, o);
  BOOST_TEST(calls == static_cast<int>(r.history.size()));
  BOOST_TEST((r.status == Status::Stopped || r.converged()));
  o.callback = nullptr;
  o.max_iter = 0;
  BOOST_TEST((eg::minimize(hs71, kHs71Start, o).status == Status::MaxIterations));
}

BOOST_AUTO_TEST_CASE(wrong_constraints_are_refused) {
  const Tensor x = eg::tensor({1.0, 2.0});
  const auto identity = [](const Tensor& t) { return t; };
  const auto refused = [&](const Constraint& c) {
    BOOST_CHECK_THROW(eg::minimize(sum_of_squares, x, with({c})), eg::Error);
  };
  refused({});
  refused({identity});
  refused({identity, 2, 1});
  refused({identity, eg::tensor({1.0, 2.0, 3.0})});
  refused({identity, std::numeric_limits<double>::quiet_NaN()});
  refused({identity, std::numeric_limits<double>::infinity()});
  refused(equality([](const Tensor&) { return Tensor(); }));
  refused(equality([](const Tensor& t) { return t.to(eg::kFloat32); }));
  refused(equality([](const Tensor& t) { return t / 0; }));
  refused(equality([n = 1](const Tensor& t) mutable { return t.narrow(0, 0, n++ % 2 + 1); }));
  BOOST_CHECK_EXCEPTION(
      eg::minimize(sum_of_squares, x, with({equality([](const Tensor& t) { return t.detach(); })})),
      eg::GraphError, Says{"constraint 0 does not require grad"});
  MinimizeOptions o = with({equality(identity)});
  o.covariance = true;
  BOOST_CHECK_THROW(eg::minimize(sum_of_squares, x, o), eg::ValueError);
  o.covariance = false;
  o.tolerance_constraint = -1;
  BOOST_CHECK_THROW(eg::minimize(sum_of_squares, x, o), eg::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
