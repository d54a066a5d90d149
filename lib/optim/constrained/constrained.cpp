#include "optim/constrained/constrained.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "optim/constrained/kkt.hpp"
#include "optim/report.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim {
namespace {

/// Note [Constraints]
/// The augmented Lagrangian of Powell, Hestenes and Rockafellar finds the neighbourhood of a solution: its
/// minima within the bounds are found by minimize() without constraints. Near a solution Newton's method on
/// the conditions of Karush, Kuhn and Tucker, with the constraints that are active there, brings the point
/// and the multipliers to the last digits: it converges quadratically, the augmented Lagrangian linearly.
/// Sequential quadratic programming alone would also need a solver of non-convex quadratic programs and a
/// merit function. Functions are divided by the norms of their gradients at the start, so that the
/// objective times 1e12 takes the same path.

constexpr int kMostRounds = 100;
constexpr double kMostPenalty = 1e12;
/// After so many penalties in a row, each 100 times the last, at which the minimisation diverged, the
/// problem counts as unbounded.
constexpr int kMostUnbounded = 4;
constexpr int kMostRestarts = 3;
constexpr int kMostSaddles = 5;

/// The objective plus penalty / 2 times the squared distances of c - multipliers / penalty to the sides
/// of the constraints, all in units of the gradients at the start.
class AugmentedLagrangian {
 public:
  AugmentedLagrangian(ConstrainedProblem& problem, ScalarType dtype)
      : problem_(problem), dtype_(dtype) {
    const ConstrainedPoint& p = problem.start();
    unit_ = unit_of(p.gradient.norm());
    units_ = p.jacobian.rowwise().norm().unaryExpr(&unit_of);
    lower_ = tensor_of(problem.lower().cwiseQuotient(units_));
    upper_ = tensor_of(problem.upper().cwiseQuotient(units_));
    inverse_units_ = tensor_of(units_.cwiseInverse());
    multipliers = Vector::Zero(units_.size());
    const double violation = distances(p).squaredNorm();
    penalty = std::clamp(2 * std::max(1.0, std::abs(p.value) / unit_) / std::max(1.0, violation),
                         1e-3, 10.0);
  }

  Tensor operator()(const Tensor& x) const {
    Tensor value = problem_.objective(x);
    if (!value.defined() || value.numel() != 1) return value;  // minimize() says what is wrong.
    const Tensor z = problem_.all_constraints(x) * inverse_units_ - shift_;
    const Tensor beyond = z - clamp(z, lower_, upper_);
    return value.sum() * (1 / unit_) + beyond.square().sum() * (penalty / 2);
  }

  /// To be called when the penalty or the multipliers have changed.
  void set_shift() { shift_ = tensor_of(multipliers / penalty); }
  /// The signed distances of c - multipliers / penalty to the sides of the constraints.
  Vector distances(const ConstrainedPoint& p) const {
    Vector d(units_.size());
    for (Eigen::Index i = 0; i < d.size(); ++i) {
      const double z = p.c[i] / units_[i] - multipliers[i] / penalty;
      d[i] = z - std::clamp(z, problem_.lower()[i] / units_[i], problem_.upper()[i] / units_[i]);
    }
    return d;
  }
  /// The norm of violations and, for constraints between their sides, of multipliers / penalty: 0 where the
  /// point is feasible and the multipliers of inactive constraints are 0.
  double complementarity_residual(const ConstrainedPoint& p) const {
    return (distances(p) + multipliers / penalty).stableNorm();
  }
  /// The multipliers in the units of objective and constraints.
  Vector true_multipliers() const { return unit_ * multipliers.cwiseQuotient(units_); }

  /// One for each constraint, in units of the gradients of objective and constraint at the start.
  Vector multipliers;
  double penalty = 1;

 private:
  static double unit_of(double gradient) {
    return gradient > 0 && std::isfinite(gradient) ? gradient : 1;
  }
  Tensor tensor_of(const Vector& v) const { return copy_of(v.data(), {v.size()}, dtype_); }

  ConstrainedProblem& problem_;
  ScalarType dtype_;
  double unit_ = 1;
  Vector units_;
  Tensor lower_, upper_, inverse_units_, shift_;
};

class ConstrainedMinimization {
 public:
  ConstrainedMinimization(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                          const Box& box, const MinimizeOptions& options)
      : options_(options),
        problem_(f, x0, box, options.constraints),
        lagrangian_(problem_, x0.dtype()),
        p_(problem_.start()),
        tolerance_(std::max(options.tolerance_constraint, 100 * problem_.precision())),
        iterations_left_(options.max_iter.value_or(10000)) {}

