#include "eigengrad/autograd/function.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>

#include "autograd/annotation.hpp"
#include "autograd/custom_node.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/inplace.hpp"
#include "autograd/kinds.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad {
namespace {

bool contains(const autograd::variable_list& list, const Tensor& t) noexcept {
  return std::any_of(list.begin(), list.end(), [&](const Tensor& x) { return x.is_same(t); });
}

/// A new tensor of the same memory and geometry as `t`.
Tensor custom_view(const Tensor& t) {
  Tensor y = autograd::raw_view(t, t.sizes(), t.strides(), 0);
  detail::TensorImpl* const base = t.impl()->view_base();
  y.impl()->set_view(base != nullptr ? base : t.impl(), detail::ViewKind::CustomFunction);
  detail::separate_tangent(*y.impl());
  return y;
}

}  // namespace

namespace detail {

std::string class_name(const std::type_info& type) {
  int status = 0;
  char* const text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? text : type.name();
  std::free(text);
  // The name begins behind the last "::" that is outside of template arguments and parameter lists.
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<' || name[i] == '(') ++depth;
    if (name[i] == '>' || name[i] == ')') --depth;
    if (depth == 0 && name.compare(i, 2, "::") == 0) start = i + 2;
  }
  return name.substr(start);
}

FunctionCall::FunctionCall(const FunctionInfo& info, std::shared_ptr<const void> state)
    : info_(info), owned_(std::make_unique<AutogradContext>()), context_(owned_.get()) {
  if (info.has_two_rules)
    fail<GraphError>(info.name,
                     "the function has a backward() and a vjp(), which is the same by "
                     "another name; implement one of them");
  context_->state_ = std::move(state);
  context_->call_ = this;
}

FunctionCall::~FunctionCall() {
  restore_modes();
  context_->call_ = nullptr;
}

void FunctionCall::restore_modes() noexcept {
  if (!std::exchange(open_, false)) return;
  thread_state.grad_mode_off = grad_mode_off_;
  thread_state.dual_level = dual_level_;
}

void FunctionCall::add_tensor(const Tensor& t) {
  is_tensor_.push_back(true);
  inputs_.push_back(t);
  if (!t.defined()) return;
  records_ = records_ || autograd::records(t);
  if (carries_tangent(t)) dual_ = true;
}
void FunctionCall::add_other() { is_tensor_.push_back(false); }

AutogradContext* FunctionCall::open() {
  if (dual_ && info_.jvp == nullptr)
    fail<NotImplementedError>(info_.name,
                              "a tangent arrives, but the function has no jvp(): implement `static "
                              "variable_list jvp(AutogradContext*, variable_list)` to use it in "
                              "forward mode");
  if (EIGENGRAD_UNLIKELY(thread_state.annotates))
    observed_ = std::make_unique<autograd::ObservedCall>(std::string(info_.name) + "Backward");
  edges_.resize(inputs_.size());
  for (std::size_t i = 0; i < inputs_.size() && records_; ++i)
    if (inputs_[i].defined()) edges_[i] = autograd::gradient_edge(inputs_[i]);
  open_ = true;
  grad_mode_off_ = std::exchange(thread_state.grad_mode_off, true);
  dual_level_ = std::exchange(thread_state.dual_level, false);
  return context_;
}

void FunctionCall::check_dirty(const variable_list& inputs) const {
  const AutoGradMode mode(records_);
  for (const Tensor& x : inputs)
    if (x.defined() && contains(inputs_, x)) autograd::check_inplace(info_.name, x, records_);
}

void FunctionCall::check_returned(const variable_list& outputs) const {
  for (const Tensor& x : context_->dirty_) {
    if (!x.defined()) continue;
    if (!contains(outputs, x))
      fail<GraphError>(info_.name,
                       "Some elements marked as dirty during the forward method were not returned "
                       "as output: an input of shape ",
                       x.sizes(), "; return every input that forward() writes to");
    if (records_ && outputs.size() > 1 && x.is_view() && contains(inputs_, x))
      fail<GraphError>(info_.name,
                       "an input that is a view of another tensor is modified in place, so the "
                       "function cannot return more than one Tensor, got ",
                       outputs.size(),
                       "; clone() the input, or write to it in a function of its own");
  }
}

bool FunctionCall::is_differentiable(const Tensor& y) const {
  return records_ && y.defined() && y.is_floating_point() &&
         !contains(context_->non_differentiable_, y);
}

/// Output `y` with its history, by the rules in the contract of Function.
Tensor FunctionCall::with_history(const Tensor& y, std::uint32_t output_nr) const {
  if (!y.defined()) return y;
  const auto input =
      std::find_if(inputs_.begin(), inputs_.end(), [&](const Tensor& x) { return x.is_same(y); });
  const bool is_input = input != inputs_.end();
  const bool is_written = is_input && contains(context_->dirty_, y);
  if (!is_differentiable(y)) {
    if (is_tracked(y)) return y.detach();
    return is_input && !is_written ? custom_view(y) : y;
  }
  if (is_written) {
    autograd::NextHistory(y, node_, output_nr, static_cast<std::size_t>(input - inputs_.begin()))
        .commit(y);
    return y;
  }
  // A tensor with a history of its own that forward() returns keeps that history; the output is a new tensor.
  Tensor out = is_input || y.is_view() ? custom_view(y) : is_tracked(y) ? y.detach() : y;
  autograd::set_history(out, node_, output_nr);
  return out;
}

variable_list FunctionCall::close(variable_list returned) {
  restore_modes();
  for (const Tensor& x : context_->dirty_)
    if (x.defined()) x.impl()->storage().bump_version();
  check_returned(returned);

  if (records_)
    node_ = autograd::make_node<autograd::CustomNode>(info_, std::move(owned_), edges_, is_tensor_,
                                                      inputs_, returned.size());
  const std::size_t n = returned.size();
  variable_list outputs(n);
  std::vector<bool> differentiable(n);
  for (std::size_t k = n; k-- > 0;) {
    differentiable[k] = is_differentiable(returned[k]);
    // A tensor that is returned twice is one output, with the history of the last of the two.
    std::size_t same = k + 1;
    while (same < n && !(returned[same].defined() && returned[same].is_same(returned[k]))) ++same;
    const bool again =
        same < n && (!contains(inputs_, returned[k]) || contains(context_->dirty_, returned[k]));
    outputs[k] = again ? outputs[same] : with_history(returned[k], static_cast<std::uint32_t>(k));
  }
  if (dual_) propagate_tangents(outputs);
  context_->call_ = nullptr;
  if (node_ != nullptr) node_->finish({inputs_, returned, outputs, differentiable});
  return outputs;
}

/// ẏ = jvp(ẋ), with one tangent for each argument and each output.
void FunctionCall::propagate_tangents(const variable_list& outputs) {
  const NoTangents plain;
  variable_list tangents(is_tensor_.size());
  for (std::size_t i = 0, x = 0; i < tangents.size(); ++i) {
    if (!is_tensor_[i]) continue;
    const Tensor& in = inputs_[x++];
    if (!in.defined()) continue;
    if (in.impl()->has_tangent())
      tangents[i] = tangent_of(in);
    else if (context_->materialize_grads_ && in.is_floating_point())
      tangents[i] = zeros_like(in);
  }
  variable_list given = tangents;
  variable_list results = info_.jvp(context_, given);
  if (results.size() != outputs.size())
    fail<GraphError>(info_.name, "jvp() returned an incorrect number of tangents: expected ",
                     outputs.size(), ", got ", results.size(),
                     "; return one for each output of forward()");
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const Tensor& y = outputs[k];
    Tensor& t = results[k];
    const bool constant = contains(context_->non_differentiable_, y);
    if (!t.defined() || !y.defined() || !y.is_floating_point() || constant) continue;
    if (!(t.sizes() == y.sizes()))
      fail<ShapeError>(info_.name,
                       "jvp() returned a tangent that has a different size than output ", k, ": ",
                       t.sizes(), " against ", y.sizes(), "; return one of the output's shape");
    t = autograd::cast(t, y.dtype());
    if (contains(context_->dirty_, y)) {
      autograd::write_tangent(y, t);
      continue;
    }
    set_tangent(y, t);
  }
}

}  // namespace detail

namespace autograd {

void AutogradContext::save_for_backward(variable_list to_save) { to_save_ = std::move(to_save); }

variable_list AutogradContext::get_saved_variables() const {
  return call_ != nullptr ? to_save_ : node_->saved();
}

void AutogradContext::mark_dirty(const variable_list& inputs) {
  if (call_ != nullptr) call_->check_dirty(inputs);
  dirty_.assign(inputs.begin(), inputs.end());
}

void AutogradContext::mark_non_differentiable(const variable_list& outputs) {
  non_differentiable_.assign(outputs.begin(), outputs.end());
}

bool AutogradContext::needs_input_grad(std::size_t i) const {
  const std::size_t n = call_ != nullptr ? call_->inputs_.size() : node_->num_outputs();
  if (i >= n)
    detail::fail<IndexError>("needs_input_grad", "tensor argument ", i,
                             " is out of range: the call has ", n, "; count from 0");
  return call_ != nullptr ? call_->edges_[i].is_valid() : node_->needs(i);
}

}  // namespace autograd
}  // namespace eigengrad
