// Batched derivatives: section g of the performance bars, eigengrad beside hand-written Eigen.

#include <eigengrad/eigengrad.hpp>

namespace torch = eigengrad;

#include "cases/perceptron.hpp"
#include "cases/regression.hpp"
#include "cases/section_e.hpp"

namespace {

using torch::Tensor;

// ---- Jacobians: the default beside both directions.

/// n coefficients, m observations: exp(A x) scaled by the sum of x.
struct Residuals {
  Residuals(std::int64_t m, std::int64_t n)
      : a(torch::sin(0.7 * torch::arange(m * n, torch::kFloat64)).reshape({m, n})),
        x(torch::cos(torch::arange(n, torch::kFloat64)) / 4) {}
  Tensor operator()(const Tensor& at) const { return torch::exp(torch::matmul(a, at)) * at.sum(); }
  Tensor a, x;
};

void add_jacobians() {
  const std::pair<const char*, torch::optional<torch::Strategy>> columns[] = {
      {"eigengrad", torch::nullopt},
      {"forward", torch::Strategy::Forward},
      {"reverse", torch::Strategy::Reverse}};
  for (const std::int64_t m : {14, 100, 10000})
    for (const auto& [column, strategy] : columns)
      bench::add("g/jacobian/" + std::to_string(m) + "x3", column,
                 [m, strategy = strategy](benchmark::State& state) {
                   const Residuals f(m, 3);
                   for (auto _ : state)
                     benchmark::DoNotOptimize(torch::jacobian(f, f.x, {.strategy = strategy}));
                   bench::report_time_per(state, "call", 1);
                 });
}

// ---- Hessians of generalised linear models.

Tensor poisson_loss(const cases::Regression<double>& r, const Tensor& w) {
  const Tensor eta = torch::matmul(r.x, w);
  return (torch::exp(eta) - r.y * eta).sum();
}

/// X^T diag(weights) X, by the lower triangle.
void weighted_gram(const Eigen::Map<const hand::RowMatrix<double>>& x,
                   const Eigen::ArrayXd& weights, hand::RowMatrix<double>& weighted,
                   Eigen::MatrixXd& hessian) {
  weighted = x.array().colwise() * weights;
  hessian.setZero(x.cols(), x.cols());
  hessian.triangularView<Eigen::Lower>() += x.transpose() * weighted;
}

void add_models() {
  bench::add("g/logistic/hessian", "eigengrad", [](benchmark::State& state) {
    const auto r = cases::logistic();
    const auto loss = [&](const Tensor& w) { return r.logistic(w); };
    for (auto _ : state) benchmark::DoNotOptimize(torch::hessian(loss, r.w));
    bench::report_time_per(state, "call", 1);
  });
  bench::add("g/logistic/hessian", "hand", [](benchmark::State& state) {
    const auto r = cases::logistic();
    const auto x = r.rows();
    const hand::Vector<double> w = r.weights();
    hand::RowMatrix<double> weighted;
    Eigen::MatrixXd hessian;
    for (auto _ : state) {
      const Eigen::ArrayXd p = (1 + (-(x * w).array()).exp()).inverse();
      weighted_gram(x, p * (1 - p) / static_cast<double>(x.rows()), weighted, hessian);
      benchmark::DoNotOptimize(hessian.data());
    }
    bench::report_time_per(state, "call", 1);
  });
  bench::add("g/poisson/hessian", "eigengrad", [](benchmark::State& state) {
    const cases::Regression<double> r(20000, 20, true);
    const auto loss = [&](const Tensor& w) { return poisson_loss(r, w); };
    for (auto _ : state) benchmark::DoNotOptimize(torch::hessian(loss, r.w));
    bench::report_time_per(state, "call", 1);
  });
  bench::add("g/poisson/hessian", "hand", [](benchmark::State& state) {
    const cases::Regression<double> r(20000, 20, true);
    const auto x = r.rows();
    const hand::Vector<double> w = r.weights();
    hand::RowMatrix<double> weighted;
    Eigen::MatrixXd hessian;
    for (auto _ : state) {
      weighted_gram(x, (x * w).array().exp(), weighted, hessian);
      benchmark::DoNotOptimize(hessian.data());
    }
    bench::report_time_per(state, "call", 1);
  });
}

// ---- Many products with one Hessian.

constexpr std::int64_t kDirections = 100;

void add_products() {
  for (const std::int64_t n : {10, 1000}) {
    const std::string name = "g/hessian_vector/100_directions/n=" + std::to_string(n);
    const auto directions = [n] {
      return torch::cos(0.4 * torch::arange(kDirections * n, torch::kFloat64))
          .reshape({kDirections, n});
    };
    bench::add(name, "eigengrad", [n, directions](benchmark::State& state) {
      const Tensor x = cases::vector_of(cases::rosenbrock_point(n)).requires_grad_();
      const Tensor v = directions();
      for (auto _ : state) {
        const Tensor g =
            torch::autograd::grad({cases::rosenbrock(x)}, {x}, {.create_graph = true})[0];
        benchmark::DoNotOptimize(
            torch::autograd::grad({g}, {x}, {.grad_outputs = {v}, .is_grads_batched = true}));
      }
      bench::report_time_per(state, "call", 1);
    });
    bench::add(name, "calls", [n, directions](benchmark::State& state) {
      const Tensor x = cases::vector_of(cases::rosenbrock_point(n));
      const Tensor v = directions();
      for (auto _ : state)
        for (std::int64_t i = 0; i < kDirections; ++i)
          benchmark::DoNotOptimize(torch::hvp(cases::rosenbrock, x, v[i]));
      bench::report_time_per(state, "call", 1);
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  torch::set_num_threads(1);
  add_jacobians();
  add_models();
  add_products();
  return bench::run(argc, argv);
}
