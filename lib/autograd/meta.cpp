#include "autograd/meta.hpp"

#include <mutex>
#include <thread>
#include <unordered_map>

#include "autograd/add.hpp"
#include "autograd/structural.hpp"
#include "autograd/views.hpp"
#include "core/allocator.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/forward_mode.hpp"

namespace eigengrad {
namespace detail {
namespace {

/// Tensors that carry a tangent, so that the end of a level finds them and a dying one is forgotten.
struct TangentRegistry {
  std::mutex mutex;
  /// With the thread whose level the tangent belongs to.
  std::unordered_map<TensorImpl*, const ThreadState*> tensors;
};
TangentRegistry& tangents() {
  static TangentRegistry& registry = *new TangentRegistry;
  return registry;
}

}  // namespace

AutogradExtra& ensure_extra(TensorImpl& t) {
  if (t.extra() == nullptr) t.set_extra(new AutogradExtra);
  return *t.extra();
}

void forget_extra(TensorImpl& t) noexcept {
  AutogradExtra* extra = t.extra();
  if (extra == nullptr) return;
  if (t.has_tangent()) {
    // Saved values still need the tangent; everything else belonged to the handles.
    extra->grad.reset();
    extra->accumulator.reset();
    return;
  }
  t.set_extra(nullptr);
  delete extra;
}

void forget_tangent(TensorImpl& t) noexcept {
  if (t.has_tangent()) {
    TangentRegistry& registry = tangents();
    const std::lock_guard lock(registry.mutex);
    registry.tensors.erase(&t);
    t.set_has_tangent(false);
  }
  delete t.extra();
  t.set_extra(nullptr);
}

void set_tangent(const Tensor& t, const Tensor& tangent) {
  TensorImpl& impl = *t.impl();
  ensure_extra(impl).tangent = tangent;
  if (impl.has_tangent()) return;
  TangentRegistry& registry = tangents();
  const std::lock_guard lock(registry.mutex);
  registry.tensors.emplace(&impl, &thread_state);
  impl.set_has_tangent(true);
}

void SpinLock::wait() noexcept {
  while (flag_->exchange(true, std::memory_order_acquire)) std::this_thread::yield();
}

}  // namespace detail

namespace autograd {

DualLevel::DualLevel() {
  if (detail::thread_state.dual_level)
    detail::fail<GraphError>("DualLevel",
                             "a level of forward mode is open already on this thread; "
                             "levels do not nest");
  detail::thread_state.dual_level = true;
}

DualLevel::~DualLevel() {
  detail::thread_state.dual_level = false;
  std::vector<Tensor> dropped;
  {
    detail::TangentRegistry& registry = detail::tangents();
    const std::lock_guard lock(registry.mutex);
    for (auto it = registry.tensors.begin(); it != registry.tensors.end();) {
      if (it->second != &detail::thread_state) {
        ++it;
        continue;
      }
      it->first->set_has_tangent(false);
      dropped.push_back(std::move(it->first->extra()->tangent));
      it = registry.tensors.erase(it);
    }
  }
}

bool DualLevel::is_open() noexcept { return detail::thread_state.dual_level; }

namespace {

void require_level(std::string_view op) {
  if (!detail::thread_state.dual_level)
    detail::fail<GraphError>(op,
                             "no level exists: open an autograd::DualLevel around the use of "
                             "forward mode");
}

}  // namespace

Tensor make_dual(const Tensor& primal, const Tensor& tangent) {
  require_level("make_dual");
  if (!(primal.sizes() == tangent.sizes()))
    detail::fail<ShapeError>("make_dual",
                             "the tangent has a different size than the primal: ", tangent.sizes(),
                             " against ", primal.sizes());
  if (primal.dtype() != tangent.dtype() || !primal.is_floating_point())
    detail::fail<DtypeError>("make_dual",
                             "primal and tangent must be of one floating point dtype: ",
                             to_string(primal.dtype()), " and ", to_string(tangent.dtype()));
  Tensor dual;
  {
    const detail::NoTangents plain;
    dual = alias(primal);
  }
  detail::set_tangent(dual, tangent);
  return dual;
}

Dual unpack_dual(const Tensor& t) {
  require_level("unpack_dual");
  Dual parts;
  if (detail::carries_tangent(t)) parts.tangent = detail::tangent_of(t);
  const detail::NoTangents plain;
  parts.primal = alias(t);
  return parts;
}

AccumulateGrad::AccumulateGrad(detail::TensorImpl& leaf) noexcept
    : Node(nullptr, 0, 1), leaf_(&leaf) {
  leaf.hold();
  mark_accumulator();
}

AccumulateGrad::~AccumulateGrad() { leaf_->release_held(); }

void AccumulateGrad::backward(BackwardCall& call) {
  if (!call.grads[0].defined() || !leaf_->try_retain()) return;
  accumulate(Tensor::adopt(leaf_), std::move(call.grads[0]));
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
  } else if (detail::recording()) {
    extra.grad = apply(Add{}, extra.grad, grad);
  } else {
    apply_inplace(Add{}, extra.grad, grad);
  }
}

void accumulate_gradient(Tensor& into, Tensor&& grad) {
  if (!grad.defined()) return;
  if (!into.defined()) {
    into = std::move(grad);
    return;
  }
  const bool plain = !detail::recording() && !detail::thread_state.dual_level &&
                     into.sizes() == grad.sizes() && into.dtype() == grad.dtype();
  if (plain && into.is_contiguous() && into.impl()->exclusively_owned())
    apply_inplace(Add{}, into, grad);
  else if (plain && grad.is_contiguous() && grad.impl()->exclusively_owned())
    into = std::move(apply_inplace(Add{}, grad, into));
  else
    into = apply(Add{}, into, grad);
}

Edge gradient_edge(const Tensor& t) {
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

}  // namespace autograd
}  // namespace eigengrad
