// The elementwise chain: section b of the performance bars, eigengrad beside hand-written Eigen.

#include <eigengrad/eigengrad.hpp>

namespace torch = eigengrad;

#include "cases/section_b.hpp"

namespace {

void hand_reusing(benchmark::State& state, std::int64_t n) {
  const cases::ElementwiseData data(n);
  Eigen::ArrayXd dx(n), dw(n), db(n);
  hand::elementwise_gradient(data.x, data.w, data.b, dx, dw, db);  // touches the buffers
  for (auto _ : state) {
    benchmark::DoNotOptimize(hand::elementwise_gradient(data.x, data.w, data.b, dx, dw, db));
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "element", n);
}

/// As a library must: gradients that the caller may keep.
void hand_fresh(benchmark::State& state, std::int64_t n) {
  const cases::ElementwiseData data(n);
  for (auto _ : state) {
    Eigen::ArrayXd dx(n), dw(n), db(n);
    benchmark::DoNotOptimize(hand::elementwise_gradient(data.x, data.w, data.b, dx, dw, db));
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "element", n);
}

void register_hand() {
  for (const std::int64_t n : cases::kSizes) {
    bench::add(cases::elementwise_name(n), "hand",
               [n](benchmark::State& state) { hand_reusing(state, n); });
    bench::add(cases::elementwise_name(n), "hand_fresh_buffers",
               [n](benchmark::State& state) { hand_fresh(state, n); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  eigengrad::set_num_threads(1);
  cases::verify_section_b("eigengrad");
  cases::register_section_b("eigengrad");
  register_hand();
  return bench::run(argc, argv);
}
