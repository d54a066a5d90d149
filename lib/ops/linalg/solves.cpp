#include "eigengrad/ops/linalg/solves.hpp"

#include <algorithm>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "autograd/views.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/factor.hpp"
#include "kernels/linalg/updates.hpp"
#include "ops/linalg/lu_factors.hpp"
#include "ops/linalg/matrices.hpp"

namespace eigengrad {

namespace matrices {

LuFactors factor(const Tensor& a, Infos& info) {
  // Row-major memory is the column-major memory of the transpose.
  const bool of_transpose = !is_column_major(a);
  const Tensor lu = of_transpose && a.is_contiguous() ? transposed_copy(a)
                                                      : copy(of_transpose ? flipped(a) : a, true);
  DimVector sizes(batch_of(a));
  sizes.push_back(a.size(-1));
  const Tensor pivots = detail::uninitialised(kInt64, sizes);
  info.assign(static_cast<std::size_t>(count_of(a)), 0);
  if (lu.numel() > 0) kernels::lu_factor(lu, pivots, info.data());
  return {lu, pivots, of_transpose};
}

void require_regular(std::string_view op, const Tensor& a, const Infos& info) {
  if (const std::size_t i = first_failure(info); i < info.size())
    detail::fail<NumericError>(op, element_name(i, batch_of(a)), "the matrix is singular: pivot ",
                               info[i],
                               " of its LU factorisation is zero; use a pseudoinverse or "
                               "least squares if that is meant");
}

}  // namespace matrices

namespace {

using matrices::LuFactors;

// ---- The inverse.

/// Y = A^-1: dY = -Y dA Y, gA = -Y^T g Y^T.
struct Inverse {
  static constexpr auto node_name = "LinalgInvExBackward0";
  static constexpr bool lifts_to_itself = true;
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = true;
  matrices::OnFailure failure;

  std::array<Tensor, 2> forward(const Tensor& a) const {
    matrices::Infos info;
    const LuFactors f = matrices::factor(a, info);
    if (failure.throws) matrices::require_regular(failure.op, a, info);
    return {forward(a, f), failure.info_result(info, matrices::batch_of(a))};
  }
  /// The inverse from the factors `f`.
  Tensor forward(const Tensor&, const LuFactors& f) const {
    // Factors of the transpose give the transposed solution: column-major memory, read as row-major.
    const Tensor y = matrices::uninitialised(f.lu.dtype(), f.lu.sizes(), !f.of_transpose);
    if (y.numel() > 0) kernels::lu_invert(f.lu, f.pivots, y);
    return y;
  }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor& y) const {
    return -matmul(y.mT(), matmul(g, y.mT()));
  }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor& y) const {
    return -matmul(y, matmul(t, y));
  }
};

// ---- Solutions by LU.

/// op(A) X = B, or X op(A) = B without `left`, with op the transpose or nothing:
///   gB = op(A)^-T g, gA = -gB X^T, or on the right gB = g op(A)^-T, gA = -X^T gB; transposed if op is;
///   op(A) dX = dB - op(dA) X.
/// All with the same factors, so that no order factors again. They are the constants.
struct Solve {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 2;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  static constexpr auto node_name = "LinalgSolveExBackward0";
  bool left;
  bool transpose;
  bool vector;
  /// Whether the factors are those of the transpose, as matrices::factor() chooses.
  bool of_transpose;
  matrices::OnFailure failure;
  DimVector a_sizes;
  DimVector b_sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  struct Inputs {
    const Tensor& a;
    const Tensor& b;
  };
  struct Factors {
    const Tensor& lu;
    const Tensor& pivots;
  };

  autograd::Computed<2, 2> forward(const Tensor& a, const Tensor& b) const {
    matrices::Infos info;
    const LuFactors f = matrices::factor(a, info);
    if (failure.throws) matrices::require_regular(failure.op, a, info);
    return {{solution(a, b, {f.lu, f.pivots}), failure.info_result(info, matrices::batch_of(a))},
            {f.lu, f.pivots}};
  }
  autograd::Computed<1, 2> forward(const Tensor& a, const Tensor& b, const Tensor& lu,
                                   const Tensor& pivots) const {
    return {{solution(a, b, {lu, pivots})}, {lu, pivots}};
  }
  Solve adjoint() const {
    Solve other = *this;
    other.transpose = !transpose;
    return other;
  }
  Tensor column(const Tensor& v) const { return vector ? v.unsqueeze(-1) : v; }

