#include "autograd/kinds/strided.hpp"

#include <algorithm>
#include <type_traits>

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
#include "core/dispatch.hpp"
#include "core/geometry.hpp"
#include "kernels/base/copy.hpp"

namespace eigengrad::autograd {

Tensor StridedPart::at(const Tensor& flat, const Layout& layout) {
  return raw_view(flat, layout.sizes, layout.strides, layout.offset);
}

Tensor StridedPart::read(const Tensor& flat, const Layout& layout) {
  Tensor y = detail::uninitialised(flat.dtype(), layout.sizes);
  kernels::copy(y, at(flat, layout));
  return y;
}

Tensor StridedPart::zeros(ScalarType dtype) const {
  Tensor flat = detail::uninitialised(dtype, {extent});
  kernels::fill(flat, 0);
  return flat;
}

Tensor StridedPart::counts(const Layout& layout) const {
  const Tensor flat = zeros(kFloat64);
  const Tensor one = detail::uninitialised(kFloat64, {});
  kernels::fill(one, 1);
  kernels::add_into_overlapping(at(flat, layout),
                                raw_view(one, layout.sizes, DimVector(layout.sizes.size()), 0));
  return flat;
}

void StridedPart::divide_by_counts(Tensor& flat) const {
  if (!whole_overlaps) return;
  const Tensor shares = counts(whole);
  const auto* const n = shares.impl()->data<double>();
  detail::dispatch_floating("as_strided", flat.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const x = flat.impl()->data<T>();
    for (std::int64_t i = 0; i < extent; ++i)
      if (n[i] > 1) x[i] /= static_cast<T>(n[i]);
  });
}

std::int64_t StridedPart::most_in_one() const {
  if (extent == 0) return 0;
  const Tensor shares = counts(part);
  const auto* const n = shares.impl()->data<double>();
  return static_cast<std::int64_t>(*std::max_element(n, n + extent));
}

Tensor StridedPart::with_whole(const Tensor& x) const {
  Tensor flat = zeros(x.dtype());
  if (whole_overlaps)
    kernels::add_into_overlapping(at(flat, whole), x);
  else
    kernels::copy(at(flat, whole), x);
  divide_by_counts(flat);
  return flat;
}

Tensor Gather::transpose(const Tensor& g) const { return apply_linear(Scatter{*this}, g); }
void Gather::lift(std::int64_t lead) {
  // As many copies of the memory, one behind the other.
  for (Layout* const layout : {&whole, &part}) {
    layout->sizes.insert(0, lead);
    layout->strides.insert(0, extent);
  }
  extent *= lead;
}

Tensor Scatter::forward(const Tensor& g) const {
  Tensor flat = gather.zeros(g.dtype());
  kernels::add_into_overlapping(StridedPart::at(flat, gather.part), g);
  gather.divide_by_counts(flat);
  return StridedPart::read(flat, gather.whole);
}
Tensor Scatter::transpose(const Tensor& gg) const { return apply_linear(gather, gg); }

Tensor ZeroPart::forward(const Tensor& g) const {
  const Tensor flat = gather.with_whole(g);
  kernels::fill(StridedPart::at(flat, gather.part), 0);
  return StridedPart::read(flat, gather.whole);
}
Tensor ZeroPart::transpose(const Tensor& g) const { return apply_linear(*this, g); }

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

bool lies_within(const Tensor& whole, const Tensor& view) {
  if (view.numel() == 0) return true;
  const std::int64_t offset = view.storage_offset() - whole.storage_offset();
  return offset >= 0 &&
         offset + reach(view.sizes(), view.strides()) <= reach(whole.sizes(), whole.strides());
}

}  // namespace eigengrad::autograd
