#pragma once

#include <cstdint>
#include <utility>

#include "eigengrad/optim/odeint_options.hpp"

/// The right-hand side of an ODE, as the methods evaluate it.

namespace eigengrad::optim::ode {

using eigengrad::detail::variable_list;
using optim::detail::OdeFunction;

/// Whether operators on `t` leave something to differentiate: it is tracked while recording is on, or
/// carries a tangent.
bool is_differentiable(const Tensor& t);

/// f(t, y, theta) with its checks.
///
/// Note [Plain and recorded evaluations]
/// A solve evaluates `f` plainly: on state and parameters without history. What it gives then has a
/// history or a tangent only from tensors that `f` captured, wherever on its way it used them;
/// depends_on_captured() says so afterwards, and recording, which would be in vain, is off from then
/// on. The steps that were taken can be evaluated again by the same code on tensors that are
/// differentiable.
class System {
 public:
  enum class Mode : std::uint8_t { Plain, Recorded };

  /// `like`: the state that the values of `f` must be shaped as.
  System(const OdeFunction& f, variable_list theta, const Tensor& like, Mode mode)
      : f_(f), theta_(std::move(theta)), like_(like), mode_(mode) {}

  bool is_plain() const noexcept { return mode_ == Mode::Plain; }
  /// dy/dt = f(t, y, theta), contiguous. Throws: ShapeError, DtypeError.
  Tensor derivative(const Tensor& t, const Tensor& y) const;
  Tensor derivative(double t, const Tensor& y) const { return derivative(time(t), y); }

  struct Partials {
    /// df/dt, shaped as y.
    Tensor by_time;
    /// df/dy, n by n.
    Tensor by_state;
  };
  /// The partial derivatives of f at (t, y). Recorded where derivative() is.
  Partials partials(double t, const Tensor& y) const;

  Tensor time(double t) const;
  /// Whether a plain evaluation had a history or a tangent.
  bool depends_on_captured() const noexcept { return captured_; }
  std::int64_t evaluations() const noexcept { return evaluations_; }
  std::int64_t jacobians() const noexcept { return jacobians_; }

 private:
  Tensor evaluate(const Tensor& t, const Tensor& y) const;

  const OdeFunction& f_;
  variable_list theta_;
  const Tensor& like_;
  Mode mode_;
  mutable bool captured_ = false;
  mutable std::int64_t evaluations_ = 0;
  mutable std::int64_t jacobians_ = 0;
};

/// y + sum of weights[i] k[i] over those of `size` weights that are not zero, at least one of them; an
/// undefined `y` is zero. All are contiguous and of one shape and dtype. One node where it is recorded.
Tensor combine(const Tensor& y, const double* weights, const Tensor* k, std::size_t size);

}  // namespace eigengrad::optim::ode
