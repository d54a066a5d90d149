#pragma once

#include "autograd/elementwise.hpp"

/// Note [Numbers as operands]
/// A number beside a tensor of floating point is a parameter of the rule and not a tensor: there is no
/// operand to allocate, to broadcast, or to sum a gradient to. The node still has the edge to nowhere
/// that PyTorch's has for the number. Beside integers, where the number takes part in the choice of
/// the dtype, it is wrapped in a tensor.
namespace eigengrad {

struct AddNumber {
  static constexpr int arity = 1;
  static constexpr auto node_name = "AddBackward0";
  static constexpr auto op_name = "add";
  static constexpr auto number = autograd::Number::After;
  double b;
  template <class X>
  X value(const X& x) const {
    return x + X(b);
  }
  static auto slope(math::Unused) { return math::One{}; }
};

struct SubNumber {
  static constexpr int arity = 1;
  static constexpr auto node_name = "SubBackward0";
  static constexpr auto op_name = "sub";
  static constexpr auto number = autograd::Number::After;
  double b;
  template <class X>
  X value(const X& x) const {
    return x - X(b);
  }
  static auto slope(math::Unused) { return math::One{}; }
};

struct NumberSub {
  static constexpr int arity = 1;
  static constexpr auto node_name = "SubBackward0";
  static constexpr auto op_name = "sub";
  static constexpr auto number = autograd::Number::Before;
  double a;
  template <class X>
  X value(const X& x) const {
    return X(a) - x;
  }
  static auto slope(math::Unused) { return -1; }
};

struct MulNumber {
  static constexpr int arity = 1;
  static constexpr auto node_name = "MulBackward0";
  static constexpr auto op_name = "mul";
  static constexpr auto number = autograd::Number::After;
  static constexpr bool number_is_saved = true;
  double b;
  template <class X>
  X value(const X& x) const {
    return x * X(b);
  }
  auto slope(math::Unused) const { return b; }
};

struct DivNumber {
  static constexpr int arity = 1;
  static constexpr auto node_name = "DivBackward0";
  static constexpr auto op_name = "div";
  static constexpr auto number = autograd::Number::After;
  static constexpr bool number_is_saved = true;
  double b;
  template <class X>
  X value(const X& x) const {
    return x / X(b);
  }
  auto slope(math::Unused) const { return math::over(b); }
};

}  // namespace eigengrad
