#pragma once

// Rosenbrock's function in n dimensions. The same source for both libraries: namespace `torch` is
// libtorch's own, or another name of eigengrad. Included after its header. Products with the Hessian
// and the Hessian itself are each program's own, because libtorch has no function for them.

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <string>

#include "common.hpp"
#include "hand/rosenbrock.hpp"

namespace cases {

constexpr std::int64_t kGradientSizes[] = {10, 1000};
constexpr std::int64_t kProductSizes[] = {10, 1000, 100000};
constexpr std::int64_t kHessianSizes[] = {10, 100, 1000};

inline torch::Tensor rosenbrock(const torch::Tensor& x) {
  const torch::Tensor a = x.slice(0, 0, -1);
  const torch::Tensor b = x.slice(0, 1);
  return (100 * torch::square(b - a * a) + torch::square(1 - a)).sum();
}

inline Eigen::ArrayXd rosenbrock_point(std::int64_t n) {
  return Eigen::ArrayXd::NullaryExpr(
      n, [](Eigen::Index i) { return 0.5 + std::sin(0.9 * static_cast<double>(i)); });
}
inline Eigen::ArrayXd rosenbrock_direction(std::int64_t n) {
  return Eigen::ArrayXd::NullaryExpr(
      n, [](Eigen::Index i) { return std::cos(0.4 * static_cast<double>(i)); });
}

inline torch::Tensor vector_of(const Eigen::ArrayXd& values) {
  torch::Tensor t = torch::empty({values.size()}, torch::kFloat64);
  Eigen::Map<Eigen::ArrayXd>(t.data_ptr<double>(), values.size()) = values;
  return t;
}

inline void require_same(const std::string& what, const torch::Tensor& got, const double* want) {
  const torch::Tensor row_major = got.contiguous();
  bench::require_close(what, row_major.data_ptr<double>(), want, row_major.numel(), 1e-11);
}

inline std::string rosenbrock_name(const char* quantity, std::int64_t n) {
  return "e/" + std::string(quantity) + "/n=" + std::to_string(n);
}

inline void rosenbrock_gradient(benchmark::State& state, std::int64_t n) {
  const torch::Tensor x = vector_of(rosenbrock_point(n)).requires_grad_();
  for (auto _ : state) {
    const torch::Tensor y = rosenbrock(x);
    benchmark::DoNotOptimize(torch::autograd::grad({y}, {x}));
  }
  bench::report_time_per(state, "call", 1);
}

/// `product(x, v)` and `hessian(x)` are the column's own.
template <class Product, class Hessian>
void verify_section_e(const std::string& column, Product product, Hessian hessian) {
  for (const std::int64_t n : {10, 100}) {
    const Eigen::ArrayXd at = rosenbrock_point(n);
    const Eigen::ArrayXd along = rosenbrock_direction(n);
    const torch::Tensor x = vector_of(at).requires_grad_();
    const std::string what = column + ", Rosenbrock of " + std::to_string(n);

    Eigen::ArrayXd gradient(n);
    const double value = hand::rosenbrock_gradient(at, gradient);
    const torch::Tensor y = rosenbrock(x);
    bench::require_close(what, y.item<double>(), value);
    bench::require_close(what + ", plain value", hand::rosenbrock(at), value);
    require_same(what + ", gradient", torch::autograd::grad({y}, {x})[0], gradient.data());

    Eigen::ArrayXd hv(n);
    hand::rosenbrock_hvp(at, along, hv);
    require_same(what + ", Hessian times vector", product(x, vector_of(along)), hv.data());

    Eigen::MatrixXd h;
    hand::rosenbrock_hessian(at, h);
    require_same(what + ", Hessian", hessian(x), h.data());
  }
}

template <class Product, class Hessian>
void register_section_e(const std::string& column, Product product, Hessian hessian) {
  for (const std::int64_t n : kGradientSizes)
    bench::add(rosenbrock_name("value_and_gradient", n), column,
               [n](benchmark::State& state) { rosenbrock_gradient(state, n); });
  for (const std::int64_t n : kProductSizes)
    bench::add(rosenbrock_name("hessian_vector", n), column, [n, product](benchmark::State& state) {
      const torch::Tensor x = vector_of(rosenbrock_point(n)).requires_grad_();
      const torch::Tensor v = vector_of(rosenbrock_direction(n));
      for (auto _ : state) benchmark::DoNotOptimize(product(x, v));
      bench::report_time_per(state, "call", 1);
    });
  for (const std::int64_t n : kHessianSizes)
    bench::add(rosenbrock_name("dense_hessian", n), column, [n, hessian](benchmark::State& state) {
      const torch::Tensor x = vector_of(rosenbrock_point(n)).requires_grad_();
      for (auto _ : state) benchmark::DoNotOptimize(hessian(x));
      bench::report_time_per(state, "call", 1);
    });
}

}  // namespace cases
