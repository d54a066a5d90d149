#include <algorithm>
#include <limits>

#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/reduction/cumulative.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Elements = std::vector<long double>;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The lines of an array along dimension `d`, which f(line) replaces by lists of equal length.
template <class F>
Array along(const Array& x, std::int64_t dim, F f) {
  if (x.dim() == 0) return Array(Sizes(), static_cast<double>(f(Elements{x.values[0]})[0]));
  const std::size_t d = wrap(dim, x.dim());
  Array y = x;
  y.dtype = eg::kFloat64;
  y.sizes[d] = std::ssize(f(Elements(static_cast<std::size_t>(x.sizes[d]))));
  y = Array(y.sizes);
  Sizes lines = y.sizes;
  lines[d] = std::min<std::int64_t>(1, y.sizes[d]);
  const Sizes from = support::row_major(x.sizes), to = support::row_major(y.sizes);
  support::for_each_index(lines, [&](const Sizes& index) {
    std::int64_t in = 0, out = 0;
    for (std::size_t i = 0; i < index.size(); ++i) {
      in += index[i] * from[i];
      out += index[i] * to[i];
    }
    Elements line;
    for (std::int64_t k = 0; k < x.sizes[d]; ++k, in += from[d])
      line.push_back(x.values[static_cast<std::size_t>(in)]);
    for (const long double v : f(line)) {
      y.values[static_cast<std::size_t>(out)] = static_cast<double>(v);
      out += to[d];
    }
  });
  return y;
}

/// Element k replaced by f(result before it, element k).
template <class F>
auto running(F f) {
  return [f](Elements e) {
    for (std::size_t k = 1; k < e.size(); ++k) e[k] = f(e[k - 1], e[k]);
    return e;
  };
}

template <class F>
Naive line_by_line(std::int64_t dim, F f) {
  return [=](const Inputs& x) { return Outputs{along(x[0], dim, f)}; };
}

Elements running_sum(const Elements& e) {
  return running([](long double a, long double b) { return a + b; })(e);
}
Elements running_product(const Elements& e) {
  return running([](long double a, long double b) { return a * b; })(e);
}
Elements running_log_sum(const Elements& e) {
  return running([](long double a, long double b) {
    const long double m = std::max(a, b);
    return a == b && std::isinf(a) ? a : m + std::log1p(std::exp(-std::abs(a - b)));
  })(e);
}
/// The last place of the extremum up to each element.
Elements places(const Elements& e, bool largest) {
  Elements places(e.size());
  std::size_t best = 0;
  for (std::size_t k = 0; k < e.size(); ++k) {
    const bool better = largest ? e[k] >= e[best] : e[k] <= e[best];
    if (std::isnan(e[k]) || (better && !std::isnan(e[best]))) best = k;
    places[k] = static_cast<long double>(best);
  }
  return places;
}
Elements extrema(const Elements& e, bool largest) {
  Elements result;
  for (const long double k : places(e, largest)) result.push_back(e[static_cast<std::size_t>(k)]);
  return result;
}
Elements differences(Elements e, int n) {
  for (; n > 0 && !e.empty(); --n) {
    for (std::size_t k = 1; k < e.size(); ++k) e[k - 1] = e[k] - e[k - 1];
    e.pop_back();
  }
  return e;
}

/// Integrals up to each point but the first over points x; those `step` apart when there are none.
Elements integrals(const Elements& y, const Elements& x, long double step) {
  Elements result;
  long double total = 0;
  for (std::size_t k = 1; k < y.size(); ++k)
    result.push_back(total += (x.empty() ? step : x[k] - x[k - 1]) * (y[k] + y[k - 1]) / 2);
  return result;
}

