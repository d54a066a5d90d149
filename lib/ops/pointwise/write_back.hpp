#pragma once

#include <string_view>

#include "autograd/shapes.hpp"
#include "autograd/structural.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// An in-place operator without a kernel of its own: `self` takes the elements of its result.
/// Throws: DtypeError when the dtype of `y` does not fit.
inline Tensor& write_back(std::string_view op, Tensor& self, const Tensor& y) {
  autograd::check_result_fits(op, y.dtype(), self.dtype());
  return self.copy_(y);
}

/// `x` in memory that a write to `self` does not change, recorded, for what the gradient needs.
inline Tensor kept_apart(const Tensor& x, const Tensor& self) {
  const bool shares =
      x.defined() && self.defined() && &x.impl()->storage() == &self.impl()->storage();
  return shares ? autograd::copy_row_major(x) : x;
}

}  // namespace eigengrad
