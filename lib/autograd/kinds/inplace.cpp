#include "autograd/inplace.hpp"

#include <algorithm>
#include <utility>

#include "autograd/accumulate_grad.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/kinds/strided.hpp"
#include "autograd/tracking.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "kernels/base/copy.hpp"

namespace eigengrad::autograd {
namespace {

/// An in-place write to a view, as the history of its base: it has the inputs of the write, except that the
/// base replaces the view, which is input `input_index`.
class CopySlices final : public Node {
 public:
  CopySlices(Edge base_edge, const Tensor& base, const Tensor& view, std::shared_ptr<Node> fn,
             std::size_t input_index)
      : Node(nullptr, 0, 1),
        gather_(gather_of(base, view)),
        fn_(std::move(fn)),
        input_index_(input_index) {
    const std::size_t n = std::max<std::size_t>(1, fn_->num_outputs());
    for (std::size_t i = 0; i < n; ++i)
      edges_.push_back(i == input_index ? std::move(base_edge) : fn_->edges()[i]);
    set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
    extra_of(*fn_).enclosing = this;
    enter_sequence();
  }
  ~CopySlices() override { const Edge last(std::move(fn_), 0); }
  std::string name() const override { return "CopySlices"; }
  const Gather& gather() const noexcept { return gather_; }
  void release_saved() noexcept override { fn_->release_saved(); }
  void visit_saved(SavedVisitor& visitor) override { fn_->visit_saved(visitor); }
  bool lifts(const BackwardCall&) const override { return true; }

  /// Outside the view the gradient passes to the base's old history; inside it goes through `fn`.
  void backward(BackwardCall& call) override {
    if (!call.grads[0].defined()) return;
    const Tensor& g = call.grads[0];
    const Gather gather = call.lead < 0 ? gather_ : lifted(gather_, call.lead);
    Tensor inside[] = {apply_linear(gather, g)};
    std::vector<Tensor> results(edges_.size());
    const auto wanted = std::make_unique<bool[]>(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) wanted[i] = call.wants(i);
    BackwardCall inner{inside, results.data(), wanted.get(), nullptr, nullptr, call.lead};
    evaluate_node(*fn_, inner);
    Tensor into_view = std::move(results[input_index_]);
    results[input_index_].reset();
    if (edges_[input_index_].is_valid() && call.wants(input_index_)) {
      results[input_index_] = apply_linear(ZeroPart{gather}, g);
      if (into_view.defined())
        accumulate_gradient(results[input_index_], apply_linear(Scatter{gather}, into_view));
    }
    std::move(results.begin(), results.end(), call.results);
  }

