#include "eigengrad/autograd/engine.hpp"

#include "autograd/lifting.hpp"
#include "autograd/structural.hpp"
#include "autograd/sweep.hpp"
#include "autograd/tracking.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad::autograd {
namespace {

/// The cotangent of `root`: the given one converted to the shape and dtype of `root`, or 1.
Tensor seed(std::string_view op, const Tensor& root, const Tensor& given, bool create_graph) {
  if (!given.defined()) {
    if (root.numel() != 1)
      detail::fail<GraphError>(op,
                               "grad can be implicitly created only for scalar outputs, not for "
                               "shape ",
                               root.sizes(), "; pass a gradient of that shape");
    return ones_like(root);
  }
  Tensor g = given;
  const AutoGradMode mode(create_graph);
  if (!(g.sizes() == root.sizes())) {
    if (!expands_to(root.sizes(), g.sizes()))
      detail::fail<ShapeError>(op, "the gradient has shape ", g.sizes(),
                               ", expected shape compatible with ", root.sizes());
    g = sum_to(g, root.sizes());
  }
  return cast(g, root.dtype());
}

/// The extent of the leading dimension that all of `grads` have.
std::int64_t lead_of(const variable_list& tensors, TensorList grads) {
  std::int64_t lead = -1;
  std::size_t first = 0;
  for (std::size_t i = 0; i < grads.size() && i < tensors.size(); ++i) {
    const Tensor& g = grads[i];
    if (!g.defined()) continue;
    if (g.dim() == 0)
      detail::fail<ShapeError>("grad", "is_grads_batched: gradient ", i,
                               " has no dimensions; its first one must count the gradients");
    if (lead >= 0 && g.size(0) != lead)
      detail::fail<ShapeError>("grad", "is_grads_batched: gradient ", first, " holds ", lead,
                               " gradients and gradient ", i, " holds ", g.size(0),
                               "; give equally many for each output");
    if (lead < 0) first = i;
    lead = g.size(0);
  }
  if (lead < 0)
    detail::fail<GraphError>("grad",
                             "is_grads_batched: no gradient is given, so that their number is not "
                             "known; pass one with a leading dimension");
  return lead;
}

/// The cotangents of `root`, `lead` of them in a leading dimension.
Tensor batched_seed(const Tensor& root, const Tensor& given, std::size_t i, std::int64_t lead,
                    bool create_graph) {
  const DimVector sizes = with_lead(lead, root.sizes());
  if (!given.defined()) {
    if (root.numel() == 1) return ones(sizes, root.dtype());
    detail::fail<GraphError>("grad",
                             "grad can be implicitly created only for scalar outputs, not for "
                             "shape ",
                             root.sizes(), "; pass gradients of that shape");
  }
  if (!(given.sizes() == IntArrayRef(sizes)))
    detail::fail<ShapeError>("grad", "is_grads_batched: gradient ", i, " has shape ", given.sizes(),
                             ", expected ", IntArrayRef(sizes),
                             ": the shape of its output behind the leading dimension");
  const AutoGradMode mode(create_graph);
  return cast(given, root.dtype());
}

/// Checks everything before the sweep is started, so that a refused call has changed nothing.
void add_roots(std::string_view op, Sweep& sweep, const variable_list& tensors, TensorList grads,
               bool create_graph, std::int64_t lead = -1) {
  if (!grads.empty() && grads.size() != tensors.size())
    detail::fail<GraphError>(op, "got ", tensors.size(), " tensors and ", grads.size(),
                             " gradients; pass one gradient per tensor, or none");
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& root = tensors[i];
    if (!root.defined())
      detail::fail<GraphError>(op, "tensor ", i, " is undefined; pass one that was computed");
    Edge edge = gradient_edge(root);
    if (!edge.is_valid())
      detail::fail<GraphError>(op, "element ", i,
                               " of tensors does not require grad and does not have a grad_fn; "
                               "compute it from a tensor that requires grad");
    const Tensor given = grads.empty() ? Tensor() : grads[i];
    sweep.add_root(std::move(edge), lead < 0 ? seed(op, root, given, create_graph)
                                             : batched_seed(root, given, i, lead, create_graph));
  }
}

