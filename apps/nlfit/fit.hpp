#pragma once

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "common/estimates.hpp"
#include "eigengrad/optim/least_squares.hpp"
#include "nlfit/problem.hpp"

namespace apps::nlfit {

struct FitOptions {
  eigengrad::optim::LeastSquaresMethod method = eigengrad::optim::LeastSquaresMethod::Auto;
  eigengrad::optim::Loss loss = eigengrad::optim::Loss::Linear;
  double f_scale = 1;
  std::int64_t max_iter = 1000;
  /// Of the intervals.
  double level = 0.95;
  /// Intervals by the profile of the likelihood, too.
  bool profile = false;
  Robust robust = Robust::No;
  std::function<bool(const eigengrad::optim::LeastSquaresIteration&)> callback;
};

struct Fit : FitSummary {
  std::vector<double> fitted;
  /// Response minus fitted, without weights.
  std::vector<double> residuals;

  std::int64_t rows() const { return static_cast<std::int64_t>(residuals.size()); }
  std::vector<double> estimates() const;
};

/// Throws: BadInput when the model has no finite value or derivative at the start.
Fit fit(const Problem& problem, const FitOptions& options);

/// Fills in profile_lower and profile_upper.
/// Throws: std::runtime_error when a smaller sum of squares turns up, so that the fit was none.
void add_profile_intervals(const Problem& problem, const FitOptions& options, Fit& fit);

/// The model at other data, with standard errors by the delta method.
struct Prediction {
  std::vector<double> fit;
  std::vector<double> std_error;
  /// Of the mean.
  std::vector<double> lower;
  std::vector<double> upper;
  /// Of a further observation of weight 1.
  std::vector<double> prediction_lower;
  std::vector<double> prediction_upper;
};
Prediction predict(const Problem& problem, const Fit& fit,
                   const std::vector<eigengrad::Tensor>& variables, double level);

}  // namespace apps::nlfit
