#include "eigengrad/ops/linalg/qr.hpp"

#include "autograd/kinds.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/lu.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/linalg/qr.hpp"
#include "ops/linalg/decompositions.hpp"
#include "ops/linalg/triangular.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

enum class Mode { Reduced, Complete, OnlyR };

Mode mode_of(std::string_view op, std::string_view mode) {
  if (mode == "reduced") return Mode::Reduced;
  if (mode == "complete") return Mode::Complete;
  if (mode == "r") return Mode::OnlyR;
  detail::fail<ValueError>(op, "the mode must be \"reduced\", \"complete\" or \"r\", got \"", mode,
                           "\"");
}

/// a = q r, m rows, n columns. For m > n, with c = q^T t r^-1 and the skew w that has its strict lower triangle:
///   dq = t r^-1 - q (c - w), dr = (c - w) r,
/// transposed, where copy(m) is the symmetric matrix with the lower triangle of m:
///   ga = (gq + q copy(r gr^T - gq^T q)) r^-T.
/// For m <= n, where q is square and r1 the first m columns of r, with y = q^T t and the skew w that has the strict
/// lower triangle x of y r1^-1:
///   dq = q w, dr = y - w r,
/// transposed, with s = q^T gq - gr r^T:
///   ga = q (triu(gr) + [tril(s - s^T, -1) r1^-T, 0]).
/// There the last pivot of r1 may be 0: the last column of q is determined by the others.
/// Note [Scales of matrices]: of a over c, with r over c and gq over c, this is ga; dr is as it was.
/// Source: Walter and Lehmann (2012), section 3.2, for m >= n.
struct Qr {
  static constexpr auto node_name = "LinalgQrBackward0";
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0b11;
  Mode mode;
  struct Outputs {
    const Tensor& q;
    const Tensor& r;
  };

  std::array<Tensor, 2> forward(const Tensor& a) const {
    const std::int64_t m = a.size(-2), n = a.size(-1),
                       k = mode == Mode::Complete ? m : std::min(m, n);
    const Tensor q = mode == Mode::OnlyR
                         ? empty({0}, a.options())
                         : matrices::uninitialised(a.dtype(), batch_and(a, {m, k}), true);
    const Tensor r = matrices::uninitialised(a.dtype(), batch_and(a, {k, n}), true);
    if (a.numel() == 0 && mode == Mode::Complete) kernels::copy(q, eye(m, m, a.options()));
    kernels::qr(row_major(a), mode == Mode::OnlyR ? Tensor() : q, r);
    return {q, r};
  }
  Tensor vjp(std::size_t, const Outputs& g, const Tensor&, const Outputs& y) const {
    const Tensor& q = y.q;
    require_derivative(q, y.r);
    const matrices::Scale scale(y.r);
    const Tensor r = scale.off(y.r), gq = g.q.defined() ? scale.off(g.q) : Tensor();
    if (is_square(q)) return square_vjp(gq, g.r, q, r);
    Tensor m;
    if (g.r.defined()) m = matmul(r, g.r.mT());
    if (gq.defined()) add(m, -matmul(gq.mT(), q));
    Tensor a = matmul(q, m.tril() + m.tril(-1).mT());
    if (gq.defined()) a = a + gq;
    return linalg_solve_triangular(r.mT(), a, false, false);
  }

  Tensor jvp(std::size_t which, const Tensor& t, const Tensor&, const Outputs& y) const {
    const Tensor& q = y.q;
    require_derivative(q, y.r);
    const matrices::Scale scale(y.r);
    const Tensor r = scale.off(y.r);
    if (is_square(q)) {
      const Tensor turned = matmul(q.mT(), t);
      const Tensor x = matrices::strict_lower_over(r, turned), w = x - x.mT();
      return which == 0 ? scale.off(matmul(q, w)) : (turned - matmul(w, r)).triu();
    }
    const Tensor moved = linalg_solve_triangular(r, t, true, false);
    const Tensor c = matmul(q.mT(), moved);
    const Tensor within = c.triu() + c.tril(-1).mT();
    return which == 0 ? scale.off(moved - matmul(q, within)) : matmul(within, r);
  }

