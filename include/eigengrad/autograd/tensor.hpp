#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// The `.grad` of a tensor, which can be assigned to: wrong shapes, wrong dtypes and the tensor itself are
/// refused. Otherwise it is a handle of the gradient.
class EIGENGRAD_API GradSlot : public Tensor {
 public:
  GradSlot& operator=(const Tensor& grad);
  GradSlot& operator=(const GradSlot& o) { return *this = static_cast<const Tensor&>(o); }
  GradSlot(const GradSlot&) noexcept = default;
  const Tensor& operator*() const { return *this; }
  const Tensor* operator->() const { return this; }
  void reset() { *this = Tensor(); }
  /// Sets the gradient, if there is one, to zero.
  void zero_();

 private:
  friend class Tensor;
  explicit GradSlot(const Tensor& owner);
  Tensor owner_;
};

}  // namespace eigengrad
