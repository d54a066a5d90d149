#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "eigengrad/adapters/cvodes_solve.hpp"
#include "eigengrad/autograd/custom_op.hpp"

/// CVODES of SUNDIALS 6 with derivatives of ours. Needs SUNDIALS where it is included and linked.

namespace eigengrad::adapters {
namespace detail {

/// A problem whose derivatives are solved for when the first is asked for.
class CvodesProblem {
 public:
  explicit CvodesProblem(CvodesTask task) : task_(std::move(task)) {}

  Tensor states() const {
    DimVector sizes(task_.y0.sizes());
    sizes.insert(0, static_cast<std::int64_t>(task_.times.size()));
    return CvodesSolve(task_).rows(/*derivatives=*/false).reshape(sizes);
  }
  variable_list gradients(const Tensor& g) {
    const Tensor all = derivatives().t().mv(g.reshape({-1}));
    variable_list like{task_.y0}, by;
    like.insert(like.end(), task_.theta.begin(), task_.theta.end());
    std::int64_t from = 0;
    for (const Tensor& x : like) {
      by.push_back(all.narrow(0, from, x.numel()).reshape(x.sizes()).to(x.dtype()));
      from += x.numel();
    }
    return by;
  }
  /// The tangent of the states, as one vector, from the tangents of y0 and theta.
  Tensor tangent(const variable_list& tangents) {
    return derivatives().mv(flat(tangents[0], {tangents.begin() + 1, tangents.end()}));
  }

 private:
  /// The Jacobian of the states, as one vector, by y0 and theta: {times times state, state and theta}.
  const Tensor& derivatives() {
    std::call_once(once_,
                   [&] { matrix_ = CvodesSolve(task_).rows(/*derivatives=*/true).flatten(0, 1); });
    return matrix_;
  }

  CvodesTask task_;
  std::once_flag once_;
  Tensor matrix_;
};

inline std::vector<double> cvodes_times(const Tensor& t) {
  if (!t.defined() || t.dim() != 1 || t.numel() < 2)
    throw ShapeError("[cvodes] t must have one dimension of at least two times, the start first");
  if (t.requires_grad()) throw GraphError("[cvodes] times are constants here; use odeint()");
  std::vector<double> times(static_cast<std::size_t>(t.numel()));
  write(t, "cvodes", "times", t.numel(), times.data());
  const double direction = times.back() < times.front() ? -1 : 1;
  for (std::size_t i = 0; i < times.size(); ++i)
    if (!std::isfinite(times[i]) || (i > 0 && direction * (times[i] - times[i - 1]) < 0))
      throw ValueError("[cvodes] t must be finite and monotone; t[" + std::to_string(i) + "] is " +
                       std::to_string(times[i]));
  return times;
}

inline Tensor solve_by_cvodes(OdeFunction f, const Tensor& y0, const Tensor& t,
                              const variable_list& theta, const CvodesOptions& options) {
  if (!y0.defined() || y0.dtype() != kFloat64 || y0.numel() == 0)
    throw DtypeError("[cvodes] y0 must be float64 and have an element");
  variable_list inputs{y0}, constants;
  for (const Tensor& p : theta) {
    inputs.push_back(p);
    constants.push_back(p.detach().clone());
  }
  const auto problem = std::make_shared<CvodesProblem>(CvodesTask{
      std::move(f), y0.detach().clone(), cvodes_times(t), std::move(constants), options});
  const Tensor states = problem->states();
  const auto op = custom_op([states](const variable_list&) { return states; },
                            [problem](const Tensor& g) { return problem->gradients(g); },
                            [problem, sizes = DimVector(states.sizes())](const variable_list& v) {
                              return problem->tangent(v).reshape(sizes);
                            });
  return op.named("Cvodes").once_differentiable()(inputs);
}

}  // namespace detail

/// Solves y' = f(t, y, theta) from y(t[0]) = `y0` by CVODES, as odeint() does by methods of its own: `f`,
/// `theta` and shapes are those of odeint(), on float64.
///
/// Differentiable once in `y0` and `theta`, backwards and forwards. When the first derivative is asked for the
/// problem is solved again together with its sensitivities, which then are under error control as the
/// state is, relative to theta (and to y0).
/// Throws: NumericError with the time and what CVODES says where it stops; what `f` throws, but that
/// a NumericError, or what is not finite, makes the step smaller; GraphError where `f` captured a tracked
/// tensor and for tracked times; ShapeError, DtypeError, ValueError as odeint().
/// Cost: a Jacobian by y for each of CVODES's; for derivatives one by y and theta in each evaluation of
/// their right-hand side, and room for times by state by state and theta numbers.
/// Source: Hindmarsh et al., SUNDIALS (2005); Serban and Hindmarsh, CVODES (2005).
/// See also: odeint() for higher derivatives, events, times that are tracked, and float32.
template <class F, optim::detail::OdeTheta Theta>
Tensor cvodes(F f, const Tensor& y0, const Tensor& t, const Theta& theta,
              const CvodesOptions& options = {}) {
  return detail::solve_by_cvodes(optim::detail::ode_function<Theta>(std::move(f)), y0, t,
                                 optim::detail::list_of(theta), options);
}
template <class F>
Tensor cvodes(F f, const Tensor& y0, const Tensor& t, const CvodesOptions& options = {}) {
  return cvodes(std::move(f), y0, t, optim::detail::NoTheta(), options);
}
/// cvodes() whose parameters are a list in braces.
template <class F>
Tensor cvodes(F f, const Tensor& y0, const Tensor& t, const autograd::variable_list& theta,
              const CvodesOptions& options = {}) {
  return cvodes<F, autograd::variable_list>(std::move(f), y0, t, theta, options);
}

}  // namespace eigengrad::adapters
