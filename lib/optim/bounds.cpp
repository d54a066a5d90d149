#include "optim/bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/fail.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

Box Box::of(std::string_view op, const ScalarOrTensor& lower, const ScalarOrTensor& upper,
            const Tensor& x0) {
  const std::int64_t numel = x0.numel();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Box box{values_of(op, "lower", lower, numel, "unknowns", -infinity),
          values_of(op, "upper", upper, numel, "unknowns", infinity)};
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    if (x0.dtype() == kFloat32) {
      box.lower[i] = static_cast<float>(box.lower[i]);
      box.upper[i] = static_cast<float>(box.upper[i]);
    }
    const double l = box.lower[i];
    const double u = box.upper[i];
    if (l > u)
      fail<ValueError>(op, "the bounds of x[", i, "] cross: lower ", l, ", upper ", u,
                       "; lower must be at most upper");
    if (l == u && std::isinf(l))
      fail<ValueError>(op, "both bounds of x[", i, "] are ", l, "; no number lies between them");
    box.is_bounded = box.is_bounded || std::isfinite(l) || std::isfinite(u);
  }
  return box;
}

void Box::check_start(std::string_view op, const Tensor& x) const {
  const Tensor flat = x.detach().to(kFloat64).contiguous();
  const double* p = flat.data_ptr<double>();
  for (std::size_t i = 0; i < lower.size(); ++i)
    if (p[i] < lower[i] || p[i] > upper[i])
      fail<ValueError>(op, "the start x[", i, "] = ", p[i], " lies outside of its bounds ",
                       lower[i], " and ", upper[i], "; start between them");
}

std::vector<Eigen::Index> Box::free_unknowns(const Eigen::VectorXd& x,
                                             const Eigen::VectorXd& g) const {
  std::vector<Eigen::Index> free;
  for (Eigen::Index i = 0; i < x.size(); ++i)
    if (!holds(static_cast<std::size_t>(i), x[i], g[i])) free.push_back(i);
  return free;
}

double Box::inside(std::size_t i, double x, double from) const {
  const double size = std::max(std::abs(x), std::abs(from));
  const double rounding = 4 * std::numeric_limits<double>::epsilon() * size;
  if (x <= lower[i] + rounding) return lower[i];
  return x >= upper[i] - rounding ? upper[i] : x;
}

}  // namespace eigengrad::optim
