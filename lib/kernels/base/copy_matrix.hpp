#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "kernels/base/matrix_view.hpp"

namespace eigengrad::kernels {

template <class T>
void copy_row(T* to, std::int64_t to_step, const T* from, std::int64_t from_step, std::int64_t n) {
  constexpr std::int64_t kWorthACall = 16;
  if (to_step == 1 && from_step == 1 && n >= kWorthACall)
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
  else if (to_step == 1 && from_step == 1)
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[i];
  else if (to_step == 1 && from_step == 0)
    std::fill_n(to, n, *from);
  else if (to_step == 1 && from_step == -1)
    std::reverse_copy(from - n + 1, from + 1, to);
  else
    for (std::int64_t i = 0; i < n; ++i) to[i * to_step] = from[i * from_step];
}

#if defined(__AVX512F__)
inline constexpr int kRegisterBytes = 64;
#elif defined(__AVX__)
inline constexpr int kRegisterBytes = 32;
#else
inline constexpr int kRegisterBytes = 16;
#endif

/// Swaps the lanes of `a` with bit `S` set for those of `b` without.
template <int S, class Register, int... I>
[[gnu::always_inline]] inline void swap_lanes(Register& a, Register& b,
                                              std::integer_sequence<int, I...>) {
  constexpr int n = sizeof...(I);
  const Register first = __builtin_shufflevector(a, b, ((I & S) == 0 ? I : n + I - S)...);
  b = __builtin_shufflevector(a, b, ((I & S) == 0 ? I + S : n + I)...);
  a = first;
}
/// Transposes as many registers as they have lanes: swaps the halves across the diagonal, then the quarters,
/// and so on. It must be inlined, since a call would pass the registers through memory.
template <int S, class Register, int... I>
[[gnu::always_inline]] inline void transpose_registers(Register* r,
                                                       std::integer_sequence<int, I...> lanes) {
  (((I & S) == 0 ? swap_lanes<S>(r[I], r[I | S], lanes) : void()), ...);
  if constexpr (2 * S < int{sizeof...(I)}) transpose_registers<2 * S>(r, lanes);
}

/// A square of the source, read along its columns, and written along the rows of the target.
template <class T, std::int64_t Size>
void transpose_square(T* to, std::int64_t to_row, const T* from, std::int64_t from_column) {
  constexpr int width = kRegisterBytes / static_cast<int>(sizeof(T));
  if constexpr (width > Size) {
    T square[Size][Size];
    for (std::int64_t j = 0; j < Size; ++j)
      std::memcpy(square[j], from + j * from_column, Size * sizeof(T));
    for (std::int64_t i = 0; i < Size; ++i)
      for (std::int64_t j = 0; j < Size; ++j) to[i * to_row + j] = square[j][i];
  } else {
    using Lane = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
    typedef Lane Register __attribute__((vector_size(kRegisterBytes)));
    static_assert(Size % width == 0);
    for (std::int64_t i = 0; i < Size; i += width)
      for (std::int64_t j = 0; j < Size; j += width) {
        Register r[width];
        for (int k = 0; k < width; ++k)
          std::memcpy(r + k, from + i + (j + k) * from_column, sizeof(Register));
        transpose_registers<1>(r, std::make_integer_sequence<int, width>());
        for (int k = 0; k < width; ++k)
          std::memcpy(to + (i + k) * to_row + j, r + k, sizeof(Register));
      }
  }
}

/// Copies columns of the source to rows of the target, at least `Size` of either; the last squares overlap
/// those before them.
template <std::int64_t Size, class T>
void transpose_matrix(T* to, std::int64_t to_row, const T* from, std::int64_t from_column,
                      std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < rows; i += Size) {
    const std::int64_t row = std::min(i, rows - Size);
    const auto square = [&](std::int64_t j) {
      transpose_square<T, Size>(to + row * to_row + j, to_row, from + row + j * from_column,
                                from_column);
    };
    std::int64_t j = 0;
    for (; j + Size <= columns; j += Size) square(j);
    if (j < columns) square(columns - Size);
  }
}

/// Copies `from` to `to`, which do not overlap; by transposed squares where one is row-major and the other
/// column-major.
template <class T>
void copy_matrix(MatrixView<T> to, MatrixView<const T> from) {
  constexpr std::int64_t kSquare = 16;
  constexpr std::int64_t kRows = 512;
  const std::int64_t rows = to.rows, columns = to.cols;
  if (from.row_stride == -1) {
    to = {to.data + (rows - 1) * to.row_stride, rows, columns, -to.row_stride, to.col_stride};
    from = {from.data - (rows - 1), rows, columns, 1, from.col_stride};
  }
  const bool across = to.col_stride == 1 && from.row_stride == 1 && from.col_stride != 0;
  if (across && std::min(rows, columns) >= kSquare) {
    transpose_matrix<kSquare>(to.data, to.row_stride, from.data, from.col_stride, rows, columns);
  } else if (across && std::min(rows, columns) >= kSquare / 2) {
    transpose_matrix<kSquare / 2>(to.data, to.row_stride, from.data, from.col_stride, rows,
                                  columns);
  } else if (columns < kSquare / 2 && rows >= kSquare) {
    // Short rows are copied column by column.
    for (std::int64_t i = 0; i < rows; i += kRows)
      for (std::int64_t j = 0; j < columns; ++j)
        copy_row(&to(i, j), to.row_stride, &from(i, j), from.row_stride, std::min(kRows, rows - i));
  } else {
    for (std::int64_t i = 0; i < rows; ++i)
      copy_row(&to(i, 0), to.col_stride, &from(i, 0), from.col_stride, columns);
  }
}

}  // namespace eigengrad::kernels
