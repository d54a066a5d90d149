// Models: section d of the performance bars, eigengrad beside hand-written Eigen.

#include <eigengrad/eigengrad.hpp>

namespace torch = eigengrad;

#include "cases/gaussian_process.hpp"
#include "cases/perceptron.hpp"
#include "cases/regression.hpp"

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

template <class T>
void hand_linear(benchmark::State& state) {
  const cases::Regression<T> data = cases::linear<T>();
  const hand::Vector<T> w = data.weights();
  hand::Vector<T> gradient(w.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        hand::linear_regression<T>(data.rows(), data.responses(), w, gradient));
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "call", 1);
}

void hand_logistic(benchmark::State& state) {
  const cases::Regression<double> data = cases::logistic();
  hand::LogisticRegression by_hand(data.rows(), data.responses());
  const hand::Vector<double> w = data.weights();
  hand::Vector<double> gradient(w.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(by_hand.value_and_gradient(w, gradient));
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "call", 1);
}

void hand_newton(benchmark::State& state) {
  const cases::Regression<double> data = cases::logistic();
  hand::LogisticRegression by_hand(data.rows(), data.responses());
  const hand::Vector<double> w = data.weights();
  for (auto _ : state) {
    benchmark::DoNotOptimize(by_hand.newton_step(w).data());
    benchmark::ClobberMemory();
  }
  bench::report_time_per(state, "call", 1);
}

template <hand::Products Kind>
void hand_perceptron(benchmark::State& state) {
  cases::PerceptronByHand<Kind> perceptron;
  for (auto _ : state) benchmark::DoNotOptimize(perceptron.step());
  bench::report_time_per(state, "call", 1);
}

}  // namespace

int main(int argc, char** argv) {
  eigengrad::set_num_threads(1);
  hand::use_one_thread();
  cases::verify_gaussian_process("eigengrad", likelihood);
  cases::register_gaussian_process("eigengrad", likelihood);
  cases::register_regressions(
      "eigengrad", [](auto f, const torch::Tensor& w) { return eigengrad::hessian(f, w); });
  cases::register_perceptron("eigengrad");
  for (const int n : cases::kPoints)
    bench::add(cases::gp_name(n), "hand",
               [n](benchmark::State& state) { hand_gaussian_process(state, n); });
  bench::add(cases::linear_name<double>(), "hand", hand_linear<double>);
  bench::add(cases::linear_name<float>(), "hand", hand_linear<float>);
  bench::add(cases::kLogistic, "hand", hand_logistic);
  bench::add(cases::kNewton, "hand", hand_newton);
  bench::add(cases::kPerceptron, "hand", hand_perceptron<hand::Products::Eigen>);
#if defined(EIGENGRAD_USE_BLAS)
  bench::add(cases::kPerceptron, "blas", hand_perceptron<hand::Products::Blas>);
#endif
  return bench::run(argc, argv);
}
