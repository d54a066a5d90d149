#include "optim/constrained/kkt.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/eigen.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"
#include "eigengrad/ops/linalg/lstsq.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim {
namespace {

using Indices = std::vector<Eigen::Index>;

/// How a constraint takes part in the equations.
enum class Side : std::uint8_t { None, Lower, Upper, Both };

/// The least squares solution of least norm, so that dependent constraints do no harm.
Vector solved(const Matrix& a, const Vector& b) {
  const NoGradGuard plain;
  const double rcond = std::numeric_limits<double>::epsilon() * static_cast<double>(a.rows());
  return to_vector(std::get<0>(linalg_lstsq(from_eigen(a), from_eigen(b), rcond)));
}

class KktNewton {
 public:
  KktNewton(ConstrainedProblem& problem, KktPoint& p, double tolerance)
      : problem_(problem), p_(p), tolerance_(tolerance) {
    held_ = held_by(problem.box(), p.at.x, lagrangian_gradient_here());
    for (Eigen::Index i = 0; i < problem.constraints(); ++i) sides_.push_back(first_side(i));
  }

  KktOutcome run() {
    constexpr int kMostSteps = 60;
    double before = std::numeric_limits<double>::infinity();
    for (int k = 0; k < kMostSteps; ++k) {
      largest_terms_ = larger_of(largest_terms_, gradient_terms());
      if (!step()) return KktOutcome::Failed;
      const bool is_at_rest =
          p_.step <= 4 * problem_.precision() || (p_.step <= near() && p_.step > before / 4);
      before = p_.step;
      if (!is_at_rest) continue;
      if (update_active_set()) {
        before = std::numeric_limits<double>::infinity();
        continue;
      }
      finish();
      // Where sides contradict each other, the least squares step ends between them.
      if (problem_.violation(p_.at) > tolerance_ || !is_on_sides(p_.at.c) || !is_balanced())
        return KktOutcome::Failed;
      return is_minimum() ? KktOutcome::Minimum : KktOutcome::Saddle;
    }
    return KktOutcome::Failed;
  }

 private:
  /// The gradient of the Lagrangian at the present point and multipliers.
  Vector lagrangian_gradient_here() const { return lagrangian_gradient(p_.at, p_.multipliers); }
  double near() const { return std::sqrt(problem_.precision()); }

  Side first_side(Eigen::Index i) const {
    if (problem_.is_equation(i)) return Side::Both;
    if (p_.multipliers[i] > 0) return Side::Lower;
    return p_.multipliers[i] < 0 ? Side::Upper : Side::None;
  }
  double target(Eigen::Index i) const {
    return sides_[static_cast<std::size_t>(i)] == Side::Upper ? problem_.upper()[i]
                                                              : problem_.lower()[i];
  }
  /// Whether values `c` of the constraints are on the sides that hold the point.
  bool is_on_sides(const Vector& c) const {
    for (const Eigen::Index i : active())
      if (!(std::abs(c[i] - target(i)) <= tolerance_ * problem_.size_of(p_.at, i))) return false;
    return true;
  }
  Indices active() const {
    Indices rows;
    for (std::size_t i = 0; i < sides_.size(); ++i)
      if (sides_[i] != Side::None) rows.push_back(static_cast<Eigen::Index>(i));
    return rows;
  }
  Indices free() const {
    Indices columns;
    for (std::size_t j = 0; j < held_.size(); ++j)
      if (!held_[j]) columns.push_back(static_cast<Eigen::Index>(j));
    return columns;
  }

