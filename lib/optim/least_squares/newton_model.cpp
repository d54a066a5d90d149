#include "optim/least_squares/newton_model.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

namespace eigengrad::optim::fit {

NewtonModel::NewtonModel(const Matrix& hessian, Vector gradient)
    : hessian_(hessian), gradient_(std::move(gradient)) {
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(hessian);
  values_ = eigen.eigenvalues();
  vectors_ = eigen.eigenvectors();
  coefficients_ = vectors_.transpose() * gradient_;
}

/// -V' (H + shift)^-1 g.
Vector NewtonModel::shifted(double shift) const {
  return -(coefficients_.array() / (values_.array() + shift)).matrix();
}

Vector NewtonModel::within(double radius, bool& is_inside) const {
  const double scale = values_.cwiseAbs().maxCoeff();
  const double floor = std::numeric_limits<double>::epsilon() * scale;
  Vector c = shifted(0);
  is_inside = values_[0] > floor && c.norm() <= radius;
  if (is_inside) return vectors_ * c;
  // |p(shift)| falls from infinity, or from above the radius, to 0.
  double low = std::max(0.0, -values_[0]) + floor;
  double high = low + gradient_.norm() / radius;
  for (int trial = 0; trial < 60; ++trial) {
    const double shift = trial == 0 ? low : std::sqrt(low) * std::sqrt(high);
    c = shifted(shift);
    const double norm = c.norm();
    if (trial == 0 && norm <= radius) break;
    if (std::abs(norm - radius) <= 0.05 * radius) break;
    (norm > radius ? low : high) = shift;
  }
  return vectors_ * c;
}

double NewtonModel::inverse_norm(const Vector& gradient) const {
  return (vectors_.transpose() * gradient).cwiseQuotient(values_.cwiseAbs().cwiseSqrt()).norm();
}

double NewtonModel::amplification(const Matrix& a) const {
  return (a * vectors_ * values_.cwiseAbs().cwiseSqrt().cwiseInverse().asDiagonal()).norm();
}

bool NewtonModel::is_positive_definite() const {
  return values_[0] > std::numeric_limits<double>::epsilon() * values_[values_.size() - 1];
}

bool NewtonModel::is_indefinite() const {
  return values_[0] < -1e-10 * values_.cwiseAbs().maxCoeff();
}

double NewtonModel::decrease(const Vector& p) const {
  return -p.dot(gradient_ + 0.5 * (hessian_ * p));
}

}  // namespace eigengrad::optim::fit
