#include "eigengrad/ops/linalg/determinants.hpp"

#include <algorithm>
#include <limits>

#include "autograd/kinds.hpp"
#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/indexing/scatter.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/factor.hpp"
#include "kernels/linalg/svd.hpp"
#include "ops/linalg/lu_factors.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

using matrices::LuFactors;

/// A tensor with one element per matrix, shaped to multiply the matrices.
Tensor for_matrices(const Tensor& g) { return g.unsqueeze(-1).unsqueeze(-1); }

// ---- Singular matrices.

/// The matrix of cofactors of an r x r matrix and its determinant, as polynomials in the elements: by
/// M_1 = I, M_(k+1) = C M_k - tr(C M_k) / k I, adj(C) = (-1)^(r-1) M_r.
/// Source: Faddeev and LeVerrier; Householder 1964, The Theory of Matrices, section 6.7.
std::pair<Tensor, Tensor> polynomial_cofactors(const Tensor& c) {
  const std::int64_t r = c.size(-1);
  const Tensor one = eye(r, c.dtype());
  Tensor m = one;
  for (std::int64_t k = 1; k < r; ++k) {
    const Tensor product = matmul(c, m);
    m = product - trace(product) / k * one;
  }
  if (r % 2 == 0) m = -m;
  return {m.mT(), trace(matmul(c, m)) / r};
}

/// The matrix of cofactors of one matrix that is singular or nearly so: the gradient of its determinant.
///
/// Note [Determinants of singular matrices]
/// The determinant is a polynomial, but det(A) A^-T is of no use where A has no inverse, and its
/// derivatives lose all digits nearby. Let U and V span the left and right singular vectors of the r
/// singular values that are small beside the largest, s. Then K = A + s U V^T is well conditioned, and
///   det(A) = det(K) det(C),  C = I - s V^T K^-1 U,
/// for any A near the present one. C is r x r, its determinant a polynomial, so that
///   cof(A) = det(K) (det(C) K^-T + s K^-T V cof(C) U^T K^-T)
/// is exact, and so are its derivatives. With more small singular values than kMostLacking, what is
/// dropped is below the largest term by (10^-4)^kMostLacking.
Tensor cofactors(const Tensor& a) {
  constexpr std::int64_t kMostLacking = 32;
  const kernels::NullSpace space = kernels::null_space(a);
  const std::int64_t r = space.left.size(-1);
  if (r > kMostLacking) return zeros_like(a);
  const Tensor k = a + space.scale * matmul(space.left, space.right.mT());
  const Tensor k_inverse = linalg_inv(k).mT();
  if (r == 0) return linalg_det(k) * k_inverse;
  const Tensor left = matmul(k_inverse, space.right);
  const Tensor right = matmul(space.left.mT(), k_inverse);
  const Tensor c = eye(r, a.dtype()) - space.scale * matmul(left.mT(), space.left);
  const auto [cofactors_of_c, det_of_c] = polynomial_cofactors(c);
  return linalg_det(k) *
         (det_of_c * k_inverse + space.scale * matmul(left, matmul(cofactors_of_c, right)));
}

/// The cofactors of a batch. `singular` are the indices of matrices that need cofactors(); the others take
/// the formula for regular matrices, in which a regular matrix stands in for the singular ones.
Tensor cofactors_of_batch(const Tensor& a, const std::vector<std::int64_t>& singular) {
  if (a.dim() == 2) return cofactors(a);
  const std::int64_t n = a.size(-1);
  const Tensor list = a.reshape({-1, n, n});
  const Tensor which = tensor(singular);
  std::vector<Tensor> each;
  for (const std::int64_t i : singular) each.push_back(cofactors(list.select(0, i)));
  const Tensor ones = eye(n, a.dtype()).expand({which.numel(), n, n});
  const Tensor others = list.index_copy(0, which, ones);
  const Tensor regular = for_matrices(linalg_det(others)) * linalg_inv(others).mT();
  return regular.index_copy(0, which, stack(each)).reshape(a.sizes());
}

// ---- Determinants.

/// The constants of Det and Slogdet.
struct Factors {
  const Tensor& lu;
  const Tensor& pivots;
};

LuFactors factors_of(const Tensor& a) {
  matrices::Infos info;
  return matrices::factor(a, info);
}
/// Uninitialised memory for one element per matrix.
Tensor one_for_each_matrix(const Tensor& a) {
  return matrices::uninitialised(a.dtype(), matrices::batch_of(a));
}

