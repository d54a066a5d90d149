#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/robust.hpp"
#include "eigengrad/optim/least_squares.hpp"

namespace apps {

/// The bound at which a parameter ended; both where they are the same.
enum class Bound : std::uint8_t { None, Lower, Upper, Both };

/// A parameter of a fit by least squares. What has no value (an interval without degrees of freedom, say) is
/// NaN.
struct Estimate {
  std::string name;
  double estimate = 0;
  double std_error = 0;
  double t = 0;
  double p = 0;
  /// Estimate -+ t quantile * std_error.
  double lower = 0;
  double upper = 0;
  /// Where the residual sum of squares, minimised over all other parameters, has grown by the square of
  /// the t quantile times the residual variance; infinite where it never does. NaN when not asked for.
  double profile_lower = 0;
  double profile_upper = 0;
  /// See Note [Parameters at their bounds].
  Bound at_bound = Bound::None;
};

Estimate estimate_of(const std::string& name, double estimate, double std_error, Bound at_bound,
                     std::int64_t df, double level);

/// Parameters that move together, and how far each moves.
using Direction = std::vector<std::pair<std::string, double>>;

/// The log-likelihood of normal residuals with the variance that makes it largest, and what follows from it
/// for so many parameters and the variance. `log_weights` is the sum of the logarithms of the weights.
/// Source: R, logLik.nls.
struct Likelihood {
  Likelihood() = default;
  Likelihood(double rss, double observations, double log_weights, std::size_t parameters);
  double log_likelihood = 0;
  double aic = 0;
  double bic = 0;
};

/// What nlfit and ode-fit both say of a fit. The likelihood is that of residuals of weight 1.
struct FitSummary {
  eigengrad::optim::Status status = eigengrad::optim::Status::MaxIterations;
  /// With the names of the parameters.
  std::string message;
  std::vector<Estimate> parameters;
  /// Weighted residual sum of squares, also for a robust loss.
  double rss = 0;
  std::int64_t df = 0;
  /// NaN without degrees of freedom.
  double residual_sd = 0;
  /// |J p| / |r| of the last Gauss-Newton step p: R's convergence criterion.
  double achieved_convergence = 0;
  Likelihood likelihood;
  Robust robust = Robust::No;
  /// NaN for parameters at their bounds.
  Eigen::MatrixXd covariance;
  Eigen::MatrixXd correlation;
  /// Directions along which the fit does not change.
  std::vector<Direction> unidentified;
  std::int64_t iterations = 0;
  eigengrad::optim::LeastSquaresCounts counts;
  double seconds = 0;

  bool converged() const noexcept { return eigengrad::optim::converged(status); }
};

/// Directions along which the fit does not change: as many as the Jacobian lacks in rank.
std::vector<Direction> undetermined_directions(const eigengrad::Tensor& jacobian, std::int64_t rank,
                                               const std::vector<std::string>& names);

/// The parameters and all that stands below them, in the order and the words of R's summary(nls).
void write_summary(std::ostream& out, const FitSummary& summary, double level);
/// The parameters and all that belongs to them, under the names of FitSummary.
void add_summary(nlohmann::ordered_json& j, const FitSummary& summary);

/// One row per parameter, each behind the fields of `first`.
void write_csv_estimates(std::ostream& out, const std::vector<Estimate>& all,
                         const std::vector<std::string>& first = {});
std::vector<std::string> csv_header(const std::vector<Estimate>& all);

nlohmann::ordered_json json_estimates(const std::vector<Estimate>& all);

}  // namespace apps
