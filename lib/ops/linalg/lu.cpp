#include "eigengrad/ops/linalg/lu.hpp"

#include <algorithm>
#include <numeric>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/parts.hpp"
#include "eigengrad/ops/shape/rearrange.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/factor.hpp"
#include "ops/linalg/matrices.hpp"
#include "ops/linalg/triangular.hpp"

namespace eigengrad {
namespace {

// ---- Permutations.

/// The order of the rows of P^T A, as indices of rows of A, and the inverse permutation.
struct Permutation {
  Tensor rows;
  Tensor back;
};

Permutation permutation_of(const Tensor& pivots, std::int64_t n) {
  DimVector sizes(pivots.sizes());
  const std::int64_t steps = sizes.back();
  sizes.back() = n;
  const Permutation p{matrices::uninitialised(kInt64, sizes),
                      matrices::uninitialised(kInt64, sizes)};
  const std::int64_t* pivot = pivots.impl()->data<std::int64_t>();
  std::int64_t* rows = p.rows.impl()->data<std::int64_t>();
  std::int64_t* back = p.back.impl()->data<std::int64_t>();
  const std::int64_t count = n == 0 ? 0 : p.rows.numel() / n;
  for (std::int64_t i = 0; i < count; ++i, rows += n, back += n, pivot += steps) {
    std::iota(rows, rows + n, 0);
    for (std::int64_t k = 0; k < steps; ++k) std::swap(rows[k], rows[pivot[k] - 1]);
    for (std::int64_t k = 0; k < n; ++k) back[rows[k]] = k;
  }
  return p;
}

/// x with its rows in the given order; batch dimensions of the order broadcast.
Tensor take_rows(const Tensor& x, const Tensor& rows) {
  if (x.dim() == 2 && rows.dim() == 1) return x.index_select(0, rows);
  return x.gather(-2, rows.unsqueeze(-1).expand(x.sizes()));
}

Tensor permutation_matrix(const Permutation& p, ScalarType dtype) {
  return take_rows(
      eye(p.rows.size(-1), dtype)
          .expand(matrices::with_matrix({p.rows.sizes().data(), p.rows.sizes().size() - 1},
                                        p.rows.size(-1), p.rows.size(-1))),
      p.back);
}

// ---- Factors, and the matrix that holds both.

Tensor first_rows(const Tensor& x, std::int64_t n) { return x.narrow(-2, 0, n); }
Tensor first_columns(const Tensor& x, std::int64_t n) { return x.narrow(-1, 0, n); }
Tensor rows_from(const Tensor& x, std::int64_t i) { return x.narrow(-2, i, x.size(-2) - i); }

std::int64_t least_extent(const Tensor& x) { return std::min(x.size(-2), x.size(-1)); }

Tensor lower_of(const Tensor& lu) {
  const std::int64_t k = least_extent(lu);
  return tril(first_columns(lu, k), -1) + eye(lu.size(-2), k, lu.dtype());
}
Tensor upper_of(const Tensor& lu) { return triu(first_rows(lu, least_extent(lu))); }

/// The n x m matrix with `l` strictly below the diagonal and `u` on and above it.
Tensor packed(const Tensor& l, const Tensor& u, std::int64_t n, std::int64_t m) {
  Tensor both;
  if (l.defined()) both = constant_pad_nd(tril(l, -1), {0, m - l.size(-1)});
  if (!u.defined()) return both;
  const Tensor upper = constant_pad_nd(triu(u), {0, 0, 0, n - u.size(-2)});
  return both.defined() ? both + upper : upper;
}

/// The tangents of L and U. With P^T A = L U split after k rows and Y = L1^-1 (P^T dA)1, X the strict
/// lower triangle of the first k columns of Y U1^-1:
///   dL1 = L1 X, dU = Y - X U, dL2 = ((P^T dA)2 - L2 dU) U1^-1.
/// Only the last needs the last pivot.
std::pair<Tensor, Tensor> tangents_of(const Tensor& t, const Tensor& l, const Tensor& given_u,
                                      const Tensor& rows) {
  const matrices::Scale scale(given_u);
  const Tensor u = scale.off(given_u);
  const std::int64_t k = l.size(-1);
  const Tensor l1 = first_rows(l, k);
  const Tensor u1 = first_columns(u, k);
  const Tensor change = take_rows(t, rows);
  const Tensor y = linalg_solve_triangular(l1, first_rows(change, k), false, true, true);
  const Tensor x = matrices::strict_lower_over(u, y);
  const Tensor du = triu(y - matmul(x, u));
  Tensor dl = matmul(l1, x);
  if (l.size(-2) > k) {
    const Tensor below = rows_from(change, k) - matmul(rows_from(l, k), du);
    dl = cat({dl, linalg_solve_triangular(u1, below, true, false)}, -2);
  }
  return {scale.off(dl), du};
}

/// The gradient by A from those by L and U, the transpose of tangents_of(): with Z = gL2 U1^-T,
///   G = L1^T gL1 - gU U^T, gY = triu(gU) - triu(L2^T Z) + [tril(G, -1) U1^-T, 0], gA = P [L1^-T gY; Z].
/// Note [Scales of matrices]: with U and gL over c this is gA too.
Tensor gradient_of(const Tensor& gradient_l, const Tensor& gradient_u, const Tensor& l,
                   const Tensor& given_u, const Tensor& back) {
  const matrices::Scale scale(given_u);
  const Tensor u = scale.off(given_u), gl = scale.off(gradient_l);
  const std::int64_t k = l.size(-1);
  const Tensor l1 = first_rows(l, k);
  const Tensor u1 = first_columns(u, k);
  Tensor gu = triu(gradient_u), below;
  if (l.size(-2) > k) {
    below = linalg_solve_triangular(u1.mT(), rows_from(gl, k), false, false);
    gu = gu - triu(matmul(rows_from(l, k).mT(), below));
  }
  const Tensor g = matmul(l1.mT(), first_rows(gl, k)) - matmul(gu, u.mT());
  const Tensor gy = gu + matrices::strict_lower_over_transposed(u, g);
  const Tensor ga = linalg_solve_triangular(l1.mT(), gy, true, true, true);
  return take_rows(below.defined() ? cat({ga, below}, -2) : ga, back);
}

// ---- Factorisations. Constants are the order of the rows and its inverse.

struct Factored {
  Tensor lu;
  Tensor pivots;
  matrices::Infos info;
};

Factored factored(const Tensor& a, bool pivot) {
  DimVector sizes(matrices::batch_of(a));
  sizes.push_back(least_extent(a));
  Factored f{matrices::copy(a, true), matrices::uninitialised(kInt64, sizes), {}};
  f.info.assign(static_cast<std::size_t>(matrices::count_of(a)), 0);
  if (a.numel() > 0) kernels::lu_factor(f.lu, f.pivots, f.info.data(), pivot);
  return f;
}

/// The constants of LuFactor and Lu: the order of the rows, and its inverse.
struct Order {
  const Tensor& rows;
  const Tensor& back;
};

struct LuFactor {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 2;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "LinalgLuFactorExBackward0";
  matrices::OnFailure failure;
  bool pivot;

