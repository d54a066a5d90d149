#include "optim/least_squares/solver.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim::fit {

namespace {

/// Tests in a row at which a tiny offset has not fallen.
constexpr int kMostStalled = 4;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Solver::Solver(Residuals& residuals, const Weighting& weighting, const Box& box, Vector scale,
               const LeastSquaresOptions& options)
    : residuals_(residuals),
      weighting_(weighting),
      box_(box),
      options_(options),
      running_scale_(scale.size() == 0),
      is_reflective_(options.method == LeastSquaresMethod::TrustRegionReflective && box.is_bounded),
      analysis_(weighting, box, residuals.unit_roundoff()),
      started_(now()) {
  p_.d = std::move(scale);
}

void Solver::begin() {
  p_.x = residuals_.start();
  if (is_reflective_) p_.x = strictly_inside(p_.x, box_);
  if (!residuals_.evaluate(p_.x, p_.r) || !residuals_.differentiate(p_.j))
    eigengrad::detail::fail<NumericError>(
        "least_squares",
        "the residuals or their Jacobian are not finite at the start; start elsewhere");
  const double largest = p_.r.cwiseAbs().maxCoeff();
  const double cost = weighting_.cost(p_.r);
  constexpr double tiny = 1e20 * std::numeric_limits<double>::min();
  if (!std::isfinite(cost) || (largest > 0 && largest < std::sqrt(tiny)))
    eigengrad::detail::fail<NumericError>(
        "least_squares", "the residuals, the largest of them ", largest,
        ", have the sum of squares ", 2 * cost,
        ", which double cannot hold; measure them in another unit");
  analysis_.complete(p_, running_scale_);
  const double norm = p_.scaled_norm();
  radius_ = norm > 0 ? norm : p_.norm > 0 ? p_.norm : 1;
}

bool Solver::note_and_ask() {
  history_.push_back({.iter = static_cast<std::int64_t>(history_.size()),
                      .cost = p_.cost,
                      .change = change_,
                      .gradient = p_.gradient,
                      .offset = p_.offset,
                      .step_norm = step_norm_,
                      .radius = radius_,
                      .counts = residuals_.counts(),
                      .seconds = now() - started_});
  return !options_.callback || options_.callback(history_.back(), residuals_.shaped(p_.x));
}

Status Solver::run() {
  begin();
  for (;;) {
    const bool go_on = note_and_ask();
    Status status = Status::Stopped;
    if (test(status)) {
      if (status != Status::Saddle || !go_on || !leave_saddle()) return status;
      continue;
    }
    if (!go_on) return status;
    if (history_.back().iter >= options_.max_iter) return Status::MaxIterations;
    Move result = move();
    if (result != Move::Accepted && !newton_) {
      const Move before = result;
      wants_newton_ = true;
      add_newton_model();
      if (newton_ && test(status)) return status;
      result = newton_ ? move_by_second_order() : before;
    }
    if (result == Move::RoundingLevel) {
      reason_ = text_of("offset ", p_.offset, ", and no step lowers it");
      return Status::RoundingLevel;
    }
    if (result == Move::Refused) return explain_refusal();
  }
}

bool Solver::test(Status& status) {
  count_stalled_offset();
  if (is_converged()) {
    status = Status::Converged;
  } else if (is_at_rounding_level()) {
    status = Status::RoundingLevel;
  } else {
    return false;
  }
  if (is_on_plateau()) status = Status::Plateau;
  if (status != Status::Plateau && is_saddle()) status = Status::Saddle;
  return true;
}

bool Solver::is_converged() {
  const double decrease = p_.offset * p_.offset;
  if (p_.cost == 0)
    reason_ = "the residuals are zero";
  else if (p_.gradient <= options_.tolerance_grad && p_.offset < 0.01)
    reason_ = text_of("gradient ", p_.gradient, " <= ", options_.tolerance_grad);
  else if (decrease <= options_.tolerance_f)
    reason_ = text_of("relative decrease ", decrease, " <= ", options_.tolerance_f);
  else if (!newton_ && moves_less_than(options_.tolerance_x))
    reason_ = text_of("relative step <= ", options_.tolerance_x);
  else
    return false;
  return true;
}

bool Solver::moves_less_than(double tolerance) const {
  const Vector step = p_.unit.cwiseProduct(p_.gauss_newton).cwiseAbs();
  return (step.array() <= tolerance * p_.x.array().abs()).all();
}

bool Solver::is_at_rounding_level() {
  if (p_.offset * p_.norm <= p_.noise) {
    reason_ = text_of("a step would lower |r| by ", p_.offset * p_.norm, ", rounding moves it by ",
                      p_.noise);
    return true;
  }
  if (stalled_ >= kMostStalled) {
    reason_ = text_of("offset ", p_.offset, ", no longer falling");
    return true;
  }
  return false;
}

void Solver::count_stalled_offset() {
  if (p_.offset < 0.9 * best_offset_) {
    best_offset_ = p_.offset;
    stalled_ = 0;
  } else if (p_.offset < tiny_offset()) {
    ++stalled_;
  }
}

bool Solver::is_on_plateau() {
  if (p_.cost == 0) return false;
  const bool are_all_flat = std::find(p_.flat.begin(), p_.flat.end(), false) == p_.flat.end();
  Eigen::Index flat = -1;
  for (Eigen::Index k = 0; k < p_.x.size() && flat < 0; ++k) {
    const bool had_influence = running_scale_ && p_.d[k] > 0;
    if (p_.flat[static_cast<std::size_t>(k)] && (had_influence || are_all_flat)) flat = k;
  }
  if (flat < 0) return false;
  // It is a minimum of the cost if each residual is at an extremum, which the Hessian shows.
  wants_newton_ = true;
  if (!newton_) add_newton_model();
  if (newton_ && newton_->is_convex()) return false;
  reason_ = text_of("the residuals no longer depend on x[", flat, "] = ", p_.x[flat]);
  return true;
}

bool Solver::is_saddle() {
  constexpr Eigen::Index kMostChecked = 64;
  if (p_.cost == 0 || (p_.model->rank() == p_.x.size() && p_.x.size() > kMostChecked)) return false;
  wants_newton_ = true;
  if (!newton_) add_newton_model();
  if (!newton_ || !newton_->is_indefinite(1e-10)) return false;
  reason_ = "the gradient is zero, but the cost falls along a direction of negative curvature";
  return true;
}

bool Solver::leave_saddle() {
  constexpr int kMostSaddles = 10;
  if (++saddles_ > kMostSaddles || history_.back().iter >= options_.max_iter) return false;
  const double reach = std::max(p_.scaled_norm(), radius_);
  for (const double part : {0.1, 1e-2, 1e-3, 1e-4}) {
    Step step;
    const Vector free = newton_->along_lowest_curvature(part * reach);
    step.p = scattered(free, p_.free);
    step.predicted = -newton_->change(free);
    step.damping = 1;
    FitPoint next;
    if (!(step.predicted > 0) || try_trial(step, next) != Move::Accepted) continue;
    accept(next, step);
    best_offset_ = 1;
    stalled_ = 0;
    return true;
  }
  return false;
}

double Solver::tiny_offset() const { return 100 * std::sqrt(residuals_.unit_roundoff()); }

bool Solver::is_below_cost(double actual) const {
  return p_.offset < 1e-4 &&
         std::abs(actual) <=
             std::max(1000 * residuals_.unit_roundoff() * p_.cost, 100 * p_.noise * p_.norm);
}

Solver::Move Solver::move() {
  constexpr int kMaxTrials = 100;
  for (int trial = 0; trial < kMaxTrials; ++trial) {
    const Step step = next_step();
    if (!(step.predicted > 0) || !step.p.allFinite()) break;
    FitPoint next;
    const Move result = try_trial(step, next);
    if (result == Move::RoundingLevel) return result;
    if (result == Move::Accepted) {
      accept(next, step);
      return result;
    }
    if (moved(p_, box_, step.p) == p_.x) break;
  }
  return p_.offset < tiny_offset() ? Move::RoundingLevel : Move::Refused;
}

Solver::Move Solver::move_by_second_order() {
  radius_ = std::max(radius_, 0.1 * p_.scaled_norm());
  return move();
}

Step Solver::next_step() {
  if (newton_) {
    Step step;
    const Vector free = newton_->step(radius_);
    step.p = scattered(free, p_.free);
    step.damping = newton_->is_convex() && newton_->newton().norm() <= radius_ ? 0 : 1;
    step.predicted = -newton_->change(free);
    const StepBounds bounds(p_, box_, std::numeric_limits<double>::infinity());
    if (!box_.is_bounded || bounds.contain(step.p)) return step;
  }
  if (is_reflective_) return reflective_step(p_, box_, radius_, damping_);
  if (options_.method == LeastSquaresMethod::Dogleg) return dogleg_step(p_, box_, radius_);
  return levenberg_marquardt_step(p_, box_, radius_, damping_);
}

Solver::Move Solver::try_trial(const Step& step, FitPoint& trial) {
  trial.x = moved(p_, box_, step.p);
  trial.d = p_.d;
  damping_ = step.damping;
  const double norm = step.p.norm();
  if (!residuals_.evaluate(trial.x, trial.r)) {
    radius_ = 0.25 * norm;
    return Move::Refused;
  }
  accelerate(step, trial);
  const double actual = weighting_.decrease(p_.r, trial.r);
  const double ratio = actual / step.predicted;
  const bool below = ratio < 0.25 && is_below_cost(actual);
  if (!below) adapt_radius(ratio, step);
  if (!(ratio > 1e-4) && !below) return Move::Refused;
  if (!residuals_.differentiate(trial.j)) {
    radius_ = std::min(radius_, 0.25 * norm);
    return Move::Refused;
  }
  analysis_.complete(trial, running_scale_);
  if (below && !(ratio > 1e-4) && !(remaining(trial) < 0.9 * p_.offset * p_.norm)) {
    radius_ = 0.25 * norm;
    return p_.offset < tiny_offset() ? Move::RoundingLevel : Move::Refused;
  }
  return Move::Accepted;
}

/// The second-order term along the whole step is K = 2 (r(x + p) - r - J p); p + a with
/// (A' A + damping) a = -A' K / 2 follows the curve. Source: Transtrum and Sethna, Improvements to
/// the Levenberg-Marquardt algorithm (2012), with the trial itself in place of a point near x.
void Solver::accelerate(const Step& step, FitPoint& trial) {
  if (step.damping == 0 || newton_ || box_.is_bounded ||
      options_.method == LeastSquaresMethod::Dogleg ||
      weighting_.decrease(p_.r, trial.r) > 0.7 * step.predicted)
    return;
  Vector first;
  Vector second;
  weighting_.differentiate(p_.r, first, second);
  const Vector curve =
      second.cwiseMax(0.0).cwiseProduct(trial.r - p_.r - p_.j * p_.unit.cwiseProduct(step.p));
  const Vector gradient = p_.unit.cwiseProduct(p_.j.transpose() * curve);
  const Vector a = p_.model->damped_solve(gradient, step.damping);
  if (!(2 * a.norm() <= 0.75 * step.p.norm())) return;
  Vector x = moved(p_, box_, step.p + a);
  Vector r;
  if (residuals_.evaluate(x, r) && weighting_.decrease(trial.r, r) > 0) {
    trial.x = std::move(x);
    trial.r = std::move(r);
  } else if (weighting_.decrease(p_.r, trial.r) > 0) {
    // The Jacobian is taken where the residuals were evaluated last.
    residuals_.evaluate(trial.x, trial.r);
  }
}

double Solver::remaining(const FitPoint& trial) {
  if (!newton_) return trial.offset * trial.norm;
  const Vector gradient = trial.gradient_vector.cwiseQuotient(trial.unit).cwiseProduct(p_.unit);
  return newton_->inverse_norm(gathered(gradient, p_.free));
}

void Solver::adapt_radius(double ratio, const Step& step) {
  const double norm = step.p.norm();
  if (history_.size() == 1) radius_ = std::min(radius_, norm);
  if (ratio < 0.25 || std::isnan(ratio))
    radius_ = (ratio < -1 ? 0.1 : 0.25) * std::min(radius_, norm);
  else if (ratio > 0.75 || step.damping == 0)
    radius_ = std::max(radius_, 2 * norm);
}

void Solver::accept(FitPoint& trial, const Step& step) {
  watch_contraction(trial, step);
  change_ = trial.cost - p_.cost;
  step_norm_ = step.p.norm();
  if (is_reflective_ && -change_ < 1e-3 * p_.cost) is_reflective_ = false;
  p_ = std::move(trial);
  add_newton_model();
}

void Solver::watch_contraction(const FitPoint& next, const Step& step) {
  if (newton_) {
    // Return once to Gauss-Newton steps, which are more accurate for ill-conditioned Jacobians.
    if (step.damping == 0 && next.offset < 1e-3 && !has_returned_) {
      wants_newton_ = false;
      has_returned_ = true;
      slow_ = 0;
    }
    return;
  }
  const bool is_slow = step.damping == 0 && next.offset > 0.3 * p_.offset;
  const bool creeps = step.damping != 0 && next.cost > 0.9 * p_.cost;
  slow_ = (is_slow || creeps) && next.offset < 0.5 ? slow_ + 1 : 0;
  if (slow_ >= (is_slow ? 2 : 4)) wants_newton_ = true;
}

void Solver::add_newton_model() {
  newton_.reset();
  std::vector<Eigen::Index> free;
  for (Eigen::Index k = 0; k < p_.x.size(); ++k)
    if (p_.free[static_cast<std::size_t>(k)]) free.push_back(k);
  if (!wants_newton_ || is_reflective_ || free.empty()) return;
  Vector first;
  Vector second;
  weighting_.differentiate(p_.r, first, second);
  Matrix h;
  if (!residuals_.curvature(p_.x, first, h)) return;
  h += p_.j.transpose() * second.asDiagonal() * p_.j;
  const Matrix unitless = scaled(h, p_.unit.cwiseInverse());
  newton_.emplace(unitless(free, free), p_.gradient_vector(free));
  if (!newton_->is_convex()) return;
  p_.offset = newton_->inverse_norm() / p_.norm;
  const auto& model = p_.model->small();
  p_.noise = analysis_.rounding(p_) *
             newton_->amplification(model(Eigen::seqN(Eigen::Index(0), model.rows()), free));
}

bool Solver::difference(Eigen::Index k, double h, Vector& quotient) {
  Vector x = p_.x;
  Vector right;
  Vector left;
  x[k] = p_.x[k] + h;
  if (!residuals_.evaluate(x, right)) return false;
  x[k] = p_.x[k] - h;
  if (!residuals_.evaluate(x, left)) return false;
  quotient = (right - left) / (2 * h);
  return true;
}

Eigen::Index Solver::wrong_column() {
  for (Eigen::Index k = 0; k < p_.x.size(); ++k) {
    const double reach = p_.x[k] != 0 ? std::abs(p_.x[k]) : std::min(1.0, p_.norm * p_.unit[k]);
    const double h = std::min(std::cbrt(residuals_.unit_roundoff()) * 2 * reach,
                              box_.room(static_cast<std::size_t>(k), p_.x[k]));
    if (!(h > 0)) continue;
    Vector wide;
    Vector narrow;
    if (!difference(k, h, wide) || !difference(k, h / 8, narrow)) continue;
    // Quotients that depend on h show a kink, curvature or noise, not the derivative.
    if ((wide - narrow).norm() > 1e-4 * narrow.norm()) continue;
    const double rounding = 1e3 * residuals_.unit_roundoff() * p_.r.norm() / h;
    const double size = std::max({narrow.norm(), p_.j.col(k).norm(), rounding});
    if ((narrow - p_.j.col(k)).norm() > 1e-2 * size) return k;
  }
  return -1;
}

Status Solver::explain_refusal() {
  const Eigen::Index wrong = wrong_column();
  if (wrong >= 0) {
    reason_ = text_of("differences of the residuals contradict their derivative by x[", wrong,
                      "]; check the custom derivative that it comes from with gradcheck()");
    return Status::WrongGradient;
  }
  reason_ = text_of("no step lowers the cost ", p_.cost, ", offset ", p_.offset);
  return Status::NoProgress;
}

}  // namespace eigengrad::optim::fit
