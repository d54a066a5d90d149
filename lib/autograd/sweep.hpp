#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// One reverse sweep over a graph.
///
/// Note [Engine]
/// Discovery walks the graph from the roots and counts for each node how many gradients it will get.
/// Execution takes the ready node that was created last, hands it the sum of what arrived, and
/// passes on what it returns; nodes that end at leaves run as soon as they are ready. Neither
/// recurses. The state of the sweep is in this object: a node only notes which sweep claimed it and
/// where (a node claimed by another sweep, of another thread or of a hook, is found by hashing).
///
/// Note [Sweeps within sweeps]
/// A hook or a custom function may start a sweep of its own, which runs to its end at once. Each such
/// level takes a few frames of the stack; every kLevelsPerThread of them the work goes on in a fresh
/// thread, whose stack is empty, while this one waits.
class Sweep {
 public:
  Sweep(bool keep_graph, bool create_graph);
  ~Sweep();
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  /// Starts at `edge` with cotangent `grad`.
  void add_root(Edge edge, Tensor grad);
  /// Asks for the gradient that arrives at `edge`; results are in the order of calls. With at least one
  /// target only nodes between roots and targets run.
  void add_target(Edge edge);
  /// Lets hooks and accumulation at `edge` happen; likewise a target, but its result stays undefined.
  void add_sink(Edge edge);
  /// Ends the sweep at its targets: each is held fixed in the derivatives by the others, though it was
  /// computed from them, and what lies below is not visited. Hooks of the targets' tensors do not run.
  void stop_at_targets() noexcept { stops_at_targets_ = true; }
  /// Makes it a lifted sweep, see Note [Lifting]: cotangents and gradients have a lead. For a sweep with targets only.
  void lift(std::int64_t lead) noexcept { lead_ = lead; }
  /// Walks the graph from the roots; runs nothing, so that a request may still be refused.
  void prepare();
  /// After prepare(): whether target `i` can be reached from the roots.
  bool reaches(std::size_t i) const { return find_index(*targets_[i].edge.function) != kNone; }
  /// After prepare(): whether it met a node for which `condition` holds.
  template <class Condition>
  bool met(Condition condition) const {
    for (const Task& task : tasks_)
      if (condition(*task.node)) return true;
    return false;
  }
  /// After prepare(): gradients are to be recorded, and the graph kept. Not for a sweep that has run.
  void record() noexcept { keep_graph_ = create_graph_ = true; }
  /// After prepare(): gradients at the targets, undefined where none arrived.
  variable_list run();
  /// Calls `callback` on the thread of the caller once this sweep has ended.
  void add_callback(std::function<void()> callback);
  /// The innermost sweep that runs on this thread, or nullptr.
  static Sweep* current() noexcept;

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr int kLevelsPerThread = 200;

  struct Task {
    Node* node = nullptr;
    /// Cotangents summed so far: `grad` for a node with one output, `grads` for others.
    Tensor grad;
    std::unique_ptr<Tensor[]> grads;
    std::uint32_t dependencies = 0;
    /// Index of the first target at this node; others follow by Target::next.
    std::uint32_t target = kNone;
    bool needed = true;
    bool sink = false;
    bool slot_taken = false;
    bool queued = false;
    /// The sweep goes no further.
    bool ends = false;

    Tensor* buffer() noexcept { return grads != nullptr ? grads.get() : &grad; }
  };
  struct Target {
    Edge edge;
    bool sink = false;
    std::uint32_t next = kNone;
  };
  struct Ready {
    std::uint64_t sequence_nr;
    std::uint32_t task;
    friend bool operator<(const Ready& a, const Ready& b) noexcept {
      return a.sequence_nr < b.sequence_nr;
    }
  };
  /// Memory for one evaluation of a node, kept for the next.
  struct Scratch {
    std::unique_ptr<Tensor[]> results;
    std::unique_ptr<bool[]> wanted;
    std::unique_ptr<std::uint32_t[]> indices;
    std::size_t size = 0;
    void make_room(std::size_t edges);
  };
  struct Accumulator {
    Sweep* sweep;
    const Node* node;
  };

  static Scratch& spare_scratch();
  std::uint32_t index_of(Node& node);
  std::uint32_t find_index(const Node& node) const;
  void unclaim(Task& task) noexcept;
  void discover(std::uint64_t oldest);
  void mark_needed();
  void evaluate(Node& node, std::uint32_t index);
  void evaluate_annotated(Node& node, BackwardCall& call);
  void execute(std::uint32_t index);
  /// Runs the hooks on the gradients that have arrived, and stores them where a target asked for them.
  void receive(std::uint32_t index, bool runs);
  void capture(const Task& task);
  variable_list run_here();
  variable_list run_in_fresh_thread();
  void push_ready(std::uint32_t index);
  static Tensor* accumulator(void* context, std::size_t edge);

  bool keep_graph_;
  bool create_graph_;
  bool stops_at_targets_ = false;
  std::int64_t lead_ = -1;
  int level_ = 0;
  std::uint64_t id_;
  std::vector<Edge> roots_;
  std::vector<Tensor> root_grads_;
  std::vector<Target> targets_;
  variable_list results_;
  std::vector<Task> tasks_;
  std::vector<Ready> ready_;
  Scratch scratch_;
  std::unordered_map<const Node*, std::uint32_t> elsewhere_;
  std::vector<std::function<void()>> callbacks_;
};

}  // namespace eigengrad::autograd
