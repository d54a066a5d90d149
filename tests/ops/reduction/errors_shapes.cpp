#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/reduction/statistics.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "ops/errors.hpp"

namespace table {

using eg::indexing::Ellipsis;
using eg::indexing::Slice;

ErrorRows shape_errors() {
  const std::string invalid = "is invalid for input of size";
  return {
      {"cat_extents",
       kShapeError,
       "Sizes of tensors must match",
       {real({2, 3}), real({2, 4})},
       [](variable_list& x) { eg::cat(x); }},
      {"cat_dims",
       kShapeError,
       "Sizes of tensors must match",
       {real({2, 3}), real({3})},
       [](variable_list& x) { eg::cat(x); }},
      {"cat_nothing", kShapeError, "non-empty list", {}, [](variable_list& x) { eg::cat(x); }},
      {"cat_without_dims",
       kShapeError,
       "",
       {real({}), real({})},
       [](variable_list& x) { eg::cat(x); }},
      {"stack_extents",
       kShapeError,
       "Sizes of tensors must match",
       {real({2}), real({3})},
       [](variable_list& x) { eg::stack(x); }},
      {"stack_nothing", kShapeError, "non-empty list", {}, [](variable_list& x) { eg::stack(x); }},
      {"reshape",
       kShapeError,
       invalid,
       {real({2, 3})},
       [](variable_list& x) { x[0].reshape({4}); }},
      {"reshape_inferred",
       kShapeError,
       invalid,
       {real({2, 3})},
       [](variable_list& x) {
         x[0].reshape({4, -1});
       }},
      {"reshape_two_unknown",
       kShapeError,
       invalid,
       {real({2, 3})},
       [](variable_list& x) {
         x[0].reshape({-1, -1});
       }},
      {"reshape_negative",
       kShapeError,
       invalid,
       {real({2, 3})},
       [](variable_list& x) {
         x[0].reshape({-2, 3});
       }},
      {"reshape_of_nothing",
       kShapeError,
       invalid,
       {real({0})},
       [](variable_list& x) {
         x[0].reshape({0, -1});
       }},
      {"view_elements",
       kShapeError,
       invalid,
       {real({2, 3})},
       [](variable_list& x) { x[0].view({5}); }},
      {"view_of_transposed",
       kShapeError,
       "reshape()",
       {real({2, 3})},
       [](variable_list& x) { x[0].t().view({6}); }},
      {"expand",
       kShapeError,
       "must match the existing size",
       {real({2, 3})},
       [](variable_list& x) {
         x[0].expand({4, 3});
       }},
      {"expand_fewer_dims",
       kShapeError,
       "must match the existing size",
       {real({2, 3})},
       [](variable_list& x) { x[0].expand({3}); }},
      {"expand_unknown_new_dim",
       kShapeError,
       "must match the existing size",
       {real({3})},
       [](variable_list& x) {
         x[0].expand({-1, 3});
       }},
      {"permute_number",
       kShapeError,
       "",
       {real({2, 3})},
       [](variable_list& x) { x[0].permute({0}); }},
      {"permute_repeated",
       kValueError,
       "repeated",
       {real({2, 3})},
       [](variable_list& x) {
         x[0].permute({0, 0});
       }},
      {"t_of_three_dims", kShapeError, "", {real({2, 3, 4})}, [](variable_list& x) { x[0].t(); }},
      {"mT_of_vector", kShapeError, "", {real({2})}, [](variable_list& x) { x[0].mT(); }},
      {"diagonal_of_equal_dims",
       kValueError,
       "",
       {real({2, 3})},
       [](variable_list& x) { x[0].diagonal(0, 1, -1); }},
      {"as_strided_numbers",
       kShapeError,
       "",
       {real({4})},
       [](variable_list& x) {
         x[0].as_strided({2}, {1, 1});
       }},
      {"as_strided_negative",
       kShapeError,
       "",
       {real({4})},
       [](variable_list& x) { x[0].as_strided({2}, {-1}, 3); }},
      {"as_strided_range",
       kIndexError,
       "out of range",
       {real({4})},
       [](variable_list& x) { x[0].as_strided({3}, {2}); }},
      {"split_size", kValueError, "", {real({4})}, [](variable_list& x) { x[0].split(-1); }},
      {"split_of_zero", kValueError, "", {real({4})}, [](variable_list& x) { x[0].split(0); }},
      {"split_sizes",
       kShapeError,
       "sum to the extent",
       {real({4})},
       [](variable_list& x) {
         x[0].split_with_sizes({1, 2});
       }},
      {"split_negative_sizes",
       kValueError,
       "",
       {real({4})},
       [](variable_list& x) {
         x[0].split_with_sizes({5, -1});
       }},
      {"chunk_into_none", kValueError, "", {real({4})}, [](variable_list& x) { x[0].chunk(0); }},
      {"slice_step",
       kValueError,
       "positive",
       {real({4})},
       [](variable_list& x) { x[0].slice(0, 0, 4, 0); }},
      {"sum_to_size",
       kShapeError,
       "",
       {real({2, 3})},
       [](variable_list& x) { x[0].sum_to_size({2}); }},
      {"transpose_in_place",
       kIndexError,
       "Dimension out of range",
       {real({2, 3})},
       [](variable_list& x) { x[0].transpose_(0, 2); }}};
}

ErrorRows range_errors() {
  const std::string dim = "Dimension out of range";
  const std::string out = "out of range";
  return {
      {"sum_dim", kIndexError, dim, {real({2, 3})}, [](variable_list& x) { eg::sum(x[0], 2); }},
      {"sum_dims",
       kIndexError,
       dim,
       {real({2, 3})},
       [](variable_list& x) {
         eg::sum(x[0], {0, -3});
       }},
      {"sum_dim_twice",
       kValueError,
       "appears twice",
       {real({2, 3})},
       [](variable_list& x) {
         eg::sum(x[0], {0, -2});
       }},
      {"mean_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { eg::mean(x[0], 1); }},
      {"prod_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { eg::prod(x[0], 1); }},
      {"max_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { eg::max(x[0], 1); }},
      {"argmin_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { eg::argmin(x[0], -2); }},
      {"var_dim",
       kIndexError,
       dim,
       {real({2})},
       [](variable_list& x) { eg::var(x[0], {1}, true); }},
      {"all_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { eg::all(x[0], 1); }},
      {"transpose",
       kIndexError,
       dim,
       {real({2, 3})},
       [](variable_list& x) { x[0].transpose(0, 2); }},
      {"unsqueeze", kIndexError, dim, {real({2})}, [](variable_list& x) { x[0].unsqueeze(2); }},
      {"squeeze", kIndexError, dim, {real({2})}, [](variable_list& x) { x[0].squeeze(-2); }},
      {"flatten", kIndexError, dim, {real({2})}, [](variable_list& x) { x[0].flatten(0, 1); }},
      {"cat_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { eg::cat(x, 1); }},
      {"stack_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { eg::stack(x, 2); }},
      {"select_dim", kIndexError, dim, {real({2})}, [](variable_list& x) { x[0].select(1, 0); }},
      {"size", kIndexError, dim, {real({2})}, [](variable_list& x) { x[0].size(1); }},
      {"select", kIndexError, out, {real({2})}, [](variable_list& x) { x[0].select(0, 2); }},
      {"select_from_the_end", kIndexError, out, {real({2})}, [](variable_list& x) { x[0][-3]; }},
      {"select_without_dims", kIndexError, out, {real({})}, [](variable_list& x) { x[0][0]; }},
      {"narrow", kIndexError, out, {real({4})}, [](variable_list& x) { x[0].narrow(0, 2, 3); }},
      {"narrow_negative",
       kIndexError,
       out,
       {real({4})},
       [](variable_list& x) { x[0].narrow(0, 2, -1); }},
      {"flatten_order",
       kIndexError,
       "",
       {real({2, 3})},
       [](variable_list& x) { x[0].flatten(1, 0); }},
      {"unbind_without_dims",
       kIndexError,
       out,
       {real({})},
       [](variable_list& x) { x[0].unbind(); }},
      {"index",
       kIndexError,
       out,
       {real({2, 3})},
       [](variable_list& x) {
         x[0].index({0, 3});
       }},
      {"index_list",
       kIndexError,
       out,
       {real({3})},
       [](variable_list& x) {
         x[0].index({eg::tensor({0, -4})});
       }},
      {"index_too_many",
       kIndexError,
       "too many indices",
       {real({3})},
       [](variable_list& x) {
         x[0].index({0, Slice()});
       }},
      {"index_two_ellipses",
       kIndexError,
       "ellipsis",
       {real({3})},
       [](variable_list& x) {
         x[0].index({Ellipsis, Ellipsis});
       }},
      {"index_by_reals",
       kIndexError,
       "int64 or bool",
       {real({3})},
       [](variable_list& x) { x[0].index({eg::tensor({0.0})}); }},
      {"index_by_short_mask",
       kIndexError,
       "mask",
       {real({3})},
       [](variable_list& x) {
         x[0].index({eg::tensor({true, false})});
       }},
      {"index_lists_of_two_lengths",
       kIndexError,
       "broadcast",
       {real({3, 3})},
       [](variable_list& x) {
         x[0].index({eg::tensor({0, 1}), eg::tensor({0, 1, 2})});
       }},
      {"index_by_text", kIndexError, "\"...\"", {real({3})}, [](variable_list& x) {
         x[0].index({"::"});
       }}};
}

}  // namespace table
