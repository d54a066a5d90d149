#pragma once

#include <functional>
#include <vector>

#include "optim/ode/methods.hpp"

/// The solve: steps of chosen size.

namespace eigengrad::optim::ode {

/// One accepted step.
struct Step {
  double t;
  double h;
  /// The state at its start.
  Tensor y;
};

/// A row of the solution: the state in step `step`, at its start + theta h.
struct Row {
  std::int64_t step;
  double theta;
};

/// What a solve leaves.
struct Trajectory {
  std::vector<Step> steps;
  /// Those of the times before any step come first; theirs is the start, step -1.
  std::vector<Row> rows;
  variable_list states;
  std::vector<double> times;
  bool stopped_by_event = false;
  OdeintCounts counts;
};

/// What the solve is to do.
struct Task {
  const Method& method;
  Tensor start;
  /// Monotone, at least two.
  std::vector<double> times;
  double rtol;
  /// Absolute tolerances in float64, one for each component.
  Tensor atol;
  const OdeintOptions& options;
};

/// Throws: NumericError.
Trajectory integrate(const System& f, const Task& task);

}  // namespace eigengrad::optim::ode
