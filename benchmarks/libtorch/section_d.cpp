// Models: section d of the performance bars in libtorch.

#include <torch/torch.h>

#include "cases/section_d.hpp"

namespace {

torch::Tensor likelihood(const torch::Tensor& covariance, const torch::Tensor& y) {
  const torch::Tensor l = torch::linalg_cholesky(covariance);
  const torch::Tensor x = torch::cholesky_solve(y.unsqueeze(1), l).squeeze(1);
  return 0.5 * torch::dot(y, x) + torch::log(torch::diagonal(l)).sum();
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(1);
  hand::use_one_thread();
  cases::verify_section_d("libtorch", likelihood);
  cases::register_section_d("libtorch", likelihood);
  return bench::run(argc, argv);
}
