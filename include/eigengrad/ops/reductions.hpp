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
/// At the edge: NaN over no elements. Throws: DtypeError unless floating point.
EIGENGRAD_API Tensor mean(const Tensor& x, optional<ScalarType> dtype = nullopt);
EIGENGRAD_API Tensor mean(const Tensor& x, OptionalIntArrayRef dim, bool keepdim = false,
                          optional<ScalarType> dtype = nullopt);
/// At the edge: 1 over no elements; derivatives of every order are exact where elements are 0.
EIGENGRAD_API Tensor prod(const Tensor& x, optional<ScalarType> dtype = nullopt);
EIGENGRAD_API Tensor prod(const Tensor& x, std::int64_t dim, bool keepdim = false,
                          optional<ScalarType> dtype = nullopt);

/// At the edge: NaN when any element is NaN; equal largest elements share the gradient evenly.
/// Throws: ShapeError when there are no elements.
EIGENGRAD_API Tensor max(const Tensor& x);
EIGENGRAD_API Tensor min(const Tensor& x);
/// Largest (smallest) elements along `dim` and their indices. At the edge: the first NaN wins, else
/// the first of equal ones, and it gets the gradient.
/// Throws: IndexError when the dimension has no elements.
EIGENGRAD_API std::tuple<Tensor, Tensor> max(const Tensor& x, std::int64_t dim,
                                             bool keepdim = false);
EIGENGRAD_API std::tuple<Tensor, Tensor> min(const Tensor& x, std::int64_t dim,
                                             bool keepdim = false);
inline Tensor max(const Tensor& a, const Tensor& b) { return a.maximum(b); }
inline Tensor min(const Tensor& a, const Tensor& b) { return a.minimum(b); }
/// Index of the largest (smallest) element; into the flattened tensor without `dim`.
EIGENGRAD_API Tensor argmax(const Tensor& x, optional<std::int64_t> dim = nullopt,
                            bool keepdim = false);
EIGENGRAD_API Tensor argmin(const Tensor& x, optional<std::int64_t> dim = nullopt,
                            bool keepdim = false);

/// Mean squared deviation from the mean, divided by n - 1 (unbiased) or n.
/// At the edge: NaN over one element when unbiased.
EIGENGRAD_API Tensor var(const Tensor& x, bool unbiased = true);
EIGENGRAD_API Tensor var(const Tensor& x, OptionalIntArrayRef dim, bool unbiased = true,
                         bool keepdim = false);
/// The square root of var. At the edge: gradient 0 where the variance is 0.
EIGENGRAD_API Tensor std(const Tensor& x, bool unbiased = true);
EIGENGRAD_API Tensor std(const Tensor& x, OptionalIntArrayRef dim, bool unbiased = true,
                         bool keepdim = false);

/// Whether all (any) elements are not zero; a bool tensor.
EIGENGRAD_API Tensor all(const Tensor& x);
EIGENGRAD_API Tensor all(const Tensor& x, std::int64_t dim, bool keepdim = false);
EIGENGRAD_API Tensor any(const Tensor& x);
EIGENGRAD_API Tensor any(const Tensor& x, std::int64_t dim, bool keepdim = false);

/// Sums over what broadcasting `size` to the shape of x would repeat.
/// Throws: ShapeError when `size` does not broadcast to the shape of x.
EIGENGRAD_API Tensor sum_to_size(const Tensor& x, IntArrayRef size);

}  // namespace eigengrad
