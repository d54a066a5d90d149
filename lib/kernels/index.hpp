#pragma once

#include <memory>
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
  /// The indexed dimensions, and for each the indices from 0, row-major in the shape `picked`.
  std::vector<std::size_t> dims;
  std::vector<std::vector<std::int64_t>> indices;
  DimVector picked;
  /// Dimensions of the input before and after `picked` in the result.
  std::vector<std::size_t> before;
  std::vector<std::size_t> after;
  DimVector result_sizes;
};

/// dst, contiguous, gets the picked elements of src.
void index_gather(const IndexPlan& plan, const Tensor& dst, const Tensor& src);
/// The picked elements of dst get those of src, contiguous; of equal positions the last one wins.
void index_write(const IndexPlan& plan, const Tensor& dst, const Tensor& src);
/// The elements of src, contiguous, are added to the picked ones of dst, in order.
void index_add(const IndexPlan& plan, const Tensor& dst, const Tensor& src);

}  // namespace eigengrad::kernels
