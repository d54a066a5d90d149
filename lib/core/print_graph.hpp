#pragma once

#include <string>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::detail {

// What printing shows of the autograd layer; defined in that layer.

/// The name of the node that computed `t`; empty for leaves.
std::string printed_grad_fn(const Tensor& t);
/// The tangent of `t`, undefined when it carries none.
Tensor printed_tangent(const Tensor& t);

}  // namespace eigengrad::detail
