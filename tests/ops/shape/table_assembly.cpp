#include "eigengrad/core/options.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/copies.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Shapes = std::vector<std::vector<Sizes>>;

/// Joined along an existing dimension; arrays of shape (0) are skipped.
Naive joined(std::int64_t dim) {
  return [dim](const Inputs& x) {
    Inputs parts;
    for (const Array& a : x)
      if (a.sizes != Sizes{0}) parts.push_back(a);
    if (parts.empty()) return Outputs{x[0]};
    const std::size_t d = wrap(dim, parts[0].dim());
    Sizes sizes = parts[0].sizes;
    sizes[d] = 0;
    for (const Array& a : parts) sizes[d] += a.sizes[d];
    return Outputs{support::generate(sizes, [&](Sizes i) {
      std::size_t k = 0;
      while (i[d] >= parts[k].sizes[d]) i[d] -= parts[k++].sizes[d];
      return parts[k].at(i);
    })};
  };
}

/// Joined along a new dimension.
Naive stacked(std::int64_t dim) {
  return [dim](const Inputs& x) {
    const std::size_t d = wrap(dim, x[0].dim() + 1);
    const auto at = static_cast<std::ptrdiff_t>(d);
    Sizes sizes = x[0].sizes;
    sizes.insert(sizes.begin() + at, static_cast<std::int64_t>(x.size()));
    return Outputs{support::generate(sizes, [&](Sizes i) {
      const Array& from = x[static_cast<std::size_t>(i[d])];
      i.erase(i.begin() + at);
      return from.at(i);
    })};
  };
}

Outputs same(const Inputs& x) { return {x[0]}; }

Row row(std::string name, std::string function, Call call, Naive naive, const Shapes& shapes,
        std::vector<Spelling> spellings = {}) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = samples_of(shapes),
          .spellings = std::move(spellings),
          .elementwise = true};
}

Call list_of(Tensor (*f)(eg::TensorList)) {
  return [f](const variable_list& x) { return variable_list{f(x)}; };
}

/// The inputs with extents changed by f, which keeps elements in their order.
template <class F>
Inputs with_extents(const Inputs& x, F f) {
  Inputs y;
  for (const Array& a : x) y.push_back(Array(f(a.sizes), a.values));
  return y;
}

Sizes at_least_one(const Sizes& s) { return s.empty() ? Sizes{1} : s; }
Sizes as_rows(const Sizes& s) {
  return s.empty() ? Sizes{1, 1} : s.size() == 1 ? Sizes{1, s[0]} : s;
}
Sizes as_columns(const Sizes& s) {
  return s.empty() ? Sizes{1, 1} : s.size() == 1 ? Sizes{s[0], 1} : s;
}
Sizes as_depth(const Sizes& s) {
  Sizes d = as_rows(s);
  if (d.size() == 2) d.push_back(1);
  return d;
}

void add_stacks(Rows& rows) {
  const auto concat = [](const variable_list& x) { return variable_list{eg::concat(x, 1)}; };
  rows.push_back(row("concat", "concat", concat, joined(1), {{{3, 4}, {3, 2}}, {{2, 0}, {2, 2}}},
                     {{"concatenate", [](const variable_list& x) {
                         return variable_list{eg::concatenate(x, -1)};
                       }}}));
  rows.push_back(row("hstack", "hstack", list_of(eg::hstack),
                     [](const Inputs& x) {
                       const Inputs y = with_extents(x, at_least_one);
                       return joined(y[0].dim() == 1 ? 0 : 1)(y);
                     },
                     {{{3, 4}, {3, 2}}, {{2}, {3}}, {{}, {}}, {{2, 1, 2}, {2, 2, 2}}, {{0}, {2}}}));
  rows.push_back(row("vstack", "vstack", list_of(eg::vstack),
                     [](const Inputs& x) { return joined(0)(with_extents(x, as_rows)); },
                     {{{3, 4}, {2, 4}}, {{3}, {3}}, {{}, {}}, {{2}, {3, 2}}, {{0, 2}, {2}}},
                     {{"row_stack", list_of(eg::row_stack)}}));
  rows.push_back(row("dstack", "dstack", list_of(eg::dstack),
                     [](const Inputs& x) { return joined(2)(with_extents(x, as_depth)); },
                     {{{3, 4}, {3, 4}}, {{3}, {3}}, {{}, {}}, {{2, 1, 2}, {2, 1, 1}}}));
  rows.push_back(
      row("column_stack", "column_stack", list_of(eg::column_stack),
          [](const Inputs& x) { return joined(1)(with_extents(x, as_columns)); },
          {{{3, 4}, {3, 4}}, {{3}, {3, 2}}, {{}, {}}, {{2, 1, 2}, {2, 2, 2}}, {{0}, {0}}}));
}

