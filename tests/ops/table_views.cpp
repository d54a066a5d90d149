#include "table.hpp"

namespace table {
namespace {

using eg::Tensor;

/// Where the element at an index of a view lies in its input.
using Source = std::function<Sizes(const Sizes&)>;
/// Extents of the view, and its source, for an input of extents `sizes`.
struct View {
  Sizes sizes;
  Source source;
};
using ViewOf = std::function<View(const Sizes& sizes)>;

Naive viewing(ViewOf view) {
  return [view](const Inputs& x) {
    const View v = view(x[0].sizes);
    return picked(x[0], v.sizes, v.source);
  };
}

/// The elements in their order, with the extents new_sizes(sizes).
template <class F>
Naive reshaped(F new_sizes) {
  return [=](const Inputs& x) { return Outputs{Array(new_sizes(x[0].sizes), x[0].values)}; };
}

/// Dimension i of the result is dimension order[i] of the input.
View permuted(const Sizes& sizes, const std::vector<std::size_t>& order) {
  View v;
  for (const std::size_t d : order) v.sizes.push_back(sizes[d]);
  v.source = [order](const Sizes& i) {
    Sizes index(i.size());
    for (std::size_t k = 0; k < i.size(); ++k) index[order[k]] = i[k];
    return index;
  };
  return v;
}

View swapped(const Sizes& sizes, std::int64_t a, std::int64_t b) {
  std::vector<std::size_t> order;
  for (std::size_t d = 0; d < sizes.size(); ++d) order.push_back(d);
  if (!order.empty()) std::swap(order[wrap(a, sizes.size())], order[wrap(b, sizes.size())]);
  return permuted(sizes, order);
}

View sliced(Sizes sizes, std::size_t d, std::int64_t start, std::int64_t length,
            std::int64_t step) {
  sizes[d] = length;
  return {sizes, [=](Sizes i) {
            i[d] = start + i[d] * step;
            return i;
          }};
}

View selected(Sizes sizes, std::size_t d, std::int64_t at) {
  sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(d));
  return {sizes, [=](Sizes i) {
            i.insert(i.begin() + static_cast<std::ptrdiff_t>(d), at);
            return i;
          }};
}

View expanded(const Sizes& from, const Sizes& to) {
  return {to, [=](const Sizes& i) {
            Sizes index(from.size());
            for (std::size_t k = 1; k <= from.size(); ++k)
              index[from.size() - k] = from[from.size() - k] == 1 ? 0 : i[i.size() - k];
            return index;
          }};
}

View diagonal_of(const Sizes& sizes, std::int64_t offset, std::size_t row, std::size_t column) {
  View v;
  for (std::size_t d = 0; d < sizes.size(); ++d)
    if (d != row && d != column) v.sizes.push_back(sizes[d]);
  const std::int64_t down = std::max<std::int64_t>(0, -offset);
  const std::int64_t right = std::max<std::int64_t>(0, offset);
  v.sizes.push_back(std::max<std::int64_t>(0, std::min(sizes[row] - down, sizes[column] - right)));
  v.source = [=](const Sizes& i) {
    Sizes index(i.size() + 1);
    for (std::size_t d = 0, k = 0; d < index.size(); ++d)
      index[d] = d == row ? i.back() + down : d == column ? i.back() + right : i[k++];
    return index;
  };
  return v;
}

/// Consecutive pieces of the given lengths along a dimension.
Naive pieces(std::size_t d, std::function<std::vector<std::int64_t>(std::int64_t)> lengths) {
  return [=](const Inputs& x) {
    Outputs y;
    std::int64_t start = 0;
    for (const std::int64_t n : lengths(x[0].sizes[d])) {
      const View v = sliced(x[0].sizes, d, start, n, 1);
      y.push_back(picked(x[0], v.sizes, v.source)[0]);
      start += n;
    }
    return y;
  };
}

/// n cut into pieces of `size`, the last one smaller.
std::vector<std::int64_t> cut(std::int64_t n, std::int64_t size) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t at = 0; at < n || lengths.empty(); at += size)
    lengths.push_back(std::min(size, n - at));
  return lengths;
}

