#pragma once

#include <string_view>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/parts.hpp"

/// Views of all elements of a tensor in another shape or order.
namespace eigengrad {

// Views share memory with x; writing to either is seen in both. Negative dimensions count from the
// end. Cost: O(1) but where a function says that it copies.
// Throws: IndexError for a dimension out of range; ShapeError for impossible shapes.

/// x with other extents (one may be -1); a view where the layout allows, a copy otherwise.
EIGENGRAD_API Tensor reshape(const Tensor& x, IntArrayRef sizes);
/// Dimensions start to end (inclusive) merged into one. Copies where reshape does.
EIGENGRAD_API Tensor flatten(const Tensor& x, std::int64_t start_dim = 0,
                             std::int64_t end_dim = -1);
/// One dimension cut into several; one of `sizes` may be -1. Shapes: (..., prod(sizes), ...) ->
/// (..., sizes..., ...).
EIGENGRAD_API Tensor unflatten(const Tensor& x, std::int64_t dim, IntArrayRef sizes);
/// All elements in one dimension. Copies where reshape does.
EIGENGRAD_API Tensor ravel(const Tensor& x);
/// A view of x without the dimensions of extent 1, or without `d` when its extent is 1.
EIGENGRAD_API Tensor squeeze(const Tensor& x);
EIGENGRAD_API Tensor squeeze(const Tensor& x, std::int64_t d);
/// A view of x with a new dimension of extent 1 in position `d`.
EIGENGRAD_API Tensor unsqueeze(const Tensor& x, std::int64_t d);

/// A view of x with dimensions d0 and d1 exchanged.
EIGENGRAD_API Tensor transpose(const Tensor& x, std::int64_t d0, std::int64_t d1);
/// transpose() by its name in NumPy.
EIGENGRAD_API Tensor swapaxes(const Tensor& x, std::int64_t axis0, std::int64_t axis1);
/// transpose() by another name of PyTorch.
EIGENGRAD_API Tensor swapdims(const Tensor& x, std::int64_t dim0, std::int64_t dim1);
/// Dimension dims[i] of x as dimension i. Throws: ValueError for a dimension named twice.
EIGENGRAD_API Tensor permute(const Tensor& x, IntArrayRef dims);
/// Dimension source[i] moved to position destination[i]; the others keep their order.
/// Throws: ShapeError when the lists differ in length; ValueError for a dimension named twice.
EIGENGRAD_API Tensor movedim(const Tensor& x, IntArrayRef source, IntArrayRef destination);
EIGENGRAD_API Tensor movedim(const Tensor& x, std::int64_t source, std::int64_t destination);
/// movedim() by its name in NumPy.
EIGENGRAD_API Tensor moveaxis(const Tensor& x, IntArrayRef source, IntArrayRef destination);
EIGENGRAD_API Tensor moveaxis(const Tensor& x, std::int64_t source, std::int64_t destination);
/// Transpose of a matrix; tensors of fewer dimensions stay as they are.
EIGENGRAD_API Tensor t(const Tensor& x);
/// Transpose of each matrix of a batch; elements are real, so there is nothing to conjugate.
EIGENGRAD_API Tensor adjoint(const Tensor& x);

/// A view in which extents of 1, and missing leading ones, are repeated; -1 keeps an extent.
EIGENGRAD_API Tensor expand(const Tensor& x, IntArrayRef sizes);
/// expand() by its name in NumPy.
EIGENGRAD_API Tensor broadcast_to(const Tensor& x, IntArrayRef sizes);
/// Each tensor expanded to the shape that all broadcast to.
EIGENGRAD_API std::vector<Tensor> broadcast_tensors(TensorList xs);
/// Coordinates of the points of a grid: result k has along dimension k what xs[k] has, and repeats
/// it along the others. Indexing "xy" exchanges the first two dimensions.
/// Shapes: n tensors of at most one dimension -> n tensors of n dimensions.
/// Throws: ShapeError, DtypeError when dtypes differ, ValueError for another indexing.
EIGENGRAD_API std::vector<Tensor> meshgrid(TensorList xs);
EIGENGRAD_API std::vector<Tensor> meshgrid(TensorList xs, std::string_view indexing);

/// At least one dimension: a tensor without gets one of extent 1.
EIGENGRAD_API Tensor atleast_1d(const Tensor& x);
EIGENGRAD_API std::vector<Tensor> atleast_1d(TensorList xs);
/// At least two dimensions: a vector becomes a row.
EIGENGRAD_API Tensor atleast_2d(const Tensor& x);
EIGENGRAD_API std::vector<Tensor> atleast_2d(TensorList xs);
/// At least three dimensions: (n) becomes (1, n, 1), and (n, m) becomes (n, m, 1).
EIGENGRAD_API Tensor atleast_3d(const Tensor& x);
EIGENGRAD_API std::vector<Tensor> atleast_3d(TensorList xs);

}  // namespace eigengrad
