#include "eigengrad/ops/loss/ctc.hpp"

#include <limits>

#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/loss/ctc.hpp"
#include "ops/loss/pointwise.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

using indexing::Slice;
using kernels::CtcPlan;

/// Stands for log 0 where derivatives are recorded: finite, so that differences of two such values are
/// finite, and small enough to vanish beside any other logarithm.
constexpr double kLogZero = -1e30;

Tensor int64_tensor(const std::vector<std::int64_t>& values) {
  return tensor(values, TensorOptions(kInt64));
}

/// log(exp a + exp b + exp c), each finite.
Tensor log_sum(const Tensor& a, const Tensor& b, const Tensor& c) {
  const Tensor all = stack({a, b, c});
  const Tensor top = std::get<0>(all.detach().max(0));
  return (all - top).exp().sum(0).log() + top;
}

/// The losses by the recursion in recorded operators, all sequences at once.
Tensor recorded_losses(const Tensor& log_probs, const CtcPlan& plan) {
  const std::int64_t n = log_probs.size(1);
  const std::int64_t states = plan.symbols.size(1);
  const Tensor sequence = arange(n, kInt64).unsqueeze(1);
  const Tensor emitted = log_probs.index({Slice(), sequence, plan.symbols}).clamp_min(kLogZero);
  const Tensor times = int64_tensor(plan.times).unsqueeze(1);
  const Tensor state_index = arange(states, kInt64);

  Tensor skips = zeros({n, states}, kBool);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t s = 0; s < plan.states[static_cast<std::size_t>(i)]; ++s)
      if (kernels::may_skip_blank(plan.symbols.data_ptr<std::int64_t>() + i * states, s))
        skips.data_ptr<bool>()[i * states + s] = true;

  const Tensor two = full({n, 2}, kLogZero, log_probs.dtype());
  Tensor alpha = full({n, states}, kLogZero, log_probs.dtype());
  for (std::int64_t t = 0; t < log_probs.size(0); ++t) {
    Tensor next;
    if (t == 0) {
      next = where(state_index < 2, emitted.select(0, 0), kLogZero);
    } else {
      const Tensor padded = cat({two, alpha}, 1);
      const Tensor one_before = padded.narrow(1, 1, states);
      const Tensor two_before = where(skips, padded.narrow(1, 0, states), kLogZero);
      next = log_sum(alpha, one_before, two_before) + emitted.select(0, t);
    }
    alpha = where(times > t, next, alpha);
  }
  // The two states to end in; an empty sequence has one, and is certain when there are no steps.
  const Tensor last = int64_tensor(plan.states).unsqueeze(1) - 1;
  const Tensor final_last =
      where(times == 0, where(last == 0, 0.0, full({}, kLogZero)), alpha.index({sequence, last}));
  const Tensor final_other = where((last == 0) | (times == 0), kLogZero,
                                   alpha.index({sequence, where(last == 0, 0, last - 1)}));
  const Tensor losses =
      -log_sum(final_last, final_other, full({}, kLogZero, log_probs.dtype()).expand_as(final_last))
           .squeeze(1);
  return where(losses > -0.1 * kLogZero, std::numeric_limits<double>::infinity(), losses);
}

struct Ctc {
  static constexpr auto node_name = "CtcLossBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  CtcPlan plan;
  Tensor losses;
  Tensor alpha;

