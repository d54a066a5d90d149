#pragma once

#include <tuple>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: those of x, unless it says otherwise; a tensor without dimensions counts as one element.
// Negative dimensions count from the end. Throws: IndexError for a dimension out of range.

/// Sums of the elements up to each. Integers and bool add up in int64, or in `dtype`.
/// Cost: one pass; the error does not grow with the number of elements, but for cancellation.
EIGENGRAD_API Tensor cumsum(const Tensor& x, std::int64_t dim,
                            optional<ScalarType> dtype = nullopt);
/// Products of the elements up to each. Integers and bool multiply in int64, or in `dtype`.
/// At the edge: derivatives of every order are exact where elements are 0.
/// Cost: O(n), also of the derivatives of every order.
EIGENGRAD_API Tensor cumprod(const Tensor& x, std::int64_t dim,
                             optional<ScalarType> dtype = nullopt);
/// Logarithms of the sums of exp(x) up to each, without overflow.
/// At the edge: -inf adds nothing and has gradient 0, also where nothing else precedes it.
EIGENGRAD_API Tensor logcumsumexp(const Tensor& x, std::int64_t dim);

/// The largest element up to each, and its index: the last of equal ones, which gets the gradient.
/// At the edge: NaN from the first NaN on.
EIGENGRAD_API std::tuple<Tensor, Tensor> cummax(const Tensor& x, std::int64_t dim);
/// The smallest element up to each, and its index: the last of equal ones, which gets the gradient.
/// At the edge: NaN from the first NaN on.
EIGENGRAD_API std::tuple<Tensor, Tensor> cummin(const Tensor& x, std::int64_t dim);

/// Differences of neighbours, `n` times over, of `prepend`, x and `append` joined. Of bools: whether
/// they differ.
/// Shapes: every time shorter by one along `dim`, down to nothing.
/// Throws: ShapeError for a tensor without dimensions; ValueError for a negative n.
EIGENGRAD_API Tensor diff(const Tensor& x, std::int64_t n = 1, std::int64_t dim = -1,
                          const OptionalTensor& prepend = {}, const OptionalTensor& append = {});

/// Integral along `dim` of the line through the points y over x, or over points `dx` apart.
/// Shapes: without `dim`; x has one element for each of y along `dim`, or a shape that broadcasts with
/// that of y.
/// At the edge: 0 over fewer than two points.
/// Throws: ShapeError when the points do not fit together; DtypeError for bool.
EIGENGRAD_API Tensor trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim = -1);
EIGENGRAD_API Tensor trapezoid(const Tensor& y, const Scalar& dx = 1, std::int64_t dim = -1);
/// trapezoid by its older name.
EIGENGRAD_API Tensor trapz(const Tensor& y, const Tensor& x, std::int64_t dim = -1);
EIGENGRAD_API Tensor trapz(const Tensor& y, double dx = 1, std::int64_t dim = -1);
/// The integrals up to each point but the first. Shapes: shorter by one along `dim`.
EIGENGRAD_API Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim = -1);
EIGENGRAD_API Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx = 1,
                                          std::int64_t dim = -1);

/// Derivatives of sampled values along each of some dimensions (all, unless given): central
/// differences inside, one-sided ones of order `edge_order` (1 or 2) at both ends. `spacing` is the
/// distance of neighbours, one for all dimensions or one for each, or for each the coordinates.
/// Shapes: one tensor for each dimension, as large as x.
/// Throws: ShapeError when a dimension has not edge_order + 1 elements, or coordinates or spacings do
/// not fit; ValueError for another edge_order or a dimension named twice; DtypeError for bool.
/// Source: of unevenly spaced samples the parabola through three neighbours.
EIGENGRAD_API std::vector<Tensor> gradient(const Tensor& x,
                                           const optional<Scalar>& spacing = nullopt,
                                           optional<std::int64_t> dim = nullopt,
                                           std::int64_t edge_order = 1);
EIGENGRAD_API std::vector<Tensor> gradient(const Tensor& x, const Scalar& spacing, IntArrayRef dim,
                                           std::int64_t edge_order = 1);
EIGENGRAD_API std::vector<Tensor> gradient(const Tensor& x, IntArrayRef dim,
                                           std::int64_t edge_order = 1);
EIGENGRAD_API std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing,
                                           optional<std::int64_t> dim = nullopt,
                                           std::int64_t edge_order = 1);
EIGENGRAD_API std::vector<Tensor> gradient(const Tensor& x, ArrayRef<Scalar> spacing,
                                           IntArrayRef dim, std::int64_t edge_order = 1);
EIGENGRAD_API std::vector<Tensor> gradient(const Tensor& x, TensorList spacing,
                                           optional<std::int64_t> dim = nullopt,
                                           std::int64_t edge_order = 1);
EIGENGRAD_API std::vector<Tensor> gradient(const Tensor& x, TensorList spacing, IntArrayRef dim,
                                           std::int64_t edge_order = 1);

}  // namespace eigengrad
