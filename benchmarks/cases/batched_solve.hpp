#pragma once

// Ten thousand systems of four equations, solution and both gradients. The same source for both
// libraries: namespace `torch` is libtorch's own, or another name of eigengrad. Included after its
// header.

#include <cstdint>
#include <string>
#include <vector>

#include "common.hpp"

namespace cases {

constexpr std::int64_t kSystems = 10000;
inline const char* const kBatchedSolve = "factorizations/batched_solve_and_gradient/10000x4x4";

/// Entries of a matrix and of its right-hand side; all matrices are well conditioned.
inline double system_entry(std::int64_t k, std::int64_t i, std::int64_t j) {
  return (i == j ? 4.0 : 0.0) + static_cast<double>((7 * k + 3 * i + 5 * j) % 11) / 11 - 0.5;
}

struct Systems {
  Systems()
      : a(torch::empty({kSystems, 4, 4}, torch::kFloat64)),
        b(torch::empty({kSystems, 4}, torch::kFloat64)) {
    for (std::int64_t k = 0; k < kSystems; ++k)
      for (std::int64_t i = 0; i < 4; ++i) {
        b.data_ptr<double>()[4 * k + i] = system_entry(k, i, 5);
        for (std::int64_t j = 0; j < 4; ++j)
          a.data_ptr<double>()[16 * k + 4 * i + j] = system_entry(k, i, j);
      }
    a.requires_grad_();
    b.requires_grad_();
  }
  std::vector<torch::Tensor> gradients() const {
    return torch::autograd::grad({torch::linalg_solve(a, b).sum()}, {a, b});
  }
  torch::Tensor a, b;
};

inline void register_batched_solve(const std::string& column) {
  bench::add(kBatchedSolve, column, [](benchmark::State& state) {
    const Systems systems;
    for (auto _ : state) benchmark::DoNotOptimize(systems.gradients());
    bench::report_time_per(state, "call", 1);
  });
}

}  // namespace cases
