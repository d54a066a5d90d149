#include "eigengrad/optim/odeint.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/grad_mode_switches.hpp"
#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "optim/odeint/events.hpp"
#include "optim/odeint/replay.hpp"
#include "optim/report.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::ode {
namespace {

using eigengrad::detail::fail;

constexpr const char* kName = "odeint";

std::vector<double> checked_times(const Tensor& t) {
  if (!t.defined()) fail<ValueError>(kName, "t is an undefined tensor; give the times");
  if (!t.is_floating_point())
    fail<DtypeError>(kName, "t has dtype ", to_string(t.dtype()), "; give float64 or float32");
  if (t.dim() != 1 || t.numel() < 2)
    fail<ShapeError>(kName, "t has sizes ", t.sizes(),
                     "; give one dimension of at least two times, the start first");
  std::vector<double> times = to_doubles(t);
  const double direction = times.back() < times.front() ? -1 : 1;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!std::isfinite(times[i]))
      fail<ValueError>(kName, "t[", i, "] is ", times[i], "; times must be finite");
    if (i > 0 && direction * (times[i] - times[i - 1]) < 0)
      fail<ValueError>(kName, "t is not monotone: t[", i - 1, "] = ", times[i - 1], ", t[", i,
                       "] = ", times[i], "; sort the times");
  }
  return times;
}

Tensor checked_atol(const OdeintOptions& options, const Tensor& y0) {
  const ScalarOrTensor& atol = options.atol;
  Tensor each;
  if (!atol.is_set() || atol.is_scalar()) {
    each = full(y0.sizes(), atol.is_set() ? atol.scalar() : 0.0, dtype(kFloat64));
  } else {
    each = atol.tensor().detach().to(kFloat64);
    if (!(each.sizes() == y0.sizes()))
      fail<ShapeError>(kName, "atol has sizes ", each.sizes(), " and the state ", y0.sizes(),
                       "; give one for each component, or one for all");
    each = each.contiguous();
  }
  const double* const p = each.data_ptr<double>();
  for (std::int64_t i = 0; i < each.numel(); ++i)
    if (!(p[i] >= 0) || !std::isfinite(p[i]))
      fail<ValueError>(kName, "atol is ", p[i], " for component ", i,
                       "; it must be finite and at least 0");
  return each;
}

void check_options(const OdeintOptions& o) {
  const auto refuse = [](const char* name, auto value, const char* rule) {
    fail<ValueError>(kName, name, " is ", value, "; it must be ", rule);
  };
  if (!(o.rtol >= 0) || !std::isfinite(o.rtol)) refuse("rtol", o.rtol, "finite and at least 0");
  if (!(o.first_step >= 0) || !std::isfinite(o.first_step))
    refuse("first_step", o.first_step, "finite and at least 0; 0 means automatic");
  if (!(o.max_step > 0)) refuse("max_step", o.max_step, "above 0");
  if (o.max_steps < 1) refuse("max_steps", o.max_steps, "at least 1");
  if (o.gradient > OdeintGradient::Adjoint)
    refuse("gradient", static_cast<int>(o.gradient), "one of OdeintGradient");
}

void check_state(const Tensor& y0, const variable_list& theta) {
  if (!y0.defined()) fail<ValueError>(kName, "y0 is an undefined tensor; give the state at t[0]");
  if (!y0.is_floating_point())
    fail<DtypeError>(kName, "y0 has dtype ", to_string(y0.dtype()), "; give float64 or float32");
  for (std::size_t i = 0; i < theta.size(); ++i)
    if (!theta[i].defined())
      fail<ValueError>(kName, "parameter ", i, " of theta is an undefined tensor; give a value");
}

Task make_task(const Tensor& y0, const Tensor& t, const OdeintOptions& options) {
  check_options(options);
  const double epsilon = eigengrad::detail::epsilon_of(y0.dtype());
  return {method_of(options.method), y0.detach().contiguous(),
          checked_times(t),          std::max(options.rtol, 10 * epsilon),
          checked_atol(options, y0), options};
}

/// One solve and its derivatives.
class Solve {
 public:
  Solve(const OdeFunction& f, const Tensor& y0, const Tensor& t, const variable_list& theta,
        const OdeintOptions& options)
      : f_(f),
        y0_(y0),
        theta_(theta),
        options_(options),
        task_(make_task(y0, t, options)),
        t_(t.to(y0.dtype())),
        recorded_(f, theta, y0, System::Mode::Recorded) {}

