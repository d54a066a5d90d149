#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Indices are int64 tensors, masks are bool tensors. A node keeps them without a copy: changing one
// before the backward pass is an error there. Gradients take time proportional to the number of
// elements picked.
// Throws: IndexError for indices out of range; DtypeError for indices or masks of another dtype.

/// The slices of x at `index`, a vector, along `dim`; a row of an embedding, for example.
/// Domain: indices from 0; negative ones are out of range.
EIGENGRAD_API Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index);

/// The element of x at each position of `index` with the coordinate along `dim` replaced by the index:
/// y[i][j] = x[index[i][j]][j] for dim 0.
/// Shapes: that of index, which has as many dimensions as x and, apart from dim, no larger extents.
/// Domain: indices from 0; negative ones are out of range.
EIGENGRAD_API Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index,
                            bool sparse_grad = false);

/// The elements at row-major positions in x; negative ones count from the end.
/// Shapes: that of index.
EIGENGRAD_API Tensor take(const Tensor& x, const Tensor& index);

/// gather() where x and indices broadcast apart from `dim`; without a dim, of the flattened tensors.
EIGENGRAD_API Tensor take_along_dim(const Tensor& x, const Tensor& indices,
                                    optional<std::int64_t> dim = nullopt);

/// The elements of x where the mask is true, in row-major order.
/// Shapes: x and mask broadcast; a vector.
EIGENGRAD_API Tensor masked_select(const Tensor& x, const Tensor& mask);

/// x with `value`, a number or a tensor without dimensions, where the mask is true.
/// Shapes: x and mask broadcast. The dtype is that of x.
EIGENGRAD_API Tensor masked_fill(const Tensor& x, const Tensor& mask, const Scalar& value);
EIGENGRAD_API Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);

/// x with the first elements of `source`, one after the other, where the mask is true.
/// Shapes: x and mask broadcast.
/// Throws: ShapeError when source has too few elements; DtypeError when its dtype is not that of x.
EIGENGRAD_API Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);

/// The coordinates of the elements that are not 0, a row for each, in row-major order. NaN is not 0.
EIGENGRAD_API Tensor nonzero(const Tensor& x);
/// nonzero() by its other name.
EIGENGRAD_API Tensor argwhere(const Tensor& x);
/// The coordinates of the elements that are not 0, a vector for each dimension; a tensor without dimensions
/// counts as one of a single element.
EIGENGRAD_API std::vector<Tensor> nonzero_numpy(const Tensor& x);

/// For each class index a row of zeros with a 1 at that index, int64.
/// Shapes: those of x and `num_classes`, which is one more than the largest class when it is -1.
/// Throws: ValueError for classes that are negative or too large.
EIGENGRAD_API Tensor one_hot(const Tensor& x, std::int64_t num_classes = -1);

}  // namespace eigengrad
