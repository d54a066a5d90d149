#include "eigengrad/optim/lbfgs.hpp"

#include <algorithm>
#include <cmath>

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "eigengrad/optim/serialize.hpp"
#include "optim/line_search.hpp"
#include "optim/two_loop.hpp"
#include "optim/update.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

void LBFGSOptions::check() const {
  check_not_negative("LBFGS", "lr", lr());
  check_not_negative("LBFGS", "tolerance_grad", tolerance_grad());
  check_not_negative("LBFGS", "tolerance_change", tolerance_change());
  check_at_least("LBFGS", "max_iter", max_iter(), 1);
  check_at_least("LBFGS", "max_eval", max_eval().value_or(1), 1);
  check_at_least("LBFGS", "history_size", history_size(), 1);
  if (line_search_fn().value_or("strong_wolfe") != "strong_wolfe")
    fail<ValueError>("LBFGS", "line_search_fn is \"", *line_search_fn(),
                     "\"; only \"strong_wolfe\" is known");
}

namespace {

/// The parameters of one group as a single vector.
class FlatView {
 public:
  explicit FlatView(const std::vector<Tensor>& params) : params_(params) {}

  Tensor gradient() const {
    std::vector<Tensor> parts;
    parts.reserve(params_.size());
    for (const Tensor& p : params_)
      parts.push_back(p.grad().defined() ? p.grad().detach().reshape({-1})
                                         : zeros({p.numel()}, p.options()));
    return cat(parts);
  }

  void move(double t, const Tensor& d) const {
    std::int64_t at = 0;
    for (const Tensor& p : params_) {
      Tensor(p).add_(d.narrow(0, at, p.numel()).view_as(p), t);
      at += p.numel();
    }
  }

  std::vector<Tensor> values() const {
    std::vector<Tensor> copies;
    copies.reserve(params_.size());
    for (const Tensor& p : params_) copies.push_back(p.detach().clone());
    return copies;
  }

  void set(const std::vector<Tensor>& values) const {
    for (std::size_t i = 0; i < params_.size(); ++i) Tensor(params_[i]).copy_(values[i]);
  }

 private:
  const std::vector<Tensor>& params_;
};

double largest(const Tensor& t) { return t.abs().max().item<double>(); }

/// The loss at the parameters, and its gradient there.
struct LossPoint {
  double loss = 0;
  Tensor gradient;
};

/// Remembers what the last step told of the curvature, and sets the direction and the first step length of
/// the iteration that begins at `p`.
void begin_iteration(LBFGSParamState& state, const LBFGSOptions& o, const LossPoint& p) {
  const Tensor& g = p.gradient;
  const bool is_first = ++state.n_iter() == 1;
  if (!is_first)
    remember_pair(state, g - state.prev_flat_grad(), state.d() * state.t(), o.history_size(),
                  1e-10);
  state.d(two_loop_direction(state, g));
  state.prev_flat_grad(g);
  state.prev_loss(p.loss);
  // Nothing is known of the scale before the first step.
  state.t(is_first ? std::min(1.0, 1 / g.abs().sum().item<double>()) * o.lr() : o.lr());
}

/// Moves the parameters `x` along the direction to where the strong Wolfe conditions hold, which `p`
/// becomes; returns how many points it took. `evaluate` gives the LossPoint of the parameters.
template <class Evaluate>
int search_line(const FlatView& x, LBFGSParamState& state, const LBFGSOptions& o, double slope,
                const Evaluate& evaluate, LossPoint& p) {
  const Tensor d = state.d();
  const std::vector<Tensor> origin = x.values();
  const auto line = [&](double t) -> LinePoint<Tensor> {
    x.move(t, d);
    try {
      const LossPoint trial = evaluate();
      x.set(origin);
      return {{t, trial.loss, trial.gradient.dot(d).item<double>()}, trial.gradient};
    } catch (...) {
      x.set(origin);
      throw;
    }
  };
  auto found = strong_wolfe(
      line, LinePoint<Tensor>{{0, p.loss, slope}, p.gradient}, state.t(),
      WolfeOptions{.min_width = o.tolerance_change() / largest(d), .lower_end_is_base = true});
  state.t(found.point.t);
  p = {found.point.value, std::move(found.point.payload)};
  x.move(state.t(), d);
  return found.evaluations;
}

/// Whether gradient, step or change of the loss are within the tolerances after a step to `p`.
bool is_converged(const LBFGSParamState& state, const LBFGSOptions& o, const LossPoint& p) {
  return largest(p.gradient) <= o.tolerance_grad() ||
         largest(state.d()) * std::abs(state.t()) <= o.tolerance_change() ||
         std::abs(p.loss - state.prev_loss()) < o.tolerance_change();
}

}  // namespace

