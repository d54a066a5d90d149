#include <algorithm>
#include <limits>

#include "eigengrad/ops/linalg/distances.hpp"
#include "eigengrad/ops/loss/embedding.hpp"
#include "eigengrad/ops/loss/reduction.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "ops/loss/table_losses.hpp"

namespace table {
namespace {

using eg::Tensor;
using Plain = const Tensor&;
using Real = long double;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Real norm_of(const std::vector<double>& d, double p) {
  Real sum = 0;
  for (const double v : d) {
    const auto a = static_cast<Real>(std::abs(v));
    if (p == 0)
      sum += v != 0 ? 1 : 0;
    else if (std::isinf(p))
      sum = std::max(sum, a);
    else
      sum += std::pow(a, static_cast<Real>(p));
  }
  return p == 0 || std::isinf(p) ? sum : std::pow(sum, 1 / static_cast<Real>(p));
}

/// Distances of the last two dimensions, the leading ones broadcast.
Naive pair_distances(double p) {
  return [=](const Inputs& x) {
    const Sizes lead = support::broadcast(Sizes(x[0].sizes.begin(), x[0].sizes.end() - 2),
                                          Sizes(x[1].sizes.begin(), x[1].sizes.end() - 2));
    Sizes sizes = lead;
    sizes.push_back(x[0].sizes[x[0].dim() - 2]);
    sizes.push_back(x[1].sizes[x[1].dim() - 2]);
    const std::int64_t n = x[0].sizes.back();
    return Outputs{support::generate(sizes, [&](const Sizes& index) {
      std::vector<double> d;
      for (std::int64_t k = 0; k < n; ++k) {
        const auto at = [&](const Array& a, std::int64_t row) {
          Sizes i(index.begin(), index.end() - 2);
          i.insert(i.end(), {row, k});
          Sizes own(a.dim());
          for (std::size_t e = 1; e <= own.size(); ++e)
            own[own.size() - e] = e > 2 && a.sizes[a.dim() - e] == 1 ? 0 : i[i.size() - e];
          return a.at(own);
        };
        d.push_back(at(x[0], index[index.size() - 2]) - at(x[1], index.back()));
      }
      return static_cast<double>(norm_of(d, p));
    })};
  };
}

Naive own_distances(double p) {
  return [=](const Inputs& x) {
    const Array all = pair_distances(p)({x[0], x[0]})[0];
    Array y({x[0].sizes[0] * (x[0].sizes[0] - 1) / 2});
    std::size_t at = 0;
    for (std::int64_t i = 0; i < x[0].sizes[0]; ++i)
      for (std::int64_t j = i + 1; j < x[0].sizes[0]; ++j) y.values[at++] = all.at({i, j});
    return Outputs{y};
  };
}

/// The vectors along dimension `d` of two arrays that broadcast, and what `f` makes of them.
template <class F>
Naive along(std::size_t d, F f) {
  return [=](const Inputs& x) {
    Sizes sizes = support::broadcast(x[0].sizes, x[1].sizes);
    const std::int64_t n = sizes[d];
    sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(d));
    return Outputs{support::generate(sizes, [&](Sizes index) {
      index.insert(index.begin() + static_cast<std::ptrdiff_t>(d), 0);
      std::vector<double> a, b;
      for (index[d] = 0; index[d] < n; ++index[d]) {
        a.push_back(support::at_broadcast(x[0], index));
        b.push_back(support::at_broadcast(x[1], index));
      }
      return static_cast<double>(f(a, b));
    })};
  };
}

Real pair_norm(const std::vector<double>& a, const std::vector<double>& b, double p) {
  std::vector<double> d;
  for (std::size_t k = 0; k < a.size(); ++k) d.push_back(a[k] - b[k] + 1e-6);
  return norm_of(d, p);
}
Real dot(const std::vector<double>& a, const std::vector<double>& b) {
  Real sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    sum += static_cast<Real>(a[k]) * static_cast<Real>(b[k]);
  return sum;
}
Real cosine(const std::vector<double>& a, const std::vector<double>& b) {
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
}

Row cdist_row(std::string name, double p) {
  Row r = real_row(std::move(name), "cdist",
                   on2([p](Plain a, Plain b) { return eg::cdist(a, b, p); }), pair_distances(p),
                   samples_of({{{3, 2}, {4, 2}},
                               {{2, 3, 2}, {2, 2, 2}},
                               {{2, 3}, {2, 3, 3}},
                               {{1, 1}, {1, 1}},
                               {{0, 2}, {3, 2}},
                               {{2, 1, 2, 2}, {3, 1, 2}}}));
  r.values_only = samples_of({{{70, 19}, {37, 19}}, {{3, 300}, {5, 300}}, {{2, 0}, {3, 0}}});
  return r;
}

Row pdist_row(std::string name, double p) {
  return real_row(std::move(name), "pdist", on1([p](Plain x) { return eg::pdist(x, p); }),
                  own_distances(p), samples_of({{{4, 3}}, {{2, 2}}, {{1, 2}}}));
}

Row pairwise_row(std::string name, double p) {
  return real_row(std::move(name), "pairwise_distance",
                  on2([p](Plain a, Plain b) { return eg::pairwise_distance(a, b, p); }),
                  along(1, [p](const auto& a, const auto& b) { return pair_norm(a, b, p); }),
                  samples_of({{{3, 4}, {3, 4}}, {{3, 4}, {1, 4}}}));
}

Naive mean_of(Naive each) {
  return [=](const Inputs& x) {
    const Array y = each(x)[0];
    Real sum = 0;
    for (const double v : y.values) sum += static_cast<Real>(v);
    return Outputs{Array(Sizes(), static_cast<double>(sum / static_cast<Real>(y.values.size())))};
  };
}

/// Rows of anchors, positives and negatives.
Outputs triplets(const Inputs& x, double margin, double p, bool swap) {
  return {support::generate({x[0].sizes[0]}, [&](const Sizes& i) {
    std::vector<double> rows[3];
    for (std::size_t k = 0; k < 3; ++k)
      for (std::int64_t d = 0; d < x[k].sizes[1]; ++d) rows[k].push_back(x[k].at({i[0], d}));
    const Real near = pair_norm(rows[0], rows[1], p);
    Real far = pair_norm(rows[0], rows[2], p);
    if (swap) far = std::min(far, pair_norm(rows[1], rows[2], p));
    return static_cast<double>(std::max(Real(0), near - far + static_cast<Real>(margin)));
  })};
}

Rows embedding_rows() {
  using eg::Reduction::None;
  const std::vector<Inputs> threes = samples_of({{{5, 4}, {5, 4}, {5, 4}}});
  std::vector<Inputs> signed_samples = samples_of({{{5, 4}, {5, 4}}});
  signed_samples[0].push_back(signs({5}, 95));
  const Naive cosine_each = [](const Inputs& x) {
    Array y = along(1, cosine)({x[0], x[1]})[0];
    for (std::size_t i = 0; i < y.values.size(); ++i)
      y.values[i] = x[2].values[i] > 0 ? 1 - y.values[i] : std::max(0.0, y.values[i] - 0.125);
    return Outputs{y};
  };
  const eg::DistanceFunction taxicab = [](Plain a, Plain b) { return (a - b).abs().sum(-1); };
  return {
      real_row("cosine_embedding_loss", "cosine_embedding_loss", on3([](Plain a, Plain b, Plain t) {
                 return eg::cosine_embedding_loss(a, b, t, 0.125);
               }),
               mean_of(cosine_each), signed_samples),
      real_row("cosine_embedding_loss_none", "cosine_embedding_loss",
               on3([](Plain a, Plain b, Plain t) {
                 return eg::cosine_embedding_loss(a, b, t, 0.125, None);
               }),
               cosine_each, signed_samples),
      real_row("triplet_margin_loss", "triplet_margin_loss",
               on3([](Plain a, Plain p, Plain n) { return eg::triplet_margin_loss(a, p, n); }),
               mean_of([](const Inputs& x) { return triplets(x, 1, 2, false); }), threes),
      real_row(
          "triplet_margin_loss_swapped", "triplet_margin_loss", on3([](Plain a, Plain p, Plain n) {
            return eg::triplet_margin_loss(a, p, n, 1.5, 3, 1e-6, true, None);
          }),
          [](const Inputs& x) { return triplets(x, 1.5, 3, true); }, threes),
      real_row("triplet_margin_with_distance_loss", "triplet_margin_with_distance_loss",
               on3([](Plain a, Plain p, Plain n) {
                 return eg::triplet_margin_with_distance_loss(a, p, n);
               }),
               mean_of([](const Inputs& x) { return triplets(x, 1, 2, false); }), threes),
      real_row(
          "triplet_margin_with_own_distance", "triplet_margin_with_distance_loss",
          on3([taxicab](Plain a, Plain p, Plain n) {
            return eg::triplet_margin_with_distance_loss(a + 1e-6, p, n + 1e-6, taxicab, 0.5, false,
                                                         None);
          }),
          [](const Inputs& x) {
            Inputs y = x;
            for (double& v : y[2].values) v += 1e-6;
            return triplets(y, 0.5, 1, false);
          },
          threes)};
}

}  // namespace

