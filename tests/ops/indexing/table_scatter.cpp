#include <algorithm>
#include <limits>
#include <map>

#include "eigengrad/ops/indexing/scatter.hpp"
#include "table_picks.hpp"

namespace table {
namespace {

using eg::Tensor;

/// What becomes of an element and the values that meet at it, in order.
using Meet = std::function<double(double self, const std::vector<double>& values)>;
/// Where each element of the source goes.
using Target = std::function<Sizes(const Inputs& x, const Sizes& i)>;

Naive meeting(Target target_of, Meet meet) {
  return [=](const Inputs& x) {
    std::map<Sizes, std::vector<double>> values;
    const Array& index = x[1];
    const Array& src = x[2];
    // An index of another shape picks slices, or less than all of the source.
    const bool slices = index.dim() < src.dim();
    support::for_each_index(slices ? src.sizes : index.sizes, [&](const Sizes& i) {
      values[target_of(x, i)].push_back(src.dim() == i.size() ? src.at(i) : src.values[0]);
    });
    Array y = x[0];
    for (const auto& [at, list] : values) y.at(at) = meet(y.at(at), list);
    return Outputs{y};
  };
}

Target by_position(std::int64_t dim) {
  return [dim](const Inputs& x, const Sizes& i) { return target(x[1], i, dim, x[0].dim()); };
}
/// `index` is a vector and the source has as many dimensions as x.
Target by_slice(std::int64_t dim) {
  return [dim](const Inputs& x, const Sizes& i) {
    if (x[0].dim() == 0) return Sizes{};
    const std::size_t d = wrap(dim, x[0].dim());
    Sizes at = i;
    at[d] = static_cast<std::int64_t>(wrap(integer(x[1].values[static_cast<std::size_t>(i[d])]),
                                           static_cast<std::size_t>(x[0].sizes[d])));
    return at;
  };
}

/// A sample of values, which are not those of drawn().
Array values_of(const Sizes& sizes) { return support::uniform(sizes, -2, 2, 90022); }

double last_of(double, const std::vector<double>& v) { return v.back(); }
double sum_of(double self, const std::vector<double>& v) {
  for (const double e : v) self += e;
  return self;
}

/// By name, over the values and perhaps self.
double reduced(const std::string& reduce, std::vector<double> v, bool whole) {
  if (reduce == "amax" || reduce == "max") return *std::max_element(v.begin(), v.end());
  if (reduce == "amin" || reduce == "min") return *std::min_element(v.begin(), v.end());
  double y = reduce == "prod" ? 1 : 0;
  for (const double e : v) y = reduce == "prod" ? y * e : y + e;
  if (reduce != "mean") return y;
  y /= static_cast<double>(v.size());
  return whole ? std::floor(y) : y;
}

/// self, index, src. No place is written twice.
std::vector<Inputs> position_samples() {
  return {{drawn({3, 4}), indices({2, 4}, {2, 0, 1, 1, 0, 1, 2, 2}), values_of({2, 4})},
          {drawn({3, 4}), indices({2, 2}, {2, 0, 1, 1}), values_of({3, 2})},
          {drawn({3, 2, 2}), indices({2, 2, 2}, {2, 0, 1, 2, 0, 1, 0, 1}), values_of({2, 2, 2})},
          {drawn({4}), list({3, 0}), values_of({2})},
          {drawn({}), indices({}, {0}), values_of({})},
          {drawn({2}), indices({}, {1}), values_of({1})},
          {drawn({3, 4}), indices({0, 4}, {}), values_of({2, 4})}};
}
/// Places that several values meet at.
std::vector<Inputs> meeting_samples() {
  return {{drawn({3, 4}), indices({3, 4}, {2, 0, 1, 1, 2, 1, 2, 1, 0, 0, 2, 1}), values_of({3, 4})},
          {drawn({2, 3}), indices({4, 2}, {1, 1, 1, 0, 1, 0, 0, 1}), values_of({4, 3})},
          {drawn({3}), list({0, 2, 2, 2, 0}), values_of({5})},
          {drawn({}), indices({}, {0}), values_of({})},
          {drawn({3}), list({}), values_of({2})}};
}

void add_scatters(Rows& rows) {
  Row row = row_called("scatter", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                         return eg::scatter(x, 0, i, s);
                       }),
                       meeting(by_position(0), last_of), position_samples());
  row.spellings = {{"Tensor::scatter", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                      return x.scatter(0, i, s);
                    })}};
  rows.push_back(row);

  row = row_called("scatter_last", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                     return eg::scatter(x, -1, i, s);
                   }),
                   meeting(by_position(-1), last_of),
                   {{drawn({3, 4}), indices({2, 3}, {3, 0, 1, 2, 0, 3}), values_of({3, 3})}});
  row.function = "scatter";
  rows.push_back(row);

  const auto number = [](Naive naive) {
    return [naive](const Inputs& x) {
      return naive({x[0], x[1], Array(x[1].sizes, support::stored(1.75, x[0].dtype))});
    };
  };
  std::vector<Inputs> without_source = position_samples();
  for (Inputs& sample : without_source) sample.pop_back();
  row = row_called("scatter_value",
                   on2([](const Tensor& x, const Tensor& i) { return eg::scatter(x, 0, i, 1.75); }),
                   number(meeting(by_position(0), last_of)), without_source);
  row.function = "scatter";
  row.spellings = {{"Tensor::scatter",
                    on2([](const Tensor& x, const Tensor& i) { return x.scatter(0, i, 1.75); })}};
  rows.push_back(row);

  std::vector<Inputs> met_by_numbers = meeting_samples();
  for (Inputs& sample : met_by_numbers) sample.pop_back();
  for (const std::string reduce : {"add", "multiply"}) {
    const Meet meet = [reduce](double self, std::vector<double> v) {
      v.push_back(self);
      return reduced(reduce == "add" ? "sum" : "prod", v, false);
    };
    row = row_called("scatter_by_" + reduce,
                     on3([reduce](const Tensor& x, const Tensor& i, const Tensor& s) {
                       return eg::scatter(x, 0, i, s, reduce);
                     }),
                     meeting(by_position(0), meet), meeting_samples());
    row.function = "scatter";
    row.spellings = {
        {"Tensor::scatter", on3([reduce](const Tensor& x, const Tensor& i, const Tensor& s) {
           return x.scatter(0, i, s, reduce);
         })}};
    row.without_oracle = "PyTorch has no derivative; its values are those of scatter_reduce";
    rows.push_back(row);
    row = row_called("scatter_value_" + reduce, on2([reduce](const Tensor& x, const Tensor& i) {
                       return eg::scatter(x, 0, i, 1.75, reduce);
                     }),
                     number(meeting(by_position(0), meet)), met_by_numbers);
    row.function = "scatter";
    row.spellings = {{"Tensor::scatter", on2([reduce](const Tensor& x, const Tensor& i) {
                        return x.scatter(0, i, 1.75, reduce);
                      })}};
    row.without_oracle = "PyTorch has no derivative; its values are those of scatter_reduce";
    rows.push_back(row);
  }

  row = row_called("scatter_add", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                     return eg::scatter_add(x, 0, i, s);
                   }),
                   meeting(by_position(0), sum_of), meeting_samples());
  row.spellings = {
      {"Tensor::scatter_add", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
         return x.scatter_add(0, i, s);
       })}};
  rows.push_back(row);
}

