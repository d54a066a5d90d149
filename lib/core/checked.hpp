#pragma once

#include <cstdint>
#include <string_view>

#include "core/fail.hpp"
#include "eigengrad/core/array_ref.hpp"
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

/// The number of elements of a tensor of extents `sizes`.
/// Throws: ShapeError when an extent is negative, or the product of those that are not 0 does not fit.
std::int64_t checked_numel(std::string_view op, IntArrayRef sizes);

/// The bytes of that many elements in a row.
/// Throws: as checked_numel(); ShapeError when the machine has less memory.
std::int64_t checked_bytes(std::string_view op, ScalarType dtype, IntArrayRef sizes);

/// The bytes from the first to the end of the last element that a geometry reaches; strides are not negative.
/// Throws: as checked_numel(); ShapeError when they do not fit.
std::int64_t checked_span(std::string_view op, ScalarType dtype, IntArrayRef sizes,
                          IntArrayRef strides);

/// Throws: ShapeError when `count` objects of `bytes` each are more than the machine has memory for.
void check_memory(std::string_view op, std::int64_t count, std::int64_t bytes);

}  // namespace eigengrad::detail
