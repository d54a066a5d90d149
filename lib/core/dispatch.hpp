#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/fail.hpp"
#include "eigengrad/core/dtype.hpp"

namespace eigengrad::detail {

/// Calls `f(std::type_identity<T>())` with the C++ type that stores `dtype`.
template <class F>
decltype(auto) dispatch(ScalarType dtype, F&& f) {
  switch (dtype) {
    case ScalarType::Bool:
      return std::forward<F>(f)(std::type_identity<bool>());
    case ScalarType::Int64:
      return std::forward<F>(f)(std::type_identity<std::int64_t>());
    case ScalarType::Float32:
      return std::forward<F>(f)(std::type_identity<float>());
    case ScalarType::Float64:
      break;
  }
  return std::forward<F>(f)(std::type_identity<double>());
}

/// Calls f with the type of a floating point dtype; other dtypes are refused in the name of `op`.
template <class F>
decltype(auto) dispatch_floating(std::string_view op, ScalarType dtype, F&& f) {
  if (!is_floating_point(dtype))
    fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(dtype),
                     "; convert it with to()");
  if (dtype == ScalarType::Float32) return std::forward<F>(f)(std::type_identity<float>());
  return std::forward<F>(f)(std::type_identity<double>());
}

}  // namespace eigengrad::detail
