#pragma once

#include <cstdint>
#include <string_view>

#include "core/fail.hpp"
#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/core/config.hpp"
#include "eigengrad/core/dtype.hpp"

namespace eigengrad::detail {

/// Note [Sizes that fit]
/// Of every tensor the product of the extents that are not 0 fits in an int64, and so does the distance in
/// bytes that its strides span: TensorImpl refuses to be made otherwise. So products of a tensor's own
/// extents, and offsets within it, need no check. What is computed from numbers that a caller gives
/// goes through the functions below.

[[noreturn]] void fail_overflow(std::string_view op, std::int64_t a, const char* sign,
                                std::int64_t b);

/// a + b and a * b. Throws: ShapeError when the result does not fit in an int64.
inline std::int64_t checked_add(std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) fail_overflow(op, a, " + ", b);
  return sum;
}
inline std::int64_t checked_sub(std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) fail_overflow(op, a, " - ", b);
  return difference;
}
inline std::int64_t checked_mul(std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) fail_overflow(op, a, " * ", b);
  return product;
}

[[noreturn]] void fail_numel(std::string_view op, IntArrayRef sizes);
/// The full check of `numel` and `dtype`, after the inline test has not shown that they are harmless.
void check_bytes(std::string_view op, ScalarType dtype, IntArrayRef sizes, std::int64_t numel);

/// The number of elements of a tensor of extents `sizes`.
/// Throws: ShapeError when an extent is negative, or the product of those that are not 0 does not fit.
inline std::int64_t checked_numel(std::string_view op, IntArrayRef sizes) {
  std::int64_t numel = 1;
  bool empty = false;
  for (const std::int64_t n : sizes) {
    empty = empty || n == 0;
    if (EIGENGRAD_UNLIKELY(n < 0 || __builtin_mul_overflow(numel, n == 0 ? 1 : n, &numel)))
      fail_numel(op, sizes);
  }
  return empty ? 0 : numel;
}

/// The bytes of `numel` contiguous elements.
/// Throws: as checked_numel(); DtypeError for a dtype that there is not; ShapeError when the machine has
/// less memory.
inline std::int64_t checked_bytes(std::string_view op, ScalarType dtype, IntArrayRef sizes) {
  constexpr std::int64_t kModest = std::int64_t{1} << 27;
  const std::int64_t numel = checked_numel(op, sizes);
  const bool harmless = numel <= kModest && dtype <= ScalarType::Float64;
  if (EIGENGRAD_UNLIKELY(!harmless)) check_bytes(op, dtype, sizes, numel);
  return numel * element_size(dtype);
}

/// The bytes from the first to the end of the last element that a geometry reaches; strides are not negative.
/// Throws: as checked_numel(); ShapeError when they do not fit.
std::int64_t checked_span(std::string_view op, ScalarType dtype, IntArrayRef sizes,
                          IntArrayRef strides);

/// Throws: ShapeError when `count` objects of `bytes` each are more than the machine has memory for.
void check_memory(std::string_view op, std::int64_t count, std::int64_t bytes);

}  // namespace eigengrad::detail
