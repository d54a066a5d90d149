#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "autograd/grad_mode_switches.hpp"
#include "eigengrad/optim/root.hpp"
#include "optim/implicit/linearization.hpp"

namespace eigengrad::optim::implicit {

/// A call of implicit_root(), fixed_point() or argmin() while it solves.
struct Call {
  /// Throws: ValueError for options out of range.
  Call(std::string_view op, detail::ParametricFunction f, const variable_list& theta,
       const ImplicitOptions& options);
  /// The function at the parameters as the solver sees them: neither recorded nor with tangents.
  Tensor at(const Tensor& y) const { return f(y, constants); }

  eigengrad::detail::OwnGradModeSwitches own;
  detail::ParametricFunction f;
  variable_list constants;
};

/// Throws: NumericError for a solver that did not converge, unless the options accept its point.
/// `wanted` and `measured` name in the message what was looked for, and whose `norm` is given:
/// "solution" and "residuals".
void check_converged(const Equation& equation, bool converged, std::string_view wanted,
                     const std::string& message, std::string_view measured, double norm);

/// Hands the end of a search to `report`, and gives its point as a function of theta.
/// Throws: as check_converged().
Tensor solution_of(std::shared_ptr<Equation> equation, const RootResult& r,
                   const std::function<void(const RootResult&)>& report,
                   const variable_list& theta);

}  // namespace eigengrad::optim::implicit
