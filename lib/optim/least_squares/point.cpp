#include "optim/least_squares/point.hpp"

#include <algorithm>
#include <cmath>

#include "optim/least_squares/double_double.hpp"

namespace eigengrad::optim::fit {

bool FitPoint::all_free() const { return std::find(free.begin(), free.end(), false) == free.end(); }

void PointAnalysis::complete(FitPoint& p, bool running_scale) const {
  Vector b = p.r;
  Matrix a = p.j;
  p.cost = weighting_.cost(p.r);
  weighting_.scale(b, a);
  p.norm = b.norm();
  if (p.norm == 0) p.norm = b.stableNorm();  // where squares are too small for a double
  const Eigen::Index n = a.cols();
  p.flat.assign(static_cast<std::size_t>(n), false);
  if (p.d.size() == 0) p.d = Vector::Zero(n);
  for (Eigen::Index k = 0; k < n; ++k) {
    double norm = a.col(k).stableNorm();
    // The column is zero, or changes of the unknown by its size have no influence on the residuals.
    if (norm * std::abs(p.x[k]) <= 1e-40 * p.norm && p.x[k] != 0 && norm > 0) {
      a.col(k).setZero();
      norm = 0;
    }
    p.flat[static_cast<std::size_t>(k)] = norm == 0;
    if (running_scale) p.d[k] = std::max(p.d[k], norm);
  }
  p.unit = p.d.unaryExpr([](double d) { return d > 0 ? 1 / d : 1; });
  a *= p.unit.asDiagonal();
  p.model.emplace(a, b);
  measure(p, a, b);
  // Near a minimum the cosines are small, so that their sums lose digits by cancellation.
  if (p.offset < 1e-3) refine(p, a, b);
}

void PointAnalysis::find_free(FitPoint& p, const Vector& gradient) const {
  p.free.assign(static_cast<std::size_t>(p.x.size()), true);
  for (std::size_t k = 0; k < p.free.size(); ++k) {
    const auto i = static_cast<Eigen::Index>(k);
    p.free[k] = !box_.holds(k, p.x[i], gradient[i]);
  }
}

void PointAnalysis::measure(FitPoint& p, const Matrix& a, const Vector& b) const {
  p.gradient_vector = a.transpose() * b;
  const Vector& gradient = p.gradient_vector;
  find_free(p, gradient);
  p.gradient = 0;
  for (Eigen::Index k = 0; k < a.cols(); ++k)
    if (p.free[static_cast<std::size_t>(k)] && !p.flat[static_cast<std::size_t>(k)])
      p.gradient = std::max(p.gradient, std::abs(gradient[k]) / (a.col(k).norm() * p.norm));
  if (p.all_free()) {
    p.offset = p.model->removable() / p.norm;
    p.gauss_newton = p.model->gauss_newton();
  } else if (std::find(p.free.begin(), p.free.end(), true) == p.free.end()) {
    p.offset = 0;
    p.gauss_newton = Vector::Zero(a.cols());
  } else {
    const LinearModel some = p.model->restricted(p.free);
    p.offset = some.removable() / p.norm;
    p.gauss_newton = scattered(some.gauss_newton(), p.free);
  }
  if (p.norm == 0) p.gradient = p.offset = 0;
}

/// Rounding of x_k changes residual i by |j_ik x_k| u, and rounding of the residual by |r_i| u.
double PointAnalysis::rounding(const FitPoint& p, const Matrix& a, const Vector& b) const {
  return unit_roundoff_ *
         (a.cwiseAbs() * p.x.cwiseQuotient(p.unit).cwiseAbs() + b.cwiseAbs()).norm();
}

double PointAnalysis::rounding(const FitPoint& p) const {
  Vector b = p.r;
  Matrix a = p.j;
  weighting_.scale(b, a);
  a *= p.unit.asDiagonal();
  return rounding(p, a, b);
}

void PointAnalysis::refine(FitPoint& p, const Matrix& a, const Vector& b) const {
  p.noise = rounding(p, a, b);
  const LinearModel& model = *p.model;
  const Eigen::Index n = a.cols();
  for (Eigen::Index k = 0; k < n; ++k)
    p.gradient_vector[k] = accurate_dot(a.col(k).data(), b.data(), b.size());
  // Solved by R' R = A' A with an accurate A' b: rounding is then relative to the step, not to b.
  if (!p.all_free() || model.rank() < n || std::abs(model.r()(n - 1, n - 1)) < 1e-7) return;
  p.gauss_newton = model.gauss_newton(p.gradient_vector);
  p.offset = model.image_norm(p.gauss_newton) / p.norm;
}

}  // namespace eigengrad::optim::fit