  /// Both factors in one matrix, the pivots, and the first zero on the diagonal of each U.
  autograd::Computed<3, 2> forward(const Tensor& a, bool followed) const {
    const Factored f = factored(a, pivot);
    if (const std::size_t i = matrices::first_failure(f.info); failure.throws && i < f.info.size())
      detail::fail<NumericError>(failure.op, matrices::element_name(i, matrices::batch_of(a)),
                                 "the matrix is singular: element ", f.info[i],
                                 " on the diagonal of U is zero; linalg_lu() and "
                                 "linalg_lu_factor_ex() give the factors nevertheless");
    const Permutation p = followed ? permutation_of(f.pivots, a.size(-2)) : Permutation();
    return {{f.lu, f.pivots, failure.info_result(f.info, matrices::batch_of(a))}, {p.rows, p.back}};
  }
  void gradients(const bool*, const Tensor& g, const Tensor&, const Tensor& lu, const Order& c,
                 Tensor* results) const {
    const std::int64_t k = least_extent(lu);
    results[0] = gradient_of(tril(first_columns(g, k), -1), triu(first_rows(g, k)), lower_of(lu),
                             upper_of(lu), c.back);
  }
  Tensor jvp(std::size_t, const Tensor& t, const Tensor&, const Tensor& lu, const Order& c) const {
    const auto [dl, du] = tangents_of(t, lower_of(lu), upper_of(lu), c.rows);
    return packed(dl, du, lu.size(-2), lu.size(-1));
  }
};

struct Lu {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr std::size_t constants = 2;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 3;
  static constexpr auto node_name = "LinalgLuBackward0";
  bool pivot;
  struct Outputs {
    const Tensor& l;
    const Tensor& u;
  };

