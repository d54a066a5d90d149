#include "eigengrad/ops/loss/pointwise.hpp"

#include <numbers>

#include "core/dispatch.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "ops/loss/pointwise.hpp"
#include "ops/pointwise/rule_math.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
using autograd::Binary;
using autograd::Ternary;
namespace losses {

void check_reduction(std::string_view op, std::int64_t reduction) {
  if (reduction != Reduction::None && reduction != Reduction::Mean && reduction != Reduction::Sum)
    detail::fail<ValueError>(op, "reduction ", reduction,
                             " is unknown; give Reduction::None, Mean or Sum");
}

Tensor reduce(const Tensor& x, std::int64_t reduction) {
  if (reduction == Reduction::None) return x;
  return reduction == Reduction::Mean ? x.mean() : x.sum();
}

}  // namespace losses

namespace {

using losses::loss;
using math::Unused;
using math::Value;

// ---- What the derivatives are written in, over Pack and Tensor.

/// exp(-|x|), from which log(1 + exp) and sigmoid of x and -x follow without overflow or cancellation.
template <class T>
kernels::Pack<T> decay(kernels::Pack<T> x) {
  return math::exp(-math::abs(x));
}
template <class T>
kernels::Pack<T> log1p_exp(kernels::Pack<T> x) {
  return math::maximum(x, kernels::Pack<T>(0)) + math::vendor::log1p(decay(x));
}
template <class T>
kernels::Pack<T> sigmoid(kernels::Pack<T> x) {
  const kernels::Pack<T> e = decay(x);
  return math::where(x < kernels::Pack<T>(0), e, kernels::Pack<T>(1)) / (e + kernels::Pack<T>(1));
}

Tensor log1p_exp(const Tensor& x) { return -log_sigmoid(-x); }
using eigengrad::sigmoid;

/// The larger of `bound` and x.
auto at_least(double bound, const auto& x) { return math::where(x < bound, bound, x); }

// ---- Distances of x and target.

struct Mse : Binary<"mse_loss"> {
  static auto value(const auto& x, const auto& t) { return (x - t) * (x - t); }
  static auto derivative_a(const Value auto& x, const Value auto& t, Unused) { return (x - t) * 2; }
  static auto derivative_b(const Value auto& x, const Value auto& t, Unused) { return (t - x) * 2; }
};

struct L1 : Binary<"l1_loss"> {
  static auto value(const auto& x, const auto& t) { return math::abs(x - t); }
  static auto derivative_a(const Value auto& x, const Value auto& t, Unused) {
    return math::sign(x - t);
  }
  static auto derivative_b(const Value auto& x, const Value auto& t, Unused) {
    return math::sign(t - x);
  }
};

struct SmoothL1 : Binary<"smooth_l1_loss"> {
  double beta;
  auto value(const auto& x, const auto& t) const {
    const auto d = math::abs(x - t);
    return math::where(d < beta, d * d * (0.5 / beta), d - 0.5 * beta);
  }
  auto derivative_a(const Value auto& x, const Value auto& t, Unused) const {
    return derivative(x - t);
  }
  auto derivative_b(const Value auto& x, const Value auto& t, Unused) const {
    return derivative(t - x);
  }

 private:
  template <class D>
  D derivative(const D& d) const {
    return math::where((d < beta) & (d > -beta), d * (1 / beta), math::sign(d));
  }
};

struct Huber : Binary<"huber_loss"> {
  double delta;
  auto value(const auto& x, const auto& t) const {
    const auto d = math::abs(x - t);
    return math::where(d < delta, d * d * 0.5, (d - 0.5 * delta) * delta);
  }
  auto derivative_a(const Value auto& x, const Value auto& t, Unused) const {
    return derivative(x - t);
  }
  auto derivative_b(const Value auto& x, const Value auto& t, Unused) const {
    return derivative(t - x);
  }

