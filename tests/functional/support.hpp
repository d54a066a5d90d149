#pragma once

#include <boost/test/unit_test.hpp>
#include <exception>
#include <string>

#include "eigengrad/eigengrad.hpp"

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

/// The message of the E that `f` throws; any other outcome gives a text that no test expects.
template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("another exception: ") + e.what();
  }
  return "nothing was thrown";
}

/// Checks that `f` throws E with `part` in the message, and that neither grad mode nor a level of
/// forward mode is left changed.
template <class E, class F>
void check_throws(const std::string& part, F&& f) {
  const bool before = eg::GradMode::is_enabled();
  const std::string message = message_of<E>(f);
  BOOST_TEST_INFO("message: " << message);
  BOOST_TEST(message.find(part) != std::string::npos);
  BOOST_TEST(eg::GradMode::is_enabled() == before);
  BOOST_TEST(!eg::autograd::DualLevel::is_open());
}

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
