#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Views share memory with x; writing to either is seen in both. Negative dimensions count from the
// end. Throws: IndexError for a dimension or index out of range; ShapeError for impossible shapes.

/// x with other extents (one may be -1); a view where the layout allows, a copy otherwise.
EIGENGRAD_API Tensor reshape(const Tensor& x, IntArrayRef sizes);
/// Dimensions start to end (inclusive) merged into one.
EIGENGRAD_API Tensor flatten(const Tensor& x, std::int64_t start_dim = 0,
                             std::int64_t end_dim = -1);
EIGENGRAD_API Tensor transpose(const Tensor& x, std::int64_t d0, std::int64_t d1);
EIGENGRAD_API Tensor permute(const Tensor& x, IntArrayRef dims);
/// Transpose of a matrix; tensors of fewer dimensions stay as they are.
EIGENGRAD_API Tensor t(const Tensor& x);
EIGENGRAD_API Tensor squeeze(const Tensor& x);
EIGENGRAD_API Tensor squeeze(const Tensor& x, std::int64_t d);
EIGENGRAD_API Tensor unsqueeze(const Tensor& x, std::int64_t d);
/// A view in which extents of 1, and missing leading ones, are repeated; -1 keeps an extent.
EIGENGRAD_API Tensor expand(const Tensor& x, IntArrayRef sizes);
EIGENGRAD_API Tensor broadcast_to(const Tensor& x, IntArrayRef sizes);
EIGENGRAD_API Tensor select(const Tensor& x, std::int64_t d, std::int64_t index);
/// start:end:step along `d`; bounds are clipped, negative ones count from the end.
EIGENGRAD_API Tensor slice(const Tensor& x, std::int64_t d = 0,
                           optional<std::int64_t> start = nullopt,
                           optional<std::int64_t> end = nullopt, std::int64_t step = 1);
EIGENGRAD_API Tensor narrow(const Tensor& x, std::int64_t d, std::int64_t start,
                            std::int64_t length);
/// The diagonal of dimensions dim1 and dim2 as a new last dimension.
EIGENGRAD_API Tensor diagonal(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = 0,
                              std::int64_t dim2 = 1);
/// A view with any extents, strides and offset (in elements of the storage).
EIGENGRAD_API Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                                optional<std::int64_t> storage_offset = nullopt);
/// All slices along `d`.
EIGENGRAD_API std::vector<Tensor> unbind(const Tensor& x, std::int64_t d = 0);
/// Pieces of `split_size` along `d`; the last may be smaller.
EIGENGRAD_API std::vector<Tensor> split(const Tensor& x, std::int64_t split_size,
                                        std::int64_t d = 0);
EIGENGRAD_API std::vector<Tensor> split_with_sizes(const Tensor& x, IntArrayRef split_sizes,
                                                   std::int64_t d = 0);
/// At most `chunks` pieces of equal size.
EIGENGRAD_API std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t d = 0);

/// Joined along an existing dimension. Tensors of shape (0) are skipped.
EIGENGRAD_API Tensor cat(TensorList xs, std::int64_t d = 0);
/// Joined along a new dimension.
EIGENGRAD_API Tensor stack(TensorList xs, std::int64_t d = 0);

EIGENGRAD_API Tensor clone(const Tensor& x);

}  // namespace eigengrad
