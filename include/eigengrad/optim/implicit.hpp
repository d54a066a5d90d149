#pragma once

#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eigengrad/optim/implicit_options.hpp"
#include "eigengrad/optim/minimize.hpp"
#include "eigengrad/optim/root.hpp"

namespace eigengrad::optim {

struct ImplicitRootOptions {
  RootOptions solver = {};
  ImplicitOptions derivative = {};
  /// Called with the result of the solver, converged or not.
  std::function<void(const RootResult&)> report = nullptr;
};

enum class FixedPointMethod : std::uint8_t {
  /// Anderson, and Newton's method (root() on g(y) - y) where that does not converge.
  Auto,
  /// The combination of the last iterates and their images with the smallest residual. Source: Walker and
  /// Ni, Anderson acceleration for fixed-point iterations (2011).
  Anderson,
  /// The plain iteration y <- g(y).
  Plain,
  /// root() on g(y) - y.
  Newton
};

struct FixedPointOptions {
  FixedPointMethod method = FixedPointMethod::Auto;
  /// Bound on |g(y) - y| over |y| for each element.
  double tolerance = 1e-14;
  std::int64_t max_iter = 1000;
  /// Iterates that Anderson combines.
  std::int64_t history_size = 5;
  ImplicitOptions derivative = {};
  /// Called with the result of the iteration, converged or not: `residuals` are g(y) - y; `counts.f`
  /// evaluations of g.
  std::function<void(const RootResult&)> report = nullptr;
};

struct ArgminOptions {
  /// Bounds and constraints are refused: what lies on one does not solve the equation that is
  /// differentiated.
  MinimizeOptions solver = {};
  ImplicitOptions derivative = {};
  /// Called with the result of the solver, converged or not.
  std::function<void(const MinimizeResult&)> report = nullptr;
};

namespace detail {

EIGENGRAD_API Tensor implicit_root(ParametricFunction F, const Tensor& y0,
                                   const variable_list& theta, const ImplicitRootOptions& options);
EIGENGRAD_API Tensor fixed_point(ParametricFunction g, const Tensor& y0, const variable_list& theta,
                                 const FixedPointOptions& options);
EIGENGRAD_API Tensor argmin(ParametricFunction f, const Tensor& y0, const variable_list& theta,
                            const ArgminOptions& options);

template <class F>
ParametricFunction of_tensor(F f) {
  eigengrad::detail::require_callable("implicit", f);
  return [f = std::move(f)](const Tensor& y, const variable_list& theta) -> Tensor {
    if constexpr (std::is_invocable_v<const F&, const Tensor&, const Tensor&>)
      return f(y, theta[0]);
    else  // `{theta}` was meant as a list
      return f(y, theta);
  };
}
template <class... Parts, class F>
ParametricFunction of_tuple(F f) {
  eigengrad::detail::require_callable("implicit", f);
  return [f = std::move(f)](const Tensor& y, const variable_list& theta) -> Tensor {
    return std::apply([&](const auto&... part) { return f(y, part...); },
                      tuple_of<Parts...>(theta));
  };
}

}  // namespace detail
}  // namespace eigengrad::optim

