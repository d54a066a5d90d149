#pragma once

#include "autograd/add.hpp"
#include "autograd/kinds.hpp"
#include "core/geometry.hpp"

/// Views that pick a part of their input by position.
namespace eigengrad {

struct Geometry {
  DimVector sizes;
  DimVector strides;
  std::int64_t offset = 0;
};

/// A view of `x`, marked as one.
inline Tensor new_view(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, std::int64_t offset,
                       detail::ViewKind kind = detail::ViewKind::Plain) {
  Tensor y = autograd::raw_view(x, sizes, strides, offset);
  autograd::mark_view(y, x, detail::recording() ? kind : detail::ViewKind::NoGrad);
  return y;
}

/// Zeros with `g` at the place that `Op` picks.
template <class Op>
struct Place {
  static constexpr auto node_name = Op::transpose_name;
  Op op;
  Tensor forward(const Tensor& g) const {
    Tensor whole = Tensor::adopt(detail::TensorImpl::create(g.dtype(), op.input_sizes));
    kernels::fill(whole, 0);
    kernels::copy(op.part_of(whole), g);
    return whole;
  }
  Tensor transpose(const Tensor& gg) const { return autograd::apply_linear(op, gg); }
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
  Tensor transpose(const Tensor& g) const { return autograd::apply_linear(Place<Op>{self()}, g); }
  void add_into(const Tensor& whole, const Tensor& g) const {
    Tensor part = part_of(whole);
    autograd::apply_inplace(autograd::Add{}, part, g);
  }

 private:
  const Op& self() const { return static_cast<const Op&>(*this); }
};

struct Select : Picks<Select> {
  static constexpr auto node_name = "SelectBackward0";
  static constexpr auto transpose_name = "SelectBackwardBackward0";
  std::size_t d;
  std::int64_t index;
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
  Geometry geometry(IntArrayRef sizes, IntArrayRef strides) const {
    Geometry g{DimVector(sizes), DimVector(strides), start * strides[d]};
    g.sizes[d] = length;
    g.strides[d] *= step;
    return g;
  }
};

struct Diagonal : Picks<Diagonal> {
  static constexpr auto node_name = "DiagonalBackward0";
  static constexpr auto transpose_name = "DiagonalBackwardBackward0";
  std::int64_t shift;
  std::size_t row;
  std::size_t column;
  Geometry geometry(IntArrayRef sizes, IntArrayRef strides) const {
    const std::int64_t down = shift < 0 ? -shift : 0;
    const std::int64_t right = shift > 0 ? shift : 0;
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

}  // namespace eigengrad
