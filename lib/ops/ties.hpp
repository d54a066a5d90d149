#pragma once

#include <utility>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "eigengrad/ops/compare.hpp"
#include "kernels/reduce.hpp"
#include "ops/reduce.hpp"

namespace eigengrad {

/// The derivative of a reduction that picks one of its elements: those equal to the result share
/// evenly, as do the NaN when it is one.
struct SharedByTies {
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  DimVector input;
  DimVector kept_one;
  DimVector result;
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor& y) const {
    const auto [mask, count] = ties(x, y);
    return where(mask, spread(g.reshape(kept_one) / count, kept_one, input), 0);
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor& y) const {
    const auto [mask, count] = ties(x, y);
    return (autograd::sum_to(where(mask, t, 0), kept_one) / count).reshape(result);
  }

 private:
  /// Which elements share, and how many they are.
  std::pair<Tensor, Tensor> ties(const Tensor& x, const Tensor& y) const {
    const NoGradGuard off;
    const detail::NoTangents plain;
    const Tensor value = y.reshape(kept_one);
    Tensor mask = x.eq(value);
    if (const Tensor nan = value.isnan(); nan.any().item<bool>()) mask = mask | (nan & x.isnan());
    const Tensor count = reduced(kernels::count_nonzero, mask, kInt64, kept_one, kept_one);
    return {mask, count.to(x.dtype())};
  }
};

}  // namespace eigengrad
