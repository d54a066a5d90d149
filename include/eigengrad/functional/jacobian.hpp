#pragma once

#include <string_view>

#include "eigengrad/functional/callable.hpp"

namespace eigengrad {

namespace detail {

/// Element [i][j]: the derivative of output i (of gradient i for a Hessian) by argument j.
using DerivativeBlocks = std::vector<variable_list>;

EIGENGRAD_API DerivativeBlocks jacobian(ErasedFunction f, const variable_list& x,
                                        const FunctionalOptions& options);
EIGENGRAD_API DerivativeBlocks hessian(ErasedFunction f, const variable_list& x,
                                       const FunctionalOptions& options);

/// Derivatives, and what was computed on the way to them.
struct Derivatives {
  variable_list value;
  /// Of a Hessian only.
  variable_list gradient;
  DerivativeBlocks blocks;
};

/// Which results are recorded: those of `options.create_graph`, or what Note [Nested transforms] says.
enum class Recording : std::uint8_t { AsOptionsSay, WhereNeeded };

/// What one differentiates, in messages the function `op`.
EIGENGRAD_API Derivatives value_and_jacobian(std::string_view op, ErasedFunction f,
                                             const variable_list& x,
                                             const FunctionalOptions& options,
                                             Recording recording = Recording::AsOptionsSay);
EIGENGRAD_API Derivatives value_and_hessian(std::string_view op, ErasedFunction f,
                                            const variable_list& x,
                                            const FunctionalOptions& options,
                                            Recording recording = Recording::AsOptionsSay);

template <class Derived>
inline constexpr void check_is_vector() {
  static_assert(Derived::IsVectorAtCompileTime,
                "matrices of derivatives need an Eigen vector as argument; use the Tensor form");
}

}  // namespace detail

/// All derivatives of the value of `f` at `x`.
///
/// In reverse mode (`Strategy::Reverse`): one evaluation of `f`, then backward sweeps, each for many elements of the
/// value at once (`chunk_size`; as many as stay in cache unless it is set). In forward mode (`Forward`): one evaluation with tangents per element of `x`. `Auto`, the
/// default, takes the columns when `x` has at most 16 elements, unless the first of them shows that
/// the value has clearly fewer, and when the value has at least 3/2 times as many as `x`. It takes
/// the rows where columns cannot be had or might differ: inside another level of forward mode, for
/// an operator or custom Function without a forward rule, for an `f` that turns recording off for a
/// part, differentiates by `x` or writes to it, in strict mode and under anomaly mode. In forward mode
/// `x` does not require grad while `f` runs.
/// Shapes: those of the value followed by those of `x`. For a list of arguments a list with one
/// entry per argument; for a function that returns several tensors, one entry per output.
/// At the edge: zero where the value does not depend on `x`.
/// Throws: DtypeError for arguments that are not floating; GraphError in strict mode, for an empty
/// list of arguments, and for `Strategy::Forward` inside another DualLevel.
/// Cost: in operations at most 4 times those of `f` per row, 2.5 times per column.
/// Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
template <class F>
auto jacobian(F&& f, const autograd::variable_list& x, const FunctionalOptions& options = {}) {
  constexpr bool single = detail::is_tensor<detail::ResultOnList<F>>;
  return detail::first_or_all<single>(detail::jacobian(detail::erase_on_list(f), x, options));
}
template <class F>
auto jacobian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>) {
    detail::DerivativeBlocks blocks =
        detail::jacobian(detail::erase_on_tensor(f), detail::as_list(x), options);
    autograd::variable_list per_output;
    for (autograd::variable_list& block : blocks) per_output.push_back(std::move(block[0]));
    constexpr bool single = detail::is_tensor<detail::ResultOnTensor<F>>;
    return detail::first_or_all<single>(std::move(per_output));
  } else {
    return jacobian(f, detail::as_list(x), options);
  }
}
/// Eigen in, Eigen out: one row per element of the value, one column per element of the vector `x`.
template <class F, class X>
auto jacobian(F&& f, const Eigen::DenseBase<X>& x, const FunctionalOptions& options = {}) {
  detail::check_is_vector<X>();
  static_assert(detail::is_tensor<detail::ResultOnTensor<F>>,
                "the function must return one Tensor");
  const auto blocks =
      detail::jacobian(detail::erase_on_tensor(f), detail::as_list(detail::tensor_of(x)), options);
  const Tensor& j = blocks[0][0];
  using Out = Eigen::Matrix<typename X::Scalar, Eigen::Dynamic, X::SizeAtCompileTime>;
  Eigen::Index rows = 1;
  for (std::int64_t d = 0; d + 1 < j.dim(); ++d) rows *= static_cast<Eigen::Index>(j.size(d));
  return detail::eigen_of<Out>(j, rows, x.size());
}

/// All second derivatives at `x` of an `f` with values of one element.
///
/// In reverse mode (`Strategy::Reverse`, the default, and `Auto`): one recorded gradient, then sweeps through it, each
/// for many elements of `x` at once. In forward mode (`Forward`): one Hessian-vector product, forward over
/// reverse, per element of `x`.
/// Shapes: those of `x` twice. For a list of arguments, entry [i][j] has those of x[i], then x[j].
/// Throws: ShapeError when `f` gives more than one element; otherwise as jacobian().
/// Cost: in operations at most 10 times those of `f` per element of `x`.
/// Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 5.
template <class F>
auto hessian(F&& f, const autograd::variable_list& x, const FunctionalOptions& options = {}) {
  return detail::hessian(detail::erase_on_list(f), x, options);
}
template <class F>
auto hessian(F&& f, const Tensor& x, const FunctionalOptions& options = {}) {
  if constexpr (detail::TakesTensor<F>)
    return Tensor(detail::hessian(detail::erase_on_tensor(f), detail::as_list(x), options)[0][0]);
  else
    return detail::hessian(detail::erase_on_list(f), detail::as_list(x), options);
}
/// Eigen in, Eigen out: a square matrix.
template <class F, class X>
auto hessian(F&& f, const Eigen::DenseBase<X>& x, const FunctionalOptions& options = {}) {
  detail::check_is_vector<X>();
  const auto blocks =
      detail::hessian(detail::erase_on_tensor(f), detail::as_list(detail::tensor_of(x)), options);
  constexpr int n = X::SizeAtCompileTime;
  return detail::eigen_of<Eigen::Matrix<typename X::Scalar, n, n>>(blocks[0][0], x.size(),
                                                                   x.size());
}

}  // namespace eigengrad