/// Matrices along the diagonal.
Outputs blocks(const Inputs& x) {
  Sizes sizes{0, 0};
  const Inputs matrices = with_extents(x, as_rows);
  for (const Array& a : matrices) {
    sizes[0] += a.sizes[0];
    sizes[1] += a.sizes[1];
  }
  Array y(sizes);
  std::int64_t row = 0, column = 0;
  for (const Array& a : matrices) {
    support::for_each_index(a.sizes, [&](const Sizes& i) {
      y.at({row + i[0], column + i[1]}) = a.at(i);
    });
    row += a.sizes[0];
    column += a.sizes[1];
  }
  return {y};
}

/// The rows of all tuples with one element of each input.
Outputs tuples(const Inputs& x) {
  if (x.size() == 1) return {x[0]};
  Sizes counts;
  for (const Array& a : x) counts.push_back(a.sizes[0]);
  Array y({support::count(counts), static_cast<std::int64_t>(x.size())});
  std::size_t at = 0;
  support::for_each_index(counts, [&](const Sizes& i) {
    for (std::size_t k = 0; k < x.size(); ++k)
      y.values[at++] = x[k].values[static_cast<std::size_t>(i[k])];
  });
  return {y};
}

/// Of all tuples of r elements of one vector those whose indices ascend.
Naive chosen(std::int64_t r, bool with_replacement) {
  return [=](const Inputs& x) {
    std::vector<double> values;
    support::for_each_index(Sizes(static_cast<std::size_t>(r), x[0].sizes[0]), [&](const Sizes& i) {
      for (std::size_t k = 1; k < i.size(); ++k)
        if (with_replacement ? i[k] < i[k - 1] : i[k] <= i[k - 1]) return;
      for (const std::int64_t k : i) values.push_back(x[0].values[static_cast<std::size_t>(k)]);
    });
    const auto n = static_cast<std::int64_t>(values.size());
    return Outputs{Array({n / r, r}, values)};
  };
}

Row not_enlarged(Row r) {
  r.elementwise = false;
  return r;
}

void add_products(Rows& rows) {
  rows.push_back(
      row("block_diag", "block_diag", list_of(eg::block_diag), blocks,
          {{{2, 3}, {1, 2}}, {{3}, {}, {2, 1}}, {{0, 2}, {1, 1}}, {{0}, {2}}, {{2, 2}}}));
  rows.push_back(not_enlarged(row("cartesian_prod", "cartesian_prod", list_of(eg::cartesian_prod),
                                  tuples, {{{3}, {2}}, {{2}, {3}, {2}}, {{4}}, {{0}, {2}}})));
  struct Case {
    const char* name;
    std::int64_t r;
    bool with_replacement;
  };
  for (const Case& c : {Case{"combinations", 2, false},
                        {"combinations_of_3", 3, false},
                        {"combinations_replacing", 3, true},
                        {"combinations_of_1", 1, false}}) {
    rows.push_back(not_enlarged(
        row(c.name, "combinations",
            on1([=](const Tensor& x) { return eg::combinations(x, c.r, c.with_replacement); }),
            chosen(c.r, c.with_replacement), {{{4}}, {{3}}, {{1}}, {{0}}})));
    rows.back().other_nodes = {"IndexBackward0"};  // one index for all elements
  }
}

/// Element i of the result is the element i % n of the input along each dimension.
Naive repeated(Sizes repeats) {
  return [repeats](const Inputs& x) {
    Sizes all = repeats;
    while (all.size() < x[0].dim()) all.insert(all.begin(), 1);
    const std::size_t lead = all.size() - x[0].dim();
    for (std::size_t d = lead; d < all.size(); ++d) all[d] *= x[0].sizes[d - lead];
    return Outputs{support::generate(all, [&](const Sizes& i) {
      Sizes from(x[0].dim());
      for (std::size_t d = 0; d < from.size(); ++d) from[d] = i[d + lead] % x[0].sizes[d];
      return x[0].at(from);
    })};
  };
}

