#include "autograd/custom_support.hpp"

/// Section K of the specification, and J9: what functions return that is no tensor of their own.
namespace autograd_test {
namespace {

/// Doubles its argument `b` in place; a is added to it.
struct DoubleInPlace : Function<DoubleInPlace> {
  static Tensor forward(AutogradContext* ctx, Tensor a, Tensor b) {
    ctx->mark_dirty({b});
    b.mul_(2).add_(a);
    return b;
  }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 1, g[0] * 2}; }
};

/// x written to, and a copy.
struct WriteAndCopy : Function<WriteAndCopy> {
  static variable_list forward(AutogradContext* ctx, Tensor x) {
    ctx->mark_dirty({x});
    x.mul_(3);
    return {x * 2, x};
  }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 6 + g[1] * 3}; }
};

struct Identity : Function<Identity> {
  static variable_list forward(AutogradContext*, Tensor a, Tensor b) { return {a, a + b}; }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0] + g[1], g[1]}; }
};

struct ReturnsView : Function<ReturnsView> {
  static Tensor forward(AutogradContext*, Tensor x) { return x.view({-1}); }
  static variable_list backward(AutogradContext*, variable_list g) {
    return {g[0].view({2, 2}) * 10};
  }
};

struct ReturnsRows : Function<ReturnsRows> {
  static variable_list forward(AutogradContext*, Tensor x) { return {x[0], x[1]}; }
  static variable_list backward(AutogradContext*, variable_list g) {
    return {eg::stack({g[0], g[1]}) * 10};
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(K4_an_input_is_written_to_and_returned, Balanced) {
  const Tensor a = eg::tensor({1.0, 2.0}, tracked), x = eg::tensor({3.0, 4.0}, tracked);
  const Tensor b = x * 1;
  const auto before = b._version();
  const Tensor y = DoubleInPlace::apply(a, b);
  BOOST_TEST(y.is_same(b));
  BOOST_TEST(b._version() > before);
  BOOST_TEST(equals(b, {7.0, 10.0}));
  BOOST_TEST(name_of(b) == "DoubleInPlaceBackward");
  (b * b).sum().backward();
  BOOST_TEST(equals(a.grad(), {14.0, 20.0}));
  BOOST_TEST(equals(x.grad(), {28.0, 40.0}));
}

BOOST_FIXTURE_TEST_CASE(K4_B4_a_plain_input_becomes_a_result, Balanced) {
  const Tensor a = eg::tensor({1.0, 2.0}, tracked), b = eg::tensor({3.0, 4.0});
  DoubleInPlace::apply(a, b);
  BOOST_TEST(!b.is_leaf());
  b.sum().backward();
  BOOST_TEST(equals(a.grad(), {1.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(K4_a_saved_value_notices, Balanced) {
  const Tensor a = eg::tensor({1.0, 2.0}, tracked), x = eg::tensor({3.0, 4.0}, tracked);
  const Tensor b = x * 1;
  const Tensor square = (b * b).sum();
  DoubleInPlace::apply(a, b);
  BOOST_CHECK_EXCEPTION(square.backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(K4_a_leaf_is_forbidden, Balanced) {
  const Tensor a = eg::tensor({1.0, 2.0}), leaf = eg::tensor({{3.0, 4.0}}, tracked);
  const Snapshot snapshot(leaf);
  BOOST_CHECK_EXCEPTION(DoubleInPlace::apply(a, leaf), eg::GraphError,
                        SaysAll("[DoubleInPlace]", "leaf Variable that requires grad"));
  BOOST_CHECK_EXCEPTION(DoubleInPlace::apply(a, leaf[0]), eg::GraphError,
                        Says{"a view of a leaf Variable that requires grad"});
  BOOST_CHECK_EXCEPTION(DoubleInPlace::apply(a, eg::zeros({1}).expand({2})), eg::GraphError,
                        Says{"more than one element of the written-to tensor"});
  BOOST_TEST(snapshot.unchanged());
  BOOST_TEST(eg::GradMode::is_enabled());
  // Unrecorded it is allowed, as with every other write.
  const eg::NoGradGuard off;
  DoubleInPlace::apply(a, leaf);
  BOOST_TEST(leaf.is_leaf());
  BOOST_TEST(equals(leaf, {{7.0, 10.0}}));
}

BOOST_FIXTURE_TEST_CASE(K4_what_is_written_to_must_be_returned, Balanced) {
  struct Forgets : Function<Forgets> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      ctx->mark_dirty({x});
      return x * 2;
    }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 2}; }
  };
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  BOOST_CHECK_EXCEPTION(
      Forgets::apply(x * 1), eg::GraphError,
      SaysAll("Some elements marked as dirty during the forward method were not returned as output",
              "shape [2]"));
}

BOOST_FIXTURE_TEST_CASE(K4_a_view_is_written_to, Balanced) {
  // As argument number 1: PyTorch 1.13 takes the gradient of argument 0 for that of the view.
  const Tensor a = eg::tensor({1.0, 2.0}, tracked);
  const Tensor x = eg::tensor({{3.0, 4.0}, {5.0, 6.0}}, tracked);
  const Tensor base = x * 1;
  const Tensor row = base[0];
  const Tensor y = DoubleInPlace::apply(a, row);
  BOOST_TEST(y.is_same(row));
  BOOST_TEST(name_of(base) == "CopySlices");
  BOOST_TEST(equals(base, {{7.0, 10.0}, {5.0, 6.0}}));
  const Tensor w = eg::tensor({{1.0, 2.0}, {3.0, 4.0}});
  (base * w).sum().backward({}, true);
  BOOST_TEST(equals(a.grad(), {1.0, 2.0}));
  BOOST_TEST(equals(x.grad(), {{2.0, 4.0}, {3.0, 4.0}}));
  x.mutable_grad().reset();
  row.sum().backward();
  BOOST_TEST(equals(x.grad(), {{2.0, 2.0}, {0.0, 0.0}}));
}

BOOST_FIXTURE_TEST_CASE(K4_a_view_only_as_the_one_output, Balanced) {
  const Tensor x = eg::tensor({{3.0, 4.0}, {5.0, 6.0}}, tracked);
  BOOST_CHECK_EXCEPTION(WriteAndCopy::apply((x * 1)[0]), eg::GraphError,
                        SaysAll("a view of another tensor", "cannot return more than one Tensor"));
}

BOOST_FIXTURE_TEST_CASE(K4_A7_a_written_input_among_several_outputs, Balanced) {
  const Tensor x = eg::tensor({3.0, 4.0}, tracked);
  const Tensor b = x * 1;
  b.retain_grad();
  const variable_list y = WriteAndCopy::apply(b);
  BOOST_TEST(y[1].is_same(b));
  BOOST_TEST(y[0].output_nr() == 0);
  BOOST_TEST(b.output_nr() == 1);
  (y[0] + 5 * b).sum().backward();
  BOOST_TEST(equals(b.grad(), {5.0, 5.0}));
  BOOST_TEST(equals(x.grad(), {21.0, 21.0}));
}

BOOST_FIXTURE_TEST_CASE(K5_marked_outputs_are_constants, Balanced) {
  struct SortOfSort : Function<SortOfSort> {
    static variable_list forward(AutogradContext* ctx, Tensor x) {
      const auto [values, indices] = x.sort(0);
      const Tensor rank = indices.to(eg::kFloat64);
      ctx->mark_non_differentiable({rank});
      ctx->save_for_backward({indices});
      return {values, rank, indices};
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      BOOST_TEST(g.size() == 3u);
      BOOST_TEST(equals(g[1], {0.0, 0.0, 0.0}));
      BOOST_TEST(g[2].defined());
      return {eg::zeros({3}).scatter(0, ctx->get_saved_variables()[0], g[0])};
    }
  };
  const Tensor x = eg::tensor({3.0, 1.0, 2.0}, tracked);
  const variable_list y = SortOfSort::apply(x);
  BOOST_TEST(y[0].requires_grad());
  BOOST_TEST(!y[1].requires_grad());
  BOOST_TEST(y[1].is_leaf());
  BOOST_TEST(!y[2].requires_grad());
  (y[0] * y[1]).sum().backward();
  BOOST_TEST(equals(x.grad(), {0.0, 1.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(K5_a_marked_input_keeps_its_own_history, Balanced) {
  struct Marks : Function<Marks> {
    static variable_list forward(AutogradContext* ctx, Tensor x) {
      ctx->mark_non_differentiable({x});
      return {x, x * 2};
    }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[1] * 2}; }
  };
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor a = x * 1;
  const variable_list y = Marks::apply(a);
  BOOST_TEST(!y[0].requires_grad());
  BOOST_TEST(y[0].data_ptr() == a.data_ptr());
  BOOST_TEST(name_of(a) == "MulBackward0");
  y[1].backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(K7_an_input_that_is_returned_is_a_new_tensor, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked), y = eg::tensor({3.0, 4.0}, tracked);
  const variable_list out = Identity::apply(x, y);
  BOOST_TEST(!out[0].is_same(x));
  BOOST_TEST(out[0].data_ptr() == x.data_ptr());
  BOOST_TEST(name_of(out[0]) == "IdentityBackward");
  BOOST_TEST(x.is_leaf());
  // A hook of it sees the gradient of that path only.
  Tensor at_output, at_leaf;
  out[0].register_hook([&](Tensor g) { at_output = g; });
  x.register_hook([&](Tensor g) { at_leaf = g; });
  (out[0] * 2 + out[1] * 10 + x * 100).sum().backward();
  BOOST_TEST(equals(at_output, {2.0, 2.0}));
  BOOST_TEST(equals(at_leaf, {112.0, 112.0}));
  BOOST_TEST(equals(x.grad(), {112.0, 112.0}));
  BOOST_TEST(equals(y.grad(), {10.0, 10.0}));
}

BOOST_FIXTURE_TEST_CASE(K7_unrecorded_too, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked), y = eg::tensor({3.0, 4.0});
  {
    const eg::NoGradGuard off;
    const Tensor out = Identity::apply(x, y)[0];
    BOOST_TEST(!out.is_same(x));
    BOOST_TEST(!out.requires_grad());
  }
  BOOST_TEST(x.requires_grad());
  BOOST_TEST(!Identity::apply(y, y)[0].is_same(y));
}

BOOST_FIXTURE_TEST_CASE(K8_the_same_tensor_twice, Balanced) {
  struct Twice : Function<Twice> {
    static variable_list forward(AutogradContext* ctx, Tensor x) {
      const Tensor y = x * 2;
      ctx->save_for_backward({y});
      return {y, y};
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      BOOST_TEST(equals(ctx->get_saved_variables()[0], {6.0}));
      return {(g[0] + g[1]) * 2};
    }
  };
  const Tensor x = eg::tensor({3.0}, tracked);
  const variable_list y = Twice::apply(x);
  BOOST_TEST(y[0].is_same(y[1]));
  (y[0] + 10 * y[1]).backward();
  BOOST_TEST(equals(x.grad(), {22.0}));
}

BOOST_FIXTURE_TEST_CASE(J9_views_cannot_be_written_to, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  Tensor a = x * 1;
  Tensor v = ReturnsView::apply(a);
  BOOST_TEST(v.is_view());
  BOOST_TEST(name_of(v) == "ReturnsViewBackward");
  const Snapshot of_view(v), of_base(a);
  const Says says{"This view was created inside a custom Function"};
  BOOST_CHECK_EXCEPTION(v.add_(1), eg::GraphError, says);
  BOOST_CHECK_EXCEPTION(v[0].mul_(2), eg::GraphError, says);
  BOOST_CHECK_EXCEPTION(v.copy_(eg::ones({4})), eg::GraphError, says);
  Tensor input = Identity::apply(a, a)[0];
  BOOST_CHECK_EXCEPTION(input.add_(1), eg::GraphError, says);
  Tensor row = ReturnsRows::apply(a)[0];
  BOOST_CHECK_EXCEPTION(row.add_(1), eg::GraphError,
                        SaysAll(says.phrase, "returns multiple views"));
  BOOST_TEST(of_view.unchanged());
  BOOST_TEST(of_base.unchanged());
  v.sum().backward();
  BOOST_TEST(equals(x.grad(), {{10.0, 10.0}, {10.0, 10.0}}));
}

BOOST_FIXTURE_TEST_CASE(J9_nor_used_when_the_base_was_written_to, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  Tensor a = x * 1;
  const Tensor v = ReturnsView::apply(a);
  const Tensor before = (v * 3).sum();
  a.add_(1);
  const Says says{"This view was created inside a custom Function"};
  BOOST_CHECK_EXCEPTION(v.grad_fn(), eg::GraphError, says);
  BOOST_CHECK_EXCEPTION(v * 2, eg::GraphError, says);
  BOOST_CHECK_EXCEPTION(v.sum().backward(), eg::GraphError, says);
  // What was computed from it earlier, and from a, is as good as ever.
  before.backward({}, true);
  BOOST_TEST(equals(x.grad(), {{30.0, 30.0}, {30.0, 30.0}}));
  a.sum().backward();
  BOOST_TEST(equals(x.grad(), {{31.0, 31.0}, {31.0, 31.0}}));
}

BOOST_FIXTURE_TEST_CASE(J9_untracked_views_may_be_written_to, Balanced) {
  const Tensor a = eg::tensor({{1.0, 2.0}, {3.0, 4.0}});
  Tensor v = Identity::apply(a, a)[0];
  v.add_(1);
  BOOST_TEST(equals(a, {{2.0, 3.0}, {4.0, 5.0}}));
  BOOST_CHECK_EXCEPTION(v.add_(eg::ones({2, 2}, tracked)), eg::GraphError,
                        Says{"This view was created inside a custom Function"});
}

BOOST_FIXTURE_TEST_CASE(K_what_forward_takes_from_elsewhere_stays_as_it_is, Balanced) {
  struct Captured : Function<Captured> {
    static Tensor forward(AutogradContext*, Tensor, std::shared_ptr<Tensor> elsewhere) {
      return *elsewhere;
    }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0], {}}; }
  };
  const Tensor x = eg::tensor({1.0}, tracked);
  const auto leaf = std::make_shared<Tensor>(eg::tensor({2.0}, tracked));
  const Tensor y = Captured::apply(x, leaf);
  BOOST_TEST(leaf->is_leaf());
  BOOST_TEST(leaf->requires_grad());
  y.backward();
  BOOST_TEST(equals(x.grad(), {1.0}));
  BOOST_TEST(!leaf->grad().defined());
}

}  // namespace autograd_test
