#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/parts.hpp"
#include "views.hpp"

namespace table {
namespace {

using eg::Tensor;

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
  rows.push_back(with_member("narrow_tensor", "narrow", on1([](const Tensor& x) {
                               return eg::narrow(x, 0, eg::tensor(1), 2);
                             }),
                             viewing([](const Sizes& s) { return sliced(s, 0, 1, 2, 1); }), any,
                             on1([](const Tensor& x) { return x.narrow(0, eg::tensor(1), 2); })));
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
  // Elements of the input share memory; each gets a share of the gradient.
  Row of_expanded = row("as_strided_of_expanded", "as_strided", on1([](const Tensor& x) {
                          return eg::as_strided(x.expand({2, 3, x.numel()}), {2, 2}, {1, 1});
                        }),
                        [](const Inputs& x) {
                          return Outputs{support::generate({2, 2}, [&](const Sizes& i) {
                            return x[0].values[static_cast<std::size_t>(i[0] + i[1])];
                          })};
                        },
                        {{{3}}, {{5}}});
  of_expanded.any_layout = false;
  rows.push_back(of_expanded);
}

/// Windows along dimension d, their elements in a new last dimension.
Naive windows(std::size_t d, std::int64_t size, std::int64_t step) {
  return viewing([=](Sizes s) {
    if (s.empty()) return View{{size}, [](const Sizes&) { return Sizes{}; }};
    s[d] = (s[d] - size) / step + 1;
    s.push_back(size);
    return View{s, [=](Sizes i) {
                  i[d] = i[d] * step + i.back();
                  i.pop_back();
                  return i;
                }};
  });
}

void add_windows(Rows& rows) {
  struct Case {
    const char* name;
    std::int64_t size;
    std::int64_t step;
    Shapes shapes;
  };
  const Case cases[] = {
      {"unfold", 3, 1, {{{5, 2}}, {{3}}, {{4, 0}}, {{7}}}},
      {"unfold_gaps", 2, 3, {{{5, 2}}, {{2}}, {{9, 1, 2}}}},
      {"unfold_wide", 5, 2, {{{7, 2}}, {{5}}, {{6, 2}}}},
      {"unfold_one", 1, 1, {{{3}}, {{}}, {{2, 2}}}},
      {"unfold_nothing", 0, 1, {{{2, 2}}, {{}}, {{0}}}},
  };
  for (const Case& c : cases)
    rows.push_back(row(c.name, "Tensor::unfold",
                       on1([=](const Tensor& x) { return x.unfold(0, c.size, c.step); }),
                       windows(0, c.size, c.step), c.shapes));
  rows.push_back(row("unfold_last", "Tensor::unfold",
                     on1([](const Tensor& x) { return x.unfold(-1, 2, 1); }), windows(1, 2, 1),
                     {{{3, 4}}, {{2, 2}}, {{0, 3}}}));
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
  rows.push_back(with_member("split_sizes", "split", list_on1([](const Tensor& x) {
                               return eg::split(x, {1, 0, x.size(1) - 1}, 1);
                             }),
                             pieces(1,
                                    [](std::int64_t n) {
                                      return std::vector<std::int64_t>{1, 0, n - 1};
                                    }),
                             {{{3, 4}}, {{2, 1}}}, list_on1([](const Tensor& x) {
                               return x.split({1, 0, x.size(1) - 1}, -x.dim() + 1);
                             })));
  rows.push_back(with_member("unsafe_split", "unsafe_split",
                             list_on1([](const Tensor& x) { return eg::unsafe_split(x, 2); }),
                             pieces(0, [](std::int64_t n) { return cut(n, 2); }),
                             {{{3, 4}}, {{5}}, {{0, 2}}},
                             list_on1([](const Tensor& x) { return x.unsafe_split(2, 0); })));
  rows.push_back(with_member("unsafe_split_with_sizes", "unsafe_split_with_sizes",
                             list_on1([](const Tensor& x) {
                               return eg::unsafe_split_with_sizes(x, {1, x.size(0) - 1});
                             }),
                             pieces(0,
                                    [](std::int64_t n) {
                                      return std::vector<std::int64_t>{1, n - 1};
                                    }),
                             {{{3, 4}}, {{1}}}, list_on1([](const Tensor& x) {
                               return x.unsafe_split_with_sizes({1, x.size(0) - 1}, 0);
                             })));
  rows.push_back(with_member(
      "unsafe_chunk", "unsafe_chunk",
      list_on1([](const Tensor& x) { return eg::unsafe_chunk(x, 3); }),
      pieces(0, [](std::int64_t n) { return cut(n, std::max<std::int64_t>(1, (n + 2) / 3)); }),
      {{{3, 4}}, {{7}}}, list_on1([](const Tensor& x) { return x.unsafe_chunk(3, 0); })));
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

/// n in `sections` parts, the first ones larger by one.
std::vector<std::int64_t> even(std::int64_t n, std::int64_t sections) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = 0; i < sections; ++i)
    lengths.push_back(n / sections + (i < n % sections ? 1 : 0));
  return lengths;
}

