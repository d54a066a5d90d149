#include "eigengrad/optim/implicit.hpp"

#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/variables.hpp"
#include "optim/implicit/call.hpp"
#include "optim/implicit/implicit_function.hpp"
#include "optim/root/solver.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

namespace implicit {

namespace {

/// The gradient of f by y, recorded where recording is on.
Tensor gradient_of(const detail::ParametricFunction& f, const Tensor& y,
                   const variable_list& theta) {
  const bool record = GradMode::is_enabled();
  const AutoGradMode on(true);
  variable_list leaves;
  const Tensor variable = eigengrad::detail::variable(y, /*connect=*/true, leaves);
  const Tensor value = f(variable, theta);
  eigengrad::detail::retire(leaves);
  Tensor g;
  if (value.requires_grad())
    g = autograd::grad({value}, {variable}, {.create_graph = record, .allow_unused = true})[0];
  return g.defined() ? g : zeros(y.sizes(), y.dtype());
}

/// Improves the minimum that minimize() found by Newton's method on the gradient, whose root near it is known
/// to more digits.
void polish(const Equation& equation, const variable_list& theta, MinimizeResult& minimum) {
  constexpr std::int64_t kMostPolished = 100;
  if (!minimum.converged() || minimum.x.numel() > kMostPolished) return;
  try {
    const RootResult r =
        find_root(equation.op, [&](const Tensor& y) { return equation.f(y, theta); }, minimum.x,
                  {.method = RootMethod::Newton, .max_iter = 10});
    const Eigen::VectorXd from = vector_of(minimum.x);
    const double moved = (vector_of(r.x) - from).cwiseAbs().maxCoeff();
    if (r.converged() && moved <= 1e-4 * from.cwiseAbs().maxCoeff()) minimum.x = r.x;
  } catch (const NumericError&) {
  } catch (const GraphError&) {
  }
}

}  // namespace
}  // namespace implicit

namespace detail {

Tensor implicit_root(ParametricFunction f, const Tensor& y0, const variable_list& theta,
                     const ImplicitRootOptions& options) {
  constexpr std::string_view op = "implicit_root";
  implicit::Call call(op, std::move(f), theta, options.derivative);
  const RootResult r = find_root(
      op, [&](const Tensor& y) { return call.at(y); }, y0, options.solver);
  auto equation = std::make_shared<implicit::Equation>(
      implicit::Equation{op, "ImplicitRootBackward0", std::move(call.f), options.derivative});
  return implicit::solution_of(std::move(equation), r, options.report, theta);
}

Tensor argmin(ParametricFunction f, const Tensor& y0, const variable_list& theta,
              const ArgminOptions& options) {
  constexpr std::string_view op = "argmin";
  implicit::Call call(op, std::move(f), theta, options.derivative);
  check_start(op, y0);
  if (options.solver.lower.is_set() || options.solver.upper.is_set() ||
      !options.solver.constraints.empty())
    fail<ValueError>(
        op,
        "bounds or constraints were given: an unknown on one does not solve the equation that is "
        "differentiated; transform the unknowns, or differentiate the optimality "
        "conditions with implicit_root()");
  MinimizeResult r = minimize([&](const Tensor& y) { return call.at(y); }, y0, options.solver);
  auto equation = std::make_shared<implicit::Equation>(
      implicit::Equation{op, "ArgminBackward0",
                         [f = std::move(call.f)](const Tensor& y, const variable_list& t) {
                           return implicit::gradient_of(f, y, t);
                         },
                         options.derivative});
  equation->options.symmetric = true;
  implicit::polish(*equation, call.constants, r);
  if (options.report) options.report(r);
  implicit::check_converged(*equation, r.converged(), "minimum", r.message, "gradient",
                            r.gradient_norm);
  return implicit::implicit_function(std::move(equation), r.x, theta);
}

}  // namespace detail
}  // namespace eigengrad::optim
