#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>

#include "common/significance.hpp"
#include "eigengrad/eigengrad.hpp"
#include "nlfit/fit.hpp"

namespace apps::nlfit {
namespace {

namespace eg = eigengrad;
namespace optim = eigengrad::optim;
using eg::Tensor;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> without(std::vector<double> v, std::size_t k) {
  v.erase(v.begin() + static_cast<std::ptrdiff_t>(k));
  return v;
}

/// The residual sum of squares as a function of one parameter, the others at their best.
class Profile {
 public:
  Profile(const Problem& problem, const Fit& fit, std::size_t k)
      : problem_(problem), fit_(fit), k_(k), rest_(without(fit.estimates(), k)) {
    options_.lower = eg::tensor(without(problem.lower, k));
    options_.upper = eg::tensor(without(problem.upper, k));
    options_.weights = problem.weights;
  }

  /// The root of the growth of the sum of squares, in residual standard deviations; it is +-t in a linear
  /// model. Infinite where the model has no value.
  double distance(double value) {
    double rss = kInfinity;
    try {
      rss = rest_.empty() ? rss_at(value) : smallest_rss(value);
    } catch (const eg::NumericError&) {
      return kInfinity;
    }
    const double growth = rss - fit_.rss;
    if (growth < -1e-8 * fit_.rss)
      throw std::runtime_error(
          "--profile: at " + fit_.parameters[k_].name + " = " + std::to_string(value) +
          " the sum of squares is smaller than at the fit, which is a local minimum; "
          "start from there");
    return std::sqrt(std::max(growth, 0.0)) / fit_.residual_sd;
  }

 private:
  double rss_at(double value) const {
    const double rss = problem_.sum_of_squares(problem_.residuals(eg::tensor({value})));
    if (!std::isfinite(rss)) throw eg::NumericError("no value");
    return rss;
  }

  /// Starts from where the last call ended, which is near when the values are.
  double smallest_rss(double value) {
    const auto k = static_cast<std::int64_t>(k_);
    const Tensor fixed = eg::tensor({value});
    const auto r = [&](const Tensor& rest) {
      return problem_.residuals(eg::cat({rest.slice(0, 0, k), fixed, rest.slice(0, k)}));
    };
    const optim::LeastSquaresResult result = optim::least_squares(r, eg::tensor(rest_), options_);
    if (result.converged()) {
      const double* x = result.x.data_ptr<double>();
      rest_.assign(x, x + result.x.numel());
    }
    return problem_.sum_of_squares(result.residuals);
  }

  const Problem& problem_;
  const Fit& fit_;
  std::size_t k_;
  std::vector<double> rest_;
  optim::LeastSquaresOptions options_;
};

/// Where the profile is `target` away on the side of `sign`; a bound of the problem when it comes first.
double end_of_interval(const Problem& problem, const Fit& fit, std::size_t k, double sign,
                       double target) {
  const Estimate& p = fit.parameters[k];
  if (!std::isfinite(p.std_error)) return sign * kInfinity;
  const double bound = sign < 0 ? problem.lower[k] : problem.upper[k];
  const auto inside = [&](double v) { return sign < 0 ? std::max(v, bound) : std::min(v, bound); };
  Profile profile(problem, fit, k);
  double near = p.estimate;
  double step = target * p.std_error;
  constexpr int kMostDoublings = 40;
  for (int i = 0; i < kMostDoublings; ++i, step *= 2) {
    const double far = inside(near + sign * step);
    const double distance = profile.distance(far);
    if (distance < target) {
      if (far == bound) return bound;
      near = far;
      continue;
    }
    const auto excess = [&](double v) {
      constexpr double kLarge = 1e10;
      return v == p.estimate ? -target : std::min(profile.distance(v), kLarge) - target;
    };
    const auto close_enough = [](double a, double b) {
      return std::abs(a - b) <= 1e-11 * std::max(std::abs(a), std::abs(b));
    };
    std::uintmax_t evaluations = 100;
    const auto [a, b] = boost::math::tools::toms748_solve(
        excess, std::min(near, far), std::max(near, far), close_enough, evaluations);
    return 0.5 * (a + b);
  }
  return sign * kInfinity;
}

}  // namespace

void add_profile_intervals(const Problem& problem, const FitOptions& options, Fit& fit) {
  // A perfect fit leaves no residual variance to measure distances by.
  const double size = problem.y.abs().max().item<double>();
  if (fit.df <= 0 || !(fit.residual_sd > 1e-14 * size)) return;
  const double target = t_quantile(options.level, static_cast<double>(fit.df));
  for (std::size_t k = 0; k < fit.parameters.size(); ++k) {
    if (fit.parameters[k].at_bound != Bound::None) continue;
    fit.parameters[k].profile_lower = end_of_interval(problem, fit, k, -1, target);
    fit.parameters[k].profile_upper = end_of_interval(problem, fit, k, 1, target);
  }
}

}  // namespace apps::nlfit