/// The slices of a dimension between the given indices.
Naive between(std::size_t d, std::vector<std::int64_t> indices) {
  return [=](const Inputs& x) {
    const std::int64_t n = x[0].sizes[d];
    const auto clip = [n](std::int64_t i) {
      return std::clamp<std::int64_t>(i < 0 ? i + n : i, 0, n);
    };
    Outputs y;
    for (std::size_t k = 0; k <= indices.size(); ++k) {
      const std::int64_t start = k == 0 ? 0 : clip(indices[k - 1]);
      const std::int64_t end = k == indices.size() ? n : clip(indices[k]);
      const View v = sliced(x[0].sizes, d, start, std::max<std::int64_t>(0, end - start), 1);
      y.push_back(picked(x[0], v.sizes, v.source)[0]);
    }
    return y;
  };
}

void add_tensor_splits(Rows& rows) {
  const Shapes any{{{5, 2}}, {{7}}, {{2, 3}}, {{0, 2}}};
  const auto in_three = [](std::int64_t n) { return even(n, 3); };
  rows.push_back(row(
      "tensor_split", "tensor_split",
      list_on1([](const Tensor& x) { return eg::tensor_split(x, 3); }), pieces(0, in_three), any,
      {{"Tensor::tensor_split",
        list_on1([](const Tensor& x) { return x.tensor_split(3, -x.dim()); })},
       {"tensor_split by a tensor",
        list_on1([](const Tensor& x) { return eg::tensor_split(x, eg::tensor(3)); })},
       {"Tensor::tensor_split by a tensor",
        list_on1([](const Tensor& x) { return x.tensor_split(eg::tensor(3)); })}}));
  rows.push_back(row("tensor_split_indices", "tensor_split", list_on1([](const Tensor& x) {
                       return eg::tensor_split(x, {1, -1, 9, 2});
                     }),
                     between(0, {1, -1, 9, 2}), any,
                     {{"Tensor::tensor_split", list_on1([](const Tensor& x) {
                         return x.tensor_split({1, -1, 9, 2}, 0);
                       })},
                      {"tensor_split by a tensor", list_on1([](const Tensor& x) {
                         return eg::tensor_split(x, eg::tensor({1, -1, 9, 2}));
                       })}}));
  rows.push_back(with_member(
      "hsplit", "hsplit", list_on1([](const Tensor& x) { return eg::hsplit(x, 2); }),
      pieces(1, [](std::int64_t n) { return even(n, 2); }), {{{3, 4}}, {{2, 2, 3}}, {{0, 2}}},
      list_on1([](const Tensor& x) { return x.hsplit(2); })));
  rows.push_back(with_member("hsplit_of_vectors", "hsplit", list_on1([](const Tensor& x) {
                               return eg::hsplit(x, {1, 3});
                             }),
                             between(0, {1, 3}), {{{5}}, {{2}}}, list_on1([](const Tensor& x) {
                               return x.hsplit({1, 3});
                             })));
  rows.push_back(with_member(
      "vsplit", "vsplit", list_on1([](const Tensor& x) { return eg::vsplit(x, 2); }),
      pieces(0, [](std::int64_t n) { return even(n, 2); }), {{{4, 3}}, {{2, 1, 2}}, {{0, 2}}},
      list_on1([](const Tensor& x) { return x.vsplit(2); })));
  rows.push_back(with_member("vsplit_indices", "vsplit", list_on1([](const Tensor& x) {
                               return eg::vsplit(x, {1, 3});
                             }),
                             between(0, {1, 3}), {{{5, 2}}, {{2, 1}}},
                             list_on1([](const Tensor& x) {
                               return x.vsplit({1, 3});
                             })));
  rows.push_back(with_member(
      "dsplit", "dsplit", list_on1([](const Tensor& x) { return eg::dsplit(x, 2); }),
      pieces(2, [](std::int64_t n) { return even(n, 2); }), {{{2, 1, 4}}, {{1, 2, 2, 2}}},
      list_on1([](const Tensor& x) { return x.dsplit(2); })));
  rows.push_back(with_member("dsplit_indices", "dsplit", list_on1([](const Tensor& x) {
                               return eg::dsplit(x, {1, 3});
                             }),
                             between(2, {1, 3}), {{{2, 1, 4}}, {{1, 2, 2}}},
                             list_on1([](const Tensor& x) {
                               return x.dsplit({1, 3});
                             })));
}

