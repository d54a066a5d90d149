#include <algorithm>
#include <map>

#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// Gathering and scattering with tensors of indices and masks.
namespace random_programs {
namespace {

using eg::Tensor;
using eg::indexing::Slice;
using N = Number;
using Index = std::int64_t;

std::size_t at(std::ptrdiff_t d) { return static_cast<std::size_t>(d); }

Index index_in(const Value& indices, const Sizes& i, Index extent) {
  const auto k = static_cast<Index>(indices.value_at(i));
  require(-extent <= k && k < extent, "index");
  return k < 0 ? k + extent : k;
}

/// Calls f(place in the result, place in x) for x indexed along `dim` by a tensor of any shape.
template <class F>
void for_each_pick(const Value& x, Index dim, const Value& indices, F&& f) {
  const std::size_t d = x.wrap(dim);
  const auto n = static_cast<std::ptrdiff_t>(indices.sizes.size());
  Sizes sizes = x.sizes;
  sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(d));
  sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(d), indices.sizes.begin(),
               indices.sizes.end());
  support::for_each_index(sizes, [&](const Sizes& i) {
    const auto first = i.begin() + static_cast<std::ptrdiff_t>(d);
    Sizes source(i.begin(), first);
    source.push_back(index_in(indices, Sizes(first, first + n), x.sizes[d]));
    source.insert(source.end(), first + n, i.end());
    f(i, source);
  });
}
Sizes picked_sizes(const Value& x, Index dim, const Sizes& indices) {
  Sizes sizes = x.sizes;
  const auto d = static_cast<std::ptrdiff_t>(x.wrap(dim));
  sizes.erase(sizes.begin() + d);
  sizes.insert(sizes.begin() + d, indices.begin(), indices.end());
  return sizes;
}
Value picked(const Value& x, Index dim, const Value& indices) {
  std::vector<N> elements;
  for_each_pick(x, dim, indices,
                [&](const Sizes&, const Sizes& from) { elements.push_back(x.at(from)); });
  return make(picked_sizes(x, dim, indices.sizes), elements, x.dtype);
}

/// A copy of x that f(copy's elements, their places) changes.
class Copy {
 public:
  explicit Copy(const Value& x) : value_(make(x.sizes, x.elements(), x.dtype)) {}
  void set(const Sizes& i, const N& x) {
    const std::size_t p = value_.place(i);
    (*value_.memory)[p] = support::stored(value(x), value_.dtype);
    if (value_.real()) (*value_.derivatives)[p] = x;
  }
  N get(const Sizes& i) const { return value_.at(i); }
  const Value& value_of() const { return value_; }

 private:
  Value value_;
};

/// index_put along the first dimension, index_add and index_copy along any.
Value put(const Value& x, Index dim, const Value& indices, const Value& values, bool accumulate) {
  require(broadcast(values.sizes, picked_sizes(x, dim, indices.sizes)) ==
          picked_sizes(x, dim, indices.sizes));
  require(values.dtype == x.dtype);
  Copy y(x);
  for_each_pick(x, dim, indices, [&](const Sizes& i, const Sizes& to) {
    y.set(to, accumulate ? y.get(to) + values.broadcast_at(i) : values.broadcast_at(i));
  });
  return y.value_of();
}

/// gather's and scatter's pairs of places: one with the coordinate along dim replaced by the index.
template <class F>
void for_each_lane_pick(const Value& x, Index dim, const Value& indices, F&& f) {
  const std::size_t d = x.wrap(dim);
  support::for_each_index(indices.sizes, [&](const Sizes& i) {
    Sizes other = i;
    other[d] = index_in(indices, i, x.sizes[d]);
    f(i, other);
  });
}

bool distinct(const Value& indices) {
  std::vector<double> list;
  for (const N& x : indices.elements()) list.push_back(value(x));
  std::sort(list.begin(), list.end());
  return std::adjacent_find(list.begin(), list.end()) == list.end();
}