  void gradients(const bool* wanted, const Tensor& g, const Inputs& x, const Tensor& y,
                 const Factors& c, Tensor* results) const {
    const Tensor gb = adjoint_solution(g, x, c);
    if (wanted[1]) results[1] = autograd::sum_to(gb, b_sizes, lead);
    if (!wanted[0]) return;
    const bool g_first = left != transpose;
    const Tensor& first = g_first ? gb : y;
    const Tensor& second = g_first ? y : gb;
    results[0] = autograd::sum_to(negative_product(first, second), a_sizes, lead);
  }
  /// op(A)^-T g. Cotangents of one vector are solved for as the columns of one matrix.
  Tensor adjoint_solution(const Tensor& g, const Inputs& x, const Factors& c) const {
    Solve op = adjoint();
    if (lead < 0 || !vector || x.a.dim() != 2 || g.dim() != 2) return solve(op, x.a, g, c);
    op.vector = false;
    return solve(op, x.a, g.mT(), c).mT();
  }
  /// -g x^T, or -x^T g on the right.
  Tensor negative_product(const Tensor& first, const Tensor& second) const {
    const bool one_column = left && (vector || first.size(-1) == 1);
    if (!one_column) return left ? -matmul(first, second.mT()) : -matmul(first.mT(), second);
    const Tensor a = column(first);
    const Tensor b = column(second);
    if (lead >= 0 || matrices::differentiated_again(a, b)) return -a * b.mT();
    const Tensor c = matrices::uninitialised(
        a.dtype(), matrices::with_matrix(matrices::batch_of(a), a.size(-2), b.size(-2)));
    if (c.numel() > 0) kernels::negative_outer_products(c, a, b);
    return c;
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y,
             const Factors& c) const {
    Tensor b = t.b.defined() ? column(t.b) : t.b;
    if (t.a.defined()) {
      const Tensor ta = transpose ? t.a.mT() : t.a;
      const Tensor own = column(y);
      const Tensor moved = -(left ? matmul(ta, own) : matmul(own, ta));
      b = b.defined() ? b + moved : moved;
    }
    return solve(*this, x.a, vector ? b.squeeze(-1) : b, c);
  }

  /// Solves with the factors `c`.
  static Tensor solve(Solve op, const Tensor& a, const Tensor& b, const Factors& c) {
    op.b_sizes = DimVector(b.sizes());
    op.lead = -1;
    return autograd::apply_many(op, {a, b}, c.lu, c.pivots);
  }

 private:
  Tensor solution(const Tensor& a, const Tensor& b, const Factors& c) const {
    const detail::Unrecorded unrecorded;
    const Tensor columns = column(b);
    const DimVector batch = autograd::broadcast_shapes("linalg_solve", matrices::batch_of(a),
                                                       matrices::batch_of(columns));
    const Tensor x = matrices::like(columns, batch);
    const bool transposed = transpose != of_transpose;
    if (left)
      kernels::lu_solve(c.lu, c.pivots, transposed, columns, x);
    else
      kernels::lu_solve(c.lu, c.pivots, !transposed, matrices::flipped(columns),
                        matrices::flipped(x));
    if (!vector) return x;
    return autograd::raw_view(x, {x.sizes().data(), x.sizes().size() - 1},
                              {x.strides().data(), x.strides().size() - 1}, 0);
  }
};

