#include "autograd/custom_node.hpp"

#include <algorithm>
#include <optional>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad::autograd {

struct CustomNode::Running {
  CustomNode& node;
  const BackwardCall& call;
  Running* outer;

  static thread_local constinit Running* innermost;
  Running(CustomNode& n, const BackwardCall& c) noexcept
      : node(n), call(c), outer(std::exchange(innermost, this)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { innermost = outer; }
};
thread_local constinit CustomNode::Running* CustomNode::Running::innermost = nullptr;

namespace {

/// A node that throws when it is evaluated: the history of gradients that may not be differentiated.
class Error final : public Node {
 public:
  Error(std::string function, std::vector<Edge> edges, std::size_t outputs)
      : Node(nullptr, 0, static_cast<std::uint32_t>(outputs)),
        function_(std::move(function)),
        edges_(std::move(edges)) {
    set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
    enter_sequence();
  }
  std::string name() const override { return "Error"; }
  void backward(BackwardCall&) override {
    detail::fail<GraphError>(
        function_,
        "trying to differentiate twice a function that was marked with @once_differentiable; write "
        "its backward() in recorded operators and remove the mark");
  }

 private:
  std::string function_;
  std::vector<Edge> edges_;
};

}  // namespace

CustomNode::Extents CustomNode::Extents::of(const Tensor& t) {
  if (!t.defined()) return {};
  return {DimVector(t.sizes()), t.dtype(), true};
}

CustomNode::CustomNode(const detail::FunctionInfo& info, std::unique_ptr<AutogradContext> context,
                       std::vector<Edge> edges, std::vector<bool> is_tensor,
                       const variable_list& inputs, std::size_t outputs)
    : Node(nullptr, 0, static_cast<std::uint32_t>(outputs)),
      info_(info),
      context_(std::move(context)),
      edges_(std::move(edges)),
      is_tensor_(std::move(is_tensor)) {
  context_->node_ = this;
  inputs_.reserve(inputs.size());
  for (const Tensor& x : inputs) inputs_.push_back(Extents::of(x));
  set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
  enter_sequence();
}

std::uint32_t CustomNode::output_index(const Tensor& t, const Call& call) {
  // From the last output on: a tensor that was returned twice has the history of the last of the two.
  for (std::size_t k = call.outputs.size(); k-- > 0;)
    if (call.differentiable[k] &&
        (call.outputs[k].is_same(t) || (!call.has_input(t) && call.returned[k].is_same(t))))
      return static_cast<std::uint32_t>(k);
  return kNone;
}

bool CustomNode::Call::has_input(const Tensor& t) const noexcept {
  return std::any_of(inputs.begin(), inputs.end(), [&](const Tensor& x) { return x.is_same(t); });
}

void CustomNode::finish(const Call& call) {
  outputs_.reserve(call.outputs.size());
  for (const Tensor& y : call.outputs) outputs_.push_back(Extents::of(y));
  save(call);
  keep(call);
  context_->to_save_.clear();
  context_->dirty_.clear();
  context_->non_differentiable_.clear();
}

void CustomNode::save(const Call& call) {
  const std::uint32_t num_inputs = num_outputs();
  saved_.reserve(context_->to_save_.size());
  for (const Tensor& t : context_->to_save_) {
    SavedValue& value = saved_.emplace_back();
    if (!t.defined()) continue;
    const std::uint32_t nr = output_index(t, call);
    if (nr != kNone) {
      value.save_output(t, nr);
    } else {
      edges_.push_back(gradient_edge(t));
      value.save_input(t, edges_.size() - 1);
    }
  }
  set_edges(edges_.data(), num_inputs);
  SavedList::enter(*this, saved_.data(), saved_.size());
}

void CustomNode::keep(const Call& call) {
  for (auto& [key, value] : context_->saved_data)
    value.each_tensor([&](Tensor& t) {
      if (!t.defined()) return;
      const std::uint32_t nr = output_index(t, call);
      Edge edge = nr == kNone && call.has_input(t) ? gradient_edge(t) : Edge();
      if (nr == kNone && !edge.is_valid()) return;
      Tensor data = raw_view(t, t.sizes(), t.strides(), 0);
      kept_.push_back({data.impl(), std::move(edge), nr, nr != kNone});
      t = std::move(data);
    });
}

variable_list CustomNode::saved() {
  const detail::SpinLock lock(SavedList::lock(*this));
  if (SavedList::is_released(*this)) fail_released(*this);
  variable_list list(saved_.size());
  for (std::size_t i = 0; i < saved_.size(); ++i)
    if (saved_[i].was_saved()) list[i] = saved_[i].tensor(*this);
  return list;
}

bool CustomNode::needs(std::size_t edge) const {
  if (!edges_[edge].is_valid()) return false;
  for (const Running* r = Running::innermost; r != nullptr; r = r->outer)
    if (&r->node == this) return r->call.wants(edge);
  return true;
}

Tensor CustomNode::with_history(const Kept& kept, const Tensor& data) {
  Tensor t = raw_view(data, data.sizes(), data.strides(), 0);
  const Edge edge = kept.is_output ? output_edge(*this, kept.output_nr) : kept.edge;
  set_history(t, edge.function, edge.input_nr);
  return t;
}

Tensor recall(const Tensor& t) {
  for (const CustomNode::Running* r = CustomNode::Running::innermost; r != nullptr; r = r->outer)
    for (const CustomNode::Kept& kept : r->node.kept_)
      if (kept.data == t.impl()) return r->node.with_history(kept, t);
  return t;
}

void CustomNode::backward(BackwardCall& call) {
  if (info_.backward == nullptr)
    detail::fail<NotImplementedError>(
        info_.name,
        "the function has no backward(): implement `static variable_list "
        "backward(AutogradContext*, variable_list)` to differentiate it");
  variable_list grads(num_inputs());
  for (std::size_t k = 0; k < grads.size(); ++k) {
    if (call.grads[k].defined())
      grads[k] = std::move(call.grads[k]);
    else if (context_->materialize_grads_ && outputs_[k].defined)
      grads[k] = zeros(outputs_[k].sizes, outputs_[k].dtype);
  }
  std::unique_lock<std::recursive_mutex> turn(turn_, std::defer_lock);
  if (!detail::single_threaded()) turn.lock();
  const Running scope(*this, call);
  const bool once = info_.once_differentiable || context_->once_differentiable_;
  hand_over(once ? evaluate_once(grads) : info_.backward(context_.get(), grads), call);
}

variable_list CustomNode::evaluate_once(variable_list& grads) {
  std::vector<Edge> edges = next_edges();
  bool dual = false;
  const auto look_at = [&](const Tensor& t) {
    if (!t.defined()) return;
    edges.push_back(gradient_edge(t));
    dual = dual || detail::carries_tangent(t);
  };
  for (const Tensor& g : grads) look_at(g);
  if (detail::thread_state.dual_level)
    for (const SavedValue& value : saved_)
      if (value.holds()) dual = dual || detail::carries_tangent(*value.held());
  if (dual)
    detail::fail<GraphError>(
        info_.name,
        "a tangent arrives in the backward pass: this is trying to differentiate twice a function "
        "that was marked with @once_differentiable");
  variable_list results;
  {
    const NoGradGuard off;
    results = info_.backward(context_.get(), grads);
  }
  if (!detail::recording()) return results;
  const auto error = make_node<Error>(info_.name, std::move(edges), results.size());
  for (std::uint32_t i = 0; i < results.size(); ++i) {
    if (!results[i].defined() || !results[i].is_floating_point()) continue;
    results[i] = results[i].detach();
    set_history(results[i], error, i);
  }
  return results;
}

void CustomNode::hand_over(variable_list&& gradients, BackwardCall& call) const {
  std::size_t n = gradients.size();
  while (n > is_tensor_.size() && !gradients[n - 1].defined()) --n;
  if (n != is_tensor_.size())
    detail::fail<GraphError>(info_.name,
                             "backward() returned an incorrect number of gradients: expected ",
                             is_tensor_.size(), ", got ", n,
                             "; return one for each argument of forward(), undefined for those "
                             "that are no tensors");
  for (std::size_t i = 0, edge = 0; i < n; ++i) {
    if (!is_tensor_[i]) {
      if (gradients[i].defined())
        detail::fail<GraphError>(info_.name, "backward() returned a gradient for argument ", i,
                                 ", which is no tensor; return an undefined one in its place");
      continue;
    }
    if (edges_[edge].is_valid() && gradients[i].defined())
      call.results[edge] = fit(gradients[i], i, inputs_[edge]);
    ++edge;
  }
}

Tensor CustomNode::fit(const Tensor& g, std::size_t argument, const Extents& x) const {
  const IntArrayRef sizes = x.sizes;
  if (g.sizes() == sizes) return cast(g, x.dtype);
  if (!expands_to(sizes, g.sizes()))
    detail::fail<ShapeError>(info_.name, "backward() returned an invalid gradient at index ",
                             argument, ": got ", g.sizes(), ", but expected shape compatible with ",
                             sizes);
  return cast(sum_to(g, sizes), x.dtype);
}

}  // namespace eigengrad::autograd