/// Index shapes no larger than x apart from `dim`, with distinct indices along it.
int lane_indices(Draft& d, const Value& x, std::size_t dim) {
  Sizes sizes = x.sizes;
  for (std::size_t k = 0; k < sizes.size(); ++k)
    sizes[k] = d.between(std::min<Index>(1, sizes[k]), sizes[k]);
  const Index n = x.sizes[dim];
  require(n > 0);
  return d.indices(sizes, n);
}
bool distinct_lanes(const Value& x, Index dim, const Value& indices) {
  std::vector<Sizes> seen;
  for_each_lane_pick(x, dim, indices, [&](const Sizes&, const Sizes& to) { seen.push_back(to); });
  std::sort(seen.begin(), seen.end());
  return std::adjacent_find(seen.begin(), seen.end()) == seen.end();
}

void draw_picks(Draft& d, Statement& s, bool need_distinct) {
  s.operands = {d.real(1)};
  const Value& x = d[s.operands[0]];
  s.integers = {d.dim(x)};
  const Index n = x.size(s.integers[0]);
  require(n > 0);
  s.operands.push_back(d.indices({d.between(0, need_distinct ? n : n + 1)}, n, need_distinct));
}

Row with_source(const char* name, const char* text, bool need_distinct, bool accumulate,
                Tensor (*call)(const Tensor&, Index, const Tensor&, const Tensor&),
                void (*in_place)(const Tensor&, Index, const Tensor&, const Tensor&)) {
  return {
      .name = name,
      .text = text,
      .draw =
          [=](Draft& d, Statement& s) {
            draw_picks(d, s, need_distinct);
            const Value x = d[s.operands[0]];
            s.operands.push_back(
                d.shaped(picked_sizes(x, s.integers[0], d[s.operands[1]].sizes), x.dtype));
          },
      .call = [=](const Call& c) { return variable_list{call(c.x[0], c.n(0), c.x[1], c.x[2])}; },
      .reference =
          [=](const Reference& c) {
            require(!need_distinct || distinct(c.x[1]));
            return Values{put(c.x[0], c.n(0), c.x[1], c.x[2], accumulate)};
          },
      .in_place = [=](const Call& c) { in_place(c.x[0], c.n(0), c.x[1], c.x[2]); }};
}

Row scattering(const char* name, const char* text, bool accumulate,
               Tensor (*call)(const Tensor&, Index, const Tensor&, const Tensor&),
               void (*in_place)(const Tensor&, Index, const Tensor&, const Tensor&)) {
  return {
      .name = name,
      .text = text,
      .draw =
          [](Draft& d, Statement& s) {
            s.operands = {d.real(1)};
            const Value x = d[s.operands[0]];
            s.integers = {d.dim(x)};
            s.operands.push_back(lane_indices(d, x, x.wrap(s.integers[0])));
            s.operands.push_back(d.shaped(d[s.operands[1]].sizes, x.dtype));
          },
      .call = [=](const Call& c) { return variable_list{call(c.x[0], c.n(0), c.x[1], c.x[2])}; },
      .reference =
          [=](const Reference& c) {
            const Value &x = c.x[0], &source = c.x[2];
            require(accumulate || distinct_lanes(x, c.n(0), c.x[1]));
            require(x.dtype == source.dtype);
            Copy y(x);
            for_each_lane_pick(x, c.n(0), c.x[1], [&](const Sizes& i, const Sizes& to) {
              y.set(to, accumulate ? y.get(to) + source.at(i) : source.at(i));
            });
            return Values{y.value_of()};
          },
      .in_place = [=](const Call& c) { in_place(c.x[0], c.n(0), c.x[1], c.x[2]); }};
}

/// All that comes to one place, with what lay there first if `include_self`.
template <class F>
Value reduced_lanes(const Reference& c, bool include_self, F&& reduce) {
  const Value &x = c.x[0], &source = c.x[2];
  require(x.dtype == source.dtype);
  std::map<Sizes, std::vector<N>> lists;
  for_each_lane_pick(x, c.n(0), c.x[1], [&](const Sizes& i, const Sizes& to) {
    std::vector<N>& list = lists[to];
    if (list.empty() && include_self) list.push_back(x.at(to));
    list.push_back(source.at(i));
  });
  return generate(x.sizes, x.dtype,
                  [&](const Sizes& i) { return lists.contains(i) ? reduce(lists[i]) : x.at(i); });
}

