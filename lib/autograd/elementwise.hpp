#pragma once

#include <cstring>
#include <type_traits>

#include "autograd/elementwise/info.hpp"
#include "autograd/rule.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/tensor.hpp"
#include "kernels/base/elementwise.hpp"

namespace eigengrad::autograd {

/// Evaluates and records. `op` points to the operator's parameters, at most kOpBytes of them.
/// `donated` has a bit for each input whose handle the caller gives up, so that its buffer may serve
/// for the result.
Tensor apply_elementwise(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                         const Tensor* const* inputs, unsigned donated = 0);
/// The same, written into the first input.
void apply_elementwise_inplace(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                               Tensor& self, const Tensor* const* others);

namespace elementwise_detail {

using kernels::Mask;
using kernels::Pack;
using math::Either;
using math::One;
using math::Over;
using math::Unused;
using math::When;
using math::Zero;

template <class Op>
inline constexpr std::size_t arity = static_cast<std::size_t>(Op::arity);
template <class Op>
inline constexpr bool masks_first = requires {
  Op::first_is_mask;
};

/// The bit of argument `K` of a derivative: an input, or the output, which comes last.
template <class Op, std::size_t K>
inline constexpr unsigned bit_of = K == arity<Op> ? kOutputBit : 1u << K;

/// The derivative by input `I`, which a rule declares as derivative_a, derivative_b, derivative_c, or with one input as
/// derivative or derivative_at_output.
template <std::size_t I, class Op, class... X>
auto derivative_by(const Op& op,
                   const X&... x) requires(requires { op.derivative_a(x...); } && I == 0) {
  return op.derivative_a(x...);
}
template <std::size_t I, class Op, class... X>
auto derivative_by(const Op& op,
                   const X&... x) requires(requires { op.derivative_b(x...); } && I == 1) {
  return op.derivative_b(x...);
}
template <std::size_t I, class Op, class... X>
auto derivative_by(const Op& op,
                   const X&... x) requires(requires { op.derivative_c(x...); } && I == 2) {
  return op.derivative_c(x...);
}
template <std::size_t I, class Op, class X>
auto derivative_by(const Op& op, const X& x, Unused) requires requires {
  op.derivative(x);
}
{ return op.derivative(x); }
template <std::size_t I, class Op, class Y>
auto derivative_by(const Op& op, Unused, const Y& y) requires requires {
  op.derivative_at_output(y);
}
{ return op.derivative_at_output(y); }

/// The argument `v` if a derivative reads it, Unused otherwise. `Read` has a bit for each argument that it reads.
template <unsigned Read, unsigned Bit, class V>
auto if_read(const V& v) {
  if constexpr ((Read & Bit) != 0)
    return v;
  else
    return Unused{};
}

/// The type of argument `K` of a derivative over packs: Unused where it is not read.
template <class Op, std::size_t K, unsigned Read>
using ArgumentType = decltype(if_read<Read, bit_of<Op, K>>(
    std::declval<std::conditional_t<K == 0 && masks_first<Op>, Mask<double>, Pack<double>>>()));

template <class Op, std::size_t I, unsigned Read, std::size_t... K>
auto derivative_on_packs(const Op& op, std::index_sequence<K...>)
    -> decltype(derivative_by<I>(op, std::declval<ArgumentType<Op, K, Read>>()...));

/// Whether `Op` declares a derivative by input `I` that reads exactly the arguments whose bits are set in `Read`.
template <class Op, std::size_t I, unsigned Read>
constexpr bool accepts() {
  return requires(const Op& op) {
    derivative_on_packs<Op, I, Read>(op, std::make_index_sequence<arity<Op> + 1>());
  };
}

/// The arguments that the derivative by input `I` reads: the one set that its declaration accepts, since a rule declares
/// the others as Unused.
template <class Op, std::size_t I, unsigned Read = 0>
constexpr unsigned arguments_read() {
  static_assert(Read < 16, "a derivative takes Value arguments that it reads, and Unused ones");
  if constexpr ((Read & 7u) < (1u << arity<Op>)&&accepts<Op, I, Read>())
    return Read;
  else
    return arguments_read<Op, I, Read + 1>();
}

template <class Op, std::size_t I, unsigned Read, class... V>
auto derivative(const Op& op, const V&... v) {
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    return derivative_by<I>(op, if_read<Read, bit_of<Op, K>>(v)...);
  }
  (std::index_sequence_for<V...>());
}

/// The cotangent `g` times a derivative, in one struct so that nested derivatives find every form.
struct Pullback {
  template <class T, class S>
  static Pack<T> by(Pack<T> g, const S& derivative) {
    return g * Pack<T>(derivative);
  }
  template <class T>
  static Pack<T> by(Pack<T>, Zero) {
    return 0;
  }
  template <class T, class M, class S>
  static Pack<T> by(Pack<T> g, const When<M, S>& s) {
    return kernels::select(s.mask, by(g, s.derivative), Pack<T>(0));
  }
  template <class T, class M, class A, class B>
  static Pack<T> by(Pack<T> g, const Either<M, A, B>& s) {
    return kernels::select(s.mask, by(g, s.here), by(g, s.elsewhere));
  }
  template <class T, class D>
  static Pack<T> by(Pack<T> g, const Over<D>& s) {
    return g / Pack<T>(s.denominator);
  }

