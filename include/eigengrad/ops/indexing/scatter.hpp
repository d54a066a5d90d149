#pragma once

#include <string_view>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Writing to elements picked by an int64 index. What meets at one element is combined in the order of
// the index, so results do not depend on the number of threads. The dtype of src is that of x.
// At the edge: of values written to one element the last one stays; each gets the element's gradient,
// as in PyTorch.
// Domain: indices from 0, unless it says otherwise; negative ones are out of range.
// Throws: IndexError for indices out of range; ShapeError for shapes that do not fit; DtypeError for an
// index that is not int64, or a src of another dtype than x.

/// A copy of x with src, or a number, at the elements that gather(x, dim, index) reads.
/// Shapes: index has as many dimensions as x and src, no larger extents than src and, apart from dim,
/// than x; the rest of src is not read.
EIGENGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index,
                             const Tensor& src);
EIGENGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index,
                             const Scalar& value);
/// A copy of x in which src, or a number, is added to the elements that gather(x, dim, index) reads, or
/// multiplies them: `reduce` is "add" or "multiply".
EIGENGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index,
                             const Tensor& src, std::string_view reduce);
EIGENGRAD_API Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index,
                             const Scalar& value, std::string_view reduce);

/// A copy of x with src added to the elements that gather(x, dim, index) reads; the transpose of gather().
EIGENGRAD_API Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index,
                                 const Tensor& src);

/// scatter() that reduces what is put at one element by "sum", "prod", "mean", "amax" or "amin": the values
/// of src and, if `include_self`, the element of x. Elements at which nothing is put are those of x.
/// At the edge: equal extrema share the gradient evenly, NaN among themselves; products are exact with
/// zeros at every order. Means of integers round down.
/// Throws: ValueError for another `reduce`.
EIGENGRAD_API Tensor scatter_reduce(const Tensor& x, std::int64_t dim, const Tensor& index,
                                    const Tensor& src, std::string_view reduce,
                                    bool include_self = true);

/// A copy of x with alpha * source added to the slices along `dim` at `index`, a vector; the transpose
/// of index_select().
/// Shapes: source is as large as x but along dim, where it is as long as index.
EIGENGRAD_API Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index,
                               const Tensor& source, const Scalar& alpha = 1);
/// A copy of x with the slices of source in place of the slices along `dim` at `index`, a vector.
EIGENGRAD_API Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index,
                                const Tensor& source);
/// A copy of x with a number, or a tensor without dimensions, in all elements of the slices along `dim` at
/// `index`. Negative indices count from the end.
EIGENGRAD_API Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index,
                                const Scalar& value);
EIGENGRAD_API Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index,
                                const Tensor& value);
/// scatter_reduce() slice by slice, by "prod", "mean", "amax" or "amin".
EIGENGRAD_API Tensor index_reduce(const Tensor& x, std::int64_t dim, const Tensor& index,
                                  const Tensor& source, std::string_view reduce,
                                  bool include_self = true);

/// A copy of x with `source` at row-major positions, or added to them. Negative ones count from the
/// end.
/// Shapes: source has as many elements as index.
EIGENGRAD_API Tensor put(const Tensor& x, const Tensor& index, const Tensor& source,
                         bool accumulate = false);

/// "sum", "mean", "max", "min" or "prod" of consecutive slices of data: the first lengths[0] of them
/// along `axis`, the next lengths[1], and so on. Instead of lengths their ends may be given, as
/// offsets[0] = 0, offsets[1], ... Every segment begins with `initial`; an empty one without it gives
/// 0, NaN, -inf, inf and 1.
/// Shapes: lengths is a vector for axis 0; with more dimensions, it splits each row along its last
/// one, `axis`, in its own way.
/// At the edge: as scatter_reduce(); an extremum equal to `initial` belongs to the data.
/// Throws: ShapeError for lengths that do not add up to the extent; ValueError for negative ones, for
/// another `reduce`, and for `indices`, which PyTorch has not defined yet; DtypeError for integers.
EIGENGRAD_API Tensor segment_reduce(const Tensor& data, std::string_view reduce,
                                    const OptionalTensor& lengths = {},
                                    const OptionalTensor& indices = {},
                                    const OptionalTensor& offsets = {}, std::int64_t axis = 0,
                                    bool unsafe = false, const optional<Scalar>& initial = nullopt);

}  // namespace eigengrad
