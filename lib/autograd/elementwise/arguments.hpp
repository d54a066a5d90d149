#pragma once

#include "autograd/elementwise/forward.hpp"
#include "autograd/forward_mode.hpp"
#include "autograd/shapes.hpp"
#include "autograd/structural.hpp"
#include "autograd/tracking.hpp"
#include "core/fail.hpp"

namespace eigengrad::autograd {

/// Inputs brought to one dtype, and the shape of the result.
class ElementwiseArguments {
 public:
  ElementwiseArguments(const ElementwiseInfo& info, const Tensor* const* inputs)
      : arity_(static_cast<std::size_t>(info.arity)) {
    const std::size_t first = info.first_is_mask ? 1 : 0;
    bool same = true;
    for (std::size_t i = 0; i < arity_; ++i) {
      at[i] = inputs[i];
      if (!inputs[i]->defined())
        detail::fail<ValueError>(info.op_name, "argument ", i,
                                 " is undefined; assign a tensor to it first");
      same = same && (i < first || inputs[i]->dtype() == inputs[first]->dtype()) &&
             inputs[i]->sizes() == inputs[0]->sizes();
    }
    if (first == 1 && inputs[0]->dtype() != kBool)
      detail::fail<DtypeError>(info.op_name, "the condition must be a bool tensor, got ",
                               to_string(inputs[0]->dtype()));
    dtype = compute = inputs[first]->dtype();
    sizes = inputs[0]->sizes();
    if (!same || !is_floating_point(dtype)) unify(info, inputs);
  }

  ElementwiseArguments(const ElementwiseArguments&) = delete;
  ElementwiseArguments& operator=(const ElementwiseArguments&) = delete;

  /// Whether one of them is tracked.
  bool any_tracked() const noexcept {
    for (std::size_t i = 0; i < arity_; ++i)
      if (detail::is_tracked(*at[i])) return true;
    return false;
  }
  /// Whether one of them carries a tangent. All are asked, so that views find their tangents.
  bool any_tangent() const {
    if (!detail::thread_state.dual_level) return false;
    bool any = false;
    for (std::size_t i = 0; i < arity_; ++i)
      if (detail::carries_tangent(*at[i])) any = true;
    return any;
  }

  const Tensor* at[kMaxArity];
  ScalarType dtype;
  /// The dtype that the kernel works in; bool is computed in int64.
  ScalarType compute;
  IntArrayRef sizes;

 private:
  /// Only what differs is converted and broadcast; calls on equal shapes and dtypes do not get here.
  struct Unified {
    Tensor converted[kMaxArity];
    DimVector sizes;
  };

  void unify(const ElementwiseInfo& info, const Tensor* const* inputs) {
    const std::size_t first = info.first_is_mask ? 1 : 0;
    unified_.emplace();
    dtype = result_type(inputs + first, arity_ - first);
    for (std::size_t i = first; info.no_bool && i < arity_; ++i)
      if (inputs[i]->dtype() == kBool)
        detail::fail<DtypeError>(info.op_name,
                                 "is not defined for bool tensors; convert them with to(kInt64) "
                                 "first");
    compute = dtype;
    if (!is_floating_point(dtype)) compute = info.integers ? kInt64 : kDefaultDtype;
    if (!info.integers) dtype = compute;
    for (std::size_t i = first; i < arity_; ++i)
      if (inputs[i]->dtype() != compute) {
        unified_->converted[i] = cast(*inputs[i], compute);
        at[i] = &unified_->converted[i];
      }
    unified_->sizes = DimVector(inputs[0]->sizes());
    for (std::size_t i = 1; i < arity_; ++i)
      unified_->sizes = broadcast_shapes(info.op_name, unified_->sizes, inputs[i]->sizes());
    sizes = unified_->sizes;
  }

  std::size_t arity_;
  optional<Unified> unified_;
};

/// apply_elementwise() without telling observers.
Tensor call_elementwise(const ElementwiseInfo& info, const void* op, std::size_t op_bytes,
                        const Tensor* const* inputs, unsigned donated);

}  // namespace eigengrad::autograd
