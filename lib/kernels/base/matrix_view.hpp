#pragma once

#include <cstdint>

namespace eigengrad::kernels {

/// A matrix in memory, with strides in elements. Strides may be zero or negative where nothing else is said.
template <class T>
struct MatrixView {
  T* data;
  std::int64_t rows;
  std::int64_t cols;
  std::int64_t row_stride;
  std::int64_t col_stride;

  T& operator()(std::int64_t i, std::int64_t j) const noexcept {
    return data[i * row_stride + j * col_stride];
  }
  MatrixView transposed() const noexcept { return {data, cols, rows, col_stride, row_stride}; }
  /// The n x m block whose first element is (i, j).
  MatrixView part(std::int64_t i, std::int64_t j, std::int64_t n, std::int64_t m) const noexcept {
    return {data + i * row_stride + j * col_stride, n, m, row_stride, col_stride};
  }
  MatrixView columns(std::int64_t j, std::int64_t m) const noexcept { return part(0, j, rows, m); }
  MatrixView row_range(std::int64_t begin, std::int64_t end) const noexcept {
    return {data + begin * row_stride, end - begin, cols, row_stride, col_stride};
  }

  bool has_unit_row_stride() const noexcept { return row_stride == 1; }
  /// Of a matrix with unit stride in one dimension, the stride in the other.
  std::int64_t outer_stride() const noexcept { return row_stride == 1 ? col_stride : row_stride; }

  /// Whether a BLAS can read the matrix as row-major: rows are contiguous and do not overlap. The stride of an
  /// extent of one does not matter.
  bool is_row_major() const noexcept {
    return (cols == 1 || col_stride == 1) && (rows == 1 || row_stride >= cols);
  }
  bool is_column_major() const noexcept { return transposed().is_row_major(); }
  /// The leading dimension of a BLAS for a matrix that is row-major or else column-major.
  std::int64_t leading_dimension() const noexcept {
    if (is_row_major()) return rows == 1 ? cols : row_stride;
    return cols == 1 ? rows : col_stride;
  }
};

template <class T>
MatrixView<const T> read_only(const MatrixView<T>& m) noexcept {
  return {m.data, m.rows, m.cols, m.row_stride, m.col_stride};
}

}  // namespace eigengrad::kernels