  MinimizeResult run() {
    std::optional<Verdict> end;
    if (!add_line(0)) end = Verdict{Status::Stopped};
    for (int round = 1; !end; ++round) end = run_round(round);
    return result(*end);
  }

 private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  EvaluationCounts counts() {
    EvaluationCounts all = inner_counts_;
    all.f += problem_.counts().f;
    all.g += problem_.counts().g;
    all.H += problem_.counts().H;
    return all;
  }

  /// One line of the history for each round; false when the callback wants no more.
  bool add_line(std::int64_t iterations) {
    Iteration line;
    line.iter = iterations;
    line.value = p_.value;
    line.change = history_.empty() ? 0 : p_.value - history_.back().value;
    line.gradient_norm = solution_ ? solution_->gradient : free_gradient();
    line.step_norm = history_.empty() ? 0 : (p_.x - last_).stableNorm();
    line.counts = counts();
    line.seconds = seconds();
    last_ = p_.x;
    history_.push_back(line);
    return !options_.callback || options_.callback(line, problem_.shaped(p_.x));
  }
  double free_gradient() {
    const Vector g = lagrangian_gradient(p_, lagrangian_.true_multipliers());
    return split_by_bounds(g, held_by(problem_.box(), p_.x, g)).largest_free;
  }

  /// Minimises the augmented Lagrangian and updates multipliers and penalty; nothing when another round is
  /// to follow.
  std::optional<Verdict> run_round(int round) {
    lagrangian_.set_shift();
    const MinimizeResult inner = minimum_of(lagrangian_, p_.x);
    const Vector x = vector_of(inner.x.reshape({-1}));
    if (has_diverged(inner, x) && unbounded_ + 1 < kMostUnbounded) {
      ++unbounded_;
      lagrangian_.penalty *= 100;
      return std::nullopt;
    }
    p_ = problem_.at(x);
    const double complementarity_residual = lagrangian_.complementarity_residual(p_);
    lagrangian_.multipliers = -lagrangian_.penalty * lagrangian_.distances(p_);
    const int saddles = saddles_;
    solve_conditions();
    const bool go_on = add_line(history_.back().iter + inner_iterations_);
    if (solution_) return of_solution(inner);
    if (!go_on) return Verdict{Status::Stopped};
    if (std::optional<Verdict> end = ending(inner, round)) return end;
    if (saddles_ > saddles) return std::nullopt;
    if (is_balanced(inner))
      return Verdict{Status::Converged, text_of("|gradient of the Lagrangian| = ", free_gradient(),
                                                ", ", violation_text())};
    if (lagrangian_.penalty < kMostPenalty) {
      raise_penalty(inner, complementarity_residual);
      return std::nullopt;
    }
    if (is_feasible()) return without_multipliers();
    if (restart()) return std::nullopt;
    return verdict_at_least_violation();
  }

  /// Whether a minimisation of the augmented Lagrangian went to infinity: the penalty is too low.
  bool has_diverged(const MinimizeResult& inner, const Vector& x) const {
    if (inner.status == Status::Unbounded) return true;
    const double size = std::max(1.0, std::max(p_.x.stableNorm(), problem_.start().x.stableNorm()));
    return !inner.converged() && inner.status != Status::MaxIterations &&
           x.stableNorm() > 1e8 * size;
  }

  /// The verdict on solution_. Where the value is flat along the constraints and minimize() found no minimum
  /// either, the value may only approach its infimum at infinity.
  Verdict of_solution(const MinimizeResult& inner) {
    if (solution_->is_flat && !inner.converged())
      return {inner.status, text_of("the conditions hold, but the value is flat along the "
                                    "constraints; without them: ",
                                    inner.message)};
    return {Status::Converged, convergence_text()};
  }

  /// The verdict where rounds end without a solution; nothing where another one is to follow.
  std::optional<Verdict> ending(const MinimizeResult& inner, int round) {
    if (inner.status == Status::Unbounded)
      return Verdict{inner.status,
                     "along points that keep to the constraints the value falls without end"};
    if (saddles_ > kMostSaddles && inner.status == Status::Plateau)
      return Verdict{inner.status, inner.message};
    if (saddles_ > kMostSaddles)
      return Verdict{Status::Saddle,
                     "the conditions hold, but the value falls along the constraints"};
    if (iterations_left_ <= 0 || round == kMostRounds)
      return Verdict{Status::MaxIterations, violation_text()};
    return std::nullopt;
  }

