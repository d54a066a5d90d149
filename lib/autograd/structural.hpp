#pragma once

#include "eigengrad/core/tensor.hpp"

/// Linear operators that the graph itself needs: conversions, copies, and the pair that broadcasting
/// consists of.
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
/// is zero at every order: what a rule computed that looked at them, but comes out the same wherever
/// they lie.
Tensor constant_in(Tensor r, TensorList of);

/// The gradient `r` that a rule computed from the cotangent and `values`, with nodes made after number
/// `since`, as a function of those too where it is constant in them, by parts at least. As in PyTorch,
/// a gradient depends on everything that its rule looked at.
Tensor function_of(Tensor r, TensorList values, std::uint64_t since);

/// The transpose of expand_to: sums over what was repeated.
Tensor sum_to(const Tensor& x, IntArrayRef sizes);

}  // namespace eigengrad::autograd
