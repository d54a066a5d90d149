#pragma once

#include <string_view>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// The lower factor, unrecorded.
/// Throws: NumericError unless positive-definite; ShapeError; DtypeError.
Tensor factor_checked(std::string_view op, const Tensor& a);

/// A copy of that factor, recorded as a function of `a`.
Tensor lower_from(const Tensor& a, const Tensor& l);

}  // namespace eigengrad
