#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

namespace eigengrad::optim {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// The model g'p + p'Hp / 2 of a change of the objective, H symmetric and dense.
class Quadratic {
 public:
  Quadratic(Matrix h, Vector g);

  /// Whether H is positive definite, so that the model has a minimum: there is newton() then.
  bool is_convex() const noexcept { return is_convex_; }
  const Vector& newton() const noexcept { return newton_; }
  /// The shortest of the steps to a lowest point: newton(), or where H is singular, without the
  /// directions whose curvature is rounding. None where there is no lowest point.
  std::optional<Vector> shortest();
  /// What the model says of a step.
  double change(const Vector& p) const { return g_.dot(p) + p.dot(h_ * p) / 2; }
  /// The lowest point within |p| <= radius of the model; of the one with the absolute values of the
  /// curvatures where H is not convex, so that saddles repel and do not attract. Where H is mostly
  /// zeros the lowest point of the model itself. Source: More and Sorensen, Computing a trust region
  /// step (1983); Dauphin et al., Identifying and attacking the saddle point problem (2014).
  Vector step(double radius);
  /// The step of length `radius` along the lowest curvature, to the lower side.
  Vector along_ridge(double radius);
  /// The smallest eigenvalue of H.
  double least_curvature();
  /// H^-1, for a convex model.
  Matrix inverse() const;

 private:
  struct Spectrum {
    Vector values;
    Matrix vectors;
    /// g in their basis.
    Vector g;
  };
  const Spectrum& spectrum();
  Vector spectral_step(double radius);
  /// Where H is mostly zeros: factors of H + shift I that keep it so, one for each shift tried.
  std::optional<Vector> sparse_step(double radius);

  Matrix h_;
  Vector g_;
  bool is_sparse_;
  bool is_convex_ = false;
  Vector newton_;
  std::optional<Spectrum> spectrum_;
};

/// What a Hessian, scaled to curvatures of 1, determines.
struct Curvatures {
  /// Of eigenvalues that are not rounding.
  std::int64_t rank = 0;
  /// The pseudoinverse.
  Matrix inverse;
  /// Whether an unknown has no part in the directions without curvature.
  std::vector<bool> is_determined;
};
Curvatures curvatures_of(const Matrix& h);

}  // namespace eigengrad::optim
