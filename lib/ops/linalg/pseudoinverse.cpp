#include "eigengrad/ops/linalg/pseudoinverse.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "core/epsilon.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "ops/linalg/decompositions.hpp"

namespace eigengrad {
namespace {

/// Values that are not above max(atol, rtol times the largest) count as 0.
class Cutoff {
 public:
  static Cutoff of(const Tensor& a, const optional<double>& atol, const optional<double>& rtol) {
    const auto scalar = [&](double v) { return full({}, v, a.options()); };
    const double least = atol.value_or(0.0);
    return {scalar(least), scalar(rtol.value_or(least > 0 ? 0.0 : usual(a)))};
  }
  static Cutoff of(const Tensor& a, const OptionalTensor& atol, const OptionalTensor& rtol) {
    const Tensor least = given(atol) ? atol->detach() : zeros({}, a.options());
    return {least, given(rtol) ? rtol->detach() : where(least.gt(0), 0.0, usual(a))};
  }
  /// Which of the nonnegative `values` do not count as 0.
  Tensor above(const Tensor& values) const {
    if (values.size(-1) == 0) return values.gt(0);
    return values.gt(maximum(atol_.unsqueeze(-1), rtol_.unsqueeze(-1) * values.amax(-1, true)));
  }

 private:
  Cutoff(Tensor atol, Tensor rtol) : atol_(std::move(atol)), rtol_(std::move(rtol)) {}
  static bool given(const OptionalTensor& x) { return x && x->defined(); }
  static double usual(const Tensor& a) {
    const double epsilon = detail::epsilon_of(a.dtype());
    return epsilon * static_cast<double>(std::max(a.size(-1), a.size(-2)));
  }
  Tensor atol_;
  Tensor rtol_;
};

Tensor rank(const Tensor& a, const Cutoff& cutoff, bool hermitian) {
  const Tensor values = hermitian ? linalg_eigvalsh(a).abs() : linalg_svdvals(a);
  return cutoff.above(values).sum(-1);
}

/// The symmetric matrix with the lower triangle of x, differentiated as if x were that matrix.
struct Mirrored {
  static constexpr auto node_name = "MirroredBackward";
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = false;
  Tensor forward(const Tensor& x) const {
    const detail::Unrecorded unrecorded;
    return x.tril() + x.tril(-1).mT();
  }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor&) const { return (g + g.mT()) * 0.5; }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor&) const { return (t + t.mT()) * 0.5; }
};

/// y = a^+, differentiated as if the singular values that count as 0 stayed 0.
struct PinvRule {
  static constexpr auto node_name = "LinalgPinvBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = true;
  bool hermitian;
  matrices::Rank rank;

  Tensor vjp(const Tensor& gradient, const Tensor& x, const Tensor& given_y) const {
    const matrices::Scale scale(x);
    const Tensor a = whole(scale.off(x)), y = scale.off(given_y, -1);
    return scale.off(matrices::pinv_vjp(symmetric(gradient), a, y, rank), 2);
  }
  Tensor jvp(const Tensor& tangent, const Tensor& x, const Tensor& given_y) const {
    const matrices::Scale scale(x);
    const Tensor a = whole(scale.off(x)), y = scale.off(given_y, -1);
    return scale.off(matrices::pinv_jvp(symmetric(tangent), a, y, rank), 2);
  }

 private:
  Tensor whole(const Tensor& x) const {
    return hermitian ? autograd::apply_general(Mirrored{}, x) : x;
  }
  Tensor symmetric(const Tensor& m) const { return hermitian ? (m + m.mT()) * 0.5 : m; }
};

/// The rank of all matrices, given which of their singular values do not count as 0.
matrices::Rank rank_of(const Tensor& a, const Tensor& counts) {
  if (!counts.all().item<bool>()) return matrices::Rank::Less;
  return a.size(-2) >= a.size(-1) ? matrices::Rank::Columns : matrices::Rank::Rows;
}

/// The pseudoinverse. The rank that is found decides on its rule.
struct Pinv {
  static constexpr auto node_name = PinvRule::node_name;
  static constexpr std::size_t inputs = 1;
  Cutoff cutoff;
  bool hermitian;

  autograd::ComputedRule<autograd::Single<PinvRule>, 1> forward(const Tensor& a) const {
    const detail::Unrecorded unrecorded;
    auto rank = matrices::Rank::Less;
    const auto inverted = [&](const Tensor& values, const Tensor& sizes) {
      const Tensor counts = cutoff.above(sizes);
      rank = rank_of(a, counts);
      return where(counts, values.reciprocal(), 0).unsqueeze(-2);
    };
    Tensor y;
    if (hermitian) {
      const auto [l, v] = linalg_eigh(a);
      y = matmul(v * inverted(l, l.abs()), v.mT());
    } else {
      const auto [u, s, vh] = linalg_svd(a, false);
      y = matmul(vh.mT() * inverted(s, s), u.mT());
    }
    return {{{hermitian, rank}}, {y}};
  }
};

