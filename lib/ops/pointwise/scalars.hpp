#pragma once

#include "autograd/elementwise.hpp"

/// Note [Scalars as operands]
/// A scalar beside a tensor of floating point is a parameter of the rule and not a tensor: there is no
/// operand to allocate, to broadcast, or to sum a gradient to. The node still has the edge to nowhere
/// that PyTorch's has for the scalar. Beside integers, where the scalar takes part in the choice of
/// the dtype, it is wrapped in a tensor.
namespace eigengrad {

struct AddScalar : autograd::Unary<"add"> {
  static constexpr auto scalar = autograd::ScalarOperand::After;
  double b;
  auto value(const auto& x) const { return x + b; }
  static auto derivative(math::Unused) { return math::One{}; }
};

struct SubScalar : autograd::Unary<"sub"> {
  static constexpr auto scalar = autograd::ScalarOperand::After;
  double b;
  auto value(const auto& x) const { return x - b; }
  static auto derivative(math::Unused) { return math::One{}; }
};

struct ScalarSub : autograd::Unary<"sub"> {
  static constexpr auto scalar = autograd::ScalarOperand::Before;
  double a;
  auto value(const auto& x) const { return a - x; }
  static auto derivative(math::Unused) { return -1; }
};

struct MulScalar : autograd::Unary<"mul"> {
  static constexpr auto scalar = autograd::ScalarOperand::After;
  static constexpr bool scalar_is_saved = true;
  double b;
  auto value(const auto& x) const { return x * b; }
  auto derivative(math::Unused) const { return b; }
};

struct DivScalar : autograd::Unary<"div"> {
  static constexpr auto scalar = autograd::ScalarOperand::After;
  static constexpr bool scalar_is_saved = true;
  double b;
  auto value(const auto& x) const { return x / b; }
  auto derivative(math::Unused) const { return math::over(b); }
};

}  // namespace eigengrad
