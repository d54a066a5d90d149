#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"
#include "eigengrad/optim/scalar_or_tensor.hpp"
#include "eigengrad/optim/status.hpp"
#include "eigengrad/optim/unknowns.hpp"

namespace eigengrad::optim {

/// How least_squares() chooses its step p from the residuals r and the Jacobian J. D is the scale of
/// the unknowns.
enum class LeastSquaresMethod : std::uint8_t {
  /// LevenbergMarquardt.
  Auto,
  /// The p that minimises |r + J p| within |D p| <= radius; with bounds the one within them and
  /// within the box |D p|_inf <= radius, found exactly by an active set.
  /// Source: More, The Levenberg-Marquardt algorithm (1978); Stark and Parker, Bounded-variable least
  /// squares (1995).
  LevenbergMarquardt,
  /// The broken line from the point over the Cauchy point to the Gauss-Newton point, as far as the
  /// radius and the bounds allow. Source: Powell (1970); Voglis and Lagaris (2004) for bounds.
  Dogleg,
  /// Unknowns scaled by their distance to the bounds and paths that are reflected there; the points
  /// stay strictly inside until the end. Without bounds it is LevenbergMarquardt.
  /// Source: Branch, Coleman and Li (1999).
  TrustRegionReflective
};

/// rho(z) of z = w (r / f_scale)^2, w the weight; rho(z) = z for small z.
enum class Loss : std::uint8_t {
  /// z.
  Linear,
  /// z up to 1, then 2 sqrt(z) - 1.
  Huber,
  /// 2 (sqrt(1 + z) - 1).
  SoftL1,
  /// ln(1 + z).
  Cauchy,
  /// (1 - (1 - z)^3) / 3 up to 1, then 1/3: what lies further out has no influence.
  Tukey
};

/// Evaluations so far.
struct LeastSquaresCounts {
  /// Of the residuals, the ones that carry a tangent for the Jacobian left out.
  std::int64_t residuals = 0;
  std::int64_t jacobians = 0;
  /// Second derivatives, where steps without them converge slowly.
  std::int64_t curvatures = 0;
  /// Points at which the residuals were not finite or threw a NumericError.
  std::int64_t infeasible = 0;
};

/// One line of the history; the first one, number 0, describes the start.
struct LeastSquaresIteration {
  std::int64_t iter = 0;
  double cost = 0;
  /// Cost minus the one before.
  double change = 0;
  /// The largest cosine between the residuals and a column of the Jacobian, bounds observed.
  double gradient = 0;
  /// |J p| / |r| of the Gauss-Newton step p: 0 at a minimum. Its square is the relative decrease of
  /// the cost that the linear model predicts. Source: Bates and Watts (1981).
  double offset = 0;
  /// |D p| of the step that led here.
  double step_norm = 0;
  double radius = 0;
  LeastSquaresCounts counts = {};
  /// Since the call of least_squares().
  double seconds = 0;
};

struct LeastSquaresOptions {
  LeastSquaresMethod method = LeastSquaresMethod::Auto;
  Loss loss = Loss::Linear;
  /// The size of a residual from which on a loss treats it as an outlier.
  double f_scale = 1;
  /// Bounds on the unknowns: none, one for all, or one for each.
  ScalarOrTensor lower = {};
  ScalarOrTensor upper = {};
  /// Sizes of changes of the unknowns that matter alike; D is one over them. Unset: D is the largest
  /// norm that the column of the Jacobian has had, so that units do not matter.
  ScalarOrTensor x_scale = {};
  /// Each multiplies the square of its residual: 1 / variance, say. At least 0.
  ScalarOrTensor weights = {};
  /// Bound on the square of LeastSquaresIteration::offset.
  double tolerance_f = 1e-22;
  /// Bound on |p| / |x| for each unknown, p the Gauss-Newton step.
  double tolerance_x = 1e-14;
  /// Bound on LeastSquaresIteration::gradient.
  double tolerance_grad = 1e-14;
  std::int64_t max_iter = 1000;
  /// Called with every line of the history and the point that it describes; `false` stops.
  std::function<bool(const LeastSquaresIteration&, const Tensor& x)> callback = nullptr;
};

/// Where least_squares() ended, m residuals and n unknowns; tensors, or Eigen for an Eigen start.
///
/// The statistics are those of the linear model at `x`, bounds left aside: with the weights and what
/// the loss makes of them, s^2 = |r|^2 / df and covariance = s^2 (J' J)^-1.
/// At the edge: an unknown that the data do not determine (rank < n) has an infinite standard error
/// and NaN in `covariance`, and the message names it. Without a degree of freedom (df = 0) all are NaN.
template <class Point, class Vector, class Matrix>
struct BasicLeastSquaresResult {
  /// In the shape of the start.
  Point x;
  /// Half the sum of f_scale^2 rho(w (r / f_scale)^2); half the sum of squares by default.
  double cost = 0;
  /// As the function gave them at `x`: without weights and loss.
  Vector residuals;
  /// m by n, of `residuals`.
  Matrix jacobian;
  /// Number of directions of x that the residuals depend on, as far as rounding tells.
  std::int64_t rank = 0;
  /// n by n.
  Matrix covariance;
  Matrix correlation;
  /// n, roots of the diagonal of `covariance`.
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
/// DtypeError when `x0` or the residuals do not float; GraphError when they are not recorded;
/// ValueError for options out of range, bounds that cross and a start outside of them. What `r`
/// throws at `x0` and what is no NumericError later passes through.
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

/// What a report shows.
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
using optim::LeastSquaresOptions;

}  // namespace eigengrad
