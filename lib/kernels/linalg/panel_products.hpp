#pragma once

#include "kernels/linalg/panel.hpp"

/// Products of panels, and triangular solves with them.
namespace eigengrad::kernels {

/// c -= a b.
template <class T>
void subtract_product(const Panel<T>& c, const Panel<const T>& a, const Panel<const T>& b);

/// c = -a b^T for column vectors a and b, for every matrix of a batch; c is row-major and contiguous.
void negative_outer_products(const Tensor& c, const Tensor& a, const Tensor& b);

/// c := scale c - a b^T, with one element of `scale` for every matrix; otherwise the same.
void subtract_outer_products(const Tensor& c, const Tensor& scale, const Tensor& a,
                             const Tensor& b);

/// x := t^-1 x for a triangular matrix t.
template <class T>
void solve_triangle(const Panel<const T>& t, TriangleKind kind, const Panel<T>& x);

}  // namespace eigengrad::kernels
