#include "kernels/copy.hpp"

#include <cstring>

#include "core/dispatch.hpp"
#include "kernels/loops.hpp"

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
    const std::size_t nd = dst.sizes().size();
    DimVector at(nd);
    T* to = dst.impl()->data<T>();
    const T* from = src.impl()->data<T>();
    for (;;) {
      *to += *from;
      std::size_t d = nd;
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
