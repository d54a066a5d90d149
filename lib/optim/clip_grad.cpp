#include "eigengrad/optim/clip_grad.hpp"

#include <algorithm>
#include <cmath>

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/reduction/norms.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "optim/report.hpp"

namespace eigengrad {

using optim::check_not_negative;

namespace {

std::vector<Tensor> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
  for (const Tensor& p : parameters)
    if (p.grad().defined()) gradients.push_back(p.grad());
  return gradients;
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  check_not_negative("clip_grad_norm_", "max_norm", max_norm);
  check_not_negative("clip_grad_norm_", "norm_type", norm_type);
  const NoGradGuard no_grad;
  const std::vector<Tensor> gradients = gradients_of(parameters);
  if (gradients.empty()) return 0;
  std::vector<Tensor> norms;
  for (const Tensor& g : gradients)
    norms.push_back(linalg_vector_norm(g, norm_type).to(kFloat64).reshape({1}));
  const auto total = linalg_vector_norm(cat(norms), norm_type).item<double>();
  if (error_if_nonfinite && !std::isfinite(total))
    detail::fail<NumericError>("clip_grad_norm_", "the norm of order ", norm_type,
                               " of the gradients is ", total,
                               "; without error_if_nonfinite they are scaled all the same");
  const double factor = std::min(max_norm / (total + 1e-6), 1.0);
  // A factor that is NaN makes all gradients NaN, so that nobody goes on with some of them.
  if (!(factor >= 1))
    for (const Tensor& g : gradients) Tensor(g).mul_(factor);
  return total;
}

double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  return clip_grad_norm_(std::vector<Tensor>{parameter}, max_norm, norm_type, error_if_nonfinite);
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  check_not_negative("clip_grad_value_", "clip_value", clip_value);
  const NoGradGuard no_grad;
  for (const Tensor& g : gradients_of(parameters)) Tensor(g).clamp_(-clip_value, clip_value);
}

void clip_grad_value_(const Tensor& parameter, double clip_value) {
  clip_grad_value_(std::vector<Tensor>{parameter}, clip_value);
}

}  // namespace eigengrad
