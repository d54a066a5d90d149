#include "optim/least_squares/solver.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/fail.hpp"
#include "core/text.hpp"

namespace eigengrad::optim::fit {

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class... Parts>
std::string text_of(const Parts&... parts) {
  eigengrad::detail::Text text;
  (text << ... << parts);
  return text.str();
}

}  // namespace

Solver::Solver(Residuals& residuals, const Weighting& weighting, const Box& box, Vector scale,
               const LeastSquaresOptions& options)
    : residuals_(residuals),
      weighting_(weighting),
      box_(box),
      options_(options),
      running_scale_(scale.size() == 0),
      analysis_(weighting, box, residuals.unit_roundoff()),
      started_(now()) {
  p_.d = std::move(scale);
}

void Solver::begin() {
  p_.x = residuals_.start();
  if (!residuals_.evaluate(p_.x, p_.r) || !residuals_.differentiate(p_.j))
    eigengrad::detail::fail<NumericError>(
        "least_squares",
        "the residuals or their Jacobian are not finite at the start; start elsewhere");
  analysis_.complete(p_, running_scale_);
  const double norm = p_.d.cwiseProduct(p_.x).norm();
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
    if (test(status)) return status;
    if (!go_on) return Status::Stopped;
    if (history_.back().iter >= options_.max_iter) return Status::MaxIterations;
    Move result = move();
    if (result == Move::Refused && !newton_) {
      wants_newton_ = true;
      add_newton_model();
      if (test(status)) return status;
      radius_ = std::max(radius_, 0.1 * p_.d.cwiseProduct(p_.x).norm());
      if (newton_) result = move();
    }
    if (result == Move::RoundingLevel) {
      reason_ = text_of("offset ", p_.offset, ", and no step lowers it");
      return Status::RoundingLevel;
    }
    if (result == Move::Refused) return explain_refusal();
  }
}

bool Solver::test(Status& status) {
  status = Status::Converged;
  if (p_.cost == 0) {
    reason_ = "the residuals are zero";
    return true;
  }
  if (p_.gradient <= options_.tolerance_grad) {
    reason_ = text_of("gradient ", p_.gradient, " <= ", options_.tolerance_grad);
    return true;
  }
  const double decrease = p_.offset * p_.offset;
  if (decrease <= options_.tolerance_f) {
    reason_ = text_of("relative decrease ", decrease, " <= ", options_.tolerance_f);
    return true;
  }
  const double step = p_.gauss_newton.norm();
  const double size = p_.d.cwiseProduct(p_.x).norm();
  if (step <= options_.tolerance_x * size) {
    reason_ = text_of("relative step ", step / size, " <= ", options_.tolerance_x);
    return true;
  }
  status = Status::RoundingLevel;
  if (p_.offset * p_.norm <= p_.noise) {
    reason_ = text_of("a step would lower |r| by ", p_.offset * p_.norm, ", rounding moves it by ",
                      p_.noise);
    return true;
  }
  // Decrease of the offset that takes four iterations for a tenth is none.
  if (p_.offset < 0.9 * best_offset_) {
    best_offset_ = p_.offset;
    stalled_ = 0;
  } else if (decrease < 1e-12 && ++stalled_ >= 4) {
    reason_ = text_of("offset ", p_.offset, ", no longer falling");
    return true;
  }
  return false;
}

bool Solver::is_below_cost(double actual) const {
  return p_.offset < 1e-4 &&
         std::abs(actual) <= std::max(1e-10 * p_.cost, 100 * p_.noise * p_.norm);
}

Solver::Move Solver::move() {
  constexpr int kMaxTrials = 100;
  for (int trial = 0; trial < kMaxTrials; ++trial) {
    const Step step = next_step();
    if (!(step.predicted > 0) || !step.p.allFinite()) return Move::Refused;
    FitPoint next;
    const Move result = try_trial(step, next);
    if (result == Move::RoundingLevel) return result;
    if (result == Move::Accepted) {
      accept(next, step.p.norm());
      return result;
    }
    if (moved(step.p) == p_.x) break;
  }
  return p_.offset < 1e-5 ? Move::RoundingLevel : Move::Refused;
}

