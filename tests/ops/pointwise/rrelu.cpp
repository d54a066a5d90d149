#include <boost/test/unit_test.hpp>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/core/generator.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "ops/table.hpp"
#include "support/compare.hpp"

/// rrelu in training, whose slopes are drawn; the table has what it does in evaluation.
namespace table {
namespace {

using eg::Generator;
using eg::Tensor;
using support::check_close;
using support::to_array;

Tensor trained(const Tensor& x, std::uint64_t seed) {
  return eg::rrelu(x, 0.25, 0.75, true, Generator(seed));
}

BOOST_AUTO_TEST_SUITE(rrelu_in_training)

BOOST_AUTO_TEST_CASE(slopes_lie_between_the_bounds) {
  const Tensor x = eg::linspace(-3, 3, 1001);
  const Array before = to_array(x);
  const Array after = to_array(trained(x, 1));
  double least = 1, most = 0, sum = 0;
  std::size_t left = 0;
  for (std::size_t i = 0; i < before.values.size(); ++i) {
    if (before.values[i] > 0) BOOST_TEST(after.values[i] == before.values[i]);
    if (!(before.values[i] < 0)) continue;
    const double slope = after.values[i] / before.values[i];
    least = std::min(least, slope);
    most = std::max(most, slope);
    sum += slope;
    ++left;
  }
  BOOST_TEST(least >= 0.25);
  BOOST_TEST(most <= 0.75);
  BOOST_TEST(most - least > 0.45);
  BOOST_TEST(sum / static_cast<double>(left) == 0.5, boost::test_tools::tolerance(0.05));
}

BOOST_AUTO_TEST_CASE(the_generator_decides) {
  const Tensor x = eg::linspace(-3, -1, 20);
  check_close(trained(x, 5), to_array(trained(x, 5)));
  BOOST_TEST(!eg::equal(trained(x, 5), trained(x, 6)));
  eg::manual_seed(3);
  const Tensor first = eg::rrelu(x, 0.25, 0.75, true);
  BOOST_TEST(!eg::equal(eg::rrelu(x, 0.25, 0.75, true), first));
  eg::manual_seed(3);
  BOOST_TEST(eg::equal(eg::rrelu(x, 0.25, 0.75, true), first));
}

BOOST_AUTO_TEST_CASE(derivatives_are_the_slopes) {
  const Tensor x = eg::tensor({-2.0, -0.5, 0.0, 1.0, 3.0}).requires_grad_();
  const Tensor y = trained(x, 2);
  BOOST_TEST(y.grad_fn()->name() == "RreluWithNoiseBackward0");
  const Tensor g =
      eg::autograd::grad({y.sum()}, {x}, {.retain_graph = true, .create_graph = true})[0];
  check_close(g * x, to_array(y.detach()));
  BOOST_TEST(g[3].item<double>() == 1);
  const eg::autograd::DualLevel level;
  const Tensor dual = eg::autograd::make_dual(x.detach(), eg::ones({5}));
  check_close(eg::autograd::unpack_dual(trained(dual, 2)).tangent, to_array(g.detach()));
}

BOOST_AUTO_TEST_CASE(in_place) {
  const Tensor x = eg::linspace(-3, 3, 11).to(eg::kFloat32);
  Tensor y = x.clone();
  BOOST_TEST(&eg::rrelu_(y, 0.25, 0.75, true, Generator(4)) == &y);
  check_close(y, to_array(trained(x, 4)));
}

BOOST_AUTO_TEST_CASE(equal_bounds_leave_no_choice) {
  const Tensor x = eg::linspace(-3, 3, 11);
  check_close(eg::rrelu(x, 0.5, 0.5, true), to_array(eg::leaky_relu(x, 0.5)));
  check_close(eg::rrelu(eg::tensor({-2, 2}), 0.5, 0.5, true), Array({2}, {-1.0, 2.0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
