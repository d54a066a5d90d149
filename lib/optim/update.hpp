#pragma once

#include <cstdint>

#include "core/dispatch.hpp"
#include "eigengrad/core/tensor.hpp"
#include "optim/report.hpp"

namespace eigengrad::optim {

/// Changes `p` by one pass over memory: calls `f(std::type_identity<T>(), p, g, n)` with the
/// elements of the parameter and of its gradient in row-major order. One pass is what makes these
/// optimisers cheap: in operators, Adam would read and write its four arrays about ten times.
template <class F>
void update_in_place(const Tensor& p, F&& f) {
  const Tensor run = p.contiguous();
  const Tensor grad = p.grad().contiguous();
  const auto call = [&]<class T>(std::type_identity<T> type) {
    f(type, run.data_ptr<T>(), static_cast<const T*>(grad.data_ptr<T>()), run.numel());
  };
  if (p.dtype() == kFloat32)
    call(std::type_identity<float>());
  else
    call(std::type_identity<double>());
  if (run.is_same(p))
    p.impl()->storage().bump_version();
  else
    Tensor(p).copy_(run);
}

}  // namespace eigengrad::optim
