#pragma once

#include <functional>

#include "accuracy/accuracy.hpp"
#include "eigengrad/autograd/engine.hpp"

/// Values and derivatives of special functions, on arguments that each row states.
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

/// A derivative of a function at some points; its value for order 0.
struct Measured {
  std::string name;
  int order;
  Function f;
  std::function<Real(const Real&)> exact;
  Numbers points;
  std::string contract = {};
  /// Near a zero, errors count in the units of this.
  std::function<Real(const Real&)> scale = {};
};

/// The sum of f, `order` times differentiated by backward sweeps.
inline Numbers derivative(const Function& f, int order, const Numbers& points) {
  const eg::Tensor x = eg::tensor(points).requires_grad_();
  eg::Tensor y = f(x);
  for (int k = 0; k < order; ++k)
    y = eg::autograd::grad({y.sum()}, {x}, {.create_graph = k + 1 < order})[0];
  return values_of(y);
}

inline void check(const Measured& m) {
  const Bound& bound = bound_of(key_of(m), m.order);
  BOOST_TEST(bound.scale.empty() == !m.scale);
  const Numbers y = derivative(m.f, m.order, m.points);
  Worst worst;
  for (std::size_t i = 0; i < m.points.size(); ++i) {
    if (!promises(bound, m.points[i])) continue;
    const Real want = m.exact(Real(m.points[i]));
    const Real size = m.scale ? std::max(Real(abs(want)), m.scale(Real(m.points[i]))) : want;
    worst.add(ulps_between<double>(y[i], want, size), {m.points[i]});
  }
  worst.check<double>(m.name, key_of(m), m.order);
}

/// The derivative of `f` at x by differences, whose error is about 1e-30 relative.
template <class F>
Real difference(F f, const Real& x) {
  const Real h = abs(x) * Real("1e-8");
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

}  // namespace accuracy
