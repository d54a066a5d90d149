#include "optim/least_squares/linear_model.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

// Instantiated in kernels/linalg/qr.cpp.
extern template void Eigen::HouseholderQR<Eigen::MatrixXd>::computeInPlace();
extern template void Eigen::ColPivHouseholderQR<Eigen::MatrixXd>::computeInPlace();

namespace eigengrad::optim::fit {

Vector gathered(const Vector& v, const Mask& mask) {
  Vector out(std::count(mask.begin(), mask.end(), true));
  Eigen::Index k = 0;
  for (std::size_t j = 0; j < mask.size(); ++j)
    if (mask[j]) out[k++] = v[static_cast<Eigen::Index>(j)];
  return out;
}

Vector scattered(const Vector& v, const Mask& mask) {
  Vector out = Vector::Zero(static_cast<Eigen::Index>(mask.size()));
  Eigen::Index k = 0;
  for (std::size_t j = 0; j < mask.size(); ++j)
    if (mask[j]) out[static_cast<Eigen::Index>(j)] = v[k++];
  return out;
}

namespace {

Matrix columns_in(const Matrix& a, const Mask& mask) {
  Matrix some(a.rows(), std::count(mask.begin(), mask.end(), true));
  Eigen::Index k = 0;
  for (std::size_t j = 0; j < mask.size(); ++j)
    if (mask[j]) some.col(k++) = a.col(static_cast<Eigen::Index>(j));
  return some;
}

}  // namespace

LinearModel::LinearModel(const Matrix& a, const Vector& b) {
  norms_ = a.colwise().norm().unaryExpr([](double norm) { return norm > 0 ? norm : 1; });
  Matrix unit = a * norms_.cwiseInverse().asDiagonal();
  q_ = b;
  // A tall matrix is first factored without pivoting, in blocks, which is several times as fast; R is then
  // factored with pivoting.
  if (a.cols() > 16 && a.rows() > 2 * a.cols()) {
    const Eigen::HouseholderQR<Matrix> blocked(unit);
    q_.applyOnTheLeft(blocked.householderQ().adjoint());
    q_.conservativeResize(a.cols());
    unit = Matrix(blocked.matrixQR().topRows(a.cols()).triangularView<Eigen::Upper>());
  }
  const Eigen::Index k = std::min(unit.rows(), unit.cols());
  const Eigen::ColPivHouseholderQR<Matrix> qr(unit);
  r_ = qr.matrixR().topRows(k);
  r_.triangularView<Eigen::StrictlyLower>().setZero();
  p_ = qr.colsPermutation();
  q_.applyOnTheLeft(qr.householderQ().setLength(k).adjoint());
  q_.conservativeResize(k);
  const double threshold =
      std::numeric_limits<double>::epsilon() * static_cast<double>(std::max(a.rows(), a.cols()));
  while (rank_ < k && std::abs(r_(rank_, rank_)) > threshold * std::abs(r_(0, 0))) ++rank_;
}

double LinearModel::decrease(const Vector& p) const {
  const Vector change = image(p);
  return -change.dot(2 * q_ + change);
}

Vector LinearModel::gauss_newton() const {
  const auto top = r_.topLeftCorner(rank_, rank_).triangularView<Eigen::Upper>();
  if (rank_ == cols()) return from_factor(-top.solve(q_));
  // R = (T' 0) Z' with T' lower triangular: the shortest solution is Z (T'^-1 (-q), 0).
  const Eigen::HouseholderQR<Matrix> z(Matrix(r_.topRows(rank_).transpose()));
  Vector y = Vector::Zero(cols());
  y.head(rank_) =
      -z.matrixQR().topRows(rank_).triangularView<Eigen::Upper>().transpose().solve(q_.head(rank_));
  y.applyOnTheLeft(z.householderQ());
  return from_factor(y);
}

Vector LinearModel::gauss_newton(const Vector& gradient) const {
  const auto r = r_.topRows(cols()).triangularView<Eigen::Upper>();
  return from_factor(-r.solve(Vector(r.transpose().solve(to_factor(gradient)))));
}

Vector LinearModel::damped(double damping, Matrix& factor) const {
  const Eigen::Index k = r_.rows();
  const Eigen::Index n = cols();
  const Vector units = p_.transpose() * norms_.cwiseInverse();
  Matrix stacked(k + n, n);
  stacked.topRows(k) = r_;
  stacked.bottomRows(n) = Matrix((std::sqrt(damping) * units).asDiagonal());
  const Eigen::HouseholderQR<Matrix> qr(stacked);
  Vector rhs = Vector::Zero(k + n);
  rhs.head(k) = -q_;
  rhs.applyOnTheLeft(qr.householderQ().adjoint());
  factor = qr.matrixQR().topRows(n);
  return factor.triangularView<Eigen::Upper>().solve(rhs.head(n));
}

Vector LinearModel::damped_solve(const Vector& gradient, double damping) const {
  Matrix factor;
  damped(damping, factor);
  const auto upper = factor.triangularView<Eigen::Upper>();
  return from_factor(-upper.solve(Vector(upper.adjoint().solve(to_factor(gradient)))));
}

// With phi(mu) = |p(mu)| - radius, the step of Newton's method for 1 / phi.
Vector LinearModel::within(double radius, double& damping) const {
  Vector p = gauss_newton();
  if (p.allFinite() && p.norm() <= 1.1 * radius) {
    damping = 0;
    return p;
  }
  const double gradient_norm =
      from_factor(r_.transpose() * q_).cwiseProduct(norms_.cwiseAbs2()).norm();
  double low = 0;
  double high = gradient_norm / radius;
  if (!(damping > low && damping < high)) damping = 1e-3 * high;
  for (int trial = 0; trial < 10; ++trial) {
    Matrix factor;
    p = from_factor(damped(damping, factor));
    const double norm = p.norm();
    const double excess = norm - radius;
    if (std::abs(excess) <= 0.1 * radius) break;
    (excess > 0 ? low : high) = damping;
    const Vector w = factor.triangularView<Eigen::Upper>().transpose().solve(to_factor(p));
    const double next = damping + (excess / radius) * (norm * norm / w.squaredNorm());
    damping = next > low && next < high ? next : std::max(1e-3 * high, std::sqrt(low * high));
  }
  return p;
}

LinearModel LinearModel::restricted(const Mask& free) const {
  return {columns_in(small(), free), q_};
}

namespace {

/// The active set of a least-squares problem with bounds.
class BoundedProblem {
 public:
  BoundedProblem(const LinearModel& model, const Vector& low, const Vector& high)
      : model_(model), a_(model.small()), low_(low), high_(high), p_(Vector::Zero(low.size())) {
    for (Eigen::Index j = 0; j < low.size(); ++j) free_.push_back(low[j] < 0 && high[j] > 0);
  }

