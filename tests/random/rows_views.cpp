#include <algorithm>

#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// Views of every sort.
namespace random_programs {
namespace {

using eg::Tensor;

/// A view that some integers describe.
Row view_row(const char* name, const char* text, std::function<void(Draft&, Statement&)> draw,
             std::function<Tensor(const Call&)> call, std::function<Value(const Reference&)> window,
             const char* python = nullptr) {
  return {.name = name,
          .text = text,
          .draw = std::move(draw),
          .call = [=](const Call& c) { return variable_list{call(c)}; },
          .reference = [=](const Reference& c) { return Values{window(c)}; },
          .python = python,
          .is_view = true};
}

Value without(const Value& x, std::size_t d, std::int64_t offset) {
  Sizes sizes = x.sizes, strides = x.strides;
  sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(d));
  strides.erase(strides.begin() + static_cast<std::ptrdiff_t>(d));
  return view(x, sizes, strides, offset);
}

Value slice(const Value& x, std::int64_t dim, std::int64_t start, std::int64_t end,
            std::int64_t step) {
  require(x.dim() > 0);
  const std::size_t d = x.wrap(dim);
  const std::int64_t n = x.sizes[d];
  start = std::clamp<std::int64_t>(start < 0 ? start + n : start, 0, n);
  end = std::clamp<std::int64_t>(end < 0 ? end + n : end, start, n);
  Value y = view(x, x.sizes, x.strides, x.offset + start * x.strides[d]);
  y.sizes[d] = (end - start + step - 1) / step;
  y.strides[d] *= step;
  return y;
}

Value permuted(const Value& x, const Sizes& dims) {
  Value y = view(x, x.sizes, x.strides, x.offset);
  require(static_cast<std::int64_t>(dims.size()) == x.dim());
  for (std::size_t i = 0; i < dims.size(); ++i) {
    y.sizes[i] = x.sizes[x.wrap(dims[i])];
    y.strides[i] = x.strides[x.wrap(dims[i])];
  }
  return y;
}

Value transposed(const Value& x, std::int64_t a, std::int64_t b) {
  Value y = view(x, x.sizes, x.strides, x.offset);
  if (x.dim() == 0) return y;
  std::swap(y.sizes[x.wrap(a)], y.sizes[x.wrap(b)]);
  std::swap(y.strides[x.wrap(a)], y.strides[x.wrap(b)]);
  return y;
}

/// Other extents over the same elements, where strides allow; Invalid where not.
Value viewed(const Value& x, Sizes sizes) {
  require(x.known_layout);
  std::int64_t known = 1;
  for (const std::int64_t s : sizes)
    if (s >= 0) known *= s;
  for (std::int64_t& s : sizes)
    if (s < 0) {
      require(known > 0 && x.numel() % known == 0);
      s = x.numel() / known;
    }
  require(support::count(sizes) == x.numel());
  if (x.numel() == 0) return view(x, sizes, support::row_major(sizes), x.offset);
  // Strides such that the elements come in the same order, found by trying what each position has.
  Value y = view(x, sizes, Sizes(sizes.size(), 0), x.offset);
  const std::vector<std::size_t> places = x.places();
  const Sizes whole = support::row_major(sizes);
  for (std::size_t d = 0; d < sizes.size(); ++d)
    y.strides[d] = sizes[d] == 1
                       ? whole[d]
                       : static_cast<std::int64_t>(places[static_cast<std::size_t>(whole[d])]) -
                             static_cast<std::int64_t>(places[0]);
  require(y.places() == places, "no view");
  return y;
}

Value reshaped(const Value& x, const Sizes& sizes) {
  require(x.known_layout);
  try {
    return viewed(x, sizes);
  } catch (const Invalid&) {
    return viewed(make(x.sizes, x.elements(), x.dtype), sizes);
  }
}

Value expanded(const Value& x, const Sizes& sizes) {
  const std::size_t ahead = sizes.size() - x.sizes.size();
  require(sizes.size() >= x.sizes.size());
  Value y = view(x, sizes, Sizes(sizes.size(), 0), x.offset);
  for (std::size_t d = 0; d < x.sizes.size(); ++d) {
    if (sizes[ahead + d] < 0) y.sizes[ahead + d] = x.sizes[d];
    require(x.sizes[d] == y.sizes[ahead + d] || x.sizes[d] == 1);
    if (x.sizes[d] == y.sizes[ahead + d]) y.strides[ahead + d] = x.strides[d];
  }
  return y;
}

Value squeezed(const Value& x, std::int64_t dim) {
  if (x.dim() == 0 || x.size(dim) != 1) return view(x, x.sizes, x.strides, x.offset);
  return without(x, x.wrap(dim), x.offset);
}

/// Some shape with as many elements.
Sizes refactored(Draft& d, std::int64_t numel) {
  if (numel == 0) return d.chance(0.5) ? Sizes{0} : Sizes{0, 2};
  Sizes sizes;
  while (numel > 1 && sizes.size() < 4) {
    const std::int64_t f = d.between(1, numel);
    if (numel % f != 0) continue;
    sizes.push_back(f);
    numel /= f;
  }
  if (numel > 1 || sizes.empty()) sizes.push_back(numel);
  return sizes;
}

void draw_dim(Draft& d, Statement& s) {
  s.operands = {d.number(1, eg::kBool)};
  s.integers = {d.dim(d[s.operands[0]])};
}

/// One of a list of views; writing through it is refused.
Row part(const char* name, const char* text,
         std::vector<Tensor> (*call)(const Tensor&, std::int64_t, std::int64_t),
         std::function<Values(const Value&, std::int64_t, std::int64_t)> parts) {
  return {.name = name,
          .text = text,
          .draw =
              [](Draft& d, Statement& s) {
                draw_dim(d, s);
                s.integers.insert(s.integers.begin(), d.between(1, 2));
                const Value& x = d[s.operands[0]];
                s.integers.push_back(d.below(std::max<std::int64_t>(1, x.size(s.integers[1]))));
              },
          .call =
              [=](const Call& c) {
                const std::vector<Tensor> list = call(c.x[0], c.n(0), c.n(1));
                const auto n = static_cast<std::int64_t>(list.size());
                const std::int64_t k = c.n(2) < 0 ? c.n(2) + n : c.n(2);  // as Python counts
                if (k < 0 || k >= n) throw eg::IndexError("no such part");
                return variable_list{list[static_cast<std::size_t>(k)]};
              },
          .reference =
              [=](const Reference& c) {
                const Values list = parts(c.x[0], c.n(0), c.n(1));
                require(c.n(2) < static_cast<std::int64_t>(list.size()));
                Value y = list[static_cast<std::size_t>(c.n(2))];
                y.read_only = true;
                return Values{y};
              },
          .weight = 0.5,
          .is_view = true};
}

/// The same change of extents made to the operand itself.
Row reshaping(const char* name, const char* text, std::int64_t least,
              void (*draw)(Draft&, Statement&), std::function<void(const Call&)> call,
              std::function<Value(const Reference&)> window) {
  return {.name = name,
          .text = text,
          .draw =
              [=](Draft& d, Statement& s) {
                s.operands = {d.alone(least)};
                draw(d, s);
              },
          .call =
              [=](const Call& c) {
                call(c);
                return variable_list{};
              },
          .reference = [=](const Reference& c) { return Values{window(c)}; },
          .results = 0,
          .weight = 0.2,
          .is_view = true,
          .reshapes = true};
}

Values splits(const Value& x, std::int64_t size, std::int64_t dim) {
  Values list;
  for (std::int64_t start = 0; start < x.size(dim); start += size)
    list.push_back(slice(x, dim, start, std::min(start + size, x.size(dim)), 1));
  if (list.empty()) list.push_back(view(x, x.sizes, x.strides, x.offset));
  return list;
}

}  // namespace

