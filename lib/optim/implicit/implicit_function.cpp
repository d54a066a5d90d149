#include "optim/implicit/implicit_function.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "autograd/kinds.hpp"
#include "autograd/saved_value.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/variables.hpp"

namespace eigengrad::optim::implicit {

namespace {

using autograd::Edge;
using autograd::Node;
using autograd::SavedList;
using autograd::SavedValue;

/// Where the graph of `r` that was recorded after sequence number `since` ends: at older nodes and at leaves.
/// Each edge comes once.
std::vector<Edge> edges_to_older(const Tensor& r, std::uint64_t since) {
  std::vector<Edge> found;
  std::unordered_set<const Node*> visited;
  std::vector<const Node*> pending;
  const auto enter = [&](const Edge& e) {
    if (!e.is_valid()) return;
    const Node& node = *e.function;
    if (!node.is_accumulator() && node.sequence_nr() > since) {
      if (visited.insert(&node).second) pending.push_back(&node);
    } else if (!(node.is_accumulator() &&
                 static_cast<const autograd::AccumulateGrad&>(node).is_retired()) &&
               std::find(found.begin(), found.end(), e) == found.end()) {
      found.push_back(e);
    }
  };
  const Edge root = autograd::gradient_edge(r);
  enter(root);
  while (!pending.empty()) {
    const Node* const node = pending.back();
    pending.pop_back();
    for (const Edge& e : node->edges()) enter(e);
  }
  return found;
}

/// What recorded an implicit function.
///
/// Note [Captured tensors of equations]
/// F may depend on tracked tensors that it was not handed. The edges of the node are therefore not those
/// of the parameters but all at which the graph of F(y, theta) leaves the call, each once; the vjp
/// evaluates F again and sweeps to just these, the others and y held (Sweep::stop_at_targets), so that
/// what depends on each other outside is not counted twice.
class ImplicitNode final : public Node {
 public:
  ImplicitNode(std::shared_ptr<const Equation> equation, std::vector<Edge> edges, const Tensor& r)
      : Node(nullptr, 0, 1), equation_(std::move(equation)), edges_(std::move(edges)), r_(r) {
    set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
    enter_sequence();
  }

  std::string name() const override { return equation_->node_name; }

  /// Once `y` has its history and its tangent.
  void save(const Tensor& y, const variable_list& inputs) {
    const auto n = static_cast<std::uint32_t>(edges_.size());
    saved_.reserve(inputs.size() + 1);
    saved_.emplace_back().save_output(y);
    for (const Tensor& x : inputs) {
      SavedValue& value = saved_.emplace_back();
      if (!x.defined()) continue;
      edges_.push_back(autograd::gradient_edge(x));
      value.save_input(x, edges_.size() - 1);
    }
    // Those of saved values lie behind the ones that a sweep follows.
    set_edges(edges_.data(), n);
    num_edges_ = n;
    SavedList::enter(*this, saved_.data(), saved_.size());
  }

  void backward(autograd::BackwardCall& call) override {
    if (!call.grads[0].defined()) return;
    Tensor y;
    variable_list inputs;
    read(y, inputs);
    const bool connect = GradMode::is_enabled();
    Linearization at(equation_, y, inputs, connect);
    at.check_residual(r_);
    const Tensor lambda = at.solve(call.grads[0], /*transposed=*/true);
    std::vector<Edge> wanted;
    for (std::size_t i = 0; i < num_edges_; ++i)
      if (call.wants(i)) wanted.push_back(edges_[i]);
    variable_list partials = at.partials(-lambda, wanted);
    for (std::size_t i = 0, k = 0; i < num_edges_; ++i)
      if (call.wants(i)) call.results[i] = std::move(partials[k++]);
  }

 private:
  void read(Tensor& y, variable_list& inputs) {
    const eigengrad::detail::SpinLock lock(SavedList::lock(*this));
    if (SavedList::is_released(*this)) autograd::fail_released(*this);
    y = saved_[0].tensor(*this);
    for (std::size_t i = 1; i < saved_.size(); ++i)
      inputs.push_back(saved_[i].was_saved() ? saved_[i].tensor(*this) : Tensor());
  }

  std::shared_ptr<const Equation> equation_;
  std::vector<Edge> edges_;
  std::size_t num_edges_ = 0;
  std::vector<SavedValue> saved_;
  /// F at y when it was solved.
  Tensor r_;
};

void add_tangent(const std::shared_ptr<const Equation>& equation, const Tensor& y,
                 const variable_list& inputs) {
  const bool record = GradMode::is_enabled();
  Linearization at(equation, y, inputs, record, Tangents::EndHere);
  const Tensor change = autograd::unpack_dual(at.residual()).tangent;
  if (!change.defined()) return;
  // A dense J was computed from what carries tangents.
  const Tensor tangent = autograd::unpack_dual(at.solve(-change, /*transposed=*/false)).primal;
  eigengrad::detail::set_tangent(y, record ? tangent : tangent.detach());
}

}  // namespace

Tensor implicit_function(std::shared_ptr<const Equation> equation, const Tensor& solution,
                         const variable_list& inputs, Tangents tangents) {
  Tensor y = solution.detach().clone();
  std::shared_ptr<ImplicitNode> node;
  if (GradMode::is_enabled()) {
    const std::uint64_t since = eigengrad::detail::thread_state.sequence_nr;
    variable_list leaves;
    const Tensor leaf = eigengrad::detail::variable(y, /*connect=*/false, leaves);
    const Tensor r = equation->f(leaf, inputs);
    eigengrad::detail::retire(leaves);
    std::vector<Edge> edges = edges_to_older(r, since);
    if (!edges.empty()) {
      node =
          autograd::make_node<ImplicitNode>(equation, std::move(edges), r.detach().reshape({-1}));
      autograd::set_history(y, node);
    }
  }
  if (tangents == Tangents::Travel && autograd::DualLevel::is_open())
    add_tangent(equation, y, inputs);
  if (node != nullptr) node->save(y, inputs);
  return y;
}

}  // namespace eigengrad::optim::implicit
