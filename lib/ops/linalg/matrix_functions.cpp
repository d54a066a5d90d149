#include "eigengrad/ops/linalg/matrix_functions.hpp"

#include <cmath>
#include <limits>

#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "core/dispatch.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/sylvester.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "kernels/linalg/exponential.hpp"
#include "kernels/linalg/roots.hpp"
#include "ops/linalg/decompositions.hpp"
#include "ops/shape/arguments.hpp"

namespace eigengrad {
namespace {

/// For a matrix function, elements with at most this binary exponent count as near 1.
constexpr int kNearOne = 4;

/// Whether all matrices are lower triangular, and one of them is not diagonal.
bool are_lower_triangles(const Tensor& a) {
  return detail::dispatch_floating("linalg", a.dtype(), [&]<class T>(std::type_identity<T>) {
    const kernels::MatrixBatch<T> all(a, matrices::batch_of(a));
    bool is_diagonal = true;
    for (std::int64_t m = 0; m < all.count(); ++m)
      for (std::int64_t i = 0; i < a.size(-1); ++i)
        for (std::int64_t j = 0; j < i; ++j) {
          if (all[m](j, i) != T(0)) return false;
          is_diagonal &= all[m](i, j) == T(0);
        }
    return !is_diagonal;
  });
}

/// f([a t; 0 a]) has the derivative of f at a in the direction t above its diagonal, which so can be
/// differentiated as often as f itself. It is linear in t, but how f is computed depends on the norm of the
/// whole matrix, so t is scaled first. Of an upper triangular a the whole is an upper triangle too.
/// Source: Mathias, A chain rule for matrix functions and applications (1996).
template <class F>
Tensor above_diagonal(F f, const Tensor& a, const Tensor& t, double size) {
  if (are_lower_triangles(a)) return above_diagonal(f, a.mT(), t.mT(), size).mT();
  const std::int64_t n = a.size(-1);
  const matrices::Scale scale(t, kNearOne);
  const Tensor unit = scale.off(t), zero = zeros_like(a.detach());
  const Tensor y = f(cat({cat({a, size == 1 ? unit : unit * size}, -1), cat({zero, a}, -1)}, -2));
  const Tensor corner = y.narrow(-2, 0, n).narrow(-1, n, n);
  return scale.off(size == 1 ? corner : corner * (1 / size), -1);
}

struct MatrixExp {
  static constexpr auto node_name = "LinalgMatrixExpBackward0";
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  Tensor forward(const Tensor& x) const {
    const Tensor y = matrices::uninitialised(x.dtype(), x.sizes());
    kernels::matrix_exp(row_major(x), y);
    return y;
  }
  /// The derivative at a^T is the transpose of that at a.
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const { return along(x.mT(), g); }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const { return along(x, t); }

 private:
  static Tensor along(const Tensor& a, const Tensor& t) {
    if (autograd::is_followed(a) || autograd::is_followed(t))
      return above_diagonal(linalg_matrix_exp, a, t, 1);
    const Tensor y = matrices::uninitialised(a.dtype(), a.sizes());
    kernels::matrix_exp_derivative(row_major(a), row_major(t), y);
    return y;
  }
};

template <class Rule>
Tensor principal(const Tensor& x) {
  const Tensor y = matrices::uninitialised(x.dtype(), x.sizes());
  require_success(Rule::op, Rule::kernel(row_major(x), y));
  return y;
}

/// y y = x, so y dy + dy y = dx: a Sylvester equation, and for the gradient that with y^T.
/// Source: Higham, Functions of Matrices (2008), section 6.1.
struct Sqrtm {
  static constexpr auto node_name = "SqrtmBackward";
  static constexpr auto op = "sqrtm";
  static constexpr auto kernel = kernels::matrix_sqrt;
  static constexpr bool uses_input = false;
  static constexpr bool uses_output = true;
  Tensor forward(const Tensor& x) const { return principal<Sqrtm>(x); }
  Tensor vjp(const Tensor& g, const Tensor&, const Tensor& y) const { return along(y.mT(), g); }
  Tensor jvp(const Tensor& t, const Tensor&, const Tensor& y) const { return along(y, t); }

 private:
  static Tensor along(const Tensor& y, const Tensor& t) { return solve_sylvester(y, y, t); }
};

struct Logm {
  static constexpr auto node_name = "LogmBackward";
  static constexpr auto op = "logm";
  static constexpr auto kernel = kernels::matrix_log;
  static constexpr bool uses_input = true;
  static constexpr bool uses_output = false;
  Tensor forward(const Tensor& x) const { return principal<Logm>(x); }
  /// The derivative at x^T is the transpose of that at x, whose blocks stay above the diagonal.
  Tensor vjp(const Tensor& g, const Tensor& x, const Tensor&) const {
    return along(x, g.mT()).mT();
  }
  Tensor jvp(const Tensor& t, const Tensor& x, const Tensor&) const { return along(x, t); }

