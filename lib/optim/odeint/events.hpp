#pragma once

#include <functional>
#include <utility>

#include "optim/odeint/system.hpp"

namespace eigengrad::optim::ode {

/// The function whose change of sign ends the integration.
class Event {
 public:
  using Function = std::function<Tensor(const Tensor& t, const Tensor& y)>;
  Event(const System& f, const Function& g) : f_(f), g_(g) {}

  bool is_set() const noexcept { return g_ != nullptr; }
  void start(double t, const Tensor& y);
  /// Whether the event function has another sign at the end of a step than before it. Where it is zero at
  /// the start, its first other value gives the sign before.
  bool changes_sign(double t, const Tensor& y);
  /// The theta in (0, 1] of the change within that step. `at` gives time and state at theta.
  double locate(const std::function<std::pair<double, Tensor>(double theta)>& at) const;

 private:
  double value(double t, const Tensor& y) const;

  const System& f_;
  const Function& g_;
  double before_ = 0;
  double after_ = 0;
};

/// The event's time as a function of the state `y` that the solution has at `t`, zero of `g`: Newton's
/// iteration along the flow, recorded. Each round doubles the order of derivatives that are right.
Tensor event_time(const System& f, const Event::Function& g, const Tensor& t, const Tensor& y);

}  // namespace eigengrad::optim::ode
