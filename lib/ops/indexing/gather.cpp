#include "eigengrad/ops/indexing/gather.hpp"

#include <algorithm>

#include "autograd/forward_mode.hpp"
#include "autograd/shapes.hpp"
#include "core/checked.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/indexing/scatter.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/indexing/indexed.hpp"

namespace eigengrad {

Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index) {
  ByLists at = slices_at("index_select", x, dim, index);
  if (x.dim() > 0) return gather_at<"IndexSelectBackward0">(std::move(at), x);
  if (index.numel() != 1)
    detail::fail<ShapeError>("index_select",
                             "the index of a tensor without dimensions must have one element, got ",
                             index.numel());
  // An index without dimensions gives a result without dimensions.
  auto plan = std::make_shared<kernels::IndexPlan>(*at.plan);
  plan->result_sizes = DimVector();
  return gather_at<"IndexSelectBackward0">(ByLists{std::move(plan), at.sizes}, x);
}
Tensor Tensor::index_select(std::int64_t dim, const Tensor& index) const {
  return eigengrad::index_select(*this, dim, index);
}

Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index, bool) {
  return gather_at<"GatherBackward0">(by_position("gather", x, dim, index), x);
}
Tensor Tensor::gather(std::int64_t dim, const Tensor& index, bool sparse_grad) const {
  return eigengrad::gather(*this, dim, index, sparse_grad);
}

Tensor take(const Tensor& x, const Tensor& index) {
  return gather_at<"TakeBackward0">(by_wrapped_positions("take", x, index), x);
}
Tensor Tensor::take(const Tensor& index) const { return eigengrad::take(*this, index); }

Tensor take_along_dim(const Tensor& x, const Tensor& indices, optional<std::int64_t> dim) {
  check_index_dtype("take_along_dim", indices);
  // A copy is kept, since the indices may be written to afterwards, as in PyTorch.
  const auto kept = [](const Tensor& of, const Tensor& index) {
    return autograd::records(of) ? index.clone() : index;
  };
  if (!dim) {
    const Tensor flat = x.reshape({-1});
    return gather(flat, 0, kept(flat, indices).reshape({-1}));
  }
  if (x.dim() != indices.dim())
    detail::fail<ShapeError>("take_along_dim",
                             "input and indices should have the same number of dimensions, got "
                             "shapes ",
                             x.sizes(), " and ", indices.sizes());
  const std::size_t d = detail::wrap_dim("take_along_dim", *dim, x.sizes().size());
  DimVector of_x(x.sizes());
  DimVector of_indices(indices.sizes());
  if (x.dim() > 0) of_x[d] = of_indices[d] = 1;
  const DimVector common = autograd::broadcast_shapes("take_along_dim", of_x, of_indices);
  of_x = of_indices = common;
  if (x.dim() > 0) {
    of_x[d] = x.sizes()[d];
    of_indices[d] = indices.sizes()[d];
  }
  return gather(x.expand(of_x), *dim, kept(x, indices.expand(of_indices)));
}
Tensor Tensor::take_along_dim(const Tensor& indices, optional<std::int64_t> dim) const {
  return eigengrad::take_along_dim(*this, indices, dim);
}

// ---- Masks.

namespace {

/// Elements replaced where the mask says so, by a scalar or a tensor without dimensions.
template <FixedString name>
struct MaskedFill {
  static constexpr const char* node_name = name.text;
  KeptIndices mask;
  DimVector sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    if (i == 0) return masked_fill(g, mask.get(), 0);
    return autograd::sum_to(where(mask.get(), g, 0), {}, lead);
  }
  Tensor tangent(const Tensor& self, const Tensor& value) const {
    if (!value.defined()) return masked_fill(self, mask.get(), 0);
    if (self.defined()) return masked_fill(self, mask.get(), value);
    const Tensor t = where(mask.get(), value, 0);
    return t.sizes() == IntArrayRef(sizes) ? t : autograd::expand_to(t, sizes);
  }
};

void check_mask(std::string_view op, const Tensor& self, const Tensor& mask) {
  check_mask_dtype(op, mask);
  if (!(autograd::broadcast_shapes(op, self.sizes(), mask.sizes()) == self.sizes()))
    detail::fail<ShapeError>(op, "output with shape ", self.sizes(),
                             " doesn't match the broadcast shape of it and the mask ", mask.sizes(),
                             "; an in-place result cannot grow");
}

/// Fills with `scalar`. `value` is the tensor it was read from, undefined when a number was given.
template <FixedString name>
Tensor fill_masked(const Tensor& x, const Tensor& mask, const Tensor& value, const Scalar& scalar) {
  check_mask_dtype("masked_fill", mask);
  const DimVector sizes = autograd::broadcast_shapes("masked_fill", x.sizes(), mask.sizes());
  const Tensor wide = x.sizes() == IntArrayRef(sizes) ? x : autograd::expand_to(x, sizes);
  Tensor y = detail::uninitialised(x.dtype(), sizes);
  kernels::masked_fill(y, wide, mask, scalar);
  return record_written(MaskedFill<name>{KeptIndices(mask), sizes}, wide, value, y);
}

