#define BOOST_TEST_MODULE adapters_ceres
#include "eigengrad/adapters/ceres.hpp"

#include <ceres/gradient_problem.h>
#include <ceres/gradient_problem_solver.h>
#include <ceres/problem.h>
#include <ceres/solver.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/nist.hpp"

namespace eg = eigengrad;
namespace ad = eigengrad::adapters;
using eg::Tensor;

namespace {

ceres::Solver::Options tight() {
  ceres::Solver::Options o;
  o.max_num_iterations = 10000;
  o.function_tolerance = o.gradient_tolerance = 1e-30;
  o.parameter_tolerance = 1e-15;
  o.logging_type = ceres::SILENT;
  return o;
}

ceres::Solver::Summary solve(ceres::Problem& problem, const ceres::Solver::Options& o = tight()) {
  ceres::Solver::Summary summary;
  ceres::Solve(o, &problem, &summary);
  return summary;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_fits_of_nist) {
  int fits = 0, right = 0;
  for (const nist::Set& set : nist::kSets) {
    const std::string file =
        std::string(EIGENGRAD_SHARED_DIR) + "/data/nist_nonlinear/" + set.name + ".dat";
    if (!std::filesystem::exists(file)) continue;
    const nist::Problem data = nist::read(file);
    for (const int start : {0, 1}) {
      std::vector<double> b = data.start[start];
      ceres::Problem problem;
      const auto residuals = [&](const Tensor& x) { return set.residuals(x, data.columns); };
      problem.AddResidualBlock(ad::ceres_cost(residuals, static_cast<int>(data.columns[0].numel()),
                                              {static_cast<int>(b.size())}),
                               nullptr, b.data());
      solve(problem);
      ++fits;
      right += nist::fewest_digits(
                   Eigen::Map<const Eigen::VectorXd>(b.data(), static_cast<Eigen::Index>(b.size())),
                   data.estimates) >= 4;
    }
  }
  if (fits == 0) {
    BOOST_TEST_MESSAGE("skipped: the data of NIST are not there");
    return;
  }
  BOOST_TEST(fits == 42);
  BOOST_TEST(right >= 41);
}

// A line through points, slope and intercept as blocks of their own, one of them held.
BOOST_AUTO_TEST_CASE(blocks_of_parameters) {
  const Tensor t = eg::arange(5.0), y = 2 * t + 3;
  double slope = 0, intercept = 0;
  const auto residuals = [&](const std::vector<Tensor>& p) { return p[0] * t + p[1] - y; };
  ceres::Problem problem;
  problem.AddResidualBlock(ad::ceres_cost(residuals, 5, {1, 1}), nullptr, &slope, &intercept);
  problem.SetParameterBlockConstant(&intercept);
  BOOST_TEST(solve(problem).IsSolutionUsable());
  BOOST_TEST(std::abs(slope - 3) < 1e-12);  // t'y / t't
  problem.SetParameterBlockVariable(&intercept);
  BOOST_TEST(solve(problem).IsSolutionUsable());
  BOOST_TEST(std::abs(slope - 2) < 1e-12);
  BOOST_TEST(std::abs(intercept - 3) < 1e-12);
}

BOOST_AUTO_TEST_CASE(objectives) {
  const auto rosenbrock = [](const Tensor& x) {
    return 100 * (x[1] - x[0].square()).square() + (1 - x[0]).square();
  };
  const ceres::GradientProblem problem(new ad::CeresObjective(rosenbrock, 2));
  ceres::GradientProblemSolver::Options o;
  o.logging_type = ceres::SILENT;
  o.function_tolerance = 1e-20;
  ceres::GradientProblemSolver::Summary summary;
  double x[] = {-1.2, 1};
  ceres::Solve(o, problem, x, &summary);
  BOOST_TEST(std::abs(x[0] - 1) < 1e-8);
  BOOST_TEST(std::abs(x[1] - 1) < 1e-8);
}

BOOST_AUTO_TEST_CASE(errors_end_the_evaluation) {
  double x = 2;
  double r = 0, j = 0;
  const double* const parameters[] = {&x};
  double* jacobians[] = {&j};
  const auto evaluates = [&](const ad::CeresCost& cost) {
    return cost.Evaluate(parameters, &r, jacobians) || cost.Evaluate(parameters, &r, nullptr);
  };
  const std::unique_ptr<ad::CeresCost> good(
      ad::ceres_cost([](const Tensor& p) { return p * p; }, 1, {1}));
  BOOST_TEST(evaluates(*good));
  BOOST_TEST(r == 4);
  BOOST_TEST(j == 4);
  const std::unique_ptr<ad::CeresCost> wall(ad::ceres_cost(
      [](const Tensor& p) -> Tensor {
        if (p.item<double>() > 1) throw eg::NumericError("not here");
        return p;
      },
      1, {1}));
  BOOST_TEST(!evaluates(*wall));
  BOOST_TEST(!wall->first_error());
  const std::unique_ptr<ad::CeresCost> wrong(ad::ceres_cost(
      [](const Tensor& p) {
        return eg::cat({p, p});
      },
      1, {1}));
  BOOST_TEST(!evaluates(*wrong));
  BOOST_REQUIRE(wrong->first_error());
  BOOST_CHECK_THROW(std::rethrow_exception(wrong->first_error()), eg::ShapeError);
}
