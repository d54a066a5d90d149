#pragma once

#include "autograd/elementwise.hpp"
#include "autograd/structural.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/loops.hpp"
#include "kernels/base/parallel.hpp"

namespace eigengrad::autograd {

inline constexpr std::size_t kMaxArity = 3;

/// Runs `kernel` over `n` operands, the result first, that broadcast to `sizes`.
inline void run(const kernels::BlockKernel kernel, const void* op,
                const detail::TensorImpl* const* operands, int n, IntArrayRef sizes) {
  const std::int64_t numel = operands[0]->numel();
  std::byte* at[kernels::kMaxOperands];
  bool direct = numel <= kernels::kGrain;
  for (int k = 0; k < n; ++k) {
    at[k] = operands[k]->bytes();
    direct = direct && operands[k]->is_contiguous() && operands[k]->numel() == numel;
  }
  if (direct) {
    kernel(op, at, numel);
    return;
  }
  std::int64_t strides[kernels::kMaxOperands][detail::kMaxDim];
  kernels::Operand loop[kernels::kMaxOperands];
  for (int k = 0; k < n; ++k) {
    kernels::broadcast_strides(operands[k]->sizes(), operands[k]->strides(), sizes, strides[k]);
    loop[k] = {operands[k]->bytes(), element_size(operands[k]->dtype()), strides[k]};
  }
  kernels::run_elementwise(sizes, loop, n, 1, kernel, op);
}

/// A derivative along `like`, which has no elements: a rule would divide by what broadcasts against it,
/// which may be 0.
inline Tensor derivative_of_nothing(const Tensor& like, TensorList of) {
  return constant_in(detail::uninitialised(like.dtype(), like.sizes()), of);
}

/// The tangent of the result `y` of a call on `at`: derivatives times tangents of the inputs.
Tensor push_forward(const ElementwiseInfo& info, const void* op, const Tensor* const* at,
                    const Tensor& y);

}  // namespace eigengrad::autograd
