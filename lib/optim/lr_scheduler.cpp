#include "eigengrad/optim/lr_scheduler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/fail.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

namespace {

std::vector<double> rates_of(const Optimizer& optimizer) {
  std::vector<double> rates;
  for (const OptimizerParamGroup& group : optimizer.param_groups())
    rates.push_back(group.options().get_lr());
  return rates;
}

}  // namespace

LRScheduler::~LRScheduler() = default;

LRScheduler::LRScheduler(Optimizer& optimizer)
    : optimizer_(optimizer), base_(rates_of(optimizer)) {}

void LRScheduler::step() {
  ++epoch_;
  std::vector<OptimizerParamGroup>& groups = optimizer_.param_groups();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    OptimizerOptions& options = groups[i].options();
    // A group that came later starts from the rate that it has.
    if (i == base_.size()) base_.push_back(options.get_lr());
    options.set_lr(next(options.get_lr(), base_[i]));
  }
}

std::vector<double> LRScheduler::get_last_lr() const { return rates_of(optimizer_); }

StepLR::StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma)
    : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma) {
  check_at_least("StepLR", "step_size", step_size, 1);
}

double StepLR::next(double lr, double /*base*/) const {
  return epoch() % step_size_ == 0 ? lr * gamma_ : lr;
}

double ExponentialLR::next(double lr, double /*base*/) const { return lr * gamma_; }

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min)
    : LRScheduler(optimizer), t_max_(T_max), eta_min_(eta_min) {
  check_at_least("CosineAnnealingLR", "T_max", T_max, 1);
}

// From the rate before, as in PyTorch, so that others may change it too.
double CosineAnnealingLR::next(double lr, double base) const {
  const auto angle = [&](std::int64_t epoch) {
    return std::numbers::pi * static_cast<double>(epoch) / static_cast<double>(t_max_);
  };
  if ((epoch() - 1 - t_max_) % (2 * t_max_) == 0)
    return lr + (base - eta_min_) * (1 - std::cos(angle(1))) / 2;
  return (1 + std::cos(angle(epoch()))) / (1 + std::cos(angle(epoch() - 1))) * (lr - eta_min_) +
         eta_min_;
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, SchedulerMode mode, double factor,
                                     std::int64_t patience, double threshold,
                                     ThresholdMode threshold_mode, std::int64_t cooldown,
                                     double min_lr, double eps)
    : optimizer_(optimizer),
      mode_(mode),
      factor_(factor),
      patience_(patience),
      threshold_(threshold),
      threshold_mode_(threshold_mode),
      cooldown_(cooldown),
      min_lr_(min_lr),
      eps_(eps),
      best_(mode == min ? std::numeric_limits<double>::infinity()
                        : -std::numeric_limits<double>::infinity()) {
  if (!(factor >= 0 && factor < 1))
    fail<ValueError>("ReduceLROnPlateau", "factor is ", factor, "; it must be in [0, 1)");
}

bool ReduceLROnPlateau::is_better(double metric) const {
  if (mode_ == min)
    return metric < (threshold_mode_ == rel ? best_ * (1 - threshold_) : best_ - threshold_);
  return metric > (threshold_mode_ == rel ? best_ * (1 + threshold_) : best_ + threshold_);
}

void ReduceLROnPlateau::step(double metric) {
  if (is_better(metric)) {
    best_ = metric;
    bad_epochs_ = 0;
  } else {
    ++bad_epochs_;
  }
  if (cooling_ > 0) {
    --cooling_;
    bad_epochs_ = 0;
  }
  if (bad_epochs_ <= patience_) return;
  reduce();
  cooling_ = cooldown_;
  bad_epochs_ = 0;
}

void ReduceLROnPlateau::reduce() {
  for (OptimizerParamGroup& group : optimizer_.param_groups()) {
    const double lr = group.options().get_lr();
    const double next = std::max(lr * factor_, min_lr_);
    if (lr - next > eps_) group.options().set_lr(next);
  }
}

std::vector<double> ReduceLROnPlateau::get_last_lr() const { return rates_of(optimizer_); }

}  // namespace eigengrad::optim
