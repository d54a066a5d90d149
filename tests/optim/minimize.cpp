#include "eigengrad/optim/minimize.hpp"

#include <Eigen/Core>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;

namespace {

eg::Tensor rosenbrock(const eg::Tensor& x) {
  const eg::Tensor head = x.slice(0, 0, -1);
  return (100 * eg::square(x.slice(0, 1) - eg::square(head)) + eg::square(1 - head)).sum();
}

eg::Tensor usual_start(std::int64_t n) {
  std::vector<double> x;
  for (std::int64_t i = 0; i < n; ++i) x.push_back(i % 2 == 0 ? -1.2 : 1.0);
  return eg::tensor(x);
}

/// Four minima of value 0; a maximum between them, where the Hessian is negative definite.
eg::Tensor himmelblau(const eg::Tensor& x) {
  return eg::square(eg::square(x[0]) + x[1] - 11) + eg::square(x[0] + eg::square(x[1]) - 7);
}

/// Minima at (0, 1) and (0, -1), a saddle at (0, 0).
eg::Tensor two_wells(const eg::Tensor& x) {
  return eg::square(x[0]) + eg::square(eg::square(x[1]) - 1);
}

/// Finite where both elements are positive; minimum 2 at (1, 1).
eg::Tensor barrier(const eg::Tensor& x) { return (x - eg::log(x)).sum(); }

/// The Hessian is singular at the minimum, 0.
eg::Tensor powell_singular(const eg::Tensor& x) {
  return eg::square(x[0] + 10 * x[1]) + 5 * eg::square(x[2] - x[3]) + eg::pow(x[1] - 2 * x[2], 4) +
         10 * eg::pow(x[0] - x[3], 4);
}

double largest_error(const eg::Tensor& x, double wanted) {
  return (x - wanted).abs().max().item<double>();
}

struct Named {
  Method method;
  const char* name;
};
constexpr Named kMethods[] = {{Method::Auto, "Auto"},
                              {Method::GradientDescent, "GradientDescent"},
                              {Method::NonlinearCG, "NonlinearCG"},
                              {Method::BFGS, "BFGS"},
                              {Method::LBFGS, "LBFGS"},
                              {Method::Newton, "Newton"},
                              {Method::NewtonCG, "NewtonCG"},
                              {Method::TrustRegion, "TrustRegion"},
                              {Method::TrustRegionCG, "TrustRegionCG"},
                              {Method::NelderMead, "NelderMead"},
                              {Method::Adam, "Adam"}};

/// Stops at that |gradient| and nothing else.
MinimizeOptions down_to(double gradient, Method method) {
  return {.method = method,
          .tolerance_grad = 0,
          .tolerance_f = 0,
          .tolerance_x = 0,
          .lr = 0.02,
          .tolerance_grad_abs = gradient};
}

void solve_rosenbrock(Method method, const eg::Tensor& start) {
  const MinimizeResult r = minimize(rosenbrock, start, down_to(1e-10, method));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.gradient_norm < 1e-10);
  const eg::Tensor x = r.x.detach().requires_grad_();
  const eg::Tensor g = eg::autograd::grad({rosenbrock(x)}, {x})[0];
  BOOST_TEST(std::sqrt(g.dot(g).item<double>()) < 1e-10);
  BOOST_TEST_MESSAGE("n = " << start.numel() << ": " << r.history.size() - 1
                            << " iterations, value " << r.value << ", f " << r.counts.f << ", g "
                            << r.counts.g << ", H " << r.counts.H << ", Hv " << r.counts.Hv << ", "
                            << r.seconds << " s");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rosenbrock_to_1e_10)

