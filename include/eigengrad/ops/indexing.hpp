#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// Elements picked as in Python's x[...]: integers, Slice, None, Ellipsis and tensors of indices or of
/// bool, in any mixture. A view when no tensor takes part, a copy otherwise.
/// At the edge: an element picked twice gets the sum of both gradients.
/// Throws: IndexError for indices out of range, masks that do not fit or too many indices.
EIGENGRAD_API Tensor index(const Tensor& x, ArrayRef<indexing::TensorIndex> indices);

}  // namespace eigengrad