  /// L, U and the matrix that permutes the rows.
  autograd::Computed<3, 2> forward(const Tensor& a) const {
    const Factored f = factored(a, pivot);
    const Permutation p = permutation_of(f.pivots, a.size(-2));
    const detail::Unrecorded unrecorded;
    return {{lower_of(f.lu), upper_of(f.lu), permutation_matrix(p, a.dtype())}, {p.rows, p.back}};
  }
  void gradients(const bool*, const Outputs& g, const Tensor&, const Outputs& y, const Order& c,
                 Tensor* results) const {
    const auto given = [](const Tensor& gradient, const Tensor& of) {
      return gradient.defined() ? gradient : zeros_like(of);
    };
    results[0] = gradient_of(given(g.l, y.l), given(g.u, y.u), y.l, y.u, c.back);
  }
  Tensor jvp(std::size_t k, const Tensor& t, const Tensor&, const Outputs& y,
             const Order& c) const {
    const auto [dl, du] = tangents_of(t, y.l, y.u, c.rows);
    return k == 0 ? dl : du;
  }
};

std::array<Tensor, 3> lu_factor(const matrices::OnFailure& failure, const Tensor& a, bool pivot) {
  matrices::require(failure.op, a);
  return autograd::apply_many(LuFactor{failure, pivot}, {a});
}

/// L and U as parts of one matrix.
struct LuUnpack {
  static constexpr std::size_t inputs = 1;
  static constexpr std::size_t outputs = 2;
  static constexpr unsigned keeps_input = 0;
  static constexpr unsigned keeps_output = 0;
  static constexpr auto node_name = "LuUnpackBackward0";
  std::int64_t n;
  std::int64_t m;
  struct Outputs {
    const Tensor& l;
    const Tensor& u;
  };

  std::array<Tensor, 2> forward(const Tensor& lu) const {
    const detail::Unrecorded unrecorded;
    return {lower_of(lu), upper_of(lu)};
  }
  Tensor vjp(std::size_t, const Outputs& g, const Tensor&, const Outputs&) const {
    return packed(g.l, g.u, n, m);
  }
  Tensor jvp(std::size_t k, const Tensor& t, const Tensor&, const Outputs&) const {
    const std::int64_t least = std::min(n, m);
    return k == 0 ? tril(first_columns(t, least), -1) : triu(first_rows(t, least));
  }
};

// ---- Solutions from the factors.

/// X from op(A) X = B or X op(A) = B, A = P L U, op the transpose if `adjoint`. The gradient gA is that
/// of linalg_solve; with W = P^T gA, gL = tril(W U^T, -1) and gU = triu(L^T W).
struct LuSolve {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 1;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "LinalgLuSolveBackward0";
  const char* op_name;
  bool left;
  bool adjoint;
  DimVector lu_sizes;
  DimVector b_sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  struct Inputs {
    const Tensor& lu;
    const Tensor& b;
  };

