#pragma once

#include <array>
#include <string_view>

#include "eigengrad/autograd/tensor.hpp"
#include "eigengrad/functional/callable.hpp"

namespace eigengrad {

/// Options of the callables that grad() and value_and_grad() make.
///
/// Note [Nested transforms]
/// Such a callable differentiates with respect to variables of its own, so that `.grad`, the graph
/// and the flags of the arguments stay as they are. Left to itself it records its results exactly
/// when they are needed: grad mode is on and an argument, or a tensor that the function captured, is
/// tracked. So `grad(grad(f))` works to any depth, gradients of functions that contain gradients are
/// complete, and the outermost call pays for no graph that nobody asked for. Grad mode of the caller
/// decides only about the results; the function itself always runs with grad mode on. Tangents pass
/// through: jvp() of a gradient is a Hessian-vector product.
struct GradTransformOptions {
  /// Unset: as the note says, which looks for tracked tensors that the function captured; false does not.
  optional<bool> create_graph = nullopt;
  /// Whether a value that does not depend on an argument is an error instead of a zero gradient.
  bool strict = false;
};

namespace detail {

struct ValueAndGradients {
  Tensor value;
  variable_list gradients;
};

/// `argnums` empty: with respect to all of `x`.
EIGENGRAD_API ValueAndGradients value_and_gradients(std::string_view op, ErasedFunction f,
                                                    const variable_list& x,
                                                    ArrayRef<std::size_t> argnums,
                                                    const GradTransformOptions& options);

/// Tensor and types that convert to it, as the result of mutable_grad().
template <class T>
concept TensorLike = std::convertible_to<const T&, const Tensor&>;

/// The same without recording, where each gradient is copied into the tensor of `into`. Gives the value.
EIGENGRAD_API Tensor value_and_gradients_into(ErasedFunction f, const variable_list& x,
                                              const variable_list& into, bool strict);
[[noreturn]] EIGENGRAD_API void throw_gradient_shape(std::int64_t rows, std::int64_t cols,
                                                     std::int64_t x_rows, std::int64_t x_cols);

/// What the callables of gradients return.
enum class Returns : std::uint8_t { Gradient, ValueAndGradient, GradientAndValue };

/// The callable behind grad(), value_and_grad() and grad_and_value().
template <Returns kReturns, class F, std::size_t... Argnums>
class Gradient {
 public:
  Gradient(F f, const GradTransformOptions& options) : f_(std::move(f)), options_(options) {
    require_callable("grad", f_);
  }

  /// With respect to one argument: its gradient. To several: an array of gradients.
  template <TensorLike... Tensors>
  auto operator()(const Tensors&... x) const {
    static_assert(sizeof...(Tensors) > 0, "give the arguments of the function");
    static_assert(((Argnums < sizeof...(Tensors)) && ...), "there is no argument of that number");
    constexpr std::size_t wanted =
        sizeof...(Argnums) == 0 ? sizeof...(Tensors) : sizeof...(Argnums);
    ValueAndGradients r = evaluate(variable_list{x...}, std::index_sequence_for<Tensors...>());
    if constexpr (wanted == 1) {
      return with_value(std::move(r.value), std::move(r.gradients[0]));
    } else {
      std::array<Tensor, wanted> gradients;
      std::move(r.gradients.begin(), r.gradients.end(), gradients.begin());
      return with_value(std::move(r.value), std::move(gradients));
    }
  }

  /// For functions of a list of tensors: a list of gradients.
  auto operator()(const variable_list& x) const {
    const auto call = [this](const variable_list& v) {
      return as_list(result(std::invoke(f_, v)));
    };
    ValueAndGradients r = value_and_gradients(kName, call, x, argnums(), options_);
    return with_value(std::move(r.value), std::move(r.gradients));
  }

  /// Eigen in, Eigen out: a scalar, and a gradient of the argument's type. A vector reaches the
  /// function as a tensor of one dimension, a matrix as one of two.
  template <class Derived>
  auto operator()(const Eigen::DenseBase<Derived>& x) const {
    static_assert(((Argnums == 0) && ...), "there is no argument of that number");
    const ValueAndGradients r = evaluate(as_list(tensor_of(x)), std::index_sequence<0>());
    return with_value(static_cast<typename Derived::Scalar>(r.value.template item<double>()),
                      eigen_like(r.gradients[0], x));
  }

