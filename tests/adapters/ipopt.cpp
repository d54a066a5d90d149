#define BOOST_TEST_MODULE adapters_ipopt
#include "eigengrad/adapters/ipopt.hpp"

#include <IpIpoptApplication.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "eigengrad/eigengrad.hpp"

namespace eg = eigengrad;
using eg::Tensor;
using eg::adapters::IpoptProblem;

namespace {

Ipopt::ApplicationReturnStatus solve(const Ipopt::SmartPtr<IpoptProblem>& problem) {
  const Ipopt::SmartPtr<Ipopt::IpoptApplication> app = new Ipopt::IpoptApplication(false);
  app->Options()->SetIntegerValue("print_level", 0);
  app->Options()->SetStringValue("sb", "yes");
  app->Options()->SetNumericValue("tol", 1e-11);
  app->Initialize();
  return app->OptimizeTNLP(GetRawPtr(problem));
}

Tensor hs71(const Tensor& x) { return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]; }

}  // namespace

BOOST_AUTO_TEST_CASE(hs71_as_minimize_solves_it) {
  eg::MinimizeOptions o;
  o.lower = 1;
  o.upper = 5;
  o.constraints = {eg::optim::inequality([](const Tensor& x) { return x.prod() - 25; }),
                   eg::optim::equality([](const Tensor& x) { return (x * x).sum() - 40; })};
  const Tensor start = eg::tensor({1.0, 5.0, 5.0, 1.0});
  const Ipopt::SmartPtr<IpoptProblem> problem = new IpoptProblem(hs71, start, o);
  BOOST_TEST((solve(problem) == Ipopt::Solve_Succeeded));
  const auto r = eg::minimize(hs71, start, o);
  BOOST_TEST(std::abs(problem->value() - r.value) < 1e-6);
  BOOST_TEST((problem->x() - r.x).abs().max().item<double>() < 1e-6);
  BOOST_TEST((problem->multipliers() - r.multipliers).abs().max().item<double>() < 1e-6);
  BOOST_TEST((problem->bound_multipliers() - r.bound_multipliers).abs().max().item<double>() <
             1e-6);
}

// A pendulum is swung up with least torque: angle and speed at 101 times, torque between them.
BOOST_AUTO_TEST_CASE(a_pendulum_is_swung_up) {
  constexpr std::int64_t kSteps = 100;
  constexpr double kTime = 8, h = kTime / kSteps;
  const auto parts = [](const Tensor& x) {
    return x.split_with_sizes({kSteps + 1, kSteps + 1, kSteps}, 0);
  };
  const auto before = [](const Tensor& t) { return t.narrow(0, 0, kSteps); };
  const auto after = [](const Tensor& t) { return t.narrow(0, 1, kSteps); };
  const auto cost = [&](const Tensor& x) { return parts(x)[2].square().sum() * h; };
  eg::MinimizeOptions o;
  o.constraints = {eg::optim::equality([&](const Tensor& x) {
    const auto p = parts(x);
    const Tensor angle = p[0], speed = p[1];
    return eg::cat(
        {after(angle) - before(angle) - h / 2 * (after(speed) + before(speed)),
         after(speed) - before(speed) - h * (p[2] - ((after(angle) + before(angle)) / 2).sin())});
  })};
  Tensor lower = eg::full({3 * kSteps + 2}, -100.0), upper = -lower;
  const auto hold = [&](std::int64_t k, double value) {
    lower[k].fill_(value);
    upper[k].fill_(value);
  };
  hold(0, 0);
  hold(kSteps, std::numbers::pi);
  hold(kSteps + 1, 0);
  hold(2 * kSteps + 1, 0);
  for (std::int64_t k = 0; k < kSteps; ++k) {
    lower[2 * kSteps + 2 + k].fill_(-0.5);
    upper[2 * kSteps + 2 + k].fill_(0.5);
  }
  o.lower = lower;
  o.upper = upper;
  const Ipopt::SmartPtr<IpoptProblem> problem =
      new IpoptProblem(cost, eg::zeros({3 * kSteps + 2}), o);
  BOOST_TEST((solve(problem) == Ipopt::Solve_Succeeded));
  const Tensor rest = o.constraints[0].f(problem->x());
  BOOST_TEST(rest.abs().max().item<double>() < 1e-9);
  // The torque alone, step by step, takes the pendulum there.
  const auto p = parts(problem->x());
  double angle = 0, speed = 0;
  for (std::int64_t k = 0; k < kSteps; ++k) {
    const double u = p[2][k].item<double>();
    double next_angle = angle, next_speed = speed;
    for (int i = 0; i < 60; ++i) {
      next_speed = speed + h * (u - std::sin((angle + next_angle) / 2));
      next_angle = angle + h / 2 * (speed + next_speed);
    }
    angle = next_angle;
    speed = next_speed;
  }
  BOOST_TEST(std::abs(angle - std::numbers::pi) < 1e-6);
  BOOST_TEST(std::abs(speed) < 1e-6);
  BOOST_TEST(p[2].abs().max().item<double>() > 0.49);  // Not enough for one swing: it is pumped.
}

BOOST_AUTO_TEST_CASE(errors) {
  const Tensor x = eg::tensor({2.0});
  const Ipopt::SmartPtr<IpoptProblem> wrong = new IpoptProblem(
      [](const Tensor& t) {
        return eg::cat({t, t});
      },
      x);
  BOOST_TEST((solve(wrong) != Ipopt::Solve_Succeeded));
  BOOST_REQUIRE(wrong->first_error());
  BOOST_CHECK_THROW(std::rethrow_exception(wrong->first_error()), eg::Error);
  BOOST_CHECK_THROW(
      IpoptProblem([](const Tensor& t) { return t.sum(); }, x, {.lower = eg::tensor({1.0, 2.0})}),
      eg::ShapeError);
}