/// The derivative of the parabola through three points at `at`, by Lagrange.
long double parabola_slope(const long double* x, const long double* f, long double at) {
  long double slope = 0;
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    slope += f[i] * ((at - x[j]) + (at - x[k])) / ((x[i] - x[j]) * (x[i] - x[k]));
  }
  return slope;
}
Elements slopes(const Elements& f, const Elements& x, std::int64_t edge_order) {
  const std::size_t n = f.size();
  Elements result(n);
  for (std::size_t k = 1; k + 1 < n; ++k) result[k] = parabola_slope(&x[k - 1], &f[k - 1], x[k]);
  if (edge_order == 1) {
    result[0] = (f[1] - f[0]) / (x[1] - x[0]);
    result[n - 1] = (f[n - 1] - f[n - 2]) / (x[n - 1] - x[n - 2]);
  } else {
    result[0] = parabola_slope(&x[0], &f[0], x[0]);
    result[n - 1] = parabola_slope(&x[n - 3], &f[n - 3], x[n - 1]);
  }
  return result;
}

std::vector<Inputs> line_samples(Range r = {-2, 2}) {
  std::vector<Inputs> samples;
  for (const Sizes& s :
       {Sizes{3, 4}, Sizes{2, 3, 2}, Sizes{5}, Sizes{1, 1}, Sizes{}, Sizes{0}, Sizes{2, 0, 3}})
    samples.push_back({support::uniform(s, r.low, r.high, 4)});
  return samples;
}

/// Lines that need several blocks and threads, and many lines side by side.
std::vector<Inputs> long_lines(double size) {
  return {{support::uniform({3, 40000}, -size, size, 8)},
          {support::uniform({2000, 131}, -size, size, 9)},
          {support::uniform({70000}, -size, size, 10)}};
}

template <class F, class M, class N>
void add_running(Rows& rows, const std::string& name, F f, M member, N naive, double size) {
  for (const std::int64_t d : {0, -1}) {
    Row row{
        .name = d == 0 ? name : name + "_last",
        .function = name,
        .call = on1([=](const Tensor& x) { return f(x, d); }),
        .naive = line_by_line(d, naive),
        .samples = line_samples(),
        .values_only = long_lines(size),
        .spellings = {{"Tensor::" + name, on1([=](const Tensor& x) { return (x.*member)(d); })}}};
    rows.push_back(row);
  }
}

void add_sums(Rows& rows) {
  using eg::ScalarType;
  const auto with_default = [](auto f) {
    return [f](const Tensor& x, std::int64_t d) { return f(x, d, eg::nullopt); };
  };
  const auto add = [&](const std::string& name, auto f, auto member, auto naive, double size) {
    for (const std::int64_t d : {0, -1})
      rows.push_back({.name = d == 0 ? name : name + "_last",
                      .function = name,
                      .call = on1([=](const Tensor& x) { return with_default(f)(x, d); }),
                      .naive = line_by_line(d, naive),
                      .samples = line_samples(),
                      .values_only = long_lines(size),
                      .spellings = {{"Tensor::" + name, on1([=](const Tensor& x) {
                                       return (x.*member)(d, eg::nullopt);
                                     })}}});
    rows.push_back({.name = name + "_as_double",
                    .function = name,
                    .call = on1([=](const Tensor& x) { return f(x, 0, eg::kFloat64); }),
                    .naive = line_by_line(0, naive),
                    .samples = line_samples()});
  };
  add("cumsum", eg::cumsum, &Tensor::cumsum, running_sum, 2);
  add("cumprod", eg::cumprod, &Tensor::cumprod, running_product, 1.4);
  // What the exponentials cancel to is not relative to the result.
  add_running(rows, "logcumsumexp", eg::logcumsumexp, &Tensor::logcumsumexp, running_log_sum, 2);
}

template <class F>
Call both(F f) {
  return list_on1(f);
}

void add_extrema(Rows& rows) {
  const auto add = [&](const std::string& name, auto f, auto member, bool largest) {
    for (const std::int64_t d : {0, -1}) {
      Row row{.name = d == 0 ? name : name + "_last",
              .function = name,
              .call = list_on1([=](const Tensor& x) { return f(x, d); }),
              .naive =
                  [=](const Inputs& x) {
                    const auto values = [=](const Elements& e) { return extrema(e, largest); };
                    const auto where = [=](const Elements& e) { return places(e, largest); };
                    return Outputs{along(x[0], d, values), along(x[0], d, where)};
                  },
              .samples = line_samples(),
              .values_only = long_lines(2),
              .spellings = {
                  {"Tensor::" + name, list_on1([=](const Tensor& x) { return (x.*member)(d); })}}};
      row.values_only.push_back({Array({6}, {1, 1, kNan, 3, kNan, 0})});
      row.values_only.push_back({Array({6}, {1, 1, 0, 1, kInf, -kInf})});
      rows.push_back(row);
    }
  };
  add("cummax", eg::cummax, &Tensor::cummax, true);
  add("cummin", eg::cummin, &Tensor::cummin, false);
}