BOOST_AUTO_TEST_CASE(newton_2) { solve_rosenbrock(Method::Newton, usual_start(2)); }
BOOST_AUTO_TEST_CASE(newton_10) { solve_rosenbrock(Method::Newton, usual_start(10)); }
BOOST_AUTO_TEST_CASE(newton_100) { solve_rosenbrock(Method::Newton, usual_start(100)); }
// From the usual start it takes 1470 iterations, as the variables find their places one after
// another.
BOOST_AUTO_TEST_CASE(newton_1000) { solve_rosenbrock(Method::Newton, eg::full({1000}, 0.5)); }
BOOST_AUTO_TEST_CASE(newton_cg_2) { solve_rosenbrock(Method::NewtonCG, usual_start(2)); }
BOOST_AUTO_TEST_CASE(newton_cg_10) { solve_rosenbrock(Method::NewtonCG, usual_start(10)); }
BOOST_AUTO_TEST_CASE(newton_cg_1000) { solve_rosenbrock(Method::NewtonCG, usual_start(1000)); }
BOOST_AUTO_TEST_CASE(lbfgs_2) { solve_rosenbrock(Method::LBFGS, usual_start(2)); }
BOOST_AUTO_TEST_CASE(lbfgs_1000) { solve_rosenbrock(Method::LBFGS, usual_start(1000)); }

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(every_method)

BOOST_AUTO_TEST_CASE(finds_a_minimum_of_each_function) {
  struct Problem {
    const char* name;
    eg::Tensor (*f)(const eg::Tensor&);
    eg::Tensor start;
    double minimum;
  };
  const Problem problems[] = {
      {"Himmelblau from the maximum's side", himmelblau, eg::tensor({-0.2, -0.9}), 0},
      {"two wells from beside the saddle", two_wells, eg::tensor({1.0, 1e-3}), 0},
      {"barrier", barrier, eg::tensor({0.01, 5.0}), 2},
      {"Rosenbrock", rosenbrock, eg::tensor({-1.2, 1.0}), 0}};
  for (const Named& m : kMethods)
    for (const Problem& p : problems) BOOST_TEST_CONTEXT(m.name << " on " << p.name) {
        const MinimizeResult r = minimize(p.f, p.start, down_to(1e-7, m.method));
        BOOST_TEST(r.converged(), r.message);
        BOOST_TEST(std::abs(r.value - p.minimum) < 1e-8);
        BOOST_TEST(r.gradient_norm <= 1e-7);
      }
}

BOOST_AUTO_TEST_CASE(reaches_a_singular_minimum) {
  for (const Method method : {Method::LBFGS, Method::Newton, Method::NewtonCG}) {
    const MinimizeResult r = minimize(powell_singular, eg::tensor({3.0, -1.0, 0.0, 1.0}),
                                      {.method = method,
                                       .tolerance_grad = 0,
                                       .tolerance_f = 0,
                                       .tolerance_x = 0,
                                       .tolerance_grad_abs = 1e-10});
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(r.value < 1e-9);
  }
}

// Where values no longer tell points apart, slopes do: the gradient gets smaller than the square
// root of the precision.
BOOST_AUTO_TEST_CASE(is_not_stopped_by_rounding_of_the_value) {
  const auto f = [](const eg::Tensor& x) {
    return 1000 + (eg::exp(x) + eg::exp(-2 * x)).sum() + rosenbrock(x);
  };
  for (const Method method :
       {Method::LBFGS, Method::Newton, Method::NewtonCG, Method::GradientDescent}) {
    const MinimizeResult r = minimize(f, eg::tensor({-1.2, 1.0}), down_to(1e-9, method));
    BOOST_TEST(r.converged(), r.message);
  }
}

BOOST_AUTO_TEST_CASE(works_in_float32) {
  for (const Named& m : kMethods) BOOST_TEST_CONTEXT(m.name) {
      const MinimizeResult r =
          minimize(barrier, eg::tensor({0.5, 3.0}, eg::kFloat32), down_to(1e-4, m.method));
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST((r.x.dtype() == eg::kFloat32));
      BOOST_TEST((r.gradient.dtype() == eg::kFloat32));
      BOOST_TEST(largest_error(r.x, 1) < 1e-3);
    }
}

