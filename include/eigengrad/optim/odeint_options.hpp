#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include "eigengrad/autograd/lists.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/scalar_or_tensor.hpp"

namespace eigengrad::optim {

/// The integration method of odeint().
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
/// constant. So they agree to rounding. From the derivative of the exact solution they differ by about as
/// much as the solution does where that is smooth. Behind a fast transition, such as the jumps of a
/// relaxation oscillator, errors of the derivative are larger by the ratio of y' within and outside of it;
/// OdeintOptions::resolve_transitions takes smaller steps there. The solve itself is never recorded. The
/// derivative by a time t[i] is that of the exact flow, f(t[i], y[i]); a step of length zero carries it to
/// higher orders.
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
  /// The absolute tolerance: one scalar, or one value for each component.
  ScalarOrTensor atol = 1e-9;
  /// The size of the first step; 0 chooses it from the size of f and of its change.
  double first_step = 0;
  double max_step = std::numeric_limits<double>::infinity();
  /// The largest number of steps, accepted and rejected ones together.
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
  /// Evaluations of f, those for Jacobians left out.
  std::int64_t evaluations = 0;
  std::int64_t jacobians = 0;
};

namespace detail {

using eigengrad::detail::variable_list;

/// The right-hand side as the compiled library sees it.
using OdeFunction =
    std::function<Tensor(const Tensor& t, const Tensor& y, const variable_list& theta)>;

}  // namespace detail
}  // namespace eigengrad::optim

namespace eigengrad {

using optim::OdeintGradient;
using optim::OdeintMethod;
using optim::OdeintOptions;

}  // namespace eigengrad
