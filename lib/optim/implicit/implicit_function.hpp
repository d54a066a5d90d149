#pragma once

#include <memory>
#include <string_view>

#include "autograd/grad_mode_switches.hpp"
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

/// A call of one of the functions that the user sees, while it solves.
struct Call {
  /// Throws: ValueError.
  Call(std::string_view op, detail::ParametricFunction f, const variable_list& theta,
       const ImplicitOptions& options);
  /// The function at the parameters as the solver sees them: neither recorded nor with tangents.
  Tensor at(const Tensor& y) const { return f(y, constants); }

  eigengrad::detail::OwnGradModeSwitches own;
  detail::ParametricFunction f;
  variable_list constants;
};

}  // namespace eigengrad::optim::implicit
