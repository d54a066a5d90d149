#pragma once

#include <array>

#include "optim/odeint/system.hpp"

/// The steps of the integration methods.

namespace eigengrad::optim::ode {

inline constexpr std::size_t kMostStages = 8;
/// The weights of a linear combination of the stages of a step.
using Weights = std::array<double, kMostStages>;

/// What one step computes.
struct Stages {
  /// Derivatives dy/dt (Dopri5) or increments (Rodas5P). The first derivative is computed unless it is there.
  std::array<Tensor, kMostStages> k;
  /// The state at the end of the step.
  Tensor next;
  /// The partial derivatives of f at the start, for Rodas5P; computed where they are undefined.
  System::Partials at_start;
};

/// A one-step method with dense output and an embedded error estimate: all are combinations of its stages.
class Method {
 public:
  virtual ~Method() = default;
  virtual std::size_t stages() const noexcept = 0;
  /// Fills what `next` needs. Throws: NumericError where it cannot be computed.
  virtual void evaluate(const System& f, double t, double h, const Tensor& y, Stages& s) const = 0;
  /// Fills the stages that only dense output and error need.
  virtual void complete(const System& f, double t, double h, Stages& s) const = 0;
  /// y(t + theta h) = y + sum of weights[i] k[i].
  virtual Weights dense(double theta, double h) const noexcept = 0;
  /// The estimated error of `next` is the sum of weights[i] k[i].
  virtual Weights error(double h) const noexcept = 0;
  /// Prepares `s` for the next step: keeps what that can use.
  virtual void advance(Stages& s) const = 0;

  /// The state at t + theta h, after evaluate() and, unless theta is 1, complete().
  Tensor state(double theta, double h, const Tensor& y, const Stages& s) const;
};

const Method& method_of(OdeintMethod method);

/// The state `y` at time `t`, carried on to t + `h` where h is zero: derivatives by `t` and `h` are those
/// of the exact flow, up to order 5. Recorded.
Tensor shift(const System& f, const Tensor& t, const Tensor& h, const Tensor& y);

}  // namespace eigengrad::optim::ode
