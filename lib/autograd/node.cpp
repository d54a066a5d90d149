#include "eigengrad/autograd/node.hpp"

#include <algorithm>

#include "autograd/tracking.hpp"
#include "core/fail.hpp"

namespace eigengrad::autograd {

/// Nodes that wait to be freed because their last edge went while another node was being freed: see Note
/// [Iterative teardown].
class Teardown {
 public:
  void push(std::shared_ptr<Node> node) noexcept {
    node->next_to_free_ = std::move(first_);
    first_ = std::move(node);
  }
  std::shared_ptr<Node> pop() noexcept {
    std::shared_ptr<Node> node = std::move(first_);
    if (node != nullptr) first_ = std::move(node->next_to_free_);
    return node;
  }

 private:
  std::shared_ptr<Node> first_;
};

namespace {

/// The teardown that runs on this thread. A pointer, since the last graphs of a thread may be freed after its
/// thread-local objects.
thread_local constinit Teardown* running = nullptr;

}  // namespace

void Edge::release_last(std::shared_ptr<Node> function) noexcept {
  if (running != nullptr) {
    running->push(std::move(function));
    return;
  }
  Teardown teardown;
  running = &teardown;
  for (; function != nullptr; function = teardown.pop()) function.reset();
  running = nullptr;
}

Node::Node(Edge* edges, std::uint32_t num_edges, std::uint32_t num_inputs) noexcept
    : edges_(edges), num_edges_(num_edges), num_inputs_(num_inputs) {
  detail::count_live(&detail::LiveCounts::nodes, 1);
}

Node::~Node() {
  delete extra_;
  detail::count_live(&detail::LiveCounts::nodes, -1);
}

std::int64_t Node::live_count() noexcept { return detail::total_live(&detail::LiveCounts::nodes); }

void Node::enter_sequence() {
  std::uint64_t n = detail::thread_state.sequence_nr;
  for (std::uint32_t i = 0; i < num_edges_; ++i)
    if (const Node* f = edges_[i].function.get(); f != nullptr && !f->is_accumulator())
      n = std::max(n, f->sequence_nr_);
  sequence_nr_ = detail::thread_state.sequence_nr = n + 1;
  if (EIGENGRAD_UNLIKELY(detail::thread_state.annotates)) annotate();
}

variable_list Node::operator()(variable_list&& grads) {
  if (grads.size() != num_inputs_)
    detail::fail<GraphError>(name(), "the node takes ", num_inputs_, " gradients, got ",
                             grads.size());
  variable_list results(num_edges_);
  BackwardCall call{grads.data(), results.data(), nullptr};
  backward(call);
  return results;
}

}  // namespace eigengrad::autograd
