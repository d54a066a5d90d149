#pragma once

#include <cstdint>
#include <vector>

#include "optim/odeint/task.hpp"

/// Integration with steps whose size follows from the error estimate.

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

/// The result of a solve: its accepted steps, and the states at the times that were asked for.
struct Trajectory {
  std::vector<Step> steps;
  /// Rows at the start itself come first, with step -1.
  std::vector<Row> rows;
  variable_list states;
  std::vector<double> times;
  bool stopped_by_event = false;
  OdeintCounts counts;
};

/// Throws: NumericError.
Trajectory integrate(const System& f, const Task& task);

}  // namespace eigengrad::optim::ode
