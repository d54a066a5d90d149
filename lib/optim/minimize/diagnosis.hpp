#pragma once

#include "optim/minimize/methods.hpp"
#include "optim/quadratic.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim {

/// Rounding errors at a point, as standard deviations.
struct Noise {
  double value = 0;
  Vector gradient;
};

/// From third differences of values and gradients at seven points that lie a few units in the last
/// place apart, where what is smooth cancels. Source: More and Wild, Estimating computational noise
/// (2011).
Noise measure_noise(Objective& f, const ObjectivePoint& p, const Box& box);

/// What changes of the unknowns and of the value are measured by.
struct Sizes {
  Vector x;
  /// Of each unknown, the largest |x_i| on the path.
  Vector largest;
  /// Of these the start does not tell a size.
  Eigen::Array<bool, Eigen::Dynamic, 1> started_at_0;
  /// The value, or near 0 a part of what was gained since the start.
  double value = 0;
  /// The part of its size to which an unknown counts as known: four digits, in float32 two.
  double known = 0;

  /// Of an unknown: its own, or a thousandth of its largest.
  double of(Eigen::Index i) const;
  /// The same; where x_i started at 0, at least a thousandth of what would double the value, with
  /// `curvature_root` the root of the curvature along x_i.
  double of(Eigen::Index i, double curvature_root) const;
};

/// Whether the step to the minimum of a method's model changes no unknown among its first four digits.
bool is_known(const Outlook& outlook, const Sizes& sizes);

/// Checks by the Hessian what a stop at `p` claims, up to 64 unknowns: that it is a minimum, and
/// that the step to the minimum of the quadratic model changes no digit among the first four.
/// `claim` as it was where the Hessian says so or is not to be had.
Verdict confirm(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                const Verdict& claim);

/// Why a method found no lower point than `p`.
Verdict explain_refusal(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                        const Outlook& outlook);

}  // namespace eigengrad::optim
