#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/special/names.hpp"
#include "reducing.hpp"

namespace table {
namespace {

double prod_of(const Elements& e) {
  return std::accumulate(e.begin(), e.end(), 1.0, std::multiplies<>());
}
bool all_of(const Elements& e) {
  return std::all_of(e.begin(), e.end(), [](double v) { return v != 0; });
}
bool any_of(const Elements& e) {
  return std::any_of(e.begin(), e.end(), [](double v) { return v != 0; });
}

/// More than one block; near 1, and few, because every factor adds to the relative error.
std::vector<Inputs> large_samples_of_products(const Shapes& like) {
  if (like[0][0].size() == 3) return samples_of({{{3, 40, 11}}}, {0.9, 1.1});
  return samples_of({{{3, 40, 11}}, {{45, 33}}, {{1201}}}, {0.9, 1.1});
}

/// Of prod, with large samples of its own.
Row product(std::string name, Call call, Naive naive, const Shapes& shapes, Call member) {
  Row r =
      row(std::move(name), "prod", std::move(call), std::move(naive), shapes, std::move(member));
  r.values_only = large_samples_of_products(shapes);
  return r;
}

void add_sums(Rows& rows) {
  rows.push_back(row("sum", "sum", on1([](const Tensor& x) { return eg::sum(x); }),
                     reducing({}, false, sum_of), any_shapes(),
                     on1([](const Tensor& x) { return x.sum(); })));
  rows.push_back(row("sum_dim", "sum", on1([](const Tensor& x) { return eg::sum(x, 0); }),
                     reducing({0}, false, sum_of), any_shapes(),
                     on1([](const Tensor& x) { return x.sum(0); })));
  rows.push_back(row("sum_last", "sum", on1([](const Tensor& x) { return eg::sum(x, {-1}, true); }),
                     reducing({-1}, true, sum_of), any_shapes(),
                     on1([](const Tensor& x) { return x.sum(-1, true); })));
  rows.push_back(row("sum_dims", "sum", on1([](const Tensor& x) {
                       return eg::sum(x, {0, -1});
                     }),
                     reducing({0, 2}, false, sum_of), three_dims(), on1([](const Tensor& x) {
                       return x.sum({0, 2});
                     })));
  rows.push_back(row("sum_dims_kept", "sum", on1([](const Tensor& x) {
                       return eg::sum(x, {2, 1}, true);
                     }),
                     reducing({1, 2}, true, sum_of), three_dims(), on1([](const Tensor& x) {
                       return x.sum({1, 2}, true);
                     })));
  rows.push_back(row("sum_as_double", "sum",
                     on1([](const Tensor& x) { return eg::sum(x, {0}, false, eg::kFloat64); }),
                     reducing({0}, false, sum_of), any_shapes(),
                     on1([](const Tensor& x) { return x.sum({0}, false, eg::kFloat64); })));
  rows.push_back(with_empty_for_values(
      row("mean", "mean", on1([](const Tensor& x) { return eg::mean(x); }),
          reducing({}, false, mean_of), any_shapes(), on1([](const Tensor& x) { return x.mean(); }),
          {.integers = false})));
  rows.push_back(with_empty_for_values(
      row("mean_dim", "mean", on1([](const Tensor& x) { return eg::mean(x, 0); }),
          reducing({0}, false, mean_of), any_shapes(),
          on1([](const Tensor& x) { return x.mean(0); }), {.integers = false})));
  rows.push_back(with_empty_for_values(row("mean_dims_kept", "mean", on1([](const Tensor& x) {
                                             return eg::mean(x, {0, 2}, true);
                                           }),
                                           reducing({0, 2}, true, mean_of), three_dims(),
                                           on1([](const Tensor& x) {
                                             return x.mean({-1, 0}, true);
                                           }),
                                           {.integers = false})));
  rows.push_back(with_empty_for_values(
      row("mean_as_double", "mean", on1([](const Tensor& x) { return eg::mean(x, eg::kFloat64); }),
          reducing({}, false, mean_of), any_shapes(),
          on1([](const Tensor& x) { return x.mean(eg::kFloat64); }))));
  Row to_size = row("sum_to_size", "sum_to_size", on1([](const Tensor& x) {
                      return eg::sum_to_size(x, {x.size(0), 1, 1});
                    }),
                    reducing({1, 2}, true, sum_of), three_dims(), on1([](const Tensor& x) {
                      return x.sum_to_size({x.size(0), 1, 1});
                    }));
  to_size.bools = false;
  rows.push_back(to_size);
  rows.push_back(row("sum_to_scalar", "sum_to_size",
                     on1([](const Tensor& x) { return eg::sum_to_size(x, {}); }),
                     reducing({}, false, sum_of), any_shapes(),
                     on1([](const Tensor& x) { return x.sum_to_size({}); }), {.integers = false}));
}

void add_products(Rows& rows) {
  rows.push_back(product("prod", on1([](const Tensor& x) { return eg::prod(x); }),
                         reducing({}, false, prod_of), any_shapes(),
                         on1([](const Tensor& x) { return x.prod(); })));
  rows.push_back(product("prod_dim", on1([](const Tensor& x) { return eg::prod(x, 0); }),
                         reducing({0}, false, prod_of), any_shapes(),
                         on1([](const Tensor& x) { return x.prod(0); })));
  rows.push_back(product("prod_last", on1([](const Tensor& x) { return eg::prod(x, -1, true); }),
                         reducing({-1}, true, prod_of), any_shapes(),
                         on1([](const Tensor& x) { return x.prod(-1, true); })));
  rows.push_back(product("prod_middle", on1([](const Tensor& x) { return eg::prod(x, 1, true); }),
                         reducing({1}, true, prod_of), three_dims(),
                         on1([](const Tensor& x) { return x.prod(1, true); })));
  rows.push_back(product("prod_as_double",
                         on1([](const Tensor& x) { return eg::prod(x, eg::kFloat64); }),
                         reducing({}, false, prod_of), any_shapes(),
                         on1([](const Tensor& x) { return x.prod(eg::kFloat64); })));
}

void add_truths(Rows& rows) {
  const Options whole{.differentiable = false};
  std::vector<Row> truths{
      row("all", "all", on1([](const Tensor& x) { return eg::all(x); }),
          reducing({}, false, all_of), any_shapes(), on1([](const Tensor& x) { return x.all(); }),
          whole),
      row("all_dim", "all", on1([](const Tensor& x) { return eg::all(x, 0); }),
          reducing({0}, false, all_of), any_shapes(), on1([](const Tensor& x) { return x.all(0); }),
          whole),
      row("any", "any", on1([](const Tensor& x) { return eg::any(x); }),
          reducing({}, false, any_of), any_shapes(), on1([](const Tensor& x) { return x.any(); }),
          whole),
      row("any_last", "any", on1([](const Tensor& x) { return eg::any(x, -1, true); }),
          reducing({-1}, true, any_of), any_shapes(),
          on1([](const Tensor& x) { return x.any(-1, true); }), whole)};
  for (Row& r : truths) {  // with zeros, and with nothing but zeros
    r.samples.push_back({Array({2, 3}, {0, 1, 0, 0, 2, -1})});
    r.samples.push_back({Array(Sizes{3, 2})});
    r.samples.push_back({Array(Sizes{40}, 1.0)});
    rows.push_back(r);
  }
}

double log_sum_exp_of(const Elements& e) {
  if (e.empty()) return -std::numeric_limits<double>::infinity();
  const auto top = static_cast<long double>(*std::max_element(e.begin(), e.end()));
  long double sum = 0;
  for (const double v : e) sum += std::exp(static_cast<long double>(v) - top);
  return static_cast<double>(top + std::log(sum));
}

void add_log_sums(Rows& rows) {
  const std::string f = "logsumexp";
  Row r = row("logsumexp", f, on1([](const Tensor& x) { return eg::logsumexp(x, 0); }),
              reducing({0}, false, log_sum_exp_of), first_not_empty(),
              on1([](const Tensor& x) { return x.logsumexp(0); }));
  r.spellings.push_back(
      {"special_logsumexp", on1([](const Tensor& x) { return eg::special_logsumexp(x, 0); })});
  r.spellings.push_back({"logsumexp of the namespace",
                         on1([](const Tensor& x) { return eg::special::logsumexp(x, 0); })});
  r.values_only.push_back({Array(Sizes{0, 2})});
  rows.push_back(r);
  rows.push_back(row("logsumexp_last", f,
                     on1([](const Tensor& x) { return eg::logsumexp(x, -1, true); }),
                     reducing({-1}, true, log_sum_exp_of), last_not_empty(),
                     on1([](const Tensor& x) { return x.logsumexp(-1, true); })));
  rows.push_back(row("logsumexp_dims", f, on1([](const Tensor& x) {
                       return eg::logsumexp(x, {0, 2});
                     }),
                     reducing({0, 2}, false, log_sum_exp_of), three_dims_with_elements(),
                     on1([](const Tensor& x) {
                       return x.logsumexp({-1, 0});
                     })));
}

double nonzero_of(const Elements& e) {
  return static_cast<double>(e.size()) - static_cast<double>(std::count(e.begin(), e.end(), 0.0));
}

void add_counts(Rows& rows) {
  const Options whole{.differentiable = false};
  const std::string f = "count_nonzero";
  std::vector<Row> counts{
      row(f, f, on1([](const Tensor& x) { return eg::count_nonzero(x); }),
          reducing({}, false, nonzero_of), any_shapes(),
          on1([](const Tensor& x) { return x.count_nonzero(); }), whole),
      row("count_nonzero_dim", f, on1([](const Tensor& x) { return eg::count_nonzero(x, -1); }),
          reducing({-1}, false, nonzero_of), any_shapes(),
          on1([](const Tensor& x) { return x.count_nonzero(-1); }), whole),
      row("count_nonzero_dims", f, on1([](const Tensor& x) {
            return eg::count_nonzero(x, {0, 2});
          }),
          reducing({0, 2}, false, nonzero_of), three_dims(), on1([](const Tensor& x) {
            return x.count_nonzero({-1, 0});
          }),
          whole)};
  for (Row& r : counts) {
    r.samples.push_back({Array({2, 3, 1}, {0, 1, -0.0, 0, 2, -1})});
    rows.push_back(r);
  }
}

void add_trace(Rows& rows) {
  const Naive naive = [](const Inputs& x) {
    Elements e;
    for (std::int64_t i = 0; i < std::min(x[0].sizes[0], x[0].sizes[1]); ++i)
      e.push_back(x[0].at({i, i}));
    return Outputs{Array(Sizes{}, sum_of(e))};
  };
  Row r = row("trace", "trace", on1([](const Tensor& x) { return eg::trace(x); }), naive,
              {{{3, 4}}, {{4, 3}}, {{2, 2}}, {{1, 1}}, {{0, 3}}, {{2, 0}}},
              on1([](const Tensor& x) { return x.trace(); }));
  r.values_only = samples_of({{{311, 297}}}, {0.5, 1.5});
  r.more_dtypes = {"bool"};
  rows.push_back(r);
}

}  // namespace

Rows reduction_rows() {
  Rows rows;
  add_sums(rows);
  add_products(rows);
  add_truths(rows);
  add_log_sums(rows);
  add_counts(rows);
  add_trace(rows);
  // Later versions of PyTorch say the same.
  named(rows, "sum_to_scalar").other_nodes = {"SumBackward1"};
  return rows;
}

}  // namespace table