  /// The value, and the gradient at `x` into the memory of `gradient`, which has the shape of `x` and any strides. Nothing is
  /// recorded, and once a first call has filled the library's free lists no large memory is allocated.
  /// Throws: ShapeError when `gradient` is shaped otherwise; GraphError when it is tracked.
  Tensor into(const Tensor& x, const Tensor& gradient) const
      requires(kReturns == Returns::ValueAndGradient && sizeof...(Argnums) == 0) {
    const auto call = [this](const variable_list& v) {
      return as_list(result(std::invoke(f_, v[0])));
    };
    return value_and_gradients_into(call, as_list(x), as_list(gradient), options_.strict);
  }
  /// For functions of a list of tensors.
  Tensor into(const variable_list& x, const variable_list& gradients) const
      requires(kReturns == Returns::ValueAndGradient && sizeof...(Argnums) == 0) {
    const auto call = [this](const variable_list& v) {
      return as_list(result(std::invoke(f_, v)));
    };
    return value_and_gradients_into(call, x, gradients, options_.strict);
  }
  /// Eigen in, Eigen out: a scalar, and the gradient into a Matrix, Map, Ref or block; a temporary is written through,
  /// as Eigen's own functions do.
  template <class X, class G>
  auto into(const Eigen::DenseBase<X>& x, const Eigen::DenseBase<G>& gradient) const
      requires(kReturns == Returns::ValueAndGradient && sizeof...(Argnums) == 0) {
    static_assert(std::is_same_v<typename X::Scalar, typename G::Scalar>,
                  "the gradient needs the scalar type of the argument");
    if (gradient.rows() != x.rows() || gradient.cols() != x.cols())
      throw_gradient_shape(gradient.rows(), gradient.cols(), x.rows(), x.cols());
    G& g = const_cast<G&>(gradient.derived());
    const Tensor memory = from_blob(g.data(), sizes_of(x), strides_like(g, x),
                                    TensorOptions(dtype_of<typename X::Scalar>));
    const Tensor value = into(tensor_of(x), memory);
    return static_cast<typename X::Scalar>(value.template item<double>());
  }

 private:
  static constexpr std::string_view kName = kReturns == Returns::Gradient ? "grad"
                                            : kReturns == Returns::ValueAndGradient
                                                ? "value_and_grad"
                                                : "grad_and_value";

  /// The strides of `g` for a tensor of as many dimensions as `x` is copied to.
  template <class G, class X>
  static DimVector strides_like(const G& g, const Eigen::DenseBase<X>&) {
    if constexpr (X::IsVectorAtCompileTime)
      return {X::ColsAtCompileTime == 1 ? g.rowStride() : g.colStride()};
    return {g.rowStride(), g.colStride()};
  }

  static ArrayRef<std::size_t> argnums() noexcept {
    static constexpr std::array<std::size_t, sizeof...(Argnums)> kArgnums{Argnums...};
    return {kArgnums.data(), kArgnums.size()};
  }
  template <class Result>
  static Tensor result(Result&& r) {
    static_assert(is_tensor<Result>, "the function to differentiate must return one Tensor");
    return std::forward<Result>(r);
  }
  template <std::size_t... I>
  ValueAndGradients evaluate(const variable_list& x, std::index_sequence<I...>) const {
    const auto call = [this](const variable_list& v) {
      return as_list(result(std::invoke(f_, v[I]...)));
    };
    return value_and_gradients(kName, call, x, argnums(), options_);
  }
  template <class Value, class Gradients>
  static auto with_value(Value&& value, Gradients&& gradients) {
    if constexpr (kReturns == Returns::ValueAndGradient)
      return std::pair<std::decay_t<Value>, std::decay_t<Gradients>>(
          std::forward<Value>(value), std::forward<Gradients>(gradients));
    else if constexpr (kReturns == Returns::GradientAndValue)
      return std::pair<std::decay_t<Gradients>, std::decay_t<Value>>(
          std::forward<Gradients>(gradients), std::forward<Value>(value));
    else
      return std::decay_t<Gradients>(std::forward<Gradients>(gradients));
  }

  F f_;
  GradTransformOptions options_;
};

/// Tells functions from the tensors that autograd::grad() takes.
template <class F>
concept MaybeFunction = !std::convertible_to<F, Tensor> && !std::convertible_to<F, variable_list>;

}  // namespace detail

/// The gradient of `f` as a function: `grad(f)(x)`.
///
/// `f` takes one or several Tensors, or a list of them, and returns a tensor of one element. The
/// result is a Tensor for one argument, an array of Tensors for several, a list for a list, and of
/// the argument's type for an Eigen vector or matrix. `grad<0, 2>(f)` differentiates with respect to
/// those arguments only. Results are recorded where needed, see Note [Nested transforms].
/// At the edge: arguments that `f` does not use have gradient zero.
/// Throws: ShapeError when `f` returns other than one element; DtypeError when an argument or the
/// result is not floating; GraphError in strict mode.
/// Cost: one evaluation and one sweep, in operations at most 4 times those of `f`.
/// Source: Griewank and Walther, Evaluating Derivatives (2008), chapter 3.
template <std::size_t... Argnums, detail::MaybeFunction F>
auto grad(F f, const GradTransformOptions& options = {}) {
  return detail::Gradient<detail::Returns::Gradient, F, Argnums...>(std::move(f), options);
}

/// The same with the value beside it: `auto [v, g] = value_and_grad(f)(x);`. With `v = value_and_grad(f).into(x, g)` the
/// gradient goes into memory that the caller has, as optimisers from elsewhere ask for it.
template <std::size_t... Argnums, detail::MaybeFunction F>
auto value_and_grad(F f, const GradTransformOptions& options = {}) {
  return detail::Gradient<detail::Returns::ValueAndGradient, F, Argnums...>(std::move(f), options);
}

/// The same in the order of torch.func: `auto [g, v] = grad_and_value(f)(x);`
template <std::size_t... Argnums, detail::MaybeFunction F>
auto grad_and_value(F f, const GradTransformOptions& options = {}) {
  return detail::Gradient<detail::Returns::GradientAndValue, F, Argnums...>(std::move(f), options);
}

}  // namespace eigengrad
