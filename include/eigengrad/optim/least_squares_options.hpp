#pragma once

#include <cstdint>
#include <functional>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/scalar_or_tensor.hpp"

namespace eigengrad::optim {

/// How least_squares() chooses its step p from the residuals r and the Jacobian J. D is the scale of
/// the unknowns.
enum class LeastSquaresMethod : std::uint8_t {
  /// LevenbergMarquardt.
  Auto,
  /// The p that minimises |r + J p| within |D p| <= radius; with bounds the one within them and
  /// within the box |D p|_inf <= radius, found exactly by an active set.
  /// Source: More, The Levenberg-Marquardt algorithm (1978); Stark and Parker, Bounded-variable least
  /// squares (1995).
  LevenbergMarquardt,
  /// The broken line from the point over the Cauchy point to the Gauss-Newton point, as far as the
  /// radius and the bounds allow. Source: Powell (1970); Voglis and Lagaris (2004) for bounds.
  Dogleg,
  /// Unknowns scaled by their distance to the bounds and paths that are reflected there; the points
  /// stay strictly inside until the end. Without bounds it is LevenbergMarquardt.
  /// Source: Branch, Coleman and Li (1999).
  TrustRegionReflective
};

/// rho(z) of z = w (r / f_scale)^2, w the weight; rho(z) = z for small z.
enum class Loss : std::uint8_t {
  /// z.
  Linear,
  /// z up to 1, then 2 sqrt(z) - 1.
  Huber,
  /// 2 (sqrt(1 + z) - 1).
  SoftL1,
  /// ln(1 + z).
  Cauchy,
  /// (1 - (1 - z)^3) / 3 up to 1, then 1/3: what lies further out has no influence.
  Tukey
};

/// Evaluations so far.
struct LeastSquaresCounts {
  /// Evaluations of the residuals, those that carry a tangent for the Jacobian left out.
  std::int64_t residuals = 0;
  std::int64_t jacobians = 0;
  /// Second derivatives, where steps without them converge slowly.
  std::int64_t curvatures = 0;
  /// Points at which the residuals were not finite or threw a NumericError.
  std::int64_t infeasible = 0;
};

/// One line of the history; the first one, with iter 0, describes the start.
struct LeastSquaresIteration {
  std::int64_t iter = 0;
  double cost = 0;
  /// The cost minus that of the iteration before.
  double change = 0;
  /// The largest cosine between the residuals and a column of the Jacobian, bounds observed.
  double gradient = 0;
  /// |J p| / |r| of the Gauss-Newton step p: 0 at a minimum. Its square is the relative decrease of
  /// the cost that the linear model predicts. Source: Bates and Watts (1981).
  double offset = 0;
  /// |D p| of the step that led here.
  double step_norm = 0;
  double radius = 0;
  LeastSquaresCounts counts = {};
  /// Time since the call of least_squares().
  double seconds = 0;
};

struct LeastSquaresOptions {
  LeastSquaresMethod method = LeastSquaresMethod::Auto;
  Loss loss = Loss::Linear;
  /// The size of a residual from which on a loss treats it as an outlier.
  double f_scale = 1;
  /// Bounds on the unknowns: none, one for all, or one for each.
  ScalarOrTensor lower = {};
  ScalarOrTensor upper = {};
  /// Changes of the unknowns that matter alike, one for each; the scaling matrix D of the step is diagonal,
  /// with one over them. Unset: D is the largest
  /// norm that the column of the Jacobian has had, so that units do not matter.
  ScalarOrTensor x_scale = {};
  /// Each multiplies the square of its residual: 1 / variance, say. At least 0.
  ScalarOrTensor weights = {};
  /// Bound on the square of LeastSquaresIteration::offset.
  double tolerance_f = 1e-22;
  /// Bound on |p| / |x| for each unknown, p the Gauss-Newton step.
  double tolerance_x = 1e-14;
  /// Bound on LeastSquaresIteration::gradient.
  double tolerance_grad = 1e-14;
  std::int64_t max_iter = 1000;
  /// Called with every line of the history and the point that it describes; `false` stops.
  std::function<bool(const LeastSquaresIteration&, const Tensor& x)> callback = nullptr;
};

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::LeastSquaresOptions;

}  // namespace eigengrad
