#include <algorithm>
#include <tuple>

#include "linalg/boundary.hpp"

namespace linalg_test {
namespace {

Tensor right_side(const Tensor& x) { return random_matrix(x.size(-2), 2, 17); }
Tensor left_side(const Tensor& x) { return random_matrix(2, x.size(-1), 17); }
Tensor symmetric(const Tensor& x) { return (x + x.mT()) * 0.5; }
Tensor indefinite(std::int64_t n) { return symmetric(random_matrix(n, n, 17)) - eg::eye(n) * 0.5; }

/// A factor for each value, which tells the values apart.
Tensor weights(const Tensor& values) { return eg::arange(1, values.size(-1) + 1, eg::kFloat64); }

/// Q and R with a positive diagonal of R, as signs of Householder's method jump where a column is that of a
/// triangle. The last column of a square Q keeps
/// the sign of the determinant.
std::tuple<Tensor, Tensor> unique_qr(const Tensor& x, std::string_view mode) {
  const auto [q, r] = eg::linalg_qr(x, mode);
  Tensor sign = 1 - r.detach().diagonal(0, -2, -1).lt(0).to(eg::kFloat64) * 2;
  if (q.size(-1) == q.size(-2)) {
    sign.select(-1, -1).fill_(1.0);
    sign.select(-1, -1).copy_(sign.prod(-1) * eg::linalg_det(q.detach()));
  }
  return {q * sign.unsqueeze(-2), sign.unsqueeze(-1) * r};
}

Tensor lstsq(const Tensor& x, eg::optional<double> rcond, std::string_view driver) {
  eg::DimVector sizes(x.sizes());
  sizes.back() = 2;
  return std::get<0>(eg::linalg_lstsq(x, right_side(x).expand(sizes), rcond, driver));
}

/// All elements of two factors.
Tensor both(const Tensor& a, const Tensor& b) {
  return eg::cat({a.flatten(-2), b.flatten(-2)}, -1);
}

/// The projection on what the columns of v that belong to no singular value span.
Tensor rest_of(const Tensor& v, const Tensor& x) {
  const std::int64_t k = std::min(x.size(-1), x.size(-2));
  const Tensor rest = v.narrow(-1, k, v.size(-1) - k);
  return eg::matmul(rest, rest.mT());
}

std::vector<BoundaryRow> solves() {
  return {
      {.name = "det",
       .covers = "linalg_det det",
       .f = [](const Tensor& x) { return eg::linalg_det(x); },
       .needs = kSquare,
       .unchecked_second = kSubnormal},
      {.name = "slogdet",
       .covers = "linalg_slogdet slogdet",
       .f = [](const Tensor& x) { return std::get<1>(eg::linalg_slogdet(x)); },
       .needs = kSquare,
       .none_first = kSingular,
       .none_second = kSingular},
      {.name = "sign of slogdet",
       .covers = "",
       .f = [](const Tensor& x) { return std::get<0>(eg::slogdet(x)); },
       .needs = kSquare,
       .chosen_first = kSingular | kGraded},
      {.name = "logdet",
       .covers = "logdet",
       .f = [](const Tensor& x) { return eg::logdet(x); },
       .needs = kSquare,
       .avoids = kNegativeDeterminant,
       .none_first = kSingular,
       .none_second = kSingular},
      {.name = "inv",
       .covers = "linalg_inv inverse",
       .f = [](const Tensor& x) { return eg::linalg_inv(x); },
       .needs = kSquare,
       .throws = kSingular},
      {.name = "solve",
       .covers = "linalg_solve",
       .f = [](const Tensor& x) { return eg::linalg_solve(x, right_side(x)); },
       .needs = kSquare,
       .throws = kSingular},
      {.name = "solve by both",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_solve(x, x * x); },
       .needs = kSquare,
       .avoids = kExtreme,
       .throws = kSingular},
      {.name = "solve on the right",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_solve(x, left_side(x), false); },
       .needs = kSquare,
       .throws = kSingular},
      {.name = "matrix_power -2",
       .covers = "linalg_matrix_power matrix_power",
       .f = [](const Tensor& x) { return eg::linalg_matrix_power(x, -2); },
       .needs = kSquare,
       .throws = kSingular},
      {.name = "lu_factor",
       .covers = "linalg_lu_factor linalg_lu_solve lu_solve",
       .f =
           [](const Tensor& x) {
             const auto [lu, pivots] = eg::linalg_lu_factor(x);
             return eg::linalg_lu_solve(lu, pivots, x * x);
           },
       .needs = kSquare,
       .avoids = kExtreme,
       .throws = kSingular},
      {.name = "tensorinv",
       .covers = "linalg_tensorinv",
       .f = [](const Tensor& x) { return eg::linalg_tensorinv(x.unsqueeze(1), 1); },
       .needs = kSquare,
       .throws = kSingular,
       .single = true},
      {.name = "tensorsolve",
       .covers = "linalg_tensorsolve",
       .f =
           [](const Tensor& x) {
             return eg::linalg_tensorsolve(x, x.select(1, 0) * 2 + x.select(0, -1));
           },
       .needs = kSquare,
       .throws = kSingular,
       .single = true},
      {.name = "inv_ex",
       .covers = "linalg_inv_ex",
       .f = [](const Tensor& x) { return std::get<0>(eg::linalg_inv_ex(x)); },
       .needs = kSquare,
       .none_first = kSingular,
       .none_second = kSingular},
      {.name = "solve_ex",
       .covers = "linalg_solve_ex",
       .f = [](const Tensor& x) { return std::get<0>(eg::linalg_solve_ex(x, x.mT())); },
       .needs = kSquare,
       .none_first = kSingular,
       .none_second = kSingular},
      {.name = "lu_factor_ex",
       .covers = "linalg_lu_factor_ex",
       .f =
           [](const Tensor& x) {
             const auto [lu, pivots, info] = eg::linalg_lu_factor_ex(x);
             return eg::linalg_lu_solve(lu, pivots, x * x, false, true);
           },
       .needs = kSquare,
       .avoids = kExtreme,
       .none_first = kSingular,
       .none_second = kSingular},
      {.name = "solve_triangular",
       .covers = "linalg_solve_triangular",
       .f = [](const Tensor& x) { return eg::linalg_solve_triangular(x, x.mT(), true); },
       .needs = kSquare,
       .none_first = kZeroDiagonal,
       .none_second = kZeroDiagonal},
      {.name = "solve_triangular on the right",
       .covers = "",
       .f =
           [](const Tensor& x) {
             return eg::linalg_solve_triangular(x, left_side(x), false, false);
           },
       .needs = kSquare,
       .none_first = kZeroDiagonal,
       .none_second = kZeroDiagonal},
      {.name = "triangular_solve",
       .covers = "triangular_solve",
       .f = [](const Tensor& x) { return std::get<0>(eg::triangular_solve(x, x, true, true)); },
       .needs = kSquare,
       .none_first = kZeroDiagonal,
       .none_second = kZeroDiagonal},
      {.name = "cholesky_solve",
       .covers = "cholesky_solve",
       .f = [](const Tensor& x) { return eg::cholesky_solve(x.mT(), x); },
       .needs = kSquare,
       .none_first = kZeroDiagonal,
       .none_second = kZeroDiagonal},
      {.name = "cholesky_inverse",
       .covers = "cholesky_inverse",
       .f = [](const Tensor& x) { return eg::cholesky_inverse(x, true); },
       .needs = kSquare,
       .none_first = kZeroDiagonal,
       .none_second = kZeroDiagonal},
      {.name = "solve by a unit triangle",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_solve_triangular(x, x, false, true, true); },
       .needs = kSquare,
       .avoids = kExtreme},
      {.name = "cholesky",
       .covers = "linalg_cholesky cholesky",
       .f = [](const Tensor& x) { return eg::linalg_cholesky(symmetric(x)); },
       .needs = kSquare | kDefinite},
      {.name = "cholesky_ex",
       .covers = "linalg_cholesky_ex",
       .f = [](const Tensor& x) { return std::get<0>(eg::linalg_cholesky_ex(symmetric(x), true)); },
       .needs = kSquare | kDefinite},
      {.name = "Cholesky solve",
       .covers = "Cholesky",
       .f = [](const Tensor& x) { return eg::Cholesky(symmetric(x)).solve(x); },
       .needs = kSquare | kDefinite},
      {.name = "Cholesky logdet",
       .covers = "",
       .f = [](const Tensor& x) { return eg::Cholesky(symmetric(x)).logdet(); },
       .needs = kSquare | kDefinite},
      {.name = "Cholesky inverse",
       .covers = "",
       .f = [](const Tensor& x) { return eg::Cholesky(symmetric(x)).inverse(); },
       .needs = kSquare | kDefinite},
      {.name = "inv_quad_logdet",
       .covers = "inv_quad_logdet",
       .f =
           [](const Tensor& x) {
             const auto [q, l] = eg::inv_quad_logdet(symmetric(x), x.select(-1, 0));
             return q + 2 * l;
           },
       .needs = kSquare | kDefinite},
      {.name = "quad_form",
       .covers = "quad_form",
       .f = [](const Tensor& x) { return eg::quad_form(x, x.select(-1, 0)); },
       .needs = kSquare},
      {.name = "sylvester",
       .covers = "solve_sylvester",
       .f = [](const Tensor& x) { return eg::solve_sylvester(x, x.mT() * 2, symmetric(x)); },
       .needs = kSquare,
       .avoids = kSingular | kNegativeDeterminant},
      {.name = "lyapunov",
       .covers = "solve_lyapunov",
       .f = [](const Tensor& x) { return eg::solve_lyapunov(x, symmetric(x) * x); },
       .needs = kSquare | kDefinite,
       .avoids = kExtreme},
      {.name = "ldlt",
       .covers = "ldlt",
       .f =
           [](const Tensor& x) {
             const auto [l, d] = eg::ldlt(symmetric(x));
             return l * 2 + d.unsqueeze(-1);
           },
       .needs = kSquare,
       .avoids = kSingularSymmetric | kZeroSymmetricMinor},
      {.name = "ldl_solve",
       .covers = "linalg_ldl_factor linalg_ldl_factor_ex linalg_ldl_solve",
       .f =
           [](const Tensor& x) {
             const Tensor a = indefinite(x.size(-1));
             const auto [ld, pivots, info] = eg::linalg_ldl_factor_ex(a);
             return eg::linalg_ldl_solve(ld, pivots, x * x);
           },
       .needs = kSquare,
       .avoids = kExtreme},
      {.name = "lu",
       .covers = "linalg_lu",
       .f =
           [](const Tensor& x) {
             const auto [p, l, u] = eg::linalg_lu(x);
             return both(l, u);
           },
       .none_first = kDependentColumns,
       .none_second = kDependentColumns,
       .chosen_first = kTied,
       .chosen_second = kTied},
      {.name = "lu without pivots",
       .covers = "",
       .f =
           [](const Tensor& x) {
             const auto [p, l, u] = eg::linalg_lu(x, false);
             return both(l, u);
           },
       .needs = kSquare,
       .none_first = kZeroMinor,
       .none_second = kZeroMinor},
      {.name = "P L U",
       .covers = "",
       .f =
           [](const Tensor& x) {
             const auto [p, l, u] = eg::linalg_lu(x);
             return eg::matmul(p, eg::matmul(l, u));
           },
       .avoids = kExtreme | kGraded,
       .none_first = kDependentColumns,
       .none_second = kDependentColumns},
      {.name = "lu_unpack",
       .covers = "lu_unpack",
       .f =
           [](const Tensor& x) {
             const auto [lu, pivots, info] = eg::linalg_lu_factor_ex(x);
             const auto [p, l, u] = eg::lu_unpack(lu, pivots);
             return eg::matmul(p, eg::matmul(l, u));
           },
       .avoids = kExtreme | kGraded,
       .none_first = kDependentColumns,
       .none_second = kDependentColumns},
  };
}

