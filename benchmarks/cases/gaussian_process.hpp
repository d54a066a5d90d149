#pragma once

// The marginal likelihood of a Gaussian process. The same source for both libraries: namespace `torch` is
// libtorch's own, or another name of eigengrad. Included after its header.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "common.hpp"
#include "hand/gaussian_process.hpp"
#include "hand/matmul.hpp"

namespace cases {

constexpr int kPoints[] = {200, 500, 1000};

/// Squared distances of n points in five dimensions, and observations at them.
struct GpData {
  explicit GpData(int points)
      : n(points), d(static_cast<std::size_t>(n) * static_cast<std::size_t>(n)) {
    const auto coordinate = [](int i, int k) { return std::sin(1.3 * i * (k + 1) + k); };
    std::size_t at = 0;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j, ++at)
        for (int k = 0; k < 5; ++k) d[at] += std::pow(coordinate(i, k) - coordinate(j, k), 2);
    for (int i = 0; i < n; ++i) y.push_back(std::sin(0.7 * i) + coordinate(i, 2));
  }
  int n;
  std::vector<double> d, y;
  hand::GpParameters parameters{0.3, -0.2, -1.0};
};

struct GpTensors {
  explicit GpTensors(const GpData& data)
      : d(torch::empty({data.n, data.n}, torch::kFloat64)),
        y(torch::empty({data.n}, torch::kFloat64)),
        identity(torch::eye(data.n, torch::kFloat64)) {
    std::copy(data.d.begin(), data.d.end(), d.data_ptr<double>());
    std::copy(data.y.begin(), data.y.end(), y.data_ptr<double>());
    for (const double p :
         {data.parameters.amplitude, data.parameters.length, data.parameters.noise})
      parameters.push_back(torch::full({}, p, torch::kFloat64).requires_grad_());
  }
  torch::Tensor covariance() const {
    const torch::Tensor factor = torch::exp(parameters[1] * -2) * -0.5;
    const torch::Tensor k = torch::exp(parameters[0] * 2 + d * factor);
    return k + torch::exp(parameters[2] * 2) * identity;
  }
  torch::Tensor d, y, identity;
  std::vector<torch::Tensor> parameters;
};

/// `likelihood` takes a covariance and observations.
template <class F>
void verify_gaussian_process(const std::string& column, F likelihood) {
  GpData data(200);
  hand::GpLikelihood by_hand(data.n, data.d.data(), data.y.data());
  const hand::GpResult want = by_hand(data.parameters);
  const GpTensors t(data);
  const torch::Tensor value = likelihood(t.covariance(), t.y);
  const auto g = torch::autograd::grad({value}, t.parameters);
  const std::string what = column + ", likelihood of a Gaussian process";
  bench::require_close(what, value.item<double>(), want.value, 1e-9);
  bench::require_close(what + ", d amplitude", g[0].item<double>(), want.gradient.amplitude, 1e-8);
  bench::require_close(what + ", d length", g[1].item<double>(), want.gradient.length, 1e-8);
  bench::require_close(what + ", d noise", g[2].item<double>(), want.gradient.noise, 1e-8);
}

inline std::string gp_name(int n) { return "d/gaussian_process/n=" + std::to_string(n); }

template <class F>
void register_gaussian_process(const std::string& column, F likelihood) {
  for (const int n : kPoints)
    bench::add(gp_name(n), column, [n, likelihood](benchmark::State& state) {
      const GpData data(n);
      const GpTensors t(data);
      for (auto _ : state)
        benchmark::DoNotOptimize(
            torch::autograd::grad({likelihood(t.covariance(), t.y)}, t.parameters));
      bench::report_time_per(state, "call", 1);
    });
}

}  // namespace cases
