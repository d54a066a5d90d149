// A solve of Lotka and Volterra's equations, some 200 steps, beside the same with the gradient of a loss: by
// the adjoint with steps at once and one by one, and by the recorded steps.

#include <string>

#include "common.hpp"
#include "eigengrad/eigengrad.hpp"

namespace {

namespace eg = eigengrad;

eg::Tensor lotka_volterra(const eg::Tensor&, const eg::Tensor& y, const eg::Tensor& p) {
  const eg::Tensor u = y[0], v = y[1], both = u * v;
  return eg::stack({p[0] * u - p[1] * both, p[2] * both - p[3] * v});
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const eg::Tensor y0 = eg::tensor({1.0, 0.5}), t = eg::linspace(0, 10, 21);
  const eg::Tensor constant = eg::tensor({1.5, 1.0, 1.0, 3.0});
  const eg::Tensor p = constant.clone().requires_grad_();
  const eg::OdeintOptions options{.rtol = 3.5e-8, .atol = 1e-12};
  bench::add("odeint/lotka_volterra", "solve", [=](benchmark::State& state) {
    for (auto _ : state)
      benchmark::DoNotOptimize(eg::odeint(lotka_volterra, y0, t, constant, options));
  });
  const auto add = [&](const std::string& name, eg::OdeintGradient gradient, bool batch_steps) {
    eg::OdeintOptions o = options;
    o.gradient = gradient;
    o.batch_steps = batch_steps;
    bench::add("odeint/lotka_volterra", name, [=](benchmark::State& state) {
      for (auto _ : state) {
        const eg::Tensor y = eg::odeint(lotka_volterra, y0, t, p, o);
        benchmark::DoNotOptimize(eg::autograd::grad({y.square().sum()}, {p}));
      }
    });
  };
  add("adjoint", eg::OdeintGradient::Adjoint, true);
  add("adjoint_by_steps", eg::OdeintGradient::Adjoint, false);
  add("discrete", eg::OdeintGradient::Discrete, false);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
