#pragma once

#include <vector>

#include "optim/odeint/methods.hpp"

namespace eigengrad::optim::ode {

/// The arguments of a solve, checked.
struct Task {
  const Method& method;
  Tensor start;
  /// At least two times, increasing or decreasing.
  std::vector<double> times;
  double rtol;
  /// Absolute tolerances in float64, one for each component.
  Tensor atol;
  const OdeintOptions& options;
};

}  // namespace eigengrad::optim::ode
