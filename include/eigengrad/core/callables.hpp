#pragma once

#include <type_traits>
#include <utility>

#include "eigengrad/core/error.hpp"

namespace eigengrad::detail {

/// A callable object that may be empty: a std::function or a pointer.
template <class F>
concept MayBeEmpty = std::is_pointer_v<std::remove_cvref_t<F>> ||
    requires(const std::remove_cvref_t<F>& f) {
  typename std::remove_cvref_t<F>::result_type;
  f == nullptr;
};

/// Throws: ValueError when `f` is an empty std::function or a null pointer.
template <class F>
void require_callable(const char* op, const F& f) {
  if constexpr (MayBeEmpty<F>)
    if (f == nullptr) throw_empty_function(op);
}

}  // namespace eigengrad::detail