 private:
  template <class D>
  D derivative(const D& d) const {
    return math::where((d < delta) & (d > -delta), d, math::sign(d) * delta);
  }
};

// ---- Probabilities.

/// PyTorch's derivative, (x - t) over x (1 - x) that is at least 1e-12, has neither derivative at x = t = 0 and 1.
struct BinaryCrossEntropy : Binary<"binary_cross_entropy"> {
  static auto value(const auto& x, const auto& t) {
    return (t - 1) * at_least(-100, math::log1p(-x)) - t * at_least(-100, math::log(x));
  }
  static auto derivative_a(const Value auto& x, const Value auto& t, Unused) {
    return (1 - t) / at_least(1e-12, 1 - x) - t / at_least(1e-12, x);
  }
  static auto derivative_b(const Value auto& x, Unused, Unused) {
    return at_least(-100, math::log1p(-x)) - at_least(-100, math::log(x));
  }
};

/// The cross-entropy of a logistic model, (1 - t) log1p_exp(x) + t log1p_exp(-x), where log1p_exp(x) -
/// log1p_exp(-x) = x.
struct LogisticCrossEntropy : Binary<"binary_cross_entropy_with_logits"> {
  static auto value(const auto& x, const auto& t) {
    return math::maximum(x, 0) - x * t + math::vendor::log1p(decay(x));
  }
  static auto derivative_a(const Value auto& x, const Value auto& t, Unused) {
    return (1 - t) * sigmoid(x) - t * sigmoid(-x);
  }
  static auto derivative_b(const Value auto& x, Unused, Unused) { return -x; }
};

/// The cross-entropy of a logistic model with the terms of positive targets t times a weight w.
struct WeightedLogisticCrossEntropy : Ternary<"binary_cross_entropy_with_logits"> {
  static auto value(const auto& x, const auto& t, const auto& w) {
    return (1 - t) * log1p_exp(x) + w * t * log1p_exp(-x);
  }
  static auto derivative_a(const Value auto& x, const Value auto& t, const Value auto& w, Unused) {
    return (1 - t) * sigmoid(x) - w * t * sigmoid(-x);
  }
  static auto derivative_b(const Value auto& x, Unused, const Value auto& w, Unused) {
    return w * log1p_exp(-x) - log1p_exp(x);
  }
  static auto derivative_c(const Value auto& x, const Value auto& t, Unused, Unused) {
    return t * log1p_exp(-x);
  }
};

struct KlDivergence : Binary<"kl_div"> {
  static auto value(const auto& x, const auto& t) {
    return math::where(t == 0, t, t * math::log(t)) - t * x;
  }
  static auto derivative_a(Unused, const Value auto& t, Unused) { return -t; }
  static auto derivative_b(const Value auto& x, const Value auto& t, Unused) {
    return math::log(t) + 1 - x;
  }
};

struct KlDivergenceOfLogs : Binary<"kl_div"> {
  static auto value(const auto& x, const auto& t) { return math::exp(t) * (t - x); }
  static auto derivative_a(Unused, const Value auto& t, Unused) { return -math::exp(t); }
  static auto derivative_b(const Value auto& x, const Value auto& t, Unused) {
    return math::exp(t) * (t - x + 1);
  }
};

/// log t! for t > 1 by Stirling's formula, and 0 elsewhere; there the logarithm gets a harmless argument.
auto stirling(const auto& t) {
  const auto s = at_least(1, t);
  return math::where(t <= 1, 0, s * math::log(s) - s + math::log(s * (2 * std::numbers::pi)) * 0.5);
}
auto stirling_derivative(const auto& t) {
  const auto s = at_least(1, t);
  return math::where(t <= 1, 0, math::log(s) + 0.5 / s);
}

struct PoissonOfLogs : Binary<"poisson_nll_loss"> {
  static constexpr bool no_bool = true;
  bool full;
  auto value(const auto& x, const auto& t) const {
    const auto y = math::exp(x) - t * x;
    return full ? y + stirling(t) : y;
  }
  static auto derivative_a(const Value auto& x, const Value auto& t, Unused) {
    return math::exp(x) - t;
  }
  template <class X>
  X derivative_b(const X& x, const X& t, Unused) const requires Value<X> {
    return full ? stirling_derivative(t) - x : -x;
  }
};

struct Poisson : Binary<"poisson_nll_loss"> {
  static constexpr bool no_bool = true;
  double eps;
  bool full;
  auto value(const auto& x, const auto& t) const {
    const auto y = x - t * math::log(x + eps);
    return full ? y + stirling(t) : y;
  }
  auto derivative_a(const Value auto& x, const Value auto& t, Unused) const {
    return 1 - t / (x + eps);
  }
  template <class X>
  X derivative_b(const X& x, const X& t, Unused) const requires Value<X> {
    const X y = -math::log(x + eps);
    return full ? stirling_derivative(t) + y : y;
  }
};

struct Gaussian : Ternary<"gaussian_nll_loss"> {
  double eps;
  double constant;
  auto value(const auto& x, const auto& t, const auto& var) const {
    const auto v = at_least(eps, var);
    return (math::log(v) + (x - t) * (x - t) / v) * 0.5 + constant;
  }
  auto derivative_a(const Value auto& x, const Value auto& t, const Value auto& var, Unused) const {
    return (x - t) / at_least(eps, var);
  }
  auto derivative_b(const Value auto& x, const Value auto& t, const Value auto& var, Unused) const {
    return (t - x) / at_least(eps, var);
  }
  /// Below eps the derivative is that at eps, so that a variance that fell below it can grow again.
  auto derivative_c(const Value auto& x, const Value auto& t, const Value auto& var, Unused) const {
    const auto v = at_least(eps, var);
    return (1 - (x - t) * (x - t) / v) / (v * 2);
  }
};

// ---- Margins.

struct HingeEmbedding : Binary<"hinge_embedding_loss"> {
  double margin;
  auto value(const auto& x, const auto& t) const {
    return math::where(t == 1, 0, math::maximum(margin - x, 0)) + math::where(t == -1, 0, x);
  }
  template <class X>
  X derivative_a(const X& x, const X& t, Unused) const requires Value<X> {
    const X one = math::ones_like(x);
    return math::where(t == -1, 0, one) - math::where((t == 1) | (x > margin), 0, one);
  }
  static math::Zero derivative_b(Unused, Unused, Unused) { return {}; }
};

struct MarginRanking : Ternary<"margin_ranking_loss"> {
  double margin;
  auto value(const auto& x, const auto& o, const auto& t) const {
    return math::maximum(margin - t * (x - o), 0);
  }
  auto derivative_a(const Value auto& x, const Value auto& o, const Value auto& t, Unused) const {
    return math::when(t * (x - o) <= margin, -t);
  }
  auto derivative_b(const Value auto& x, const Value auto& o, const Value auto& t, Unused) const {
    return math::when(t * (x - o) <= margin, t);
  }
  auto derivative_c(const Value auto& x, const Value auto& o, const Value auto& t, Unused) const {
    return math::when(t * (x - o) <= margin, o - x);
  }
};

struct SoftMargin : Binary<"soft_margin_loss"> {
  static auto value(const auto& x, const auto& t) { return log1p_exp(-(t * x)); }
  static auto derivative_a(const Value auto& x, const Value auto& t, Unused) {
    return -(t * sigmoid(-(t * x)));
  }
  static auto derivative_b(const Value auto& x, const Value auto& t, Unused) {
    return -(x * sigmoid(-(t * x)));
  }
};

/// Checks operands of which one may hold integers.
void check_one_real(std::string_view op, const Tensor& x, const Tensor& target) {
  if (!target.is_floating_point()) check_real(op, x);
  static_cast<void>(x.sizes());  // throws for an undefined tensor
}

/// Whether every element is in [low, high].
bool all_between(const Tensor& x, double low, double high) {
  const Tensor dense = plain_row_major(x);
  return detail::dispatch_floating("binary_cross_entropy", x.dtype(),
                                   [&]<class T>(std::type_identity<T>) {
                                     const T* p = dense.impl()->data<T>();
                                     bool all = true;
                                     for (std::int64_t i = 0; i < dense.numel(); ++i)
                                       all = all & (p[i] >= T(low)) & (p[i] <= T(high));
                                     return all;
                                   });
}

}  // namespace

