#include "eigengrad/autograd/tensor.hpp"

#include "autograd/accumulate_grad.hpp"
#include "autograd/kinds.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"

namespace eigengrad {

using autograd::Node;
using detail::AutogradExtra;

bool Tensor::requires_grad() const { return detail::is_tracked(get()); }

const Tensor& Tensor::requires_grad_(bool on) const {
  const bool leaf = is_leaf();
  if (on && !is_floating_point())
    detail::fail<DtypeError>("requires_grad_",
                             "only tensors of floating point dtype can require "
                             "gradients, this one holds ",
                             eigengrad::to_string(dtype()), "; convert it with to()");
  if (on && is_inference() && !detail::thread_state.inference_mode)
    detail::fail<GraphError>("requires_grad_",
                             "a tensor made in inference mode cannot require "
                             "gradients outside it; clone() it first");
  if (!on && !leaf)
    detail::fail<GraphError>("requires_grad_",
                             "you can only change requires_grad flags of leaf "
                             "variables; detach() gives a tensor that is not "
                             "tracked");
  if (!leaf) return self();
  if (on) detail::ensure_extra(*impl_);
  impl_->set_requires_grad_flag(on);
  return self();
}

bool Tensor::is_leaf() const {
  get();
  if (!requires_grad()) return true;
  if (impl_->view_base() != nullptr) autograd::refresh_view_history(*this);
  return impl_->node() == nullptr || impl_->node()->is_accumulator();
}

std::shared_ptr<Node> Tensor::grad_fn() const {
  get();
  if (impl_->view_base() != nullptr) autograd::refresh_view_history(*this);
  if (impl_->node() != nullptr && impl_->node()->is_accumulator()) return nullptr;
  return impl_->node();
}

const Tensor& Tensor::grad() const {
  static const Tensor none;
  const AutogradExtra* extra = get().extra();
  if (requires_grad() && !is_leaf() && !retains_grad())
    warn(
        "[grad] the .grad of a tensor that is not a leaf is not kept; call retain_grad() on it "
        "before backward()");
  return extra != nullptr ? extra->grad : none;
}

GradSlot Tensor::mutable_grad() const {
  get();
  return GradSlot(*this);
}

GradSlot::GradSlot(const Tensor& owner) : owner_(owner) {
  if (const AutogradExtra* extra = owner.impl()->extra(); extra != nullptr)
    Tensor::operator=(extra->grad);
}

GradSlot& GradSlot::operator=(const Tensor& grad) {
  if (grad.defined()) {
    if (grad.is_same(owner_))
      detail::fail<GraphError>("grad", "a tensor cannot be its own grad; assign a clone");
    if (grad.dtype() != owner_.dtype())
      detail::fail<DtypeError>("grad", "the assigned gradient has a different type: ",
                               eigengrad::to_string(grad.dtype()), " for a tensor of ",
                               eigengrad::to_string(owner_.dtype()), "; convert it with to()");
    if (!(grad.sizes() == owner_.sizes()))
      detail::fail<ShapeError>("grad", "the assigned gradient has a different size: ", grad.sizes(),
                               " for a tensor of shape ", owner_.sizes(),
                               "; give one of that shape");
  }
  detail::ensure_extra(*owner_.impl()).grad = grad;
  Tensor::operator=(grad);
  return *this;
}

void GradSlot::zero_() {
  if (defined()) Tensor::zero_();
}

void Tensor::backward(const Tensor& gradient, optional<bool> retain_graph, bool create_graph,
                      optional<TensorList> inputs) const {
  get();
  if (inputs && inputs->empty())
    detail::fail<GraphError>("backward",
                             "the list of inputs is empty; leave it out to reach all "
                             "leaves");
  autograd::backward(
      {*this}, gradient.defined() ? autograd::variable_list{gradient} : autograd::variable_list{},
      retain_graph, create_graph, inputs ? inputs->vec() : autograd::variable_list{});
}

void Tensor::retain_grad() const {
  if (!requires_grad())
    detail::fail<GraphError>("retain_grad",
                             "can't retain_grad on a tensor that is not tracked; "
                             "call requires_grad_() on what it is computed from");
  const autograd::Edge edge = autograd::gradient_edge(*this);
  if (is_leaf() || retains_grad()) return;
  AutogradExtra& extra = detail::ensure_extra(*impl_);
  autograd::retain_at_node(*impl_, *edge.function, edge.input_nr);
  extra.retains_grad = true;
}

bool Tensor::retains_grad() const {
  return get().extra() != nullptr && get().extra()->retains_grad;
}

Tensor Tensor::detach() const {
  get();
  return autograd::raw_view(*this, sizes(), strides(), 0);
}

Tensor& Tensor::detach_() const {
  if (is_view())
    detail::fail<GraphError>("detach_", "views cannot be detached in place; use detach()");
  impl_->set_history(nullptr, 0);
  impl_->set_requires_grad_flag(false);
  detail::drop_tangent(*impl_);
  return self();
}

Tensor Tensor::data() const {
  auto keep = std::make_unique<Tensor>(detach());
  Tensor t = adopt(detail::TensorImpl::create_external(
      impl_->bytes(), dtype(), sizes(), strides(),
      [](void* kept) noexcept { delete static_cast<Tensor*>(kept); }, keep.get()));
  static_cast<void>(keep.release());
  return t;
}

std::int64_t Tensor::_version() const {
  if (is_inference())
    detail::fail<GraphError>("_version",
                             "Inference tensors do not track version counter; clone() it first");
  return static_cast<std::int64_t>(impl_->storage().version());
}

Tensor Tensor::_base() const { return share(get().view_base()); }

namespace autograd {

void retain_at_node(detail::TensorImpl& t, Node& node, std::uint32_t output_nr) {
  extra_of(node).retained.push_back({output_nr, &t});
  t.hold();
}

void prepare_retained(const detail::TensorImpl& t, Node& to) {
  if (t.extra() == nullptr || !t.extra()->retains_grad) return;
  auto& list = extra_of(to).retained;
  list.reserve(list.size() + 1);
}

void move_retained(detail::TensorImpl& t, Node& to, std::uint32_t output_nr) noexcept {
  if (t.node() != nullptr) {
    if (NodeExtra* extra = find_extra(*t.node()); extra != nullptr) {
      auto& list = extra->retained;
      for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].tensor == &t) {
          list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
          t.release_held();
          break;
        }
    }
  }
  retain_at_node(t, to, output_nr);
}

}  // namespace autograd
}  // namespace eigengrad
