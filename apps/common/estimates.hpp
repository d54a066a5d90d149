#pragma once

#include <Eigen/Core>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/optim/least_squares.hpp"

namespace apps {

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
};

std::vector<Estimate> estimates_of(const eigengrad::optim::LeastSquaresResult& result,
                                   const std::vector<std::string>& names, double level);

/// Parameters that move together, and how far each moves.
using Direction = std::vector<std::pair<std::string, double>>;

/// Directions along which the fit does not change: as many as the Jacobian lacks in rank.
std::vector<Direction> undetermined_directions(const eigengrad::optim::LeastSquaresResult& result,
                                               const std::vector<std::string>& names);

/// `x[1]` in what the library says becomes the name of the parameter.
std::string with_names(const std::string& message, const std::vector<std::string>& names);

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

std::vector<double> values_of(const eigengrad::Tensor& t);

/// As R's summary(nls) prints them, with stars and their legend.
void write_estimates(std::ostream& out, const std::vector<Estimate>& all, double level);
/// The lower triangle; nothing for one parameter.
void write_correlation(std::ostream& out, const std::vector<Estimate>& all,
                       const Eigen::MatrixXd& correlation);
void write_directions(std::ostream& out, const std::vector<Direction>& directions);
/// One row per parameter, each behind the fields of `first`.
void write_csv_estimates(std::ostream& out, const std::vector<Estimate>& all,
                         const std::vector<std::string>& first = {});
std::vector<std::string> csv_header(const std::vector<Estimate>& all);

nlohmann::ordered_json json_estimates(const std::vector<Estimate>& all);
nlohmann::ordered_json json_matrix(const Eigen::MatrixXd& m);
nlohmann::ordered_json json_directions(const std::vector<Direction>& directions);

}  // namespace apps
