#pragma once

#include <Eigen/Dense>
#include <unsupported/Eigen/MatrixFunctions>
#include <vector>

#if defined(EIGENGRAD_USE_BLAS)
extern "C" {
void dsyevd_(const char* jobz, const char* uplo, const int* n, double* a, const int* lda, double* w,
             double* work, const int* lwork, int* iwork, const int* liwork, int* info);
void dgesdd_(const char* jobz, const int* m, const int* n, double* a, const int* lda, double* s,
             double* u, const int* ldu, double* vt, const int* ldvt, double* work, const int* lwork,
             int* iwork, int* info);
}
#endif

/// Decompositions by direct calls: Eigen's, and LAPACK's. Each returns a number to compare.
namespace hand {

using Eigen::MatrixXd;
using Eigen::VectorXd;

inline double eigh(const MatrixXd& a) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(a);
  return solver.eigenvalues().tail(1)(0);
}
inline double eigvalsh(const MatrixXd& a) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(a, Eigen::EigenvaluesOnly);
  return solver.eigenvalues().tail(1)(0);
}
inline double svd(const MatrixXd& a) {
  const Eigen::BDCSVD<MatrixXd> solver(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return solver.singularValues()(0);
}
inline double svdvals(const MatrixXd& a) { return Eigen::BDCSVD<MatrixXd>(a).singularValues()(0); }
inline double qr(const MatrixXd& a) {
  const Eigen::HouseholderQR<MatrixXd> solver(a);
  MatrixXd q = MatrixXd::Identity(a.rows(), a.cols());
  q.applyOnTheLeft(solver.householderQ());
  const MatrixXd r = solver.matrixQR().topRows(a.cols()).triangularView<Eigen::Upper>();
  return r(0, 0);
}
inline double lstsq(const MatrixXd& a, const MatrixXd& b) {
  const MatrixXd x = a.completeOrthogonalDecomposition().solve(b);
  return x(0, 0);
}
inline double eig(const MatrixXd& a) {
  const Eigen::EigenSolver<MatrixXd> solver(a);
  return solver.eigenvectors().cols() > 0 ? solver.eigenvalues().real().maxCoeff() : 0;
}
inline double matrix_exp(const MatrixXd& a) {
  const MatrixXd y = a.exp();
  return y(0, 0);
}

#if defined(EIGENGRAD_USE_BLAS)

inline double lapack_eigh(MatrixXd a, bool vectors) {
  const int n = static_cast<int>(a.rows()), length = 1 + 6 * n + 2 * n * n, integers = 3 + 5 * n;
  VectorXd w(n), work(length);
  std::vector<int> iwork(static_cast<std::size_t>(integers));
  int info = 0;
  dsyevd_(vectors ? "V" : "N", "L", &n, a.data(), &n, w.data(), work.data(), &length, iwork.data(),
          &integers, &info);
  return w(n - 1);
}

inline double lapack_svd(MatrixXd a, bool vectors) {
  const int m = static_cast<int>(a.rows()), n = static_cast<int>(a.cols()), k = std::min(m, n);
  MatrixXd u(m, k), vt(k, n);
  VectorXd s(k);
  std::vector<int> iwork(static_cast<std::size_t>(8 * k));
  const char* const job = vectors ? "S" : "N";
  int info = 0, length = -1;
  double best = 0;
  dgesdd_(job, &m, &n, a.data(), &m, s.data(), u.data(), &m, vt.data(), &k, &best, &length,
          iwork.data(), &info);
  length = static_cast<int>(best);
  VectorXd work(length);
  dgesdd_(job, &m, &n, a.data(), &m, s.data(), u.data(), &m, vt.data(), &k, work.data(), &length,
          iwork.data(), &info);
  return s(0);
}

#endif

}  // namespace hand