Solver::Move Solver::try_trial(const Step& step, FitPoint& trial) {
  trial.x = moved(step.p);
  trial.d = p_.d;
  const double norm = step.p.norm();
  if (!residuals_.evaluate(trial.x, trial.r)) {
    radius_ = 0.25 * norm;
    return Move::Refused;
  }
  if (damping_ > 0 && !newton_ && !box_.is_bounded &&
      weighting_.decrease(p_.r, trial.r) < 0.7 * step.predicted)
    accelerate(step.p, trial);
  const double actual = weighting_.decrease(p_.r, trial.r);
  const double ratio = actual / step.predicted;
  const bool below = ratio < 0.25 && is_below_cost(actual);
  if (!below) adapt_radius(ratio, norm);
  if (!(ratio > 1e-4) && !below) return Move::Refused;
  if (!residuals_.differentiate(trial.j)) {
    radius_ = std::min(radius_, 0.25 * norm);
    return Move::Refused;
  }
  analysis_.complete(trial, running_scale_);
  if (below && !(ratio > 1e-4) && !(remaining(trial) < 0.9 * p_.offset * p_.norm))
    return Move::RoundingLevel;
  return Move::Accepted;
}

double Solver::remaining(const FitPoint& trial) const {
  if (!newton_) return trial.offset * trial.norm;
  return newton_->inverse_norm(trial.gradient_vector.cwiseProduct(trial.d).cwiseQuotient(
      p_.d.unaryExpr([](double v) { return v > 0 ? v : 1; })));
}

void Solver::adapt_radius(double ratio, double step_norm) {
  if (history_.size() == 1) radius_ = std::min(radius_, step_norm);
  if (ratio < 0.25 || std::isnan(ratio))
    radius_ = (ratio < -1 ? 0.1 : 0.25) * std::min(radius_, step_norm);
  else if (ratio > 0.75 || damping_ == 0)
    radius_ = std::max(radius_, 2 * step_norm);
}

void Solver::accept(FitPoint& trial, double step_norm) {
  watch_contraction(trial);
  change_ = trial.cost - p_.cost;
  step_norm_ = step_norm;
  p_ = std::move(trial);
  add_newton_model();
}

void Solver::watch_contraction(const FitPoint& next) {
  if (newton_) {
    // Back to Gauss-Newton, which bears ill-conditioned Jacobians better, unless it was slow before.
    if (damping_ == 0 && next.offset < 1e-3 && returns_ == 0) {
      wants_newton_ = false;
      ++returns_;
      slow_ = 0;
    }
    return;
  }
  const bool is_slow = damping_ == 0 && next.offset > 0.3 * p_.offset;
  const bool creeps = damping_ != 0 && next.cost > 0.9 * p_.cost;
  slow_ = (is_slow || creeps) && next.offset < 0.5 ? slow_ + 1 : 0;
  if (slow_ >= (is_slow ? 2 : 4)) wants_newton_ = true;
}

void Solver::add_newton_model() {
  newton_.reset();
  if (!wants_newton_ || !p_.all_free()) return;
  Vector first;
  Vector second;
  weighting_.differentiate(p_.r, first, second);
  Matrix h;
  if (!residuals_.curvature(p_.x, first, h)) return;
  h += p_.j.transpose() * second.asDiagonal() * p_.j;
  const Vector d = p_.d.unaryExpr([](double v) { return v > 0 ? 1 / v : 1; });
  newton_.emplace(d.asDiagonal() * h * d.asDiagonal(), p_.gradient_vector);
  if (!newton_->is_positive_definite()) return;
  p_.offset = newton_->inverse_norm() / p_.norm;
  p_.noise = newton_->largest_inverse_norm(analysis_.gradient_noise(p_));
}

