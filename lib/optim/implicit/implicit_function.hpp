#pragma once

#include <memory>

#include "optim/implicit/linearization.hpp"

namespace eigengrad::optim::implicit {

/// The `solution`, which carries no history, as a function of the inputs: recorded where F depends on
/// tracked tensors, with a tangent (unless these end here)
/// where it depends on tensors that carry one.
Tensor implicit_function(std::shared_ptr<const Equation> equation, const Tensor& solution,
                         const variable_list& inputs, Tangents tangents = Tangents::Travel);

/// The same for where a solver ended, which must be a solution unless the options accept another point.
/// Throws: NumericError.
Tensor solved(std::shared_ptr<Equation> equation, const RootResult& r, const variable_list& theta);

/// The parameters as the solver sees them: neither recorded nor with tangents.
variable_list constants(const variable_list& theta);
void check(std::string_view op, const ImplicitOptions& options);

}  // namespace eigengrad::optim::implicit
