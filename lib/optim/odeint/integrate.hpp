#pragma once

#include <cstdint>
#include <vector>

#include "optim/odeint/task.hpp"

/// The solve: steps of chosen size.

namespace eigengrad::optim::ode {

/// One accepted step.
struct Step {
  double t;
  double h;
  /// The state at its start.
  Tensor y;
};

/// A row of the solution: the state in step number `step`, at its start + theta h.
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

/// Throws: NumericError.
Trajectory integrate(const System& f, const Task& task);

}  // namespace eigengrad::optim::ode
