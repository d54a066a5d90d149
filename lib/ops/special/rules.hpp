#pragma once

#include "ops/pointwise/closed_families.hpp"
#include "ops/pointwise/rule_math.hpp"

/// What rules of special functions are written with.
namespace eigengrad::special_rules {

using kernels::Pack;

/// f of the elements, in double; there is no precise and faster way in float.
template <class F, std::floating_point T, std::same_as<Pack<T>>... X>
Pack<T> in_double(F f, Pack<T> x, X... rest) {
  constexpr std::size_t arity = 1 + sizeof...(X);
  T buffer[arity][static_cast<std::size_t>(Pack<T>::size)];
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    x.store(buffer[0]);
    (rest.store(buffer[I + 1]), ...);
  }
  (std::index_sequence_for<X...>());
  for (int i = 0; i < Pack<T>::size; ++i)
    buffer[0][i] = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return static_cast<T>(f(static_cast<double>(buffer[I][i])...));
    }
  (std::make_index_sequence<arity>());
  return Pack<T>::load(buffer[0]);
}

}  // namespace eigengrad::special_rules
