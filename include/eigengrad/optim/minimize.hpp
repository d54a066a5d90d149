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
#include "eigengrad/optim/minimize_options.hpp"
#include "eigengrad/optim/status.hpp"
#include "eigengrad/optim/unknowns.hpp"

namespace eigengrad::optim {

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

/// The part of a result that is printed. `std_errors` is null where there is no covariance.
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

using optim::minimize;

}  // namespace eigengrad
