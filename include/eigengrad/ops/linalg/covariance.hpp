#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// Covariances of the rows of x, whose columns are observations, over n - correction. `fweights` says
/// how often each observation is counted, `aweights` how much it weighs; differentiable in that too.
/// Integers are converted to float64.
/// Shapes: (r, n) to (r, r); one row, also without its dimension, to a tensor without dimensions.
/// At the edge: not finite, with a warning, when n <= correction.
/// Throws: ShapeError for more than two dimensions, and unless weights are one for each observation;
/// DtypeError for bool, and unless fweights are integers and aweights floating point; ValueError for
/// negative weights, or a sum of 0.
/// See also: corrcoef() for correlations.
EIGENGRAD_API Tensor cov(const Tensor& x, std::int64_t correction = 1,
                         const OptionalTensor& fweights = {}, const OptionalTensor& aweights = {});
/// Correlations of the rows of x: cov over both standard deviations, in [-1, 1].
/// At the edge: NaN for a row that is constant.
EIGENGRAD_API Tensor corrcoef(const Tensor& x);

}  // namespace eigengrad