  autograd::Computed<1, 1> forward(const Tensor& lu, const Tensor& b, const Tensor& pivots) const {
    const DimVector batch =
        autograd::broadcast_shapes(op_name, matrices::batch_of(lu), matrices::batch_of(b));
    const Tensor y = matrices::like(b, batch);
    const Tensor factors = matrices::in_order(lu);
    if (left)
      kernels::lu_solve(factors, pivots, adjoint, b, y);
    else
      kernels::lu_solve(factors, pivots, !adjoint, matrices::flipped(b), matrices::flipped(y));
    return {{y}, {pivots}};
  }
  void gradients(const bool* wanted, const Tensor& g, const Inputs& x, const Tensor& y,
                 const Tensor& pivots, Tensor* results) const {
    const Tensor gb = linalg_lu_solve(x.lu, pivots, g, left, !adjoint);
    if (wanted[1]) results[1] = autograd::sum_to(gb, b_sizes, lead);
    if (!wanted[0]) return;
    const bool g_first = left != adjoint;
    const Tensor& first = g_first ? gb : y;
    const Tensor& second = g_first ? y : gb;
    const Tensor product = left ? matmul(first, second.mT()) : matmul(first.mT(), second);
    const Tensor ga = autograd::sum_to(product, lu_sizes, lead);
    const Tensor w = take_rows(ga, permutation_of(pivots, ga.size(-2)).rows);
    results[0] = -(tril(matmul(w, upper_of(x.lu).mT()), -1) + triu(matmul(lower_of(x.lu).mT(), w)));
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y,
             const Tensor& pivots) const {
    Tensor b = t.b;
    if (t.lu.defined()) {
      const Tensor product =
          matmul(tril(t.lu, -1), upper_of(x.lu)) + matmul(lower_of(x.lu), triu(t.lu));
      Tensor ta = take_rows(product, permutation_of(pivots, product.size(-2)).back);
      if (adjoint) ta = ta.mT();
      const Tensor moved = -(left ? matmul(ta, y) : matmul(y, ta));
      b = b.defined() ? b + moved : moved;
    }
    return linalg_lu_solve(x.lu, pivots, b, left, adjoint);
  }
};

/// The pivots in row-major order. Throws: ShapeError, DtypeError or ValueError unless they can be pivots of
/// that matrix.
Tensor checked_pivots(std::string_view op, const Tensor& lu, const Tensor& pivots) {
  if (lu.dim() < 2)
    detail::fail<ShapeError>(op, "needs a matrix or a batch of them, got shape ", lu.sizes(),
                             "; give what linalg_lu_factor() returns");
  DimVector sizes(matrices::batch_of(lu));
  sizes.push_back(least_extent(lu));
  if (!(pivots.sizes() == sizes))
    detail::fail<ShapeError>(op, "pivots of shape ", pivots.sizes(),
                             " do not belong to an LU of shape ", lu.sizes(),
                             ", which has those of shape ", IntArrayRef(sizes),
                             "; give both as linalg_lu_factor() returned them");
  if (pivots.dtype() != kInt64)
    detail::fail<DtypeError>(op, "pivots must be int64, got ", to_string(pivots.dtype()),
                             "; give those of linalg_lu_factor()");
  const Tensor dense = pivots.is_contiguous() ? pivots : autograd::copy_row_major(pivots);
  const std::int64_t* const p = dense.impl()->data<std::int64_t>();
  const auto* const outside =
      std::find_if(p, p + dense.numel(), [&](std::int64_t i) { return i < 1 || i > lu.size(-2); });
  if (outside != p + dense.numel())
    detail::fail<ValueError>(op, "pivot ", *outside, " is not a row of 1 to ", lu.size(-2),
                             "; give pivots as linalg_lu_factor() returned them");
  return dense;
}

Tensor lu_solve(const char* op, const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left,
                bool adjoint) {
  matrices::require_square(op, lu);
  matrices::require(op, b);
  matrices::require_same_dtype(op, lu, b);
  const Tensor interchanges = checked_pivots(op, lu, pivots);
  matrices::require_fit(op, lu, b, left);
  return autograd::apply_many(
      LuSolve{op, left, adjoint, DimVector(lu.sizes()), DimVector(b.sizes())}, {lu, b},
      interchanges);
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& A, bool pivot) {
  matrices::require("linalg_lu", A);
  const auto [l, u, matrix] = autograd::apply_many(Lu{pivot}, {A});
  return {matrix, l, u};
}

std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& A, bool pivot) {
  const auto [lu, pivots, info] = lu_factor({"linalg_lu_factor"}, A, pivot);
  return {lu, pivots};
}
std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& A, bool pivot,
                                                       bool check_errors) {
  const auto [lu, pivots, info] = lu_factor({"linalg_lu_factor_ex", check_errors, true}, A, pivot);
  return {lu, pivots, info};
}

Tensor linalg_lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left,
                       bool adjoint) {
  return lu_solve("linalg_lu_solve", LU, pivots, B, left, adjoint);
}
Tensor lu_solve(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots) {
  return lu_solve("lu_solve", LU_data, LU_pivots, self, true, false);
}

std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data, const Tensor& LU_pivots,
                                             bool unpack_data, bool unpack_pivots) {
  const Tensor pivots = checked_pivots("lu_unpack", LU_data, LU_pivots);
  const Tensor nothing = matrices::uninitialised(LU_data.dtype(), {0});
  Tensor p = nothing, l = nothing, u = nothing;
  if (unpack_pivots) {
    const detail::Unrecorded unrecorded;
    p = permutation_matrix(permutation_of(pivots, LU_data.size(-2)), LU_data.dtype());
  }
  if (unpack_data) {
    auto parts = autograd::apply_many(LuUnpack{LU_data.size(-2), LU_data.size(-1)}, {LU_data});
    l = std::move(parts[0]);
    u = std::move(parts[1]);
  }
  return {p, l, u};
}

std::tuple<Tensor, Tensor> ldlt(const Tensor& A) {
  matrices::require_square("ldlt", A);
  const auto [lu, pivots, info] = lu_factor({"ldlt"}, (A + A.mT()) * 0.5, false);
  const auto [p, l, u] = lu_unpack(lu, pivots, true, false);
  return {l, u.diagonal(0, -2, -1).clone()};
}

Tensor Tensor::lu_solve(const Tensor& LU_data, const Tensor& LU_pivots) const {
  return eigengrad::lu_solve(*this, LU_data, LU_pivots);
}

}  // namespace eigengrad
