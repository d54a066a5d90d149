#pragma once

#include <string_view>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::autograd {

/// The shape that both broadcast to.
/// Throws: ShapeError when an extent differs and neither is 1.
DimVector broadcast_shapes(std::string_view op, IntArrayRef a, IntArrayRef b);

/// Whether two indices may refer to the same element. May return true although none do.
bool may_overlap(IntArrayRef sizes, IntArrayRef strides);

/// The offset one past the last element that the geometry reaches.
std::int64_t reach(IntArrayRef sizes, IntArrayRef strides) noexcept;

/// The dtype of a result: the highest category decides (bool < int < float), within it tensors with
/// dimensions before those without, and both before scalars.
ScalarType result_type(const Tensor* const* inputs, std::size_t n);

/// A scalar as a tensor without dimensions that counts as a scalar in type promotion, in the dtype that it
/// will have next to `like`.
Tensor wrapped_scalar(const Scalar& value, const Tensor& like);

/// Throws: DtypeError when a result of dtype `result` may not be written into a tensor of `written`.
void check_result_fits(std::string_view op, ScalarType result, ScalarType written);

}  // namespace eigengrad::autograd
