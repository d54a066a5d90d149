#include "autograd/saved_value.hpp"

#include "autograd/meta.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"

namespace eigengrad::autograd {

void refuse_to_save(const Tensor& t) {
  detail::fail<GraphError>("autograd",
                           "Inference tensors cannot be saved for backward: one of shape ",
                           t.sizes(), " was made in inference mode; clone() it outside first");
}

void SavedValue::save(const Tensor& t, std::uint16_t output_nr) {
  check_may_be_saved(t);
  drop();
  impl_ = t.impl();
  impl_->hold();
  version_ = impl_->storage().version();
  output_nr_ = output_nr;
}

Tensor SavedValue::tensor(Node& node, const Edge* edge) const {
  data(node);
  const bool is_output = output_nr_ != kInput;
  const bool has_history = is_output || (edge != nullptr && edge->is_valid());
  if (impl_->try_retain()) {
    Tensor t = Tensor::adopt(impl_);
    // The very tensor that was saved, unless its history was rewritten since.
    if (!has_history) return t;
    const Edge now = gradient_edge(t);
    if (is_output ? now.function.get() == &node && now.input_nr == output_nr_ : now == *edge)
      return t;
  }
  Tensor alias = Tensor::adopt(detail::TensorImpl::create_view(
      &impl_->storage(), impl_->bytes(), impl_->dtype(), impl_->sizes(), impl_->strides()));
  if (has_history) {
    const Edge history = is_output ? output_edge(node, output_nr_) : *edge;
    set_history(alias, history.function, history.input_nr);
  }
  if (detail::carries_tangent(*impl_)) detail::set_tangent(alias, impl_->extra()->tangent);
  return alias;
}

void fail_released(const Node& node) {
  detail::fail<GraphError>(
      node.name(),
      "Trying to backward through the graph a second time: the values that this node saved were "
      "released by the first pass; pass retain_graph = true to it");
}

void SavedValue::fail(const Node& node) const {
  if (impl_ == nullptr) fail_released(node);
  detail::fail<GraphError>(
      node.name(), "a value needed for the gradient was modified by an inplace operation: ",
      to_string(impl_->dtype()), " tensor of shape ", impl_->sizes(), ", ",
      output_nr_ == kInput ? std::string("an input of ")
                           : "output " + std::to_string(output_nr_) + " of ",
      node.name(), ", is at version ", impl_->storage().version(), ", expected version ", version_,
      "; write into a clone, or modify it after backward()");
}

}  // namespace eigengrad::autograd
