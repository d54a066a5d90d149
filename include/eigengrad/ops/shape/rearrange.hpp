#pragma once

#include <string_view>
#include <vector>

#include "eigengrad/core/tensor.hpp"

/// Copies of a tensor with its elements rearranged, some left out or repeated.
namespace eigengrad {

// Negative dimensions count from the end. Cost: O(n).
// Throws: IndexError for a dimension out of range, ShapeError, ValueError for a dimension named twice.

/// The order of the elements reversed along the given dimensions.
EIGENGRAD_API Tensor flip(const Tensor& x, IntArrayRef dims);
/// x with its columns in reverse order. Shapes: at least two dimensions.
EIGENGRAD_API Tensor fliplr(const Tensor& x);
/// x with its rows in reverse order. Shapes: at least one dimension.
EIGENGRAD_API Tensor flipud(const Tensor& x);
/// Elements moved on by shifts[i] along dims[i], those that leave at the end coming in again in
/// front. Without `dims` x counts as flat. A dimension may be named several times.
EIGENGRAD_API Tensor roll(const Tensor& x, IntArrayRef shifts, IntArrayRef dims = {});
/// Rotated k times by 90 degrees in the plane of two dimensions, from the first to the second.
EIGENGRAD_API Tensor rot90(const Tensor& x, std::int64_t k = 1, IntArrayRef dims = {0, 1});

/// x with margins of `value`. `pad` says how wide: before and after the last dimension, then before and
/// after the one in front of it, and so on; a negative width cuts off.
EIGENGRAD_API Tensor constant_pad_nd(const Tensor& x, IntArrayRef pad, const Scalar& value = 0);
/// x with margins, as constant_pad_nd. Modes: "constant"; "reflect" mirrors at the outermost
/// elements; "replicate" repeats them; "circular" goes on at the other end.
/// Domain: reflect, widths below the extent; circular, widths up to the extent.
/// Throws: ShapeError, ValueError for another mode, or a value that the mode does not take.
EIGENGRAD_API Tensor pad(const Tensor& x, IntArrayRef pad, std::string_view mode = "constant",
                         optional<double> value = nullopt);

/// The blocks of `kernel_size` that slide over images, each as a column.
/// Shapes: (c, h, w) or (n, c, h, w) -> (..., c kh kw, number of blocks). Every list has one or two
/// numbers: of rows and of columns.
EIGENGRAD_API Tensor im2col(const Tensor& x, IntArrayRef kernel_size, IntArrayRef dilation,
                            IntArrayRef padding, IntArrayRef stride);
/// The transpose of im2col: the columns added up in images of `output_size`.
EIGENGRAD_API Tensor col2im(const Tensor& x, IntArrayRef output_size, IntArrayRef kernel_size,
                            IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride);

}  // namespace eigengrad
