#include "kernels/linalg/general_eigen.hpp"

#include <Eigen/Eigenvalues>

#include "core/dispatch.hpp"
#include "kernels/linalg/decompose.hpp"

namespace eigengrad::kernels {
namespace {

class GeneralEigen {
 public:
  GeneralEigen(std::int64_t n, bool vectors) : n_(n), vectors_(vectors), solver_(n) {}

  template <class T>
  Outcome compute(const T* a, T* values, T* vectors) {
    solver_.compute(in_double<Eigen::RowMajor>(a, n_, n_), vectors_);
    if (solver_.info() != Eigen::Success) return Outcome::NoConvergence;
    if ((solver_.eigenvalues().imag().array() != 0).any()) return Outcome::NotReal;
    Eigen::Map<Eigen::VectorX<T>>(values, n_) = solver_.eigenvalues().real().cast<T>();
    if (vectors_) {
      using Columns = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
      Eigen::Map<Columns>(vectors, n_, n_) =
          solver_.pseudoEigenvectors().colwise().normalized().template cast<T>();
    }
    return Outcome::Good;
  }

 private:
  std::int64_t n_;
  bool vectors_;
  Eigen::EigenSolver<Eigen::MatrixXd> solver_;
};

}  // namespace

Breakdown general_eigen(const Tensor& a, const Tensor& values, const Tensor& vectors) {
  const BatchExtents e(a);
  if (e.count == 0) return {};
  return detail::dispatch_floating(
      "linalg_eig", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
        return decompose_each<T>(a, [&] {
          return [&, solver = GeneralEigen(e.rows, vectors.defined())](std::int64_t i,
                                                                       const T* data) mutable {
            return solver.compute(data, vector_of<T>(values, i), matrix_of<T>(vectors, i));
          };
        });
      });
}

bool complex_schur(const Eigen::MatrixXd& a, Eigen::MatrixXcd& t, Eigen::MatrixXcd& u) {
  const Eigen::Index n = a.rows();
  if (a.isUpperTriangular(0)) {
    t = a.cast<std::complex<double>>();
    u.setIdentity(n, n);
    return true;
  }
  if (a.isLowerTriangular(0)) {
    t = a.reverse().cast<std::complex<double>>();
    u = Eigen::MatrixXcd::Identity(n, n).rowwise().reverse();
    return true;
  }
  const double scale =
      scale_for_squares(MatrixView<const double>{a.data(), a.rows(), a.cols(), 1, a.rows()});
  const Eigen::ComplexSchur<Eigen::MatrixXd> schur(scale == 1 ? a : a * scale);
  if (schur.info() != Eigen::Success) return false;
  t = schur.matrixT().triangularView<Eigen::Upper>();
  if (scale != 1) t *= 1 / scale;
  u = schur.matrixU();
  return true;
}

Eigen::MatrixXcd change_of_basis(const Eigen::MatrixXcd& u, const Eigen::MatrixXcd& y,
                                 const Eigen::MatrixXcd& v) {
  const Eigen::MatrixXcd half = u * y;
  return half * v.adjoint();
}

}  // namespace eigengrad::kernels