 private:
  static bool is_square(const Tensor& q) { return q.size(-1) == q.size(-2); }
  static Tensor square_vjp(const Tensor& gq, const Tensor& gr, const Tensor& q, const Tensor& r) {
    Tensor s, y;
    if (gq.defined()) s = matmul(q.mT(), gq);
    if (gr.defined()) {
      y = gr.triu();
      add(s, -matmul(y, r.mT()));
    }
    add(y, matrices::strict_lower_over_transposed(r, s - s.mT()));
    return matmul(q, y);
  }
  static void add(Tensor& sum, const Tensor& term) { sum = sum.defined() ? sum + term : term; }
  void require_derivative(const Tensor& q, const Tensor& r) const {
    if (mode == Mode::OnlyR)
      detail::fail<NotImplementedError>(
          "linalg_qr",
          "the derivative depends on Q, which is not computed in mode \"r\"; use "
          "\"reduced\"");
    if (mode == Mode::Complete && q.size(-1) > r.size(-1))
      detail::fail<NotImplementedError>(
          "linalg_qr",
          "mode \"complete\" is not differentiable for more rows than columns: Q has "
          "shape ",
          q.sizes(), " and R ", r.sizes(), "; use \"reduced\"");
  }
};

std::tuple<Tensor, Tensor> decompose(std::string_view op, const Tensor& a, Mode mode) {
  matrices::require(op, a);
  const auto [q, r] = autograd::apply_many(Qr{mode}, {a});
  return {q, r};
}

/// The reflectors v and factors tau from recorded operators: q = e - v z with unit lower triangular v and upper
/// triangular z, of which tau is the diagonal, so v and z are the factors of e - q. Of a square q the last
/// reflector is 1 and the last column of v says nothing.
/// Source: Ballard et al., Reconstructing Householder vectors from tall-skinny QR (2014), section 4.
std::tuple<Tensor, Tensor> recorded_reflectors(const Tensor& a) {
  const auto [q, r] = linalg_qr(a);
  const std::int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n), c = m > k ? k : k - 1;
  const auto [p, v, z] = linalg_lu((eye(m, k, a.options()) - q).narrow(-1, 0, c), false);
  const auto filled = [&](const Tensor& x, std::int64_t rows, std::int64_t cols) {
    const Tensor wide =
        cat({x, zeros(batch_and(x, {x.size(-2), cols - x.size(-1)}), x.options())}, -1);
    return cat({wide, zeros(batch_and(x, {rows - x.size(-2), cols}), x.options())}, -2);
  };
  const Tensor tau = z.diagonal(0, -2, -1).unsqueeze(-1);
  return {filled(v.tril(-1), m, n) + filled(r, m, n), filled(tau, k, 1).squeeze(-1)};
}

/// y = e - v s v1^T: e has the first n columns of 1, v1 the first n rows of v, and
///   s = (1 + d u)^-1 d,  d = diag(tau), u = the part of v^T v above the diagonal,
/// which needs no inverse of tau.
/// Source: Schreiber and Van Loan, A storage-efficient WY representation for products of Householder
/// transformations (1989); s^-1 = d^-1 + u, Puglisi (1992).
struct HouseholderProduct {
  static constexpr auto node_name = "LinalgHouseholderProductBackward0";
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr unsigned keeps_input = 0b11;
  static constexpr unsigned keeps_output = 0;

  struct Inputs {
    const Tensor& x;
    const Tensor& tau;
  };

  Tensor forward(const Tensor& x, const Tensor& tau) const {
    const Tensor q = matrices::uninitialised(x.dtype(), x.sizes(), true);
    kernels::product_of_reflectors(row_major(x), row_major(tau), q);
    return q;
  }
  Tensor vjp(std::size_t i, const Tensor& g, const Inputs& in, const Tensor&) const {
    const Wy f(in.x, in.tau);
    const Tensor gp = -matmul(f.v.mT(), g);  // of p = s v1^T
    const Tensor gd = linalg_solve_triangular(f.w.mT(), matmul(gp, f.v1), false, true, true);
    const Tensor gw = -matmul(gd, f.s.mT());
    if (i == 1) return gd.diagonal(0, -2, -1) + (gw * f.u).sum(-1);
    const Tensor gu = (f.tau * gw).triu(1);
    const Tensor top = matmul(gp.mT(), f.s);
    const Tensor whole = matmul(f.v, gu + gu.mT()) - matmul(g, matmul(f.v1, f.s.mT()));
    return f.in_given_order(whole + f.with_rows_below(top), in.x);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& in, const Tensor&) const {
    const Wy f(in.x, in.tau);
    const std::int64_t k = in.tau.size(-1), n = in.x.size(-1);
    const Tensor p = matmul(f.s, f.v1.mT());
    Tensor dd_minus_dw_s, y;
    const auto add = [](Tensor& sum, const Tensor& term) {
      sum = sum.defined() ? sum + term : term;
    };
    if (t.tau.defined()) dd_minus_dw_s = diag_embed(t.tau) - matmul(t.tau.unsqueeze(-1) * f.u, f.s);
    if (t.x.defined()) {
      const Tensor dv = t.x.narrow(-1, 0, k).tril(-1);
      const Tensor product = matmul(dv.mT(), f.v);
      add(dd_minus_dw_s, -matmul(f.tau * (product + product.mT()).triu(1), f.s));
      y = -matmul(dv, p) - matmul(f.v, matmul(f.s, dv.narrow(-2, 0, n).mT()));
    }
    const Tensor ds = linalg_solve_triangular(f.w, dd_minus_dw_s, true, true, true);
    add(y, -matmul(f.v, matmul(ds, f.v1.mT())));
    return y;
  }

