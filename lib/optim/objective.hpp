#pragma once

#include <cstdint>
#include <functional>

#include "eigengrad/autograd/node.hpp"
#include "eigengrad/optim/minimize.hpp"

namespace eigengrad::optim {

/// The objective at one point. Points and gradients are vectors, whatever the shape of the start.
struct ObjectivePoint {
  Tensor x;
  double value = 0;
  /// Undefined until asked for.
  Tensor gradient;

  // What derivatives are taken of and with respect to: in the shape of the start, recorded.
  Tensor leaf;
  Tensor recorded_value;
  Tensor recorded_gradient;
};

/// The user's function with its derivatives, counted.
class Objective {
 public:
  /// `second_order`: gradients are recorded, so that Hessians can be taken.
  Objective(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0, bool second_order);

  ObjectivePoint at(const Tensor& x);
  void add_gradient(ObjectivePoint& p);
  /// Row i is the gradient of the gradient's element i.
  Tensor hessian(const ObjectivePoint& p);
  Tensor hessian_vector(const ObjectivePoint& p, const Tensor& v);

  /// `x` in the shape of the start.
  Tensor shaped(const Tensor& x) const { return x.view(sizes_); }
  const EvaluationCounts& counts() const noexcept { return counts_; }
  /// Relative rounding error of a value.
  double precision() const noexcept { return precision_; }

 private:
  Tensor product(const ObjectivePoint& p, const Tensor& v);

  const std::function<Tensor(const Tensor&)>& f_;
  DimVector sizes_;
  bool second_order_;
  double precision_;
  EvaluationCounts counts_;
};

}  // namespace eigengrad::optim
