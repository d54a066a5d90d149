#pragma once

#include <string_view>

#include "autograd/meta.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/tensor.hpp"

/// What several families ask of their arguments.
namespace eigengrad {

/// Elements for a kernel to read: no history, no tangent.
inline Tensor plain_row_major(const Tensor& x) {
  const NoGradGuard off;
  const detail::NoTangents plain;
  return x.contiguous().detach();
}

inline void check_real(std::string_view op, const Tensor& x) {
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to(kFloat64)");
}

inline bool given(const OptionalTensor& x) { return x && x->defined(); }

}  // namespace eigengrad