Row scatter_reduce(const char* name, const char* text, const char* python, const char* reduce,
                   N (*f)(const std::vector<N>&)) {
  return {.name = name,
          .text = text,
          .draw =
              [](Draft& d, Statement& s) {
                s.operands = {d.real(1)};
                const Value x = d[s.operands[0]];
                s.integers = {d.dim(x)};
                s.operands.push_back(lane_indices(d, x, x.wrap(s.integers[0])));
                s.operands.push_back(d.shaped(d[s.operands[1]].sizes, x.dtype));
                s.numbers = {d.chance(0.6) ? 1.0 : 0.0};
              },
          .call =
              [=](const Call& c) {
                return variable_list{
                    c.x[0].scatter_reduce(c.n(0), c.x[1], c.x[2], reduce, c.number(0) != 0)};
              },
          .reference =
              [=](const Reference& c) { return Values{reduced_lanes(c, c.number(0) != 0, f)}; },
          .in_place =
              [=](const Call& c) {
                c.x[0].scatter_reduce_(c.n(0), c.x[1], c.x[2], reduce, c.number(0) != 0);
              },
          .python = python,
          .weight = 0.2};
}
template <class F>
N folded(const std::vector<N>& list, F&& f) {
  N y = list.front();
  for (std::size_t i = 1; i < list.size(); ++i) y = f(y, list[i]);
  return y;
}
N sum_of(const std::vector<N>& list) {
  return folded(list, [](const N& a, const N& b) { return a + b; });
}

}  // namespace

