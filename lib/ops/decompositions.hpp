#pragma once

#include <algorithm>
#include <string_view>

#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/core/tensor.hpp"
#include "kernels/decompose.hpp"

/// What operators on the matrices in the last two dimensions of a batch share.
namespace eigengrad {

inline void require_matrices(std::string_view op, const Tensor& x) {
  if (x.dim() < 2)
    detail::fail<ShapeError>(op, "needs a matrix or a batch of them, got shape ", x.sizes());
  if (!x.is_floating_point())
    detail::fail<DtypeError>(op, "needs a floating point tensor, got ", to_string(x.dtype()),
                             "; convert it with to(kFloat64)");
}

inline void require_square(std::string_view op, const Tensor& x) {
  require_matrices(op, x);
  if (x.size(-1) != x.size(-2))
    detail::fail<ShapeError>(op, "matrices must be square, got shape ", x.sizes());
}

/// The extents of x before the last two, followed by others.
inline DimVector batch_and(const Tensor& x, std::initializer_list<std::int64_t> last) {
  DimVector sizes(IntArrayRef(x.sizes().data(), x.sizes().size() - 2));
  for (const std::int64_t n : last) sizes.push_back(n);
  return sizes;
}

inline Tensor new_by_rows(const Tensor& like, const DimVector& sizes) {
  return Tensor::adopt(detail::TensorImpl::create(like.dtype(), sizes));
}

/// Matrices whose columns are contiguous.
inline Tensor new_by_columns(const Tensor& like, DimVector sizes) {
  const std::size_t n = sizes.size();
  Tensor y = new_by_rows(like, sizes);
  std::swap(sizes[n - 1], sizes[n - 2]);
  DimVector strides = detail::row_major_strides(sizes);
  std::swap(strides[n - 1], strides[n - 2]);
  std::swap(sizes[n - 1], sizes[n - 2]);
  y.impl()->set_geometry(sizes, strides, y.impl()->bytes());
  return y;
}

/// Throws: NumericError for a matrix that was not finite, or that an iteration gave up on.
inline void require_success(std::string_view op, const kernels::Breakdown& failed) {
  if (!failed) return;
  if (!failed.finite)
    detail::fail<NumericError>(op, "matrix ", failed.matrix,
                               " of the batch contains non-finite values");
  detail::fail<NumericError>(op, "the iteration failed to converge for matrix ", failed.matrix,
                             " of the batch");
}

}  // namespace eigengrad
