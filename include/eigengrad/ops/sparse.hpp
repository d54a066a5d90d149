#pragma once

#include <Eigen/SparseCore>
#include <memory>
#include <vector>

#include "eigengrad/core/tensor.hpp"

/// Sparse matrices of Eigen in the graph. Not part of eigengrad.hpp, since it brings Eigen's sparse
/// module along.
namespace eigengrad {

/// A sparse matrix whose places are constant and whose non-zero values are a tensor, which may be
/// tracked: `A.values().requires_grad_()`. Nothing is ever written out in full.
///
///     Eigen::SparseMatrix<double> K = ...;
///     eg::SparseMatrix A(K);
///     A.values().requires_grad_();
///     eg::sparse_solve(A, b).square().sum().backward();
///     Eigen::SparseMatrix<double> G = A.to_eigen<double>(A.values().grad());  // K's places
class EIGENGRAD_API SparseMatrix {
 public:
  /// Copies places and values, of either storage order. Explicit zeros count as values.
  template <class Scalar, int Order, class Index>
  SparseMatrix(const Eigen::SparseMatrix<Scalar, Order, Index>& a);

  std::int64_t rows() const noexcept;
  std::int64_t cols() const noexcept;
  /// In the order of Eigen's valuePtr().
  const Tensor& values() const noexcept { return values_; }
  /// The same places with other values. Throws: ShapeError unless there is one for each place;
  /// DtypeError unless they are floating point.
  SparseMatrix with_values(const Tensor& values) const;
  SparseMatrix transpose() const;
  /// A matrix of Eigen with these places and the elements of `values`, a gradient for example.
  /// Throws: ShapeError unless there is one for each place, DtypeError unless Scalar is their type.
  template <class Scalar>
  Eigen::SparseMatrix<Scalar> to_eigen(const Tensor& values) const;

  /// Where the values are; belongs to the library.
  struct Places;
  const Places& places() const noexcept { return *places_; }
  const std::shared_ptr<const Places>& shared_places() const noexcept { return places_; }
  bool is_transposed() const noexcept { return transposed_; }

 private:
  using Indices = std::vector<std::int64_t>;
  SparseMatrix() = default;
  void adopt(std::int64_t rows, std::int64_t cols, Indices starts, Indices indices);
  Tensor checked(const Tensor& values) const;
  const std::int64_t* starts() const noexcept;
  const std::int64_t* indices() const noexcept;

  std::shared_ptr<const Places> places_;
  Tensor values_;
  /// Whether the places are those of the transpose.
  bool transposed_ = false;
};

/// A x, differentiable by x and by the values of A.
/// Shapes: (n m) (m) -> (n); (n m) (m k) -> (n k).
/// Throws: ShapeError when the extents differ, DtypeError when the dtypes do.
/// Cost: 2 k flops for each value, and as many for each gradient.
EIGENGRAD_API Tensor sparse_matmul(const SparseMatrix& A, const Tensor& x);

enum class SparseSolver : std::uint8_t {
  /// With partial pivoting, any square matrix.
  LU,
  /// Without pivoting, for symmetric positive definite (or quasi-definite) matrices; (A + A^T) / 2 is
  /// taken.
  LDLT,
  /// For symmetric positive definite matrices, with a diagonal preconditioner; (A + A^T) / 2 is taken.
  ConjugateGradient
};

struct SparseSolveOptions {
  SparseSolver solver = SparseSolver::LU;
  /// Of conjugate gradients: |b - A x| / |b| at the end.
  double tolerance = 1e-12;
  /// 0 stands for twice the number of rows.
  std::int64_t max_iterations = 0;
};

/// The solution x of A x = b, differentiable by b and by the values of A; the gradient of the values is
/// computed at their places only. One factorisation serves the solution and all gradients.
/// Shapes: (n n) (n) -> (n); (n n) (n k) -> (n k).
/// Throws: ShapeError when A is not square or the extents differ, DtypeError when the dtypes do;
/// NumericError when A is singular, has values that are not finite, or the iteration does not converge.
/// Source: Giles 2008, section 2.2.3, restricted to the places of A.
EIGENGRAD_API Tensor sparse_solve(const SparseMatrix& A, const Tensor& b,
                                  const SparseSolveOptions& options = {});

/// @cond
template <class Scalar, int Order, class Index>
SparseMatrix::SparseMatrix(const Eigen::SparseMatrix<Scalar, Order, Index>& a)
    : transposed_((Order & Eigen::RowMajorBit) != 0) {
  Eigen::SparseMatrix<Scalar, Order, Index> packed;
  const bool compressed = a.isCompressed();
  if (!compressed) {
    packed = a;
    packed.makeCompressed();
  }
  const auto& m = compressed ? a : packed;
  const auto n = static_cast<std::size_t>(m.nonZeros());
  const auto outer = static_cast<std::size_t>(m.outerSize());
  adopt(m.innerSize(), m.outerSize(), Indices(m.outerIndexPtr(), m.outerIndexPtr() + outer + 1),
        Indices(m.innerIndexPtr(), m.innerIndexPtr() + n));
  values_ =
      Tensor::adopt(detail::TensorImpl::create(dtype_of<Scalar>, {static_cast<std::int64_t>(n)}));
  std::copy(m.valuePtr(), m.valuePtr() + n, values_.template data_ptr<Scalar>());
}

template <class Scalar>
Eigen::SparseMatrix<Scalar> SparseMatrix::to_eigen(const Tensor& values) const {
  const Tensor v = checked(values);
  const std::int64_t outer = transposed_ ? rows() : cols();
  using Map = Eigen::Map<const Eigen::SparseMatrix<Scalar, Eigen::ColMajor, std::int64_t>>;
  const Map stored(transposed_ ? cols() : rows(), outer, starts()[outer], starts(), indices(),
                   v.template data_ptr<Scalar>());
  if (transposed_) return Eigen::SparseMatrix<Scalar>(stored.transpose());
  return Eigen::SparseMatrix<Scalar>(stored);
}
/// @endcond

}  // namespace eigengrad
