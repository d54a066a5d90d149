#include "autograd/support.hpp"

/// Section B of the specification: leaves and requires_grad.
namespace autograd_test {

BOOST_FIXTURE_TEST_CASE(B1_requires_grad_returns_the_tensor, Balanced) {
  const Tensor x = eg::ones({2});
  BOOST_TEST(x.requires_grad_().is_same(x));
  BOOST_TEST(x.requires_grad_().requires_grad());
  BOOST_TEST(!x.requires_grad_(false).requires_grad());
  BOOST_TEST(!x.requires_grad_(false).requires_grad());
  BOOST_TEST(x.set_requires_grad(true).is_same(x));
  BOOST_TEST(x.requires_grad());
  const Tensor y = x * 2;
  const auto node = y.grad_fn();
  BOOST_TEST(y.requires_grad_().grad_fn() == node);
  BOOST_CHECK_THROW(y.set_requires_grad(false), eg::GraphError);
}

BOOST_FIXTURE_TEST_CASE(B1_stops_recording_on_a_leaf, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = x * 2;
  x.requires_grad_(false);
  BOOST_TEST(!(x * 2).requires_grad());
  BOOST_TEST(y.requires_grad());
}

BOOST_FIXTURE_TEST_CASE(B2_both_float_types_may_require_grad, Balanced) {
  for (const auto dtype : {eg::kFloat32, eg::kFloat64}) {
    BOOST_TEST(eg::ones({2}, dtype).requires_grad_().requires_grad());
    BOOST_TEST(eg::ones({2}, tracked.dtype(dtype)).requires_grad());
  }
}

BOOST_FIXTURE_TEST_CASE(B3_refused_when_written_not_in_backward, Balanced) {
  Tensor x = eg::ones({2, 2}, tracked);
  const Tensor y = (x * x).sum();
  BOOST_CHECK_THROW(x.mul_(2), eg::GraphError);
  BOOST_CHECK_THROW(x[0].mul_(2), eg::GraphError);
  BOOST_CHECK_THROW(x.t()[1].zero_(), eg::GraphError);
  y.backward();
  BOOST_TEST(equals(x.grad(), eg::full({2, 2}, 2.0)));
}

BOOST_FIXTURE_TEST_CASE(B3_view_that_is_a_leaf_itself, Balanced) {
  const Tensor base = eg::zeros({2, 2});
  Tensor v = base[0].requires_grad_();
  BOOST_TEST(v.is_leaf());
  BOOST_TEST(!base.requires_grad());
  BOOST_CHECK_EXCEPTION(v.add_(1), eg::GraphError, Says{"leaf Variable that requires grad"});
  (v * 3).sum().backward();
  BOOST_TEST(equals(v.grad(), {3.0, 3.0}));
}

BOOST_FIXTURE_TEST_CASE(B4_plain_destination_of_a_tracked_operand, Balanced) {
  Tensor a = eg::zeros({2});
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  BOOST_TEST(a.is_leaf());
  a.add_(x * 3);
  BOOST_TEST(!a.is_leaf());
  BOOST_TEST(a.requires_grad());
  BOOST_TEST(name_of(a) == "AddBackward0");
  (a * a).sum().backward();
  BOOST_TEST(equals(x.grad(), {2 * 3.0 * 3, 2 * 6.0 * 3}));
}

BOOST_FIXTURE_TEST_CASE(B5_written_before_it_is_tracked, Balanced) {
  Tensor x = eg::ones({2, 2});
  x.mul_(2);
  Tensor row = x[1];
  row.add_(3);
  x.requires_grad_();
  BOOST_TEST(x.is_leaf());
  (x * x).sum().backward();
  BOOST_TEST(equals(x.grad(), {{4.0, 4.0}, {10.0, 10.0}}));
}

BOOST_FIXTURE_TEST_CASE(B6_leaf_written_under_no_grad, Balanced) {
  Tensor x = eg::ones({2}, tracked);
  {
    const eg::NoGradGuard off;
    x.add_(1);
    x[0].mul_(5);
  }
  BOOST_TEST(x.is_leaf());
  BOOST_TEST(x.requires_grad());
  BOOST_TEST(x._version() == 2);
  BOOST_TEST(equals(x, {10.0, 2.0}));
  (x * x).sum().backward();
  BOOST_TEST(equals(x.grad(), {20.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(B7_writes_through_data_go_unnoticed, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = x * x;
  Tensor alias = x.data();
  BOOST_TEST(!alias.requires_grad());
  BOOST_TEST(alias.data_ptr<double>() == x.data_ptr<double>());
  alias.mul_(3);
  BOOST_TEST(x._version() == 0);
  y.sum().backward();
  BOOST_TEST(equals(x.grad(), {6.0, 6.0}));  // at the written value
}

BOOST_FIXTURE_TEST_CASE(B7_data_outlives_the_tensor, Balanced) {
  Tensor alias;
  {
    const Tensor x = eg::ones({200}, tracked);
    alias = x.data();
  }
  alias.add_(1);
  BOOST_TEST(equals(alias, eg::full({200}, 2.0)));
}

BOOST_FIXTURE_TEST_CASE(B7_writes_through_detach_are_noticed, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = x * x;
  Tensor d = x.detach();
  BOOST_TEST(!d.requires_grad());
  d.mul_(3);
  BOOST_TEST(equals(x, {3.0, 3.0}));
  BOOST_TEST(x._version() == 1);
  BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(B9_out_variants, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor c = eg::tensor({3.0, 4.0});
  Tensor out = eg::zeros({2});
  const Says phrase{"don't support automatic differentiation"};
  BOOST_CHECK_EXCEPTION(eg::mul_out(out, x, c), eg::GraphError, phrase);
  BOOST_CHECK_EXCEPTION(eg::add_out(out, c, x), eg::GraphError, phrase);
  BOOST_TEST(equals(out, {0.0, 0.0}));
  Tensor tracked_out = eg::zeros({2}, tracked);
  BOOST_CHECK_EXCEPTION(eg::mul_out(tracked_out, c, c), eg::GraphError, phrase);
  BOOST_TEST(equals(tracked_out, {0.0, 0.0}));

  BOOST_TEST(eg::mul_out(out, c, c).is_same(out));
  BOOST_TEST(equals(out, {9.0, 16.0}));
  const eg::NoGradGuard off;
  eg::add_out(out, x, c, 2);
  BOOST_TEST(equals(out, {7.0, 10.0}));
  BOOST_TEST(!out.requires_grad());
}

BOOST_FIXTURE_TEST_CASE(B1_leaf_that_is_no_longer_tracked, Balanced) {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  int calls = 0;
  x.register_hook([&](const Tensor&) { ++calls; });
  x.register_post_accumulate_grad_hook([&](const Tensor&) { ++calls; });
  const Tensor y = (x * x).sum();
  x.requires_grad_(false);
  y.backward({}, true);
  BOOST_TEST(!x.grad().defined());
  BOOST_TEST(calls == 2);
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {x}), eg::GraphError, Says{"does not require grad"});
  x.requires_grad_();
  y.backward();
  BOOST_TEST(equals(x.grad(), {2.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(B2_options_of_conversions, Balanced) {
  for (const eg::ScalarType t : {eg::kBool, eg::kInt64, eg::kFloat32, eg::kFloat64}) {
    const Tensor x = eg::ones({2}, t);
    BOOST_TEST(x.to(eg::TensorOptions()).is_same(x));
    BOOST_TEST(x.to(eg::requires_grad(false)).is_same(x));
    BOOST_CHECK_EXCEPTION(x.to(eg::requires_grad()), eg::ValueError, Says{"requires_grad"});
    BOOST_TEST((x.to(eg::TensorOptions(eg::kFloat32)).dtype() == eg::kFloat32));
  }
}

BOOST_FIXTURE_TEST_CASE(B10_reading_a_number_is_allowed, Balanced) {
  const Tensor x = eg::tensor(2.5, tracked);
  BOOST_TEST(x.item<double>() == 2.5);
  BOOST_TEST((x * 2).item<double>() == 5.0);
}

}  // namespace autograd_test
