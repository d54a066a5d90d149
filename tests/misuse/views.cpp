#include "misuse/table.hpp"

/// Views, joins and repetitions: positions and sizes that do not exist, or that no int64 holds.
namespace misuse {
namespace {

constexpr Wrong kViews[] = {
    {"as_strided_offset", "out of range", [] { matrix().as_strided({1}, {1}, kMax); }},
    {"as_strided_offset_beyond", "out of range", [] { matrix().as_strided({1}, {1}, 6); }},
    {"as_strided_offset_of_none", "out of range", [] { matrix().as_strided({0}, {1}, kMax); }},
    {"as_strided_offset_min", "out of range", [] { matrix().as_strided({1}, {1}, kMin); }},
    {"as_strided_stride", "does not fit", [] { matrix().as_strided({2}, {kMax}); }},
    {"as_strided_stride_of_one", "does not fit", [] { matrix().as_strided({1}, {kMax}); }},
    {"as_strided_stride_wraps", "does not fit", [] { matrix().as_strided({5}, {1LL << 59}); }},
    {"as_strided_negative_stride", "negative", [] { matrix().as_strided({2}, {-1}, 1); }},
    {"as_strided_negative_size", "negative", [] { matrix().as_strided({-1}, {1}); }},
    {"as_strided_min_size", "negative", [] { matrix().as_strided({kMin}, {1}); }},
    {"as_strided_size", "out of range", [] { matrix().as_strided({7}, {1}); }},
    {"as_strided_sum_wraps", "does not fit",
     [] {
       matrix().as_strided({3, 3}, {1LL << 59, 1LL << 59});
     }},
    {"as_strided_many", "an int64 can count",
     [] {
       matrix().as_strided({kMax, kMax}, {0, 0});
     }},
    {"as_strided_lengths", "same length",
     [] {
       matrix().as_strided({2}, {1, 1});
     }},
    {"as_strided_inplace", "out of range", [] { matrix().as_strided_({1}, {1}, kMax); }},
    {"as_strided_scatter", "out of range",
     [] { eg::as_strided_scatter(matrix(), eg::ones({1}), {1}, {1}, kMax); }},
    {"as_strided_of_blob", "out of range",
     [] {
       double memory[4] = {};
       eg::from_blob(memory, {2}, {2}).as_strided({2}, {3});
     }},
    {"narrow_length", "out of range", [] { row().narrow(0, -1, kMax); }},
    {"narrow_length_of_all", "out of range", [] { row().narrow(0, 1, kMax); }},
    {"narrow_start_max", "out of range", [] { row().narrow(0, kMax, 1); }},
    {"narrow_start_min", "out of range", [] { row().narrow(0, kMin, 1); }},
    {"narrow_negative", "out of range", [] { row().narrow(0, 0, -1); }},
    {"narrow_length_min", "out of range", [] { row().narrow(0, 0, kMin); }},
    {"narrow_dim_max", "Dimension out of range", [] { row().narrow(kMax, 0, 1); }},
    {"narrow_dim_min", "Dimension out of range", [] { row().narrow(kMin, 0, 1); }},
    {"narrow_tensor", "out of range", [] { row().narrow(0, eg::tensor(kMax), 1); }},
    {"narrow_float", "int64", [] { row().narrow(0, eg::tensor(1.0), 1); }},
    {"select_max", "out of range", [] { row().select(0, kMax); }},
    {"select_min", "out of range", [] { row().select(0, kMin); }},
    {"select_dim", "Dimension out of range", [] { row().select(kMin, 0); }},
    {"select_of_scalar", "without dimensions", [] { eg::tensor(1.0).select(0, 0); }},
    {"select_scatter", "out of range", [] { eg::select_scatter(row(), eg::tensor(1.0), 0, kMin); }},
    {"slice_step_0", "step must be positive", [] { row().slice(0, 0, 2, 0); }},
    {"slice_step_min", "step must be positive", [] { row().slice(0, 0, 2, kMin); }},
    {"slice_dim", "Dimension out of range", [] { row().slice(kMax, 0, 2); }},
    {"slice_scatter", "must have the shape",
     [] { eg::slice_scatter(row(), eg::ones({2}), 0, 0, kMax, kMax); }},
    {"split_sizes_wrap", "does not fit",
     [] {
       row().split_with_sizes({kMax, kMax, 8});
     }},
    {"split_sizes_wrap_right", "does not fit",
     [] {
       eg::ones({2}).split_with_sizes({kMax, kMax, 4}, 0);
     }},
    {"split_sizes_negative", "negative",
     [] {
       row().split_with_sizes({kMax, kMin, 7});
     }},
    {"split_sizes_sum", "must sum to",
     [] {
       row().split_with_sizes({2, 2});
     }},
    {"split_0", "must be positive", [] { row().split(0); }},
    {"split_min", "must be positive", [] { row().split(kMin); }},
    {"split_dim", "Dimension out of range", [] { row().split(2, kMin); }},
    {"split_endless", "this machine has", [] { endless().split(1); }},
    {"unbind_endless", "this machine has", [] { endless().unbind(); }},
    {"unbind_empty_endless", "this machine has",
     [] {
       eg::zeros({kMax, 0}).unbind();
     }},
    {"unbind_dim", "Dimension out of range", [] { row().unbind(kMax); }},
    {"unsafe_split", "must be positive", [] { row().unsafe_split(0); }},
    {"chunk_0", "must be positive", [] { row().chunk(0); }},
    {"chunk_min", "must be positive", [] { row().chunk(kMin); }},
    {"chunk_nothing", "this machine has",
     [] {
       eg::zeros({0, 3}).chunk(kMax, 0);
     }},
    {"unsafe_chunk", "this machine has", [] { eg::zeros({0}).unsafe_chunk(kMax); }},
    {"tensor_split_max", "this machine has", [] { row().tensor_split(kMax); }},
    {"tensor_split_min", "must be positive", [] { row().tensor_split(kMin); }},
    {"tensor_split_matrix", "at most one dimension",
     [] {
       row().tensor_split(eg::ones({2, 2}, eg::kInt64));
     }},
    {"hsplit_min", "equal sections", [] { row().hsplit(kMin); }},
    {"vsplit_of_vector", "at least 2 dimensions", [] { row().vsplit(2); }},
    {"dsplit_max", "equal sections", [] { cube().dsplit(kMax); }},
    {"unfold_size", "do not fit", [] { row().unfold(0, kMax, 1); }},
    {"unfold_negative", "do not fit", [] { row().unfold(0, kMin, 1); }},
    {"unfold_step", "must be positive", [] { row().unfold(0, 2, kMin); }},
    {"unfold_dim", "Dimension out of range", [] { row().unfold(kMax, 2, 1); }},
    {"expand_product", "an int64 can count",
     [] {
       eg::ones({1}).expand({kHuge, kHuge, 2, 3});
     }},
    {"expand_product_with_0", "an int64 can count",
     [] {
       eg::ones({1}).expand({kHuge, kHuge, 0, 1});
     }},
    {"expand_min", "must match",
     [] {
       row().expand({kMin, 6});
     }},
    {"expand_smaller", "must match", [] { matrix().expand({3}); }},
    {"expand_new_-1", "must match",
     [] {
       row().expand({-1, 6});
     }},
    {"broadcast_product", "an int64 can count",
     [] {
       eg::ones({1, 1}).expand({kHuge, 1}) + eg::ones({1, 1}).expand({1, kHuge});
     }},
    {"broadcast_memory", "more elements than memory",
     [] {
       eg::ones({1, 1}).expand({1LL << 20, 1}) + eg::ones({1, 1}).expand({1, 1LL << 20});
     }},
    {"broadcast_tensors", "an int64 can count",
     [] {
       eg::broadcast_tensors(
           {eg::ones({1, 1}).expand({kHuge, 1}), eg::ones({1, 1}).expand({1, kHuge})});
     }},
    {"nbytes", "does not fit", [] { static_cast<void>(endless().nbytes()); }},
    {"view_two_unknown", "only one extent",
     [] {
       row().view({-1, -1});
     }},
    {"view_product_wraps", "an int64 can count",
     [] {
       row().view({1LL << 32, 1LL << 32, 6});
     }},
    {"view_product_to_0", "an int64 can count",
     [] {
       eg::zeros({0}).view({1LL << 32, 1LL << 32});
     }},
    {"view_product_with_0", "an int64 can count",
     [] {
       eg::zeros({0}).view({0, kMax, kMax});
     }},
    {"view_min", "must not be negative", [] { row().view({kMin}); }},
    {"view_unknown_of_0", "is invalid for input",
     [] {
       eg::zeros({0}).view({-1, 0});
     }},
    {"view_of_gaps", "no view of shape", [] { matrix().t().view({6}); }},
    {"reshape_max", "is invalid for input", [] { row().reshape({kMax}); }},
    {"reshape_endless", "more elements than memory",
     [] {
       endless(kHuge).reshape({2, kHuge / 2}).clone();
     }},
    {"unflatten_wraps", "an int64 can count",
     [] {
       row().unflatten(0, {kMax, kMax});
     }},
    {"unflatten_nothing", "cannot replace", [] { row().unflatten(0, {}); }},
    {"unflatten_dim", "Dimension out of range", [] { row().unflatten(kMin, {6}); }},
    {"flatten_order", "comes after", [] { matrix().flatten(1, 0); }},
    {"flatten_dim", "Dimension out of range", [] { matrix().flatten(0, kMax); }},
    {"transpose_dim", "Dimension out of range", [] { matrix().transpose(kMax, kMin); }},
    {"transpose_inplace", "Dimension out of range", [] { matrix().transpose_(kMax, 0); }},
    {"permute_twice", "is repeated",
     [] {
       matrix().permute({0, 0});
     }},
    {"permute_short", "do not name", [] { matrix().permute({0}); }},
    {"permute_max", "Dimension out of range",
     [] {
       matrix().permute({kMax, 0});
     }},
    {"movedim", "Dimension out of range", [] { matrix().movedim(kMin, 0); }},
    {"movedim_lengths", "same length",
     [] {
       matrix().movedim({0, 1}, {0});
     }},
    {"squeeze_dim", "Dimension out of range", [] { matrix().squeeze(kMax); }},
    {"unsqueeze_dim", "Dimension out of range", [] { matrix().unsqueeze(kMin); }},
    {"unsqueeze_inplace", "Dimension out of range", [] { matrix().unsqueeze_(kMax); }},
    {"diagonal_same_dims", "must differ", [] { matrix().diagonal(0, 0, 0); }},
    {"diagonal_dim", "Dimension out of range", [] { matrix().diagonal(0, kMax, 1); }},
    {"diagonal_scatter", "must have the shape",
     [] { eg::diagonal_scatter(matrix(), eg::ones({2}), kMin); }},
    {"t_of_cube", "at most 2 dimensions", [] { cube().t(); }},
    {"mT_of_vector", "at least 2 dimensions", [] { row().mT(); }},
    {"size_max", "Dimension out of range", [] { static_cast<void>(row().size(kMax)); }},
    {"stride_min", "Dimension out of range", [] { static_cast<void>(row().stride(kMin)); }},
    {"index_max", "out of range", [] { static_cast<void>(row()[kMax]); }},
    {"index_min", "out of range", [] { row().index({kMin}); }},
    {"index_many", "too many indices",
     [] {
       row().index({0, 0});
     }},
    {"index_dots_twice", "single ellipsis",
     [] {
       row().index({"...", "..."});
     }},
    {"index_text", "string index", [] { row().index({".."}); }},
    {"index_null_text", "string index", [] { row().index({static_cast<const char*>(nullptr)}); }},
    {"index_mask", "shape of the mask", [] { row().index({eg::ones({5}, eg::kBool)}); }},
    {"index_tensor", "out of range", [] { row().index({eg::tensor({kMax})}); }},
    {"index_float", "int64 or bool", [] { row().index({eg::tensor({1.0})}); }},
    {"index_undefined", "undefined", [] { row().index({undefined()}); }},
    {"index_slice_step", "step must be positive",
     [] { row().index({eg::indexing::Slice(0, 2, -1)}); }},
    {"index_put_shape", "shape mismatch", [] { row().index_put_({indices()}, eg::ones({4})); }},
    {"index_put_min", "out of range",
     [] { row().index_put_({eg::tensor({kMin})}, eg::tensor(1.0)); }},
};
const Table views("views", kViews);

constexpr Wrong kJoins[] = {
    {"cat_endless", "does not fit",
     [] {
       eg::cat({endless(), endless()});
     }},
    {"cat_endless_three", "does not fit",
     [] {
       eg::cat({endless(), endless(), endless(4)});
     }},
    {"cat_huge", "more elements than memory",
     [] {
       eg::cat({endless(kHuge), endless(kHuge)});
     }},
    {"cat_nothing", "non-empty list", [] { eg::cat({}); }},
    {"cat_undefined", "undefined",
     [] {
       eg::cat({row(), undefined()});
     }},
    {"cat_dim", "Dimension out of range",
     [] {
       eg::cat({row(), row()}, kMax);
     }},
    {"cat_dim_min", "Dimension out of range",
     [] {
       eg::cat({row(), row()}, kMin);
     }},
    {"cat_scalars", "use stack()",
     [] {
       eg::cat({eg::tensor(1.0), eg::tensor(2.0)});
     }},
    {"cat_shapes", "Sizes of tensors must match",
     [] {
       eg::cat({matrix(), square()}, 1);
     }},
    {"stack_endless", "an int64 can count",
     [] {
       eg::stack({endless(), endless()});
     }},
    {"stack_huge", "more elements than memory",
     [] {
       eg::stack({endless(kHuge), endless(kHuge)});
     }},
    {"stack_shapes", "Sizes of tensors must match",
     [] {
       eg::stack({row(), matrix()});
     }},
    {"stack_dim", "Dimension out of range",
     [] {
       eg::stack({row(), row()}, kMin);
     }},
    {"stack_nothing", "non-empty list", [] { eg::stack({}); }},
    {"hstack_endless", "does not fit",
     [] {
       eg::hstack({endless(), endless()});
     }},
    {"vstack_huge", "more elements than memory",
     [] {
       eg::vstack({endless(kHuge), endless(kHuge)});
     }},
    {"column_stack", "Sizes of tensors must match",
     [] {
       eg::column_stack({row(), matrix()});
     }},
    {"block_diag_cube", "more than 2 dimensions", [] { eg::block_diag({cube()}); }},
    {"block_diag_endless", "does not fit",
     [] {
       eg::block_diag({endless(), endless()});
     }},
    {"meshgrid_nothing", "non-empty list", [] { eg::meshgrid({}); }},
    {"meshgrid_indexing", "indexing must be", [] { eg::meshgrid({row()}, "kl"); }},
    {"meshgrid_endless", "an int64 can count",
     [] {
       eg::meshgrid({endless(), endless()});
     }},
    {"cartesian_prod_endless", "an int64 can count",
     [] {
       eg::cartesian_prod({endless(), endless()});
     }},
    {"cartesian_prod_huge", "more elements than memory",
     [] {
       eg::cartesian_prod({endless(1LL << 20), endless(1LL << 20)});
     }},
    {"cartesian_prod_matrix", "expects vectors",
     [] {
       eg::cartesian_prod({matrix(), row()});
     }},
    {"combinations_min", "must not be negative", [] { eg::combinations(row(), kMin); }},
    {"combinations_many", "this machine has", [] { eg::combinations(eg::ones({100}), 50); }},
    {"combinations_repeated", "does not fit", [] { eg::combinations(row(), kMax, true); }},
    {"combinations_matrix", "expects a vector", [] { eg::combinations(matrix(), 2); }},
    {"repeat_wraps", "does not fit",
     [] {
       matrix().repeat({kMax, kMax});
     }},
    {"repeat_product", "an int64 can count",
     [] {
       matrix().repeat({kHuge, kHuge});
     }},
    {"repeat_memory", "more elements than memory",
     [] {
       matrix().repeat({kHuge, 1});
     }},
    {"repeat_negative", "must not be negative",
     [] {
       matrix().repeat({1, kMin});
     }},
    {"repeat_short", "at least as many", [] { matrix().repeat({2}); }},
    {"tile_max", "does not fit", [] { row().tile({kMax}); }},
    {"repeat_interleave_max", "does not fit", [] { row().repeat_interleave(kMax); }},
    {"repeat_interleave_min", "must not be negative", [] { row().repeat_interleave(kMin); }},
    {"repeat_interleave_huge", "more elements than memory",
     [] { row().repeat_interleave(kHuge, 0); }},
    {"repeat_interleave_dim", "Dimension out of range", [] { row().repeat_interleave(2, kMax); }},
    {"repeat_interleave_sum", "does not fit",
     [] {
       eg::repeat_interleave(eg::tensor({kMax, kMax, std::int64_t{3}}));
     }},
    {"repeat_interleave_negative", "must not be negative",
     [] { eg::repeat_interleave(eg::tensor({kMin})); }},
    {"repeat_interleave_float", "int64", [] { eg::repeat_interleave(row()); }},
    {"repeat_interleave_output", "must be the sum", [] { row().repeat_interleave(2, 0, kMax); }},
    {"diag_max", "does not fit", [] { eg::diag(row(), kMax); }},
    {"diag_min", "does not fit", [] { eg::diag(row(), kMin); }},
    {"diag_huge", "an int64 can count", [] { eg::diag(row(), kHuge); }},
    {"diag_cube", "vector or a matrix", [] { eg::diag(cube()); }},
    {"diagflat_max", "does not fit", [] { eg::diagflat(matrix(), kMax); }},
    {"diag_embed_min", "does not fit", [] { eg::diag_embed(row(), kMin); }},
    {"diag_embed_dims", "must differ", [] { eg::diag_embed(row(), 0, 1, 1); }},
    {"diag_embed_dim", "Dimension out of range", [] { eg::diag_embed(row(), 0, kMin, 1); }},
    {"tril_vector", "at least 2 dimensions", [] { row().tril(kMax); }},
    {"tril_indices_negative", "must not be negative", [] { eg::tril_indices(-1, 2); }},
    {"tril_indices_max", "does not fit", [] { eg::tril_indices(kMax, kMax); }},
    {"tril_indices_long", "this machine has", [] { eg::tril_indices(kMax - 2, 1); }},
    {"triu_indices_wide", "an int64 can count", [] { eg::triu_indices(1, kMax - 2); }},
    {"pad_odd", "two numbers", [] { eg::pad(row(), {1}); }},
    {"pad_sum", "does not fit",
     [] {
       eg::pad(row(), {kMax, kMax});
     }},
    {"pad_max", "does not fit",
     [] {
       eg::pad(row(), {0, kMax});
     }},
    {"pad_huge", "more elements than memory",
     [] {
       eg::pad(row(), {kHuge, 0});
     }},
    {"pad_min", "does not fit",
     [] {
       eg::pad(row(), {kMin, kMin});
     }},
    {"pad_min_max", "leave nothing",
     [] {
       eg::pad(row(), {kMin, kMax});
     }},
    {"pad_mode", "unknown mode",
     [] {
       eg::pad(row(), {1, 1}, "mirror");
     }},
    {"pad_value", "takes no value",
     [] {
       eg::pad(row(), {1, 1}, "reflect", 2.0);
     }},
    {"pad_reflect", "must be less than",
     [] {
       eg::pad(row(), {kHuge, 0}, "reflect");
     }},
    {"pad_circular", "wrap around",
     [] {
       eg::pad(row(), {kHuge, 0}, "circular");
     }},
    {"pad_replicate_huge", "more elements than memory",
     [] {
       eg::pad(row(), {kHuge, 0}, "replicate");
     }},
    {"pad_replicate_nothing", "need an element",
     [] {
       eg::pad(eg::zeros({0}), {1, 0}, "replicate");
     }},
    {"constant_pad_many", "two numbers",
     [] {
       eg::constant_pad_nd(row(), {1, 1, 1, 1});
     }},
    {"roll_lengths", "same length",
     [] {
       row().roll({1, 2}, {0});
     }},
    {"roll_dim", "Dimension out of range", [] { row().roll({1}, {kMax}); }},
    {"rot90_dims", "is repeated",
     [] {
       matrix().rot90(1, {0, 0});
     }},
    {"rot90_dim", "Dimension out of range",
     [] {
       matrix().rot90(1, {kMin, 0});
     }},
    {"flip_dim", "Dimension out of range", [] { matrix().flip({kMax}); }},
    {"flip_twice", "is repeated",
     [] {
       matrix().flip({0, 0});
     }},
    {"im2col_padding", "does not fit",
     [] {
       eg::im2col(eg::ones({1, 1, 4, 4}), {2}, {1}, {kMax}, {1});
     }},
    {"im2col_dilation", "does not fit",
     [] {
       eg::im2col(eg::ones({1, 1, 4, 4}), {3}, {kMax}, {0}, {1});
     }},
    {"im2col_kernel", "larger than padded",
     [] {
       eg::im2col(eg::ones({1, 1, 4, 4}), {kMax}, {1}, {0}, {1});
     }},
    {"im2col_stride", "at least 1",
     [] {
       eg::im2col(eg::ones({1, 1, 4, 4}), {2}, {1}, {0}, {kMin});
     }},
    {"im2col_padded", "does not fit",
     [] {
       eg::im2col(eg::ones({1, 1, 4, 4}), {2}, {1}, {kMax / 4}, {1});
     }},
    {"col2im_output", "do not hold",
     [] {
       eg::col2im(eg::ones({1, 4, 9}), {kHuge, 4}, {2}, {1}, {0}, {1});
     }},
    {"col2im_kernel", "does not fit",
     [] {
       eg::col2im(eg::ones({1, 4, 9}), {kHuge, kHuge}, {1LL << 31}, {1}, {0}, {1});
     }},
    {"kron_endless", "does not fit", [] { eg::kron(endless(), endless(3)); }},
    {"kron_huge", "more elements than memory",
     [] { eg::kron(endless(1LL << 20), endless(1LL << 20)); }},
    {"outer_endless", "an int64 can count", [] { eg::outer(endless(), endless()); }},
    {"tensordot_min", "cannot contract", [] { eg::tensordot(matrix(), matrix(), kMin); }},
    {"tensordot_max", "cannot contract", [] { eg::tensordot(matrix(), matrix(), kMax); }},
};
const Table joins("joins", kJoins);

}  // namespace
}  // namespace misuse