BOOST_AUTO_TEST_CASE(keeps_the_shape_and_leaves_the_start_alone) {
  const eg::Tensor x0 = eg::tensor({{3.0, 4.0}, {5.0, 6.0}}, eg::requires_grad());
  for (const Named& m : kMethods) BOOST_TEST_CONTEXT(m.name) {
      const eg::NoGradGuard no_grad;
      const MinimizeResult r = minimize(
          [](const eg::Tensor& x) {
            BOOST_TEST(x.dim() == 2);
            return eg::square(x - 1).sum() + eg::square(x[0][1] * x[1][0] - 1);
          },
          x0, down_to(1e-6, m.method));
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST((r.x.sizes() == x0.sizes()));
      BOOST_TEST((r.gradient.sizes() == x0.sizes()));
      BOOST_TEST(!r.x.requires_grad());
      BOOST_TEST(largest_error(r.x, 1) < 1e-5);
    }
  BOOST_TEST(x0.equal(eg::tensor({{3.0, 4.0}, {5.0, 6.0}})));
  BOOST_TEST(!x0.grad().defined());
}

BOOST_AUTO_TEST_CASE(leaves_no_graph_behind) {
  const std::int64_t nodes = eg::autograd::Node::live_count();
  for (const Named& m : kMethods) {
    const MinimizeResult r =
        minimize(rosenbrock, eg::tensor({-1.2, 1.0}), {.method = m.method, .max_iter = 20});
    BOOST_TEST(r.history.size() > 1U);
    BOOST_TEST(eg::autograd::Node::live_count() == nodes);
  }
}

