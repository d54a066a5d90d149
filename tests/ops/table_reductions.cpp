#include <algorithm>
#include <numeric>

#include "table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Elements = std::vector<double>;

/// `f` of the elements along `dims` (all when there are none), in the order in which they lie.
template <class F>
Array reduce(const Array& x, const std::vector<std::int64_t>& dims, bool keepdim, F f) {
  const std::size_t n = x.dim();
  std::vector<bool> reduced(n, dims.empty());
  for (const std::int64_t d : dims)
    if (n > 0) reduced[wrap(d, n)] = true;
  Sizes kept_one = x.sizes, inner = x.sizes, result;
  for (std::size_t d = 0; d < n; ++d) {
    (reduced[d] ? kept_one : inner)[d] = 1;
    if (!reduced[d] || keepdim) result.push_back(reduced[d] ? 1 : x.sizes[d]);
  }
  Array y = support::generate(kept_one, [&](const Sizes& outer) {
    Elements e;
    support::for_each_index(inner, [&](const Sizes& i) {
      Sizes index = outer;
      for (std::size_t d = 0; d < n; ++d) index[d] += i[d];
      e.push_back(x.at(index));
    });
    return static_cast<double>(f(e));
  });
  y.sizes = result;
  return y;
}

template <class F>
Naive reducing(std::vector<std::int64_t> dims, bool keepdim, F f) {
  return [=](const Inputs& x) { return Outputs{reduce(x[0], dims, keepdim, f)}; };
}

double sum_of(const Elements& e) {
  long double sum = 0;
  for (const double v : e) sum += static_cast<long double>(v);
  return static_cast<double>(sum);
}
double mean_of(const Elements& e) { return sum_of(e) / static_cast<double>(e.size()); }
double prod_of(const Elements& e) {
  return std::accumulate(e.begin(), e.end(), 1.0, std::multiplies<>());
}
double largest_of(const Elements& e) { return *std::max_element(e.begin(), e.end()); }
double smallest_of(const Elements& e) { return *std::min_element(e.begin(), e.end()); }
double place_of_largest(const Elements& e) {
  return static_cast<double>(std::max_element(e.begin(), e.end()) - e.begin());
}
double place_of_smallest(const Elements& e) {
  return static_cast<double>(std::min_element(e.begin(), e.end()) - e.begin());
}
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
bool all_of(const Elements& e) {
  return std::all_of(e.begin(), e.end(), [](double v) { return v != 0; });
}
bool any_of(const Elements& e) {
  return std::any_of(e.begin(), e.end(), [](double v) { return v != 0; });
}

using Shapes = std::vector<std::vector<Sizes>>;

Shapes any_shapes() {
  return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{1, 1}}, {{}}, {{0}}, {{2, 0, 3}}, {{3, 0}}};
}
Shapes not_empty() { return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{1, 1}}, {{}}}; }
/// Whose last dimension has elements, and whose first one has.
Shapes last_not_empty() { return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{0, 2}}, {{}}}; }
Shapes first_not_empty() { return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{2, 0}}, {{}}, {{3, 1, 2}}}; }
Shapes three_dims() { return {{{2, 3, 4}}, {{3, 1, 2}}, {{2, 0, 3}}, {{0, 2, 2}}}; }
Shapes three_dims_with_elements() { return {{{2, 3, 4}}, {{3, 1, 2}}, {{2, 0, 3}}}; }
/// A variance needs two elements to have a derivative.
Shapes spread_out() { return {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{2, 2}}}; }

/// Several blocks and threads; positive, so that sums do not cancel.
std::vector<Inputs> large_samples(const Shapes& like) {
  const Range r{0.5, 1.5};
  std::vector<Inputs> samples = samples_of({{{3, 130, 101}}}, r);
  if (like[0][0].size() == 3) return samples;
  for (Inputs& sample : samples_of({{{211, 197}}, {{40009}}}, r)) samples.push_back(sample);
  return samples;
}

/// More than one block; near 1, and few, because every factor adds to the relative error.
std::vector<Inputs> large_samples_of_products(const Shapes& like) {
  if (like[0][0].size() == 3) return samples_of({{{3, 40, 11}}}, {0.9, 1.1});
  return samples_of({{{3, 40, 11}}, {{45, 33}}, {{1201}}}, {0.9, 1.1});
}

struct Options {
  bool integers = true;
  bool differentiable = true;
};

Row row(std::string name, const std::string& function, Call call, Naive naive, const Shapes& shapes,
        Call member, Options o = {}) {
  std::string member_name = "Tensor::" + function;
  return {
      .name = std::move(name),
      .function = function,
      .call = std::move(call),
      .naive = std::move(naive),
      .samples = samples_of(shapes),
      .values_only = function == "prod" ? large_samples_of_products(shapes) : large_samples(shapes),
      .spellings = {{std::move(member_name), std::move(member)}},
      .differentiable = o.differentiable,
      .integers = o.integers,
      .bools = o.integers};
}

