#pragma once

#include <concepts>
#include <string_view>
#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Equal elements keep their order and NaN come last, also when a function does not promise it: the
// results are the same at every call. The gradient goes to the elements that were chosen.
// Throws: IndexError for a dimension out of range, or without elements where one must be chosen.

/// The elements in order along `dim`, and the indices that they had.
EIGENGRAD_API std::tuple<Tensor, Tensor> sort(const Tensor& x, std::int64_t dim = -1,
                                              bool descending = false);
EIGENGRAD_API std::tuple<Tensor, Tensor> sort(const Tensor& x, optional<bool> stable,
                                              std::int64_t dim = -1, bool descending = false);
/// The elements in ascending order along the first dimension.
EIGENGRAD_API Tensor msort(const Tensor& x);
/// The indices that sort x along `dim`.
EIGENGRAD_API Tensor argsort(const Tensor& x, std::int64_t dim = -1, bool descending = false);
/// argsort() with the argument `stable`; a template, so that argsort(x, 0) means dimension 0.
template <std::same_as<bool> B>
Tensor argsort(const Tensor& x, B stable, std::int64_t dim = -1, bool descending = false) {
  return std::get<1>(sort(x, optional<bool>(stable), dim, descending));
}
/// The k largest (smallest) elements along `dim`, in order whether `sorted` or not, and their indices.
/// At the edge: NaN counts as the largest. Throws: IndexError when there are not k elements.
EIGENGRAD_API std::tuple<Tensor, Tensor> topk(const Tensor& x, std::int64_t k,
                                              std::int64_t dim = -1, bool largest = true,
                                              bool sorted = true);
/// The k-th smallest element along `dim`, counted from 1, and its index.
/// Throws: IndexError when there are not k elements.
EIGENGRAD_API std::tuple<Tensor, Tensor> kthvalue(const Tensor& x, std::int64_t k,
                                                  std::int64_t dim = -1, bool keepdim = false);

/// The lower of the middle elements of the sorted tensor.
/// At the edge: NaN when any element is, or when there are none (the smallest number for integers);
/// elements equal to the median share the gradient evenly.
EIGENGRAD_API Tensor median(const Tensor& x);
/// The lower of the middle elements along `dim`, and its index. At the edge: the first NaN wins.
EIGENGRAD_API std::tuple<Tensor, Tensor> median(const Tensor& x, std::int64_t dim,
                                                bool keepdim = false);
/// median() over the elements that are not NaN, with or without `dim`. At the edge: NaN when there are no others.
EIGENGRAD_API Tensor nanmedian(const Tensor& x);
EIGENGRAD_API std::tuple<Tensor, Tensor> nanmedian(const Tensor& x, std::int64_t dim,
                                                   bool keepdim = false);
/// The most frequent element along `dim`, the smallest when there are several, and the last index that
/// it has. At the edge: NaN are equal here.
EIGENGRAD_API std::tuple<Tensor, Tensor> mode(const Tensor& x, std::int64_t dim = -1,
                                              bool keepdim = false);

/// The elements at the fractions q of the order, between 0 and 1; over all elements without `dim`.
/// Between two elements: "linear", "lower", "higher", "midpoint" or "nearest" (a tie to the even one).
/// Differentiable in q too, where it interpolates linearly.
/// Shapes: those of q, which has at most one dimension, then those of x without `dim` (with extent 1
/// under `keepdim`).
/// At the edge: NaN when any element is; a fraction that meets an element gives it, also when it is
/// infinite.
/// Throws: DtypeError unless x is floating point and q of its dtype; ShapeError when q has more than one
/// dimension or x no elements; ValueError when q is outside [0, 1] or the interpolation is unknown.
EIGENGRAD_API Tensor quantile(const Tensor& x, const Tensor& q,
                              optional<std::int64_t> dim = nullopt, bool keepdim = false,
                              std::string_view interpolation = "linear");
EIGENGRAD_API Tensor quantile(const Tensor& x, double q, optional<std::int64_t> dim = nullopt,
                              bool keepdim = false, std::string_view interpolation = "linear");
/// quantile() over the elements that are not NaN. At the edge: NaN when there are no others.
EIGENGRAD_API Tensor nanquantile(const Tensor& x, const Tensor& q,
                                 optional<std::int64_t> dim = nullopt, bool keepdim = false,
                                 std::string_view interpolation = "linear");
EIGENGRAD_API Tensor nanquantile(const Tensor& x, double q, optional<std::int64_t> dim = nullopt,
                                 bool keepdim = false, std::string_view interpolation = "linear");

/// For each value the first index in the ascending `sorted_sequence` where it can be inserted; the last
/// one if `right`, or if `side` is "right". `sorter` gives the ascending order of a sequence that is not
/// sorted. int64, without derivative.
/// Shapes: the sequence has one dimension, or those of the values except the last.
/// At the edge: NaN is above all.
/// Throws: ShapeError when shapes do not fit; ValueError for another side, or one against `right`;
/// DtypeError for out_int32, since there is no such dtype, or a sorter that is not int64; IndexError for
/// a sorter out of range.
EIGENGRAD_API Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values,
                                  bool out_int32 = false, bool right = false,
                                  optional<std::string_view> side = nullopt,
                                  const OptionalTensor& sorter = {});
EIGENGRAD_API Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& value,
                                  bool out_int32 = false, bool right = false,
                                  optional<std::string_view> side = nullopt,
                                  const OptionalTensor& sorter = {});
/// searchsorted with the arguments the other way round; `boundaries` has one dimension.
EIGENGRAD_API Tensor bucketize(const Tensor& values, const Tensor& boundaries,
                               bool out_int32 = false, bool right = false);
EIGENGRAD_API Tensor bucketize(const Scalar& value, const Tensor& boundaries,
                               bool out_int32 = false, bool right = false);

/// @cond
template <std::same_as<bool> B>
Tensor Tensor::argsort(B stable, std::int64_t dim, bool descending) const {
  return eigengrad::argsort(*this, stable, dim, descending);
}
/// @endcond

}  // namespace eigengrad
