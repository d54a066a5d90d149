#include "eigengrad/autograd/node.hpp"

#include <algorithm>

#include "autograd/meta.hpp"
#include "core/fail.hpp"

namespace eigengrad::autograd {
namespace {

/// Nodes whose last edge is gone while another one is being freed, see Note [Iterative teardown].
struct Teardown {
  bool running = false;
  std::vector<std::shared_ptr<Node>> queue;
};
Teardown& teardown() noexcept {
  // Never destroyed: a thread's last graphs may go after its thread-local objects.
  thread_local Teardown& the_teardown = *new Teardown;
  return the_teardown;
}

}  // namespace

void Edge::release_last(std::shared_ptr<Node> function) noexcept {
  Teardown& t = teardown();
  if (t.running) {
    t.queue.push_back(std::move(function));
    return;
  }
  t.running = true;
  function.reset();
  while (!t.queue.empty()) {
    const std::shared_ptr<Node> next = std::move(t.queue.back());
    t.queue.pop_back();
  }
  t.running = false;
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

void Node::enter_sequence() noexcept {
  std::uint64_t n = detail::thread_state.sequence_nr;
  for (std::uint32_t i = 0; i < num_edges_; ++i)
    if (const Node* f = edges_[i].function.get(); f != nullptr && !f->is_accumulator())
      n = std::max(n, f->sequence_nr_);
  sequence_nr_ = detail::thread_state.sequence_nr = n + 1;
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

NodeExtra& extra_of(Node& node) {
  if (node.extra_ == nullptr) node.extra_ = new NodeExtra;
  return *node.extra_;
}

NodeExtra* find_extra(const Node& node) noexcept { return node.extra_; }

NodeExtra::~NodeExtra() {
  for (const Retained& r : retained) r.tensor->release_held();
}

}  // namespace eigengrad::autograd
