#pragma once

#include <utility>

#include "eigengrad/functional/gradient.hpp"
#include "eigengrad/functional/value_and_derivatives.hpp"

namespace eigengrad {

namespace detail {

EIGENGRAD_API DerivativeBlocks gauss_newton(ErasedFunction f, ErasedFunction loss,
                                            const variable_list& x,
                                            const MatrixTransformOptions& options);
EIGENGRAD_API variable_list gauss_newton_product(ErasedFunction f, ErasedFunction loss,
                                                 const variable_list& x, const variable_list& v,
                                                 const MatrixTransformOptions& options);

/// The callable behind gauss_newton().
template <class F, class Loss>
class GaussNewton {
 public:
  GaussNewton(F f, Loss loss, const MatrixTransformOptions& options)
      : f_(std::move(f)), loss_(std::move(loss)), options_(options) {
    require_callable("gauss_newton", f_);
    require_callable("gauss_newton", loss_);
  }

  Tensor operator()(const Tensor& x) const {
    return Tensor(std::move(
        detail::gauss_newton(of_tensor(f_), of_tensor(loss_), as_list(x), options_)[0][0]));
  }
  DerivativeBlocks operator()(const variable_list& x) const {
    return detail::gauss_newton(of_list(f_), of_tensor(loss_), x, options_);
  }
  /// Eigen in, Eigen out: a square matrix.
  template <class X>
  auto operator()(const Eigen::DenseBase<X>& x) const {
    check_is_vector<X>();
    return eigen_hessian((*this)(tensor_of(x)), x);
  }

  /// The matrix times `v`, which is shaped as `x`.
  Tensor product(const Tensor& x, const Tensor& v) const {
    return Tensor(std::move(gauss_newton_product(of_tensor(f_), of_tensor(loss_), as_list(x),
                                                 as_vectors(v), options_)[0]));
  }
  variable_list product(const variable_list& x, const variable_list& v) const {
    return gauss_newton_product(of_list(f_), of_tensor(loss_), x, v, options_);
  }
  template <class X, class V>
  auto product(const Eigen::DenseBase<X>& x, const Eigen::DenseBase<V>& v) const {
    return eigen_like(product(tensor_of(x), tensor_of(v)), x);
  }

 private:
  template <class G>
  static auto of_tensor(const G& g) {
    static_assert(is_tensor<std::invoke_result_t<const G&, const Tensor&>>,
                  "the function must return one Tensor");
    return [&g](const variable_list& v) { return as_list(Tensor(std::invoke(g, v[0]))); };
  }
  template <class G>
  static auto of_list(const G& g) {
    static_assert(is_tensor<std::invoke_result_t<const G&, const variable_list&>>,
                  "the function must return one Tensor");
    return [&g](const variable_list& v) { return as_list(Tensor(std::invoke(g, v))); };
  }

  F f_;
  Loss loss_;
  MatrixTransformOptions options_;
};

}  // namespace detail

/// The Gauss-Newton matrix of `loss(f(x))`, its Hessian without the second derivatives of `f`, as a function:
/// `gauss_newton(f, loss)(x)` is J^T H J with J the Jacobian of `f` at `x` and H the Hessian of `loss` at `f(x)`.
/// `gauss_newton(f, loss).product(x, v)` is that matrix times a vector.
///
/// `f` takes a Tensor or a list of them and returns one Tensor of any shape; `loss` takes that and returns one element.
/// Where `loss` is convex the matrix is positive semidefinite. H itself is formed only where the value has fewer elements
/// than `x`. Recorded where needed, see Note [Nested transforms].
/// Shapes: as hessian() of the composition; the product as `x`.
/// Throws: as jacobian() for `f` and as hessian() for `loss`; ShapeError for a `v` that does not fit `x`.
/// Cost: one Jacobian of `f`, and per element of `x` a Hessian-vector product of `loss`; of a product: one
/// evaluation of `f` with a tangent, a Hessian-vector product of `loss`, a backward sweep.
/// Source: Schraudolph, Fast curvature matrix-vector products for second-order gradient descent (2002).
template <detail::MaybeFunction F, detail::MaybeFunction Loss>
auto gauss_newton(F f, Loss loss, const MatrixTransformOptions& options = {}) {
  return detail::GaussNewton<F, Loss>(std::move(f), std::move(loss), options);
}

}  // namespace eigengrad
