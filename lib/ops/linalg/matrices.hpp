#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "eigengrad/core/tensor.hpp"

/// What operators on the matrices in the last two dimensions of a tensor have in common.
namespace eigengrad::matrices {

/// Throws: DtypeError unless floating point; ShapeError below two dimensions.
void require(std::string_view op, const Tensor& a);
/// Throws: DtypeError unless floating point; ShapeError unless square.
void require_square(std::string_view op, const Tensor& a);
/// Throws: DtypeError when the dtypes differ.
void require_same_dtype(std::string_view op, const Tensor& a, const Tensor& b);
/// Throws: ShapeError unless `b` has as many rows (columns without `left`) as the square `a`.
void require_fit(std::string_view op, const Tensor& a, const Tensor& b, bool left = true);
/// The extents before those of the matrices.
inline IntArrayRef batch_of(const Tensor& a) { return {a.sizes().data(), a.sizes().size() - 2}; }
std::int64_t count_of(const Tensor& a);
DimVector with_matrix(IntArrayRef batch, std::int64_t rows, std::int64_t cols);

// Uninitialised memory, unrecorded.
Tensor uninitialised(ScalarType dtype, IntArrayRef sizes, bool is_column_major = false);
/// A copy broadcast to `batch`, whose matrices are row-major or column-major.
Tensor copy(const Tensor& a, IntArrayRef batch, bool is_column_major);
inline Tensor copy(const Tensor& a, bool is_column_major) {
  return copy(a, batch_of(a), is_column_major);
}
/// A copy of `a` whose square row-major matrices are transposed.
Tensor transposed_copy(const Tensor& a);
/// Uninitialised memory for matrices of the same extents and the same layout as those of `a`.
Tensor like(const Tensor& a, IntArrayRef batch);
/// A view of the transposed matrices.
Tensor flipped(const Tensor& a);
/// Whether the matrices have unit stride between rows.
bool is_column_major(const Tensor& a);
/// The tensor itself when kernels can read its matrices in place, a copy otherwise.
Tensor in_order(const Tensor& a);

/// Whether a rule has to compute with recorded operators, because `g` or `x` is recorded or carries a
/// tangent.
bool differentiated_again(const Tensor& g, const Tensor& x);

/// Infinity on the diagonal of n x n, 0 elsewhere: added to a divisor, it takes the diagonal from the
/// quotient and from its derivatives, whatever the scale.
Tensor infinite_diagonal(std::int64_t n, ScalarType dtype);

/// Note [Scales of matrices]
/// A rule that multiplies powers of a matrix, or of its factors, can leave the range of the dtype where
/// its result does not. Such a rule divides the matrix by a power of two first, which rounds nothing, and
/// the result by the power of it that follows from the degree: if f(s A) = s^p f(A), the gradient has
/// degree p - 1. The power of two counts as a constant. Cotangents and tangents are left alone.
/// Where all elements are of moderate size, nothing is done at all.
class Scale {
 public:
  explicit Scale(const Tensor& x) : Scale(x, 0) {}
  /// Moderate is what has no larger exponent than the given one; 0 for the usual.
  Scale(const Tensor& x, int moderate);
  bool is_moderate() const { return exponents_.empty(); }
  /// x over the power-th power of the scale of its matrix. The last `trailing` dimensions of x belong to one
  /// matrix.
  Tensor off(const Tensor& x, int power = 1, int trailing = 2) const;

 private:
  Tensor factors(int power, int trailing) const;
  ScalarType dtype_;
  IntArrayRef batch_;
  /// The exponent of every matrix; empty where all scales are moderate.
  std::vector<int> exponents_;
  int largest_ = 0;
};

/// The rank of all matrices of a batch: the number of their columns, of their rows, or less.
enum class Rank { Columns, Rows, Less };
/// Whether A A^+ is not the identity, or A^+ A is not.
inline bool has_residual(const Tensor& a, Rank rank) {
  return rank == Rank::Less || a.size(-2) > a.size(-1);
}
inline bool has_kernel(const Tensor& a, Rank rank) {
  return rank == Rank::Less || a.size(-1) > a.size(-2);
}
// The derivative of the pseudoinverse y = a^+, transposed and not (pseudoinverse.cpp).
Tensor pinv_vjp(const Tensor& g, const Tensor& a, const Tensor& y, Rank rank);
Tensor pinv_jvp(const Tensor& t, const Tensor& a, const Tensor& y, Rank rank);

/// One integer for each matrix, 0 where the factorisation succeeded (kernels/linalg/factor.hpp).
using Infos = DimVector;
/// Infos as an int64 tensor.
Tensor info_of(const Infos& info, IntArrayRef batch);
/// Whether a failed factorisation throws, and in whose name.
struct OnFailure {
  /// The operator that messages name.
  std::string_view op;
  bool throws = true;
  /// Whether `info` is a result.
  bool returns_info = false;
  Tensor info_result(const Infos& info, IntArrayRef batch) const {
    return returns_info ? info_of(info, batch) : Tensor();
  }
};
/// The index of the first one that is not 0, or info.size().
std::size_t first_failure(const Infos& info);
/// "(Batch element 3): " for messages, nothing for a single matrix.
std::string element_name(std::size_t i, IntArrayRef batch);

}  // namespace eigengrad::matrices