/// The mean of no elements is NaN, without a derivative.
Row with_empty_for_values(Row r) {
  const auto has_elements = [](const Inputs& x) { return support::count(x[0].sizes) > 0; };
  const auto empty = std::partition(r.samples.begin(), r.samples.end(), has_elements);
  r.values_only.insert(r.values_only.end(), empty, r.samples.end());
  r.samples.erase(empty, r.samples.end());
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
  rows.push_back(row("prod", "prod", on1([](const Tensor& x) { return eg::prod(x); }),
                     reducing({}, false, prod_of), any_shapes(),
                     on1([](const Tensor& x) { return x.prod(); })));
  rows.push_back(row("prod_dim", "prod", on1([](const Tensor& x) { return eg::prod(x, 0); }),
                     reducing({0}, false, prod_of), any_shapes(),
                     on1([](const Tensor& x) { return x.prod(0); })));
  rows.push_back(row("prod_last", "prod",
                     on1([](const Tensor& x) { return eg::prod(x, -1, true); }),
                     reducing({-1}, true, prod_of), any_shapes(),
                     on1([](const Tensor& x) { return x.prod(-1, true); })));
  rows.push_back(row("prod_middle", "prod",
                     on1([](const Tensor& x) { return eg::prod(x, 1, true); }),
                     reducing({1}, true, prod_of), three_dims(),
                     on1([](const Tensor& x) { return x.prod(1, true); })));
  rows.push_back(row("prod_as_double", "prod",
                     on1([](const Tensor& x) { return eg::prod(x, eg::kFloat64); }),
                     reducing({}, false, prod_of), any_shapes(),
                     on1([](const Tensor& x) { return x.prod(eg::kFloat64); })));
}

/// max and min along a dimension: values and indices.
template <class F, class G>
Naive with_places(std::int64_t dim, bool keepdim, F value, G place) {
  return [=](const Inputs& x) {
    return Outputs{reduce(x[0], {dim}, keepdim, value), reduce(x[0], {dim}, keepdim, place)};
  };
}

void add_extrema(Rows& rows) {
  rows.push_back(row("max", "max", on1([](const Tensor& x) { return eg::max(x); }),
                     reducing({}, false, largest_of), not_empty(),
                     on1([](const Tensor& x) { return x.max(); })));
  rows.push_back(row("min", "min", on1([](const Tensor& x) { return eg::min(x); }),
                     reducing({}, false, smallest_of), not_empty(),
                     on1([](const Tensor& x) { return x.min(); })));
  rows.push_back(row("max_dim", "max", list_on1([](const Tensor& x) { return eg::max(x, 0); }),
                     with_places(0, false, largest_of, place_of_largest), first_not_empty(),
                     list_on1([](const Tensor& x) { return x.max(0); })));
  rows.push_back(row("max_dim_kept", "max",
                     list_on1([](const Tensor& x) { return eg::max(x, -1, true); }),
                     with_places(-1, true, largest_of, place_of_largest), last_not_empty(),
                     list_on1([](const Tensor& x) { return x.max(-1, true); })));
  rows.push_back(row("min_dim", "min", list_on1([](const Tensor& x) { return eg::min(x, 0); }),
                     with_places(0, false, smallest_of, place_of_smallest), first_not_empty(),
                     list_on1([](const Tensor& x) { return x.min(0); })));
  rows.push_back(row("min_dim_kept", "min",
                     list_on1([](const Tensor& x) { return eg::min(x, -1, true); }),
                     with_places(-1, true, smallest_of, place_of_smallest), last_not_empty(),
                     list_on1([](const Tensor& x) { return x.min(-1, true); })));
  const Options whole{.differentiable = false};
  rows.push_back(row("argmax", "argmax", on1([](const Tensor& x) { return eg::argmax(x); }),
                     reducing({}, false, place_of_largest), not_empty(),
                     on1([](const Tensor& x) { return x.argmax(); }), whole));
  rows.push_back(row("argmin", "argmin", on1([](const Tensor& x) { return eg::argmin(x); }),
                     reducing({}, false, place_of_smallest), not_empty(),
                     on1([](const Tensor& x) { return x.argmin(); }), whole));
  rows.push_back(row("argmax_dim", "argmax", on1([](const Tensor& x) { return eg::argmax(x, 0); }),
                     reducing({0}, false, place_of_largest), first_not_empty(),
                     on1([](const Tensor& x) { return x.argmax(0); }), whole));
  rows.push_back(row("argmin_dim_kept", "argmin",
                     on1([](const Tensor& x) { return eg::argmin(x, -1, true); }),
                     reducing({-1}, true, place_of_smallest), last_not_empty(),
                     on1([](const Tensor& x) { return x.argmin(-1, true); }), whole));
}

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

}  // namespace

Rows reduction_rows() {
  Rows rows;
  add_sums(rows);
  add_products(rows);
  add_extrema(rows);
  add_spreads(rows);
  add_truths(rows);
  // Later versions of PyTorch say the same.
  named(rows, "sum_to_scalar").other_nodes = {"SumBackward1"};
  // So does the place of the first true element exist.
  for (const char* name : {"argmax", "argmax_dim", "argmin", "argmin_dim_kept"})
    named(rows, name).more_dtypes = {"bool"};
  return rows;
}

}  // namespace table
