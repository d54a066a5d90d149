#include "ops/linalg/cholesky.hpp"

#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "eigengrad/ops/linalg/cholesky.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/factor.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

Tensor symmetric_part(const Tensor& a) { return (a + a.mT()) * 0.5; }

/// The lower triangle with half the diagonal.
Tensor phi(const Tensor& a) { return (tril(a) + tril(a, -1)) * 0.5; }

/// The lower factor; `info` says which factorisations failed.
Tensor lower_factor(const matrices::OnFailure& failure, const Tensor& a, matrices::Infos& info) {
  const Tensor l = matrices::uninitialised(a.dtype(), a.sizes());
  info.assign(static_cast<std::size_t>(matrices::count_of(a)), 0);
  if (l.numel() > 0) kernels::cholesky(a, l, info.data());
  if (const std::size_t i = matrices::first_failure(info); failure.throws && i < info.size())
    detail::fail<NumericError>(
        failure.op, matrices::element_name(i, matrices::batch_of(a)),
        "the matrix is not positive-definite: its leading minor of order ", info[i],
        " is not positive; check that it is symmetric, or add to its diagonal");
  return l;
}

/// A = L L^T. With phi, the lower triangle with half the diagonal,
///   dL = L phi(L^-1 dA L^-T),   gA = L^-T sym(phi(L^T gL)) L^-1,
/// where a change of A counts by its symmetric part.
struct CholeskyRule {
  static constexpr bool lifts_to_itself = true;
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = true;
  bool upper;
  matrices::OnFailure failure;

  std::array<Tensor, 2> forward(const Tensor& a) const {
    matrices::Infos info;
    const Tensor l = lower_factor(failure, a, info);
    return {upper ? matrices::flipped(l) : l, failure.info_result(info, matrices::batch_of(a))};
  }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor& y) const {
    const Tensor l = upper ? y.mT() : y;
    const Tensor gl = upper ? g.mT() : g;
    if (g.dim() > y.dim() || matrices::differentiated_again(g, y)) {
      const matrices::Scale scale(l);
      const Tensor unit = scale.off(l);
      const Tensor m = symmetric_part(phi(matmul(unit.mT(), tril(gl))));
      const Tensor half = linalg_solve_triangular(unit.mT(), m, true);
      return scale.off(linalg_solve_triangular(unit, half, false, false));
    }
    const Tensor ga = matrices::copy(gl, matrices::batch_of(l), false);
    kernels::cholesky_gradient(l.is_contiguous() ? l : matrices::copy(l, false), ga);
    return ga;
  }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor& y) const {
    const matrices::Scale scale(y);
    const Tensor l = scale.off(upper ? y.mT() : y);
    const Tensor half = linalg_solve_triangular(l, symmetric_part(t), false);
    const Tensor change =
        scale.off(matmul(l, phi(linalg_solve_triangular(l.mT(), half, true, false))));
    return upper ? change.mT() : change;
  }
};

struct LinalgCholesky : CholeskyRule {
  static constexpr auto node_name = "LinalgCholeskyExBackward0";
};
struct FactorLower : CholeskyRule {
  static constexpr auto node_name = "CholeskyFactorLowerBackward0";
  using CholeskyRule::forward;
  Tensor forward(const Tensor&, const Tensor& l) const { return matrices::copy(l, false); }
};
struct OldCholesky : CholeskyRule {
  static constexpr auto node_name = "CholeskyBackward0";
};

template <class Op>
std::array<Tensor, 2> factor(const matrices::OnFailure& failure, const Tensor& a, bool upper) {
  matrices::require_square(failure.op, a);
  return autograd::apply_general(Op{{upper, failure}}, a);
}

// ---- From a factor.

/// The lower factor, from the upper one if `upper`.
Tensor lower_of(const Tensor& l, bool upper) { return upper ? l.mT() : l; }

/// dA = dL L^T + L dL^T for A = L L^T.
Tensor change_of_product(const Tensor& t, const Tensor& factor, bool upper) {
  const Tensor half = matmul(tril(lower_of(t, upper)), tril(lower_of(factor, upper)).mT());
  return half + half.mT();
}
/// The gradient by the factor from that by A: gL = (gA + gA^T) L.
Tensor gradient_by_factor(const Tensor& ga, const Tensor& factor, bool upper) {
  return lower_of(tril(matmul(ga + ga.mT(), tril(lower_of(factor, upper)))), upper);
}

/// X = A^-1 B: gB = A^-1 g, gA = -gB X^T, dX = A^-1 (dB - dA X).
struct CholeskySolve {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 0;
  static constexpr unsigned keeps_input = 2;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "CholeskySolveBackward0";
  bool upper;
  DimVector b_sizes;
  DimVector l_sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  struct Inputs {
    const Tensor& b;
    const Tensor& l;
  };