Meet reduction(const std::string& reduce, bool include_self, bool whole) {
  return [=](double self, std::vector<double> v) {
    if (include_self) v.push_back(self);
    return reduced(reduce, v, whole);
  };
}

/// A mean of integers rounds down.
Naive reducing(const Target& target_of, const std::string& reduce, bool include_self) {
  return [=](const Inputs& x) {
    const bool whole = !eg::is_floating_point(x[0].dtype);
    return meeting(target_of, reduction(reduce, include_self, whole))(x);
  };
}

void add_reductions(Rows& rows) {
  for (const std::string reduce : {"sum", "prod", "mean", "amax", "amin"})
    for (const bool include_self : {true, false}) {
      const std::string suffix = "_" + reduce + (include_self ? "" : "_without_self");
      Row row = row_called("scatter_reduce" + suffix,
                           on3([=](const Tensor& x, const Tensor& i, const Tensor& s) {
                             return eg::scatter_reduce(x, 0, i, s, reduce, include_self);
                           }),
                           reducing(by_position(0), reduce, include_self), meeting_samples());
      row.function = "scatter_reduce";
      row.spellings = {
          {"Tensor::scatter_reduce", on3([=](const Tensor& x, const Tensor& i, const Tensor& s) {
             return x.scatter_reduce(0, i, s, reduce, include_self);
           })}};
      row.bools = reduce != "mean";
      rows.push_back(row);
      if (reduce == "sum") continue;
      row = row_called("index_reduce" + suffix,
                       on3([=](const Tensor& x, const Tensor& i, const Tensor& s) {
                         return eg::index_reduce(x, 0, i, s, reduce, include_self);
                       }),
                       reducing(by_slice(0), reduce, include_self),
                       {{drawn({3, 2}), list({2, 0, 2, 2}), values_of({4, 2})},
                        {drawn({3}), list({1, 1}), values_of({2})},
                        {drawn({2, 2, 2}), list({0, 0, 0}), values_of({3, 2, 2})},
                        {drawn({}), list({0}), values_of({1})},
                        {drawn({2, 2}), list({}), values_of({0, 2})}});
      row.function = "index_reduce";
      row.spellings = {
          {"Tensor::index_reduce", on3([=](const Tensor& x, const Tensor& i, const Tensor& s) {
             return x.index_reduce(0, i, s, reduce, include_self);
           })}};
      row.bools = reduce != "mean";
      if (row.bools && !include_self) row.more_dtypes = {"bool"};
      rows.push_back(row);
    }
}

