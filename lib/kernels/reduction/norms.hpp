#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

// All functions reduce over the dimensions where dst has extent 1 and src has not. Same number of dimensions
// and floating point dtype; dst is contiguous.

/// dst = (sum of |x|^p)^(1/p): for p = 0 the number of elements that are not zero, for infinity the
/// largest, for -infinity the smallest |x|.
///
/// Note [Scaled norms]
/// Powers are added up unscaled first, in one pass. Where the sum has left the range in which it is
/// exact to rounding, it is formed again of |x| over the largest |x| (the smallest for p < 0).
void norm(const Tensor& dst, const Tensor& src, double p);

/// dst = sum of (x - at)^2 over `divisor`; `at` has the shape of dst.
void squared_deviations(const Tensor& dst, const Tensor& src, const Tensor& at, double divisor = 1);

/// Whether none of these contiguous sums of squares may have overflowed, or lost terms that underflowed.
bool squares_are_exact(const Tensor& sums);

/// dst = log of the sum of exp(x), by way of the largest x.
void log_sum_exp(const Tensor& dst, const Tensor& src);

}  // namespace eigengrad::kernels
