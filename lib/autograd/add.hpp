#pragma once

#include "autograd/elementwise.hpp"

namespace eigengrad::autograd {

/// The sum, which gradients meet in; ops/pointwise/arithmetic.cpp uses the same.
struct Add : Binary<"add"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& a, const auto& b) { return a + b; }
  static auto slope_a(math::Unused, math::Unused, math::Unused) { return math::One{}; }
  static auto slope_b(math::Unused, math::Unused, math::Unused) { return math::One{}; }
};

}  // namespace eigengrad::autograd
