#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

// For each slice of src along dimension `d`: indices along `d` of the elements that a rule chooses by their
// order. The sort is stable, and NaN come last. `indices` is int64 and contiguous and has the shape of src
// except along `d`. Slices with a result must not be empty.

/// Indices of all elements, in ascending or descending order (then NaN come first).
void sort(const Tensor& indices, const Tensor& src, std::size_t d, bool descending);
/// Indices of the largest (smallest) elements along `d`, in order, as many as `indices` is long.
void top(const Tensor& indices, const Tensor& src, std::size_t d, bool largest);
/// The index of the element that has `k` others before it in ascending order.
void kth(const Tensor& indices, const Tensor& src, std::size_t d, std::int64_t k);
/// The index of the lower of the middle elements; of the first NaN, if there is one, unless they are ignored
/// and there are others.
void median(const Tensor& indices, const Tensor& src, std::size_t d, bool ignore_nan);
/// The last index of the most frequent element, the smallest if there are several.
void mode(const Tensor& indices, const Tensor& src, std::size_t d);
/// Indices of the elements that have the given ranks in ascending order; `ranks` has the shape of `indices` and
/// is contiguous.
void at_ranks(const Tensor& indices, const Tensor& ranks, const Tensor& src, std::size_t d);

/// For each value the number of elements of the sequence in the same row of `sorted` that are below it
/// (not above it, if `right`); NaN is above all. Both contiguous and of one dtype; `sorted` may have one
/// row for all.
void search(const Tensor& indices, const Tensor& sorted, const Tensor& values, bool right);

/// How many elements of src fall into each of the equal parts of [low, high]; contiguous.
void count_in_bins(const Tensor& counts, const Tensor& src, double low, double high);

}  // namespace eigengrad::kernels