Status Solver::explain_refusal() {
  reason_ = text_of("no step lowers the cost ", p_.cost, ", offset ", p_.offset);
  return Status::NoProgress;
}

Vector Solver::moved(const Vector& p) const {
  Vector x = p_.x;
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    x[k] += p[k] / (p_.d[k] > 0 ? p_.d[k] : 1);
    x[k] = std::clamp(x[k], box_.lower[i], box_.upper[i]);
  }
  return x;
}

void Solver::bounds_of_step(Vector& low, Vector& high) const {
  low.resize(p_.x.size());
  high.resize(p_.x.size());
  for (Eigen::Index k = 0; k < p_.x.size(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    const double d = p_.d[k] > 0 ? p_.d[k] : 1;
    low[k] = std::max(d * (box_.lower[i] - p_.x[k]), -radius_);
    high[k] = std::min(d * (box_.upper[i] - p_.x[k]), radius_);
  }
}

bool Solver::is_inside(const Vector& p) const {
  if (!p.allFinite() || p.norm() > radius_) return false;
  for (Eigen::Index k = 0; box_.is_bounded && k < p.size(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    const double x = p_.x[k] + p[k] / (p_.d[k] > 0 ? p_.d[k] : 1);
    if (x < box_.lower[i] || x > box_.upper[i]) return false;
  }
  return true;
}

Step Solver::next_step() {
  Step step;
  if (newton_) {
    bool inside = false;
    step.p = newton_->within(radius_, inside);
    damping_ = inside ? 0 : 1;
    step.predicted = newton_->decrease(step.p);
    return step;
  }
  if (p_.all_free() && is_inside(p_.gauss_newton)) {
    damping_ = 0;
    const double removed = p_.offset * p_.norm;
    return {p_.gauss_newton, 0.5 * removed * removed};
  }
  step.p =
      options_.method == LeastSquaresMethod::Dogleg ? dogleg_step() : levenberg_marquardt_step();
  step.predicted = 0.5 * p_.model->decrease(step.p);
  return step;
}

Vector Solver::levenberg_marquardt_step() {
  if (!box_.is_bounded) {
    return p_.model->within(radius_, damping_);
  }
  Vector low;
  Vector high;
  bounds_of_step(low, high);
  damping_ = 1;
  return p_.model->within(low, high);
}

/// The second-order term along the whole step is K = 2 (r(x + p) - r - J p); p + a with
/// (A' A + damping) a = -A' K / 2 follows the curve. Source: Transtrum and Sethna (2012), with the
/// trial point itself in place of an evaluation near x.
void Solver::accelerate(const Vector& p, FitPoint& trial) {
  const Vector inverse_scale = p_.d.unaryExpr([](double v) { return v > 0 ? 1 / v : 1; });
  Vector first;
  Vector second;
  weighting_.differentiate(p_.r, first, second);
  const Vector curve =
      second.cwiseMax(0.0).cwiseProduct(trial.r - p_.r - p_.j * inverse_scale.cwiseProduct(p));
  const Vector gradient = inverse_scale.cwiseProduct(p_.j.transpose() * curve);
  const Vector a = p_.model->damped_solve(gradient, damping_);
  if (!(2 * a.norm() <= 0.75 * p.norm())) return;
  FitPoint further;
  further.x = moved(p + a);
  const bool is_lower = residuals_.evaluate(further.x, further.r) &&
                        weighting_.decrease(trial.r, further.r) > 0;
  if (is_lower) {
    trial.x = std::move(further.x);
    trial.r = std::move(further.r);
  } else if (weighting_.decrease(p_.r, trial.r) > 0) {
    residuals_.evaluate(trial.x, trial.r);
  }
}

Vector Solver::dogleg_step() { return levenberg_marquardt_step(); }

}  // namespace eigengrad::optim::fit