std::array<Tensor, 2> solve(const matrices::OnFailure& failure, const Tensor& a, const Tensor& b,
                            bool left) {
  const std::string_view op = failure.op;
  matrices::require_square(op, a);
  if (b.dim() == 0)
    detail::fail<ShapeError>(op, "B must be a vector or a matrix, got a tensor without dimensions");
  matrices::require_same_dtype(op, a, b);
  const IntArrayRef rows{a.sizes().data(), a.sizes().size() - 1};
  const bool vector = b.dim() == 1 || b.sizes() == rows;
  if (vector && !left)
    detail::fail<ShapeError>(op, "X A = B needs a matrix B, got shape ", b.sizes(),
                             "; give a row as unsqueeze(-2)");
  if (vector && b.size(-1) != a.size(-1))
    detail::fail<ShapeError>(op, "shapes ", a.sizes(), " and ", b.sizes(),
                             " do not fit the equation A x = b; give b as many rows as A has");
  if (!vector) {
    matrices::require_fit(op, a, b, left);
    autograd::broadcast_shapes(op, matrices::batch_of(a), matrices::batch_of(b));
  }
  return autograd::apply_many(Solve{left, false, vector, !matrices::is_column_major(a), failure,
                                    DimVector(a.sizes()), DimVector(b.sizes()), -1},
                              {a, b});
}

// ---- Triangular matrices.

/// T X = B, or X T = B without `left`:
///   gB = T^-T g, gT = -gB X^T, or on the right gB = g T^-T, gT = -X^T gB, in the triangle;
///   T dX = dB - dT X.
struct SolveTriangular {
  static constexpr std::size_t inputs = 2;
  static constexpr std::size_t outputs = 1;
  static constexpr std::size_t constants = 0;
  static constexpr unsigned keeps_input = 1;
  static constexpr unsigned keeps_output = 1;
  const char* node_name;
  const char* op_name;
  bool upper;
  bool left;
  bool unit;
  DimVector a_sizes;
  DimVector b_sizes;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  struct Inputs {
    const Tensor& a;
    const Tensor& b;
  };

  Tensor forward(const Tensor& a, const Tensor& b) const {
    const DimVector batch =
        autograd::broadcast_shapes(op_name, matrices::batch_of(a), matrices::batch_of(b));
    const Tensor y = matrices::like(b, batch);
    const Tensor t = matrices::in_order(a);
    if (left)
      kernels::solve_triangles(t, {upper, unit}, b, y);
    else
      kernels::solve_triangles(matrices::flipped(t), {!upper, unit}, matrices::flipped(b),
                               matrices::flipped(y));
    return y;
  }
  Tensor triangle(const Tensor& a) const {
    return upper ? triu(a, unit ? 1 : 0) : tril(a, unit ? -1 : 0);
  }
  void gradients(const bool* wanted, const Tensor& g, const Inputs& x, const Tensor& y,
                 const Tensor*, Tensor* results) const {
    const Tensor gb = linalg_solve_triangular(x.a.mT(), g, !upper, left, unit);
    if (wanted[1]) results[1] = autograd::sum_to(gb, b_sizes, lead);
    if (!wanted[0]) return;
    const Tensor ga = left ? matmul(gb, y.mT()) : matmul(y.mT(), gb);
    results[0] = autograd::sum_to(-triangle(ga), a_sizes, lead);
  }
  Tensor jvp(std::size_t, const Inputs& t, const Inputs& x, const Tensor& y, const Tensor*) const {
    Tensor b = t.b;
    if (t.a.defined()) {
      const Tensor ta = triangle(t.a);
      const Tensor moved = -(left ? matmul(ta, y) : matmul(y, ta));
      b = b.defined() ? b + moved : moved;
    }
    return linalg_solve_triangular(x.a, b, upper, left, unit);
  }
};

Tensor solve_triangular(SolveTriangular rule, const Tensor& a, const Tensor& b) {
  const std::string_view op = rule.op_name;
  matrices::require_square(op, a);
  matrices::require(op, b);
  matrices::require_same_dtype(op, a, b);
  matrices::require_fit(op, a, b, rule.left);
  rule.a_sizes = DimVector(a.sizes());
  rule.b_sizes = DimVector(b.sizes());
  return autograd::apply_many(rule, {a, b});
}

std::array<Tensor, 2> invert(const matrices::OnFailure& failure, const Tensor& a) {
  matrices::require_square(failure.op, a);
  return autograd::apply_general(Inverse{failure}, a);
}

}  // namespace

