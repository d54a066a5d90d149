#include "eigengrad/ops/linalg/svd.hpp"

#include <cmath>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/linalg/svd.hpp"
#include "ops/linalg/decompositions.hpp"
#include "ops/linalg/repeated.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

Tensor skew(const Tensor& m) { return m - m.mT(); }

/// Throws unless the function is invariant under rotations among the columns that complete `u` to an
/// orthogonal matrix: those are arbitrary.
void require_invariant(const Tensor& completion, const Tensor& g, const char* what) {
  if (completion.size(-1) < 2 || g.numel() == 0) return;
  const detail::Unrecorded unrecorded;
  const Tensor turn = skew(matmul(completion.mT(), g)).abs();
  const double tolerance = g.dtype() == kFloat32 ? 1e-3 : 1e-6;
  if (turn.max().item<double>() > tolerance * g.abs().max().item<double>())
    detail::fail<NumericError>(
        "linalg_svd", "the result depends on how the last ", completion.size(-1), what,
        " were chosen, which the matrix does not determine; use only the space that they span");
}

/// Chooses vectors for equal singular values: those that the tangent of `a` separates.
void choose_vectors(const Tensor& a, const Tensor& all_u, const Tensor& s, const Tensor& vh) {
  const detail::Unrecorded unrecorded;
  const std::int64_t k = s.size(-1);
  const Tensor u = all_u.narrow(-1, 0, k), v = vh.mT().narrow(-1, 0, k);
  matrices::rotate_towards(s, matmul(u.mT(), matmul(detail::tangent_of(a), v)), u, v);
}

/// a = u diag(s) vh, k values; u = [u1 u2] and v = [v1 v2] if they are full. With p = u1^T t v1,
/// gap_ij = s_j - s_i, infinite on the diagonal, and part_ij = s_j / (s_i + s_j):
///   ds = diag(p), du1 = u1 (p part + (p part)^T) / gap + u2 q, q = u2^T t v1 / s,
///   dv1 = v1 (p part^T + (p part^T)^T) / gap + v2 r, r = v2^T t^T u1 / s,
/// element by element: no power of s is formed that could leave the range. du2 = -u1 q^T and dv2 = -v1 r^T keep the columns
/// orthonormal and do not turn u2 and v2 within the spaces that they span. Where u2 is not at hand
/// u2 u2^T is I - u1 u1^T. In terms of the symmetric part h and the skew part k of p, p part + (p part)^T over gap is
/// h / gap + k / (s_i + s_j), for v with -k; only h is divided by the gap, and where values repeat, that is not a plain
/// quotient: Note [Repeated values].
/// Source: Townsend (2016); Wan and Zhang, Automatic differentiation for complex valued SVD (2019).
struct Svd {
  static constexpr auto node_name = "LinalgSvdBackward0";
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 3;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0b111;
  std::string_view op;
  bool full;
  bool vectors;
  struct Outputs {
    const Tensor& u;
    const Tensor& s;
    const Tensor& vh;
  };

  /// Vectors are computed, though nobody asked for them, where a derivative may need them.
  std::array<Tensor, 3> forward(const Tensor& a, bool followed) const {
    const std::int64_t m = a.size(-2), n = a.size(-1), k = std::min(m, n);
    Tensor u, vh;
    const Tensor s = matrices::uninitialised(a.dtype(), batch_and(a, {k}));
    if (vectors || followed) {
      u = matrices::uninitialised(a.dtype(), batch_and(a, {m, full ? m : k}), m > n);
      vh = matrices::uninitialised(a.dtype(), batch_and(a, {full ? n : k, n}), m > n);
    }
    require_success(op, kernels::singular_values(row_major(a), u, s, vh));
    if (vectors && k == 0) {
      kernels::copy(u, eye(u.size(-2), u.size(-1), a.options()));
      kernels::copy(vh, eye(vh.size(-2), vh.size(-1), a.options()));
    }
    if (detail::carries_tangent(a) && matrices::has_clusters(s)) choose_vectors(a, u, s, vh);
    return {u, s, vh};
  }
  Tensor vjp(std::size_t, const Outputs& g, const Tensor&, const Outputs& y) const {
    const Tensor& s = y.s;
    const std::int64_t k = s.size(-1);
    const Side u(y.u, g.u, k, " columns of U");
    const Side v(y.vh.mT(), g.vh.defined() ? g.vh.mT() : Tensor(), k, " rows of Vh");
    Tensor inner;
    if (g.s.defined()) inner = diag_embed(where_not_zero(s, g.s));
    if (u.g.defined() || v.g.defined()) add(inner, rotation_part(g, y, u, v));
    Tensor left = matmul(u.thin, inner);
    if (u.turns()) left = left + u.turn() / s.unsqueeze(-2);
    Tensor y_grad = matmul(left, v.thin.mT());
    if (v.turns()) y_grad = y_grad + matmul(u.thin, (v.turn() / s.unsqueeze(-2)).mT());
    return y_grad;
  }

