#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"
#include "eigengrad/optim/constraint.hpp"
#include "eigengrad/optim/scalar_or_tensor.hpp"
#include "eigengrad/optim/status.hpp"
#include "eigengrad/optim/unknowns.hpp"

namespace eigengrad::optim {

/// How minimize() moves. NW: Nocedal and Wright, Numerical Optimization, 2nd ed. Where bounds are
/// given, all keep to them.
enum class Method : std::uint8_t {
  /// Newton up to 300 unknowns, BFGS for an objective without second derivatives, beyond LBFGS. The
  /// message of the result says which it was.
  Auto,
  /// Steepest descent; Barzilai and Borwein's step length (1988), halved or less until Armijo's
  /// condition holds. Gradients only, no memory.
  GradientDescent,
  /// Each direction remembers the last one. Hager and Zhang (2005). Gradients only, no memory.
  NonlinearCG,
  /// The inverse Hessian from changes of the gradient, dense; strong Wolfe line search. NW algorithm
  /// 6.1.
  BFGS,
  /// Limited-memory BFGS with a strong Wolfe line search. NW algorithm 7.4.
  LBFGS,
  /// As TrustRegion.
  Newton,
  /// The Newton equations solved by conjugate gradients on Hessian-vector products, up to the first
  /// direction of negative curvature; strong Wolfe line search. NW algorithm 7.1. For many
  /// unknowns.
  NewtonCG,
  /// Exact dense Hessian; the lowest point of the quadratic model within a trust region, whose shape
  /// follows the curvatures, so that units of the unknowns do not matter. NW chapter 4. For up to a
  /// few thousand unknowns.
  TrustRegion,
  /// Conjugate gradients on Hessian-vector products within a trust region. Steihaug (1983), NW
  /// algorithm 7.2. For many unknowns.
  TrustRegionCG,
  /// A simplex of n + 1 points, values only (gradients are taken of its best points, for the
  /// history). Nelder and Mead (1965). For a few unknowns and functions without a useful gradient.
  NelderMead,
  /// The optimiser Adam with a constant learning rate; no line search, so values may rise.
  Adam
};

/// Evaluations so far. One that gives the value and the gradient counts as both.
struct EvaluationCounts {
  std::int64_t f = 0;
  std::int64_t g = 0;
  /// Dense Hessians; the products that they are made of are not counted in `Hv`.
  std::int64_t H = 0;
  /// Hessian-vector products.
  std::int64_t Hv = 0;
  /// Points at which the objective was not finite or threw a NumericError.
  std::int64_t infeasible = 0;
};

/// Where the time went, in seconds.
struct PhaseSeconds {
  double value = 0;
  double gradient = 0;
  /// Dense Hessians and Hessian-vector products.
  double hessian = 0;
};

/// One line of the history; the first one, number 0, describes the start.
struct Iteration {
  std::int64_t iter = 0;
  double value = 0;
  /// Value minus the one before.
  double change = 0;
  /// Euclidean norms of the gradient (without what bounds hold back) and of the step that led here.
  double gradient_norm = 0;
  double step_norm = 0;
  EvaluationCounts counts = {};
  /// Since the call of minimize().
  double seconds = 0;
};

/// Tolerances have no units: multiplying the objective changes no stop, and with Newton neither a step
/// nor a stop changes when the unknowns are measured in other units. Sizes are taken from the values
/// and the path: see each.
struct MinimizeOptions {
  Method method = Method::Auto;
  /// Bound on the scaled gradient: max |g_i| / sqrt(2 h_i |f|), h_i the curvature along x_i; with
  /// methods that know no Hessian, the root of what tolerance_f bounds.
  double tolerance_grad = 1e-10;
  /// Bound on the decrease that the method's model still predicts, over |f|. Near a minimum of value
  /// 0 it is over 1e-16 times what was gained since the start.
  double tolerance_f = 1e-20;
  /// Bound on the step to the minimum of the method's model, each element over that of x, or over a
  /// millionth of the largest that x had on the path.
  double tolerance_x = 1e-13;
  /// Unset: 100000 with GradientDescent and Adam, 10000 with the others.
  optional<std::int64_t> max_iter = nullopt;
  /// Bounds on the unknowns: none, one for all, or one for each.
  ScalarOrTensor lower = {};
  ScalarOrTensor upper = {};
  /// What else the unknowns have to keep to. The result then has `multipliers`; the history has a
  /// line, and the callback a call, for each minimum of an augmented Lagrangian.
  std::vector<Constraint> constraints = {};
  /// Whether the result has `covariance`, `std_errors` and `rank`: one more Hessian. Where there are no
  /// second derivatives the message says so.
  bool covariance = false;
  /// Pairs that LBFGS remembers.
  std::int64_t history_size = 10;
  /// Step length of Adam.
  double lr = 0.01;
  /// Called with every line of the history and the point that it describes; `false` stops.
  std::function<bool(const Iteration&, const Tensor& x)> callback = nullptr;
  /// Where above 0: |gradient| <= this is converged too, but at a saddle. Has the units of f over x.
  double tolerance_grad_abs = 0;
  /// To what part of its size a constraint counts as kept: of its sides, and of the terms of its
  /// linear model in x.
  double tolerance_constraint = 1e-10;
};

/// Where minimize() ended. `x` and `gradient` are of the kind of the start: tensors or Eigen.
template <class Point, class Vector = Tensor, class Matrix = Tensor>
struct BasicMinimizeResult {
  Point x;
  double value = 0;
  Point gradient;
  double gradient_norm = 0;
  Status status = Status::MaxIterations;
  /// The status in words, with the numbers that it rests on.
  std::string message;
  EvaluationCounts counts;
  std::vector<Iteration> history;
  double seconds = 0;
  PhaseSeconds phases;
  /// With options.covariance, n unknowns: the inverse of the Hessian at `x` (n by n), the roots of its
  /// diagonal (n), and the number of directions with curvature. It is a covariance where the objective
  /// is minus a log-likelihood. Undefined or empty otherwise.
  /// At the edge: an unknown that the objective does not determine (rank < n) has an infinite
  /// standard error and NaN in `covariance`, and the message names it.
  Matrix covariance;
  Vector std_errors;
  std::int64_t rank = 0;
  /// With options.constraints: one for each element of each constraint, in their order, so that the
  /// gradient is the sum of multipliers times gradients of constraints, and `bound_multipliers`. At
  /// least 0 on a lower side, at most 0 on an upper, 0 between; bounds alike. `constraint_violation`
  /// is the largest distance to a side that is crossed. Where converged() is false the multipliers are
  /// the last estimates, which may mean nothing.
  Vector multipliers;
  Point bound_multipliers;
  double constraint_violation = 0;

