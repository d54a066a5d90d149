#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "eigengrad/optim/optimizer.hpp"

namespace eigengrad::optim {

class EIGENGRAD_API SGDOptions : public OptimizerCloneableOptions<SGDOptions> {
 public:
  SGDOptions(double lr) : lr_(lr) {}
  void check() const override;
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(double, lr);
  EIGENGRAD_OPTION(double, momentum) = 0;
  EIGENGRAD_OPTION(double, dampening) = 0;
  EIGENGRAD_OPTION(double, weight_decay) = 0;
  EIGENGRAD_OPTION(bool, nesterov) = false;
};

class EIGENGRAD_API SGDParamState : public OptimizerCloneableParamState<SGDParamState> {
 public:
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(Tensor, momentum_buffer);
};

/// Gradient descent with momentum, weight decay and Nesterov's correction.
///
/// With g the gradient plus weight_decay * p and b the momentum buffer (g at the first step):
/// b <- momentum * b + (1 - dampening) * g;  p <- p - lr * (nesterov ? g + momentum * b : b).
/// Source: Sutskever et al. 2013, in the form that PyTorch gives it (lr outside the buffer).
class EIGENGRAD_API SGD : public Optimizer {
 public:
  SGD(std::vector<OptimizerParamGroup> groups, SGDOptions defaults)
      : Optimizer(std::move(groups), std::make_unique<SGDOptions>(defaults)) {}
  SGD(std::vector<Tensor> params, SGDOptions defaults)
      : SGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, defaults) {}

  Tensor step(LossClosure closure = nullptr) override;
  std::unique_ptr<OptimizerParamState> new_state() const override {
    return std::make_unique<SGDParamState>();
  }
};

}  // namespace eigengrad::optim