/// Single values where they repeat are left out: forward mode takes the branch that the tangent leads to.
std::vector<BoundaryRow> decompositions() {
  return {
      {.name = "qr Q",
       .covers = "linalg_qr",
       .f = [](const Tensor& x) { return std::get<0>(unique_qr(x, "reduced")); },
       .avoids = kDependentColumns},
      {.name = "qr R",
       .covers = "",
       .f = [](const Tensor& x) { return std::get<1>(unique_qr(x, "reduced")); },
       .avoids = kDependentColumns},
      {.name = "complete Q",
       .covers = "",
       .f = [](const Tensor& x) { return std::get<0>(unique_qr(x, "complete")); },
       .avoids = kTall | kDependentColumns},
      {.name = "complete R",
       .covers = "",
       .f = [](const Tensor& x) { return std::get<1>(unique_qr(x, "complete")); },
       .avoids = kTall | kDependentColumns},
      {.name = "Q R",
       .covers = "qr",
       .f =
           [](const Tensor& x) {
             const auto [q, r] = eg::qr(x);
             return eg::matmul(q, r);
           },
       .avoids = kDependentColumns | kExtreme | kGraded},
      {.name = "qr of zero columns",
       .covers = "",
       .f = [](const Tensor& x) { return std::get<1>(unique_qr(x, "reduced")); },
       .needs = kDependentColumns | kZero,
       .none_first = kZero,
       .none_second = kZero},
      {.name = "householder_product",
       .covers = "linalg_householder_product orgqr",
       .f =
           [](const Tensor& x) {
             return eg::linalg_householder_product(x, x.select(-2, -1) * 0.5);
           },
       .avoids = kWide},
      {.name = "geqrf",
       .covers = "geqrf",
       .f =
           [](const Tensor& x) {
             const auto [a, tau] = eg::geqrf(x);
             return eg::matmul(eg::orgqr(a, tau), a.triu().narrow(-2, 0, a.size(-1)));
           },
       .avoids = kWide | kDependentColumns | kZeroElement | kExtreme | kGraded},
      {.name = "lstsq",
       .covers = "linalg_lstsq",
       .f = [](const Tensor& x) { return lstsq(x, eg::nullopt, "gelsy"); },
       .chosen_first = kSingular,
       .chosen_second = kSingular},
      {.name = "lstsq gelsd",
       .covers = "",
       .f = [](const Tensor& x) { return lstsq(x, eg::nullopt, "gelsd"); },
       .chosen_first = kSingular,
       .chosen_second = kSingular},
      {.name = "pinv",
       .covers = "linalg_pinv",
       .f = [](const Tensor& x) { return eg::linalg_pinv(x); },
       .chosen_first = kSingular,
       .chosen_second = kSingular},
      {.name = "lstsq gels",
       .covers = "",
       .f = [](const Tensor& x) { return lstsq(x, eg::nullopt, "gels"); },
       .avoids = kSingular},
      {.name = "lstsq with a cutoff",
       .covers = "",
       .f = [](const Tensor& x) { return lstsq(x, 0.05, "gelsd"); },
       .avoids = kZero | kGraded | kExtreme},
      {.name = "pinv with a cutoff",
       .covers = "",
       .f =
           [](const Tensor& x) {
             return eg::linalg_pinv(x, eg::optional<double>(0.1), eg::nullopt);
           },
       .avoids = kGraded | kExtreme},
      {.name = "pinverse of rank 1",
       .covers = "pinverse",
       .f =
           [](const Tensor& x) {
             return eg::pinverse(eg::matmul(x.narrow(-1, 0, 1), x.narrow(-2, 0, 1)), 1e-10);
           },
       .avoids = kExtreme | kZeroDiagonal | kZeroLine},
      {.name = "pinv hermitian",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_pinv(symmetric(x), 1e-15, true); },
       .needs = kSquare,
       .chosen_first = kSingularSymmetric,
       .chosen_second = kSingularSymmetric},
      {.name = "pinv hermitian with a cutoff",
       .covers = "",
       .f =
           [](const Tensor& x) {
             return eg::linalg_pinv(symmetric(x), eg::optional<double>(0.1), eg::nullopt, true);
           },
       .needs = kSquare,
       .avoids = kGraded | kExtreme},
      {.name = "svdvals",
       .covers = "linalg_svdvals",
       .f = [](const Tensor& x) { return eg::linalg_svdvals(x); },
       .avoids = kRepeated,
       .chosen_first = kSingular,
       .unchecked_second = kRepeated | kClose | kSingular | kGraded | kExtreme},
      {.name = "sum of svdvals",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_svdvals(x).sum(-1); },
       .chosen_first = kSingular,
       .unchecked_second = kRepeated | kClose | kSingular | kGraded | kExtreme},
      {.name = "sum of squares of svdvals",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_svdvals(x).square().sum(-1); },
       .unchecked_second = kRepeated | kClose | kSingular | kGraded | kExtreme},
      {.name = "svd, weighted",
       .covers = "linalg_svd svd",
       .f =
           [](const Tensor& x) {
             const auto [u, s, vh] = eg::linalg_svd(x, false);
             return eg::matmul(u * weights(s), vh);
           },
       .avoids = kRepeated | kClose | kSingular | kGraded},
      {.name = "U S Vh",
       .covers = "",
       .f =
           [](const Tensor& x) {
             const auto [u, s, v] = eg::svd(x);
             return eg::matmul(u * s.unsqueeze(-2), v.mT());
           },
       .avoids = kRepeated | kClose | kSingular | kGraded | kExtreme},
      {.name = "rest of a full U",
       .covers = "",
       .f = [](const Tensor& x) { return rest_of(std::get<0>(eg::linalg_svd(x, true)), x); },
       .needs = kTall,
       .avoids = kRepeated | kClose | kSingular | kGraded},
      {.name = "rest of a full V",
       .covers = "",
       .f = [](const Tensor& x) { return rest_of(std::get<2>(eg::linalg_svd(x, true)).mT(), x); },
       .needs = kWide,
       .avoids = kRepeated | kClose | kSingular | kGraded},
      {.name = "svd_lowrank",
       .covers = "svd_lowrank",
       .f =
           [](const Tensor& x) {
             eg::manual_seed(3);
             const auto [u, s, v] = eg::svd_lowrank(x, std::min(x.size(0), x.size(1)));
             return eg::matmul(u * s.unsqueeze(-2), v.mT());
           },
       .avoids = kRepeated | kClose | kSingular | kGraded | kExtreme,
       .single = true},
      {.name = "pca_lowrank",
       .covers = "pca_lowrank",
       .f =
           [](const Tensor& x) {
             eg::manual_seed(3);
             return std::get<1>(eg::pca_lowrank(x, 1)).square();
           },
       .avoids = kRepeated | kClose | kSingular | kGraded | kExtreme | kConstantRow | kOneColumn |
                 kTied | kWide,
       .single = true},
      {.name = "eigvalsh",
       .covers = "linalg_eigvalsh",
       .f = [](const Tensor& x) { return eg::linalg_eigvalsh(symmetric(x)); },
       .needs = kSquare,
       .avoids = kRepeatedSymmetric,
       .unchecked_second = kRepeatedSymmetric | kClose | kGraded | kExtreme},
      {.name = "sum of eigvalsh",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_eigvalsh(symmetric(x), "U").sum(-1); },
       .needs = kSquare,
       .unchecked_second = kRepeatedSymmetric | kClose | kGraded | kExtreme},
      {.name = "cubes of eigvalsh",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_eigvalsh(symmetric(x)).pow(3).sum(-1); },
       .needs = kSquare,
       .unchecked_second = kRepeatedSymmetric | kClose | kGraded | kExtreme},
      {.name = "eigh, weighted",
       .covers = "linalg_eigh",
       .f =
           [](const Tensor& x) {
             const auto [l, v] = eg::linalg_eigh(symmetric(x));
             return eg::matmul(v * weights(l), v.mT());
           },
       .needs = kSquare,
       .avoids = kRepeatedSymmetric | kClose | kGraded | kExtreme},
      {.name = "V L V^T",
       .covers = "symeig",
       .f =
           [](const Tensor& x) {
             const auto [l, v] = eg::symeig(symmetric(x), true);
             return eg::matmul(v * l.unsqueeze(-2), v.mT());
           },
       .needs = kSquare,
       .avoids = kRepeatedSymmetric | kClose | kGraded | kExtreme},
      {.name = "sum of eigvals",
       .covers = "linalg_eigvals",
       .f = [](const Tensor& x) { return eg::linalg_eigvals(x).sum(-1); },
       .needs = kSquare | kDiagonalizable,
       .chosen_first = kRepeatedEigenvalue | kGraded | kZeroLine,
       .chosen_second = kZeroLine,
       .unchecked_second = kRepeatedEigenvalue | kClose | kGraded},
      {.name = "cubes of eigvals",
       .covers = "",
       .f = [](const Tensor& x) { return eg::linalg_eigvals(x).pow(3).sum(-1); },
       .needs = kSquare | kDiagonalizable,
       .chosen_first = kRepeatedEigenvalue | kGraded | kZeroLine,
       .chosen_second = kZeroLine,
       .unchecked_second = kRepeatedEigenvalue | kClose | kGraded},
      {.name = "V L^2 V^-1",
       .covers = "linalg_eig",
       .f =
           [](const Tensor& x) {
             const auto [l, v] = eg::linalg_eig(x);
             return eg::linalg_solve(v.mT(), (v * l.square().unsqueeze(-2)).mT());
           },
       .needs = kSquare | kDiagonalizable,
       .avoids = kRepeatedEigenvalue | kClose | kGraded | kExtreme,
       .chosen_first = kZeroLine,
       .chosen_second = kZeroLine},
  };
}

}  // namespace

const std::vector<BoundaryRow>& boundary_rows() {
  static const std::vector<BoundaryRow> all = [] {
    std::vector<BoundaryRow> list = solves();
    for (const auto& family : {decompositions(), function_and_norm_rows()})
      list.insert(list.end(), family.begin(), family.end());
    return list;
  }();
  return all;
}

}  // namespace linalg_test
