#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// Indexed access to the elements of a tensor, `a[i][j]`, without checks and without recording. Keeps
/// nothing alive.
template <class T, std::size_t N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const std::int64_t* sizes, const std::int64_t* strides) noexcept
      : data_(data), sizes_(sizes), strides_(strides) {}

  IntArrayRef sizes() const noexcept { return {sizes_, N}; }
  IntArrayRef strides() const noexcept { return {strides_, N}; }
  std::int64_t size(std::int64_t d) const noexcept { return sizes_[d]; }
  std::int64_t stride(std::int64_t d) const noexcept { return strides_[d]; }
  T* data() const noexcept { return data_; }

  decltype(auto) operator[](std::int64_t i) const noexcept {
    T* at = data_ + i * strides_[0];
    if constexpr (N == 1)
      return (*at);
    else
      return TensorAccessor<T, N - 1>(at, sizes_ + 1, strides_ + 1);
  }

 private:
  T* data_;
  const std::int64_t* sizes_;
  const std::int64_t* strides_;
};

/// Throws: ShapeError unless the tensor has N dimensions; DtypeError unless it holds T.
template <class T, std::size_t N>
TensorAccessor<T, N> Tensor::accessor() const {
  static_assert(N > 0, "for tensors without dimensions use item()");
  check_rank(N);
  return {data_ptr<T>(), sizes().data(), strides().data()};
}

}  // namespace eigengrad
