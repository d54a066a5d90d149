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

/// Estimated by third differences of values and gradients at seven points that lie a few units of their
/// rounding apart: what is smooth cancels, what is left is noise. Source: More and Wild, Estimating computational noise
/// (2011).
Noise measure_noise(Objective& f, const ObjectivePoint& p, const Box& box);

/// The sizes of the unknowns and of the value, by which changes of them are judged.
struct Sizes {
  Vector x;
  /// The largest |x_i| of each unknown on the path.
  Vector largest;
  /// For an unknown that is 0 at the start, which tells no size, the change that would double the value
  /// there; 0 for the others. Empty when no unknown is 0 at the start.
  Vector doubling;
  /// |value|, at least 1e-16 times the decrease since the start.
  double value = 0;
  /// |value| at the start.
  double start_value = 0;
  /// The part of its size to which an unknown counts as known: four digits, in float32 two.
  double known = 0;

  /// The size of unknown i: |x_i|, at least a millionth of its largest and, where it started at 0, a
  /// thousandth of the change that would have doubled the value there.
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

/// Whether the predicted step to the minimum changes no unknown by more than Sizes::known of its size.
bool is_negligible(const Prediction& prediction, const Sizes& sizes);

/// Checks by second derivatives what a stop at `p` claims: that it is a minimum, that the step to the
/// minimum of the quadratic model changes no digit among the first four, and that values beside are
/// no lower along unknowns without curvature. By the Hessian up to kMostConfirmed unknowns, by
/// products with it beyond. Returns `claim` where they agree with it or do not exist.
Verdict confirm(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                const Verdict& claim);

Verdict confirm_by_products(Objective& f, const ObjectivePoint& p, const Box& box,
                            const Sizes& sizes, const Verdict& claim);
/// `claim`, unless `step`, to the minimum of the model, changes an unknown by more than Sizes::known of its size.
Verdict unless_step_is_large(const Vector& step, const Sizes& sizes, const Verdict& claim);

/// Why a method found no lower point than `p`.
Verdict explain_refusal(Objective& f, const ObjectivePoint& p, const Box& box, const Sizes& sizes,
                        const Prediction& prediction);

}  // namespace eigengrad::optim