void add_slices(Rows& rows) {
  const std::vector<Inputs> apart{{drawn({3, 2}), list({2, 0}), values_of({2, 2})},
                                  {drawn({4}), list({1, 3}), values_of({2})},
                                  {drawn({3, 2, 2}), indices({}, {1}), values_of({1, 2, 2})},
                                  {drawn({}), list({0}), values_of({1})},
                                  {drawn({}), indices({}, {0}), values_of({})},
                                  {drawn({3, 2}), list({}), values_of({0, 2})}};
  std::vector<Inputs> met = apart;
  met.insert(met.begin(), {drawn({3, 2}), list({2, 0, 2}), values_of({3, 2})});
  Row row = row_called("index_add", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                         return eg::index_add(x, 0, i, s);
                       }),
                       meeting(by_slice(0), sum_of), met);
  row.spellings = {{"Tensor::index_add", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                      return x.index_add(0, i, s);
                    })}};
  rows.push_back(row);
  row = row_called("index_add_scaled", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                     return eg::index_add(x, -1, i, s, 3);
                   }),
                   meeting(by_slice(-1),
                           [](double self, const std::vector<double>& v) {
                             for (const double e : v) self += 3 * e;
                             return self;
                           }),
                   {{drawn({2, 3}), list({2, 0, 2}), values_of({2, 3})},
                    {drawn({3}), list({1}), values_of({1})}});
  row.function = "index_add";
  rows.push_back(row);
  row = row_called("index_copy", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
                     return eg::index_copy(x, 0, i, s);
                   }),
                   meeting(by_slice(0), last_of), apart);
  row.spellings = {
      {"Tensor::index_copy", on3([](const Tensor& x, const Tensor& i, const Tensor& s) {
         return x.index_copy(0, i, s);
       })}};
  rows.push_back(row);

  const std::vector<Inputs> filled{
      {drawn({3, 2}), list({2, 0})}, {drawn({3, 2}), list({2, -3})},
      {drawn({4}), list({1, 1})},    {drawn({2, 3, 2}), indices({}, {1})},
      {drawn({}), list({0})},        {drawn({3, 2}), list({})}};
  const auto fill = [](double value, const Inputs& x) {
    Array src = x[0];
    if (src.dim() == 0) return meeting(by_slice(0), last_of)({x[0], x[1], Array({1}, value)});
    src.sizes[0] = static_cast<std::int64_t>(x[1].values.size());
    return meeting(by_slice(0), last_of)({x[0], x[1], Array(src.sizes, value)});
  };
  row = row_called(
      "index_fill",
      on2([](const Tensor& x, const Tensor& i) { return eg::index_fill(x, 0, i, 2.5); }),
      [fill](const Inputs& x) { return fill(support::stored(2.5, x[0].dtype), x); }, filled);
  row.spellings = {{"Tensor::index_fill",
                    on2([](const Tensor& x, const Tensor& i) { return x.index_fill(0, i, 2.5); })}};
  rows.push_back(row);
  std::vector<Inputs> with_value = filled;
  for (Inputs& sample : with_value) sample.push_back(drawn({}));
  row = row_called(
      "index_fill_tensor", on3([](const Tensor& x, const Tensor& i, const Tensor& v) {
        return eg::index_fill(x, 0, i, v);
      }),
      [fill](const Inputs& x) { return fill(x[2].values[0], x); }, with_value);
  row.function = "index_fill";
  row.spellings = {
      {"Tensor::index_fill", on3([](const Tensor& x, const Tensor& i, const Tensor& v) {
         return x.index_fill(0, i, v);
       })}};
  rows.push_back(row);
}

