#include "eigengrad/functional/gradient.hpp"

#include <algorithm>
#include <functional>

#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {
namespace {

using autograd::Node;

/// Whether the graph below `root` ends at leaves other than `vars`; what lies below these is not
/// looked at.
///
/// Nodes are visited in the order of their sequence numbers, which is topological, so that the edges
/// into one node come up one after the other and no set of visited nodes is needed.
bool depends_on_others(const Tensor& root, const variable_list& vars) {
  // Kept alive meanwhile: an unused leaf has no other owner of the node that stands for it.
  std::vector<autograd::Edge> edges;
  std::vector<const Node*> own;
  for (const Tensor& v : vars) {
    edges.push_back(autograd::gradient_edge(v));
    own.push_back(edges.back().function.get());
  }
  std::sort(own.begin(), own.end(), std::less<>());

  const auto older = [](const Node* a, const Node* b) {
    return a->sequence_nr() != b->sequence_nr() ? a->sequence_nr() < b->sequence_nr()
                                                : std::less<>()(a, b);
  };
  std::vector<const Node*> pending;
  const auto enter = [&](const autograd::Edge& e) {
    const Node* node = e.function.get();
    if (node == nullptr || std::binary_search(own.begin(), own.end(), node, std::less<>())) return;
    pending.push_back(node);
    std::push_heap(pending.begin(), pending.end(), older);
  };
  enter(autograd::gradient_edge(root));
  const Node* previous = nullptr;
  while (!pending.empty()) {
    std::pop_heap(pending.begin(), pending.end(), older);
    const Node* node = pending.back();
    pending.pop_back();
    if (node->is_accumulator()) return true;
    if (node == previous) continue;
    previous = node;
    for (const autograd::Edge& e : node->next_edges()) enter(e);
  }
  return false;
}

}  // namespace

ValueAndGradients value_and_gradients(std::string_view op, ErasedFunction f, const variable_list& x,
                                      ArrayRef<std::size_t> argnums,
                                      const GradTransformOptions& options) {
  const bool may_record = options.create_graph.value_or(GradMode::is_enabled());
  const AutoGradMode recording(true);

  variable_list arguments = x, vars;
  bool connected = false;
  const auto differentiate_by = [&](std::size_t i) {
    check_argument(op, i, x[i]);
    connected = connected || x[i].requires_grad();
    arguments[i] = variable(x[i], may_record);
    vars.push_back(arguments[i]);
  };
  if (x.empty()) check_arguments(op, x);
  for (const std::size_t i : argnums) {
    if (i >= x.size())
      fail<IndexError>(op, "argument number ", i, " is out of range for ", x.size(),
                       " argument(s); count from 0");
    differentiate_by(i);
  }
  if (argnums.empty())
    for (std::size_t i = 0; i < x.size(); ++i) differentiate_by(i);

  Tensor value = evaluate_to_one_element(op, f, arguments);
  if (options.strict) check_tracked_outputs(op, {value});
  // The look at captured tensors is due only where nothing else has decided.
  const bool look = may_record && !connected && !options.create_graph;
  const bool record = look ? depends_on_others(value, vars) : may_record;

  variable_list g = sweep({value}, vars, {ones(value.sizes(), value.dtype())}, record);
  fill_in_zeros(op, g, vars, options.strict, "by argument");
  if (!record) {
    value = constant(value);
    make_constant(g);
  } else if (look) {
    // What depends on this call's own leaves alone is a constant to the caller.
    for (Tensor& t : g)
      if (!depends_on_others(t, vars)) t = constant(t);
  }
  return {std::move(value), std::move(g)};
}

}  // namespace eigengrad::detail
