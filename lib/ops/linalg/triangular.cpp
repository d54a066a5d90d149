#include "ops/linalg/triangular.hpp"

#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/parts.hpp"
#include "eigengrad/ops/shape/rearrange.hpp"

namespace eigengrad::matrices {
namespace {

/// The matrix without its last row and column.
Tensor without_last(const Tensor& u) {
  const std::int64_t n = u.size(-2) - 1;
  return u.narrow(-2, 0, n).narrow(-1, 0, n);
}

}  // namespace

Tensor strict_lower_over(const Tensor& u, const Tensor& y) {
  const std::int64_t k = u.size(-2);
  if (k < 2) return zeros_like(y.detach().narrow(-1, 0, k));
  const Tensor x = linalg_solve_triangular(without_last(u), y.narrow(-1, 0, k - 1), true, false);
  return constant_pad_nd(tril(x, -1), {0, 1});
}

Tensor strict_lower_over_transposed(const Tensor& u, const Tensor& g) {
  const std::int64_t k = u.size(-2);
  if (k < 2) return zeros_like(u.detach());
  const Tensor low = tril(g.narrow(-1, 0, k - 1), -1);
  return constant_pad_nd(linalg_solve_triangular(without_last(u).mT(), low, false, false),
                         {0, u.size(-1) - k + 1});
}

}  // namespace eigengrad::matrices
