#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

#include "eigengrad/ops/reduction/sorting.hpp"
#include "reducing.hpp"

namespace table {
namespace {

/// a comes before b; NaN is above all.
bool below(double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); }

/// Values and places in ascending or descending order; equal ones as they lie.
std::vector<Elements> ordered(const Elements& e, bool descending) {
  std::vector<std::size_t> places(e.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(), [&](std::size_t i, std::size_t j) {
    return descending ? below(e[j], e[i]) : below(e[i], e[j]);
  });
  std::vector<Elements> result(2);
  for (const std::size_t p : places) {
    result[0].push_back(e[p]);
    result[1].push_back(static_cast<double>(p));
  }
  return result;
}

std::vector<Elements> first_of(std::vector<Elements> sorted, std::size_t k) {
  for (Elements& e : sorted) e.resize(k);
  return sorted;
}
/// Number `k` of both.
std::vector<Elements> number(const std::vector<Elements>& sorted, std::size_t k) {
  return {{sorted[0][k]}, {sorted[1][k]}};
}

Shapes with_lines() { return {{{3, 4}}, {{2, 3, 3}}, {{5}}, {{1, 3}}, {{}}}; }
Shapes lines_of_any_length() {
  return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{}}, {{0}}, {{2, 0}}, {{0, 3}}};
}

/// Long enough to be sorted by digits, with ties and NaN.
std::vector<Inputs> long_lines() {
  std::vector<Inputs> samples;
  for (const Sizes& s : {Sizes{2, 1500}, Sizes{700, 3}}) {
    Array a = support::uniform(s, -5, 5, 4);
    for (std::size_t i = 0; i < a.values.size(); ++i) {
      if (i % 3 == 0) a.values[i] = std::round(a.values[i]);
      if (i % 101 == 0) a.values[i] = NAN;
    }
    samples.push_back({a});
  }
  samples.push_back({Array({8}, {0.0, -0.0, INFINITY, NAN, -INFINITY, 1, -0.0, NAN})});
  return samples;
}

Row order_row(std::string name, const std::string& function, Call call, Naive naive,
              const Shapes& shapes, Call member = {}, bool differentiable = true) {
  Row r = row(std::move(name), function, std::move(call), std::move(naive), shapes,
              std::move(member), {.differentiable = differentiable});
  r.values_only = long_lines();
  return r;
}

void add_sorts(Rows& rows) {
  const auto both = [](bool descending) {
    return [=](const Elements& e) { return ordered(e, descending); };
  };
  const auto places = [](bool descending) {
    return [=](const Elements& e) { return std::vector<Elements>{ordered(e, descending)[1]}; };
  };
  rows.push_back(order_row("sort", "sort", list_on1([](const Tensor& x) { return eg::sort(x); }),
                           by_line(-1, 2, -1, both(false)), lines_of_any_length(),
                           list_on1([](const Tensor& x) { return x.sort(); })));
  rows.push_back(order_row("sort_descending", "sort",
                           list_on1([](const Tensor& x) { return eg::sort(x, 0, true); }),
                           by_line(0, 2, -1, both(true)), lines_of_any_length(),
                           list_on1([](const Tensor& x) { return x.sort(0, true); })));
  const eg::optional<bool> stable = true;
  rows.push_back(
      order_row("sort_stable", "sort",
                list_on1([stable](const Tensor& x) { return eg::sort(x, stable, 0, true); }),
                by_line(0, 2, -1, both(true)), lines_of_any_length(),
                list_on1([stable](const Tensor& x) { return x.sort(stable, 0, true); })));
  rows.push_back(order_row(
      "msort", "msort", on1(eg::msort),
      by_line(0, 1, -1,
              [](const Elements& e) { return std::vector<Elements>{ordered(e, false)[0]}; }),
      lines_of_any_length(), on1([](const Tensor& x) { return x.msort(); })));
  rows.push_back(order_row("argsort", "argsort",
                           on1([](const Tensor& x) { return eg::argsort(x, 0, true); }),
                           by_line(0, 1, -1, places(true)), lines_of_any_length(),
                           on1([](const Tensor& x) { return x.argsort(0, true); }), false));
  rows.push_back(order_row("argsort_stable", "argsort",
                           on1([](const Tensor& x) { return eg::argsort(x, true, -1); }),
                           by_line(-1, 1, -1, places(false)), lines_of_any_length(),
                           on1([](const Tensor& x) { return x.argsort(true, -1); }), false));
}