BOOST_AUTO_TEST_CASE(an_objective_without_minimum_ends) {
  for (const Named& m : kMethods) BOOST_TEST_CONTEXT(m.name) {
      const MinimizeResult r = minimize([](const eg::Tensor& x) { return x.sum(); }, eg::zeros({2}),
                                        {.method = m.method, .max_iter = 30});
      BOOST_TEST(!r.converged());
      BOOST_TEST(r.value < 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(newton_steps)

BOOST_AUTO_TEST_CASE(a_quadratic_takes_one_step) {
  const eg::Tensor h = eg::tensor({{4.0, 1.0, 0.0}, {1.0, 3.0, -1.0}, {0.0, -1.0, 2.0}});
  const eg::Tensor c = eg::tensor({1.0, 2.0, 3.0});
  const auto f = [&](const eg::Tensor& x) { return x.dot(eg::mv(h, x)) / 2 - c.dot(x); };
  const MinimizeResult r = minimize(f, eg::zeros({3}), down_to(1e-12, Method::Newton));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.history.size() == 2U);
  BOOST_TEST(r.counts.f == 2);
  BOOST_TEST(r.counts.g == 2);
  BOOST_TEST(r.counts.H == 2);  // The second one says that it is a minimum.
  BOOST_TEST(r.counts.Hv == 0);
  BOOST_TEST((eg::mv(h, r.x) - c).abs().max().item<double>() < 1e-12);

  const MinimizeResult cg = minimize(f, eg::zeros({3}), down_to(1e-10, Method::NewtonCG));
  BOOST_TEST(cg.converged(), cg.message);
  BOOST_TEST(cg.counts.H == 1);  // Says that it is a minimum.
  BOOST_TEST(cg.counts.Hv > 2);
}

// At (0.3, 0) the Hessian of two_wells is diag(2, -4) and the gradient has no part along the second
// axis: a shifted Newton step goes to the saddle, whose gradient is zero.
BOOST_AUTO_TEST_CASE(negative_curvature_is_not_followed_uphill) {
  for (const Method method : {Method::Newton, Method::NewtonCG}) {
    double previous = std::numeric_limits<double>::infinity();
    const MinimizeResult r =
        minimize(two_wells, eg::tensor({0.3, 0.05}),
                 {.method = method, .callback = [&](const Iteration& now, const eg::Tensor&) {
                    BOOST_TEST(now.value < previous);
                    previous = now.value;
                    return true;
                  }});
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(std::abs(std::abs(r.x[1].item<double>()) - 1) < 1e-7);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(results)

BOOST_AUTO_TEST_CASE(the_history_is_consistent) {
  for (const Named& m : kMethods) BOOST_TEST_CONTEXT(m.name) {
      std::vector<eg::Tensor> points;
      const MinimizeResult r = minimize(rosenbrock, eg::tensor({-1.2, 1.0}),
                                        {.method = m.method,
                                         .max_iter = 15,
                                         .callback = [&](const Iteration&, const eg::Tensor& x) {
                                           points.push_back(x);
                                           return true;
                                         }});
      BOOST_REQUIRE(r.history.size() == points.size());
      BOOST_TEST(r.history.front().iter == 0);
      BOOST_TEST(r.history.front().value == rosenbrock(eg::tensor({-1.2, 1.0})).item<double>());
      BOOST_TEST(r.history.front().step_norm == 0);
      BOOST_TEST(r.history.front().counts.f == 1);
      for (std::size_t i = 0; i < r.history.size(); ++i) {
        const Iteration& now = r.history[i];
        BOOST_TEST(now.iter == static_cast<std::int64_t>(i));
        BOOST_TEST(now.value == rosenbrock(points[i]).item<double>());
        if (i == 0) continue;
        const Iteration& before = r.history[i - 1];
        BOOST_TEST(now.change == now.value - before.value);
        const eg::Tensor step = points[i] - points[i - 1];
        BOOST_TEST(std::abs(now.step_norm - std::sqrt(step.dot(step).item<double>())) < 1e-15);
        BOOST_TEST(now.counts.f > before.counts.f);
        BOOST_TEST(now.counts.g > before.counts.g);
        BOOST_TEST(now.seconds >= before.seconds);
      }
      BOOST_TEST(r.value == r.history.back().value);
      BOOST_TEST(r.x.equal(points.back()));
      BOOST_TEST(r.gradient_norm == r.history.back().gradient_norm);
      const bool is_dense =
          m.method == Method::Auto || m.method == Method::Newton || m.method == Method::TrustRegion;
      BOOST_TEST((r.counts.H > 0) == is_dense);
      BOOST_TEST((r.counts.Hv > 0) ==
                 (m.method == Method::NewtonCG || m.method == Method::TrustRegionCG));
    }
}

BOOST_AUTO_TEST_CASE(the_status_says_why_it_ended) {
  const eg::Tensor x0 = eg::tensor({-1.2, 1.0});
  const MinimizeResult done = minimize(rosenbrock, eg::ones({2}));
  BOOST_TEST((done.status == Status::Converged));
  BOOST_TEST(done.history.size() == 1U);
  BOOST_TEST(done.message.find("converged in 0 iterations") == 0U);

  const MinimizeResult limit = minimize(rosenbrock, x0, {.max_iter = 3});
  BOOST_TEST((limit.status == Status::MaxIterations));
  BOOST_TEST(limit.history.size() == 4U);
  BOOST_TEST(limit.message.find("iteration 3 was the last one allowed") != std::string::npos);
  BOOST_TEST((minimize(rosenbrock, x0, {.max_iter = 0}).status == Status::MaxIterations));

  const MinimizeResult stopped =
      minimize(rosenbrock, x0,
               {.callback = [](const Iteration& now, const eg::Tensor&) { return now.iter < 2; }});
  BOOST_TEST((stopped.status == Status::Stopped));
  BOOST_TEST(stopped.history.size() == 3U);
  BOOST_TEST(stopped.message.find("stopped by the callback") != std::string::npos);

  // At the kink of |x| no gradient is small.
  const MinimizeResult stuck =
      minimize([](const eg::Tensor& x) { return (eg::abs(x - 1.0 / 3) + x / 2).sum(); },
               eg::tensor({0.5}), {.max_iter = 1000});
  BOOST_TEST((stuck.status == Status::NoProgress));
  BOOST_TEST(stuck.message.find("a kink") != std::string::npos);
  BOOST_TEST(std::abs(stuck.x.item<double>() - 1.0 / 3) < 1e-6);

  const MinimizeResult blown =
      minimize([](const eg::Tensor& x) { return -eg::exp(eg::exp(x)).sum(); }, eg::tensor({1.0}),
               {.method = Method::Adam, .lr = 10});
  BOOST_TEST((blown.status == Status::NotFinite));
  BOOST_TEST(blown.message.find("value -inf") != std::string::npos);

  for (const Status s : {Status::Converged, Status::MaxIterations, Status::NoProgress,
                         Status::NotFinite, Status::Stopped})
    BOOST_TEST(!to_string(s).empty());
}

BOOST_AUTO_TEST_CASE(bad_input_is_refused) {
  const eg::Tensor x0 = eg::tensor({0.5, 0.5});
  using E = const eg::Tensor&;
  BOOST_CHECK_EXCEPTION(minimize([](E x) { return eg::log(x).sum(); }, eg::tensor({-1.0})),
                        eg::NumericError, Says{"not finite at the start: value nan"});
  BOOST_CHECK_EXCEPTION(minimize([](E x) { return eg::sqrt(x).sum(); }, eg::tensor({0.0})),
                        eg::NumericError, Says{"|gradient| inf"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, eg::tensor({1.0, std::nan("")})), eg::NumericError,
                        Says{"start elsewhere"});
  BOOST_CHECK_EXCEPTION(minimize([](E x) { return x * 2; }, x0), eg::ShapeError,
                        Says{"sizes [2]; it must give one element"});
  BOOST_CHECK_EXCEPTION(minimize([](E) { return eg::Tensor(); }, x0), eg::ShapeError,
                        Says{"undefined tensor"});
  BOOST_CHECK_EXCEPTION(minimize([](E x) { return x.detach().sum(); }, x0), eg::GraphError,
                        Says{"does not require grad"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, eg::zeros({0})), eg::ShapeError,
                        Says{"must have an element"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, eg::tensor({1, 2})), eg::DtypeError, Says{"int64"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, x0, {.tolerance_grad = -1}), eg::ValueError,
                        Says{"tolerance_grad is -1"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, x0, {.tolerance_grad = std::nan("")}), eg::ValueError,
                        Says{"tolerance_grad is nan"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, x0, {.max_iter = -1}), eg::ValueError,
                        Says{"max_iter is -1"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, x0, {.history_size = 0}), eg::ValueError,
                        Says{"history_size is 0"});
  BOOST_CHECK_EXCEPTION(minimize(rosenbrock, x0, {.lr = 0}), eg::ValueError, Says{"lr is 0"});
}

BOOST_AUTO_TEST_CASE(eigen_in_eigen_out) {
  const auto vector =
      minimize(rosenbrock, Eigen::VectorXd{{-1.2, 1.0}}, down_to(1e-10, Method::Newton));
  static_assert(std::is_same_v<decltype(vector.x), Eigen::VectorXd>);
  BOOST_TEST(vector.converged(), vector.message);
  BOOST_TEST((vector.x - Eigen::VectorXd::Ones(2)).norm() < 1e-10);
  BOOST_TEST(vector.gradient.norm() == vector.gradient_norm);
  BOOST_TEST(vector.history.size() > 2U);

  const auto fixed = minimize(rosenbrock, Eigen::Vector2f(0.5F, 0.5F), {.tolerance_grad = 1e-3});
  static_assert(std::is_same_v<decltype(fixed.x), Eigen::Vector2f>);
  BOOST_TEST(fixed.converged(), fixed.message);

  Eigen::Matrix2d wanted;
  wanted << 1, 2, 3, 4;
  const eg::Tensor target = eg::from_eigen(wanted);
  const auto matrix = minimize([&](const eg::Tensor& x) { return eg::square(x - target).sum(); },
                               Eigen::Matrix2d::Zero());
  static_assert(std::is_same_v<decltype(matrix.x), Eigen::Matrix2d>);
  BOOST_TEST((matrix.x - wanted).norm() < 1e-7);
}

BOOST_AUTO_TEST_SUITE_END()
