#pragma once

#include <cstdint>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// Where the elements lie that a list of index tensors picks.
///
/// Indices of the same position are read together; they have the shape `picked`. The result has the
/// dimensions of the input that come before the indexed ones, then `picked`, then the rest; if the
/// indexed dimensions are not neighbours, `picked` comes first.
struct IndexPlan {
  DimVector input_sizes;
  /// The indexed dimensions, and for each the indices from 0: int64, contiguous, of shape `picked`.
  DimVector dims;
  std::vector<Tensor> indices;
  DimVector picked;
  /// Dimensions of the input before and after `picked` in the result.
  DimVector before;
  DimVector after;
  DimVector result_sizes;
};

/// Where the elements lie that one index tensor picks along a dimension: the element at a position of
/// `index` is the one of the input at that position with coordinate `d` replaced by the index.
struct AlongPlan {
  DimVector input_sizes;
  std::size_t d = 0;
  /// int64 from 0, contiguous, with as many dimensions as the input, either without any counting as
  /// one of extent 1; no extent but that of `d` exceeds the input's.
  Tensor index;
};

/// How a value is combined with the element that it is put at. Max and Min keep NaN.
enum class Combine : std::uint8_t { Write, Add, Mul, Max, Min };

/// Brings negative indices, which count from the end of `extent`, in place to the range from 0.
/// Returns one that is out of range, or 0.
std::int64_t wrap_indices(const Tensor& indices, std::int64_t extent);

/// The first element of `indices`, contiguous, outside [0, extent), or nullptr.
const std::int64_t* find_outside(const Tensor& indices, std::int64_t extent);

/// The positions of the true elements of a bool tensor, one int64 tensor per dimension.
std::vector<Tensor> true_positions(const Tensor& mask);

/// The elements of x where the mask is true, in row-major order. Both contiguous, of the same shape.
Tensor compress(const Tensor& x, const Tensor& mask);

/// Row-major positions in a tensor of extents `sizes` as coordinates, one tensor per dimension.
std::vector<Tensor> unravel(const Tensor& positions, IntArrayRef sizes);

/// dst, contiguous, gets the picked elements of src.
void gather(const IndexPlan& plan, const Tensor& dst, const Tensor& src);
void gather(const AlongPlan& plan, const Tensor& dst, const Tensor& src);

/// The elements of src, contiguous, are put at the picked ones of dst one after the other, so that of
/// equal positions the last one wins a Write and sums do not depend on the number of threads.
void put(const IndexPlan& plan, const Tensor& dst, const Tensor& src, Combine combine);
void put(const AlongPlan& plan, const Tensor& dst, const Tensor& src, Combine combine);

/// The picked elements of dst get `value`.
void fill_picked(const IndexPlan& plan, const Tensor& dst, const Scalar& value);
void fill_picked(const AlongPlan& plan, const Tensor& dst, const Scalar& value);

/// dst = `value` where mask, src elsewhere. dst may be src; src and mask broadcast to dst.
void masked_fill(const Tensor& dst, const Tensor& src, const Tensor& mask, const Scalar& value);

}  // namespace eigengrad::kernels
