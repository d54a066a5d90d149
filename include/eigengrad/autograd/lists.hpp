#pragma once

#include <concepts>
#include <tuple>
#include <utility>

#include "eigengrad/autograd/node.hpp"

/// Turns what a user's function returns (a Tensor, a variable_list, or a tuple, pair or array of Tensors)
/// into a list.
namespace eigengrad::detail {

using autograd::variable_list;

template <class T>
concept TupleLike = !std::convertible_to<T, Tensor> && requires {
  std::tuple_size<T>::value;
};

inline variable_list as_list(Tensor t) {
  variable_list list;
  list.push_back(std::move(t));
  return list;
}
inline variable_list as_list(variable_list list) { return list; }
template <TupleLike T>
variable_list as_list(T results) {
  return std::apply([](auto&... t) { return variable_list{Tensor(std::move(t))...}; }, results);
}

/// Converts from the list to the type that the user's function returned.
template <class Result>
Result from_list(variable_list&& list) {
  if constexpr (std::same_as<Result, Tensor>)
    return std::move(list.front());
  else if constexpr (std::same_as<Result, variable_list>)
    return std::move(list);
  else
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return Result{std::move(list[I])...};
    }
  (std::make_index_sequence<std::tuple_size_v<Result>>());
}

}  // namespace eigengrad::detail
