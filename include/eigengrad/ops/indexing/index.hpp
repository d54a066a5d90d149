#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// The rules for indices and masks, and their cost, are in gather.hpp.

/// Elements picked as in Python's x[...]: integers, Slice, None, Ellipsis and tensors of indices or of
/// bool, in any mixture. A view when no tensor takes part, a copy otherwise.
/// At the edge: an element picked twice gets the sum of both gradients.
/// Throws: IndexError for indices out of range, masks that do not fit or too many indices.
EIGENGRAD_API Tensor index(const Tensor& x, ArrayRef<indexing::TensorIndex> indices);

/// A copy of x with values, which broadcast, at the elements that index(x, indices) picks, or added to
/// them. Values added to one element twice both count, in the order of the indices.
/// At the edge: of values written to one element the last one stays; each gets the element's gradient.
/// Throws: IndexError as index; ShapeError for values that do not broadcast; DtypeError for values of
/// another dtype, unless they have no dimensions.
EIGENGRAD_API Tensor index_put(const Tensor& x, ArrayRef<indexing::TensorIndex> indices,
                               const Tensor& values, bool accumulate = false);

}  // namespace eigengrad
