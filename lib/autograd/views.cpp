#include "autograd/views.hpp"

#include <algorithm>
#include <utility>

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "kernels/base/copy.hpp"

namespace eigengrad::autograd {
namespace {

/// Sizes, strides and offset, relative to the lowest element in memory that any index reaches.
struct Layout {
  DimVector sizes;
  DimVector strides;
  std::int64_t offset = 0;
};

struct Alias {
  static constexpr auto node_name = "AliasBackward0";
  Tensor forward(const Tensor& x) const {
    Tensor y = raw_view(x, x.sizes(), x.strides(), 0);
    mark_view(y, x, detail::recording() ? detail::ViewKind::Plain : detail::ViewKind::NoGrad);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return alias(g); }
};

/// Memory that holds the elements of two layouts, `whole` and `part` of it.
///
/// Where elements of the whole share memory (it is expanded) each stands for an equal share of it:
/// the memory holds their mean, and its gradient is divided among them.
struct Memory {
  Layout whole;
  Layout part;
  std::int64_t extent = 0;
  bool whole_overlaps = false;

  static Tensor at(const Tensor& flat, const Layout& layout) {
    return raw_view(flat, layout.sizes, layout.strides, layout.offset);
  }
  static Tensor read(const Tensor& flat, const Layout& layout) {
    Tensor y = Tensor::adopt(detail::TensorImpl::create(flat.dtype(), layout.sizes));
    kernels::copy(y, at(flat, layout));
    return y;
  }
  Tensor zeros(ScalarType dtype) const {
    Tensor flat = Tensor::adopt(detail::TensorImpl::create(dtype, {extent}));
    kernels::fill(flat, 0);
    return flat;
  }
  /// How many elements of a layout share each element of the memory.
  Tensor counts(const Layout& layout, ScalarType dtype) const {
    const Tensor flat = zeros(dtype);
    const Tensor one = Tensor::adopt(detail::TensorImpl::create(dtype, {}));
    kernels::fill(one, 1);
    kernels::add_into_overlapping(at(flat, layout),
                                  raw_view(one, layout.sizes, DimVector(layout.sizes.size()), 0));
    return flat;
  }
  void share_out(Tensor& flat) const {
    if (!whole_overlaps) return;
    const NoGradGuard off;
    const detail::NoTangents plain;
    flat.div_(counts(whole, flat.dtype()).clamp_min(1));
  }
  Tensor with_whole(const Tensor& x) const {
    Tensor flat = zeros(x.dtype());
    if (whole_overlaps)
      kernels::add_into_overlapping(at(flat, whole), x);
    else
      kernels::copy(at(flat, whole), x);
    share_out(flat);
    return flat;
  }
};

/// Reads the part of the whole; the transpose adds the part into zeros of the whole, where overlapping
/// elements add up.
struct Gather : Memory {
  static constexpr auto node_name = "AsStridedBackward0";
  Tensor forward(const Tensor& x) const { return read(with_whole(x), part); }
  Tensor transpose(const Tensor& g) const;
};
struct Scatter {
  static constexpr auto node_name = "AsStridedScatterBackward0";
  Gather gather;
  Tensor forward(const Tensor& g) const {
    Tensor flat = gather.zeros(g.dtype());
    kernels::add_into_overlapping(Memory::at(flat, gather.part), g);
    gather.share_out(flat);
    return Memory::read(flat, gather.whole);
  }
  Tensor transpose(const Tensor& gg) const { return apply_linear(gather, gg); }
};
Tensor Gather::transpose(const Tensor& g) const { return apply_linear(Scatter{*this}, g); }

/// The whole with zeros at the part.
struct ZeroInside {
  static constexpr auto node_name = "SliceScatterBackward0";
  Gather gather;
  Tensor forward(const Tensor& g) const {
    const Tensor flat = gather.with_whole(g);
    kernels::fill(Memory::at(flat, gather.part), 0);
    return Memory::read(flat, gather.whole);
  }
  Tensor transpose(const Tensor& g) const { return apply_linear(*this, g); }
};

/// The whole (input 0) with input 1 at the part.
struct Replaced {
  static constexpr auto node_name = "AsStridedScatterBackward0";
  Gather gather;
  Tensor forward(TensorList xs) const {
    const Tensor flat = gather.with_whole(xs[0]);
    kernels::copy(Memory::at(flat, gather.part), xs[1]);
    return Memory::read(flat, gather.whole);
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    return i == 0 ? apply_linear(ZeroInside{gather}, g) : apply_linear(gather, g);
  }
};

/// A view of the given geometry, `offset` elements from the first one of `base`.
Gather gather_of(const Tensor& base, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset) {
  Gather op;
  op.whole = {DimVector(base.sizes()), DimVector(base.strides()), 0};
  op.part = {DimVector(sizes), DimVector(strides), offset};
  // A view made by as_strided may reach before its base's first element.
  const std::int64_t before = std::max<std::int64_t>(0, -offset);
  op.whole.offset += before;
  op.part.offset += before;
  op.extent = std::max(op.whole.offset + reach(op.whole.sizes, op.whole.strides),
                       op.part.offset + reach(op.part.sizes, op.part.strides));
  op.whole_overlaps = !base.is_contiguous() && may_overlap(op.whole.sizes, op.whole.strides);
  return op;
}
Gather gather_of(const Tensor& base, const Tensor& view) {
  return gather_of(base, view.sizes(), view.strides(),
                   view.storage_offset() - base.storage_offset());
}

/// Whether the memory of `view` lies within the span of the elements of `whole`.
bool lies_within(const Tensor& whole, const Tensor& view) {
  if (view.numel() == 0) return true;
  const std::int64_t offset = view.storage_offset() - whole.storage_offset();
  return offset >= 0 &&
         offset + reach(view.sizes(), view.strides()) <= reach(whole.sizes(), whole.strides());
}

/// The part of `whole_tangent`, the tangent of `whole`, that `view` sees; in the same memory if it can be.
Tensor part_of_tangent(const Tensor& whole, const Tensor& whole_tangent, const Tensor& view) {
  if (!is_laid_out_like(whole_tangent, whole) || !lies_within(whole, view))
    return apply_linear(gather_of(whole, view), whole_tangent);
  const bool empty = view.numel() == 0;
  return strided_view(whole_tangent, view.sizes(), view.strides(),
                      empty ? 0 : view.storage_offset() - whole.storage_offset());
}

/// An in-place write to a view, as the history of its base: it has the inputs of the write, except that the
/// base replaces the view, which is input `place`.
class CopySlices final : public Node {
 public:
  CopySlices(Edge base_edge, const Tensor& base, const Tensor& view, std::shared_ptr<Node> fn,
             std::size_t place)
      : Node(nullptr, 0, 1), gather_(gather_of(base, view)), fn_(std::move(fn)), place_(place) {
    const std::size_t n = std::max<std::size_t>(1, fn_->num_outputs());
    for (std::size_t i = 0; i < n; ++i)
      edges_.push_back(i == place ? std::move(base_edge) : fn_->edges()[i]);
    set_edges(edges_.data(), static_cast<std::uint32_t>(edges_.size()));
    extra_of(*fn_).enclosing = this;
    enter_sequence();
  }
  ~CopySlices() override { const Edge last(std::move(fn_), 0); }
  std::string name() const override { return "CopySlices"; }
  const Gather& gather() const noexcept { return gather_; }
  void release_saved() noexcept override { fn_->release_saved(); }
  void visit_saved(SavedVisitor& visitor) override { fn_->visit_saved(visitor); }

