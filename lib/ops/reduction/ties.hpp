#pragma once

#include <utility>

#include "autograd/forward_mode.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "kernels/reduction/reduce.hpp"
#include "ops/reduction/reduced_dims.hpp"

namespace eigengrad {

/// The derivative of a reduction whose result is one of its elements: the elements equal to the result share the
/// gradient evenly; where the result is NaN, the NaN do.
struct TieSharingDerivative {
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  ReducedDims dims;
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    const auto [mask, count] = ties(x, y);
    return where(mask, dims.spread(dims.cotangent_with_ones(g) / count), 0);
  }
  void lift(std::int64_t lead) { dims.lift(lead); }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    const auto [mask, count] = ties(x, y);
    return dims.without_ones(dims.gathered_with_ones(where(mask, t, 0)) / count);
  }

 private:
  /// Which elements are ties (equal to the result, or NaN), and how many there are.
  std::pair<Tensor, Tensor> ties(const Tensor& x, const Tensor& y) const {
    const detail::Unrecorded unrecorded;
    const Tensor value = dims.with_ones(y);
    Tensor mask = x.eq(value);
    if (const Tensor nan = value.isnan(); nan.any().item<bool>()) mask = mask | (nan & x.isnan());
    const Tensor count = dims.values_with_ones(kernels::count_nonzero, mask, kInt64);
    return {mask, count.to(x.dtype())};
  }
};

}  // namespace eigengrad
