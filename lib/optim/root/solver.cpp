#include "optim/root/solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::root_finding {

using Eigen::Index;
using eigengrad::detail::fail;
using fit::FitPoint;
using fit::Step;

double largest_part(const Vector& v, const Vector& sizes) {
  double largest = 0;
  for (Index k = 0; k < v.size(); ++k)
    if (v[k] != 0) largest = std::max(largest, std::abs(v[k]) / sizes[k]);
  return largest;
}

bool is_vanishing(double norm, double start_norm, double newton_step, bool ends) {
  return newton_step > 1e-4 &&
         (norm < 1e-290 || (ends && norm < 1e-50 && norm < 1e-100 * start_norm));
}

Verdict vanishing(double norm, double newton_step) {
  return {Status::Plateau,
          text_of("the residuals fall towards 0 without reaching it: their norm is ", norm,
                  ", and the next step would still change x by ", newton_step, " of it")};
}

std::string shown(const Vector& x) {
  constexpr Index kMostShown = 6;
  std::string text = "[";
  for (Index k = 0; k < std::min(kMostShown, x.size()); ++k)
    text += text_of(k > 0 ? ", " : "", x[k]);
  return text + (x.size() > kMostShown ? ", ...]" : "]");
}

Solver::Solver(std::string_view op, fit::Residuals& f, RootMethod method,
               const RootOptions& options, bool full_steps)
    : op_(op),
      f_(f),
      method_(method),
      options_(options),
      full_steps_(full_steps),
      box_(Box::of(op, {}, {}, f.shaped(f.start()))),
      weighting_(Loss::Linear, 1, Vector()),
      analysis_(weighting_, box_, f.unit_roundoff()) {}

bool Solver::is_singular() const { return rank_ < p_.x.size() || rate_.is_linear(); }

void Solver::begin() {
  p_.x = start_ = f_.start();
  if (!f_.evaluate(p_.x, p_.r) || !f_.differentiate(p_.j))
    fail<NumericError>(
        op_, "the residuals or their Jacobian are not finite at the start; start elsewhere");
  rows_ = (p_.j.cwiseAbs() * p_.x.cwiseAbs()).cwiseMax(p_.r.cwiseAbs());
  for (Index i = 0; i < rows_.size(); ++i) {
    if (rows_[i] == 0) rows_[i] = p_.j.row(i).cwiseAbs().maxCoeff();
    rows_[i] = rows_[i] > 0 && std::isfinite(rows_[i]) ? std::ldexp(1.0, -std::ilogb(rows_[i])) : 1;
  }
  p_.r.array() *= rows_.array();
  complete(p_);
  start_norm_ = best_norm_ = p_.norm;
  start_residuals_ = norm();
  const double norm = p_.scaled_norm();
  radius_ = norm > 0 ? norm : p_.norm > 0 ? p_.norm : 1;
}

/// Scales the Jacobian and computes all else of a point whose residuals are scaled.
void Solver::complete(FitPoint& p) {
  p.j.array().colwise() *= rows_.array();
  analysis_.complete(p, /*running_scale=*/true);
  improve_newton_step(p);
  largest_ = larger_of(largest_, p.x);
  const Vector sizes = p.x.cwiseAbs();
  residual_ = largest_part(p.r, p.j.cwiseAbs() * sizes);
  const Vector newton = p.unit.cwiseProduct(p.gauss_newton);
  newton_step_ =
      rank_ == p.x.size() ? largest_part(newton, sizes) : std::numeric_limits<double>::infinity();
  reach_ = largest_part(newton, largest_);
}

/// Near a root at which residuals have a double zero rows of the Jacobian go to 0, at different rates. Divided
/// by their largest elements they may still be independent, and then give the Newton step.
void Solver::improve_newton_step(FitPoint& p) {
  rank_ = p.model->rank();
  if (rank_ == p.x.size() || p.norm == 0) return;
  Matrix a = p.j * p.unit.asDiagonal();
  Vector b = p.r;
  for (Index i = 0; i < a.rows(); ++i) {
    const double size = a.row(i).cwiseAbs().maxCoeff();
    if (!(size > 0)) return;
    a.row(i) /= size;
    b[i] /= size;
  }
  const fit::LinearModel model(a, b);
  if (model.rank() < p.x.size()) return;
  rank_ = model.rank();
  p.gauss_newton = model.gauss_newton();
}

