#include "autograd/support.hpp"

/// The example that the specification starts from, row by row.
namespace autograd_test {
namespace {

struct Example : Balanced {
  Tensor w = eg::tensor({1.0}, eg::requires_grad());
  Tensor x = eg::tensor({2.0}, eg::requires_grad());
  Tensor a = w + x;
  Tensor b = w + 1;
  Tensor y = a * b;
};

}  // namespace

// The members of Example die before Balanced counts, since that is its base.

BOOST_FIXTURE_TEST_CASE(example_gradients, Example) {
  y.backward();
  BOOST_TEST(equals(w.grad(), {5.0}));
  BOOST_TEST(equals(x.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(example_leaves, Example) {
  BOOST_TEST(w.is_leaf());
  BOOST_TEST(x.is_leaf());
  BOOST_TEST(!a.is_leaf());
  BOOST_TEST(!b.is_leaf());
  BOOST_TEST(!y.is_leaf());
}

BOOST_FIXTURE_TEST_CASE(example_gradient_of_an_intermediate, Example) {
  const Warnings quiet;
  y.backward();
  BOOST_TEST(!a.grad().defined());

  const Tensor a2 = w + x;
  a2.retain_grad();
  (a2 * (w + 1)).backward();
  BOOST_TEST(equals(a2.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(example_grad_fn, Example) {
  BOOST_TEST(w.grad_fn() == nullptr);
  BOOST_TEST(x.grad_fn() == nullptr);
  BOOST_TEST(text(w) == "tensor([1.], requires_grad=True)");
  BOOST_TEST(text(a) == "tensor([3.], grad_fn=<AddBackward0>)");
  BOOST_TEST(text(b) == "tensor([2.], grad_fn=<AddBackward0>)");
  BOOST_TEST(text(y) == "tensor([6.], grad_fn=<MulBackward0>)");
}

BOOST_FIXTURE_TEST_CASE(example_second_backward, Example) {
  y.backward();
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError,
                        Says{"Trying to backward through the graph a second time"});
  BOOST_TEST(equals(w.grad(), {5.0}));
  BOOST_TEST(equals(x.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(example_retain_graph, Example) {
  y.backward({}, /*retain_graph=*/true);
  BOOST_TEST(equals(w.grad(), {5.0}));
  y.backward();
  BOOST_TEST(equals(w.grad(), {10.0}));
  BOOST_TEST(equals(x.grad(), {4.0}));
}

BOOST_FIXTURE_TEST_CASE(example_weights_1_2, Example) {
  const Tensor loss = eg::cat({a * b, a + b});
  loss.backward(eg::tensor({1.0, 2.0}));
  BOOST_TEST(equals(w.grad(), {9.0}));
}

BOOST_FIXTURE_TEST_CASE(example_weights_1_3, Example) {
  const Tensor loss = eg::cat({a * b, a + b});
  loss.backward(eg::tensor({1.0, 3.0}));
  BOOST_TEST(equals(w.grad(), {11.0}));
}

BOOST_FIXTURE_TEST_CASE(example_second_derivative, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor y = eg::pow(x, 2);
  const Tensor g1 = ag::grad({y}, {x}, {}, eg::nullopt, /*create_graph=*/true)[0];
  BOOST_TEST(equals(g1, {6.0}));
  BOOST_TEST(g1.grad_fn() != nullptr);
  const Tensor g2 = ag::grad({g1}, {x})[0];
  BOOST_TEST(equals(g2, {2.0}));
}

BOOST_FIXTURE_TEST_CASE(example_accumulation_without_zeroing, Balanced) {
  const Tensor w = eg::tensor({1.0}, tracked);
  const Tensor x = eg::tensor({2.0}, tracked);
  for (const double want : {8.0, 16.0, 24.0, 32.0}) {
    const Tensor a = w + x;
    const Tensor b = w * x;
    const Tensor y = a * b;
    y.backward();
    BOOST_TEST(equals(w.grad(), {want}));
  }
}

BOOST_FIXTURE_TEST_CASE(example_accumulation_with_zeroing, Balanced) {
  const Tensor w = eg::tensor({1.0}, tracked);
  const Tensor x = eg::tensor({2.0}, tracked);
  for (int pass = 0; pass < 4; ++pass) {
    const Tensor a = w + x;
    const Tensor b = w * x;
    const Tensor y = a * b;
    y.backward();
    BOOST_TEST(equals(w.grad(), {8.0}));
    w.mutable_grad().zero_();
    BOOST_TEST(equals(w.grad(), {0.0}));
  }
}

BOOST_FIXTURE_TEST_CASE(example_write_to_a_leaf, Balanced) {
  Tensor w = eg::tensor({1.0}, tracked);
  const Snapshot before(w);
  BOOST_CHECK_EXCEPTION(
      w.add_(1), eg::GraphError,
      Says{"a leaf Variable that requires grad is being used in an in-place operation"});
  BOOST_TEST(before.unchanged());
}

BOOST_FIXTURE_TEST_CASE(example_nothing_tracked, Balanced) {
  const Tensor w = eg::tensor({1.0});
  const Tensor y = (w + 2) * w;
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError,
                        Says{"does not require grad and does not have a grad_fn"});
}

BOOST_FIXTURE_TEST_CASE(example_in_place_on_plain_tensors, Balanced) {
  Tensor t = eg::tensor({1.0, 2.0});
  t.add_(3.0);
  BOOST_TEST(text(t) == "tensor([4., 5.])");
  Tensor u = eg::tensor({-1.0, -2.0});
  u.abs_();
  BOOST_TEST(text(u) == "tensor([1., 2.])");
}

}  // namespace autograd_test