 private:
  std::vector<Edge> edges_;
  Gather gather_;
  std::shared_ptr<Node> fn_;
  std::size_t input_index_;
};

}  // namespace

Edge output_edge(Node& node, std::uint32_t output_nr) {
  const NodeExtra* extra = find_extra(node);
  if (extra == nullptr || extra->enclosing == nullptr) return {node.shared_from_this(), output_nr};
  auto& write = static_cast<CopySlices&>(*extra->enclosing);
  return {make_node<LinearNode<Gather>>(write.gather(), Edge(write.shared_from_this(), 0)), 0};
}

namespace {

/// Replaces the history of a tensor that was written to; a retained gradient becomes that of its new
/// value.
void adopt_history(detail::TensorImpl& t, std::shared_ptr<Node> node,
                   std::uint32_t output_nr = 0) noexcept {
  if (t.extra() != nullptr && t.extra()->retains_grad) move_retained(t, *node, output_nr);
  t.set_history(std::move(node), output_nr);
}

/// The same for a tensor that is no view, whose views have to follow.
void adopt_base_history(detail::TensorImpl& t, std::shared_ptr<Node> node,
                        std::uint32_t output_nr = 0) noexcept {
  adopt_history(t, std::move(node), output_nr);
  t.set_history_version(t.history_version() + 1);
}

/// A view that a custom Function returned has the history that its author gave it, not that of a view.
[[noreturn, gnu::cold]] void refuse_custom_view(std::string_view op, const Tensor& view,
                                                std::string_view what) {
  const Node* const node = view.impl()->node().get();
  const bool several = node != nullptr && node->num_inputs() > 1;
  detail::fail<GraphError>(op, what, " of shape ", view.sizes(),
                           ". This view was created inside a custom Function",
                           several ? " that returns multiple views" : "",
                           " (or because an input was returned as-is), so that its history cannot "
                           "follow the write; clone() it, or return a clone()");
}

/// A lock, held while the history of a view changes.
constinit std::atomic<bool> refreshing{false};

/// Changes with every write to the memory of `base`, and with every new history.
std::uint32_t state_of(const detail::TensorImpl& base) noexcept {
  return base.storage().version() + base.history_version();
}

}  // namespace

bool is_history_lost(const Tensor& view) noexcept {
  const detail::TensorImpl& impl = *view.impl();
  const detail::TensorImpl* const base = impl.view_base();
  if (base == nullptr || impl.history_version() == state_of(*base)) return false;
  switch (impl.view_kind()) {
    case detail::ViewKind::NoGrad:
      return base->tracked();
    case detail::ViewKind::MultiOutput:
    case detail::ViewKind::CustomFunction:
      return impl.node() != nullptr || base->tracked();
    default:
      return false;
  }
}

void refresh_view_history(const Tensor& view) {
  detail::TensorImpl& impl = *view.impl();
  const std::uint32_t state = state_of(*impl.view_base());
  if (impl.history_version() == state) return;
  const Tensor base = Tensor::share(impl.view_base());
  std::shared_ptr<Node> outdated;  // freed when the lock is open again
  const detail::SpinLock lock(refreshing);
  if (impl.history_version() == state) return;
  if (is_history_lost(view)) {
    if (impl.view_kind() == detail::ViewKind::CustomFunction)
      refuse_custom_view("autograd", view, "the base of a view was modified in place, a view");
    if (impl.view_kind() == detail::ViewKind::MultiOutput)
      detail::fail<GraphError>(
          "autograd", "a view of shape ", view.sizes(),
          " comes from a function that returns multiple views, and its base or another view of its "
          "base has been modified inplace; use select or narrow, or clone() it before the write");
    detail::fail<GraphError>(
        "autograd", "a view of shape ", view.sizes(),
        " was created in no_grad mode and its base or another view of its base "
        "has been modified inplace; take the view in the mode you write in, or "
        "detach() it");
  }
  if (base.impl()->tracked()) {
    auto node = make_node<LinearNode<Gather>>(gather_of(base, view), gradient_edge(base));
    prepare_retained(impl, *node);
    outdated = impl.node();
    adopt_history(impl, std::move(node));
  }
  // Set last, so that a thread that finds the version up to date finds the new history too.
  impl.set_history_version(state);
}

NextHistory::NextHistory(const Tensor& self, std::shared_ptr<Node> node, std::uint32_t output_nr,
                         std::size_t input_nr)
    : node_(std::move(node)), output_nr_(output_nr) {
  const detail::TensorImpl& impl = *self.impl();
  if (impl.view_base() != nullptr) {
    const Tensor base = Tensor::share(impl.view_base());
    of_base_ = make_node<CopySlices>(gradient_edge(base), base, self, std::move(node_), input_nr);
    prepare_retained(*base.impl(), *of_base_);
    node_ = make_node<LinearNode<Gather>>(gather_of(base, self), Edge(of_base_, 0));
    output_nr_ = 0;
  }
  prepare_retained(impl, *node_);
}

NextHistory NextHistory::of_view(const Tensor& self, const Tensor& view) {
  NextHistory next;
  const detail::TensorImpl& impl = *self.impl();
  const Tensor base = Tensor::share(impl.view_base());
  if (!base.impl()->tracked() || impl.view_kind() == detail::ViewKind::NoGrad) return next;
  if (impl.view_kind() == detail::ViewKind::CustomFunction)
    refuse_custom_view("autograd", self, "the geometry of a view changes, of one");
  next.node_ = make_node<LinearNode<Gather>>(gather_of(base, view), gradient_edge(base));
  prepare_retained(impl, *next.node_);
  return next;
}

Tensor NextHistory::result(const Tensor& self) const {
  Tensor y = raw_view(self, self.sizes(), self.strides(), 0);
  if (node_ != nullptr) set_history(y, node_, output_nr_);
  return y;
}

void NextHistory::commit(const Tensor& self) noexcept {
  detail::TensorImpl& impl = *self.impl();
  if (impl.view_base() == nullptr) {
    if (node_ != nullptr) adopt_base_history(impl, std::move(node_), output_nr_);
    return;
  }
  std::shared_ptr<Node> outdated;  // freed when the lock is open again
  std::shared_ptr<Node> outdated_of_base;
  const detail::SpinLock lock(refreshing);
  if (of_base_ != nullptr) {
    outdated_of_base = impl.view_base()->node();
    adopt_base_history(*impl.view_base(), std::move(of_base_));
  }
  if (node_ == nullptr) return;
  outdated = impl.node();
  adopt_history(impl, std::move(node_));
  impl.set_history_version(state_of(*impl.view_base()));
}

Undo::Undo(const Tensor& self) : self_(self), version_(self.impl()->storage().version()) {
  const detail::Unrecorded unrecorded;
  before_ = copy_row_major(self);
}

Undo::~Undo() {
  if (!before_.defined()) return;
  kernels::copy(self_, before_);
  self_.impl()->storage().restore_version(version_);
}

void write_tangent(const Tensor& self, const Tensor& tangent) {
  if (!self.is_floating_point()) return;
  const detail::NoTangents plain;
  detail::TensorImpl& impl = *self.impl();
  const bool shares = detail::shares_tangent(impl);
  if (impl.has_tangent() || (shares && detail::inherit_tangent(impl))) {
    Tensor own = detail::tangent_of(self);
    own.copy_(tangent);
    return;
  }
  if (!shares) {
    detail::set_tangent(self, tangent);
    return;
  }
  const Tensor whole = Tensor::share(detail::tangent_base(impl));
  detail::set_tangent(whole, zeros_like(whole.detach()));
  const Tensor& whole_tangent = detail::tangent_of(whole);
  if (!is_laid_out_like(whole_tangent, whole) || !lies_within(whole, self))
    detail::fail<GraphError>(
        "forward mode",
        "an in-place write to a view beside its base, or of one that overlaps itself, of shape ",
        whole.sizes(), " and strides ", whole.strides(),
        ", has no tangent; clone() the tensor first");
  Tensor part = part_of_tangent(whole, whole_tangent, self);
  part.copy_(tangent);
  detail::attach_tangent(impl, part);
}

namespace {

/// Refuses a change that the graph cannot represent.
void check_history(std::string_view op, const Tensor& self, bool will_record) {
  const detail::TensorImpl& impl = *self.impl();
  if (impl.is_inference() && !detail::thread_state.inference_mode)
    detail::fail<GraphError>(op,
                             "a tensor made in inference mode is written to in place outside it; "
                             "clone() it first");
  if (!detail::recording()) return;
  const detail::TensorImpl* base = impl.view_base();
  const bool leaf = impl.requires_grad_flag() && impl.node() == nullptr;
  if (leaf)
    detail::fail<GraphError>(op,
                             "a leaf Variable that requires grad is being used in an in-place "
                             "operation; write under NoGradGuard, or into a clone");
  if (base == nullptr) return;
  const bool base_leaf = base->requires_grad_flag() && base->node() == nullptr;
  const bool tracked = will_record || base->tracked() || impl.tracked();
  if (!tracked) return;
  switch (impl.view_kind()) {
    case detail::ViewKind::NoGrad:
      detail::fail<GraphError>(op,
                               "the view was created in no_grad mode and is written to in place "
                               "with grad mode on; take the view in the mode you write in");
    case detail::ViewKind::MultiOutput:
      detail::fail<GraphError>(op,
                               "the view comes from a function that returns multiple views, so the "
                               "write cannot be recorded; use select or narrow, or clone() it");
    case detail::ViewKind::CustomFunction:
      refuse_custom_view(op, self, "a view is written to in place, one");
    default:
      break;
  }
  if (base_leaf)
    detail::fail<GraphError>(op,
                             "a view of a leaf Variable that requires grad is being used in an "
                             "in-place operation; write under NoGradGuard, or into a clone");
}

}  // namespace

void check_inplace(std::string_view op, const Tensor& self, bool will_record) {
  const IntArrayRef sizes = self.sizes();  // throws for an undefined tensor
  const IntArrayRef strides = self.strides();
  for (std::size_t d = 0; d < sizes.size(); ++d)
    if (sizes[d] > 1 && strides[d] == 0 && self.numel() > 0)
      detail::fail<GraphError>(op,
                               "more than one element of the written-to tensor refers to a single "
                               "memory location: it is expanded, with shape ",
                               sizes, " and strides ", strides, "; clone() it first");
  check_history(op, self, will_record);
}

void check_new_geometry(std::string_view op, const Tensor& self) {
  static_cast<void>(self.sizes());  // throws for an undefined tensor
  check_history(op, self, false);
}

}  // namespace eigengrad::autograd
