#pragma once

#include "eigengrad/core/tensor.hpp"
#include "kernels/base/matrix_view.hpp"

namespace eigengrad::kernels {

/// c = a b for float64, float32 or int64. c is dense, row-major or column-major.
///
/// Note [Matrix products]
/// A factor that has unit stride in either dimension is read in place, others are packed; nothing is
/// transposed in memory. Small products and integers take a register-blocked loop; products with a vector
/// Eigen's, in pieces of rows that do not depend on the number of threads; a 1 x 1 result is a pairwise sum.
/// The rest goes to the BLAS, if there is one and it has kernels for the SIMD registers that we are compiled
/// for, and to Eigen otherwise. No result depends on alignment.
template <class T>
void multiply(const MatrixView<T>& c, const MatrixView<const T>& a, const MatrixView<const T>& b);

/// c = a b for tensors of at most two dimensions and of the same dtypes: the left factor a is a row if it is a
/// vector; b and c are columns if they are.
void multiply(const Tensor& c, const Tensor& a, const Tensor& b);

/// c -= a b for float64 or float32, by Eigen and on the calling thread; c is dense and row-major, a and b
/// have unit stride in either dimension.
template <class T>
void subtract_by_eigen(const MatrixView<T>& c, const MatrixView<const T>& a,
                       const MatrixView<const T>& b);

/// dst = a b for every matrix of the last two dimensions; the leading ones of a and b broadcast to
/// those of dst, which is contiguous.
void multiply_batches(const Tensor& dst, const Tensor& a, const Tensor& b);

}  // namespace eigengrad::kernels
