#include "autograd/support.hpp"

/// Section F of the specification: how gradients come together in .grad.
namespace autograd_test {

BOOST_FIXTURE_TEST_CASE(F1_passes_accumulate, Balanced) {
  const Tensor w = eg::tensor({1.0}, tracked);
  const Tensor x = eg::tensor({2.0}, tracked);
  for (const double want : {8.0, 16.0, 24.0, 32.0}) {
    ((w + x) * (w * x)).backward();
    BOOST_TEST(equals(w.grad(), {want}));
  }
}

BOOST_FIXTURE_TEST_CASE(F2_first_gradient_is_taken_over, Balanced) {
  const Tensor x = eg::ones({1000}, tracked);
  const double* sent = nullptr;
  const Tensor y = probed(x, [&](ag::BackwardCall& call) {
    call.results[0] = call.grads[0] * 2;
    sent = call.results[0].data_ptr<double>();
  });
  y.backward(eg::ones({1000}));
  BOOST_TEST(x.grad().data_ptr<double>() == sent);
  BOOST_TEST(!x.grad().requires_grad());
}

BOOST_FIXTURE_TEST_CASE(F2_not_taken_over_when_somebody_else_sees_it, Balanced) {
  const Tensor x = eg::ones({4}, tracked);
  Tensor kept;
  const Tensor y = probed(x, [&](ag::BackwardCall& call) {
    kept = call.grads[0] * 2;
    call.results[0] = kept;
  });
  y.backward(eg::ones({4}));
  BOOST_TEST(x.grad().data_ptr<double>() != kept.data_ptr<double>());
  kept.zero_();
  BOOST_TEST(equals(x.grad(), {2.0, 2.0, 2.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(F2_layout_follows_the_leaf, Balanced) {
  const auto gradient_of = [](const Tensor& leaf) {
    leaf.requires_grad_();
    (leaf * 2).sum().backward();
    BOOST_TEST(equals(leaf.grad(), eg::full(leaf.sizes(), 2.0)));
    return leaf.grad().strides().vec();
  };
  using Strides = std::vector<std::int64_t>;
  BOOST_TEST((gradient_of(eg::ones({2, 3})) == Strides{3, 1}));
  BOOST_TEST((gradient_of(eg::ones({2, 3}).t()) == Strides{1, 3}));
  BOOST_TEST((gradient_of(eg::ones({2, 3, 4}).permute({2, 0, 1})) == Strides{1, 12, 4}));
  // With gaps or repetition the gradient is row-major.
  BOOST_TEST((gradient_of(eg::ones({2, 6}).slice(1, 0, 6, 2)) == Strides{3, 1}));
  BOOST_TEST((gradient_of(eg::ones({1, 3}).expand({2, 3})) == Strides{3, 1}));
}

BOOST_FIXTURE_TEST_CASE(F3_gradient_of_the_caller_is_never_taken_over, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  Tensor g = eg::tensor({3.0, 4.0});
  (x + 0).backward(g);
  BOOST_TEST(x.grad().data_ptr<double>() != g.data_ptr<double>());
  g.zero_();
  BOOST_TEST(equals(x.grad(), {3.0, 4.0}));
  const Tensor y = x + 0;
  x.mutable_grad().reset();
  g.fill_(1.0);
  x.backward(g);
  g.zero_();
  BOOST_TEST(equals(x.grad(), {1.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(F4_later_gradients_are_added_in_place, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  (x * 2).sum().backward();
  const Tensor g = x.grad();
  (x * 3).sum().backward();
  BOOST_TEST(x.grad().is_same(g));
  BOOST_TEST(equals(g, {5.0, 5.0}));
  (x * x).sum().backward({}, eg::nullopt, /*create_graph=*/true);
  BOOST_TEST(!x.grad().is_same(g));
  BOOST_TEST(equals(g, {5.0, 5.0}));
  BOOST_TEST(equals(x.grad(), {7.0, 9.0}));
  BOOST_TEST(x.grad().requires_grad());
}

BOOST_FIXTURE_TEST_CASE(F5_leaves_do_not_share_their_gradients, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  const Tensor y = eg::ones({3}, tracked);
  const Tensor sum = x + y;
  sum.sum().backward();
  BOOST_TEST(x.grad().data_ptr<double>() != y.grad().data_ptr<double>());
  x.mutable_grad().zero_();
  BOOST_TEST(equals(y.grad(), {1.0, 1.0, 1.0}));
  // A gradient that is a view of what another leaf got.
  const Tensor u = eg::ones({2, 3}, tracked);
  const Tensor v = eg::ones({6}, tracked);
  (u.view({6}) + v).backward(eg::ones({6}));
  u.mutable_grad().zero_();
  BOOST_TEST(equals(v.grad(), eg::ones({6})));
}

BOOST_FIXTURE_TEST_CASE(F5_retained_gradients_are_their_own, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  const Tensor a = x + 0;
  const Tensor b = a + 0;
  a.retain_grad();
  b.retain_grad();
  b.sum().backward();
  a.mutable_grad().zero_();
  BOOST_TEST(equals(b.grad(), {1.0, 1.0, 1.0}));
  BOOST_TEST(equals(x.grad(), {1.0, 1.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(F6_assigning_grad, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  BOOST_TEST(!x.mutable_grad().defined());
  const Tensor g = eg::tensor({3.0, 4.0});
  x.mutable_grad() = g;
  BOOST_TEST(x.grad().is_same(g));
  (x * 2).sum().backward();
  BOOST_TEST(equals(x.grad(), {5.0, 6.0}));
  x.mutable_grad().reset();
  BOOST_TEST(!x.grad().defined());
  x.mutable_grad() = g;
  x.mutable_grad() = Tensor();
  BOOST_TEST(!x.grad().defined());
  (x * 2).sum().backward();
  BOOST_TEST(equals(x.grad(), {2.0, 2.0}));
  x.mutable_grad().zero_();
  BOOST_TEST(equals(x.mutable_grad(), {0.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(F6_gradients_of_two_leaves_exchanged, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = eg::ones({2}, tracked);
  x.mutable_grad() = eg::tensor({1.0, 2.0});
  y.mutable_grad() = x.mutable_grad();
  BOOST_TEST(equals(y.grad(), {1.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(F7_empty_leaves, Balanced) {
  const Tensor none = eg::ones({0}, tracked);
  const Tensor one = eg::ones({1}, tracked);
  (none + one).sum().backward();
  BOOST_TEST(equals(none.grad(), eg::zeros({0})));
  BOOST_TEST(equals(one.grad(), {0.0}));
  const Tensor rows = eg::ones({0, 3}, tracked);
  const Tensor row = eg::ones({3}, tracked);
  (rows * row).sum().backward();
  BOOST_TEST(equals(rows.grad(), eg::zeros({0, 3})));
  BOOST_TEST(equals(row.grad(), {0.0, 0.0, 0.0}));
  const Tensor x = eg::ones({3, 2}, tracked);
  x.slice(0, 1, 1).sum().backward();
  BOOST_TEST(equals(x.grad(), eg::zeros({3, 2})));
}

BOOST_FIXTURE_TEST_CASE(F_gradient_in_the_dtype_of_the_leaf, Balanced) {
  const Tensor f = eg::tensor({1.0, 2.0}, tracked.dtype(eg::kFloat32));
  const Tensor d = eg::tensor({3.0, 4.0}, tracked);
  (f * d).sum().backward();
  BOOST_TEST(equals(f.grad(), eg::tensor({3.0, 4.0}, eg::kFloat32)));
  BOOST_TEST(equals(d.grad(), eg::tensor({1.0, 2.0})));
}

}  // namespace autograd_test
