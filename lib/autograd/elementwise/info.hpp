#pragma once

#include <cstddef>
#include <cstdint>

#include "eigengrad/core/tensor.hpp"
#include "kernels/base/loops.hpp"

namespace eigengrad::autograd {

/// Where a scalar operand that the rule keeps as a number stands: After the tensor as in x - b, Before it as in a - x.
/// None: the rule has no such scalar. See Note [Scalars as operands] in ops/pointwise/scalars.hpp.
enum class ScalarOperand : std::uint8_t { None, Before, After };

/// What the elementwise kind knows of one operator: compiled kernels and the recorded form of its
/// derivatives.
struct ElementwiseInfo {
  using Rule = Tensor (*)(const void* op, int input, const Tensor& g, const Tensor* inputs,
                          const Tensor& output);
  const char* node_name;  // "MulBackward0"
  const char* op_name;    // "mul"
  int arity;
  bool first_is_mask;
  bool integers;  // also defined on int64 (and, through it, on bool unless `no_bool`)
  bool no_bool;
  ScalarOperand scalar;
  /// Whether PyTorch's node saves the scalar, so that a released node refuses a second pass.
  bool scalar_is_saved;
  /// Whether gradients of a rule that chooses between constants are recorded as no function of the
  /// inputs, as PyTorch has it for some.
  bool gradient_is_constant;
  /// By dtype: none for bool, int64, float32, float64.
  kernels::BlockKernel value[4];
  /// derivative times cotangent: [input][float32, float64]; operands: result, g, used inputs, output.
  kernels::BlockKernel pullback[3][2];
  /// Bits of the inputs (1, 2, 4) and the output (8) that a derivative looks at.
  unsigned used[3];
  /// Whether a derivative is 1, so that the cotangent passes on unchanged.
  bool passes_on[3];
  /// Whether a derivative is a number that the cotangent is multiplied by: not a divisor, nor 0 by a mask.
  bool is_factor[3];
  Rule rule;
  /// Of one input, where the derivative looks at it but can be had from the output as well: from that, for
  /// calls whose input was written to since. See Note [Elementwise rules].
  kernels::BlockKernel pullback_at_output[2];
  Rule rule_at_output;
};

inline constexpr unsigned kOutputBit = 8;
inline constexpr std::size_t kOpBytes = 24;

}  // namespace eigengrad::autograd
