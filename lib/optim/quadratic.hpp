#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace eigengrad::optim {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

/// The model g'p + p'Hp / 2 of a change of the objective, H symmetric and dense.
class Quadratic {
 public:
  Quadratic(Matrix h, Vector g);
  Quadratic(Quadratic&&) noexcept;
  ~Quadratic();

  /// Whether H is positive definite, so that the model has a minimum: there is newton() then.
  bool is_convex() const noexcept { return is_convex_; }
  const Vector& newton() const noexcept { return newton_; }
  /// The shortest of the steps to a lowest point: newton(), or where H is singular, without the
  /// directions whose curvature is rounding. None where there is no lowest point.
  std::optional<Vector> shortest();
  /// What the model says of a step.
  double change(const Vector& p) const { return g_.dot(p) + p.dot(h_ * p) / 2; }
  /// The lowest point of the model within |p| <= radius. Where H is not convex, that of the model with the
  /// absolute values of its eigenvalues, so that saddles repel and do not attract; where it is mostly zeros,
  /// that of the model itself all the same. Source: More and Sorensen, Computing a trust region
  /// step (1983); Dauphin et al., Identifying and attacking the saddle point problem (2014).
  Vector step(double radius);
  /// The step of length `radius` along the lowest curvature, to the lower side.
  Vector along_lowest_curvature(double radius);
  /// The smallest eigenvalue of H.
  double least_curvature();
  /// Whether the smallest eigenvalue is below minus `rounding` times the largest absolute one.
  bool is_indefinite(double rounding);
  /// H^-1, for a convex model.
  Matrix inverse() const;
  /// What could be gained with the same H and another g: g'H^-1 g / 2. Where the model is not convex,
  /// with the absolute values of the curvatures, those next to 0 as 10^-8 of the largest.
  double gain(const Vector& g);

  /// sqrt(g'|H|^-1 g) for another g, the absolute values of the curvatures taken.
  double inverse_norm(const Vector& g);
  double inverse_norm() { return inverse_norm(g_); }
  /// A bound on inverse_norm(A'v) / |v|.
  double amplification(const Matrix& a);

 private:
  struct SparseFactor;
  struct Spectrum {
    Vector values;
    Matrix vectors;
    /// g in the basis of the eigenvectors.
    Vector g;
  };
  const Spectrum& spectrum();
  /// H^-1 b, for a convex model.
  Vector solved(const Vector& b) const;
  Vector spectral_step(double radius);
  /// Where H is mostly zeros: factors of H + shift I that keep it so, one for each shift tried.
  std::optional<Vector> sparse_step(double radius);

  Matrix h_;
  Vector g_;
  bool is_sparse_;
  bool is_convex_ = false;
  /// L of H = L L', where H is dense.
  Matrix factor_;
  std::unique_ptr<SparseFactor> sparse_factor_;
  Vector newton_;
  std::optional<Spectrum> spectrum_;
};

/// Scales of the unknowns: the roots of the curvatures |h_ii|, 1 where there is none, larger where mixed
/// derivatives are larger, so that scaled() has no entry far above 1.
Vector curvature_roots(const Matrix& h);
/// D^-1 H D^-1, symmetric to the last digit.
Matrix scaled(const Matrix& h, const Vector& d);

/// What a Hessian, scaled to curvatures of 1, says of the unknowns.
struct Curvatures {
  /// The number of eigenvalues that are not rounding.
  std::int64_t rank = 0;
  /// The pseudoinverse of the Hessian.
  Matrix inverse;
  /// For each unknown, whether it is 0 in all eigenvectors without curvature.
  std::vector<bool> is_determined;
};
Curvatures curvatures_of(const Matrix& h);

}  // namespace eigengrad::optim
