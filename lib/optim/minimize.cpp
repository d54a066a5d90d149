#include "eigengrad/optim/minimize.hpp"

#include <chrono>
#include <cmath>

#include "core/fail.hpp"
#include "core/text.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "optim/methods.hpp"
#include "optim/objective.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

namespace {

std::int64_t default_max_iter(Method method) {
  const bool first_order = method == Method::GradientDescent || method == Method::Adam;
  return first_order ? 100000 : 10000;
}

void check(const MinimizeOptions& o, const Tensor& x0) {
  if (o.method > Method::Adam)
    fail<ValueError>("minimize", "no method has the number ", static_cast<int>(o.method),
                     "; give one of optim::Method");
  if (!x0.is_floating_point())
    fail<DtypeError>("minimize", "the start has dtype ", eigengrad::to_string(x0.dtype()),
                     "; it must be float64 or float32");
  if (x0.numel() == 0)
    fail<ShapeError>("minimize", "the start has sizes ", x0.sizes(), "; it must have an element");
  if (!(o.tolerance_grad >= 0))
    fail<ValueError>("minimize", "tolerance_grad is ", o.tolerance_grad, "; it must be at least 0");
  if (o.max_iter.value_or(0) < 0)
    fail<ValueError>("minimize", "max_iter is ", *o.max_iter, "; it must be at least 0");
  if (o.history_size < 1)
    fail<ValueError>("minimize", "history_size is ", o.history_size, "; it must be at least 1");
  if (!(o.lr > 0)) fail<ValueError>("minimize", "lr is ", o.lr, "; it must be above 0");
}

double norm(const Tensor& v) { return std::sqrt(v.dot(v).item<double>()); }

/// Whether NaN has a sign differs between machines; messages are to be the same.
double without_sign_of_nan(double v) { return std::isnan(v) ? std::abs(v) : v; }

std::string describe(Status status, const Iteration& at, const MinimizeOptions& o) {
  eigengrad::detail::Text text;
  const double gradient = without_sign_of_nan(at.gradient_norm);
  const char* const iterations = at.iter == 1 ? " iteration" : " iterations";
  switch (status) {
    case Status::Converged:
      text << "converged in " << at.iter << iterations << ": |gradient| = " << gradient
           << " <= " << o.tolerance_grad;
      break;
    case Status::MaxIterations:
      text << "not converged: iteration " << at.iter
           << " was the last one allowed, |gradient| = " << gradient << " > " << o.tolerance_grad;
      break;
    case Status::NoProgress:
      text << "not converged: no step lowers the value " << at.value << " after " << at.iter
           << iterations << ", |gradient| = " << gradient << " > " << o.tolerance_grad;
      break;
    case Status::NotFinite:
      text << "not converged: the value is " << without_sign_of_nan(at.value)
           << ", |gradient| = " << gradient << " after " << at.iter << iterations;
      break;
    case Status::Stopped:
      text << "stopped by the callback after " << at.iter << iterations;
      break;
    default:
      text << to_string(status) << " after " << at.iter << iterations;
      break;
  }
  return text.str();
}

}  // namespace

MinimizeResult minimize(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                        const MinimizeOptions& options) {
  eigengrad::detail::require_callable("minimize", f);
  check(options, x0);
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const std::int64_t max_iter = options.max_iter.value_or(default_max_iter(options.method));
  const std::unique_ptr<MinimizeMethod> method = make_method(options);
  Objective objective(f, x0,
                      options.method == Method::Newton || options.method == Method::NewtonCG);

  ObjectivePoint p = objective.at(x0.detach().clone().reshape({-1}));
  objective.add_gradient(p);
  Iteration now{.value = p.value, .gradient_norm = norm(p.gradient)};
  if (!std::isfinite(now.value) || !std::isfinite(now.gradient_norm))
    fail<NumericError>("minimize", "the objective is not finite at the start: value ",
                       without_sign_of_nan(now.value), ", |gradient| ",
                       without_sign_of_nan(now.gradient_norm), "; start elsewhere");

  MinimizeResult r;
  for (;;) {
    now.counts = objective.counts();
    now.seconds = seconds();
    r.history.push_back(now);
    const bool go_on = !options.callback || options.callback(now, objective.shaped(p.x).clone());

    if (!std::isfinite(now.value) || !std::isfinite(now.gradient_norm)) {
      r.status = Status::NotFinite;
    } else if (now.gradient_norm <= options.tolerance_grad) {
      r.status = Status::Converged;
    } else if (!go_on) {
      r.status = Status::Stopped;
    } else if (now.iter == max_iter) {
      r.status = Status::MaxIterations;
    } else {
      const Tensor before = p.x;
      if (method->move(objective, p)) {
        now = {.iter = now.iter + 1,
               .value = p.value,
               .change = p.value - now.value,
               .gradient_norm = norm(p.gradient),
               .step_norm = norm(p.x - before)};
        continue;
      }
      r.status = Status::NoProgress;
    }
    break;
  }

  r.x = objective.shaped(p.x);
  r.value = p.value;
  r.gradient = objective.shaped(p.gradient);
  r.gradient_norm = now.gradient_norm;
  r.message = describe(r.status, now, options);
  r.counts = objective.counts();
  r.seconds = seconds();
  return r;
}

}  // namespace eigengrad::optim