Tensor mse_loss(const Tensor& x, const Tensor& target, std::int64_t reduction) {
  check_one_real("mse_loss", x, target);
  return loss(Mse{}, reduction, x, target);
}

Tensor l1_loss(const Tensor& x, const Tensor& target, std::int64_t reduction) {
  const bool floats = x.is_floating_point() || target.is_floating_point();
  const bool is_difference = x.dtype() != kBool && target.dtype() != kBool;
  // A recorded loss saves only the difference, so that the operands may be written to afterwards.
  const bool in_one = !autograd::records(x) && !autograd::records(target);
  if (in_one && floats && is_difference) return loss(L1{}, reduction, x, target);
  losses::check_reduction("l1_loss", reduction);
  return losses::reduce((x - target).abs(), reduction);
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, std::int64_t reduction, double beta) {
  check_one_real("smooth_l1_loss", x, target);
  if (!(beta >= 0))
    detail::fail<ValueError>("smooth_l1_loss", "beta must not be negative, got ", beta);
  if (beta == 0) return l1_loss(x, target, reduction);
  return loss(SmoothL1{{}, beta}, reduction, x, target);
}

Tensor huber_loss(const Tensor& x, const Tensor& target, std::int64_t reduction, double delta) {
  check_real("huber_loss", x);
  if (!(delta > 0)) detail::fail<ValueError>("huber_loss", "delta must be positive, got ", delta);
  if (target.dtype() == x.dtype()) return loss(Huber{{}, delta}, reduction, x, target);
  // As in PyTorch, the loss has the dtype of the prediction.
  losses::check_reduction("huber_loss", reduction);
  return losses::reduce(autograd::apply(Huber{{}, delta}, x, target).to(x.dtype()), reduction);
}

Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const OptionalTensor& weight,
                            std::int64_t reduction) {
  check_real("binary_cross_entropy", x);
  if (!(x.sizes() == target.sizes()))
    detail::fail<ShapeError>("binary_cross_entropy", "a target of shape ", target.sizes(),
                             " does not fit an input of shape ", x.sizes(),
                             "; they must be the same");
  if (!all_between(x, 0, 1))
    detail::fail<ValueError>("binary_cross_entropy",
                             "all elements of the input must be between 0 and 1; use "
                             "binary_cross_entropy_with_logits() for others");
  if (!given(weight)) return loss(BinaryCrossEntropy{}, reduction, x, target);
  losses::check_reduction("binary_cross_entropy", reduction);
  return losses::reduce(loss(BinaryCrossEntropy{}, Reduction::None, x, target) * *weight,
                        reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                        const OptionalTensor& weight,
                                        const OptionalTensor& pos_weight, std::int64_t reduction) {
  check_real("binary_cross_entropy_with_logits", x);
  losses::check_reduction("binary_cross_entropy_with_logits", reduction);
  const std::int64_t first = given(weight) ? std::int64_t{Reduction::None} : reduction;
  const Tensor y = given(pos_weight)
                       ? loss(WeightedLogisticCrossEntropy{}, first, x, target, *pos_weight)
                       : loss(LogisticCrossEntropy{}, first, x, target);
  return given(weight) ? losses::reduce(y * *weight, reduction) : y;
}

Tensor kl_div(const Tensor& x, const Tensor& target, std::int64_t reduction, bool log_target) {
  check_real("kl_div", x);
  check_real("kl_div", target);
  if (log_target) return loss(KlDivergenceOfLogs{}, reduction, x, target);
  return loss(KlDivergence{}, reduction, x, target);
}

Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input, bool full,
                        double eps, std::int64_t reduction) {
  if (log_input) return loss(PoissonOfLogs{{}, full}, reduction, x, target);
  return loss(Poisson{{}, eps, full}, reduction, x, target);
}

Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var, bool full,
                         double eps, std::int64_t reduction) {
  check_real("gaussian_nll_loss", x);
  check_real("gaussian_nll_loss", var);
  Tensor v = var;
  if (!(var.sizes() == x.sizes())) {
    const IntArrayRef all = x.sizes();
    const bool shorter =
        var.dim() + 1 == x.dim() && var.sizes() == IntArrayRef(all.data(), all.size() - 1);
    DimVector one(all);
    if (!one.empty()) one.back() = 1;
    if (shorter)
      v = var.unsqueeze(-1);
    else if (!(var.sizes() == one))
      detail::fail<ShapeError>("gaussian_nll_loss", "a variance of shape ", var.sizes(),
                               " does not fit an input of shape ", all,
                               "; give the same, or one without its last extent");
  }
  if (!all_between(var, 0, std::numeric_limits<double>::infinity()))
    detail::fail<ValueError>(
        "gaussian_nll_loss",
        "the variance has negative elements; give 0 or more, as by exp() or softplus()");
  const double constant = full ? 0.5 * std::log(2 * std::numbers::pi) : 0;
  return loss(Gaussian{{}, eps, constant}, reduction, x, target, v);
}

Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin,
                            std::int64_t reduction) {
  return loss(HingeEmbedding{{}, margin}, reduction, x, target);
}

Tensor margin_ranking_loss(const Tensor& x1, const Tensor& x2, const Tensor& target, double margin,
                           std::int64_t reduction) {
  return loss(MarginRanking{{}, margin}, reduction, x1, x2, target);
}

Tensor soft_margin_loss(const Tensor& x, const Tensor& target, std::int64_t reduction) {
  check_real("soft_margin_loss", x);
  return loss(SoftMargin{}, reduction, x, target);
}

Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target,
                                   const OptionalTensor& weight, std::int64_t reduction) {
  losses::check_reduction("multilabel_soft_margin_loss", reduction);
  check_real("multilabel_soft_margin_loss", x);
  const Tensor y = loss(LogisticCrossEntropy{}, Reduction::None, x, target);
  return losses::reduce((given(weight) ? y * *weight : y).mean(-1), reduction);
}

}  // namespace eigengrad
