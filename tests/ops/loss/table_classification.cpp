#include <algorithm>
#include <limits>

#include "eigengrad/ops/loss/classification.hpp"
#include "eigengrad/ops/loss/ctc.hpp"
#include "eigengrad/ops/loss/reduction.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/softmax.hpp"
#include "table_losses.hpp"

namespace table {
namespace {

using eg::Tensor;
using eg::Reduction::Mean;
using eg::Reduction::None;
using eg::Reduction::Sum;
using Plain = const Tensor&;
using Real = long double;

Array classes(const Sizes& sizes, std::vector<double> values) {
  return {sizes, std::move(values), eg::kInt64};
}

// ---- Samples of (N C ...) or (C), each with the class or the probabilities that it should have.

/// Logarithms of softmax along the dimension of classes, or x itself.
Array log_softmax(const Array& x, bool wanted) {
  if (!wanted) return x;
  const std::size_t d = x.dim() == 1 ? 0 : 1;
  return support::generate(x.sizes, [&](const Sizes& index) {
    Real sum = 0;
    Sizes i = index;
    for (i[d] = 0; i[d] < x.sizes[d]; ++i[d]) sum += std::exp(static_cast<Real>(x.at(i)));
    return static_cast<double>(static_cast<Real>(x.at(index)) - std::log(sum));
  });
}

/// What the losses of samples with target probabilities, classes or smoothed classes have in common:
/// - sum over classes of probability x weight x log, over the sum of the weights.
struct Likelihood {
  std::int64_t reduction = Mean;
  bool softmax = false;
  std::int64_t ignored = -100;
  double smoothing = 0;
  std::vector<double> weight = {};

  Outputs operator()(const Inputs& in) const {
    const Array logs = log_softmax(in[0], softmax);
    const std::size_t d = logs.dim() == 1 ? 0 : 1;
    Sizes each = logs.sizes;
    const std::int64_t n = each[d];
    each.erase(each.begin() + static_cast<std::ptrdiff_t>(d));
    const bool named = in[1].dtype == eg::kInt64;
    Real total = 0, smooth_total = 0, weights = 0;
    const auto weight_of = [&](std::int64_t c) {
      return weight.empty() ? 1.0 : weight[static_cast<std::size_t>(c)];
    };
    Array y = support::generate(each, [&](const Sizes& sample) {
      Sizes at = sample;
      at.insert(at.begin() + static_cast<std::ptrdiff_t>(d), 0);
      Real own = 0, even = 0;
      for (std::int64_t c = 0; c < n; ++c) {
        at[d] = c;
        const Real term = -static_cast<Real>(logs.at(at)) * static_cast<Real>(weight_of(c));
        even += term;
        if (!named)
          own += term * static_cast<Real>(in[1].at(at));
        else if (static_cast<double>(c) == in[1].at(sample))
          own = term;
      }
      if (named) {
        const auto c = static_cast<std::int64_t>(in[1].at(sample));
        if (c == ignored) return 0.0;
        weights += static_cast<Real>(weight_of(c));
      } else {
        weights += 1;
      }
      total += own;
      smooth_total += even;
      const auto s = static_cast<Real>(smoothing);
      return static_cast<double>((1 - s) * own + s * even / static_cast<Real>(n));
    });
    if (reduction == None) return {y};
    const auto s = static_cast<Real>(smoothing);
    Real sum = (1 - s) * total + s * smooth_total / static_cast<Real>(n);
    if (reduction == Mean) sum /= weights;
    return {Array(Sizes(), static_cast<double>(sum))};
  }
};

std::vector<Inputs> class_samples(std::int64_t ignored = -100) {
  const auto skipped = static_cast<double>(ignored);
  return {{drawn({3, 4}, {-2, 2}, 70), classes({3}, {1, 3, 0})},
          {drawn({4}, {-2, 2}, 71), classes({}, {2})},
          {drawn({2, 4, 3}, {-2, 2}, 72), classes({2, 3}, {0, 1, skipped, 3, 2, 1})},
          {drawn({2, 4, 2, 2}, {-2, 2}, 73), classes({2, 2, 2}, {0, 1, 2, 3, 3, 2, 1, skipped})},
          {drawn({3, 4}, {-2, 2}, 74), classes({3}, {skipped, 3, 0})}};
}

/// Probabilities that add up to 1 are not asked for.
std::vector<Inputs> probability_samples() {
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{3, 4}, Sizes{4}, Sizes{2, 4, 3}})
    samples.push_back({drawn(s, {-2, 2}, 75), drawn(s, {0, 1}, 76)});
  return samples;
}

