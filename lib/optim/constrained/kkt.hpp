#pragma once

#include <vector>

#include "optim/constrained/problem.hpp"

namespace eigengrad::optim {

/// A point with the multipliers of constraints and bounds: what the conditions of Karush, Kuhn and Tucker are
/// solved for.
struct KktPoint {
  ConstrainedPoint at;
  Vector multipliers;
  /// The gradient of the Lagrangian along unknowns on their bounds, 0 for the others.
  Vector bound_multipliers;
  /// The largest element of that gradient along an unknown that no bound holds.
  double gradient = 0;
  /// The last Newton step over the size of x.
  double step = 0;
  /// Whether there are directions along which the gradient of the Lagrangian and its curvature are zero.
  bool is_flat = false;
  /// At a saddle, a change of x by about a tenth along which the value falls.
  Vector descent;
};

/// The gradient of the Lagrangian: of the objective minus the constraints times `multipliers`.
Vector lagrangian_gradient(const ConstrainedPoint& p, const Vector& multipliers);
/// Whether, for each unknown, a bound at `x` keeps it from moving along -gradient.
std::vector<bool> held_by(const Box& box, const Vector& x, const Vector& gradient);
/// A gradient, split by whether a bound holds the unknown.
struct SplitGradient {
  /// 0 along unknowns that are not held.
  Vector held;
  /// The largest |gradient_j| along an unknown that is not held.
  double largest_free = 0;
};
SplitGradient split_by_bounds(const Vector& gradient, const std::vector<bool>& held);

enum class KktOutcome : std::uint8_t {
  /// A minimum among the points that keep to the constraints.
  Minimum,
  /// The conditions hold, but the value falls along the constraints.
  Saddle,
  /// Newton's method did not converge to a point that satisfies the conditions.
  Failed
};

/// Newton's method on the conditions, from a point near a solution; `p` is where it ends. Constraints
/// and bounds with multipliers of the wrong sign are let go, those that are crossed taken in.
/// Source: Nocedal and Wright, Numerical Optimization, sections 12.3 and 18.1.
KktOutcome solve_kkt(ConstrainedProblem& problem, KktPoint& p, double tolerance_constraint);

}  // namespace eigengrad::optim
