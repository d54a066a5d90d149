#include "autograd/support.hpp"

/// Section J of the specification: views. What is written in place is in inplace.cpp.
namespace autograd_test {
namespace {

Tensor two_by_two() { return eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked); }

}  // namespace

BOOST_FIXTURE_TEST_CASE(J5_write_to_view_seen_from_base, Balanced) {
  const Tensor root = two_by_two();
  const Tensor x = root.clone();
  Tensor v = x.narrow(0, 0, 1);
  v.mul_(2);
  BOOST_TEST(name_of(x) == "CopySlices");
  BOOST_TEST(name_of(v) == "AsStridedBackward0");
  BOOST_TEST(equals(x, {{2.0, 4.0}, {3.0, 4.0}}));
  x.sum().backward();
  BOOST_TEST(equals(root.grad(), {{2.0, 2.0}, {1.0, 1.0}}));
}

BOOST_FIXTURE_TEST_CASE(J5_write_to_view_seen_from_view, Balanced) {
  const Tensor a = eg::tensor({2.0, 5.0});
  const Tensor b = eg::tensor({3.0}, tracked);
  const Tensor result = a.narrow(0, 1, 1).mul_(b);
  BOOST_TEST(equals(a, {2.0, 15.0}));
  BOOST_TEST(a.requires_grad());
  BOOST_TEST(!a.is_leaf());
  result.sum().backward();
  BOOST_TEST(equals(b.grad(), {5.0}));
  const Warnings quiet;
  BOOST_TEST(!a.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(J5_two_writes_to_disjoint_parts, Balanced) {
  const Tensor root = eg::arange(16.0).reshape({4, 4}).requires_grad_();
  const Tensor b = eg::tensor({{2.0, 3.0}, {5.0, 7.0}}, tracked);
  const Tensor x = root.clone();
  x.narrow(1, 2, 2).narrow(0, 1, 2).mul_(b);
  x.narrow(1, 0, 2).narrow(0, 1, 2).mul_(b);
  x.sum().backward();
  BOOST_TEST(equals(
      root.grad(),
      {{1.0, 1.0, 1.0, 1.0}, {2.0, 3.0, 2.0, 3.0}, {5.0, 7.0, 5.0, 7.0}, {1.0, 1.0, 1.0, 1.0}}));
  BOOST_TEST(equals(b.grad(), {{6.0 + 4.0, 7.0 + 5.0}, {10.0 + 8.0, 11.0 + 9.0}}));
}

BOOST_FIXTURE_TEST_CASE(J5_two_writes_to_one_part, Balanced) {
  const Tensor root = eg::tensor({1.0, 2.0, 3.0}, tracked);
  const Tensor x = root.clone();
  x.narrow(0, 0, 2).mul_(root.narrow(0, 1, 2));  // 2, 6, 3
  x.narrow(0, 1, 2).mul_(3);                     // 2, 18, 9
  x.narrow(0, 0, 2).pow_(2);                     // 4, 324, 9
  (x * eg::tensor({1.0, 1.0, 1.0})).sum().backward();
  // (r0 r1)^2 + (3 r1 r2)^2 + 3 r2
  BOOST_TEST(equals(root.grad(), {2 * 1 * 4.0, 2 * 2 * 1.0 + 18 * 2 * 9.0, 18 * 3 * 4.0 + 3}));
}

BOOST_FIXTURE_TEST_CASE(J5_write_through_every_kind_of_view, Balanced) {
  struct Row {
    const char* kind;
    std::function<Tensor(const Tensor&)> view;
    Tensor written;  // ones where the view reaches
  };
  const Tensor everywhere = eg::ones({2, 3});
  const Row rows[] = {
      {"select", [](const Tensor& t) { return t.select(1, 2); },
       eg::tensor({{0.0, 0.0, 1.0}, {0.0, 0.0, 1.0}})},
      {"operator[]", [](const Tensor& t) { return t[1]; },
       eg::tensor({{0.0, 0.0, 0.0}, {1.0, 1.0, 1.0}})},
      {"slice", [](const Tensor& t) { return t.slice(1, 0, 3, 2); },
       eg::tensor({{1.0, 0.0, 1.0}, {1.0, 0.0, 1.0}})},
      {"narrow", [](const Tensor& t) { return t.narrow(1, 1, 2); },
       eg::tensor({{0.0, 1.0, 1.0}, {0.0, 1.0, 1.0}})},
      {"diagonal", [](const Tensor& t) { return t.diagonal(1); },
       eg::tensor({{0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}})},
      {"as_strided", [](const Tensor& t) { return t.as_strided({2}, {2}, 1); },
       eg::tensor({{0.0, 1.0, 0.0}, {1.0, 0.0, 0.0}})},
      {"view",
       [](const Tensor& t) {
         return t.view({3, 2});
       },
       everywhere},
      {"reshape", [](const Tensor& t) { return t.reshape({-1}); }, everywhere},
      {"flatten", [](const Tensor& t) { return t.flatten(); }, everywhere},
      {"transpose", [](const Tensor& t) { return t.transpose(0, 1); }, everywhere},
      {"permute",
       [](const Tensor& t) {
         return t.permute({1, 0});
       },
       everywhere},
      {"t", [](const Tensor& t) { return t.t(); }, everywhere},
      {"unsqueeze", [](const Tensor& t) { return t.unsqueeze(1); }, everywhere},
      {"squeeze", [](const Tensor& t) { return t.unsqueeze(0).squeeze(0); }, everywhere},
      {"view of a view", [](const Tensor& t) { return t.t().select(0, 1).narrow(0, 1, 1); },
       eg::tensor({{0.0, 0.0, 0.0}, {0.0, 1.0, 0.0}})},
  };
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.kind) {
      const Tensor root = eg::ones({2, 3}, tracked);
      const Tensor weights = eg::arange(1.0, 7.0).reshape({2, 3});
      const Tensor x = root.clone();
      Tensor v = row.view(x);
      v.mul_(10);
      BOOST_TEST(equals(x, eg::ones({2, 3}) + row.written * 9));
      BOOST_TEST(name_of(x) == "CopySlices");
      // Its gradient through the base, and through the view itself.
      ag::backward({(x * weights).sum()}, {}, /*retain_graph=*/true);
      BOOST_TEST(equals(root.grad(), weights * (1 + row.written * 9)));
      const Tensor through_view = ag::grad({v.sum()}, {root})[0];
      BOOST_TEST(equals(through_view, row.written * 10));
    }
}

BOOST_FIXTURE_TEST_CASE(J6_write_to_base_seen_from_view, Balanced) {
  const Tensor r = eg::tensor({3.0}, tracked);
  Tensor x = eg::ones({5});
  const Tensor v = x.select(0, 1);
  BOOST_TEST(!v.requires_grad());
  BOOST_TEST(v.grad_fn() == nullptr);
  x.add_(r);
  BOOST_TEST(v.requires_grad());
  BOOST_TEST(!v.is_leaf());
  BOOST_TEST(name_of(v) == "AsStridedBackward0");
  BOOST_TEST(equals(v, 4.0));
  v.backward();
  BOOST_TEST(equals(r.grad(), {1.0}));
}

BOOST_FIXTURE_TEST_CASE(J6_write_to_view_seen_from_another_view, Balanced) {
  const Tensor r = eg::tensor(3.0, tracked);
  const Tensor x = eg::ones({5});
  Tensor v = x.select(0, 1);
  const Tensor w = x.slice(0, 0, 3);
  const Tensor aside = x.slice(0, 3, 5);
  v.mul_(r);
  for (const Tensor& t : {x, v, w, aside}) {
    BOOST_TEST(t.requires_grad());
    BOOST_TEST(!t.is_leaf());
  }
  ag::backward({w.sum(), aside.sum()});
  BOOST_TEST(equals(r.grad(), 1.0));
}

BOOST_FIXTURE_TEST_CASE(J6_write_to_base_that_is_tracked_already, Balanced) {
  const Tensor root = two_by_two();
  Tensor x = root.clone();
  const Tensor v = x[0];
  const auto older = v.grad_fn();
  BOOST_TEST(name_of(v) == "SelectBackward0");
  x.mul_(eg::tensor({{2.0, 3.0}, {5.0, 7.0}}));
  BOOST_TEST(name_of(v) == "AsStridedBackward0");
  BOOST_TEST(v.grad_fn() != older);
  BOOST_TEST(v.grad_fn() == v.grad_fn());
  (v * v).sum().backward();
  BOOST_TEST(equals(root.grad(), {{2 * 2.0 * 2, 2 * 6.0 * 3}, {0.0, 0.0}}));
}

BOOST_FIXTURE_TEST_CASE(J7_view_of_view, Balanced) {
  const Tensor root = two_by_two();
  const Tensor x = root.clone();
  Tensor v = x.narrow(0, 0, 1).narrow(1, 1, 1);
  BOOST_TEST(v._base().is_same(x));
  v.mul_(2);
  x.sum().backward();
  BOOST_TEST(equals(root.grad(), {{1.0, 2.0}, {1.0, 1.0}}));
}

BOOST_FIXTURE_TEST_CASE(J7_base_that_is_not_contiguous, Balanced) {
  const Tensor root = eg::ones({2, 3, 2}).select(2, 1).t().requires_grad_();
  BOOST_TEST(root.is_leaf());
  const Tensor dense = eg::ones({2, 3}).t().requires_grad_();
  for (const Tensor& leaf : {root, dense}) {
    const Tensor x = leaf.clone();
    BOOST_TEST(x.is_contiguous() == leaf.is_same(root));
    x.narrow(0, 0, 1).narrow(1, 1, 1).mul_(2);
    x.sum().backward();
    BOOST_TEST(equals(leaf.grad(), {{1.0, 2.0}, {1.0, 1.0}, {1.0, 1.0}}));
  }
}

BOOST_FIXTURE_TEST_CASE(J7_base_with_gaps, Balanced) {
  const Tensor wide = eg::arange(12.0).reshape({2, 6}).clone();
  const Tensor root = eg::tensor({2.0}, tracked);
  Tensor x = wide.slice(1, 0, 6, 2);  // a view of wide, which so becomes the base
  x.mul_(root);
  BOOST_TEST(name_of(wide) == "CopySlices");
  x[1].mul_(eg::tensor({1.0, 10.0, 100.0}));
  wide.sum().backward();
  BOOST_TEST(equals(root.grad(), {0.0 + 2 + 4 + 6 + 80 + 1000}));
}

BOOST_FIXTURE_TEST_CASE(J7_write_under_no_grad_then_history_of_a_view, Balanced) {
  const Tensor a = eg::ones({1, 1}, tracked);
  Tensor b = a * 2;
  const Tensor c = b.view({1, 1});
  {
    const eg::NoGradGuard off;
    b.zero_();
  }
  BOOST_TEST(name_of(c) == "AsStridedBackward0");
  c.sum().backward();
  BOOST_TEST(equals(a.grad(), {{2.0}}));
}

BOOST_FIXTURE_TEST_CASE(J7_view_outlives_its_base, Balanced) {
  const Tensor root = two_by_two();
  Tensor v;
  {
    const Tensor x = root.clone();
    v = x.t()[1];
  }
  v.mul_(3);
  BOOST_TEST(equals(v, {6.0, 12.0}));
  v.sum().backward();
  BOOST_TEST(equals(root.grad(), {{0.0, 3.0}, {0.0, 3.0}}));
}

BOOST_FIXTURE_TEST_CASE(J8_several_views_may_be_read, Balanced) {
  const Tensor x = two_by_two();
  const std::vector<Tensor> rows = x.unbind();
  BOOST_TEST(name_of(rows[0]) == "UnbindBackward0");
  BOOST_TEST(rows[1].output_nr() == 1);
  BOOST_TEST(rows[0].is_view());
  BOOST_TEST(rows[0].grad_fn() == rows[1].grad_fn());
  (rows[0] * rows[1]).sum().backward();
  BOOST_TEST(equals(x.grad(), {{3.0, 4.0}, {1.0, 2.0}}));
}

BOOST_FIXTURE_TEST_CASE(J8_several_views_may_be_written_where_nothing_is_recorded, Balanced) {
  const Tensor plain = eg::ones({2, 2});
  plain.unbind()[0].mul_(2);
  BOOST_TEST(equals(plain, {{2.0, 2.0}, {1.0, 1.0}}));

  const Tensor y = two_by_two() * 1;
  {
    const eg::NoGradGuard off;
    y.unbind()[0].mul_(2);
    y.split(1)[1].zero_();
  }
  BOOST_TEST(equals(y, {{2.0, 4.0}, {0.0, 0.0}}));
  BOOST_TEST(name_of(y) == "MulBackward0");
}

BOOST_FIXTURE_TEST_CASE(J8_several_views_refuse_a_tracked_operand, Balanced) {
  const Tensor plain = eg::ones({2, 2});
  const Tensor w = eg::tensor({2.0}, tracked);
  Tensor row = plain.unbind()[0];
  BOOST_CHECK_EXCEPTION(row.mul_(w), eg::GraphError, Says{"returns multiple views"});
  BOOST_TEST(!plain.requires_grad());
  BOOST_TEST(equals(plain, eg::ones({2, 2})));
}

BOOST_FIXTURE_TEST_CASE(J10_expanded_of_one_element_may_be_written, Balanced) {
  Tensor y = eg::ones({1}).expand({1, 1});
  y.add_(1);
  BOOST_TEST(equals(y, {{2.0}}));
}

BOOST_FIXTURE_TEST_CASE(J15_expanded_gradients, Balanced) {
  struct Row {
    const char* op;
    std::function<Tensor(const Tensor&)> f;
    Tensor want;
  };
  const Tensor m = eg::tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  const Row rows[] = {
      {"select", [](const Tensor& x) { return x.select(0, 1); },
       eg::tensor({{0.0, 0.0, 0.0}, {1.0, 1.0, 1.0}})},
      {"slice", [](const Tensor& x) { return x.slice(1, 0, 3, 2); },
       eg::tensor({{1.0, 0.0, 1.0}, {1.0, 0.0, 1.0}})},
      {"narrow", [](const Tensor& x) { return x.narrow(1, 1, 2); },
       eg::tensor({{0.0, 1.0, 1.0}, {0.0, 1.0, 1.0}})},
      {"diagonal", [](const Tensor& x) { return x.diagonal(); },
       eg::tensor({{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}})},
      {"as_strided",
       [](const Tensor& x) {
         return x.as_strided({2, 2}, {1, 1});
       },
       eg::tensor({{1.0, 2.0, 1.0}, {0.0, 0.0, 0.0}})},
      {"unbind", [](const Tensor& x) { return x.unbind(1)[2]; },
       eg::tensor({{0.0, 0.0, 1.0}, {0.0, 0.0, 1.0}})},
      {"split", [](const Tensor& x) { return x.split(2, 1)[0]; },
       eg::tensor({{1.0, 1.0, 0.0}, {1.0, 1.0, 0.0}})},
      {"transpose", [](const Tensor& x) { return x.t(); }, eg::ones({2, 3})},
      {"view", [](const Tensor& x) { return x.view({6}); }, eg::ones({2, 3})},
      {"reshape of a transpose",
       [](const Tensor& x) {
         return x.t().reshape({2, 3});
       },
       eg::ones({2, 3})},
      {"cat",
       [](const Tensor& x) {
         return eg::cat({x, x});
       },
       eg::full({2, 3}, 2.0)},
      {"stack",
       [](const Tensor& x) {
         return eg::stack({x, x}, 1);
       },
       eg::full({2, 3}, 2.0)},
      {"mul", [](const Tensor& x) { return x * 3; }, eg::full({2, 3}, 3.0)},
      {"sum over rows", [](const Tensor& x) { return x.sum(0); }, eg::ones({2, 3})},
      {"to", [](const Tensor& x) { return x.to(eg::kFloat32); }, eg::ones({2, 3})},
      {"clone of a transpose", [](const Tensor& x) { return x.t().clone(); }, eg::ones({2, 3})},
  };
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.op) {
      const Tensor x = m.clone().requires_grad_();
      const Tensor y = row.f(x);
      // sum() hands down one element repeated; expand() makes the same by hand.
      BOOST_TEST(equals(ag::grad({y.sum()}, {x}, {}, true)[0], row.want));
      BOOST_TEST(equals(ag::grad({y}, {x}, {eg::ones({}).expand(y.sizes())})[0], row.want));
    }
}