bool Solver::has_arrived(double part) const {
  return rank_ == p_.x.size() && p_.norm <= 1e-10 * start_norm_ && reach_ <= part;
}

bool Solver::ask() const {
  if (!options_.callback) return true;
  const LeastSquaresCounts& c = f_.counts();
  return options_.callback({.iter = iterations_,
                            .norm = norm(),
                            .residual = residual_,
                            .newton_step = newton_step_,
                            .counts = {c.residuals, c.jacobians, 0, c.infeasible}},
                           f_.shaped(p_.x));
}

Verdict Solver::run() {
  begin();
  for (;;) {
    const bool go_on = ask();
    Verdict verdict{Status::Stopped};
    if (test(verdict) || !go_on) return verdict;
    if (iterations_ >= options_.max_iter) {
      verdict = explain();
      if (verdict.status == Status::NoRoot || verdict.status == Status::NoProgress)
        verdict = {Status::MaxIterations, text_of("the norm of the residuals is ", norm(),
                                                  ", relative residual ", residual_)};
      return verdict;
    }
    if (!move() || (creeping_ >= 20 && !full_steps_)) return explain();
    ++iterations_;
  }
}

bool Solver::test(Verdict& verdict) {
  const double u = f_.unit_roundoff();
  const double tolerance_x = std::max(options_.tolerance_x, 4 * u);
  verdict.status = Status::Converged;
  if (p_.norm == 0)
    verdict.reason = "the residuals are zero";
  else if (newton_step_ <= tolerance_x)
    verdict.reason = text_of("relative Newton step ", newton_step_, " <= ", tolerance_x);
  else if (has_arrived(1e-10 * tolerance_x) && ++arrived_ > 4)
    verdict.reason = "the Newton step is far below what the unknowns were";
  else if (residual_ <= options_.tolerance_f)
    verdict.reason = text_of("relative residual ", residual_, " <= ", options_.tolerance_f);
  if (!verdict.reason.empty()) return true;
  const bool ends = iterations_ >= options_.max_iter;
  if (is_vanishing(norm(), start_residuals_, newton_step_, ends)) {
    verdict = vanishing(norm(), newton_step_);
    return true;
  }
  if (p_.norm < 0.5 * best_norm_) {
    best_norm_ = p_.norm;
    stalled_ = 0;
  } else if (residual_ <= 1e3 * u && ++stalled_ >= 3) {
    verdict = {Status::RoundingLevel,
               text_of("relative residual ", residual_, ", no longer falling")};
    return true;
  }
  verdict.status = Status::Stopped;
  return false;
}

Step Solver::next_step() {
  if (method_ == RootMethod::Hybrid) return fit::dogleg_step(p_, box_, radius_);
  if (method_ == RootMethod::LevenbergMarquardt)
    return fit::levenberg_marquardt_step(p_, box_, radius_, damping_);
  Step step{.p = length_ * p_.gauss_newton};
  step.predicted = 0.5 * p_.model->decrease(step.p);
  step.damping = length_ < 1 ? 1 : 0;
  return step;
}

/// Adapts radius and step length. `ratio`: the decrease over the predicted one, NaN for an infeasible point.
void Solver::adapt(double ratio, const Step& step) {
  const double norm = step.p.norm();
  damping_ = step.damping;
  const bool is_bad = !(ratio >= 0.25);
  // Along the Newton step |f|^2 changes by the factor q(t) = 1 - 2 t + c t^2, about: t is its minimum.
  const double t = length_;
  const double rise = std::isnan(ratio) ? 1e300 : (2 - t) * t * (1 - ratio) / (t * t);
  if (helps(ratio))
    length_ = 1;
  else
    length_ = t * std::clamp(1 / (t * (1 + rise)), 0.1, 0.5);
  if (iterations_ == 0) radius_ = std::min(radius_, norm);
  if (is_bad)
    radius_ = (ratio < -1 ? 0.1 : 0.25) * std::min(radius_, norm);
  else if (ratio > 0.75 || step.damping == 0)
    radius_ = std::max(radius_, 2 * norm);
}

bool Solver::helps(double ratio) const { return full_steps_ ? std::isfinite(ratio) : ratio > 1e-4; }

