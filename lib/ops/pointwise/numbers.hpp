#pragma once

#include "autograd/elementwise.hpp"

/// Note [Numbers as operands]
/// A number beside a tensor of floating point is a parameter of the rule and not a tensor: there is no
/// operand to allocate, to broadcast, or to sum a gradient to. The node still has the edge to nowhere
/// that PyTorch's has for the number. Beside integers, where the number takes part in the choice of
/// the dtype, it is wrapped in a tensor.
namespace eigengrad {

struct AddNumber : autograd::Unary<"add"> {
  static constexpr auto number = autograd::Number::After;
  double b;
  auto value(const auto& x) const { return x + b; }
  static auto slope(math::Unused) { return math::One{}; }
};

struct SubNumber : autograd::Unary<"sub"> {
  static constexpr auto number = autograd::Number::After;
  double b;
  auto value(const auto& x) const { return x - b; }
  static auto slope(math::Unused) { return math::One{}; }
};

struct NumberSub : autograd::Unary<"sub"> {
  static constexpr auto number = autograd::Number::Before;
  double a;
  auto value(const auto& x) const { return a - x; }
  static auto slope(math::Unused) { return -1; }
};

struct MulNumber : autograd::Unary<"mul"> {
  static constexpr auto number = autograd::Number::After;
  static constexpr bool number_is_saved = true;
  double b;
  auto value(const auto& x) const { return x * b; }
  auto slope(math::Unused) const { return b; }
};

struct DivNumber : autograd::Unary<"div"> {
  static constexpr auto number = autograd::Number::After;
  static constexpr bool number_is_saved = true;
  double b;
  auto value(const auto& x) const { return x / b; }
  auto slope(math::Unused) const { return math::over(b); }
};

}  // namespace eigengrad