void add_selections(Rows& rows) {
  const Shapes of_two{{{3, 4}}, {{2, 3, 2}}, {{5}}, {{0, 3}}};
  rows.push_back(
      order_row("topk", "topk", list_on1([](const Tensor& x) { return eg::topk(x, 2); }),
                by_line(-1, 2, 2, [](const Elements& e) { return first_of(ordered(e, true), 2); }),
                of_two, list_on1([](const Tensor& x) { return x.topk(2); })));
  rows.push_back(order_row(
      "topk_smallest", "topk", list_on1([](const Tensor& x) { return eg::topk(x, 2, 0, false); }),
      by_line(0, 2, 2, [](const Elements& e) { return first_of(ordered(e, false), 2); }),
      {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{3, 0}}},
      list_on1([](const Tensor& x) { return x.topk(2, 0, false, true); })));
  for (Row& r : rows)
    if (r.function == "topk") {
      r.more_dtypes = {"bool"};
    }
  rows.push_back(order_row(
      "kthvalue", "kthvalue", list_on1([](const Tensor& x) { return eg::kthvalue(x, 2); }),
      by_line(-1, 2, 0, [](const Elements& e) { return number(ordered(e, false), 1); }), of_two,
      list_on1([](const Tensor& x) { return x.kthvalue(2); })));
  rows.push_back(
      order_row("kthvalue_kept", "kthvalue",
                list_on1([](const Tensor& x) { return eg::kthvalue(x, 1, 0, true); }),
                by_line(0, 2, 1, [](const Elements& e) { return number(ordered(e, false), 0); }),
                with_lines(), list_on1([](const Tensor& x) { return x.kthvalue(1, 0, true); })));
}

/// The lower middle one; the first NaN, unless they are ignored.
std::vector<Elements> middle(const Elements& e, bool ignore_nan) {
  const std::vector<Elements> sorted = ordered(e, false);
  const auto numbers = static_cast<std::size_t>(
      std::count_if(e.begin(), e.end(), [](double v) { return !std::isnan(v); }));
  if (numbers == 0 || (numbers < e.size() && !ignore_nan)) return number(sorted, numbers);
  return number(sorted, (numbers - 1) / 2);
}
auto middle_of(bool ignore_nan) {
  return [=](const Elements& e) { return middle(e, ignore_nan)[0][0]; };
}
auto middle_of_line(bool ignore_nan) {
  return [=](const Elements& e) { return middle(e, ignore_nan); };
}

void add_medians(Rows& rows) {
  rows.push_back(order_row("median", "median", on1([](const Tensor& x) { return eg::median(x); }),
                           reducing({}, false, middle_of(false)), not_empty(),
                           on1([](const Tensor& x) { return x.median(); })));
  rows.push_back(order_row("median_dim", "median",
                           list_on1([](const Tensor& x) { return eg::median(x, 0); }),
                           by_line(0, 2, 0, middle_of_line(false)), with_lines(),
                           list_on1([](const Tensor& x) { return x.median(0); })));
  rows.push_back(order_row("nanmedian", "nanmedian",
                           on1([](const Tensor& x) { return eg::nanmedian(x); }),
                           reducing({}, false, middle_of(true)), not_empty(),
                           on1([](const Tensor& x) { return x.nanmedian(); })));
  rows.push_back(order_row("nanmedian_kept", "nanmedian",
                           list_on1([](const Tensor& x) { return eg::nanmedian(x, -1, true); }),
                           by_line(-1, 2, 1, middle_of_line(true)), with_lines(),
                           list_on1([](const Tensor& x) { return x.nanmedian(-1, true); })));
}

/// The smallest of the most frequent ones and its last place; NaN are equal.
std::vector<Elements> most_frequent(const Elements& e) {
  std::size_t most = 0;
  double value = 0, place = 0;
  const std::vector<Elements> sorted = ordered(e, false);
  for (std::size_t i = 0, j = 0; i < e.size(); i = j) {
    while (j < e.size() && !below(sorted[0][i], sorted[0][j])) ++j;
    if (j - i <= most) continue;
    most = j - i;
    place = sorted[1][j - 1];
    value = e[static_cast<std::size_t>(place)];
  }
  return {{value}, {place}};
}

void add_modes(Rows& rows) {
  rows.push_back(order_row("mode", "mode", list_on1([](const Tensor& x) { return eg::mode(x); }),
                           by_line(-1, 2, 0, most_frequent), with_lines(),
                           list_on1([](const Tensor& x) { return x.mode(); })));
  rows.push_back(order_row("mode_kept", "mode",
                           list_on1([](const Tensor& x) { return eg::mode(x, 0, true); }),
                           by_line(0, 2, 1, most_frequent), with_lines(),
                           list_on1([](const Tensor& x) { return x.mode(0, true); })));
}

// ---- Quantiles.

