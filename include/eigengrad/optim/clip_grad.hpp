#pragma once

#include <vector>

#include "eigengrad/core/config.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// Multiplies the gradients of `parameters` by max_norm / (norm + 1e-6) where that is below 1, norm the
/// `norm_type`-norm of all their elements as one vector (infinity: the largest), and returns the norm.
/// Parameters without a gradient are passed over.
/// Throws: ValueError for a negative or NaN max_norm or norm_type; NumericError, and changes nothing,
/// for a norm that is not finite with `error_if_nonfinite`.
EIGENGRAD_API double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                                     double norm_type = 2, bool error_if_nonfinite = false);
EIGENGRAD_API double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2,
                                     bool error_if_nonfinite = false);

/// Moves every element of the gradients into [-clip_value, clip_value].
/// Throws: ValueError for a negative or NaN clip_value.
EIGENGRAD_API void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
EIGENGRAD_API void clip_grad_value_(const Tensor& parameter, double clip_value);

}  // namespace eigengrad
