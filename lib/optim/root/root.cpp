#include "eigengrad/optim/root.hpp"

#include <algorithm>
#include <chrono>
#include <ostream>

#include "core/fail.hpp"
#include "core/text.hpp"
#include "optim/root/solver.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

void check(std::string_view op, const RootOptions& o) {
  check_enumerator(op, "method", o.method, RootMethod::NewtonKrylov, "RootMethod");
  check_not_negative(op, "tolerance_f", o.tolerance_f);
  check_not_negative(op, "tolerance_x", o.tolerance_x);
  check_at_least(op, "max_iter", o.max_iter, 0);
}

namespace root_finding {
namespace {

constexpr std::int64_t kMostDense = 500;

RootResult result_of(const Solver& solver, const Verdict& verdict, const fit::Residuals& f) {
  RootResult result;
  result.x = f.shaped(solver.x());
  result.residuals = f.shaped_residuals(solver.residuals());
  result.norm = solver.norm();
  result.jacobian = tensor_of(solver.jacobian(), f.dtype());
  result.is_singular = solver.is_singular();
  result.status = verdict.status;
  result.message = message_of(verdict, solver.iterations());
  if (result.converged() && result.is_singular)
    result.message += "; the Jacobian is singular there";
  result.iterations = solver.iterations();
  return result;
}

RootResult find_dense(std::string_view op, const std::function<Tensor(const Tensor&)>& f,
                      const Tensor& x0, const RootOptions& options) {
  fit::Residuals residuals(op, f, x0);
  if (residuals.size() != residuals.unknowns())
    fail<ShapeError>(op, "the function gives ", residuals.size(), " residuals for ",
                     residuals.unknowns(),
                     " unknowns; give as many, or use least_squares() where there are more");
  const auto run = [&](RootMethod method, const RootOptions& limits, bool full_steps = false) {
    Solver solver(op, residuals, method, limits, full_steps);
    const Verdict verdict = solver.run();
    return result_of(solver, verdict, residuals);
  };
  const bool is_auto = options.method == RootMethod::Auto;
  const auto is_settled = [is_auto](const RootResult& r) {
    return !is_auto || r.converged() || r.status == Status::Stopped;
  };
  RootResult result = run(is_auto ? RootMethod::Hybrid : options.method, options);
  if (!is_settled(result)) {
    RootResult other = run(RootMethod::LevenbergMarquardt, options);
    if (is_settled(other) || other.norm < result.norm) result = std::move(other);
  }
  if (!is_settled(result)) {
    RootOptions limits = options;
    limits.max_iter = std::min<std::int64_t>(100, options.max_iter);
    RootResult other = run(RootMethod::Newton, limits, /*full_steps=*/true);
    if (is_settled(other)) result = std::move(other);
  }
  const LeastSquaresCounts& c = residuals.counts();
  result.counts = {c.residuals, c.jacobians, 0, c.infeasible};
  return result;
}

}  // namespace
}  // namespace root_finding

RootResult find_root(std::string_view op, const std::function<Tensor(const Tensor&)>& f,
                     const Tensor& x0, const RootOptions& options) {
  check(op, options);
  check_start(op, x0);
  const auto start = std::chrono::steady_clock::now();
  const bool is_large = options.method == RootMethod::Auto && x0.numel() > root_finding::kMostDense;
  RootResult result = is_large || options.method == RootMethod::NewtonKrylov
                          ? root_finding::newton_krylov(op, f, x0, options)
                          : root_finding::find_dense(op, f, x0, options);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

RootResult root(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                const RootOptions& options) {
  eigengrad::detail::require_callable("root", f);
  return find_root("root", f, x0, options);
}

void detail::print(std::ostream& os, const RootSummary& s) {
  constexpr std::int64_t kMostShown = 20;
  eigengrad::detail::Text text;
  text << "root: " << s.message << '\n';
  for (std::int64_t i = 0; i < std::min(kMostShown, s.n); ++i)
    text << "  x[" << i << "] = " << s.x[i] << '\n';
  if (s.n > kMostShown) text << "  and " << s.n - kMostShown << " more\n";
  text << "  norm of the residuals " << s.norm << "; " << s.counts.f << " residuals, " << s.counts.J
       << " Jacobians";
  if (s.counts.Jv > 0) text << ", " << s.counts.Jv << " products";
  text << ", " << s.seconds << " s\n";
  os << text.str();
}

}  // namespace eigengrad::optim