void add_puts(Rows& rows) {
  for (const bool accumulate : {false, true}) {
    const Naive naive = [accumulate](const Inputs& x) {
      Array y = x[0];
      for (std::size_t k = 0; k < x[1].values.size(); ++k) {
        double& e = y.values[wrap(integer(x[1].values[k]), y.values.size())];
        e = accumulate ? e + x[2].values[k] : x[2].values[k];
      }
      return Outputs{y};
    };
    std::vector<Inputs> samples{{drawn({3, 2}), indices({2, 2}, {0, 3, -1, 1}), values_of({4})},
                                {drawn({2, 2, 2}), list({3, -8}), values_of({2, 1})},
                                {drawn({}), list({0}), values_of({1})},
                                {drawn({3, 2}), list({}), values_of({0})}};
    if (accumulate) samples.push_back({drawn({4}), list({3, 3, -1}), values_of({3})});
    Row row = row_called(accumulate ? "put_accumulate" : "put",
                         on3([=](const Tensor& x, const Tensor& i, const Tensor& s) {
                           return eg::put(x, i, s, accumulate);
                         }),
                         naive, samples);
    row.function = "put";
    row.spellings = {{"Tensor::put", on3([=](const Tensor& x, const Tensor& i, const Tensor& s) {
                        return x.put(i, s, accumulate);
                      })}};
    rows.push_back(row);
  }
}

/// data and lengths, which split the first dimension, or the second if they have two.
Naive segments(const std::string& reduce, eg::optional<double> initial) {
  return [=](const Inputs& x) {
    const Array& data = x[0];
    const std::size_t axis = x[1].dim() - 1;
    Sizes sizes = data.sizes;
    sizes[axis] = x[1].sizes.back();
    return Outputs{support::generate(sizes, [&](const Sizes& i) {
      Sizes row(i.begin(), i.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
      std::int64_t first = 0;
      const std::int64_t n = integer(x[1].at(row));
      while (row.back()-- > 0) first += integer(x[1].at(row));
      std::vector<double> values;
      for (Sizes at = i; std::ssize(values) < n;) {
        at[axis] = first + std::ssize(values);
        values.push_back(data.at(at));
      }
      const double count = std::max(1.0, static_cast<double>(n));
      if (reduce == "mean" && initial) return (reduced("sum", values, false) + *initial) / count;
      if (initial) values.push_back(*initial);
      if (!values.empty()) return reduced(reduce, values, false);
      const double infinity = std::numeric_limits<double>::infinity();
      if (reduce == "max") return -infinity;
      if (reduce == "min") return infinity;
      return reduce == "mean" ? std::numeric_limits<double>::quiet_NaN()
                              : reduced(reduce, values, false);
    })};
  };
}

void add_segments(Rows& rows) {
  const std::vector<Inputs> samples{{drawn({6}), list({2, 1, 3})},
                                    {drawn({5, 2}), list({4, 1})},
                                    {drawn({2, 5}), indices({2, 2}, {1, 4, 3, 2})},
                                    {drawn({2, 3, 2}), indices({2, 2}, {2, 1, 1, 2})}};
  for (const std::string reduce : {"sum", "mean", "max", "min", "prod"}) {
    Row row = row_called("segment_reduce_" + reduce, on2([=](const Tensor& x, const Tensor& n) {
                           const std::int64_t axis = n.defined() ? n.dim() - 1 : 0;
                           return eg::segment_reduce(x, reduce, n, {}, {}, axis);
                         }),
                         segments(reduce, eg::nullopt), samples);
    row.function = "segment_reduce";
    row.integers = row.bools = false;
    row.values_only = {{drawn({4, 2}), list({0, 3, 0, 1})}, {drawn({0, 2}), list({0, 0})}};
    rows.push_back(row);
    row.name += "_from";
    row.call = on2([=](const Tensor& x, const Tensor& n) {
      const std::int64_t axis = n.defined() ? n.dim() - 1 : 0;
      return eg::segment_reduce(x, reduce, n, {}, {}, axis, false, 0.25);
    });
    row.naive = segments(reduce, 0.25);
    row.values_only = {};
    row.samples.push_back({drawn({4, 2}), list({0, 3, 0, 1})});
    rows.push_back(row);
  }
  Row row = row_called("segment_reduce_offsets", on2([](const Tensor& x, const Tensor& offsets) {
                         return eg::segment_reduce(x, "sum", {}, {}, offsets);
                       }),
                       [](const Inputs& x) {
                         Array lengths({x[1].sizes[0] - 1});
                         for (std::size_t k = 0; k < lengths.values.size(); ++k)
                           lengths.values[k] = x[1].values[k + 1] - x[1].values[k];
                         return segments("sum", eg::nullopt)({x[0], lengths});
                       },
                       {{drawn({6}), list({0, 2, 2, 6})}, {drawn({3, 2}), list({0, 1, 3})}});
  row.function = "segment_reduce";
  row.integers = row.bools = false;
  rows.push_back(row);
}

}  // namespace

Rows scatter_rows() {
  Rows rows;
  add_scatters(rows);
  add_reductions(rows);
  add_slices(rows);
  add_puts(rows);
  add_segments(rows);
  for (Row& row : rows)  // lengths are no longer right when their first row is repeated
    if (row.function == "segment_reduce") row.any_layout = false;
  return rows;
}

}  // namespace table
