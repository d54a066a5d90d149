#include "eigengrad/ops/loss/embedding.hpp"

#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/distances.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "ops/loss/pointwise.hpp"

namespace eigengrad {

Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                             double margin, std::int64_t reduction) {
  constexpr auto op = "cosine_embedding_loss";
  losses::check_reduction(op, reduction);
  if (x1.dim() < 1 || x1.dim() > 2 || x1.dim() != x2.dim() || target.dim() != x1.dim() - 1)
    detail::fail<ShapeError>(op, "shapes ", x1.sizes(), ", ", x2.sizes(), " and ", target.sizes(),
                             " do not fit; give (N D), (N D), (N) or (D), (D), ()");
  const Tensor* const both[] = {&x1, &x2};
  ScalarType dtype = autograd::result_type(both, 2);
  if (!is_floating_point(dtype)) dtype = kDefaultDtype;
  const Tensor a = x1.to(dtype);
  const Tensor b = x2.to(dtype);
  // Added rather than a bound, as PyTorch does, so that the gradient at 0 is finite.
  constexpr double eps = 1e-12;
  const auto length = [](const Tensor& x) { return ((x * x).sum(-1) + eps).sqrt(); };
  const Tensor cosine = (a * b).sum(-1) / (length(a) * length(b));
  const Tensor apart = (cosine - margin).clamp_min(0);
  const Tensor losses = where(target.eq(1), 1 - cosine, where(target.eq(-1), apart, 0));
  return losses::reduce(losses, reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin, double p, double eps, bool swap, std::int64_t reduction) {
  const DistanceFunction distance = [=](const Tensor& a, const Tensor& b) {
    return pairwise_distance(a, b, p, eps);
  };
  return triplet_margin_with_distance_loss(anchor, positive, negative, distance, margin, swap,
                                           reduction);
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative, const DistanceFunction& distance,
                                         double margin, bool swap, std::int64_t reduction) {
  constexpr auto op = "triplet_margin_loss";
  losses::check_reduction(op, reduction);
  if (anchor.dim() != positive.dim() || anchor.dim() != negative.dim())
    detail::fail<ShapeError>(op, "shapes ", anchor.sizes(), ", ", positive.sizes(), " and ",
                             negative.sizes(), " must have the same number of dimensions");
  const auto apart = [&](const Tensor& a, const Tensor& b) {
    return distance ? distance(a, b) : pairwise_distance(a, b);
  };
  const Tensor near = apart(anchor, positive);
  Tensor far = apart(anchor, negative);
  if (swap) far = far.minimum(apart(positive, negative));
  return losses::reduce((near - far + margin).clamp_min(0), reduction);
}

}  // namespace eigengrad
