#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

#include "eigengrad/core/dtype.hpp"

namespace eigengrad {

/// A number with its kind (bool, integer or floating point), as it stands next to a tensor in `x * 2`.
/// Its kind, not its size, takes part in type promotion.
class Scalar {
 public:
  constexpr Scalar() noexcept : Scalar(std::int64_t{0}) {}
  template <Arithmetic T>
  constexpr Scalar(T v) noexcept {  // NOLINT(google-explicit-constructor): numbers are scalars
    if constexpr (std::same_as<T, bool>) {
      type_ = ScalarType::Bool;
      int_ = v ? 1 : 0;
    } else if constexpr (std::is_integral_v<T>) {
      type_ = ScalarType::Int64;
      int_ = static_cast<std::int64_t>(v);
    } else {
      type_ = ScalarType::Float64;
      real_ = static_cast<double>(v);
    }
  }

  /// The kind of the number: Bool, Int64 or Float64.
  constexpr ScalarType type() const noexcept { return type_; }
  constexpr bool isFloatingPoint() const noexcept { return type_ == ScalarType::Float64; }
  /// `includeBool` decides whether a bool counts as an integer.
  constexpr bool isIntegral(bool includeBool = false) const noexcept {
    return type_ == ScalarType::Int64 || (includeBool && isBoolean());
  }
  constexpr bool isBoolean() const noexcept { return type_ == ScalarType::Bool; }

  template <class T>
  constexpr T to() const noexcept {
    if constexpr (std::same_as<T, bool>) {
      return isFloatingPoint() ? real_ != 0 : int_ != 0;
    } else {
      return isFloatingPoint() ? static_cast<T>(real_) : static_cast<T>(int_);
    }
  }
  constexpr double toDouble() const noexcept { return to<double>(); }
  constexpr float toFloat() const noexcept { return to<float>(); }
  constexpr std::int64_t toLong() const noexcept { return to<std::int64_t>(); }
  constexpr int toInt() const noexcept { return to<int>(); }
  constexpr bool toBool() const noexcept { return to<bool>(); }

 private:
  ScalarType type_;
  union {
    double real_;
    std::int64_t int_;
  };
};

EIGENGRAD_API std::ostream& operator<<(std::ostream& os, const Scalar& s);

}  // namespace eigengrad
