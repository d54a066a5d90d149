#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"
#include "eigengrad/optim/scalar_or_tensor.hpp"
#include "eigengrad/optim/unknowns.hpp"

namespace eigengrad::optim {

/// How odeint() steps.
enum class OdeintMethod : std::uint8_t {
  /// Explicit Runge-Kutta pair of order 5(4), with dense output of order 4: for problems that are not
  /// stiff. Source: Dormand and Prince, A family of embedded Runge-Kutta formulae (1980); Hairer,
  /// Norsett and Wanner, Solving Ordinary Differential Equations I, II.4 to II.6.
  Dopri5,
  /// Rosenbrock pair of order 5(4), A-stable and stiffly accurate, with dense output of order 4 and the
  /// exact Jacobian: for stiff problems of moderate size, since it factors a matrix of the size of the
  /// state in every step. Source: Steinebach, Construction of Rosenbrock-Wanner method Rodas5P (2023).
  Rodas5P
};

/// How the gradient of odeint() is computed.
///
/// Note [Gradients of odeint]
/// Both give the derivative of the discrete solution: of the steps that were taken, their sizes held
/// constant. So they agree to rounding, and differ from the derivative of the exact solution by about
/// as much as the solution does where that is smooth; behind a fast transition, such as the jumps of
/// a relaxation oscillator, by as much more as the transition is fast, since it moves against the
/// steps: OdeintOptions::resolve_transitions. The solve itself is never recorded. The derivative by a time t[i] is that of the exact flow,
/// f(t[i], y[i]); a step of length zero carries it to higher orders.
enum class OdeintGradient : std::uint8_t {
  /// The accepted steps are evaluated once more, recorded. Any order of derivatives, and forward mode.
  /// Memory for the graph of all steps.
  Discrete,
  /// One node keeps the state at the start of every step. Its backward pass takes the steps from the
  /// last to the first, records one at a time and sweeps it: the graph of one step is alive at a
  /// time. Unlike the continuous adjoint (Chen et al., Neural ordinary differential equations, 2018), which
  /// solves a second equation backwards with an error and an instability of its own, this is exact.
  /// Where `f` takes several states at once (OdeintOptions::batch_steps), as functions written by
  /// components or in products with matrices from the right do, the pass takes blocks of steps.
  /// Second derivatives and forward mode go as with Discrete, and so does a function that captures
  /// tracked tensors instead of taking them as theta.
  Adjoint
};

struct OdeintOptions {
  OdeintMethod method = OdeintMethod::Dopri5;
  /// A step is accepted when the root mean square over the components of its estimated error, divided
  /// by atol + rtol |y|, is at most 1. rtol below ten times the precision of the dtype counts as that.
  double rtol = 1e-7;
  /// One scalar, or one value for each component.
  ScalarOrTensor atol = 1e-9;
  /// 0: chosen from the size of f and of its change.
  double first_step = 0;
  double max_step = std::numeric_limits<double>::infinity();
  /// Accepted and rejected ones together.
  std::int64_t max_steps = 100000;
  OdeintGradient gradient = OdeintGradient::Discrete;
  /// Whether the backward pass of Adjoint (with Dopri5, up to 32 components) may evaluate `f` on many
  /// steps at once: on states with a further dimension, last or else first, and times that broadcast
  /// with them. Where that throws or does not lead to the same states and cotangents it goes step by
  /// step; false for an `f` that must not be tried so.
  bool batch_steps = true;
  /// Whether steps must be within the tolerances also in what their errors do to derivatives by
  /// parameters that move fast transitions in time. Behind the jumps of Van der Pol's oscillator (mu =
  /// 1000, rtol 1e-9) it takes the errors of derivatives from 8e-5 to 2e-8, which is rounding, with six
  /// times the steps; Robertson's reaction takes 1.1 times as many, Lotka and Volterra's equations 1.7.
  bool resolve_transitions = false;
  /// A function of one element whose change of sign ends the integration.
  std::function<Tensor(const Tensor& t, const Tensor& y)> event = nullptr;
};

struct OdeintCounts {
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  /// Of f, those for Jacobians left out.
  std::int64_t evaluations = 0;
  std::int64_t jacobians = 0;
};

/// What solve_ivp() gives.
struct OdeintResult {
  /// The states, one for each element of `t`: {t.numel(), shape of y0...}.
  Tensor y;
  /// The times; with an event those before it, then that of the event.
  Tensor t;
  /// Whether the event ended the integration.
  bool stopped_by_event = false;
  /// In words, with numbers.
  std::string message;
  OdeintCounts counts;
};

namespace detail {

using eigengrad::detail::variable_list;

/// The right-hand side as the compiled library sees it.
using OdeFunction =
    std::function<Tensor(const Tensor& t, const Tensor& y, const variable_list& theta)>;

EIGENGRAD_API OdeintResult solve_ivp(const OdeFunction& f, const Tensor& y0, const Tensor& t,
                                     const variable_list& theta, const OdeintOptions& options);

/// In place of parameters that were not given.
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
/// A braced list of parameters.
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
/// A braced list of parameters.
template <class F>
OdeintResult solve_ivp(F f, const Tensor& y0, const Tensor& t, const autograd::variable_list& theta,
                       const OdeintOptions& options = {}) {
  return solve_ivp<F, autograd::variable_list>(std::move(f), y0, t, theta, options);
}

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::odeint;
using optim::OdeintGradient;
using optim::OdeintMethod;
using optim::OdeintOptions;
using optim::solve_ivp;

}  // namespace eigengrad