  OdeintResult run() {
    variable_list constants;
    for (const Tensor& p : theta_) constants.push_back(p.detach());
    const System plain(f_, std::move(constants), y0_, System::Mode::Plain);
    trajectory_ = integrate(plain, task_);
    by_time_ = is_differentiable(t_);
    differentiable_ = plain.depends_on_captured() || by_time_ || is_differentiable(y0_);
    captures_ = plain.depends_on_captured();
    for (const Tensor& p : theta_) differentiable_ = differentiable_ || is_differentiable(p);

    OdeintResult result;
    result.stopped_by_event = trajectory_.stopped_by_event;
    result.counts = trajectory_.counts;
    result.message = message();
    result.y = differentiable_ ? derived_states() : stack(trajectory_.states);
    result.t = times();
    if (differentiable_ || event_is_differentiable()) carry_on(result);
    return result;
  }

 private:
  std::string message() const {
    const OdeintCounts& n = trajectory_.counts;
    return text_of(
        trajectory_.stopped_by_event ? "stopped by the event at t = " : "reached the end at t = ",
        trajectory_.times.back(), " in ", n.accepted, " steps, ", n.rejected, " more rejected, ",
        n.evaluations, " evaluations");
  }

  /// The rows as functions of y0 and theta, and of t[0] through the start.
  Tensor derived_states() {
    Tensor start = y0_;
    if (by_time_) {
      const Tensor t0 = t_.select(0, 0);
      start = shift(recorded_, t0, t0.detach() - t0, y0_);
    }
    auto replay = std::make_shared<Replay>(Replay{f_, &task_.method, std::move(trajectory_.steps),
                                                  trajectory_.rows, options_.batch_steps});
    bool dual = has_tangent(start);
    for (const Tensor& p : theta_) dual = dual || has_tangent(p);
    if (options_.gradient == OdeintGradient::Adjoint && !dual && !captures_)
      return adjoint_node(std::move(replay), start, theta_, stack(trajectory_.states));
    return replay->record(start, theta_);
  }

  Tensor times() const {
    const auto n = static_cast<std::int64_t>(trajectory_.times.size());
    if (!trajectory_.stopped_by_event) return t_;
    return cat({t_.slice(0, 0, n - 1), recorded_.time(trajectory_.times.back()).reshape({1})});
  }

  /// Whether the event depends on tensors that its function captured.
  bool event_is_differentiable() const {
    return trajectory_.stopped_by_event &&
           is_differentiable(
               options_.event(recorded_.time(trajectory_.times.back()), trajectory_.states.back()));
  }

  /// Makes rows functions of their times: those of `t`, and that of the event.
  void carry_on(OdeintResult& result) {
    if (!by_time_ && !trajectory_.stopped_by_event) return;
    variable_list states = result.y.unbind(0);
    const std::size_t given = states.size() - (trajectory_.stopped_by_event ? 1 : 0);
    if (by_time_ && given > 0) states[0] = y0_;
    for (std::size_t i = 1; by_time_ && i < given; ++i) {
      const Tensor ti = t_.select(0, static_cast<std::int64_t>(i));
      states[i] = shift(recorded_, ti.detach(), ti - ti.detach(), states[i]);
    }
    if (trajectory_.stopped_by_event) {
      const Tensor at = recorded_.time(trajectory_.times.back());
      const Tensor time = event_time(recorded_, options_.event, at, states.back());
      states.back() = shift(recorded_, at, time - at, states.back());
      result.t = cat({result.t.slice(0, 0, static_cast<std::int64_t>(given)), time.reshape({1})});
    }
    result.y = stack(states);
  }

  static bool has_tangent(const Tensor& t) {
    const NoGradGuard off;
    return is_differentiable(t);
  }

  const OdeFunction& f_;
  const Tensor& y0_;
  const variable_list& theta_;
  const OdeintOptions& options_;
  Task task_;
  Tensor t_;
  System recorded_;
  Trajectory trajectory_;
  bool by_time_ = false;
  bool captures_ = false;
  bool differentiable_ = false;
};

}  // namespace
}  // namespace eigengrad::optim::ode

namespace eigengrad::optim::detail {

OdeintResult solve_ivp(const OdeFunction& given, const Tensor& y0, const Tensor& t,
                       const variable_list& theta, const OdeintOptions& options) {
  ode::check_state(y0, theta);
  const eigengrad::detail::OwnGradModeSwitches own;
  const OdeFunction f = own.counted(given);
  OdeintOptions o = options;
  o.event = own.counted(options.event);
  if (!InferenceMode::is_enabled()) return ode::Solve(f, y0, t, theta, o).run();
  // Jacobians are recorded inside, which tensors made in inference mode cannot be.
  const InferenceMode normal(false);
  const NoGradGuard off;
  variable_list constants;
  for (const Tensor& p : theta) constants.push_back(p.detach().clone());
  const Tensor start = y0.detach().clone();
  return ode::Solve(f, start, t, constants, o).run();
}

}  // namespace eigengrad::optim::detail
