#pragma once

#include <Eigen/Core>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "eigengrad/core/config.hpp"
#include "regression/fit.hpp"

namespace apps::regression {

/// What is added to the loss: lambda ((1 - alpha) / 2 |b|^2 + alpha sum |b|) of the coefficients of
/// columns divided by their standard deviations; the intercept is free. alpha 0 is ridge regression,
/// 1 the lasso, between them the elastic net.
///
/// The loss is minus the log-likelihood per weight; in least squares lambda refers to the target
/// divided by its standard deviation where it multiplies the squares. All that as in glmnet.
/// Source: Friedman, Hastie and Tibshirani, Regularization paths for generalized linear models via
/// coordinate descent (2010).
struct Penalty {
  double alpha = 1;
  /// Empty: a hundred from the smallest that leaves no coefficient, down to 1e-4 of it (1e-2 when
  /// there are more columns than rows).
  std::vector<double> lambdas;
  /// Folds of the cross-validation; 0: none. Row i is in fold i modulo this number, or in a random
  /// one with a seed.
  std::int64_t folds = 0;
  eigengrad::optional<std::uint64_t> seed;
  /// Called before each fit with the share of the work that is done; `false` stops.
  std::function<bool(double done)> callback;
};

/// The coefficients for one lambda, in the units of the columns.
struct PenalisedFit {
  double lambda = 0;
  /// The intercept first, when there is one.
  Eigen::VectorXd coefficients;
  std::int64_t nonzero = 0;
  double deviance_explained = 0;
  /// Of the cross-validation: mean squared error, or mean deviance, per row left out.
  double cv_mean = 0;
  double cv_error = 0;
};

struct Penalised {
  bool converged = true;
  std::string message;
  std::vector<std::string> terms;
  std::vector<PenalisedFit> path;
  /// Places in the path: the smallest mean error, and the largest lambda within one standard error
  /// of it.
  std::optional<std::size_t> best;
  std::optional<std::size_t> one_error;

  /// The fit to predict with.
  const PenalisedFit& chosen() const { return path[best.value_or(0)]; }
};

/// Linear, binomial and Poisson models with their default links.
Penalised fit_penalised(const Data& data, Model model, const Penalty& penalty);

/// Means for other data.
Eigen::VectorXd predict(const Penalised& fit, Model model, const NewData& data);

/// Predictions are told too; in CSV instead of the coefficients.
using MaybePredictions = std::optional<Eigen::VectorXd>;
void write_text(std::ostream& out, const Penalised& fit, const Data& data, const Penalty& penalty,
                const MaybePredictions& predictions);
void write_json(std::ostream& out, const Penalised& fit, const Data& data, const Penalty& penalty,
                const std::string& model, const MaybePredictions& predictions);
void write_csv(std::ostream& out, const Penalised& fit, const MaybePredictions& predictions);

}  // namespace apps::regression
