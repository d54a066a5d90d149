#pragma once

#include <IpTNLP.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/adapters/numbers.hpp"
#include "eigengrad/functional/gradient.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "eigengrad/optim/minimize.hpp"

/// Ipopt (3.11 or newer) with derivatives of ours. Needs Ipopt where it is included and linked.

namespace eigengrad::adapters {

/// A problem for Ipopt::IpoptApplication::OptimizeTNLP(), with an exact Jacobian and an exact Hessian
/// of the Lagrangian, both dense: `f` and the constraints of `options` are functions of a tensor shaped
/// as `x0`, written with recorded operators on float64. Of the options `lower`, `upper` and
/// `constraints` count. Held by an Ipopt::SmartPtr, as OptimizeTNLP() asks for.
///
/// At the edge: a NumericError of a function is an evaluation that failed, from which Ipopt steps back.
/// Any other error is one too, and first_error() has it.
/// Throws, when it is made: ValueError for functions that are empty; ShapeError, DtypeError and ValueError
/// for sides of a wrong size or kind. Ipopt itself refuses sides that cross.
/// Cost: per iteration one value and gradient, one Jacobian, one Hessian: n sweeps.
class IpoptProblem final : public Ipopt::TNLP {
 public:
  using Index = Ipopt::Index;
  using Number = Ipopt::Number;
  using Function = std::function<Tensor(const Tensor&)>;

  IpoptProblem(Function f, const Tensor& x0, const optim::MinimizeOptions& options = {})
      : f_(std::move(f)), start_(x0.detach().to(kFloat64)), constraints_(options.constraints) {
    eigengrad::detail::require_callable("ipopt", f_);
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto values = [](const char* name, const optim::ScalarOrTensor& side, std::int64_t n,
                           double otherwise) {
      return optim::detail::values_of("ipopt", name, side, n, "elements", otherwise);
    };
    lower_ = values("lower", options.lower, x0.numel(), -kInfinity);
    upper_ = values("upper", options.upper, x0.numel(), kInfinity);
    for (const optim::Constraint& c : constraints_) {
      eigengrad::detail::require_callable("ipopt", c.f);
      const std::int64_t n = c.f(start_).numel();
      const auto append = [](std::vector<double>& to, const std::vector<double>& from) {
        to.insert(to.end(), from.begin(), from.end());
      };
      append(c_lower_, values("a constraint's lower", c.lower, n, -kInfinity));
      append(c_upper_, values("a constraint's upper", c.upper, n, kInfinity));
    }
  }

  /// Where Ipopt ended; undefined before. Multipliers as MinimizeResult has them: the gradient is the
  /// sum of multipliers times gradients of constraints, and of bound_multipliers().
  const Tensor& x() const { return x_; }
  double value() const { return value_; }
  const Tensor& multipliers() const { return multipliers_; }
  const Tensor& bound_multipliers() const { return bound_multipliers_; }
  /// The first error but NumericError that an evaluation ended with; null if there was none.
  std::exception_ptr first_error() const { return errors_.first(); }

  bool get_nlp_info(Index& n, Index& m, Index& jacobian_entries, Index& hessian_entries,
                    IndexStyleEnum& style) override {
    n = static_cast<Index>(start_.numel());
    m = static_cast<Index>(c_lower_.size());
    jacobian_entries = n * m;
    hessian_entries = n * (n + 1) / 2;
    style = C_STYLE;
    return true;
  }
  bool get_bounds_info(Index, Number* lower, Number* upper, Index, Number* c_lower,
                       Number* c_upper) override {
    copy_sides(lower_, lower);
    copy_sides(upper_, upper);
    copy_sides(c_lower_, c_lower);
    copy_sides(c_upper_, c_upper);
    return true;
  }
  bool get_starting_point(Index n, bool, Number* x, bool wants_z, Number*, Number*, Index,
                          bool wants_lambda, Number*) override {
    detail::write(start_, "ipopt", "unknowns", n, x);
    return !wants_z && !wants_lambda;
  }
  bool eval_f(Index n, const Number* x, bool, Number& value) override {
    return errors_.none_in([&] { detail::write(f_(at(x, n)), "ipopt", "values", 1, &value); });
  }
  bool eval_grad_f(Index n, const Number* x, bool, Number* gradient) override {
    return errors_.none_in([&] {
      detail::write(value_and_grad(f_)(at(x, n)).second, "ipopt", "derivatives", n, gradient);
    });
  }
  bool eval_g(Index n, const Number* x, bool, Index m, Number* c) override {
    return errors_.none_in(
        [&] { detail::write(all_constraints(at(x, n)), "ipopt", "constraints", m, c); });
  }
  bool eval_jac_g(Index n, const Number* x, bool, Index m, Index, Index* rows, Index* columns,
                  Number* values) override {
    if (values == nullptr) {
      for (Index k = 0; k < n * m; ++k) rows[k] = k / n, columns[k] = k % n;
      return true;
    }
    return errors_.none_in([&] {
      const Tensor j = jacobian([&](const Tensor& t) { return all_constraints(t); }, at(x, n));
      detail::write(j, "ipopt", "derivatives", std::int64_t{n} * m, values);
    });
  }
  bool eval_h(Index n, const Number* x, bool, Number factor, Index m, const Number* multipliers,
              bool, Index, Index* rows, Index* columns, Number* values) override {
    if (values == nullptr) {
      for (Index i = 0, k = 0; i < n; ++i)
        for (Index j = 0; j <= i; ++j, ++k) rows[k] = i, columns[k] = j;
      return true;
    }
    return errors_.none_in([&] {
      const Tensor weights = detail::tensor_from(multipliers, m);
      const auto lagrangian = [&](const Tensor& t) {
        const Tensor value = f_(t).sum() * factor;
        return m == 0 ? value : value + (all_constraints(t) * weights).sum();
      };
      const Tensor h = hessian(lagrangian, at(x, n)).reshape({n, n}).contiguous();
      for (Index i = 0; i < n; ++i)
        values = std::copy_n(h.data_ptr<double>() + std::int64_t{i} * n, i + 1, values);
    });
  }
  void finalize_solution(Ipopt::SolverReturn, Index n, const Number* x, const Number* z_lower,
                         const Number* z_upper, Index m, const Number*, const Number* lambda,
                         Number value, const Ipopt::IpoptData*,
                         Ipopt::IpoptCalculatedQuantities*) override {
    x_ = at(x, n);
    value_ = value;
    multipliers_ = -detail::tensor_from(lambda, m);
    bound_multipliers_ =
        (detail::tensor_from(z_lower, n) - detail::tensor_from(z_upper, n)).reshape(start_.sizes());
  }

 private:
  Tensor at(const Number* x, Index n) const {
    return detail::tensor_from(x, n).reshape(start_.sizes());
  }
  Tensor all_constraints(const Tensor& x) const {
    if (constraints_.empty()) return empty({0}, kFloat64);
    std::vector<Tensor> parts;
    for (const optim::Constraint& c : constraints_) parts.push_back(c.f(x).reshape({-1}));
    return cat(parts);
  }
  /// Ipopt takes 1e19 and more for infinity.
  static void copy_sides(const std::vector<double>& from, Number* to) {
    std::transform(from.begin(), from.end(), to,
                   [](double side) { return std::clamp(side, -1e20, 1e20); });
  }

  Function f_;
  Tensor start_;
  std::vector<optim::Constraint> constraints_;
  std::vector<double> lower_, upper_, c_lower_, c_upper_;
  Tensor x_, multipliers_, bound_multipliers_;
  double value_ = 0;
  detail::Errors errors_;
};

}  // namespace eigengrad::adapters
