#include "eigengrad/optim/least_squares.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <sstream>

#include "data/more_garbow_hillstrom.hpp"
#include "eigengrad/eigengrad.hpp"
#include "optim/scipy_fits.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using namespace eigengrad::optim;

namespace {

Eigen::VectorXd vector(const std::vector<double>& v) {
  return Eigen::Map<const Eigen::VectorXd>(v.data(), static_cast<Eigen::Index>(v.size()));
}

/// An exponential decay to a level.
eg::Tensor decay(const eg::Tensor& x) {
  static const eg::Tensor t = eg::tensor(oracle::kTimes);
  static const eg::Tensor y = eg::tensor(oracle::kResponses);
  return x[0] + x[1] * eg::exp(-x[2] * t) - y;
}

constexpr LeastSquaresMethod kMethods[] = {LeastSquaresMethod::LevenbergMarquardt,
                                           LeastSquaresMethod::Dogleg,
                                           LeastSquaresMethod::TrustRegionReflective};

double relative_error(double got, double want) {
  return std::abs(got - want) / (want == 0 ? 1 : std::abs(want));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(more_garbow_hillstrom)

/// The row of a problem can be run alone: --run_test='more_garbow_hillstrom/_15' is the one with index 15.
BOOST_DATA_TEST_CASE(the_default_call_finds_a_known_minimum,
                     boost::unit_test::data::xrange(std::size_t{35}), row) {
  const mgh::Problem problem = mgh::problems()[row];
  BOOST_TEST_CONTEXT(problem.number << ", " << problem.name) {
    const auto r = least_squares(problem.residuals, vector(problem.start));
    BOOST_TEST(r.converged(), r.message);
    double best = std::numeric_limits<double>::infinity();
    for (const double minimum : problem.minima)
      best = std::min(best, relative_error(2 * r.cost, minimum));
    BOOST_TEST(best < 1e-9, "the cost is " << r.cost << ", off by " << best);
    BOOST_TEST(r.history.size() < 200u);
  }
}

BOOST_AUTO_TEST_CASE(dogleg_finds_the_same_minima) {
  for (const mgh::Problem& problem : mgh::problems()) {
    // Here two columns of the Jacobian are equal for long, which takes the iterations it is allowed.
    if (problem.number == 18) continue;
    BOOST_TEST_CONTEXT(problem.number << ", " << problem.name) {
      const auto r = least_squares(problem.residuals, vector(problem.start),
                                   {.method = LeastSquaresMethod::Dogleg});
      double best = std::numeric_limits<double>::infinity();
      for (const double minimum : problem.minima)
        best = std::min(best, relative_error(2 * r.cost, minimum));
      BOOST_TEST(best < 1e-9, r.message << ", off by " << best);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bounds)

namespace {

eg::Tensor (*residuals_named(std::string_view name))(const eg::Tensor&) {
  if (name == "beale") return mgh::beale;
  if (name == "bard") return mgh::bard;
  if (name == "kowalik_osborne") return mgh::kowalik_osborne;
  if (name == "wood") return mgh::wood;
  if (name == "box") return mgh::box;
  return mgh::rosenbrock;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_minimum_is_that_of_scipy) {
  for (const oracle::BoundedFit& row : oracle::kBoundedFits)
    for (const LeastSquaresMethod method : kMethods)
      BOOST_TEST_CONTEXT(row.problem << ", " << row.what << ", method "
                                     << static_cast<int>(method)) {
        const Eigen::VectorXd lower = vector(row.lower);
        const Eigen::VectorXd upper = vector(row.upper);
        const auto r = least_squares(residuals_named(row.problem), vector(row.start),
                                     {.method = method, .lower = lower, .upper = upper});
        BOOST_TEST(r.converged(), r.message);
        BOOST_TEST((r.x.array() >= lower.array()).all());
        BOOST_TEST((r.x.array() <= upper.array()).all());
        BOOST_TEST(r.cost <= row.cost * (1 + 1e-10) + 1e-25);
        // Another minimum may be lower than SciPy's.
        if (r.cost >= row.cost * (1 - 1e-6) && row.cost > 0)
          BOOST_TEST((r.x - vector(row.x)).norm() < 1e-6 * vector(row.x).norm());
        // At a minimum the gradient is zero, or pushes against a bound that is met exactly.
        const Eigen::VectorXd g = r.jacobian.transpose() * r.residuals;
        for (Eigen::Index k = 0; k < r.x.size(); ++k) {
          const double level = 1e-9 * r.jacobian.col(k).norm() * (1e-3 + r.residuals.norm());
          const bool held = (r.x[k] == lower[k] && g[k] > 0) || (r.x[k] == upper[k] && g[k] < 0);
          BOOST_TEST((held || std::abs(g[k]) <= level),
                     "x[" << k << "] = " << r.x[k] << ", gradient " << g[k]);
        }
      }
}

// Second derivatives are taken of the unknowns that no bound holds.
BOOST_AUTO_TEST_CASE(large_residuals_converge_within_bounds) {
  const auto f = mgh::brown_dennis;
  const Eigen::Vector4d start(25, 5, -5, -1);
  const auto wide = least_squares(f, start, {.lower = -1000, .upper = 1000});
  BOOST_TEST(wide.converged(), wide.message);
  BOOST_TEST(relative_error(2 * wide.cost, 85822.2016263563) < 1e-12);
  BOOST_TEST(wide.counts.curvatures > 0);
  const auto held = least_squares(f, start, {.upper = Eigen::Vector4d(1000, 12, 1000, 1000)});
  BOOST_TEST(held.converged(), held.message);
  BOOST_TEST(held.x[1] == 12);
  BOOST_TEST(held.history.size() < 200u);
}

BOOST_AUTO_TEST_CASE(one_scalar_bounds_all) {
  const eg::Tensor start = eg::tensor({0.5, 0.2});
  const LeastSquaresResult r = least_squares(mgh::rosenbrock, start, {.lower = 0, .upper = 0.7});
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.x[0].item<double>() == 0.7);
  BOOST_TEST(std::abs(r.x[1].item<double>() - 0.49) < 1e-12);
  const LeastSquaresResult corner = least_squares(mgh::rosenbrock, eg::zeros({2}),
                                                  {.lower = -1, .upper = eg::tensor({0.5, 0.1})});
  BOOST_TEST(corner.converged(), corner.message);
  BOOST_TEST(corner.x[1].item<double>() == 0.1);
}

BOOST_AUTO_TEST_CASE(equal_bounds_hold_an_unknown) {
  const LeastSquaresResult r =
      least_squares(mgh::rosenbrock, eg::tensor({-1.2, 2.0}),
                    {.lower = eg::tensor({-5.0, 2.0}), .upper = eg::tensor({5.0, 2.0})});
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.x[1].item<double>() == 2.0);
  const LeastSquaresResult all =
      least_squares(mgh::rosenbrock, eg::tensor({3.0, 2.0}),
                    {.lower = eg::tensor({3.0, 2.0}), .upper = eg::tensor({3.0, 2.0})});
  BOOST_TEST(all.converged(), all.message);
}

BOOST_AUTO_TEST_CASE(points_outside_are_never_asked_for) {
  for (const LeastSquaresMethod method : kMethods) {
    const auto r = least_squares(
        [](const eg::Tensor& x) {
          BOOST_TEST(x[0].item<double>() >= 0.0);
          BOOST_TEST(x[1].item<double>() <= 2.0);
          return mgh::beale(x);
        },
        eg::tensor({0.0, 2.0}), {.method = method, .lower = 0, .upper = eg::tensor({10.0, 2.0})});
    BOOST_TEST(r.x.min().item<double>() >= 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(losses)

BOOST_AUTO_TEST_CASE(losses_and_weights_give_the_fits_of_scipy) {
  const std::pair<std::string_view, Loss> names[] = {{"Linear", Loss::Linear},
                                                     {"Huber", Loss::Huber},
                                                     {"SoftL1", Loss::SoftL1},
                                                     {"Cauchy", Loss::Cauchy},
                                                     {"Tukey", Loss::Tukey}};
  for (const oracle::LossFit& row : oracle::kLossFits)
    BOOST_TEST_CONTEXT(row.loss << (row.weighted ? ", weighted" : "")) {
      LeastSquaresOptions options{.f_scale = row.f_scale};
      for (const auto& [name, loss] : names)
        if (name == row.loss) options.loss = loss;
      if (row.weighted) options.weights = vector(oracle::kWeights);
      const auto r = least_squares(decay, Eigen::Vector3d(0.4, 1.8, 0.5), options);
      BOOST_TEST(r.converged(), r.message);
      BOOST_TEST(relative_error(r.cost, row.cost) < 1e-9);
      BOOST_TEST((r.x - vector(row.x)).norm() < 2e-6);
      // The residuals are those of the function, whatever weights and loss made of them.
      const eg::Tensor again = decay(eg::from_eigen(r.x));
      BOOST_TEST((eg::from_eigen(r.residuals) - again).abs().max().item<double>() == 0);
    }
}

BOOST_AUTO_TEST_CASE(tukey_leaves_outliers_out) {
  const auto without =
      least_squares(decay, Eigen::Vector3d(0.4, 1.8, 0.5), {.loss = Loss::Tukey, .f_scale = 0.4});
  Eigen::VectorXd weights = Eigen::VectorXd::Ones(21);
  for (Eigen::Index k : {3, 11, 17}) weights[k] = 0;
  const auto dropped = least_squares(decay, Eigen::Vector3d(0.4, 1.8, 0.5),
                                     {.loss = Loss::Tukey, .f_scale = 0.4, .weights = weights});
  BOOST_TEST((without.x - dropped.x).norm() < 1e-9);
  BOOST_TEST(dropped.df == 15);
}

BOOST_AUTO_TEST_CASE(a_weight_is_that_many_equal_residuals) {
  const auto twice = [](const eg::Tensor& x) { return eg::cat({decay(x), decay(x), decay(x)}); };
  for (const Loss loss : {Loss::Linear, Loss::Huber}) {
    const auto a = least_squares(twice, Eigen::Vector3d(0.4, 1.8, 0.5), {.loss = loss});
    const auto b = least_squares(decay, Eigen::Vector3d(0.4, 1.8, 0.5), {.weights = 3.0});
    if (loss == Loss::Linear) BOOST_TEST((a.x - b.x).norm() < 1e-9);
    BOOST_TEST(a.converged());
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(statistics)

// y = a + b x by hand: the textbook's formulas.
BOOST_AUTO_TEST_CASE(a_line_has_the_known_covariance) {
  const Eigen::VectorXd x{{0, 1, 2, 3, 4}};
  const Eigen::VectorXd y{{1.1, 2.9, 5.2, 6.8, 9.1}};
  const eg::Tensor tx = eg::from_eigen(x);
  const eg::Tensor ty = eg::from_eigen(y);
  const auto r = least_squares([&](const eg::Tensor& b) { return b[0] + b[1] * tx - ty; },
                               Eigen::Vector2d(0, 0));
  BOOST_TEST(r.converged(), r.message);
  const double sxx = (x.array() - x.mean()).square().sum();
  const double b = ((x.array() - x.mean()) * (y.array() - y.mean())).sum() / sxx;
  const double a = y.mean() - b * x.mean();
  const double variance = (y.array() - a - b * x.array()).square().sum() / 3;
  BOOST_TEST(std::abs(r.x[0] - a) < 1e-13);
  BOOST_TEST(std::abs(r.x[1] - b) < 1e-13);
  BOOST_TEST(r.df == 3);
  BOOST_TEST(r.rank == 2);
  BOOST_TEST(std::abs(r.covariance(1, 1) - variance / sxx) < 1e-14);
  BOOST_TEST(std::abs(r.covariance(0, 1) + variance * x.mean() / sxx) < 1e-14);
  BOOST_TEST(std::abs(r.std_errors[0] -
                      std::sqrt(variance * (1.0 / 5 + x.mean() * x.mean() / sxx))) < 1e-14);
  BOOST_TEST(std::abs(r.correlation(0, 1) + x.mean() / std::sqrt(x.squaredNorm() / 5)) < 1e-13);
  BOOST_TEST(r.correlation(0, 0) == 1);
  BOOST_TEST((r.jacobian.col(1) - x).norm() == 0);
}

BOOST_AUTO_TEST_CASE(unknowns_that_the_data_do_not_determine_are_named) {
  const eg::Tensor t = eg::tensor({1.0, 2.0, 3.0, 4.0});
  const eg::Tensor y = eg::tensor({2.0, 4.1, 5.9, 8.2});
  // x0 and x1 act as a sum; x3 does not act.
  const auto r =
      least_squares([&](const eg::Tensor& x) { return (x[0] + x[1]) * t + x[2] - y + 0 * x[3]; },
                    Eigen::Vector4d(0, 0, 0, 7));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST(r.rank == 2);
  BOOST_TEST(r.df == 2);
  BOOST_TEST(r.message.find("rank 2 of 4, not determined: x[0] x[1] x[3]") != std::string::npos,
             r.message);
  BOOST_TEST(std::isinf(r.std_errors[0]));
  BOOST_TEST(std::isinf(r.std_errors[3]));
  BOOST_TEST(std::isfinite(r.std_errors[2]));
  BOOST_TEST(std::isnan(r.covariance(0, 2)));
  // The shortest step: both share, and what does not act stays.
  BOOST_TEST(std::abs(r.x[0] - r.x[1]) < 1e-12);
  BOOST_TEST(r.x[3] == 7);
}

BOOST_AUTO_TEST_CASE(many_residuals_and_unknowns) {
  const eg::Tensor a = eg::sin(eg::arange(0.0, 300.0 * 20).reshape({300, 20}).square());
  const eg::Tensor want = eg::linspace(-1.0, 1.0, 20);
  const LeastSquaresResult r =
      least_squares([&](const eg::Tensor& x) { return eg::tanh(a.mv(x)) - eg::tanh(a.mv(want)); },
                    eg::zeros({20}));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST((r.x - want).abs().max().item<double>() < 1e-13);
  // Twenty unknowns of which only the sum matters: eight are named.
  const LeastSquaresResult sum = least_squares(
      [&](const eg::Tensor& x) { return a.select(1, 0) * (x.sum() - 1); }, eg::zeros({20}));
  BOOST_TEST(sum.rank == 1);
  BOOST_TEST(sum.message.find("x[7] and 12 more") != std::string::npos, sum.message);
}

BOOST_AUTO_TEST_CASE(x_scale_replaces_the_norms_of_columns) {
  const auto own = least_squares(mgh::meyer, Eigen::Vector3d(0.02, 4000, 250),
                                 {.x_scale = Eigen::Vector3d(0.01, 5000, 300)});
  BOOST_TEST(own.converged(), own.message);
  BOOST_TEST(relative_error(2 * own.cost, 87.9458551707) < 1e-9);
  // The radius of the start is |x / x_scale|.
  BOOST_TEST(std::abs(own.history[0].radius - std::sqrt(4 + 0.64 + 25.0 / 36)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(fewer_residuals_than_unknowns) {
  const auto r = least_squares([](const eg::Tensor& x) { return (x.sum() - 3).reshape({1}); },
                               Eigen::Vector3d(0, 0, 0));
  BOOST_TEST(r.converged(), r.message);
  BOOST_TEST((r.x - Eigen::Vector3d::Ones()).norm() < 1e-14);
  BOOST_TEST(r.rank == 1);
  BOOST_TEST(r.df == 0);
  BOOST_TEST(std::isinf(r.std_errors[0]));
}

BOOST_AUTO_TEST_CASE(no_degree_of_freedom_gives_nan) {
  const auto r = least_squares(mgh::rosenbrock, Eigen::Vector2d(-1.2, 1));
  BOOST_TEST(r.df == 0);
  BOOST_TEST(std::isnan(r.std_errors[0]));
}

BOOST_AUTO_TEST_SUITE_END()