  /// One Newton step; false where it leads to no finite point. The equations are scaled: D^-1 H D^-1 has no
  /// entry far above 1, and the rows of J D^-1 are divided by their norms.
  bool step() {
    const Indices rows = active(), columns = free();
    const auto m = static_cast<Eigen::Index>(rows.size());
    const auto n = static_cast<Eigen::Index>(columns.size());
    p_.step = 0;
    if (n == 0) return true;
    const Matrix h = problem_.hessian(p_.at.x, p_.multipliers)(columns, columns);
    const Vector d = curvature_roots(h);
    Matrix a = p_.at.jacobian(rows, columns) * d.cwiseInverse().asDiagonal();
    const Vector norms = a.rowwise().norm().cwiseMax(std::numeric_limits<double>::min());
    a = norms.cwiseInverse().asDiagonal() * a;
    Matrix system = Matrix::Zero(n + m, n + m);
    system.topLeftCorner(n, n) = scaled(h, d);
    system.topRightCorner(n, m) = -a.transpose();
    system.bottomLeftCorner(m, n) = a;
    Vector right(n + m);
    const Vector gradient = lagrangian_gradient_here();
    right.head(n) = -gradient(columns).cwiseQuotient(d);
    for (Eigen::Index i = 0; i < m; ++i)
      right[n + i] = -(p_.at.c[rows[i]] - target(rows[i])) / norms[i];
    if (!system.allFinite() || !right.allFinite()) return false;
    const Vector y = solved(system, right);
    for (Eigen::Index i = 0; i < m; ++i) p_.multipliers[rows[i]] += y[n + i] / norms[i];
    Vector x = p_.at.x;
    for (Eigen::Index j = 0; j < n; ++j) x[columns[j]] += y[j] / d[j];
    return x.allFinite() && p_.multipliers.allFinite() && move_to(std::move(x));
  }

  /// Sets the point to `x`, and holds unknowns that would cross a bound on it.
  bool move_to(Vector x) {
    const Box& box = problem_.box();
    for (std::size_t j = 0; j < held_.size(); ++j) {
      double& e = x[static_cast<Eigen::Index>(j)];
      if (held_[j] || (e >= box.lower[j] && e <= box.upper[j])) continue;
      e = std::clamp(e, box.lower[j], box.upper[j]);
      held_[j] = true;
    }
    const double size = x.cwiseAbs().maxCoeff();
    p_.step = (x - p_.at.x).cwiseAbs().maxCoeff() / std::max(size, 1e-3 * start_size());
    p_.at = problem_.at(x);
    return std::isfinite(p_.at.value) && p_.at.gradient.allFinite() && p_.at.c.allFinite() &&
           p_.at.jacobian.allFinite();
  }
  double start_size() const {
    const double size = problem_.start().x.cwiseAbs().maxCoeff();
    return size > 0 ? size : 1;
  }

  /// Adds violated constraints to the active set; where there are none, releases the constraint or bound
  /// whose multiplier has the wrong sign by most: without it others may have the right one. False where
  /// nothing changes.
  bool update_active_set() {
    if (++changes_ > 2 * (static_cast<int>(sides_.size()) + static_cast<int>(held_.size())))
      return false;
    bool taken_in = false;
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      const double e = problem_.bound_violation(p_.at, row);
      if (sides_[i] != Side::None || std::abs(e) <= tolerance_ * problem_.size_of(p_.at, row))
        continue;
      sides_[i] = e < 0 ? Side::Lower : Side::Upper;
      taken_in = true;
    }
    return taken_in || release_worst();
  }

