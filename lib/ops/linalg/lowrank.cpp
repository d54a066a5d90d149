#include "eigengrad/ops/linalg/lowrank.hpp"

#include <algorithm>

#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/random.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/qr.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

/// Orthonormal columns that span most of the range of a, by subspace iteration from a random start.
Tensor basis(const Tensor& a, std::int64_t q, std::int64_t niter) {
  const auto orthonormal = [](const Tensor& y) { return std::get<0>(linalg_qr(y)); };
  Tensor y = orthonormal(matmul(a, randn({a.size(-1), q}, a.options())));
  for (std::int64_t k = 0; k < niter; ++k)
    y = orthonormal(matmul(a, orthonormal(matmul(a.mT(), y))));
  return y;
}

void require_counts(std::string_view op, const Tensor& a, std::int64_t q, std::int64_t niter) {
  const std::int64_t least = std::min(a.size(-1), a.size(-2));
  if (q < 0 || q > least)
    detail::fail<ValueError>(op, "q must be in [0, ", least, "] for matrices of shape ", a.sizes(),
                             ", got ", q);
  if (niter < 0) detail::fail<ValueError>(op, "niter must not be negative, got ", niter);
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> svd_lowrank(const Tensor& A, optional<std::int64_t> q,
                                               std::int64_t niter, const OptionalTensor& M) {
  constexpr const char* op = "svd_lowrank";
  matrices::require(op, A);
  require_counts(op, A, q.value_or(6), niter);
  const Tensor a = M && M->defined() ? A - *M : A;
  const Tensor y = basis(a, q.value_or(6), niter);
  const auto [u, s, vh] = linalg_svd(matmul(y.mT(), a), false);
  return {matmul(y, u), s, vh.mT()};
}

std::tuple<Tensor, Tensor, Tensor> pca_lowrank(const Tensor& A, optional<std::int64_t> q,
                                               bool center, std::int64_t niter) {
  constexpr const char* op = "pca_lowrank";
  matrices::require(op, A);
  const std::int64_t count =
      q.value_or(std::min<std::int64_t>(6, std::min(A.size(-1), A.size(-2))));
  require_counts(op, A, count, niter);
  return svd_lowrank(center ? A - A.mean(-2, true) : A, count, niter);
}

}  // namespace eigengrad
