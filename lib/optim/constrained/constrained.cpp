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
#include "optim/minimize/objective.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim {
namespace {

/// Note [Constraints]
/// The augmented Lagrangian of Powell, Hestenes and Rockafellar finds the neighbourhood of a solution: its
/// minima within the bounds are those of minimize(), whose methods stay what they are. Near it Newton's
/// method on the conditions of Karush, Kuhn and Tucker, with the constraints that hold there, takes the
/// point and the multipliers to the last digits, which the former reaches one by one. SQP alone would
/// need a solver of quadratic programs that are not convex, and a merit function beside.
/// Functions are measured by their gradients at the start: the objective times 1e12 takes the same path.

constexpr int kMostRounds = 100;
constexpr double kMostPenalty = 1e12;
/// Penalties, each a hundred times the one before, that must all leave the value without a bound.
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
  /// Of c - multipliers / penalty, with sign.
  Vector distances(const ConstrainedPoint& p) const {
    Vector d(units_.size());
    for (Eigen::Index i = 0; i < d.size(); ++i) {
      const double z = p.c[i] / units_[i] - multipliers[i] / penalty;
      d[i] = z - std::clamp(z, problem_.lower()[i] / units_[i], problem_.upper()[i] / units_[i]);
    }
    return d;
  }
  /// 0 where the constraints are kept, and without force where they are kept with room.
  double discord(const ConstrainedPoint& p) const {
    return (distances(p) + multipliers / penalty).stableNorm();
  }
  /// In the units of the functions.
  Vector true_multipliers() const { return unit_ * multipliers.cwiseQuotient(units_); }

  /// Of the constraints, in the units of objective and constraint at the start.
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
    for (int round = 1; !end; ++round) end = play(round);
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
    return largest_free(g, held_by(problem_.box(), p_.x, g));
  }

  /// One minimum of the augmented Lagrangian, and what follows from it; nothing when rounds go on.
  std::optional<Verdict> play(int round) {
    lagrangian_.set_shift();
    const MinimizeResult inner = minimum_of(lagrangian_, p_.x);
    const Vector x = vector_of(inner.x.reshape({-1}));
    if (has_run_away(inner, x) && ++unbounded_ < kMostUnbounded) {
      lagrangian_.penalty *= 100;
      return std::nullopt;
    }
    p_ = problem_.at(x);
    const double discord = lagrangian_.discord(p_);
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
                                                ", ", kept_text())};
    if (lagrangian_.penalty < kMostPenalty) {
      raise_penalty(inner, discord);
      return std::nullopt;
    }
    if (is_kept()) return unbalanced();
    if (start_anew()) return std::nullopt;
    return infeasible();
  }

  /// Whether a minimisation went where the penalty is too low to stop it.
  bool has_run_away(const MinimizeResult& inner, const Vector& x) const {
    if (inner.status == Status::Unbounded) return true;
    const double size = std::max(1.0, std::max(p_.x.stableNorm(), problem_.start().x.stableNorm()));
    return !inner.converged() && inner.status != Status::MaxIterations &&
           x.stableNorm() > 1e8 * size;
  }

  /// Where no constraint holds the point along a direction and minimize() found no minimum either, it is at
  /// most one at infinity.
  Verdict of_solution(const MinimizeResult& inner) {
    if (solution_->is_flat && !inner.converged())
      return {inner.status, text_of("the conditions hold, but the value is flat along the "
                                    "constraints; without them: ",
                                    inner.message)};
    return {Status::Converged, solution_text()};
  }

  /// Why rounds end without a solution, if they do.
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
      return Verdict{Status::MaxIterations, kept_text()};
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

  /// Where Newton's method on the conditions ends in a minimum near p_, that is the solution. A saddle is
  /// left along a direction in which the value falls.
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

  bool is_kept() const { return problem_.violation(p_) <= tolerance_; }
  /// Whether the constraints are kept and the forces at p_ balance.
  bool is_balanced(const MinimizeResult& inner) {
    const double forces = problem_.start().gradient.norm() + p_.gradient.norm();
    const bool is_flat = inner.status == Status::Saddle || inner.status == Status::Plateau;
    return is_kept() && !is_flat && free_gradient() <= tolerance_ * forces &&
           pulls_where_it_holds(forces);
  }
  /// Whether constraints with a force hold the point, each on the side that its multiplier says.
  bool pulls_where_it_holds(double forces) const {
    const Vector multipliers = lagrangian_.true_multipliers();
    for (Eigen::Index i = 0; i < multipliers.size(); ++i) {
      const double side = multipliers[i] > 0 ? problem_.lower()[i] : problem_.upper()[i];
      const double force = std::abs(multipliers[i]) * p_.jacobian.row(i).norm();
      if (force > tolerance_ * forces &&
          !(std::abs(p_.c[i] - side) <= tolerance_ * problem_.size_of(p_, i)))
        return false;
    }
    return true;
  }
  /// Where the last round made too little of the discord.
  void raise_penalty(const MinimizeResult& inner, double discord) {
    constexpr double kEnough = 0.25;
    if (discord > kEnough * discord_ || !inner.converged()) lagrangian_.penalty *= 10;
    discord_ = discord;
  }

  /// Lets rounds begin again, from where the violation is least as seen from the start, with a penalty
  /// that is higher from the first; false where that is no help. Low ones may have led away from all points that keep to the
  /// constraints, to where their violation has another minimum.
  bool start_anew() {
    if (restarts_ == kMostRestarts) return false;
    const Vector least = vector_of(least_violation(problem_.start().x).x.reshape({-1}));
    const ConstrainedPoint p = problem_.at(least);
    if (problem_.violation(p) > tolerance_) return false;
    p_ = p;
    lagrangian_.multipliers.setZero();
    lagrangian_.penalty = std::pow(1e3, ++restarts_);
    discord_ = std::numeric_limits<double>::infinity();
    return true;
  }

  /// Where no multipliers exist: the solution of x^2 = 0.
  Verdict unbalanced() {
    return {Status::NoProgress,
            text_of(kept_text(), ", but no multipliers balance the gradient to less than ",
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

  /// Whether the constraints contradict each other near the point: their violation has a minimum that is
  /// not 0.
  Verdict infeasible() {
    p_ = problem_.at(vector_of(least_violation(p_.x).x.reshape({-1})));
    Eigen::Index worst = 0;
    if (problem_.violation(p_, &worst) <= tolerance_) return unbalanced();
    return {Status::Infeasible,
            text_of("nowhere near are all constraints kept: ", problem_.name_of(worst), " is ",
                    p_.c[worst], ", beyond its side by ", std::abs(problem_.excess(p_, worst)))};
  }

  std::string solution_text() {
    return text_of("the last Newton step was ", solution_->step,
                   " of the largest unknown, |gradient of the Lagrangian| = ", solution_->gradient,
                   ", ", kept_text());
  }
  std::string kept_text() {
    Eigen::Index worst = 0;
    const double v = problem_.violation(p_, &worst);
    if (v == 0) return "all constraints are kept";
    return text_of(problem_.name_of(worst), v <= tolerance_ ? " is kept to " : " is violated by ",
                   std::abs(problem_.excess(p_, worst)));
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
  double discord_ = std::numeric_limits<double>::infinity();
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
    r.constraint_violation = std::max(r.constraint_violation, std::abs(problem_.excess(p_, i)));
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
