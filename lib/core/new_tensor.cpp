#include "core/new_tensor.hpp"

#include <algorithm>
#include <numeric>

#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"

namespace eigengrad::detail {
namespace {

/// Strides without gaps that order the dimensions in memory as `strides` does.
DimVector packed_strides(IntArrayRef sizes, IntArrayRef strides) {
  const std::size_t n = sizes.size();
  DimVector innermost_first(n);
  std::iota(innermost_first.begin(), innermost_first.end(), 0);
  std::reverse(innermost_first.begin(), innermost_first.end());
  const auto at = [](std::int64_t d) { return static_cast<std::size_t>(d); };
  std::stable_sort(innermost_first.begin(), innermost_first.end(),
                   [&](std::int64_t a, std::int64_t b) { return strides[at(a)] < strides[at(b)]; });
  DimVector packed(n);
  std::int64_t stride = 1;
  for (const std::int64_t d : innermost_first) {
    packed[at(d)] = stride;
    stride *= std::max<std::int64_t>(sizes[at(d)], 1);
  }
  return packed;
}

}  // namespace

void check_may_require_grad(std::string_view op, ScalarType dtype, const TensorOptions& o) {
  if (o.requires_grad() && !is_floating_point(dtype))
    fail<DtypeError>(op, "only floating point tensors can require gradients: the dtype is ",
                     to_string(dtype), "; ask for float64 or float32");
}

Tensor new_tensor(std::string_view op, IntArrayRef sizes, ScalarType dtype,
                  const TensorOptions& o) {
  check_may_require_grad(op, dtype, o);
  check_rank(op, sizes);
  static_cast<void>(checked_bytes(op, dtype, sizes));
  Tensor t = detail::uninitialised(dtype, sizes);
  if (o.requires_grad()) t.requires_grad_();
  return t;
}

Tensor new_tensor_like(std::string_view op, const Tensor& like, const TensorOptions& o) {
  Tensor t = new_tensor(op, like.sizes(), o.dtype_opt().value_or(like.dtype()), o);
  const IntArrayRef strides = like.strides();
  const bool ordered = std::all_of(strides.begin(), strides.end(), [](auto s) { return s > 0; });
  if (!like.is_contiguous() && ordered)
    t.impl()->set_geometry(like.sizes(), packed_strides(like.sizes(), strides), t.impl()->bytes());
  return t;
}

}  // namespace eigengrad::detail
