#pragma once

#include <cstdint>
#include <memory>

#include "eigengrad/core/tensor.hpp"

/// Sparse matrices times and under dense ones, on Eigen's sparse module. Dense operands are row-major
/// matrices of float32 or float64, of the dtype of the values.
namespace eigengrad::kernels {

/// The sparsity pattern, in compressed columns; for a row-major matrix, that of its transpose.
struct SparsityPattern {
  std::int64_t rows;
  std::int64_t cols;
  const std::int64_t* starts;   // cols + 1
  const std::int64_t* indices;  // the row of every value
  std::int64_t count() const noexcept { return starts[cols]; }
};

/// y = A x, or A^T x.
void sparse_product(const SparsityPattern& a, bool transposed, const Tensor& values,
                    const Tensor& x, const Tensor& y);
/// For every entry (i, j) of the pattern the inner product of row i of a and row j of b.
void sampled_product(const SparsityPattern& pattern, const Tensor& a, const Tensor& b,
                     const Tensor& values);

/// The method by which a sparse system of equations is solved.
enum class SparseMethod : std::uint8_t { LU, LDLT, ConjugateGradient };

/// A matrix prepared for solving. LDLT and conjugate gradients take it for (A + A^T) / 2.
class SparseFactor {
 public:
  virtual ~SparseFactor() = default;
  /// x = A^-1 b, or A^-T b. Throws: NumericError when an iteration does not converge.
  virtual void solve(const Tensor& b, bool transposed, const Tensor& x) const = 0;
};
/// Throws: NumericError for singular matrices and values that are not finite.
std::shared_ptr<const SparseFactor> factorize(const SparsityPattern& a, const Tensor& values,
                                              SparseMethod method, double tolerance,
                                              std::int64_t max_iterations);

}  // namespace eigengrad::kernels