  // Templates, because the product is that of the operators above this layer.
  template <std::same_as<Tensor> G>
  static Tensor by(const G& g, const G& derivative) {
    return g * derivative;
  }
  template <std::same_as<Tensor> G, class S>
  requires std::is_arithmetic_v<S>
  static Tensor by(const G& g, S derivative) { return derivative == S(1) ? g : g * derivative; }
  static Tensor by(const Tensor& g, One) { return g; }
  static Tensor by(const Tensor& g, Zero) { return zeros_like(g); }
  template <class M, class S>
  static Tensor by(const Tensor& g, const When<M, S>& s) {
    return where(s.mask, by(g, s.derivative), Scalar(0));
  }
  template <class M, class A, class B>
  static Tensor by(const Tensor& g, const Either<M, A, B>& s) {
    return where(s.mask, by(g, s.here), by(g, s.elsewhere));
  }
  template <class D>
  static Tensor by(const Tensor& g, const Over<D>& s) {
    return g / s.denominator;
  }
};

template <class Op, class T, std::size_t I, unsigned Read = arguments_read<Op, I>()>
void pullback_kernel(const void* context, std::byte* const* operands, std::int64_t n) {
  const Op op = *static_cast<const Op*>(context);
  constexpr unsigned read = Read;
  constexpr int width = Pack<T>::size;
  T* const out = reinterpret_cast<T*>(operands[0]);
  constexpr int count_read = 1 + __builtin_popcount(read);
  // Copied for the reason that kernels::map_packs() gives.
  const std::byte* x[count_read];
  for (int k = 0; k < count_read; ++k) x[k] = operands[1 + k];
  const auto at = [&]<std::size_t... K>(std::int64_t i, int count, std::index_sequence<K...>) {
    const auto load = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
      constexpr unsigned bit = bit_of<Op, J>;
      if constexpr ((read & bit) != 0) {
        constexpr int position = 1 + __builtin_popcount(read & (bit - 1));
        return kernels::load_operand<Op, T, J>(x[position], i, count);
      } else {
        return Unused{};
      }
    };
    const Pack<T> g = kernels::load_operand<Op, T, 8>(x[0], i, count);
    return Pullback::by(g, derivative_by<I>(op, load(std::integral_constant<std::size_t, K>{})...));
  };
  constexpr std::make_index_sequence<arity<Op> + 1> all;
  std::int64_t i = 0;
  for (; i + width <= n; i += width) at(i, width, all).store(out + i);
  if (i < n) {
    const int rest = static_cast<int>(n - i);
    at(i, rest, all).store_partial(out + i, rest);
  }
}

template <class Op, std::size_t I, unsigned Read = arguments_read<Op, I>()>
Tensor recorded_pullback(const Op& op, const Tensor& g, const Tensor* inputs,
                         const Tensor& output) {
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    return Pullback::by(g, derivative<Op, I, Read>(op, (K == arity<Op> ? output : inputs[K])...));
  }
  (std::make_index_sequence<arity<Op> + 1>());
}

template <class Op>
Tensor rule(const void* context, int input, const Tensor& g, const Tensor* inputs,
            const Tensor& output) {
  const Op& op = *static_cast<const Op*>(context);
  constexpr std::size_t first = masks_first<Op> ? 1 : 0;
  if constexpr (arity < Op >> 1)
    if (input == 1) return recorded_pullback<Op, 1>(op, g, inputs, output);
  if constexpr (arity < Op >> 2)
    if (input == 2) return recorded_pullback<Op, 2>(op, g, inputs, output);
  return recorded_pullback<Op, first>(op, g, inputs, output);
}

template <class Op>
Tensor rule_at_output(const void* context, int, const Tensor& g, const Tensor* inputs,
                      const Tensor& output) {
  return recorded_pullback<Op, 0, kOutputBit>(*static_cast<const Op*>(context), g, inputs, output);
}

