#include "eigengrad/optim/minimize.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <ostream>

#include "core/fail.hpp"
#include "core/text.hpp"
#include "eigengrad/core/eigen.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "optim/constrained/constrained.hpp"
#include "optim/minimize/diagnosis.hpp"
#include "optim/minimize/methods.hpp"
#include "optim/minimize/objective.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;
using eigengrad::detail::Text;

namespace {

constexpr std::int64_t kMostNewton = 300;
constexpr int kMostRefuted = 5;
/// A value counts as 0 below this part of the decrease since the start.
constexpr double kOfStart = 1e-16;

Method chosen(Method method, std::int64_t n) {
  if (method != Method::Auto) return method;
  return n <= kMostNewton ? Method::Newton : Method::LBFGS;
}

std::string_view name_of(Method method) {
  constexpr std::string_view kNames[] = {
      "Auto",     "GradientDescent", "NonlinearCG",   "BFGS",       "LBFGS", "Newton",
      "NewtonCG", "TrustRegion",     "TrustRegionCG", "NelderMead", "Adam"};
  return kNames[static_cast<std::size_t>(method)];
}

bool uses_dense_hessian(Method method) {
  return method == Method::Newton || method == Method::TrustRegion;
}

bool is_second_order(Method method) {
  return uses_dense_hessian(method) || method == Method::NewtonCG ||
         method == Method::TrustRegionCG;
}

std::int64_t default_max_iter(Method method) {
  const bool first_order = method == Method::GradientDescent || method == Method::Adam;
  return first_order ? 100000 : 10000;
}

void check(const MinimizeOptions& o, const Tensor& x0) {
  check_enumerator("minimize", "method", o.method, Method::Adam, "Method");
  check_start("minimize", x0);
  check_not_negative("minimize", "tolerance_grad", o.tolerance_grad);
  check_not_negative("minimize", "tolerance_f", o.tolerance_f);
  check_not_negative("minimize", "tolerance_x", o.tolerance_x);
  check_not_negative("minimize", "tolerance_grad_abs", o.tolerance_grad_abs);
  check_not_negative("minimize", "tolerance_constraint", o.tolerance_constraint);
  if (o.covariance && !o.constraints.empty())
    fail<ValueError>("minimize",
                     "there is no covariance with constraints; leave one of the options out");
  check_at_least("minimize", "max_iter", o.max_iter.value_or(0), 0);
  check_at_least("minimize", "history_size", o.history_size, 1);
  if (!(o.lr > 0) || std::isinf(o.lr))
    fail<ValueError>("minimize", "lr is ", o.lr, "; it must be above 0 and finite");
}

/// Whether NaN has a sign differs between machines; messages are to be the same.
double without_sign_of_nan(double v) { return std::isnan(v) ? std::abs(v) : v; }

/// One call of minimize().
class Minimization {
 public:
  Minimization(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0, const Box& box,
               const MinimizeOptions& options)
      : options_(options),
        box_(box),
        name_(chosen(options.method, x0.numel())),
        max_iter_(options.max_iter.value_or(default_max_iter(name_))),
        method_(make_method(options, name_, box)),
        objective_(f, x0, is_second_order(name_)) {
    p_ = objective_.at(x0.detach().clone().reshape({-1}));
    objective_.add_gradient(p_);
    now_ = {.value = p_.value, .gradient_norm = free_gradient().stableNorm()};
    if (!std::isfinite(now_.value) || !std::isfinite(now_.gradient_norm))
      fail<NumericError>("minimize", "the objective is not finite at the start: value ",
                         without_sign_of_nan(now_.value), ", |gradient| ",
                         without_sign_of_nan(now_.gradient_norm), "; start elsewhere");
    largest_ = vector_of(p_.x).cwiseAbs();
    start_.x = p_.x;
    start_.value = p_.value;
    start_length_ = std::max(1.0, largest_.stableNorm());
    if (options.method == Method::Auto && uses_dense_hessian(name_) && !has_hessian()) {
      name_ = Method::BFGS;
      method_ = make_method(options, name_, box);
    }
  }

