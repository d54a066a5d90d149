// Models: section d of the performance bars, eigengrad beside hand-written Eigen.

#include <eigengrad/eigengrad.hpp>

namespace torch = eigengrad;

#include "cases/section_d.hpp"

namespace {

torch::Tensor likelihood(const torch::Tensor& covariance, const torch::Tensor& y) {
  const auto [quadratic, log_det] = eigengrad::inv_quad_logdet(covariance, y);
  return (quadratic + log_det) * 0.5;
}

void hand_gaussian_process(benchmark::State& state, int n) {
  const cases::GpData data(n);
  hand::GpLikelihood by_hand(n, data.d.data(), data.y.data());
  for (auto _ : state) benchmark::DoNotOptimize(by_hand(data.parameters));
  bench::report_time_per(state, "call", 1);
}

}  // namespace

int main(int argc, char** argv) {
  eigengrad::set_num_threads(1);
  hand::use_one_thread();
  cases::verify_section_d("eigengrad", likelihood);
  cases::register_section_d("eigengrad", likelihood);
  for (const int n : cases::kPoints)
    bench::add(cases::gp_name(n), "hand",
               [n](benchmark::State& state) { hand_gaussian_process(state, n); });
  return bench::run(argc, argv);
}
