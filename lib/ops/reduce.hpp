#pragma once

#include <algorithm>
#include <string_view>

#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"

/// What operators that reduce over dimensions share.
namespace eigengrad {

/// Which dimensions a reduction runs over.
struct Dims {
  Dims(std::string_view op, const Tensor& x, OptionalIntArrayRef dim) : kept_one(x.sizes()) {
    const std::size_t n = x.sizes().size();
    const bool all = !dim.has_value() || dim.value().empty();
    DimVector reduce(n, all ? 1 : 0);
    if (!all)
      for (const std::int64_t d : dim.value()) {
        const std::size_t w = detail::wrap_dim(op, d, n);
        if (n == 0) continue;
        if (reduce[w] != 0)
          detail::fail<ValueError>(op, "dimension ", d, " appears twice in the list of dimensions");
        reduce[w] = 1;
      }
    for (std::size_t d = 0; d < n; ++d) {
      if (reduce[d] != 0) {
        count *= x.sizes()[d];
        kept_one[d] = 1;
      } else {
        dropped.push_back(x.sizes()[d]);
      }
    }
  }

  /// Extents of the result with extent 1 where it was reduced, and without.
  DimVector kept_one;
  DimVector dropped;
  /// Elements that go into one.
  std::int64_t count = 1;

  const DimVector& result(bool keepdim) const { return keepdim ? kept_one : dropped; }
};

/// The values of a reduction over dimensions, with the extents asked for.
template <class Kernel>
Tensor reduced(Kernel kernel, const Tensor& x, ScalarType dtype, const DimVector& kept_one,
               const DimVector& sizes) {
  Tensor y = Tensor::adopt(detail::TensorImpl::create(dtype, kept_one));
  kernel(y, x);
  if (kept_one.size() != sizes.size())
    y.impl()->set_geometry(sizes, detail::row_major_strides(sizes), y.impl()->bytes());
  return y;
}

/// `g` of a result without the reduced dimensions, as large as the input.
inline Tensor spread(const Tensor& g, const DimVector& kept_one, const DimVector& input) {
  const Tensor with_ones = g.sizes() == IntArrayRef(kept_one) ? g : g.reshape(kept_one);
  return autograd::expand_to(with_ones, input);
}

/// The transpose of spread(): sums over what was reduced.
inline Tensor gathered(const Tensor& t, const DimVector& kept_one, const DimVector& sizes) {
  const Tensor y = autograd::sum_to(t, kept_one);
  return y.sizes() == IntArrayRef(sizes) ? y : y.reshape(sizes);
}

/// Throws: IndexError when a dimension that is reduced has no elements, ShapeError when none is named
/// and there are none.
inline void require_elements(std::string_view op, const Tensor& x, OptionalIntArrayRef dim) {
  if (x.numel() > 0) return;
  if (!dim.has_value() || dim.value().empty())
    detail::fail<ShapeError>(op, "the tensor of shape ", x.sizes(),
                             " has no elements. Specify the reduction dim");
  for (const std::int64_t d : dim.value()) {
    const std::size_t w = detail::wrap_dim(op, d, x.sizes().size());
    if (x.sizes()[w] == 0)
      detail::fail<IndexError>(op, "dimension ", d, " of shape ", x.sizes(),
                               " has no elements; the reduction dim must have some");
  }
}

/// Whether what is computed now may be differentiated.
inline bool may_be_differentiated() {
  return detail::recording() || detail::thread_state.dual_level;
}

}  // namespace eigengrad