Rows indexing_rows() {
  return {
      scatter_reduce("scatter_sum", R"(%0.scatter_reduce(#0, %1, %2, "sum", $b))",
                     R"(%0.scatter_reduce(#0, %1, %2, "sum", include_self=bool($0)))", "sum",
                     sum_of),
      scatter_reduce("scatter_prod", R"(%0.scatter_reduce(#0, %1, %2, "prod", $b))",
                     R"(%0.scatter_reduce(#0, %1, %2, "prod", include_self=bool($0)))", "prod",
                     [](const std::vector<N>& list) {
                       return folded(list, [](const N& a, const N& b) { return a * b; });
                     }),
      scatter_reduce("scatter_mean", R"(%0.scatter_reduce(#0, %1, %2, "mean", $b))",
                     R"(%0.scatter_reduce(#0, %1, %2, "mean", include_self=bool($0)))", "mean",
                     [](const std::vector<N>& list) {
                       return sum_of(list) * N(1 / static_cast<double>(list.size()));
                     }),
      scatter_reduce("scatter_amax", R"(%0.scatter_reduce(#0, %1, %2, "amax", $b))",
                     R"(%0.scatter_reduce(#0, %1, %2, "amax", include_self=bool($0)))", "amax",
                     [](const std::vector<N>& list) {
                       return folded(list, [](const N& a, const N& b) { return max(a, b); });
                     }),
      scatter_reduce("scatter_amin", R"(%0.scatter_reduce(#0, %1, %2, "amin", $b))",
                     R"(%0.scatter_reduce(#0, %1, %2, "amin", include_self=bool($0)))", "amin",
                     [](const std::vector<N>& list) {
                       return folded(list, [](const N& a, const N& b) { return min(a, b); });
                     }),
      {.name = "index",
       .text = "%0.index({%1})",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.number(1, eg::kBool)};
             const Index n = d[s.operands[0]].sizes[0];
             s.operands.push_back(
                 d.indices(d.shape(static_cast<int>(d.between(1, 2))), n, false, true));
           },
       .call = [](const Call& c) { return variable_list{c.x[0].index({c.x[1]})}; },
       .reference = [](const Reference& c) { return Values{picked(c.x[0], 0, c.x[1])}; },
       .python = "%0[%1]"},
      {.name = "index_second",
       .text = "%0.index({eg::indexing::Slice(), %1})",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real(2)};
             s.operands.push_back(d.indices(d.shape(static_cast<int>(d.between(1, 2))),
                                            d[s.operands[0]].sizes[1], false, true));
           },
       .call =
           [](const Call& c) {
             return variable_list{c.x[0].index({Slice(), c.x[1]})};
           },
       .reference = [](const Reference& c) { return Values{picked(c.x[0], 1, c.x[1])}; },
       .python = "%0[:, %1]",
       .weight = 0.7},
      {.name = "index_pair",
       .text = "%0.index({%1, %2})",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real(2)};
             const Sizes n = d[s.operands[0]].sizes;
             const Sizes sizes = d.shape(1);
             s.operands.push_back(d.indices(sizes, n[0], false, true));
             s.operands.push_back(d.indices(sizes, n[1], false, true));
           },
       .call =
           [](const Call& c) {
             return variable_list{c.x[0].index({c.x[1], c.x[2]})};
           },
       .reference =
           [](const Reference& c) {
             const Value& x = c.x[0];
             Sizes sizes(x.sizes.begin() + 2, x.sizes.end());
             sizes.insert(sizes.begin(), c.x[1].sizes[0]);
             require(c.x[1].sizes == c.x[2].sizes);
             return Values{generate(sizes, x.dtype, [&](const Sizes& i) {
               Sizes from = {index_in(c.x[1], {i[0]}, x.sizes[0]),
                             index_in(c.x[2], {i[0]}, x.sizes[1])};
               from.insert(from.end(), i.begin() + 1, i.end());
               return x.at(from);
             })};
           },
       .python = "%0[%1, %2]",
       .weight = 0.7},
      {.name = "index_mask",
       .text = "%0.index({%1})",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real(1)};
             s.operands.push_back(d.mask(d[s.operands[0]].sizes));
           },
       .call = [](const Call& c) { return variable_list{c.x[0].index({c.x[1]})}; },
       .reference =
           [](const Reference& c) {
             require(c.x[0].sizes == c.x[1].sizes && c.x[1].dtype == eg::kBool);
             std::vector<N> elements;
             support::for_each_index(c.x[0].sizes, [&](const Sizes& i) {
               if (c.x[1].value_at(i) != 0) elements.push_back(c.x[0].at(i));
             });
             const auto n = static_cast<Index>(elements.size());
             return Values{make({n}, elements, c.x[0].dtype)};
           },
       .python = "%0[%1]",
       .weight = 0.7},
      {.name = "index_put",
       .text = "%0.index_put({%1}, %2, $b)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real(1)};
             const Value x = d[s.operands[0]];
             const bool accumulate = d.chance(0.5);
             s.numbers = {accumulate ? 1.0 : 0.0};
             s.operands.push_back(
                 d.indices({d.between(0, x.sizes[0])}, x.sizes[0], !accumulate, accumulate));
             Sizes sizes = picked_sizes(x, 0, d[s.operands[1]].sizes);
             if (d.chance(0.3)) sizes.erase(sizes.begin());
             s.operands.push_back(d.shaped(sizes, x.dtype));
           },
       .call =
           [](const Call& c) {
             return variable_list{c.x[0].index_put(std::vector<eg::indexing::TensorIndex>{c.x[1]},
                                                   c.x[2], c.number(0) != 0)};
           },
       .reference =
           [](const Reference& c) {
             require(c.number(0) != 0 || distinct(c.x[1]));
             return Values{put(c.x[0], 0, c.x[1], c.x[2], c.number(0) != 0)};
           },
       .in_place = [](const Call& c) { c.x[0].index_put_({c.x[1]}, c.x[2], c.number(0) != 0); },
       .python = "%0.index_put((%1,), %2, $b)",
       .weight = 1.5},
      {.name = "index_select",
       .text = "%0.index_select(#0, %1)",
       .draw = [](Draft& d, Statement& s) { draw_picks(d, s, false); },
       .call = [](const Call& c) { return variable_list{c.x[0].index_select(c.n(0), c.x[1])}; },
       .reference = [](const Reference& c) { return Values{picked(c.x[0], c.n(0), c.x[1])}; }},
      with_source(
          "index_add", "%0.index_add(#0, %1, %2)", false, true,
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) {
            return x.index_add(d, i, y);
          },
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) {
            x.index_add_(d, i, y);
          }),
      with_source(
          "index_copy", "%0.index_copy(#0, %1, %2)", true, false,
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) {
            return x.index_copy(d, i, y);
          },
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) {
            x.index_copy_(d, i, y);
          }),
      {.name = "index_fill",
       .text = "%0.index_fill(#0, %1, $0)",
       .draw =
           [](Draft& d, Statement& s) {
             draw_picks(d, s, false);
             s.numbers = {d.scalar()};
           },
       .call =
           [](const Call& c) {
             return variable_list{c.x[0].index_fill(c.n(0), c.x[1], c.number(0))};
           },
       .reference =
           [](const Reference& c) {
             const Value filler = make({}, {N(c.number(0))}, c.x[0].dtype);
             return Values{put(c.x[0], c.n(0), c.x[1], filler, false)};
           },
       .in_place = [](const Call& c) { c.x[0].index_fill_(c.n(0), c.x[1], c.number(0)); },
       .weight = 0.5},
      {.name = "gather",
       .text = "%0.gather(#0, %1)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real(1)};
             const Value x = d[s.operands[0]];
             s.integers = {d.dim(x)};
             s.operands.push_back(lane_indices(d, x, x.wrap(s.integers[0])));
           },
       .call = [](const Call& c) { return variable_list{c.x[0].gather(c.n(0), c.x[1])}; },
       .reference =
           [](const Reference& c) {
             std::vector<N> elements;
             for_each_lane_pick(c.x[0], c.n(0), c.x[1], [&](const Sizes&, const Sizes& from) {
               elements.push_back(c.x[0].at(from));
             });
             return Values{make(c.x[1].sizes, elements, c.x[0].dtype)};
           }},
      scattering(
          "scatter", "%0.scatter(#0, %1, %2)", false,
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) {
            return x.scatter(d, i, y);
          },
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) { x.scatter_(d, i, y); }),
      scattering(
          "scatter_add", "%0.scatter_add(#0, %1, %2)", true,
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) {
            return x.scatter_add(d, i, y);
          },
          [](const Tensor& x, Index d, const Tensor& i, const Tensor& y) {
            x.scatter_add_(d, i, y);
          }),
      {.name = "take",
       .text = "%0.take(%1)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real()};
             const Index n = d[s.operands[0]].numel();
             s.operands.push_back(
                 d.indices(d.shape(static_cast<int>(d.between(0, 2))), n, false, true));
           },
       .call = [](const Call& c) { return variable_list{c.x[0].take(c.x[1])}; },
       .reference =
           [](const Reference& c) {
             const std::vector<N> flat = c.x[0].elements();
             return Values{generate(c.x[1].sizes, c.x[0].dtype, [&](const Sizes& i) {
               return flat[at(index_in(c.x[1], i, c.x[0].numel()))];
             })};
           },
       .weight = 0.5},
      {.name = "masked_fill",
       .text = "%0.masked_fill(%1, $0)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real()};
             s.operands.push_back(d.mask(d[s.operands[0]].sizes));
             s.numbers = {d.scalar()};
           },
       .call = [](const Call& c) { return variable_list{c.x[0].masked_fill(c.x[1], c.number(0))}; },
       .reference =
           [](const Reference& c) {
             require(c.x[1].dtype == eg::kBool);
             return Values{
                 generate(broadcast(c.x[0].sizes, c.x[1].sizes), c.x[0].dtype, [&](const Sizes& i) {
                   return value(c.x[1].broadcast_at(i)) != 0 ? N(c.number(0))
                                                             : c.x[0].broadcast_at(i);
                 })};
           },
       .in_place = [](const Call& c) { c.x[0].masked_fill_(c.x[1], c.number(0)); }},
      {.name = "masked_scatter",
       .text = "%0.masked_scatter(%1, %2)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.real()};
             const Value x = d[s.operands[0]];
             s.operands.push_back(d.mask(x.sizes));
             s.operands.push_back(d.shaped(x.sizes, x.dtype));
           },
       .call = [](const Call& c) { return variable_list{c.x[0].masked_scatter(c.x[1], c.x[2])}; },
       .reference =
           [](const Reference& c) {
             const Value &x = c.x[0], &m = c.x[1];
             require(m.sizes == x.sizes && m.dtype == eg::kBool && c.x[2].dtype == x.dtype);
             const std::vector<N> source = c.x[2].elements();
             std::size_t next = 0;
             return Values{generate(x.sizes, x.dtype, [&](const Sizes& i) {
               return m.value_at(i) != 0 ? source.at(next++) : x.at(i);
             })};
           },
       .in_place = [](const Call& c) { c.x[0].masked_scatter_(c.x[1], c.x[2]); },
       .weight = 0.5},
  };
}

}  // namespace random_programs