using Shapes = std::vector<std::vector<Sizes>>;

Row row(std::string name, std::string function, Call call, Naive naive, const Shapes& shapes,
        std::vector<Spelling> spellings = {}) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = samples_of(shapes),
          .spellings = std::move(spellings)};
}

/// A row whose only spelling is the member of the same name.
Row with_member(std::string name, std::string function, Call call, Naive naive,
                const Shapes& shapes, Call member) {
  std::string member_name = "Tensor::" + function;
  return row(std::move(name), std::move(function), std::move(call), std::move(naive), shapes,
             {{std::move(member_name), std::move(member)}});
}

std::int64_t all_of(const Sizes& s) { return support::count(s); }

void add_reshapes(Rows& rows) {
  const Shapes of_twelve{{{3, 4}}, {{2, 3, 2}}, {{12}}, {{1, 12, 1}}};
  const Shapes any{{{3, 4}}, {{2, 3, 2}}, {{5}}, {{1, 1}}, {{}}, {{0}}, {{2, 0, 3}}};
  rows.push_back(row("reshape", "reshape", on1([](const Tensor& x) {
                       return eg::reshape(x, {2, 1, 6});
                     }),
                     reshaped([](const Sizes&) {
                       return Sizes{2, 1, 6};
                     }),
                     of_twelve,
                     {{"Tensor::reshape", on1([](const Tensor& x) {
                         return x.reshape({2, 1, 6});
                       })},
                      {"Tensor::reshape_as", on1([](const Tensor& x) {
                         return x.reshape_as(eg::zeros({2, 1, 6}));
                       })}}));
  rows.push_back(with_member("reshape_inferred", "reshape", on1([](const Tensor& x) {
                               return eg::reshape(x, {-1, 1});
                             }),
                             reshaped([](const Sizes& s) {
                               return Sizes{all_of(s), 1};
                             }),
                             any, on1([](const Tensor& x) {
                               return x.reshape({-1, 1});
                             })));
  Row view = row("view", "Tensor::view", on1([](const Tensor& x) {
                   return x.view({4, 3});
                 }),
                 reshaped([](const Sizes&) {
                   return Sizes{4, 3};
                 }),
                 of_twelve, {{"Tensor::view_as", on1([](const Tensor& x) {
                                return x.view_as(eg::zeros({4, 3}));
                              })}});
  view.any_layout = false;  // some layouts have no such view
  rows.push_back(view);
  rows.push_back(with_member("flatten", "flatten",
                             on1([](const Tensor& x) { return eg::flatten(x); }),
                             reshaped([](const Sizes& s) { return Sizes{all_of(s)}; }), any,
                             on1([](const Tensor& x) { return x.flatten(); })));
  rows.push_back(with_member("flatten_some", "flatten",
                             on1([](const Tensor& x) { return eg::flatten(x, 1, -2); }),
                             reshaped([](const Sizes& s) {
                               return Sizes{s[0], s[1] * s[2], s[3]};
                             }),
                             {{{2, 3, 2, 2}}, {{2, 1, 3, 1}}, {{2, 0, 3, 1}}},
                             on1([](const Tensor& x) { return x.flatten(1, 2); })));
  const auto without_ones = [](const Sizes& s) {
    Sizes kept;
    for (const std::int64_t n : s)
      if (n != 1) kept.push_back(n);
    return kept;
  };
  rows.push_back(
      with_member("squeeze", "squeeze", on1([](const Tensor& x) { return eg::squeeze(x); }),
                  reshaped(without_ones), {{{1, 3, 1, 2}}, {{3, 4}}, {{1, 1}}, {{}}, {{1, 0}}},
                  on1([](const Tensor& x) { return x.squeeze(); })));
  const auto without_second = [](Sizes s) {
    if (s[1] == 1) s.erase(s.begin() + 1);
    return s;
  };
  rows.push_back(with_member("squeeze_dim", "squeeze",
                             on1([](const Tensor& x) { return eg::squeeze(x, 1); }),
                             reshaped(without_second), {{{1, 1, 3}}, {{3, 4}}, {{2, 1}}, {{0, 1}}},
                             on1([](const Tensor& x) { return x.squeeze(1); })));
  rows.push_back(with_member("unsqueeze", "unsqueeze",
                             on1([](const Tensor& x) { return eg::unsqueeze(x, 0); }),
                             reshaped([](Sizes s) {
                               s.insert(s.begin(), 1);
                               return s;
                             }),
                             any, on1([](const Tensor& x) { return x.unsqueeze(-x.dim() - 1); })));
  rows.push_back(with_member("unsqueeze_last", "unsqueeze",
                             on1([](const Tensor& x) { return eg::unsqueeze(x, -1); }),
                             reshaped([](Sizes s) {
                               s.push_back(1);
                               return s;
                             }),
                             any, on1([](const Tensor& x) { return x.unsqueeze(x.dim()); })));
}