/// A view of a tracked base that was made without recording is tracked too, but no gradient reaches it.
bool is_unreached_view(const Tensor& t) {
  return t.is_view() && t.requires_grad() && !gradient_edge(t).is_valid();
}
/// The node that stands for such a view.
class Unreached final : public Node {
 public:
  Unreached() : Node(nullptr, 0, 1) { enter_sequence(); }
  std::string name() const override { return "Identity"; }
  void backward(BackwardCall&) override {}
};

Edge input_edge(std::string_view op, const Tensor& input, std::size_t i) {
  if (!input.defined())
    detail::fail<GraphError>(op, "input ", i, " is undefined; pass a tensor that was assigned to");
  Edge edge = gradient_edge(input);
  if (!edge.is_valid())
    detail::fail<GraphError>(op, "input ", i, " of shape ", input.sizes(),
                             " does not require grad; call requires_grad_() before using it");
  return edge;
}

[[noreturn]] void refuse_unused(const Tensor& input, std::size_t i) {
  detail::fail<GraphError>("grad", "input ", i, " of shape ", input.sizes(),
                           " was not used to compute the outputs. Set allow_unused=True (in C++ "
                           "`.allow_unused = true`) to get an undefined tensor for it");
}

}  // namespace

void backward(const variable_list& tensors, const variable_list& grad_tensors,
              optional<bool> retain_graph, bool create_graph, const variable_list& inputs) {
  Sweep sweep(retain_graph.value_or(create_graph), create_graph);
  add_roots("backward", sweep, tensors, grad_tensors, create_graph);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    sweep.add_sink(input_edge("backward", inputs[i], i));
  sweep.prepare();
  for (const Tensor& input : inputs) input.retain_grad();
  sweep.run();
}

variable_list grad(const variable_list& outputs, const variable_list& inputs,
                   TensorList grad_outputs, optional<bool> retain_graph, bool create_graph,
                   bool allow_unused, bool is_grads_batched, bool materialize_grads) {
  if (inputs.empty())
    detail::fail<ValueError>(
        "grad", "grad requires non-empty inputs: name the tensors to differentiate by");
  allow_unused = allow_unused || materialize_grads;
  const std::int64_t lead = is_grads_batched ? lead_of(outputs, grad_outputs) : -1;
  Sweep sweep(retain_graph.value_or(create_graph), create_graph);
  sweep.lift(lead);
  add_roots("grad", sweep, outputs, grad_outputs, create_graph, lead);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    sweep.add_target(inputs[i].defined() && is_unreached_view(inputs[i])
                         ? Edge(std::make_shared<Unreached>(), 0)
                         : input_edge("grad", inputs[i], i));
  sweep.prepare();
  for (std::size_t i = 0; i < inputs.size() && !allow_unused; ++i)
    if (!sweep.reaches(i)) refuse_unused(inputs[i], i);
  // Without cotangents there is nothing to evaluate.
  variable_list grads = lead == 0 ? variable_list(inputs.size()) : sweep.run();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (grads[i].defined()) continue;
    if (materialize_grads || (lead == 0 && sweep.reaches(i))) {
      const IntArrayRef sizes = inputs[i].sizes();
      grads[i] = lead < 0 ? zeros(sizes, inputs[i].dtype())
                          : zeros(with_lead(lead, sizes), inputs[i].dtype());
      if (create_graph) grads[i].requires_grad_();
    } else if (!allow_unused) {
      refuse_unused(inputs[i], i);
    }
  }
  return grads;
}

variable_list grad(const variable_list& outputs, const variable_list& inputs,
                   const GradOptions& options) {
  return grad(outputs, inputs, options.grad_outputs, options.retain_graph, options.create_graph,
              options.allow_unused, options.is_grads_batched, options.materialize_grads);
}

Engine& Engine::get_default_engine() noexcept {
  static Engine engine;
  return engine;
}

void Engine::queue_callback(std::function<void()> callback) {
  Sweep* const sweep = Sweep::current();
  if (sweep == nullptr)
    detail::fail<GraphError>(
        "queue_callback",
        "final callbacks can only be installed during a backward pass; call it "
        "from a hook or a custom function");
  detail::require_callable("queue_callback", callback);
  sweep->add_callback(std::move(callback));
}

}  // namespace eigengrad::autograd
