#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/optim/constraint.hpp"
#include "eigengrad/optim/scalar_or_tensor.hpp"

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
  /// Another name of TrustRegion.
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

/// The time spent in each phase, in seconds.
struct PhaseSeconds {
  double value = 0;
  double gradient = 0;
  /// Dense Hessians and Hessian-vector products.
  double hessian = 0;
};

/// One line of the history; the first one, with iter 0, describes the start.
struct Iteration {
  std::int64_t iter = 0;
  double value = 0;
  /// The value minus that of the iteration before.
  double change = 0;
  /// Euclidean norms of the gradient (without what bounds hold back) and of the step that led here.
  double gradient_norm = 0;
  double step_norm = 0;
  EvaluationCounts counts = {};
  /// Time since the call of minimize().
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
  /// If positive, |gradient| <= this counts as converged too, except at a saddle. Has the units of f over x.
  double tolerance_grad_abs = 0;
  /// To what part of its size a constraint counts as kept: of its sides, and of the terms of its
  /// linear model in x.
  double tolerance_constraint = 1e-10;
};

}  // namespace eigengrad::optim

namespace eigengrad {

using optim::Method;
using optim::MinimizeOptions;

}  // namespace eigengrad
