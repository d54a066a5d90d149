#include "eigengrad/ops/indexing/index.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;
using eg::indexing::Ellipsis;
using eg::indexing::None;
using eg::indexing::Slice;
using eg::indexing::TensorIndex;

/// Extents of what is picked, and where it comes from, for an input of extents `sizes`.
struct Pick {
  Sizes sizes;
  std::function<Sizes(const Sizes&)> source;
};
using PickOf = std::function<Pick(const Sizes& sizes)>;
/// Made anew at each call, since tensors among them must not outlive a test.
using Indices = std::function<std::vector<TensorIndex>()>;

/// The extents of `s` from dimension `from` on, after `head`.
Sizes then(Sizes head, const Sizes& s, std::size_t from) {
  for (std::size_t d = from; d < s.size(); ++d) head.push_back(s[d]);
  return head;
}

Row row(std::string name, Indices indices, PickOf pick,
        const std::vector<std::vector<Sizes>>& shapes = {{{3, 4}}, {{4, 5, 2}}}) {
  return {
      .name = std::move(name),
      .function = "index",
      .call = on1([indices](const Tensor& x) { return eg::index(x, indices()); }),
      .naive =
          [pick](const Inputs& x) {
            const Pick p = pick(x[0].sizes);
            return picked(x[0], p.sizes, p.source);
          },
      .samples = samples_of(shapes),
      .spellings = {{"Tensor::index",
                     on1([indices](const Tensor& x) { return x.index(indices()); })}},
  };
}

void add_views(Rows& rows) {
  const auto selected = [](std::int64_t k) {
    return [k](const Sizes& s) {
      return Pick{then({}, s, 1),
                  [=](const Sizes& i) { return then({k < 0 ? k + s[0] : k}, i, 0); }};
    };
  };
  rows.push_back(row("index_integer", [] { return std::vector<TensorIndex>{1}; }, selected(1),
                     {{{3, 4}}, {{5}}, {{2, 0}}}));
  rows.push_back(row("index_from_the_end", [] { return std::vector<TensorIndex>{-1}; },
                     selected(-1), {{{3, 4}}, {{5}}, {{1, 2, 2}}}));
  rows.push_back(row(
      "index_slices",
      [] {
        return std::vector<TensorIndex>{Slice(None, None, 2), Slice(1, -1)};
      },
      [](const Sizes& s) {
        return Pick{then({(s[0] + 1) / 2, s[1] - 2}, s, 2), [](Sizes i) {
                      i[0] *= 2;
                      i[1] += 1;
                      return i;
                    }};
      }));
  rows.push_back(row(
      "index_new_axes",
      [] {
        return std::vector<TensorIndex>{None, Slice(), None, 2};
      },
      [](const Sizes& s) {
        return Pick{then({1, s[0], 1}, s, 2), [](const Sizes& i) { return then({i[1], 2}, i, 3); }};
      }));
  rows.push_back(row(
      "index_ellipsis",
      [] {
        return std::vector<TensorIndex>{Ellipsis, 0};
      },
      [](const Sizes& s) {
        return Pick{Sizes(s.begin(), s.end() - 1), [](Sizes i) {
                      i.push_back(0);
                      return i;
                    }};
      },
      {{{3, 4}}, {{2, 3, 2}}, {{5}}, {{0, 2}}}));
  rows.push_back(row(
      "index_dots",
      [] {
        return std::vector<TensorIndex>{1, "...", Slice(0, 1)};
      },
      [](const Sizes& s) {
        Sizes sizes = then({}, s, 1);
        sizes.back() = 1;
        return Pick{sizes, [](const Sizes& i) { return then({1}, i, 0); }};
      }));
  rows.push_back(row(
      "index_without_dims",
      [] {
        return std::vector<TensorIndex>{None, Ellipsis};
      },
      [](const Sizes& s) {
        return Pick{then({1}, s, 0), [](const Sizes& i) { return then({}, i, 1); }};
      },
      {{{}}, {{3}}, {{0}}}));
}

/// Index tensors as host arrays, for the references.
const std::vector<std::int64_t>& ladder() {
  static const std::vector<std::int64_t> list{2, 0, 2, 1};
  return list;
}

