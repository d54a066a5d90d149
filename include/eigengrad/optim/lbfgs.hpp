#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/optim/optimizer.hpp"

namespace eigengrad::optim {

class EIGENGRAD_API LBFGSOptions : public OptimizerCloneableOptions<LBFGSOptions> {
 public:
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  void check() const override;
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(double, lr);
  /// Iterations in one call of step().
  EIGENGRAD_OPTION(std::int64_t, max_iter) = 20;
  /// Evaluations of the closure in one call of step(); 5/4 of max_iter when not given.
  EIGENGRAD_OPTION(optional<std::int64_t>, max_eval) = nullopt;
  /// Bound on the largest entry of the gradient.
  EIGENGRAD_OPTION(double, tolerance_grad) = 1e-7;
  /// Bound on the change of the loss and on the largest entry of a step.
  EIGENGRAD_OPTION(double, tolerance_change) = 1e-9;
  EIGENGRAD_OPTION(std::int64_t, history_size) = 100;
  /// "strong_wolfe", or none: then every step has length lr.
  EIGENGRAD_OPTION(optional<std::string>, line_search_fn) = nullopt;
};

/// The state of the whole optimiser, kept under its first parameter.
class EIGENGRAD_API LBFGSParamState : public OptimizerCloneableParamState<LBFGSParamState> {
 public:
  void archive(OptimizerArchive& archive) override;

  EIGENGRAD_OPTION(std::int64_t, func_evals) = 0;
  EIGENGRAD_OPTION(std::int64_t, n_iter) = 0;
  EIGENGRAD_OPTION(double, t) = 0;
  EIGENGRAD_OPTION(double, prev_loss) = 0;
  EIGENGRAD_OPTION(Tensor, d);
  EIGENGRAD_OPTION(Tensor, prev_flat_grad);
  /// Differences of consecutive gradients, y, and of consecutive points, s; oldest first.
  EIGENGRAD_OPTION(std::deque<Tensor>, old_dirs);
  EIGENGRAD_OPTION(std::deque<Tensor>, old_stps);
  /// 1 / (y . s) of each pair.
  EIGENGRAD_OPTION(std::deque<double>, ro);
  /// The multiple of the identity that stands for the inverse Hessian before any pair.
  EIGENGRAD_OPTION(double, H_diag) = 1;
};

/// Limited-memory BFGS. One call of step() is up to max_iter iterations, so it needs a closure.
///
/// At the edge: pairs with y . s <= 1e-10 are not remembered; a step() ends when the derivative
/// along the direction is above -tolerance_change.
/// Source: Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4, and 3.5 and 3.6 for
/// the line search.
class EIGENGRAD_API LBFGS : public Optimizer {
 public:
  explicit LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions defaults = {});
  explicit LBFGS(std::vector<Tensor> params, LBFGSOptions defaults = {})
      : LBFGS(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, defaults) {}

  /// Throws: ValueError without a closure.
  Tensor step(LossClosure closure) override;
  std::unique_ptr<OptimizerParamState> new_state() const override {
    return std::make_unique<LBFGSParamState>();
  }
};

}  // namespace eigengrad::optim
