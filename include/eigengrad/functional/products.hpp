#pragma once

#include "eigengrad/functional/callable.hpp"

namespace eigengrad {

namespace detail {

struct Product {
  variable_list value;
  variable_list product;
};
using ProductFunction = Product(ErasedFunction f, const variable_list& x, const variable_list& v,
                                const FunctionalOptions& options);

EIGENGRAD_API ProductFunction vjp;
EIGENGRAD_API ProductFunction jvp;
EIGENGRAD_API ProductFunction hvp;
EIGENGRAD_API ProductFunction vhp;

/// Whether a product has the shape of the argument (vjp, hvp) or of the value (jvp).
enum class Like : std::uint8_t { Argument, Value };

template <Like kLike, class F>
auto product_on_list(ProductFunction& product, F& f, const variable_list& x, const variable_list& v,
                     const FunctionalOptions& options) {
  constexpr bool single = is_tensor<ResultOnList<F>>;
  Product p = product(erase_on_list(f), x, v, options);
  return std::pair(first_or_all<single>(std::move(p.value)),
                   first_or_all < single && kLike == Like::Value > (std::move(p.product)));
}

template <Like kLike, class F>
auto product_on_tensor(ProductFunction& product, F& f, const Tensor& x, const Tensor& v,
                       const FunctionalOptions& options) {
  if constexpr (TakesTensor<F>) {
    constexpr bool single = is_tensor<ResultOnTensor<F>>;
    Product p = product(erase_on_tensor(f), as_list(x), as_vectors(v), options);
    return std::pair(first_or_all<single>(std::move(p.value)),
                     first_or_all < single || kLike == Like::Argument > (std::move(p.product)));
  } else {  // `{x}` was meant as a list
    return product_on_list<kLike>(product, f, as_list(x), as_vectors(v), options);
  }
}

/// Whether an Eigen `v` holds many vectors: a matrix beside an `x` that is a vector.
template <class X, class V>
inline constexpr bool are_columns = bool(X::IsVectorAtCompileTime) &&
                                    !bool(V::IsVectorAtCompileTime);

template <class F, class X, class V>
Product product_on_eigen(ProductFunction& product, F& f, const Eigen::DenseBase<X>& x,
                         const Eigen::DenseBase<V>& v, FunctionalOptions options) {
  static_assert(is_tensor<ResultOnTensor<F>>, "the function must return one Tensor");
  if constexpr (are_columns<X, V>) {
    options.is_v_batched = true;
    return product(erase_on_tensor(f), as_list(tensor_of(x)), as_list(tensor_of(v.transpose())),
                   options);
  } else {
    return product(erase_on_tensor(f), as_list(tensor_of(x)), as_list(tensor_of(v)), options);
  }
}

/// Products as the columns of a matrix.
template <class X, class V>
auto eigen_columns(const Tensor& products) {
  using Value = typename X::Scalar;
  const Eigen::Index count = static_cast<Eigen::Index>(products.size(0));
  Eigen::Index rows = 1;
  for (std::int64_t d = 1; d < products.dim(); ++d)
    rows *= static_cast<Eigen::Index>(products.size(d));
  const auto row_major =
      eigen_of<Eigen::Matrix<Value, Eigen::Dynamic, Eigen::Dynamic>>(products, count, rows);
  return Eigen::Matrix<Value, Eigen::Dynamic, V::ColsAtCompileTime>(row_major.transpose());
}
/// A product in the shape of `x`.
template <class X, class V>
auto eigen_product_like(const Tensor& product, const Eigen::DenseBase<X>& x) {
  if constexpr (are_columns<X, V>)
    return eigen_columns<X, V>(product);
  else
    return eigen_like(product, x);
}

}  // namespace detail

// Each product comes in three forms: for functions of one Tensor, of a list of Tensors (the vectors
// are then a list too), and with Eigen vectors or matrices. A function may return a Tensor or several
// (a list, tuple, pair or array); what is shaped like its value then is a list.
//
// Many vectors at once: `hvp(f, x, v, {.is_v_batched = true})` takes `v` with one more dimension in front, which
// counts vectors, and gives the product that dimension too; the value comes once. `f` is evaluated once, except by
// jvp() and where forward mode is asked for. Beside an Eigen vector `x` a matrix `v` holds the vectors in
// its columns, and so does the product, as in H * V. A batch without vectors gives an empty product.
// Throws: ShapeError for a batch that does not fit, or differs in length between the tensors of a list.

/// `f(x)` and the product of `v` with the Jacobian of `f` at `x`: one backward sweep.
///
/// Shapes: `v` as the value, the product as `x`. `v` may be missing when the value is one element.
/// At the edge: zero for arguments that the value does not depend on.
/// Throws: ShapeError when `v` does not fit; DtypeError for arguments that are not floating;
/// GraphError in strict mode, and for an empty list of arguments.
/// Cost: in operations at most 4 times those of `f`.
/// Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
template <class F>
auto vjp(F&& f, const autograd::variable_list& x, const autograd::variable_list& v = {},
         const FunctionalOptions& options = {}) {
  return detail::product_on_list<detail::Like::Argument>(detail::vjp, f, x, v, options);
}
template <class F>
auto vjp(F&& f, const Tensor& x, const Tensor& v = {}, const FunctionalOptions& options = {}) {
  return detail::product_on_tensor<detail::Like::Argument>(detail::vjp, f, x, v, options);
}
/// Eigen in, Eigen out: the value as a vector of its elements.
template <class F, class X, class V>
auto vjp(F&& f, const Eigen::DenseBase<X>& x, const Eigen::DenseBase<V>& v,
         const FunctionalOptions& options = {}) {
  const detail::Product p = detail::product_on_eigen(detail::vjp, f, x, v, options);
  return std::pair(detail::eigen_vector_of<X>(p.value[0]),
                   detail::eigen_product_like<X, V>(p.product[0], x));
}

/// `f(x)` and the product of the Jacobian of `f` at `x` with `v`: one pass with tangents, no graph.
///
/// With `Strategy::Reverse`, and inside another level of forward mode unless a strategy is given, two
/// backward sweeps do it instead; `f` then sees a tracked argument. In the forward pass it does not
/// (unless `create_graph`), so a derivative inside `f` is to be taken with grad().
/// Shapes: `v` as `x`, the product as the value. `v` may be missing when `x` is one element.
/// At the edge: zero for values that do not depend on `x`.
/// Throws: as vjp(); GraphError for `Strategy::Forward` inside another DualLevel.
/// Cost: in operations at most 2.5 times those of `f`; memory as `f`.
/// Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
template <class F>
auto jvp(F&& f, const autograd::variable_list& x, const autograd::variable_list& v = {},
         const FunctionalOptions& options = {}) {
  return detail::product_on_list<detail::Like::Value>(detail::jvp, f, x, v, options);
}
template <class F>
auto jvp(F&& f, const Tensor& x, const Tensor& v = {}, const FunctionalOptions& options = {}) {
  return detail::product_on_tensor<detail::Like::Value>(detail::jvp, f, x, v, options);
}
/// Eigen in, Eigen out: value and product as vectors of their elements.
template <class F, class X, class V>
auto jvp(F&& f, const Eigen::DenseBase<X>& x, const Eigen::DenseBase<V>& v,
         const FunctionalOptions& options = {}) {
  const detail::Product p = detail::product_on_eigen(detail::jvp, f, x, v, options);
  if constexpr (detail::are_columns<X, V>)
    return std::pair(detail::eigen_vector_of<X>(p.value[0]),
                     detail::eigen_columns<X, V>(p.product[0]));
  else
    return std::pair(detail::eigen_vector_of<X>(p.value[0]),
                     detail::eigen_vector_of<X>(p.product[0]));
}

/// `f(x)` and the product of the Hessian of `f` at `x` with `v`, for an `f` with values of one element.
///
/// Forward over reverse: one pass with tangents and one sweep whose gradients carry tangents; the
/// sweep is not recorded. With `Strategy::Reverse`, and inside another level of forward mode unless a
/// strategy is given, it is vhp(), which is the same wherever the Hessian is symmetric.
/// Shapes: `v` and the product as `x`. `v` may be missing when `x` is one element.
/// Throws: ShapeError when `f` gives more than one element or `v` does not fit; otherwise as jvp().
/// Cost: in operations at most 10 times those of `f`.
/// Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 5.
template <class F>
auto hvp(F&& f, const autograd::variable_list& x, const autograd::variable_list& v = {},
         const FunctionalOptions& options = {}) {
  return detail::product_on_list<detail::Like::Argument>(detail::hvp, f, x, v, options);
}
template <class F>
auto hvp(F&& f, const Tensor& x, const Tensor& v = {}, const FunctionalOptions& options = {}) {
  return detail::product_on_tensor<detail::Like::Argument>(detail::hvp, f, x, v, options);
}
/// Eigen in, Eigen out: the product alone.
template <class F, class X, class V>
auto hvp(F&& f, const Eigen::DenseBase<X>& x, const Eigen::DenseBase<V>& v,
         const FunctionalOptions& options = {}) {
  return detail::eigen_product_like<X, V>(
      detail::product_on_eigen(detail::hvp, f, x, v, options).product[0], x);
}

/// `f(x)` and the product of `v` with the Hessian of `f` at `x`: reverse over reverse, a recorded
/// sweep and one through it. The strategy is not looked at; all else as hvp().
template <class F>
auto vhp(F&& f, const autograd::variable_list& x, const autograd::variable_list& v = {},
         const FunctionalOptions& options = {}) {
  return detail::product_on_list<detail::Like::Argument>(detail::vhp, f, x, v, options);
}
template <class F>
auto vhp(F&& f, const Tensor& x, const Tensor& v = {}, const FunctionalOptions& options = {}) {
  return detail::product_on_tensor<detail::Like::Argument>(detail::vhp, f, x, v, options);
}
/// Eigen in, Eigen out: the product alone.
template <class F, class X, class V>
auto vhp(F&& f, const Eigen::DenseBase<X>& x, const Eigen::DenseBase<V>& v,
         const FunctionalOptions& options = {}) {
  return detail::eigen_product_like<X, V>(
      detail::product_on_eigen(detail::vhp, f, x, v, options).product[0], x);
}

}  // namespace eigengrad