double quantile_of(const Elements& e, double q, std::string_view how, bool ignore_nan) {
  const Elements sorted = ordered(e, false)[0];
  const auto numbers = static_cast<std::size_t>(
      std::count_if(e.begin(), e.end(), [](double v) { return !std::isnan(v); }));
  if (numbers == 0 || (numbers < e.size() && !ignore_nan)) return NAN;
  const double rank = q * static_cast<double>(numbers - 1);
  const auto at = [&](double r) { return sorted[static_cast<std::size_t>(r)]; };
  if (how == "lower") return at(std::floor(rank));
  if (how == "higher") return at(std::ceil(rank));
  if (how == "nearest") return at(std::nearbyint(rank));
  const double low = at(std::floor(rank)), high = at(std::ceil(rank));
  return low + (high - low) * (how == "midpoint" ? 0.5 : rank - std::floor(rank));
}

/// Of the lines along `dim`, or of everything, for each fraction: these come first.
Naive quantiles(const Elements& fractions, bool many, eg::optional<std::int64_t> dim, bool keepdim,
                std::string_view how, bool ignore_nan) {
  const std::vector<std::int64_t> dims =
      dim ? std::vector<std::int64_t>{*dim} : std::vector<std::int64_t>{};
  return [=](const Inputs& x) {
    Array all;
    for (const double q : fractions) {
      const Array one = reduce(x[0], dims, keepdim, [&](const Elements& e) {
        return quantile_of(e, q, how, ignore_nan);
      });
      all.sizes = one.sizes;
      all.values.insert(all.values.end(), one.values.begin(), one.values.end());
    }
    if (many) all.sizes.insert(all.sizes.begin(), static_cast<std::int64_t>(fractions.size()));
    return Outputs{all};
  };
}

void add_quantiles(Rows& rows) {
  const auto add = [&](std::string name, std::string function, Call call, Naive naive,
                       Call member) {
    Row r = row(std::move(name), function, std::move(call), std::move(naive), not_empty(),
                std::move(member), {.integers = false});
    r.values_only = samples_of({{{3, 130, 11}}, {{1000}}});
    r.values_only.push_back({Array({2, 3}, {NAN, 1, 2, 5, 3, 4})});
    rows.push_back(r);
  };
  for (const char* how : {"linear", "lower", "higher", "midpoint", "nearest"})
    add("quantile_" + std::string(how), "quantile",
        on1([how](const Tensor& x) { return eg::quantile(x, 0.3, -1, false, how); }),
        quantiles({0.3}, false, -1, false, how, false),
        on1([how](const Tensor& x) { return x.quantile(0.3, -1, false, how); }));
  add("quantile", "quantile", on1([](const Tensor& x) { return eg::quantile(x, 0.6); }),
      quantiles({0.6}, false, {}, false, "linear", false),
      on1([](const Tensor& x) { return x.quantile(0.6); }));
  add("nanquantile", "nanquantile",
      on1([](const Tensor& x) { return eg::nanquantile(x, 0.6, 0, true); }),
      quantiles({0.6}, false, 0, true, "linear", true),
      on1([](const Tensor& x) { return x.nanquantile(0.6, 0, true); }));
  named(rows, "nanquantile").values_only.push_back({Array({3, 2}, {NAN, 1, NAN, 5, NAN, NAN})});

  // Fractions as a tensor, differentiable too.
  const Array some({3}, {0.9, 0.15, 0.55});
  const auto add_tensor = [&](std::string name, std::string function, Call call,
                              eg::optional<std::int64_t> dim, bool keepdim, bool ignore_nan,
                              Call member) {
    Row r{.name = std::move(name),
          .function = function,
          .call = std::move(call),
          .naive =
              [=](const Inputs& x) {
                return quantiles(x[1].values, x[1].dim() == 1, dim, keepdim, "linear",
                                 ignore_nan)({x[0]});
              },
          .samples = {},
          .spellings = {{"Tensor::" + function, std::move(member)}},
          .integers = false,
          .bools = false};
    for (const Sizes& s : {Sizes{3, 4}, Sizes{3, 2, 4}, Sizes{4}})
      r.samples.push_back({support::uniform(s, -2, 2, 9), some});
    r.samples.push_back({support::uniform({2, 6}, -2, 2, 9), Array(Sizes{}, 0.37)});
    rows.push_back(r);
  };
  add_tensor("quantile_tensor", "quantile",
             on2([](const Tensor& x, const Tensor& q) { return eg::quantile(x, q); }), {}, false,
             false, on2([](const Tensor& x, const Tensor& q) { return x.quantile(q); }));
  add_tensor("quantile_tensor_dim", "quantile",
             on2([](const Tensor& x, const Tensor& q) { return eg::quantile(x, q, 0); }), 0, false,
             false, on2([](const Tensor& x, const Tensor& q) { return x.quantile(q, 0); }));
  add_tensor("nanquantile_tensor", "nanquantile",
             on2([](const Tensor& x, const Tensor& q) { return eg::nanquantile(x, q, -1, true); }),
             -1, true, true,
             on2([](const Tensor& x, const Tensor& q) { return x.nanquantile(q, -1, true); }));
}

// ---- Search.

