#include "optim/krylov.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace eigengrad::optim {

namespace {

using Eigen::Index;

constexpr Index kRestart = 100;

/// One Krylov space, begun at the residual `r`: an orthonormal basis V and H with A V = V H, brought to
/// triangular form by rotations as it grows.
class KrylovSpace {
 public:
  KrylovSpace(const Product& a, const Eigen::VectorXd& r, Index room)
      : a_(a), h_(Eigen::MatrixXd::Zero(room + 1, room)), rhs_(Eigen::VectorXd::Zero(room + 1)) {
    rhs_[0] = r.norm();
    basis_.push_back(r / rhs_[0]);
  }

  /// Grows the space by one dimension; false when it is invariant, and so holds the solution if A is regular.
  bool grow() {
    Eigen::VectorXd w = a_(basis_.back());
    const double before = w.norm();
    // Twice, so that the basis is orthogonal to rounding.
    for (int pass = 0; pass < 2; ++pass)
      for (Index i = 0; i <= k_; ++i) {
        const double part = w.dot(basis_[static_cast<std::size_t>(i)]);
        h_(i, k_) += part;
        w -= part * basis_[static_cast<std::size_t>(i)];
      }
    const double rest = w.norm();
    rotate(rest);
    ++k_;
    if (!(rest > 1e-14 * before)) return false;
    basis_.push_back(w / rest);
    return true;
  }
  Index size() const noexcept { return k_; }
  /// The norm of the residual of the best x in the space.
  double residual() const { return std::abs(rhs_[k_]); }
  Eigen::VectorXd solution() const {
    Eigen::VectorXd y = rhs_.head(k_);
    for (Index i = k_; i-- > 0;) {
      for (Index j = i + 1; j < k_; ++j) y[i] -= h_(i, j) * y[j];
      y[i] = h_(i, i) != 0 ? y[i] / h_(i, i) : 0;
    }
    Eigen::VectorXd x = Eigen::VectorXd::Zero(basis_[0].size());
    for (Index i = 0; i < k_; ++i) x += y[i] * basis_[static_cast<std::size_t>(i)];
    return x;
  }

 private:
  void rotate(double below) {
    for (Index i = 0; i < k_; ++i) turn(i, h_(i, k_), h_(i + 1, k_));
    const double size = std::hypot(h_(k_, k_), below);
    cosines_.push_back(size > 0 ? h_(k_, k_) / size : 1);
    sines_.push_back(size > 0 ? below / size : 0);
    h_(k_, k_) = size;
    turn(k_, rhs_[k_], rhs_[k_ + 1]);
  }
  void turn(Index i, double& upper, double& lower) const {
    const double c = cosines_[static_cast<std::size_t>(i)];
    const double s = sines_[static_cast<std::size_t>(i)];
    const double u = upper;
    upper = c * u + s * lower;
    lower = c * lower - s * u;
  }

  const Product& a_;
  std::vector<Eigen::VectorXd> basis_;
  Eigen::MatrixXd h_;
  Eigen::VectorXd rhs_;
  std::vector<double> cosines_;
  std::vector<double> sines_;
  Index k_ = 0;
};

}  // namespace

KrylovResult gmres(const Product& a, const Eigen::VectorXd& b, double tolerance,
                   std::int64_t max_products) {
  KrylovResult result{.x = Eigen::VectorXd::Zero(b.size())};
  const double size = b.stableNorm();
  if (!(size > 0)) return result;
  Eigen::VectorXd r = b / size;
  result.residual = 1;
  while (result.residual > tolerance && result.products < max_products) {
    const double before = result.residual;
    KrylovSpace space(a, r, std::min<Index>(kRestart, max_products - result.products));
    while (space.grow() && space.residual() > tolerance && space.size() < kRestart &&
           result.products + space.size() < max_products) {
    }
    result.products += space.size();
    result.x += space.solution();
    if (!result.x.allFinite()) break;
    // The true residual, from which that of the recursion drifts.
    r = b / size - a(result.x);
    ++result.products;
    result.residual = r.norm();
    if (!(result.residual < 0.9 * before)) break;
  }
  result.x *= size;
  return result;
}

KrylovResult conjugate_gradients(const Product& a, const Eigen::VectorXd& b, double tolerance,
                                 std::int64_t max_products) {
  KrylovResult result{.x = Eigen::VectorXd::Zero(b.size())};
  const double size = b.stableNorm();
  if (!(size > 0)) return result;
  Eigen::VectorXd r = b / size;
  Eigen::VectorXd p = r;
  double square = r.squaredNorm();
  while (std::sqrt(square) > tolerance && result.products < max_products) {
    const Eigen::VectorXd q = a(p);
    ++result.products;
    const double curvature = p.dot(q);
    if (!(curvature > 0)) break;
    const double length = square / curvature;
    result.x += length * p;
    r -= length * q;
    const double next = r.squaredNorm();
    p = r + (next / square) * p;
    square = next;
  }
  result.residual = (b / size - a(result.x)).norm();
  ++result.products;
  result.x *= size;
  return result;
}

}  // namespace eigengrad::optim
