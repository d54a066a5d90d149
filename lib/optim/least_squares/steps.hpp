#pragma once

#include "optim/least_squares/point.hpp"

namespace eigengrad::optim::fit {

/// A step in scaled unknowns.
struct Step {
  Vector p;
  /// Half of the decrease of |r|^2 that the model predicts.
  double predicted = 0;
  /// The multiplier of |p|^2; 0 when the radius did not matter.
  double damping = 0;
};

/// The bounds as the scaled steps from `at` meet them, within |p|_inf <= radius.
struct StepBounds {
  StepBounds(const FitPoint& at, const Box& box, double radius);
  bool contain(const Vector& p) const;

  Vector low;
  Vector high;
};

/// `at` moved by p, and onto the bounds where rounding would lead past them.
Vector moved(const FitPoint& at, const Box& box, const Vector& p);

/// The steps that LeastSquaresMethod names. `damping` of the last step is a first guess.
Step levenberg_marquardt_step(const FitPoint& at, const Box& box, double radius, double damping);
Step dogleg_step(const FitPoint& at, const Box& box, double radius);
/// `at` is strictly inside of the bounds, and so is the point that the step leads to.
Step reflective_step(const FitPoint& at, const Box& box, double radius, double damping);

/// x, moved off the bounds by a little where it lies on them.
Vector strictly_inside(const Vector& x, const Box& box);

}  // namespace eigengrad::optim::fit