  MinimizeResult minimum_of(const std::function<Tensor(const Tensor&)>& f, const Vector& x) {
    MinimizeOptions o = options_;
    o.constraints.clear();
    o.callback = nullptr;
    o.max_iter = std::max<std::int64_t>(0, iterations_left_);
    o.tolerance_grad_abs = 0;
    MinimizeResult r = minimize(f, problem_.shaped(x), o);
    inner_iterations_ = r.history.back().iter;
    iterations_left_ -= std::max<std::int64_t>(1, inner_iterations_);
    EvaluationCounts& c = inner_counts_;
    c.f += r.counts.f;
    c.g += r.counts.g;
    c.H += r.counts.H;
    c.Hv += r.counts.Hv;
    c.infeasible += r.counts.infeasible;
    phases_.value += r.phases.value;
    phases_.gradient += r.phases.gradient;
    phases_.hessian += r.phases.hessian;
    return r;
  }

  /// Sets solution_ where Newton's method on the conditions ends in a minimum near p_; from a saddle p_ is
  /// moved along a direction in which the value falls.
  void solve_conditions() {
    KktPoint kkt;
    kkt.at = p_;
    kkt.multipliers = lagrangian_.true_multipliers();
    const KktOutcome outcome = solve_kkt(problem_, kkt, tolerance_);
    if (outcome == KktOutcome::Failed) return;
    const double size = std::max(p_.x.norm(), problem_.start().x.norm());
    const bool is_near = (kkt.at.x - p_.x).norm() <= 0.1 * (size > 0 ? size : 1);
    if (!is_near) return;
    if (outcome == KktOutcome::Minimum) {
      p_ = kkt.at;
      solution_ = std::move(kkt);
    } else if (++saddles_ <= kMostSaddles) {
      p_ = problem_.at(inside(kkt.at.x + kkt.descent));
    }
  }

  Vector inside(Vector x) const {
    const Box& box = problem_.box();
    for (Eigen::Index j = 0; j < x.size(); ++j)
      x[j] = box.inside(static_cast<std::size_t>(j), x[j]);
    return x;
  }

  bool is_feasible() const { return problem_.violation(p_) <= tolerance_; }
  /// Whether p_ satisfies the conditions of Karush, Kuhn and Tucker to the tolerance.
  bool is_balanced(const MinimizeResult& inner) {
    const double size = problem_.start().gradient.norm() + p_.gradient.norm();
    const bool is_flat = inner.status == Status::Saddle || inner.status == Status::Plateau;
    return is_feasible() && !is_flat && free_gradient() <= tolerance_ * size &&
           is_complementary(size);
  }
  /// Whether every constraint whose multiplier times its gradient matters beside gradients of `size` is on
  /// the side that the sign of the multiplier says.
  bool is_complementary(double size) const {
    const Vector multipliers = lagrangian_.true_multipliers();
    for (Eigen::Index i = 0; i < multipliers.size(); ++i) {
      const double side = multipliers[i] > 0 ? problem_.lower()[i] : problem_.upper()[i];
      const double term = std::abs(multipliers[i]) * p_.jacobian.row(i).norm();
      if (term > tolerance_ * size &&
          !(std::abs(p_.c[i] - side) <= tolerance_ * problem_.size_of(p_, i)))
        return false;
    }
    return true;
  }
  /// Raises the penalty where the last round reduced the residual too little.
  void raise_penalty(const MinimizeResult& inner, double complementarity_residual) {
    constexpr double kEnough = 0.25;
    if (complementarity_residual > kEnough * complementarity_residual_ || !inner.converged())
      lagrangian_.penalty *= 10;
    complementarity_residual_ = complementarity_residual;
  }

  /// Restarts from the point near the start with the least violation, with a higher penalty, for low
  /// penalties may have led away from all feasible points to another minimum of the violation. False where
  /// that point is infeasible too, or after kMostRestarts.
  bool restart() {
    if (restarts_ == kMostRestarts) return false;
    const Vector least = vector_of(least_violation(problem_.start().x).x.reshape({-1}));
    const ConstrainedPoint p = problem_.at(least);
    if (problem_.violation(p) > tolerance_) return false;
    p_ = p;
    lagrangian_.multipliers.setZero();
    lagrangian_.penalty = std::pow(1e3, ++restarts_);
    complementarity_residual_ = std::numeric_limits<double>::infinity();
    return true;
  }

