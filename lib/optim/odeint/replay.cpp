#include "optim/odeint/replay.hpp"

#include <algorithm>

#include "core/fail.hpp"
#include "eigengrad/autograd/custom_op.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "functional/variables.hpp"
#include "optim/odeint/batch.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::ode {

using eigengrad::detail::FunctionCall;
using eigengrad::detail::FunctionInfo;

Tensor Replay::record(const Tensor& y0, const variable_list& theta) const {
  const System system(f, theta, y0, System::Mode::Recorded);
  variable_list states;
  auto row = rows.begin();
  for (; row != rows.end() && row->step < 0; ++row) states.push_back(y0);
  Tensor y = y0.contiguous();
  Stages stages;
  for (std::size_t n = 0; n < steps.size(); ++n) {
    const Step& step = steps[n];
    method->evaluate(system, step.t, step.h, y, stages);
    // For the last step only dense output needs the remaining stages.
    if (n + 1 < steps.size() || (row != rows.end() && row->theta != 1))
      method->complete(system, step.t, step.h, stages);
    for (; row != rows.end() && row->step == static_cast<std::int64_t>(n); ++row)
      states.push_back(method->state(row->theta, step.h, y, stages));
    y = stages.next;
    method->advance(stages);
  }
  return stack(states);
}

namespace {

/// The backward pass of one step after the other.
class Sweeper {
 public:
  Sweeper(const Replay& replay, const Tensor& y0, const variable_list& theta,
          const std::vector<bool>& wanted)
      : replay_(replay), gradients_(theta.size() + 1) {
    for (std::size_t i = 0; i < theta.size(); ++i) {
      theta_.push_back(theta[i].detach());
      if (!wanted[i + 1]) continue;
      theta_.back().requires_grad_();
      leaves_.push_back(theta_.back());
      positions_.push_back(i + 1);
    }
    start_ = y0.detach();
  }

  variable_list run(const Tensor& gradient) {
    const System system(replay_.f, theta_, start_, System::Mode::Recorded);
    auto end = static_cast<std::int64_t>(replay_.steps.size());
    bool batched = Batch::is_worthwhile(replay_, start_);
    while (end > 0) {
      const std::int64_t first = batched ? std::max<std::int64_t>(0, end - Batch::most(start_)) : 0;
      batched = batched && batch_back(system, first, end, gradient);
      for (std::int64_t n = end; !batched && n > first; --n) step_back(system, n - 1, gradient);
      end = first;
    }
    for (std::size_t r = 0; r < replay_.rows.size() && replay_.rows[r].step < 0; ++r)
      add(gradients_[0], gradient.select(0, static_cast<std::int64_t>(r)));
    eigengrad::detail::retire(leaves_);
    return std::move(gradients_);
  }

 private:
  static void add(Tensor& into, Tensor g) {
    if (g.defined()) into = into.defined() ? into + g : std::move(g);
  }

  /// From the cotangent of the state at the end of step `n` to that at its start.
  void step_back(const System& system, std::int64_t n, const Tensor& gradient) {
    variable_list by = step_back(system, n, gradient, std::move(gradients_[0]));
    gradients_[0] = std::move(by.back());
    for (std::size_t i = 0; i < positions_.size(); ++i)
      add(gradients_[positions_[i]], std::move(by[i]));
  }

  /// Throws: GraphError where step `n` no longer leads to where it led in the solve.
  void check_same(std::int64_t n, const Tensor& next) const {
    const auto after = static_cast<std::size_t>(n) + 1;
    if (after >= replay_.steps.size()) return;
    const double change = relative_difference(next, replay_.steps[after].y);
    if (!(change <= (next.dtype() == kFloat32 ? 1e-3 : 1e-6)))
      eigengrad::detail::fail<GraphError>(
          "odeint", "in the backward pass step ", n, " leads to a state that differs by ", change,
          " of its size from that of the solve: what f captured was modified since, or f ",
          "depends on more than its arguments; leave it as it was until then");
  }

