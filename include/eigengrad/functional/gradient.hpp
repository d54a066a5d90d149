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

/// The callable behind grad() and value_and_grad().
template <bool WithValue, class F, std::size_t... Argnums>
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

 private:
  static constexpr std::string_view kName = WithValue ? "value_and_grad" : "grad";

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
    if constexpr (WithValue)
      return std::pair<std::decay_t<Value>, std::decay_t<Gradients>>(
          std::forward<Value>(value), std::forward<Gradients>(gradients));
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
  return detail::Gradient<false, F, Argnums...>(std::move(f), options);
}

/// The same with the value beside it: `auto [v, g] = value_and_grad(f)(x);`
template <std::size_t... Argnums, detail::MaybeFunction F>
auto value_and_grad(F f, const GradTransformOptions& options = {}) {
  return detail::Gradient<true, F, Argnums...>(std::move(f), options);
}

}  // namespace eigengrad
