#pragma once

#include <cstring>

#include "autograd/add.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/kinds.hpp"
#include "autograd/views.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"

/// Views that pick a part of their input by position.
namespace eigengrad {

struct Geometry {
  DimVector sizes;
  DimVector strides;
  std::int64_t offset = 0;
};

/// The stride from an element to the one `step` elements further. Where it does not fit in an int64 the
/// dimension is left with one element at most, so that any stride will do.
inline std::int64_t long_stride(std::int64_t stride, std::int64_t step) noexcept {
  std::int64_t product = 0;
  return __builtin_mul_overflow(stride, step, &product) ? stride : product;
}

/// A view of `x`, marked as one.
inline Tensor new_view(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset,
                       detail::ViewKind kind = detail::ViewKind::Plain) {
  Tensor y = autograd::raw_view(x, sizes, strides, offset);
  autograd::mark_view(y, x, detail::recording() ? kind : detail::ViewKind::NoGrad);
  return y;
}

/// part += g, unrecorded.
inline void add_to(Tensor part, const Tensor& g) {
  const detail::Unrecorded unrecorded;
  autograd::apply_inplace(autograd::Add{}, part, g);
}

/// The transpose of a pick: zeros with `g` at the part that `Op` picks.
template <class Op>
struct ScatterPart {
  static constexpr auto node_name = Op::transpose_name;
  Op op;
  Tensor forward(const Tensor& g) const {
    Tensor whole = detail::uninitialised(g.dtype(), op.input_sizes);
    op.clear_around(whole);
    op.write_into(whole, g);
    return whole;
  }
  Tensor transpose(const Tensor& gg) const { return autograd::apply_linear(op, gg); }
  void lift(std::int64_t lead) { op.lift(lead); }
};

/// What the picking operators share; each states geometry(sizes, strides).
template <class Op>
struct Picks {
  DimVector input_sizes;

  Tensor view_of(const Tensor& x, detail::ViewKind kind) const {
    const Geometry at = self().geometry(x.sizes(), x.strides());
    return new_view(x, at.sizes, at.strides, at.offset, kind);
  }
  Tensor part_of(const Tensor& x) const {
    const Geometry at = self().geometry(x.sizes(), x.strides());
    return autograd::raw_view(x, at.sizes, at.strides, at.offset);
  }
  Tensor forward(const Tensor& x) const { return view_of(x, detail::ViewKind::Plain); }
  Tensor transpose(const Tensor& g) const {
    return autograd::apply_linear(ScatterPart<Op>{self()}, g);
  }
  /// Sets the elements outside the part of a row-major whole to zero; maybe those inside as well.
  void clear_around(const Tensor& whole) const {
    const Tensor part = part_of(whole);
    if (part.numel() == 0 || !part.is_contiguous()) return kernels::fill(whole, 0);
    const auto bytes = [](const Tensor& t) { return t.numel() * element_size(t.dtype()); };
    std::byte* const begin = whole.impl()->bytes();
    std::byte* const first = part.impl()->bytes();
    std::byte* const last = first + bytes(part);
    std::memset(begin, 0, static_cast<std::size_t>(first - begin));
    std::memset(last, 0, static_cast<std::size_t>(begin + bytes(whole) - last));
  }
  void write_into(const Tensor& whole, const Tensor& g) const { kernels::copy(part_of(whole), g); }
  void add_into(const Tensor& whole, const Tensor& g) const { add_to(part_of(whole), g); }