  MinimizeResult run() {
    Verdict verdict;
    while (!ends(verdict)) {
      const Vector before = vector_of(p_.x);
      const EvaluationCounts counts = objective_.counts();
      if (!method_->move(objective_, p_)) {
        verdict = refusal(objective_.counts().f - counts.f,
                          objective_.counts().infeasible - counts.infeasible);
        break;
      }
      const Vector x = vector_of(p_.x);
      largest_ = largest_.cwiseMax(x.cwiseAbs());
      now_ = {.iter = now_.iter + 1,
              .value = p_.value,
              .change = p_.value - now_.value,
              .gradient_norm = free_gradient().stableNorm(),
              .step_norm = (x - before).stableNorm()};
    }
    return result(verdict);
  }

 private:
  /// Whether the objective has second derivatives.
  bool has_hessian() {
    try {
      objective_.hessian(p_);
      return true;
    } catch (const NotImplementedError&) {
    } catch (const GraphError&) {
    } catch (const NumericError&) {
      return true;  // The Hessian is not finite here, but may be elsewhere.
    }
    return false;
  }

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }

  /// The gradient without what bounds hold back.
  Vector free_gradient() const {
    Vector g = vector_of(p_.gradient);
    if (!box_.is_bounded) return g;
    const Vector x = vector_of(p_.x);
    for (Eigen::Index i = 0; i < g.size(); ++i)
      if (box_.holds(static_cast<std::size_t>(i), x[i], g[i])) g[i] = 0;
    return g;
  }

  std::string gradient_text() const {
    return text_of("value ", without_sign_of_nan(now_.value), ", |gradient| ",
                   without_sign_of_nan(now_.gradient_norm));
  }

  bool ends(Verdict& verdict) {
    now_.counts = objective_.counts();
    now_.seconds = seconds();
    history_.push_back(now_);
    const bool go_on =
        !options_.callback || options_.callback(now_, objective_.shaped(p_.x).clone());
    if (!std::isfinite(now_.value) || !std::isfinite(now_.gradient_norm)) {
      verdict = {Status::NotFinite, gradient_text()};
      return true;
    }
    if (now_.iter == 0 && uses_dense_hessian(name_)) find_doubling();
    prediction_ = now_.gradient_norm == 0 && !is_second_order(name_)
                      ? Prediction{}
                      : method_->prediction(objective_, p_);
    if (claims_convergence(verdict)) {
      if (is_final(verdict)) return true;
      postpone_claims();
    }
    if (!go_on)
      verdict.status = Status::Stopped;
    else if (now_.iter == max_iter_)
      verdict = {Status::MaxIterations, gradient_text()};
    else if (is_unbounded(verdict.reason))
      verdict.status = Status::Unbounded;
    else
      return false;
    return true;
  }

  /// Why a move with so many trials, of these so many infeasible, found no lower point.
  Verdict refusal(std::int64_t trials, std::int64_t infeasible) {
    Verdict v = explain_refusal(objective_, p_, box_, sizes(), prediction_);
    if (infeasible > 0 && infeasible + 1 >= trials && v.status != Status::WrongGradient)
      v = {Status::NoProgress, text_of(infeasible, " of ", trials,
                                       " points tried were infeasible, the others no lower")};
    return v;
  }

  Sizes sizes() const {
    return {vector_of(p_.x),
            largest_,
            doubling_,
            value_size(),
            std::abs(history_.front().value),
            std::max(1e-4, 1e5 * objective_.precision())};
  }
  double value_size() const {
    return std::max(std::abs(p_.value), kOfStart * (history_.front().value - p_.value));
  }

  /// Computes Sizes::doubling, from the Hessian at the start, for unknowns that are 0 there. False when there
  /// are none, the Hessian cannot be computed, or it was done before.
  bool find_doubling() {
    const Vector x = vector_of(start_.x);
    if (doubling_.size() > 0 || (x.array() != 0).all()) return false;
    doubling_ = Vector::Zero(p_.x.numel());
    if (p_.x.numel() > kMostConfirmed && !uses_dense_hessian(name_)) return false;
    Matrix h;
    try {
      h = objective_.hessian(now_.iter == 0 ? p_ : start_);
    } catch (const Error&) {
      return false;  // An operator or a Function without second derivatives.
    }
    for (Eigen::Index i = 0; i < doubling_.size(); ++i) {
      const double size = std::sqrt(std::abs(start_.value) / std::abs(h(i, i)));
      if (x[i] == 0 && std::isfinite(size)) doubling_[i] = size;
    }
    return true;
  }

