#pragma once

#include <Eigen/Core>
#include <array>
#include <string>
#include <vector>

#include "regression/fit.hpp"

namespace apps::regression {

/// Smallest, quartiles, largest; interpolated as R does by default (Hyndman and Fan's type 7).
std::array<double, 5> quantiles(const Eigen::VectorXd& values);

/// One line of a sequential analysis of variance, or of deviance: what a term adds to those before
/// it. The last line of an analysis of variance is the residuals'.
struct AnovaRow {
  std::string term;
  double df = 0;
  /// Sum of squares, or deviance.
  double amount = 0;
  double mean_square = 0;
  double residual_df = 0;
  double residual_amount = 0;
  /// F, or chi-square where the dispersion is 1.
  double statistic = 0;
  double p_value = 0;
};
std::vector<AnovaRow> anova(const Fit& fit, const Data& data, const FitOptions& options);

/// What each row says about the fit.
struct Diagnostics {
  Eigen::VectorXd pearson;
  /// Deviance residuals over their standard deviations.
  Eigen::VectorXd standardised;
  Eigen::VectorXd leverage;
  /// Cook (1977).
  Eigen::VectorXd cook;
};
/// There are none of a multinomial model.
Diagnostics diagnose(const Fit& fit);

/// Means of the target for other data.
struct Predictions {
  /// One column, or one for each class.
  Eigen::MatrixXd mean;
  Eigen::VectorXd std_error;
  Eigen::VectorXd lower;
  Eigen::VectorXd upper;
  /// Bounds for another observation, in least squares.
  Eigen::VectorXd prediction_lower;
  Eigen::VectorXd prediction_upper;
};
Predictions predict(const Fit& fit, const NewData& data, const FitOptions& options);

/// Shares of the classes of a multinomial model.
Eigen::MatrixXd class_shares(const Fit& fit, const Eigen::MatrixXd& u);

}  // namespace apps::regression
