#include "eigengrad/ops/loss/classification.hpp"

#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/softmax.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/loss/classification.hpp"
#include "ops/loss/pointwise.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;

// ---- Negative log likelihood: linear in x.

struct NllRule {
  kernels::ClassTargets targets;
  DimVector input;
  /// The extents of the losses before reduction.
  DimVector each;
  std::int64_t reduction;
  double divisor = 1;

  bool reduced() const { return reduction != Reduction::None; }
  Tensor sum(const Tensor& losses) const {
    if (!reduced()) return losses;
    const NoGradGuard off;
    return losses.sum() / divisor;
  }
  /// The cotangents of the single samples' losses, from that of the reduced loss.
  Tensor cotangents_of_losses(const Tensor& g) const {
    return plain_row_major(reduced() ? (g / divisor).expand(each) : g);
  }
};

template <class Rule>
struct NllTransposed {
  static constexpr auto node_name = Rule::backward_name;
  Rule rule;
  Tensor forward(const Tensor& g) const {
    const NoGradGuard off;
    const Tensor r = zeros(rule.input, g.dtype());
    kernels::scatter_classes(r, rule.cotangents_of_losses(g), rule.targets);
    return r;
  }
  Tensor transpose(const Tensor& gg) const { return apply_linear(rule, gg); }
};

template <class Self>
struct NllOf : NllRule {
  Tensor forward(const Tensor& x) const {
    const NoGradGuard off;
    const Tensor y = empty(each, x.dtype());
    kernels::pick_classes(y, row_major(x), targets);
    return sum(y);
  }
  Tensor transpose(const Tensor& g) const {
    return apply_linear(NllTransposed<Self>{static_cast<const Self&>(*this)}, g);
  }
};
struct Nll : NllOf<Nll> {
  static constexpr auto node_name = "NllLossBackward0";
  static constexpr auto backward_name = "NllLossBackwardBackward0";
};
struct Nll2d : NllOf<Nll2d> {
  static constexpr auto node_name = "NllLoss2DBackward0";
  static constexpr auto backward_name = "NllLoss2DBackwardBackward0";
};

/// nll_loss(log_softmax(x)) for x with one element per sample and class. grad x = g weight (softmax(x) - 1 at
/// the class).
struct CrossEntropy {
  static constexpr auto node_name = "NllLossBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  Nll nll;
  Tensor top;
  Tensor log_sum;