  Tensor jvp(std::size_t which, const Tensor& t, const Tensor&, const Outputs& y) const {
    const Tensor& s = y.s;
    const std::int64_t k = s.size(-1);
    const Side u(y.u, {}, k, "");
    const Side v(y.vh.mT(), {}, k, "");
    const Tensor p = matmul(u.thin.mT(), matmul(t, v.thin));
    if (which == 1) return where_not_zero(s, p.diagonal(0, -2, -1));
    const Tensor within = tangent_within(t, p, s, u, v, which == 0);
    if (which == 0) return u.moved(within, matmul(t, v.thin) / s.unsqueeze(-2));
    return v.moved(within, matmul(t.mT(), u.thin) / s.unsqueeze(-2)).mT();
  }

 private:
  /// The columns on one side, the first k apart from those that complete them, and their cotangents.
  struct Side {
    Side(const Tensor& columns, const Tensor& gradient, std::int64_t k, const char* what)
        : thin(columns), g(gradient), complete(columns.size(-1) == columns.size(-2)) {
      const std::int64_t more = columns.size(-1) - k;
      if (more == 0) return;
      thin = columns.narrow(-1, 0, k);
      rest = columns.narrow(-1, k, more);
      if (!g.defined()) return;
      g = gradient.narrow(-1, 0, k);
      g_rest = gradient.narrow(-1, k, more);
      require_invariant(rest, g_rest, what);
    }
    /// Whether the k columns can leave the space that they span.
    bool leaves() const { return rest.defined() || !complete; }
    bool turns() const { return g.defined() && leaves(); }
    /// The cotangent of q, multiplied by u2.
    Tensor turn() const {
      if (!rest.defined()) return g - matmul(thin, matmul(thin.mT(), g));
      return matmul(rest, matmul(rest.mT(), g) - matmul(g_rest.mT(), thin));
    }
    /// The tangent of the columns, from that within their space and from one that is projected out
    /// of it.
    Tensor moved(const Tensor& within, const Tensor& out) const {
      const Tensor inside = matmul(thin, within);
      if (!leaves()) return inside;
      if (!rest.defined()) return inside + (out - matmul(thin, matmul(thin.mT(), out)));
      const Tensor q = matmul(rest.mT(), out);
      return cat({inside + matmul(rest, q), -matmul(thin, q.mT())}, -1);
    }
    Tensor thin;
    Tensor g;
    bool complete;
    Tensor rest;
    Tensor g_rest;
  };

  static void add(Tensor& sum, const Tensor& term) { sum = sum.defined() ? sum + term : term; }
  /// s_i + s_j, and infinity on the diagonal.
  static Tensor sums(const Tensor& s) {
    return s.unsqueeze(-2) + s.unsqueeze(-1) + matrices::infinite_diagonal(s.size(-1), s.dtype());
  }
  /// s_j / (s_i + s_j), and 0 on the diagonal.
  static Tensor shares(const Tensor& s) { return s.unsqueeze(-2) / sums(s); }

