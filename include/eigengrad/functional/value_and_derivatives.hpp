#pragma once

#include <tuple>
#include <utility>

#include "eigengrad/functional/jacobian.hpp"

namespace eigengrad {

namespace detail {

/// The blocks by a single argument.
inline variable_list by_first_argument(DerivativeBlocks&& blocks) {
  variable_list per_output;
  per_output.reserve(blocks.size());
  for (variable_list& block : blocks) per_output.push_back(std::move(block[0]));
  return per_output;
}

/// A Jacobian as a matrix: a row per element of the value, a column per element of the Eigen vector `x`.
template <class X>
auto eigen_jacobian(const Tensor& j, const Eigen::DenseBase<X>& x) {
  using Out = Eigen::Matrix<typename X::Scalar, Eigen::Dynamic, X::SizeAtCompileTime>;
  Eigen::Index rows = 1;
  for (std::int64_t d = 0; d + 1 < j.dim(); ++d) rows *= static_cast<Eigen::Index>(j.size(d));
  return eigen_of<Out>(j, rows, x.size());
}

template <class X>
auto eigen_hessian(const Tensor& h, const Eigen::DenseBase<X>& x) {
  constexpr int n = X::SizeAtCompileTime;
  return eigen_of<Eigen::Matrix<typename X::Scalar, n, n>>(h, x.size(), x.size());
}

template <class X>
typename X::Scalar eigen_scalar(const Tensor& t) {
  return static_cast<typename X::Scalar>(t.template item<double>());
}

template <class F, class X>
Derivatives hessian_on_eigen(std::string_view op, F& f, const Eigen::DenseBase<X>& x,
                             const FunctionalOptions& options) {
  check_is_vector<X>();
  return value_and_hessian(op, erase_on_tensor(f), as_list(tensor_of(x)), options);
}

}  // namespace detail

// Derivatives with what is computed on the way to them, so that `f` is not evaluated once more for its value:
// `auto [v, j] = value_and_jacobian(f, x);`. Recorded or constant as the derivatives are.

/// The value of `f` at `x`, and its Jacobian.
///
/// Shapes: as jacobian(), which also says what is computed how, and what is thrown. A list of values where `f`
/// returns several tensors.
/// Cost: that of jacobian().
template <class F>
auto value_and_jacobian(F&& f, const autograd::variable_list& x,
                        const FunctionalOptions& options = {}) {
  constexpr bool single = detail::is_tensor<detail::ResultOnList<F>>;
  detail::Derivatives d =
      detail::value_and_jacobian("value_and_jacobian", detail::erase_on_list(f), x, options);
  return std::pair(detail::first_or_all<single>(std::move(d.value)),
                   detail::first_or_all<single>(std::move(d.blocks)));
}
template <class F>
auto value_and_jacobian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>) {
    constexpr bool single = detail::is_tensor<detail::ResultOnTensor<F>>;
    detail::Derivatives d = detail::value_and_jacobian(
        "value_and_jacobian", detail::erase_on_tensor(f), detail::as_list(x), options);
    return std::pair(detail::first_or_all<single>(std::move(d.value)),
                     detail::first_or_all<single>(detail::by_first_argument(std::move(d.blocks))));
  } else {
    return value_and_jacobian(f, detail::as_list(x), options);
  }
}
/// Eigen in, Eigen out: the value as a vector of its elements, and a matrix with a row for each.
template <class F, class X>
auto value_and_jacobian(F&& f, const Eigen::DenseBase<X>& x,
                        const FunctionalOptions& options = {}) {
  detail::check_is_vector<X>();
  static_assert(detail::is_tensor<detail::ResultOnTensor<F>>,
                "the function must return one Tensor");
  const detail::Derivatives d =
      detail::value_and_jacobian("value_and_jacobian", detail::erase_on_tensor(f),
                                 detail::as_list(detail::tensor_of(x)), options);
  return std::pair(detail::eigen_vector_of<X>(d.value[0]),
                   detail::eigen_jacobian(d.blocks[0][0], x));
}

/// The value of an `f` of one element, its gradient and its Hessian.
///
/// Shapes: those of the value and of `x`, and as hessian(), which also says what is computed how, and what is thrown.
/// For a list of arguments a list of gradients.
/// Cost: that of hessian().
template <class F>
auto value_grad_hessian(F&& f, const autograd::variable_list& x,
                        const FunctionalOptions& options = {}) {
  detail::Derivatives d =
      detail::value_and_hessian("value_grad_hessian", detail::erase_on_list(f), x, options);
  return std::tuple(std::move(d.value[0]), std::move(d.gradient), std::move(d.blocks));
}
template <class F>
auto value_grad_hessian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>) {
    detail::Derivatives d = detail::value_and_hessian(
        "value_grad_hessian", detail::erase_on_tensor(f), detail::as_list(x), options);
    return std::tuple(std::move(d.value[0]), std::move(d.gradient[0]), std::move(d.blocks[0][0]));
  } else {
    return value_grad_hessian(f, detail::as_list(x), options);
  }
}
/// Eigen in, Eigen out: a scalar, a gradient of the argument's type, a square matrix.
template <class F, class X>
auto value_grad_hessian(F&& f, const Eigen::DenseBase<X>& x,
                        const FunctionalOptions& options = {}) {
  const detail::Derivatives d = detail::hessian_on_eigen("value_grad_hessian", f, x, options);
  return std::tuple(detail::eigen_scalar<X>(d.value[0]), detail::eigen_like(d.gradient[0], x),
                    detail::eigen_hessian(d.blocks[0][0], x));
}

/// The value of an `f` of one element, and its Hessian; all else as value_grad_hessian().
template <class F>
auto value_and_hessian(F&& f, const autograd::variable_list& x,
                       const FunctionalOptions& options = {}) {
  detail::Derivatives d =
      detail::value_and_hessian("value_and_hessian", detail::erase_on_list(f), x, options);
  return std::pair(std::move(d.value[0]), std::move(d.blocks));
}
template <class F>
auto value_and_hessian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>) {
    detail::Derivatives d = detail::value_and_hessian(
        "value_and_hessian", detail::erase_on_tensor(f), detail::as_list(x), options);
    return std::pair(std::move(d.value[0]), std::move(d.blocks[0][0]));
  } else {
    return value_and_hessian(f, detail::as_list(x), options);
  }
}
/// Eigen in, Eigen out: a scalar and a square matrix.
template <class F, class X>
auto value_and_hessian(F&& f, const Eigen::DenseBase<X>& x, const FunctionalOptions& options = {}) {
  const detail::Derivatives d = detail::hessian_on_eigen("value_and_hessian", f, x, options);
  return std::pair(detail::eigen_scalar<X>(d.value[0]), detail::eigen_hessian(d.blocks[0][0], x));
}

}  // namespace eigengrad
