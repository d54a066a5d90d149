#include <algorithm>
#include <cmath>

#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/ops/linalg/covariance.hpp"
#include "eigengrad/ops/reduction/statistics.hpp"
#include "reducing.hpp"

namespace table {
namespace {

/// Squared deviations over n - `less`.
double spread_of(const Elements& e, double less) {
  const double mean = mean_of(e);
  Elements squares;
  for (const double v : e) squares.push_back((v - mean) * (v - mean));
  return sum_of(squares) / std::max(0.0, static_cast<double>(e.size()) - less);
}
double variance_of(const Elements& e) { return spread_of(e, 1); }
double population_variance_of(const Elements& e) { return spread_of(e, 0); }
double deviation_of(const Elements& e) { return std::sqrt(variance_of(e)); }
double population_deviation_of(const Elements& e) { return std::sqrt(spread_of(e, 0)); }

void add_spreads(Rows& rows) {
  const Options real{.integers = false};
  rows.push_back(row("var", "var", on1([](const Tensor& x) { return eg::var(x); }),
                     reducing({}, false, variance_of), spread_out(),
                     on1([](const Tensor& x) { return x.var(); }), real));
  rows.push_back(row("var_population", "var",
                     on1([](const Tensor& x) { return eg::var(x, false); }),
                     reducing({}, false, population_variance_of), not_empty(),
                     on1([](const Tensor& x) { return x.var(false); }), real));
  rows.push_back(row("var_dim", "var",
                     on1([](const Tensor& x) { return eg::var(x, eg::OptionalIntArrayRef(0)); }),
                     reducing({0}, false, variance_of), spread_out(),
                     on1([](const Tensor& x) { return x.var({0}, true); }), real));
  rows.push_back(row("var_dims_kept", "var", on1([](const Tensor& x) {
                       return eg::var(x, {0, 2}, false, true);
                     }),
                     reducing({0, 2}, true, population_variance_of), three_dims_with_elements(),
                     on1([](const Tensor& x) {
                       return x.var({0, -1}, false, true);
                     }),
                     real));
  rows.push_back(row("std", "std", on1([](const Tensor& x) { return eg::std(x); }),
                     reducing({}, false, deviation_of), spread_out(),
                     on1([](const Tensor& x) { return x.std(); }), real));
  rows.push_back(row("std_population", "std",
                     on1([](const Tensor& x) { return eg::std(x, false); }),
                     reducing({}, false, population_deviation_of), spread_out(),
                     on1([](const Tensor& x) { return x.std(false); }), real));
  rows.push_back(row("std_dim", "std",
                     on1([](const Tensor& x) { return eg::std(x, eg::OptionalIntArrayRef(-1)); }),
                     reducing({-1}, false, deviation_of), spread_out(),
                     on1([](const Tensor& x) { return x.std({-1}, true); }), real));
  rows.push_back(row("std_dims_kept", "std", on1([](const Tensor& x) {
                       return eg::std(x, {0, 2}, true, true);
                     }),
                     reducing({0, 2}, true, deviation_of), three_dims_with_elements(),
                     on1([](const Tensor& x) {
                       return x.std({0, -1}, true, true);
                     }),
                     real));
}

const eg::optional<std::int64_t> kNone = 0;
const eg::optional<std::int64_t> kTwo = 2;
double variance_over_n_minus_2(const Elements& e) { return spread_of(e, 2); }

void add_corrected(Rows& rows) {
  const Options real{.integers = false};
  const Shapes shapes{{{3, 4}}, {{3, 3, 2}}, {{5}}};
  rows.push_back(row("var_correction", "var",
                     on1([](const Tensor& x) { return eg::var(x, 0, kTwo); }),
                     reducing({0}, false, variance_over_n_minus_2), shapes,
                     on1([](const Tensor& x) { return x.var(0, kTwo); }), real));
  rows.push_back(row("std_correction", "std",
                     on1([](const Tensor& x) { return eg::std(x, {0}, kNone, true); }),
                     reducing({0}, true, population_deviation_of), shapes,
                     on1([](const Tensor& x) { return x.std({0}, kNone, true); }), real));
}

template <class F>
Naive with_mean(std::vector<std::int64_t> dims, bool keepdim, F f) {
  return [=](const Inputs& x) {
    return Outputs{reduce(x[0], dims, keepdim, f), reduce(x[0], dims, keepdim, mean_of)};
  };
}

void add_with_mean(Rows& rows) {
  const Options real{.integers = false};
  const auto add = [&](const char* name, const char* function, Call call, Naive naive,
                       const Shapes& shapes) {
    rows.push_back(row(name, function, std::move(call), std::move(naive), shapes, {}, real));
  };
  add("var_mean", "var_mean", list_on1([](const Tensor& x) { return eg::var_mean(x); }),
      with_mean({}, false, variance_of), spread_out());
  add("var_mean_dim", "var_mean",
      list_on1([](const Tensor& x) { return eg::var_mean(x, {0}, false, true); }),
      with_mean({0}, true, population_variance_of), spread_out());
  add("var_mean_correction", "var_mean", list_on1([](const Tensor& x) {
        return eg::var_mean(x, {0, 2}, kNone);
      }),
      with_mean({0, 2}, false, population_variance_of), three_dims_with_elements());
  add("std_mean", "std_mean", list_on1([](const Tensor& x) { return eg::std_mean(x, false); }),
      with_mean({}, false, population_deviation_of), spread_out());
  add("std_mean_dim", "std_mean",
      list_on1([](const Tensor& x) { return eg::std_mean(x, {-1}, true, true); }),
      with_mean({-1}, true, deviation_of), spread_out());
  add("std_mean_correction", "std_mean",
      list_on1([](const Tensor& x) { return eg::std_mean(x, {0}, kNone); }),
      with_mean({0}, false, population_deviation_of), spread_out());
}

/// The elements that are numbers.
Elements numbers(const Elements& e) {
  Elements kept;
  std::copy_if(e.begin(), e.end(), std::back_inserter(kept),
               [](double v) { return !std::isnan(v); });
  return kept;
}
double nan_sum_of(const Elements& e) { return sum_of(numbers(e)); }
double nan_mean_of(const Elements& e) { return mean_of(numbers(e)); }

void add_with_nan(Rows& rows) {
  rows.push_back(row("nansum", "nansum", on1([](const Tensor& x) { return eg::nansum(x); }),
                     reducing({}, false, nan_sum_of), any_shapes(),
                     on1([](const Tensor& x) { return x.nansum(); })));
  rows.push_back(row("nansum_dims", "nansum", on1([](const Tensor& x) {
                       return eg::nansum(x, {0, 2}, true);
                     }),
                     reducing({0, 2}, true, nan_sum_of), three_dims(), on1([](const Tensor& x) {
                       return x.nansum({-1, 0}, true);
                     })));
  const Options real{.integers = false};
  rows.push_back(with_empty_for_values(
      row("nanmean", "nanmean", on1([](const Tensor& x) { return eg::nanmean(x); }),
          reducing({}, false, nan_mean_of), any_shapes(),
          on1([](const Tensor& x) { return x.nanmean(); }), real)));
  rows.push_back(row("nanmean_dim", "nanmean",
                     on1([](const Tensor& x) { return eg::nanmean(x, 0, true); }),
                     reducing({0}, true, nan_mean_of), first_not_empty(),
                     on1([](const Tensor& x) { return x.nanmean(0, true); }), real));
  for (Row& r : rows)
    if (r.name.starts_with("nan"))
      r.values_only.push_back({Array({2, 2, 2}, {1, NAN, 3, NAN, -2, NAN, 0.5, 4})});
}

// ---- Covariances.

/// Of rows of observations that weigh w and are counted f times.
Array covariances(const Array& x, double correction, const Elements& f = {},
                  const Elements& a = {}) {
  const std::int64_t r = x.dim() < 2 ? 1 : x.sizes[0];
  const std::int64_t n = x.dim() < 2 ? support::count(x.sizes) : x.sizes[1];
  const auto at = [&](std::int64_t i, std::int64_t k) {
    return x.values[static_cast<std::size_t>(i * n + k)];
  };
  const auto weight = [&](std::int64_t k) {
    const auto i = static_cast<std::size_t>(k);
    return (f.empty() ? 1.0 : f[i]) * (a.empty() ? 1.0 : a[i]);
  };
  double total = 0, squared = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    total += weight(k);
    squared += weight(k) * (a.empty() ? 1.0 : a[static_cast<std::size_t>(k)]);
  }
  const double freedom = total - correction * (a.empty() ? 1.0 : squared / total);
  Elements mean;
  for (std::int64_t i = 0; i < r; ++i) {
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k) sum += weight(k) * at(i, k);
    mean.push_back(sum / total);
  }
  Array c = support::generate({r, r}, [&](const Sizes& ij) {
    double sum = 0;
    for (std::int64_t k = 0; k < n; ++k)
      sum += weight(k) * (at(ij[0], k) - mean[static_cast<std::size_t>(ij[0])]) *
             (at(ij[1], k) - mean[static_cast<std::size_t>(ij[1])]);
    return sum / std::max(freedom, 0.0);
  });
  if (r == 1) c.sizes = {};
  return c;
}