  Tensor forward(const Tensor& x) const {
    const NoGradGuard off;
    const Tensor y = empty(nll.each, x.dtype());
    kernels::cross_entropy(y, top, log_sum, row_major(x), nll.targets);
    return nll.sum(y);
  }
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const {
    if (detail::recording() || detail::thread_state.dual_level) {
      return math::log_softmax_pulled(nll.transpose(g), log_softmax(x, -1), -1);
    }
    const Tensor r = empty(x.sizes(), x.dtype());
    kernels::cross_entropy_pullback(r, nll.cotangents_of_losses(g), top, log_sum, row_major(x),
                                    nll.targets);
    return r;
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const {
    return apply_linear(nll, math::log_softmax_pushed(t, log_softmax(x, -1), -1));
  }
};

// ---- Arguments.

/// The rule for an input of shape (C) or (N C ...) and a target that names classes.
NllRule nll_rule(std::string_view op, const Tensor& x, const Tensor& target,
                 const OptionalTensor& weight, std::int64_t reduction, std::int64_t ignore_index) {
  losses::check_reduction(op, reduction);
  check_real(op, x);
  if (target.dtype() != kInt64)
    detail::fail<DtypeError>(op, "the target must name classes in int64, got ",
                             to_string(target.dtype()), "; convert it with to()");
  const std::size_t d = x.dim() == 1 ? 0 : 1;
  DimVector each(x.sizes());
  if (x.dim() > 0) each.erase(d);
  if (x.dim() == 0 || !(target.sizes() == each))
    detail::fail<ShapeError>(op, "a target of shape ", target.sizes(),
                             " does not fit an input of shape ", x.sizes(),
                             "; it has the shape of the input without its dimension of classes");
  NllRule rule{{plain_row_major(target), {}, ignore_index, 1, x.sizes()[d], 1},
               DimVector(x.sizes()),
               each,
               reduction};
  for (std::size_t k = 0; k < each.size(); ++k)
    (k < d ? rule.targets.outer : rule.targets.inner) *= each[k];
  if (given(weight)) {
    if (weight->dim() != 1 || weight->size(0) != rule.targets.classes)
      detail::fail<ShapeError>(op, "a weight of shape ", weight->sizes(), " does not fit ",
                               rule.targets.classes, " classes; give one number for each");
    rule.targets.weight = plain_row_major(weight->detach().to(x.dtype()));
  }
  const std::int64_t* classes = rule.targets.target.impl()->data<std::int64_t>();
  for (std::int64_t i = 0; i < target.numel(); ++i)
    if (classes[i] != ignore_index && (classes[i] < 0 || classes[i] >= rule.targets.classes))
      detail::fail<IndexError>(op, "target ", classes[i], " of sample ", i, " is out of range for ",
                               rule.targets.classes,
                               " classes; give classes from 0 on, or ignore_index");
  if (reduction == Reduction::Mean) rule.divisor = kernels::total_weight(rule.targets);
  return rule;
}

Tensor run_nll(NllRule rule, const Tensor& x) {
  if (rule.input.size() > 2) return apply_linear(Nll2d{{std::move(rule)}}, x);
  return apply_linear(Nll{{std::move(rule)}}, x);
}

Tensor ignored_mask(const NllRule& rule) {
  return rule.targets.target.reshape(rule.each).eq(rule.targets.ignored);
}

/// The weight of each sample's class, recorded; 0 for ignored ones.
Tensor weights_of(const NllRule& rule, const Tensor& weight) {
  const Tensor ignored = ignored_mask(rule);
  const Tensor classes = where(ignored, 0, rule.targets.target.reshape(rule.each));
  return where(ignored, 0, weight.index({classes}));
}

bool differentiates(const Tensor& x) { return autograd::records(x) || detail::carries_tangent(x); }

/// nll_loss, also for weights that are differentiated.
Tensor nll_of(NllRule rule, const Tensor& x, const OptionalTensor& weight) {
  if (!given(weight) || !differentiates(*weight)) return run_nll(std::move(rule), x);
  const Tensor weights = weights_of(rule, weight->to(x.dtype()));
  const std::int64_t reduction = rule.reduction;
  rule.targets.weight = Tensor();
  rule.reduction = Reduction::None;
  const Tensor y = run_nll(std::move(rule), x) * weights;
  if (reduction == Reduction::None) return y;
  return reduction == Reduction::Sum ? y.sum() : y.sum() / weights.sum();
}

std::int64_t class_dim(const Tensor& x) { return x.dim() == 1 ? 0 : 1; }

/// Weights of the classes next to an input of `dims` dimensions.
Tensor along_classes(const Tensor& weight, const Tensor& x) {
  DimVector sizes(x.sizes().size(), 1);
  sizes[static_cast<std::size_t>(class_dim(x))] = weight.numel();
  return weight.reshape(sizes);
}

Tensor cross_entropy_of_classes(const Tensor& x, const Tensor& target, const OptionalTensor& weight,
                                std::int64_t reduction, std::int64_t ignore_index) {
  NllRule rule = nll_rule("cross_entropy_loss", x, target, weight, reduction, ignore_index);
  const bool fused = x.dim() <= 2 && x.numel() > 0 && !(given(weight) && differentiates(*weight));
  if (!fused) return nll_of(std::move(rule), log_softmax(x, class_dim(x)), weight);
  const Tensor top = empty(target.numel(), x.dtype());
  const CrossEntropy op{{{std::move(rule)}}, top, empty_like(top)};
  return autograd::apply_general(op, x);
}

Tensor smoothed_cross_entropy(const Tensor& x, const Tensor& target, const OptionalTensor& weight,
                              std::int64_t reduction, std::int64_t ignore_index, double smoothing) {
  const NllRule rule = nll_rule("cross_entropy_loss", x, target, weight, reduction, ignore_index);
  const std::int64_t d = class_dim(x);
  const Tensor logs = log_softmax(x, d);
  const Tensor weighted = given(weight) ? logs * along_classes(weight->to(x.dtype()), x) : logs;
  Tensor even = where(ignored_mask(rule), 0, -weighted.sum(d));
  if (reduction != Reduction::None) even = even.sum();
  if (reduction == Reduction::Mean) {
    if (given(weight))
      even = even / weights_of(rule, weight->to(x.dtype())).sum();
    else
      even = even / rule.divisor;
  }
  const auto classes = static_cast<double>(rule.targets.classes);
  return nll_of(rule, logs, weight) * (1 - smoothing) + even * (smoothing / classes);
}

Tensor cross_entropy_of_probabilities(const Tensor& x, const Tensor& target,
                                      const OptionalTensor& weight, std::int64_t reduction,
                                      double smoothing) {
  const std::int64_t d = class_dim(x);
  const auto classes = static_cast<double>(x.size(d));
  Tensor p = smoothing > 0 ? target * (1 - smoothing) + smoothing / classes : target;
  if (given(weight)) {
    if (weight->dim() != 1 || weight->size(0) != x.size(d))
      detail::fail<ShapeError>("cross_entropy_loss", "a weight of shape ", weight->sizes(),
                               " does not fit ", x.size(d), " classes; give one number for each");
    p = p * along_classes(*weight, x);
  }
  const Tensor y = log_softmax(x, d) * p;
  if (reduction == Reduction::None) return -y.sum(d);
  const Tensor total = -y.sum();
  return reduction == Reduction::Sum ? total : total / (static_cast<double>(x.numel()) / classes);
}

// ---- Margins.

/// The multi-label margin loss. It is piecewise linear in x, so forward() stores its derivatives in `gradient`.
struct MultilabelMargin {
  static constexpr auto node_name = "MultilabelMarginLossBackward0";
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = false;
  Tensor gradient;
  Tensor target;
  DimVector each;
  Tensor forward(const Tensor& x) const {
    const Tensor y = empty(each, x.dtype());
    kernels::multilabel_margin(y, gradient, row_major(x), target);
    return y;
  }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor&) const {
    return g.unsqueeze(-1) * gradient;
  }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor&) const { return (t * gradient).sum(-1); }
};

