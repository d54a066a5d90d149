#include "eigengrad/ops/linalg/gaussian.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/cholesky.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/factor.hpp"
#include "kernels/linalg/panel_products.hpp"
#include "ops/linalg/cholesky.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

// Functions of A and its factor L. The rules take L as constant: every derivative is a function of A
// through A^-1, whose own rule is here too.

Tensor symmetric_part(const Tensor& a) { return (a + a.mT()) * 0.5; }

Tensor for_matrices(const Tensor& g) { return g.unsqueeze(-1).unsqueeze(-1); }

Tensor inverse_from(const Tensor& a, const Tensor& l);

/// Y = A^-1: dY = -Y dA Y, gA = -Y g Y.
struct FactorInverse {
  static constexpr auto node_name = "CholeskyFactorInverseBackward0";
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = true;
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor& y) const {
    return -matmul(y, matmul(symmetric_part(g), y));
  }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor& y) const { return vjp(t, {}, y); }
};

Tensor inverse_from(const Tensor& a, const Tensor& l) {
  const Tensor y = matrices::copy(l, false);
  if (y.numel() > 0) kernels::cholesky_invert(y);
  autograd::record_general(FactorInverse(), a, y);
  return y;
}

/// log det A: gA = g A^-1.
struct FactorLogdet {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "CholeskyFactorLogdetBackward0";

  void gradients(const bool*, const Tensor* g, const Tensor* x, const Tensor*, const Tensor* c,
                 Tensor* results) const {
    results[0] = for_matrices(g[0]) * inverse_from(x[0], c[0]);
  }
  Tensor jvp(std::size_t, const Tensor* t, const Tensor* x, const Tensor*, const Tensor* c) const {
    return (inverse_from(x[0], c[0]) * t[0]).sum({-2, -1});
  }
};

Tensor log_of_square(const Tensor& l) {
  const detail::Unrecorded unrecorded;
  return log(l.diagonal(0, -2, -1)).sum(-1) * 2;
}

Tensor logdet_from(const Tensor& a, const Tensor& l) {
  const Tensor y = log_of_square(l);
  autograd::record_many(FactorLogdet(), {a}, {y}, {l});
  return y;
}

/// X = A^-1 B: gB = A^-1 g, gA = -sym(gB X^T), dX = A^-1 (dB - sym(dA) X).
struct FactorSolve {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "CholeskyFactorSolveBackward0";
  bool vector;
  DimVector a_sizes;
  DimVector b_sizes;

  Tensor column(const Tensor& v) const { return vector ? v.unsqueeze(-1) : v; }
  void gradients(const bool* wanted, const Tensor* g, const Tensor* x, const Tensor* y,
                 const Tensor* c, Tensor* results) const {
    const Tensor gb = solve(vector, x[0], g[0], c[0]);
    if (wanted[1]) results[1] = autograd::sum_to(gb, b_sizes);
    if (!wanted[0]) return;
    const Tensor product = matmul(column(gb), column(y[0]).mT());
    results[0] = autograd::sum_to(-symmetric_part(product), a_sizes);
  }
  Tensor jvp(std::size_t, const Tensor* t, const Tensor* x, const Tensor* y,
             const Tensor* c) const {
    Tensor b = t[1].defined() ? column(t[1]) : t[1];
    if (t[0].defined()) {
      const Tensor moved = -matmul(symmetric_part(t[0]), column(y[0]));
      b = b.defined() ? b + moved : moved;
    }
    return solve(vector, x[0], vector ? b.squeeze(-1) : b, c[0]);
  }

  static Tensor solve(bool vector, const Tensor& a, const Tensor& b, const Tensor& l) {
    const FactorSolve op{vector, DimVector(a.sizes()), DimVector(b.sizes())};
    Tensor y;
    {
      const detail::Unrecorded unrecorded;
      const Tensor columns = op.column(b);
      const DimVector batch = autograd::broadcast_shapes("Cholesky::solve", matrices::batch_of(a),
                                                         matrices::batch_of(columns));
      y = matrices::copy(columns, batch, matrices::by_columns(columns));
      kernels::solve_triangles(l, {.upper = false}, y);
      kernels::solve_triangles(matrices::flipped(l), {.upper = true}, y);
      if (vector)
        y = autograd::raw_view(y, {y.sizes().data(), y.sizes().size() - 1},
                               {y.strides().data(), y.strides().size() - 1}, 0);
    }
    autograd::record_many(op, {a, b}, {y}, {l});
    return y;
  }
};

/// Whether b counts as a vector beside a.
bool is_vector(std::string_view op, const Tensor& a, const Tensor& b) {
  if (b.dim() == 0)
    detail::fail<ShapeError>(op, "B must be a vector or a matrix, got a tensor without dimensions");
  matrices::require_same_dtype(op, a, b);
  const bool vector =
      b.dim() == 1 || b.sizes() == IntArrayRef(a.sizes().data(), a.sizes().size() - 1);
  if (b.size(vector ? -1 : -2) != a.size(-1))
    detail::fail<ShapeError>(op, "shapes ", a.sizes(), " and ", b.sizes(),
                             " do not fit the equation A X = B: both need equal numbers of rows");
  return vector;
}

