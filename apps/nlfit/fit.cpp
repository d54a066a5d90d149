#include "nlfit/fit.hpp"

#include <cmath>

#include "common/bad_input.hpp"
#include "common/significance.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::nlfit {
namespace {

namespace eg = eigengrad;
namespace optim = eigengrad::optim;
using eg::Tensor;
using Eigen::Index;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Rows of weight 0 do not count.
Likelihood likelihood_of(const Problem& problem, const Fit& f) {
  double log_weights = 0;
  auto n = static_cast<double>(problem.rows());
  if (problem.weights.defined())
    for (const double w : values_of(problem.weights)) {
      if (w > 0)
        log_weights += std::log(w);
      else
        n -= 1;
    }
  return {f.rss, n, log_weights, f.parameters.size()};
}

Fit summary_of(const Problem& problem, const optim::LeastSquaresResult& r, double level) {
  Fit f;
  f.status = r.status;
  f.message = with_names(r.message, problem.model.parameters());
  f.rows = problem.rows();
  f.df = r.df;
  f.residuals = values_of(r.residuals);
  f.fitted = values_of(problem.y - r.residuals);
  const Tensor squares = eg::square(r.residuals);
  f.rss = (problem.weights.defined() ? problem.weights * squares : squares).sum().item<double>();
  f.residual_sd = r.df > 0 ? std::sqrt(f.rss / static_cast<double>(r.df)) : kNaN;
  f.achieved_convergence = r.history.back().offset;
  f.covariance = eg::to_matrix(r.covariance);
  f.correlation = eg::to_matrix(r.correlation);
  f.unidentified = undetermined_directions(r, problem.model.parameters());
  f.iterations = r.history.back().iter;
  f.counts = r.counts;
  f.seconds = r.seconds;
  f.parameters = estimates_of(r, problem.model.parameters(), level);
  f.likelihood = likelihood_of(problem, f);
  return f;
}

}  // namespace

std::vector<double> Fit::estimates() const {
  std::vector<double> all;
  for (const Estimate& p : parameters) all.push_back(p.estimate);
  return all;
}

Fit fit(const Problem& problem, const FitOptions& o) {
  const auto residuals = [&](const Tensor& b) {
    return problem.y - problem.model(b, problem.variables, problem.rows());
  };
  optim::LeastSquaresOptions options;
  options.method = o.method;
  options.loss = o.loss;
  options.f_scale = o.f_scale;
  options.lower = eg::tensor(problem.lower);
  options.upper = eg::tensor(problem.upper);
  options.weights = problem.weights;
  options.max_iter = o.max_iter;
  if (o.callback)
    options.callback = [&](const optim::LeastSquaresIteration& now, const Tensor&) {
      return o.callback(now);
    };
  optim::LeastSquaresResult result;
  try {
    result = optim::least_squares(residuals, eg::tensor(problem.start), options);
  } catch (const eg::NumericError& e) {
    throw BadInput("--start: " + with_names(e.what(), problem.model.parameters()));
  } catch (const eg::Error& e) {
    throw BadInput("--model: " + with_names(e.what(), problem.model.parameters()));
  }
  Fit f = summary_of(problem, result, o.level);
  if (o.profile) add_profile_intervals(problem, o, f);
  return f;
}

Prediction predict(const Problem& problem, const Fit& f, const std::vector<Tensor>& variables,
                   double level) {
  const std::int64_t rows = variables.front().numel();
  const auto model = [&](const Tensor& b) { return problem.model(b, variables, rows); };
  const Tensor b = eg::tensor(f.estimates());
  const Eigen::MatrixXd j = eg::to_matrix(eg::jacobian(model, b));
  const Eigen::VectorXd variances = (j * f.covariance).cwiseProduct(j).rowwise().sum();
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
