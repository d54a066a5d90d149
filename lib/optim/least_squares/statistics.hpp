#pragma once

#include "optim/least_squares/linear_model.hpp"

namespace eigengrad::optim::fit {

/// What the linear model at a minimum says about the unknowns.
struct Statistics {
  std::int64_t rank = 0;
  std::int64_t df = 0;
  Matrix covariance;
  Matrix correlation;
  Vector std_errors;
  /// Unknowns that the residuals do not determine.
  std::vector<std::int64_t> undetermined;
};

/// Statistics of the weighted Jacobian and residuals; `counted` residuals have a weight above 0.
Statistics statistics_of(const Matrix& j, const Vector& r, std::int64_t counted);

}  // namespace eigengrad::optim::fit
