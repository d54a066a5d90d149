#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/functional/callable.hpp"
#include "eigengrad/optim/status.hpp"

namespace eigengrad::optim {

/// How minimize() moves. NW: Nocedal and Wright, Numerical Optimization, 2nd ed.
enum class Method : std::uint8_t {
  /// Steepest descent; Barzilai and Borwein's step length (1988), halved or less until Armijo's
  /// condition holds. Gradients only, no memory.
  GradientDescent,
  /// Limited-memory BFGS with a strong Wolfe line search. NW algorithm 7.4.
  LBFGS,
  /// Exact dense Hessian, Cholesky, a multiple of the identity added where it is not positive
  /// definite (NW algorithm 3.3), strong Wolfe line search. For up to a few thousand unknowns.
  Newton,
  /// The Newton equations solved by conjugate gradients on Hessian-vector products, up to the first
  /// direction of negative curvature; strong Wolfe line search. NW algorithm 7.1. For many
  /// unknowns.
  NewtonCG,
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
};

/// One line of the history; the first one, number 0, describes the start.
struct Iteration {
  std::int64_t iter = 0;
  double value = 0;
  /// Value minus the one before.
  double change = 0;
  /// Euclidean norms of the gradient and of the step that led here.
  double gradient_norm = 0;
  double step_norm = 0;
  EvaluationCounts counts = {};
  /// Since the call of minimize().
  double seconds = 0;
};

struct MinimizeOptions {
  Method method = Method::LBFGS;
  /// Bound on the Euclidean norm of the gradient.
  double tolerance_grad = 1e-8;
  /// Unset: 100000 with GradientDescent and Adam, 10000 with the others.
  optional<std::int64_t> max_iter = nullopt;
  /// Pairs that LBFGS remembers.
  std::int64_t history_size = 10;
  /// Step length of Adam.
  double lr = 0.01;
  /// Called with every line of the history and the point that it describes; `false` stops.
  std::function<bool(const Iteration&, const Tensor& x)> callback = nullptr;
};

/// Where minimize() ended. `x` and `gradient` are of the kind of the start: tensors or Eigen.
template <class Point>
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

  bool converged() const noexcept { return optim::converged(status); }
};
using MinimizeResult = BasicMinimizeResult<Tensor>;

/// Looks for a local minimum of `f`, a function of a tensor shaped as `x0` with values of one
/// element, written with recorded operators. Derivatives are computed from it.
///
/// Domain: `f` is twice differentiable with Newton and NewtonCG, once with the others.
/// At the edge: an `f` that gives inf or NaN bounds the region; line searches step back from there.
/// A start with a zero gradient has converged, be it a maximum.
/// Throws: NumericError when the value or gradient at `x0` is not finite; ShapeError when `x0` is
/// empty or `f` gives other than one element; DtypeError when `x0` is not floating; GraphError when
/// the value is not recorded; ValueError for options out of range.
/// Cost: per iteration, one value and gradient or a few; n Hessian-vector products and n^3/3 with
/// Newton, up to 2n products with NewtonCG.
EIGENGRAD_API MinimizeResult minimize(const std::function<Tensor(const Tensor&)>& f,
                                      const Tensor& x0, const MinimizeOptions& options = {});

/// Eigen in, Eigen out: `f` takes a tensor, of one dimension for an Eigen vector and two for a
/// matrix.
template <class F, class Derived>
auto minimize(F&& f, const Eigen::DenseBase<Derived>& x0, const MinimizeOptions& options = {}) {
  MinimizeResult r = minimize(std::function<Tensor(const Tensor&)>(std::ref(f)),
                              eigengrad::detail::tensor_of(x0), options);
  return BasicMinimizeResult<typename Derived::PlainObject>{
      eigengrad::detail::eigen_like(r.x, x0),
      r.value,
      eigengrad::detail::eigen_like(r.gradient, x0),
      r.gradient_norm,
      r.status,
      std::move(r.message),
      r.counts,
      std::move(r.history),
      r.seconds};
}

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::Method;
using optim::minimize;

}  // namespace eigengrad
