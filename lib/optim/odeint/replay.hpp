#pragma once

#include <memory>
#include <vector>

#include "optim/odeint/integrate.hpp"

namespace eigengrad::optim::ode {

/// The steps of a solve, evaluated again for its derivatives. See Note [Gradients of odeint].
struct Replay {
  OdeFunction f;
  const Method* method;
  std::vector<Step> steps;
  std::vector<Row> rows;
  /// The option OdeintOptions::batch_steps.
  bool batch_steps = true;

  /// The rows as a differentiable function of the start and the parameters, by recorded operators.
  Tensor record(const Tensor& y0, const variable_list& theta) const;
  /// Gradients of the start, then of the parameters, from those of the rows: the steps backwards,
  /// one at a time. Undefined where not wanted, or zero. Plain.
  variable_list sweep(const Tensor& y0, const variable_list& theta, const Tensor& gradient,
                      const std::vector<bool>& wanted) const;
};

/// The rows, of the values `states`, as one node; its backward pass is Replay::sweep(), or
/// Replay::record() where that is to be differentiated again.
Tensor adjoint_node(std::shared_ptr<const Replay> replay, const Tensor& y0,
                    const variable_list& theta, const Tensor& states);

}  // namespace eigengrad::optim::ode
