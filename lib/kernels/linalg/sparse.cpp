#include "kernels/linalg/sparse.hpp"

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

#include "core/dispatch.hpp"

#if !EIGEN_VERSION_AT_LEAST(3, 4, 90)

// These specialisations replace Eigen 3.4's own code, which crashes when an allocation fails.
namespace Eigen {

/// Eigen's version does not check what malloc() returns.
template <>
void SparseMatrix<double, ColMajor, int>::uncompress() {
  if (m_innerNonZeros != nullptr) return;
  const auto bytes = static_cast<std::size_t>(m_outerSize) * sizeof(int);
  m_innerNonZeros = static_cast<int*>(std::malloc(bytes));
  if (m_innerNonZeros == nullptr) throw std::bad_alloc();
  for (Index j = 0; j < m_outerSize; ++j)
    m_innerNonZeros[j] = m_outerIndex[j + 1] - m_outerIndex[j];
}

/// Eigen's version frees the old elements before it allocates the new ones, and frees them again when that
/// fails.
template <>
void DenseStorage<int, Dynamic, Dynamic, 1, 0>::resize(Index size, Index rows, Index) {
  if (size != m_rows) {
    int* const data =
        size > 0 ? internal::conditional_aligned_new_auto<int, true>(static_cast<std::size_t>(size))
                 : nullptr;
    internal::conditional_aligned_delete_auto<int, true>(m_data, static_cast<std::size_t>(m_rows));
    m_data = data;
  }
  m_rows = rows;
}

}  // namespace Eigen

namespace Eigen::internal {

/// How SparseLU enlarges a vector. Eigen's version frees the old memory before it allocates the new, and
/// frees it again when that fails.
template <class Vector>
Index grow(Vector& vector, Index& length, Index used, Index keep_length, Index& expansions) {
  Index wanted = length;
  if (expansions != 0 && keep_length == 0) wanted = std::max(length + 1, length + length / 2);
  Vector longer(wanted);
  longer.head(used) = vector.head(used);
  vector.swap(longer);
  length = wanted;
  if (expansions != 0) ++expansions;
  return 0;
}

template <>
template <>
Index SparseLUImpl<double, int>::expand(Matrix<double, Dynamic, 1>& vector, Index& length,
                                        Index used, Index keep_length, Index& expansions) {
  return grow(vector, length, used, keep_length, expansions);
}
template <>
template <>
Index SparseLUImpl<double, int>::expand(Matrix<int, Dynamic, 1>& vector, Index& length, Index used,
                                        Index keep_length, Index& expansions) {
  return grow(vector, length, used, keep_length, expansions);
}

}  // namespace Eigen::internal

#endif

namespace eigengrad::kernels {
namespace {

template <class T>
using Values = Eigen::Map<const Eigen::SparseMatrix<T, Eigen::ColMajor, std::int64_t>>;
template <class T>
using Dense = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
/// Eigen's solvers work with 32 bits, and here in double also for float32: it costs little beside what
/// they do with the indices.
using Matrix = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;

template <class T>
Values<T> sparse(const SparsityPattern& a, const Tensor& values) {
  return {a.rows, a.cols, a.count(), a.starts, a.indices, values.impl()->data<T>()};
}
template <class T>
Dense<T> dense(const Tensor& x) {
  return {x.impl()->data<T>(), x.sizes()[0], x.sizes()[1]};
}

/// The factor of an empty matrix, which Eigen's solvers do not accept.
class NoUnknowns final : public SparseFactor {
 public:
  void solve(const Tensor&, bool, const Tensor&) const override {}
};

/// A factor that Eigen applies to columns in double.
class ColumnMajorFactor : public SparseFactor {
 public:
  void solve(const Tensor& b, bool transposed, const Tensor& x) const final {
    detail::dispatch_floating("sparse_solve", b.dtype(), [&]<class T>(std::type_identity<T>) {
      const Eigen::MatrixXd right = dense<T>(b).template cast<double>();
      dense<T>(x) = columns(right, transposed).template cast<T>();
    });
  }

 protected:
  template <class Solver>
  static void check(const Solver& solver, const char* what) {
    if (solver.info() != Eigen::Success)
      detail::fail<NumericError>("sparse_solve", "the matrix is singular: ", what);
  }

 private:
  virtual Eigen::MatrixXd columns(const Eigen::MatrixXd& b, bool transposed) const = 0;
};

class LU final : public ColumnMajorFactor {
 public:
  explicit LU(const Matrix& a) {
    solver_.compute(a);
    check(solver_, "a column has no pivot");
  }

