#pragma once

#include <concepts>
#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: without `dim` over all elements, to a tensor without dimensions; with it over the named
// dimensions (an empty list means all), which are dropped, or stay with extent 1 under `keepdim`.
// Throws: IndexError for a dimension out of range; DtypeError unless floating point, where integers
// are not mentioned.

/// Sum of squared deviations from the mean, divided by n - correction. The correction is 1 by default and with
/// `unbiased`, 0 when `unbiased` is false. In two passes, so that a large mean costs no accuracy.
/// At the edge: NaN or infinite when n <= correction.
EIGENGRAD_API Tensor var(const Tensor& x);
EIGENGRAD_API Tensor var(const Tensor& x, OptionalIntArrayRef dim, bool unbiased = true,
                         bool keepdim = false);
EIGENGRAD_API Tensor var(const Tensor& x, OptionalIntArrayRef dim,
                         optional<std::int64_t> correction, bool keepdim = false);
/// The square root of var, also where that would overflow or underflow.
/// At the edge: gradient 0 where the variance is 0, at every order.
EIGENGRAD_API Tensor std(const Tensor& x);
EIGENGRAD_API Tensor std(const Tensor& x, OptionalIntArrayRef dim, bool unbiased = true,
                         bool keepdim = false);
EIGENGRAD_API Tensor std(const Tensor& x, OptionalIntArrayRef dim,
                         optional<std::int64_t> correction, bool keepdim = false);
/// The variance and the mean.
EIGENGRAD_API std::tuple<Tensor, Tensor> var_mean(const Tensor& x);
EIGENGRAD_API std::tuple<Tensor, Tensor> var_mean(const Tensor& x, OptionalIntArrayRef dim,
                                                  bool unbiased = true, bool keepdim = false);
EIGENGRAD_API std::tuple<Tensor, Tensor> var_mean(const Tensor& x, OptionalIntArrayRef dim,
                                                  optional<std::int64_t> correction,
                                                  bool keepdim = false);
/// The standard deviation and the mean.
EIGENGRAD_API std::tuple<Tensor, Tensor> std_mean(const Tensor& x);
EIGENGRAD_API std::tuple<Tensor, Tensor> std_mean(const Tensor& x, OptionalIntArrayRef dim,
                                                  bool unbiased = true, bool keepdim = false);
EIGENGRAD_API std::tuple<Tensor, Tensor> std_mean(const Tensor& x, OptionalIntArrayRef dim,
                                                  optional<std::int64_t> correction,
                                                  bool keepdim = false);

/// Sum in which NaN counts as 0, and gets gradient 0. Integers and bool add up in int64.
EIGENGRAD_API Tensor nansum(const Tensor& x, OptionalIntArrayRef dim = nullopt,
                            bool keepdim = false, optional<ScalarType> dtype = nullopt);
/// Mean of the elements that are not NaN. At the edge: NaN when there are none.
EIGENGRAD_API Tensor nanmean(const Tensor& x, OptionalIntArrayRef dim = nullopt,
                             bool keepdim = false, optional<ScalarType> dtype = nullopt);

// Templates, so that neither a dimension nor one in braces is taken for a bool.
namespace detail {
/// Calls `f` with what `v` means: a bool whether the estimate is unbiased, an integer the dimension.
template <std::integral T, class F>
auto with_unbiased_or_dim(F f, T v) {
  if constexpr (std::same_as<T, bool>) {
    return f(OptionalIntArrayRef(), v);
  } else {
    const std::int64_t dim = v;
    return f(OptionalIntArrayRef(IntArrayRef(dim)), true);
  }
}
}  // namespace detail

template <std::integral T>
Tensor var(const Tensor& x, T unbiased_or_dim) {
  return detail::with_unbiased_or_dim(
      [&](OptionalIntArrayRef dim, bool unbiased) { return eigengrad::var(x, dim, unbiased); },
      unbiased_or_dim);
}
template <std::integral T>
Tensor std(const Tensor& x, T unbiased_or_dim) {
  return detail::with_unbiased_or_dim(
      [&](OptionalIntArrayRef dim, bool unbiased) { return eigengrad::std(x, dim, unbiased); },
      unbiased_or_dim);
}
template <std::integral T>
std::tuple<Tensor, Tensor> var_mean(const Tensor& x, T unbiased_or_dim) {
  return detail::with_unbiased_or_dim(
      [&](OptionalIntArrayRef dim, bool unbiased) { return var_mean(x, dim, unbiased); },
      unbiased_or_dim);
}
template <std::integral T>
std::tuple<Tensor, Tensor> std_mean(const Tensor& x, T unbiased_or_dim) {
  return detail::with_unbiased_or_dim(
      [&](OptionalIntArrayRef dim, bool unbiased) { return std_mean(x, dim, unbiased); },
      unbiased_or_dim);
}
/// @cond
template <std::integral T>
Tensor Tensor::var(T unbiased_or_dim) const {
  return eigengrad::var(*this, unbiased_or_dim);
}
template <std::integral T>
Tensor Tensor::std(T unbiased_or_dim) const {
  return eigengrad::std(*this, unbiased_or_dim);
}
/// @endcond

/// How many elements fall into each of `bins` equal parts of [min, max]; of the range of the elements
/// when the bounds are equal. In the dtype of x, without derivative.
/// At the edge: the last part has its upper bound too; NaN and what lies outside is left out; a range of
/// one value is widened by 1 on both sides.
/// Throws: ValueError unless bins > 0 and min <= max, or when the range is not finite.
EIGENGRAD_API Tensor histc(const Tensor& x, std::int64_t bins = 100, const Scalar& min = 0,
                           const Scalar& max = 0);
/// How often each number from 0 occurs, up to the largest, and at least `minlength` numbers: int64, or
/// sums of the weights, which are differentiable.
/// Throws: DtypeError unless x is int64; ShapeError unless it has one dimension and the weights its
/// shape; ValueError for negative numbers.
EIGENGRAD_API Tensor bincount(const Tensor& x, const OptionalTensor& weights = {},
                              std::int64_t minlength = 0);

}  // namespace eigengrad
