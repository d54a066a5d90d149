#include "table.hpp"

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
  return rows;
}

}  // namespace table
