#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"

/// Views of a part of a tensor, and tensors with a part replaced.
namespace eigengrad {

// Views share memory with x. Negative dimensions and indices count from the end. Cost: O(1); the
// gradient of a view is added into that of the whole where it lies.
// Throws: IndexError for a dimension or index out of range.

/// The slice at one index, without dimension `d`.
EIGENGRAD_API Tensor select(const Tensor& x, std::int64_t d, std::int64_t index);
/// start:end:step along `d`; bounds are clipped, negative ones count from the end.
EIGENGRAD_API Tensor slice(const Tensor& x, std::int64_t d = 0,
                           optional<std::int64_t> start = nullopt,
                           optional<std::int64_t> end = nullopt, std::int64_t step = 1);
/// `length` elements along `d` from `start` on. Throws: IndexError when they reach beyond the end.
EIGENGRAD_API Tensor narrow(const Tensor& x, std::int64_t d, std::int64_t start,
                            std::int64_t length);
/// narrow() whose `start` is an int64 tensor without dimensions. Throws: DtypeError, ShapeError when it is not.
EIGENGRAD_API Tensor narrow(const Tensor& x, std::int64_t d, const Tensor& start,
                            std::int64_t length);
/// The diagonal of dimensions dim1 and dim2 as a new last dimension.
EIGENGRAD_API Tensor diagonal(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = 0,
                              std::int64_t dim2 = 1);
/// A view with any extents, strides and offset (in elements of the storage).
/// At the edge: where elements of the view share memory their gradients add up; where elements of x
/// do (expanded tensors), each gets an equal share.
EIGENGRAD_API Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                                optional<std::int64_t> storage_offset = nullopt);

/// All slices along `d`.
EIGENGRAD_API std::vector<Tensor> unbind(const Tensor& x, std::int64_t d = 0);
/// Pieces of `split_size` along `d`, the last may be smaller; or pieces of the given sizes.
EIGENGRAD_API std::vector<Tensor> split(const Tensor& x, std::int64_t split_size,
                                        std::int64_t d = 0);
EIGENGRAD_API std::vector<Tensor> split(const Tensor& x, IntArrayRef split_sizes,
                                        std::int64_t d = 0);
/// Pieces of the given sizes. Throws: ShapeError when they do not sum to the extent.
EIGENGRAD_API std::vector<Tensor> split_with_sizes(const Tensor& x, IntArrayRef split_sizes,
                                                   std::int64_t d = 0);
/// At most `chunks` pieces of equal size.
EIGENGRAD_API std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t d = 0);
/// split() into pieces that may be written to.
EIGENGRAD_API std::vector<Tensor> unsafe_split(const Tensor& x, std::int64_t split_size,
                                               std::int64_t d = 0);
/// split_with_sizes() into pieces that may be written to.
EIGENGRAD_API std::vector<Tensor> unsafe_split_with_sizes(const Tensor& x, IntArrayRef split_sizes,
                                                          std::int64_t d = 0);
/// chunk() into pieces that may be written to.
EIGENGRAD_API std::vector<Tensor> unsafe_chunk(const Tensor& x, std::int64_t chunks,
                                               std::int64_t d = 0);
/// Exactly `sections` pieces, the first ones larger by one where the extent is no multiple.
EIGENGRAD_API std::vector<Tensor> tensor_split(const Tensor& x, std::int64_t sections,
                                               std::int64_t d = 0);
/// The slices between consecutive indices, which are clipped as in slice().
EIGENGRAD_API std::vector<Tensor> tensor_split(const Tensor& x, IntArrayRef indices,
                                               std::int64_t d = 0);
/// tensor_split() by an int64 tensor: without dimensions it is the number of sections, with one dimension it
/// holds the indices.
EIGENGRAD_API std::vector<Tensor> tensor_split(const Tensor& x, const Tensor& indices_or_sections,
                                               std::int64_t d = 0);
// Throws: ShapeError for too few dimensions, or when the number of sections does not divide the extent.
/// tensor_split() along dimension 1, or dimension 0 of a vector.
EIGENGRAD_API std::vector<Tensor> hsplit(const Tensor& x, std::int64_t sections);
EIGENGRAD_API std::vector<Tensor> hsplit(const Tensor& x, IntArrayRef indices);
/// tensor_split() along dimension 0.
EIGENGRAD_API std::vector<Tensor> vsplit(const Tensor& x, std::int64_t sections);
EIGENGRAD_API std::vector<Tensor> vsplit(const Tensor& x, IntArrayRef indices);
/// tensor_split() along dimension 2.
EIGENGRAD_API std::vector<Tensor> dsplit(const Tensor& x, std::int64_t sections);
EIGENGRAD_API std::vector<Tensor> dsplit(const Tensor& x, IntArrayRef indices);

// Copies of x with `src` in place of the part that the view function of the same name shows.
// Shapes: src has those of the part; the result has those and the dtype of x. Throws: ShapeError.
/// A copy of x with src in place of the slice at one index.
EIGENGRAD_API Tensor select_scatter(const Tensor& x, const Tensor& src, std::int64_t d,
                                    std::int64_t index);
/// A copy of x with src in place of what slice() shows.
EIGENGRAD_API Tensor slice_scatter(const Tensor& x, const Tensor& src, std::int64_t d = 0,
                                   optional<std::int64_t> start = nullopt,
                                   optional<std::int64_t> end = nullopt, std::int64_t step = 1);
/// A copy of x with src in place of a diagonal.
EIGENGRAD_API Tensor diagonal_scatter(const Tensor& x, const Tensor& src, std::int64_t offset = 0,
                                      std::int64_t dim1 = 0, std::int64_t dim2 = 1);
/// A copy of x with src in place of what as_strided() shows. Throws: ValueError when elements of the part share
/// memory.
EIGENGRAD_API Tensor as_strided_scatter(const Tensor& x, const Tensor& src, IntArrayRef sizes,
                                        IntArrayRef strides,
                                        optional<std::int64_t> storage_offset = nullopt);

}  // namespace eigengrad
