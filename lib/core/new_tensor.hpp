#pragma once

#include <string_view>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::detail {

/// Row-major memory whose elements are to be written, tracked by nothing.
inline Tensor uninitialised(ScalarType dtype, IntArrayRef sizes) {
  return Tensor::adopt(TensorImpl::create(dtype, sizes));
}

/// Throws: DtypeError when `o` asks for a gradient that `dtype` cannot have.
void check_may_require_grad(std::string_view op, ScalarType dtype, const TensorOptions& o);

/// Uninitialised row-major memory, tracked when `o` says so. `op` names the caller in messages; the
/// dtype in `o` is not looked at.
/// Throws: ShapeError for a negative extent; DtypeError when `o` asks for a gradient that `dtype` cannot have.
Tensor new_tensor(std::string_view op, IntArrayRef sizes, ScalarType dtype, const TensorOptions& o);

/// Uninitialised memory, tracked when `o` says so, with the extents of `like`, its dtype unless `o` names one,
/// and its dimensions in the order that they have in memory there (row-major for an expanded tensor).
Tensor new_tensor_like(std::string_view op, const Tensor& like, const TensorOptions& o);

}  // namespace eigengrad::detail
