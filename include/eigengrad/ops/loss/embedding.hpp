#pragma once

#include <functional>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/ops/loss/reduction.hpp"

namespace eigengrad {

// Losses of embeddings. What all losses have in common stands in reduction.hpp.

/// 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1, along the last
/// dimension. Shapes: (N D) (N D) (N) -> (N), (D) (D) () -> ().
EIGENGRAD_API Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                                           double margin = 0,
                                           std::int64_t reduction = Reduction::Mean);
/// max(0, margin + d(anchor, positive) - d(anchor, negative)) for d = pairwise_distance() with p and
/// eps; `swap` takes d(positive, negative) where that is smaller than d(anchor, negative).
EIGENGRAD_API Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative, double margin = 1, double p = 2,
                                         double eps = 1e-6, bool swap = false,
                                         std::int64_t reduction = Reduction::Mean);
using DistanceFunction = std::function<Tensor(const Tensor&, const Tensor&)>;
/// triplet_margin_loss() for any distance d; pairwise_distance() if none is given.
EIGENGRAD_API Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                                       const Tensor& negative,
                                                       const DistanceFunction& distance = {},
                                                       double margin = 1, bool swap = false,
                                                       std::int64_t reduction = Reduction::Mean);

}  // namespace eigengrad
