#include <algorithm>

#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// Tensors put together, repeated and turned round.
namespace random_programs {
namespace {

using eg::Tensor;
using Index = std::int64_t;

/// One operand, some integers, and where each element comes from.
Row rearranged(const char* name, const char* text, std::function<void(Draft&, Statement&)> draw,
               std::function<Tensor(const Call&)> call,
               std::function<Sizes(const Reference&)> sizes,
               std::function<Number(const Reference&, Sizes)> element,
               const char* python = nullptr) {
  return {.name = name,
          .text = text,
          .draw = std::move(draw),
          .call = [=](const Call& c) { return variable_list{call(c)}; },
          .reference =
              [=](const Reference& c) {
                return Values{generate(sizes(c), c.x[0].dtype,
                                       [&](const Sizes& i) { return element(c, i); })};
              },
          .python = python,
          .weight = 0.5};
}

Sizes same(const Reference& c) { return c.x[0].sizes; }

void draw_two(Draft& d, Statement& s, std::int64_t least) {
  s.operands = {d.real(least)};
  const Value x = d[s.operands[0]];
  s.integers = {d.dim(x)};
  Sizes sizes = x.sizes;
  if (!sizes.empty() && d.chance(0.5)) sizes[x.wrap(s.integers[0])] = d.between(0, 2);
  s.operands.push_back(d.shaped(least == 0 ? x.sizes : sizes, x.dtype));
}

}  // namespace

Rows assembly_rows() {
  return {
      {.name = "cat",
       .text = "eg::cat({%0, %1}, #0)",
       .draw = [](Draft& d, Statement& s) { draw_two(d, s, 1); },
       .call =
           [](const Call& c) {
             return variable_list{eg::cat({c.x[0], c.x[1]}, c.n(0))};
           },
       .reference =
           [](const Reference& c) {
             const Value &a = c.x[0], &b = c.x[1];
             const std::size_t d = a.wrap(c.n(0));
             Sizes sizes = a.sizes;
             sizes[d] += b.sizes[d];
             return Values{generate(sizes, promote(a, b), [&](Sizes i) {
               if (i[d] < a.sizes[d]) return a.at(i);
               i[d] -= a.sizes[d];
               return b.at(i);
             })};
           }},
      {.name = "stack",
       .text = "eg::stack({%0, %1}, #0)",
       .draw = [](Draft& d, Statement& s) { draw_two(d, s, 0); },
       .call =
           [](const Call& c) {
             return variable_list{eg::stack({c.x[0], c.x[1]}, c.n(0))};
           },
       .reference =
           [](const Reference& c) {
             const Value &a = c.x[0], &b = c.x[1];
             require(a.sizes == b.sizes);
             const Index d = c.n(0) < 0 ? c.n(0) + a.dim() + 1 : c.n(0);
             Sizes sizes = a.sizes;
             sizes.insert(sizes.begin() + d, 2);
             return Values{generate(sizes, promote(a, b), [&](Sizes i) {
               const bool second = i[static_cast<std::size_t>(d)] == 1;
               i.erase(i.begin() + d);
               return (second ? b : a).at(i);
             })};
           },
       .weight = 0.7},
      rearranged(
          "repeat", "%0.repeat({#*})",
          [](Draft& d, Statement& s) {
            s.operands = {d.real()};
            for (Index n = d[s.operands[0]].dim() + d.below(2); n > 0; --n)
              s.integers.push_back(d.between(0, 5) / 2);
            require(!s.integers.empty());
          },
          [](const Call& c) { return c.x[0].repeat(c.s.integers); },
          [](const Reference& c) {
            Sizes sizes = c.s.integers;
            const std::size_t ahead = sizes.size() - c.x[0].sizes.size();
            for (std::size_t d = ahead; d < sizes.size(); ++d) sizes[d] *= c.x[0].sizes[d - ahead];
            return sizes;
          },
          [](const Reference& c, Sizes i) {
            const Value& x = c.x[0];
            i.erase(i.begin(), i.end() - x.dim());
            for (std::size_t d = 0; d < i.size(); ++d) i[d] %= x.sizes[d];
            return x.at(i);
          }),
      rearranged(
          "flip", "%0.flip({#0})",
          [](Draft& d, Statement& s) {
            s.operands = {d.number(1, eg::kBool)};
            s.integers = {d.dim(d[s.operands[0]])};
          },
          [](const Call& c) { return c.x[0].flip(c.n(0)); }, same,
          [](const Reference& c, Sizes i) {
            const std::size_t d = c.x[0].wrap(c.n(0));
            i[d] = c.x[0].sizes[d] - 1 - i[d];
            return c.x[0].at(i);
          }),
      rearranged(
          "roll", "%0.roll({#1}, {#0})",
          [](Draft& d, Statement& s) {
            s.operands = {d.real(1)};
            s.integers = {d.dim(d[s.operands[0]]), d.between(-3, 3)};
          },
          [](const Call& c) { return c.x[0].roll(c.n(1), c.n(0)); }, same,
          [](const Reference& c, Sizes i) {
            const std::size_t d = c.x[0].wrap(c.n(0));
            const Index n = c.x[0].sizes[d];
            i[d] = ((i[d] - c.n(1)) % n + n) % n;
            return c.x[0].at(i);
          }),
      rearranged(
          "tril", "%0.tril(#0)",
          [](Draft& d, Statement& s) {
            s.operands = {d.real(2)};
            s.integers = {d.between(-1, 1)};
          },
          [](const Call& c) { return c.x[0].tril(c.n(0)); }, same,
          [](const Reference& c, Sizes i) {
            return i.end()[-1] - i.end()[-2] <= c.n(0) ? c.x[0].at(i) : Number();
          }),
      rearranged(
          "triu", "%0.triu(#0)",
          [](Draft& d, Statement& s) {
            s.operands = {d.real(2)};
            s.integers = {d.between(-1, 1)};
          },
          [](const Call& c) { return c.x[0].triu(c.n(0)); }, same,
          [](const Reference& c, Sizes i) {
            return i.end()[-1] - i.end()[-2] >= c.n(0) ? c.x[0].at(i) : Number();
          }),
      rearranged(
          "diag_embed", "%0.diag_embed()", [](Draft& d, Statement& s) { s.operands = {d.real(1)}; },
          [](const Call& c) { return c.x[0].diag_embed(); },
          [](const Reference& c) {
            Sizes sizes = c.x[0].sizes;
            sizes.push_back(sizes.back());
            return sizes;
          },
          [](const Reference& c, Sizes i) {
            const bool on = i.end()[-1] == i.end()[-2];
            i.pop_back();
            return on ? c.x[0].at(i) : Number();
          }),
      {.name = "select_scatter",
       .text = "%0.select_scatter(%1, #0, #1)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real(1)};
             const Value x = d[s.operands[0]];
             s.integers = {d.dim(x)};
             const std::size_t dim = x.wrap(s.integers[0]);
             require(x.sizes[dim] > 0);
             s.integers.push_back(d.below(x.sizes[dim]));
             Sizes sizes = x.sizes;
             sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(dim));
             s.operands.push_back(d.shaped(sizes, x.dtype));
           },
       .call =
           [](const Call& c) {
             return variable_list{c.x[0].select_scatter(c.x[1], c.n(0), c.n(1))};
           },
       .reference =
           [](const Reference& c) {
             const Value& x = c.x[0];
             const std::size_t d = x.wrap(c.n(0));
             return Values{generate(x.sizes, x.dtype, [&](Sizes i) {
               if (i[d] != c.n(1)) return x.at(i);
               i.erase(i.begin() + static_cast<std::ptrdiff_t>(d));
               return c.x[1].at(i);
             })};
           },
       .weight = 0.5},
  };
}

}  // namespace random_programs
