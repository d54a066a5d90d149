#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eigengrad/optim/minimize.hpp"
#include "regression/data.hpp"

namespace apps::regression {

enum class Model : std::uint8_t { Linear, Logistic };

struct FitOptions {
  Model model = Model::Linear;
  bool intercept = true;
  eigengrad::optim::Method method = eigengrad::optim::Method::Newton;
  double tolerance = 1e-10;
  eigengrad::optional<std::int64_t> max_iter = eigengrad::nullopt;
  /// Start from normal random numbers with this seed instead of zero.
  eigengrad::optional<std::uint64_t> seed;
  std::function<bool(const eigengrad::optim::Iteration&)> callback;
};

struct Coefficient {
  std::string term;
  double estimate = 0;
  double std_error = 0;
  /// Estimate over standard error: a t value in a linear model, a z value in a logistic one.
  double ratio = 0;
  double p_value = 0;
};

/// Numbers without a meaning in a model, or without residual degrees of freedom, are NaN.
struct Fit {
  bool converged = false;
  std::string message;
  std::vector<Coefficient> coefficients;
  std::int64_t rows = 0;
  std::int64_t degrees_of_freedom = 0;
  /// Linear: 1 - RSS/TSS, TSS about the mean, or about 0 without an intercept. Logistic:
  /// McFadden's.
  double r_squared = 0;
  double residual_sd = 0;
  double residual_sum_of_squares = 0;
  double log_likelihood = 0;
  std::vector<eigengrad::optim::Iteration> history;
};

/// Fits by minimising a loss written with tensors.
///
/// Note [Standardised coordinates] The columns are centred and divided by their standard deviation,
/// and the result A (with a column of ones in front) is factored A = Q R. The unknowns of the
/// optimiser are theta = R gamma / sqrt(N), where gamma are the coefficients of the standardised
/// columns. In theta the least-squares loss has the identity as its Hessian, whatever the condition
/// of the data, so that nothing is lost by solving with the Hessian instead of with the data. The
/// target of a linear model is standardised likewise. Coefficients and standard errors are carried
/// back through R, and then to the units of the columns. Without an intercept nothing is centred,
/// and the scale is the root mean square.
/// Throws: BadInput for columns that depend linearly on those before them.
Fit fit(const Data& data, const FitOptions& options);

}  // namespace apps::regression
