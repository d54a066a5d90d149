#include "kernels/linalg/svd.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <optional>
#include <vector>

#include "core/dispatch.hpp"
#include "core/new_tensor.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/linalg/blas.hpp"
#include "kernels/linalg/decompose.hpp"

#if !EIGEN_VERSION_AT_LEAST(3, 4, 90)

// How JacobiSVD allocates the QR decomposition that it begins with. Eigen 3.4's own version destroys the old
// decomposition before it makes the new one, and destroys it again when that allocation fails.
namespace Eigen::internal {

template <>
void qr_preconditioner_impl<MatrixXd, ColPivHouseholderQRPreconditioner,
                            PreconditionIfMoreRowsThanCols,
                            true>::allocate(const JacobiSVD<MatrixXd>& svd) {
  if (svd.rows() != m_qr.rows() || svd.cols() != m_qr.cols()) m_qr = QRType(svd.rows(), svd.cols());
  m_workspace.resize(svd.m_computeFullU ? svd.rows() : svd.cols());
}
template <>
void qr_preconditioner_impl<MatrixXd, ColPivHouseholderQRPreconditioner,
                            PreconditionIfMoreColsThanRows,
                            true>::allocate(const JacobiSVD<MatrixXd>& svd) {
  if (svd.cols() != m_qr.rows() || svd.rows() != m_qr.cols()) m_qr = QRType(svd.cols(), svd.rows());
  m_workspace.resize(svd.m_computeFullV ? svd.cols() : svd.rows());
  m_adjoint.resize(svd.cols(), svd.rows());
}

}  // namespace Eigen::internal

#endif

namespace eigengrad::kernels {
namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using RowMajorMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Whether singular vectors are wanted, and the columns of u and v.
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

/// Whether outputs are column-major; otherwise they are row-major. It is what LAPACK leaves without a
/// transpose.
bool is_column_major(std::int64_t rows, std::int64_t cols) noexcept { return rows > cols; }

/// Divide and conquer, and Jacobi's method where that hands over to it or fails.
template <class T>
class ByEigen {
 public:
  ByEigen(std::int64_t rows, std::int64_t cols, const Wanted& wanted)
      : wanted_(wanted), rows_(rows), cols_(cols), options_(wanted.options(rows, cols)) {
    if (std::min(rows, cols) >= kDivided) divide_and_conquer_.emplace(rows, cols, options_);
  }

  bool compute(const T* a, T* u, T* s, T* vh) {
    const Eigen::MatrixXd matrix = in_double<Eigen::RowMajor>(a, rows_, cols_);
    if (divide_and_conquer_) {
      const auto& y = divide_and_conquer_->compute(matrix);
      if (y.info() == Eigen::Success) {
        store(y.singularValues(), s);
        if (wanted_.vectors) store(y.matrixU(), y.matrixV(), u, vh);
        return true;
      }
    }
    if (!jacobi_) jacobi_.emplace(rows_, cols_, options_);
    const auto& y = jacobi_->compute(matrix);
    if (y.info() != Eigen::Success) return false;
    store(y.singularValues(), s);
    if (wanted_.vectors) store(y.matrixU(), y.matrixV(), u, vh);
    return true;
  }

 private:
  void store(const Eigen::VectorXd& values, T* s) const {
    Eigen::Map<Eigen::VectorX<T>>(s, values.size()) = values.cast<T>();
  }
  /// Columns of v are the rows of its transpose.
  void store(const Eigen::MatrixXd& left, const Eigen::MatrixXd& right, T* u, T* vh) const {
    if (is_column_major(rows_, cols_)) {
      Eigen::Map<Matrix<T>>(u, rows_, wanted_.u_columns) = left.cast<T>();
      Eigen::Map<RowMajorMatrix<T>>(vh, cols_, wanted_.v_columns) = right.cast<T>();
    } else {
      Eigen::Map<RowMajorMatrix<T>>(u, rows_, wanted_.u_columns) = left.cast<T>();
      Eigen::Map<Matrix<T>>(vh, cols_, wanted_.v_columns) = right.cast<T>();
    }
  }

