#pragma once

#include <functional>
#include <initializer_list>
#include <type_traits>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// All factories. Options that name no dtype mean float64, or what the function says below.
// Throws: ShapeError for a negative extent; DtypeError when the options ask for a gradient of
// integers or bools.

/// A tensor whose elements are not initialised.
EIGENGRAD_API Tensor empty(IntArrayRef sizes, TensorOptions o = {});
EIGENGRAD_API Tensor zeros(IntArrayRef sizes, TensorOptions o = {});
EIGENGRAD_API Tensor ones(IntArrayRef sizes, TensorOptions o = {});
/// The dtype follows the kind of `value` when the options name none.
EIGENGRAD_API Tensor full(IntArrayRef sizes, const Scalar& value, TensorOptions o = {});
/// Ones on the diagonal, zeros elsewhere. Shapes: n x n, or n x m.
EIGENGRAD_API Tensor eye(std::int64_t n, TensorOptions o = {});
EIGENGRAD_API Tensor eye(std::int64_t n, std::int64_t m, TensorOptions o = {});
/// start, start + step, ... below end (above it for a negative step); int64 when all three are
/// integers. Shapes: ceil((end - start) / step) elements.
/// Throws: ValueError when step is 0, leads away from end, or a bound is not finite; DtypeError for
/// bool.
EIGENGRAD_API Tensor arange(const Scalar& end, TensorOptions o = {});
EIGENGRAD_API Tensor arange(const Scalar& start, const Scalar& end, TensorOptions o = {});
EIGENGRAD_API Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step,
                            TensorOptions o = {});
/// `steps` values from start to end, both ends exact; the second half is counted from the end.
/// Throws: ValueError when steps is negative; DtypeError for bool.
EIGENGRAD_API Tensor linspace(const Scalar& start, const Scalar& end, std::int64_t steps = 100,
                              TensorOptions o = {});
/// `base` raised to the values of linspace. Throws: as linspace.
EIGENGRAD_API Tensor logspace(const Scalar& start, const Scalar& end, std::int64_t steps = 100,
                              double base = 10.0, TensorOptions o = {});

// The extents of `like`, its dtype unless the options name one, and its dimensions in the order that
// they have in memory there, without gaps: a transposed matrix yields a transposed one. Row-major for
// an expanded tensor.
EIGENGRAD_API Tensor empty_like(const Tensor& like, TensorOptions o = {});
EIGENGRAD_API Tensor zeros_like(const Tensor& like, TensorOptions o = {});
EIGENGRAD_API Tensor ones_like(const Tensor& like, TensorOptions o = {});
EIGENGRAD_API Tensor full_like(const Tensor& like, const Scalar& value, TensorOptions o = {});

/// A tensor without dimensions that holds `value`.
EIGENGRAD_API Tensor scalar_tensor(const Scalar& value, TensorOptions o = {});

namespace detail {

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
/// A number or a braced list of numbers or lists, nested to any depth. Refers to the braces that it
/// was made from, so it lives no longer than the expression that contains them.
class NestedList {
 public:
  template <Arithmetic T>
  constexpr NestedList(T v) noexcept : scalar_(v) {}
  constexpr NestedList(std::initializer_list<NestedList> list) noexcept
      : items_(list.begin()), size_(list.size()), is_list_(true) {}

  constexpr bool is_list() const noexcept { return is_list_; }
  constexpr Scalar scalar() const noexcept { return scalar_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr const NestedList& operator[](std::size_t i) const noexcept { return items_[i]; }

 private:
  const NestedList* items_ = nullptr;
  std::size_t size_ = 0;
  Scalar scalar_;
  bool is_list_ = false;
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// A one-dimensional copy of `n` values of type `stored`.
EIGENGRAD_API Tensor from_values(const void* data, ScalarType stored, std::int64_t n,
                                 TensorOptions o);

}  // namespace detail

/// `tensor(3.0)` has no dimensions, `tensor({1, 2})` one, `tensor({{1, 2}, {3, 4}})` two. The
/// dtype is bool, int64 or float64 after the elements unless the options name one.
/// Throws: ShapeError for a ragged list, naming the position; DtypeError for elements of several kinds.
template <Arithmetic T>
Tensor tensor(T value, TensorOptions o = {}) {
  return scalar_tensor(Scalar(value), o.has_dtype() ? o : o.dtype(Scalar(value).type()));
}
EIGENGRAD_API Tensor tensor(std::initializer_list<detail::NestedList> values, TensorOptions o = {});
template <Arithmetic T>
Tensor tensor(ArrayRef<T> values, TensorOptions o = {}) {
  if (!o.has_dtype()) o = o.dtype(Scalar(T()).type());
  const auto n = static_cast<std::int64_t>(values.size());
  if constexpr (std::is_floating_point_v<T> && sizeof(T) <= sizeof(double)) {
    return detail::from_values(values.data(), dtype_of<T>, n, o);
  } else {
    using Stored = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
    const std::vector<Stored> wide(values.begin(), values.end());
    return detail::from_values(wide.data(), dtype_of<Stored>, n, o);
  }
}
template <Arithmetic T>
Tensor tensor(const std::vector<T>& values, TensorOptions o = {}) {
  if constexpr (std::is_same_v<T, bool>) {  // packed bits: there is no array to refer to
    const std::vector<std::int64_t> wide(values.begin(), values.end());
    return tensor(ArrayRef<std::int64_t>(wide), o.has_dtype() ? o : o.dtype(kBool));
  } else {
    return tensor(ArrayRef<T>(values), o);
  }
}

/// A tensor over memory of the caller, row-major or with the given strides (in elements).
/// The memory must stay alive until the last tensor on it is gone; `deleter(data)` then runs, once,
/// in the thread that dropped it. It does not run when from_blob throws.
/// Throws: ShapeError when sizes and strides differ in number.
EIGENGRAD_API Tensor from_blob(void* data, IntArrayRef sizes, TensorOptions o = {});
EIGENGRAD_API Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides,
                               TensorOptions o = {});
EIGENGRAD_API Tensor from_blob(void* data, IntArrayRef sizes, std::function<void(void*)> deleter,
                               TensorOptions o = {});
EIGENGRAD_API Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides,
                               std::function<void(void*)> deleter, TensorOptions o = {});

}  // namespace eigengrad