/// A function, because rows are made before main().
std::vector<double> class_weights() { return {0.5, 2, 1, 3}; }
Tensor weights() { return eg::tensor(class_weights()); }

Rows likelihood_rows() {
  Rows rows{
      real_row("nll_loss", "nll_loss", on2([](Plain x, Plain t) { return eg::nll_loss(x, t); }),
               Likelihood{}, class_samples()),
      real_row("nll_loss_none", "nll_loss", on2([](Plain x, Plain t) {
                 return eg::nll_loss(x, t, weights().to(x.dtype()), None, 2);
               }),
               Likelihood{.reduction = None, .ignored = 2, .weight = class_weights()},
               class_samples(2)),
      real_row("nll_loss_weighted", "nll_loss",
               on2([](Plain x, Plain t) { return eg::nll_loss(x, t, weights().to(x.dtype())); }),
               Likelihood{.weight = class_weights()}, class_samples()),
      real_row("nll_loss_sum", "nll_loss",
               on2([](Plain x, Plain t) { return eg::nll_loss(x, t, {}, Sum); }),
               Likelihood{.reduction = Sum}, class_samples()),
      real_row("cross_entropy_loss", "cross_entropy_loss",
               on2([](Plain x, Plain t) { return eg::cross_entropy_loss(x, t); }),
               Likelihood{.softmax = true}, class_samples()),
      real_row(
          "cross_entropy_loss_none", "cross_entropy_loss", on2([](Plain x, Plain t) {
            return eg::cross_entropy_loss(x, t, weights().to(x.dtype()), None, 2);
          }),
          Likelihood{.reduction = None, .softmax = true, .ignored = 2, .weight = class_weights()},
          class_samples(2)),
      real_row("cross_entropy_loss_weighted", "cross_entropy_loss", on2([](Plain x, Plain t) {
                 return eg::cross_entropy_loss(x, t, weights().to(x.dtype()));
               }),
               Likelihood{.softmax = true, .weight = class_weights()}, class_samples()),
      real_row("cross_entropy_loss_sum", "cross_entropy_loss",
               on2([](Plain x, Plain t) { return eg::cross_entropy_loss(x, t, {}, Sum); }),
               Likelihood{.reduction = Sum, .softmax = true}, class_samples()),
      real_row("cross_entropy_loss_smoothed", "cross_entropy_loss", on2([](Plain x, Plain t) {
                 return eg::cross_entropy_loss(x, t, {}, Mean, -100, 0.25);
               }),
               Likelihood{.softmax = true, .smoothing = 0.25}, class_samples()),
      real_row(
          "cross_entropy_loss_smoothed_none", "cross_entropy_loss", on2([](Plain x, Plain t) {
            return eg::cross_entropy_loss(x, t, weights().to(x.dtype()), None, -100, 0.25);
          }),
          Likelihood{
              .reduction = None, .softmax = true, .smoothing = 0.25, .weight = class_weights()},
          class_samples()),
      real_row("cross_entropy_loss_smoothed_weighted", "cross_entropy_loss",
               on2([](Plain x, Plain t) {
                 return eg::cross_entropy_loss(x, t, weights().to(x.dtype()), Mean, -100, 0.25);
               }),
               Likelihood{.softmax = true, .smoothing = 0.25, .weight = class_weights()},
               class_samples()),
      real_row("cross_entropy_loss_of_probabilities", "cross_entropy_loss",
               on2([](Plain x, Plain t) { return eg::cross_entropy_loss(x, t); }),
               Likelihood{.softmax = true}, probability_samples()),
      real_row("cross_entropy_loss_of_probabilities_none", "cross_entropy_loss",
               on2([](Plain x, Plain t) {
                 return eg::cross_entropy_loss(x, t, weights().to(x.dtype()), None);
               }),
               Likelihood{.reduction = None, .softmax = true, .weight = class_weights()},
               probability_samples()),
  };
  named(rows, "nll_loss").spellings = {
      {"nll_loss_nd", on2([](Plain x, Plain t) { return eg::nll_loss_nd(x, t); })},
      {"nll_loss2d", on2([](Plain x, Plain t) { return eg::nll_loss2d(x, t); })}};
  // Several blocks, more classes than a register holds, no samples at all.
  for (const char* name : {"nll_loss_sum", "cross_entropy_loss_sum"}) {
    std::vector<double> targets;
    for (int i = 0; i < 411; ++i) targets.push_back(i * 7 % 101);
    named(rows, name).values_only = {{drawn({411, 101}, {-9, 9}, 77), classes({411}, targets)},
                                     {drawn({0, 4}, {-2, 2}, 78), classes({0}, {})}};
  }
  return rows;
}

