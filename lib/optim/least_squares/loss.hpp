#pragma once

#include <string_view>

#include "optim/least_squares/residuals.hpp"

namespace eigengrad::optim::fit {

/// One weight for each of m residuals; empty when unset.
/// Throws: as values_of(); ValueError for negative, infinite or only zero weights.
Vector weights_of(std::string_view op, const ScalarOrTensor& weights, std::int64_t m);

/// rho with its derivatives by z.
struct Rho {
  double value = 0;
  double first = 0;
  double second = 0;
};
Rho rho(Loss loss, double z) noexcept;

/// Weights and loss. They turn residuals r and Jacobian J into those of an ordinary least-squares problem with
/// the same gradient and, but for a lower bound, the same Gauss-Newton Hessian.
///
/// Note [Losses as scaled residuals]
/// The cost 1/2 f^2 sum rho(z), z = w (r / f)^2, has the gradient J' (w rho' r) and the Gauss-Newton
/// Hessian J' diag(w h) J with h = rho' + 2 rho'' z. With row factors sqrt(w h) for J and
/// sqrt(w) rho' / sqrt(h) for r both come out of |r + J p|^2 / 2. Beyond the shoulder of a loss h
/// is zero or negative; the floor rho' / 100 keeps the model convex and barely slows convergence.
/// Source: Triggs, McLauchlan, Hartley and Fitzgibbon, Bundle adjustment (2000), section 4.3.
class Weighting {
 public:
  Weighting(Loss loss, double f_scale, Vector weights);

  double cost(const Vector& r) const;
  /// cost(from) - cost(to), without the cancellation of the two sums.
  double decrease(const Vector& from, const Vector& to) const;
  void scale(Vector& r, Matrix& j) const;
  /// The gradient of the cost by each residual, w rho' r, and its derivative w h, which may be
  /// negative.
  void differentiate(const Vector& r, Vector& first, Vector& second) const;
  /// Scales residuals and Jacobian for the statistics: |r|^2 / df then estimates the variance.
  void scale_for_statistics(Vector& r, Matrix& j) const;
  /// Residuals with a weight above 0.
  std::int64_t counted(std::int64_t m) const;

 private:
  bool is_plain() const noexcept { return loss_ == Loss::Linear && weights_.size() == 0; }
  double weight(Eigen::Index i) const { return weights_.size() == 0 ? 1 : weights_[i]; }

  Loss loss_;
  double f_scale_;
  /// The weights of the residuals; empty if all are 1.
  Vector weights_;
};

}  // namespace eigengrad::optim::fit