bool Solver::move() {
  constexpr int kMaxTrials = 200;
  constexpr double infeasible = std::numeric_limits<double>::quiet_NaN();
  for (int trial = 0; trial < kMaxTrials; ++trial) {
    const Step step = next_step();
    if (!(step.predicted > 0) || !step.p.allFinite()) return false;
    FitPoint next;
    next.x = fit::moved(p_, box_, step.p);
    if (next.x == p_.x) return false;
    next.d = p_.d;
    if (!f_.evaluate(next.x, next.r)) {
      adapt(infeasible, step);
      continue;
    }
    next.r.array() *= rows_.array();
    const double ratio = weighting_.decrease(p_.r, next.r) / step.predicted;
    if (helps(ratio) && !f_.differentiate(next.j)) {
      adapt(infeasible, step);
      continue;
    }
    adapt(ratio, step);
    if (!helps(ratio)) continue;
    accept(next, step.damping == 0);
    return true;
  }
  return false;
}

void Solver::accept(FitPoint& next, bool is_full) {
  const double before = reach_;
  rescale(next);
  const double norm = p_.norm;
  p_ = std::move(next);
  complete(p_);
  if (is_full && p_.norm > 0) rate_.add(before, reach_);
  creeping_ = p_.norm > 0.999 * norm ? creeping_ + 1 : 0;
}

/// Scales all residuals by one factor before their squares underflow.
void Solver::rescale(FitPoint& next) {
  const double norm = next.r.stableNorm();
  if (!(norm > 0 && norm < 1e-100)) return;
  const double factor = std::ldexp(1.0, -std::ilogb(norm));
  rows_ *= factor;
  next.r *= factor;
  next.d *= factor;
  for (double* size : {&p_.norm, &radius_, &start_norm_, &best_norm_}) *size *= factor;
}

bool Solver::is_rounding() {
  Vector noise = Vector::Zero(p_.r.size());
  for (int sample = 0; sample < 4; ++sample) {
    Vector x = p_.x;
    for (Index k = 0; k < x.size(); ++k)
      x[k] *= 1 + (((k >> sample) + sample) % 2 == 0 ? 4 : -4) * f_.unit_roundoff();
    Vector r;
    if (!f_.evaluate(x, r)) return false;
    noise = noise.cwiseMax((r.cwiseProduct(rows_) - p_.r).cwiseAbs());
  }
  return (p_.r.array().abs() <= 8 * noise.array()).all();
}

Verdict Solver::explain() {
  const double tolerance_x = std::max(options_.tolerance_x, 4 * f_.unit_roundoff());
  if (has_arrived(tolerance_x))
    return {Status::RoundingLevel, text_of("no step helps, and the Newton step is less than ",
                                           tolerance_x, " of the largest that the unknowns were")};
  if (is_rounding())
    return {Status::RoundingLevel, text_of("rounding of x moves the residuals, norm ", norm(),
                                           ", by as much as they are")};
  std::string singular;
  const auto flat = std::find(p_.flat.begin(), p_.flat.end(), true);
  if (flat != p_.flat.end())
    singular = text_of("; the Jacobian is singular there: x[", flat - p_.flat.begin(),
                       "] has no influence on the residuals");
  else if (rank_ < p_.x.size())
    singular = text_of("; the Jacobian is singular there: rank ", rank_, " of ", p_.x.size(),
                       ", x[", p_.model->permutation().indices()[rank_], "] is not determined");
  for (Index k = 0; k < p_.x.size(); ++k)
    if (std::abs(p_.x[k]) > 1e8 * std::max(std::abs(start_[k]), std::abs(p_.unit[k])))
      return {Status::Unbounded,
              text_of("the norm of the residuals is down to ", norm(), ", and x[", k,
                      "] grows without end, to ", p_.x[k], singular)};
  const double gradient = p_.gradient_vector.norm();
  if (gradient <= 1e-5 * p_.norm || (rank_ < p_.x.size() && p_.offset < 1e-5))
    return {Status::NoRoot, text_of("the residuals have a local minimum of norm ", norm(),
                                    " at x = ", shown(p_.x), singular)};
  return {Status::NoProgress, text_of("no step lowers the norm ", norm(),
                                      " of the residuals at x = ", shown(p_.x), singular)};
}

}  // namespace eigengrad::optim::root_finding