Array correlations(const Array& x) {
  const Array c = covariances(x, 1);
  if (c.dim() == 0) return Array(Sizes{}, 1);
  return support::generate(c.sizes, [&](const Sizes& i) {
    return c.at(i) / std::sqrt(c.at({i[0], i[0]}) * c.at({i[1], i[1]}));
  });
}

void add_covariances(Rows& rows) {
  const Shapes shapes{{{3, 4}}, {{2, 5}}, {{5}}, {{1, 3}}};
  const auto add = [&](std::string name, std::string function, Call call, Naive naive,
                       Call member) {
    rows.push_back(row(std::move(name), function, std::move(call), std::move(naive), shapes,
                       std::move(member)));
    rows.back().values_only = samples_of({{{17, 301}}});
    rows.back().bools = false;
  };
  add(
      "cov", "cov", on1([](const Tensor& x) { return eg::cov(x); }),
      [](const Inputs& x) { return Outputs{covariances(x[0], 1)}; },
      on1([](const Tensor& x) { return x.cov(); }));
  add(
      "cov_correction", "cov", on1([](const Tensor& x) { return eg::cov(x, 0); }),
      [](const Inputs& x) { return Outputs{covariances(x[0], 0)}; },
      on1([](const Tensor& x) { return x.cov(0); }));
  add(
      "corrcoef", "corrcoef", on1([](const Tensor& x) { return eg::corrcoef(x); }),
      [](const Inputs& x) { return Outputs{correlations(x[0])}; },
      on1([](const Tensor& x) { return x.corrcoef(); }));
  // One row has a correlation of exactly 1; integers repeat, and a constant row has none.
  rows.back().samples = samples_of({{{3, 4}}, {{2, 5}}});
  rows.back().integers = false;

  const Array often({4}, {1, 2, 0, 3}, eg::kInt64);
  Row weighted = row(
      "cov_weights", "cov",
      on3([](const Tensor& x, const Tensor& f, const Tensor& a) { return eg::cov(x, 1, f, a); }),
      [](const Inputs& x) { return Outputs{covariances(x[0], 1, x[1].values, x[2].values)}; },
      {{{3, 4}}},
      on3([](const Tensor& x, const Tensor& f, const Tensor& a) { return x.cov(1, f, a); }),
      {.integers = false});
  weighted.samples.clear();
  for (const Sizes& s : {Sizes{3, 4}, Sizes{4}})
    weighted.samples.push_back(
        {support::uniform(s, -2, 2, 5), often, support::uniform({4}, 0.5, 1.5, 6)});
  weighted.values_only.clear();
  weighted.optional_arguments = {1, 2};
  rows.push_back(weighted);
}

