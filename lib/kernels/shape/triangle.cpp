#include "kernels/shape/triangle.hpp"

#include <algorithm>
#include <cstring>

#include "core/dispatch.hpp"
#include "kernels/base/parallel.hpp"

namespace eigengrad::kernels {
namespace {

/// The offset at which row `row` of a batch of matrices begins, all rows counted from 0.
std::int64_t row_offset(IntArrayRef sizes, IntArrayRef strides, std::int64_t row) {
  std::int64_t offset = 0;
  for (std::size_t d = sizes.size() - 1; d-- > 0;) {
    offset += row % sizes[d] * strides[d];
    row /= sizes[d];
  }
  return offset;
}

template <class T>
void copy_run(T* to, std::int64_t to_stride, const T* from, std::int64_t from_stride,
              std::int64_t n) {
  if (n <= 0) return;
  if (to_stride == 1 && from_stride == 1)
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(T));
  else
    for (std::int64_t i = 0; i < n; ++i) to[i * to_stride] = from[i * from_stride];
}

template <class T>
void clear_run(T* to, std::int64_t stride, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) to[i * stride] = T(0);
}

}  // namespace

void copy_triangle(const Tensor& dst, const Tensor& src, Triangle part) {
  if (dst.numel() == 0) return;
  const IntArrayRef sizes = dst.sizes();
  const std::int64_t columns = sizes.back();
  const std::int64_t rows = sizes[sizes.size() - 2];
  const std::int64_t diagonal = std::clamp(part.diagonal, -rows, columns);
  const bool in_place = dst.impl()->bytes() == src.impl()->bytes();
  detail::dispatch(dst.dtype(), [&]<class T>(std::type_identity<T>) {
    T* const to = dst.impl()->data<T>();
    const T* const from = src.impl()->data<T>();
    const std::int64_t to_stride = dst.strides().back();
    const std::int64_t from_stride = src.strides().back();
    parallel_blocks(dst.numel(), [&](std::int64_t begin, std::int64_t end) {
      while (begin < end) {
        const std::int64_t row = begin / columns;
        const std::int64_t first = begin % columns;
        const std::int64_t last = std::min(columns, first + end - begin);
        // Columns [low, high) of the row are inside the triangle.
        const std::int64_t edge = row % rows + diagonal + (part.lower ? 1 : 0);
        const std::int64_t low = part.lower ? first : std::clamp(edge, first, last);
        const std::int64_t high = part.lower ? std::clamp(edge, first, last) : last;
        T* const t = to + row_offset(sizes, dst.strides(), row);
        const T* const f = from + row_offset(sizes, src.strides(), row);
        clear_run(t + first * to_stride, to_stride, low - first);
        if (!in_place)
          copy_run(t + low * to_stride, to_stride, f + low * from_stride, from_stride, high - low);
        clear_run(t + high * to_stride, to_stride, last - high);
        begin += last - first;
      }
    });
  });
}

}  // namespace eigengrad::kernels