/// The first input with the second in the place of a view of it.
Naive replaced(ViewOf view) {
  return [view](const Inputs& x) {
    Array y = x[0];
    const View v = view(x[0].sizes);
    support::for_each_index(v.sizes, [&](const Sizes& i) { y.at(v.source(i)) = x[1].at(i); });
    return Outputs{y};
  };
}

void add_scatters(Rows& rows) {
  rows.push_back(
      row("select_scatter", "select_scatter",
          on2([](const Tensor& x, const Tensor& src) { return eg::select_scatter(x, src, 0, 1); }),
          replaced([](const Sizes& s) { return selected(s, 0, 1); }),
          {{{3, 4}, {4}}, {{2, 2, 3}, {2, 3}}, {{5}, {}}, {{2, 0}, {0}}},
          {{"Tensor::select_scatter", on2([](const Tensor& x, const Tensor& src) {
              return x.select_scatter(src, -x.dim(), 1 - x.size(0));
            })}}));
  rows.push_back(row("slice_scatter", "slice_scatter", on2([](const Tensor& x, const Tensor& src) {
                       return eg::slice_scatter(x, src, 0, 1, eg::nullopt, 2);
                     }),
                     replaced([](const Sizes& s) { return sliced(s, 0, 1, s[0] / 2, 2); }),
                     {{{5, 2}, {2, 2}}, {{4}, {2}}, {{1, 3}, {0, 3}}},
                     {{"Tensor::slice_scatter", on2([](const Tensor& x, const Tensor& src) {
                         return x.slice_scatter(src, 0, 1, eg::nullopt, 2);
                       })}}));
  rows.push_back(
      row("diagonal_scatter", "diagonal_scatter",
          on2([](const Tensor& x, const Tensor& src) { return eg::diagonal_scatter(x, src, 1); }),
          replaced([](const Sizes& s) { return diagonal_of(s, 1, 0, 1); }),
          {{{3, 4}, {3}}, {{2, 2, 3}, {3, 1}}, {{1, 1}, {0}}},
          {{"Tensor::diagonal_scatter", on2([](const Tensor& x, const Tensor& src) {
              return x.diagonal_scatter(src, 1, 0, 1);
            })}}));
  Row strided =
      row("as_strided_scatter", "as_strided_scatter", on2([](const Tensor& x, const Tensor& src) {
            return eg::as_strided_scatter(x, src, {2, 2}, {1, 3}, 1);
          }),
          [](const Inputs& x) {
            Array y = x[0];
            support::for_each_index({2, 2}, [&](const Sizes& i) {
              y.values[static_cast<std::size_t>(1 + i[0] + 3 * i[1])] = x[1].at(i);
            });
            return Outputs{y};
          },
          {{{3, 4}, {2, 2}}, {{7}, {2, 2}}},
          {{"Tensor::as_strided_scatter", on2([](const Tensor& x, const Tensor& src) {
              return x.as_strided_scatter(src, {2, 2}, {1, 3}, 1);
            })}});
  strided.without_oracle = "PyTorch 1.13's gradient reads memory that nothing was written to";
  strided.any_layout = false;  // it speaks of the memory itself
  rows.push_back(strided);
}

}  // namespace

Rows part_rows() {
  Rows rows;
  add_parts(rows);
  add_windows(rows);
  add_lists(rows);
  add_tensor_splits(rows);
  add_scatters(rows);
  return rows;
}

}  // namespace table