void add_permutations(Rows& rows) {
  const Shapes three{{{2, 3, 4}}, {{1, 3, 2}}, {{2, 0, 3}}};
  const Shapes two{{{3, 4}}, {{1, 3}}, {{0, 2}}};
  rows.push_back(with_member("transpose", "transpose",
                             on1([](const Tensor& x) { return eg::transpose(x, 0, -1); }),
                             viewing([](const Sizes& s) { return swapped(s, 0, -1); }),
                             {{{2, 3, 4}}, {{3, 4}}, {{5}}, {{}}, {{2, 0, 3}}},
                             on1([](const Tensor& x) { return x.transpose(-1, 0); })));
  rows.push_back(with_member("permute", "permute", on1([](const Tensor& x) {
                               return eg::permute(x, {2, 0, -2});
                             }),
                             viewing([](const Sizes& s) {
                               return permuted(s, {2, 0, 1});
                             }),
                             three, on1([](const Tensor& x) {
                               return x.permute({-1, 0, 1});
                             })));
  rows.push_back(with_member(
      "t", "t", on1([](const Tensor& x) { return eg::t(x); }),
      viewing([](const Sizes& s) { return s.size() == 2 ? swapped(s, 0, 1) : swapped(s, 0, 0); }),
      {{{3, 4}}, {{5}}, {{}}, {{0, 2}}}, on1([](const Tensor& x) { return x.t(); })));
  rows.push_back(row("mT", "Tensor::mT", on1([](const Tensor& x) { return x.mT(); }),
                     viewing([](const Sizes& s) { return swapped(s, -2, -1); }),
                     {two[0], two[1], two[2], three[0], three[2]}));
  rows.push_back(row("numpy_T", "Tensor::numpy_T", on1([](const Tensor& x) { return x.numpy_T(); }),
                     viewing([](const Sizes& s) {
                       std::vector<std::size_t> order;
                       for (std::size_t d = s.size(); d-- > 0;) order.push_back(d);
                       return permuted(s, order);
                     }),
                     {three[0], three[2], two[0], {{5}}, {{}}}));
}

void add_expansions(Rows& rows) {
  const Shapes narrow{{{3, 1}}, {{1, 4}}, {{3, 4}}, {{1}}, {{}}};
  const auto to_234 = viewing([](const Sizes& s) { return expanded(s, {2, 3, 4}); });
  rows.push_back(row("expand", "expand", on1([](const Tensor& x) {
                       return eg::expand(x, {2, 3, 4});
                     }),
                     to_234, narrow,
                     {{"Tensor::expand", on1([](const Tensor& x) {
                         return x.expand({2, 3, 4});
                       })},
                      {"Tensor::expand_as", on1([](const Tensor& x) {
                         return x.expand_as(eg::zeros({2, 3, 4}));
                       })},
                      {"broadcast_to", on1([](const Tensor& x) {
                         return eg::broadcast_to(x, {2, 3, 4});
                       })}}));
  rows.push_back(row("broadcast_to", "broadcast_to", on1([](const Tensor& x) {
                       return eg::broadcast_to(x, {2, 3, 4});
                     }),
                     to_234, narrow));
  rows.push_back(with_member("expand_kept", "expand", on1([](const Tensor& x) {
                               return eg::expand(x, {2, -1, 4});
                             }),
                             viewing([](const Sizes& s) {
                               return expanded(s, {2, s[0], 4});
                             }),
                             {{{3, 1}}, {{1, 1}}, {{0, 1}}, {{3, 4}}}, on1([](const Tensor& x) {
                               return x.expand({2, x.size(0), 4});
                             })));
  rows.push_back(with_member("expand_to_nothing", "expand", on1([](const Tensor& x) {
                               return eg::expand(x, {0, 3});
                             }),
                             viewing([](const Sizes& s) {
                               return expanded(s, {0, 3});
                             }),
                             {{{3}}, {{1, 3}}, {{0, 1}}, {{}}}, on1([](const Tensor& x) {
                               return x.expand({0, 3});
                             })));
}