  Vector solve() {
    // Each round lowers the value or adds to the active set, but for rounding: hence the limit.
    for (Eigen::Index round = 0; round < 10 * (p_.size() + 1); ++round) {
      move();
      if (!release()) break;
    }
    return p_;
  }

 private:
  /// Moves to the minimum over the free unknowns, or to bounds on the way there, until the minimum is reached.
  void move() {
    while (std::find(free_.begin(), free_.end(), true) != free_.end()) {
      const Vector target = minimum_of_free();
      double length = 1;
      for (Eigen::Index j = 0; j < p_.size(); ++j) {
        if (!free_[static_cast<std::size_t>(j)]) continue;
        const double limit = target[j] > high_[j] ? high_[j] : low_[j];
        if (target[j] > high_[j] || target[j] < low_[j])
          length = std::min(length, (limit - p_[j]) / (target[j] - p_[j]));
      }
      const Vector from = p_;
      p_ += length * (target - p_);
      if (length == 1) return;
      for (Eigen::Index j = 0; j < p_.size(); ++j) {
        if (!free_[static_cast<std::size_t>(j)]) continue;
        const bool up = target[j] > high_[j];
        if (!up && !(target[j] < low_[j])) continue;
        const double limit = up ? high_[j] : low_[j];
        if ((limit - from[j]) / (target[j] - from[j]) > length) continue;
        p_[j] = limit;
        free_[static_cast<std::size_t>(j)] = false;
      }
    }
  }

  Vector minimum_of_free() const {
    const Vector fixed = p_ - scattered(gathered(p_, free_), free_);
    const LinearModel free(columns_in(a_, free_), a_ * fixed + model_.q());
    return fixed + scattered(free.gauss_newton(), free_);
  }

  /// Frees the unknown on a bound that gains most by leaving it; false when there is none.
  bool release() {
    const Vector residual = a_ * p_ + model_.q();
    const Vector gradient = a_.transpose() * residual;
    Eigen::Index best = -1;
    double most = 0;
    for (Eigen::Index j = 0; j < p_.size(); ++j) {
      if (free_[static_cast<std::size_t>(j)] || low_[j] == high_[j]) continue;
      const bool inwards =
          (p_[j] < high_[j] && gradient[j] < 0) || (p_[j] > low_[j] && gradient[j] > 0);
      const double gain = inwards ? std::abs(gradient[j]) : 0;
      const double noise = 1e-14 * a_.col(j).norm() * model_.q().norm();
      if (gain > most && gain > noise) {
        most = gain;
        best = j;
      }
    }
    if (best < 0) return false;
    free_[static_cast<std::size_t>(best)] = true;
    return true;
  }

  const LinearModel& model_;
  Matrix a_;
  const Vector& low_;
  const Vector& high_;
  Vector p_;
  Mask free_;
};

}  // namespace

Vector LinearModel::within(const Vector& low, const Vector& high) const {
  return BoundedProblem(*this, low, high).solve();
}

}  // namespace eigengrad::optim::fit