Rows distance_rows() {
  Rows rows{
      cdist_row("cdist", 2),
      cdist_row("cdist_count", 0),
      cdist_row("cdist_sum", 1),
      cdist_row("cdist_largest", kInfinity),
      cdist_row("cdist_of_order_3", 3),
      cdist_row("cdist_of_order_half", 1.5),
      pdist_row("pdist", 2),
      pdist_row("pdist_sum", 1),
      pdist_row("pdist_of_order_3", 3),
      pairwise_row("pairwise_distance", 2),
      pairwise_row("pairwise_distance_sum", 1),
      pairwise_row("pairwise_distance_of_order_3", 3),
      real_row(
          "pairwise_distance_kept", "pairwise_distance",
          on2([](Plain a, Plain b) { return eg::pairwise_distance(a, b, 2, 1e-6, true); }),
          [](const Inputs& x) {
            Array y =
                along(1, [](const auto& a, const auto& b) { return pair_norm(a, b, 2); })(x)[0];
            y.sizes.push_back(1);
            return Outputs{y};
          },
          samples_of({{{3, 4}, {3, 4}}})),
      real_row("cosine_similarity", "cosine_similarity",
               on2([](Plain a, Plain b) { return eg::cosine_similarity(a, b); }), along(1, cosine),
               samples_of({{{3, 4}, {3, 4}}, {{3, 4}, {1, 4}}, {{2, 3, 2}, {2, 3, 2}}})),
      real_row("cosine_similarity_first", "cosine_similarity",
               on2([](Plain a, Plain b) { return eg::cosine_similarity(a, b, 0); }),
               along(0, cosine), samples_of({{{3, 4}, {3, 4}}, {{3}, {3}}})),
      real_row(
          "normalize", "normalize", on1([](Plain x) { return eg::normalize(x); }),
          [](const Inputs& x) {
            const Array norms =
                along(1, [](const auto& a, const auto&) { return norm_of(a, 2); })({x[0], x[0]})[0];
            return Outputs{support::generate(x[0].sizes, [&](const Sizes& i) {
              Sizes outer = i;
              outer.erase(outer.begin() + 1);
              return x[0].at(i) / norms.at(outer);
            })};
          },
          samples_of({{{3, 4}}, {{2, 3, 2}}})),
  };
  for (Row& r : embedding_rows()) rows.push_back(std::move(r));
  // Its derivative is 0 wherever it has one.
  named(rows, "cdist_count").differentiable = false;
  const std::pair<const char*, const char*> nodes[] = {
      {"pdist", "IndexBackward0"},
      {"pdist_sum", "IndexBackward0"},
      {"pdist_of_order_3", "IndexBackward0"},
      {"cosine_embedding_loss_none", "WhereBackward0"},
      {"triplet_margin_with_own_distance", "ClampMinBackward0"}};
  for (const auto& [name, node] : nodes) named(rows, name).other_nodes = {node};
  return rows;
}

}  // namespace table
