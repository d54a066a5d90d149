#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "eigengrad/core/eigen.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad::optim::detail {

/// Tensors of one dtype as one vector, and a vector as tensors shaped as `like`: views of it, recorded.
/// Throws: ValueError for no tensor at all; DtypeError where dtypes differ.
EIGENGRAD_API Tensor packed(const std::vector<Tensor>& parts);
EIGENGRAD_API std::vector<Tensor> unpacked(const Tensor& vector, const std::vector<Tensor>& like);

template <class... Parts>
std::vector<Tensor> list_of(const std::tuple<Parts...>& parts) {
  return std::apply([](const auto&... part) { return std::vector<Tensor>{part...}; }, parts);
}
template <class... Parts>
std::tuple<Parts...> tuple_of(const std::vector<Tensor>& list) {
  const auto take = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tuple<Parts...>(list[I]...);
  };
  return take(std::index_sequence_for<Parts...>());
}

// What the reports of results print, from tensors and Eigen alike.

inline bool has_elements(const Tensor& t) { return t.defined() && t.numel() > 0; }
template <class Derived>
bool has_elements(const Eigen::DenseBase<Derived>& m) {
  return m.size() > 0;
}

inline Tensor as_doubles(const Tensor& t) { return t.detach().to(kFloat64).contiguous(); }
inline Tensor as_doubles(const std::vector<Tensor>& parts) { return as_doubles(packed(parts)); }
template <class... Parts>
Tensor as_doubles(const std::tuple<Parts...>& parts) {
  return as_doubles(list_of(parts));
}
template <class Derived>
Tensor as_doubles(const Eigen::DenseBase<Derived>& m) {
  return from_eigen(m, dtype(kFloat64));
}

}  // namespace eigengrad::optim::detail
