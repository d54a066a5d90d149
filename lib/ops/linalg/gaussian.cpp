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
#include "kernels/linalg/updates.hpp"
#include "ops/linalg/cholesky.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {
namespace {

// Functions of A and its factor L. The rules take L as constant: every derivative is a function of A
// through A^-1, whose own rule is here too.

Tensor symmetric_part(const Tensor& a) { return (a + a.mT()) * 0.5; }

Tensor for_matrices(const Tensor& g) { return g.unsqueeze(-1).unsqueeze(-1); }

/// Y = A^-1: dY = -Y dA Y, gA = -Y g Y.
struct FactorInverse {
  static constexpr auto node_name = "CholeskyFactorInverseBackward0";
  static constexpr bool lifts_to_itself = true;
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = true;
  Tensor forward(const Tensor&, const Tensor& l) const {
    const Tensor y = matrices::copy(l, false);
    if (y.numel() > 0) kernels::cholesky_invert(y);
    return y;
  }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor& y) const {
    return -matmul(y, matmul(symmetric_part(g), y));
  }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor& y) const { return vjp(t, {}, y); }
};

Tensor inverse_from(const Tensor& a, const Tensor& l) {
  return autograd::apply_general(FactorInverse(), a, l);
}

Tensor log_of_square(const Tensor& l) {
  const detail::Unrecorded unrecorded;
  return log(l.diagonal(0, -2, -1)).sum(-1) * 2;
}

/// log det A: gA = g A^-1.
struct FactorLogdet {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "CholeskyFactorLogdetBackward0";
  static constexpr bool lifts_to_itself = true;

  autograd::Computed<1, 1> forward(const Tensor&, const Tensor& l) const {
    return {{log_of_square(l)}, {l}};
  }
  void gradients(const bool*, const Tensor& g, const Tensor& a, const Tensor&, const Tensor& l,
                 Tensor* results) const {
    results[0] = for_matrices(g) * inverse_from(a, l);
  }
  Tensor jvp(std::size_t, const Tensor& t, const Tensor& a, const Tensor&, const Tensor& l) const {
    return (inverse_from(a, l) * t).sum({-2, -1});
  }
};

