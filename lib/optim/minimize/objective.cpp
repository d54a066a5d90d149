#include "optim/minimize/objective.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "core/epsilon.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "functional/rows.hpp"
#include "functional/variables.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

Objective::Objective(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                     bool second_order)
    : f_(f),
      sizes_(x0.sizes()),
      second_order_(second_order),
      precision_(eigengrad::detail::epsilon_of(x0.dtype())) {}

namespace {

/// Adds the seconds from its construction to its destruction to a sum.
class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() {
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

Tensor Objective::value_of(const Tensor& leaf) {
  const AutoGradMode recording(true);
  Tensor value = f_(leaf);
  if (!value.defined())
    fail<ShapeError>("minimize",
                     "the objective gave an undefined tensor; it must give one element");
  if (value.numel() != 1)
    fail<ShapeError>("minimize", "the objective gave a tensor of sizes ", value.sizes(),
                     "; it must give one element");
  return value;
}

ObjectivePoint Objective::at(const Tensor& x) {
  const Stopwatch watch(seconds_.value);
  const bool is_start = counts_.f++ == 0;
  ObjectivePoint p;
  p.x = x;
  p.leaf = shaped(x).detach().requires_grad_();
  const eigengrad::detail::MemoryGrowth growth;
  try {
    p.recorded_value = value_of(p.leaf);
    p.value = p.recorded_value.item<double>();
  } catch (const NumericError&) {
    if (is_start) throw;
    p.value = std::numeric_limits<double>::infinity();
  }
  if (is_start && !p.recorded_value.requires_grad())
    fail<GraphError>(
        "minimize",
        "the objective's value does not require grad: it does not depend on its argument "
        "through recorded operators; compute it from the tensor that is handed in");
  if (!std::isfinite(p.value)) ++counts_.infeasible;
  p.graph_bytes = growth.bytes();
  return p;
}

void Objective::add_gradient(ObjectivePoint& p) {
  const Stopwatch watch(seconds_.gradient);
  ++counts_.g;
  Tensor g;
  try {
    // At a trial point the function may give a constant, such as the inf of an infeasible point.
    if (p.recorded_value.defined() && p.recorded_value.requires_grad())
      g = autograd::grad({p.recorded_value}, {p.leaf},
                         {.create_graph = second_order_, .allow_unused = true})[0];
    if (!g.defined()) g = zeros(sizes_, p.leaf.dtype());
  } catch (const NumericError&) {
    if (counts_.g == 1) throw;
    g = full(sizes_, std::numeric_limits<double>::quiet_NaN(), p.leaf.dtype());
  }
  p.gradient = g.detach().reshape({-1});
  if (second_order_) p.recorded_gradient = std::move(g);
  p.recorded_value.reset();
}

ObjectivePoint Objective::to_second_order(const ObjectivePoint& p) {
  if (p.recorded_gradient.defined()) return p;
  const bool before = std::exchange(second_order_, true);
  try {
    ObjectivePoint q = at(p.x);
    add_gradient(q);
    second_order_ = before;
    return q;
  } catch (...) {
    second_order_ = before;
    throw;
  }
}

Tensor Objective::product(const ObjectivePoint& p, const Tensor& v) {
  Tensor row = eigengrad::detail::pull_back(p.recorded_gradient, p.leaf, shaped(v));
  // A gradient that does not depend on x: an objective linear in it.
  if (!row.defined()) row = zeros(sizes_, p.leaf.dtype());
  return row.reshape({-1});
}

Tensor Objective::hessian_vector(const ObjectivePoint& p, const Tensor& v) {
  if (!p.recorded_gradient.defined()) {
    if (!product_at_.x.defined() || !product_at_.x.is_same(p.x)) product_at_ = to_second_order(p);
    return hessian_vector(product_at_, v);
  }
  const Stopwatch watch(seconds_.hessian);
  ++counts_.Hv;
  return product(p, v);
}

Eigen::MatrixXd Objective::hessian(const ObjectivePoint& p) {
  if (hessian_at_.defined() && hessian_at_.is_same(p.x)) return hessian_;
  const ObjectivePoint q = to_second_order(p);
  const Stopwatch watch(seconds_.hessian);
  ++counts_.H;
  const std::int64_t n = p.x.numel();
  // Undefined for an objective that is linear in x.
  const Tensor rows =
      eigengrad::detail::derivative_matrix(q.recorded_gradient, q.leaf, q.graph_bytes);
  hessian_ =
      rows.defined() ? to_matrix(rows.to(kFloat64)) : Eigen::MatrixXd(Eigen::MatrixXd::Zero(n, n));
  hessian_at_ = p.x;
  return hessian_;
}

}  // namespace eigengrad::optim
