#pragma once

#include "autograd/elementwise.hpp"

namespace eigengrad::autograd {

/// a + b, as an elementwise operator: gradients are accumulated by it, and eigengrad::add() records it.
struct Add : Binary<"add"> {
  static constexpr bool on_integers = true;
  static auto value(const auto& a, const auto& b) { return a + b; }
  static auto derivative_a(math::Unused, math::Unused, math::Unused) { return math::One{}; }
  static auto derivative_b(math::Unused, math::Unused, math::Unused) { return math::One{}; }
};

}  // namespace eigengrad::autograd