 private:
  /// The derivative at c x is that at x over c. The kernel's rounding errors in t are relative to t, so t may
  /// be made small.
  static Tensor along(const Tensor& x, const Tensor& t) {
    const matrices::Scale scale(x, kNearOne);
    const double small = x.dtype() == kFloat32 ? 0x1p-24 : 0x1p-100;
    return scale.off(above_diagonal(logm, scale.off(x), t, small));
  }
};

/// Degrees m of Taylor polynomials, and the largest norms for which their backward error is below the
/// unit roundoff of float64 and of float32.
/// Source: Al-Mohy and Higham (2011), table 3.1.
struct TaylorDegree {
  int m;
  double for_double;
  double for_single;
};
constexpr TaylorDegree kTaylor[] = {{5, 2.4e-3, 1.3e-1}, {10, 1.4e-1, 1.0}, {15, 6.4e-1, 2.2},
                                    {20, 1.4, 3.6},      {25, 2.4, 4.9},    {30, 3.5, 6.3},
                                    {35, 4.7, 7.7},      {40, 6.0, 9.1},    {45, 7.2, 11},
                                    {50, 8.5, 12},       {55, 9.9, 13}};

/// Divides exp(t A) into s factors exp(t A / s), each by a Taylor polynomial of degree m, such that s m is
/// smallest.
struct TaylorPlan {
  int m;
  std::int64_t s;
};
/// Every differentiation drops a term of the polynomial, so a polynomial that is differentiated has at least
/// 20 terms.
TaylorPlan plan_for(double norm, bool single, bool differentiated) {
  TaylorPlan best{0, 1};
  if (norm == 0 && !differentiated) return best;
  double least = std::numeric_limits<double>::infinity();
  for (const TaylorDegree& d : kTaylor) {
    if (differentiated && d.m < 20) continue;
    const double pieces = std::max(1.0, std::ceil(norm / (single ? d.for_single : d.for_double)));
    if (d.m * pieces >= least) continue;
    least = d.m * pieces;
    best = {d.m, static_cast<std::int64_t>(pieces)};
  }
  return best;
}

double largest(const Tensor& x) { return x.numel() == 0 ? 0 : x.abs().max().item<double>(); }

/// The largest 1-norm of the matrices of the batch.
double norm_of(const Tensor& a) {
  return a.numel() == 0 ? 0 : a.abs().sum(-2).max().item<double>();
}

/// exp(t a) b by way of a - mu I, mu the mean of the diagonal: exp(a) = exp(mu) exp(a - mu I) for any mu, so
/// mu counts as a constant. The matrices are finite.
Tensor shifted_product(const Tensor& a, const Tensor& b, double t) {
  const std::int64_t n = a.size(-1);
  const bool differentiated = autograd::is_followed(a) || autograd::is_followed(b);
  Tensor mu;
  TaylorPlan plan{};
  {
    const detail::Unrecorded unrecorded;
    mu = a.detach().diagonal(0, -2, -1).mean(-1, true).unsqueeze(-1);
    const double norm = norm_of(a.detach() - mu * eye(n, a.options())) * std::abs(t);
    plan = plan_for(norm, a.dtype() == kFloat32, differentiated);
  }
  const Tensor m = a - mu * eye(n, a.options());
  const Tensor growth = (mu * (t / static_cast<double>(plan.s))).exp();
  const double epsilon = a.dtype() == kFloat32 ? 0x1p-24 : 0x1p-53;
  Tensor y = b;
  for (std::int64_t piece = 0; piece < plan.s; ++piece) {
    Tensor term = y;
    double before = differentiated ? 0 : largest(term);
    for (int k = 1; k <= plan.m; ++k) {
      term = matmul(m, term) * (t / (static_cast<double>(plan.s) * k));
      y = y + term;
      if (differentiated) continue;
      const double now = largest(term);
      if (now + before <= epsilon * largest(y)) break;
      before = now;
    }
    y = y * growth;
  }
  return y;
}

/// Which matrices are not finite, or so large that no number of factors is enough.
Tensor out_of_range(const Tensor& a, double t) {
  const detail::Unrecorded unrecorded;
  const Tensor norms = a.detach().abs().sum(-2).amax(-1) * std::abs(t);
  return norms.le(1e9).logical_not().unsqueeze(-1).unsqueeze(-1);
}

}  // namespace

Tensor linalg_matrix_exp(const Tensor& A) {
  matrices::require_square("linalg_matrix_exp", A);
  return autograd::apply_general(MatrixExp{}, A);
}
Tensor matrix_exp(const Tensor& A) { return linalg_matrix_exp(A); }

Tensor sqrtm(const Tensor& A) {
  matrices::require_square("sqrtm", A);
  return autograd::apply_general(Sqrtm{}, A);
}
Tensor logm(const Tensor& A) {
  matrices::require_square("logm", A);
  return autograd::apply_general(Logm{}, A);
}

Tensor expm_multiply(const Tensor& A, const Tensor& B, double t) {
  constexpr const char* op = "expm_multiply";
  matrices::require_square(op, A);
  matrices::require_same_dtype(op, A, B);
  const bool vector = B.dim() == 1;
  if (B.dim() == 0 || B.size(vector ? 0 : -2) != A.size(-1) || (vector && A.dim() != 2))
    detail::fail<ShapeError>(op, "matrices of shape ", A.sizes(), " and ", B.sizes(),
                             " cannot be multiplied; the columns of the first must be as many as "
                             "the rows of the second");
  if (A.size(-1) == 0) return matmul(A, B);
  const Tensor columns = vector ? B.unsqueeze(-1) : B, excluded = out_of_range(A, t);
  Tensor y;
  if (excluded.any().item<bool>())
    y = shifted_product(where(excluded, 0, A), columns, t) * where(excluded, NAN, 1).to(A.dtype());
  else
    y = shifted_product(A, columns, t);
  return vector ? y.squeeze(-1) : y;
}

Tensor Tensor::matrix_exp() const { return linalg_matrix_exp(*this); }

}  // namespace eigengrad
