#include "autograd/elementwise_forward.hpp"

#include "autograd/accumulate_grad.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "core/new_tensor.hpp"

namespace eigengrad::autograd {
namespace {

using detail::TensorImpl;

/// Derivative `i` times the tangent `t` in one pass.
Tensor pushed_forward(const ElementwiseInfo& info, const void* op, int i, const Tensor& t,
                      const Tensor* inputs, const Tensor& y) {
  const TensorImpl* operands[kernels::kMaxOperands];
  int n = 1;
  operands[n++] = t.impl();
  for (int k = 0; k < info.arity; ++k)
    if ((info.used[i] & (1u << k)) != 0) operands[n++] = inputs[k].impl();
  if ((info.used[i] & kOutputBit) != 0) operands[n++] = y.impl();
  Tensor r = detail::uninitialised(t.dtype(), y.sizes());
  operands[0] = r.impl();
  run(info.pullback[i][t.dtype() == kFloat64], op, operands, n, y.sizes());
  return r;
}

/// Whether the tangents of several inputs, with what their derivatives look at, are row-major and as long as
/// the result `y`.
bool lies_together(const ElementwiseInfo& info, const Tensor* inputs, const Tensor& y) {
  const auto fits = [&](const Tensor& t) { return t.is_contiguous() && t.sizes() == y.sizes(); };
  int tangents = 0;
  for (int i = 0; i < info.arity; ++i) {
    if (!inputs[i].impl()->has_tangent()) continue;
    ++tangents;
    if (!fits(detail::tangent_of(inputs[i]))) return false;
    for (int k = 0; k < info.arity; ++k)
      if ((info.used[i] & (1u << k)) != 0 && !fits(inputs[k])) return false;
  }
  return tangents > 1 && y.is_contiguous();
}

/// The sum of derivatives times tangents in one pass over them: what an input contributes is added to the rest
/// while that is in the first cache.
template <class T>
Tensor pushed_together(const ElementwiseInfo& info, const void* op, const Tensor* inputs,
                       const Tensor& y) {
  constexpr std::int64_t kPiece = 4096 / sizeof(T);
  Tensor sum = detail::uninitialised(y.dtype(), y.sizes());
  const auto at = [](const Tensor& t, std::int64_t i) {
    return t.impl()->bytes() + i * element_size(t.dtype());
  };
  kernels::parallel_blocks(sum.numel(), [&](std::int64_t begin, std::int64_t end) {
    alignas(64) T product[kPiece];
    for (std::int64_t first = begin; first < end; first += kPiece) {
      const std::int64_t n = std::min(kPiece, end - first);
      T* const to = reinterpret_cast<T*>(at(sum, first));
      bool begun = false;
      for (int i = 0; i < info.arity; ++i) {
        if (!inputs[i].impl()->has_tangent()) continue;
        std::byte* operands[kernels::kMaxOperands];
        int count = 0;
        operands[count++] = reinterpret_cast<std::byte*>(begun ? product : to);
        operands[count++] = at(detail::tangent_of(inputs[i]), first);
        for (int k = 0; k < info.arity; ++k)
          if ((info.used[i] & (1u << k)) != 0) operands[count++] = at(inputs[k], first);
        if ((info.used[i] & kOutputBit) != 0) operands[count++] = at(y, first);
        const T* term = reinterpret_cast<const T*>(operands[0]);
        if (info.passes_on[i])
          term = reinterpret_cast<const T*>(operands[1]);
        else
          info.pullback[i][std::same_as<T, double>](op, operands, n);
        if (begun)
          for (std::int64_t e = 0; e < n; ++e) to[e] += term[e];
        else if (term != to)
          std::copy_n(term, n, to);
        begun = true;
      }
    }
  });
  return sum;
}

/// Derivative `i` times the tangent `t` by recorded operators.
Tensor recorded(const ElementwiseInfo& info, const void* op, int i, const Tensor& t,
                const Tensor* inputs, const Tensor& y) {
  const std::uint64_t since = detail::thread_state.sequence_nr;
  Tensor r = info.rule(op, i, t, inputs, y);
  if (info.gradient_is_constant) return r;
  std::array<Tensor, kMaxArity + 1> looked_at;
  for (std::size_t k = 0; k < kMaxArity; ++k)
    if ((info.used[i] & (1u << k)) != 0) looked_at[k] = inputs[k];
  if ((info.used[i] & kOutputBit) != 0) looked_at[kMaxArity] = y;
  return function_of(std::move(r), looked_at, since);
}

}  // namespace

Tensor push_forward(const ElementwiseInfo& info, const void* op, const Tensor* const* at,
                    const Tensor& y) {
  const detail::NoTangents plain;
  Tensor inputs[kMaxArity];
  bool record = false;
  for (int i = 0; i < info.arity; ++i) {
    inputs[i] = *at[i];
    record = record || records(inputs[i]) ||
             (inputs[i].impl()->has_tangent() && records(detail::tangent_of(inputs[i])));
  }
  if (record && y.numel() == 0) {
    std::array<Tensor, 2 * kMaxArity> of;
    for (std::size_t i = 0; i < kMaxArity; ++i) {
      of[2 * i] = inputs[i];
      if (inputs[i].defined() && inputs[i].impl()->has_tangent())
        of[2 * i + 1] = detail::tangent_of(inputs[i]);
    }
    return derivative_of_nothing(y, of);
  }
  if (!record && lies_together(info, inputs, y))
    return y.dtype() == kFloat64 ? pushed_together<double>(info, op, inputs, y)
                                 : pushed_together<float>(info, op, inputs, y);
  Tensor tangent;
  for (int i = 0; i < info.arity; ++i) {
    if (!inputs[i].impl()->has_tangent()) continue;
    const Tensor& t = detail::tangent_of(inputs[i]);
    accumulate_gradient(tangent, info.passes_on[i] ? Tensor(t)
                                 : record          ? recorded(info, op, i, t, inputs, y)
                                                   : pushed_forward(info, op, i, t, inputs, y));
  }
  if (!(tangent.sizes() == y.sizes())) tangent = copy_row_major(expand_to(tangent, y.sizes()));
  return tangent;
}

}  // namespace eigengrad::autograd