  /// Outside the view the gradient passes to the base's old history; inside it goes through `fn`.
  void backward(BackwardCall& call) override {
    if (!call.grads[0].defined()) return;
    const Tensor& g = call.grads[0];
    Tensor inside[] = {apply_linear(gather_, g)};
    std::vector<Tensor> results(edges_.size());
    const auto wanted = std::make_unique<bool[]>(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) wanted[i] = call.wants(i);
    BackwardCall inner{inside, results.data(), wanted.get()};
    fn_->backward(inner);
    Tensor into_view = std::move(results[place_]);
    results[place_].reset();
    if (edges_[place_].is_valid() && call.wants(place_)) {
      results[place_] = apply_linear(ZeroInside{gather_}, g);
      if (into_view.defined())
        accumulate_gradient(results[place_], apply_linear(Scatter{gather_}, into_view));
    }
    std::move(results.begin(), results.end(), call.results);
  }

 private:
  std::vector<Edge> edges_;
  Gather gather_;
  std::shared_ptr<Node> fn_;
  std::size_t place_;
};

}  // namespace

Tensor raw_view(const Tensor& t, IntArrayRef sizes, IntArrayRef strides,
                std::int64_t offset_elements) {
  const detail::TensorImpl& impl = *t.impl();
  Tensor y = Tensor::adopt(detail::TensorImpl::create_view(
      &impl.storage(), impl.bytes() + offset_elements * element_size(impl.dtype()), impl.dtype(),
      sizes, strides));
  y.impl()->set_inference(impl.is_inference());
  return y;
}

void mark_view(const Tensor& view, const Tensor& t, detail::ViewKind kind) {
  detail::TensorImpl* base = t.impl()->view_base();
  const detail::ViewKind inherited = t.impl()->view_kind();
  if (inherited != detail::ViewKind::NotAView && inherited != detail::ViewKind::Plain)
    kind = inherited;
  view.impl()->set_view(base != nullptr ? base : t.impl(), kind);
  detail::TensorImpl* const tangent_base = detail::tangent_base(*t.impl());
  if (base == nullptr || tangent_base == base) return;
  detail::AutogradExtra& extra = detail::ensure_extra(*view.impl());
  extra.tangent_is_apart = true;
  extra.tangent_base = tangent_base != nullptr ? Tensor::share(tangent_base) : t;
}

Tensor alias(const Tensor& t) { return apply_linear(Alias{}, t); }

Tensor strided_view(const Tensor& t, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset) {
  Tensor y = raw_view(t, sizes, strides, offset);
  mark_view(y, t, detail::recording() ? detail::ViewKind::Plain : detail::ViewKind::NoGrad);
  if (records(t)) set_history(y, make_node<LinearNode<Gather>>(gather_of(t, y), gradient_edge(t)));
  if (detail::carries_tangent(t)) {
    const detail::NoTangents plain;
    detail::set_tangent(y, part_of_tangent(t, detail::tangent_of(t), y));
  }
  return y;
}

Tensor strided_scatter(const Tensor& t, const Tensor& src, IntArrayRef sizes, IntArrayRef strides,
                       std::int64_t offset) {
  const Gather gather = gather_of(t, sizes, strides, offset);
  if (may_overlap(gather.part.sizes, gather.part.strides) &&
      gather.counts(gather.part, kFloat64).max().item<double>() > 1)
    detail::fail<ValueError>("as_strided_scatter", "elements with sizes ", sizes, " and strides ",
                             strides, " share memory, so src cannot be written to them");
  return apply_linear_list(Replaced{gather}, {t, src});
}

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
  const NoGradGuard off;
  const detail::NoTangents plain;
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

namespace eigengrad::detail {

bool inherit_tangent(TensorImpl& view) {
  const Tensor whole = Tensor::share(tangent_base(view));
  if (!whole.impl()->has_tangent()) return false;
  const NoTangents plain;
  const Tensor t = Tensor::share(&view);
  set_tangent(t, autograd::part_of_tangent(whole, tangent_of(whole), t));
  return true;
}

}  // namespace eigengrad::detail