double place_in(const Elements& sorted, double v, bool right) {
  double n = 0;
  for (const double s : sorted) n += right ? !(s > v) : !(s >= v);
  return n;
}

void add_searches(Rows& rows) {
  const Array bounds({5}, {-1.5, -0.5, 0, 0.5, 1.25});
  const auto searched = [](bool right) {
    return [right](const Inputs& x) {
      Array y = x[0];
      for (double& v : y.values) v = place_in(x[1].values, v, right);
      return Outputs{y};
    };
  };
  const auto add = [&](std::string name, std::string function, Call call, Naive naive,
                       std::vector<Spelling> spellings = {}) {
    Row r{.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = {},
          .spellings = std::move(spellings),
          .differentiable = false,
          .bools = false};
    for (const Sizes& s : {Sizes{3, 4}, Sizes{7}, Sizes{}, Sizes{0, 2}})
      r.samples.push_back({support::uniform(s, -2, 2, 9), bounds});
    r.values_only = {{Array({4}, {NAN, INFINITY, -INFINITY, 0.5}), bounds}};
    r.more_dtypes = {"bool"};
    rows.push_back(r);
  };
  add("bucketize", "bucketize",
      on2([](const Tensor& x, const Tensor& b) { return eg::bucketize(x, b); }), searched(false),
      {{"searchsorted", on2([](const Tensor& x, const Tensor& b) {
          return eg::searchsorted(b, x, false, false, "left");
        })}});
  add("bucketize_right", "bucketize",
      on2([](const Tensor& x, const Tensor& b) { return eg::bucketize(x, b, false, true); }),
      searched(true), {{"searchsorted", on2([](const Tensor& x, const Tensor& b) {
                          return eg::searchsorted(b, x, false, false, "right");
                        })}});
  add("searchsorted", "searchsorted", on2([](const Tensor& x, const Tensor& b) {
        const Tensor order = eg::argsort(-b);
        return eg::searchsorted(-b, x, false, true, eg::nullopt, order);
      }),
      [](const Inputs& x) {
        Array y = x[0];
        Elements turned = x[1].values;
        for (double& b : turned) b = -b;
        for (double& v : y.values) v = place_in(turned, v, true);
        return Outputs{y};
      });
  rows.back().more_dtypes = {};
  rows.push_back({.name = "searchsorted_rows",
                  .function = "searchsorted",
                  .call = on2([](const Tensor& x, const Tensor& b) {
                    return eg::searchsorted(std::get<0>(eg::sort(b)), x);
                  }),
                  .naive =
                      [](const Inputs& in) {
                        const auto n = static_cast<std::size_t>(in[1].sizes.back());
                        const auto m = static_cast<std::size_t>(in[0].sizes.back());
                        Array y = in[0];
                        for (std::size_t i = 0; i < y.values.size(); ++i) {
                          const auto row =
                              in[1].values.begin() + static_cast<std::ptrdiff_t>(i / m * n);
                          const Elements of_row(row, row + static_cast<std::ptrdiff_t>(n));
                          y.values[i] = place_in(of_row, y.values[i], false);
                        }
                        return Outputs{y};
                      },
                  .samples = samples_of({{{3, 4}, {3, 6}}, {{2, 2, 3}, {2, 2, 1}}}),
                  .differentiable = false,
                  .more_dtypes = {"bool"}});
  const auto number_row = [](std::string name, std::string function, Call call) {
    return Row{.name = std::move(name),
               .function = std::move(function),
               .call = std::move(call),
               .naive =
                   [](const Inputs& x) {
                     return Outputs{Array(Sizes{}, place_in(x[0].values, 0.25, true))};
                   },
               .samples = {{Array({5}, {-1.5, -0.5, 0, 0.5, 1.25})}, {Array(Sizes{0})}},
               .differentiable = false,
               .bools = false};
  };
  rows.push_back(number_row("bucketize_number", "bucketize", on1([](const Tensor& b) {
                              return eg::bucketize(0.25, b, false, true);
                            })));
  rows.push_back(number_row("searchsorted_number", "searchsorted", on1([](const Tensor& b) {
                              return eg::searchsorted(b, 0.25, false, true);
                            })));
}

}  // namespace

Rows sorting_rows() {
  Rows rows;
  add_sorts(rows);
  add_selections(rows);
  add_medians(rows);
  add_modes(rows);
  add_quantiles(rows);
  add_searches(rows);
  // PyTorch drops a dimension last.
  for (Row& r : rows)
    if (r.function == "quantile" || r.function == "nanquantile") r.other_nodes = {"ViewBackward0"};
  for (const char* name :
       {"kthvalue", "kthvalue_kept", "median", "median_dim", "nanmedian", "nanmedian_kept"})
    named(rows, name).more_dtypes = {"bool"};
  return rows;
}

}  // namespace table
