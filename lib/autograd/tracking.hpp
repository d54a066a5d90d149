#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "core/allocator.hpp"
#include "core/thread_state.hpp"
#include "eigengrad/autograd/node.hpp"

/// What tensors and nodes have only where they are tracked, and the questions whether they are.
namespace eigengrad::autograd {
struct Annotation;
struct LeafHooks;
struct NodeHooks;
}  // namespace eigengrad::autograd

namespace eigengrad::detail {

/// What only some tensors have in the graph: leaves, tensors that retain their gradient or carry a
/// tangent.
struct AutogradExtra {
  Tensor grad;
  Tensor tangent;
  /// The version of the memory when the tensor lost its tangent, which values saved at that version have.
  std::uint32_t lost_at = 0;
  /// Place among the tensors that carry a tangent: the end of a level finds them there.
  struct Link {
    TensorImpl* tensor = nullptr;
    const ThreadState* level = nullptr;
    Link* previous = nullptr;
    Link* next = nullptr;
  } link;
  /// The node that ends at this leaf; the graph keeps it alive.
  std::weak_ptr<autograd::Node> accumulator;
  /// Shared with that node, so that they run as long as a graph leads to this leaf.
  std::shared_ptr<autograd::LeafHooks> hooks;
  std::atomic<bool> lock{false};
  bool retains_grad = false;
  /// For a view, whether its tangent is no part of its base's, and the tensor of whose tangent it is a part
  /// instead, if it is not its own affair.
  bool tangent_is_apart = false;
  Tensor tangent_base;

  static void* operator new(std::size_t bytes) { return allocate_small(bytes); }
  static void operator delete(void* p, std::size_t bytes) noexcept { free_small(p, bytes); }
};

AutogradExtra& ensure_extra(TensorImpl& t);

inline bool recording() noexcept { return !thread_state.grad_mode_off; }

/// Whether operators on `t` are to be recorded, given that recording is on. A view is tracked also
/// through its base, which an in-place write may have made tracked.
inline bool is_tracked(const TensorImpl& t) noexcept {
  // The base first: while it is tracked, another thread may be renewing the view's own history.
  const TensorImpl* base = t.view_base();
  return (base != nullptr && base->tracked()) || t.tracked();
}
inline bool is_tracked(const Tensor& t) noexcept { return is_tracked(*t.impl()); }

/// A lock for one node or leaf, taken only when the process has threads.
class SpinLock {
 public:
  explicit SpinLock(std::atomic<bool>& flag) noexcept : flag_(single_threaded() ? nullptr : &flag) {
    if (flag_ != nullptr) wait();
  }
  ~SpinLock() {
    if (flag_ != nullptr) flag_->store(false, std::memory_order_release);
  }
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;

 private:
  void wait() noexcept;
  std::atomic<bool>* flag_;
};

}  // namespace eigengrad::detail

namespace eigengrad::autograd {

/// What only some nodes have: outputs that retain their gradient, hooks, an annotation, and for a write
/// to a view the CopySlices that it is part of.
struct NodeExtra {
  struct Retained {
    std::uint32_t output_nr;
    detail::TensorImpl* tensor;  // held
  };
  std::vector<Retained> retained;
  Node* enclosing = nullptr;
  std::shared_ptr<NodeHooks> hooks;
  std::shared_ptr<const Annotation> annotation;
  NodeExtra();
  NodeExtra(const NodeExtra&) = delete;
  NodeExtra& operator=(const NodeExtra&) = delete;
  ~NodeExtra();
};
NodeExtra& extra_of(Node& node);
NodeExtra* find_extra(const Node& node) noexcept;

/// Makes `node` the history of `output`.
inline void set_history(const Tensor& output, std::shared_ptr<Node> node,
                        std::uint32_t output_nr = 0) noexcept {
  output.impl()->set_history(std::move(node), output_nr);
}

template <class T, class... Args>
std::shared_ptr<T> make_node(Args&&... args) {
  return std::allocate_shared<T>(detail::PoolAllocator<T>{}, std::forward<Args>(args)...);
}

inline bool records(const Tensor& x) noexcept {
  return detail::recording() && detail::is_tracked(x);
}

}  // namespace eigengrad::autograd