  bool release_worst() {
    const Vector gradient = lagrangian_gradient_here();
    const Vector norms = p_.at.jacobian.rowwise().norm();
    const Box& box = problem_.box();
    double worst = 1e-9 * p_.at.gradient.norm();
    std::size_t row = sides_.size(), bound = held_.size();
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      const double sign = sides_[i] == Side::Lower ? -1 : sides_[i] == Side::Upper ? 1 : 0;
      if (sign * p_.multipliers[k] * norms[k] <= worst) continue;
      worst = sign * p_.multipliers[k] * norms[k];
      row = i;
    }
    for (std::size_t j = 0; j < held_.size(); ++j) {
      const auto k = static_cast<Eigen::Index>(j);
      const double force = p_.at.x[k] >= box.upper[j] ? gradient[k] : -gradient[k];
      if (!held_[j] || box.lower[j] == box.upper[j] || force <= worst) continue;
      worst = force;
      bound = j;
    }
    if (bound < held_.size()) {
      held_[bound] = false;
    } else if (row < sides_.size()) {
      sides_[row] = Side::None;
      p_.multipliers[static_cast<Eigen::Index>(row)] = 0;
    } else {
      return false;
    }
    return true;
  }

  void finish() {
    SplitGradient parts = split_by_bounds(lagrangian_gradient_here(), held_);
    p_.bound_multipliers = std::move(parts.held);
    p_.gradient = parts.largest_free;
  }

  /// For each unknown the sum of the absolute terms of the gradient of the Lagrangian.
  Vector gradient_terms() const {
    return p_.at.gradient.cwiseAbs() +
           p_.at.jacobian.transpose().cwiseAbs() * p_.multipliers.cwiseAbs();
  }
  /// Whether the gradient of the Lagrangian, without what bounds hold, is small beside its terms or the
  /// gradient at the start: Newton steps do not tell, since along a direction without curvature they are 0
  /// however large the gradient is. Rounding is measured by the largest terms on the path, for multipliers
  /// that go to 0, as those of a constant objective, keep the rounding errors of their first values.
  bool is_balanced() const {
    const Vector rest = lagrangian_gradient_here() - p_.bound_multipliers;
    const double start = problem_.start().gradient.norm();
    const Vector rounding = (100 * problem_.precision() * largest_terms_)
                                .cwiseMax(near() * gradient_terms().cwiseMax(start));
    return (rest.array().abs() <= rounding.array()).all();
  }

  /// Whether an active constraint or bound with this term in the gradient is weakly active: it stops steps
  /// to one side only.
  bool is_weak(double term) const {
    const double size = p_.at.gradient.norm() + problem_.start().gradient.norm();
    return std::abs(term) <= 1e-9 * size;
  }
  Indices strongly_active() const {
    Indices rows = active();
    std::erase_if(rows, [&](Eigen::Index i) {
      return sides_[static_cast<std::size_t>(i)] != Side::Both &&
             is_weak(p_.multipliers[i] * p_.at.jacobian.row(i).norm());
    });
    return rows;
  }
  Indices free_or_weakly_held() const {
    Indices columns;
    for (std::size_t j = 0; j < held_.size(); ++j) {
      const auto k = static_cast<Eigen::Index>(j);
      if (!held_[j] ||
          (is_weak(p_.bound_multipliers[k]) && problem_.box().lower[j] != problem_.box().upper[j]))
        columns.push_back(k);
    }
    return columns;
  }

  /// Whether a small step along `d` crosses no side and no bound that the point is on.
  bool is_feasible_direction(const Vector& d) const {
    for (Eigen::Index i = 0; i < problem_.constraints(); ++i) {
      const double change = p_.at.jacobian.row(i).dot(d);
      const double rounding = 1e-9 * p_.at.jacobian.row(i).norm() * d.norm();
      const double size = tolerance_ * problem_.size_of(p_.at, i);
      if (problem_.is_equation(i)) continue;
      if (p_.at.c[i] <= problem_.lower()[i] + size && change < -rounding) return false;
      if (p_.at.c[i] >= problem_.upper()[i] - size && change > rounding) return false;
    }
    for (Eigen::Index j = 0; j < d.size(); ++j) {
      const auto k = static_cast<std::size_t>(j);
      if (p_.at.x[j] <= problem_.box().lower[k] && d[j] < 0) return false;
      if (p_.at.x[j] >= problem_.box().upper[k] && d[j] > 0) return false;
    }
    return true;
  }

  /// A multiple of `d` that changes an unknown by `part` of its size, and none by more.
  Vector scaled_to(const Vector& d, double part) const {
    const Vector start = problem_.start().x.cwiseAbs(), x = p_.at.x.cwiseAbs();
    const double largest = std::max(start.maxCoeff(), x.maxCoeff());
    const Vector sizes = start.cwiseMax(x).cwiseMax(largest > 0 ? 1e-3 * largest : 1);
    return d * (part / d.cwiseAbs().cwiseQuotient(sizes).maxCoeff());
  }
  /// Whether values show that the Lagrangian falls along `d`, a direction of negative curvature, which may
  /// be the rounding error of a curvature 0.
  bool lagrangian_falls(const Vector& d) {
    const NoGradGuard plain;
    const Tensor there = problem_.shaped(p_.at.x + scaled_to(d, 1e-3));
    const Vector c = vector_of(problem_.all_constraints(there));
    const double change =
        problem_.objective(there).item<double>() - p_.at.value - (c - p_.at.c).dot(p_.multipliers);
    return change < -100 * problem_.precision() * std::abs(p_.at.value);
  }
  /// Whether the objective falls along `d`, a direction without curvature, by a term of higher order. False
  /// where a straight step leaves the active sides: values along the curve that keeps to them have other
  /// terms of that order.
  bool value_falls(const Vector& d) {
    const NoGradGuard plain;
    const Tensor there = problem_.shaped(p_.at.x + scaled_to(d, 1e-2));
    if (!is_on_sides(vector_of(problem_.all_constraints(there)))) return false;
    const double rounding = 1e3 * problem_.precision() * std::abs(p_.at.value);
    return problem_.objective(there).item<double>() < p_.at.value - rounding;
  }

  /// Whether no step that keeps to the constraints lowers the value, to second order by the Hessian of the
  /// Lagrangian, and where that has no curvature by values.
  bool is_minimum() {
    const Indices columns = free_or_weakly_held();
    const auto n = static_cast<Eigen::Index>(columns.size());
    if (n == 0) return true;
    const Matrix h = problem_.hessian(p_.at.x, p_.multipliers)(columns, columns);
    const Vector d = curvature_roots(h);
    const Matrix a = p_.at.jacobian(strongly_active(), columns) * d.cwiseInverse().asDiagonal();
    const Matrix z = null_space(a, n);
    if (z.cols() == 0) return true;
    const NoGradGuard plain;
    const auto [values, vectors] =
        linalg_eigh(from_eigen(Matrix(z.transpose() * scaled(h, d) * z)));
    const Vector curvatures = to_vector(values);
    const Matrix directions = z * to_matrix(vectors);
    const double rounding =
        std::max(1e-8, 10 * problem_.precision()) * std::max(1.0, curvatures.cwiseAbs().maxCoeff());
    p_.is_flat = (curvatures.array().abs() <= rounding).any();
    for (Eigen::Index k = 0; k < z.cols() && curvatures[k] <= rounding; ++k)
      for (const double sign : {1.0, -1.0}) {
        Vector direction = Vector::Zero(p_.at.x.size());
        direction(columns) = sign * directions.col(k).cwiseQuotient(d);
        if (!is_feasible_direction(direction)) continue;
        if (!(curvatures[k] < -rounding ? lagrangian_falls(direction) : value_falls(direction)))
          continue;
        p_.descent = scaled_to(direction, 0.1);
        return false;
      }
    return true;
  }

  /// An orthonormal basis of the null space of `a`, which has n columns.
  static Matrix null_space(Matrix a, Eigen::Index n) {
    if (a.rows() == 0) return Matrix::Identity(n, n);
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const double norm = a.row(i).norm();
      if (norm > 0) a.row(i) /= norm;
    }
    const NoGradGuard plain;
    const auto [u, s, vh] = linalg_svd(from_eigen(a), true);
    const Vector values = to_vector(s);
    Eigen::Index rank = 0;
    while (rank < values.size() && values[rank] > 1e-10 * values[0]) ++rank;
    return to_matrix(vh).bottomRows(n - rank).transpose();
  }

  ConstrainedProblem& problem_;
  KktPoint& p_;
  double tolerance_;
  std::vector<Side> sides_;
  /// Whether an unknown stays on its bound.
  std::vector<bool> held_;
  int changes_ = 0;
  /// The largest gradient_terms() of all points that steps began at.
  Vector largest_terms_;
};

}  // namespace

Vector lagrangian_gradient(const ConstrainedPoint& p, const Vector& multipliers) {
  return p.gradient - p.jacobian.transpose() * multipliers;
}

std::vector<bool> held_by(const Box& box, const Vector& x, const Vector& gradient) {
  std::vector<bool> held;
  for (Eigen::Index j = 0; j < x.size(); ++j)
    held.push_back(box.is_bounded && box.holds(static_cast<std::size_t>(j), x[j], gradient[j]));
  return held;
}

SplitGradient split_by_bounds(const Vector& gradient, const std::vector<bool>& held) {
  SplitGradient parts{.held = Vector::Zero(gradient.size())};
  for (Eigen::Index j = 0; j < gradient.size(); ++j) {
    if (held[static_cast<std::size_t>(j)])
      parts.held[j] = gradient[j];
    else
      parts.largest_free = std::max(parts.largest_free, std::abs(gradient[j]));
  }
  return parts;
}

KktOutcome solve_kkt(ConstrainedProblem& problem, KktPoint& p, double tolerance_constraint) {
  try {
    return KktNewton(problem, p, tolerance_constraint).run();
  } catch (const NumericError&) {
    return KktOutcome::Failed;
  }
}

}  // namespace eigengrad::optim