BOOST_FIXTURE_TEST_CASE(J_as_strided_adds_up_where_elements_overlap, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0, 3.0, 4.0}, tracked);
  const Tensor windows = x.as_strided({3, 2}, {1, 1});
  BOOST_TEST(equals(windows, {{1.0, 2.0}, {2.0, 3.0}, {3.0, 4.0}}));
  (windows * eg::tensor({{1.0, 10.0}, {100.0, 1000.0}, {1e4, 1e5}})).sum().backward();
  BOOST_TEST(equals(x.grad(), {1.0, 110.0, 11000.0, 1e5}));
}

BOOST_FIXTURE_TEST_CASE(J_as_strided_before_its_input, Balanced) {
  const Tensor base = eg::tensor({1.0, 2.0, 3.0, 4.0}, tracked);
  const Tensor tail = base.narrow(0, 2, 2);
  const Tensor back = tail.as_strided({2}, {2}, 0);
  BOOST_TEST(equals(back, {1.0, 3.0}));
  back.sum().backward();
  // What lies outside the input has no gradient to go to.
  BOOST_TEST(equals(base.grad(), {0.0, 0.0, 1.0, 0.0}));
}

BOOST_FIXTURE_TEST_CASE(J_views_share_memory_and_base, Balanced) {
  const Tensor x = eg::arange(6.0).reshape({2, 3});
  const Tensor owner = x.is_view() ? x._base() : x;
  for (const Tensor& v : {x[0], x.t(), x.view({6}), x.unsqueeze(0), x.expand({4, 2, 3}),
                          x.diagonal(), x.split(1)[1], x.t()[1].slice(0, 0, 1)}) {
    BOOST_TEST(v.is_view());
    BOOST_TEST(v._base().is_same(owner));
    BOOST_TEST(&v.impl()->storage() == &x.impl()->storage());
  }
  for (const Tensor& copy : {x.clone(), x * 1, x.t().contiguous()}) {
    BOOST_TEST(!copy.is_view());
    BOOST_TEST(!copy._base().defined());
  }
}

