#pragma once

#include <cstdint>
#include <vector>

#include "eigengrad/core/config.hpp"
#include "eigengrad/optim/optimizer.hpp"

namespace eigengrad::optim {

/// Base of the schedules of learning rates: step() is called once after every epoch, and sets the rate of
/// every group from the number of calls, as PyTorch's Python does. (libtorch's schedulers are one call
/// late.) The optimizer must outlive its scheduler.
class EIGENGRAD_API LRScheduler {
 public:
  virtual ~LRScheduler();
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  void step();
  /// Calls of step().
  std::int64_t last_epoch() const noexcept { return epoch_; }
  std::vector<double> get_last_lr() const;

 protected:
  explicit LRScheduler(Optimizer& optimizer);
  /// The rate of a group at epoch() from the one before it and the one at the start.
  virtual double next(double lr, double base) const = 0;
  std::int64_t epoch() const noexcept { return epoch_; }

 private:
  Optimizer& optimizer_;
  std::vector<double> base_;
  std::int64_t epoch_ = 0;
};

/// lr times gamma after every `step_size` epochs.
/// Throws: ValueError when step_size is below 1.
class EIGENGRAD_API StepLR : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, std::int64_t step_size, double gamma = 0.1);

 private:
  double next(double lr, double base) const override;
  std::int64_t step_size_;
  double gamma_;
};

/// lr times gamma after every epoch.
class EIGENGRAD_API ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma) : LRScheduler(optimizer), gamma_(gamma) {}

 private:
  double next(double lr, double base) const override;
  double gamma_;
};

/// From lr down to eta_min along half a cosine in T_max epochs, up again in as many, and so on:
/// eta_min + (base - eta_min) (1 + cos(pi epoch / T_max)) / 2.
/// Throws: ValueError when T_max is below 1.
/// Source: Loshchilov and Hutter 2017, without its restarts.
class EIGENGRAD_API CosineAnnealingLR : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, std::int64_t T_max, double eta_min = 0);

 private:
  double next(double lr, double base) const override;
  std::int64_t t_max_;
  double eta_min_;
};

/// lr times `factor`, down to min_lr, when a metric has been no better for more than `patience` epochs;
/// epochs in the `cooldown` after that do not count. Better is below best (1 - threshold) in mode min
/// and rel, below best - threshold in abs; above best (1 + threshold), best + threshold in mode max.
/// A change of lr by less than `eps` is not made.
class EIGENGRAD_API ReduceLROnPlateau {
 public:
  enum SchedulerMode { min, max };
  enum ThresholdMode { rel, abs };

  /// Throws: ValueError unless 0 <= factor < 1.
  explicit ReduceLROnPlateau(Optimizer& optimizer, SchedulerMode mode = min, double factor = 0.1,
                             std::int64_t patience = 10, double threshold = 1e-4,
                             ThresholdMode threshold_mode = rel, std::int64_t cooldown = 0,
                             double min_lr = 0, double eps = 1e-8);

  void step(double metric);
  std::vector<double> get_last_lr() const;

 private:
  bool is_better(double metric) const;
  void reduce();

  Optimizer& optimizer_;
  SchedulerMode mode_;
  double factor_;
  std::int64_t patience_;
  double threshold_;
  ThresholdMode threshold_mode_;
  std::int64_t cooldown_;
  double min_lr_;
  double eps_;
  double best_;
  std::int64_t bad_epochs_ = 0;
  std::int64_t cooling_ = 0;
};

}  // namespace eigengrad::optim