Tensor pseudoinverse(const Tensor& a, const Cutoff& cutoff, bool hermitian) {
  return autograd::apply_many(Pinv{cutoff, hermitian}, {a});
}

}  // namespace

/// At constant rank
///   dy = -y t y + y y^T t^T (1 - a y) + (1 - y a) t^T y^T y,
/// where 1 - a y is 0 if the rows are independent, and 1 - y a if the columns are. Of lower rank, a
/// differs by b = a - a y a from the matrix that y belongs to, be it that a was given so or that it is about to be
/// differentiated again. To first order in b, with k = y y^T y,
///   dy = ... + k t b^T + b^T t k.
/// Source: Golub and Pereyra, SIAM J. Numer. Anal. 10 (1973), theorem 4.3; with b by perturbation of the singular
/// vectors.
Tensor matrices::pinv_jvp(const Tensor& t, const Tensor& a, const Tensor& y, Rank rank) {
  const Tensor tt = t.mT(), yt = y.mT();
  Tensor dy = -matmul(y, matmul(t, y));
  if (has_residual(a, rank)) {
    const Tensor left = matmul(matmul(y, yt), tt);
    dy = dy + (left - matmul(matmul(left, a), y));
  }
  if (has_kernel(a, rank)) {
    const Tensor right = matmul(tt, matmul(yt, y));
    dy = dy + (right - matmul(y, matmul(a, right)));
  }
  if (rank != Rank::Less) return dy;
  const Tensor k = matmul(y, matmul(yt, y)), b = a - matmul(a, matmul(y, a));
  return dy + matmul(k, matmul(t, b.mT())) + matmul(b.mT(), matmul(t, k));
}

Tensor matrices::pinv_vjp(const Tensor& g, const Tensor& a, const Tensor& y, Rank rank) {
  const Tensor gt = g.mT(), yt = y.mT();
  Tensor ga = -matmul(yt, matmul(g, yt));
  if (has_residual(a, rank)) {
    const Tensor left = matmul(gt, matmul(y, yt));
    ga = ga + (left - matmul(a, matmul(y, left)));
  }
  if (has_kernel(a, rank)) {
    const Tensor right = matmul(matmul(yt, y), gt);
    ga = ga + (right - matmul(matmul(right, y), a));
  }
  if (rank != Rank::Less) return ga;
  const Tensor kt = matmul(yt, matmul(y, yt)), b = a - matmul(a, matmul(y, a));
  return ga + matmul(kt, matmul(g, b)) + matmul(b, matmul(g, kt));
}

Tensor linalg_matrix_rank(const Tensor& A, const OptionalTensor& atol, const OptionalTensor& rtol,
                          bool hermitian) {
  const detail::Unrecorded unrecorded;
  matrices::require("linalg_matrix_rank", A);
  return rank(A, Cutoff::of(A, atol, rtol), hermitian);
}
Tensor linalg_matrix_rank(const Tensor& A, optional<double> atol, optional<double> rtol,
                          bool hermitian) {
  const detail::Unrecorded unrecorded;
  matrices::require("linalg_matrix_rank", A);
  return rank(A, Cutoff::of(A, atol, rtol), hermitian);
}
Tensor linalg_matrix_rank(const Tensor& A, double tol, bool hermitian) {
  return linalg_matrix_rank(A, optional<double>(tol), optional<double>(0.0), hermitian);
}
Tensor linalg_matrix_rank(const Tensor& A, const Tensor& tol, bool hermitian) {
  return linalg_matrix_rank(A, OptionalTensor(tol), OptionalTensor(zeros({}, A.options())),
                            hermitian);
}

Tensor linalg_pinv(const Tensor& A, const OptionalTensor& atol, const OptionalTensor& rtol,
                   bool hermitian) {
  matrices::require("linalg_pinv", A);
  return pseudoinverse(A, Cutoff::of(A, atol, rtol), hermitian);
}
Tensor linalg_pinv(const Tensor& A, optional<double> atol, optional<double> rtol, bool hermitian) {
  matrices::require("linalg_pinv", A);
  return pseudoinverse(A, Cutoff::of(A, atol, rtol), hermitian);
}
Tensor linalg_pinv(const Tensor& A, double rcond, bool hermitian) {
  return linalg_pinv(A, optional<double>(0.0), optional<double>(rcond), hermitian);
}
Tensor linalg_pinv(const Tensor& A, const Tensor& rcond, bool hermitian) {
  return linalg_pinv(A, OptionalTensor(zeros({}, A.options())), OptionalTensor(rcond), hermitian);
}
Tensor pinverse(const Tensor& A, double rcond) { return linalg_pinv(A, rcond); }

Tensor Tensor::pinverse(double rcond) const { return eigengrad::pinverse(*this, rcond); }

}  // namespace eigengrad
