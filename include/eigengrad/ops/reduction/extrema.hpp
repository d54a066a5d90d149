#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: without `dim` over all elements, to a tensor without dimensions; with it over the named
// dimensions (an empty list means all), which are dropped, or stay with extent 1 under `keepdim`.
// At the edge: NaN when any element is NaN.
// Throws: IndexError for a dimension out of range or without elements; ShapeError when there are no
// elements and no dimension is named.

/// The largest element.
/// At the edge: equal largest elements share the gradient evenly, as do the NaN when there are any.
EIGENGRAD_API Tensor max(const Tensor& x);
/// The smallest element.
/// At the edge: equal smallest elements share the gradient evenly, as do the NaN when there are any.
EIGENGRAD_API Tensor min(const Tensor& x);
/// Largest elements along `dim` and their indices.
/// At the edge: the first NaN wins, else the first of equal ones, and it gets the gradient.
EIGENGRAD_API std::tuple<Tensor, Tensor> max(const Tensor& x, std::int64_t dim,
                                             bool keepdim = false);
/// Smallest elements along `dim` and their indices. At the edge: as for max.
EIGENGRAD_API std::tuple<Tensor, Tensor> min(const Tensor& x, std::int64_t dim,
                                             bool keepdim = false);
inline Tensor max(const Tensor& a, const Tensor& b) { return a.maximum(b); }
inline Tensor min(const Tensor& a, const Tensor& b) { return a.minimum(b); }
/// Largest elements over any dimensions. At the edge: ties share as in max(x).
EIGENGRAD_API Tensor amax(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
/// Smallest elements over any dimensions. At the edge: ties share as in max(x).
EIGENGRAD_API Tensor amin(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
/// The smallest and the largest elements. At the edge: ties share as in max(x).
EIGENGRAD_API std::tuple<Tensor, Tensor> aminmax(const Tensor& x,
                                                 optional<std::int64_t> dim = nullopt,
                                                 bool keepdim = false);
/// Index of the largest element, the first of equal ones; into the flattened tensor without `dim`.
EIGENGRAD_API Tensor argmax(const Tensor& x, optional<std::int64_t> dim = nullopt,
                            bool keepdim = false);
/// Index of the smallest element, the first of equal ones; into the flattened tensor without `dim`.
EIGENGRAD_API Tensor argmin(const Tensor& x, optional<std::int64_t> dim = nullopt,
                            bool keepdim = false);

}  // namespace eigengrad