/// d = det(A): gA = g d A^-T, dd = d tr(A^-1 dA).
struct Det {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 2;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "LinalgDetBackward0";
  static constexpr bool lifts_to_itself = true;
  /// Whether the factors are those of the transpose, as matrices::factor() chooses.
  bool of_transpose;

  autograd::Computed<1, 2> forward(const Tensor& a) const {
    const LuFactors f = factors_of(a);
    const Tensor value = one_for_each_matrix(a);
    kernels::lu_determinants(f.lu, f.pivots, value);
    return {{value}, {f.lu, f.pivots}};
  }
  Tensor derivative(const Tensor& a, const Tensor& d, const Factors& c) const {
    const std::vector<std::int64_t> singular = kernels::nearly_singular(c.lu);
    const matrices::Scale scale(a);
    if (singular.empty() && scale.is_moderate())
      return for_matrices(d) * matrices::inverse_from({c.lu, c.pivots, of_transpose}, a).mT();
    const Tensor unit = scale.off(a);
    const Tensor cofactors = singular.empty()
                                 ? for_matrices(linalg_det(unit)) * linalg_inv(unit).mT()
                                 : cofactors_of_batch(unit, singular);
    return scale.off(cofactors, 1 - static_cast<int>(a.size(-1)));
  }
  void gradients(const bool*, const Tensor& g, const Tensor& a, const Tensor& d, const Factors& c,
                 Tensor* results) const {
    results[0] = for_matrices(g) * derivative(a, d, c);
  }
  Tensor jvp(std::size_t, const Tensor& t, const Tensor& a, const Tensor& d,
             const Factors& c) const {
    return (derivative(a, d, c) * t).sum({-2, -1});
  }
};

/// l = log |det(A)|: gA = g A^-T. The sign is constant.
struct Slogdet {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr std::size_t constants = 2;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "LinalgSlogdetBackward0";
  static constexpr bool lifts_to_itself = true;
  bool of_transpose;
  struct Outputs {
    const Tensor& sign;
    const Tensor& log;
  };

  autograd::Computed<2, 2> forward(const Tensor& a) const {
    const LuFactors f = factors_of(a);
    const Tensor sign = one_for_each_matrix(a);
    const Tensor log = one_for_each_matrix(a);
    kernels::lu_log_determinants(f.lu, f.pivots, sign, log);
    return {{sign, log}, {f.lu, f.pivots}};
  }
  void gradients(const bool*, const Outputs& g, const Tensor& a, const Outputs&, const Factors& c,
                 Tensor* results) const {
    if (!g.log.defined()) return;
    results[0] =
        for_matrices(g.log) * matrices::inverse_from({c.lu, c.pivots, of_transpose}, a).mT();
  }
  Tensor jvp(std::size_t k, const Tensor& t, const Tensor& a, const Outputs& y,
             const Factors& c) const {
    if (k == 0) return zeros_like(y.sign);
    const Tensor inverse = matrices::inverse_from({c.lu, c.pivots, of_transpose}, a);
    return (inverse.mT() * t).sum({-2, -1});
  }
};

Tensor det(std::string_view op, const Tensor& a) {
  matrices::require_square(op, a);
  return autograd::apply_many(Det{!matrices::is_column_major(a)}, {a});
}

std::tuple<Tensor, Tensor> slogdet(std::string_view op, const Tensor& a) {
  matrices::require_square(op, a);
  const auto [sign, log] = autograd::apply_many(Slogdet{!matrices::is_column_major(a)}, {a});
  return {sign, log};
}

bool any_negative(const Tensor& sign) {
  return detail::dispatch_floating("logdet", sign.dtype(), [&]<class T>(std::type_identity<T>) {
    const T* const p = sign.impl()->data<T>();
    return std::any_of(p, p + sign.numel(), [](T s) { return s < T(0); });
  });
}

}  // namespace

Tensor linalg_det(const Tensor& A) { return det("linalg_det", A); }
Tensor det(const Tensor& self) { return det("det", self); }
std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& A) { return slogdet("linalg_slogdet", A); }
std::tuple<Tensor, Tensor> slogdet(const Tensor& self) { return slogdet("slogdet", self); }
Tensor logdet(const Tensor& self) {
  const auto [sign, log] = slogdet("logdet", self);
  if (!log.requires_grad() && !any_negative(sign)) return log;
  return where(sign == -1, full({}, std::numeric_limits<double>::quiet_NaN(), log.dtype()), log);
}

Tensor Tensor::det() const { return eigengrad::det(*this); }
std::tuple<Tensor, Tensor> Tensor::slogdet() const { return eigengrad::slogdet(*this); }
Tensor Tensor::logdet() const { return eigengrad::logdet(*this); }

}  // namespace eigengrad
