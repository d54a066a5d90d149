#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::autograd {

class Node;
using Variable = Tensor;
using variable_list = std::vector<Variable>;

/// Where a gradient goes next: input `input_nr` of `function`.
///
/// Note [Iterative teardown]
/// A graph is released through its edges. The first edge to drop the last reference of a node
/// becomes the loop that frees everything below; nodes dropped meanwhile wait in a list behind it, each
/// holding the next one. So the depth of the call stack does not grow with the length of the graph, and
/// releasing one takes no memory.
struct EIGENGRAD_API Edge {
  Edge() noexcept = default;
  Edge(std::shared_ptr<Node> fn, std::uint32_t nr) noexcept
      : function(std::move(fn)), input_nr(nr) {}
  Edge(const Edge&) = default;
  Edge(Edge&&) noexcept = default;
  Edge& operator=(const Edge&) = default;
  Edge& operator=(Edge&&) noexcept = default;
  ~Edge() {
    if (function != nullptr && function.use_count() == 1) release_last(std::move(function));
  }
  bool is_valid() const noexcept { return function != nullptr; }
  friend bool operator==(const Edge& a, const Edge& b) noexcept {
    return a.function == b.function && a.input_nr == b.input_nr;
  }

  std::shared_ptr<Node> function;
  std::uint32_t input_nr = 0;

 private:
  static void release_last(std::shared_ptr<Node> function) noexcept;
};

using edge_list = std::vector<Edge>;

/// The arguments of one evaluation of a node during a sweep.
struct BackwardCall {
  /// Cotangents of the node's outputs; undefined ones stand for zero. A rule may move them out.
  Tensor* grads;
  /// To be filled, one per edge; undefined stands for zero.
  Tensor* results;
  /// One flag per edge: whether its result is wanted. nullptr means that all valid edges are.
  const bool* wanted;
  /// Where rules that write into a part of their input's gradient find it, or nullptr when
  /// gradients are to be recorded (see Note [Gradients of views]).
  Tensor* (*accumulator)(void* context, std::size_t edge) = nullptr;
  void* context = nullptr;
  /// How many cotangents each tensor of `grads` holds: the extent of a leading dimension that these and the results
  /// have. -1 where they hold one, without that dimension.
  std::int64_t lead = -1;

  bool wants(std::size_t edge) const noexcept { return wanted == nullptr || wanted[edge]; }
};

class SavedValue;
class SavedVisitor;
class ShapeVisitor;
struct NodeExtra;

/// One recorded call. It keeps alive the nodes that computed its inputs and never a newer one.
///
/// Note [Sequence numbers]
/// A node's sequence number is one more than the largest of its inputs' sequence numbers and of the thread's
/// counter. It is a topological order (also for graphs built by several threads, without a global counter)
/// and, on one thread, says which call came last. Nodes that end at a leaf have the largest one.
class EIGENGRAD_API Node : public std::enable_shared_from_this<Node> {
 public:
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node();

  /// As PyTorch prints it: "MulBackward0".
  virtual std::string name() const = 0;
  std::uint64_t sequence_nr() const noexcept { return sequence_nr_; }
  /// A copy, which keeps what it leads to alive: the node may be a temporary. `const` lets it bind to
  /// `auto&`.
  const edge_list next_edges() const { return edges().vec(); }
  const Edge next_edge(std::size_t i) const { return edges_[i]; }
  /// The node's own edges: valid as long as the node lives.
  ArrayRef<Edge> edges() const noexcept { return {edges_, num_edges_}; }
  /// Gradients that the node takes: outputs of the recorded call.
  std::uint32_t num_inputs() const noexcept { return num_inputs_; }
  /// How many gradients the node gives: one per edge. An edge leads nowhere for an input that needs no gradient, and
  /// for a scalar.
  std::uint32_t num_outputs() const noexcept { return num_edges_; }
  bool is_accumulator() const noexcept { return sequence_nr_ == kAccumulator; }
  /// What the node keeps for its backward pass, each value with the history that it had: inputs of the
  /// call in their order, then outputs. Where hooks packed a value, it is unpacked.
  /// Throws: GraphError once the values were released, or when one was modified in place.
  variable_list saved_variables();
  /// Evaluates the node: one cotangent per output of the call in, one per input out. Runs no hooks.
  variable_list operator()(variable_list&& grads);

