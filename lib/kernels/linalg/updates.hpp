#pragma once

#include "kernels/linalg/matrix_batch.hpp"

/// Products that are subtracted from a matrix, and triangular solves; matrices have unit stride in one dimension.
namespace eigengrad::kernels {

/// c -= a b.
template <class T>
void subtract_product(const MatrixView<T>& c, const MatrixView<const T>& a,
                      const MatrixView<const T>& b);

/// c = -a b^T for column vectors a and b, for every matrix of a batch; c is row-major and contiguous.
void negative_outer_products(const Tensor& c, const Tensor& a, const Tensor& b);

/// c := scale c - a b^T for column vectors a and b, with one element of `scale` for every matrix of a batch; c is
/// row-major and contiguous.
void subtract_outer_products(const Tensor& c, const Tensor& scale, const Tensor& a,
                             const Tensor& b);

/// x := t^-1 x for a triangular matrix t.
template <class T>
void solve_triangle(const MatrixView<const T>& t, TriangleKind kind, const MatrixView<T>& x);

}  // namespace eigengrad::kernels
