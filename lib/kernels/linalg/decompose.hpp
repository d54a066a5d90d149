#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <limits>
#include <mutex>
#include <type_traits>

#include "eigengrad/core/tensor.hpp"
#include "kernels/linalg/matrix_batch.hpp"

namespace eigengrad::kernels {

/// Note [Decompositions]
/// Kernels work on the matrices in the last two dimensions of a batch, row-major and contiguous unless
/// something else is said. Eigen computes the decompositions, one in a translation unit because of what its
/// headers cost to compile; LAPACK does where it is faster, which for QR and for eigenvalues of matrices that
/// are not symmetric it never was. What iterates (singular values, Schur forms, all eigenvalues) is computed
/// in double for float32 too: scalar iterations are no slower in double, and the instantiations for float
/// were a fifth of the time that the library took to compile. Matrices that are not finite are refused before
/// an iteration could go on for ever.

/// What failed: the first matrix of a batch that could not be decomposed, -1 for none.
struct Breakdown {
  std::int64_t matrix = -1;
  /// Whether its elements were finite. If they were and `real` is true, the iteration did not converge or the
  /// rank was not full.
  bool finite = true;
  /// Whether its result is real.
  bool real = true;
  explicit operator bool() const noexcept { return matrix >= 0; }
};

/// Extents and count of the matrices in the last two dimensions.
struct BatchExtents {
  explicit BatchExtents(const Tensor& a) noexcept
      : rows(a.sizes()[a.sizes().size() - 2]),
        cols(a.sizes()[a.sizes().size() - 1]),
        count(rows * cols == 0 ? 0 : a.numel() / (rows * cols)) {}
  std::int64_t rows;
  std::int64_t cols;
  std::int64_t count;
};

/// Matrix `i` of a batch, or its row `i` if it is one of vectors; null for a tensor that is not wanted.
template <class T>
T* matrix_of(const Tensor& t, std::int64_t i) noexcept {
  if (!t.defined()) return nullptr;
  const std::size_t n = t.sizes().size();
  return t.impl()->data<T>() + i * t.sizes()[n - 2] * t.sizes()[n - 1];
}
template <class T>
T* vector_of(const Tensor& t, std::int64_t i) noexcept {
  return t.impl()->data<T>() + i * t.sizes().back();
}

template <class T>
bool all_finite(const T* data, std::int64_t n) noexcept {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  const auto exponent = std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
  Bits others = 0;
  for (std::int64_t i = 0; i < n; ++i)
    others |= static_cast<Bits>((std::bit_cast<Bits>(data[i]) & exponent) == exponent);
  return others == 0;
}

/// The binary exponent of the largest element, 0 when that is zero or not finite.
template <class T>
int exponent_of(const MatrixView<const T>& m) noexcept {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  constexpr int kFraction = std::numeric_limits<T>::digits - 1;
  constexpr int kBias = std::numeric_limits<T>::max_exponent - 1;
  constexpr Bits kNoSign = std::numeric_limits<Bits>::max();
  const MatrixView<const T> row_major = m.has_unit_row_stride() ? m.transposed() : m;
  // The bit patterns of nonnegative floats are ordered as their values are.
  Bits largest = 0;
  for (std::int64_t i = 0; i < row_major.rows; ++i)
    for (std::int64_t j = 0; j < row_major.cols; ++j)
      largest = std::max(largest, std::bit_cast<Bits>(row_major(i, j)) & kNoSign);
  const auto biased = static_cast<int>(largest >> kFraction);
  return largest == 0 || biased > 2 * kBias ? 0 : biased - kBias;
}

/// 2^e as far as it is a normal number and has a normal reciprocal.
template <class T>
T power_of_two(int e) noexcept {
  constexpr int kMost = std::numeric_limits<T>::max_exponent - 3;
  return std::ldexp(T(1), std::clamp(e, -kMost, kMost));
}

/// The power of two by which a matrix with such a largest element is multiplied so that squares of its
/// elements stay in the range of T, 1 when they do already.
template <class T>
T scale_for_squares(int exponent) noexcept {
  constexpr int kMost = std::numeric_limits<T>::max_exponent / 4;
  return std::abs(exponent) > kMost ? power_of_two<T>(-exponent) : T(1);
}
template <class T>
T scale_for_squares(const MatrixView<const T>& m) noexcept {
  return scale_for_squares<T>(exponent_of(m));
}

enum class Outcome { Good, NoConvergence, NotReal, RankDeficient };

/// Copies a matrix of any dtype, row-major or column-major, into the form that Eigen's decompositions take.
template <int Order, class T>
Eigen::MatrixXd in_double(const T* data, std::int64_t rows, std::int64_t cols) {
  using Stored = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Order>;
  return Eigen::Map<const Stored>(data, rows, cols).template cast<double>();
}

/// Calls f(begin, end) on ranges that cover a batch, possibly from several threads: what f needs memory
/// for it takes itself, and what it throws is thrown here.
template <class F>
void decompose_ranges(const BatchExtents& e, F f) {
  constexpr double kFlopsPerElement = 20;
  const double flops = kFlopsPerElement * static_cast<double>(e.rows) *
                       static_cast<double>(e.cols) * static_cast<double>(std::min(e.rows, e.cols));
  std::mutex mutex;
  std::exception_ptr error;
  for_matrices(e.count, flops, [&](std::int64_t begin, std::int64_t end) {
    try {
      f(begin, end);
    } catch (...) {
      const std::lock_guard lock(mutex);
      error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
}

/// Calls decompose(i, data) with every matrix of a batch, where decompose = make() for each range of
/// them, until one is not finite, as far as it is read, or fails. Returns the first of those.
template <class T, class Finite, class Make>
Breakdown decompose_each(const Tensor& a, Finite is_finite, Make make) {
  const BatchExtents e(a);
  std::mutex mutex;
  Breakdown first;
  decompose_ranges(e, [&](std::int64_t begin, std::int64_t end) {
    const auto report = [&](const Breakdown& failed) {
      const std::lock_guard lock(mutex);
      if (!first || failed.matrix < first.matrix) first = failed;
    };
    auto decompose = make();
    for (std::int64_t i = begin; i < end; ++i) {
      const T* const data = matrix_of<T>(a, i);
      if (!is_finite(data)) return report({i, false});
      const Outcome y = decompose(i, data);
      if (y != Outcome::Good) return report({i, true, y != Outcome::NotReal});
    }
  });
  return first;
}
template <class T, class Make>
Breakdown decompose_each(const Tensor& a, Make make) {
  const BatchExtents e(a);
  return decompose_each<T>(
      a, [&](const T* data) { return all_finite(data, e.rows * e.cols); }, make);
}

}  // namespace eigengrad::kernels
