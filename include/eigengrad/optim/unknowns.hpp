#pragma once

#include <tuple>
#include <utility>
#include <vector>

#include "eigengrad/core/eigen.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"

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

/// Turns results from tensors into Eigen types, for unknowns of an Eigen type; empty where undefined.
template <class Derived>
class EigenResults {
 public:
  using Value = typename Derived::Scalar;
  using Point = typename Derived::PlainObject;
  using Vector = Eigen::Matrix<Value, Eigen::Dynamic, 1>;
  using Matrix = Eigen::Matrix<Value, Eigen::Dynamic, Eigen::Dynamic>;

  explicit EigenResults(const Eigen::DenseBase<Derived>& x0) : x0_(x0) {}

  /// Elements of `t` in the Eigen type and the shape of the unknowns.
  Point point(const Tensor& t) const {
    return t.defined() ? Point(eigengrad::detail::eigen_like(t, x0_)) : Point();
  }
  static Vector vector(const Tensor& t) {
    return t.defined() ? eigengrad::detail::eigen_of<Vector>(t, t.numel(), 1) : Vector();
  }
  static Matrix matrix(const Tensor& t) {
    return t.defined() ? eigengrad::detail::eigen_of<Matrix>(t, t.size(0), t.size(1)) : Matrix();
  }

 private:
  const Eigen::DenseBase<Derived>& x0_;
};

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
