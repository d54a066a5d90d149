// Logistic and Poisson regression, 20000 observations and 20 coefficients, with covariance: minimize()
// beside iteratively reweighted least squares as one writes them by hand in Eigen.

#include <Eigen/Cholesky>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "common.hpp"
#include "eigengrad/eigengrad.hpp"

namespace {

namespace eg = eigengrad;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Eigen::Index kRows = 20000;
constexpr Eigen::Index kColumns = 20;

/// A generalised linear model with the canonical link.
struct Model {
  const char* name;
  bool is_poisson;
  MatrixXd x;
  VectorXd y;
};

Model model_of(bool is_poisson) {
  eg::manual_seed(1);
  Model m{is_poisson ? "poisson" : "logistic", is_poisson,
          eg::to_matrix(eg::randn({kRows, kColumns})), VectorXd(kRows)};
  m.x.col(0).setOnes();
  const VectorXd beta = 0.1 * eg::to_vector(eg::randn({kColumns}));
  const VectorXd u = eg::to_vector(eg::rand({kRows}));
  const VectorXd eta = m.x * beta;
  for (Eigen::Index i = 0; i < kRows; ++i) {
    if (!is_poisson) {
      m.y[i] = u[i] < 1 / (1 + std::exp(-eta[i])) ? 1 : 0;
      continue;
    }
    // By inversion of the distribution function.
    const double mean = std::exp(eta[i]);
    double p = std::exp(-mean);
    int count = 0;
    for (double sum = p; u[i] > sum && count < 200; sum += p) p *= mean / ++count;
    m.y[i] = count;
  }
  return m;
}

/// The estimates; the covariance comes with them.
VectorXd by_hand(const Model& m, MatrixXd& covariance) {
  VectorXd beta = VectorXd::Zero(kColumns);
  for (int iteration = 0; iteration < 50; ++iteration) {
    const VectorXd eta = m.x * beta;
    const VectorXd mean =
        m.is_poisson ? VectorXd(eta.array().exp()) : VectorXd((1 + (-eta.array()).exp()).inverse());
    const VectorXd weights = m.is_poisson ? mean : VectorXd(mean.array() * (1 - mean.array()));
    const MatrixXd scaled = weights.cwiseSqrt().asDiagonal() * m.x;
    MatrixXd information = MatrixXd::Zero(kColumns, kColumns);
    information.selfadjointView<Eigen::Lower>().rankUpdate(scaled.transpose());
    const Eigen::LLT<MatrixXd> factor(information.selfadjointView<Eigen::Lower>());
    const VectorXd step = factor.solve(m.x.transpose() * (m.y - mean));
    beta += step;
    if (step.norm() < 1e-8 * beta.norm()) {
      covariance = factor.solve(MatrixXd::Identity(kColumns, kColumns));
      break;
    }
  }
  return beta;
}

eg::optim::MinimizeResult by_minimize(const Model& m, eg::Method method) {
  const eg::Tensor x = eg::from_eigen(m.x);
  const eg::Tensor y = eg::from_eigen(m.y);
  const auto minus_log_likelihood = [&](const eg::Tensor& beta) {
    const eg::Tensor eta = eg::mv(x, beta);
    return ((m.is_poisson ? eg::exp(eta) : eg::softplus(eta)) - y * eta).sum();
  };
  return eg::minimize(minus_log_likelihood, eg::zeros({kColumns}),
                      {.method = method, .covariance = true});
}

}  // namespace

int main(int argc, char** argv) {
  static const Model models[] = {model_of(false), model_of(true)};
  for (const Model& m : models) {
    MatrixXd covariance;
    const VectorXd want = by_hand(m, covariance);
    for (const auto& [name, method] :
         {std::pair{"auto", eg::Method::Auto}, std::pair{"lbfgs", eg::Method::LBFGS}}) {
      const auto r = by_minimize(m, method);
      std::printf("%s, %s: estimates differ by %.1e, covariances by %.1e; %s\n", m.name, name,
                  (eg::to_vector(r.x) - want).cwiseAbs().maxCoeff(),
                  (eg::to_matrix(r.covariance) - covariance).cwiseAbs().maxCoeff(),
                  r.message.c_str());
      bench::add(std::string("glm_") + m.name, name, [&m, method = method](benchmark::State& s) {
        for (auto _ : s) benchmark::DoNotOptimize(by_minimize(m, method).value);
      })->Unit(benchmark::kMillisecond);
    }
    bench::add(std::string("glm_") + m.name, "hand", [&m](benchmark::State& s) {
      MatrixXd c;
      for (auto _ : s) benchmark::DoNotOptimize(by_hand(m, c).data());
    })->Unit(benchmark::kMillisecond);
  }
  return bench::run(argc, argv);
}
