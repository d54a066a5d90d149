#pragma once

#include <utility>
#include <vector>

#include "eigengrad/eigengrad.hpp"

namespace kkt {

/// The gradient less multipliers times gradients of constraints and bounds, and beside it the sum of the
/// absolute values of all these.
inline std::pair<eigengrad::Tensor, eigengrad::Tensor> rest_and_size(
    const std::vector<eigengrad::optim::Constraint>& constraints,
    const eigengrad::optim::MinimizeResult& r) {
  eigengrad::Tensor rest = r.gradient - r.bound_multipliers, size = rest.abs();
  std::int64_t k = 0;
  for (const eigengrad::optim::Constraint& c : constraints) {
    const eigengrad::Tensor jacobian = eigengrad::jacobian(c.f, r.x).reshape({-1, r.x.numel()});
    const eigengrad::Tensor m = r.multipliers.narrow(0, k, jacobian.size(0));
    rest = rest - m.matmul(jacobian).reshape(r.x.sizes());
    size = size + m.abs().matmul(jacobian.abs()).reshape(r.x.sizes());
    k += jacobian.size(0);
  }
  return {rest, size};
}

}  // namespace kkt
