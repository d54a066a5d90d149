#pragma once

// An elementwise chain from in-cache sizes to out-of-cache ones. The same source for both libraries:
// namespace `torch` is libtorch's own, or another name of eigengrad. Included after its header.

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "common.hpp"
#include "hand/elementwise.hpp"

namespace cases {

constexpr std::int64_t kSizes[] = {100, 1000, 10000, 100000, 1000000, 10000000};

/// Arguments that are the same in every column.
struct ElementwiseData {
  explicit ElementwiseData(std::int64_t n) : x(n), w(n), b(n) {
    for (std::int64_t i = 0; i < n; ++i) {
      const auto k = static_cast<double>(i);
      x[i] = 2 * std::sin(0.7 * k);
      w[i] = std::cos(0.3 * k);
      b[i] = std::sin(1.1 * k + 1);
    }
  }
  Eigen::ArrayXd x, w, b;
};

struct ElementwiseTensors {
  explicit ElementwiseTensors(const ElementwiseData& data)
      : x(leaf(data.x)), w(leaf(data.w)), b(leaf(data.b)) {}
  torch::Tensor x, w, b;

  torch::Tensor value() const { return (torch::exp(-x * x) * w + torch::tanh(x) * b).sum(); }

 private:
  static torch::Tensor leaf(const Eigen::ArrayXd& a) {
    torch::Tensor t = torch::empty({a.size()}, torch::kFloat64);
    Eigen::Map<Eigen::ArrayXd>(t.data_ptr<double>(), a.size()) = a;
    return t.requires_grad_();
  }
};

inline void verify_section_b(const std::string& column) {
  for (const std::int64_t n : {std::int64_t{100}, std::int64_t{100000}}) {
    const ElementwiseData data(n);
    Eigen::ArrayXd dx(n), dw(n), db(n);
    const double want = hand::elementwise_gradient(data.x, data.w, data.b, dx, dw, db);
    const ElementwiseTensors t(data);
    const torch::Tensor y = t.value();
    const auto grads = torch::autograd::grad({y}, {t.x, t.w, t.b});
    const std::string what = column + ", elementwise chain of " + std::to_string(n);
    bench::require_close(what, y.item<double>(), want);
    bench::require_close(what + ", dx", grads[0].data_ptr<double>(), dx.data(), n);
    bench::require_close(what + ", dw", grads[1].data_ptr<double>(), dw.data(), n);
    bench::require_close(what + ", db", grads[2].data_ptr<double>(), db.data(), n);
  }
}

inline void elementwise(benchmark::State& state, std::int64_t n, int threads) {
  const ElementwiseTensors t{ElementwiseData(n)};
  const auto step = [&t] { return torch::autograd::grad({t.value()}, {t.x, t.w, t.b}); };
  torch::set_num_threads(threads);
  step();  // allocators that cache may: the large cases run too seldom to hide their first time
  for (auto _ : state) benchmark::DoNotOptimize(step());
  torch::set_num_threads(1);
  bench::report_time_per(state, "element", n);
}

inline std::string elementwise_name(std::int64_t n) { return "b/n=" + std::to_string(n); }

/// With two threads the clock on the wall counts: that is what they are to save.
inline void register_section_b(const std::string& column) {
  for (const std::int64_t n : kSizes) {
    bench::add(elementwise_name(n), column,
               [n](benchmark::State& state) { elementwise(state, n, 1); });
    bench::add(elementwise_name(n) + "/two_threads", column, [n](benchmark::State& state) {
      elementwise(state, n, 2);
    })->UseRealTime();
  }
}

}  // namespace cases
