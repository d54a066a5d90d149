#include "kernels/sparse.hpp"

#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCholesky>
#include <Eigen/SparseLU>
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>

#include "core/dispatch.hpp"

namespace Eigen {

// Eigen's does not look at what malloc() returns.
#define EIGENGRAD_UNCOMPRESS(Real)                                          \
  template <>                                                               \
  void SparseMatrix<Real, ColMajor, int>::uncompress() {                    \
    if (m_innerNonZeros != nullptr) return;                                 \
    const auto bytes = static_cast<std::size_t>(m_outerSize) * sizeof(int); \
    m_innerNonZeros = static_cast<int*>(std::malloc(bytes));                \
    if (m_innerNonZeros == nullptr) throw std::bad_alloc();                 \
    for (Index j = 0; j < m_outerSize; ++j)                                 \
      m_innerNonZeros[j] = m_outerIndex[j + 1] - m_outerIndex[j];           \
  }
EIGENGRAD_UNCOMPRESS(double)
EIGENGRAD_UNCOMPRESS(float)
#undef EIGENGRAD_UNCOMPRESS

/// Eigen's frees the old elements before it asks for the new, and when there is no memory frees them again.
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

/// SparseLU's step for a vector that has become too short, in the place of Eigen's. That frees the old
/// memory before it asks for the new, and when there is none frees it again.
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

#define EIGENGRAD_GROW(Real, Element)                                                       \
  template <>                                                                               \
  template <>                                                                               \
  Index SparseLUImpl<Real, int>::expand(Matrix<Element, Dynamic, 1>& vector, Index& length, \
                                        Index used, Index keep_length, Index& expansions) { \
    return grow(vector, length, used, keep_length, expansions);                             \
  }
EIGENGRAD_GROW(double, double)
EIGENGRAD_GROW(double, int)
EIGENGRAD_GROW(float, float)
EIGENGRAD_GROW(float, int)
#undef EIGENGRAD_GROW

}  // namespace Eigen::internal

namespace eigengrad::kernels {
namespace {

template <class T>
using Values = Eigen::Map<const Eigen::SparseMatrix<T, Eigen::ColMajor, std::int64_t>>;
template <class T>
using Dense = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
/// Eigen's solvers work with 32 bits.
template <class T>
using Matrix = Eigen::SparseMatrix<T, Eigen::ColMajor, int>;

template <class T>
Values<T> sparse(const SparsePlaces& a, const Tensor& values) {
  return {a.rows, a.cols, a.count(), a.starts, a.indices, values.impl()->data<T>()};
}
template <class T>
Dense<T> dense(const Tensor& x) {
  return {x.impl()->data<T>(), x.sizes()[0], x.sizes()[1]};
}

template <class T>
class Direct : public SparseFactor {
 protected:
  template <class Solver>
  static void check(const Solver& solver, const char* what) {
    if (solver.info() != Eigen::Success)
      detail::fail<NumericError>("sparse_solve", "the matrix is singular: ", what);
  }
};

/// Of the system without unknowns, which Eigen's solvers do not take.
class NoUnknowns final : public SparseFactor {
 public:
  void solve(const Tensor&, bool, const Tensor&) const override {}
};

template <class T>
class LU final : public Direct<T> {
 public:
  explicit LU(const Matrix<T>& a) {
    solver_.compute(a);
    this->check(solver_, "a column has no pivot");
  }
  void solve(const Tensor& b, bool transposed, const Tensor& x) const override {
    // Eigen solves for columns.
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> right = dense<T>(b);
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> result;
    if (transposed)
      result = const_cast<Eigen::SparseLU<Matrix<T>>&>(solver_).transpose().solve(right);
    else
      result = solver_.solve(right);
    dense<T>(x) = result;
  }

 private:
  Eigen::SparseLU<Matrix<T>> solver_;
};

template <class T>
Matrix<T> symmetric_part(const Matrix<T>& a) {
  return (a + Matrix<T>(a.transpose())) * T(0.5);
}

template <class T>
class LDLT final : public Direct<T> {
 public:
  explicit LDLT(const Matrix<T>& a) {
    solver_.compute(symmetric_part(a));
    this->check(solver_, "LDLT without pivoting met a zero pivot; SparseSolver::LU pivots");
  }
  void solve(const Tensor& b, bool, const Tensor& x) const override {
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> right = dense<T>(b);
    dense<T>(x) = solver_.solve(right);
  }