void check_samples(std::string_view op, const Tensor& x) {
  check_real(op, x);
  if (x.dim() < 1 || x.dim() > 2 || x.size(-1) == 0)
    detail::fail<ShapeError>(op, "the input must have shape (N C) or (C) with classes, got ",
                             x.sizes());
}

}  // namespace

Tensor nll_loss(const Tensor& x, const Tensor& target, const OptionalTensor& weight,
                std::int64_t reduction, std::int64_t ignore_index) {
  return nll_of(nll_rule("nll_loss", x, target, weight, reduction, ignore_index), x, weight);
}
Tensor nll_loss_nd(const Tensor& x, const Tensor& target, const OptionalTensor& weight,
                   std::int64_t reduction, std::int64_t ignore_index) {
  return nll_loss(x, target, weight, reduction, ignore_index);
}
Tensor nll_loss2d(const Tensor& x, const Tensor& target, const OptionalTensor& weight,
                  std::int64_t reduction, std::int64_t ignore_index) {
  return nll_loss(x, target, weight, reduction, ignore_index);
}

Tensor cross_entropy_loss(const Tensor& x, const Tensor& target, const OptionalTensor& weight,
                          std::int64_t reduction, std::int64_t ignore_index,
                          double label_smoothing) {
  constexpr auto op = "cross_entropy_loss";
  losses::check_reduction(op, reduction);
  check_real(op, x);
  if (!(label_smoothing >= 0 && label_smoothing <= 1))
    detail::fail<ValueError>(op, "label_smoothing must be between 0 and 1, got ", label_smoothing);
  if (target.sizes() == x.sizes() && target.is_floating_point()) {
    if (x.dim() == 0)
      detail::fail<ShapeError>(op, "the input must have a dimension of classes, got ", x.sizes());
    return cross_entropy_of_probabilities(x, target, weight, reduction, label_smoothing);
  }
  if (label_smoothing > 0)
    return smoothed_cross_entropy(x, target, weight, reduction, ignore_index, label_smoothing);
  return cross_entropy_of_classes(x, target, weight, reduction, ignore_index);
}

Tensor multi_margin_loss(const Tensor& x, const Tensor& target, const Scalar& p,
                         const Scalar& margin, const OptionalTensor& weight,
                         std::int64_t reduction) {
  constexpr auto op = "multi_margin_loss";
  check_samples(op, x);
  if (p.toDouble() != 1 && p.toDouble() != 2)
    detail::fail<ValueError>(op, "p must be 1 or 2, got ", p);
  const NllRule rule = nll_rule(op, x, target, weight, reduction, -1);
  if (rule.targets.target.lt(0).any().item<bool>())
    detail::fail<IndexError>(op, "target -1 is out of range for ", rule.targets.classes,
                             " classes; give classes from 0 on");
  NllRule plain = rule;
  plain.targets.weight = Tensor();
  plain.reduction = Reduction::None;
  const Tensor own = -run_nll(std::move(plain), x);
  const Tensor z = (x - own.unsqueeze(-1) + margin).relu();
  const Tensor is_own = arange(x.size(-1), kInt64).eq(target.unsqueeze(-1));
  Tensor y = where(is_own, 0, p.toDouble() == 2 ? z.square() : z).mean(-1);
  if (given(weight)) y = y * weights_of(rule, weight->to(x.dtype()));
  return losses::reduce(y, reduction);
}

Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, std::int64_t reduction) {
  constexpr auto op = "multilabel_margin_loss";
  losses::check_reduction(op, reduction);
  check_samples(op, x);
  if (target.dtype() != kInt64)
    detail::fail<DtypeError>(op, "the target must name classes in int64, got ",
                             to_string(target.dtype()), "; convert it with to()");
  if (!(target.sizes() == x.sizes()))
    detail::fail<ShapeError>(op, "a target of shape ", target.sizes(),
                             " does not fit an input of shape ", x.sizes(),
                             "; they must be the same");
  if (((target < -1) | (target >= x.size(-1))).any().item<bool>())
    detail::fail<IndexError>(op, "a target is out of range for ", x.size(-1),
                             " classes; give classes, and -1 behind the last");
  DimVector each(x.sizes());
  each.pop_back();
  const MultilabelMargin rule{empty(x.sizes(), x.dtype()), plain_row_major(target), each};
  return losses::reduce(autograd::apply_general(rule, x), reduction);
}

}  // namespace eigengrad
