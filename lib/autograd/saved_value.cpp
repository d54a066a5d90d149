#include "autograd/saved_value.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/structural.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/autograd/saved_tensor_hooks.hpp"

namespace eigengrad::autograd {
namespace {

/// The object that a pack hook returned for a value, with the hooks.
struct Packed {
  std::shared_ptr<const detail::SavedHooks> hooks;
  std::shared_ptr<void> object;
};

/// The scope in which hooks run: nothing is recorded, carries tangents or is packed in it.
class HookScope {
 public:
  HookScope() noexcept : hooks_(std::exchange(detail::thread_state.saved_hooks, nullptr)) {}
  ~HookScope() { detail::thread_state.saved_hooks = hooks_; }
  HookScope(const HookScope&) = delete;
  HookScope& operator=(const HookScope&) = delete;

 private:
  const detail::SavedHooks* hooks_;
  AutoGradMode off_{false};
  detail::NoTangents plain_;
};

/// A copy of the tangent: a later write to the packed tensor changes its tangent, but must not change this
/// value.
void give_tangent(detail::TensorImpl& stand_in, const Tensor& tangent) {
  const detail::NoTangents plain;
  detail::attach_tangent(stand_in, copy_laid_out_like(tangent, tangent));
}

}  // namespace

void refuse_to_save(const Tensor& t) {
  detail::fail<GraphError>("autograd",
                           "Inference tensors cannot be saved for backward: one of shape ",
                           t.sizes(), " was made in inference mode; clone() it outside first");
}

void SavedValue::save(const Tensor& t, std::uint16_t role) {
  check_may_be_saved(t);
  drop();
  role_ = role;
  if (EIGENGRAD_UNLIKELY(detail::thread_state.saved_hooks != nullptr)) {
    pack(t, *detail::thread_state.saved_hooks);
    return;
  }
  impl_ = t.impl();
  // The tensor has lost its tangent to a write, but values saved before keep it; this one is saved after, so
  // it is saved through a view without tangent. An output is not: its tangent is set after it was saved.
  Tensor apart;
  if (EIGENGRAD_UNLIKELY(detail::thread_state.dual_level) && !is_output() &&
      !detail::carries_tangent(t) && detail::saved_tangent(*impl_).defined()) {
    apart = raw_view(t, t.sizes(), t.strides(), 0);
    impl_ = apart.impl();
  }
  impl_->hold();
  version_ = impl_->storage().version();
}

void SavedValue::pack(const Tensor& t, const detail::SavedHooks& hooks) {
  auto packed = std::make_unique<Packed>(Packed{hooks.shared_from_this(), nullptr});
  {
    const HookScope scope;
    const Tensor argument = raw_view(t, t.sizes(), t.strides(), 0);
    const std::uint32_t version = t.impl()->storage().version();
    packed->object = hooks.pack(argument);
    if (t.impl()->storage().version() != version)
      detail::fail<GraphError>("saved_tensor_hooks",
                               "a pack hook is modifying its input in place: the tensor of shape ",
                               t.sizes(), " is still in use; let the hook write into a clone");
  }
  const Tensor stand_in = Tensor::adopt(detail::TensorImpl::create_external(
      packed.get(), t.dtype(), t.sizes(), t.strides(),
      [](void* p) noexcept { delete static_cast<Packed*>(p); }, packed.get()));
  packed.release();
  if (detail::carries_tangent(t)) give_tangent(*stand_in.impl(), detail::tangent_of(t));
  drop();
  impl_ = stand_in.impl();
  impl_->hold();
  version_ = impl_->storage().version() + 1;
  packed_ = true;
}

Tensor SavedValue::unpack(const Node& node) const {
  const auto& packed = *reinterpret_cast<const Packed*>(impl_->bytes());
  Tensor t;
  {
    const HookScope scope;
    t = packed.hooks->unpack(packed.object.get());
  }
  if (!t.defined())
    detail::fail<GraphError>(node.name(), "an unpack hook has returned an undefined tensor for a ",
                             to_string(impl_->dtype()), " tensor of shape ", impl_->sizes(),
                             "; return the value that was packed");
  if (!(t.sizes() == impl_->sizes()))
    detail::fail<ShapeError>(node.name(), "an unpack hook has returned a tensor of shape ",
                             t.sizes(), " for one of shape ", impl_->sizes(),
                             "; return the value that was packed");
  if (t.dtype() != impl_->dtype())
    detail::fail<DtypeError>(node.name(), "an unpack hook has returned a ", to_string(t.dtype()),
                             " tensor for one of ", to_string(impl_->dtype()),
                             "; convert it back with to()");
  // Without history: the node knows the value's history.
  return raw_view(t, t.sizes(), t.strides(), 0);
}

void SavedValue::pack_with(const detail::SavedHooks& hooks, const Node& node) {
  if (data(node) == nullptr)
    detail::fail<GraphError>(node.name(),
                             "the hooks of a saved tensor have already been set; only one pair "
                             "of hooks is possible for each");
  pack(tensor_of_data(), hooks);
}

Tensor SavedValue::tensor_of_data() const {
  Tensor alias = Tensor::adopt(detail::TensorImpl::create_view(
      &impl_->storage(), impl_->bytes(), impl_->dtype(), impl_->sizes(), impl_->strides()));
  if (const Tensor tangent = detail::saved_tangent(*impl_); tangent.defined())
    detail::attach_tangent(*alias.impl(), tangent);
  return alias;
}

Tensor SavedValue::tensor(Node& node) const {
  const Edge* const edge = this->edge(node);
  const bool has_history = is_output() || (edge != nullptr && edge->is_valid());
  if (data(node) != nullptr && impl_->try_retain()) {
    Tensor t = Tensor::adopt(impl_);
    // The tensor itself that was saved, unless its history was replaced since.
    const bool has_lost_tangent =
        !detail::carries_tangent(t) && detail::saved_tangent(*impl_).defined();
    if (!has_history && !has_lost_tangent) return t;
    const Edge now = gradient_edge(t);
    if (is_output() ? now.function.get() == &node && now.input_nr == output_nr() : now == *edge)
      return t;
  }
  Tensor alias = packed_ ? unpack(node) : tensor_of_data();
  if (const Tensor tangent = detail::saved_tangent(*impl_); packed_ && tangent.defined())
    detail::attach_tangent(*alias.impl(), tangent);
  if (has_history) {
    const Edge history = is_output() ? output_edge(node, output_nr()) : *edge;
    set_history(alias, history.function, history.input_nr);
  }
  return alias;
}

void give_tangent_to_packed(Node& node, std::uint32_t output_nr, const Tensor& tangent) {
  struct Give final : SavedVisitor {
    Give(std::uint32_t nr, const Tensor& t) : output_nr(nr), tangent(t) {}
    void visit(SavedValue& value, Node&) override {
      if (value.is_packed() && value.is_output() && value.output_nr() == output_nr)
        give_tangent(*value.held(), tangent);
    }
    std::uint32_t output_nr;
    const Tensor& tangent;
  };
  Give give(output_nr, tangent);
  node.visit_saved(give);
}

void fail_released(const Node& node) {
  detail::fail<GraphError>(
      node.name(),
      "Trying to backward through the graph a second time: the values that this node saved were "
      "released by the first pass; pass retain_graph = true to it");
}

const detail::TensorImpl* SavedValue::packed_or_fail(const Node& node) const {
  if (impl_ == nullptr || !packed_) fail(node);
  return nullptr;
}

void SavedValue::fail(const Node& node) const {
  if (impl_ == nullptr) fail_released(node);
  detail::fail<GraphError>(
      node.name(), "a value needed for the gradient was modified by an inplace operation: ",
      to_string(impl_->dtype()), " tensor of shape ", impl_->sizes(), ", ",
      is_output() ? "output " + std::to_string(output_nr()) + " of " : std::string("an input of "),
      node.name(), ", is at version ", impl_->storage().version(), ", expected version ", version_,
      "; write into a clone, or modify it after backward()");
}

void Node::release_saved() noexcept {
  const detail::SpinLock lock(saved_lock_);
  for (std::uint32_t i = 0; i < num_saved_; ++i) saved_[i].release();
  saved_released_ = true;
}

void Node::visit_saved(SavedVisitor& visitor) {
  const detail::SpinLock lock(saved_lock_);
  for (std::uint32_t i = 0; i < num_saved_; ++i)
    if (saved_[i].was_saved()) visitor.visit(saved_[i], *this);
}

variable_list Node::saved_variables() {
  struct Unpack final : SavedVisitor {
    void visit(SavedValue& value, Node& owner) override { list.push_back(value.tensor(owner)); }
    variable_list list;
  };
  Unpack unpack;
  visit_saved(unpack);
  return std::move(unpack.list);
}

}  // namespace eigengrad::autograd
