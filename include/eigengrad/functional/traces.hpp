#pragma once

#include "eigengrad/functional/jacobian.hpp"

namespace eigengrad {

namespace detail {

EIGENGRAD_API Tensor laplacian(ErasedFunction f, const variable_list& x,
                               const FunctionalOptions& options);
EIGENGRAD_API Tensor divergence(ErasedFunction f, const variable_list& x,
                                const FunctionalOptions& options);

/// A trace as a scalar of the Eigen argument's type.
template <class F, class X>
auto trace_on_eigen(Tensor (&trace)(ErasedFunction, const variable_list&, const FunctionalOptions&),
                    F& f, const Eigen::DenseBase<X>& x, const FunctionalOptions& options) {
  static_assert(is_tensor<ResultOnTensor<F>>, "the function must return one Tensor");
  const Tensor t = trace(erase_on_tensor(f), as_list(tensor_of(x)), options);
  return static_cast<typename X::Scalar>(t.template item<double>());
}

}  // namespace detail

// Traces: sums of the diagonal elements of a matrix of derivatives, which is not formed.

/// The Laplacian of an `f` with values of one element: the sum of its second derivatives by each element of `x`.
///
/// One recorded gradient, then a backward sweep through it per element of `x`, of which only the diagonal element is
/// kept; elements by which the gradient does not depend on `x` cost nothing. With `Strategy::Forward` a Hessian-vector
/// product, forward over reverse, per element.
/// Shapes: a tensor without dimensions, in the dtype of the (first) argument.
/// At the edge: zero for an `f` that is linear, or does not depend on `x`.
/// Throws: as hessian().
/// Cost: in operations at most 10 times those of `f` per element of `x`; memory of one gradient, not of a Hessian.
/// Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 5.
template <class F>
Tensor laplacian(F&& f, const autograd::variable_list& x, const FunctionalOptions& options = {}) {
  return detail::laplacian(detail::erase_on_list(f), x, options);
}
template <class F>
Tensor laplacian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>)
    return detail::laplacian(detail::erase_on_tensor(f), detail::as_list(x), options);
  else
    return laplacian(f, detail::as_list(x), options);
}
/// Eigen in, a scalar out.
template <class F, class X>
auto laplacian(F&& f, const Eigen::DenseBase<X>& x, const FunctionalOptions& options = {}) {
  return detail::trace_on_eigen(detail::laplacian, f, x, options);
}

/// The divergence of `f`, whose value has the shape of `x`: the trace of its Jacobian.
///
/// One evaluation, then a backward sweep per element of `x`. With `Strategy::Forward` an evaluation with tangents
/// per element. For a list of arguments `f` returns a list of tensors shaped alike.
/// Shapes: a tensor without dimensions, in the dtype of the (first) argument.
/// Throws: ShapeError when the value is shaped otherwise than `x`; otherwise as jacobian().
/// Cost: as jacobian(); memory of one row.
template <class F>
Tensor divergence(F&& f, const autograd::variable_list& x, const FunctionalOptions& options = {}) {
  return detail::divergence(detail::erase_on_list(f), x, options);
}
template <class F>
Tensor divergence(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>)
    return detail::divergence(detail::erase_on_tensor(f), detail::as_list(x), options);
  else
    return divergence(f, detail::as_list(x), options);
}
/// Eigen in, a scalar out.
template <class F, class X>
auto divergence(F&& f, const Eigen::DenseBase<X>& x, const FunctionalOptions& options = {}) {
  return detail::trace_on_eigen(detail::divergence, f, x, options);
}

}  // namespace eigengrad
