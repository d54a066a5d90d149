#pragma once

#include <optional>

#include "optim/bounds.hpp"
#include "optim/least_squares/linear_model.hpp"
#include "optim/least_squares/loss.hpp"

namespace eigengrad::optim::fit {

/// A point with residuals, Jacobian, linear model, and measures of the distance to a minimum.
struct FitPoint {
  Vector x;
  /// Residuals and Jacobian as the function gives them, without weights and loss.
  Vector r;
  Matrix j;
  double cost = 0;

  /// The largest norm that each column of the weighted Jacobian has had, or one over x_scale.
  Vector d;
  /// The unit of each unknown: 1 / d, or 1 where d is 0. A step is the scaled step times it, and a column of
  /// the model the column of the weighted Jacobian times it.
  Vector unit;
  std::optional<LinearModel> model;
  /// Norm of the weighted residuals.
  double norm = 0;
  /// Unknowns that are not held by a bound which the cost pushes against.
  Mask free;
  /// The Gauss-Newton step of the free unknowns, scaled; zero for the others.
  Vector gauss_newton;
  /// The gradient of the cost by the scaled unknowns.
  Vector gradient_vector;
  /// LeastSquaresIteration::gradient and offset.
  double gradient = 0;
  double offset = 0;
  /// Columns of the weighted Jacobian that are zero.
  Mask flat;
  /// Bound on what rounding of x and r does to `norm * offset`; 0 away from a minimum, where it is not
  /// needed.
  double noise = 0;

  bool all_free() const;
  double scaled_norm() const { return x.cwiseQuotient(unit).norm(); }
};

/// Computes everything from x, r, j and d.
class PointAnalysis {
 public:
  PointAnalysis(const Weighting& weighting, const Box& box, double unit_roundoff)
      : weighting_(weighting), box_(box), unit_roundoff_(unit_roundoff) {}

  /// With `running_scale` d becomes the largest norm that each column has had.
  void complete(FitPoint& p, bool running_scale) const;
  /// Bound on what rounding of x and r does to the norm of the weighted residuals.
  double rounding(const FitPoint& p) const;

 private:
  void find_free(FitPoint& p, const Vector& gradient) const;
  void measure(FitPoint& p, const Matrix& a, const Vector& b) const;
  void refine(FitPoint& p, const Matrix& a, const Vector& b) const;
  double rounding(const FitPoint& p, const Matrix& a, const Vector& b) const;

  const Weighting& weighting_;
  const Box& box_;
  double unit_roundoff_;
};

}  // namespace eigengrad::optim::fit
