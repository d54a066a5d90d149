#include "optim/objective.hpp"

#include <limits>

#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

Objective::Objective(const std::function<Tensor(const Tensor&)>& f, const Tensor& x0,
                     bool second_order)
    : f_(f),
      sizes_(x0.sizes()),
      second_order_(second_order),
      precision_(x0.dtype() == kFloat32 ? std::numeric_limits<float>::epsilon()
                                        : std::numeric_limits<double>::epsilon()) {}

ObjectivePoint Objective::at(const Tensor& x) {
  ++counts_.f;
  const AutoGradMode recording(true);
  ObjectivePoint p;
  p.x = x;
  p.leaf = shaped(x).detach().requires_grad_();
  p.recorded_value = f_(p.leaf);
  if (!p.recorded_value.defined() || p.recorded_value.numel() != 1) {
    if (p.recorded_value.defined())
      fail<ShapeError>("minimize", "the objective gave a tensor of sizes ",
                       p.recorded_value.sizes(), "; it must give one element");
    fail<ShapeError>("minimize",
                     "the objective gave an undefined tensor; it must give one element");
  }
  if (!p.recorded_value.requires_grad())
    fail<GraphError>(
        "minimize",
        "the objective's value does not require grad: it does not depend on its argument "
        "through recorded operators; compute it from the tensor that is handed in");
  p.value = p.recorded_value.item<double>();
  return p;
}

void Objective::add_gradient(ObjectivePoint& p) {
  ++counts_.g;
  Tensor g = autograd::grad({p.recorded_value}, {p.leaf},
                            {.create_graph = second_order_, .allow_unused = true})[0];
  if (!g.defined()) g = zeros(sizes_, p.leaf.dtype());
  p.gradient = g.detach().reshape({-1});
  if (second_order_) p.recorded_gradient = std::move(g);
  p.recorded_value.reset();
}

Tensor Objective::product(const ObjectivePoint& p, const Tensor& v) {
  Tensor row;
  if (p.recorded_gradient.requires_grad())
    row = autograd::grad(
        {p.recorded_gradient}, {p.leaf},
        {.grad_outputs = {shaped(v)}, .retain_graph = true, .allow_unused = true})[0];
  // A gradient that does not depend on x: an objective linear in it.
  if (!row.defined()) row = zeros(sizes_, p.leaf.dtype());
  return row.reshape({-1});
}

Tensor Objective::hessian_vector(const ObjectivePoint& p, const Tensor& v) {
  ++counts_.Hv;
  return product(p, v);
}

Tensor Objective::hessian(const ObjectivePoint& p) {
  ++counts_.H;
  const std::int64_t n = p.x.numel();
  Tensor h = empty({n, n}, p.x.dtype());
  for (std::int64_t i = 0; i < n; ++i) {
    Tensor e = zeros({n}, p.x.dtype());
    e[i] = 1.0;
    h[i] = product(p, e);
  }
  return h;
}

}  // namespace eigengrad::optim