 private:
  struct Wy {
    Wy(const Tensor& x, const Tensor& factors)
        : tau(factors.unsqueeze(-1)), below(x.size(-2) - x.size(-1)) {
      const std::int64_t k = factors.size(-1);
      v = x.narrow(-1, 0, k).tril(-1) + eye(x.size(-2), k, x.options());
      v1 = v.narrow(-2, 0, x.size(-1));
      u = matmul(v.mT(), v).triu(1);
      w = tau * u + eye(k, x.options());
      s = linalg_solve_triangular(w, diag_embed(factors), true, true, true);
    }
    Tensor with_rows_below(const Tensor& top) const {
      if (below == 0) return top;
      return cat({top, zeros(batch_and(top, {below, top.size(-1)}), top.options())}, -2);
    }
    /// The part of the gradient `whole` for the elements of x that are read.
    Tensor in_given_order(const Tensor& whole, const Tensor& x) const {
      const Tensor low = whole.tril(-1);
      const std::int64_t more = x.size(-1) - low.size(-1);
      if (more == 0) return low;
      return cat({low, zeros(batch_and(x, {x.size(-2), more}), x.options())}, -1);
    }
    Tensor tau;
    std::int64_t below;
    Tensor v, v1, u, w, s;
  };
};

Tensor householder_product(std::string_view op, const Tensor& x, const Tensor& tau) {
  matrices::require(op, x);
  matrices::require_same_dtype(op, x, tau);
  if (x.size(-2) < x.size(-1))
    detail::fail<ShapeError>(op, "needs at least as many rows as columns, got shape ", x.sizes(),
                             "; drop columns");
  if (tau.dim() != x.dim() - 1 || !(batch_and(x, {}) == batch_and(tau.unsqueeze(-1), {})))
    detail::fail<ShapeError>(op, "tau of shape ", tau.sizes(), " does not fit matrices of shape ",
                             x.sizes(), "; it needs one row for each matrix, as geqrf() gives it");
  if (tau.size(-1) > x.size(-1))
    detail::fail<ShapeError>(op, tau.size(-1), " reflectors do not fit into the ", x.size(-1),
                             " columns of a matrix; give at most one for each column");
  return autograd::apply_many(HouseholderProduct{}, {x, tau});
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_qr(const Tensor& A, std::string_view mode) {
  return decompose("linalg_qr", A, mode_of("linalg_qr", mode));
}

std::tuple<Tensor, Tensor> qr(const Tensor& A, bool some) {
  return decompose("qr", A, some ? Mode::Reduced : Mode::Complete);
}

std::tuple<Tensor, Tensor> geqrf(const Tensor& A) {
  matrices::require("geqrf", A);
  if (A.numel() > 0 && autograd::is_followed(A)) return recorded_reflectors(A);
  const Tensor packed = matrices::uninitialised(A.dtype(), A.sizes(), true);
  const Tensor tau =
      matrices::uninitialised(A.dtype(), batch_and(A, {std::min(A.size(-1), A.size(-2))}));
  kernels::reflectors(row_major(A), packed, tau);
  return {packed, tau};
}

Tensor linalg_householder_product(const Tensor& input, const Tensor& tau) {
  return householder_product("linalg_householder_product", input, tau);
}
Tensor orgqr(const Tensor& input, const Tensor& tau) {
  return householder_product("orgqr", input, tau);
}

std::tuple<Tensor, Tensor> Tensor::qr(bool some) const { return eigengrad::qr(*this, some); }
std::tuple<Tensor, Tensor> Tensor::geqrf() const { return eigengrad::geqrf(*this); }
Tensor Tensor::orgqr(const Tensor& input2) const { return eigengrad::orgqr(*this, input2); }

}  // namespace eigengrad
