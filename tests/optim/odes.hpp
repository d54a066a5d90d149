#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <vector>

#include "eigengrad/eigengrad.hpp"
#include "scipy_odes.hpp"

/// The models whose solutions SciPy gave.
namespace odes {

namespace eg = eigengrad;
using eg::Tensor;
using Model = std::function<Tensor(const Tensor& t, const Tensor& y, const Tensor& p)>;

inline Tensor lotka_volterra(const Tensor&, const Tensor& y, const Tensor& p) {
  const Tensor u = y[0], v = y[1], both = u * v;
  return eg::stack({p[0] * u - p[1] * both, p[2] * both - p[3] * v});
}
inline Tensor van_der_pol(const Tensor&, const Tensor& y, const Tensor& p) {
  const Tensor x = y[0], v = y[1];
  return eg::stack({v, p[0] * (1 - x * x) * v - x});
}
inline Tensor robertson(const Tensor&, const Tensor& y, const Tensor& p) {
  const Tensor r1 = p[0] * y[0], r2 = p[1] * y[1] * y[1], r3 = p[2] * y[1] * y[2];
  return eg::stack({r3 - r1, r1 - r3 - r2, r2});
}
inline Tensor lorenz(const Tensor&, const Tensor& y, const Tensor& p) {
  const Tensor x = y[0], u = y[1], z = y[2];
  return eg::stack({p[0] * (u - x), x * (p[1] - z) - u, x * u - p[2] * z});
}

inline Tensor vector(const std::vector<double>& v) {
  return eg::from_eigen(Eigen::Map<const Eigen::VectorXd>(v.data(), static_cast<int>(v.size())));
}

/// One of SciPy's problems as tensors, up to and with time number `last`.
struct Problem {
  Problem(std::size_t number, Model model, std::int64_t last)
      : f(std::move(model)), name(oracle::kOdes[number].name) {
    const oracle::Ode& ode = oracle::kOdes[number];
    y0 = vector(ode.start).requires_grad_();
    p = vector(ode.parameters).requires_grad_();
    t = vector(ode.times).slice(0, 0, last + 1);
    const std::int64_t m = vector(ode.times).numel(), n = y0.numel();
    states = vector(ode.states).view({m, n}).slice(0, 0, last + 1);
    sensitivities = vector(ode.sensitivities).view({m, n, n + p.numel()}).slice(0, 0, last + 1);
  }
  Model f;
  std::string_view name;
  Tensor y0, p, t, states, sensitivities;
};

inline eg::OdeintOptions options(double rtol, eg::OdeintMethod method = eg::OdeintMethod::Dopri5,
                                 eg::OdeintGradient gradient = eg::OdeintGradient::Discrete) {
  return {.method = method, .rtol = rtol, .atol = 1e-5 * rtol, .gradient = gradient};
}

/// The largest difference, relative to the largest element of `expected` in each column of the first
/// dimension.
inline double largest_error(const Tensor& actual, const Tensor& expected) {
  const Tensor scale = expected.abs().amax(0).clamp_min(1e-300);
  return ((actual.detach() - expected).abs() / scale).amax().item<double>();
}

/// Checks two tensors of any shape, relative to the largest element.
inline void check_close(const Tensor& actual, const Tensor& expected, double tolerance) {
  BOOST_TEST_REQUIRE(actual.defined());
  BOOST_TEST_REQUIRE((actual.sizes() == expected.sizes()));
  const double error = (actual.detach() - expected.detach()).abs().amax().item<double>();
  const double scale = std::max(expected.detach().abs().amax().item<double>(), 1e-300);
  BOOST_TEST_INFO("error " << error << " in " << actual << " instead of " << expected);
  BOOST_TEST(error <= tolerance * scale);
}

}  // namespace odes