  /// Whether a test of convergence is met; the verdict is then what second derivatives say of it.
  bool claims_convergence(Verdict& verdict) {
    std::string reason;
    if (now_.iter < not_before_ || !meets_a_tolerance(reason)) return false;
    verdict = {Status::Converged, std::move(reason)};
    Verdict checked = confirm(objective_, p_, box_, sizes(), verdict);
    if (checked.status == Status::BadlyScaled && !is_within_absolute_bound() && find_doubling())
      checked = confirm(objective_, p_, box_, sizes(), verdict);
    // An absolute bound on the gradient is the caller's claim, which only a saddle refutes.
    if (!is_within_absolute_bound() || checked.status == Status::Saddle)
      verdict = std::move(checked);
    return true;
  }
  bool is_within_absolute_bound() const {
    return options_.tolerance_grad_abs > 0 && now_.gradient_norm <= options_.tolerance_grad_abs;
  }
  /// Whether the search ends by what second derivatives said of a claim.
  bool is_final(const Verdict& verdict) const {
    return converged(verdict.status) || now_.gradient_norm == 0 || refuted_ + 1 >= kMostRefuted;
  }
  /// After a claim that second derivatives refuted: the method may still find its way.
  void postpone_claims() {
    ++refuted_;
    not_before_ = now_.iter + 5;
  }

  bool meets_a_tolerance(std::string& reason) const {
    Text text;
    const double gradient = now_.gradient_norm;
    const Prediction& o = prediction_;
    // Each of the tests can be met far from a minimum: the first ones on a plain, which large steps leave;
    // the last one in a valley that is narrower than the distance of neighbouring doubles.
    const bool is_near = !o.step.defined() || is_negligible(o, sizes());
    const bool is_low = std::isnan(o.decrease) || o.decrease <= 1e-8 * value_size();
    if (gradient <= options_.tolerance_grad_abs && gradient > 0 && !o.is_indefinite) {
      text << "|gradient| = " << gradient << " <= " << options_.tolerance_grad_abs;
    } else if (o.is_indefinite || !is_near || !is_low) {
      return false;
    } else if (gradient == 0) {
      text << "the gradient is zero";
    } else if (o.decrease <= options_.tolerance_f * value_size()) {
      text << "the decrease that is left, " << o.decrease << ", is below " << options_.tolerance_f
           << " of the value";
    } else if (o.gradient <= options_.tolerance_grad * std::sqrt(value_size())) {
      text << "the scaled gradient is below " << options_.tolerance_grad;
    } else if (o.step.defined() && is_short(vector_of(o.step))) {
      text << "the step that is left is below " << options_.tolerance_x << " of every unknown";
    } else {
      return false;
    }
    reason = text.str();
    return true;
  }

  bool is_short(const Vector& step) const {
    const Sizes all = sizes();
    for (Eigen::Index i = 0; i < step.size(); ++i)
      if (!(std::abs(step[i]) <= options_.tolerance_x * all.of(i))) return false;
    return true;
  }

  /// Whether the value is negative, and 10^20 times as large as it was at the start plus what the gradient
  /// there makes of a change by |x|, at least 1.
  bool is_unbounded(std::string& reason) const {
    const Iteration& start = history_.front();
    double first = std::abs(start.value) + start.gradient_norm * start_length_;
    if (first == 0) first = std::abs(history_[now_.iter > 0 ? 1 : 0].value);
    if (p_.value < 0 && -p_.value > 1e20 * first) {
      reason = "the value falls without end";
      return true;
    }
    return false;
  }

