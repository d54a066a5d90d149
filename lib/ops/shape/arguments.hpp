#pragma once

#include <string_view>

#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/tensor.hpp"
#include "kernels/base/copy.hpp"

/// Arguments in the form that kernels of several families ask for.
namespace eigengrad {

/// `x` itself if it is row-major and contiguous, otherwise an unrecorded copy that is; for a kernel to read.
inline Tensor row_major(const Tensor& x) {
  if (x.is_contiguous()) return x;
  Tensor y = detail::uninitialised(x.dtype(), x.sizes());
  kernels::copy(y, x);
  return y;
}
/// row_major() of x, detached from the graph and without a tangent: to be saved, or to compute with.
inline Tensor plain_row_major(const Tensor& x) { return row_major(x).detach(); }

inline void check_real(std::string_view op, const Tensor& x) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to(kFloat64)");
}

inline bool given(const OptionalTensor& x) { return x && x->defined(); }

}  // namespace eigengrad