Tensor logdet_from(const Tensor& a, const Tensor& l) {
  return autograd::apply_many(FactorLogdet(), {a}, l);
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
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  struct Inputs {
    const Tensor& a;
    const Tensor& b;
  };

  autograd::Computed<1, 1> forward(const Tensor& a, const Tensor& b, const Tensor& l) const {
    const detail::Unrecorded unrecorded;
    const Tensor columns = column(b);
    const DimVector batch = autograd::broadcast_shapes("Cholesky::solve", matrices::batch_of(a),
                                                       matrices::batch_of(columns));
    Tensor y = matrices::copy(columns, batch, matrices::is_column_major(columns));
    kernels::solve_triangles(l, {.upper = false}, y);
    kernels::solve_triangles(matrices::flipped(l), {.upper = true}, y);
    if (vector)
      y = autograd::raw_view(y, {y.sizes().data(), y.sizes().size() - 1},
                             {y.strides().data(), y.strides().size() - 1}, 0);
    return {{y}, {l}};
  }
  Tensor column(const Tensor& v) const { return vector ? v.unsqueeze(-1) : v; }
  void gradients(const bool* wanted, const Tensor& g, const Inputs& x, const Tensor& y,
                 const Tensor& l, Tensor* results) const {
    const bool as_columns = lead >= 0 && vector && x.a.dim() == 2 && g.dim() == 2;
    const Tensor gb = as_columns ? solve(false, x.a, g.mT(), l).mT() : solve(vector, x.a, g, l);
    if (wanted[1]) results[1] = autograd::sum_to(gb, b_sizes, lead);
    if (!wanted[0]) return;
    const Tensor product = matmul(column(gb), column(y).mT());
    results[0] = autograd::sum_to(-symmetric_part(product), a_sizes, lead);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y,
             const Tensor& l) const {
    Tensor b = t.b.defined() ? column(t.b) : t.b;
    if (t.a.defined()) {
      const Tensor moved = -matmul(symmetric_part(t.a), column(y));
      b = b.defined() ? b + moved : moved;
    }
    return solve(vector, x.a, vector ? b.squeeze(-1) : b, l);
  }

  static Tensor solve(bool vector, const Tensor& a, const Tensor& b, const Tensor& l) {
    return autograd::apply_many(FactorSolve{vector, DimVector(a.sizes()), DimVector(b.sizes()), -1},
                                {a, b}, l);
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
                             " do not fit the equation A X = B; give a B with as many rows as A");
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
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  struct Inputs {
    const Tensor& a;
    const Tensor& b;
  };
  struct Outputs {
    const Tensor& quadratic;
    const Tensor& logdet;
  };
  struct Constants {
    const Tensor& l;
    const Tensor& solution;
  };

  autograd::Computed<2, 2> forward(const Tensor& a, const Tensor& b) const {
    const detail::Unrecorded unrecorded;
    const Tensor l = factor_checked("inv_quad_logdet", a);
    const Tensor x = FactorSolve::solve(true, a, b, l);
    return {{(x * b).sum(-1), log_of_square(l)}, {l, x}};
  }
  /// x, recorded as a function of A and b if it is differentiated further.
  static Tensor solution(const Inputs& x, const Constants& c) {
    return matrices::differentiated_again(x.a, x.b) ? FactorSolve::solve(true, x.a, x.b, c.l)
                                                    : c.solution;
  }
  void gradients(const bool* wanted, const Outputs& g, const Inputs& x, const Outputs&,
                 const Constants& c, Tensor* results) const {
    const Tensor s = solution(x, c);
    if (wanted[1] && g.quadratic.defined())
      results[1] = autograd::sum_to(g.quadratic.unsqueeze(-1) * s * 2, x.b.sizes(), lead);
    if (!wanted[0]) return;
    Tensor ga;
    if (g.logdet.defined()) ga = inverse_from(x.a, c.l);
    const bool same_batch = g.quadratic.defined() && g.quadratic.sizes() == matrices::batch_of(x.a);
    if (ga.defined() && same_batch && !matrices::differentiated_again(g.quadratic, g.logdet) &&
        !matrices::differentiated_again(x.a, s)) {
      const Tensor scaled = g.quadratic.unsqueeze(-1) * s;
      kernels::subtract_outer_products(ga, g.logdet.contiguous(), scaled.unsqueeze(-1),
                                       s.unsqueeze(-1));
      results[0] = ga;
      return;
    }
    if (ga.defined()) ga = for_matrices(g.logdet) * ga;
    if (g.quadratic.defined()) {
      const Tensor scaled = (g.quadratic.unsqueeze(-1) * s).unsqueeze(-1);
      const Tensor own = autograd::sum_to(scaled * s.unsqueeze(-2), x.a.sizes(), lead);
      ga = ga.defined() ? ga - own : -own;
    }
    results[0] = ga;
  }
  Tensor jvp(std::size_t k, const Inputs& t, const Inputs& x, const Outputs& y,
             const Constants& c) const {
    if (k == 1)
      return t.a.defined() ? (inverse_from(x.a, c.l) * t.a).sum({-2, -1}) : zeros_like(y.logdet);
    const Tensor s = solution(x, c);
    Tensor change;
    if (t.b.defined()) change = (s * t.b).sum(-1) * 2;
    if (t.a.defined()) {
      const Tensor moved = quad_form(t.a, s);
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
                             " do not fit x^T A x; give an x with as many elements as A has rows");
  matrices::require_same_dtype("quad_form", A, x);
  return (matmul(A, x.unsqueeze(-1)).squeeze(-1) * x).sum(-1);
}

std::tuple<Tensor, Tensor> inv_quad_logdet(const Tensor& A, const Tensor& b) {
  constexpr auto op = "inv_quad_logdet";
  matrices::require_square(op, A);
  if (b.dim() == 0 || b.size(-1) != A.size(-1))
    detail::fail<ShapeError>(
        op, "shapes ", A.sizes(), " and ", b.sizes(),
        " do not fit b^T A^-1 b; give a b with as many elements as A has rows");
  matrices::require_same_dtype(op, A, b);
  const auto [quadratic, logarithm] = autograd::apply_many(InvQuadLogdet(), {A, b});
  return {quadratic, logarithm};
}

}  // namespace eigengrad
