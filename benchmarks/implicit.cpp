// The gradient of a loss of an implicit root, beside one step of Newton's method by jacobian() and
// linalg_solve(): evaluations, derivatives and a solve of the same size.

#include <cmath>
#include <string>

#include "common.hpp"
#include "eigengrad/eigengrad.hpp"

namespace {

namespace eg = eigengrad;

struct System {
  explicit System(std::int64_t n)
      : a(eg::randn({n, n}) * (0.3 / std::sqrt(static_cast<double>(n))) + 2 * eg::eye(n)),
        theta(eg::rand({n}).requires_grad_()) {}
  eg::Tensor operator()(const eg::Tensor& y, const eg::Tensor& t) const {
    return eg::mv(a, y) + 0.5 * eg::sin(y * t) - eg::exp(0.1 * t);
  }
  eg::Tensor a;
  eg::Tensor theta;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  eg::manual_seed(1);
  for (const std::int64_t n : {10, 100, 300}) {
    const System system(n);
    const std::string name = "implicit_root/" + std::to_string(n);
    bench::add(name, "gradient", [=](benchmark::State& state) {
      const eg::Tensor y = eg::implicit_root(system, eg::zeros({n}), system.theta);
      const eg::Tensor g = eg::ones({n});
      for (auto _ : state)
        benchmark::DoNotOptimize(eg::autograd::grad({y}, {system.theta}, {g}, true));
    });
    bench::add(name, "newton_step", [=](benchmark::State& state) {
      const eg::Tensor t = system.theta.detach();
      const auto f = [&](const eg::Tensor& y) { return system(y, t); };
      const eg::Tensor y = eg::zeros({n});
      for (auto _ : state) benchmark::DoNotOptimize(y - eg::linalg_solve(eg::jacobian(f, y), f(y)));
    });
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