// ---- Counts.

Naive histogram(std::int64_t bins, double low, double high) {
  return [=](const Inputs& in) {
    double from = low, to = high;
    const Elements& e = in[0].values;
    if (from == to && !e.empty()) {
      from = *std::min_element(e.begin(), e.end());
      to = *std::max_element(e.begin(), e.end());
    }
    if (from == to) {
      from -= 1;
      to += 1;
    }
    Array n({bins});
    for (const double v : e) {
      if (v < from || v > to) continue;
      const auto bin =
          static_cast<std::size_t>((v - from) / (to - from) * static_cast<double>(bins));
      ++n.values[std::min(bin, n.values.size() - 1)];
    }
    return Outputs{n};
  };
}

void add_histograms(Rows& rows) {
  const Options real{.integers = false, .differentiable = false};
  rows.push_back(row("histc", "histc", on1([](const Tensor& x) { return eg::histc(x, 7); }),
                     histogram(7, 0, 0), any_shapes(),
                     on1([](const Tensor& x) { return x.histc(7); }), real));
  rows.push_back(row("histc_range", "histc",
                     on1([](const Tensor& x) { return eg::histc(x, 5, -1, 1.5); }),
                     histogram(5, -1, 1.5), any_shapes(),
                     on1([](const Tensor& x) { return x.histc(5, -1, 1.5); }), real));
}

Array counted(const Array& x, const Elements& weights, std::size_t at_least) {
  std::size_t n = at_least;
  for (const double v : x.values) n = std::max(n, static_cast<std::size_t>(v) + 1);
  Array y({static_cast<std::int64_t>(n)});
  for (std::size_t k = 0; k < x.values.size(); ++k)
    y.values[static_cast<std::size_t>(x.values[k])] += weights.empty() ? 1 : weights[k];
  return y;
}

void add_bincounts(Rows& rows) {
  const Array some({6}, {0, 3, 3, 1, 5, 3}, eg::kInt64), none({0}, {}, eg::kInt64);
  Row plain{.name = "bincount",
            .function = "bincount",
            .call = on1([](const Tensor& x) { return eg::bincount(x); }),
            .naive = [](const Inputs& x) { return Outputs{counted(x[0], {}, 0)}; },
            .samples = {{some}, {none}},
            .spellings = {{"Tensor::bincount", on1([](const Tensor& x) { return x.bincount(); })}},
            .differentiable = false};
  rows.push_back(plain);
  Row weighted{.name = "bincount_weights",
               .function = "bincount",
               .call = on2([](const Tensor& x, const Tensor& w) { return eg::bincount(x, w, 8); }),
               .naive = [](const Inputs& x) { return Outputs{counted(x[0], x[1].values, 8)}; },
               .samples = {{some, support::uniform({6}, -2, 2, 3)}, {none, Array(Sizes{0})}},
               .spellings = {{"Tensor::bincount", on2([](const Tensor& x, const Tensor& w) {
                                return x.bincount(w, 8);
                              })}},
               .without_oracle = "PyTorch has no derivative of it"};
  weighted.optional_arguments = {1};
  rows.push_back(weighted);
}

}  // namespace

Rows statistics_rows() {
  Rows rows;
  add_spreads(rows);
  add_corrected(rows);
  add_with_mean(rows);
  add_with_nan(rows);
  add_covariances(rows);
  add_histograms(rows);
  add_bincounts(rows);
  return rows;
}

}  // namespace table
