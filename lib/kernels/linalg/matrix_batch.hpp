#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "eigengrad/core/tensor.hpp"
#include "kernels/base/loops.hpp"
#include "kernels/base/matrix_view.hpp"
#include "kernels/base/parallel.hpp"

namespace eigengrad::kernels {

/// The matrices in the last two dimensions of a tensor, whose leading dimensions broadcast to `batch`.
template <class T>
class MatrixBatch {
 public:
  MatrixBatch(const Tensor& t, IntArrayRef batch) : batch_(batch), strides_(batch.size()) {
    const std::size_t n = t.sizes().size() - 2;
    first_ = {t.impl()->data<T>(), t.sizes()[n], t.sizes()[n + 1], t.strides()[n],
              t.strides()[n + 1]};
    // An extent of one has any stride: what a BLAS reads as a leading dimension must cover a row.
    if (first_.rows == 1) first_.row_stride = first_.col_stride == 1 ? first_.cols : 1;
    if (first_.cols == 1 && first_.row_stride == 1) first_.col_stride = first_.rows;
    broadcast_strides({t.sizes().data(), n}, {t.strides().data(), n}, batch_, strides_.data());
    std::int64_t step = 0;
    for (std::size_t d = batch_.size(); d-- > 0;) {
      if (batch_[d] == 1) continue;
      if (count_ == 1)
        step = strides_[d];
      else if (strides_[d] != step * count_)
        regular_ = false;
      count_ *= batch_[d];
    }
    step_ = step;
  }
  std::int64_t count() const noexcept { return count_; }
  /// The first matrix; all have its extents and strides.
  const MatrixView<T>& first() const noexcept { return first_; }
  MatrixView<T> operator[](std::int64_t i) const noexcept {
    MatrixView<T> p = first_;
    p.data += offset(i);
    return p;
  }

 private:
  std::int64_t offset(std::int64_t i) const noexcept {
    if (regular_) return i * step_;
    std::int64_t offset = 0;
    for (std::size_t d = batch_.size(); d-- > 0;) {
      offset += i % batch_[d] * strides_[d];
      i /= batch_[d];
    }
    return offset;
  }

  IntArrayRef batch_;
  DimVector strides_;
  MatrixView<T> first_{};
  std::int64_t count_ = 1;
  std::int64_t step_ = 0;
  bool regular_ = true;
};

/// Calls f(begin, end) on ranges that cover `count` matrices of about `flops` each, possibly from
/// several threads.
template <class F>
void for_matrices(std::int64_t count, double flops, F f) {
  constexpr double kFlopsPerElement = 8;
  const auto weight = static_cast<std::int64_t>(flops < kFlopsPerElement ? 1
                                                : flops > 1e9            ? 1e9
                                                              : flops / kFlopsPerElement);
  if (count == 1) {
    f(std::int64_t{0}, std::int64_t{1});
    return;
  }
  parallel_blocks(count * weight, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = (begin + weight - 1) / weight;
    const std::int64_t last = (end + weight - 1) / weight;
    if (first < last) f(first, last);
  });
}

/// Which triangle of a matrix counts, and whether ones are taken for its diagonal.
struct TriangleKind {
  bool upper;
  bool unit = false;
};

/// Does nothing where both are the same memory.
template <class T>
void copy_unless_same(const MatrixView<const T>& from, const MatrixView<T>& to) {
  if (from.data == to.data) return;
  for (std::int64_t i = 0; i < to.rows; ++i)
    for (std::int64_t j = 0; j < to.cols; ++j) to(i, j) = from(i, j);
}

}  // namespace eigengrad::kernels
