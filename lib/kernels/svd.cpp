#include <Eigen/SVD>

#include "core/dispatch.hpp"
#include "kernels/decompose.hpp"

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using ByRows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Which factors are wanted, and how many of their columns.
struct Wanted {
  bool vectors;
  std::int64_t u_columns;
  std::int64_t v_columns;
  unsigned options(std::int64_t rows, std::int64_t cols) const {
    if (!vectors) return 0;
    return (u_columns == rows ? Eigen::ComputeFullU : Eigen::ComputeThinU) |
           (v_columns == cols ? Eigen::ComputeFullV : Eigen::ComputeThinV);
  }
};

template <class Solver, class T>
bool decompose(Solver& solver, const Wanted& wanted, const T* a, T* u, T* s, T* vh) {
  const std::int64_t rows = solver.rows(), cols = solver.cols();
  solver.compute(Eigen::Map<const ByRows<T>>(a, rows, cols));
  if (solver.info() != Eigen::Success) return false;
  Eigen::Map<Eigen::VectorX<T>>(s, std::min(rows, cols)) = solver.singularValues();
  if (!wanted.vectors) return true;
  Eigen::Map<Matrix<T>>(u, rows, wanted.u_columns) = solver.matrixU();
  // Columns of v are the rows of its transpose.
  Eigen::Map<Matrix<T>>(vh, cols, wanted.v_columns) = solver.matrixV();
  return true;
}

/// Divide and conquer, which hands small matrices to Jacobi's method itself, and should it fail that.
template <class T>
class Svd {
 public:
  Svd(std::int64_t rows, std::int64_t cols, const Wanted& wanted)
      : wanted_(wanted),
        options_(wanted.options(rows, cols)),
        divide_and_conquer_(rows, cols, options_) {}

  bool compute(const T* a, T* u, T* s, T* vh) {
    if (decompose(divide_and_conquer_, wanted_, a, u, s, vh)) return true;
    Eigen::JacobiSVD<Matrix<T>> jacobi(divide_and_conquer_.rows(), divide_and_conquer_.cols(),
                                       options_);
    return decompose(jacobi, wanted_, a, u, s, vh);
  }

 private:
  Wanted wanted_;
  unsigned options_;
  Eigen::BDCSVD<Matrix<T>> divide_and_conquer_;
};

}  // namespace

Breakdown singular_values(const Tensor& a, const Tensor& u, const Tensor& s, const Tensor& vh) {
  const MatrixExtents e(a);
  if (e.count == 0) return {};
  const std::int64_t least = std::min(e.rows, e.cols);
  const bool vectors = u.defined();
  const Wanted wanted{vectors, vectors ? u.sizes().back() : 0,
                      vectors ? vh.sizes()[vh.sizes().size() - 2] : 0};
  return detail::dispatch_floating(
      "linalg_svd", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
        Svd<T> solver(e.rows, e.cols, wanted);
        for (std::int64_t i = 0; i < e.count; ++i) {
          const T* const from = a.impl()->data<T>() + i * e.rows * e.cols;
          if (!all_finite(from, e.rows * e.cols)) return {i, false};
          T* const us = vectors ? u.impl()->data<T>() + i * e.rows * wanted.u_columns : nullptr;
          T* const vs = vectors ? vh.impl()->data<T>() + i * e.cols * wanted.v_columns : nullptr;
          if (!solver.compute(from, us, s.impl()->data<T>() + i * least, vs)) return {i, true};
        }
        return {};
      });
}

}  // namespace eigengrad::kernels
