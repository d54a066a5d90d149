#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "eigengrad/optim/optimizer.hpp"

namespace eigengrad::optim {

class EIGENGRAD_API RMSpropOptions : public OptimizerCloneableOptions<RMSpropOptions> {
 public:
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  void check() const override;
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(double, lr);
  EIGENGRAD_OPTION(double, alpha) = 0.99;
  EIGENGRAD_OPTION(double, eps) = 1e-8;
  EIGENGRAD_OPTION(double, weight_decay) = 0;
  EIGENGRAD_OPTION(double, momentum) = 0;
  EIGENGRAD_OPTION(bool, centered) = false;
};

class EIGENGRAD_API RMSpropParamState : public OptimizerCloneableParamState<RMSpropParamState> {
 public:
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(std::int64_t, step) = 0;
  EIGENGRAD_OPTION(Tensor, square_avg);
  /// The momentum; undefined if the option is 0.
  EIGENGRAD_OPTION(Tensor, momentum_buffer);
  /// The running mean of the gradient; undefined unless the option `centered` is set.
  EIGENGRAD_OPTION(Tensor, grad_avg);
};

/// Gradient steps divided by the root of a running mean of the squared gradient.
///
/// With g = gradient + weight_decay p:  v <- alpha v + (1 - alpha) g^2,  d = g / (sqrt(v) + eps),  p <- p - lr d.
/// With `centered`, v - m^2 replaces v in d, where m <- alpha m + (1 - alpha) g.
/// With momentum:  b <- momentum b + d,  p <- p - lr b.
/// Source: Tieleman and Hinton 2012; Graves 2013 for `centered`.
class EIGENGRAD_API RMSprop : public Optimizer {
 public:
  explicit RMSprop(std::vector<OptimizerParamGroup> groups, RMSpropOptions defaults = {})
      : Optimizer(std::move(groups), std::make_unique<RMSpropOptions>(defaults)) {}
  explicit RMSprop(std::vector<Tensor> params, RMSpropOptions defaults = {})
      : RMSprop(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
                defaults) {}

  Tensor step(LossClosure closure = nullptr) override;
  std::unique_ptr<OptimizerParamState> new_state() const override {
    return std::make_unique<RMSpropParamState>();
  }
};

}  // namespace eigengrad::optim
