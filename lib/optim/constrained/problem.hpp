#pragma once

#include <functional>
#include <string>
#include <vector>

#include "eigengrad/optim/constraint.hpp"
#include "eigengrad/optim/minimize_options.hpp"
#include "optim/bounds.hpp"
#include "optim/quadratic.hpp"

namespace eigengrad::optim {

/// The objective and all constraints at one point, to first order.
struct ConstrainedPoint {
  Vector x;
  double value = 0;
  Vector gradient;
  /// One for each element of each constraint, and the gradients as rows.
  Vector c;
  Matrix jacobian;
};

/// A function to be minimised within bounds and constraints. Elements of constraints are counted
/// through, in the order of the constraints.
class ConstrainedProblem {
 public:
  /// Evaluates all functions at the start.
  /// Throws: ShapeError and DtypeError for what a constraint gives, and for its sides; ValueError where
  /// these cross, or there are none; NumericError when it is not finite at the start.
  ConstrainedProblem(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                     const Box& box, const std::vector<Constraint>& constraints);

  const ConstrainedPoint& start() const noexcept { return start_; }
  const Box& box() const noexcept { return box_; }
  Eigen::Index constraints() const noexcept { return lower_.size(); }
  const Vector& lower() const noexcept { return lower_; }
  const Vector& upper() const noexcept { return upper_; }
  bool is_equation(Eigen::Index i) const { return lower_[i] == upper_[i]; }
  /// "constraint 2", or "constraint 2[5]" where it has several elements.
  std::string name_of(Eigen::Index i) const;
  /// Relative rounding error of a value.
  double precision() const noexcept;

  /// The objective, recorded, at a tensor shaped as the start.
  Tensor objective(const Tensor& x) const { return f_(x); }
  Tensor all_constraints(const Tensor& x) const;

  ConstrainedPoint at(const Vector& x);
  /// The Hessian of the objective minus the constraints times `multipliers`.
  Matrix hessian(const Vector& x, const Vector& multipliers);
  /// By how much element i of the constraints is beyond its nearer bound: negative below the lower, 0 within.
  double bound_violation(const ConstrainedPoint& p, Eigen::Index i) const;
  /// The size that an element is compared with: of its sides and of the terms of its linear model.
  double size_of(const ConstrainedPoint& p, Eigen::Index i) const;
  /// The largest |bound_violation()| / size_of() of any element of the constraints; `worst` gets the index of
  /// that element.
  double violation(const ConstrainedPoint& p, Eigen::Index* worst = nullptr) const;

  Tensor shaped(const Vector& x) const;
  EvaluationCounts& counts() noexcept { return counts_; }

 private:
  Tensor checked(std::size_t k, const Tensor& c) const;
  void read_sides(const Tensor& x0);

  const std::function<Tensor(const Tensor&)>& f_;
  const std::vector<Constraint>& constraints_;
  const Box& box_;
  DimVector sizes_;
  ScalarType dtype_;
  /// Elements of each constraint.
  std::vector<std::int64_t> elements_;
  Vector lower_, upper_;
  ConstrainedPoint start_;
  EvaluationCounts counts_;
};

}  // namespace eigengrad::optim
