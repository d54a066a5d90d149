// Overhead of a node: section a of the performance bars, eigengrad beside plain C++.

#include <eigengrad/eigengrad.hpp>

namespace torch = eigengrad;

#include "cases/section_a.hpp"

namespace {

/// The constants as the compiler may not see them.
struct Opaque {
  Opaque() { benchmark::DoNotOptimize(*this); }
  double x = cases::kX;
  double c = cases::kC;
  double d = cases::kD;
};

void hand_forward(benchmark::State& state) {
  for (auto _ : state) {
    const Opaque o;
    benchmark::DoNotOptimize(hand::chain(o.x, o.c, o.d, cases::kShort));
  }
  bench::report_time_per(state, "op", cases::kShort);
}

void hand_gradient(benchmark::State& state, std::int64_t n, const char* item) {
  Eigen::ArrayXd factors;
  for (auto _ : state) {
    const Opaque o;
    benchmark::DoNotOptimize(hand::chain_gradient(o.x, o.c, o.d, n, factors));
  }
  bench::report_time_per(state, item, n);
}

void hand_second(benchmark::State& state) {
  for (auto _ : state) {
    const Opaque o;
    benchmark::DoNotOptimize(hand::chain_second(o.x, cases::kSecondOrder));
  }
  bench::report_time_per(state, "node", cases::kSecondOrder);
}

void hand_mul_and_grad(benchmark::State& state) {
  for (auto _ : state) {
    const Opaque o;
    benchmark::DoNotOptimize(o.x * o.c);
    benchmark::DoNotOptimize(o.c);
  }
  bench::report_time_per(state, "call", 1);
}

void register_hand() {
  bench::add("a/forward_no_grad", "hand", hand_forward);
  for (const char* leaves : {"one_leaf", "three_leaves"})
    bench::add(std::string("a/forward_backward_release_") + leaves, "hand",
               [](benchmark::State& s) { hand_gradient(s, cases::kShort, "node"); });
  bench::add("a/mul_and_grad", "hand", hand_mul_and_grad);
  bench::add("a/second_order_chain", "hand", hand_second);
  bench::add("a/long_chain", "hand", [](benchmark::State& s) {
    hand_gradient(s, cases::kLong, "node");
  })->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  eigengrad::set_num_threads(1);
  cases::verify_section_a("eigengrad");
  cases::register_section_a("eigengrad");
  register_hand();
  return bench::run(argc, argv);
}
