#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// Hooks in the order of their registration. A removed one leaves a gap, so that handles stay valid.
template <class F>
class HookList {
 public:
  unsigned add(F hook) {
    hooks_.push_back(std::make_shared<F>(std::move(hook)));
    return static_cast<unsigned>(hooks_.size() - 1);
  }
  bool remove(unsigned handle) noexcept {
    if (handle >= hooks_.size() || hooks_[handle] == nullptr) return false;
    hooks_[handle].reset();
    return true;
  }
  bool empty() const noexcept { return hooks_.empty(); }
  std::size_t count() const noexcept {
    return hooks_.size() -
           static_cast<std::size_t>(std::count(hooks_.begin(), hooks_.end(), nullptr));
  }
  /// Calls `use` with those registered by now; a hook may add and remove hooks, itself included.
  template <class Use>
  void each(const Use& use) const {
    for (std::size_t i = 0, n = hooks_.size(); i < n; ++i)
      if (const std::shared_ptr<F> hook = hooks_[i]; hook != nullptr) use(*hook);
  }

 private:
  std::vector<std::shared_ptr<F>> hooks_;
};

using TensorHook = std::function<Tensor(const Tensor&)>;

/// Hooks of a leaf. `post_accumulate` run once `.grad` has its new value.
struct LeafHooks {
  HookList<TensorHook> tensor;
  HookList<std::function<void(const Tensor&)>> post_accumulate;
};

/// Hooks of a node, and of the tensors that it computed.
struct NodeHooks {
  struct OfOutput {
    std::uint32_t output_nr;
    HookList<TensorHook> list;
  };
  std::vector<std::unique_ptr<OfOutput>> outputs;
  HookList<std::function<variable_list(const variable_list&)>> pre;
  HookList<std::function<variable_list(const variable_list&, const variable_list&)>> post;
};

/// Hands the gradients of the node's outputs to the hooks of those tensors, and keeps them where they are
/// retained.
void run_tensor_hooks(Node& node, Tensor* grads);
/// Calls run_tensor_hooks(), then hands the gradients to the node's pre-hooks.
void run_prehooks(Node& node, Tensor* grads);
bool has_posthooks(const Node& node) noexcept;
/// Hands the results of the node, computed from `grads`, to its post-hooks.
void run_posthooks(const Node& node, Tensor* results, const variable_list& grads);

}  // namespace eigengrad::autograd
