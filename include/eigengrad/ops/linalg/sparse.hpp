#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "eigengrad/core/factories.hpp"

/// Sparse matrices of Eigen in the graph. Who has them includes <Eigen/SparseCore>; this header does
/// not, and takes what has the members of Eigen's compressed matrices.
namespace eigengrad {

namespace detail {

template <class M>
concept EigenSparse = requires(const M& m) {
  typename M::Scalar;
  M::IsRowMajor;
  m.isCompressed();
  m.nonZeros();
  m.outerIndexPtr();
  m.innerIndexPtr();
  m.valuePtr();
};

}  // namespace detail

/// A sparse matrix whose sparsity pattern is constant and whose values are a tensor, which may be
/// tracked: `A.values().requires_grad_()`. Nothing is ever written out in full.
///
///     Eigen::SparseMatrix<double> K = ...;
///     eg::SparseMatrix A(K);
///     A.values().requires_grad_();
///     eg::sparse_solve(A, b).square().sum().backward();
///     auto G = A.to_eigen<Eigen::SparseMatrix<double>>(A.values().grad());  // has K's pattern
class EIGENGRAD_API SparseMatrix {
 public:
  /// Copies pattern and values, of either storage order. Explicit zeros count as values.
  template <detail::EigenSparse M>
  SparseMatrix(const M& a);

  std::int64_t rows() const noexcept;
  std::int64_t cols() const noexcept;
  /// The values, in the order of Eigen's valuePtr().
  const Tensor& values() const noexcept { return values_; }
  /// A matrix with the pattern of this one and other values. Throws: ShapeError unless there is one for each
  /// entry; DtypeError unless they are floating point.
  SparseMatrix with_values(const Tensor& values) const;
  SparseMatrix transpose() const;
  /// A matrix M of Eigen with this pattern and the elements of `values`, a gradient for example.
  /// Throws: ShapeError unless there is one for each entry, DtypeError unless M holds their type.
  template <detail::EigenSparse M>
  M to_eigen(const Tensor& values) const;

  /// The sparsity pattern; belongs to the library.
  struct SparsityPattern;
  const SparsityPattern& pattern() const noexcept { return *pattern_; }
  const std::shared_ptr<const SparsityPattern>& shared_pattern() const noexcept { return pattern_; }
  bool is_transposed() const noexcept { return transposed_; }

 private:
  using Indices = std::vector<std::int64_t>;
  SparseMatrix() = default;
  void adopt(std::int64_t rows, std::int64_t cols, Indices starts, Indices indices);
  Tensor checked(const Tensor& values) const;
  const std::int64_t* starts() const noexcept;
  const std::int64_t* indices() const noexcept;

  std::shared_ptr<const SparsityPattern> pattern_;
  Tensor values_;
  /// Whether the pattern is that of the transpose.
  bool transposed_ = false;
};

/// A x, differentiable by x and by the values of A.
/// Shapes: (n m) (m) -> (n); (n m) (m k) -> (n k).
/// Throws: ShapeError when the extents differ, DtypeError when the dtypes do.
/// Cost: 2 k flops for each value, and as many for each gradient.
/// See also: sparse_solve() for systems of equations; matmul() for dense matrices.
EIGENGRAD_API Tensor sparse_matmul(const SparseMatrix& A, const Tensor& x);

enum class SparseSolver : std::uint8_t {
  /// LU with partial pivoting, for any square matrix.
  LU,
  /// Cholesky without pivoting, for symmetric positive definite (or quasi-definite) matrices; solves with
  /// (A + A^T) / 2.
  LDLT,
  /// Iteration for symmetric positive definite matrices, with a diagonal preconditioner; solves with
  /// (A + A^T) / 2.
  ConjugateGradient
};

struct SparseSolveOptions {
  SparseSolver solver = SparseSolver::LU;
  /// Conjugate gradients stop when |b - A x| / |b| is at most this.
  double tolerance = 1e-12;
  /// Conjugate gradients take at most so many iterations; 0 stands for twice the number of rows.
  std::int64_t max_iterations = 0;
};

/// The solution x of A x = b, differentiable by b and by the values of A; the gradient of the values is
/// computed at the entries of the pattern only. One factorisation serves the solution and all gradients.
/// Shapes: (n n) (n) -> (n); (n n) (n k) -> (n k).
/// Throws: ShapeError when A is not square or the extents differ, DtypeError when the dtypes do;
/// NumericError when A is singular, has values that are not finite, or the iteration does not converge.
/// Source: Giles 2008, section 2.2.3, restricted to the entries of A.
/// See also: linalg_solve() for dense matrices.
EIGENGRAD_API Tensor sparse_solve(const SparseMatrix& A, const Tensor& b,
                                  const SparseSolveOptions& options = {});

/// @cond
template <detail::EigenSparse M>
SparseMatrix::SparseMatrix(const M& a) : transposed_(M::IsRowMajor) {
  if (!a.isCompressed()) {
    M packed(a);
    packed.makeCompressed();
    *this = SparseMatrix(packed);
    return;
  }
  const auto n = static_cast<std::size_t>(a.nonZeros());
  const auto outer = static_cast<std::size_t>(a.outerSize());
  adopt(a.innerSize(), a.outerSize(), Indices(a.outerIndexPtr(), a.outerIndexPtr() + outer + 1),
        Indices(a.innerIndexPtr(), a.innerIndexPtr() + n));
  values_ = empty({static_cast<std::int64_t>(n)}, dtype_of<typename M::Scalar>);
  std::copy(a.valuePtr(), a.valuePtr() + n, values_.template data_ptr<typename M::Scalar>());
}

template <detail::EigenSparse M>
M SparseMatrix::to_eigen(const Tensor& values) const {
  using Element = typename M::Scalar;
  using Index = typename M::StorageIndex;
  const Tensor v = checked(values);
  const Element* const from = v.template data_ptr<Element>();
  const auto index = [](std::int64_t i) { return static_cast<Index>(i); };
  // The arrays read in the order of M: the matrix itself, or its transpose.
  const bool itself = M::IsRowMajor == transposed_;
  M m(itself ? rows() : cols(), itself ? cols() : rows());
  const std::int64_t outer = m.outerSize();
  m.resizeNonZeros(starts()[outer]);
  std::transform(starts(), starts() + outer + 1, m.outerIndexPtr(), index);
  std::transform(indices(), indices() + starts()[outer], m.innerIndexPtr(), index);
  std::copy(from, from + starts()[outer], m.valuePtr());
  return itself ? m : M(m.transpose());
}
/// @endcond

}  // namespace eigengrad
