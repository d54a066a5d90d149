#pragma once

#include <initializer_list>
#include <string_view>
#include <tuple>

#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "kernels/linalg/decompose.hpp"
#include "ops/linalg/matrices.hpp"

/// What decompositions share, besides ops/linalg/matrices.hpp.
namespace eigengrad {

/// The batch extents of x, followed by `last`.
inline DimVector batch_and(const Tensor& x, std::initializer_list<std::int64_t> last) {
  DimVector sizes(matrices::batch_of(x));
  for (const std::int64_t n : last) sizes.push_back(n);
  return sizes;
}

/// Differences of eigenvalues, l_j - l_i, and infinity on the diagonal.
inline Tensor gaps(const Tensor& l) {
  return l.unsqueeze(-2) - l.unsqueeze(-1) + matrices::infinite_diagonal(l.size(-1), l.dtype());
}

/// Throws: NumericError for a matrix that was not finite, has no real result, or did not converge.
inline void require_success(std::string_view op, const kernels::Breakdown& failed) {
  if (!failed) return;
  if (!failed.finite)
    detail::fail<NumericError>(op, "matrix ", failed.matrix,
                               " of the batch contains non-finite values; look for overflow or a "
                               "division by 0 in what it is computed from");
  if (!failed.real)
    detail::fail<NumericError>(op, "matrix ", failed.matrix,
                               " of the batch has no real result, and tensors are real; give one "
                               "without eigenvalues on the negative real axis");
  detail::fail<NumericError>(op, "the iteration failed to converge for matrix ", failed.matrix,
                             " of the batch; scale it, or add a multiple of the identity");
}

/// Eigenvalues by `compute(values, vectors)`, and eigenvectors if they are wanted or the derivative
/// needs them.
template <class Rule, class F>
std::tuple<Tensor, Tensor> eigen_decomposition(std::string_view op, const Tensor& a, bool vectors,
                                               F compute) {
  matrices::require_square(op, a);
  const bool differentiable = autograd::is_followed(a);
  const std::int64_t n = a.size(-1);
  const Tensor l = matrices::uninitialised(a.dtype(), batch_and(a, {n}));
  Tensor v;
  if (vectors || differentiable) v = matrices::uninitialised(a.dtype(), batch_and(a, {n, n}), true);
  require_success(op, compute(l, v));
  if (differentiable) autograd::record_many(Rule{}, {a}, {l, v});
  return {l, v};
}

}  // namespace eigengrad
