#pragma once

#include "optim/ode/integrate.hpp"

/// Sizes of errors, and what step size they call for.

namespace eigengrad::optim::ode {

/// Divides by tolerances: atol + rtol max(|y_i|, |z_i|).
class Scale {
 public:
  Scale(const Task& task) : task_(task) {}

  /// Root mean square of x_i / tolerance_i; NaN when an element of `x` or `z` is not finite.
  double norm(const Tensor& x, const Tensor& y, const Tensor& z) const;
  struct Worst {
    std::int64_t component = 0;
    /// Its part over its tolerance.
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
/// A parameter that moves a jump in time moves the solution within it by y' times the shift: a million
/// times more than before and after, for a relaxation oscillator that creeps at 0.001 and jumps at 1000.
/// What is left of the derivative behind the jump has cancelled to that extent, and an error in
/// the jump that was small beside the derivative there is no longer so. The state knows nothing of
/// it. With OdeintOptions::resolve_transitions the error e of a step must therefore meet the tolerance
/// also as e (t - t[0]) / tau, where tau is the time in which y' changes by its own size: that is the error that
/// it makes in the derivative by the pace of all time, (t - t[0]) y'. Where y' changes slowly, however
/// stiff the problem, this asks for nothing more.
class Transition {
 public:
  /// The larger of 1 and (t - t[0]) / tau, for a step of size `h` from `y` at `t` to `next`, and after
  /// the step before it; no more than leaves the tolerance above rounding.
  double factor(const Scale& scale, const Task& task, double t, double h, const Tensor& y,
                const Tensor& next);
  /// That step is accepted.
  void advance(double h);

 private:
  /// The mean of y' over the step that is tried, and over the one before.
  Tensor derivative_, before_;
  double h_before_ = 0;
};

/// The size of the first step, from an explicit Euler step. `rhs`: f at the start.
double first_step(const System& f, const Task& task, const Tensor& rhs);

}  // namespace eigengrad::optim::ode
