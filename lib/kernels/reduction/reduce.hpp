#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// Note [Pairwise sums]
/// Sums are formed over blocks of at most 2048 elements, each in the lanes of several registers, and the
/// sums of blocks are added in pairs (Higham, SIAM J. Sci. Comput. 14, 1993: the error grows with
/// log n). Blocks do not depend on the number of threads, and which elements share a SIMD lane only on
/// their number in the block.

/// dst = sum of src over the dimensions where dst has extent 1 and src has not. Same number of
/// dimensions; dst is contiguous; dtypes equal, floating point or int64.
void sum(const Tensor& dst, const Tensor& src);

/// dst = sum() of src over `count`; floating point only.
void mean(const Tensor& dst, const Tensor& src, double count);

/// sum() in which NaN counts as 0.
void nan_sum(const Tensor& dst, const Tensor& src);

/// dst = product, over the same dimensions.
void prod(const Tensor& dst, const Tensor& src);

/// At each element the product of the others of its row (last dimension). Both contiguous.
void products_of_others(const Tensor& dst, const Tensor& src);

/// dst = the largest (or smallest) element over the same dimensions, NaN if there is one. There must be
/// elements.
void extreme(const Tensor& dst, const Tensor& src, bool largest);

/// dst = how many elements are not zero. dst is int64 and contiguous.
void count_nonzero(const Tensor& dst, const Tensor& src);

/// dst = whether any (or all) elements of src over the dimensions where dst has extent 1 are not
/// zero. dst is bool and contiguous.
void any_nonzero(const Tensor& dst, const Tensor& src);
void all_nonzero(const Tensor& dst, const Tensor& src);

}  // namespace eigengrad::kernels
