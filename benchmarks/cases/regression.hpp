#pragma once

// Linear and logistic regression. The same source for both libraries: namespace `torch` is libtorch's own,
// or another name of eigengrad. Included after its header. The Hessian is each program's own.

#include <cmath>
#include <cstdint>
#include <string>

#include "common.hpp"
#include "hand/regression.hpp"

namespace cases {

template <class T>
struct Regression {
  static constexpr auto dtype = sizeof(T) == 4 ? torch::kFloat32 : torch::kFloat64;

  Regression(std::int64_t rows, std::int64_t cols, bool binary)
      : x(torch::empty({rows, cols}, dtype)),
        y(torch::empty({rows}, dtype)),
        w(torch::empty({cols}, dtype)) {
    for (std::int64_t i = 0; i < rows * cols; ++i)
      x.template data_ptr<T>()[i] =
          static_cast<T>(std::sin(0.7 * static_cast<double>(i * i % 9973)));
    for (std::int64_t j = 0; j < cols; ++j)
      w.template data_ptr<T>()[j] = static_cast<T>(std::cos(static_cast<double>(j)) / 10);
    for (std::int64_t i = 0; i < rows; ++i) {
      const double v = std::cos(1.3 * static_cast<double>(i * i % 8191));
      y.template data_ptr<T>()[i] = static_cast<T>(binary ? v > 0 : v);
    }
    w.requires_grad_();
  }
  Eigen::Map<const hand::RowMatrix<T>> rows() const {
    return {x.template data_ptr<T>(), x.size(0), x.size(1)};
  }
  Eigen::Map<const hand::Vector<T>> responses() const {
    return {y.template data_ptr<T>(), y.size(0)};
  }
  hand::Vector<T> weights() const {
    return Eigen::Map<const hand::Vector<T>>(w.template data_ptr<T>(), w.size(0));
  }

  torch::Tensor squares() const { return torch::mse_loss(torch::matmul(x, w), y); }
  torch::Tensor logistic(const torch::Tensor& at) const {
    return torch::binary_cross_entropy_with_logits(torch::matmul(x, at), y);
  }

  torch::Tensor x, y, w;
};

template <class T>
Regression<T> linear() {
  return Regression<T>(10000, 100, false);
}
inline Regression<double> logistic() { return Regression<double>(5000, 50, true); }

template <class T>
std::string linear_name() {
  return std::string("d/linear_regression/") + (sizeof(T) == 4 ? "f32" : "f64");
}
constexpr const char* kLogistic = "d/logistic_regression/value_and_gradient";
constexpr const char* kNewton = "d/logistic_regression/newton_step";

/// `hessian(f, w)` is the column's own.
template <class Hessian>
torch::Tensor newton_step(const Regression<double>& r, Hessian hessian) {
  const auto loss = [&](const torch::Tensor& w) { return r.logistic(w); };
  const torch::Tensor g = torch::autograd::grad({loss(r.w)}, {r.w})[0];
  const torch::Tensor factor = torch::linalg_cholesky(hessian(loss, r.w));
  return torch::cholesky_solve(g.unsqueeze(1), factor).squeeze(1);
}

template <class T>
void verify_linear(const std::string& column) {
  const Regression<T> r = linear<T>();
  hand::Vector<T> gradient(r.w.size(0));
  const T value = hand::linear_regression<T>(r.rows(), r.responses(), r.weights(), gradient);
  const torch::Tensor y = r.squares();
  const torch::Tensor g = torch::autograd::grad({y}, {r.w})[0];
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;
  const std::string what = column + ", linear regression";
  bench::require_close(what, y.template item<double>(), static_cast<double>(value), tolerance);
  bench::require_close(what, g.template data_ptr<T>(), gradient.data(), gradient.size(), tolerance);
}

template <class Hessian>
void register_regressions(const std::string& column, Hessian hessian) {
  verify_linear<double>(column);
  verify_linear<float>(column);
  const Regression<double> r = logistic();
  hand::LogisticRegression by_hand(r.rows(), r.responses());
  hand::Vector<double> gradient(r.w.size(0));
  const double value = by_hand.value_and_gradient(r.weights(), gradient);
  const torch::Tensor y = r.logistic(r.w);
  const torch::Tensor g = torch::autograd::grad({y}, {r.w})[0];
  const std::string what = column + ", logistic regression";
  bench::require_close(what, y.item<double>(), value);
  bench::require_close(what, g.data_ptr<double>(), gradient.data(), gradient.size());
  bench::require_close(what + ", step", newton_step(r, hessian).template data_ptr<double>(),
                       by_hand.newton_step(r.weights()).data(), r.w.size(0), 1e-9);

  const auto add_linear = [&](auto example) {
    using T = decltype(example);
    bench::add(linear_name<T>(), column, [](benchmark::State& state) {
      const Regression<T> data = linear<T>();
      for (auto _ : state)
        benchmark::DoNotOptimize(torch::autograd::grad({data.squares()}, {data.w}));
      bench::report_time_per(state, "call", 1);
    });
  };
  add_linear(double());
  add_linear(float());
  bench::add(kLogistic, column, [](benchmark::State& state) {
    const Regression<double> data = logistic();
    for (auto _ : state)
      benchmark::DoNotOptimize(torch::autograd::grad({data.logistic(data.w)}, {data.w}));
    bench::report_time_per(state, "call", 1);
  });
  bench::add(kNewton, column, [hessian](benchmark::State& state) {
    const Regression<double> data = logistic();
    for (auto _ : state) benchmark::DoNotOptimize(newton_step(data, hessian));
    bench::report_time_per(state, "call", 1);
  });
}

}  // namespace cases
