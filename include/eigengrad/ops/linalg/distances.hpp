#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Domain: floating point; p >= 0, infinity included. |d|_p is the number of components that are not 0
// for p = 0, the largest for infinity.
// Throws: ShapeError for shapes that do not fit; ValueError for negative p; DtypeError for integers.

/// |x1[i] - x2[j]|_p of all pairs of rows. Leading dimensions broadcast.
/// Shapes: (... n d) (... m d) -> (... n m).
/// At the edge: gradient 0 at distance 0, and in components that are equal; components that are the
/// largest for p = infinity each get the whole gradient.
/// Cost: n m d for the value and the gradient, without storing differences; n m d elements where a
/// further derivative is taken. Distances are computed from differences whatever `compute_mode` (0 to
/// 2) says, so that they are precise for near points.
/// See also: pdist() for the pairs within one set; pairwise_distance() for rows of the same index.
EIGENGRAD_API Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2,
                           optional<std::int64_t> compute_mode = nullopt);
/// cdist(x, x) above the diagonal, row by row. Shapes: (n d) -> (n (n - 1) / 2).
EIGENGRAD_API Tensor pdist(const Tensor& x, double p = 2);
/// |x1 - x2 + eps|_p along the last dimension, which stays with extent 1 under `keepdim`; the others
/// broadcast.
EIGENGRAD_API Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2,
                                       double eps = 1e-6, bool keepdim = false);
/// x1 . x2 / (|x1| |x2|) along `dim`, norms being at least eps; shapes broadcast.
/// At the edge: 0 where a vector is 0.
EIGENGRAD_API Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, std::int64_t dim = 1,
                                       double eps = 1e-8);
/// x / |x|_p along `dim`, the norm being at least eps.
EIGENGRAD_API Tensor normalize(const Tensor& x, double p = 2, std::int64_t dim = 1,
                               double eps = 1e-12);

}  // namespace eigengrad
