#pragma once

#include <string>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::detail {

// What printing shows of the autograd layer; defined there.

/// Empty for leaves.
std::string printed_grad_fn(const Tensor& t);
/// Undefined when `t` carries none.
Tensor printed_tangent(const Tensor& t);

}  // namespace eigengrad::detail
