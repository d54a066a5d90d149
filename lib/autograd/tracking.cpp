#include "autograd/tracking.hpp"

#include <thread>

namespace eigengrad {
namespace detail {

AutogradExtra& ensure_extra(TensorImpl& t) {
  if (t.extra() == nullptr) t.set_extra(new AutogradExtra);
  return *t.extra();
}

void forget_extra(TensorImpl& t) noexcept {
  AutogradExtra* extra = t.extra();
  if (extra == nullptr) return;
  if (extra->link.previous != nullptr) {
    // Saved values still need the tangent; everything else belonged to the handles.
    extra->grad.reset();
    extra->tangent_base.reset();
    extra->hooks.reset();
    extra->accumulator.reset();
    return;
  }
  t.set_extra(nullptr);
  delete extra;
}

void SpinLock::wait() noexcept {
  while (flag_->exchange(true, std::memory_order_acquire)) std::this_thread::yield();
}

}  // namespace detail

namespace autograd {

NodeExtra& extra_of(Node& node) {
  if (node.extra_ == nullptr) node.extra_ = new NodeExtra;
  return *node.extra_;
}

NodeExtra* find_extra(const Node& node) noexcept { return node.extra_; }

NodeExtra::NodeExtra() = default;
NodeExtra::~NodeExtra() {
  for (const Retained& r : retained) r.tensor->release_held();
}

}  // namespace autograd
}  // namespace eigengrad
