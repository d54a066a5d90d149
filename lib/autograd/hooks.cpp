#include "autograd/hooks.hpp"

#include <algorithm>

#include "autograd/accumulate_grad.hpp"
#include "autograd/tracking.hpp"
#include "core/fail.hpp"

namespace eigengrad {
namespace autograd {
namespace {

/// Handles of hooks that run after accumulation, and of post-hooks of nodes, have this bit.
constexpr unsigned kAfter = 1u << 31;

NodeHooks& hooks_of(Node& node) {
  NodeExtra& extra = extra_of(node);
  if (extra.hooks == nullptr) extra.hooks = std::make_shared<NodeHooks>();
  return *extra.hooks;
}

const NodeHooks* find_hooks(const Node& node) noexcept {
  const NodeExtra* extra = find_extra(node);
  return extra != nullptr ? extra->hooks.get() : nullptr;
}

HookList<TensorHook>* find_output(const NodeHooks* hooks, std::uint32_t output_nr) noexcept {
  if (hooks == nullptr) return nullptr;
  for (const auto& of : hooks->outputs)
    if (of->output_nr == output_nr) return &of->list;
  return nullptr;
}

/// Whether `edge` is that of a tensor which no operator computed: a leaf, or a view made without recording,
/// which has no accumulator either.
bool is_end(const Edge& edge) noexcept {
  return !edge.is_valid() || edge.function->is_accumulator();
}

LeafHooks& leaf_hooks(const Tensor& leaf, const Edge& edge) {
  detail::AutogradExtra& extra = detail::ensure_extra(*leaf.impl());
  if (extra.hooks == nullptr) {
    extra.hooks = std::make_shared<LeafHooks>();
    if (edge.is_valid()) static_cast<AccumulateGrad&>(*edge.function).share_hooks(extra.hooks);
  }
  return *extra.hooks;
}

[[noreturn]] void fail_handle(unsigned handle) {
  detail::fail<GraphError>("remove_hook", "Invalid index: no hook of this tensor has the handle ",
                           handle, "; pass what its registration returned, once");
}

void run_list(const HookList<TensorHook>& hooks, Tensor& grad) {
  hooks.each([&](const TensorHook& hook) {
    if (!grad.defined()) return;
    Tensor replacement = hook(grad);
    if (!replacement.defined()) return;
    if (!(replacement.sizes() == grad.sizes()))
      detail::fail<GraphError>("register_hook", "a hook has changed the size of value: from ",
                               grad.sizes(), " to ", replacement.sizes(),
                               "; return a gradient of the same shape");
    if (replacement.dtype() != grad.dtype())
      detail::fail<DtypeError>("register_hook", "a hook has changed the type of value: from ",
                               to_string(grad.dtype()), " to ", to_string(replacement.dtype()),
                               "; return a gradient of the same dtype");
    grad = std::move(replacement);
  });
}

void replace(const Node& node, std::string_view kind, Tensor* values, std::size_t n,
             variable_list&& by) {
  if (by.empty()) return;
  if (by.size() != n)
    detail::fail<GraphError>(node.name(), "a ", kind,
                             " has returned an incorrect number of values: got ", by.size(),
                             ", but expected ", n, "; return one gradient for each, or none");
  std::move(by.begin(), by.end(), values);
}

void keep_retained(const NodeExtra& extra, const Tensor* grads) {
  for (const NodeExtra::Retained& r : extra.retained) {
    const Tensor& g = grads[r.output_nr];
    if (!g.defined() || !r.tensor->try_retain()) continue;
    AccumulateGrad::accumulate(Tensor::adopt(r.tensor), Tensor(g));
  }
}

}  // namespace

void run_tensor_hooks(Node& node, Tensor* grads) {
  if (node.is_accumulator())
    if (const LeafHooks* hooks = static_cast<AccumulateGrad&>(node).hooks(); hooks != nullptr)
      run_list(hooks->tensor, grads[0]);
  const NodeExtra* extra = find_extra(node);
  if (extra == nullptr) return;
  if (extra->hooks != nullptr) {
    // An index, since hooks may add lists for other outputs of this node.
    for (std::size_t i = 0; i < extra->hooks->outputs.size(); ++i) {
      const NodeHooks::OfOutput& of = *extra->hooks->outputs[i];
      run_list(of.list, grads[of.output_nr]);
    }
  }
  keep_retained(*extra, grads);
}

void run_prehooks(Node& node, Tensor* grads) {
  run_tensor_hooks(node, grads);
  const NodeExtra* extra = find_extra(node);
  if (extra == nullptr || extra->hooks == nullptr) return;
  extra->hooks->pre.each([&](const auto& hook) {
    replace(node, "pre-hook", grads, node.num_inputs(),
            hook(variable_list(grads, grads + node.num_inputs())));
  });
}

bool has_posthooks(const Node& node) noexcept {
  const NodeHooks* hooks = find_hooks(node);
  return hooks != nullptr && !hooks->post.empty();
}

void run_posthooks(const Node& node, Tensor* results, const variable_list& grads) {
  find_hooks(node)->post.each([&](const auto& hook) {
    replace(node, "hook", results, node.num_outputs(),
            hook(variable_list(results, results + node.num_outputs()), grads));
  });
}

unsigned Node::add_hook(PreHook hook) { return hooks_of(*this).pre.add(std::move(hook)); }
unsigned Node::add_hook(PostHook hook) {
  return hooks_of(*this).post.add(std::move(hook)) | kAfter;
}

void Node::remove_hook(unsigned handle) {
  NodeHooks* const hooks = extra_ != nullptr ? extra_->hooks.get() : nullptr;
  const bool removed =
      hooks != nullptr &&
      ((handle & kAfter) != 0 ? hooks->post.remove(handle & ~kAfter) : hooks->pre.remove(handle));
  if (!removed) fail_handle(handle);
}

}  // namespace autograd

unsigned Tensor::add_hook(std::function<Tensor(const Tensor&)> hook) const {
  if (!requires_grad())
    detail::fail<GraphError>("register_hook",
                             "cannot register a hook on a tensor that doesn't require gradient; "
                             "call requires_grad_() on it or on what it is computed from");
  const autograd::Edge edge = autograd::gradient_edge(*this);
  if (autograd::is_end(edge)) return autograd::leaf_hooks(*this, edge).tensor.add(std::move(hook));
  autograd::NodeHooks& hooks = autograd::hooks_of(*edge.function);
  if (auto* list = autograd::find_output(&hooks, edge.input_nr); list != nullptr)
    return list->add(std::move(hook));
  hooks.outputs.push_back(std::make_unique<autograd::NodeHooks::OfOutput>(
      autograd::NodeHooks::OfOutput{edge.input_nr, {}}));
  return hooks.outputs.back()->list.add(std::move(hook));
}

unsigned Tensor::register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const {
  detail::require_callable("register_post_accumulate_grad_hook", hook);
  const autograd::Edge edge = requires_grad() ? autograd::gradient_edge(*this) : autograd::Edge();
  if (!edge.is_valid() || !edge.function->is_accumulator())
    detail::fail<GraphError>(
        "register_post_accumulate_grad_hook",
        "only a leaf that requires grad accumulates a gradient; this tensor is ",
        edge.is_valid() ? "computed by " + edge.function->name()
                        : std::string("one that doesn't require gradient"),
        "; use register_hook()");
  return autograd::leaf_hooks(*this, edge).post_accumulate.add(std::move(hook)) | autograd::kAfter;
}

void Tensor::remove_hook(unsigned handle) const {
  const autograd::Edge edge = requires_grad() ? autograd::gradient_edge(*this) : autograd::Edge();
  bool removed = false;
  if (requires_grad() && autograd::is_end(edge)) {
    autograd::LeafHooks& hooks = autograd::leaf_hooks(*this, edge);
    removed = (handle & autograd::kAfter) != 0
                  ? hooks.post_accumulate.remove(handle & ~autograd::kAfter)
                  : hooks.tensor.remove(handle);
  } else if (edge.is_valid()) {
    auto* list = autograd::find_output(autograd::find_hooks(*edge.function), edge.input_nr);
    removed = list != nullptr && list->remove(handle);
  }
  if (!removed) autograd::fail_handle(handle);
}

}  // namespace eigengrad