std::vector<Inputs> with_dims(std::vector<Inputs> samples) {
  std::erase_if(samples, [](const Inputs& x) { return x[0].dim() == 0; });
  return samples;
}

void add_differences(Rows& rows) {
  const auto add = [&](const std::string& name, int n, std::int64_t d) {
    rows.push_back(
        {.name = name,
         .function = "diff",
         .call = on1([=](const Tensor& x) { return eg::diff(x, n, d); }),
         .naive = line_by_line(d, [n](const Elements& e) { return differences(e, n); }),
         .samples = with_dims(line_samples()),
         .spellings = {{"Tensor::diff", on1([=](const Tensor& x) { return x.diff(n, d); })}},
         .bools = n == 0});
  };
  add("diff", 1, -1);
  add("diff_first", 1, 0);
  add("diff_twice", 2, 0);
  add("diff_all", 7, -1);
  add("diff_none", 0, -1);
  rows.push_back({.name = "diff_of_bools",
                  .function = "diff",
                  .call = on1([](const Tensor& x) { return eg::diff(x > 0.4); }),
                  .naive =
                      [](const Inputs& x) {
                        return Outputs{along(x[0], -1, [](const Elements& e) {
                          Elements result;
                          for (std::size_t k = 1; k < e.size(); ++k)
                            result.push_back((e[k] > 0.4L) != (e[k - 1] > 0.4L) ? 1 : 0);
                          return result;
                        })};
                      },
                  .samples = with_dims(line_samples()),
                  .differentiable = false});
  const auto joined = [](std::vector<std::size_t> order) {
    return [order](const Inputs& x) {
      Array whole = x[0];
      whole.sizes[1] = 0;
      for (const std::size_t k : order) whole.sizes[1] += x[k].sizes[1];
      whole = support::generate(whole.sizes, [&](Sizes index) {
        std::size_t i = 0;
        for (; index[1] >= x[order[i]].sizes[1]; ++i) index[1] -= x[order[i]].sizes[1];
        return x[order[i]].at(index);
      });
      return Outputs{along(whole, 1, [](const Elements& e) { return differences(e, 1); })};
    };
  };
  rows.push_back({.name = "diff_prepended",
                  .function = "diff",
                  .call = on2([](const Tensor& x, const Tensor& p) { return x.diff(1, 1, p); }),
                  .naive = joined({1, 0}),
                  .samples = samples_of({{{3, 4}, {3, 2}}, {{2, 1}, {2, 1}}, {{2, 0}, {2, 1}}}),
                  .bools = false});
  rows.push_back({.name = "diff_between",
                  .function = "diff",
                  .call = on3([](const Tensor& x, const Tensor& p, const Tensor& a) {
                    return eg::diff(x, 1, -1, p, a);
                  }),
                  .naive = joined({1, 0, 2}),
                  .samples = samples_of({{{3, 4}, {3, 2}, {3, 1}}, {{2, 1}, {2, 1}, {2, 3}}}),
                  .bools = false});
}

Elements last_or_zero(const Elements& e) { return {e.empty() ? 0 : e.back()}; }

/// The integral of y over a step, or over x of shape (n), as an array without dimension `d`.
Array integral(const Array& y, std::int64_t d, const Elements& x, long double step) {
  Array total = along(y, d, [&](const Elements& e) { return last_or_zero(integrals(e, x, step)); });
  total.sizes.erase(total.sizes.begin() + static_cast<std::ptrdiff_t>(wrap(d, y.dim())));
  return total;
}

Elements points_of(const Array& x) { return {x.values.begin(), x.values.end()}; }

