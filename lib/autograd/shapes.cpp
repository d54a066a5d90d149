#include "autograd/shapes.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/copy.hpp"

namespace eigengrad::autograd {

DimVector broadcast_shapes(std::string_view op, IntArrayRef a, IntArrayRef b) {
  const std::size_t n = std::max(a.size(), b.size());
  DimVector sizes(n);
  for (std::size_t i = 1; i <= n; ++i) {
    const std::int64_t x = i <= a.size() ? a[a.size() - i] : 1;
    const std::int64_t y = i <= b.size() ? b[b.size() - i] : 1;
    if (x != y && x != 1 && y != 1)
      detail::fail<ShapeError>(op, "The size of tensor a (", x,
                               ") must match the size of tensor b (", y, ") at dimension ", n - i,
                               ": shapes ", a, " and ", b, " do not broadcast");
    sizes[n - i] = x == 1 ? y : x;
  }
  static_cast<void>(detail::checked_numel(op, sizes));
  return sizes;
}

bool may_overlap(IntArrayRef sizes, IntArrayRef strides) {
  std::vector<std::pair<std::int64_t, std::int64_t>> dims;  // stride, extent
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0) return false;
    if (sizes[d] > 1) dims.emplace_back(strides[d], sizes[d]);
  }
  std::sort(dims.begin(), dims.end());
  std::int64_t reached = 0;
  for (const auto& [stride, extent] : dims) {
    if (stride <= reached) return true;
    reached += (extent - 1) * stride;
  }
  return false;
}

std::int64_t reach(IntArrayRef sizes, IntArrayRef strides) noexcept {
  std::int64_t last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0) return 0;
    last += (sizes[d] - 1) * strides[d];
  }
  return last + 1;
}

ScalarType result_type(const Tensor* const* inputs, std::size_t n) {
  // The largest dtype seen of each rank: scalars, tensors without dimensions, tensors with dimensions.
  bool seen[3] = {};
  ScalarType largest[3] = {kBool, kBool, kBool};
  for (std::size_t i = 0; i < n; ++i) {
    const int rank = inputs[i]->impl()->is_wrapped_number() ? 0 : inputs[i]->dim() == 0 ? 1 : 2;
    const ScalarType t = inputs[i]->dtype();
    largest[rank] = seen[rank] ? promote_types(largest[rank], t) : t;
    seen[rank] = true;
  }
  const auto category = [](ScalarType t) { return t == kBool ? 0 : t == kInt64 ? 1 : 2; };
  ScalarType result = kBool;
  bool any = false;
  for (int rank = 2; rank >= 0; --rank) {
    if (!seen[rank]) continue;
    if (!any || category(largest[rank]) > category(result)) result = largest[rank];
    any = true;
  }
  return result;
}

Tensor wrapped_scalar(const Scalar& value, const Tensor& like) {
  ScalarType dtype = value.type();
  if (is_floating_point(dtype)) dtype = like.is_floating_point() ? like.dtype() : kDefaultDtype;
  if (dtype <= like.dtype()) dtype = like.dtype();
  Tensor t = detail::uninitialised(dtype, {});
  if (dtype == kFloat64)
    *t.impl()->data<double>() = value.toDouble();
  else
    kernels::fill(t, value);
  t.impl()->set_wrapped_number(true);
  return t;
}

void check_result_fits(std::string_view op, ScalarType result, ScalarType written) {
  if (!can_cast(result, written))
    detail::fail<DtypeError>(op, "a result of type ", to_string(result), " can't be cast to ",
                             to_string(written), ", the type of the tensor written to");
}

}  // namespace eigengrad::autograd
