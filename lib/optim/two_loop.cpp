#include "optim/two_loop.hpp"

#include <deque>
#include <vector>

#include "eigengrad/ops/pointwise/arithmetic.hpp"

namespace eigengrad::optim {

void remember_pair(LBFGSParamState& memory, const Tensor& y, const Tensor& s,
                   std::int64_t history_size, double min_curvature) {
  const auto ys = y.dot(s).item<double>();
  if (!(ys > min_curvature)) return;
  if (static_cast<std::int64_t>(memory.ro().size()) == history_size) {
    memory.old_dirs().pop_front();
    memory.old_stps().pop_front();
    memory.ro().pop_front();
  }
  memory.old_dirs().push_back(y);
  memory.old_stps().push_back(s);
  memory.ro().push_back(1 / ys);
  memory.H_diag(ys / y.dot(y).item<double>());
}

Tensor two_loop_direction(const LBFGSParamState& memory, const Tensor& g) {
  const std::deque<Tensor>& y = memory.old_dirs();
  const std::deque<Tensor>& s = memory.old_stps();
  const std::deque<double>& rho = memory.ro();
  std::vector<double> alpha(rho.size());
  Tensor d = g.neg();
  for (std::size_t i = rho.size(); i-- > 0;) {
    alpha[i] = s[i].dot(d).item<double>() * rho[i];
    d.add_(y[i], -alpha[i]);
  }
  d.mul_(memory.H_diag());
  for (std::size_t i = 0; i < rho.size(); ++i) {
    const double beta = y[i].dot(d).item<double>() * rho[i];
    d.add_(s[i], alpha[i] - beta);
  }
  return d;
}

}  // namespace eigengrad::optim
