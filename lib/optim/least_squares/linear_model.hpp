#pragma once

#include <vector>

#include "optim/least_squares/residuals.hpp"

namespace eigengrad::optim::fit {

using Mask = std::vector<bool>;

/// |b + A p| as a function of p, A factored once with column pivoting: A P = Q R, q = Q' b.
/// A is the Jacobian with its columns divided by the scales of the unknowns, b the residuals, both
/// with weights and loss.
class LinearModel {
 public:
  LinearModel(const Matrix& a, const Vector& b);

  Eigen::Index cols() const noexcept { return r_.cols(); }
  Eigen::Index rank() const noexcept { return rank_; }
  /// R, as wide as A and at most as high as wide, in the order of pivoting.
  const Matrix& r() const noexcept { return r_; }
  const Eigen::PermutationMatrix<Eigen::Dynamic>& permutation() const noexcept { return p_; }
  /// R P': has the products and norms of A.
  Matrix small() const { return r_ * p_.transpose(); }
  const Vector& q() const noexcept { return q_; }

  /// |Q' b|, the norm of the part of b that a step can remove.
  double removable() const { return q_.head(rank_).norm(); }
  /// A' b.
  Vector gradient() const { return p_ * (r_.transpose() * q_); }
  /// |b|^2 - |b + A p|^2.
  double decrease(const Vector& p) const;
  double image_norm(const Vector& p) const { return (r_ * (p_.transpose() * p)).norm(); }

  /// The shortest p that minimises |b + A p|.
  Vector gauss_newton() const;
  /// The same from a given A' b, which may be more accurate than q. Full rank only.
  Vector gauss_newton(const Vector& gradient) const;
  /// The p with |p| <= radius that minimises |b + A p|, up to a tenth of the radius. `damping` is a
  /// first guess and becomes the multiplier. Source: More (1978), section 5.
  Vector within(double radius, double& damping) const;
  /// The p within low <= p <= high that minimises |b + A p|; 0 is within.
  Vector within(const Vector& low, const Vector& high) const;
  /// The model of the columns in `free` alone.
  LinearModel restricted(const Mask& free) const;

 private:
  /// Minimises |b + A p|^2 + damping |p|^2, and gives the factor of that.
  Vector damped(double damping, Matrix& factor) const;

  Matrix r_;
  Vector q_;
  Eigen::PermutationMatrix<Eigen::Dynamic> p_;
  Eigen::Index rank_ = 0;
};

/// The elements of v in `mask`, and back with zeros elsewhere.
Vector gathered(const Vector& v, const Mask& mask);
Vector scattered(const Vector& v, const Mask& mask);

}  // namespace eigengrad::optim::fit