/// Slices along d, each repeated on the spot; counts are the last input or `n` for all.
Naive repeated_each(std::size_t d, bool flat, std::int64_t n) {
  return [=](const Inputs& inputs) {
    const Array x = flat ? Array({support::count(inputs[0].sizes)}, inputs[0].values)
                         : Array(at_least_one(inputs[0].sizes), inputs[0].values);
    std::vector<std::int64_t> sources;
    for (std::int64_t i = 0; i < x.sizes[d]; ++i) {
      std::int64_t times = n;
      if (inputs.size() == 2) {
        const std::vector<double>& counts = inputs[1].values;
        times =
            static_cast<std::int64_t>(counts[counts.size() == 1 ? 0 : static_cast<std::size_t>(i)]);
      }
      sources.insert(sources.end(), static_cast<std::size_t>(times), i);
    }
    Sizes sizes = x.sizes;
    sizes[d] = static_cast<std::int64_t>(sources.size());
    return Outputs{support::generate(sizes, [&](Sizes i) {
      i[d] = sources[static_cast<std::size_t>(i[d])];
      return x.at(i);
    })};
  };
}

Array counts(std::vector<double> values) {
  const auto n = static_cast<std::int64_t>(values.size());
  return {{n}, std::move(values), eg::kInt64};
}

void add_repetitions(Rows& rows) {
  rows.push_back(row("repeat", "Tensor::repeat", on1([](const Tensor& x) {
                       return x.repeat({2, 1, 3});
                     }),
                     repeated({2, 1, 3}),
                     {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{}}, {{0}}, {{2, 0, 1}}}));
  rows.push_back(row("repeat_nothing", "Tensor::repeat", on1([](const Tensor& x) {
                       return x.repeat({2, 0});
                     }),
                     repeated({2, 0}), {{{3, 4}}, {{5}}, {{}}}));
  rows.push_back(row("tile", "tile", on1([](const Tensor& x) { return eg::tile(x, {2}); }),
                     repeated({2}), {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{}}},
                     {{"Tensor::tile", on1([](const Tensor& x) { return x.tile({2}); })}}));
  const Shapes any{{{3, 4}}, {{2, 3, 2}}, {{5}}, {{}}, {{0}}};
  Row flat = row("repeat_interleave", "repeat_interleave",
                 on1([](const Tensor& x) { return eg::repeat_interleave(x, 3); }),
                 repeated_each(0, true, 3), any,
                 {{"Tensor::repeat_interleave", on1([](const Tensor& x) {
                     return x.repeat_interleave(3, eg::nullopt, 3 * x.numel());
                   })}});
  Row along = row("repeat_interleave_dim", "repeat_interleave",
                  on1([](const Tensor& x) { return eg::repeat_interleave(x, 2, 0); }),
                  repeated_each(0, false, 2), any);
  for (Row r : {flat, along}) {
    r.other_nodes = {"RepeatInterleaveBackward0"};  // PyTorch makes an index for it
    rows.push_back(r);
  }
  Row by_tensor{
      .name = "repeat_interleave_tensor",
      .function = "repeat_interleave",
      .call = on2([](const Tensor& x, const Tensor& n) { return eg::repeat_interleave(x, n, 0); }),
      .naive = repeated_each(0, false, 0),
      .samples = {{support::uniform({3, 2}, -2, 2, 5), counts({2, 0, 3})},
                  {support::uniform({4}, -2, 2, 6), counts({1})},
                  {support::uniform({2, 0}, -2, 2, 6), counts({1, 4})}},
      .spellings = {{"Tensor::repeat_interleave", on2([](const Tensor& x, const Tensor& n) {
                       return x.repeat_interleave(n, -x.dim());
                     })}}};
  Row by_tensor_flat{
      .name = "repeat_interleave_tensor_flat",
      .function = "repeat_interleave",
      .call = on2([](const Tensor& x, const Tensor& n) { return eg::repeat_interleave(x, n); }),
      .naive = repeated_each(0, true, 0),
      .samples = {{support::uniform({2, 2}, -2, 2, 5), counts({2, 0, 3, 1})},
                  {support::uniform({3}, -2, 2, 6), counts({2})}}};
  rows.push_back(by_tensor);
  rows.push_back(by_tensor_flat);
  Row index{.name = "repeat_interleave_index",
            .function = "repeat_interleave",
            .call = on1([](const Tensor& n) { return eg::repeat_interleave(n); }),
            .naive =
                [](const Inputs& x) {
                  std::vector<double> y;
                  for (std::size_t i = 0; i < x[0].values.size(); ++i)
                    y.insert(y.end(), static_cast<std::size_t>(x[0].values[i]), double(i));
                  return Outputs{counts(y)};
                },
            .samples = {{counts({2, 0, 3})}, {counts({})}},
            .differentiable = false};
  rows.push_back(index);
}