Tensor matrices::inverse_from(const LuFactors& f, const Tensor& a) {
  return autograd::apply_general(Inverse{{"inverse"}}, a, f);
}

Tensor linalg_solve(const Tensor& A, const Tensor& B, bool left) {
  return solve({"linalg_solve"}, A, B, left)[0];
}
std::tuple<Tensor, Tensor> linalg_solve_ex(const Tensor& A, const Tensor& B, bool left,
                                           bool check_errors) {
  const auto [x, info] = solve({"linalg_solve_ex", check_errors, true}, A, B, left);
  return {x, info};
}

Tensor linalg_solve_triangular(const Tensor& self, const Tensor& B, bool upper, bool left,
                               bool unitriangular) {
  return solve_triangular({"LinalgSolveTriangularBackward0",
                           "linalg_solve_triangular",
                           upper,
                           left,
                           unitriangular,
                           {},
                           {},
                           -1},
                          self, B);
}
std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& A, bool upper,
                                            bool transpose, bool unitriangular) {
  const Tensor a = transpose ? A.mT() : A;
  return {solve_triangular({"TriangularSolveBackward0",
                            "triangular_solve",
                            upper != transpose,
                            true,
                            unitriangular,
                            {},
                            {},
                            -1},
                           a, self),
          A.clone()};
}

Tensor linalg_inv(const Tensor& A) { return invert({"linalg_inv"}, A)[0]; }
std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& A, bool check_errors) {
  const auto [y, info] = invert({"linalg_inv_ex", check_errors, true}, A);
  return {y, info};
}
Tensor inverse(const Tensor& self) { return invert({"inverse"}, self)[0]; }

Tensor linalg_tensorinv(const Tensor& self, std::int64_t ind) {
  if (ind < 1) detail::fail<ValueError>("linalg_tensorinv", "ind must be positive, got ", ind);
  const IntArrayRef sizes = self.sizes();
  const std::size_t split = std::min(static_cast<std::size_t>(ind), sizes.size());
  const IntArrayRef before(sizes.data(), split);
  const IntArrayRef after(sizes.data() + split, sizes.size() - split);
  const std::int64_t n = detail::numel_of(before);
  if (n != detail::numel_of(after))
    detail::fail<ShapeError>("linalg_tensorinv", "shape ", sizes, " has ", n,
                             " elements in the first ", ind, " dimensions and ",
                             detail::numel_of(after),
                             " in the others; as a matrix it must be square");
  DimVector result(after);
  for (const std::int64_t s : before) result.push_back(s);
  return linalg_inv(self.reshape({n, n})).reshape(result);
}

Tensor linalg_tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims) {
  Tensor a = self;
  if (dims.has_value()) {
    DimVector last;
    for (std::size_t d = 0; d < dims.value().size(); ++d)
      last.push_back(self.dim() - static_cast<std::int64_t>(dims.value().size() - d));
    a = movedim(self, dims.value(), last);
  }
  const std::size_t rows = other.sizes().size();
  const std::int64_t n = other.numel();
  const std::int64_t unknowns =
      a.sizes().size() < rows
          ? -1
          : detail::numel_of({a.sizes().data() + rows, a.sizes().size() - rows});
  if (unknowns != n || a.numel() != n * n)
    detail::fail<ShapeError>("linalg_tensorsolve", "shapes ", self.sizes(), " and ", other.sizes(),
                             " are no system of equations; give an A with as many elements as B in "
                             "its first ",
                             rows, " dimensions, and as many in the others");
  const DimVector result{IntArrayRef(a.sizes().data() + rows, a.sizes().size() - rows)};
  return linalg_solve(a.reshape({n, n}), other.reshape({n})).reshape(result);
}

Tensor Tensor::inverse() const { return eigengrad::inverse(*this); }
std::tuple<Tensor, Tensor> Tensor::triangular_solve(const Tensor& A, bool upper, bool transpose,
                                                    bool unitriangular) const {
  return eigengrad::triangular_solve(*this, A, upper, transpose, unitriangular);
}

}  // namespace eigengrad