  bool converged() const noexcept { return optim::converged(status); }
};
using MinimizeResult = BasicMinimizeResult<Tensor>;

/// Looks for a local minimum of `f`, a function of a tensor shaped as `x0` with values of one
/// element, written with recorded operators. Derivatives are computed from it.
///
/// Domain: `f` is twice differentiable with the Newton and trust-region methods, once with the others.
/// Accuracy: what a stop claims is checked by the Hessian, beyond 64 unknowns by up to 40 products with
/// it: a minimum, with every unknown known to a ten-thousandth at least. Rounding errors of values and gradients are measured
/// where steps come down to them.
/// With constraints, the gradients of those that hold the minimum determine the multipliers, where they
/// are independent, to about the digits of `x`.
/// At the edge: a trial point at which `f` throws a NumericError, gives inf (a constant may be
/// given) or NaN is stepped back from. A start with a zero gradient that is no minimum is left by
/// Newton, and named by the others.
/// Throws: NumericError when the value or gradient at `x0` is not finite; ShapeError when `x0` is
/// empty, `f` gives other than one element or a bound has a wrong size; DtypeError when `x0` is not
/// floating; GraphError when the value is not recorded; ValueError for options out of range, bounds
/// that cross, a start outside of them, and `covariance` with constraints. What `f` throws otherwise
/// passes through. A start need not keep to the constraints, which must be finite there.
/// Cost: per iteration, one value and gradient or a few; n Hessian-vector products and n^3/3 with
/// Newton, up to 2n products with NewtonCG.
/// See also: least_squares() for sums of squares, which it knows to more digits.
EIGENGRAD_API MinimizeResult minimize(const std::function<Tensor(const Tensor&)>& f,
                                      const Tensor& x0, const MinimizeOptions& options = {});

/// Eigen in, Eigen out: `f` takes a tensor, of one dimension for an Eigen vector and two for a
/// matrix, whose elements are the unknowns in row-major order.
template <class F, class Derived>
auto minimize(F&& f, const Eigen::DenseBase<Derived>& x0, const MinimizeOptions& options = {}) {
  using Eigens = detail::EigenResults<Derived>;
  const Eigens eigen(x0);
  MinimizeResult r = minimize(std::function<Tensor(const Tensor&)>(std::ref(f)),
                              eigengrad::detail::tensor_of(x0), options);
  return BasicMinimizeResult<typename Eigens::Point, typename Eigens::Vector,
                             typename Eigens::Matrix>{eigen.point(r.x),
                                                      r.value,
                                                      eigen.point(r.gradient),
                                                      r.gradient_norm,
                                                      r.status,
                                                      std::move(r.message),
                                                      r.counts,
                                                      std::move(r.history),
                                                      r.seconds,
                                                      r.phases,
                                                      eigen.matrix(r.covariance),
                                                      eigen.vector(r.std_errors),
                                                      r.rank,
                                                      eigen.vector(r.multipliers),
                                                      eigen.point(r.bound_multipliers),
                                                      r.constraint_violation};
}

namespace detail {

template <class Point, class F>
BasicMinimizeResult<Point> minimize_list(F&& f, const std::vector<Tensor>& x0,
                                         Point (*point)(const std::vector<Tensor>&),
                                         const MinimizeOptions& options) {
  MinimizeResult r = optim::minimize(
      std::function<Tensor(const Tensor&)>([&](const Tensor& x) { return f(unpacked(x, x0)); }),
      packed(x0), options);
  return {point(unpacked(r.x, x0)),
          r.value,
          point(unpacked(r.gradient, x0)),
          r.gradient_norm,
          r.status,
          std::move(r.message),
          r.counts,
          std::move(r.history),
          r.seconds,
          r.phases,
          r.covariance,
          r.std_errors,
          r.rank,
          r.multipliers,
          r.bound_multipliers.defined() ? point(unpacked(r.bound_multipliers, x0)) : Point{},
          r.constraint_violation};
}

}  // namespace detail

/// Several unknown tensors: `f` takes the list of them. They count as one vector, one after another,
/// for bounds, `covariance` and the x[i] of messages; the callback gets it.
template <class F>
auto minimize(F&& f, const std::vector<Tensor>& x0, const MinimizeOptions& options = {}) {
  return detail::minimize_list<std::vector<Tensor>>(
      f, x0, +[](const std::vector<Tensor>& list) { return list; }, options);
}

/// A tuple of them: `f` takes each as an argument of its own.
template <class F, class... Parts>
auto minimize(F&& f, const std::tuple<Parts...>& x0, const MinimizeOptions& options = {}) {
  const auto of_list = [&](const std::vector<Tensor>& list) {
    return std::apply(f, detail::tuple_of<Parts...>(list));
  };
  return detail::minimize_list<std::tuple<Parts...>>(of_list, detail::list_of(x0),
                                                     &detail::tuple_of<Parts...>, options);
}

namespace detail {

/// What a report shows. The message has no units; `std_errors` may be null.
struct MinimizeSummary {
  const double* x;
  const double* std_errors;
  std::int64_t n;
  double value;
  double gradient_norm;
  std::string_view message;
  EvaluationCounts counts;
  PhaseSeconds phases;
  double seconds;
};
EIGENGRAD_API void print(std::ostream& os, const MinimizeSummary& summary);

}  // namespace detail

/// A short report: the message, value and unknowns, evaluations, and the time by phase.
template <class Point, class Vector, class Matrix>
std::ostream& operator<<(std::ostream& os, const BasicMinimizeResult<Point, Vector, Matrix>& r) {
  const Tensor x = detail::as_doubles(r.x);
  Tensor errors;
  if (detail::has_elements(r.std_errors)) errors = detail::as_doubles(r.std_errors);
  detail::print(
      os, {x.data_ptr<double>(), errors.defined() ? errors.data_ptr<double>() : nullptr, x.numel(),
           r.value, r.gradient_norm, r.message, r.counts, r.phases, r.seconds});
  return os;
}

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::Method;
using optim::minimize;
using optim::MinimizeOptions;

}  // namespace eigengrad
