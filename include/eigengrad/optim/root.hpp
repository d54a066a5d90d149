#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <utility>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"
#include "eigengrad/optim/status.hpp"
#include "eigengrad/optim/unknowns.hpp"

namespace eigengrad::optim {

/// How root() moves. J is the Jacobian of the residuals f, computed exactly at every point.
enum class RootMethod : std::uint8_t {
  /// Hybrid up to 500 unknowns; where that finds no root, from the start again LevenbergMarquardt, and
  /// then at most 100 Newton steps of full length, which local minima of |f| do not hold. NewtonKrylov
  /// beyond.
  Auto,
  /// The step -J^-1 f, shortened until |f| falls. Source: Dennis and Schnabel, Numerical Methods for
  /// Unconstrained Optimization and Nonlinear Equations (1996), section 6.3.
  Newton,
  /// Powell's dogleg: from the point over the lowest point along the gradient of |f|^2 to the Newton
  /// point, as far as the trust region reaches. Source: Powell, A hybrid method for nonlinear
  /// equations (1970).
  Hybrid,
  /// The p that minimises |f + J p| within the trust region. Bears singular Jacobians better. Source:
  /// More (1978).
  LevenbergMarquardt,
  /// Newton with -J^-1 f by GMRES on products with J, which is never formed, as accurately as the
  /// progress warrants. Source: Eisenstat and Walker, Choosing the forcing terms in an inexact Newton
  /// method (1996).
  NewtonKrylov
};

/// Evaluations so far.
struct RootCounts {
  /// Evaluations of the function, those that carry a tangent for the Jacobian left out.
  std::int64_t f = 0;
  std::int64_t J = 0;
  /// Products with the Jacobian, of NewtonKrylov.
  std::int64_t Jv = 0;
  /// Points at which the residuals were not finite or threw a NumericError.
  std::int64_t infeasible = 0;
};

/// The state of the search; iter 0 describes the start.
struct RootIteration {
  std::int64_t iter = 0;
  /// |f|.
  double norm = 0;
  /// The largest |f_i| / sum_j |J_ij x_j|: the relative change of x that would explain it. (With
  /// NewtonKrylov: the largest |f_i| over the largest |J x|.)
  double residual = 0;
  /// The largest relative change of an unknown by the Newton step from here.
  double newton_step = 0;
  RootCounts counts = {};
};

/// Tolerances have no units: neither a step nor a stop changes (NewtonKrylov aside) when unknowns or
/// residuals are measured in other units. At a multiple root, or one at 0, steps are compared with what
/// the unknowns were on the path.
struct RootOptions {
  RootMethod method = RootMethod::Auto;
  /// Bound on RootIteration::residual. By default only tolerance_x and rounding end the search.
  double tolerance_f = 0;
  /// Bound on RootIteration::newton_step.
  double tolerance_x = 1e-14;
  std::int64_t max_iter = 500;
  /// Called at every point; `false` stops.
  std::function<bool(const RootIteration&, const Tensor& x)> callback = nullptr;
};

/// Where root() ended; tensors, or Eigen for an Eigen start.
template <class Point, class Vector, class Matrix>
struct BasicRootResult {
  /// The last point, in the shape of the start. No root unless converged().
  Point x;
  /// The function's value at `x`, and its norm.
  Vector residuals;
  double norm = 0;
  /// The Jacobian at `x`, n by n. Undefined or empty with NewtonKrylov.
  Matrix jacobian;
  /// Whether the Jacobian is singular at `x`, as far as rounding and the rate of convergence tell:
  /// the root is a multiple one, or one of a continuum (which NewtonKrylov does not see). `x` then has
  /// half of the digits, or fewer.
  bool is_singular = false;
  Status status = Status::MaxIterations;
  /// The status in words, with the numbers that it rests on.
  std::string message;
  RootCounts counts;
  std::int64_t iterations = 0;
  double seconds = 0;

  bool converged() const noexcept { return optim::converged(status); }
};
using RootResult = BasicRootResult<Tensor, Tensor, Tensor>;

/// Looks for an x with f(x) = 0, near `x0`. `f` is a function of a tensor shaped as `x0`, written with
/// recorded operators, that gives as many elements. The Jacobian is computed from it.
///
/// Domain: `f` is once differentiable.
/// Accuracy: an unknown at a simple root is known to tolerance_x, or as well as rounding of `f` lets it
/// be. A root is claimed by the Newton step, never by a small |f| alone.
/// At the edge: a trial point at which `f` throws a NumericError, gives inf or NaN, or has a Jacobian
/// that does, is stepped back from. Where there is no root near, the status is NoRoot (a local minimum
/// of |f|), Unbounded, NoProgress or MaxIterations, and the message names the point and unknowns.
/// Throws: NumericError when residuals or Jacobian at `x0` are not finite; ShapeError when `x0` is empty
/// or `f` gives another number of elements; DtypeError when `x0` or the residuals are not floating point;
/// GraphError when they are not recorded; ValueError for options out of range. What `f` throws at `x0`,
/// and what it throws later but NumericErrors, passes through.
/// Cost: per iteration one evaluation of `f` with a tangent for each unknown (or a sweep for each
/// residual) and 4/3 n^3 operations; with NewtonKrylov a sweep for each product.
/// Source: Nocedal and Wright, Numerical Optimization, chapter 11.
/// See also: implicit_root() for derivatives of the root; least_squares() for more residuals than unknowns.
EIGENGRAD_API RootResult root(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                              const RootOptions& options = {});

/// Eigen in, Eigen out: `f` takes a tensor, of one dimension for an Eigen vector and two for a
/// matrix, whose elements are the unknowns in row-major order.
template <class F, class Derived>
auto root(F&& f, const Eigen::DenseBase<Derived>& x0, const RootOptions& options = {}) {
  using Eigens = detail::EigenResults<Derived>;
  const Eigens eigen(x0);
  RootResult r = root(std::function<Tensor(const Tensor&)>(std::ref(f)),
                      eigengrad::detail::tensor_of(x0), options);
  return BasicRootResult<typename Eigens::Point, typename Eigens::Vector, typename Eigens::Matrix>{
      eigen.point(r.x),
      eigen.vector(r.residuals),
      r.norm,
      eigen.matrix(r.jacobian),
      r.is_singular,
      r.status,
      std::move(r.message),
      r.counts,
      r.iterations,
      r.seconds};
}

namespace detail {

/// The part of a result that is printed.
struct RootSummary {
  const double* x;
  std::int64_t n;
  double norm;
  std::string_view message;
  RootCounts counts;
  double seconds;
};
EIGENGRAD_API void print(std::ostream& os, const RootSummary& summary);

}  // namespace detail

/// A short report: the message, unknowns, norm of the residuals, evaluations and time.
template <class Point, class Vector, class Matrix>
std::ostream& operator<<(std::ostream& os, const BasicRootResult<Point, Vector, Matrix>& r) {
  const Tensor x = detail::as_doubles(r.x);
  detail::print(os, {x.data_ptr<double>(), x.numel(), r.norm, r.message, r.counts, r.seconds});
  return os;
}

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::root;
using optim::RootMethod;
using optim::RootOptions;
using optim::RootResult;

}  // namespace eigengrad
