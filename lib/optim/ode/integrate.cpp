#include "optim/ode/integrate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/fail.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "optim/ode/errors.hpp"
#include "optim/ode/events.hpp"

namespace eigengrad::optim::ode {

using eigengrad::detail::fail;

namespace {

class Integrator {
 public:
  Integrator(const System& f, const Task& task)
      : f_(f),
        task_(task),
        scale_(task),
        event_(f, task.options.event),
        direction_(task.times.back() < task.times.front() ? -1 : 1),
        t_(task.times.front()),
        y_(task.start),
        keep_(GradMode::is_enabled() || autograd::DualLevel::is_open()) {}

  Trajectory run() {
    begin();
    const double end = task_.times.back();
    while (t_ != end && !result_.stopped_by_event) {
      const double left = end - t_;
      const bool last = std::abs(h_) * 1.01 >= std::abs(left);
      // The distance of two numbers, though t_ be large.
      h_ = last ? left : t_ + h_ - t_;
      check_step();
      if (attempt()) accept(last ? end : t_ + h_);
    }
    result_.counts.evaluations = f_.evaluations();
    result_.counts.jacobians = f_.jacobians();
    return std::move(result_);
  }

 private:
  void begin() {
    for (; next_row_ < task_.times.size() && task_.times[next_row_] == t_; ++next_row_)
      add_row(-1, 0, t_, y_);
    event_.start(t_, y_);
    Tensor rhs = f_.rhs(t_, y_);
    if (const std::int64_t i = first_not_finite(rhs); i >= 0)
      fail<NumericError>("odeint", "f is not finite at the start t = ", t_, ": component ", i,
                         " of dy/dt; start where f is defined");
    const double given = task_.options.first_step;
    h_ = given > 0 ? direction_ * given : first_step(f_, task_, rhs);
    limit();
    stages_.k[0] = std::move(rhs);
  }

  void limit() {
    if (std::abs(h_) > task_.options.max_step) h_ = direction_ * task_.options.max_step;
  }

  void check_step() const {
    const OdeintCounts& n = result_.counts;
    if (n.accepted + n.rejected >= task_.options.max_steps)
      fail<NumericError>("odeint", "max_steps = ", task_.options.max_steps, " reached at t = ", t_,
                         ", step size ", h_, ", of t = ", task_.times.front(), " to ",
                         task_.times.back(),
                         "; allow more, loosen the tolerances, or use Rodas5P if it is stiff");
    const double span = std::abs(task_.times.back() - task_.times.front());
    const double least =
        16 * std::numeric_limits<double>::epsilon() * std::max(std::abs(t_), 1e-12 * span);
    const bool ends = std::abs(task_.times.back() - t_) <= least;
    if (h_ != 0 && (std::abs(h_) > least || ends)) return;
    const char* const advice =
        "; a singularity is near, or the tolerances are too tight, or f jumps";
    if (!estimate_.defined())
      fail<NumericError>("odeint", "the step size fell to ", h_, " at t = ", t_, ": ", refusal_,
                         advice);
    const Scale::Worst worst = scale_.worst(estimate_, y_, y_);
    if (std::isnan(worst.size))
      fail<NumericError>("odeint", "the step size fell to ", h_, " at t = ", t_, ": component ",
                         worst.component, " is not finite after any step from there", advice);
    fail<NumericError>("odeint", "the step size fell to ", h_, " at t = ", t_, ": component ",
                       worst.component, " has the largest error, ", worst.size,
                       " times its tolerance", advice);
  }

  /// Whether the step from t_ by h_ is within the tolerances; chooses another h_ otherwise.
  bool attempt() {
    error_ = std::numeric_limits<double>::quiet_NaN();
    try {
      task_.method.evaluate(f_, t_, h_, y_, stages_);
      task_.method.complete(f_, t_, h_, stages_);
      const Weights w = task_.method.error(h_);
      estimate_ = combine(Tensor(), w.data(), stages_.k.data(), task_.method.stages());
      error_ = scale_.norm(estimate_, y_, stages_.next);
      if (task_.options.resolve_transitions)
        error_ *= transition_.factor(scale_, task_, t_, h_, y_, stages_.next);
      if (error_ <= 1) return true;
    } catch (const NumericError& e) {
      estimate_.reset();
      refusal_ = e.what();
    }
    ++result_.counts.rejected;
    h_ *= controller_.rejected(error_);
    return false;
  }

  void accept(double t) {
    const auto step_index = result_.counts.accepted++;
    if (keep_) result_.steps.push_back({t_, h_, y_});
    const double theta = event_.is_set() ? find_event(t) : 1;
    const double reached = result_.stopped_by_event ? t_ + theta * h_ : t;
    for (; next_row_ < task_.times.size(); ++next_row_) {
      const double time = task_.times[next_row_], ahead = direction_ * (time - reached);
      if (ahead > 0 || (ahead == 0 && result_.stopped_by_event)) break;
      const double at = time == t ? 1 : (time - t_) / h_;
      add_row(step_index, at, time, state(at));
    }
    if (result_.stopped_by_event) add_row(step_index, theta, reached, state(theta));
    transition_.advance(h_);
    t_ = t;
    y_ = stages_.next;
    task_.method.advance(stages_);
    h_ *= controller_.accepted(error_);
    limit();
  }

  Tensor state(double theta) const { return task_.method.state(theta, h_, y_, stages_); }

  double find_event(double t) {
    if (!event_.changes_sign(t, stages_.next)) return 1;
    result_.stopped_by_event = true;
    return event_.locate([this](double theta) { return std::pair(t_ + theta * h_, state(theta)); });
  }

  void add_row(std::int64_t step, double theta, double t, Tensor y) {
    result_.rows.push_back({step, theta});
    result_.times.push_back(t);
    result_.states.push_back(std::move(y));
  }

  const System& f_;
  const Task& task_;
  Scale scale_;
  Event event_;
  double direction_;
  double t_;
  Tensor y_;
  bool keep_;
  double h_ = 0;
  double error_ = 0;
  /// Of the error of the last step tried, undefined where that threw.
  Tensor estimate_;
  std::string refusal_ = "it is less than times near it can tell apart";
  Controller controller_;
  Transition transition_;
  Stages stages_;
  std::size_t next_row_ = 0;
  Trajectory result_;
};

}  // namespace

Trajectory integrate(const System& f, const Task& task) { return Integrator(f, task).run(); }

}  // namespace eigengrad::optim::ode
