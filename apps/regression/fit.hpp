#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "regression/coordinates.hpp"
#include "regression/likelihood.hpp"

namespace apps::regression {
/// Numbers without a value are NaN; so are all of a column that is aliased.
struct Coefficient {
  std::string term;
  /// Of a multinomial model: the class whose odds against the first class it describes.
  std::string response;
  double estimate = 0;
  double std_error = 0;
  /// Estimate over standard error: t where the dispersion is estimated, z elsewhere.
  double ratio = 0;
  double p_value = 0;
  double lower = 0;
  double upper = 0;
};

/// What the target is divided by, a power of two, so that its squares neither overflow nor vanish; what the
/// linear predictor is divided by then, and what is taken from it.
struct TargetUnit {
  double target = 1;
  double predictor = 1;
  double shift = 0;

  Eigen::VectorXd offset(const Eigen::VectorXd& in_units_of_data) const {
    return in_units_of_data.array() / predictor - shift;
  }
};

/// All about a fit, with the target in its unit. Numbers that a model does not have are NaN.
struct Fit {
  TargetUnit unit;
  bool converged = false;
  std::string message;
  std::vector<std::string> warnings;
  std::vector<Coefficient> coefficients;
  /// "name: why" of the columns without a coefficient.
  std::vector<std::string> aliased;
  std::int64_t rows = 0;
  std::int64_t rank = 0;
  std::int64_t degrees_of_freedom = 0;
  std::int64_t null_degrees_of_freedom = 0;

  double r_squared = 0;
  double adjusted_r_squared = 0;
  double residual_sd = 0;
  double residual_sum_of_squares = 0;
  double f = 0;
  double f_p_value = 0;
  double dispersion = 1;
  double deviance = 0;
  double null_deviance = 0;
  double log_likelihood = 0;
  double aic = 0;
  double bic = 0;
  double condition = 0;
  /// Of the negative binomial, with its standard error.
  double theta = 0;
  double theta_error = 0;
  /// The largest relative difference between the coefficients by QR and by Newton's method.
  double newton_difference = 0;
  std::vector<eigengrad::optim::Iteration> history;

  Problem problem;
  Coordinates coordinates;
  Solution solution;
  /// Linear predictor, mean, residuals y - mu; then per row the expected information about the
  /// predictor and the derivative of the log-likelihood by it, both for dispersion 1.
  Eigen::VectorXd eta;
  Eigen::VectorXd mu;
  Eigen::VectorXd residuals;
  Eigen::VectorXd information;
  Eigen::VectorXd score;
  /// What the deviance has of each row, with the sign of the residual; weighted residuals in least
  /// squares.
  Eigen::VectorXd deviance_residuals;
  /// Linear predictor = offset + u unknowns; the covariance of these is root root^T.
  Eigen::VectorXd unknowns;
  Eigen::MatrixXd unknown_root;
  /// The covariance without dispersion is root root^T; z = X root^-T.
  Eigen::MatrixXd root;
  Eigen::MatrixXd z;
  /// Of the coefficients that are not aliased.
  Eigen::MatrixXd covariance;
  /// Unknowns that have a coefficient, as places in `coefficients`.
  std::vector<std::size_t> estimated;
};

/// Fits by minimising a loss written with tensors, or by QR.
/// Throws: BadInput for columns that are zero all, where a link has no start, and with `strict`.
Fit fit(const Data& data, const FitOptions& options);

/// How much of its fitted value each row is.
Eigen::VectorXd leverages(const Fit& fit);
double normal_quantile(double p);
/// A two-sided p-value: of Student's t, or of the normal distribution without degrees of freedom.
double p_value_of(double ratio, double degrees_of_freedom);
/// The upper tail of F with n and d degrees of freedom, and of chi-square.
double f_tail(double f, double n, double d);
double chi_squared_tail(double x, double n);
/// Half the width of a confidence interval, in standard errors.
double interval_factor(double level, double degrees_of_freedom);

}  // namespace apps::regression
