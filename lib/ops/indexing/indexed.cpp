#include "ops/indexing/indexed.hpp"

#include "autograd/views.hpp"
#include "eigengrad/ops/shape/copies.hpp"
#include "eigengrad/ops/shape/views.hpp"

namespace eigengrad {
namespace {

/// A plan that picks elements of row-major memory.
std::shared_ptr<const kernels::IndexPlan> flat_plan(std::int64_t numel, const Tensor& positions) {
  auto plan = std::make_shared<kernels::IndexPlan>();
  plan->input_sizes = {numel};
  plan->dims = {0};
  plan->indices = {positions};
  plan->picked = DimVector(positions.sizes());
  plan->result_sizes = plan->picked;
  return plan;
}

/// A plan that picks elements by all their coordinates.
std::shared_ptr<const kernels::IndexPlan> point_plan(IntArrayRef sizes,
                                                     std::vector<Tensor> coordinates) {
  auto plan = std::make_shared<kernels::IndexPlan>();
  plan->input_sizes = DimVector(sizes);
  for (std::size_t d = 0; d < sizes.size(); ++d) plan->dims.push_back(static_cast<std::int64_t>(d));
  plan->picked = DimVector(coordinates[0].sizes());
  plan->indices = std::move(coordinates);
  plan->result_sizes = plan->picked;
  return plan;
}

[[noreturn]] void fail_outside(std::string_view op, std::int64_t i, std::size_t d,
                               std::int64_t extent) {
  detail::fail<IndexError>(op, "index ", i, " is out of bounds for dimension ", d, " with size ",
                           extent, ": out of range, ",
                           extent == 0 ? "there is no element" : "give one in [0, ",
                           extent == 0 ? "" : std::to_string(extent - 1) + "]");
}

/// The elements of `x` at row-major positions inside the range, which have the shape of the result.
ByLists by_positions(const Tensor& x, const Tensor& positions) {
  const bool flat = x.is_contiguous() || x.sizes().empty();
  return {flat ? flat_plan(x.numel(), positions)
               : point_plan(x.sizes(), kernels::unravel(positions, x.sizes())),
          x.sizes()};
}

}  // namespace

void fail_changed(const Tensor& index, std::int64_t version) {
  detail::fail<GraphError>("backward",
                           "one of the variables needed for gradient computation has been "
                           "modified by an inplace operation: the ",
                           to_string(index.dtype()), " tensor of indices of shape ", index.sizes(),
                           " is at version ", index.impl()->storage().version(), ", expected ",
                           version, "; write into a clone() of it");
}

void check_index_dtype(std::string_view op, const Tensor& index) {
  if (index.dtype() != kInt64)
    detail::fail<DtypeError>(op, "Expected dtype int64 for index, got ", to_string(index.dtype()),
                             "; convert it with to(kInt64)");
}

void check_mask_dtype(std::string_view op, const Tensor& mask) {
  if (mask.dtype() != kBool)
    detail::fail<DtypeError>(op, "the mask must be a bool tensor, got ", to_string(mask.dtype()),
                             "; compare it, as in mask != 0");
}

void check_same_dtype(std::string_view op, const Tensor& self, const Tensor& source) {
  if (self.dtype() != source.dtype())
    detail::fail<DtypeError>(op, "Expected self.dtype to be equal to src.dtype, got ",
                             to_string(self.dtype()), " and ", to_string(source.dtype()),
                             "; convert the source with to()");
}

Tensor checked_scalar(std::string_view op, const Tensor& value, ScalarType dtype) {
  if (value.dim() != 0)
    detail::fail<ShapeError>(op, "only supports a 0-dimensional value tensor, got shape ",
                             value.sizes());
  return autograd::cast(value, dtype);
}

void check_inside(std::string_view op, const Tensor& index, std::size_t d, std::int64_t extent) {
  const std::int64_t* outside = kernels::find_outside(index, extent);
  if (outside != nullptr) fail_outside(op, *outside, d, extent);
}

Tensor wrapped_indices(const Tensor& index, std::int64_t extent, optional<std::int64_t>* outside) {
  const Tensor list = index.contiguous();
  if (kernels::find_outside(list, extent) == nullptr) return list;
  const Tensor copy = list.is_same(index) ? plain_copy(list) : list;
  const std::int64_t found = kernels::wrap_indices(copy, extent);
  if (found != 0 || extent == 0) *outside = found;
  return copy;
}

ByLists by_wrapped_positions(std::string_view op, const Tensor& x, const Tensor& index) {
  check_index_dtype(op, index);
  const std::int64_t n = x.numel();
  optional<std::int64_t> outside;
  const Tensor positions = wrapped_indices(index, n, &outside);
  if (outside)
    detail::fail<IndexError>(op, "out of range: tried to access index ", *outside,
                             " on a tensor of ", n, " elements; give indices below that number");
  return by_positions(x, positions);
}

ByLists by_mask(const Tensor& x, const Tensor& mask) {
  if (x.is_contiguous() || x.sizes().empty()) {
    const Tensor row = mask.contiguous();
    const Tensor flat = autograd::raw_view(row, {row.numel()}, {1}, 0);
    return {flat_plan(x.numel(), kernels::true_positions(flat)[0]), x.sizes()};
  }
  return {point_plan(x.sizes(), kernels::true_positions(mask)), x.sizes()};
}

ByLists slices_at(std::string_view op, const Tensor& x, std::int64_t dim, const Tensor& index,
                  bool wraps) {
  const IntArrayRef sizes = x.sizes();
  const std::size_t d = detail::wrap_dim(op, dim, sizes.size());
  check_index_dtype(op, index);
  if (index.dim() > 1)
    detail::fail<ShapeError>(op, "Index is supposed to be a vector, got shape ", index.sizes(),
                             "; flatten it");
  const std::int64_t extent = sizes.empty() ? 1 : sizes[d];
  optional<std::int64_t> outside;
  Tensor list = wraps ? wrapped_indices(index, extent, &outside) : index.contiguous();
  if (outside) fail_outside(op, *outside, d, extent);
  if (!wraps) check_inside(op, list, d, extent);
  if (list.dim() == 0) list = autograd::raw_view(list, {1}, {1}, 0);
  if (sizes.empty()) return {flat_plan(1, list), sizes};
  auto plan = std::make_shared<kernels::IndexPlan>();
  plan->input_sizes = DimVector(sizes);
  plan->dims = {static_cast<std::int64_t>(d)};
  plan->picked = {list.numel()};
  plan->result_sizes = DimVector(sizes);
  plan->result_sizes[d] = list.numel();
  for (std::size_t k = 0; k < sizes.size(); ++k)
    if (k != d) (k < d ? plan->before : plan->after).push_back(static_cast<std::int64_t>(k));
  plan->indices = {std::move(list)};
  return {std::move(plan), sizes};
}

Tensor source_slices(std::string_view op, const Tensor& self, const ByLists& at,
                     const Tensor& source) {
  check_same_dtype(op, self, source);
  const DimVector shape = at.picked();
  if (source.sizes() == shape) return source;
  // A tensor without dimensions counts as one of a single element.
  if (source.dim() > 1 || shape.size() > 1 || source.numel() != detail::numel_of(shape))
    detail::fail<ShapeError>(op, "the source must have the shape ", shape, " of the ", self.sizes(),
                             " tensor's slices at the index, got ", source.sizes());
  return source.reshape(shape);
}

ByPosition by_position(std::string_view op, const Tensor& x, std::int64_t dim,
                       const Tensor& index) {
  const IntArrayRef sizes = x.sizes();
  const std::size_t d = detail::wrap_dim(op, dim, sizes.size());
  check_index_dtype(op, index);
  const std::int64_t extent = sizes.empty() ? 1 : sizes[d];
  if (index.numel() > 0) {
    if (std::max(index.dim(), std::int64_t{1}) != std::max(x.dim(), std::int64_t{1}))
      detail::fail<ShapeError>(
          op, "Index tensor must have the same number of dimensions as input tensor, got shapes ",
          index.sizes(), " and ", sizes);
    for (std::size_t k = 0; k < std::min(sizes.size(), index.sizes().size()); ++k)
      if (k != d && index.sizes()[k] > sizes[k])
        detail::fail<ShapeError>(op, "Size does not match at dimension ", k, " expected index ",
                                 index.sizes(), " to be smaller than self ", sizes,
                                 " apart from dimension ", d);
  }
  const Tensor whole = index.is_contiguous() ? index : autograd::copy_row_major(index);
  check_inside(op, whole, d, extent);
  return {DimVector(sizes), d, KeptIndices(whole)};
}

Tensor source_part(std::string_view op, const Tensor& self, const ByPosition& at,
                   const Tensor& src) {
  check_same_dtype(op, self, src);
  const DimVector shape = at.picked();
  // Without an index no shape is wrong.
  if (detail::numel_of(shape) == 0) return src.reshape({-1}).narrow(0, 0, 0).reshape(shape);
  Tensor part = src;
  if (part.sizes().size() != shape.size()) {
    if (part.dim() > 1 || shape.size() > 1)
      detail::fail<ShapeError>(
          op, "Index tensor must have the same number of dimensions as src tensor, got shapes ",
          shape, " and ", src.sizes());
    part = part.reshape({-1});
  }
  for (std::size_t k = 0; k < part.sizes().size(); ++k) {
    const std::int64_t n = shape.empty() ? 1 : shape[k];
    if (part.sizes()[k] < n)
      detail::fail<ShapeError>(op, "Expected index ", shape, " to be smaller than src ",
                               src.sizes(), "; it is larger in dimension ", k);
    if (part.sizes()[k] > n) part = part.narrow(static_cast<std::int64_t>(k), 0, n);
  }
  return part.sizes() == shape ? part : part.reshape(shape);
}

}  // namespace eigengrad