namespace eigengrad {

using optim::ArgminOptions;
using optim::FixedPointOptions;
using optim::ImplicitRootOptions;

// Each function comes in three forms, by what its parameters theta are: a Tensor, f(y, theta); a list of
// Tensors, f(y, list); a tuple of them, f(y, theta1, theta2, ...).
//
// Note [Implicit derivatives]
// The solver runs unrecorded. With F(y, theta) = 0 at its end, dy = -J^-1 dF, J the Jacobian of F by y and
// dF what changes in F with y held: the vjp solves J' lambda = g and sweeps through F once, the jvp sends
// tangents through F once and solves. Both are written in recorded operators on the recorded y, so that
// they hold at every order, and in reverse and forward mode alike. Tracked tensors that F captured count
// as parameters. What was solved for is that F(y, theta) = 0: derivatives are those of the exact root
// taken at the y that the solver found, and the start has none.

/// The y with F(y, theta) = 0 near `y0`, found by root(), as a function of theta.
///
/// Shapes: `F` gives as many elements as `y0`; the result is as `y0`.
/// Domain: `F` is differentiable once more often than the result is to be differentiated.
/// At the edge: where the solver stops short of a root it is an error, unless
/// options.derivative.accept_unconverged. The gradient of `y0` is zero.
/// Throws: NumericError when no root was found, with the residual; in the derivative, when the Jacobian
/// is singular at the solution, with the unknown; GraphError there when F gives another value than when it
/// was solved, as when what it captured was modified; otherwise as root().
/// Cost: the gradient is one evaluation of `F`, a sweep for each unknown, 4/3 n^3 operations and one
/// sweep: less than a Newton step. Nothing of the iteration is kept.
/// Source: Krantz and Parks, The Implicit Function Theorem (2003); Blondel et al., Efficient and modular
/// implicit differentiation (2022).
template <class F>
Tensor implicit_root(F f, const Tensor& y0, const Tensor& theta,
                     const ImplicitRootOptions& options = {}) {
  return optim::detail::implicit_root(optim::detail::of_tensor(std::move(f)), y0, {theta}, options);
}
template <class F>
Tensor implicit_root(F f, const Tensor& y0, const autograd::variable_list& theta,
                     const ImplicitRootOptions& options = {}) {
  eigengrad::detail::require_callable("implicit_root", f);
  return optim::detail::implicit_root(std::move(f), y0, theta, options);
}
template <class F, class... Parts>
Tensor implicit_root(F f, const Tensor& y0, const std::tuple<Parts...>& theta,
                     const ImplicitRootOptions& options = {}) {
  return optim::detail::implicit_root(optim::detail::of_tuple<Parts...>(std::move(f)), y0,
                                      optim::detail::list_of(theta), options);
}

/// The y with y = g(y, theta), by iteration from `y0`, as a function of theta.
///
/// All else as implicit_root() of g(y, theta) - y.
template <class G>
Tensor fixed_point(G g, const Tensor& y0, const Tensor& theta,
                   const FixedPointOptions& options = {}) {
  return optim::detail::fixed_point(optim::detail::of_tensor(std::move(g)), y0, {theta}, options);
}
template <class G>
Tensor fixed_point(G g, const Tensor& y0, const autograd::variable_list& theta,
                   const FixedPointOptions& options = {}) {
  eigengrad::detail::require_callable("fixed_point", g);
  return optim::detail::fixed_point(std::move(g), y0, theta, options);
}
template <class G, class... Parts>
Tensor fixed_point(G g, const Tensor& y0, const std::tuple<Parts...>& theta,
                   const FixedPointOptions& options = {}) {
  return optim::detail::fixed_point(optim::detail::of_tuple<Parts...>(std::move(g)), y0,
                                    optim::detail::list_of(theta), options);
}

/// The y with the lowest f(y, theta) near `y0`, found by minimize(), as a function of theta.
///
/// Shapes: `f` gives one element; the result is as `y0`.
/// Domain: `f` is differentiable twice more often than the result is to be differentiated.
/// At the edge: as implicit_root() of the gradient of `f`, whose Jacobian is the Hessian.
/// Throws: NumericError when no minimum was found, with the gradient; in the derivative, where the Hessian
/// is not positive definite; ValueError for bounds and constraints; otherwise as minimize().
/// See also: implicit_root() of the optimality conditions, for minima under constraints.
template <class F>
Tensor argmin(F f, const Tensor& y0, const Tensor& theta, const ArgminOptions& options = {}) {
  return optim::detail::argmin(optim::detail::of_tensor(std::move(f)), y0, {theta}, options);
}
template <class F>
Tensor argmin(F f, const Tensor& y0, const autograd::variable_list& theta,
              const ArgminOptions& options = {}) {
  eigengrad::detail::require_callable("argmin", f);
  return optim::detail::argmin(std::move(f), y0, theta, options);
}
template <class F, class... Parts>
Tensor argmin(F f, const Tensor& y0, const std::tuple<Parts...>& theta,
              const ArgminOptions& options = {}) {
  return optim::detail::argmin(optim::detail::of_tuple<Parts...>(std::move(f)), y0,
                               optim::detail::list_of(theta), options);
}

}  // namespace eigengrad
