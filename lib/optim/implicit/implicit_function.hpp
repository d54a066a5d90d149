#pragma once

#include <memory>

#include "optim/implicit/linearization.hpp"

namespace eigengrad::optim::implicit {

/// The `solution`, which carries no history, as a function of the inputs: recorded where F depends on
/// tracked tensors, with a tangent (unless these end here) where F depends on tensors that carry one.
Tensor implicit_function(std::shared_ptr<const Equation> equation, const Tensor& solution,
                         const variable_list& inputs, Tangents tangents = Tangents::Travel);

}  // namespace eigengrad::optim::implicit
