#pragma once

#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/core/dtype.hpp"

namespace eigengrad {

/// What a factory is asked for besides the extents. Unset fields take the factory's default.
class TensorOptions {
 public:
  constexpr TensorOptions() noexcept = default;
  constexpr TensorOptions(ScalarType t) noexcept : dtype_(t) {}

  [[nodiscard]] constexpr TensorOptions dtype(optional<ScalarType> t) const noexcept {
    TensorOptions r = *this;
    r.dtype_ = t;
    return r;
  }
  [[nodiscard]] constexpr TensorOptions requires_grad(optional<bool> on) const noexcept {
    TensorOptions r = *this;
    r.requires_grad_ = on;
    return r;
  }

  constexpr ScalarType dtype() const noexcept { return dtype_.value_or(kDefaultDtype); }
  constexpr bool has_dtype() const noexcept { return dtype_.has_value(); }
  constexpr optional<ScalarType> dtype_opt() const noexcept { return dtype_; }
  constexpr bool requires_grad() const noexcept { return requires_grad_.value_or(false); }
  constexpr bool has_requires_grad() const noexcept { return requires_grad_.has_value(); }

 private:
  optional<ScalarType> dtype_;
  optional<bool> requires_grad_;
};

constexpr TensorOptions dtype(ScalarType t) noexcept { return TensorOptions(t); }
constexpr TensorOptions requires_grad(bool on = true) noexcept {
  return TensorOptions().requires_grad(optional<bool>(on));
}

}  // namespace eigengrad