void add_lists(Rows& rows) {
  const auto along_first = [](const Sizes& s) {
    return Pick{then({4}, s, 1), [](Sizes i) {
                  i[0] = ladder()[static_cast<std::size_t>(i[0])];
                  return i;
                }};
  };
  Row list = row(
      "index_list",
      [] {
        return std::vector<TensorIndex>{eg::tensor({2, 0, -1, 1})};
      },
      [along_first](const Sizes& s) { return along_first(s); },
      {{{3, 4}}, {{3}}, {{3, 2, 2}}, {{3, 0}}});
  list.spellings.push_back({"Tensor::operator[]", on1([](const Tensor& x) {
                              return x[eg::tensor({2, 0, 2, 1})];
                            })});
  rows.push_back(list);
  rows.push_back(row(
      "index_points",
      [] {
        return std::vector<TensorIndex>{eg::tensor({0, 2, 2}), eg::tensor({1, -1, 3})};
      },
      [](const Sizes& s) {
        return Pick{then({3}, s, 2), [s](const Sizes& i) {
                      const std::int64_t first[] = {0, 2, 2}, second[] = {1, s[1] - 1, 3};
                      return then({first[i[0]], second[i[0]]}, i, 1);
                    }};
      }));
  rows.push_back(row(
      "index_grid",
      [] {
        return std::vector<TensorIndex>{eg::tensor({{0}, {2}}), eg::tensor({1, 3, 1})};
      },
      [](const Sizes& s) {
        return Pick{then({2, 3}, s, 2), [](const Sizes& i) {
                      return then({2 * i[0], i[1] == 1 ? 3 : 1}, i, 2);
                    }};
      }));
  rows.push_back(row(
      "index_columns",
      [] {
        return std::vector<TensorIndex>{Slice(), eg::tensor({3, 0, 0})};
      },
      [](const Sizes& s) {
        return Pick{then({s[0], 3}, s, 2), [](Sizes i) {
                      i[1] = i[1] == 0 ? 3 : 0;
                      return i;
                    }};
      }));
  rows.push_back(row(
      "index_apart",
      [] {
        return std::vector<TensorIndex>{eg::tensor({0, 2}), Slice(1, 3), eg::tensor({1, 0})};
      },
      [](const Sizes&) {
        return Pick{{2, 2}, [](const Sizes& i) { return Sizes{2 * i[0], 1 + i[1], 1 - i[0]}; }};
      },
      {{{3, 4, 2}}, {{4, 3, 3}}}));
  rows.push_back(row(
      "index_with_integer",
      [] {
        return std::vector<TensorIndex>{eg::tensor({0, 2, 0}), 1};
      },
      [](const Sizes& s) {
        return Pick{then({3}, s, 2), [](const Sizes& i) {
                      return then({i[0] == 1 ? 2 : 0, 1}, i, 1);
                    }};
      }));
  rows.push_back(row(
      "index_empty_list", [] { return std::vector<TensorIndex>{eg::zeros({0}, eg::kInt64)}; },
      [](const Sizes& s) {
        return Pick{then({0}, s, 1), [](const Sizes& i) { return i; }};
      },
      {{{3, 4}}, {{2}}}));
}

void add_masks(Rows& rows) {
  rows.push_back(row(
      "index_mask",
      [] {
        return std::vector<TensorIndex>{eg::tensor({true, false, true})};
      },
      [](const Sizes& s) {
        return Pick{then({2}, s, 1), [](Sizes i) {
                      i[0] *= 2;
                      return i;
                    }};
      },
      {{{3, 4}}, {{3}}, {{3, 0}}}));
  rows.push_back(row(
      "index_mask_of_two",
      [] {
        return std::vector<TensorIndex>{eg::tensor({{true, false}, {false, true}})};
      },
      [](const Sizes& s) {
        return Pick{then({2}, s, 2), [](const Sizes& i) { return then({i[0], i[0]}, i, 1); }};
      },
      {{{2, 2}}, {{2, 2, 3}}}));
  rows.push_back(row(
      "index_mask_of_last",
      [] {
        return std::vector<TensorIndex>{Ellipsis, eg::tensor({false, true, true})};
      },
      [](const Sizes& s) {
        Sizes sizes = s;
        sizes.back() = 2;
        return Pick{sizes, [](Sizes i) {
                      i.back() += 1;
                      return i;
                    }};
      },
      {{{2, 3}}, {{3}}, {{2, 2, 3}}}));
  rows.push_back(row(
      "index_mask_of_none",
      [] {
        return std::vector<TensorIndex>{eg::tensor({false, false, false})};
      },
      [](const Sizes& s) {
        return Pick{then({0}, s, 1), [](const Sizes& i) { return i; }};
      },
      {{{3, 4}}, {{3}}}));
  rows.push_back(row(
      "index_bool", [] { return std::vector<TensorIndex>{true}; },
      [](const Sizes& s) {
        return Pick{then({1}, s, 0), [](const Sizes& i) { return then({}, i, 1); }};
      },
      {{{3, 2}}, {{}}}));
}