 private:
  const Op& self() const { return static_cast<const Op&>(*this); }
};

struct Select : Picks<Select> {
  static constexpr auto node_name = "SelectBackward0";
  static constexpr auto transpose_name = "SelectBackwardBackward0";
  std::size_t d;
  std::int64_t index;
  void lift(std::int64_t lead) {
    input_sizes.insert(0, lead);
    ++d;
  }
  Geometry geometry(IntArrayRef sizes, IntArrayRef strides) const {
    Geometry g{DimVector(sizes), DimVector(strides), index * strides[d]};
    g.sizes.erase(d);
    g.strides.erase(d);
    return g;
  }
};

struct SliceOf : Picks<SliceOf> {
  static constexpr auto node_name = "SliceBackward0";
  static constexpr auto transpose_name = "SliceBackwardBackward0";
  std::size_t d;
  std::int64_t start;
  std::int64_t length;
  std::int64_t step;
  void lift(std::int64_t lead) {
    input_sizes.insert(0, lead);
    ++d;
  }
  Geometry geometry(IntArrayRef sizes, IntArrayRef strides) const {
    Geometry g{DimVector(sizes), DimVector(strides), start * strides[d]};
    g.sizes[d] = length;
    g.strides[d] = long_stride(g.strides[d], step);
    return g;
  }
};

struct Diagonal : Picks<Diagonal> {
  static constexpr auto node_name = "DiagonalBackward0";
  static constexpr auto transpose_name = "DiagonalBackwardBackward0";
  std::int64_t shift;
  std::size_t row;
  std::size_t column;
  void lift(std::int64_t lead) {
    input_sizes.insert(0, lead);
    ++row;
    ++column;
  }
  Geometry geometry(IntArrayRef sizes, IntArrayRef strides) const {
    const std::int64_t within = std::clamp(shift, -sizes[row], sizes[column]);
    const std::int64_t down = within < 0 ? -within : 0;
    const std::int64_t right = within > 0 ? within : 0;
    const std::int64_t length =
        std::max<std::int64_t>(0, std::min(sizes[row] - down, sizes[column] - right));
    Geometry g{DimVector(sizes), DimVector(strides),
               length == 0 ? 0 : down * strides[row] + right * strides[column]};
    g.sizes.erase(std::max(row, column));
    g.strides.erase(std::max(row, column));
    g.sizes.erase(std::min(row, column));
    g.strides.erase(std::min(row, column));
    g.sizes.push_back(length);
    g.strides.push_back(strides[row] + strides[column]);
    return g;
  }
};

/// Windows of `size` elements at every `step` along a dimension, their elements in a new last one.
struct Windows : Picks<Windows> {
  static constexpr auto node_name = "UnfoldBackward0";
  static constexpr auto transpose_name = "UnfoldBackwardBackward0";
  std::size_t d;
  std::int64_t size;
  std::int64_t step;
  std::size_t leads = 0;
  void lift(std::int64_t lead) {
    input_sizes.insert(0, lead);
    ++d;
    ++leads;
  }
  Geometry geometry(IntArrayRef sizes, IntArrayRef strides) const {
    Geometry g{DimVector(sizes), DimVector(strides)};
    g.sizes.push_back(size);
    if (sizes.size() == leads) {  // one element is a window of one, or of none
      g.strides.push_back(1);
      return g;
    }
    g.strides.push_back(strides[d]);
    g.sizes[d] = (sizes[d] - size) / step + 1;
    g.strides[d] = long_stride(g.strides[d], step);
    return g;
  }
  void clear_around(const Tensor& whole) const { kernels::fill(whole, 0); }
  void write_into(const Tensor& whole, const Tensor& g) const { add_into(whole, g); }
  /// Windows may overlap. The elements of one window do not, nor do the elements at one index of all windows.
  void add_into(const Tensor& whole, const Tensor& g) const {
    const Tensor part = part_of(whole);
    const std::size_t last = part.sizes().size() - 1;
    if (step >= size || part.dim() == 1) return add_to(part, g);
    if (d + 1 == last) return kernels::add_into_overlapping(part, g);
    const std::size_t along = size <= part.sizes()[d] ? last : d;
    for (std::int64_t i = 0; i < part.sizes()[along]; ++i)
      add_to(at(part, along, i), at(g, along, i));
  }

 private:
  static Tensor at(const Tensor& x, std::size_t along, std::int64_t i) {
    const Geometry g = Select{{DimVector(x.sizes())}, along, i}.geometry(x.sizes(), x.strides());
    return autograd::raw_view(x, g.sizes, g.strides, g.offset);
  }
};

}  // namespace eigengrad