template <FixedString name>
Tensor& fill_masked_inplace(Tensor& self, const Tensor& mask, const Tensor& value,
                            const Scalar& scalar) {
  check_mask("masked_fill_", self, mask);
  const bool shares = &mask.impl()->storage() == &self.impl()->storage();
  const Tensor m = shares ? plain_copy(mask) : mask;
  const MaskedFill<name> op{KeptIndices(m), DimVector(self.sizes())};
  return write_inplace("masked_fill_", op, self, value,
                       [&] { kernels::masked_fill(self, self, m, scalar); });
}

}  // namespace

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Scalar& value) {
  return fill_masked<"MaskedFillBackward0">(x, mask, {}, value);
}
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  const Tensor v = checked_scalar("masked_fill", value, x.dtype());
  return fill_masked<"MaskedFillBackward1">(x, mask, v, v.item());
}
Tensor Tensor::masked_fill(const Tensor& mask, const Scalar& value) const {
  return eigengrad::masked_fill(*this, mask, value);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& value) const {
  return eigengrad::masked_fill(*this, mask, value);
}
Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
  return fill_masked_inplace<"MaskedFillBackward0">(self(), mask, {}, value);
}
Tensor& Tensor::masked_fill_(const Tensor& mask, const Tensor& value) const {
  const Tensor v = checked_scalar("masked_fill_", value, dtype());
  return fill_masked_inplace<"MaskedFillBackward1">(self(), mask, v, v.item());
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  check_mask_dtype("masked_select", mask);
  if (x.sizes() == mask.sizes() && !autograd::records(x) && !detail::carries_tangent(x)) {
    const autograd::ObservedCall observed("MaskedSelectBackward0");
    return kernels::compress(x.contiguous(), mask.contiguous());
  }
  const DimVector sizes = autograd::broadcast_shapes("masked_select", x.sizes(), mask.sizes());
  const auto wide = [&](const Tensor& t) {
    return t.sizes() == IntArrayRef(sizes) ? t : autograd::expand_to(t, sizes);
  };
  const Tensor from = wide(x);
  return gather_at<"MaskedSelectBackward0">(by_mask(from, wide(mask)), from);
}
Tensor Tensor::masked_select(const Tensor& mask) const {
  return eigengrad::masked_select(*this, mask);
}

namespace {

using MaskedScatter = WriteAt<ByLists, "MaskedScatterBackward0">;

/// The elements of `source` that are written: as many as the mask has true elements.
Tensor source_of(std::string_view op, const Tensor& source, const ByLists& at) {
  const std::int64_t n = at.picked()[0];
  if (source.numel() < n)
    detail::fail<ShapeError>(op, "Number of elements of source < number of ones in mask: ",
                             source.numel(), " < ", n, "; give one element for each true");
  return source.reshape({-1}).narrow(0, 0, n);
}

}  // namespace

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
  check_mask_dtype("masked_scatter", mask);
  check_same_dtype("masked_scatter", x, source);
  const DimVector sizes = autograd::broadcast_shapes("masked_scatter", x.sizes(), mask.sizes());
  const Tensor wide = x.sizes() == IntArrayRef(sizes) ? x : autograd::expand_to(x, sizes);
  const Tensor y = plain_copy(wide);
  const MaskedScatter op{by_mask(y, mask.expand(sizes))};
  const Tensor values = source_of("masked_scatter", source, op.at);
  op.store(y, values);
  return record_written(op, wide, values, y);
}
Tensor Tensor::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return eigengrad::masked_scatter(*this, mask, source);
}
Tensor& Tensor::masked_scatter_(const Tensor& mask, const Tensor& source) const {
  check_mask("masked_scatter_", self(), mask);
  check_same_dtype("masked_scatter_", self(), source);
  const MaskedScatter op{by_mask(self(), mask.expand(sizes()))};
  const Tensor values = source_of("masked_scatter_", source, op.at);
  return write_inplace("masked_scatter_", op, self(), values, [&] { op.store(self(), values); });
}

// ---- Positions.

std::vector<Tensor> nonzero_numpy(const Tensor& x) {
  const detail::Unrecorded unrecorded;
  const Tensor row = x.dim() == 0 ? x.unsqueeze(0) : x;
  return kernels::true_positions(row.dtype() == kBool ? row : row.ne(0));
}
std::vector<Tensor> Tensor::nonzero_numpy() const { return eigengrad::nonzero_numpy(*this); }

Tensor nonzero(const Tensor& x) {
  const std::vector<Tensor> positions = nonzero_numpy(x);
  if (x.dim() == 0) return empty({positions[0].numel(), 0}, kInt64);
  return stack(positions, 1);
}
Tensor Tensor::nonzero() const { return eigengrad::nonzero(*this); }

Tensor argwhere(const Tensor& x) { return nonzero(x); }
Tensor Tensor::argwhere() const { return eigengrad::argwhere(*this); }

Tensor one_hot(const Tensor& x, std::int64_t num_classes) {
  check_index_dtype("one_hot", x);
  if (x.numel() == 0 && num_classes <= 0)
    detail::fail<ValueError>("one_hot",
                             "Can not infer total number of classes from empty tensor; "
                             "give num_classes");
  const Tensor classes = x.contiguous();
  const std::int64_t* at = classes.impl()->data<std::int64_t>();
  const auto [least, largest] = std::minmax_element(at, at + classes.numel());
  if (classes.numel() > 0 && *least < 0)
    detail::fail<ValueError>("one_hot", "Class values must be non-negative, got ", *least);
  if (num_classes == -1)
    num_classes = detail::checked_add("one_hot", *largest, 1);
  else if (classes.numel() > 0 && *largest >= num_classes)
    detail::fail<ValueError>("one_hot", "Class values must be smaller than num_classes, got ",
                             *largest, " for ", num_classes, " classes");
  DimVector sizes(x.sizes());
  sizes.push_back(num_classes);
  Tensor y = zeros(sizes, kInt64);
  return y.scatter_(-1, classes.unsqueeze(-1), 1);
}

}  // namespace eigengrad
