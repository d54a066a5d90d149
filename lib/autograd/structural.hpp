#pragma once

#include "eigengrad/core/tensor.hpp"

/// Linear operators that the engine itself needs: conversions, copies, and the two of broadcasting,
/// expand_to() and sum_to().
namespace eigengrad::autograd {

/// Elements converted to `dtype`; the tensor itself when it has that dtype.
Tensor cast(const Tensor& x, ScalarType dtype);

/// A copy laid out like `like` when that is dense, row-major otherwise.
Tensor copy_like(const Tensor& x, const Tensor& like);
Tensor copy_row_major(const Tensor& x);
/// A copy with the strides of `like`, gaps in its memory included, unless that overlaps itself.
Tensor copy_laid_out_like(const Tensor& x, const Tensor& like);

/// Whether the elements of `x`, which has the extents of `like`, lie as those of `like` do.
bool is_laid_out_like(const Tensor& x, const Tensor& like) noexcept;

/// A view with extents of 1 (and missing leading ones) repeated up to `sizes`.
Tensor expand_to(const Tensor& x, IntArrayRef sizes);

/// Whether a tensor with extents `from` can be expanded to `to`.
bool expands_to(IntArrayRef from, IntArrayRef to) noexcept;

/// `r` as a recorded function also of those of `of` that are defined and tracked, whose derivative by these
/// is zero at every order. For a result of a rule that reads these tensors, but does not change with them.
Tensor constant_in(Tensor r, TensorList of);

/// The gradient `r` that a rule computed from the cotangent and `values`, with nodes of sequence numbers
/// above `since`: as a recorded function of `values` too, where it is (piecewise) constant in them. As in
/// PyTorch, a gradient depends on everything that its rule looked at.
Tensor function_of(Tensor r, TensorList values, std::uint64_t since);

/// The transpose of expand_to: sums over what was repeated.
Tensor sum_to(const Tensor& x, IntArrayRef sizes);

/// The same for tensors with a lead (Note [Lifting]), whose extents without it are to become `sizes`. Nothing is summed over
/// the lead, nor does it count where extents are aligned. A `lead` of -1 stands for none.
Tensor expand_to(const Tensor& x, IntArrayRef sizes, std::int64_t lead);
Tensor sum_to(const Tensor& x, IntArrayRef sizes, std::int64_t lead);

}  // namespace eigengrad::autograd
