#pragma once

#include <vector>

#include "optim/least_squares/residuals.hpp"

namespace eigengrad::optim::fit {

using Mask = std::vector<bool>;

/// |b + A p| as a function of p, factored once with column pivoting: A N P = Q R, q = Q' b, where N
/// makes the columns of A unit vectors, so that rank is a matter of angles and not of units.
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
  /// Q' A, of at most as many rows as columns: products of its columns are those of A's.
  Matrix small() const { return r_ * p_.transpose() * norms_.asDiagonal(); }
  const Vector& q() const noexcept { return q_; }

  /// |Q' b|, the norm of the part of b that a step can remove.
  double removable() const { return q_.head(rank_).norm(); }
  /// |b|^2 - |b + A p|^2.
  double decrease(const Vector& p) const;
  double image_norm(const Vector& p) const { return image(p).norm(); }

  /// A p that minimises |b + A p|; where there are more, the shortest N^-1 p.
  Vector gauss_newton() const;
  /// The p that minimises |b + A p|, from a given A' b, which may be more accurate than q. For a full rank
  /// only.
  Vector gauss_newton(const Vector& gradient) const;
  /// The p with |p| <= radius that minimises |b + A p|, up to a tenth of the radius. `damping` is a
  /// first guess and becomes the multiplier. Source: More (1978), section 5.
  Vector within(double radius, double& damping) const;
  /// The p that minimises p . A' A p / 2 + g . p + damping |p|^2 / 2 for a given g.
  Vector damped_solve(const Vector& gradient, double damping) const;
  /// The p within low <= p <= high that minimises |b + A p|; 0 is within.
  Vector within(const Vector& low, const Vector& high) const;
  /// The model of the columns in `free` alone.
  LinearModel restricted(const Mask& free) const;

 private:
  /// Q' A p.
  Vector image(const Vector& p) const { return r_ * (p_.transpose() * norms_.cwiseProduct(p)); }
  /// Minimises |b + A p|^2 + damping |p|^2, and gives the triangular factor of that for P' N^-1 p.
  Vector damped(double damping, Matrix& factor) const;
  /// Converts A' b to P' N A' b.
  Vector to_factor(const Vector& gradient) const {
    return p_.transpose() * gradient.cwiseQuotient(norms_);
  }
  /// Converts a step in the order of pivoting to one in the order of the unknowns.
  Vector from_factor(const Vector& y) const { return Vector(p_ * y).cwiseQuotient(norms_); }

  /// The norms of the columns of A, 1 for those that are zero.
  Vector norms_;
  Matrix r_;
  Vector q_;
  Eigen::PermutationMatrix<Eigen::Dynamic> p_;
  Eigen::Index rank_ = 0;
};

/// The elements of v in `mask`, and back with zeros elsewhere.
Vector gathered(const Vector& v, const Mask& mask);
Vector scattered(const Vector& v, const Mask& mask);

}  // namespace eigengrad::optim::fit
