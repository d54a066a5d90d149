#include "kernels/sylvester.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <limits>

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
  const Eigen::ComplexSchur<Eigen::MatrixXd> first(left);
  const Eigen::ComplexSchur<Eigen::MatrixXd> other =
      a == b ? Eigen::ComplexSchur<Eigen::MatrixXd>() : Eigen::ComplexSchur<Eigen::MatrixXd>(right);
  const Eigen::ComplexSchur<Eigen::MatrixXd>& second = a == b ? first : other;
  if (first.info() != Eigen::Success || second.info() != Eigen::Success)
    return SylvesterOutcome::NoConvergence;
  Eigen::MatrixXcd s = first.matrixT();
  const Eigen::MatrixXcd& r = second.matrixT();
  Eigen::MatrixXcd y = first.matrixU().adjoint() * result * second.matrixU();
  const Eigen::VectorXcd diagonal = s.diagonal();
  const double scale = std::max(diagonal.cwiseAbs().maxCoeff(), r.diagonal().cwiseAbs().maxCoeff());
  const double least = scale * std::numeric_limits<double>::epsilon();
  for (Eigen::Index j = 0; j < m; ++j) {
    y.col(j) -= y.leftCols(j) * r.col(j).head(j);
    s.diagonal() = diagonal.array() + r(j, j);
    if (!(s.diagonal().cwiseAbs().minCoeff() > least)) return SylvesterOutcome::Singular;
    s.triangularView<Eigen::Upper>().solveInPlace(y.col(j));
  }
  result = (first.matrixU() * y * second.matrixU().adjoint()).real();
  return SylvesterOutcome::Solved;
}

}  // namespace eigengrad::kernels
