#include "optim/implicit/call.hpp"

#include <utility>

#include "core/fail.hpp"
#include "optim/implicit/implicit_function.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim::implicit {

using eigengrad::detail::fail;

namespace {

void check(std::string_view op, const ImplicitOptions& o) {
  check_enumerator(op, "linear solver", o.linear_solver, LinearSolver::MatrixFree, "LinearSolver");
  check_not_negative(op, "linear_tolerance", o.linear_tolerance);
  check_at_least(op, "linear_max_iter", o.linear_max_iter, 1);
}

}  // namespace

Call::Call(std::string_view op, detail::ParametricFunction given, const variable_list& theta,
           const ImplicitOptions& options)
    : f(own.counted(std::move(given))) {
  check(op, options);
  for (const Tensor& t : theta) constants.push_back(t.defined() ? t.detach() : t);
}

void check_converged(const Equation& equation, bool converged, std::string_view wanted,
                     const std::string& message, std::string_view measured, double norm) {
  if (!converged && !equation.options.accept_unconverged)
    fail<NumericError>(equation.op, "no ", wanted, " was found: ", message, "; the norm of the ",
                       measured, " is ", norm,
                       ". Start elsewhere, or say accept_unconverged to take the point for one");
}

Tensor solution_of(std::shared_ptr<Equation> equation, const RootResult& r,
                   const std::function<void(const RootResult&)>& report,
                   const variable_list& theta) {
  if (report) report(r);
  check_converged(*equation, r.converged(), "solution", r.message, "residuals", r.norm);
  // Where the solver has not converged, find_singularity() finds the cause in the Jacobian.
  if (r.converged() && r.is_singular)
    equation->singular =
        "the solution is a multiple one, or one of a continuum (" + r.message + ')';
  return implicit_function(std::move(equation), r.x, theta);
}

}  // namespace eigengrad::optim::implicit
