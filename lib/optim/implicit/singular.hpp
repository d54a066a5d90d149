#pragma once

#include <string>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::optim::implicit {

/// Why the square matrix of derivatives by y is singular as far as its rounding tells, its rows and
/// columns brought to one size: which y or which equation is to blame. Empty for a regular one.
std::string find_singularity(const Tensor& jacobian);

}  // namespace eigengrad::optim::implicit
