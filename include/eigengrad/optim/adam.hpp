#pragma once

#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "eigengrad/optim/optimizer.hpp"

namespace eigengrad::optim {

class EIGENGRAD_API AdamOptions : public OptimizerCloneableOptions<AdamOptions> {
 public:
  using betas_t = std::tuple<double, double>;

  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  void check() const override;
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(double, lr);
  EIGENGRAD_OPTION(betas_t, betas) = betas_t(0.9, 0.999);
  EIGENGRAD_OPTION(double, eps) = 1e-8;
  EIGENGRAD_OPTION(double, weight_decay) = 0;
  EIGENGRAD_OPTION(bool, amsgrad) = false;
};

/// Options of AdamW: those of Adam, but weight decay is no part of the gradient.
class EIGENGRAD_API AdamWOptions : public OptimizerCloneableOptions<AdamWOptions> {
 public:
  using betas_t = AdamOptions::betas_t;

  AdamWOptions(double lr = 1e-3) : lr_(lr) {}
  void check() const override;
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(double, lr);
  EIGENGRAD_OPTION(betas_t, betas) = betas_t(0.9, 0.999);
  EIGENGRAD_OPTION(double, eps) = 1e-8;
  EIGENGRAD_OPTION(double, weight_decay) = 1e-2;
  EIGENGRAD_OPTION(bool, amsgrad) = false;
};

class EIGENGRAD_API AdamParamState : public OptimizerCloneableParamState<AdamParamState> {
 public:
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(std::int64_t, step) = 0;
  EIGENGRAD_OPTION(Tensor, exp_avg);
  EIGENGRAD_OPTION(Tensor, exp_avg_sq);
  EIGENGRAD_OPTION(Tensor, max_exp_avg_sq);
};

/// Steps scaled by running means of the gradient and of its square.
///
/// With g the gradient plus weight_decay * p and t = 1, 2, ... the step:
/// m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;
/// p <- p - lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps),
/// where amsgrad uses the largest v so far instead of v.
/// Source: Kingma and Ba 2015; Reddi, Kale and Kumar 2018 for amsgrad.
class EIGENGRAD_API Adam : public Optimizer {
 public:
  explicit Adam(std::vector<OptimizerParamGroup> groups, AdamOptions defaults = {})
      : Optimizer(std::move(groups), std::make_unique<AdamOptions>(defaults)) {}
  explicit Adam(std::vector<Tensor> params, AdamOptions defaults = {})
      : Adam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, defaults) {}

  Tensor step(LossClosure closure = nullptr) override;
  std::unique_ptr<OptimizerParamState> new_state() const override {
    return std::make_unique<AdamParamState>();
  }
};

using AdamWParamState = AdamParamState;

/// Adam whose parameters are first multiplied by 1 - lr * weight_decay; the gradient stays as it is.
/// Source: Loshchilov and Hutter 2019.
class EIGENGRAD_API AdamW : public Optimizer {
 public:
  explicit AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions defaults = {})
      : Optimizer(std::move(groups), std::make_unique<AdamWOptions>(defaults)) {}
  explicit AdamW(std::vector<Tensor> params, AdamWOptions defaults = {})
      : AdamW(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, defaults) {}

  Tensor step(LossClosure closure = nullptr) override;
  std::unique_ptr<OptimizerParamState> new_state() const override {
    return std::make_unique<AdamWParamState>();
  }
};

}  // namespace eigengrad::optim
