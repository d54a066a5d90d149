#include "kernels/base/copy.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/dispatch.hpp"
#include "kernels/base/copy_matrix.hpp"
#include "kernels/base/loops.hpp"
#include "kernels/base/parallel.hpp"

namespace eigengrad::kernels {
namespace {

template <class To, class From>
void convert_kernel(const void*, std::byte* const* operands, std::int64_t n) {
  To* to = reinterpret_cast<To*>(operands[0]);
  const From* from = reinterpret_cast<const From*>(operands[1]);
  if constexpr (std::same_as<To, From>)
    std::memmove(to, from, static_cast<std::size_t>(n) * sizeof(To));
  else if constexpr (std::same_as<To, bool>)
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[i] != From(0);
  else
    for (std::int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);
}

template <class T>
void fill_kernel(const void* value, std::byte* const* operands, std::int64_t n) {
  const T v = *static_cast<const T*>(value);
  T* to = reinterpret_cast<T*>(operands[0]);
  for (std::int64_t i = 0; i < n; ++i) to[i] = v;
}

/// Copies row by row; the loop has at least two dimensions.
template <class T>
void copy_rows(CollapsedLoop& loop, std::byte* to, const std::byte* from) {
  const int last = loop.ndim - 1;
  const int outer = last - 1;
  // Rows run along the last dimension; the dimension in which the source has unit stride is moved next to it.
  for (int d = 0; d < outer; ++d)
    if (std::abs(loop.strides[1][d]) == 1 && std::abs(loop.strides[1][last]) > 1) {
      std::swap(loop.sizes[d], loop.sizes[outer]);
      for (int k = 0; k < 2; ++k) std::swap(loop.strides[k][d], loop.strides[k][outer]);
    }
  std::int64_t rows = 1;
  for (int d = 0; d < last; ++d) rows *= loop.sizes[d];
  const std::int64_t columns = loop.sizes[last];
  const std::int64_t per_matrix = loop.sizes[outer];
  parallel_blocks(rows * columns, [&](std::int64_t begin, std::int64_t end) {
    // The rows that begin in the block.
    std::int64_t row = (begin + columns - 1) / columns;
    const std::int64_t stop = (end + columns - 1) / columns;
    while (row < stop) {
      const std::int64_t first = row % per_matrix;
      const std::int64_t n = std::min(per_matrix - first, stop - row);
      std::int64_t offsets[] = {first * loop.strides[0][outer], first * loop.strides[1][outer]};
      std::int64_t matrix = row / per_matrix;
      for (int d = outer - 1; d >= 0; --d) {
        const std::int64_t i = matrix % loop.sizes[d];
        matrix /= loop.sizes[d];
        for (int k = 0; k < 2; ++k) offsets[k] += i * loop.strides[k][d];
      }
      copy_matrix<T>({reinterpret_cast<T*>(to) + offsets[0], n, columns, loop.strides[0][outer],
                      loop.strides[0][last]},
                     {reinterpret_cast<const T*>(from) + offsets[1], n, columns,
                      loop.strides[1][outer], loop.strides[1][last]});
      row += n;
    }
  });
}

/// Copies where source and target have one type, without an intermediate buffer.
template <class T>
void copy_same(IntArrayRef sizes, const Operand* operands) {
  if (detail::numel_of(sizes) == 0) return;
  CollapsedLoop loop;
  collapse(sizes, operands, 2, loop);
  if (loop.ndim > 1) return copy_rows<T>(loop, operands[0].data, operands[1].data);
  const std::int64_t to_step = loop.strides[0][0];
  const std::int64_t from_step = loop.strides[1][0];
  T* const to = reinterpret_cast<T*>(operands[0].data);
  const T* const from = reinterpret_cast<const T*>(operands[1].data);
  parallel_blocks(loop.sizes[0], [&](std::int64_t begin, std::int64_t end) {
    copy_row(to + begin * to_step, to_step, from + begin * from_step, from_step, end - begin);
  });
}

}  // namespace

void copy(const Tensor& dst, const Tensor& src) {
  std::int64_t src_strides[detail::kMaxDim];
  broadcast_strides(src.sizes(), src.strides(), dst.sizes(), src_strides);
  detail::dispatch(dst.dtype(), [&]<class To>(std::type_identity<To>) {
    detail::dispatch(src.dtype(), [&]<class From>(std::type_identity<From>) {
      if (dst.is_contiguous() && src.is_contiguous() && dst.numel() == src.numel() &&
          dst.numel() <= kBlock) {
        std::byte* operands[] = {dst.impl()->bytes(), src.impl()->bytes()};
        convert_kernel<To, From>(nullptr, operands, dst.numel());
        return;
      }
      const Operand operands[] = {
          {dst.impl()->bytes(), static_cast<std::int64_t>(sizeof(To)), dst.strides().data()},
          {src.impl()->bytes(), static_cast<std::int64_t>(sizeof(From)), src_strides}};
      if constexpr (std::same_as<To, From>)
        copy_same<To>(dst.sizes(), operands);
      else
        run_elementwise(dst.sizes(), operands, 2, 1, convert_kernel<To, From>, nullptr);
    });
  });
}

void fill(const Tensor& dst, const Scalar& value) {
  detail::dispatch(dst.dtype(), [&]<class T>(std::type_identity<T>) {
    const T v = value.to<T>();
    if (dst.is_contiguous() && dst.numel() <= kBlock) {
      std::byte* operands[] = {dst.impl()->bytes()};
      fill_kernel<T>(&v, operands, dst.numel());
      return;
    }
    const Operand operands[] = {
        {dst.impl()->bytes(), static_cast<std::int64_t>(sizeof(T)), dst.strides().data()}};
    run_elementwise(dst.sizes(), operands, 1, 1, fill_kernel<T>, &v);
  });
}

void add_into_overlapping(const Tensor& dst, const Tensor& src) {
  if (dst.numel() == 0) return;
  detail::dispatch_floating("as_strided", dst.dtype(), [&]<class T>(std::type_identity<T>) {
    const std::size_t outer = dst.sizes().empty() ? 0 : dst.sizes().size() - 1;
    const std::int64_t n = dst.sizes().empty() ? 1 : dst.sizes().back();
    const std::int64_t to_step = dst.sizes().empty() ? 1 : dst.strides().back();
    const std::int64_t from_step = dst.sizes().empty() ? 1 : src.strides().back();
    DimVector at(outer);
    T* to = dst.impl()->data<T>();
    const T* from = src.impl()->data<T>();
    for (;;) {
      if (to_step == 1 && from_step == 1)
        for (std::int64_t i = 0; i < n; ++i) to[i] += from[i];
      else
        for (std::int64_t i = 0; i < n; ++i) to[i * to_step] += from[i * from_step];
      std::size_t d = outer;
      while (d-- > 0) {
        to += dst.strides()[d];
        from += src.strides()[d];
        if (++at[d] < dst.sizes()[d]) break;
        to -= dst.strides()[d] * at[d];
        from -= src.strides()[d] * at[d];
        at[d] = 0;
      }
      if (d == static_cast<std::size_t>(-1)) return;
    }
  });
}

}  // namespace eigengrad::kernels
