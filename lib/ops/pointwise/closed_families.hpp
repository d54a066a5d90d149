#pragma once

#include <concepts>

#include "autograd/elementwise.hpp"

namespace eigengrad::math {

/// The elementwise operator `op` in a rule: computed over packs, recorded over tensors. Families that
/// are closed under differentiation state their derivatives as other members of the family.
template <class Op, class... X>
auto evaluate(const Op& op, const X&... x) {
  if constexpr ((std::same_as<X, Tensor> && ...))
    return autograd::apply(op, x...);
  else
    return op.value(x...);
}

}  // namespace eigengrad::math