void add_parts(Rows& rows) {
  const Shapes any{{{3, 4}}, {{4, 2, 3}}, {{5}}};
  rows.push_back(row("select", "select", on1([](const Tensor& x) { return eg::select(x, 0, 2); }),
                     viewing([](const Sizes& s) { return selected(s, 0, 2); }),
                     {{{3, 4}}, {{4, 2, 3}}, {{5}}, {{3, 0}}},
                     {{"Tensor::select", on1([](const Tensor& x) { return x.select(0, 2); })},
                      {"Tensor::operator[]", on1([](const Tensor& x) { return x[2]; })}}));
  rows.push_back(with_member(
      "select_last", "select", on1([](const Tensor& x) { return eg::select(x, -1, -1); }),
      viewing([](const Sizes& s) { return selected(s, s.size() - 1, s.back() - 1); }), any,
      on1([](const Tensor& x) { return x.select(x.dim() - 1, -1); })));
  rows.push_back(with_member(
      "slice", "slice", on1([](const Tensor& x) { return eg::slice(x, 0, 1, eg::nullopt, 2); }),
      viewing([](const Sizes& s) { return sliced(s, 0, 1, s[0] / 2, 2); }),
      {{{3, 4}}, {{4, 2, 3}}, {{5}}, {{1, 2}}, {{3, 0}}},
      on1([](const Tensor& x) { return x.slice(0, 1, eg::nullopt, 2); })));
  rows.push_back(with_member("slice_clipped", "slice",
                             on1([](const Tensor& x) { return eg::slice(x, -1, -3, 100); }),
                             viewing([](const Sizes& s) {
                               const std::int64_t n = std::min<std::int64_t>(3, s.back());
                               return sliced(s, s.size() - 1, s.back() - n, n, 1);
                             }),
                             {{{3, 4}}, {{4, 2, 2}}, {{5}}, {{3, 0}}},
                             on1([](const Tensor& x) { return x.slice(-1, -3, 100); })));
  rows.push_back(with_member("slice_nothing", "slice",
                             on1([](const Tensor& x) { return eg::slice(x, 0, 2, 1); }),
                             viewing([](const Sizes& s) { return sliced(s, 0, 0, 0, 1); }), any,
                             on1([](const Tensor& x) { return x.slice(0, 2, 1); })));
  rows.push_back(with_member("narrow", "narrow",
                             on1([](const Tensor& x) { return eg::narrow(x, 0, 1, 2); }),
                             viewing([](const Sizes& s) { return sliced(s, 0, 1, 2, 1); }), any,
                             on1([](const Tensor& x) { return x.narrow(0, 1 - x.size(0), 2); })));
  rows.push_back(with_member("diagonal", "diagonal",
                             on1([](const Tensor& x) { return eg::diagonal(x); }),
                             viewing([](const Sizes& s) { return diagonal_of(s, 0, 0, 1); }),
                             {{{3, 4}}, {{4, 3}}, {{3, 2, 2}}, {{0, 3}}, {{1, 1}}},
                             on1([](const Tensor& x) { return x.diagonal(); })));
  rows.push_back(with_member(
      "diagonal_above", "diagonal", on1([](const Tensor& x) { return eg::diagonal(x, 1, -2, -1); }),
      viewing([](const Sizes& s) { return diagonal_of(s, 1, s.size() - 2, s.size() - 1); }),
      {{{3, 4}}, {{4, 3}}, {{2, 3, 3}}, {{2, 1}}},
      on1([](const Tensor& x) { return x.diagonal(1, -2, -1); })));
  rows.push_back(with_member("diagonal_below", "diagonal",
                             on1([](const Tensor& x) { return eg::diagonal(x, -1, 2, 0); }),
                             viewing([](const Sizes& s) { return diagonal_of(s, -1, 2, 0); }),
                             {{{3, 2, 4}}, {{2, 1, 3}}, {{1, 2, 1}}},
                             on1([](const Tensor& x) { return x.diagonal(-1, 2, 0); })));
  Row strided = with_member(
      "as_strided", "as_strided", on1([](const Tensor& x) {
        return eg::as_strided(x, {2, 3}, {1, 2}, 1);
      }),
      [](const Inputs& x) {  // elements overlap
        return Outputs{support::generate({2, 3}, [&](const Sizes& i) {
          return x[0].values[static_cast<std::size_t>(1 + i[0] + 2 * i[1])];
        })};
      },
      {{{3, 4}}, {{7}}, {{2, 2, 2}}}, on1([](const Tensor& x) {
        return x.as_strided({2, 3}, {1, 2}, 1);
      }));
  strided.any_layout = false;  // it speaks of the memory itself
  rows.push_back(strided);
}

