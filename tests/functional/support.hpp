#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "eigengrad/eigengrad.hpp"
#include "support/throws.hpp"

namespace functional_test {

namespace eg = eigengrad;

/// Compares sizes and every element; says which differ.
inline void check_close(const eg::Tensor& got, const eg::Tensor& want, double tolerance = 1e-12) {
  BOOST_REQUIRE(got.defined());
  BOOST_TEST_INFO("got " << got << ", want " << want);
  BOOST_REQUIRE(got.sizes() == want.sizes());
  const double difference =
      want.numel() == 0 ? 0.0 : (got.detach() - want.detach()).abs().max().item<double>();
  BOOST_TEST_INFO("got " << got << ", want " << want);
  BOOST_TEST(difference <= tolerance);
}

using support::check_throws;
using support::message_of;

/// A polynomial with cross terms: x0^2 x1 + x1^3 + 2 x0 x2.
inline eg::Tensor cubic(const eg::Tensor& x) {
  return x[0] * x[0] * x[1] + x[1].pow(3) + 2 * x[0] * x[2];
}
inline eg::Tensor cubic_gradient(double a, double b, double c) {
  return eg::tensor({2 * a * b + 2 * c, a * a + 3 * b * b, 2 * a});
}
inline eg::Tensor cubic_hessian(double a, double b) {
  return eg::tensor({{2 * b, 2 * a, 2.0}, {2 * a, 6 * b, 0.0}, {2.0, 0.0, 0.0}});
}

/// From three elements to two: (x0 x1, exp(x2) x0).
inline eg::Tensor pair_of(const eg::Tensor& x) {
  return eg::stack({x[0] * x[1], x[2].exp() * x[0]});
}
inline eg::Tensor pair_jacobian(double a, double b, double c) {
  return eg::tensor({{b, a, 0.0}, {std::exp(c), 0.0, a * std::exp(c)}});
}

}  // namespace functional_test
