// Models: section d of the performance bars in libtorch.

#include <torch/torch.h>

#include "cases/gaussian_process.hpp"
#include "cases/perceptron.hpp"
#include "cases/regression.hpp"

namespace {

torch::Tensor likelihood(const torch::Tensor& covariance, const torch::Tensor& y) {
  const torch::Tensor l = torch::linalg_cholesky(covariance);
  const torch::Tensor x = torch::cholesky_solve(y.unsqueeze(1), l).squeeze(1);
  return 0.5 * torch::dot(y, x) + torch::log(torch::diagonal(l)).sum();
}

/// Row by row, as libtorch's users do.
template <class F>
torch::Tensor hessian(F f, const torch::Tensor& w) {
  const torch::Tensor g = torch::autograd::grad({f(w)}, {w}, {}, true, true)[0];
  std::vector<torch::Tensor> rows;
  for (std::int64_t i = 0; i < g.size(0); ++i)
    rows.push_back(torch::autograd::grad({g[i]}, {w}, {}, true)[0]);
  return torch::stack(rows);
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(1);
  hand::use_one_thread();
  cases::verify_gaussian_process("libtorch", likelihood);
  cases::register_gaussian_process("libtorch", likelihood);
  cases::register_regressions("libtorch",
                              [](auto f, const torch::Tensor& w) { return hessian(f, w); });
  cases::register_perceptron("libtorch");
  return bench::run(argc, argv);
}