Rows view_rows() {
  return {
      reshaping(
          "t_", "%0.t_()", 2, [](Draft& d, Statement& s) { require(d[s.operands[0]].dim() == 2); },
          [](const Call& c) { c.x[0].t_(); },
          [](const Reference& c) { return transposed(c.x[0], 0, 1); }),
      reshaping(
          "transpose_", "%0.transpose_(#0, #1)", 1,
          [](Draft& d, Statement& s) {
            const Value& x = d[s.operands[0]];
            s.integers = {d.dim(x), d.dim(x)};
          },
          [](const Call& c) { c.x[0].transpose_(c.n(0), c.n(1)); },
          [](const Reference& c) { return transposed(c.x[0], c.n(0), c.n(1)); }),
      reshaping(
          "squeeze_", "%0.squeeze_(#0)", 1,
          [](Draft& d, Statement& s) { s.integers = {d.dim(d[s.operands[0]])}; },
          [](const Call& c) { c.x[0].squeeze_(c.n(0)); },
          [](const Reference& c) { return squeezed(c.x[0], c.n(0)); }),
      view_row(
          "view", "%0.view({#*})",
          [](Draft& d, Statement& s) {
            s.operands = {d.number(0, eg::kBool)};
            s.integers = refactored(d, d[s.operands[0]].numel());
          },
          [](const Call& c) { return c.x[0].view(c.s.integers); },
          [](const Reference& c) { return viewed(c.x[0], c.s.integers); }),
      view_row(
          "view_same", "%0.view_as(%0)", [](Draft& d, Statement& s) { s.operands = {d.any()}; },
          [](const Call& c) { return c.x[0].view_as(c.x[0]); },
          [](const Reference& c) {
            return view(c.x[0], c.x[0].sizes, c.x[0].strides, c.x[0].offset);
          }),
      view_row(
          "reshape", "%0.reshape({#*})",
          [](Draft& d, Statement& s) {
            s.operands = {d.number(0, eg::kBool)};
            s.integers = refactored(d, d[s.operands[0]].numel());
          },
          [](const Call& c) { return c.x[0].reshape(c.s.integers); },
          [](const Reference& c) { return reshaped(c.x[0], c.s.integers); }),
      view_row(
          "flatten", "%0.flatten()", [](Draft& d, Statement& s) { s.operands = {d.real()}; },
          [](const Call& c) { return c.x[0].flatten(); },
          [](const Reference& c) {
            return c.x[0].dim() == 1 ? c.x[0] : reshaped(c.x[0], {c.x[0].numel()});
          }),
      view_row(
          "squeeze", "%0.squeeze(#0)", draw_dim,
          [](const Call& c) { return c.x[0].squeeze(c.n(0)); },
          [](const Reference& c) { return squeezed(c.x[0], c.n(0)); }),
      view_row(
          "unsqueeze", "%0.unsqueeze(#0)",
          [](Draft& d, Statement& s) {
            s.operands = {d.any()};
            s.integers = {d.between(0, d[s.operands[0]].dim())};
          },
          [](const Call& c) { return c.x[0].unsqueeze(c.n(0)); },
          [](const Reference& c) {
            const Value& x = c.x[0];
            Sizes sizes = x.sizes, strides = x.strides;
            const auto d = static_cast<std::ptrdiff_t>(c.n(0));
            const std::int64_t stride =
                c.n(0) < x.dim()
                    ? x.sizes[static_cast<std::size_t>(d)] * x.strides[static_cast<std::size_t>(d)]
                    : 1;
            sizes.insert(sizes.begin() + d, 1);
            strides.insert(strides.begin() + d, stride);
            return view(x, sizes, strides, x.offset);
          }),
      view_row(
          "transpose", "%0.transpose(#0, #1)",
          [](Draft& d, Statement& s) {
            s.operands = {d.number(1, eg::kBool)};
            const Value& x = d[s.operands[0]];
            s.integers = {d.dim(x), d.dim(x)};
          },
          [](const Call& c) { return c.x[0].transpose(c.n(0), c.n(1)); },
          [](const Reference& c) { return transposed(c.x[0], c.n(0), c.n(1)); }),
      view_row(
          "t", "%0.t()",
          [](Draft& d, Statement& s) {
            s.operands = {d.pick([](const Value& x) { return x.real() && x.dim() <= 2; })};
          },
          [](const Call& c) { return c.x[0].t(); },
          [](const Reference& c) {
            return c.x[0].dim() < 2 ? view(c.x[0], c.x[0].sizes, c.x[0].strides, c.x[0].offset)
                                    : transposed(c.x[0], 0, 1);
          }),
      view_row(
          "permute", "%0.permute({#*})",
          [](Draft& d, Statement& s) {
            s.operands = {d.number(2, eg::kBool)};
            s.integers = d.permutation(d[s.operands[0]].dim());
          },
          [](const Call& c) { return c.x[0].permute(c.s.integers); },
          [](const Reference& c) { return permuted(c.x[0], c.s.integers); }),
      view_row(
          "expand", "%0.expand({#*})",
          [](Draft& d, Statement& s) {
            s.operands = {d.real()};
            Sizes sizes = d[s.operands[0]].sizes;
            for (std::int64_t& n : sizes)
              if (n == 1) n = d.one_of<std::int64_t>({-1, 2, 3, 0, 1});
            if (d.chance(0.5)) sizes.insert(sizes.begin(), d.between(1, 3));
            s.integers = sizes;
          },
          [](const Call& c) { return c.x[0].expand(c.s.integers); },
          [](const Reference& c) { return expanded(c.x[0], c.s.integers); }),
      view_row(
          "narrow", "%0.narrow(#0, #1, #2)",
          [](Draft& d, Statement& s) {
            draw_dim(d, s);
            const std::int64_t n = d[s.operands[0]].size(s.integers[0]);
            const std::int64_t start = d.between(0, n);
            s.integers.push_back(start);
            s.integers.push_back(d.between(std::min<std::int64_t>(1, n - start), n - start));
          },
          [](const Call& c) { return c.x[0].narrow(c.n(0), c.n(1), c.n(2)); },
          [](const Reference& c) { return slice(c.x[0], c.n(0), c.n(1), c.n(1) + c.n(2), 1); }),
      view_row(
          "select", "%0.select(#0, #1)",
          [](Draft& d, Statement& s) {
            draw_dim(d, s);
            const std::int64_t n = d[s.operands[0]].size(s.integers[0]);
            require(n > 0);
            s.integers.push_back(d.between(-n, n - 1));
          },
          [](const Call& c) { return c.x[0].select(c.n(0), c.n(1)); },
          [](const Reference& c) {
            const std::size_t d = c.x[0].wrap(c.n(0));
            const std::int64_t i = c.n(1) < 0 ? c.n(1) + c.x[0].sizes[d] : c.n(1);
            return without(c.x[0], d, c.x[0].offset + i * c.x[0].strides[d]);
          }),
      view_row(
          "slice", "%0.slice(#0, #1, #2, #3)",
          [](Draft& d, Statement& s) {
            draw_dim(d, s);
            const std::int64_t n = d[s.operands[0]].size(s.integers[0]);
            s.integers.push_back(d.between(-n, n));
            s.integers.push_back(d.between(-n, n + 2));
            s.integers.push_back(d.between(1, 3));
          },
          [](const Call& c) { return c.x[0].slice(c.n(0), c.n(1), c.n(2), c.n(3)); },
          [](const Reference& c) { return slice(c.x[0], c.n(0), c.n(1), c.n(2), c.n(3)); },
          "torch.ops.aten.slice(%0, #0, #1, #2, #3)"),
      view_row(
          "diagonal", "%0.diagonal(#0, #1, #2)",
          [](Draft& d, Statement& s) {
            s.operands = {d.real(2)};
            const Sizes p = d.permutation(d[s.operands[0]].dim());
            s.integers = {d.between(-1, 1), p[0], p[1]};
          },
          [](const Call& c) { return c.x[0].diagonal(c.n(0), c.n(1), c.n(2)); },
          [](const Reference& c) {
            const Value& x = c.x[0];
            const std::size_t a = x.wrap(c.n(1)), b = x.wrap(c.n(2));
            const std::int64_t rows = std::max<std::int64_t>(0, -c.n(0)),
                               columns = std::max<std::int64_t>(0, c.n(0));
            const std::int64_t n =
                std::max<std::int64_t>(0, std::min(x.sizes[a] - rows, x.sizes[b] - columns));
            const std::int64_t stride = x.strides[a] + x.strides[b];
            Value y = without(
                without(x, std::max(a, b), x.offset), std::min(a, b),
                n == 0 ? x.offset : x.offset + rows * x.strides[a] + columns * x.strides[b]);
            y.sizes.push_back(n);
            y.strides.push_back(stride);
            return y;
          }),
      view_row(
          "unfold", "%0.unfold(#0, #1, #2)",
          [](Draft& d, Statement& s) {
            draw_dim(d, s);
            const std::int64_t n = d[s.operands[0]].size(s.integers[0]);
            require(n > 0);
            s.integers.push_back(d.between(1, n));
            s.integers.push_back(d.between(1, 2));
          },
          [](const Call& c) { return c.x[0].unfold(c.n(0), c.n(1), c.n(2)); },
          [](const Reference& c) {
            const std::size_t d = c.x[0].wrap(c.n(0));
            Value y = view(c.x[0], c.x[0].sizes, c.x[0].strides, c.x[0].offset);
            y.sizes[d] = (y.sizes[d] - c.n(1)) / c.n(2) + 1;
            y.strides[d] *= c.n(2);
            y.sizes.push_back(c.n(1));
            y.strides.push_back(c.x[0].strides[d]);
            return y;
          }),
      {.name = "as_strided",
       .text = "%0.as_strided({#0, #1}, {#2, #3}, #4)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.pick(
                 [](const Value& x) { return x.real() && x.known_layout && x.numel() >= 2; })};
             const Value& x = d[s.operands[0]];
             const auto last = static_cast<std::int64_t>(x.memory->size()) - 1;
             s.integers = {d.between(1, 3), d.between(1, 2), d.between(0, 3), d.between(0, 3),
                           d.between(0, last)};
             const Sizes& n = s.integers;
             require(n[4] + (n[0] - 1) * n[2] + (n[1] - 1) * n[3] <= last);
             // Gradients end at what the operand is a window on.
             const std::vector<std::size_t> whole = x.places();
             for (const std::size_t p : view(x, {n[0], n[1]}, {n[2], n[3]}, n[4]).places())
               require(std::find(whole.begin(), whole.end(), p) != whole.end());
           },
       .call =
           [](const Call& c) {
             return variable_list{c.x[0].as_strided({c.n(0), c.n(1)}, {c.n(2), c.n(3)}, c.n(4))};
           },
       .reference =
           [](const Reference& c) {
             require(c.x[0].known_layout);
             return Values{view(c.x[0], {c.n(0), c.n(1)}, {c.n(2), c.n(3)}, c.n(4))};
           },
       .weight = 0.7,
       .is_view = true},
      part(
          "split", "%0.split(#0, #1)[#2]",
          [](const Tensor& x, std::int64_t n, std::int64_t d) { return x.split(n, d); }, splits),
      part(
          "chunk", "%0.chunk(#0, #1)[#2]",
          [](const Tensor& x, std::int64_t n, std::int64_t d) { return x.chunk(n, d); },
          [](const Value& x, std::int64_t n, std::int64_t d) {
            require(x.size(d) > 0);
            return splits(x, (x.size(d) + n - 1) / n, d);
          }),
      part(
          "unbind", "%0.unbind(#1)[#2]",
          [](const Tensor& x, std::int64_t, std::int64_t d) { return x.unbind(d); },
          [](const Value& x, std::int64_t, std::int64_t d) {
            Values list;
            for (std::int64_t i = 0; i < x.size(d); ++i)
              list.push_back(without(x, x.wrap(d), x.offset + i * x.stride(d)));
            return list;
          }),
  };
}

}  // namespace random_programs
