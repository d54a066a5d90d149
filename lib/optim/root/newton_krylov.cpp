#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "optim/implicit/linearization.hpp"
#include "optim/krylov.hpp"
#include "optim/root/solver.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::root_finding {

using eigengrad::detail::fail;

namespace {

/// Inexact Newton steps, shortened until the norm of the residuals falls.
class NewtonKrylov {
 public:
  NewtonKrylov(std::string_view op, const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
               const RootOptions& options);
  Verdict run();
  RootResult result(const Verdict& verdict) const;

 private:
  using State = std::unique_ptr<implicit::Linearization>;

  bool evaluate(const Vector& x, State& at, Vector& r);
  bool solve();
  bool move();
  bool test(Verdict& verdict);

  std::string_view op_;
  std::shared_ptr<implicit::Equation> equation_;
  Tensor x0_;
  const RootOptions& options_;
  double u_;
  /// A power of 2 that brings the residuals at the start to 1.
  double scale_ = 1;
  State at_;
  Vector x_;
  Vector r_;
  Vector p_;
  /// The largest absolute value of any unknown on the path.
  double largest_ = 0;
  double forcing_ = 0.5;
  double residual_ = 0;
  double newton_step_ = 0;
  double linear_residual_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
  int stalled_ = 0;
  int creeping_ = 0;
  /// The largest element of the Newton step over largest_.
  double reach_ = 0;
  /// Tests at which reach_ was far below 1: see Solver::arrived_.
  int arrived_ = 0;
  NewtonRate rate_;
  double start_norm_ = 0;
  std::int64_t iterations_ = 0;
  RootCounts counts_;
};

NewtonKrylov::NewtonKrylov(std::string_view op, const std::function<Tensor(const Tensor&)>& f,
                           const Tensor& x0, const RootOptions& options)
    : op_(op),
      equation_(std::make_shared<implicit::Equation>()),
      x0_(x0.detach()),
      options_(options),
      u_(eigengrad::detail::epsilon_of(x0.dtype()) / 2),
      x_(vector_of(x0)) {
  equation_->op = op;
  equation_->f = [&f, op, n = x0.numel()](const Tensor& x, const autograd::variable_list&) {
    Tensor r = f(x);
    if (!r.defined() || r.numel() != n)
      fail<ShapeError>(op, "the function gives ", r.defined() ? r.numel() : 0, " residuals for ", n,
                       " unknowns; give as many");
    return r;
  };
  if (!evaluate(x_, at_, r_))
    fail<NumericError>(op, "the residuals are not finite at the start; start elsewhere");
  if (!at_->residual().requires_grad())
    fail<GraphError>(op,
                     "the residuals do not require grad: they do not depend on x through recorded "
                     "operators; compute them from the tensor that is handed in");
  const double size = r_.cwiseAbs().maxCoeff();
  if (size > 0) scale_ = std::ldexp(1.0, -std::ilogb(size));
  r_ *= scale_;
  start_norm_ = r_.stableNorm();
}

bool NewtonKrylov::evaluate(const Vector& x, State& at, Vector& r) {
  try {
    ++counts_.f;
    at = std::make_unique<implicit::Linearization>(equation_, shaped_like(x0_, x),
                                                   autograd::variable_list{}, /*connect=*/false);
    r = scale_ * vector_of(at->residual());
    if (r.allFinite()) return true;
  } catch (const NumericError&) {
    if (counts_.f == 1) throw;
  }
  ++counts_.infeasible;
  return false;
}

/// Computes the Newton step p, with a relative residual up to the forcing term; false where it is not finite.
bool NewtonKrylov::solve() {
  const auto product = [&](const Vector& v) -> Vector {
    ++counts_.Jv;
    return scale_ * vector_of(at_->product(shaped_like(x0_, v), /*transposed=*/false));
  };
  const std::int64_t most = std::max<std::int64_t>(400, x_.size());
  KrylovResult step = gmres(product, -r_, std::max(forcing_, 8 * u_), most);
  p_ = std::move(step.x);
  linear_residual_ = step.residual;
  const double size = product(x_).cwiseAbs().maxCoeff();
  residual_ = r_.cwiseAbs().maxCoeff() / size;
  largest_ = std::max(largest_, x_.cwiseAbs().maxCoeff());
  newton_step_ = p_.cwiseAbs().maxCoeff() / x_.cwiseAbs().maxCoeff();
  const double before = std::exchange(reach_, p_.cwiseAbs().maxCoeff() / largest_);
  if (iterations_ > 0) rate_.add(before, reach_);
  return p_.allFinite();
}

bool NewtonKrylov::test(Verdict& verdict) {
  const double tolerance_x = std::max(options_.tolerance_x, 4 * u_);
  verdict.status = Status::Converged;
  const double norm = r_.stableNorm();
  if (r_.cwiseAbs().maxCoeff() == 0)
    verdict.reason = "the residuals are zero";
  else if (newton_step_ <= tolerance_x && linear_residual_ < 0.9)
    verdict.reason = text_of("relative Newton step ", newton_step_, " <= ", tolerance_x);
  else if (norm <= 1e-10 * start_norm_ && reach_ <= 1e-10 * tolerance_x && ++arrived_ > 4)
    verdict.reason = "the Newton step is far below what the unknowns were";
  else if (residual_ <= options_.tolerance_f)
    verdict.reason = text_of("relative residual ", residual_, " <= ", options_.tolerance_f);
  if (!verdict.reason.empty()) return true;
  const bool ends = iterations_ >= options_.max_iter;
  if (is_vanishing(norm / scale_, start_norm_ / scale_, newton_step_, ends)) {
    verdict = vanishing(norm / scale_, newton_step_);
    return true;
  }
  if (norm < 0.5 * best_) {
    best_ = norm;
    stalled_ = 0;
  } else if (residual_ <= 1e3 * u_ && ++stalled_ >= 2) {
    verdict = {Status::RoundingLevel,
               text_of("relative residual ", residual_, ", no longer falling")};
    return true;
  }
  verdict.status = Status::Stopped;
  return false;
}

bool NewtonKrylov::move() {
  const double before = r_.stableNorm();
  State next;
  Vector r;
  for (double t = 1; t > 1e-12; t *= 0.5) {
    const Vector x = x_ + t * p_;
    if (x == x_) return false;
    if (!evaluate(x, next, r)) continue;
    const double norm = r.stableNorm();
    if (!(norm < (1 - 1e-4 * t) * before)) continue;
    x_ = x;
    r_ = r;
    at_ = std::move(next);
    const double ratio = norm / before;
    creeping_ = ratio > 0.999 ? creeping_ + 1 : 0;
    forcing_ = std::clamp(0.9 * ratio * ratio, 1e-8, 0.5);
    return true;
  }
  return false;
}

Verdict NewtonKrylov::run() {
  for (;;) {
    if (r_.stableNorm() > 0 && !solve())
      return {Status::NotFinite, "products with the Jacobian are not finite"};
    const bool go_on =
        !options_.callback ||
        options_.callback({iterations_, r_.stableNorm() / scale_, residual_, newton_step_, counts_},
                          shaped_like(x0_, x_));
    Verdict verdict{Status::Stopped};
    if (test(verdict) || !go_on) return verdict;
    const std::string where = text_of("the norm of the residuals is ", r_.stableNorm() / scale_,
                                      ", relative residual ", residual_);
    if (iterations_ >= options_.max_iter) return {Status::MaxIterations, where};
    if (!move() || creeping_ >= 20) {
      const bool has_arrived =
          r_.stableNorm() <= 1e-10 && p_.cwiseAbs().maxCoeff() <= options_.tolerance_x * largest_;
      if (residual_ <= 1e3 * u_ || has_arrived) return {Status::RoundingLevel, where};
      return {Status::NoProgress,
              text_of(where, "; GMRES left ", linear_residual_,
                      " of the last step's equations, and no step lowers the norm")};
    }
    ++iterations_;
  }
}

RootResult NewtonKrylov::result(const Verdict& verdict) const {
  RootResult result;
  result.x = shaped_like(x0_, x_);
  result.residuals = copy_of(Vector(r_ / scale_).data(), x0_.sizes(), x0_.dtype());
  result.norm = r_.stableNorm() / scale_;
  result.status = verdict.status;
  result.message = message_of(verdict, iterations_);
  result.counts = counts_;
  result.is_singular = rate_.is_linear() || (r_.stableNorm() > 0 && linear_residual_ >= 0.9);
  if (result.converged() && result.is_singular)
    result.message += "; the Jacobian is singular there";
  result.iterations = iterations_;
  return result;
}

}  // namespace

RootResult newton_krylov(std::string_view op, const std::function<Tensor(const Tensor&)>& f,
                         const Tensor& x0, const RootOptions& options) {
  NewtonKrylov solver(op, f, x0, options);
  const Verdict verdict = solver.run();
  return solver.result(verdict);
}

}  // namespace eigengrad::optim::root_finding
