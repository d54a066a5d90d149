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
  /// What would double the value at the start, along the unknowns that are 0 there, which tells no
  /// size; 0 for the others. Empty when there are none of them.
  Vector doubling;
  /// The value, or near 0 a part of what was gained since the start.
  double value = 0;
  /// |value| at the start.
  double start_value = 0;
  /// The part of its size to which an unknown counts as known: four digits, in float32 two.
  double known = 0;

  /// Of an unknown: its own, or a millionth of its largest; where it started at 0, at least a
  /// thousandth of what would have doubled the value there.
  double of(Eigen::Index i) const;
};

/// Beyond so many unknowns a check takes products with the Hessian, not the whole.
inline constexpr Eigen::Index kMostConfirmed = 64;

/// The unknown of which a step changes the largest part, and that part.
struct Changed {
  Eigen::Index unknown = 0;
  double part = 0;
};
Changed most_changed(const Vector& step, const Sizes& sizes);

/// Whether the step to the minimum of a method's model changes no unknown among its first four digits.
bool is_known(const Outlook& outlook, const Sizes& sizes);

/// Checks by second derivatives what a stop at `p` claims: that it is a minimum, that the step to the
/// minimum of the quadratic model changes no digit among the first four, and that values beside are
/// no lower along unknowns without curvature. By the Hessian up to kMostConfirmed unknowns, by
/// products with it beyond. `claim` as it was where they say so or are not to be had.
Verdict confirm(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                const Verdict& claim);

Verdict confirm_by_products(Objective& f, const ObjectivePoint& p, const Box& box,
                            const Sizes& sizes, const Verdict& claim);
/// `claim`, unless a step to the minimum of the model changes an unknown among its first four digits.
Verdict unless_it_leads_on(const Vector& step, const Sizes& sizes, const Verdict& claim);

/// Why a method found no lower point than `p`.
Verdict explain_refusal(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                        const Outlook& outlook);

}  // namespace eigengrad::optim
