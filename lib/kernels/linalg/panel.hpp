#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "eigengrad/core/tensor.hpp"
#include "kernels/base/loops.hpp"
#include "kernels/base/parallel.hpp"

namespace eigengrad::kernels {

/// A matrix in memory with unit stride in one dimension, strides in elements.
template <class T>
struct Panel {
  T* data;
  std::int64_t rows;
  std::int64_t cols;
  std::int64_t row_stride;
  std::int64_t col_stride;

  T& operator()(std::int64_t i, std::int64_t j) const noexcept {
    return data[i * row_stride + j * col_stride];
  }
  Panel transposed() const noexcept { return {data, cols, rows, col_stride, row_stride}; }
  Panel part(std::int64_t i, std::int64_t j, std::int64_t n, std::int64_t m) const noexcept {
    return {data + i * row_stride + j * col_stride, n, m, row_stride, col_stride};
  }
  Panel columns(std::int64_t j, std::int64_t m) const noexcept { return part(0, j, rows, m); }
  bool is_column_major() const noexcept { return row_stride == 1; }
  /// Distance of neighbours in the other dimension.
  std::int64_t leading() const noexcept { return is_column_major() ? col_stride : row_stride; }
};

/// The matrices in the last two dimensions of a tensor, whose leading ones broadcast to `batch`.
template <class T>
class Panels {
 public:
  Panels(const Tensor& t, IntArrayRef batch) : batch_(batch), strides_(batch.size()) {
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
  /// Extents and strides of all of them, the data of the first.
  const Panel<T>& first() const noexcept { return first_; }
  Panel<T> operator[](std::int64_t i) const noexcept {
    Panel<T> p = first_;
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
  Panel<T> first_{};
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

template <class T>
void copy_panel(const Panel<const T>& from, const Panel<T>& to) {
  if (from.data == to.data) return;
  for (std::int64_t i = 0; i < to.rows; ++i)
    for (std::int64_t j = 0; j < to.cols; ++j) to(i, j) = from(i, j);
}

template <class T>
Panel<const T> readable(const Panel<T>& p) noexcept {
  return {p.data, p.rows, p.cols, p.row_stride, p.col_stride};
}

}  // namespace eigengrad::kernels