void add_integrals(Rows& rows) {
  const std::vector<Inputs> over_points =
      samples_of({{{3, 4}, {4}}, {{2, 3, 2}, {2}}, {{5}, {5}}, {{3, 1}, {1}}, {{2, 0}, {0}}});
  rows.push_back(
      {.name = "trapezoid",
       .function = "trapezoid",
       .call = on1([](const Tensor& y) { return eg::trapezoid(y, 0.5, 0); }),
       .naive = [](const Inputs& x) { return Outputs{integral(x[0], 0, {}, 0.5L)}; },
       .samples = with_dims(line_samples()),
       .spellings = {{"trapz", on1([](const Tensor& y) { return eg::trapz(y, 0.5, 0); })}},
       .bools = false});
  rows.push_back(
      {.name = "trapezoid_over",
       .function = "trapezoid",
       .call = on2([](const Tensor& y, const Tensor& x) { return eg::trapezoid(y, x); }),
       .naive = [](const Inputs& x) { return Outputs{integral(x[0], -1, points_of(x[1]), 0)}; },
       .samples = over_points,
       .spellings = {{"trapz",
                      on2([](const Tensor& y, const Tensor& x) { return eg::trapz(y, x); })}},
       .bools = false});
  rows.push_back(
      {.name = "trapezoid_over_lines",
       .function = "trapezoid",
       .call = on2([](const Tensor& y, const Tensor& x) { return eg::trapezoid(y, x, 0); }),
       .naive =
           [](const Inputs& x) {
             const Sizes sizes = support::broadcast(x[0].sizes, x[1].sizes);
             return Outputs{support::generate({sizes[1]}, [&](const Sizes& i) {
               Elements y, p;
               for (std::int64_t k = 0; k < sizes[0]; ++k) {
                 y.push_back(support::at_broadcast(x[0], {k, i[0]}));
                 p.push_back(support::at_broadcast(x[1], {k, i[0]}));
               }
               return static_cast<double>(last_or_zero(integrals(y, p, 0))[0]);
             })};
           },
       .samples = samples_of({{{3, 4}, {3, 4}}, {{3, 4}, {3, 1}}, {{2, 1}, {2, 3}}}),
       .bools = false});
  rows.push_back({.name = "cumulative_trapezoid",
                  .function = "cumulative_trapezoid",
                  .call = on1([](const Tensor& y) { return eg::cumulative_trapezoid(y, 2); }),
                  .naive = line_by_line(-1, [](const Elements& e) { return integrals(e, {}, 2); }),
                  .samples = with_dims(line_samples()),
                  .bools = false});
  rows.push_back(
      {.name = "cumulative_trapezoid_over",
       .function = "cumulative_trapezoid",
       .call = on2([](const Tensor& y, const Tensor& x) { return eg::cumulative_trapezoid(y, x); }),
       .naive =
           [](const Inputs& x) {
             return Outputs{along(
                 x[0], -1, [&](const Elements& e) { return integrals(e, points_of(x[1]), 0); })};
           },
       .samples = over_points,
       .bools = false});
}

Elements even_points(std::size_t n, double step) {
  Elements x;
  for (std::size_t k = 0; k < n; ++k) x.push_back(static_cast<long double>(k) * step);
  return x;
}

/// Along each of `dims`, `steps` apart.
Naive even_slopes(std::vector<std::int64_t> dims, std::vector<double> steps,
                  std::int64_t edge_order) {
  return [=](const Inputs& x) {
    Outputs list;
    for (std::size_t i = 0; i < dims.size(); ++i)
      list.push_back(along(x[0], dims[i], [&](const Elements& e) {
        return slopes(e, even_points(e.size(), steps[i]), edge_order);
      }));
    return list;
  };
}

