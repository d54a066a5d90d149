// How least_squares() ends, what it steps back from and what it refuses.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include "data/more_garbow_hillstrom.hpp"
#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"
#include "support/square_by_rows.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;

namespace {

using E = const eg::Tensor&;

const eg::Tensor kStart = eg::tensor({-1.2, 1.0});

/// The square of x with a wrong derivative.
struct WrongSquare : eg::autograd::Function<WrongSquare> {
  static eg::Tensor forward(eg::autograd::AutogradContext* ctx, eg::Tensor x) {
    ctx->save_for_backward({x});
    return x * x;
  }
  static eg::autograd::variable_list backward(eg::autograd::AutogradContext* ctx,
                                              eg::autograd::variable_list g) {
    return {-3 * g[0] * ctx->get_saved_variables()[0]};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(least_squares_stops)

BOOST_AUTO_TEST_CASE(units_do_not_change_the_path) {
  const LeastSquaresResult plain = least_squares(mgh::rosenbrock, kStart);
  for (const double size : {1e-12, 1e12}) {
    const LeastSquaresResult scaled =
        least_squares([&](E x) { return size * mgh::rosenbrock(x); }, kStart);
    BOOST_TEST(scaled.converged(), scaled.message);
    BOOST_TEST(scaled.history.size() == plain.history.size());
    // Powers of two, which do not round.
    const double unit = std::exp2(std::round(std::log2(size)));
    const eg::Tensor units = eg::tensor({unit, 1 / unit});
    const LeastSquaresResult other =
        least_squares([&](E x) { return mgh::rosenbrock(x / units); }, kStart * units);
    BOOST_TEST(other.history.size() == plain.history.size());
    BOOST_TEST(((other.x / units - plain.x).abs() < 1e-12).all().item<bool>());
  }
}

BOOST_AUTO_TEST_CASE(each_tolerance_ends_it) {
  const auto exponential = [](E x) { return mgh::bard(x); };
  const auto run = [&](LeastSquaresOptions o) {
    return least_squares(exponential, eg::ones({3}), o);
  };
  const LeastSquaresResult tight = run({});
  const LeastSquaresResult decrease = run({.tolerance_f = 1e-6});
  BOOST_TEST((decrease.status == Status::Converged));
  BOOST_TEST(decrease.message.find("relative decrease") != std::string::npos);
  BOOST_TEST(decrease.history.size() < tight.history.size());
  const LeastSquaresResult step = run({.tolerance_x = 1e-2});
  BOOST_TEST(step.message.find("relative step") != std::string::npos, step.message);
  const LeastSquaresResult gradient = run({.tolerance_grad = 1e-3});
  BOOST_TEST(gradient.message.find("gradient") != std::string::npos, gradient.message);
  const LeastSquaresResult none = run({.tolerance_f = 0, .tolerance_x = 0, .tolerance_grad = 0});
  BOOST_TEST((none.status == Status::RoundingLevel), none.message);
  BOOST_TEST(none.converged());
  BOOST_TEST(none.history.size() < tight.history.size() + 8);
}

BOOST_AUTO_TEST_CASE(limits_and_the_callback_end_it) {
  const LeastSquaresResult limit = least_squares(mgh::rosenbrock, kStart, {.max_iter = 3});
  BOOST_TEST((limit.status == Status::MaxIterations));
  BOOST_TEST(!limit.converged());
  BOOST_TEST(limit.history.size() == 4u);
  BOOST_TEST(limit.message.find("iteration 3 was the last one allowed") != std::string::npos);
  int calls = 0;
  const LeastSquaresResult stopped = least_squares(
      mgh::rosenbrock, kStart, {.callback = [&](const LeastSquaresIteration& now, E x) {
        BOOST_TEST(now.iter == calls++);
        const double cost = 0.5 * eg::square(mgh::rosenbrock(x)).sum().item<double>();
        BOOST_TEST(std::abs(now.cost - cost) <= 1e-15 * cost);
        return now.iter < 2;
      }});
  BOOST_TEST((stopped.status == Status::Stopped));
  BOOST_TEST(calls == 3);
  BOOST_TEST(stopped.message.find("stopped by the callback") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(residuals_of_zero) {
  const LeastSquaresResult at = least_squares(mgh::rosenbrock, eg::ones({2}));
  BOOST_TEST((at.status == Status::Converged));
  BOOST_TEST(at.history.size() == 1u);
  BOOST_TEST(at.cost == 0);
  BOOST_TEST(at.message.find("the residuals are zero") != std::string::npos);
}

// From x[1] = 30 on nothing tells where to go.
BOOST_AUTO_TEST_CASE(a_plateau_is_no_minimum) {
  const auto saturating = [](E x) {
    return eg::stack({x[0] - 1, eg::clamp(x[1], eg::nullopt, 30.0) - 40});
  };
  const LeastSquaresResult r = least_squares(saturating, eg::tensor({2.0, 1.0}));
  BOOST_TEST((r.status == Status::Plateau), r.message);
  BOOST_TEST(!r.converged());
  BOOST_TEST(r.message.find("no longer depend on x[1]") != std::string::npos, r.message);
  BOOST_TEST(r.rank == 1);
  BOOST_TEST(std::isinf(r.std_errors[1].item<double>()));
}

// Along x[1] the cost has a maximum at 0, where its derivative vanishes.
BOOST_AUTO_TEST_CASE(a_saddle_is_no_minimum) {
  const auto saddle = [](E x) { return eg::stack({x[0], eg::square(x[1]) - 1}); };
  const LeastSquaresResult there = least_squares(saddle, eg::zeros({2}), {.max_iter = 0});
  BOOST_TEST((there.status == Status::Saddle), there.message);
  BOOST_TEST(there.message.find("negative curvature") != std::string::npos, there.message);
  // With iterations to go, it is left along the negative curvature.
  for (const double start : {0.0, 0.3}) {
    const LeastSquaresResult r = least_squares(saddle, eg::tensor({start, 0.0}));
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(r.cost < 1e-25);
  }
  BOOST_TEST(least_squares(saddle, eg::tensor({0.3, 1e-3})).cost < 1e-25);
}

BOOST_AUTO_TEST_CASE(a_wrong_derivative_is_named) {
  const LeastSquaresResult r = least_squares(
      [](E x) {
        return eg::stack({x[0] - 1, WrongSquare::apply(x[1]) + 3});
      },
      eg::tensor({2.0, 1.5}));
  BOOST_TEST((r.status == Status::WrongGradient), r.message);
  BOOST_TEST(r.message.find("their derivative by x[1]") != std::string::npos, r.message);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(least_squares_steps_back)

BOOST_AUTO_TEST_CASE(from_nan_infinity_and_numeric_errors) {
  const eg::Tensor t = eg::tensor({1.0, 2.0, 3.0, 4.0});
  // The first step leads below 1/2, where the square root is NaN.
  const auto root = [&](E x) { return eg::sqrt(x - 0.5) * t - 0.01 * t; };
  const LeastSquaresResult nan = least_squares(root, eg::tensor({1.0}));
  BOOST_TEST(nan.converged(), nan.message);
  BOOST_TEST(nan.counts.infeasible > 0);
  BOOST_TEST(std::abs(nan.x.item<double>() - 0.5001) < 1e-12);

  int thrown = 0;
  const auto refuses = [&](E x) {
    if (x.item<double>() <= 0.5) {
      ++thrown;
      throw eg::NumericError("[solver] no convergence");
    }
    return root(x);
  };
  const LeastSquaresResult error = least_squares(refuses, eg::tensor({1.0}));
  BOOST_TEST(error.converged(), error.message);
  BOOST_TEST(thrown > 0);
  BOOST_TEST(error.counts.infeasible == thrown);
  BOOST_TEST(error.x.equal(nan.x));

  const auto infinite = [&](E x) {
    return x.item<double>() <= 0.5 ? eg::full({4}, INFINITY) + 0 * x : root(x);
  };
  BOOST_TEST(least_squares(infinite, eg::tensor({1.0})).converged());
}

BOOST_AUTO_TEST_CASE(but_not_from_other_errors) {
  int calls = 0;
  const auto broken = [&](E x) {
    if (++calls > 4) throw std::runtime_error("disk full");
    return mgh::rosenbrock(x);
  };
  BOOST_CHECK_EXCEPTION(least_squares(broken, kStart), std::runtime_error, Says{"disk full"});
  const auto lacking = [](E x) -> eg::Tensor {
    if (x[0].item<double>() != -1.2) throw eg::ValueError("[mine] a value");
    return mgh::rosenbrock(x);
  };
  BOOST_CHECK_EXCEPTION(least_squares(lacking, kStart), eg::ValueError, Says{"[mine]"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(least_squares_input)

BOOST_AUTO_TEST_CASE(bad_options_are_refused_before_an_evaluation) {
  int calls = 0;
  const auto f = [&](E x) {
    ++calls;
    return mgh::rosenbrock(x);
  };
  const auto run = [&](const LeastSquaresOptions& o) { least_squares(f, kStart, o); };
  using eg::tensor;
  BOOST_CHECK_EXCEPTION(run({.f_scale = 0}), eg::ValueError, Says{"f_scale is 0"});
  BOOST_CHECK_EXCEPTION(run({.tolerance_f = -1}), eg::ValueError, Says{"tolerance_f is -1"});
  BOOST_CHECK_EXCEPTION(run({.tolerance_x = NAN}), eg::ValueError, Says{"tolerance_x is nan"});
  BOOST_CHECK_EXCEPTION(run({.tolerance_grad = -1}), eg::ValueError, Says{"tolerance_grad is"});
  BOOST_CHECK_EXCEPTION(run({.max_iter = -1}), eg::ValueError, Says{"max_iter is -1"});
  BOOST_CHECK_EXCEPTION(run({.method = static_cast<LeastSquaresMethod>(9)}), eg::ValueError,
                        Says{"no method has the number 9"});
  BOOST_CHECK_EXCEPTION(run({.loss = static_cast<Loss>(9)}), eg::ValueError,
                        Says{"no loss has the number 9"});
  BOOST_CHECK_EXCEPTION(run({.lower = 2, .upper = 1}), eg::ValueError,
                        Says{"the bounds of x[0] cross: lower 2, upper 1"});
  BOOST_CHECK_EXCEPTION(run({.lower = 0}), eg::ValueError,
                        Says{"the start x[0] = -1.2 lies outside of its bounds"});
  BOOST_CHECK_EXCEPTION(run({.upper = tensor({1.0, 2.0, 3.0})}), eg::ShapeError,
                        Says{"upper has 3 elements; it must have one, or 2"});
  BOOST_CHECK_EXCEPTION(run({.lower = NAN}), eg::ValueError, Says{"lower has NaN at 0"});
  BOOST_CHECK_EXCEPTION(run({.lower = tensor({true, false})}), eg::DtypeError, Says{"bool"});
  BOOST_CHECK_EXCEPTION(run({.lower = INFINITY, .upper = INFINITY}), eg::ValueError,
                        Says{"no number lies between them"});
  BOOST_CHECK_EXCEPTION(run({.x_scale = tensor({1.0, 0.0})}), eg::ValueError,
                        Says{"x_scale[1] is 0"});
  BOOST_TEST(calls == 0);
  BOOST_CHECK_EXCEPTION(run({.weights = tensor({1.0, 2.0, 3.0})}), eg::ShapeError,
                        Says{"weights has 3 elements"});
  BOOST_CHECK_EXCEPTION(run({.weights = -1}), eg::ValueError, Says{"weights[0] is -1"});
  BOOST_CHECK_EXCEPTION(run({.weights = 0}), eg::ValueError, Says{"all weights are 0"});
}

BOOST_AUTO_TEST_CASE(bad_starts_and_functions_are_refused) {
  BOOST_CHECK_EXCEPTION(least_squares(mgh::rosenbrock, eg::Tensor()), eg::ShapeError,
                        Says{"undefined tensor"});
  BOOST_CHECK_EXCEPTION(least_squares(mgh::rosenbrock, eg::zeros({0})), eg::ShapeError,
                        Says{"must have an element"});
  BOOST_CHECK_EXCEPTION(least_squares(mgh::rosenbrock, eg::tensor({1, 2})), eg::DtypeError,
                        Says{"int64"});
  BOOST_CHECK_EXCEPTION(least_squares([](E) { return eg::Tensor(); }, kStart), eg::ShapeError,
                        Says{"undefined tensor"});
  BOOST_CHECK_EXCEPTION(least_squares([](E x) { return x.slice(0, 0, 0); }, kStart), eg::ShapeError,
                        Says{"there must be at least one"});
  BOOST_CHECK_EXCEPTION(least_squares([](E x) { return x.detach(); }, kStart), eg::GraphError,
                        Says{"do not require grad"});
  BOOST_CHECK_EXCEPTION(least_squares([](E) { return eg::ones({2}); }, kStart), eg::GraphError,
                        Says{"compute them from the tensor that is handed in"});
  BOOST_CHECK_EXCEPTION(least_squares([](E x) { return eg::argmax(x); }, kStart), eg::DtypeError,
                        Says{"the residuals have dtype int64"});
  BOOST_CHECK_EXCEPTION(least_squares([](E x) { return eg::log(x); }, kStart), eg::NumericError,
                        Says{"not finite at the start"});
  BOOST_CHECK_EXCEPTION(least_squares([](E x) { return eg::sqrt(x); }, eg::zeros({1})),
                        eg::NumericError, Says{"not finite at the start"});
  int calls = 0;
  BOOST_CHECK_EXCEPTION(
      least_squares([&](E x) { return ++calls < 6 ? mgh::rosenbrock(x) : x.sum().reshape({1}); },
                    kStart),
      eg::ShapeError, Says{"were 2 at the start and are 1 now"});
}

BOOST_AUTO_TEST_CASE(shapes_dtypes_and_the_start_are_kept) {
  const eg::Tensor x0 = eg::tensor({{-1.2, 1.0}}, eg::requires_grad());
  const LeastSquaresResult r = least_squares(
      [](E x) {
        BOOST_TEST(x.dim() == 2);
        return mgh::rosenbrock(x[0]).reshape({2, 1, 1});
      },
      x0);
  BOOST_TEST((r.x.sizes() == x0.sizes()));
  BOOST_TEST((r.residuals.sizes() == eg::IntArrayRef({2, 1, 1})));
  BOOST_TEST((r.jacobian.sizes() == eg::IntArrayRef({2, 2})));
  BOOST_TEST((r.covariance.sizes() == eg::IntArrayRef({2, 2})));
  BOOST_TEST((r.std_errors.sizes() == eg::IntArrayRef({2})));
  BOOST_TEST(!r.x.requires_grad());
  BOOST_TEST(x0.equal(eg::tensor({{-1.2, 1.0}})));
  BOOST_TEST(eg::autograd::Node::live_count() == 0);

  const auto single = least_squares(mgh::rosenbrock, Eigen::Vector2f(-1.2F, 1.0F));
  static_assert(std::is_same_v<decltype(single.x), Eigen::Vector2f>);
  static_assert(std::is_same_v<decltype(single.jacobian), Eigen::MatrixXf>);
  static_assert(std::is_same_v<decltype(single.std_errors), Eigen::VectorXf>);
  BOOST_TEST(single.converged(), single.message);
  BOOST_TEST((single.x - Eigen::Vector2f::Ones()).norm() < 1e-5);

  const auto matrix = least_squares(
      [](E x) {
        return (x - eg::tensor({{1.0, 2.0}, {3.0, 4.0}})).flatten();
      },
      Eigen::Matrix2d::Zero());
  static_assert(std::is_same_v<decltype(matrix.x), Eigen::Matrix2d>);
  BOOST_TEST(matrix.x(0, 1) == 2);
  BOOST_TEST(matrix.x(1, 0) == 3);
}

BOOST_AUTO_TEST_CASE(wide_jacobians_and_functions_without_forward_rule_go_by_rows) {
  const auto wide = [](E x) { return eg::stack({(x * x).sum() - 4, x[0] - x[19]}); };
  const LeastSquaresResult r = least_squares(wide, eg::arange(1.0, 21.0));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.cost < 1e-25);
  const LeastSquaresResult custom = least_squares(
      [](E x) {
        return eg::stack({SquareByRows::apply(x[0]) - 2, x[1] - x[0]});
      },
      eg::tensor({1.0, 1.0}));
  BOOST_TEST(custom.converged(), custom.message);
  BOOST_TEST(std::abs(custom.x[1].item<double>() - std::sqrt(2.0)) < 1e-14);
  // What is computed without recording counts as constant, as in jacobian().
  const LeastSquaresResult frozen = least_squares(
      [](E x) {
        eg::Tensor factor;
        {
          const eg::NoGradGuard off;
          factor = 1 + x[0] * x[0];
        }
        return factor * (x - 1);
      },
      eg::tensor({3.0, 3.0}));
  BOOST_TEST(frozen.jacobian[1][0].item<double>() == 0);
}

BOOST_AUTO_TEST_CASE(a_result_prints) {
  std::ostringstream os;
  os << least_squares(mgh::bard, Eigen::Vector3d::Ones());
  const std::string text = os.str();
  BOOST_TEST(text.find("least squares: converged in ") == 0u, text);
  BOOST_TEST(text.find("x[0] = 0.0824") != std::string::npos, text);
  BOOST_TEST(text.find(" +- 0.01") != std::string::npos, text);
  BOOST_TEST(text.find("rank 3 of 3, df 12") != std::string::npos, text);
  std::ostringstream tensors;
  tensors << least_squares(mgh::bard, eg::ones({3}));
  BOOST_TEST(tensors.str().substr(0, 60) == text.substr(0, 60));
}

BOOST_AUTO_TEST_SUITE_END()
