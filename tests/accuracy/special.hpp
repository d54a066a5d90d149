#pragma once

#include <functional>

#include "accuracy/accuracy.hpp"
#include "eigengrad/autograd/engine.hpp"

/// Values and slopes of special functions, on arguments that each function states.
namespace accuracy {

using Function = std::function<eg::Tensor(const eg::Tensor&)>;

inline Numbers uniform(double low, double high, int n = 200) {
  std::mt19937_64 generator(17);
  std::uniform_real_distribution<double> draw(low, high);
  Numbers points;
  for (int i = 0; i < n; ++i) points.push_back(draw(generator));
  return points;
}
/// sign 2^e with e drawn from [low, high].
inline Numbers powers(double low, double high, double sign = 1, int n = 200) {
  Numbers points = uniform(low, high, n);
  for (double& x : points) x = sign * std::exp2(x);
  return points;
}
inline Numbers operator+(Numbers a, const Numbers& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Checks that `f` is within `ulps` of `exact`; an oscillating function, in units of `amplitude`.
template <class Exact>
void check_values(const Function& f, Exact exact, const Numbers& points, double ulps = 4,
                  double amplitude = 0) {
  const Numbers y = values_of(f(eg::tensor(points)));
  Worst worst;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Real want = exact(Real(points[i]));
    const double error = ulps_between<double>(y[i], want);
    const double unit = amplitude * std::numeric_limits<double>::epsilon();
    worst.add(unit > 0 ? std::min(error, static_cast<double>(abs(y[i] - want)) / unit) : error,
              {points[i]});
  }
  worst.check<double>("the function", ulps);
}

/// The sum of f, `order` times differentiated by backward sweeps.
inline Numbers derivative(const Function& f, int order, const Numbers& points) {
  const eg::Tensor x = eg::tensor(points).requires_grad_();
  eg::Tensor y = f(x);
  for (int k = 0; k < order; ++k)
    y = eg::autograd::grad({y.sum()}, {x}, {.create_graph = k + 1 < order})[0];
  return values_of(y);
}

/// Checks the relative error of derivative `order`.
template <class Exact>
void check_slopes(const Function& f, int order, Exact exact, const Numbers& points,
                  double relative) {
  const Numbers g = derivative(f, order, points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto e = static_cast<double>(exact(Real(points[i])));
    BOOST_CHECK_MESSAGE(std::abs(g[i] - e) <= relative * std::abs(e),
                        std::setprecision(17)
                            << "at " << points[i] << ": " << g[i] << " instead of " << e
                            << ", relative " << (g[i] - e) / e);
  }
}

/// The derivative of `f` at x by differences, whose error is about 1e-30 relative.
template <class F>
Real difference(F f, const Real& x) {
  const Real h = abs(x) * Real("1e-8");
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

}  // namespace accuracy