/// index_put_ of values, which broadcast to what `pick` picks.
Row put_row(std::string name, Indices indices, PickOf pick, bool accumulate,
            const std::vector<std::vector<Sizes>>& shapes) {
  return {.name = std::move(name),
          .function = "Tensor::index_put_",
          .call = on2([=](const Tensor& x, const Tensor& values) {
            Tensor y = x.clone();
            y.index_put_(indices(), values, accumulate);
            return y;
          }),
          .naive =
              [=](const Inputs& x) {
                Array y = x[0];
                const Pick p = pick(y.sizes);
                support::for_each_index(p.sizes, [&](const Sizes& i) {
                  double& element = y.at(p.source(i));
                  element = (accumulate ? element : 0) + support::at_broadcast(x[1], i);
                });
                return Outputs{y};
              },
          .samples = samples_of(shapes)};
}

void add_puts(Rows& rows) {
  rows.push_back(put_row(
      "index_put",
      [] {
        return std::vector<TensorIndex>{eg::tensor({2, 0})};
      },
      [](const Sizes& s) {
        return Pick{then({2}, s, 1), [](Sizes i) {
                      i[0] = 2 - 2 * i[0];
                      return i;
                    }};
      },
      false, {{{3, 2}, {2, 2}}, {{3, 2}, {2}}, {{3}, {}}, {{3, 0}, {1}}}));
  const auto points = [](const Sizes& s) {
    return Pick{then({3}, s, 2), [](const Sizes& i) {
                  const std::int64_t first[] = {0, 2, 1}, second[] = {1, 0, 1};
                  return then({first[i[0]], second[i[0]]}, i, 1);
                }};
  };
  rows.push_back(
      put_row("index_put_points",
              [] {
                return std::vector<TensorIndex>{eg::tensor({0, 2, 1}), eg::tensor({1, 0, 1})};
              },
              points, false, {{{3, 2}, {3}}, {{3, 2, 2}, {3, 1}}}));
  rows.push_back(put_row(
      "index_put_accumulate",
      [] {
        return std::vector<TensorIndex>{eg::tensor({2, 0, 2})};
      },
      [](const Sizes& s) {
        return Pick{then({3}, s, 1), [](Sizes i) {
                      i[0] = i[0] == 1 ? 0 : 2;
                      return i;
                    }};
      },
      true, {{{3, 2}, {3, 2}}, {{3, 2}, {2}}, {{3}, {}}}));
  rows.push_back(put_row(
      "index_put_mask",
      [] {
        return std::vector<TensorIndex>{eg::tensor({true, false, true})};
      },
      [](const Sizes& s) {
        return Pick{then({2}, s, 1), [](Sizes i) {
                      i[0] *= 2;
                      return i;
                    }};
      },
      false, {{{3, 2}, {2, 2}}, {{3}, {}}, {{3, 2}, {2, 1}}}));
  Row slices = put_row(
      "index_put_slices",
      [] {
        return std::vector<TensorIndex>{Slice(1), Slice(None, None, 2)};
      },
      [](const Sizes& s) {
        return Pick{then({s[0] - 1, (s[1] + 1) / 2}, s, 2), [](Sizes i) {
                      i[0] += 1;
                      i[1] *= 2;
                      return i;
                    }};
      },
      false, {{{3, 4}, {2, 2}}, {{3, 4}, {}}, {{3, 3, 2}, {2, 1}}});
  slices.spellings = {{"assignment to a selection", on2([](const Tensor& x, const Tensor& values) {
                         Tensor y = x.clone();
                         y.index({Slice(1), Slice(None, None, 2)}) = values;
                         return y;
                       })}};
  rows.push_back(slices);
}

}  // namespace

Rows indexing_rows() {
  Rows rows;
  add_views(rows);
  add_lists(rows);
  add_masks(rows);
  add_puts(rows);
  return rows;
}

}  // namespace table
