#include <Eigen/Dense>
#include <eigengrad/eigengrad.hpp>
#include <iostream>

namespace eg = eigengrad;

int main() {
  eg::Tensor w = eg::tensor({1.0}, eg::requires_grad());
  eg::Tensor x = eg::tensor({2.0}, eg::requires_grad());
  eg::Tensor y = (w + x) * (w + 1);
  y.backward();

  Eigen::MatrixXd a(2, 2);
  a << 1, 2, 3, 4;
  eg::Tensor c = eg::from_eigen(a * 2);
  Eigen::MatrixXd back = c.matrix<double>();

  std::cout << eg::show_config() << w.grad() << '\n' << back << '\n';
  return w.grad().item<double>() == 5.0 && back == a * 2 ? 0 : 1;
}
