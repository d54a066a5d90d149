#pragma once

#include <cmath>
#include <cstdint>
#include <functional>

#include "eigengrad/autograd/node.hpp"
#include "eigengrad/optim/minimize_options.hpp"
#include "optim/vectors.hpp"

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
  /// What the recorded value takes in large tensors.
  std::size_t graph_bytes = 0;
};

/// The user's function with its derivatives, counted and timed.
class Objective {
 public:
  /// `second_order`: gradients are recorded, so that Hessians can be taken.
  Objective(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0, bool second_order);

  /// A point at which the function throws a NumericError has the value inf, except the start: there
  /// the error passes through.
  ObjectivePoint at(const Tensor& x);
  /// NaN where the value is not finite or the derivatives throw a NumericError.
  void add_gradient(ObjectivePoint& p);
  /// In double; row i is the gradient of the gradient's element i. Asked for again at the same point,
  /// by what checks or reports a result, it is the one computed before.
  Eigen::MatrixXd hessian(const ObjectivePoint& p);
  Tensor hessian_vector(const ObjectivePoint& p, const Tensor& v);

  /// `x` in the shape of the start.
  Tensor shaped(const Tensor& x) const { return x.view(sizes_); }
  const EvaluationCounts& counts() const noexcept { return counts_; }
  const PhaseSeconds& seconds() const noexcept { return seconds_; }
  /// Relative rounding error of a value.
  double precision() const noexcept { return precision_; }
  /// The rounding error assumed where none is measured: that of a value whose terms are up to a thousand times
  /// larger.
  double rounding(double value) const noexcept { return 1000 * precision_ * std::abs(value); }

 private:
  /// `p` with a gradient of which further derivatives can be taken; evaluated once more without one.
  ObjectivePoint to_second_order(const ObjectivePoint& p);
  Tensor value_of(const Tensor& leaf);
  Tensor product(const ObjectivePoint& p, const Tensor& v);

  const std::function<Tensor(const Tensor&)>& f_;
  DimVector sizes_;
  bool second_order_;
  double precision_;
  EvaluationCounts counts_;
  PhaseSeconds seconds_;
  /// The point of products at one without a recorded gradient.
  ObjectivePoint product_at_;
  /// The last Hessian, and the ObjectivePoint::x that it belongs to.
  Eigen::MatrixXd hessian_;
  Tensor hessian_at_;
};

}  // namespace eigengrad::optim