  /// Gradients of the leaves and, last, of the state at the start of the step.
  variable_list step_back(const System& system, std::int64_t n, const Tensor& gradient,
                          Tensor cotangent) const {
    const auto of_step =
        std::equal_range(replay_.rows.begin(), replay_.rows.end(), Row{n, 0},
                         [](const Row& a, const Row& b) { return a.step < b.step; });
    if (!cotangent.defined() && of_step.first == of_step.second)
      return variable_list(leaves_.size() + 1);
    const AutoGradMode recording(true);
    const Step& step = replay_.steps[static_cast<std::size_t>(n)];
    Tensor y = step.y.detach();
    y.requires_grad_();
    Stages stages;
    replay_.method->evaluate(system, step.t, step.h, y, stages);
    check_same(n, stages.next);
    variable_list roots, cotangents;
    if (cotangent.defined()) {
      roots.push_back(stages.next);
      cotangents.push_back(std::move(cotangent));
    }
    bool complete = false;
    for (auto row = of_step.first; row != of_step.second; ++row) {
      if (row->theta != 1 && !std::exchange(complete, true))
        replay_.method->complete(system, step.t, step.h, stages);
      roots.push_back(replay_.method->state(row->theta, step.h, y, stages));
      cotangents.push_back(gradient.select(0, row - replay_.rows.begin()));
    }
    variable_list by = leaves_;
    by.push_back(y);
    by = eigengrad::detail::sweep(roots, by, cotangents, /*create_graph=*/false);
    eigengrad::detail::retire({y});
    return by;
  }

  /// Steps from `first` up to `end` at once; false where that cannot be.
  bool batch_back(const System& system, std::int64_t first, std::int64_t end,
                  const Tensor& gradient) {
    Batch batch(replay_, first, end);
    if (!batch.evaluate(theta_)) return false;
    const Tensor& cotangent = gradients_[0];
    const std::vector<double> after =
        cotangent.defined() ? to_doubles(cotangent)
                            : std::vector<double>(static_cast<std::size_t>(start_.numel()));
    const auto before = batch.carry(after, gradient);
    const Tensor last = step_back(system, end - 1, gradient, cotangent).back();
    if (!last.defined() || !agree(before.back(), to_doubles(last), start_.dtype())) return false;
    if (!leaves_.empty()) {
      variable_list by = batch.gradients(leaves_);
      for (std::size_t i = 0; i < positions_.size(); ++i)
        add(gradients_[positions_[i]], std::move(by[i]));
    }
    Tensor at_start = empty(start_.sizes(), dtype(kFloat64));
    std::copy(before.front().begin(), before.front().end(), at_start.data_ptr<double>());
    gradients_[0] = at_start.to(start_.dtype());
    return true;
  }

  const Replay& replay_;
  Tensor start_;
  variable_list theta_;
  /// The tensors of theta whose gradients are wanted, and where those go.
  variable_list leaves_;
  std::vector<std::size_t> positions_;
  variable_list gradients_;
};

}  // namespace

variable_list Replay::sweep(const Tensor& y0, const variable_list& theta, const Tensor& gradient,
                            const std::vector<bool>& wanted) const {
  return Sweeper(*this, y0, theta, wanted).run(gradient);
}

namespace {

variable_list adjoint_backward(autograd::AutogradContext* context, variable_list& gradients) {
  const auto& replay = *static_cast<const Replay*>(eigengrad::detail::OpAccess::state(*context));
  variable_list kept = context->get_saved_variables();
  std::vector<bool> wanted;
  for (std::size_t i = 0; i < kept.size(); ++i) wanted.push_back(context->needs_input_grad(i));
  const bool differentiable = GradMode::is_enabled() || autograd::DualLevel::is_open();
  if (!differentiable)
    return replay.sweep(kept[0], {kept.begin() + 1, kept.end()}, gradients[0], wanted);

  // Views, since one tensor may be several of the arguments.
  const bool create_graph = GradMode::is_enabled();
  const AutoGradMode recording(true);
  variable_list views, leaves;
  for (const Tensor& x : kept)
    views.push_back(eigengrad::detail::variable(x, create_graph, leaves));
  const Tensor rows = replay.record(views[0], {views.begin() + 1, views.end()});
  variable_list by = eigengrad::detail::sweep({rows}, views, {gradients[0]}, create_graph);
  for (std::size_t i = 0; i < by.size(); ++i)
    if (!wanted[i]) by[i].reset();
  eigengrad::detail::retire(leaves);
  return by;
}

}  // namespace

Tensor adjoint_node(std::shared_ptr<const Replay> replay, const Tensor& y0,
                    const variable_list& theta, const Tensor& states) {
  FunctionInfo info{"Odeint", &adjoint_backward};
  FunctionCall call(info, std::move(replay));
  call.add(y0);
  call.add(theta);
  autograd::AutogradContext* const context = call.open();
  variable_list kept{y0};
  kept.insert(kept.end(), theta.begin(), theta.end());
  context->save_for_backward(std::move(kept));
  return call.close({states}).front();
}

}  // namespace eigengrad::optim::ode