  Tensor forward(const Tensor& b, const Tensor& factor) const {
    const DimVector batch = autograd::broadcast_shapes("cholesky_solve", matrices::batch_of(b),
                                                       matrices::batch_of(factor));
    const Tensor y = matrices::like(b, batch);
    const Tensor l = matrices::in_order(factor);
    const Tensor lower = upper ? matrices::flipped(l) : l;
    kernels::solve_triangles(lower, {.upper = false}, b, y);
    kernels::solve_triangles(matrices::flipped(lower), {.upper = true}, y);
    return y;
  }
  void gradients(const bool* wanted, const Tensor& g, const Inputs& x, const Tensor& y,
                 const Tensor*, Tensor* results) const {
    const Tensor gb = cholesky_solve(g, x.l, upper);
    if (wanted[0]) results[0] = autograd::sum_to(gb, b_sizes, lead);
    if (!wanted[1]) return;
    const matrices::Scale scale(x.l);
    const Tensor ga = -matmul(gb, scale.off(y, -2).mT());
    results[1] =
        autograd::sum_to(scale.off(gradient_by_factor(ga, scale.off(x.l), upper)), l_sizes, lead);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y, const Tensor*) const {
    Tensor change;
    if (t.l.defined()) change = -matmul(change_of_product(t.l, x.l, upper), y);
    if (t.b.defined()) change = change.defined() ? t.b + change : t.b;
    return autograd::expand_to(cholesky_solve(change, x.l, upper), y.sizes());
  }
};

/// Y = A^-1: gA = -Y g Y, dY = -Y dA Y.
struct CholeskyInverse {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "CholeskyInverseBackward0";
  static constexpr bool lifts_to_itself = true;
  bool upper;

  Tensor forward(const Tensor& l) const {
    const Tensor y = matrices::copy(upper ? matrices::flipped(l) : l, matrices::batch_of(l), false);
    if (y.numel() > 0) kernels::cholesky_invert(y);
    return y;
  }
  Tensor vjp(std::size_t, const Tensor& g, const Tensor& x, const Tensor& y) const {
    const matrices::Scale scale(x);
    const Tensor b = matmul(scale.off(y, -2), g + g.mT());
    const Tensor gl = tril(linalg_solve_triangular(lower(scale.off(x)).mT(), b, true, false));
    return scale.off(-lower(gl), 3);
  }
  Tensor jvp(std::size_t, const Tensor& t, const Tensor& x, const Tensor& y) const {
    const matrices::Scale scale(x);
    const Tensor dl = tril(lower(t));
    const Tensor turned = linalg_solve_triangular(lower(scale.off(x)), dl, false, false);
    const Tensor half = matmul(scale.off(y, -2), turned);
    return scale.off(-(half + half.mT()), 3);
  }

 private:
  /// Converts between the lower and the upper factor.
  Tensor lower(const Tensor& x) const { return upper ? x.mT() : x; }
};

}  // namespace

Tensor factor_checked(std::string_view op, const Tensor& a) {
  const detail::Unrecorded unrecorded;
  return factor<FactorLower>({op}, a, false)[0];
}
Tensor lower_from(const Tensor& a, const Tensor& l) {
  return autograd::apply_general(FactorLower{{false, {"Cholesky"}}}, a, l);
}

Tensor linalg_cholesky(const Tensor& self, bool upper) {
  return factor<LinalgCholesky>({"linalg_cholesky"}, self, upper)[0];
}
std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& self, bool upper, bool check_errors) {
  const auto [l, info] =
      factor<LinalgCholesky>({"linalg_cholesky_ex", check_errors, true}, self, upper);
  return {l, info};
}
Tensor cholesky(const Tensor& self, bool upper) {
  return factor<OldCholesky>({"cholesky"}, self, upper)[0];
}

Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper) {
  matrices::require("cholesky_solve", self);
  matrices::require_square("cholesky_solve", input2);
  matrices::require_same_dtype("cholesky_solve", self, input2);
  matrices::require_fit("cholesky_solve", input2, self);
  return autograd::apply_many(
      CholeskySolve{upper, DimVector(self.sizes()), DimVector(input2.sizes())}, {self, input2});
}

Tensor cholesky_inverse(const Tensor& self, bool upper) {
  matrices::require_square("cholesky_inverse", self);
  return autograd::apply_many(CholeskyInverse{upper}, {self});
}

Tensor Tensor::cholesky(bool upper) const { return eigengrad::cholesky(*this, upper); }
Tensor Tensor::cholesky_solve(const Tensor& input2, bool upper) const {
  return eigengrad::cholesky_solve(*this, input2, upper);
}
Tensor Tensor::cholesky_inverse(bool upper) const {
  return eigengrad::cholesky_inverse(*this, upper);
}

}  // namespace eigengrad
