#include "autograd/elementwise.hpp"

#include <utility>

#include "autograd/annotation.hpp"
#include "autograd/elementwise/arguments.hpp"
#include "autograd/elementwise/node.hpp"
#include "core/new_tensor.hpp"

namespace eigengrad::autograd {
namespace {

using detail::TensorImpl;

/// Whether the result of a call may be written over `x`, whose only handle is given up: nothing may
/// see it, and no node may need it.
bool reusable(const Tensor& x, const ElementwiseArguments& p, bool saved) noexcept {
  const TensorImpl& t = *x.impl();
  return !saved && t.dtype() == p.dtype && t.is_contiguous() && t.sizes() == p.sizes &&
         t.exclusively_owned() && t.is_inference() == detail::thread_state.inference_mode &&
         t.extra() == nullptr && !t.requires_grad_flag() && t.view_base() == nullptr &&
         !t.is_wrapped_number() && !detail::thread_state.dual_level;
}

/// The first input with a bit in `donated` over which the result may be written; -1 without one.
int find_reusable(const ElementwiseInfo& info, const ElementwiseArguments& p,
                  const Tensor* const* inputs, unsigned donated, bool record) noexcept {
  // Hooks that see an output see it computed.
  if (record && detail::thread_state.saved_hooks != nullptr) return -1;
  unsigned used = 0;
  for (int k = 0; record && k < info.arity; ++k)
    if (detail::is_tracked(*p.at[k])) used |= info.used[k];
  for (int i = 0; i < info.arity; ++i) {
    const unsigned bit = 1u << i;
    if ((donated & bit) != 0 && p.at[i] == inputs[i] && reusable(*inputs[i], p, (used & bit) != 0))
      return i;
  }
  return -1;
}

/// Whether a call needs one kernel call and nothing else: inputs of one floating dtype and one shape, row-major, at
/// most kGrain elements, no mask; and neither mode of differentiation has anything to record.
bool is_plain(const ElementwiseInfo& info, const Tensor* const* inputs) noexcept {
  const TensorImpl* first = inputs[0]->impl();
  if (first == nullptr || !is_floating_point(first->dtype()) || info.first_is_mask ||
      detail::thread_state.dual_level || first->numel() > kernels::kGrain)
    return false;
  const bool record = detail::recording();
  for (int i = 0; i < info.arity; ++i) {
    const TensorImpl* x = inputs[i]->impl();
    if (x == nullptr || x->dtype() != first->dtype() || !x->is_contiguous() ||
        !(x->sizes() == first->sizes()) || (record && detail::is_tracked(*x)))
      return false;
  }
  return true;
}

}  // namespace

Tensor call_elementwise(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                        const Tensor* const* inputs, unsigned donated) {
  if (donated == 0 && is_plain(info, inputs)) {
    const TensorImpl& x = *inputs[0]->impl();
    Tensor y = detail::uninitialised(x.dtype(), x.sizes());
    std::byte* at[kernels::kMaxOperands] = {y.impl()->bytes()};
    for (int i = 0; i < info.arity; ++i) at[i + 1] = inputs[i]->impl()->bytes();
    info.value[static_cast<int>(x.dtype())](op, at, x.numel());
    return y;
  }
  const ElementwiseArguments p(info, inputs);
  const auto arity = static_cast<std::size_t>(info.arity);
  const bool record = detail::recording() && p.any_tracked() && is_floating_point(p.compute);

  const TensorImpl* operands[kernels::kMaxOperands];
  for (std::size_t i = 0; i < arity; ++i) operands[i + 1] = p.at[i]->impl();
  std::shared_ptr<Node> node;
  Tensor y;
  if (const int i = donated != 0 ? find_reusable(info, p, inputs, donated, record) : -1; i >= 0) {
    if (record)
      node = make_elementwise_node(info, OpBytes(op, op_bytes), p.at, *inputs[i], p.sizes);
    y = std::move(*const_cast<Tensor*>(inputs[i]));
  }
  const bool reused = y.defined();
  if (!reused) y = detail::uninitialised(p.compute, p.sizes);
  operands[0] = y.impl();
  run(info.value[static_cast<int>(p.compute)], op, operands, info.arity + 1, p.sizes);
  if (p.dtype != p.compute) return cast(y, p.dtype);

  if (record) {
    if (node == nullptr)
      node = make_elementwise_node(info, OpBytes(op, op_bytes), p.at, y, p.sizes);
    set_history(y, std::move(node));
  } else if (reused) {
    set_history(y, nullptr);
  }
  if (p.any_tangent()) detail::set_tangent(y, push_forward(info, op, p.at, y));
  return y;
}

namespace {

// A function of its own, so that calls that nobody observes pay for no scope.

[[gnu::cold, gnu::noinline]] Tensor observe_elementwise(const ElementwiseInfo& info, const void* op,
                                                        std::size_t op_bytes,
                                                        const Tensor* const* inputs,
                                                        unsigned donated) {
  const ObservedCall observed(info.node_name);
  return call_elementwise(info, op, op_bytes, inputs, donated);
}

}  // namespace

Tensor apply_elementwise(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                         const Tensor* const* inputs, unsigned donated) {
  if (EIGENGRAD_UNLIKELY(detail::thread_state.annotates))
    return observe_elementwise(info, op, op_bytes, inputs, donated);
  return call_elementwise(info, op, op_bytes, inputs, donated);
}

}  // namespace eigengrad::autograd
