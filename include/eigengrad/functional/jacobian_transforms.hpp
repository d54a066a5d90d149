#pragma once

#include <array>
#include <utility>

#include "eigengrad/functional/gradient.hpp"
#include "eigengrad/functional/value_and_derivatives.hpp"

namespace eigengrad {

namespace detail {

/// Which derivatives a transform gives, and how.
enum class Matrix : std::uint8_t { ReverseJacobian, ForwardJacobian, Hessian };

/// `options` as the functions of a point take them.
EIGENGRAD_API FunctionalOptions functional_options(const MatrixTransformOptions& options);

/// All derivatives of `f`, recorded where needed, by arguments `argnums` of `x`; empty stands for all.
EIGENGRAD_API DerivativeBlocks matrix_of(Matrix which, ErasedFunction f, const variable_list& x,
                                         ArrayRef<std::size_t> argnums,
                                         const MatrixTransformOptions& options);

/// The callable behind jacrev(), jacfwd() and hessian().
template <Matrix kWhich, class F, std::size_t... Argnums>
class MatrixTransform {
 public:
  MatrixTransform(F f, const MatrixTransformOptions& options)
      : f_(std::move(f)), options_(options) {
    require_callable("jacobian", f_);
  }

  template <TensorLike... Tensors>
  auto operator()(const Tensors&... x) const {
    static_assert(sizeof...(Tensors) > 0, "give the arguments of the function");
    static_assert(((Argnums < sizeof...(Tensors)) && ...), "there is no argument of that number");
    constexpr std::size_t wanted =
        sizeof...(Argnums) == 0 ? sizeof...(Tensors) : sizeof...(Argnums);
    using Result = std::invoke_result_t<const F&, const Tensors&...>;
    DerivativeBlocks blocks = evaluate(variable_list{x...}, std::index_sequence_for<Tensors...>());
    if constexpr (kWhich == Matrix::Hessian) {
      return hessian_by<wanted>(std::move(blocks));
    } else {
      std::vector<decltype(by_arguments<wanted>(std::move(blocks[0])))> per_output;
      for (variable_list& block : blocks)
        per_output.push_back(by_arguments<wanted>(std::move(block)));
      return first_or_all<is_tensor<Result>>(std::move(per_output));
    }
  }

  /// For functions of a list of tensors: as jacobian() and hessian() give them.
  auto operator()(const variable_list& x) const {
    using Result = std::invoke_result_t<const F&, const variable_list&>;
    const auto call = [this](const variable_list& v) { return as_list(std::invoke(f_, v)); };
    return first_or_all < kWhich != Matrix::Hessian &&
           is_tensor < Result >> (matrix_of(kWhich, call, x, argnums(), options_));
  }

  /// Eigen in, Eigen out: a matrix.
  template <class X>
  auto operator()(const Eigen::DenseBase<X>& x) const {
    check_is_vector<X>();
    static_assert(((Argnums == 0) && ...), "there is no argument of that number");
    static_assert(is_tensor<std::invoke_result_t<const F&, const Tensor&>>,
                  "the function must return one Tensor");
    const DerivativeBlocks blocks = evaluate(as_list(tensor_of(x)), std::index_sequence<0>());
    if constexpr (kWhich == Matrix::Hessian)
      return eigen_hessian(blocks[0][0], x);
    else
      return eigen_jacobian(blocks[0][0], x);
  }

 private:
  static ArrayRef<std::size_t> argnums() noexcept {
    static constexpr std::array<std::size_t, sizeof...(Argnums)> kArgnums{Argnums...};
    return {kArgnums.data(), kArgnums.size()};
  }
  template <std::size_t... I>
  DerivativeBlocks evaluate(const variable_list& x, std::index_sequence<I...>) const {
    const auto call = [this](const variable_list& v) { return as_list(std::invoke(f_, v[I]...)); };
    return matrix_of(kWhich, call, x, argnums(), options_);
  }
  /// One derivative, or an array of them.
  template <std::size_t kWanted>
  static auto by_arguments(variable_list&& block) {
    if constexpr (kWanted == 1) {
      return Tensor(std::move(block[0]));
    } else {
      std::array<Tensor, kWanted> blocks;
      std::move(block.begin(), block.end(), blocks.begin());
      return blocks;
    }
  }
  template <std::size_t kWanted>
  static auto hessian_by(DerivativeBlocks&& blocks) {
    if constexpr (kWanted == 1) {
      return Tensor(std::move(blocks[0][0]));
    } else {
      std::array<std::array<Tensor, kWanted>, kWanted> all;
      for (std::size_t i = 0; i < kWanted; ++i)
        all[i] = by_arguments<kWanted>(std::move(blocks[i]));
      return all;
    }
  }

  F f_;
  MatrixTransformOptions options_;
};

}  // namespace detail

// The transforms of torch.func: callables that take what `f` takes, tensors, a list of them, or an Eigen vector.

/// The Jacobian of `f` as a function, by backward sweeps: `jacrev(f)(x)`.
///
/// `f` takes one or several Tensors, or a list of them, and returns a Tensor or several, as for jacobian(). With respect
/// to one argument the result is a Tensor; to several, an array; for a list, a list; where `f` returns several tensors,
/// a list with one of these per output. `jacrev<0, 2>(f)` differentiates by those arguments only; without numbers by
/// all of them, as grad(). Recorded where needed, see Note [Nested transforms]: transforms of transforms are
/// right to any depth.
/// Shapes: those of the value followed by those of the argument.
/// At the edge: zero where the value does not depend on an argument.
/// Throws: as jacobian(); ValueError for a chunk size that is not positive.
/// Cost: as jacobian() in reverse mode. Source: PyTorch, torch.func.jacrev.
/// See also: value_and_jacobian(); jacobian(), which chooses the direction.
template <std::size_t... Argnums, detail::MaybeFunction F>
auto jacrev(F f, const MatrixTransformOptions& options = {}) {
  return detail::MatrixTransform<detail::Matrix::ReverseJacobian, F, Argnums...>(std::move(f),
                                                                                 options);
}

/// The same by tangents, a column at a time: for functions with more outputs than arguments.
///
/// At the edge: where a level of forward mode is open already, as in the inner one of `jacfwd(jacfwd(f))`, the Jacobian
/// is computed by backward sweeps, whose results carry the tangents of that level: the same derivatives at
/// jacrev()'s cost.
/// Throws: also NotImplementedError for an operator or custom Function without a forward rule.
/// Cost: as jacobian() in forward mode. Source: PyTorch, torch.func.jacfwd.
template <std::size_t... Argnums, detail::MaybeFunction F>
auto jacfwd(F f, const MatrixTransformOptions& options = {}) {
  return detail::MatrixTransform<detail::Matrix::ForwardJacobian, F, Argnums...>(std::move(f),
                                                                                 options);
}

/// The Hessian of an `f` of one element as a function: `hessian(f)(x)`; all else as jacrev().
///
/// With respect to several arguments: an array of arrays, entry [i][j] by arguments i, then j.
/// Throws: also ShapeError when `f` gives more than one element.
/// Cost: as hessian(). Source: PyTorch, torch.func.hessian.
template <std::size_t... Argnums, detail::MaybeFunction F>
auto hessian(F f, const MatrixTransformOptions& options = {}) {
  return detail::MatrixTransform<detail::Matrix::Hessian, F, Argnums...>(std::move(f), options);
}

}  // namespace eigengrad