void add_gradients(Rows& rows) {
  const std::vector<Inputs> planes = samples_of({{{3, 4}}, {{5, 3}}});
  const auto add = [&](const std::string& name, auto f, Naive naive, std::vector<Inputs> samples) {
    rows.push_back({.name = name,
                    .function = "gradient",
                    .call = list_on1(f),
                    .naive = std::move(naive),
                    .samples = std::move(samples)});
  };
  using Numbers = std::vector<eg::Scalar>;
  using Dims = std::vector<std::int64_t>;
  add(
      "gradient", [](const Tensor& x) { return eg::gradient(x); }, even_slopes({0, 1}, {1, 1}, 1),
      planes);
  named(rows, "gradient").values_only = samples_of({{{2, 2}}, {{20, 30}}});
  add(
      "gradient_spaced", [](const Tensor& x) { return eg::gradient(x, eg::Scalar(0.5), -1, 2); },
      even_slopes({-1}, {0.5}, 2), planes);
  add(
      "gradient_dims",
      [](const Tensor& x) {
        return eg::gradient(x, Dims{1, 0}, 2);
      },
      even_slopes({1, 0}, {1, 1}, 2), planes);
  add(
      "gradient_spaced_dims",
      [](const Tensor& x) {
        return eg::gradient(x, eg::Scalar(2), Dims{1, -3});
      },
      even_slopes({1, 0}, {2, 2}, 1), samples_of({{{2, 3, 2}}, {{3, 2, 0}}}));
  add(
      "gradient_numbers",
      [](const Tensor& x) {
        return eg::gradient(x, Numbers{0.5, 2});
      },
      even_slopes({0, 1}, {0.5, 2}, 1), planes);
  add(
      "gradient_numbers_dims",
      [](const Tensor& x) {
        return eg::gradient(x, Numbers{0.5, 2}, Dims{-1, 0}, 2);
      },
      even_slopes({-1, 0}, {0.5, 2}, 2), planes);
  const auto over = [](std::vector<std::int64_t> dims, std::int64_t edge_order) {
    return [=](const Inputs& x) {
      Outputs list;
      for (std::size_t i = 0; i < dims.size(); ++i)
        list.push_back(along(x[0], dims[i], [&](const Elements& e) {
          return slopes(e, points_of(x[i + 1]), edge_order);
        }));
      return list;
    };
  };
  const auto points = [](double first, std::initializer_list<double> steps) {
    std::vector<double> x{first};
    for (const double s : steps) x.push_back(x.back() + s);
    return Array({std::ssize(x)}, x);
  };
  const std::vector<Inputs> over_points{
      {support::uniform({3, 4}, -2, 2, 1), points(-1, {0.5, 2}), points(0.5, {1, 1.5, 0.75})},
      {support::uniform({3, 3}, -2, 2, 1), points(1, {-1, -2}), points(0, {1, 1})}};
  rows.push_back(
      {.name = "gradient_over",
       .function = "gradient",
       .call = [](const variable_list& x) { return eg::gradient(x[0], eg::TensorList(&x[1], 2)); },
       .naive = over({0, 1}, 1),
       .samples = over_points});
  rows.push_back({.name = "gradient_over_dims",
                  .function = "gradient",
                  .call =
                      [](const variable_list& x) {
                        return eg::gradient(x[0], eg::TensorList(&x[1], 2), Dims{-2, -1}, 2);
                      },
                  .naive = over({0, 1}, 2),
                  .samples = over_points});
  for (Row& row : rows)
    if (row.function == "gradient") row.bools = false;
  for (const char* name : {"gradient_over", "gradient_over_dims"})
    named(rows, name).integers = false;
}

}  // namespace

Rows cumulative_rows() {
  Rows rows;
  add_sums(rows);
  add_extrema(rows);
  add_differences(rows);
  add_integrals(rows);
  add_gradients(rows);
  // Factors of numbers are factors of tensors here.
  for (const char* name : {"trapezoid"}) named(rows, name).other_nodes = {"MulBackward0"};
  for (const char* name : {"trapezoid_over", "trapezoid_over_lines", "cumulative_trapezoid_over"})
    named(rows, name).other_nodes = {"DivBackward0"};
  named(rows, "diff_none").other_nodes = {"CloneBackward0"};
  for (const char* name : {"logcumsumexp", "logcumsumexp_last"})
    named(rows, name).more_dtypes = {"int64", "bool"};
  return rows;
}

}  // namespace table
