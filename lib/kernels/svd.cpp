#include <Eigen/SVD>
#include <algorithm>
#include <vector>

#include "core/dispatch.hpp"
#include "kernels/blas.hpp"
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
  Eigen::Map<ByRows<T>>(u, rows, wanted.u_columns) = solver.matrixU();
  // Columns of v are the rows of its transpose.
  Eigen::Map<Matrix<T>>(vh, cols, wanted.v_columns) = solver.matrixV();
  return true;
}

/// Divide and conquer, which hands small matrices to Jacobi's method itself, and should it fail that.
template <class T>
class ByEigen {
 public:
  ByEigen(std::int64_t rows, std::int64_t cols, const Wanted& wanted)
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

#ifdef EIGENGRAD_USE_BLAS

/// The smaller extent from which LAPACK is faster, twice to four times, also with a BLAS for an older
/// processor.
constexpr std::int64_t kLapackExtent = 32;

/// What is stored by rows is a transpose by columns, and a^T = v diag(s) u^T.
template <class T>
class ByLapack {
 public:
  ByLapack(const Blas& blas, std::int64_t rows, std::int64_t cols, const Wanted& wanted)
      : blas_(blas),
        rows_(static_cast<int>(rows)),
        cols_(static_cast<int>(cols)),
        least_(std::min(rows_, cols_)),
        job_(!wanted.vectors                                        ? 'N'
             : wanted.u_columns == rows && wanted.v_columns == cols ? 'A'
                                                                    : 'S'),
        copy_(static_cast<std::size_t>(rows * cols)),
        integers_(8 * static_cast<std::size_t>(least_)) {
    T length = 0;
    call(nullptr, nullptr, nullptr, &length, -1);
    work_.resize(static_cast<std::size_t>(length));
  }

  bool compute(const T* a, T* u, T* s, T* vh) {
    const OneBlasThread scope(blas_);
    std::copy_n(a, copy_.size(), copy_.data());
    return call(u, s, vh, work_.data(), static_cast<int>(work_.size())) == 0;
  }

 private:
  int call(T* u, T* s, T* vh, T* work, int length) {
    const int u_columns = job_ == 'A' ? rows_ : least_;
    int info = 0;
    blas_.of<T>().gesdd(&job_, &cols_, &rows_, copy_.data(), &cols_, s, vh, &cols_, u, &u_columns,
                        work, &length, integers_.data(), &info);
    return info;
  }
  const Blas& blas_;
  int rows_, cols_, least_;
  char job_;
  std::vector<T> copy_, work_;
  std::vector<int> integers_;
};

#endif

template <class T, class Solver>
Breakdown decompose_all(Solver&& solver, const Wanted& wanted, const Tensor& a, const Tensor& u,
                        const Tensor& s, const Tensor& vh) {
  const MatrixExtents e(a);
  const std::int64_t least = std::min(e.rows, e.cols);
  for (std::int64_t i = 0; i < e.count; ++i) {
    const T* const from = a.impl()->data<T>() + i * e.rows * e.cols;
    if (!all_finite(from, e.rows * e.cols)) return {i, false};
    T* const us = wanted.vectors ? u.impl()->data<T>() + i * e.rows * wanted.u_columns : nullptr;
    T* const vs = wanted.vectors ? vh.impl()->data<T>() + i * e.cols * wanted.v_columns : nullptr;
    if (!solver.compute(from, us, s.impl()->data<T>() + i * least, vs)) return {i, true};
  }
  return {};
}

}  // namespace

Breakdown singular_values(const Tensor& a, const Tensor& u, const Tensor& s, const Tensor& vh) {
  const MatrixExtents e(a);
  if (e.count == 0) return {};
  const bool vectors = u.defined();
  const Wanted wanted{vectors, vectors ? u.sizes().back() : 0,
                      vectors ? vh.sizes()[vh.sizes().size() - 2] : 0};
  return detail::dispatch_floating(
      "linalg_svd", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
#ifdef EIGENGRAD_USE_BLAS
        if (const Blas* lapack = std::min(e.rows, e.cols) >= kLapackExtent ? blas() : nullptr;
            lapack != nullptr && lapack->of<T>().gesdd != nullptr) {
          const Breakdown failed =
              decompose_all<T>(ByLapack<T>(*lapack, e.rows, e.cols, wanted), wanted, a, u, s, vh);
          if (!failed || !failed.finite) return failed;
        }
#endif
        return decompose_all<T>(ByEigen<T>(e.rows, e.cols, wanted), wanted, a, u, s, vh);
      });
}

}  // namespace eigengrad::kernels
