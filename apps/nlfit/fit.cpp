#include "nlfit/fit.hpp"

#include <cmath>

#include "common/least_squares_fit.hpp"
#include "common/numbers.hpp"
#include "common/significance.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::nlfit {
namespace {

namespace eg = eigengrad;
namespace optim = eigengrad::optim;
using eg::Tensor;
using Eigen::Index;

/// Rows of weight 0 do not count.
Likelihood weighted_likelihood(const Problem& problem, const Fit& f) {
  double log_weights = 0;
  double n = 0;
  for (const double w : values_of(problem.weights))
    if (w > 0) {
      log_weights += std::log(w);
      n += 1;
    }
  return {f.rss, n, log_weights, f.parameters.size()};
}

}  // namespace

std::vector<double> Fit::estimates() const {
  std::vector<double> all;
  for (const Estimate& p : parameters) all.push_back(p.estimate);
  return all;
}

Fit fit(const Problem& problem, const FitOptions& o) {
  optim::LeastSquaresOptions options;
  options.method = o.method;
  options.loss = o.loss;
  options.f_scale = o.f_scale;
  options.max_iter = o.max_iter;
  if (o.callback)
    options.callback = [&](const optim::LeastSquaresIteration& now, const Tensor&) {
      return o.callback(now);
    };
  const LeastSquaresFit result = fit_least_squares(
      {[&](const Tensor& b) { return problem.residuals(b); }, problem.model.parameters(),
       problem.start, problem.lower, problem.upper, problem.weights, "--model"},
      options, o.level, o.robust);
  Fit f{result.summary, values_of(problem.y - result.residuals), values_of(result.residuals)};
  if (problem.weights.defined()) f.likelihood = weighted_likelihood(problem, f);
  if (o.profile) add_profile_intervals(problem, o, f);
  return f;
}

Prediction predict(const Problem& problem, const Fit& f, const std::vector<Tensor>& variables,
                   double level) {
  const std::int64_t rows = variables.front().numel();
  const auto model = [&](const Tensor& b) { return problem.model(b, variables, rows); };
  const Tensor b = eg::tensor(f.estimates());
  const Eigen::MatrixXd j = eg::to_matrix(eg::jacobian(model, b));
  Eigen::MatrixXd covariance = f.covariance;
  for (std::size_t i = 0; i < f.parameters.size(); ++i)
    if (f.parameters[i].at_bound != Bound::None) {
      covariance.row(static_cast<Index>(i)).setZero();
      covariance.col(static_cast<Index>(i)).setZero();
    }
  const Eigen::VectorXd variances = (j * covariance).cwiseProduct(j).rowwise().sum();
  const double quantile = t_quantile(level, static_cast<double>(f.df));
  Prediction p;
  p.fit = values_of(model(b));
  for (Index i = 0; i < variances.size(); ++i) {
    const double error = std::sqrt(variances[i]);
    const double further = std::hypot(error, f.residual_sd);
    const double value = p.fit[static_cast<std::size_t>(i)];
    p.std_error.push_back(error);
    p.lower.push_back(value - quantile * error);
    p.upper.push_back(value + quantile * error);
    p.prediction_lower.push_back(value - quantile * further);
    p.prediction_upper.push_back(value + quantile * further);
  }
  return p;
}

}  // namespace apps::nlfit