/// Weights of classes as the third argument, with derivatives, which PyTorch does not give.
Rows weight_rows() {
  const auto with_weights = [](bool softmax, double smoothing) {
    return [=](const Inputs& x) {
      return Likelihood{
          .softmax = softmax, .smoothing = smoothing, .weight = x[2].values}({x[0], x[1]});
    };
  };
  std::vector<Inputs> samples = class_samples();
  for (Inputs& s : samples) s.push_back(drawn({4}, {0.5, 2}, 79));
  Rows rows{
      real_row("nll_loss_of_weights", "nll_loss",
               on3([](Plain x, Plain t, Plain w) { return eg::nll_loss(x, t, w * 1); }),
               with_weights(false, 0), samples),
      real_row("cross_entropy_loss_of_weights", "cross_entropy_loss",
               on3([](Plain x, Plain t, Plain w) { return eg::cross_entropy_loss(x, t, w * 1); }),
               with_weights(true, 0), samples),
      real_row("cross_entropy_loss_smoothed_of_weights", "cross_entropy_loss",
               on3([](Plain x, Plain t, Plain w) {
                 return eg::cross_entropy_loss(x, t, w * 1, Mean, -100, 0.25);
               }),
               with_weights(true, 0.25), samples)};
  for (Row& r : rows) r.without_oracle = "PyTorch has no derivative with respect to weights";
  return rows;
}

// ---- Margins.

Naive multi_margin(double p, double margin, std::int64_t reduction, std::vector<double> weight) {
  return [=](const Inputs& in) {
    Array x = in[0];
    const bool single = x.dim() == 1;
    if (single) x.sizes.insert(x.sizes.begin(), 1);
    const std::int64_t n = x.sizes[1];
    Array y = support::generate({x.sizes[0]}, [&](const Sizes& i) {
      const auto c = static_cast<std::int64_t>(in[1].values[static_cast<std::size_t>(i[0])]);
      double sum = 0;
      for (std::int64_t k = 0; k < n; ++k)
        if (k != c) sum += std::pow(std::max(0.0, margin - x.at({i[0], c}) + x.at({i[0], k})), p);
      return sum / static_cast<double>(n) *
             (weight.empty() ? 1 : weight[static_cast<std::size_t>(c)]);
    });
    double sum = 0;
    for (const double v : y.values) sum += v;
    if (reduction == None) {
      if (single) y.sizes.clear();
      return Outputs{y};
    }
    return Outputs{
        Array(Sizes(), reduction == Mean ? sum / static_cast<double>(y.values.size()) : sum)};
  };
}

Naive multilabel_margin(std::int64_t reduction) {
  return [=](const Inputs& in) {
    Array x = in[0], t = in[1];
    const bool single = x.dim() == 1;
    if (single) {
      x.sizes.insert(x.sizes.begin(), 1);
      t.sizes = x.sizes;
    }
    const std::int64_t n = x.sizes[1];
    Array y = support::generate({x.sizes[0]}, [&](const Sizes& r) {
      std::vector<std::int64_t> targets;
      for (std::int64_t k = 0; k < n && t.at({r[0], k}) >= 0; ++k)
        targets.push_back(static_cast<std::int64_t>(t.at({r[0], k})));
      double sum = 0;
      for (const std::int64_t j : targets)
        for (std::int64_t i = 0; i < n; ++i)
          if (std::find(targets.begin(), targets.end(), i) == targets.end())
            sum += std::max(0.0, 1 - x.at({r[0], j}) + x.at({r[0], i}));
      return sum / static_cast<double>(n);
    });
    if (reduction == None) {
      if (single) y.sizes.clear();
      return Outputs{y};
    }
    double sum = 0;
    for (const double v : y.values) sum += v;
    return Outputs{Array(Sizes(), sum / static_cast<double>(y.values.size()))};
  };
}