  /// Calls `hook(grad_outputs)` before a sweep evaluates the node, after the hooks of its tensors. A list
  /// that it returns replaces the gradients; it may return nothing.
  /// Returns: a handle for remove_hook(). Throws, during the sweep: GraphError for a list of another
  /// length. Not to be called while another thread sweeps over the node.
  template <class Hook>
  unsigned register_prehook(Hook&& hook) {
    return add_hook(PreHook(returning_list<variable_list>(std::forward<Hook>(hook))));
  }
  /// Calls `hook(grad_inputs, grad_outputs)` after a sweep has evaluated the node; likewise.
  template <class Hook>
  unsigned register_hook(Hook&& hook) {
    return add_hook(
        PostHook(returning_list<variable_list, variable_list>(std::forward<Hook>(hook))));
  }
  /// Throws: GraphError for a handle that no hook has.
  void remove_hook(unsigned handle);

  /// Fills call.results from call.grads.
  /// Throws: GraphError when saved values were released or modified in place.
  virtual void backward(BackwardCall& call) = 0;
  /// Whether backward() takes `call`, whose cotangents have a lead. A sweep evaluates other nodes once per direction.
  virtual bool lifts(const BackwardCall&) const { return false; }
  /// Drops the saved values; a later backward() that needs them throws. Kinds of nodes leave this and
  /// the next to their SavedValues; only what stands for another node hands them on to it.
  virtual void release_saved() noexcept;
  /// Shows its saved values to `visitor`, in the order of saved_variables().
  virtual void visit_saved(SavedVisitor& visitor);
  /// Tells `visitor` what the node knows of shapes, beside those of saved values.
  virtual void visit_shapes(ShapeVisitor&) {}

  /// Nodes alive in the process.
  static std::int64_t live_count() noexcept;

  static constexpr std::uint64_t kAccumulator = ~std::uint64_t{0};

 protected:
  Node(Edge* edges, std::uint32_t num_edges, std::uint32_t num_inputs) noexcept;
  /// Takes the sequence number; called once the edges are in place. Allocates where nodes are annotated.
  void enter_sequence();
  void mark_accumulator() noexcept { sequence_nr_ = kAccumulator; }
  /// For nodes that learn their edges after construction.
  void set_edges(Edge* edges, std::uint32_t num_edges) noexcept {
    edges_ = edges;
    num_edges_ = num_edges;
  }

 private:
  using PreHook = std::function<variable_list(const variable_list&)>;
  using PostHook = std::function<variable_list(const variable_list&, const variable_list&)>;

  template <class... Lists, class Hook>
  static auto returning_list(Hook&& hook) {
    detail::require_callable("register_hook", hook);
    return [h = std::forward<Hook>(hook)](const Lists&... lists) mutable -> variable_list {
      if constexpr (std::is_void_v<decltype(h(lists...))>) {
        h(lists...);
        return {};
      } else {
        return h(lists...);
      }
    };
  }
  unsigned add_hook(PreHook hook);
  unsigned add_hook(PostHook hook);
  void annotate();

  friend class Sweep;
  friend class Teardown;
  friend class SavedValue;
  friend class SavedList;
  friend NodeExtra& extra_of(Node& node);
  friend NodeExtra* find_extra(const Node& node) noexcept;

  std::uint64_t sequence_nr_ = 0;
  /// Claimed by a running sweep: the sweep's id, and this node's index in it.
  std::atomic<std::uint64_t> sweep_slot_{0};
  Edge* edges_;
  std::uint32_t num_edges_;
  std::uint32_t num_inputs_;
  NodeExtra* extra_ = nullptr;
  /// While this node waits to be freed: the one that is freed after it.
  std::shared_ptr<Node> next_to_free_;
  /// What the node keeps: see Note [Saved values]. It registers itself here.
  SavedValue* saved_ = nullptr;
  std::uint32_t num_saved_ = 0;
  /// Held while saved values are read, shown or released.
  std::atomic<bool> saved_lock_{false};
  bool saved_released_ = false;
};

/// The edge along which the gradient of `t` travels; invalid when `t` is not tracked.
EIGENGRAD_API Edge gradient_edge(const Tensor& t);

}  // namespace eigengrad::autograd
