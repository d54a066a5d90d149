// Factorisations and solves beside direct calls of Eigen (column hand), and the value of the Cholesky
// factor with its gradient (column gradient).

#include <Eigen/Dense>
#include <eigengrad/eigengrad.hpp>
#include <functional>

namespace torch = eigengrad;

#include "cases/batched_solve.hpp"
#include "hand/matmul.hpp"

namespace {

namespace eg = eigengrad;
using eg::Tensor;
using Matrix = Eigen::MatrixXd;

struct Case {
  std::string name;
  std::function<Tensor(const Tensor&)> call;
  std::function<Matrix(const Matrix&)> by_hand;
};

Matrix definite(Eigen::Index n) {
  const Matrix a = Matrix::NullaryExpr(n, n, [](Eigen::Index i, Eigen::Index j) {
    return static_cast<double>((7 * i * i + 3 * j) % 23) / 23;
  });
  return a * a.transpose() / static_cast<double>(n) + Matrix::Identity(n, n);
}

Matrix number(double x) { return Matrix::Constant(1, 1, x); }

std::vector<Case> cases_of(Eigen::Index n) {
  const Matrix right = Matrix::Ones(n, 10);
  const Tensor b = eg::from_eigen(right);
  return {
      {"cholesky", [](const Tensor& a) { return eg::linalg_cholesky(a); },
       [](const Matrix& a) { return Matrix(a.llt().matrixL()); }},
      {"lu", [](const Tensor& a) { return std::get<0>(eg::linalg_lu_factor(a)); },
       [](const Matrix& a) { return Matrix(a.partialPivLu().matrixLU()); }},
      {"solve", [b](const Tensor& a) { return eg::linalg_solve(a, b); },
       [right](const Matrix& a) { return Matrix(a.partialPivLu().solve(right)); }},
      {"solve_triangular",
       [b](const Tensor& a) { return eg::linalg_solve_triangular(a, b, false); },
       [right](const Matrix& a) { return Matrix(a.triangularView<Eigen::Lower>().solve(right)); }},
      {"inverse", [](const Tensor& a) { return eg::linalg_inv(a); },
       [](const Matrix& a) { return Matrix(a.inverse()); }},
      {"det", [](const Tensor& a) { return eg::linalg_det(a); },
       [](const Matrix& a) { return number(a.determinant()); }},
      {"logdet", [](const Tensor& a) { return eg::logdet(a); },
       [](const Matrix& a) {
         return number(a.partialPivLu().matrixLU().diagonal().array().abs().log().sum());
       }}};
}

void register_case(const Case& c, Eigen::Index n) {
  const std::string name = "factorizations/" + c.name + "/n=" + std::to_string(n);
  Matrix a = definite(n);
  const Tensor x = eg::from_eigen(a);
  bench::require_close(name, c.call(x).square().sum().item<double>(), c.by_hand(a).squaredNorm(),
                       1e-9);
  bench::add(name, "eigengrad", [=](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(c.call(x));
    bench::report_time_per(state, "call", 1);
  });
  bench::add(name, "hand", [=](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(c.by_hand(a));
    bench::report_time_per(state, "call", 1);
  });
  bench::add(name, "gradient", [=](benchmark::State& state) {
    const Tensor t = x.clone().requires_grad_();
    for (auto _ : state) benchmark::DoNotOptimize(eg::autograd::grad({c.call(t).sum()}, {t}));
    bench::report_time_per(state, "call", 1);
  });
}

/// The Cholesky factors of 10^4 matrices of four rows.
void register_batch() {
  using Matrix4 = Eigen::Matrix<double, 4, 4, Eigen::RowMajor>;
  constexpr std::int64_t kCount = 10000;
  const std::string name = "factorizations/cholesky/batch=10000/n=4";
  const Tensor half = eg::sin(eg::arange(16 * kCount, eg::kFloat64)).reshape({kCount, 4, 4});
  const Tensor x = eg::matmul(half, half.mT()) + eg::eye(4);
  const Tensor factors = eg::empty_like(x);
  const auto by_hand = [=] {
    for (std::int64_t k = 0; k < kCount; ++k) {
      const Eigen::Map<const Matrix4> a(x.data_ptr<double>() + 16 * k);
      Eigen::Map<Matrix4>(factors.data_ptr<double>() + 16 * k) = a.llt().matrixL();
    }
  };
  by_hand();
  bench::require_close(name, eg::linalg_cholesky(x).data_ptr<double>(), factors.data_ptr<double>(),
                       16 * kCount, 1e-12);
  bench::add(name, "eigengrad", [=](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(eg::linalg_cholesky(x));
    bench::report_time_per(state, "call", 1);
  });
  bench::add(name, "hand", [=](benchmark::State& state) {
    for (auto _ : state) {
      by_hand();
      benchmark::ClobberMemory();
    }
    bench::report_time_per(state, "call", 1);
  });
  bench::add(name, "gradient", [=](benchmark::State& state) {
    const Tensor t = x.clone().requires_grad_();
    for (auto _ : state)
      benchmark::DoNotOptimize(eg::autograd::grad({eg::linalg_cholesky(t).sum()}, {t}));
    bench::report_time_per(state, "call", 1);
  });
}

/// The solutions x of A x = b, and with w = A^-T 1 the gradients w of b and -w x^T of A.
void systems_by_hand(benchmark::State& state) {
  using Matrix4 = Eigen::Matrix<double, 4, 4, Eigen::RowMajor>;
  const cases::Systems systems;
  const auto n = static_cast<std::size_t>(cases::kSystems);
  std::vector<double> ga(16 * n), gb(4 * n);
  for (auto _ : state) {
    for (std::size_t k = 0; k < n; ++k) {
      const Eigen::Map<const Matrix4> a(systems.a.data_ptr<double>() + 16 * k);
      const Eigen::Map<const Eigen::Vector4d> b(systems.b.data_ptr<double>() + 4 * k);
      const Eigen::PartialPivLU<Matrix4> lu(a);
      const Eigen::Vector4d x = lu.solve(b);
      const Eigen::Vector4d w = lu.transpose().solve(Eigen::Vector4d::Ones());
      Eigen::Map<Matrix4>(ga.data() + 16 * k) = -w * x.transpose();
      Eigen::Map<Eigen::Vector4d>(gb.data() + 4 * k) = w;
    }
    benchmark::ClobberMemory();
  }
  const auto g = systems.gradients();
  bench::require_close(cases::kBatchedSolve, g[0].data_ptr<double>(), ga.data(),
                       16 * cases::kSystems, 1e-10);
  bench::require_close(cases::kBatchedSolve, g[1].data_ptr<double>(), gb.data(),
                       4 * cases::kSystems, 1e-10);
  bench::report_time_per(state, "call", 1);
}

}  // namespace

int main(int argc, char** argv) {
  eg::set_num_threads(1);
  hand::use_one_thread();
  for (const Eigen::Index n : {4, 8, 16, 32, 64, 100, 200, 500})
    for (const Case& c : cases_of(n)) register_case(c, n);
  register_batch();
  cases::register_batched_solve("eigengrad");
  bench::add(cases::kBatchedSolve, "hand", systems_by_hand);
  return bench::run(argc, argv);
}
