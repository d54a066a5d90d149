#pragma once

#include "eigengrad/core/tensor.hpp"

/// Distances |x_i - y_j|_p of all pairs of rows: x is (s n d), y is transposed (s d m), all contiguous and of
/// one floating point dtype; p >= 0, infinity included.
namespace eigengrad::kernels {

/// dst[s, i, j] = |x_i - y_j|_p, the number of components that differ for p = 0.
void pair_distances(const Tensor& dst, const Tensor& x, const Tensor& y_columns, double p);

/// dst[s, i] = sum over j of g[s, i, j] times the gradient of the distance in x_i, which is 0 where
/// the distance is.
void pair_distances_pullback(const Tensor& dst, const Tensor& g, const Tensor& distances,
                             const Tensor& x, const Tensor& y_columns, double p);

}  // namespace eigengrad::kernels