Rows margin_rows() {
  const std::vector<Inputs> one_class{{drawn({3, 4}, {-2, 2}, 80), classes({3}, {1, 3, 0})},
                                      {drawn({4}, {-2, 2}, 81), classes({}, {2})}};
  const std::vector<Inputs> lists{
      {drawn({3, 4}, {-2, 2}, 82), classes({3, 4}, {1, 3, -1, 0, 2, -1, 1, 1, 0, 1, 2, 3})},
      {drawn({4}, {-2, 2}, 83), classes({4}, {2, 0, -1, 1})},
      {drawn({2, 4}, {-2, 2}, 84), classes({2, 4}, {-1, 3, -1, 0, 2, 0, 1, -1})}};
  return {real_row("multi_margin_loss", "multi_margin_loss",
                   on2([](Plain x, Plain t) { return eg::multi_margin_loss(x, t); }),
                   multi_margin(1, 1, Mean, {}), one_class),
          real_row("multi_margin_loss_none", "multi_margin_loss", on2([](Plain x, Plain t) {
                     return eg::multi_margin_loss(x, t, 2, 0.75, weights().to(x.dtype()), None);
                   }),
                   multi_margin(2, 0.75, None, class_weights()), one_class),
          real_row("multi_margin_loss_sum", "multi_margin_loss",
                   on2([](Plain x, Plain t) { return eg::multi_margin_loss(x, t, 2, 1, {}, Sum); }),
                   multi_margin(2, 1, Sum, {}), one_class),
          real_row("multilabel_margin_loss", "multilabel_margin_loss",
                   on2([](Plain x, Plain t) { return eg::multilabel_margin_loss(x, t); }),
                   multilabel_margin(Mean), lists),
          real_row("multilabel_margin_loss_none", "multilabel_margin_loss",
                   on2([](Plain x, Plain t) { return eg::multilabel_margin_loss(x, t, None); }),
                   multilabel_margin(None), lists)};
}

// ---- Sequences: every path is enumerated.

struct Sequences {
  std::vector<std::int64_t> times;
  std::vector<std::int64_t> lengths;
  std::int64_t blank;
};

/// -log of the sum over all paths of C symbols that collapse to the target.
double path_loss(const Array& x, std::int64_t n, std::int64_t times,
                 const std::vector<std::int64_t>& target, std::int64_t blank) {
  Real sum = 0;
  support::for_each_index(
      Sizes(static_cast<std::size_t>(times), x.sizes[2]), [&](const Sizes& path) {
        std::vector<std::int64_t> collapsed;
        Real log = 0;
        for (std::size_t t = 0; t < path.size(); ++t) {
          log += static_cast<Real>(x.at({static_cast<std::int64_t>(t), n, path[t]}));
          if (path[t] != blank && (t == 0 || path[t] != path[t - 1])) collapsed.push_back(path[t]);
        }
        if (collapsed == target) sum += std::exp(log);
      });
  return static_cast<double>(-std::log(sum));
}

Naive ctc(Sequences s, std::int64_t reduction) {
  return [=](const Inputs& in) {
    Array x = in[0];
    const bool single = x.dim() == 2;
    if (single) x.sizes.insert(x.sizes.begin() + 1, 1);
    Array y({x.sizes[1]});
    std::size_t start = 0;
    double mean = 0;
    for (std::size_t n = 0; n < s.times.size(); ++n) {
      const bool padded = in[1].dim() == 2;
      const auto length = static_cast<std::size_t>(s.lengths[n]);
      const std::size_t first = padded ? n * static_cast<std::size_t>(in[1].sizes[1]) : start;
      std::vector<std::int64_t> target;
      for (std::size_t k = 0; k < length; ++k)
        target.push_back(static_cast<std::int64_t>(in[1].values[first + k]));
      start += length;
      y.values[n] = path_loss(x, static_cast<std::int64_t>(n), s.times[n], target, s.blank);
      mean += y.values[n] / std::max(1.0, static_cast<double>(length));
    }
    if (reduction == Mean)
      return Outputs{Array(Sizes(), mean / static_cast<double>(y.values.size()))};
    if (single) y.sizes.clear();
    return Outputs{y};
  };
}

