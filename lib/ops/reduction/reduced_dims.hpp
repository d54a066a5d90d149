#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "autograd/kinds.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/ops/reduction/softmax.hpp"

/// What operators that reduce over dimensions share.
namespace eigengrad {

/// The dimensions that a reduction runs over, for tensors of one shape.
class ReducedDims {
 public:
  /// Reduces over all dimensions if `dim` is missing or empty.
  ReducedDims(std::string_view op, const Tensor& x, OptionalIntArrayRef dim, bool keepdim)
      : input_(x.sizes()), keepdim_(keepdim) {
    static_assert(detail::kMaxDim <= 64);
    const std::size_t n = input_.size();
    if (!dim.has_value() || dim.value().empty()) {
      reduced_ = ~std::uint64_t{0};
      return;
    }
    for (const std::int64_t d : dim.value()) {
      const std::uint64_t bit = std::uint64_t{1} << detail::wrap_dim(op, d, n);
      if (n != 0 && (reduced_ & bit) != 0)
        detail::fail<ValueError>(op, "dimension ", d,
                                 " appears twice in the list of dimensions; name each once");
      reduced_ |= bit;
    }
  }

  /// The number of elements that are reduced to one.
  std::int64_t count() const noexcept {
    std::int64_t n = 1;
    for (std::size_t d = 0; d < input_.size(); ++d)
      if (is_reduced(d)) n *= input_[d];
    return n;
  }

  /// The result of `kernel` on x, with the extents asked for. The kernel gets a result with extent 1 in the
  /// reduced dimensions.
  template <class Kernel>
  Tensor values(Kernel kernel, const Tensor& x, ScalarType dtype) const {
    const Tensor y = values_with_ones(kernel, x, dtype);
    drop_ones(y);
    return y;
  }
  template <class Kernel>
  Tensor values(Kernel kernel, const Tensor& x) const {
    return values(kernel, x, x.dtype());
  }
  /// The result of `kernel` on x, with extent 1 in the reduced dimensions whether keepdim or not.
  template <class Kernel>
  Tensor values_with_ones(Kernel kernel, const Tensor& x, ScalarType dtype) const {
    const Extents ones(*this, true);
    Tensor y = detail::uninitialised(dtype, ones);
    kernel(y, x);
    return y;
  }
  /// Gives a result of values_with_ones() the extents asked for.
  void drop_ones(const Tensor& y) const {
    if (keepdim_ || input_.empty()) return;
    const Extents sizes(*this, false);
    std::int64_t strides[detail::kMaxDim];
    std::int64_t stride = 1;
    for (std::size_t d = sizes.n; d-- > 0; stride *= sizes.of[d] > 1 ? sizes.of[d] : 1)
      strides[d] = stride;
    y.impl()->set_geometry(sizes, {strides, sizes.n}, y.impl()->bytes());
  }

  /// The result `y` with extent 1 in the reduced dimensions.
  Tensor with_ones(const Tensor& y) const {
    const Extents ones(*this, true);
    return y.sizes() == IntArrayRef(ones) ? y : y.reshape(ones);
  }
  /// The inverse of with_ones().
  Tensor without_ones(const Tensor& y) const {
    const Extents sizes(*this, keepdim_);
    return y.sizes() == IntArrayRef(sizes) ? y : y.reshape(sizes);
  }
  /// The cotangents that follow have a lead; values have none (autograd/lifting.hpp, Note [Lifting]).
  void lift(std::int64_t lead) noexcept { lead_ = lead; }
  /// `g`, the cotangent of a result, with extent 1 in the reduced dimensions.
  Tensor cotangent_with_ones(const Tensor& g) const {
    if (lead_ < 0) return with_ones(g);
    const DimVector ones = autograd::with_lead(lead_, Extents(*this, true));
    return g.sizes() == IntArrayRef(ones) ? g : g.reshape(ones);
  }
  /// `g`, the cotangent of a result, expanded to the extents of the input.
  Tensor spread(const Tensor& g) const {
    return autograd::expand_to(cotangent_with_ones(g), input_, lead_);
  }
  /// The same for a value.
  Tensor spread_value(const Tensor& y) const { return autograd::expand_to(with_ones(y), input_); }
  /// The transpose of spread(): sums over what was reduced.
  Tensor gathered(const Tensor& t) const { return without_ones(gathered_with_ones(t)); }
  /// Softmax over all reduced dimensions at once.
  Tensor softmax(const Tensor& x) const {
    if (input_.size() == 1 || std::has_single_bit(reduced_))
      return eigengrad::softmax(x, std::countr_zero(reduced_));
    DimVector order, inverse(input_.size()), kept;
    for (const bool reduced : {false, true})
      for (std::size_t d = 0; d < input_.size(); ++d) {
        if (is_reduced(d) != reduced) continue;
        inverse[d] = static_cast<std::int64_t>(order.size());
        order.push_back(static_cast<std::int64_t>(d));
        if (!reduced) kept.push_back(input_[d]);
      }
    const Tensor sorted = x.permute(order);
    kept.push_back(count());
    return eigengrad::softmax(sorted.reshape(kept), -1).reshape(sorted.sizes()).permute(inverse);
  }
  Tensor gathered_with_ones(const Tensor& t) const {
    return autograd::sum_to(t, Extents(*this, true));
  }

 private:
  struct Extents {
    Extents(const ReducedDims& dims, bool keep_ones) noexcept {
      for (std::size_t d = 0; d < dims.input_.size(); ++d)
        if (!dims.is_reduced(d))
          of[n++] = dims.input_[d];
        else if (keep_ones)
          of[n++] = 1;
    }
    operator IntArrayRef() const noexcept { return {of, n}; }
    std::size_t n = 0;
    std::int64_t of[detail::kMaxDim];
  };
  bool is_reduced(std::size_t d) const noexcept { return (reduced_ >> d & 1) != 0; }

  DimVector input_;
  std::int64_t lead_ = -1;
  std::uint64_t reduced_ = 0;
  bool keepdim_;
};

/// Throws: IndexError when a dimension that is reduced has no elements, ShapeError when none is named
/// and there are none.
inline void require_elements(std::string_view op, const Tensor& x, OptionalIntArrayRef dim) {
  if (x.numel() > 0) return;
  if (!dim.has_value() || dim.value().empty())
    detail::fail<ShapeError>(op, "the tensor of shape ", x.sizes(),
                             " has no elements. Specify the reduction dim");
  for (const std::int64_t d : dim.value()) {
    const std::size_t w = detail::wrap_dim(op, d, x.sizes().size());
    if (x.sizes()[w] == 0)
      detail::fail<IndexError>(op, "dimension ", d, " of shape ", x.sizes(),
                               " has no elements; the reduction dim must have some");
  }
}

/// Whether operators that are called now may be differentiated: recording is on, or a dual level is open.
inline bool may_be_differentiated() {
  return detail::recording() || detail::thread_state.dual_level;
}

}  // namespace eigengrad