/// q = b^T A^-1 b and d = log det A with x = A^-1 b:
///   gb = 2 gq x, gA = gd A^-1 - gq x x^T;  dq = 2 x^T db - x^T dA x, dd = tr(A^-1 dA).
struct InvQuadLogdet {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 2;
  static constexpr std::size_t constants = 2;
  static constexpr unsigned keeps_input = 3;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "InvQuadLogdetBackward0";

  /// x, recorded as a function of A and b if it is differentiated further.
  static Tensor solution(const Tensor* x, const Tensor* c) {
    return matrices::differentiated_again(x[0], x[1]) ? FactorSolve::solve(true, x[0], x[1], c[0])
                                                      : c[1];
  }
  void gradients(const bool* wanted, const Tensor* g, const Tensor* x, const Tensor*,
                 const Tensor* c, Tensor* results) const {
    const Tensor s = solution(x, c);
    if (wanted[1] && g[0].defined())
      results[1] = autograd::sum_to(g[0].unsqueeze(-1) * s * 2, x[1].sizes());
    if (!wanted[0]) return;
    Tensor ga;
    if (g[1].defined()) ga = inverse_from(x[0], c[0]);
    const bool same_batch = g[0].defined() && g[0].sizes() == matrices::batch_of(x[0]);
    if (ga.defined() && same_batch && !matrices::differentiated_again(g[0], g[1]) &&
        !matrices::differentiated_again(x[0], s)) {
      const Tensor scaled = g[0].unsqueeze(-1) * s;
      kernels::subtract_outer_products(ga, g[1].contiguous(), scaled.unsqueeze(-1),
                                       s.unsqueeze(-1));
      results[0] = ga;
      return;
    }
    if (ga.defined()) ga = for_matrices(g[1]) * ga;
    if (g[0].defined()) {
      const Tensor scaled = (g[0].unsqueeze(-1) * s).unsqueeze(-1);
      const Tensor own = autograd::sum_to(scaled * s.unsqueeze(-2), x[0].sizes());
      ga = ga.defined() ? ga - own : -own;
    }
    results[0] = ga;
  }
  Tensor jvp(std::size_t k, const Tensor* t, const Tensor* x, const Tensor* y,
             const Tensor* c) const {
    if (k == 1)
      return t[0].defined() ? (inverse_from(x[0], c[0]) * t[0]).sum({-2, -1}) : zeros_like(y[1]);
    const Tensor s = solution(x, c);
    Tensor change;
    if (t[1].defined()) change = (s * t[1]).sum(-1) * 2;
    if (t[0].defined()) {
      const Tensor moved = quad_form(t[0], s);
      change = change.defined() ? change - moved : -moved;
    }
    return change;
  }
};

}  // namespace

Cholesky::Cholesky(const Tensor& A) : a_(A) {
  const detail::Unrecorded unrecorded;
  l_ = factor_checked("Cholesky", A);
}

Tensor Cholesky::solve(const Tensor& B) const {
  return FactorSolve::solve(is_vector("Cholesky::solve", a_, B), a_, B, l_);
}
Tensor Cholesky::logdet() const { return logdet_from(a_, l_); }
Tensor Cholesky::inverse() const { return inverse_from(a_, l_); }
Tensor Cholesky::lower() const { return lower_from(a_, l_); }

Tensor quad_form(const Tensor& A, const Tensor& x) {
  matrices::require_square("quad_form", A);
  if (x.dim() == 0 || x.size(-1) != A.size(-1))
    detail::fail<ShapeError>("quad_form", "shapes ", A.sizes(), " and ", x.sizes(),
                             " do not fit x^T A x: both need equal last extents");
  matrices::require_same_dtype("quad_form", A, x);
  return (matmul(A, x.unsqueeze(-1)).squeeze(-1) * x).sum(-1);
}

std::tuple<Tensor, Tensor> inv_quad_logdet(const Tensor& A, const Tensor& b) {
  constexpr auto op = "inv_quad_logdet";
  matrices::require_square(op, A);
  if (b.dim() == 0 || b.size(-1) != A.size(-1))
    detail::fail<ShapeError>(op, "shapes ", A.sizes(), " and ", b.sizes(),
                             " do not fit b^T A^-1 b: both need equal last extents");
  matrices::require_same_dtype(op, A, b);
  Tensor l, x, quadratic, logarithm;
  {
    const detail::Unrecorded unrecorded;
    l = factor_checked(op, A);
    x = FactorSolve::solve(true, A, b, l);
    quadratic = (x * b).sum(-1);
    logarithm = log_of_square(l);
  }
  autograd::record_many(InvQuadLogdet(), {A, b}, {quadratic, logarithm}, {l, x});
  return {quadratic, logarithm};
}

}  // namespace eigengrad
