#include "eigengrad/ops/shape/copies.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/inplace.hpp"
#include "autograd/kinds.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "core/new_tensor.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/shape/views.hpp"

namespace eigengrad {
namespace {

using autograd::apply_linear;

/// A write whose result does not depend on what was there before: its gradient by that is 0.
struct Overwrite {
  static constexpr auto node_name = "CopyBackwards";
  DimVector src_sizes;
  ScalarType src_dtype;
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    if (i == 0) return eigengrad::zeros_like(g);
    return autograd::cast(autograd::sum_to(g, src_sizes, lead), src_dtype);
  }
};

struct Filled {
  static constexpr auto node_name = "FillBackward0";
  static constexpr bool lifts_to_itself = true;
  Tensor transpose(const Tensor& g) const { return eigengrad::zeros_like(g); }
};
struct Zeroed : Filled {
  static constexpr auto node_name = "ZeroBackward0";
};

/// Filling with a scalar: the linear part is 0, and the caller writes the scalar into the result.
struct FillScalar : Filled {
  Tensor forward(const Tensor& x) const { return zeros(x.sizes(), x.dtype()); }
};
struct FillTensor {
  static constexpr auto node_name = "FillBackward1";
  std::int64_t lead = -1;
  void lift(std::int64_t to) { lead = to; }
  Tensor forward(TensorList xs) const {
    Tensor y = detail::uninitialised(xs[0].dtype(), xs[0].sizes());
    kernels::copy(y, xs[1]);
    return y;
  }
  Tensor transpose(const Tensor& g, std::size_t i) const {
    return i == 0 ? eigengrad::zeros_like(g) : autograd::sum_to(g, {}, lead);
  }
};

template <class Op>
void write_scalar(std::string_view op, Tensor& self, const Scalar& value) {
  const bool record = detail::recording() && detail::is_tracked(self);
  autograd::check_inplace(op, self, record);
  autograd::NextHistory history;
  if (record)
    history = {self,
               autograd::make_node<autograd::LinearNode<Op>>(Op{}, autograd::gradient_edge(self))};
  if (detail::carries_tangent(self)) autograd::write_tangent(self, zeros_like(self.detach()));
  kernels::fill(self, value);
  self.impl()->storage().bump_version();
  history.commit(self);
}

}  // namespace

Tensor Tensor::to(ScalarType t) const {
  get();
  return autograd::cast(*this, t);
}

Tensor Tensor::to(const TensorOptions& o) const {
  get();
  if (o.requires_grad())
    detail::fail<ValueError>(
        "to",
        "options with requires_grad set are not taken; call requires_grad_() on "
        "the result");
  return o.has_dtype() ? to(o.dtype()) : *this;
}

Tensor Tensor::contiguous() const {
  return is_contiguous() ? *this : autograd::copy_row_major(*this);
}

Tensor clone(const Tensor& x) { return autograd::copy_like(x, x); }
Tensor Tensor::clone() const {
  get();
  return eigengrad::clone(*this);
}

Tensor fill(const Tensor& x, const Scalar& value) {
  Tensor y = apply_linear(FillScalar{}, x);
  kernels::fill(y, value);
  return y;
}
Tensor fill(const Tensor& x, const Tensor& value) {
  if (value.dim() != 0)
    detail::fail<ShapeError>("fill", "the value must be a tensor without dimensions, got shape ",
                             value.sizes());
  return autograd::apply_linear_list(FillTensor{}, {x, autograd::cast(value, x.dtype())});
}

Tensor& Tensor::copy_(const Tensor& src) const {
  get();
  const DimVector shape = autograd::broadcast_shapes("copy_", sizes(), src.sizes());
  if (!(sizes() == IntArrayRef(shape)))
    detail::fail<ShapeError>("copy_", "output with shape ", sizes(),
                             " doesn't match the broadcast shape ", IntArrayRef(shape),
                             "; an in-place result cannot grow");
  const bool record = detail::recording() && is_floating_point() &&
                      (detail::is_tracked(self()) || detail::is_tracked(src));
  autograd::check_inplace("copy_", self(), record);
  if (is_same(src)) {
    impl_->storage().bump_version();
    return self();
  }
  Tensor source = src;
  if (&src.impl()->storage() == &impl_->storage()) {
    const detail::Unrecorded unrecorded;
    source = autograd::copy_row_major(src);
  }
  autograd::NextHistory history;
  if (record) {
    std::vector<autograd::Edge> edges{
        autograd::gradient_edge(self()),
        src.is_floating_point() ? autograd::gradient_edge(src) : autograd::Edge()};
    history = {self(), autograd::make_node<autograd::ListLinearNode<Overwrite>>(
                           Overwrite{DimVector(src.sizes()), src.dtype()}, std::move(edges))};
  }
  if (detail::carries_tangent(src) || detail::carries_tangent(self())) {
    const detail::NoTangents plain;
    autograd::write_tangent(
        self(), src.impl()->has_tangent()
                    ? autograd::expand_to(autograd::cast(detail::tangent_of(src), dtype()), sizes())
                    : zeros_like(detach()));
  }
  kernels::copy(self(), source);
  impl_->storage().bump_version();
  history.commit(self());
  return self();
}

Tensor& Tensor::fill_(const Scalar& value) const {
  get();
  write_scalar<Filled>("fill_", self(), value);
  return self();
}
Tensor& Tensor::fill_(const Tensor& value) const {
  if (value.dim() != 0)
    detail::fail<ShapeError>("fill_", "the value must be a tensor without dimensions, got shape ",
                             value.sizes(), "; use copy_()");
  return copy_(value);
}
Tensor& Tensor::zero_() const {
  get();
  write_scalar<Zeroed>("zero_", self(), 0);
  return self();
}

}  // namespace eigengrad
