#include "autograd/views.hpp"

#include <utility>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/kinds/strided.hpp"
#include "autograd/shapes.hpp"
#include "autograd/tracking.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "kernels/base/copy.hpp"

namespace eigengrad::autograd {
namespace {

struct Alias {
  static constexpr auto node_name = "AliasBackward0";
  static constexpr bool lifts_to_itself = true;
  Tensor forward(const Tensor& x) const {
    Tensor y = raw_view(x, x.sizes(), x.strides(), 0);
    mark_view(y, x, detail::recording() ? detail::ViewKind::Plain : detail::ViewKind::NoGrad);
    return y;
  }
  Tensor transpose(const Tensor& g) const { return alias(g); }
};

/// The whole (input 0) with input 1 at the part.
struct ReplacePart {
  static constexpr auto node_name = "AsStridedScatterBackward0";
  Gather gather;
  Tensor forward(TensorList xs) const {
    const Tensor flat = gather.with_whole(xs[0]);
    kernels::copy(StridedPart::at(flat, gather.part), xs[1]);
    return StridedPart::read(flat, gather.whole);
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    return i == 0 ? apply_linear(ZeroPart{gather}, g) : apply_linear(gather, g);
  }
  void lift(std::int64_t lead) { gather.lift(lead); }
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

Tensor part_of_tangent(const Tensor& whole, const Tensor& whole_tangent, const Tensor& view) {
  if (!is_laid_out_like(whole_tangent, whole) || !lies_within(whole, view))
    return apply_linear(gather_of(whole, view), whole_tangent);
  const bool empty = view.numel() == 0;
  return strided_view(whole_tangent, view.sizes(), view.strides(),
                      empty ? 0 : view.storage_offset() - whole.storage_offset());
}

Tensor strided_scatter(const Tensor& t, const Tensor& src, IntArrayRef sizes, IntArrayRef strides,
                       std::int64_t offset) {
  const Gather gather = gather_of(t, sizes, strides, offset);
  if (may_overlap(gather.part.sizes, gather.part.strides) && gather.most_in_one() > 1)
    detail::fail<ValueError>(
        "as_strided_scatter", "elements with sizes ", sizes, " and strides ", strides,
        " share memory, so src cannot be written to them; give strides without overlap");
  return apply_linear_list(ReplacePart{gather}, {t, src});
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
