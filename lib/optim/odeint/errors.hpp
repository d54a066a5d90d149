#pragma once

#include "optim/odeint/task.hpp"

/// Sizes of errors, and what step size they call for.

namespace eigengrad::optim::ode {

/// Measures vectors by the tolerances atol + rtol max(|y_i|, |z_i|) of their components.
class Scale {
 public:
  Scale(const Task& task) : task_(task) {}

  /// Root mean square of x_i / tolerance_i; NaN when an element of `x` or `z` is not finite.
  double norm(const Tensor& x, const Tensor& y, const Tensor& z) const;
  struct Worst {
    std::int64_t component = 0;
    /// |x_i| over its tolerance.
    double size = 0;
  };
  Worst worst(const Tensor& x, const Tensor& y, const Tensor& z) const;

 private:
  const Task& task_;
};

/// The component of the first element that is not finite, or -1.
std::int64_t first_not_finite(const Tensor& x);

/// Note [Step sizes]
/// With the error e of a step, relative to the tolerance, the next one is h 0.9 e^-0.17 e_before^0.04,
/// within a factor of 0.2 to 10 (a PI controller: exponents 1/5 - 0.75 beta and beta = 0.04). A rejected
/// step is repeated with h 0.9 e^-0.17, and the one after it does not grow. Source: Hairer, Norsett and
/// Wanner, II.4; Hairer and Wanner, IV.2.
class Controller {
 public:
  /// The factor for the step after an accepted one, or for the same step again.
  double accepted(double error) noexcept;
  double rejected(double error) noexcept;

 private:
  double before_ = 1e-4;
  bool rejected_ = false;
};

/// Note [Derivatives behind transitions]
/// A parameter that shifts a fast transition in time changes the solution within the transition by y' times
/// the shift: for a relaxation oscillator with y' = 0.001 outside of its jumps and 1000 within, a million
/// times more than before and after. Behind the transition these large derivatives have cancelled, so that an
/// error that is small beside the derivative within it is not small beside the one behind it. The error
/// estimate of the state does not show this. With OdeintOptions::resolve_transitions the error e of a step
/// must therefore also meet the tolerance as e (t - t[0]) / tau, where tau is the time in which y' changes by
/// its own size: the error that the step makes in (t - t[0]) y', the derivative by a factor of time. Where y'
/// changes slowly, however stiff the problem, nothing is added.
class Transition {
 public:
  /// The larger of 1 and (t - t[0]) / tau, for a step of size `h` from `y` at `t` to `next`, and after
  /// the step before it; no more than leaves the tolerance above rounding.
  double factor(const Scale& scale, const Task& task, double t, double h, const Tensor& y,
                const Tensor& next);
  /// Ends the step, of size `h`, that factor() was asked about and that was accepted.
  void advance(double h);

 private:
  /// The mean of y' over the step that is tried, and over the one before.
  Tensor mean_, mean_before_;
  double h_before_ = 0;
};

/// The size of the first step, from an explicit Euler step. `derivative`: f at the start.
double first_step(const System& f, const Task& task, const Tensor& derivative);

}  // namespace eigengrad::optim::ode
