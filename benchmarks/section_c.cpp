// Matrix products: section c of the performance bars, eigengrad beside direct calls of the BLAS.

#include <eigengrad/eigengrad.hpp>

namespace torch = eigengrad;

#include "cases/section_c.hpp"

namespace {

template <class T>
void hand_matmul(benchmark::State& state, int n) {
  cases::MatmulData<T> data(n);
  for (auto _ : state) {
    data.by_hand();
    benchmark::ClobberMemory();
  }
  bench::report_gflops(state, data.flops());
}

/// Beside the BLAS, whose kernels may be older than the processor.
template <class T>
void hand_eigen(benchmark::State& state, int n) {
  cases::MatmulData<T> data(n);
  for (auto _ : state) {
    hand::matmul_gradient_eigen(n, data.a.data(), data.b.data(), data.g.data(), data.c.data(),
                                data.da.data(), data.db.data());
    benchmark::ClobberMemory();
  }
  bench::report_gflops(state, data.flops());
}

template <class T>
void register_hand(const char* dtype) {
  for (const int n : cases::kOrders) {
    const std::string name = cases::matmul_name(dtype, n);
    bench::add(name, "hand", [n](benchmark::State& state) { hand_matmul<T>(state, n); });
    bench::add(name, "hand_eigen", [n](benchmark::State& state) { hand_eigen<T>(state, n); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  eigengrad::set_num_threads(1);
  hand::use_one_thread();
  cases::verify_section_c("eigengrad");
  cases::register_section_c("eigengrad");
  register_hand<double>("f64");
  register_hand<float>("f32");
  return bench::run(argc, argv);
}
