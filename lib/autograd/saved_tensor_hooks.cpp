#include "eigengrad/autograd/saved_tensor_hooks.hpp"

#include "autograd/saved_value.hpp"
#include "core/fail.hpp"

namespace eigengrad::autograd {
namespace {

thread_local constinit const std::string* disabled = nullptr;

}  // namespace

SavedTensorHooks::SavedTensorHooks(std::shared_ptr<const detail::SavedHooks> hooks)
    : hooks_(std::move(hooks)), outer_(detail::thread_state.saved_hooks) {
  if (disabled != nullptr) detail::fail<GraphError>("saved_tensor_hooks", *disabled);
  detail::thread_state.saved_hooks = hooks_.get();
}

SavedTensorHooks::~SavedTensorHooks() { detail::thread_state.saved_hooks = outer_; }

DisableSavedTensorHooks::DisableSavedTensorHooks(std::string message)
    : message_(std::move(message)), outer_(disabled) {
  if (detail::thread_state.saved_hooks != nullptr)
    detail::fail<GraphError>("saved_tensor_hooks", message_);
  disabled = &message_;
}

DisableSavedTensorHooks::~DisableSavedTensorHooks() { disabled = outer_; }

void register_saved_tensor_hooks(Node& node, std::size_t i,
                                 const std::shared_ptr<const detail::SavedHooks>& hooks) {
  struct Nth final : SavedVisitor {
    Nth(std::size_t which, const detail::SavedHooks& h) : index(which), hooks(h) {}
    void visit(SavedValue& value, Node& owner) override {
      if (seen++ == index) value.pack_with(hooks, owner);
    }
    std::size_t index;
    const detail::SavedHooks& hooks;
    std::size_t seen = 0;
  };
  Nth nth(i, *hooks);
  node.visit_saved(nth);
  if (i >= nth.seen)
    detail::fail<IndexError>("register_saved_tensor_hooks", "value ", i, " of ", node.name(),
                             " is out of range: the node saved ", nth.seen, "; count from 0");
}

}  // namespace eigengrad::autograd
