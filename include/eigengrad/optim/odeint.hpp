#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <utility>

#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"
#include "eigengrad/optim/odeint_options.hpp"
#include "eigengrad/optim/unknowns.hpp"

namespace eigengrad::optim {

/// The result of solve_ivp().
struct OdeintResult {
  /// The states, one for each element of `t`: {t.numel(), shape of y0...}.
  Tensor y;
  /// The times; with an event those before it, then that of the event.
  Tensor t;
  /// Whether the event ended the integration.
  bool stopped_by_event = false;
  /// How the solve ended, in words, with its counts.
  std::string message;
  OdeintCounts counts;
};

namespace detail {

EIGENGRAD_API OdeintResult solve_ivp(const OdeFunction& f, const Tensor& y0, const Tensor& t,
                                     const variable_list& theta, const OdeintOptions& options);

/// The type of theta where no parameters are given.
struct NoTheta {};

inline variable_list list_of(NoTheta) { return {}; }
inline variable_list list_of(const Tensor& theta) { return {theta}; }
inline variable_list list_of(const variable_list& theta) { return theta; }

/// `f(t, y)`, `f(t, y, theta)`, and for a tuple also `f(t, y, a, b, ...)`.
template <class Theta, class F>
OdeFunction ode_function(F f) {
  eigengrad::detail::require_callable("odeint", f);
  return [f = std::move(f)](const Tensor& t, const Tensor& y, const variable_list& list) -> Tensor {
    if constexpr (std::same_as<Theta, NoTheta>)
      return std::invoke(f, t, y);
    else if constexpr (std::same_as<Theta, Tensor>)
      return std::invoke(f, t, y, list[0]);
    else if constexpr (std::same_as<Theta, variable_list>)
      return std::invoke(f, t, y, list);
    else if constexpr (std::is_invocable_v<const F&, const Tensor&, const Tensor&, const Theta&>)
      return std::invoke(f, t, y, eigengrad::detail::from_list<Theta>(variable_list(list)));
    else
      return std::apply([&](const auto&... part) { return Tensor(std::invoke(f, t, y, part...)); },
                        eigengrad::detail::from_list<Theta>(variable_list(list)));
  };
}

/// Tells parameters from options, so that `odeint(f, y0, t, options)` needs no theta.
template <class Theta>
concept OdeTheta = requires(const Theta& theta) {
  list_of(theta);
};

}  // namespace detail

/// Solves y' = f(t, y, theta) from y(t[0]) = `y0`: solve_ivp() says all.
///
/// Shapes: `t` one dimension of at least two times -> {t.numel(), shape of y0...}; with an event that
/// came a row for each time before it, then one at the event.
/// See also: solve_ivp() for counts, and for the time of the event.
template <class F, detail::OdeTheta Theta>
Tensor odeint(F f, const Tensor& y0, const Tensor& t, const Theta& theta,
              const OdeintOptions& options = {}) {
  return detail::solve_ivp(detail::ode_function<Theta>(std::move(f)), y0, t, detail::list_of(theta),
                           options)
      .y;
}
template <class F>
Tensor odeint(F f, const Tensor& y0, const Tensor& t, const OdeintOptions& options = {}) {
  return odeint(std::move(f), y0, t, detail::NoTheta(), options);
}
/// odeint() whose parameters are a list in braces.
template <class F>
Tensor odeint(F f, const Tensor& y0, const Tensor& t, const autograd::variable_list& theta,
              const OdeintOptions& options = {}) {
  return odeint<F, autograd::variable_list>(std::move(f), y0, t, theta, options);
}
/// Eigen in, Eigen out: one row for each time. `f` takes and gives tensors, of one dimension for the
/// state; `theta` is passed on as a tensor.
template <class F, class Y, class Times, class Theta>
auto odeint(F f, const Eigen::DenseBase<Y>& y0, const Eigen::DenseBase<Times>& t,
            const Eigen::DenseBase<Theta>& theta, const OdeintOptions& options = {}) {
  static_assert(Y::IsVectorAtCompileTime && Times::IsVectorAtCompileTime,
                "the state and the times are vectors; use tensors otherwise");
  const Tensor y = odeint(std::move(f), eigengrad::detail::tensor_of(y0).flatten(),
                          eigengrad::detail::tensor_of(t).flatten(),
                          eigengrad::detail::tensor_of(theta), options);
  using Matrix = Eigen::Matrix<typename Y::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  return eigengrad::detail::eigen_of<Matrix>(y, y.size(0), y.size(1));
}

/// Solves y' = f(t, y, theta) from y(t[0]) = `y0`, with steps whose estimated errors stay within the
/// tolerances; values between their ends come from the dense output, so that `t` shortens no step.
///
/// `f` gives a tensor shaped as y; t comes to it as a tensor without dimensions, and both have the
/// dtype of `y0`. `theta` is a Tensor, a list of them, or a tuple (`f(t, y, theta)`, for a tuple also
/// `f(t, y, a, b, ...)`), or is left out (`f(t, y)`). What `f` computes must depend on its
/// arguments only: derivatives evaluate it again. A copy of it is kept with the graph.
/// Differentiable in `y0`, `t`, `theta` and in tensors that `f` captured: Note [Gradients of odeint].
/// The time of the event is, as the state at it, to third order.
///
/// Shapes: `t` one dimension of at least two times, increasing or decreasing.
/// At the edge: times that repeat give equal rows; a state without elements gives rows without.
/// A step at which `f` is not finite or throws a NumericError is tried again, smaller. An event that is
/// zero at the start counts from where it first is not; two changes of sign within one step go
/// unnoticed: max_step helps.
/// Accuracy: the error over all steps is not controlled; on problems that are not unstable it is
/// some ten times the tolerance. The event is found to rounding on the dense output.
/// Throws: ShapeError for `t` of other than one dimension or of fewer than two times, for what `f` gives
/// in another shape than y, and for options of a wrong size; DtypeError where dtypes are not
/// floating or that of `f` is not y's; ValueError for times that are not finite or not monotone and
/// options out of range; NumericError when `f` is not finite at the start, when the step size
/// underflows (with the time and the component whose error is largest) and after max_steps steps;
/// GraphError for an `f` that writes to y in place.
/// Cost: Dopri5 6 evaluations of `f` per step; Rodas5P 8, a Jacobian, 2/3 n^3 flops to factor it and
/// 16 n^2 to solve with it. For small states, where operators cost more than their arithmetic, solve and
/// gradient together take 1.3 times the solve by Adjoint with steps at once, 5 to 6 times one by one, 5 to 7
/// times by Discrete.
/// Source: Hairer, Norsett and Wanner, II.4 (automatic first step, step size control with a PI
/// controller), II.6 (dense output); Hairer and Wanner, IV.7 (Rosenbrock methods).
template <class F, detail::OdeTheta Theta>
OdeintResult solve_ivp(F f, const Tensor& y0, const Tensor& t, const Theta& theta,
                       const OdeintOptions& options = {}) {
  return detail::solve_ivp(detail::ode_function<Theta>(std::move(f)), y0, t, detail::list_of(theta),
                           options);
}
template <class F>
OdeintResult solve_ivp(F f, const Tensor& y0, const Tensor& t, const OdeintOptions& options = {}) {
  return solve_ivp(std::move(f), y0, t, detail::NoTheta(), options);
}
/// solve_ivp() whose parameters are a list in braces.
template <class F>
OdeintResult solve_ivp(F f, const Tensor& y0, const Tensor& t, const autograd::variable_list& theta,
                       const OdeintOptions& options = {}) {
  return solve_ivp<F, autograd::variable_list>(std::move(f), y0, t, theta, options);
}

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::odeint;
using optim::solve_ivp;

}  // namespace eigengrad
