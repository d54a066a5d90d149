#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "autograd/tracking.hpp"

namespace eigengrad::autograd {

/// Ends at a leaf: adds what arrives to its `.grad`. Holds the leaf's data, not the leaf, so a leaf
/// whose gradient has a history is no cycle; nothing is accumulated once the last handle is gone.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(detail::TensorImpl& leaf) noexcept;
  ~AccumulateGrad() override;
  std::string name() const override { return "AccumulateGrad"; }
  void backward(BackwardCall& call) override;
  /// Adds `grad` to the `.grad` of `leaf`, stealing its buffer when nobody else sees it.
  static void accumulate(const Tensor& leaf, Tensor&& grad);

  void share_hooks(std::shared_ptr<LeafHooks> hooks) noexcept { hooks_ = std::move(hooks); }
  LeafHooks* hooks() const noexcept { return hooks_.get(); }
  const detail::TensorImpl& leaf() const noexcept { return *leaf_; }
  /// For a leaf that a transform made for itself: nobody will differentiate by it any more.
  void retire() noexcept { retired_.store(true, std::memory_order_relaxed); }
  bool is_retired() const noexcept { return retired_.load(std::memory_order_relaxed); }

 private:
  detail::TensorImpl* leaf_;
  std::shared_ptr<LeafHooks> hooks_;
  std::atomic<bool> retired_{false};
};

/// Lets `t` keep the gradient that arrives at it.
void retain_at_node(detail::TensorImpl& t, Node& node, std::uint32_t output_nr);
/// Moves that to the node which `t` gets by an in-place write, once there is room for it there.
void prepare_retained(const detail::TensorImpl& t, Node& to);
void move_retained(detail::TensorImpl& t, Node& to, std::uint32_t output_nr) noexcept;

/// Adds `grad` to `into`, in place when nobody else sees `into` and nothing is recorded.
void accumulate_gradient(Tensor& into, Tensor&& grad);

}  // namespace eigengrad::autograd