/// A new geometry writes nothing, so that the elements of an expanded tensor may get one.
BOOST_FIXTURE_TEST_CASE(J10_expanded_tensors_change_their_geometry, Balanced) {
  const Tensor x = eg::tensor({{1.0}, {2.0}}, tracked);
  const auto expanded = [&] { return (x * 1).expand({2, 3}); };
  Tensor t = expanded();
  t.t_();
  BOOST_TEST(equals(ag::grad({(t * eg::arange(6.0).view({3, 2})).sum()}, {x})[0], {{6.0}, {9.0}}));
  t = expanded();
  t.transpose_(0, 1).unsqueeze_(0);
  BOOST_TEST(equals(t, {{{1.0, 2.0}, {1.0, 2.0}, {1.0, 2.0}}}));
  t.squeeze_().as_strided_({2}, {1});
  BOOST_TEST(equals(ag::grad({t.sum()}, {x})[0], {{1.0}, {1.0}}));
  Tensor leaf = eg::ones({2, 1}, tracked);
  BOOST_CHECK_EXCEPTION(leaf.t_(), eg::GraphError, Says{"a leaf Variable that requires grad"});
}

/// As in PyTorch, one of several views that a call returned is lost with a write to the base.
BOOST_FIXTURE_TEST_CASE(J6_write_to_the_base_of_several_views, Balanced) {
  const Says phrase{"returns multiple views"};
  for (const bool of_base : {true, false}) {
    const Tensor x = eg::arange(4.0).view({2, 2}).clone().requires_grad_();
    Tensor b = x * 1;
    const Tensor part = b.split(1)[0], row = b.unbind()[1], within = part.narrow(1, 0, 1);
    if (of_base)
      b.mul_(2);
    else
      b.select(0, 0).mul_(2);
    for (const Tensor& v : {part, row, within}) {
      BOOST_CHECK_EXCEPTION(v * 1, eg::GraphError, phrase);
      BOOST_CHECK_EXCEPTION(v.grad_fn(), eg::GraphError, phrase);
      BOOST_TEST(v.requires_grad());
      BOOST_TEST(!v.detach().requires_grad());
    }
    BOOST_TEST(text(part.detach()) == "tensor([[0., 2.]])");
    BOOST_TEST(equals(b.split(1)[0], {{0.0, 2.0}}));
  }
  Tensor plain = eg::ones({2});
  const Tensor part = plain.split(1)[0];
  plain.mul_(2);
  BOOST_TEST(equals(part * 1, {2.0}));
}

