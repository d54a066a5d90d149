// minimize(): stops, units, bounds, points that are not allowed, and what results carry.

#include <Eigen/LU>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>

#include "data/more_garbow_hillstrom.hpp"
#include "support/nist.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;

namespace {

using E = const eg::Tensor&;

eg::Tensor rosenbrock(E x) {
  return 100 * eg::square(x[1] - eg::square(x[0])) + eg::square(1 - x[0]);
}

constexpr Method kAll[] = {Method::Auto,          Method::GradientDescent, Method::NonlinearCG,
                           Method::BFGS,          Method::LBFGS,           Method::Newton,
                           Method::NewtonCG,      Method::TrustRegion,     Method::Adam,
                           Method::TrustRegionCG, Method::NelderMead};

double element(E x, std::int64_t i) { return x[i].item<double>(); }

/// The square root of a negative number is an error here, not NaN.
eg::Tensor checked_sqrt(E x) {
  if (x.min().item<double>() < 0) throw eg::NumericError("model: negative");
  return eg::sqrt(x);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(minimize_units)

BOOST_AUTO_TEST_CASE(newton_takes_one_path_in_any_unit) {
  std::size_t iterations = 0;
  for (const double scale : {1.0, 0x1p-40, 0x1p40, 0x1p-600, 0x1p400})
    for (const double unit : {1.0, 0x1p-20, 0x1p30}) BOOST_TEST_CONTEXT(scale << ' ' << unit) {
        const eg::Tensor units = eg::tensor({unit, 1 / unit});
        const auto r = minimize([&](E x) { return scale * rosenbrock(x * units); },
                                eg::tensor({-1.2, 1.0}) / units);
        BOOST_TEST(r.converged(), r.message);
        BOOST_TEST((r.x * units - 1).abs().max().item<double>() < 1e-12);
        if (iterations == 0) iterations = r.history.size();
        BOOST_TEST(r.history.size() == iterations);
      }
}

BOOST_AUTO_TEST_CASE(the_size_of_the_value_changes_no_stop) {
  for (const Method method : kAll)
    for (const double scale : {0x1p-40, 1.0, 0x1p40})
      if (method != Method::GradientDescent && method != Method::Adam)
        BOOST_TEST_CONTEXT(static_cast<int>(method) << ' ' << scale) {
          const auto r = minimize([&](E x) { return scale * rosenbrock(x); },
                                  eg::tensor({-1.2, 1.0}), {.method = method});
          BOOST_TEST(r.converged(), r.message);
          BOOST_TEST((r.x - 1).abs().max().item<double>() < 1e-6);
        }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(minimize_stops)

// Values around 1e6 have rounding errors of 1e-10: steps of 1e-8 change nothing that can be seen.
BOOST_AUTO_TEST_CASE(rounding_level_is_a_stop) {
  const auto f = [](E x) { return ((1e6 + eg::square(x - 3)) * eg::cos(1e-9 * x)).sum(); };
  for (const Method method : kAll) {
    if (method == Method::Adam) continue;
    const auto r =
        minimize(f, eg::tensor({1.0, 10.0}),
                 {.method = method, .tolerance_grad = 0, .tolerance_f = 0, .tolerance_x = 0});
    BOOST_TEST_CONTEXT(static_cast<int>(method) << ": " << r.message) {
      BOOST_TEST(r.converged());
      BOOST_TEST(r.history.size() < 200U);
      BOOST_TEST((r.x - 3).abs().max().item<double>() < 1e-4);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_saddle_is_left_or_said) {
  const auto f = [](E x) { return eg::square(x[0]) + eg::square(eg::square(x[1]) - 1); };
  for (const Method method : kAll) BOOST_TEST_CONTEXT(static_cast<int>(method)) {
      const auto r = minimize(f, eg::tensor({0.5, 0.0}), {.method = method});
      if (r.converged())
        BOOST_TEST(std::abs(std::abs(element(r.x, 1)) - 1) < 1e-4);
      else
        BOOST_TEST((r.status == Status::Saddle), r.message);
    }
  const auto newton = minimize(f, eg::zeros({2}));
  BOOST_TEST(newton.converged(), newton.message);
  BOOST_TEST(newton.value < 1e-12);
}

/// `atoms` points, moved and turned as one, have one energy: the minimum is a surface.
eg::Tensor lennard_jones(E x, std::int64_t atoms) {
  const eg::Tensor p = x.reshape({atoms, 3});
  const eg::Tensor pairs = eg::triu_indices(atoms, atoms, 1);
  const eg::Tensor d = p.index_select(0, pairs[0]) - p.index_select(0, pairs[1]);
  const eg::Tensor sixth = eg::pow(eg::square(d).sum(1), -3.0);
  return 4 * (eg::square(sixth) - sixth).sum();
}

// Where the minimum is not a point, the Hessian there is singular, and beside it slightly indefinite.
BOOST_AUTO_TEST_CASE(minima_that_are_surfaces) {
  const eg::Tensor corners =
      eg::tensor({0.0, 0.1, 0.05, 1.1, 0.0, 0.1, 0.1, 1.2, 0.0, 0.6, 0.5, 1.0, 0.55, 0.45, -0.9});
  const eg::Tensor table =
      eg::tensor({4.0, 1.0, 0.0, 1.0, 3.0, 1.0, 0.0, 1.0, 2.5}).reshape({3, 3});
  struct Case {
    const char* name;
    std::function<eg::Tensor(E)> f;
    eg::Tensor start;
    double minimum;
  };
  const Case cases[] = {
      {"three atoms", [](E x) { return lennard_jones(x, 3); }, corners.slice(0, 0, 9), -3},
      {"four atoms", [](E x) { return lennard_jones(x, 4); }, corners.slice(0, 0, 12), -6},
      {"five atoms", [](E x) { return lennard_jones(x, 5); }, corners, -9.10385241570756},
  };
  for (const Case& c : cases)
    for (const Method method : {Method::Newton, Method::TrustRegionCG, Method::BFGS, Method::LBFGS})
      BOOST_TEST_CONTEXT(c.name << ' ' << static_cast<int>(method)) {
        const auto r = minimize(c.f, c.start, {.method = method});
        BOOST_TEST(r.converged(), r.message);
        BOOST_TEST(std::abs(r.value - c.minimum) <= 1e-12 * std::abs(c.minimum), r.value);
      }
}

BOOST_AUTO_TEST_CASE(a_wrong_gradient_is_named) {
  struct Wrong : eg::autograd::Function<Wrong> {
    static eg::Tensor forward(eg::autograd::AutogradContext* ctx, E x) {
      ctx->save_for_backward({x});
      return eg::exp(x);
    }
    static eg::autograd::variable_list backward(eg::autograd::AutogradContext* ctx,
                                                eg::autograd::variable_list g) {
      return {-g[0] * eg::exp(ctx->get_saved_variables()[0])};
    }
  };
  const auto f = [](E x) { return eg::square(x[0]) + Wrong::apply(x[1]) + eg::square(x[1] - 2); };
  for (const Method method : {Method::LBFGS, Method::BFGS, Method::Newton}) {
    const auto r = minimize(f, eg::tensor({1.0, 0.5}), {.method = method});
    BOOST_TEST((r.status == Status::WrongGradient), r.message);
    BOOST_TEST(r.message.find("x[1]") != std::string::npos, r.message);
  }
}

BOOST_AUTO_TEST_CASE(no_lower_bound_and_plains_are_named) {
  const auto falls = minimize([](E x) { return -eg::exp(x).sum(); }, eg::zeros({1}));
  BOOST_TEST(!falls.converged(), falls.message);
  const auto line = minimize([](E x) { return x.sum(); }, eg::tensor({1.0, 2.0}));
  BOOST_TEST((line.status == Status::Unbounded), line.message);
  const auto flat = minimize([](E x) { return 3 + eg::exp(-x).sum(); }, eg::tensor({100.0}));
  BOOST_TEST(!flat.converged(), flat.message);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(minimize_bounds)

BOOST_AUTO_TEST_CASE(every_method_keeps_to_them) {
  // The minimum of Rosenbrock's function within x0 <= 0.5 is (0.5, 0.25).
  for (const Method method : kAll) BOOST_TEST_CONTEXT(static_cast<int>(method)) {
      const auto f = [](E x) {
        BOOST_TEST(element(x, 0) <= 0.5);
        return rosenbrock(x);
      };
      const auto r = minimize(f, eg::tensor({-1.2, 1.0}),
                              {.method = method,
                               .upper = eg::tensor({0.5, std::numeric_limits<double>::infinity()}),
                               .lr = 0.02});
      const double error = method == Method::NelderMead ? 1e-2 : 1e-5;
      BOOST_TEST(std::abs(element(r.x, 0) - 0.5) < error, r.message);
      BOOST_TEST(std::abs(element(r.x, 1) - 0.25) < error, r.message);
      if (method != Method::NelderMead) BOOST_TEST(r.converged(), r.message);
    }
}

BOOST_AUTO_TEST_CASE(corners_fixed_unknowns_and_one_bound_for_all) {
  const auto bowl = [](E x) { return eg::square(x - eg::tensor({-1.0, 0.25, 7.0})).sum(); };
  const auto corner = minimize(bowl, eg::full({3}, 0.5), {.lower = 0, .upper = 1});
  BOOST_TEST(corner.converged(), corner.message);
  BOOST_TEST((corner.x - eg::tensor({0.0, 0.25, 1.0})).abs().max().item<double>() < 1e-12);
  BOOST_TEST(corner.gradient_norm < 1e-10);
  BOOST_TEST(std::abs(element(corner.gradient, 2) + 12) < 1e-9);

  const Eigen::Vector3d fixed(0.5, 0.5, 0.5);
  const auto held = minimize(bowl, fixed, {.lower = fixed, .upper = fixed});
  BOOST_TEST(held.converged(), held.message);
  BOOST_TEST((held.x - fixed).norm() == 0);
}

BOOST_AUTO_TEST_CASE(bad_bounds_are_refused) {
  const eg::Tensor x0 = eg::tensor({0.5, 0.5});
  int calls = 0;
  const auto f = [&](E x) {
    ++calls;
    return rosenbrock(x);
  };
  BOOST_CHECK_EXCEPTION(minimize(f, x0, {.lower = 1, .upper = 0}), eg::ValueError, Says{"cross"});
  BOOST_CHECK_EXCEPTION(minimize(f, x0, {.lower = 0.6}), eg::ValueError, Says{"x[0] = 0.5"});
  BOOST_CHECK_EXCEPTION(minimize(f, x0, {.lower = eg::zeros({3})}), eg::ShapeError, Says{"lower"});
  BOOST_CHECK_EXCEPTION(minimize(f, x0, {.tolerance_f = -1}), eg::ValueError, Says{"tolerance_f"});
  BOOST_CHECK_EXCEPTION(minimize(f, x0, {.tolerance_x = std::nan("")}), eg::ValueError,
                        Says{"tolerance_x"});
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(minimize_results)

BOOST_AUTO_TEST_CASE(points_that_are_not_allowed_are_stepped_back_from) {
  const auto by_error = [](E x) { return (checked_sqrt(x) * (eg::sqrt(x) - 1)).sum() + 5; };
  const auto by_constant = [](E x) {
    if (x.min().item<double>() < 0) return eg::tensor(std::numeric_limits<double>::infinity());
    return (eg::sqrt(x) * (eg::sqrt(x) - 1)).sum() + 5;
  };
  const auto by_nan = [](E x) { return (eg::sqrt(x) * (eg::sqrt(x) - 1)).sum() + 5; };
  const std::function<eg::Tensor(E)> all[] = {by_error, by_constant, by_nan};
  for (const auto& f : all)
    for (const Method method : kAll) {
      if (method == Method::Adam) continue;  // Its steps have one length, be the value what it may.
      const auto r = minimize(f, eg::tensor({4.0, 30.0}), {.method = method});
      BOOST_TEST_CONTEXT(static_cast<int>(method) << ": " << r.message)
      BOOST_TEST((r.x - 0.25).abs().max().item<double>() < 1e-5);
    }
  BOOST_CHECK_THROW(minimize(by_error, eg::tensor({-1.0})), eg::NumericError);
  BOOST_CHECK_THROW(minimize(
                        [](E x) -> eg::Tensor {
                          if (element(x, 0) < 1) throw std::runtime_error("not for us");
                          return eg::square(x).sum();
                        },
                        eg::tensor({2.0})),
                    std::runtime_error);
}

BOOST_AUTO_TEST_CASE(covariance_is_the_inverse_hessian) {
  const Eigen::Matrix3d h{{4, 1, 0}, {1, 3, -1}, {0, -1, 2}};
  const eg::Tensor t = eg::from_eigen(h);
  const auto r = minimize([&](E x) { return x.dot(eg::mv(t, x)) / 2 - x.sum(); },
                          Eigen::Vector3d::Zero(), {.covariance = true});
  BOOST_TEST((r.covariance - h.inverse()).norm() < 1e-12);
  BOOST_TEST((r.std_errors - h.inverse().diagonal().cwiseSqrt()).norm() < 1e-12);
  BOOST_TEST(r.rank == 3);

  // x[1] and x[2] enter as their sum.
  const auto flat = minimize([](E x) { return eg::square(x[0] - 1) + eg::square(x[1] + x[2] - 2); },
                             eg::zeros({3}), {.covariance = true});
  BOOST_TEST(flat.rank == 2);
  BOOST_TEST(std::abs(element(flat.std_errors, 0) - std::sqrt(0.5)) < 1e-12);
  BOOST_TEST(std::isinf(element(flat.std_errors, 1)));
  BOOST_TEST(std::isinf(element(flat.std_errors, 2)));
  BOOST_TEST(flat.message.find("not determined: x[1] x[2]") != std::string::npos, flat.message);
  BOOST_TEST(!minimize(rosenbrock, eg::zeros({2})).covariance.defined());
}

BOOST_AUTO_TEST_CASE(lists_tuples_and_reports) {
  const eg::Tensor a = eg::zeros({2, 2});
  const eg::Tensor b = eg::full({3}, 5.0);
  const auto list = minimize(
      [](const std::vector<eg::Tensor>& p) {
        return eg::square(p[0] - 1).sum() + eg::square(p[1] - p[0][0][0]).sum();
      },
      std::vector<eg::Tensor>{a, b});
  BOOST_TEST(list.converged(), list.message);
  BOOST_TEST((list.x[0].sizes() == a.sizes()));
  BOOST_TEST((list.x[1] - 1).abs().max().item<double>() < 1e-9);

  const auto tuple = minimize(
      [](E p, E q) { return eg::square(p - 1).sum() + eg::square(q - 2).sum(); }, std::tuple(a, b));
  const auto& [p, q] = tuple.x;
  BOOST_TEST((p - 1).abs().max().item<double>() < 1e-9);
  BOOST_TEST((q - 2).abs().max().item<double>() < 1e-9);
  BOOST_CHECK_THROW(minimize([](const std::vector<eg::Tensor>&) { return eg::Tensor(); },
                             std::vector<eg::Tensor>{}),
                    eg::ValueError);

  std::ostringstream text;
  text << minimize(rosenbrock, Eigen::Vector2d(-1.2, 1), {.covariance = true}) << list << tuple;
  for (const char* part :
       {"minimize: converged in", "Auto chose Newton", "x[0] = 1 +- ", "Hessians", "s: values"})
    BOOST_TEST(text.str().find(part) != std::string::npos, text.str());
  BOOST_TEST((minimize([](E x) { return eg::square(x).sum(); }, eg::ones({1000}))
                  .message.find("Auto chose LBFGS") != std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(minimize_certified)

BOOST_AUTO_TEST_CASE(more_garbow_hillstrom) {
  for (const mgh::Problem& p : mgh::problems()) {
    const auto r =
        minimize([&](E x) { return eg::square(p.residuals(x)).sum(); }, eg::tensor(p.start));
    bool is_known = false;
    for (const double m : p.minima)
      is_known = is_known || std::abs(r.value - m) <= 1e-8 * std::max(1.0, m);
    BOOST_TEST_CONTEXT(p.number << ' ' << p.name << ": " << r.value << ", " << r.message) {
      BOOST_TEST(is_known);
      BOOST_TEST(r.converged());
    }
  }
}

BOOST_AUTO_TEST_CASE(nist_nonlinear_sums_of_squares) {
  const std::string folder = std::string(EIGENGRAD_SHARED_DIR) + "/data/nist_nonlinear/";
  if (!std::filesystem::exists(folder)) {
    BOOST_TEST_MESSAGE("skipped: " << folder << " is not there");
    return;
  }
  int solved = 0;
  for (const nist::Set& set : nist::kSets) {
    const nist::Problem problem = nist::read(folder + set.name + ".dat");
    for (const std::vector<double>& start : problem.start) {
      const auto r =
          minimize([&](E b) { return eg::square(set.residuals(b, problem.columns)).sum(); },
                   Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(
                       start.data(), static_cast<Eigen::Index>(start.size()))));
      const double digits = nist::fewest_digits(r.x, problem.estimates);
      solved += digits >= 6;
      BOOST_TEST((!r.converged() || digits >= 4),
                 set.name << ": " << digits << " digits, but " << r.message);
      BOOST_TEST((r.converged() || digits < 6), set.name << ": " << r.message);
    }
  }
  BOOST_TEST(solved >= 40);
}

BOOST_AUTO_TEST_SUITE_END()
