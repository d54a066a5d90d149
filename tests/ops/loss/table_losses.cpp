#include <algorithm>
#include <numbers>

#include "eigengrad/ops/loss/pointwise.hpp"
#include "eigengrad/ops/loss/reduction.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "table_losses.hpp"

namespace table {
namespace {

using eg::Tensor;
using eg::Reduction::Mean;
using eg::Reduction::None;
using eg::Reduction::Sum;
using Real = long double;

/// The losses that `each` gives, reduced.
Naive reduced(Naive each, std::int64_t reduction) {
  return [=](const Inputs& x) {
    const Array losses = each(x)[0];
    if (reduction == None) return Outputs{losses};
    Real sum = 0;
    for (const double v : losses.values) sum += static_cast<Real>(v);
    if (reduction == Mean) sum /= static_cast<Real>(losses.values.size());
    return Outputs{Array(Sizes(), static_cast<double>(sum))};
  };
}

/// A loss of one prediction and one target as `f(x, t, reduction)`; `each` is its value.
struct Loss {
  std::string name;
  std::function<Tensor(const Tensor&, const Tensor&, std::int64_t)> f;
  double (*each)(double, double);
  Range x = {-2, 2};
  Range t = {-2, 2};
  bool integers = false;
};

Rows rows_of(const Loss& loss) {
  Rows rows;
  const std::pair<const char*, std::int64_t> reductions[] = {
      {"", Mean}, {"_none", None}, {"_sum", Sum}};
  for (const auto& [suffix, reduction] : reductions) {
    const std::function<Tensor(const Tensor&, const Tensor&, std::int64_t)> f = loss.f;
    const std::int64_t r = reduction;
    std::vector<Inputs> samples;
    std::vector<std::pair<Sizes, Sizes>> shapes{
        {{3, 4}, {3, 4}}, {{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{}, {3}}, {{}, {}}};
    if (reduction != Mean) shapes.push_back({{2, 0}, {2, 0}});
    if (loss.name == "binary_cross_entropy") shapes = {{{3, 4}, {3, 4}}, {{5}, {5}}, {{}, {}}};
    for (const auto& [s, t] : shapes)
      samples.push_back({support::uniform(s, loss.x.low, loss.x.high, 40),
                         support::uniform(t, loss.t.low, loss.t.high, 41)});
    const Sizes large{131, 263};
    rows.push_back({.name = loss.name + suffix,
                    .function = loss.name.substr(0, loss.name.find("__")),
                    .call = on2([f, r](const Tensor& x, const Tensor& t) { return f(x, t, r); }),
                    .naive = reduced(elements(loss.each), reduction),
                    .samples = samples,
                    .values_only = {{support::uniform(large, loss.x.low, loss.x.high, 42),
                                     support::uniform(large, loss.t.low, loss.t.high, 43)}},
                    .integers = loss.integers,
                    .bools = false});
  }
  return rows;
}

double square_of_difference(double x, double t) { return (x - t) * (x - t); }
double distance(double x, double t) { return std::abs(x - t); }
double smooth_distance(double x, double t) {
  const double d = std::abs(x - t);
  return d < 0.75 ? d * d / 1.5 : d - 0.375;
}
double huber(double x, double t) {
  const double d = std::abs(x - t);
  return d < 0.75 ? d * d / 2 : 0.75 * (d - 0.375);
}
double cross_entropy(double x, double t) { return -t * std::log(x) - (1 - t) * std::log1p(-x); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double logistic_cross_entropy(double x, double t) {
  return t * softplus(-x) + (1 - t) * softplus(x);
}
double divergence(double x, double t) { return t * std::log(t) - t * x; }
double divergence_of_logs(double x, double t) { return std::exp(t) * (t - x); }
double stirling(double t) {
  return t > 1 ? t * std::log(t) - t + std::log(2 * std::numbers::pi * t) / 2 : 0;
}
double poisson(double x, double t) { return std::exp(x) - t * x; }
double poisson_full(double x, double t) { return poisson(x, t) + stirling(t); }
double poisson_of_rates(double x, double t) { return x - t * std::log(x + 1e-3) + stirling(t); }
double soft_margin(double x, double t) { return softplus(-t * x); }

const std::vector<Loss>& losses() {
  using Plain = const Tensor&;
  static const std::vector<Loss> list{
      {"mse_loss", [](Plain x, Plain t, std::int64_t r) { return eg::mse_loss(x, t, r); },
       square_of_difference},
      {"l1_loss", [](Plain x, Plain t, std::int64_t r) { return eg::l1_loss(x, t, r); }, distance},
      {"smooth_l1_loss",
       [](Plain x, Plain t, std::int64_t r) { return eg::smooth_l1_loss(x, t, r, 0.75); },
       smooth_distance},
      {"smooth_l1_loss__sharp",
       [](Plain x, Plain t, std::int64_t r) { return eg::smooth_l1_loss(x, t, r, 0); }, distance},
      {"huber_loss", [](Plain x, Plain t, std::int64_t r) { return eg::huber_loss(x, t, r, 0.75); },
       huber},
      {"binary_cross_entropy",
       [](Plain x, Plain t, std::int64_t r) { return eg::binary_cross_entropy(x, t, {}, r); },
       cross_entropy,
       {0.05, 0.95},
       {0, 1}},
      {"binary_cross_entropy_with_logits",
       [](Plain x, Plain t, std::int64_t r) {
         return eg::binary_cross_entropy_with_logits(x, t, {}, {}, r);
       },
       logistic_cross_entropy,
       {-4, 4},
       {0, 1}},
      {"kl_div",
       [](Plain x, Plain t, std::int64_t r) { return eg::kl_div(x, t, r); },
       divergence,
       {-4, 0},
       {0.1, 1}},
      {"kl_div__of_logs",
       [](Plain x, Plain t, std::int64_t r) { return eg::kl_div(x, t, r, true); },
       divergence_of_logs,
       {-4, 0},
       {-4, 0}},
      {"poisson_nll_loss",
       [](Plain x, Plain t, std::int64_t r) {
         return eg::poisson_nll_loss(x, t, true, false, 1e-8, r);
       },
       poisson,
       {-2, 2},
       {0, 3},
       true},
      {"poisson_nll_loss__full",
       [](Plain x, Plain t, std::int64_t r) {
         return eg::poisson_nll_loss(x, t, true, true, 1e-8, r);
       },
       poisson_full,
       {-2, 2},
       {0.2, 3}},
      {"poisson_nll_loss__of_rates",
       [](Plain x, Plain t, std::int64_t r) {
         return eg::poisson_nll_loss(x, t, false, true, 1e-3, r);
       },
       poisson_of_rates,
       {0.3, 3},
       {0.2, 3}},
      {"soft_margin_loss",
       [](Plain x, Plain t, std::int64_t r) { return eg::soft_margin_loss(x, t, r); },
       soft_margin}};
  return list;
}

// ---- Losses of three tensors, and with weights.

std::vector<Inputs> weighted_samples(Range x) {
  std::vector<Inputs> samples;
  for (const auto& [s, w] : {std::pair<Sizes, Sizes>{{3, 4}, {4}}, {{3, 4}, {3, 4}}, {{5}, {}}})
    samples.push_back({drawn(s, x, 51), drawn(s, {0, 1}, 52), drawn(w, {0.5, 2}, 53)});
  return samples;
}

double gaussian(double x, double t, double v) {
  return (std::log(v) + (x - t) * (x - t) / v + std::log(2 * std::numbers::pi)) / 2;
}
double ranking(double x, double o, double t) { return std::max(0.0, 0.5 - t * (x - o)); }
double hinge(double x, double t) { return t > 0 ? x : std::max(0.0, 0.75 - x); }

Rows other_rows() {
  using Plain = const Tensor&;
  const std::vector<Inputs> gaussian_samples{
      {drawn({3, 4}, {-2, 2}, 54), drawn({3, 4}, {-2, 2}, 55), drawn({3, 4}, {0.3, 2}, 56)},
      {drawn({3, 4}, {-2, 2}, 54), drawn({3, 4}, {-2, 2}, 55), drawn({3, 1}, {0.3, 2}, 56)}};
  std::vector<Inputs> hinge_samples, ranking_samples;
  for (const Sizes& s : {Sizes{3, 4}, Sizes{5}, Sizes{}}) {
    hinge_samples.push_back({drawn(s, {-2, 2}, 57), signs(s, 50)});
    ranking_samples.push_back({drawn(s, {-2, 2}, 58), drawn(s, {-2, 2}, 59), signs(s, 50)});
  }
  return {
      real_row(
          "binary_cross_entropy_weighted", "binary_cross_entropy",
          on3([](Plain x, Plain t, Plain w) { return eg::binary_cross_entropy(x, t, w * 1); }),
          reduced(elements([](double x, double t, double w) { return w * cross_entropy(x, t); }),
                  Mean),
          weighted_samples({0.05, 0.95})),
      real_row("logits_weighted", "binary_cross_entropy_with_logits",
               on3([](Plain x, Plain t, Plain w) {
                 return eg::binary_cross_entropy_with_logits(x, t, w * 1, {}, Sum);
               }),
               reduced(elements([](double x, double t, double w) {
                         return w * logistic_cross_entropy(x, t);
                       }),
                       Sum),
               weighted_samples({-4, 4})),
      real_row("logits_pos_weighted", "binary_cross_entropy_with_logits",
               on3([](Plain x, Plain t, Plain w) {
                 return eg::binary_cross_entropy_with_logits(x, t, {}, w * 1);
               }),
               reduced(elements([](double x, double t, double w) {
                         return w * t * softplus(-x) + (1 - t) * softplus(x);
                       }),
                       Mean),
               weighted_samples({-4, 4})),
      real_row("logits_pos_weighted_none", "binary_cross_entropy_with_logits",
               on3([](Plain x, Plain t, Plain w) {
                 return eg::binary_cross_entropy_with_logits(x, t, t, w * 1, None);
               }),
               elements([](double x, double t, double w) {
                 return t * (w * t * softplus(-x) + (1 - t) * softplus(x));
               }),
               weighted_samples({-4, 4})),
      real_row("gaussian_nll_loss", "gaussian_nll_loss",
               on3([](Plain x, Plain t, Plain v) { return eg::gaussian_nll_loss(x, t, v, true); }),
               reduced(elements(gaussian), Mean), gaussian_samples),
      real_row("gaussian_nll_loss_none", "gaussian_nll_loss", on3([](Plain x, Plain t, Plain v) {
                 return eg::gaussian_nll_loss(x, t, v, true, 1e-6, None);
               }),
               elements(gaussian), gaussian_samples),
      real_row("hinge_embedding_loss", "hinge_embedding_loss",
               on2([](Plain x, Plain t) { return eg::hinge_embedding_loss(x, t, 0.75); }),
               reduced(elements(hinge), Mean), hinge_samples),
      real_row("hinge_embedding_loss_none", "hinge_embedding_loss",
               on2([](Plain x, Plain t) { return eg::hinge_embedding_loss(x, t, 0.75, None); }),
               elements(hinge), hinge_samples),
      real_row("margin_ranking_loss", "margin_ranking_loss",
               on3([](Plain x, Plain o, Plain t) { return eg::margin_ranking_loss(x, o, t, 0.5); }),
               reduced(elements(ranking), Mean), ranking_samples),
      real_row("margin_ranking_loss_none", "margin_ranking_loss",
               on3([](Plain x, Plain o, Plain t) {
                 return eg::margin_ranking_loss(x, o, t, 0.5, None);
               }),
               elements(ranking), ranking_samples),
      real_row("multilabel_soft_margin_loss", "multilabel_soft_margin_loss",
               on2([](Plain x, Plain t) { return eg::multilabel_soft_margin_loss(x, t); }),
               reduced(elements(logistic_cross_entropy), Mean),
               {{drawn({3, 4}, {-2, 2}, 60), drawn({3, 4}, {0, 1}, 61)},
                {drawn({5}, {-2, 2}, 60), drawn({5}, {0, 1}, 61)}}),
      real_row(
          "multilabel_soft_margin_weighted", "multilabel_soft_margin_loss",
          on3([](Plain x, Plain t, Plain w) {
            return eg::multilabel_soft_margin_loss(x, t, w * 1, Sum);
          }),
          [](const Inputs& x) {
            const auto n = static_cast<double>(x[0].sizes.back());
            return reduced(elements([n](double a, double t, double w) {
                             return w * logistic_cross_entropy(a, t) / n;
                           }),
                           Sum)(x);
          },
          weighted_samples({-2, 2})),
  };
}

}  // namespace

Rows loss_rows() {
  Rows rows = other_rows();
  for (const Loss& loss : losses())
    for (Row& r : rows_of(loss)) rows.push_back(std::move(r));
  // PyTorch composes these, or computes them in one node.
  const std::pair<const char*, const char*> nodes[] = {
      {"binary_cross_entropy_weighted", "MeanBackward0"},
      {"logits_weighted", "SumBackward0"},
      {"gaussian_nll_loss", "GaussianNllLossBackward0"},
      {"hinge_embedding_loss", "HingeEmbeddingLossBackward0"},
      {"margin_ranking_loss", "MarginRankingLossBackward0"},
      {"kl_div", "KlDivBackward0"},
      {"poisson_nll_loss", "PoissonNllLossBackward0"},
      {"logits_pos_weighted_none", "MulBackward0"}};
  for (const auto& [prefix, node] : nodes)
    for (Row& r : rows)
      if (r.name.starts_with(prefix)) r.other_nodes = {node};
  // PyTorch 2 computes these as l1_loss.
  named(rows, "smooth_l1_loss__sharp").other_nodes = {"MeanBackward0"};
  named(rows, "smooth_l1_loss__sharp_none").other_nodes = {"AbsBackward0"};
  named(rows, "smooth_l1_loss__sharp_sum").other_nodes = {"SumBackward0"};
  named(rows, "hinge_embedding_loss").more_dtypes = {"int64", "bool"};
  named(rows, "margin_ranking_loss").more_dtypes = {"bool"};
  named(rows, "margin_ranking_loss_none").more_dtypes = {"bool"};
  return rows;
}

}  // namespace table