  /// The smallest extent for which Eigen divides and conquers.
  static constexpr std::int64_t kDivided = 16;
  Wanted wanted_;
  std::int64_t rows_, cols_;
  unsigned options_;
  std::optional<Eigen::BDCSVD<Eigen::MatrixXd>> divide_and_conquer_;
  std::optional<Eigen::JacobiSVD<Eigen::MatrixXd>> jacobi_;
};

#ifdef EIGENGRAD_USE_BLAS

/// The smaller extent from which LAPACK is faster, twice to four times, also with a BLAS for an older
/// processor.
constexpr std::int64_t kLapackExtent = 32;

/// A row-major matrix is the transpose of a column-major one, and a^T = v diag(s) u^T. Of a matrix and its
/// transpose LAPACK gets the taller: it is faster with QR than with LQ.
template <class T>
class ByLapack {
 public:
  ByLapack(const Blas& blas, std::int64_t rows, std::int64_t cols, const Wanted& wanted)
      : blas_(blas),
        as_it_is_(is_column_major(rows, cols)),
        tall_(static_cast<int>(std::max(rows, cols))),
        least_(static_cast<int>(std::min(rows, cols))),
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
    if (as_it_is_)
      Eigen::Map<Matrix<T>>(copy_.data(), tall_, least_) =
          Eigen::Map<const RowMajorMatrix<T>>(a, tall_, least_);
    else
      std::copy_n(a, copy_.size(), copy_.data());
    T* const left = as_it_is_ ? u : vh;
    T* const right = as_it_is_ ? vh : u;
    return call(left, s, right, work_.data(), static_cast<int>(work_.size())) == 0;
  }

 private:
  int call(T* left, T* s, T* right, T* work, int length) {
    int info = 0;
    blas_.of<T>().gesdd(&job_, &tall_, &least_, copy_.data(), &tall_, s, left, &tall_, right,
                        &least_, work, &length, integers_.data(), &info);
    return info;
  }
  const Blas& blas_;
  bool as_it_is_;
  int tall_, least_;
  char job_;
  std::vector<T> copy_, work_;
  std::vector<int> integers_;
};

#endif

template <class T, class Make>
Breakdown decompose_all(Make solver_for, const Tensor& a, const Tensor& u, const Tensor& s,
                        const Tensor& vh) {
  return decompose_each<T>(a, [&] {
    return [&, solver = solver_for()](std::int64_t i, const T* data) mutable {
      return solver.compute(data, matrix_of<T>(u, i), vector_of<T>(s, i), matrix_of<T>(vh, i))
                 ? Outcome::Good
                 : Outcome::NoConvergence;
    };
  });
}

}  // namespace

Breakdown singular_values(const Tensor& a, const Tensor& u, const Tensor& s, const Tensor& vh) {
  const BatchExtents e(a);
  if (e.count == 0) return {};
  const bool vectors = u.defined();
  const Wanted wanted{vectors, vectors ? u.sizes().back() : 0,
                      vectors ? vh.sizes()[vh.sizes().size() - 2] : 0};
  return detail::dispatch_floating(
      "linalg_svd", a.dtype(), [&]<class T>(std::type_identity<T>) -> Breakdown {
#ifdef EIGENGRAD_USE_BLAS
        if (const Blas* lapack = std::min(e.rows, e.cols) >= kLapackExtent ? blas() : nullptr;
            lapack != nullptr && lapack->of<T>().gesdd != nullptr) {
          const Breakdown failed = decompose_all<T>(
              [&] { return ByLapack<T>(*lapack, e.rows, e.cols, wanted); }, a, u, s, vh);
          if (!failed || !failed.finite) return failed;
        }
#endif
        return decompose_all<T>([&] { return ByEigen<T>(e.rows, e.cols, wanted); }, a, u, s, vh);
      });
}

NullSpace null_space(const Tensor& a) {
  constexpr double kSmall = 1e-4;
  const std::int64_t n = a.sizes().back();
  const auto new_matrix = [](ScalarType dtype, DimVector sizes) {
    return detail::uninitialised(dtype, sizes);
  };
  const auto none = [&] {
    return NullSpace{new_matrix(a.dtype(), {n, 0}), new_matrix(a.dtype(), {n, 0}), 1};
  };
  if (n == 0) return none();
  const Tensor matrix = new_matrix(kFloat64, {n, n});
  copy(matrix, a);
  const Tensor u = new_matrix(kFloat64, {n, n}), s = new_matrix(kFloat64, {n}),
               vh = new_matrix(kFloat64, {n, n});
  if (singular_values(matrix, u, s, vh)) return none();
  const double* const values = s.impl()->data<double>();
  std::int64_t r = 0;
  while (r < n && !(values[n - 1 - r] > kSmall * values[0])) ++r;
  const auto last_columns = [&](const auto& m) {
    const Tensor columns = new_matrix(kFloat64, {n, r});
    Eigen::Map<RowMajorMatrix<double>>(columns.impl()->data<double>(), n, r) = m.rightCols(r);
    const Tensor typed = new_matrix(a.dtype(), {n, r});
    copy(typed, columns);
    return typed;
  };
  return {last_columns(Eigen::Map<const RowMajorMatrix<double>>(u.impl()->data<double>(), n, n)),
          last_columns(Eigen::Map<const Matrix<double>>(vh.impl()->data<double>(), n, n)),
          values[0] > 0 ? values[0] : 1};
}

}  // namespace eigengrad::kernels
