#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// How tensors are written. The text is that of Python's PyTorch with float64 as the default dtype:
/// `tensor([1., 2.], dtype=torch.float32, grad_fn=<MulBackward0>)`.
struct PrintOptions {
  /// Digits after the decimal point.
  int precision = 4;
  /// Tensors of more elements are shortened to their edges.
  std::int64_t threshold = 1000;
  /// Elements shown at each end of a shortened dimension.
  std::int64_t edgeitems = 3;
  /// Characters after which a line is broken.
  int linewidth = 80;
  /// Powers of ten: always, never, or where the values call for them: integers when the largest
  /// magnitude is above 1e8 or above 1000 times the smallest, others also when that is below 1e-4.
  optional<bool> sci_mode = nullopt;

  /// The named sets "default", "short" (2 digits, 2 edge items) and "full" (never shortened).
  /// Throws: ValueError for another name.
  EIGENGRAD_API static PrintOptions profile(std::string_view name);
};

/// Sets how all threads write tensors.
/// Throws: ValueError when precision is not in 0..100, or threshold is negative, or edgeitems or
/// linewidth is not positive.
EIGENGRAD_API void set_print_options(const PrintOptions& options);
EIGENGRAD_API PrintOptions get_print_options();

/// The text of `t`, whatever the options in force. Records nothing; an undefined tensor is written
/// `tensor(undefined)`. Throws: what set_print_options() throws.
EIGENGRAD_API std::string to_string(const Tensor& t, const PrintOptions& options);

}  // namespace eigengrad
