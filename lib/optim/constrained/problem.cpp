#include "optim/constrained/problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/eigen.hpp"
#include "eigengrad/functional/gradient.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "optim/report.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

ConstrainedProblem::ConstrainedProblem(const std::function<Tensor(const Tensor&)>& f,
                                       const Tensor& x0, const Box& box,
                                       const std::vector<Constraint>& constraints)
    : f_(f), constraints_(constraints), box_(box), sizes_(x0.sizes()), dtype_(x0.dtype()) {
  for (std::size_t k = 0; k < constraints.size(); ++k)
    if (!constraints[k].f)
      fail<ValueError>("minimize", "constraint ", k, " has no function; give it one");
  read_sides(x0.detach());
  start_ = at(vector_of(x0.detach().reshape({-1})));
  if (!std::isfinite(start_.value) || !start_.gradient.allFinite())
    fail<NumericError>("minimize", "the objective is not finite at the start; start elsewhere");
  for (Eigen::Index i = 0; i < lower_.size(); ++i)
    if (!std::isfinite(start_.c[i]) || !start_.jacobian.row(i).allFinite())
      fail<NumericError>("minimize", name_of(i), " is not finite at the start; start elsewhere");
}

Tensor ConstrainedProblem::checked(std::size_t k, const Tensor& c) const {
  if (!c.defined() || c.numel() == 0)
    fail<ShapeError>("minimize", "constraint ", k,
                     " gave an undefined or empty tensor; it must give an element");
  if (c.dtype() != dtype_)
    fail<DtypeError>("minimize", "constraint ", k, " has dtype ", eigengrad::to_string(c.dtype()),
                     " and the start ", eigengrad::to_string(dtype_), "; they must have one");
  if (!elements_.empty() && elements_.size() == constraints_.size() && c.numel() != elements_[k])
    fail<ShapeError>("minimize", "constraint ", k, " gave ", c.numel(), " elements, and ",
                     elements_[k], " at the start; it must always give as many");
  return c.reshape({-1});
}

void ConstrainedProblem::read_sides(const Tensor& x0) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> lower, upper;
  const AutoGradMode recording(true);
  const Tensor leaf = x0.detach().requires_grad_();
  for (std::size_t k = 0; k < constraints_.size(); ++k) {
    const Constraint& constraint = constraints_[k];
    const Tensor c = checked(k, constraint.f(leaf));
    if (!c.requires_grad())
      fail<GraphError>(
          "minimize", "constraint ", k,
          " does not require grad: it does not depend on its argument through recorded "
          "operators; compute it from the tensor that is handed in");
    const std::int64_t n = c.numel();
    const std::string name = text_of("constraint ", k);
    const std::vector<double> l =
        values_of("minimize", name + ".lower", constraint.lower, n, "elements", -infinity);
    const std::vector<double> u =
        values_of("minimize", name + ".upper", constraint.upper, n, "elements", infinity);
    for (std::size_t i = 0; i < l.size(); ++i) {
      if (l[i] > u[i])
        fail<ValueError>("minimize", "the sides of ", name, '[', i, "] cross: lower ", l[i],
                         ", upper ", u[i], "; lower must be at most upper");
      if (std::isinf(l[i]) && (std::isinf(u[i]) || l[i] > 0))
        fail<ValueError>("minimize", name, '[', i, "] lies between ", l[i], " and ", u[i],
                         "; give it a finite side, or leave it out");
      if (std::isinf(u[i]) && u[i] < 0)
        fail<ValueError>("minimize", name, '[', i, "] has the upper side ", u[i],
                         "; it must be a number or inf");
    }
    elements_.push_back(n);
    lower.insert(lower.end(), l.begin(), l.end());
    upper.insert(upper.end(), u.begin(), u.end());
  }
  lower_ = Eigen::Map<const Vector>(lower.data(), static_cast<Eigen::Index>(lower.size()));
  upper_ = Eigen::Map<const Vector>(upper.data(), static_cast<Eigen::Index>(upper.size()));
}

std::string ConstrainedProblem::name_of(Eigen::Index i) const {
  std::size_t k = 0;
  for (; i >= elements_[k]; ++k) i -= elements_[k];
  return elements_[k] == 1 ? text_of("constraint ", k) : text_of("constraint ", k, '[', i, ']');
}

double ConstrainedProblem::precision() const noexcept {
  return eigengrad::detail::epsilon_of(dtype_);
}

Tensor ConstrainedProblem::all_constraints(const Tensor& x) const {
  std::vector<Tensor> parts;
  for (std::size_t k = 0; k < constraints_.size(); ++k)
    parts.push_back(checked(k, constraints_[k].f(x)));
  return parts.size() == 1 ? parts[0] : cat(parts);
}

Tensor ConstrainedProblem::shaped(const Vector& x) const {
  return copy_of(x.data(), sizes_, dtype_);
}

ConstrainedPoint ConstrainedProblem::at(const Vector& x) {
  ++counts_.f;
  ++counts_.g;
  const Tensor at = shaped(x);
  ConstrainedPoint p;
  p.x = x;
  const auto [value, gradient] =
      value_and_grad([&](const Tensor& t) { return objective(t).sum(); })(at);
  p.value = value.item<double>();
  p.gradient = vector_of(gradient.reshape({-1}));
  Tensor c;
  const Tensor rows = jacobian([&](const Tensor& t) { return c = all_constraints(t); }, at);
  p.c = vector_of(c);
  p.jacobian = to_matrix(rows.to(kFloat64).reshape({lower_.size(), x.size()}));
  return p;
}

Matrix ConstrainedProblem::hessian(const Vector& x, const Vector& multipliers) {
  ++counts_.H;
  const Tensor weights = copy_of(multipliers.data(), {multipliers.size()}, dtype_);
  const auto lagrangian = [&](const Tensor& t) {
    return objective(t).sum() - (all_constraints(t) * weights).sum();
  };
  const Matrix h = to_matrix(
      eigengrad::hessian(lagrangian, shaped(x)).to(kFloat64).reshape({x.size(), x.size()}));
  return (h + h.transpose()) / 2;
}

double ConstrainedProblem::bound_violation(const ConstrainedPoint& p, Eigen::Index i) const {
  if (p.c[i] < lower_[i]) return p.c[i] - lower_[i];
  return p.c[i] > upper_[i] ? p.c[i] - upper_[i] : 0;
}

double ConstrainedProblem::size_of(const ConstrainedPoint& p, Eigen::Index i) const {
  double size = p.jacobian.row(i).cwiseAbs().dot(p.x.cwiseAbs());
  for (const double side : {lower_[i], upper_[i]})
    if (std::isfinite(side)) size = std::max(size, std::abs(side));
  return std::max(size, p.jacobian.row(i).norm());
}

double ConstrainedProblem::violation(const ConstrainedPoint& p, Eigen::Index* worst) const {
  double largest = 0;
  for (Eigen::Index i = 0; i < lower_.size(); ++i) {
    const double e = std::abs(bound_violation(p, i));
    const double v = e == 0 ? 0 : e / std::max(size_of(p, i), std::numeric_limits<double>::min());
    if (!(v <= largest)) {
      largest = v;
      if (worst != nullptr) *worst = i;
    }
  }
  return largest;
}

}  // namespace eigengrad::optim
