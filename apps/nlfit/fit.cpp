#include "nlfit/fit.hpp"

#include <charconv>
#include <cmath>
#include <numbers>

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

std::vector<double> values_of(const Tensor& t) {
  const Tensor plain = t.contiguous();
  const double* data = plain.data_ptr<double>();
  return {data, data + plain.numel()};
}

/// `x[1]` in what the library says becomes the name of the parameter.
std::string with_names(const std::string& message, const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t at = 0; at < message.size();) {
    std::size_t index = 0;
    const char* digits = message.data() + at + 2;
    const char* end = message.data() + message.size();
    if (message.compare(at, 2, "x[") == 0) {
      const auto [stop, error] = std::from_chars(digits, end, index);
      if (error == std::errc() && stop != end && *stop == ']' && index < names.size()) {
        out += names[index];
        at = static_cast<std::size_t>(stop - message.data()) + 1;
        continue;
      }
    }
    out += message[at++];
  }
  return out;
}

/// The directions that belong to the n - rank smallest singular values of the Jacobian with columns of
/// length 1.
std::vector<Direction> undetermined_directions(const optim::LeastSquaresResult& r,
                                               const std::vector<std::string>& names) {
  std::vector<Direction> directions;
  const auto n = static_cast<std::int64_t>(names.size());
  if (r.rank == n) return directions;
  const Tensor lengths = eg::linalg_vector_norm(r.jacobian, 2, 0);
  const Tensor scale = eg::where(lengths > 0, lengths, 1.0);
  const auto [u, s, vh] = eg::linalg_svd(r.jacobian / scale, true);
  for (std::int64_t k = r.rank; k < n; ++k) {
    const std::vector<double> v = values_of(vh[k] / scale);
    const std::vector<double> shares = values_of(vh[k]);
    const auto largest = static_cast<std::size_t>(eg::argmax(eg::abs(vh[k])).item<std::int64_t>());
    Direction direction;
    for (std::size_t i = 0; i < v.size(); ++i)
      if (std::abs(shares[i]) > 1e-7) direction.emplace_back(names[i], v[i] / v[largest]);
    directions.push_back(std::move(direction));
  }
  return directions;
}

/// Source: R, logLik.nls; rows of weight 0 do not count.
void add_likelihood(const Problem& problem, Fit& f) {
  double log_weights = 0;
  double n = static_cast<double>(problem.rows());
  if (problem.weights.defined())
    for (const double w : values_of(problem.weights)) {
      if (w > 0)
        log_weights += std::log(w);
      else
        n -= 1;
    }
  f.log_likelihood =
      -0.5 * n *
      (std::log(2 * std::numbers::pi) + 1 - std::log(n) - log_weights / n + std::log(f.rss));
  const auto parameters = static_cast<double>(f.parameters.size()) + 1;
  f.aic = -2 * f.log_likelihood + 2 * parameters;
  f.bic = -2 * f.log_likelihood + std::log(n) * parameters;
}

void add_parameters(const Problem& problem, const optim::LeastSquaresResult& r, double level,
                    Fit& f) {
  const std::vector<double> x = values_of(r.x);
  const std::vector<double> errors = values_of(r.std_errors);
  const auto df = static_cast<double>(r.df);
  const double quantile = t_quantile(level, df);
  for (std::size_t i = 0; i < x.size(); ++i) {
    Parameter p;
    p.name = problem.model.parameters()[i];
    p.estimate = x[i];
    p.std_error = errors[i];
    p.t = std::isfinite(errors[i]) ? x[i] / errors[i] : kNaN;
    p.p = p_value_of_t(p.t, df);
    p.lower = x[i] - quantile * errors[i];
    p.upper = x[i] + quantile * errors[i];
    p.profile_lower = p.profile_upper = kNaN;
    f.parameters.push_back(std::move(p));
  }
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
  add_parameters(problem, r, level, f);
  add_likelihood(problem, f);
  return f;
}

}  // namespace

std::vector<double> Fit::estimates() const {
  std::vector<double> all;
  for (const Parameter& p : parameters) all.push_back(p.estimate);
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
