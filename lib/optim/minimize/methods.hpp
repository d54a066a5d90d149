#pragma once

#include <Eigen/Core>
#include <limits>
#include <memory>

#include "optim/bounds.hpp"
#include "optim/minimize/objective.hpp"

namespace eigengrad::optim {

/// What a method's model predicts at the present point, in the free unknowns: those that no bound holds
/// back.
struct Prediction {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  /// The value minus the lowest value of the model.
  double decrease = kUnknown;
  /// max |g_i| / sqrt(2 h_i), h_i the curvature along x_i. Has the unit of a root of the value.
  double gradient = kUnknown;
  /// The step to the lowest point, as a vector; undefined where the model has none.
  Tensor step;
  /// Whether the model has negative curvature, so that the point is no minimum.
  bool is_indefinite = false;
};

/// The moves of one method. `p` has a value and a gradient, both finite; afterwards it is the next
/// point, with its gradient. A method that finds no lower point leaves `p` and returns false.
class MinimizeMethod {
 public:
  virtual ~MinimizeMethod() = default;
  virtual Prediction prediction(Objective& /*f*/, const ObjectivePoint& /*p*/) { return {}; }
  virtual bool move(Objective& f, ObjectivePoint& p) = 0;
};

std::unique_ptr<MinimizeMethod> make_method(const MinimizeOptions& options, Method method,
                                            const Box& box);
/// Newton's method in a trust region.
std::unique_ptr<MinimizeMethod> make_newton(const Box& box);
std::unique_ptr<MinimizeMethod> make_trust_region_cg(const Box& box);
std::unique_ptr<MinimizeMethod> make_nelder_mead(const Box& box);

}  // namespace eigengrad::optim