  Tensor forward(const Tensor& x) const {
    kernels::ctc_forward(losses, alpha, row_major(x), plan);
    const NoGradGuard off;
    return losses.clone();
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const { return gradient(g, x); }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const {
    return (t * gradient(ones_like(losses), x)).sum(IntArrayRef({0, 2}));
  }

 private:
  /// Gradient of the losses weighted by g; by the recursion where it is differentiated further.
  Tensor gradient(const Tensor& g, const Tensor& x) const {
    const bool record = detail::recording();
    if ((record || detail::thread_state.dual_level) && x.requires_grad()) {
      const AutoGradMode on(true);
      return autograd::grad({recorded_losses(x, plan)}, {x},
                            {.grad_outputs = {g}, .create_graph = record})[0];
    }
    const Tensor r = zeros(x.sizes(), x.dtype());
    kernels::ctc_backward(r, row_major(g), losses, alpha, row_major(x), plan);
    return r;
  }
};

std::int64_t largest(IntArrayRef list) {
  std::int64_t most = 0;
  for (const std::int64_t v : list) most = std::max(most, v);
  return most;
}

void check_targets(std::string_view op, const Tensor& log_probs, const Tensor& targets,
                   IntArrayRef input_lengths, IntArrayRef target_lengths, std::int64_t blank) {
  const std::int64_t n = log_probs.size(1);
  const std::int64_t classes = log_probs.size(2);
  if (targets.dtype() != kInt64)
    detail::fail<DtypeError>(op, "the targets must be int64, got ", to_string(targets.dtype()),
                             "; convert them with to()");
  if (static_cast<std::int64_t>(input_lengths.size()) != n ||
      static_cast<std::int64_t>(target_lengths.size()) != n)
    detail::fail<ShapeError>(
        op, "input_lengths and target_lengths must have one entry for each of ", n,
        " sequences, got ", input_lengths.size(), " and ", target_lengths.size());
  if (blank < 0 || blank >= classes)
    detail::fail<ValueError>(op, "blank must be one of ", classes, " symbols, got ", blank);
  if (targets.dim() < 1 || targets.dim() > 2 || (targets.dim() == 2 && targets.size(0) != n))
    detail::fail<ShapeError>(op, "targets of shape ", targets.sizes(), " do not fit ", n,
                             " sequences; give (N S), or all concatenated");
}

CtcPlan make_plan(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                  IntArrayRef target_lengths, std::int64_t blank) {
  constexpr auto op = "ctc_loss";
  check_targets(op, log_probs, targets, input_lengths, target_lengths, blank);
  const std::int64_t n = log_probs.size(1);
  const std::int64_t classes = log_probs.size(2);
  const bool padded = targets.dim() == 2;
  CtcPlan plan;
  const std::int64_t room = padded ? targets.size(1) : targets.numel();
  std::int64_t used = 0;
  for (std::size_t i = 0; i < input_lengths.size(); ++i) {
    const std::int64_t length = target_lengths[i];
    if (input_lengths[i] < 0 || input_lengths[i] > log_probs.size(0))
      detail::fail<ValueError>(op, "input length ", input_lengths[i], " of sequence ", i,
                               " must be between 0 and ", log_probs.size(0));
    if (length < 0 || (padded ? length : used + length) > room)
      detail::fail<ValueError>(op, "target length ", length, " of sequence ", i,
                               " does not fit targets of shape ", targets.sizes(),
                               "; give lengths of 0 to the number of symbols given");
    used += length;
    plan.times.push_back(input_lengths[i]);
    plan.states.push_back(2 * length + 1);
  }
  plan.symbols = full({n, 2 * largest(target_lengths) + 1}, blank, kInt64);
  const Tensor dense = targets.contiguous();
  const std::int64_t* from = dense.data_ptr<std::int64_t>();
  std::int64_t start = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    std::int64_t* symbols = plan.symbols.data_ptr<std::int64_t>() + i * plan.symbols.size(1);
    const std::int64_t length = target_lengths[static_cast<std::size_t>(i)];
    for (std::int64_t k = 0; k < length; ++k) {
      const std::int64_t symbol = from[(padded ? i * room : start) + k];
      if (symbol < 0 || symbol >= classes)
        detail::fail<IndexError>(op, "symbol ", symbol, " of target ", i, " is out of range for ",
                                 classes, " symbols; give numbers from 0 on");
      symbols[2 * k + 1] = symbol;
    }
    start += length;
  }
  return plan;
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                IntArrayRef target_lengths, std::int64_t blank, std::int64_t reduction,
                bool zero_infinity) {
  constexpr auto op = "ctc_loss";
  losses::check_reduction(op, reduction);
  targets.dim();  // refuses undefined tensors
  if (log_probs.dim() < 2 || log_probs.dim() > 3)
    detail::fail<ShapeError>(op, "log_probs must have shape (T N C) or (T C), got ",
                             log_probs.sizes());
  check_real(op, log_probs);
  const bool single = log_probs.dim() == 2;
  const Tensor x = single ? log_probs.unsqueeze(1) : log_probs;
  const CtcPlan plan = make_plan(x, targets, input_lengths, target_lengths, blank);
  const Ctc rule{plan, empty({x.size(1)}, x.dtype()),
                 empty({x.size(1), x.size(0), plan.symbols.size(1)}, x.dtype())};
  Tensor y = autograd::apply_general(rule, x);
  if (zero_infinity) y = where(y.isinf(), 0, y);
  if (single && reduction == Reduction::None) return y.squeeze(0);
  if (reduction == Reduction::Mean) {
    std::vector<std::int64_t> lengths;
    for (const std::int64_t l : target_lengths) lengths.push_back(std::max<std::int64_t>(1, l));
    y = y / int64_tensor(lengths);
  }
  return losses::reduce(y, reduction);
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, std::int64_t blank, std::int64_t reduction,
                bool zero_infinity) {
  const auto list = [](std::string_view what, const Tensor& lengths) {
    if (lengths.is_floating_point())
      detail::fail<DtypeError>("ctc_loss", what, " must be integral, got ",
                               to_string(lengths.dtype()), "; convert them with to(kInt64)");
    const Tensor dense = lengths.to(kInt64).contiguous().reshape({-1});
    const std::int64_t* first = dense.data_ptr<std::int64_t>();
    return std::vector<std::int64_t>(first, first + dense.numel());
  };
  return ctc_loss(log_probs, targets, list("input_lengths", input_lengths),
                  list("target_lengths", target_lengths), blank, reduction, zero_infinity);
}

}  // namespace eigengrad
