#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: without `dim` over all elements, to a tensor without dimensions; with it over the named
// dimensions (an empty list means all), which are dropped, or stay with extent 1 under `keepdim`.
// Negative dimensions count from the end. Throws: IndexError for a dimension out of range.

/// Pairwise sum. Integers and bool add up in int64. At the edge: 0 over no elements.
EIGENGRAD_API Tensor sum(const Tensor& x, optional<ScalarType> dtype = nullopt);
EIGENGRAD_API Tensor sum(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false,
                         optional<ScalarType> dtype = nullopt);
/// The mean, over all elements or over dimensions.
/// At the edge: NaN over no elements. Throws: DtypeError unless floating point.
EIGENGRAD_API Tensor mean(const Tensor& x, optional<ScalarType> dtype = nullopt);
EIGENGRAD_API Tensor mean(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false,
                          optional<ScalarType> dtype = nullopt);
/// The product, over all elements or along `dim`.
/// At the edge: 1 over no elements; derivatives of every order are exact where elements are 0.
EIGENGRAD_API Tensor prod(const Tensor& x, optional<ScalarType> dtype = nullopt);
EIGENGRAD_API Tensor prod(const Tensor& x, std::int64_t dim, bool keepdim = false,
                          optional<ScalarType> dtype = nullopt);

/// Whether all elements are not zero; a bool tensor.
EIGENGRAD_API Tensor all(const Tensor& x);
EIGENGRAD_API Tensor all(const Tensor& x, std::int64_t dim, bool keepdim = false);
/// Whether any element is not zero; a bool tensor.
EIGENGRAD_API Tensor any(const Tensor& x);
EIGENGRAD_API Tensor any(const Tensor& x, std::int64_t dim, bool keepdim = false);

/// How many elements are not zero (NaN is not), as int64.
EIGENGRAD_API Tensor count_nonzero(const Tensor& x, IntArrayRef dim);
EIGENGRAD_API Tensor count_nonzero(const Tensor& x, optional<std::int64_t> dim = nullopt);
inline Tensor count_nonzero(const Tensor& x, std::int64_t dim) {
  return count_nonzero(x, IntArrayRef(dim));
}

/// log of the sum of exp(x), without overflow; integers and bool are converted to float64 first.
/// At the edge: -inf over no elements and where every element is -inf, which then get gradient 0; where
/// some are inf, these share the gradient (NaN in PyTorch).
/// Accuracy: 4 ulp; first derivative 2, second 5.
EIGENGRAD_API Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false);
/// logsumexp under the name that it has among the special functions.
inline Tensor special_logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false) {
  return logsumexp(x, dim, keepdim);
}
namespace special {
/// The same as eigengrad::logsumexp.
inline Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false) {
  return eigengrad::logsumexp(x, dim, keepdim);
}
}  // namespace special

/// Sum of the diagonal of a matrix. Integers and bool add up in int64.
/// Throws: ShapeError unless x has two dimensions.
EIGENGRAD_API Tensor trace(const Tensor& x);

/// Sums over what broadcasting `size` to the shape of x would repeat.
/// Throws: ShapeError when `size` does not broadcast to the shape of x.
EIGENGRAD_API Tensor sum_to_size(const Tensor& x, IntArrayRef size);

}  // namespace eigengrad
