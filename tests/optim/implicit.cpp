#include "eigengrad/optim/implicit.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

namespace eg = eigengrad;
using eg::Tensor;
using eg::autograd::variable_list;

BOOST_AUTO_TEST_SUITE(implicit_functions)

namespace {

/// y^3 + y = theta in each element.
Tensor cubic(const Tensor& y, const Tensor& theta) { return y * y * y + y - theta; }

}  // namespace

BOOST_AUTO_TEST_CASE(first_second_and_third_derivatives_of_a_cubic) {
  const Tensor theta = eg::tensor({2.0}, eg::requires_grad());
  const Tensor y = eg::implicit_root([](const Tensor& a, const Tensor& t) { return cubic(a, t); },
                                     eg::tensor({0.3}), theta);
  const double v = y.item<double>();
  BOOST_TEST(v == 1.0, boost::test_tools::tolerance(1e-14));
  const Tensor d1 = eg::autograd::grad({y}, {theta}, {}, true, true)[0];
  const double p = 3 * v * v + 1;
  BOOST_TEST(d1.item<double>() == 1 / p, boost::test_tools::tolerance(1e-12));
  const Tensor d2 = eg::autograd::grad({d1}, {theta}, {}, true, true)[0];
  BOOST_TEST(d2.item<double>() == -6 * v / (p * p * p), boost::test_tools::tolerance(1e-12));
  const Tensor d3 = eg::autograd::grad({d2}, {theta}, {}, true, true)[0];
  const double want = -6 / std::pow(p, 4) + 108 * v * v / std::pow(p, 5);
  BOOST_TEST(d3.item<double>() == want, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()