  /// The skew part of V^T gV for the vectors V of one side; undefined when they have no cotangent. The
  /// symmetric part would change their lengths.
  static Tensor skew_of(const Side& side, const Tensor& gradient) {
    return gradient.defined() ? skew(matmul(side.thin.mT(), gradient)) : Tensor();
  }
  /// The part of the gradient that comes from rotations of the vectors. At least one of the skew parts `of_u`
  /// and `of_v` is defined.
  static Tensor rotation_part(const Tensor& of_u, const Tensor& of_v, const Tensor& gap,
                              const Tensor& part) {
    Tensor inner;
    if (of_u.defined()) add(inner, of_u / gap * part);
    if (of_v.defined()) add(inner, of_v / gap * part.mT());
    return inner;
  }
  static Tensor rotation_part(const Outputs& g, const Outputs& y, const Side& u, const Side& v) {
    const Tensor& s = y.s;
    const Tensor of_u = skew_of(u, u.g), of_v = skew_of(v, v.g);
    if (!matrices::has_clusters(s)) return rotation_part(of_u, of_v, gaps(s), shares(s));
    Tensor total;
    for (const Tensor& of_side : {of_u, of_v})
      if (of_side.defined()) add(total, of_side);
    const matrices::RepeatedPairs pairs({total * 0.5, s, g.s, {y.u, y.vh}, {u.g, v.g}});
    // Pairs on which the function does not depend may have two singular values of 0.
    const Tensor sum = sums(s) + pairs.untouched();
    Tensor inner = rotation_part(of_u, of_v, pairs.divisor(), s.unsqueeze(-2) / sum);
    if (of_u.defined()) inner = inner + of_u * 0.5 * pairs.special() / sum;
    if (of_v.defined()) inner = inner - of_v * 0.5 * pairs.special() / sum;
    if (!pairs.has_limits()) return inner;
    const autograd::variable_list by = pairs.growth_of_cotangents();
    const std::int64_t k = s.size(-1);
    Tensor growth;
    if (by[0].defined()) add(growth, skew_of(u, by[0].narrow(-1, 0, k)) * 0.5);
    if (by[1].defined()) add(growth, skew_of(v, by[1].mT().narrow(-1, 0, k)) * 0.5);
    return inner + pairs.limits(growth);
  }

  /// The tangent of the vectors of one side within their space.
  static Tensor tangent_within(const Tensor& t, const Tensor& p, const Tensor& s, const Side& u,
                               const Side& v, bool left) {
    if (!matrices::has_clusters(s)) return tangent_within(p, left, gaps(s), shares(s));
    const Tensor gap = matrices::gaps_between_clusters(s), sum = sums(s);
    const Tensor even = (p + p.mT()) * 0.5, odd = (p - p.mT()) * 0.5;
    // Second-order perturbation theory of [0 a; a^T 0], whose eigenvectors are (u, v) and (u, -v) over
    // the root of 2, and those that complete them.
    Tensor second = matmul(even, even / gap) + matmul(odd.mT(), odd / sum);
    const Tensor row = 2 * s.unsqueeze(-2);
    if (u.leaves()) second = second + (gram(matmul(t, v.thin)) - gram(p)) / row;
    if (v.leaves()) second = second + (gram(matmul(t.mT(), u.thin)) - gram(p.mT())) / row;
    const Tensor turn = odd * matrices::pairs_of_clusters(s) / sum;
    return tangent_within(p, left, gap, shares(s)) + (left ? turn : -turn) +
           matrices::rotations_within_clusters(s, even, second);
  }
  static Tensor gram(const Tensor& x) { return matmul(x.mT(), x); }
  static Tensor tangent_within(const Tensor& p, bool left, const Tensor& gap, const Tensor& part) {
    const Tensor h = p * (left ? part : part.mT());
    return (h + h.mT()) / gap;
  }
  /// A singular value of 0 is at a kink, as the absolute value is there.
  static Tensor where_not_zero(const Tensor& s, const Tensor& x) { return where(s.eq(0), 0, x); }
};

std::array<Tensor, 3> decompose(std::string_view op, const Tensor& a, bool full, bool vectors) {
  matrices::require(op, a);
  return autograd::apply_many(Svd{op, full, vectors}, {a});
}

void require_no_driver(std::string_view op, const optional<std::string_view>& driver) {
  if (driver)
    detail::fail<ValueError>(op, "there is no driver to choose, got \"", *driver,
                             "\"; leave it out");
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& A, bool full_matrices,
                                              optional<std::string_view> driver) {
  require_no_driver("linalg_svd", driver);
  const auto [u, s, vh] = decompose("linalg_svd", A, full_matrices, true);
  return {u, s, vh};
}

Tensor linalg_svdvals(const Tensor& A, optional<std::string_view> driver) {
  require_no_driver("linalg_svdvals", driver);
  return decompose("linalg_svdvals", A, false, false)[1];
}

std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& A, bool some, bool compute_uv) {
  const auto [u, s, vh] = decompose("svd", A, !some, compute_uv);
  if (compute_uv) return {u, s, vh.mT()};
  const std::int64_t m = A.size(-2), n = A.size(-1);
  return {zeros(batch_and(A, {m, m}), A.options()), s, zeros(batch_and(A, {n, n}), A.options())};
}

std::tuple<Tensor, Tensor, Tensor> Tensor::svd(bool some, bool compute_uv) const {
  return eigengrad::svd(*this, some, compute_uv);
}

}  // namespace eigengrad
