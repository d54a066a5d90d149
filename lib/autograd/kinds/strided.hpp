#pragma once

#include "eigengrad/core/tensor.hpp"

/// Parts of a tensor that are given by strides over its memory, and the linear operators between the whole and the
/// part: what views and in-place writes to them are differentiated by.
namespace eigengrad::autograd {

/// Sizes, strides and offset, relative to the lowest element in memory that any index reaches.
struct Layout {
  DimVector sizes;
  DimVector strides;
  std::int64_t offset = 0;
};

/// Memory that holds the elements of two layouts, `whole` and `part` of it.
///
/// Where elements of the whole share memory (it is expanded) each stands for an equal share of it:
/// the memory holds their mean, and its gradient is divided among them.
struct StridedPart {
  Layout whole;
  Layout part;
  std::int64_t extent = 0;
  bool whole_overlaps = false;

  /// The elements of `layout` in `flat`, in place.
  static Tensor at(const Tensor& flat, const Layout& layout);
  /// The same as a new tensor.
  static Tensor read(const Tensor& flat, const Layout& layout);
  /// The memory, all zeros.
  Tensor zeros(ScalarType dtype) const;
  /// The memory with the elements `x` of the whole.
  Tensor with_whole(const Tensor& x) const;
  /// Divides each element of the memory by the number of elements of the whole that share it.
  void divide_by_counts(Tensor& flat) const;
  /// The largest number of elements of the part that share memory.
  std::int64_t most_in_one() const;

 private:
  /// How many elements of `layout` share each element of the memory.
  Tensor counts(const Layout& layout) const;
};

/// Reads the part of the whole; the transpose adds the part into zeros of the whole, where overlapping
/// elements add up.
struct Gather : StridedPart {
  static constexpr auto node_name = "AsStridedBackward0";
  Tensor forward(const Tensor& x) const { return read(with_whole(x), part); }
  Tensor transpose(const Tensor& g) const;
  void lift(std::int64_t lead);
};
struct Scatter {
  static constexpr auto node_name = "AsStridedScatterBackward0";
  Gather gather;
  Tensor forward(const Tensor& g) const;
  Tensor transpose(const Tensor& gg) const;
  void lift(std::int64_t lead) { gather.lift(lead); }
};
/// The whole with zeros at the part.
struct ZeroPart {
  static constexpr auto node_name = "SliceScatterBackward0";
  Gather gather;
  Tensor forward(const Tensor& g) const;
  Tensor transpose(const Tensor& g) const;
  void lift(std::int64_t lead) { gather.lift(lead); }
};

/// A view of the given geometry, `offset` elements from the first one of `base`.
Gather gather_of(const Tensor& base, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset);
Gather gather_of(const Tensor& base, const Tensor& view);

/// Whether the memory of `view` lies within the span of the elements of `whole`.
bool lies_within(const Tensor& whole, const Tensor& view);

}  // namespace eigengrad::autograd
