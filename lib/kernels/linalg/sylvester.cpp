#include "kernels/linalg/sylvester.hpp"

#include <algorithm>
#include <complex>
#include <limits>

#include "kernels/linalg/general_eigen.hpp"

namespace eigengrad::kernels {

/// With a = U S U^H and b = V R V^H, S and R upper triangular: S Y + Y R = U^H c V column by column,
///   (S + r_jj) y_j = f_j - sum over i < j of r_ij y_i,
/// then x = U Y V^H.
SylvesterOutcome solve_sylvester(const double* a, std::int64_t n, const double* b, std::int64_t m,
                                 double* x) {
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  if (n == 0 || m == 0) return SylvesterOutcome::Solved;
  const Eigen::Map<const Rows> left(a, n, n), right(b, m, m);
  Eigen::Map<Rows> result(x, n, m);
  if (!left.allFinite() || !right.allFinite()) {
    result.setConstant(std::numeric_limits<double>::quiet_NaN());
    return SylvesterOutcome::Solved;
  }
  Eigen::MatrixXcd s, u, r, v;
  if (!complex_schur(left, s, u)) return SylvesterOutcome::NoConvergence;
  if (a == b) {
    r = s;
    v = u;
  } else if (!complex_schur(right, r, v)) {
    return SylvesterOutcome::NoConvergence;
  }
  Eigen::MatrixXcd y =
      change_of_basis(u.adjoint(), result.cast<std::complex<double>>(), v.adjoint());
  const Eigen::VectorXcd diagonal = s.diagonal();
  const double scale = std::max(diagonal.cwiseAbs().maxCoeff(), r.diagonal().cwiseAbs().maxCoeff());
  const double least =
      scale * std::numeric_limits<double>::epsilon() * static_cast<double>(std::max(n, m));
  for (Eigen::Index j = 0; j < m; ++j) {
    y.col(j) -= y.leftCols(j) * r.col(j).head(j);
    s.diagonal() = diagonal.array() + r(j, j);
    if (!(s.diagonal().cwiseAbs().minCoeff() > least)) return SylvesterOutcome::Singular;
    s.triangularView<Eigen::Upper>().solveInPlace(y.col(j));
  }
  result = change_of_basis(u, y, v).real();
  return SylvesterOutcome::Solved;
}

}  // namespace eigengrad::kernels
