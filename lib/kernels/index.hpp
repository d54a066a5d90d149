#pragma once

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
  std::vector<std::size_t> dims;
  std::vector<Tensor> indices;
  DimVector picked;
  /// Dimensions of the input before and after `picked` in the result.
  std::vector<std::size_t> before;
  std::vector<std::size_t> after;
  DimVector result_sizes;
};

/// Brings negative indices, which count from the end of `extent`, in place to the range from 0.
/// Returns one that is out of range, or 0.
std::int64_t wrap_indices(const Tensor& indices, std::int64_t extent);

/// The positions of the true elements of a bool tensor, one int64 tensor per dimension.
std::vector<Tensor> true_positions(const Tensor& mask);

/// dst, contiguous, gets the picked elements of src.
void index_gather(const IndexPlan& plan, const Tensor& dst, const Tensor& src);
/// The picked elements of dst get those of src, contiguous; of equal positions the last one wins.
void index_write(const IndexPlan& plan, const Tensor& dst, const Tensor& src);
/// The elements of src, contiguous, are added to the picked ones of dst, in order.
void index_add(const IndexPlan& plan, const Tensor& dst, const Tensor& src);

}  // namespace eigengrad::kernels
