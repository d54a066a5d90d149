#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <type_traits>

#include "eigengrad/core/config.hpp"

namespace eigengrad {

/// An arithmetic type of C++, bool and characters included.
template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;

/// Element types, in the order of type promotion.
enum class ScalarType : std::uint8_t { Bool, Int64, Float32, Float64 };
using Dtype = ScalarType;

inline constexpr ScalarType kBool = ScalarType::Bool;
inline constexpr ScalarType kInt64 = ScalarType::Int64;
inline constexpr ScalarType kLong = ScalarType::Int64;
inline constexpr ScalarType kFloat32 = ScalarType::Float32;
inline constexpr ScalarType kFloat = ScalarType::Float32;
inline constexpr ScalarType kFloat64 = ScalarType::Float64;
inline constexpr ScalarType kDouble = ScalarType::Float64;

/// The dtype of new floating-point tensors. Fixed: numerical work on Eigen is done in double.
inline constexpr ScalarType kDefaultDtype = ScalarType::Float64;

constexpr bool is_floating_point(ScalarType t) noexcept { return t >= ScalarType::Float32; }

/// Bytes per element.
constexpr std::int64_t element_size(ScalarType t) noexcept {
  constexpr std::int64_t bytes[] = {1, 8, 4, 8};
  return bytes[static_cast<int>(t)];
}

/// The smaller of the dtypes that can hold both, as in PyTorch: bool < int64 < float32 < float64.
constexpr ScalarType promote_types(ScalarType a, ScalarType b) noexcept { return a < b ? b : a; }

/// Whether a result of dtype `from` may be written into a tensor of dtype `to` (float into int and
/// anything into bool may not).
constexpr bool can_cast(ScalarType from, ScalarType to) noexcept {
  if (is_floating_point(from)) return is_floating_point(to);
  return from <= to;
}

/// The name of a dtype: "float64", "float32", "int64" or "bool".
EIGENGRAD_API std::string_view to_string(ScalarType t) noexcept;
/// Writes the libtorch name of the type: Double, Float, Long or Bool.
EIGENGRAD_API std::ostream& operator<<(std::ostream& os, ScalarType t);

/// The dtype that stores a C++ type.
template <class T>
inline constexpr ScalarType dtype_of = [] {
  static_assert(sizeof(T) == 0, "eigengrad stores float, double, std::int64_t and bool");
  return ScalarType::Bool;
}();
template <>
inline constexpr ScalarType dtype_of<bool> = ScalarType::Bool;
template <>
inline constexpr ScalarType dtype_of<long> = ScalarType::Int64;
template <>
inline constexpr ScalarType dtype_of<long long> = ScalarType::Int64;
template <>
inline constexpr ScalarType dtype_of<float> = ScalarType::Float32;
template <>
inline constexpr ScalarType dtype_of<double> = ScalarType::Float64;

}  // namespace eigengrad
