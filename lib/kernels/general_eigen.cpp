#include <Eigen/Eigenvalues>

#include "core/dispatch.hpp"
#include "kernels/decompose.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using ByRows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
class GeneralEigen {
 public:
  GeneralEigen(std::int64_t n, bool vectors) : n_(n), vectors_(vectors), solver_(n) {}

  Outcome compute(const T* a, T* values, T* vectors) {
    solver_.compute(Eigen::Map<const ByRows<T>>(a, n_, n_), vectors_);
    if (solver_.info() != Eigen::Success) return Outcome::NoConvergence;
    if ((solver_.eigenvalues().imag().array() != T(0)).any()) return Outcome::NotReal;
    Eigen::Map<Eigen::VectorX<T>>(values, n_) = solver_.eigenvalues().real();
    if (vectors_)
      Eigen::Map<Matrix<T>>(vectors, n_, n_) = solver_.pseudoEigenvectors().colwise().normalized();
    return Outcome::Good;
  }

 private:
  std::int64_t n_;
  bool vectors_;
  Eigen::EigenSolver<Matrix<T>> solver_;
};

}  // namespace

Breakdown general_eigen(const Tensor& a, const Tensor& values, const Tensor& vectors) {
  const MatrixExtents e(a);
  if (e.count == 0) return {};
  return detail::dispatch_floating(
      "linalg_eig", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
        return decompose_each<T>(a, [&] {
          return [&, solver = GeneralEigen<T>(e.rows, vectors.defined())](std::int64_t i,
                                                                          const T* data) mutable {
            return solver.compute(data, vector_of<T>(values, i), matrix_of<T>(vectors, i));
          };
        });
      });
}

}  // namespace eigengrad::kernels
