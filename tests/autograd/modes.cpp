#include <thread>

#include "autograd/support.hpp"

/// Sections H and I of the specification: retained gradients, grad modes, inference mode, detach.
namespace autograd_test {

BOOST_FIXTURE_TEST_CASE(H1_retain_grad, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor a = x * 2;
  BOOST_TEST(!a.retains_grad());
  a.retain_grad();
  a.retain_grad();
  BOOST_TEST(a.retains_grad());
  const Tensor y = (a * a).sum();
  y.backward({}, true);
  BOOST_TEST(equals(a.grad(), {4.0, 8.0}));
  y.backward({}, true);
  BOOST_TEST(equals(a.grad(), {8.0, 16.0}));
  BOOST_TEST(equals(x.grad(), {16.0, 32.0}));
  x.retain_grad();
  BOOST_TEST(!x.retains_grad());
}

BOOST_FIXTURE_TEST_CASE(H1_retain_grad_after_the_graph_was_built, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor a = x * 2;
  const Tensor y = (a * 3).sum();
  a.retain_grad();
  y.retain_grad();
  y.backward();
  BOOST_TEST(equals(a.grad(), {3.0, 3.0}));
  BOOST_TEST(equals(y.grad(), 1.0));
}

BOOST_FIXTURE_TEST_CASE(H1_retain_grad_of_one_of_several_outputs, Balanced) {
  const Tensor x = eg::ones({2, 2}, tracked);
  const auto rows = x.unbind();
  rows[1].retain_grad();
  (rows[0] * 5 + rows[1] * 7).sum().backward();
  BOOST_TEST(equals(rows[1].grad(), {7.0, 7.0}));
  BOOST_TEST(!rows[0].retains_grad());
}

BOOST_FIXTURE_TEST_CASE(H1_retained_on_the_path_of_grad, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor a = x * 2;
  a.retain_grad();
  ag::grad({(a * 3).sum()}, {x});
  BOOST_TEST(equals(a.grad(), {3.0, 3.0}));
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(H2_survives_a_write, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  Tensor a = x * 2;
  a.retain_grad();
  a.mul_(3);
  BOOST_TEST(a.retains_grad());
  (a * 5).sum().backward();
  BOOST_TEST(equals(a.grad(), {5.0, 5.0}));
  BOOST_TEST(equals(x.grad(), {30.0, 30.0}));
}

BOOST_FIXTURE_TEST_CASE(H2_survives_a_write_through_a_view, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor base = x.clone();
  base.retain_grad();
  base[0].mul_(3);
  (base * 2).sum().backward();
  BOOST_TEST(equals(base.grad(), {2.0, 2.0}));
  BOOST_TEST(equals(x.grad(), {6.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(H2_survives_in_views_of_what_is_written, Balanced) {
  const Tensor x = eg::ones({1}, tracked);
  const Tensor base = x.clone();
  Tensor v = base.slice();
  const Tensor w = base.slice();
  v.retain_grad();
  w.retain_grad();
  v.mul_(2);
  (v + w).sum().backward();
  BOOST_TEST(equals(v.grad(), {1.0}));
  BOOST_TEST(equals(w.grad(), {1.0}));
  BOOST_TEST(equals(x.grad(), {4.0}));

  Tensor base2 = x.clone();
  const Tensor u = base2.slice();
  u.retain_grad();
  base2.mul_(5);
  (u * 3).sum().backward();
  BOOST_TEST(equals(u.grad(), {3.0}));
}

BOOST_FIXTURE_TEST_CASE(H3_graph_does_not_keep_the_tensor, Balanced) {
  const Tensor x = eg::ones({1000}, tracked);
  Tensor a = x + 1;
  a.retain_grad();
  const Tensor y = (a + 2).sum();
  y.backward({}, true);
  BOOST_TEST(a.grad().defined());
  const std::int64_t before = eg::Storage::live_count();
  a.reset();
  // Its gradient went with it; the data goes when the node that may give it a gradient does.
  BOOST_TEST(eg::Storage::live_count() < before);
  y.backward();
  BOOST_TEST(equals(x.grad(), eg::full({1000}, 2.0)));
}

BOOST_FIXTURE_TEST_CASE(H4_grad_of_a_result_warns, Balanced) {
  const Warnings warnings;
  const Tensor x = eg::ones({2}, tracked);
  const Tensor a = x * 2;
  a.sum().backward();
  BOOST_TEST(!x.detach().grad().defined());
  BOOST_TEST(x.grad().defined());
  BOOST_TEST(Warnings::seen().empty());
  BOOST_TEST(!a.grad().defined());
  BOOST_TEST_REQUIRE(Warnings::seen().size() == 1);
  BOOST_TEST(Warnings::seen()[0].find("retain_grad") != std::string::npos);
  const Tensor b = x * 2;
  b.retain_grad();
  BOOST_TEST(!b.grad().defined());
  BOOST_TEST(Warnings::seen().size() == 1);
}

BOOST_FIXTURE_TEST_CASE(H4_handler_is_given_back, Balanced) {
  const auto mine = [](std::string_view) {};
  const eg::WarningHandler before = eg::set_warning_handler(+mine);
  BOOST_TEST((eg::set_warning_handler(before) == +mine));
  eg::set_warning_handler(nullptr);
  const eg::WarningHandler standard = eg::set_warning_handler(before);
  BOOST_TEST((standard == before));
}

BOOST_FIXTURE_TEST_CASE(I1_guards_nest, Balanced) {
  BOOST_TEST(eg::GradMode::is_enabled());
  {
    const eg::NoGradGuard off;
    BOOST_TEST(!eg::GradMode::is_enabled());
    {
      const eg::AutoGradMode on(true);
      BOOST_TEST(eg::GradMode::is_enabled());
      const eg::NoGradGuard inner;
      BOOST_TEST(!eg::GradMode::is_enabled());
    }
    BOOST_TEST(!eg::GradMode::is_enabled());
  }
  BOOST_TEST(eg::GradMode::is_enabled());
  eg::GradMode::set_enabled(false);
  BOOST_TEST(!(eg::ones({1}, tracked) * 2).requires_grad());
  eg::GradMode::set_enabled(true);
}

BOOST_FIXTURE_TEST_CASE(I1_guards_are_restored_by_exceptions, Balanced) {
  try {
    const eg::NoGradGuard off;
    const eg::InferenceMode inference;
    throw std::runtime_error("of the test");
  } catch (const std::runtime_error&) {
    BOOST_TEST(eg::GradMode::is_enabled());
    BOOST_TEST(!eg::InferenceMode::is_enabled());
  }
}

BOOST_FIXTURE_TEST_CASE(I2_results_under_no_grad_are_leaves, Balanced) {
  const Tensor x = eg::ones({2, 2}, tracked);
  const eg::NoGradGuard off;
  for (const Tensor& y : {x * 2, x + x, x.exp(), x.sum(), x[0], x.t(), x.view({4}), x.matmul(x),
                          eg::cat({x, x}), x.clone(), x.unbind()[1], x.detach()}) {
    BOOST_TEST(y.requires_grad() == y.is_view());
    BOOST_TEST(y.is_leaf());
    BOOST_TEST(y.grad_fn() == nullptr);
  }
  BOOST_TEST(eg::ones({2}, tracked).requires_grad());
}

BOOST_FIXTURE_TEST_CASE(I3_views_under_no_grad, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = x * 1;
  Tensor v;
  {
    const eg::NoGradGuard off;
    v = y.slice(0, 0, 1);
    BOOST_TEST(v.is_view());
  }
  // Tracked through its base, but without a history that would lead there.
  BOOST_TEST(v.requires_grad());
  BOOST_TEST(v.is_leaf());
  BOOST_TEST(v.grad_fn() == nullptr);
  const Tensor z = v * 2;
  BOOST_TEST(name_of(z) == "MulBackward0");
  BOOST_TEST(!z.grad_fn()->next_edge(0).is_valid());
  z.sum().backward();
  BOOST_TEST(!x.grad().defined());
  BOOST_CHECK_THROW(v.backward(eg::ones({1})), eg::GraphError);
  const unsigned handle = v.register_hook([](const Tensor& g) { return g; });
  v.remove_hook(handle);
  v.retain_grad();
  BOOST_TEST(!v.retains_grad());
  v.requires_grad_(false);
  BOOST_TEST(v.requires_grad());
  const Tensor of_view = v.view({1, 1});
  BOOST_TEST(name_of(of_view) == "ViewBackward0");
  BOOST_TEST(!of_view.grad_fn()->next_edge(0).is_valid());
  BOOST_CHECK_EXCEPTION(v.mul_(2), eg::GraphError, Says{"created in no_grad mode"});
  // A view of such a view is one as well, wherever it is taken.
  BOOST_CHECK_EXCEPTION(v.slice().mul_(2), eg::GraphError, Says{"created in no_grad mode"});
}

BOOST_FIXTURE_TEST_CASE(I3_views_under_no_grad_of_what_is_written, Balanced) {
  const Says lost{"created in no_grad mode and its base or another view of its base"};
  for (const bool recorded : {false, true}) {
    const Tensor x = eg::ones({2}, tracked);
    Tensor y = x * 1;
    Tensor v;
    {
      const eg::NoGradGuard off;
      v = y.slice(0, 0, 1);
      if (!recorded) v.mul_(3);
    }
    if (recorded) y.mul_(3);
    BOOST_TEST(v.requires_grad());
    BOOST_TEST(text(v) == "tensor([3.], grad_fn=<Invalid>)");
    BOOST_CHECK_EXCEPTION(v * 2, eg::GraphError, lost);
    BOOST_CHECK_EXCEPTION(v.grad_fn(), eg::GraphError, lost);
    const eg::NoGradGuard off;
    BOOST_TEST(equals(v * 2, {6.0}));
  }
  // A write of such a view to its base is recorded as of a constant.
  const Tensor x = eg::ones({2}, tracked);
  Tensor y = x * 1;
  Tensor v;
  {
    const eg::NoGradGuard off;
    v = y.view({2});
  }
  y.add_(v);
  y.sum().backward();
  BOOST_TEST(equals(x.grad(), {1.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(I5_views_in_inference_mode, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = x * 2;
  Tensor v, w;
  {
    const eg::InferenceMode on;
    v = y.view({2});
    w = y.view({2});
    BOOST_TEST(!v.is_inference());
    BOOST_TEST(v.requires_grad());
    BOOST_TEST(v._version() == 0);
  }
  BOOST_TEST((v * 2).requires_grad());
  BOOST_CHECK_THROW(v.mul_(2), eg::GraphError);
  {
    const eg::InferenceMode on;
    w.mul_(2);
  }
  BOOST_TEST(y._version() == 1);
  BOOST_CHECK_THROW(v * 2, eg::GraphError);
}

BOOST_FIXTURE_TEST_CASE(I5_inference_tensors_as_sources, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  Tensor a;
  {
    const eg::InferenceMode on;
    a = eg::ones({2});
    Tensor leaf = eg::ones({2});
    leaf.requires_grad_();
    BOOST_TEST(leaf.requires_grad());
    BOOST_TEST(!(leaf * 2).requires_grad());
  }
  Tensor y = x.clone();
  y.copy_(a);
  BOOST_TEST(name_of(y) == "CopyBackwards");
  BOOST_CHECK_THROW(a.copy_(x), eg::GraphError);
  const eg::NoGradGuard off;
  BOOST_CHECK_THROW(a.mul_(2), eg::GraphError);
  BOOST_TEST(a.detach().is_inference());
}

BOOST_FIXTURE_TEST_CASE(I3_views_under_no_grad_of_plain_tensors, Balanced) {
  const Tensor plain = eg::ones({2});
  Tensor v;
  {
    const eg::NoGradGuard off;
    v = plain.slice(0, 0, 1);
  }
  v.mul_(3);
  BOOST_TEST(equals(plain, {3.0, 1.0}));
  const Tensor w = eg::tensor({2.0}, tracked);
  BOOST_CHECK_EXCEPTION(v.mul_(w), eg::GraphError, Says{"created in no_grad mode"});
}

BOOST_FIXTURE_TEST_CASE(I4_write_under_no_grad_is_noticed, Balanced) {
  Tensor x = eg::ones({2}, tracked);
  const Tensor y = (x * x).sum();
  {
    const eg::NoGradGuard off;
    x.mul_(2);
  }
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(I5_inference_tensors, Balanced) {
  Tensor s;
  Tensor inside;
  const Tensor x = eg::ones({2}, tracked);
  {
    const eg::InferenceMode on;
    BOOST_TEST(eg::InferenceMode::is_enabled());
    BOOST_TEST(!eg::GradMode::is_enabled());
    s = eg::ones({2});
    inside = x * 2;
    BOOST_TEST(inside.is_inference());
    BOOST_TEST(!inside.requires_grad());
    s.add_(1);
    const Tensor leaf = eg::ones({2}, tracked);
    BOOST_TEST(leaf.requires_grad());
    BOOST_TEST(!(leaf * 2).requires_grad());
    {
      const eg::InferenceMode off(false);
      BOOST_TEST(!eg::InferenceMode::is_enabled());
      BOOST_TEST((x * 2).requires_grad());
      BOOST_TEST(!eg::ones({1}).is_inference());
    }
    BOOST_TEST(eg::InferenceMode::is_enabled());
  }
  BOOST_TEST(s.is_inference());
  BOOST_TEST(!x.is_inference());
  BOOST_TEST(s.is_leaf());
  BOOST_CHECK_EXCEPTION(s.add_(1), eg::GraphError, Says{"inference mode"});
  BOOST_CHECK_EXCEPTION(s.zero_(), eg::GraphError, Says{"inference mode"});
  BOOST_CHECK_EXCEPTION(s.requires_grad_(), eg::GraphError, Says{"inference mode"});
  BOOST_TEST(equals(s, {2.0, 2.0}));
  // Read, it is as good as any; only what backward would need is refused.
  BOOST_TEST((s + x).requires_grad());
  BOOST_TEST(!(s * 2).is_inference());
  BOOST_TEST(!s.clone().is_inference());
  BOOST_TEST(s.slice(0, 0, 1).is_inference());
  BOOST_CHECK_EXCEPTION(s * x, eg::GraphError, Says{"saved for backward"});
  BOOST_CHECK_THROW(s._version(), eg::GraphError);
  Tensor usable = s.clone();
  usable.add_(1);
  (usable * x).sum().backward();
  BOOST_TEST(equals(x.grad(), {3.0, 3.0}));
}

BOOST_FIXTURE_TEST_CASE(I5_temporaries_of_either_kind, Balanced) {
  const auto make = [] {
    const eg::InferenceMode on;
    return eg::ones({2});
  };
  BOOST_TEST(!(make() * 2).is_inference());
  Tensor y = make() + 1;
  y.add_(1);
  BOOST_TEST(equals(y, {3.0, 3.0}));
  const eg::InferenceMode on;
  BOOST_TEST((eg::ones({2}) * 2).is_inference());
}

BOOST_FIXTURE_TEST_CASE(I5_normal_tensors_inside, Balanced) {
  Tensor n = eg::ones({2});
  const Tensor x = eg::ones({2}, tracked);
  const Tensor product = (n * x).sum();
  Tensor v;
  {
    const eg::InferenceMode on;
    v = n.slice(0, 0, 1);
    n.add_(1);
    v.add_(1);
    BOOST_TEST(!v.is_inference());
    BOOST_TEST((n * 2).is_inference());
  }
  BOOST_TEST(n._version() == 2);
  v.add_(1);
  BOOST_TEST(equals(n, {4.0, 2.0}));
  BOOST_CHECK_EXCEPTION(product.backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(I6_new_threads_start_with_grad_mode_on, Balanced) {
  const eg::NoGradGuard off;
  const eg::InferenceMode inference;
  bool grad = false;
  bool inferring = true;
  std::thread([&] {
    grad = eg::GradMode::is_enabled();
    inferring = eg::InferenceMode::is_enabled();
    eg::GradMode::set_enabled(true);
  }).join();
  BOOST_TEST(grad);
  BOOST_TEST(!inferring);
  BOOST_TEST(!eg::GradMode::is_enabled());
}

BOOST_FIXTURE_TEST_CASE(I7_detach, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = x * 2;
  const Tensor d = y.detach();
  BOOST_TEST(d.is_leaf());
  BOOST_TEST(!d.requires_grad());
  BOOST_TEST(d.data_ptr<double>() == y.data_ptr<double>());
  (y * d).sum().backward();
  BOOST_TEST(equals(x.grad(), {4.0, 4.0}));
  const Tensor again = y.detach().requires_grad_();
  (again * 5).sum().backward();
  BOOST_TEST(equals(again.grad(), {5.0, 5.0}));
  BOOST_TEST(equals(x.grad(), {4.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(I7_detach_in_place, Balanced) {
  Tensor x = eg::ones({2}, tracked);
  Tensor y = x * 2;
  const Tensor v = y[0];
  const Tensor z = y * 3;
  BOOST_TEST(y.detach_().is_same(y));
  BOOST_TEST(!y.requires_grad());
  BOOST_TEST(y.is_leaf());
  // What was computed before stays connected.
  BOOST_TEST(v.requires_grad());
  z.sum().backward();
  BOOST_TEST(equals(x.grad(), {6.0, 6.0}));
  Tensor w = (x * 2).slice(0, 0, 1);
  BOOST_CHECK_EXCEPTION(w.detach_(), eg::GraphError, Says{"views"});
  BOOST_TEST(w.requires_grad());
  BOOST_TEST(!x.detach_().requires_grad());
}

}  // namespace autograd_test
