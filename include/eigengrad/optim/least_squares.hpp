#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"
#include "eigengrad/optim/least_squares_options.hpp"
#include "eigengrad/optim/status.hpp"
#include "eigengrad/optim/unknowns.hpp"

namespace eigengrad::optim {

/// Where least_squares() ended, m residuals and n unknowns; tensors, or Eigen for an Eigen start.
///
/// The statistics are those of the linear model at `x`, bounds left aside: with the weights and what
/// the loss makes of them, s^2 = |r|^2 / df and covariance = s^2 (J' J)^-1.
/// At the edge: an unknown that the data do not determine (rank < n) has an infinite standard error
/// and NaN in `covariance`, and the message names it. Without a degree of freedom (df = 0) all are NaN.
template <class Point, class Vector, class Matrix>
struct BasicLeastSquaresResult {
  /// The last point, in the shape of the start.
  Point x;
  /// Half the sum of f_scale^2 rho(w (r / f_scale)^2); half the sum of squares by default.
  double cost = 0;
  /// The residuals that the function gave at `x`, without weights and loss.
  Vector residuals;
  /// The Jacobian of `residuals`, m by n.
  Matrix jacobian;
  /// Number of directions of x that the residuals depend on, as far as rounding tells.
  std::int64_t rank = 0;
  /// The covariance of the unknowns, n by n.
  Matrix covariance;
  Matrix correlation;
  /// The standard errors of the n unknowns: the roots of the diagonal of `covariance`.
  Vector std_errors;
  /// Residuals with a weight above 0, minus rank.
  std::int64_t df = 0;
  Status status = Status::MaxIterations;
  /// The status in words, with the numbers that it rests on.
  std::string message;
  LeastSquaresCounts counts;
  std::vector<LeastSquaresIteration> history;
  double seconds = 0;

  bool converged() const noexcept { return optim::converged(status); }
};
using LeastSquaresResult = BasicLeastSquaresResult<Tensor, Tensor, Tensor>;

/// Looks for a local minimum of half the sum of squares of what `r` gives, or of a robust loss of
/// it. `r` is a function of a tensor shaped as `x0`, written with recorded operators, that gives a
/// tensor of any shape. The Jacobian is computed from it, in forward mode where that is cheaper, and
/// factored; its square is never formed.
///
/// Domain: `r` is once differentiable.
/// At the edge: a trial point at which `r` throws a NumericError, gives inf or NaN, or has a Jacobian
/// that does, is stepped back from. A saddle of the cost is left along its negative curvature (up to 64
/// unknowns). Fewer residuals than unknowns, or unknowns without influence, are allowed: `rank` and the
/// message say so, and steps are the shortest of the equal ones.
/// Accuracy: near the end J' r is accumulated in double-double, and steps are judged by the offset
/// where the cost no longer tells points apart.
/// Throws: NumericError when residuals or Jacobian at `x0` are not finite; ShapeError when `x0` or
/// the residuals are empty, for an option of a wrong size, and for residuals that change in number;
/// DtypeError when `x0` or the residuals are not floating point; GraphError when they are not recorded;
/// ValueError for options out of range, bounds that cross and a start outside of them. What `r`
/// throws at `x0`, and what it throws later but NumericErrors, passes through.
/// Cost: per iteration one evaluation of `r` with a tangent for each unknown (or one sweep for each
/// residual) and 2 m n^2 operations.
/// Source: Nocedal and Wright, Numerical Optimization, chapter 10; More (1978); Triggs et al.,
/// Bundle adjustment (2000), for losses.
/// See also: minimize() for functions that are no sums of squares.
EIGENGRAD_API LeastSquaresResult least_squares(const std::function<Tensor(const Tensor&)>& r,
                                               const Tensor& x0,
                                               const LeastSquaresOptions& options = {});

/// Eigen in, Eigen out: `r` takes a tensor, of one dimension for an Eigen vector and two for a
/// matrix, whose elements are the unknowns in row-major order.
template <class F, class Derived>
auto least_squares(F&& r, const Eigen::DenseBase<Derived>& x0,
                   const LeastSquaresOptions& options = {}) {
  using Eigens = detail::EigenResults<Derived>;
  const Eigens eigen(x0);
  LeastSquaresResult t = least_squares(std::function<Tensor(const Tensor&)>(std::ref(r)),
                                       eigengrad::detail::tensor_of(x0), options);
  return BasicLeastSquaresResult<typename Eigens::Point, typename Eigens::Vector,
                                 typename Eigens::Matrix>{eigen.point(t.x),
                                                          t.cost,
                                                          eigen.vector(t.residuals),
                                                          eigen.matrix(t.jacobian),
                                                          t.rank,
                                                          eigen.matrix(t.covariance),
                                                          eigen.matrix(t.correlation),
                                                          eigen.vector(t.std_errors),
                                                          t.df,
                                                          t.status,
                                                          std::move(t.message),
                                                          t.counts,
                                                          std::move(t.history),
                                                          t.seconds};
}

namespace detail {

/// The part of a result that is printed.
struct LeastSquaresSummary {
  const double* x;
  const double* std_errors;
  std::int64_t n;
  double cost;
  std::int64_t df;
  std::int64_t rank;
  std::int64_t residuals;
  std::string_view message;
  LeastSquaresCounts counts;
  double seconds;
};
EIGENGRAD_API void print(std::ostream& os, const LeastSquaresSummary& summary);

}  // namespace detail

/// A short report: the message, unknowns with their standard errors, cost and time.
template <class Point, class Vector, class Matrix>
std::ostream& operator<<(std::ostream& os,
                         const BasicLeastSquaresResult<Point, Vector, Matrix>& r) {
  const Tensor x = detail::as_doubles(r.x);
  const Tensor errors = detail::as_doubles(r.std_errors);
  detail::print(os, {x.data_ptr<double>(), errors.data_ptr<double>(), x.numel(), r.cost, r.df,
                     r.rank, r.rank + r.df, r.message, r.counts, r.seconds});
  return os;
}

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::least_squares;

}  // namespace eigengrad
