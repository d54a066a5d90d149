// Second order: section e of the performance bars, eigengrad beside hand-written Eigen.

#include <eigengrad/eigengrad.hpp>

namespace torch = eigengrad;

#include "cases/section_e.hpp"

namespace {

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& v) {
  return eigengrad::hvp(cases::rosenbrock, x, v).second;
}

torch::Tensor hessian(const torch::Tensor& x) { return eigengrad::hessian(cases::rosenbrock, x); }

void hand_gradient(benchmark::State& state, std::int64_t n) {
  const Eigen::ArrayXd x = cases::rosenbrock_point(n);
  Eigen::ArrayXd gradient(n);
  for (auto _ : state) {
    benchmark::DoNotOptimize(hand::rosenbrock_gradient(x, gradient));
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "call", 1);
}

void hand_product(benchmark::State& state, std::int64_t n) {
  const Eigen::ArrayXd x = cases::rosenbrock_point(n);
  const Eigen::ArrayXd v = cases::rosenbrock_direction(n);
  Eigen::ArrayXd result(n);
  for (auto _ : state) {
    hand::rosenbrock_hvp(x, v, result);
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "call", 1);
}

void hand_hessian(benchmark::State& state, std::int64_t n) {
  const Eigen::ArrayXd x = cases::rosenbrock_point(n);
  Eigen::MatrixXd h(n, n);
  for (auto _ : state) {
    hand::rosenbrock_hessian(x, h);
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "call", 1);
}

void register_hand() {
  for (const std::int64_t n : cases::kGradientSizes)
    bench::add(cases::rosenbrock_name("value_and_gradient", n), "hand",
               [n](benchmark::State& state) { hand_gradient(state, n); });
  for (const std::int64_t n : cases::kProductSizes)
    bench::add(cases::rosenbrock_name("hessian_vector", n), "hand",
               [n](benchmark::State& state) { hand_product(state, n); });
  for (const std::int64_t n : cases::kHessianSizes)
    bench::add(cases::rosenbrock_name("dense_hessian", n), "hand",
               [n](benchmark::State& state) { hand_hessian(state, n); });
}

}  // namespace

int main(int argc, char** argv) {
  eigengrad::set_num_threads(1);
  cases::verify_section_e("eigengrad", product, hessian);
  cases::register_section_e("eigengrad", product, hessian);
  register_hand();
  return bench::run(argc, argv);
}
