#pragma once

#include <string>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::optim::implicit {

/// Why the square Jacobian by y, with rows and columns scaled to one size, is singular within rounding: which
/// y or which equation causes it. Empty for a regular one.
std::string find_singularity(const Tensor& jacobian);

}  // namespace eigengrad::optim::implicit
