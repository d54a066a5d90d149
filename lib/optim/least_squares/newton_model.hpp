#pragma once

#include "optim/least_squares/residuals.hpp"

namespace eigengrad::optim::fit {

/// g . p + p . H p / 2 with the exact Hessian of the cost, for minima at which the residuals are so
/// large and curved that Gauss-Newton steps converge slowly or not at all.
class NewtonModel {
 public:
  NewtonModel(const Matrix& hessian, Vector gradient);

  /// The p with |p| <= radius that minimises the model. `is_inside` tells whether the radius did not
  /// matter. Source: More and Sorensen (1983), by eigenvalues.
  Vector within(double radius, bool& is_inside) const;
  /// What the model falls by.
  double decrease(const Vector& p) const;
  /// sqrt(g . H^-1 g) for another gradient, absolute values of the eigenvalues taken.
  double inverse_norm(const Vector& gradient) const;
  /// A bound on inverse_norm(A' v) / |v|.
  double amplification(const Matrix& a) const;
  double inverse_norm() const { return inverse_norm(gradient_); }
  bool is_positive_definite() const;
  /// Whether an eigenvalue is negative beyond what rounding makes of zero.
  bool is_indefinite() const;

 private:
  Vector shifted(double shift) const;

  Matrix hessian_;
  Vector gradient_;
  /// In ascending order.
  Vector values_;
  Matrix vectors_;
  /// V' g.
  Vector coefficients_;
};

}  // namespace eigengrad::optim::fit
