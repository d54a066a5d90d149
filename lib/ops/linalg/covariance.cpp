#include "eigengrad/ops/linalg/covariance.hpp"

#include <algorithm>

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

/// Weights as a row, in `dtype`, after checks that both kinds share.
void check_weights(const Tensor& w, const char* name, std::int64_t observations) {
  if (w.dim() > 1)
    detail::fail<ShapeError>("cov", "expected ", name, " of at most one dimension, got shape ",
                             w.sizes());
  if (w.numel() != observations)
    detail::fail<ShapeError>("cov", "expected ", name, " for each of the ", observations,
                             " observations, got ", w.numel());
  const NoGradGuard off;
  if (w.detach().lt(0).any().item<bool>())
    detail::fail<ValueError>("cov", name, " cannot be negative; give 0 or more");
}

/// The product of both kinds of weights; undefined when there are none.
Tensor weights_of(const OptionalTensor& fweights, const OptionalTensor& aweights, std::int64_t n) {
  Tensor w;
  if (fweights && fweights->defined()) {
    if (fweights->dtype() != kInt64)
      detail::fail<DtypeError>("cov", "expected fweights of integers, got ",
                               to_string(fweights->dtype()));
    check_weights(*fweights, "fweights", n);
    w = *fweights;
  }
  if (aweights && aweights->defined()) {
    if (!aweights->is_floating_point())
      detail::fail<DtypeError>("cov", "expected aweights of floating point, got ",
                               to_string(aweights->dtype()), "; convert them with to()");
    check_weights(*aweights, "aweights", n);
    w = w.defined() ? w * *aweights : *aweights;
  }
  return w;
}

Tensor correlation_from(const Tensor& c) {
  if (c.dim() == 0) return c / c;
  const Tensor deviation = c.diagonal().sqrt();
  return (c / deviation.unsqueeze(1) / deviation).clamp(-1, 1);
}

}  // namespace

Tensor cov(const Tensor& x, std::int64_t correction, const OptionalTensor& fweights,
           const OptionalTensor& aweights) {
  if (x.dim() > 2)
    detail::fail<ShapeError>("cov", "expected at most two dimensions, got shape ", x.sizes());
  if (x.dtype() == kBool)
    detail::fail<DtypeError>("cov", "does not take bool; convert it with to(kInt64)");
  const Tensor rows =
      (x.is_floating_point() ? x : x.to(kDefaultDtype))
          .reshape({x.dim() < 2 ? 1 : x.size(0), x.dim() < 2 ? x.numel() : x.size(1)});
  const std::int64_t n = rows.size(1);
  const Tensor w = weights_of(fweights, aweights, n);
  const auto less = static_cast<double>(correction);
  if (!w.defined()) {
    const Tensor centred = rows - rows.sum(1, true) / static_cast<double>(n);
    if (n <= correction) warn("[cov] degrees of freedom is <= 0");
    return (mm(centred, centred.t()) / std::max(static_cast<double>(n) - less, 0.0)).squeeze();
  }
  const Tensor total = w.sum();
  if (total.item<double>() == 0)
    detail::fail<ValueError>("cov", "weights sum to zero, can't be normalized; give one above 0");
  const Tensor centred = rows - (rows * w).sum(1, true) / total;
  Tensor freedom = aweights && aweights->defined() ? total - (w * *aweights).sum() / total * less
                                                   : total - correction;
  if (freedom.item<double>() <= 0) {
    warn("[cov] degrees of freedom is <= 0");
    freedom = zeros_like(freedom);
  }
  return (mm(centred, (centred * w).t()) / freedom).squeeze();
}

Tensor corrcoef(const Tensor& x) {
  if (x.dim() == 0 || x.dim() > 2 || !x.is_floating_point()) return correlation_from(cov(x));
  // Each row is divided by a scale of its own, on which the result does not depend.
  const Tensor rows = x.detach().unsqueeze(-2);
  const matrices::Scale scale(rows);
  if (scale.is_moderate()) return correlation_from(cov(x));
  return correlation_from(cov(scale.off(x.unsqueeze(-2)).squeeze(-2)));
}

Tensor Tensor::cov(std::int64_t correction, const OptionalTensor& fweights,
                   const OptionalTensor& aweights) const {
  return eigengrad::cov(*this, correction, fweights, aweights);
}
Tensor Tensor::corrcoef() const { return eigengrad::corrcoef(*this); }

}  // namespace eigengrad
