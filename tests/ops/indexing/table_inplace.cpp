#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "table_picks.hpp"

/// In-place operators with an index or a mask. Only tensors of real numbers are arguments; the index
/// belongs to the row.
namespace table {
namespace {

using eg::Tensor;
using Others = const variable_list&;

/// An index or mask, made anew at each call: tensors must not outlive a test.
std::function<Tensor()> made(Array a) {
  return [a] { return support::to_tensor(a); };
}

template <class F, class G>
InplaceRow row(std::string name, std::string function, F inplace, G plain,
               const std::vector<std::vector<Sizes>>& shapes) {
  return {std::move(name), std::move(function),
          [inplace](Tensor& x, Others o) -> Tensor& { return inplace(x, o); },
          [plain](const Tensor& x, Others o) { return plain(x, o); }, samples_of(shapes)};
}

void add_masks(std::vector<InplaceRow>& rows) {
  const auto mask = made(masks({3, 4}, {1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1}));
  const auto column = made(masks({3, 1}, {1, 0, 1}));
  rows.push_back(row(
      "masked_fill_", "masked_fill_",
      [=](Tensor& x, Others) -> Tensor& { return x.masked_fill_(column(), 1.5); },
      [=](const Tensor& x, Others) { return x.masked_fill(column(), 1.5); },
      {{{3, 4}}, {{2, 3, 2}}, {{3, 1}}}));
  rows.push_back(row(
      "masked_fill_with_tensor_", "masked_fill_",
      [=](Tensor& x, Others o) -> Tensor& { return x.masked_fill_(column(), o[0]); },
      [=](const Tensor& x, Others o) { return x.masked_fill(column(), o[0]); },
      {{{3, 4}, {}}, {{2, 3, 2}, {}}}));
  rows.push_back(row(
      "masked_scatter_", "masked_scatter_",
      [=](Tensor& x, Others o) -> Tensor& { return x.masked_scatter_(mask(), o[0]); },
      [=](const Tensor& x, Others o) { return x.masked_scatter(mask(), o[0]); },
      {{{3, 4}, {6}}, {{3, 4}, {4, 2}}}));
}

void add_positions(std::vector<InplaceRow>& rows) {
  const auto apart = made(indices({2, 4}, {2, 0, 1, 1, 0, 1, 2, 2}));
  const auto meeting = made(indices({3, 4}, {2, 0, 1, 1, 2, 1, 2, 1, 0, 0, 2, 1}));
  const std::vector<std::vector<Sizes>> shapes{{{3, 4}, {3, 4}}, {{4, 5}, {3, 5}}};
  rows.push_back(row(
      "scatter_", "scatter_",
      [=](Tensor& x, Others o) -> Tensor& { return x.scatter_(0, apart(), o[0]); },
      [=](const Tensor& x, Others o) { return x.scatter(0, apart(), o[0]); },
      {{{3, 4}, {2, 4}}, {{3, 5}, {2, 4}}}));
  rows.push_back(row(
      "scatter_value_", "scatter_",
      [=](Tensor& x, Others) -> Tensor& { return x.scatter_(0, meeting(), 2.5); },
      [=](const Tensor& x, Others) { return x.scatter(0, meeting(), 2.5); }, {{{3, 4}}}));
  rows.push_back(row(
      "scatter_add_", "scatter_add_",
      [=](Tensor& x, Others o) -> Tensor& { return x.scatter_add_(0, meeting(), o[0]); },
      [=](const Tensor& x, Others o) { return x.scatter_add(0, meeting(), o[0]); }, shapes));
  for (const std::string reduce : {"add", "multiply"}) {
    rows.push_back(row(
        "scatter_by_" + reduce + "_", "scatter_",
        [=](Tensor& x, Others o) -> Tensor& { return x.scatter_(0, meeting(), o[0], reduce); },
        [=](const Tensor& x, Others o) { return x.scatter(0, meeting(), o[0], reduce); }, shapes));
    rows.push_back(row(
        "scatter_value_" + reduce + "_", "scatter_",
        [=](Tensor& x, Others) -> Tensor& { return x.scatter_(0, meeting(), 2.5, reduce); },
        [=](const Tensor& x, Others) { return x.scatter(0, meeting(), 2.5, reduce); }, {{{3, 4}}}));
  }
  for (const std::string reduce : {"sum", "prod", "mean", "amax", "amin"})
    for (const bool include_self : {true, false})
      rows.push_back(row(
          "scatter_reduce_" + reduce + (include_self ? "_" : "_without_self_"), "scatter_reduce_",
          [=](Tensor& x, Others o) -> Tensor& {
            return x.scatter_reduce_(0, meeting(), o[0], reduce, include_self);
          },
          [=](const Tensor& x, Others o) {
            return x.scatter_reduce(0, meeting(), o[0], reduce, include_self);
          },
          shapes));
}

void add_slices(std::vector<InplaceRow>& rows) {
  const auto apart = made(list({2, 0}));
  const auto meeting = made(list({2, 0, 2}));
  const auto from_end = made(list({-1, 0}));
  const std::vector<std::vector<Sizes>> shapes{{{3, 2}, {3, 2}}, {{4, 2, 2}, {3, 2, 2}}};
  rows.push_back(row(
      "index_add_", "index_add_",
      [=](Tensor& x, Others o) -> Tensor& { return x.index_add_(0, meeting(), o[0], -2); },
      [=](const Tensor& x, Others o) { return x.index_add(0, meeting(), o[0], -2); }, shapes));
  rows.push_back(row(
      "index_copy_", "index_copy_",
      [=](Tensor& x, Others o) -> Tensor& { return x.index_copy_(-1, apart(), o[0]); },
      [=](const Tensor& x, Others o) { return x.index_copy(-1, apart(), o[0]); },
      {{{2, 3}, {2, 2}}, {{4}, {2}}}));
  rows.push_back(row(
      "index_fill_", "index_fill_",
      [=](Tensor& x, Others) -> Tensor& { return x.index_fill_(0, from_end(), 2.5); },
      [=](const Tensor& x, Others) { return x.index_fill(0, from_end(), 2.5); },
      {{{3, 2}}, {{4}}}));
  rows.push_back(row(
      "index_fill_with_tensor_", "index_fill_",
      [=](Tensor& x, Others o) -> Tensor& { return x.index_fill_(0, from_end(), o[0]); },
      [=](const Tensor& x, Others o) { return x.index_fill(0, from_end(), o[0]); },
      {{{3, 2}, {}}, {{4}, {}}}));
  for (const std::string reduce : {"prod", "mean", "amax", "amin"})
    for (const bool include_self : {true, false})
      rows.push_back(row(
          "index_reduce_" + reduce + (include_self ? "_" : "_without_self_"), "index_reduce_",
          [=](Tensor& x, Others o) -> Tensor& {
            return x.index_reduce_(0, meeting(), o[0], reduce, include_self);
          },
          [=](const Tensor& x, Others o) {
            return x.index_reduce(0, meeting(), o[0], reduce, include_self);
          },
          shapes));
}

void add_others(std::vector<InplaceRow>& rows) {
  const auto places = made(indices({2, 2}, {0, 3, -1, 1}));
  for (const bool accumulate : {false, true})
    rows.push_back(row(
        accumulate ? "put_added_" : "put_", "put_",
        [=](Tensor& x, Others o) -> Tensor& { return x.put_(places(), o[0], accumulate); },
        [=](const Tensor& x, Others o) { return x.put(places(), o[0], accumulate); },
        {{{3, 2}, {4}}, {{2, 2, 2}, {2, 2}}}));
  rows.push_back(row(
      "fill_diagonal_", "fill_diagonal_",
      [](Tensor& x, Others) -> Tensor& { return x.fill_diagonal_(2.5); },
      [](const Tensor& x, Others) {
        return eg::where(eg::eye(x.size(0), x.size(1), x.options()).eq(1), 2.5, x);
      },
      {{{3, 3}}, {{2, 4}}, {{4, 2}}}));
}

}  // namespace

std::vector<InplaceRow> indexing_inplace_rows() {
  std::vector<InplaceRow> rows;
  add_masks(rows);
  add_positions(rows);
  add_slices(rows);
  add_others(rows);
  return rows;
}

}  // namespace table