void add_lists(Rows& rows) {
  rows.push_back(with_member(
      "unbind", "unbind", list_on1([](const Tensor& x) { return eg::unbind(x); }),
      [](const Inputs& x) {
        Outputs y;
        for (std::int64_t k = 0; k < x[0].sizes[0]; ++k) {
          const View v = selected(x[0].sizes, 0, k);
          y.push_back(picked(x[0], v.sizes, v.source)[0]);
        }
        return y;
      },
      {{{3, 4}}, {{2, 3, 2}}, {{4}}, {{2, 0}}},
      list_on1([](const Tensor& x) { return x.unbind(-x.dim()); })));
  rows.push_back(with_member("split", "split",
                             list_on1([](const Tensor& x) { return eg::split(x, 2); }),
                             pieces(0, [](std::int64_t n) { return cut(n, 2); }),
                             {{{3, 4}}, {{4, 2, 3}}, {{5}}, {{1, 2}}, {{0, 2}}},
                             list_on1([](const Tensor& x) { return x.split(2, 0); })));
  rows.push_back(with_member("split_with_sizes", "split_with_sizes", list_on1([](const Tensor& x) {
                               return eg::split_with_sizes(x, {1, 0, x.size(1) - 1}, 1);
                             }),
                             pieces(1,
                                    [](std::int64_t n) {
                                      return std::vector<std::int64_t>{1, 0, n - 1};
                                    }),
                             {{{3, 4}}, {{4, 2, 3}}, {{0, 2}}}, list_on1([](const Tensor& x) {
                               return x.split_with_sizes({1, 0, x.size(1) - 1}, 1);
                             })));
  rows.push_back(with_member(
      "chunk", "chunk", list_on1([](const Tensor& x) { return eg::chunk(x, 3); }),
      pieces(0, [](std::int64_t n) { return cut(n, std::max<std::int64_t>(1, (n + 2) / 3)); }),
      {{{3, 4}}, {{4, 2, 3}}, {{7}}, {{2, 2}}},
      list_on1([](const Tensor& x) { return x.chunk(3, 0); })));
}

}  // namespace

Rows view_rows() {
  Rows rows;
  add_reshapes(rows);
  add_permutations(rows);
  add_expansions(rows);
  add_parts(rows);
  add_lists(rows);
  // Later versions of PyTorch say the same.
  for (const char* name : {"reshape", "reshape_inferred", "flatten", "flatten_some"})
    named(rows, name).other_nodes = {"ViewBackward0"};
  return rows;
}

}  // namespace table