 private:
  Eigen::SimplicialLDLT<Matrix<T>> solver_;
};

template <class T>
class ConjugateGradient final : public SparseFactor {
 public:
  ConjugateGradient(const Matrix<T>& a, double tolerance, std::int64_t max_iterations)
      : matrix_(symmetric_part(a)),
        tolerance_(static_cast<T>(tolerance)),
        max_iterations_(max_iterations) {}
  void solve(const Tensor& b, bool, const Tensor& x) const override {
    Eigen::ConjugateGradient<Matrix<T>, Eigen::Lower | Eigen::Upper> solver(matrix_);
    solver.setTolerance(tolerance_);
    if (max_iterations_ > 0) solver.setMaxIterations(max_iterations_);
    const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> right = dense<T>(b);
    dense<T>(x) = solver.solve(right);
    if (solver.info() != Eigen::Success || !(solver.error() <= tolerance_))
      detail::fail<NumericError>("sparse_solve", "no convergence of conjugate gradients: residual ",
                                 static_cast<double>(solver.error()), " after ",
                                 static_cast<std::int64_t>(solver.iterations()),
                                 " iterations, asked for ", static_cast<double>(tolerance_),
                                 "; raise max_iterations or tolerance, or use a direct solver");
  }

 private:
  Matrix<T> matrix_;
  T tolerance_;
  std::int64_t max_iterations_;
};

}  // namespace

void sparse_product(const SparsePlaces& a, bool transposed, const Tensor& values, const Tensor& x,
                    const Tensor& y) {
  detail::dispatch_floating("sparse_matmul", x.dtype(), [&]<class T>(std::type_identity<T>) {
    const Values<T> matrix = sparse<T>(a, values);
    if (transposed)
      dense<T>(y).noalias() = matrix.transpose() * dense<T>(x);
    else
      dense<T>(y).noalias() = matrix * dense<T>(x);
  });
}

void sampled_product(const SparsePlaces& places, const Tensor& a, const Tensor& b,
                     const Tensor& values) {
  detail::dispatch_floating("sparse_matmul", a.dtype(), [&]<class T>(std::type_identity<T>) {
    const Dense<T> left = dense<T>(a), right = dense<T>(b);
    T* const out = values.impl()->data<T>();
    for (std::int64_t j = 0; j < places.cols; ++j)
      for (std::int64_t p = places.starts[j]; p < places.starts[j + 1]; ++p)
        out[p] = left.row(places.indices[p]).dot(right.row(j));
  });
}

std::shared_ptr<const SparseFactor> factorize(const SparsePlaces& a, const Tensor& values,
                                              SparseMethod method, double tolerance,
                                              std::int64_t max_iterations) {
  if (a.rows == 0) return std::make_shared<NoUnknowns>();
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (a.rows > kMost || a.count() > kMost)
    detail::fail<ShapeError>("sparse_solve", "a matrix of ", a.rows, " rows and ", a.count(),
                             " values is too large: the solvers count to ", kMost);
  return detail::dispatch_floating(
      "sparse_solve", values.dtype(),
      [&]<class T>(std::type_identity<T>) -> std::shared_ptr<const SparseFactor> {
        const Values<T> given = sparse<T>(a, values);
        if (!given.coeffs().allFinite())
          detail::fail<NumericError>("sparse_solve",
                                     "the matrix is singular: it has NaN or infinite values");
        const Matrix<T> matrix(given);
        switch (method) {
          case SparseMethod::LU:
            return std::make_shared<LU<T>>(matrix);
          case SparseMethod::LDLT:
            return std::make_shared<LDLT<T>>(matrix);
          case SparseMethod::ConjugateGradient:
            break;
        }
        return std::make_shared<ConjugateGradient<T>>(matrix, tolerance, max_iterations);
      });
}

}  // namespace eigengrad::kernels
