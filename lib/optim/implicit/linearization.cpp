#include "optim/implicit/linearization.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/sweep.hpp"
#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/linalg/cholesky.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "functional/variables.hpp"
#include "optim/implicit/implicit_function.hpp"
#include "optim/implicit/singular.hpp"
#include "optim/krylov.hpp"
#include "optim/vectors.hpp"

namespace eigengrad::optim::implicit {

using autograd::Edge;
using eigengrad::detail::fail;

namespace {

constexpr std::int64_t kMostDense = 500;

double unit_roundoff(const Tensor& t) { return eigengrad::detail::epsilon_of(t.dtype()) / 2; }

/// The partial derivatives of root . v by the tensors of the edges, the other tensors held constant.
variable_list partial_derivatives(const Tensor& root, const Tensor& v,
                                  const std::vector<Edge>& edges, bool create_graph) {
  if (!root.defined() || !root.requires_grad()) return variable_list(edges.size());
  autograd::Sweep sweep(/*keep_graph=*/true, create_graph);
  sweep.add_root(autograd::gradient_edge(root), v);
  for (const Edge& e : edges) sweep.add_target(e);
  sweep.stop_at_targets();
  sweep.prepare();
  return sweep.run();
}

/// J x = b, or J' x = b, of a Linearization of `of`, as an equation for x: its inputs are b, y, and those
/// of `of`.
std::shared_ptr<const Equation> linear_equation(std::shared_ptr<const Equation> of,
                                                bool transposed) {
  auto linear = std::make_shared<Equation>();
  linear->op = of->op;
  linear->node_name = of->node_name + "Linear";
  linear->options = of->options;
  linear->options.linear_solver = LinearSolver::MatrixFree;
  linear->f = [of = std::move(of), transposed](const Tensor& x, const variable_list& inputs) {
    Linearization at(of, inputs[1], {inputs.begin() + 2, inputs.end()}, GradMode::is_enabled());
    return at.product(x, transposed) - inputs[0];
  };
  return linear;
}

}  // namespace

Linearization::Linearization(std::shared_ptr<const Equation> equation, const Tensor& y,
                             const variable_list& inputs, bool connect, Tangents tangents)
    : equation_(std::move(equation)),
      y_(y),
      inputs_(inputs),
      connect_(connect),
      tangents_(tangents) {
  const AutoGradMode recording(true);
  variable_ = eigengrad::detail::variable(y, connect, leaves_);
  r_ = equation_->f(variable_, inputs_);
  if (r_.dim() != 1) r_ = r_.reshape({-1});
}

Linearization::~Linearization() { eigengrad::detail::retire(leaves_); }

variable_list Linearization::partials(const Tensor& v, std::vector<Edge> edges) const {
  edges.push_back(autograd::gradient_edge(variable_));
  return partial_derivatives(r_, v, edges, connect_);
}

Tensor Linearization::pulled_back(const Tensor& v, bool create_graph) const {
  const std::vector<Edge> edges(1, autograd::gradient_edge(variable_));
  Tensor g = partial_derivatives(r_, v, edges, create_graph)[0];
  return g.defined() ? g : zeros(y_.sizes(), y_.dtype());
}

Tensor Linearization::product(const Tensor& v, bool transposed, bool create_graph) {
  if (transposed) return pulled_back(v, create_graph);
  if (!cotangent_.defined()) {
    cotangent_ = zeros(r_.sizes(), TensorOptions(r_.dtype()).requires_grad(true));
    leaves_.push_back(cotangent_);
    of_cotangent_ = pulled_back(cotangent_, /*create_graph=*/true);
  }
  Tensor p =
      partial_derivatives(of_cotangent_, v, {autograd::gradient_edge(cotangent_)}, create_graph)[0];
  return p.defined() ? p : zeros(r_.sizes(), r_.dtype());
}

void Linearization::check_residual(const Tensor& before) {
  const Eigen::VectorXd now = vector_of(r_);
  const Eigen::VectorXd then = vector_of(before);
  if (now == then) return;
  const double difference = now.size() == then.size() ? (now - then).cwiseAbs().maxCoeff()
                                                      : std::numeric_limits<double>::infinity();
  const Tensor terms = product(y_.detach().abs(), /*transposed=*/false, /*create_graph=*/false);
  const double size = std::max(vector_of(terms).cwiseAbs().maxCoeff(), then.cwiseAbs().maxCoeff());
  if (!(difference <= 1e5 * unit_roundoff(r_) * size))
    fail<GraphError>(equation_->op,
                     "the function gives other values than when it was solved: ", difference,
                     " apart; it must compute the same each time, from tensors that are not "
                     "written to in between");
}

bool Linearization::is_dense() const {
  const LinearSolver solver = equation_->options.linear_solver;
  return solver == LinearSolver::Dense ||
         (solver == LinearSolver::Auto && y_.numel() <= kMostDense);
}

Tensor Linearization::solve(const Tensor& b, bool transposed) {
  if (!equation_->singular.empty()) fail_singular(equation_->singular);
  return is_dense() ? solve_dense(b, transposed) : solve_matrix_free(b, transposed);
}

void Linearization::fail_singular(std::string_view why) const {
  fail<NumericError>(equation_->op, "the Jacobian is singular at the solution: ", why,
                     "; there the solution has no derivative");
}

Tensor Linearization::jacobian() const {
  variable_list rows;
  for (std::int64_t i = 0; i < y_.numel(); ++i)
    rows.push_back(pulled_back(eigengrad::detail::unit(r_, i), connect_).reshape({-1}));
  return stack(rows);
}

void Linearization::check_regular(const Tensor& jacobian) const {
  const std::string why = find_singularity(jacobian);
  if (!why.empty()) fail_singular(why);
}

Tensor Linearization::solve_dense(const Tensor& b, bool transposed) const {
  const Tensor j = jacobian();
  const Tensor rhs = b.reshape({-1});
  check_regular(j);
  Tensor x;
  if (equation_->options.symmetric) {
    const auto [factor, info] = linalg_cholesky_ex(j);
    if (info.item<double>() != 0)
      fail<NumericError>(equation_->op,
                         "the Jacobian (the Hessian of what argmin() minimises) is not positive "
                         "definite at the solution: minor ",
                         info.item<double>(), "; the solution is no strict minimum");
    x = cholesky_solve(rhs.unsqueeze(-1), factor).squeeze(-1);
  } else {
    x = linalg_solve(transposed ? j.mT() : j, rhs);
  }
  return transposed ? x : x.reshape(y_.sizes());
}

Eigen::VectorXd Linearization::solve_by_products(const Tensor& b, bool transposed) {
  // The largest |J v| / |v| seen: what rounding of the products is measured by.
  double norm = 0;
  const Tensor& like = transposed ? r_ : y_;
  const Product apply = [&](const Eigen::VectorXd& v) {
    const Tensor image = product(shaped_like(like, v), transposed, /*create_graph=*/false);
    Eigen::VectorXd w = vector_of(image);
    norm = std::max(norm, w.norm() / v.norm());
    return w;
  };
  const ImplicitOptions& options = equation_->options;
  const double u = unit_roundoff(y_);
  const double tolerance = std::max(options.linear_tolerance, 8 * u);
  const Eigen::VectorXd rhs = vector_of(b);
  const auto is_solved = [&](const KrylovResult& result) {
    const double rounding = 64 * u * norm * result.x.stableNorm();
    return result.x.allFinite() &&
           result.residual * rhs.stableNorm() <= std::max(tolerance * rhs.stableNorm(), rounding);
  };
  KrylovResult result;
  if (options.symmetric) {
    result = conjugate_gradients(apply, rhs, tolerance, options.linear_max_iter);
    if (is_solved(result)) return std::move(result.x);
  }
  result = gmres(apply, rhs, tolerance, options.linear_max_iter);
  if (!is_solved(result))
    fail<NumericError>(equation_->op,
                       "the linear equations of the derivative were not solved: after ",
                       result.products, " products their relative residual is ", result.residual,
                       ", of ", tolerance,
                       " allowed; the Jacobian may be singular at the solution, which "
                       "LinearSolver::Dense tells");
  return std::move(result.x);
}

Tensor Linearization::solve_matrix_free(const Tensor& b, bool transposed) {
  const Tensor x = shaped_like(transposed ? r_ : y_, solve_by_products(b, transposed));
  const bool has_tangent = tangents_ == Tangents::Travel && autograd::DualLevel::is_open();
  if (!connect_ && !has_tangent) return x;
  variable_list inputs{b, y_};
  inputs.insert(inputs.end(), inputs_.begin(), inputs_.end());
  return implicit_function(linear_equation(equation_, transposed), x, inputs, tangents_);
}

}  // namespace eigengrad::optim::implicit
