#include <Eigen/Eigenvalues>

#include "core/dispatch.hpp"
#include "kernels/decompose.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
class SymmetricEigen {
 public:
  SymmetricEigen(std::int64_t n, bool vectors)
      : n_(n),
        options_(vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly),
        solver_(n) {}

  /// Rows of `a` are read as columns, so its upper triangle is the lower one here.
  bool compute(const T* a, bool upper, T* values, T* vectors) {
    const Eigen::Map<const Matrix<T>> transposed(a, n_, n_);
    if (upper)
      solver_.compute(transposed, options_);
    else
      solver_.compute(transposed.transpose(), options_);
    if (solver_.info() != Eigen::Success) return false;
    Eigen::Map<Eigen::VectorX<T>>(values, n_) = solver_.eigenvalues();
    if (vectors != nullptr) Eigen::Map<Matrix<T>>(vectors, n_, n_) = solver_.eigenvectors();
    return true;
  }

 private:
  std::int64_t n_;
  int options_;
  Eigen::SelfAdjointEigenSolver<Matrix<T>> solver_;
};

}  // namespace

Breakdown symmetric_eigen(const Tensor& a, bool upper, const Tensor& values,
                          const Tensor& vectors) {
  const MatrixExtents e(a);
  if (e.count == 0) return {};
  return detail::dispatch_floating(
      "linalg_eigh", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
        SymmetricEigen<T> solver(e.rows, vectors.defined());
        const std::int64_t size = e.rows * e.rows;
        for (std::int64_t i = 0; i < e.count; ++i) {
          const T* const from = a.impl()->data<T>() + i * size;
          if (!all_finite(from, size)) return {i, false};
          if (!solver.compute(from, upper, values.impl()->data<T>() + i * e.rows,
                              vectors.defined() ? vectors.impl()->data<T>() + i * size : nullptr))
            return {i, true};
        }
        return {};
      });
}

}  // namespace eigengrad::kernels