  /// The verdict at a feasible point without multipliers, such as the solution of the constraint x^2 = 0.
  Verdict without_multipliers() {
    return {Status::NoProgress,
            text_of(violation_text(), ", but no multipliers balance the gradient to less than ",
                    free_gradient(),
                    "; the gradients of the constraints depend on each other or vanish here")};
  }

  /// The minimum of the sum of squared distances to the sides, from `x`.
  MinimizeResult least_violation(const Vector& x) {
    const auto violation = [&](const Tensor& t) {
      const Tensor c = problem_.all_constraints(t);
      const Vector &l = problem_.lower(), &u = problem_.upper();
      return (c - clamp(c, shaped_like(c, l), shaped_like(c, u))).square().sum() / 2;
    };
    return minimum_of(violation, x);
  }

  /// Minimises the violation from p_ and moves p_ there. The verdict is Infeasible when constraints are still
  /// violated; otherwise that of a feasible point without multipliers.
  Verdict verdict_at_least_violation() {
    p_ = problem_.at(vector_of(least_violation(p_.x).x.reshape({-1})));
    Eigen::Index worst = 0;
    if (problem_.violation(p_, &worst) <= tolerance_) return without_multipliers();
    return {Status::Infeasible,
            text_of("nowhere near are all constraints kept: ", problem_.name_of(worst), " is ",
                    p_.c[worst], ", beyond its side by ",
                    std::abs(problem_.bound_violation(p_, worst)))};
  }

  std::string convergence_text() {
    return text_of("the last Newton step was ", solution_->step,
                   " of the largest unknown, |gradient of the Lagrangian| = ", solution_->gradient,
                   ", ", violation_text());
  }
  std::string violation_text() {
    Eigen::Index worst = 0;
    const double v = problem_.violation(p_, &worst);
    if (v == 0) return "all constraints are kept";
    return text_of(problem_.name_of(worst), v <= tolerance_ ? " is kept to " : " is violated by ",
                   std::abs(problem_.bound_violation(p_, worst)));
  }

  MinimizeResult result(const Verdict& verdict);

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const MinimizeOptions& options_;
  ConstrainedProblem problem_;
  AugmentedLagrangian lagrangian_;
  ConstrainedPoint p_;
  double tolerance_;
  std::int64_t iterations_left_;
  std::int64_t inner_iterations_ = 0;
  int unbounded_ = 0;
  int restarts_ = 0;
  int saddles_ = 0;
  EvaluationCounts inner_counts_;
  PhaseSeconds phases_;
  double complementarity_residual_ = std::numeric_limits<double>::infinity();
  std::optional<KktPoint> solution_;
  Vector last_;
  std::vector<Iteration> history_;
};

MinimizeResult ConstrainedMinimization::result(const Verdict& verdict) {
  MinimizeResult r;
  r.status = verdict.status;
  r.message = message_of(verdict, history_.back().iter);
  r.x = problem_.shaped(p_.x);
  r.value = p_.value;
  r.gradient = problem_.shaped(p_.gradient);
  r.gradient_norm = history_.back().gradient_norm;
  const Vector multipliers =  // without negative zeros
      (solution_ ? solution_->multipliers : lagrangian_.true_multipliers()).array() + 0.0;
  r.multipliers = copy_of(multipliers.data(), {multipliers.size()}, r.x.dtype());
  r.bound_multipliers =
      problem_.shaped(solution_ ? solution_->bound_multipliers : Vector(Vector::Zero(p_.x.size())));
  r.constraint_violation = 0;
  for (Eigen::Index i = 0; i < multipliers.size(); ++i)
    r.constraint_violation =
        std::max(r.constraint_violation, std::abs(problem_.bound_violation(p_, i)));
  r.counts = counts();
  r.history = std::move(history_);
  r.phases = phases_;
  r.seconds = seconds();
  return r;
}

}  // namespace

MinimizeResult minimize_constrained(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                                    const Box& box, const MinimizeOptions& options) {
  return ConstrainedMinimization(f, x0, box, options).run();
}

}  // namespace eigengrad::optim