/// It is tracked, but leads nowhere: no gradient arrives there.
BOOST_FIXTURE_TEST_CASE(J9_gradient_by_a_view_made_without_recording, Balanced) {
  const Tensor x = eg::ones({2, 2}, tracked);
  Tensor view;
  {
    const eg::NoGradGuard off;
    view = x.select(0, 1);
  }
  BOOST_TEST(view.requires_grad());
  const auto g = ag::grad({(x * 2).sum()}, {x, view}, {.allow_unused = true});
  BOOST_TEST(equals(g[0], {{2.0, 2.0}, {2.0, 2.0}}));
  BOOST_TEST(!g[1].defined());
  BOOST_CHECK_EXCEPTION(ag::grad({(x * 2).sum()}, {x, view}), eg::GraphError,
                        Says{"was not used to compute the outputs"});
}

/// As in PyTorch, the gradient of another shape is found out when it arrives.
BOOST_FIXTURE_TEST_CASE(J10_geometry_changed_without_recording, Balanced) {
  const Tensor x = eg::ones({3, 1}, tracked);
  Tensor y = x.sign(), square = eg::ones({2, 2}, tracked) * 2;
  {
    const eg::NoGradGuard off;
    y.t_();
    square.t_();
  }
  BOOST_CHECK_EXCEPTION((y * 2).sum().backward(), eg::GraphError, Says{"an invalid gradient"});
  (square * 2).sum().backward();
}

}  // namespace autograd_test