template <class Op>
constexpr void fill_derivative_at_output(ElementwiseInfo& info) {
  info.pullback_at_output[0] = pullback_kernel<Op, float, 0, kOutputBit>;
  info.pullback_at_output[1] = pullback_kernel<Op, double, 0, kOutputBit>;
  info.rule_at_output = rule_at_output<Op>;
}

template <class Op, std::size_t I>
constexpr void fill_derivative(ElementwiseInfo& info) {
  constexpr unsigned read = arguments_read<Op, I>();
  using Derivative = decltype(derivative_on_packs<Op, I, read>(
      std::declval<const Op&>(), std::make_index_sequence<arity<Op> + 1>()));
  info.used[I] = read;
  info.passes_on[I] = std::same_as<Derivative, One>;
  info.is_factor[I] = std::same_as<Derivative, Pack<double>>;
  if constexpr (!std::same_as<Derivative, One>) {
    info.pullback[I][0] = pullback_kernel<Op, float, I>;
    info.pullback[I][1] = pullback_kernel<Op, double, I>;
  }
}

template <class Op>
constexpr ElementwiseInfo make_info() {
  ElementwiseInfo info{};
  info.node_name = Op::node_name;
  info.op_name = Op::op_name;
  info.arity = Op::arity;
  info.first_is_mask = masks_first<Op>;
  info.value[2] = kernels::value_kernel<Op, float, arity<Op>>;
  info.value[3] = kernels::value_kernel<Op, double, arity<Op>>;
  if constexpr (requires { Op::on_integers; }) {
    info.integers = true;
    info.value[1] = kernels::value_kernel<Op, std::int64_t, arity<Op>>;
  }
  info.no_bool = requires { Op::no_bool; };
  if constexpr (requires { Op::scalar; }) info.scalar = Op::scalar;
  info.scalar_is_saved = requires { Op::scalar_is_saved; };
  info.gradient_is_constant = requires { Op::gradient_is_constant; };
  if constexpr (!masks_first<Op>) fill_derivative<Op, 0>(info);
  if constexpr (arity < Op >> 1) fill_derivative<Op, 1>(info);
  if constexpr (arity < Op >> 2) fill_derivative<Op, 2>(info);
  info.rule = rule<Op>;
  if constexpr (requires(const Op& op) {
                  op.derivative(std::declval<Pack<double>>());
                  op.derivative_at_output(std::declval<Pack<double>>());
                })
    fill_derivative_at_output<Op>(info);
  return info;
}

template <class Op>
inline constexpr ElementwiseInfo info_of = make_info<Op>();

template <class Op>
constexpr void check_op() {
  static_assert(std::is_trivially_copyable_v<Op> && sizeof(Op) <= kOpBytes);
}

}  // namespace elementwise_detail

/// Evaluates elementwise operator `Op` and records it.
///
/// Note [Elementwise rules]
/// An operator is a struct with
///   static constexpr int arity, const char* node_name, const char* op_name;
///   value(x...)                    a generic expression over kernels::Pack
///   derivative(x) or derivative_at_output(y) for one input, or both: the first is more accurate, the second
///   takes its place where the input was written to since, which PyTorch allows;
///   derivative_a(a, b, y), derivative_b(a, b, y) for two, derivative_c too for three: generic over Pack and
///   Tensor, with parameters `const Value auto&` where the derivative looks and `Unused` elsewhere. The
///   derivative is an expression, a scalar, One, Zero, over(denominator), when(mask, derivative) or
///   either(mask, derivative, derivative).
/// and optionally `on_integers`, `no_bool`, `first_is_mask`, `scalar`, `gradient_is_constant`. Parameters are its data members.
/// Saved values, vjp, jvp, broadcasting and every higher order follow.
template <class Op, class... X>
Tensor apply(const Op& op, const X&... x) {
  elementwise_detail::check_op<Op>();
  const Tensor* const inputs[] = {&x...};
  return apply_elementwise(elementwise_detail::info_of<Op>, &op, sizeof(Op), inputs);
}
/// The same when the caller gives up the handles with a bit in `donated`.
template <class Op, class... X>
Tensor apply_reusing(unsigned donated, const Op& op, const X&... x) {
  elementwise_detail::check_op<Op>();
  const Tensor* const inputs[] = {&x...};
  return apply_elementwise(elementwise_detail::info_of<Op>, &op, sizeof(Op), inputs, donated);
}
/// Writes the result into `self`, the first input.
template <class Op, class... X>
Tensor& apply_inplace(const Op& op, Tensor& self, const X&... x) {
  elementwise_detail::check_op<Op>();
  const Tensor* const others[] = {&x..., nullptr};
  apply_elementwise_inplace(elementwise_detail::info_of<Op>, &op, sizeof(Op), self, others);
  return self;
}

}  // namespace eigengrad::autograd
