#include "regression/units.hpp"

#include <algorithm>
#include <cmath>

namespace apps::regression {
namespace {

using Eigen::VectorXd;

/// Factor by factor: the square of a unit may be no double where the product is one.
template <class Value>
void multiply_twice(Value& value, double factor) {
  value *= factor;
  value *= factor;
}

void set_criteria(Fit& fit, double log_unit) {
  const bool is_gamma = fit.problem.family.model == Model::Gamma;
  const double rows = is_gamma ? fit.problem.weights.sum() : static_cast<double>(fit.rows);
  fit.log_likelihood -= rows * log_unit;
  fit.aic += 2 * rows * log_unit;
  fit.bic += 2 * rows * log_unit;
}

void to_units_of_data(Predictions& p, double unit) {
  p.mean *= unit;
  for (VectorXd* v : {&p.std_error, &p.lower, &p.upper, &p.prediction_lower, &p.prediction_upper})
    *v *= unit;
}

}  // namespace

TargetUnit unit_of(const Data& data, const FitOptions& options) {
  TargetUnit unit;
  if (options.model != Model::Linear && options.model != Model::Gamma) return unit;
  double largest = data.y.cwiseAbs().maxCoeff();
  if (options.link == Link::Identity)
    largest = std::max(largest, data.offset.cwiseAbs().maxCoeff());
  if (!(largest > 0)) return unit;
  // Both the unit and its inverse are doubles.
  constexpr int kMost = 1000;
  unit.target = std::ldexp(1.0, std::clamp(std::ilogb(largest), -kMost, kMost));
  if (options.link == Link::Identity) unit.predictor = unit.target;
  if (options.link == Link::Inverse) unit.predictor = 1 / unit.target;
  if (options.link == Link::Log) unit.shift = std::log(unit.target);
  return unit;
}

void to_units_of_data(Fit& fit, std::vector<AnovaRow>& anova,
                      std::optional<Predictions>& predictions,
                      std::optional<Diagnostics>& diagnostics) {
  const TargetUnit& unit = fit.unit;
  for (Coefficient& c : fit.coefficients)
    for (double* value : {&c.estimate, &c.std_error, &c.lower, &c.upper}) *value *= unit.predictor;
  multiply_twice(fit.covariance, unit.predictor);
  fit.eta = (fit.eta * unit.predictor).array() + unit.shift;
  fit.mu *= unit.target;
  fit.residuals *= unit.target;
  if (unit.target != 1) set_criteria(fit, std::log(unit.target));
  if (predictions) to_units_of_data(*predictions, unit.target);
  // The deviances of the gamma model are relative to its means.
  if (fit.problem.family.model != Model::Linear) return;
  fit.deviance_residuals *= unit.target;
  fit.residual_sd *= unit.target;
  const bool has_squares = fit.null_deviance > 0;
  for (double* value :
       {&fit.residual_sum_of_squares, &fit.dispersion, &fit.deviance, &fit.null_deviance})
    multiply_twice(*value, unit.target);
  if (has_squares && !(fit.null_deviance > 0 && std::isfinite(fit.null_deviance)))
    fit.warnings.emplace_back(
        "no double holds the squares of the target; sums of them are told as 0 or infinite");
  for (AnovaRow& row : anova)
    for (double* value : {&row.amount, &row.mean_square, &row.residual_amount})
      multiply_twice(*value, unit.target);
  if (diagnostics) diagnostics->pearson *= unit.target;
}

}  // namespace apps::regression
