#include "optim/odeint/events.hpp"

#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "functional/variables.hpp"
#include "optim/odeint/methods.hpp"

namespace eigengrad::optim::ode {

using eigengrad::detail::fail;

double Event::value(double t, const Tensor& y) const {
  const NoGradGuard off;
  const Tensor g = g_(f_.time(t), y);
  if (!g.defined() || g.numel() != 1)
    fail<ShapeError>("odeint", "the event function must give one element; reduce it");
  const auto value = g.item<double>();
  if (std::isnan(value))
    fail<NumericError>("odeint", "the event function is NaN at t = ", t,
                       "; give one that is defined along the solution");
  return value;
}

void Event::start(double t, const Tensor& y) {
  if (is_set()) before_ = value(t, y);
}

bool Event::changes_sign(double t, const Tensor& y) {
  after_ = value(t, y);
  if ((before_ < 0 && after_ >= 0) || (before_ > 0 && after_ <= 0)) return true;
  if (after_ != 0) before_ = after_;
  return false;
}

/// Ridders' method: false position on a function that is straightened by an exponential; the bracket
/// at least halves in each round.
double Event::locate(const std::function<std::pair<double, Tensor>(double theta)>& at) const {
  double left = 0, right = 1, f_left = before_, f_right = after_;
  const auto value_at = [&](double theta) {
    const auto [t, y] = at(theta);
    return value(t, y);
  };
  for (int round = 0; round < 100 && f_right != 0; ++round) {
    const double middle = left + (right - left) / 2;
    if (right - left <= 2 * std::numeric_limits<double>::epsilon() || middle <= left) break;
    const double f_middle = value_at(middle);
    if (f_middle == 0) return middle;
    const double root = std::sqrt(f_middle * f_middle - f_left * f_right);
    const double guess =
        middle + (middle - left) * (f_left < 0 ? -1 : 1) * f_middle / (root > 0 ? root : 1);
    const double f_guess = value_at(guess);
    const auto narrow = [&](double x, double f) {
      if (x <= left || x >= right) return;
      if ((f < 0) == (f_left < 0) && f != 0) {
        left = x;
        f_left = f;
      } else {
        right = x;
        f_right = f;
      }
    };
    narrow(middle, f_middle);
    narrow(guess, f_guess);
  }
  return right;
}

Tensor event_time(const System& f, const Event::Function& g, const Tensor& t, const Tensor& y) {
  constexpr int kRounds = 2;
  const bool record = GradMode::is_enabled();
  const AutoGradMode recording(true);
  Tensor time = t;
  for (int round = 0; round < kRounds; ++round) {
    variable_list leaves;
    const Tensor at = eigengrad::detail::variable(time, true, leaves);
    const Tensor value = g(at, shift(f, t, at - t, y)).reshape({});
    // The total derivative by the time: `at` enters through the state too.
    const Tensor rate = eigengrad::detail::sweep({value}, {at}, {value.new_ones({})},
                                                 /*create_graph=*/true)[0];
    if (!rate.defined() || rate.item<double>() == 0)
      fail<NumericError>("odeint", "the event function touches zero without crossing it at t = ",
                         t.item<double>(), "; its time has no derivative there");
    time = at - value / rate;
    eigengrad::detail::retire(leaves);
  }
  if (!record) return eigengrad::detail::constant(time);
  eigengrad::detail::make_constant_if_own(time);
  return time;
}

}  // namespace eigengrad::optim::ode