LBFGS::LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions defaults)
    : Optimizer(std::move(groups), std::make_unique<LBFGSOptions>(defaults)) {
  if (param_groups().size() != 1)
    fail<ValueError>("LBFGS", "there are ", param_groups().size(),
                     " groups of parameters; LBFGS takes one");
  for (OptimizerOptions* options : {&param_groups().front().options(), &this->defaults()}) {
    auto& o = static_cast<LBFGSOptions&>(*options);
    if (!o.max_eval()) o.max_eval(o.max_iter() * 5 / 4);
  }
}

Tensor LBFGS::step(LossClosure closure) {
  if (!closure) fail<ValueError>("LBFGS", "step() was called without a closure; give one");
  if (param_groups().size() != 1 || parameters().empty())
    fail<ValueError>("LBFGS", "there are ", param_groups().size(), " groups and ", size(),
                     " parameters; LBFGS takes one group with at least one parameter");
  const NoGradGuard no_grad;
  const auto& o = static_cast<const LBFGSOptions&>(param_groups().front().options());
  auto& state = state_of<LBFGSParamState>(parameters().front());
  const FlatView x(parameters());

  const auto loss_point = [&]() -> LossPoint {
    const auto loss = evaluate(closure).item<double>();
    return {loss, x.gradient()};
  };

  const Tensor first_loss = evaluate(closure);
  LossPoint p{first_loss.item<double>(), {}};
  std::int64_t evaluations = 1;
  ++state.func_evals();
  p.gradient = x.gradient();
  if (largest(p.gradient) <= o.tolerance_grad()) return first_loss;

  for (std::int64_t iteration = 1; iteration <= o.max_iter(); ++iteration) {
    begin_iteration(state, o, p);
    const auto slope = p.gradient.dot(state.d()).item<double>();
    if (slope > -o.tolerance_change()) break;

    int new_evaluations = 1;
    if (o.line_search_fn()) {
      new_evaluations = search_line(x, state, o, slope, loss_point, p);
    } else {
      x.move(state.t(), state.d());
      // The gradient after the last step is computed by the next call of step().
      if (iteration == o.max_iter()) break;
      p = loss_point();
    }
    evaluations += new_evaluations;
    state.func_evals() += new_evaluations;
    if (evaluations >= *o.max_eval() || is_converged(state, o, p)) break;
  }
  return first_loss;
}

void LBFGSOptions::archive(OptimizerArchive& archive) {
  archive("lr", lr_);
  archive("max_iter", max_iter_);
  archive("max_eval", max_eval_);
  archive("tolerance_grad", tolerance_grad_);
  archive("tolerance_change", tolerance_change_);
  archive("history_size", history_size_);
  archive("line_search_fn", line_search_fn_);
}

void LBFGSParamState::archive(OptimizerArchive& archive) {
  archive("func_evals", func_evals_);
  archive("n_iter", n_iter_);
  archive("t", t_);
  archive("prev_loss", prev_loss_);
  archive("d", d_);
  archive("prev_flat_grad", prev_flat_grad_);
  archive("old_dirs", old_dirs_);
  archive("old_stps", old_stps_);
  archive("ro", ro_);
  archive("H_diag", H_diag_);
}

}  // namespace eigengrad::optim