void add_fills(Rows& rows) {
  const Shapes any{{{3, 4}}, {{2, 3, 2}}, {{}}, {{0}}};
  rows.push_back(row("fill", "fill", on1([](const Tensor& x) { return eg::fill(x, 2.5); }),
                     elements([](double) { return 2.5; }), any));
  Row tensor = row(
      "fill_tensor", "fill", on2([](const Tensor& x, const Tensor& v) { return eg::fill(x, v); }),
      elements([](double, double v) { return v; }), {{{3, 4}, {}}, {{}, {}}, {{0}, {}}});
  rows.push_back(not_enlarged(tensor));
}

}  // namespace

Rows assembly_rows() {
  const Shapes any{{{3, 4}}, {{2, 3, 2}}, {{5}}, {{1, 1}}, {{}}, {{0}}, {{2, 0, 3}}};
  Rows rows{
      row("cat", "cat", [](const variable_list& x) { return variable_list{eg::cat(x)}; }, joined(0),
          {{{3, 4}, {2, 4}, {1, 4}},
           {{2}, {0}, {3}},
           {{2, 3, 2}, {0, 3, 2}},
           {{0}, {2, 2}, {1, 2}},
           {{0}, {0}},
           {{5}}}),
      row("cat_last", "cat", [](const variable_list& x) { return variable_list{eg::cat(x, -1)}; },
          joined(-1), {{{3, 4}, {3, 2}}, {{2, 1, 2}, {2, 1, 1}, {2, 1, 3}}, {{2, 0}, {2, 2}}}),
      row(
          "cat_itself", "cat",
          [](const variable_list& x) {
            return variable_list{eg::cat({x[0], x[0]}, 1)};
          },
          [](const Inputs& x) {
            return joined(1)({x[0], x[0]});
          },
          {{{3, 2}}, {{2, 1, 2}}}),
      row("stack", "stack", [](const variable_list& x) { return variable_list{eg::stack(x)}; },
          stacked(0), {{{3, 4}, {3, 4}}, {{2}, {2}, {2}}, {{}, {}}, {{0}, {0}}, {{1, 2}}}),
      row("stack_last", "stack",
          [](const variable_list& x) { return variable_list{eg::stack(x, -1)}; }, stacked(-1),
          {{{3, 4}, {3, 4}}, {{2}, {2}, {2}}, {{}, {}}, {{2, 0}, {2, 0}}}),
      row("stack_middle", "stack",
          [](const variable_list& x) { return variable_list{eg::stack(x, 1)}; }, stacked(1),
          {{{3, 4}, {3, 4}}, {{2}, {2}, {2}}, {{2, 1, 2}, {2, 1, 2}}}),
      row("clone", "clone", on1([](const Tensor& x) { return eg::clone(x); }), same, any,
          {{"Tensor::clone", on1([](const Tensor& x) { return x.clone(); })}}),
      row("contiguous", "Tensor::contiguous", on1([](const Tensor& x) { return x.contiguous(); }),
          same, any),
      row("to_double", "Tensor::to", on1([](const Tensor& x) { return x.to(eg::kFloat64); }), same,
          any,
          {{"Tensor::toType", on1([](const Tensor& x) { return x.toType(eg::kFloat64); })},
           {"Tensor::type_as", on1([](const Tensor& x) { return x.type_as(eg::zeros({1})); })},
           {"to(options)", on1([](const Tensor& x) { return x.to(eg::dtype(eg::kDouble)); })},
           {"to(tensor)", on1([](const Tensor& x) { return x.to(eg::zeros({1})); })}})};

  Row to_int = row("to_int64", "Tensor::to", on1([](const Tensor& x) { return x.to(eg::kInt64); }),
                   elements([](double x) { return std::trunc(x); }), any);
  to_int.differentiable = false;
  rows.push_back(to_int);
  Row to_bool = row("to_bool", "Tensor::to", on1([](const Tensor& x) { return x.to(eg::kBool); }),
                    elements([](double x) { return x != 0; }), any);
  to_bool.samples.push_back({Array({4}, {0, -0.0, 1e-300, -2})});
  to_bool.differentiable = false;
  rows.push_back(to_bool);
  add_stacks(rows);
  add_products(rows);
  add_repetitions(rows);
  add_fills(rows);
  return rows;
}

}  // namespace table
