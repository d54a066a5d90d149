#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "views.hpp"

namespace table {
namespace {

using eg::Tensor;

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

void add_cuts(Rows& rows) {
  const auto cut_last = reshaped([](Sizes s) {
    s.back() /= 2;
    s.push_back(2);
    return s;
  });
  Row unflatten =
      with_member("unflatten", "unflatten", on1([](const Tensor& x) {
                    return eg::unflatten(x, -1, {-1, 2});
                  }),
                  cut_last, {{{3, 4}}, {{6}}, {{2, 0, 2}}, {{2, 1, 2}}}, on1([](const Tensor& x) {
                    return x.unflatten(x.dim() - 1, {x.size(-1) / 2, 2});
                  }));
  rows.push_back(unflatten);
  rows.push_back(with_member("ravel", "ravel", on1([](const Tensor& x) { return eg::ravel(x); }),
                             reshaped([](const Sizes& s) { return Sizes{all_of(s)}; }),
                             {{{3, 4}}, {{5}}, {{}}, {{2, 0}}},
                             on1([](const Tensor& x) { return x.ravel(); })));
}

void add_movements(Rows& rows) {
  const Shapes three{{{2, 3, 4}}, {{1, 3, 2}}, {{2, 0, 3}}};
  rows.push_back(with_member("movedim", "movedim",
                             on1([](const Tensor& x) { return eg::movedim(x, 0, -1); }),
                             viewing([](const Sizes& s) {
                               return permuted(s, {1, 2, 0});
                             }),
                             three, on1([](const Tensor& x) { return x.movedim(-3, 2); })));
  rows.push_back(with_member("movedim_several", "movedim", on1([](const Tensor& x) {
                               return eg::movedim(x, {0, 1}, {-1, 0});
                             }),
                             viewing([](const Sizes& s) {
                               return permuted(s, {1, 2, 0});
                             }),
                             three, on1([](const Tensor& x) {
                               return x.movedim({0, 1}, {2, 0});
                             })));
  Row moveaxis = with_member("moveaxis", "moveaxis", on1([](const Tensor& x) {
                               return eg::moveaxis(x, {2, 0}, {0, 1});
                             }),
                             viewing([](const Sizes& s) {
                               return permuted(s, {2, 0, 1});
                             }),
                             three, on1([](const Tensor& x) {
                               return x.moveaxis({-1, 0}, {0, -2});
                             }));
  moveaxis.spellings.push_back(
      {"Tensor::moveaxis of one", on1([](const Tensor& x) { return x.moveaxis(2, 0); })});
  moveaxis.spellings.push_back(
      {"moveaxis of one", on1([](const Tensor& x) { return eg::moveaxis(x, -1, 0); })});
  rows.push_back(moveaxis);
  for (const char* name : {"swapaxes", "swapdims"}) {
    const bool axes = std::string(name) == "swapaxes";
    rows.push_back(with_member(
        name, name, on1([axes](const Tensor& x) {
          return axes ? eg::swapaxes(x, 0, 1) : eg::swapdims(x, 0, 1);
        }),
        viewing([](const Sizes& s) { return swapped(s, 0, 1); }), three,
        on1([axes](const Tensor& x) { return axes ? x.swapaxes(1, 0) : x.swapdims(-3, -2); })));
  }
  const auto transposed = viewing([](const Sizes& s) { return swapped(s, -2, -1); });
  const Shapes matrices{{{3, 4}}, {{0, 2}}};
  rows.push_back(row("adjoint", "adjoint", on1([](const Tensor& x) { return eg::adjoint(x); }),
                     transposed, {matrices[0], matrices[1], three[0], three[2]},
                     {{"Tensor::adjoint", on1([](const Tensor& x) { return x.adjoint(); })},
                      {"Tensor::mH", on1([](const Tensor& x) { return x.mH(); })}}));
  rows.push_back(row("matrix_H", "Tensor::matrix_H",
                     on1([](const Tensor& x) { return x.matrix_H(); }), transposed, matrices));
}

/// Each input broadcast to the shape of all.
Outputs broadcast_all(const Inputs& x) {
  Sizes shape;
  for (const Array& a : x) shape = support::broadcast(shape, a.sizes);
  Outputs y;
  for (const Array& a : x)
    y.push_back(
        support::generate(shape, [&](const Sizes& i) { return support::at_broadcast(a, i); }));
  return y;
}

Naive grid(bool xy) {
  return [xy](const Inputs& x) {
    const auto dim_of = [&](std::size_t k) { return xy && k < 2 && x.size() > 1 ? 1 - k : k; };
    Sizes shape(x.size());
    for (std::size_t k = 0; k < x.size(); ++k)
      shape[dim_of(k)] = static_cast<std::int64_t>(x[k].values.size());
    Outputs y;
    for (std::size_t k = 0; k < x.size(); ++k)
      y.push_back(support::generate(shape, [&](const Sizes& i) {
        return x[k].values[static_cast<std::size_t>(i[dim_of(k)])];
      }));
    return y;
  };
}

void add_expansions_of_lists(Rows& rows) {
  rows.push_back(row("broadcast_tensors", "broadcast_tensors",
                     [](const variable_list& x) { return eg::broadcast_tensors(x); }, broadcast_all,
                     {{{3, 1}, {1, 4}}, {{3, 4}, {4}, {}}, {{2, 0}, {1}}, {{5}}}));
  const Shapes vectors{{{3}, {2}}, {{2}, {}, {3}}, {{4}}, {{0}, {2}}};
  rows.push_back(row("meshgrid", "meshgrid", [](const variable_list& x) { return eg::meshgrid(x); },
                     grid(false), vectors,
                     {{"meshgrid", [](const variable_list& x) { return eg::meshgrid(x, "ij"); }}}));
  rows.push_back(row(
      "meshgrid_xy", "meshgrid", [](const variable_list& x) { return eg::meshgrid(x, "xy"); },
      grid(true), vectors));
}

void add_atleast(Rows& rows) {
  const Shapes any{{{3, 4}}, {{2, 3, 2}}, {{5}}, {{}}, {{0}}, {{2, 0, 3}}};
  const auto one = reshaped([](const Sizes& s) { return s.empty() ? Sizes{1} : s; });
  const auto two = reshaped([](const Sizes& s) {
    return s.empty() ? Sizes{1, 1} : s.size() == 1 ? Sizes{1, s[0]} : s;
  });
  const auto three = reshaped([](const Sizes& s) {
    return s.empty()       ? Sizes{1, 1, 1}
           : s.size() == 1 ? Sizes{1, s[0], 1}
           : s.size() == 2 ? Sizes{s[0], s[1], 1}
                           : s;
  });
  rows.push_back(row(
      "atleast_1d", "atleast_1d", on1([](const Tensor& x) { return eg::atleast_1d(x); }), one, any,
      {{"atleast_1d of a list", [](const variable_list& x) { return eg::atleast_1d(x); }}}));
  rows.push_back(row(
      "atleast_2d", "atleast_2d", on1([](const Tensor& x) { return eg::atleast_2d(x); }), two, any,
      {{"atleast_2d of a list", [](const variable_list& x) { return eg::atleast_2d(x); }}}));
  rows.push_back(row(
      "atleast_3d", "atleast_3d", on1([](const Tensor& x) { return eg::atleast_3d(x); }), three,
      any, {{"atleast_3d of a list", [](const variable_list& x) { return eg::atleast_3d(x); }}}));
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
                      {"Tensor::broadcast_to", on1([](const Tensor& x) {
                         return x.broadcast_to({2, 3, 4});
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

}  // namespace

Rows view_rows() {
  Rows rows;
  add_reshapes(rows);
  add_cuts(rows);
  add_permutations(rows);
  add_movements(rows);
  add_expansions(rows);
  add_expansions_of_lists(rows);
  add_atleast(rows);
  // Later versions of PyTorch say the same.
  for (const char* name : {"reshape", "reshape_inferred", "flatten", "flatten_some"})
    named(rows, name).other_nodes = {"ViewBackward0"};
  return rows;
}

}  // namespace table