  MinimizeResult result(const Verdict& verdict);
  std::string message(const Verdict& verdict) const;
  void add_covariance(MinimizeResult& r);

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  const MinimizeOptions& options_;
  const Box& box_;
  Method name_;
  std::int64_t max_iter_;
  std::unique_ptr<MinimizeMethod> method_;
  Objective objective_;
  ObjectivePoint p_;
  ObjectivePoint start_;
  /// |x| at the start, at least 1.
  double start_length_ = 1;
  Prediction prediction_;
  /// The largest absolute value of each unknown on the path.
  Vector largest_;
  /// Sizes::doubling.
  Vector doubling_;
  /// Claims of convergence that second derivatives refuted, and the iteration from which on the next one
  /// may be made.
  int refuted_ = 0;
  std::int64_t not_before_ = 0;
  Iteration now_;
  std::vector<Iteration> history_;
};

std::string Minimization::message(const Verdict& verdict) const {
  Text text;
  text << message_of(verdict, now_.iter);
  if (options_.method == Method::Auto) text << " (Auto chose " << name_of(name_) << ')';
  return text.str();
}

/// The inverse of the Hessian in the unknowns that it determines.
void Minimization::add_covariance(MinimizeResult& r) {
  const Eigen::Index n = p_.x.numel();
  if (!has_hessian()) {
    r.message += "; no covariance: the objective has no second derivatives";
    return;
  }
  const Matrix h = objective_.hessian(p_);
  const Vector d = curvature_roots(h);
  const Curvatures c = curvatures_of(scaled(h, d));
  r.rank = c.rank;
  Matrix covariance = scaled(c.inverse, d);
  Vector errors = covariance.diagonal().cwiseSqrt();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::int64_t> undetermined;
  for (Eigen::Index i = 0; i < n; ++i) {
    if (c.is_determined[static_cast<std::size_t>(i)]) continue;
    covariance.row(i).setConstant(kNaN);
    covariance.col(i).setConstant(kNaN);
    errors[i] = std::numeric_limits<double>::infinity();
    undetermined.push_back(i);
  }
  errors = errors.unaryExpr(&without_sign_of_nan);
  r.covariance = from_eigen(covariance).to(p_.x.dtype());
  r.std_errors = from_eigen(errors).to(p_.x.dtype());
  r.message += rank_note(r.rank, n, undetermined);
}

MinimizeResult Minimization::result(const Verdict& verdict) {
  MinimizeResult r;
  r.status = verdict.status;
  r.x = objective_.shaped(p_.x);
  r.value = p_.value;
  r.gradient = objective_.shaped(p_.gradient);
  r.gradient_norm = now_.gradient_norm;
  r.message = message(verdict);
  if (options_.covariance) add_covariance(r);
  r.counts = objective_.counts();
  r.history = std::move(history_);
  r.phases = objective_.seconds();
  r.seconds = seconds();
  return r;
}

}  // namespace

MinimizeResult minimize(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                        const MinimizeOptions& options) {
  eigengrad::detail::require_callable("minimize", f);
  check(options, x0);
  const Box box = Box::of("minimize", options.lower, options.upper, x0);
  box.check_start("minimize", x0);
  if (!options.constraints.empty()) return minimize_constrained(f, x0, box, options);
  return Minimization(f, x0, box, options).run();
}

void detail::print(std::ostream& os, const MinimizeSummary& s) {
  Text text;
  text << "minimize: " << s.message << '\n';
  for (std::int64_t i = 0; i < std::min<std::int64_t>(s.n, 20); ++i) {
    text << "  x[" << i << "] = " << s.x[i];
    if (s.std_errors != nullptr) text << " +- " << s.std_errors[i];
    text << '\n';
  }
  if (s.n > 20) text << "  ... " << s.n - 20 << " more\n";
  text << "  value " << s.value << ", |gradient| " << s.gradient_norm << "; " << s.counts.f
       << " values, " << s.counts.g << " gradients, " << s.counts.H << " Hessians, " << s.counts.Hv
       << " products\n  " << s.seconds << " s: values " << s.phases.value << ", gradients "
       << s.phases.gradient << ", Hessians " << s.phases.hessian << ", the rest "
       << s.seconds - s.phases.value - s.phases.gradient - s.phases.hessian << '\n';
  os << text.str();
}

}  // namespace eigengrad::optim
