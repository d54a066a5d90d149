// Second order: section e of the performance bars in libtorch, by differentiating the gradient.

#include <torch/torch.h>

#include <vector>

#include "cases/section_e.hpp"

namespace {

torch::Tensor recorded_gradient(const torch::Tensor& x) {
  return torch::autograd::grad({cases::rosenbrock(x)}, {x}, {}, torch::nullopt, true)[0];
}

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& v) {
  return torch::autograd::grad({recorded_gradient(x)}, {x}, {v})[0];
}

torch::Tensor hessian(const torch::Tensor& x) {
  const torch::Tensor gradient = recorded_gradient(x);
  std::vector<torch::Tensor> rows;
  for (std::int64_t i = 0; i < x.size(0); ++i)
    rows.push_back(torch::autograd::grad({gradient[i]}, {x}, {}, true)[0]);
  return torch::stack(rows);
}

}  // namespace

int main(int argc, char** argv) {
  at::set_num_threads(1);
  cases::verify_section_e("libtorch", product, hessian);
  cases::register_section_e("libtorch", product, hessian);
  return bench::run(argc, argv);
}