 private:
  Eigen::MatrixXd columns(const Eigen::MatrixXd& b, bool transposed) const override {
    if (transposed) return const_cast<Eigen::SparseLU<Matrix>&>(solver_).transpose().solve(b);
    return solver_.solve(b);
  }
  Eigen::SparseLU<Matrix> solver_;
};

Matrix symmetric_part(const Matrix& a) { return (a + Matrix(a.transpose())) * 0.5; }

class LDLT final : public ColumnMajorFactor {
 public:
  explicit LDLT(const Matrix& a) {
    solver_.compute(symmetric_part(a));
    check(solver_, "LDLT without pivoting met a zero pivot; SparseSolver::LU pivots");
  }

 private:
  Eigen::MatrixXd columns(const Eigen::MatrixXd& b, bool) const override {
    return solver_.solve(b);
  }
  Eigen::SimplicialLDLT<Matrix> solver_;
};

class ConjugateGradient final : public ColumnMajorFactor {
 public:
  ConjugateGradient(const Matrix& a, double tolerance, std::int64_t max_iterations)
      : matrix_(symmetric_part(a)), tolerance_(tolerance), max_iterations_(max_iterations) {}

 private:
  Eigen::MatrixXd columns(const Eigen::MatrixXd& b, bool) const override {
    Eigen::ConjugateGradient<Matrix, Eigen::Lower | Eigen::Upper> solver(matrix_);
    solver.setTolerance(tolerance_);
    if (max_iterations_ > 0) solver.setMaxIterations(max_iterations_);
    Eigen::MatrixXd x = solver.solve(b);
    if (solver.info() != Eigen::Success || !(solver.error() <= tolerance_))
      detail::fail<NumericError>(
          "sparse_solve", "no convergence of conjugate gradients: residual ", solver.error(),
          " after ", static_cast<std::int64_t>(solver.iterations()), " iterations, asked for ",
          tolerance_, "; raise max_iterations or tolerance, or use a direct solver");
    return x;
  }
  Matrix matrix_;
  double tolerance_;
  std::int64_t max_iterations_;
};

std::shared_ptr<const SparseFactor> factorize(const Matrix& a, SparseMethod method,
                                              double tolerance, std::int64_t max_iterations) {
  switch (method) {
    case SparseMethod::LU:
      return std::make_shared<LU>(a);
    case SparseMethod::LDLT:
      return std::make_shared<LDLT>(a);
    case SparseMethod::ConjugateGradient:
      break;
  }
  return std::make_shared<ConjugateGradient>(a, tolerance, max_iterations);
}

}  // namespace

void sparse_product(const SparsityPattern& a, bool transposed, const Tensor& values,
                    const Tensor& x, const Tensor& y) {
  detail::dispatch_floating("sparse_matmul", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const Values<T> matrix = sparse<T>(a, values);
    if (transposed)
      dense<T>(y).noalias() = matrix.transpose() * dense<T>(x);
    else
      dense<T>(y).noalias() = matrix * dense<T>(x);
  });
}

void sampled_product(const SparsityPattern& pattern, const Tensor& a, const Tensor& b,
                     const Tensor& values) {
  detail::dispatch_floating("sparse_matmul", a.dtype(), [&]<class T>(std::type_identity<T>) {
    const Dense<T> left = dense<T>(a), right = dense<T>(b);
    T* const out = values.impl()->data<T>();
    for (std::int64_t j = 0; j < pattern.cols; ++j)
      for (std::int64_t p = pattern.starts[j]; p < pattern.starts[j + 1]; ++p)
        out[p] = left.row(pattern.indices[p]).dot(right.row(j));
  });
}

std::shared_ptr<const SparseFactor> factorize(const SparsityPattern& a, const Tensor& values,
                                              SparseMethod method, double tolerance,
                                              std::int64_t max_iterations) {
  if (a.rows == 0) return std::make_shared<NoUnknowns>();
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (a.rows > kMost || a.count() > kMost)
    detail::fail<ShapeError>("sparse_solve", "a matrix of ", a.rows, " rows and ", a.count(),
                             " values is too large: the solvers count to ", kMost);
  const Matrix matrix = detail::dispatch_floating(
      "sparse_solve", values.dtype(), [&]<class T>(std::type_identity<T>) {
        const Values<T> given = sparse<T>(a, values);
        if (!given.coeffs().allFinite())
          detail::fail<NumericError>("sparse_solve",
                                     "the matrix is singular: it has NaN or infinite values");
        return Matrix(given.template cast<double>());
      });
  return factorize(matrix, method, tolerance, max_iterations);
}

}  // namespace eigengrad::kernels
