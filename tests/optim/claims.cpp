// What a stop may not claim: minima that are none, causes that are others.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "eigengrad/eigengrad.hpp"
#include "optim/least_squares/double_double.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;

namespace {

using eg::Tensor;

constexpr Method kAll[] = {Method::Auto,          Method::GradientDescent, Method::NonlinearCG,
                           Method::BFGS,          Method::LBFGS,           Method::NewtonCG,
                           Method::TrustRegionCG, Method::NelderMead};
constexpr LeastSquaresMethod kFits[] = {LeastSquaresMethod::LevenbergMarquardt,
                                        LeastSquaresMethod::Dogleg,
                                        LeastSquaresMethod::TrustRegionReflective};

std::string named(Method method, const MinimizeResult& r) {
  return "method " + std::to_string(static_cast<int>(method)) + ": " + r.message;
}

Tensor double_wells(const Tensor& x) { return (x * x - 1).square().sum(); }

/// x squared, with a derivative of the wrong sign.
struct WrongSquare : eg::autograd::Function<WrongSquare> {
  static Tensor forward(eg::autograd::AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return x * x;
  }
  static eg::autograd::variable_list backward(eg::autograd::AutogradContext* context,
                                              const eg::autograd::variable_list& g) {
    return {g[0] * context->get_saved_variables()[0] * -2};
  }
};

/// x squared, with a derivative that has none.
struct OnceSquare : eg::autograd::Function<OnceSquare> {
  static constexpr bool once_differentiable = true;
  static Tensor forward(eg::autograd::AutogradContext* context, const Tensor& x) {
    context->save_for_backward({x});
    return x * x;
  }
  static eg::autograd::variable_list backward(eg::autograd::AutogradContext* context,
                                              const eg::autograd::variable_list& g) {
    return {g[0] * context->get_saved_variables()[0] * 2};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(claims)

BOOST_AUTO_TEST_CASE(no_maximum_or_saddle_of_many_unknowns_is_a_minimum) {
  const auto hill = [](const Tensor& x) { return -(x * x).sum(); };
  for (const int n : {64, 65, 400})
    for (const Method method : kAll) {
      if (n == 400 && method == Method::NelderMead) continue;
      const auto top = minimize(hill, eg::zeros({n}), {.method = method});
      BOOST_TEST(!top.converged(), n << ", " << named(method, top));
      if (method == Method::NelderMead) continue;
      const Tensor between = (eg::arange(n).remainder(2) - 1) * 0.5;
      const auto saddle = minimize(double_wells, between.to(eg::kFloat64), {.method = method});
      BOOST_TEST((!saddle.converged() || saddle.value < 1e-8), n << ", " << named(method, saddle));
    }
}

BOOST_AUTO_TEST_CASE(four_digits_are_known_of_many_unknowns_too) {
  // Penalty I: one direction is 10^4 times as curved as all others.
  const auto penalty = [](const Tensor& x) {
    return 1e-5 * (x - 1).square().sum() + (x.square().sum() - 0.25).square();
  };
  for (const int n : {100, 400})
    for (const Method method : {Method::BFGS, Method::LBFGS, Method::NonlinearCG}) {
      const auto r = minimize(penalty, eg::arange(1, n + 1).to(eg::kFloat64), {.method = method});
      const double mean = r.x.mean().item<double>();
      if (r.converged())
        BOOST_TEST((r.x - mean).abs().max().item<double>() < 1e-3 * mean,
                   n << ", " << named(method, r));
    }
}

BOOST_AUTO_TEST_CASE(a_far_start_makes_no_test_easy) {
  for (const double scale : {1e6, 1e12}) {
    const auto f = [&](const Tensor& a) { return (scale * a * a - 1).square().sum(); };
    for (const Method method : {Method::Auto, Method::NewtonCG, Method::TrustRegionCG}) {
      const auto r = minimize(f, eg::tensor({1.0}), {.method = method});
      if (r.converged())
        BOOST_TEST(std::abs(r.x.item<double>() * std::sqrt(scale) - 1) < 1e-4,
                   scale << ", " << named(method, r));
    }
    const auto fit =
        least_squares([&](const Tensor& a) { return scale * a * a - 1; }, eg::tensor({1.0}));
    BOOST_TEST(fit.converged(), fit.message);
    BOOST_TEST(std::abs(fit.x.item<double>() * std::sqrt(scale) - 1) < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(functions_without_a_minimum_have_none) {
  using F = Tensor (*)(const Tensor&);
  const F falling[] = {[](const Tensor& x) { return eg::exp(-x).sum(); },
                       [](const Tensor& x) { return eg::softplus(-x).sum(); },
                       [](const Tensor& x) { return -eg::tanh(x).sum(); },
                       [](const Tensor& x) { return 1 - eg::tanh(x).sum(); },
                       [](const Tensor& x) { return 1 - eg::sigmoid(x).sum(); },
                       [](const Tensor& x) { return -x.sum(); },
                       [](const Tensor& x) { return -(x * x).sum(); },
                       [](const Tensor& x) { return x.pow(3.0).sum(); },
                       [](const Tensor& x) { return (1 / (1 + x * x)).sum(); }};
  int row = 0;
  for (const F f : falling) {
    ++row;
    for (const double start : {0.0, 0.5, 1.0})
      for (const Method method : kAll) {
        const auto r = minimize(f, eg::tensor({start}), {.method = method, .max_iter = 2000});
        BOOST_TEST(!r.converged(), row << " from " << start << ", " << named(method, r));
        BOOST_TEST((r.status != Status::WrongGradient), row << ", " << named(method, r));
        BOOST_TEST(r.counts.f < 100000);
      }
  }
}

BOOST_AUTO_TEST_CASE(separable_data_have_no_estimate) {
  const Tensor t = eg::tensor({-3.0, -2.0, -1.0, 1.0, 2.0, 3.0});
  const Tensor y = eg::tensor({0.0, 0.0, 0.0, 1.0, 1.0, 1.0});
  const auto loss = [&](const Tensor& b) {
    const Tensor z = b[0] + b[1] * t;
    return (eg::softplus(z) - y * z).sum();
  };
  for (const double start : {0.0, 0.1})
    BOOST_TEST(!minimize(loss, eg::full({2}, start)).converged());
}

BOOST_AUTO_TEST_CASE(a_zero_gradient_at_the_start_is_no_minimum) {
  const auto well = [](const Tensor& x) { return -eg::exp(-(x * x)).sum(); };
  const auto product = [](const Tensor& x) { return 2 - x.prod() / 120; };
  const auto quartic = [](const Tensor& x) {
    return x[0].square() - x[1].pow(4.0) + x[1].pow(6.0);
  };
  for (const Method method : kAll) {
    if (method == Method::NelderMead) continue;
    const auto far = minimize(well, eg::tensor({30.0}), {.method = method});
    BOOST_TEST((far.status == Status::Plateau), named(method, far));
    const auto corner = minimize(product, eg::zeros({5}), {.method = method, .lower = 0.0});
    BOOST_TEST(!corner.converged(), named(method, corner));
    const auto ridge = minimize(quartic, eg::tensor({1.0, 0.0}), {.method = method});
    BOOST_TEST((!ridge.converged() || ridge.value < -0.148), named(method, ridge));
  }
  BOOST_TEST(!least_squares([](const Tensor& b) { return eg::relu(b) - 1; }, eg::tensor({-5.0}))
                  .converged());
}

BOOST_AUTO_TEST_CASE(an_unknown_without_influence_does_not_hide_a_minimum) {
  for (const Method method : kAll) {
    const auto r = minimize([](const Tensor& x) { return (x[0] - 2).square() + 0 * x[1]; },
                            eg::tensor({5.0, 3.0}), {.method = method});
    BOOST_TEST(r.converged(), named(method, r));
    BOOST_TEST(std::abs(r.x[0].item<double>() - 2) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(least_squares_leaves_no_saddle_as_converged) {
  const auto ridge = [](const Tensor& x) { return eg::stack({x[0], 3 - x[0] * x[0], x[1] - 1}); };
  const auto crest = [](const Tensor& b) { return eg::cat({eg::cos(b) + 2, 0.1 * b}); };
  for (const LeastSquaresMethod method : kFits) {
    const auto r = least_squares(ridge, eg::zeros({2}), {.method = method});
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(std::abs(r.cost - 1.375) < 1e-8, r.message);
    const auto c = least_squares(crest, eg::tensor({1e-9}), {.method = method});
    BOOST_TEST((!c.converged() || std::abs(c.x.item<double>()) > 1), c.message);
  }
}

BOOST_AUTO_TEST_CASE(residuals_at_an_extremum_of_theirs_are_a_minimum) {
  for (const double start : {-3.0, 0.2, 40.0}) {
    const auto r =
        least_squares([](const Tensor& x) { return (x - 1).square() + 2; }, eg::tensor({start}));
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(std::abs(r.x.item<double>() - 1) < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(an_absolute_bound_on_the_gradient_excuses_no_saddle) {
  const auto f = [](const Tensor& x) { return x[0].square() - x[1].square() + x[1].pow(4.0) / 4; };
  for (const Method method : kAll) {
    if (method == Method::NelderMead) continue;
    const auto r =
        minimize(f, eg::tensor({1.0, 1e-6}), {.method = method, .tolerance_grad_abs = 1e-3});
    BOOST_TEST((!r.converged() || std::abs(r.value + 1) < 1e-4), named(method, r));
  }
}

BOOST_AUTO_TEST_CASE(sums_of_squares_beyond_double_are_refused) {
  const auto times = [](double unit) { return [unit](const Tensor& x) { return unit * (x - 1); }; };
  for (const double unit : {1e-170, 1e160})
    BOOST_CHECK_EXCEPTION(least_squares(times(unit), eg::tensor({3.0})), eg::NumericError,
                          Says{"measure them in another unit"});
  for (const double unit : {1e-120, 1e120}) {
    const auto r = least_squares(times(unit), eg::tensor({3.0}));
    BOOST_TEST(r.converged(), r.message);
    BOOST_TEST(std::abs(r.x.item<double>() - 1) < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(bounds_are_reached_and_kept) {
  const auto f = [](const Tensor& x) { return (1.37 * (x - 2.1).square() + eg::exp(-x)).sum(); };
  for (const Method method : kAll) {
    const auto r = minimize(f, eg::tensor({-3.3, -3.63}), {.method = method, .upper = 0.1});
    BOOST_TEST(r.converged(), named(method, r));
    BOOST_TEST(r.x.equal(eg::full({2}, 0.1)), named(method, r));
    // A step from 1 ends at 0 with the rounding of 1.
    const auto corner = minimize(
        [](const Tensor& x) {
          return (x - eg::tensor({3.0, -1.0})).square().sum();
        },
        eg::tensor({1.0, 1.0}), {.method = method, .lower = 0.0, .upper = 2.0});
    BOOST_TEST(corner.converged(), named(method, corner));
    BOOST_TEST(corner.x.equal(eg::tensor({2.0, 0.0})), named(method, corner));
    const auto leaning = minimize(
        [](const Tensor& x) { return x[1] + 0.01 * (x[1] - x[0]).square(); },
        eg::tensor({10.0, 1.0}),
        {.method = method, .lower = eg::tensor({-std::numeric_limits<double>::infinity(), 0.0})});
    BOOST_TEST(leaning.converged(), named(method, leaning));
    BOOST_TEST(std::abs(leaning.value) < 1e-8, named(method, leaning));
  }
  // A bound on float32 unknowns is a float32.
  const auto single = minimize([](const Tensor& x) { return (x - 1).square().sum(); },
                               eg::full({1}, 0.1, eg::kFloat32), {.upper = 0.1});
  BOOST_TEST(single.converged(), single.message);
}

BOOST_AUTO_TEST_CASE(no_point_outside_of_the_bounds_is_asked_for) {
  for (const Method method : kAll) {
    bool is_inside = true;
    const auto f = [&](const Tensor& x) {
      is_inside = is_inside && x.ge(1).all().item<bool>() && x.le(3).all().item<bool>();
      return WrongSquare::apply(x).sum();
    };
    const auto r = minimize(f, eg::tensor({2.0, 1.0}),
                            {.method = method, .max_iter = 2000, .lower = 1.0, .upper = 3.0});
    BOOST_TEST(is_inside, named(method, r));
    BOOST_TEST(r.counts.f < 100000, named(method, r));
  }
  for (const LeastSquaresMethod method : kFits) {
    bool is_inside = true;
    const auto f = [&](const Tensor& x) {
      is_inside = is_inside && x.ge(1).all().item<bool>();
      return WrongSquare::apply(x);
    };
    least_squares(f, eg::tensor({1.0, 2.0}), {.method = method, .lower = 1.0});
    BOOST_TEST(is_inside);
  }
}

BOOST_AUTO_TEST_CASE(an_edge_of_the_domain_is_said) {
  int calls = 0;
  const auto only_here = [&](const Tensor& x) {
    const bool is_start = calls++ == 0;
    return is_start ? x.square().sum() : x.sum() * std::numeric_limits<double>::infinity();
  };
  const auto r = minimize(only_here, eg::tensor({2.0, 3.0}), {.method = Method::BFGS});
  BOOST_TEST((r.status == Status::NoProgress));
  BOOST_TEST(r.message.find("infeasible") != std::string::npos, r.message);
}

BOOST_AUTO_TEST_CASE(a_trust_region_grows_with_its_success) {
  // The start is a millionth of the way.
  const auto far = [](const Tensor& x) { return (x - 1e6).square().sum(); };
  for (const Method method : {Method::Newton, Method::TrustRegionCG}) {
    const auto r = minimize(far, eg::ones({3}), {.method = method});
    BOOST_TEST(r.converged(), named(method, r));
    BOOST_TEST(r.history.size() < 40u);
    BOOST_TEST((r.x - 1e6).abs().max().item<double>() < 1e-3);
  }
}

BOOST_AUTO_TEST_CASE(values_that_are_noise_are_said_to_be) {
  // Beside 1e12 the parabola has no digits.
  const auto noisy = [](const Tensor& x) { return ((x.square() + 1e12) - 1e12).sum(); };
  for (const Method method : {Method::Newton, Method::BFGS, Method::LBFGS}) {
    const auto r = minimize(noisy, eg::tensor({1e-3, -2e-3}), {.method = method});
    BOOST_TEST((!r.converged() || r.x.abs().max().item<double>() < 1e-6), named(method, r));
  }
}

BOOST_AUTO_TEST_CASE(small_parts_in_a_direction_without_influence_count) {
  // The residuals depend on x[0] + 0.1 x[1]: neither of the two is determined.
  const Tensor t = eg::tensor({1.0, 2.0, 3.0, 4.0});
  const Tensor y = eg::tensor({1.1, 2.3, 2.8, 4.1});
  const auto r = least_squares([&](const Tensor& x) { return (x[0] + 0.1 * x[1]) * t + x[2] - y; },
                               eg::ones({3}));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.rank == 2);
  BOOST_TEST(std::isinf(r.std_errors[0].item<double>()));
  BOOST_TEST(std::isinf(r.std_errors[1].item<double>()));
  BOOST_TEST(std::isfinite(r.std_errors[2].item<double>()));
  BOOST_TEST(r.message.find("not determined: x[0] x[1]") != std::string::npos, r.message);
}

BOOST_AUTO_TEST_CASE(sums_of_products_keep_twice_the_digits) {
  const std::vector<double> a = {1e16, 1, -1e16, 1e8 + 1, 3};
  const std::vector<double> b = {1, 1, 1, 1e8 - 1, 1e-3};
  // 1 + (10^16 - 1) + 0.003, less 10^16 by hand, in which plain double keeps no digit.
  const std::vector<double> both_a = {1e16, 1, 1e8 + 1, 3, -1e16, -1e16};
  const std::vector<double> both_b = {1, 1, 1e8 - 1, 1e-3, 1, 1};
  BOOST_TEST(fit::accurate_dot(a.data(), b.data(), 3) == 1);
  BOOST_TEST(std::abs(fit::accurate_dot(both_a.data(), both_b.data(), 6) - 0.003) < 1e-15);
}

BOOST_AUTO_TEST_CASE(without_second_derivatives_first_ones_do) {
  const auto f = [](const Tensor& x) { return OnceSquare::apply(x - 1).sum(); };
  const auto r = minimize(f, eg::tensor({3.0, -2.0}), {.covariance = true});
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.x.allclose(eg::ones({2}), 1e-6, 1e-6));
  BOOST_TEST(r.message.find("no covariance") != std::string::npos, r.message);
  BOOST_TEST(!r.covariance.defined());
}

BOOST_AUTO_TEST_SUITE_END()
