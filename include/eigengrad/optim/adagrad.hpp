#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "eigengrad/optim/optimizer.hpp"

namespace eigengrad::optim {

class EIGENGRAD_API AdagradOptions : public OptimizerCloneableOptions<AdagradOptions> {
 public:
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  void check() const override;
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(double, lr);
  EIGENGRAD_OPTION(double, lr_decay) = 0;
  EIGENGRAD_OPTION(double, weight_decay) = 0;
  EIGENGRAD_OPTION(double, initial_accumulator_value) = 0;
  EIGENGRAD_OPTION(double, eps) = 1e-10;
};

class EIGENGRAD_API AdagradParamState : public OptimizerCloneableParamState<AdagradParamState> {
 public:
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(std::int64_t, step) = 0;
  EIGENGRAD_OPTION(Tensor, sum);
};

/// Steps over the root of the sum of all squared gradients.
///
/// With g the gradient plus weight_decay * p, t = 1, 2, ... the step and s from
/// initial_accumulator_value: s <- s + g^2;  p <- p - lr / (1 + (t - 1) lr_decay) * g / (sqrt(s) + eps).
/// Source: Duchi, Hazan and Singer 2011.
class EIGENGRAD_API Adagrad : public Optimizer {
 public:
  explicit Adagrad(std::vector<OptimizerParamGroup> groups, AdagradOptions defaults = {})
      : Optimizer(std::move(groups), std::make_unique<AdagradOptions>(defaults)) {}
  explicit Adagrad(std::vector<Tensor> params, AdagradOptions defaults = {})
      : Adagrad(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
                defaults) {}

  Tensor step(LossClosure closure = nullptr) override;
  std::unique_ptr<OptimizerParamState> new_state() const override {
    return std::make_unique<AdagradParamState>();
  }
};

}  // namespace eigengrad::optim
