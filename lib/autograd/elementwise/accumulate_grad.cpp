#include "autograd/accumulate_grad.hpp"

#include "autograd/add.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/hooks.hpp"
#include "autograd/structural.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"

namespace eigengrad::autograd {

AccumulateGrad::AccumulateGrad(detail::TensorImpl& leaf) noexcept
    : Node(nullptr, 0, 1), leaf_(&leaf), hooks_(leaf.extra()->hooks) {
  leaf.hold();
  mark_accumulator();
}

AccumulateGrad::~AccumulateGrad() { leaf_->release_held(); }

void AccumulateGrad::backward(BackwardCall& call) {
  if (!call.grads[0].defined() || !leaf_->try_retain()) return;
  const Tensor leaf = Tensor::adopt(leaf_);
  if (leaf_->requires_grad_flag()) accumulate(leaf, std::move(call.grads[0]));
  if (hooks_ != nullptr) hooks_->post_accumulate.each([&](const auto& hook) { hook(leaf); });
}

void AccumulateGrad::accumulate(const Tensor& leaf, Tensor&& grad) {
  if (grad.dtype() != leaf.dtype()) grad = cast(grad, leaf.dtype());
  detail::AutogradExtra& extra = detail::ensure_extra(*leaf.impl());
  const detail::SpinLock lock(extra.lock);
  if (!extra.grad.defined()) {
    const detail::TensorImpl& g = *grad.impl();
    const bool same_layout =
        leaf.is_contiguous() ? grad.is_contiguous() : grad.strides() == leaf.strides();
    if (!detail::recording() && same_layout && g.exclusively_owned() && !g.tracked())
      extra.grad = std::move(grad);
    else
      extra.grad = copy_like(grad, leaf);
  } else if (detail::recording() || extra.retains_grad) {
    // A retained gradient is a sum with the last one, not that one written to, whose history would stay.
    extra.grad = apply(Add{}, extra.grad, grad);
  } else {
    apply_inplace(Add{}, extra.grad, grad);
  }
}

namespace {

/// into += x, when nobody else sees `into`; without their tangents.
void add_owned(Tensor& into, const Tensor& x) {
  const detail::NoTangents plain;
  if (into.numel() > kernels::kBlock || !x.is_contiguous()) {
    apply_inplace(Add{}, into, x);
    return;
  }
  std::byte* const operands[] = {into.impl()->bytes(), into.impl()->bytes(), x.impl()->bytes()};
  const Add rule;
  elementwise_detail::info_of<Add>.value[static_cast<int>(into.dtype())](&rule, operands,
                                                                         into.numel());
}

/// The tangent of `into` += that of x. Every tensor has one of its own.
void add_tangent(const Tensor& into, const Tensor& x) {
  if (!x.impl()->has_tangent()) return;
  const detail::NoTangents plain;
  if (into.impl()->has_tangent())
    accumulate_gradient(into.impl()->extra()->tangent, Tensor(detail::tangent_of(x)));
  else
    detail::set_tangent(into, copy_row_major(detail::tangent_of(x)));
}

}  // namespace

void accumulate_gradient(Tensor& into, Tensor&& grad) {
  if (!grad.defined()) return;
  if (!into.defined()) {
    into = std::move(grad);
    return;
  }
  const bool alike =
      !detail::recording() && into.sizes() == grad.sizes() && into.dtype() == grad.dtype();
  const auto owned = [&](const Tensor& t) {
    return alike && t.is_contiguous() && t.impl()->exclusively_owned();
  };
  if (owned(into)) {
    if (detail::thread_state.dual_level) add_tangent(into, grad);
    add_owned(into, grad);
  } else if (owned(grad)) {
    if (detail::thread_state.dual_level) add_tangent(grad, into);
    add_owned(grad, into);
    into = std::move(grad);
  } else {
    into = apply(Add{}, into, grad);
  }
}

Edge gradient_edge(const Tensor& t) {
  if (EIGENGRAD_UNLIKELY(!t.defined()))
    detail::fail<ValueError>("gradient_edge", "the tensor is undefined; assign one to it first");
  detail::TensorImpl& impl = *t.impl();
  if (impl.view_base() != nullptr) refresh_view_history(t);
  if (impl.node() != nullptr) return {impl.node(), impl.output_nr()};
  if (!impl.requires_grad_flag()) return {};
  detail::AutogradExtra& extra = detail::ensure_extra(impl);
  const detail::SpinLock lock(extra.lock);
  std::shared_ptr<Node> node = extra.accumulator.lock();
  if (node == nullptr) {
    node = std::allocate_shared<AccumulateGrad>(detail::PoolAllocator<AccumulateGrad>{}, impl);
    extra.accumulator = node;
  }
  return {std::move(node), 0};
}

}  // namespace eigengrad::autograd