/// `of_logs` after log_softmax along the last dimension.
Naive of_logits(Naive of_logs) {
  return [=](Inputs in) {
    const Array x = in[0];
    in[0] = support::generate(x.sizes, [&](const Sizes& index) {
      Real sum = 0;
      Sizes i = index;
      for (i.back() = 0; i.back() < x.sizes.back(); ++i.back())
        sum += std::exp(static_cast<Real>(x.at(i)));
      return static_cast<double>(static_cast<Real>(x.at(index)) - std::log(sum));
    });
    return of_logs(in);
  };
}

Row ctc_row(std::string name, Sequences s, std::int64_t reduction, std::vector<Inputs> samples) {
  return real_row(std::move(name), "ctc_loss", on2([=](Plain x, Plain t) {
                    return eg::ctc_loss(x, t, s.times, s.lengths, s.blank, reduction);
                  }),
                  ctc(s, reduction), std::move(samples));
}

Rows sequence_rows() {
  const Sequences padded{{4, 5, 3}, {2, 3, 0}, 0};
  Rows rows{
      ctc_row("ctc_loss", padded, Mean,
              {{drawn({5, 3, 4}, {-3, -0.1}, 90), classes({3, 3}, {1, 2, 0, 2, 2, 3, 0, 0, 0})}}),
      ctc_row("ctc_loss_none", {{5, 4}, {3, 1}, 2}, None,
              {{drawn({5, 2, 3}, {-3, -0.1}, 91), classes({4}, {0, 1, 0, 1})}}),
      ctc_row("ctc_loss_single", {{4}, {2}, 0}, None,
              {{drawn({4, 3}, {-3, -0.1}, 92), classes({2}, {1, 1})}})};
  for (Row& r : rows) r.without_oracle = "PyTorch's gradient takes log_softmax() for granted";
  // The same from logits; the last sequence of the second is too short for its target.
  rows.push_back(
      real_row("ctc_loss_of_logits", "ctc_loss", on2([=](Plain x, Plain t) {
                 return eg::ctc_loss(eg::log_softmax(x, -1), t, padded.times, padded.lengths);
               }),
               of_logits(ctc(padded, Mean)),
               {{drawn({5, 3, 4}, {-2, 2}, 93), classes({3, 3}, {1, 2, 0, 2, 2, 3, 0, 0, 0})}}));
  rows.push_back(real_row(
      "ctc_loss_of_logits_none", "ctc_loss", on2([](Plain x, Plain t) {
        return eg::ctc_loss(eg::log_softmax(x, -1), t, {5, 4, 1}, {3, 1, 2}, 2, None, true);
      }),
      [](const Inputs& in) {
        Outputs y = of_logits(ctc({{5, 4, 1}, {3, 1, 2}, 2}, None))(in);
        y[0].values[2] = 0;
        return y;
      },
      {{drawn({5, 3, 3}, {-2, 2}, 94), classes({6}, {0, 1, 0, 1, 0, 1})}}));
  named(rows, "ctc_loss").spellings = {
      {"ctc_loss of tensors of lengths", on2([=](Plain x, Plain t) {
         return eg::ctc_loss(x, t, eg::tensor(padded.times), eg::tensor(padded.lengths));
       })}};
  return rows;
}

}  // namespace

Rows class_loss_rows() {
  Rows rows;
  for (Rows family : {likelihood_rows(), weight_rows(), margin_rows(), sequence_rows()})
    for (Row& r : family) rows.push_back(std::move(r));
  const std::pair<const char*, const char*> nodes[] = {
      {"cross_entropy_loss_of_probabilities", "DivBackward0"},
      {"multi_margin_loss", "MeanBackward0"},
      {"multi_margin_loss_none", "MulBackward0"},
      {"multi_margin_loss_sum", "SumBackward0"},
      {"multilabel_margin_loss", "MeanBackward0"}};
  for (const auto& [name, node] : nodes) named(rows, name).other_nodes = {node};
  return rows;
}

}  // namespace table
