#include <memory>

#include "autograd/support.hpp"

/// Section G of the specification: hooks on tensors, on nodes and after accumulation.
namespace autograd_test {

BOOST_FIXTURE_TEST_CASE(G1_hook_sees_the_whole_gradient_once, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor a = x * 2;
  std::vector<Tensor> seen;
  a.register_hook([&](const Tensor& g) { seen.push_back(g); });
  (a * 3 + a * 4 + a.sum()).sum().backward();
  BOOST_TEST_REQUIRE(seen.size() == 1u);
  BOOST_TEST(equals(seen[0], {9.0, 9.0}));
  BOOST_TEST(equals(x.grad(), {18.0, 18.0}));
}

BOOST_FIXTURE_TEST_CASE(G1_replacement, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor a = x * 2;
  a.register_hook([](const Tensor& g) { return g * 10; });
  a.register_hook([](Tensor) {});
  a.register_hook([](Tensor) { return Tensor(); });
  a.sum().backward();
  BOOST_TEST(equals(x.grad(), {20.0, 20.0}));
}

BOOST_FIXTURE_TEST_CASE(G1_order_is_that_of_registration, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor a = x * 2;
  for (const double by : {1.0, 2.0, 3.0})
    a.register_hook([by](const Tensor& g) { return g * by + by; });
  a.backward();
  // ((1 + 1) * 2 + 2) * 3 + 3
  BOOST_TEST(equals(x.grad(), {42.0}));
}

BOOST_FIXTURE_TEST_CASE(G1_removed_hooks_do_not_run, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor a = x * 2;
  for (const Tensor& t : {x, a}) {
    int calls = 0;
    const unsigned first = t.register_hook([&](const Tensor&) { calls += 1; });
    const unsigned second = t.register_hook([&](const Tensor&) { calls += 10; });
    BOOST_TEST(first != second);
    t.remove_hook(first);
    a.backward({}, true);
    BOOST_TEST(calls == 10);
    t.remove_hook(second);
    a.backward({}, true);
    BOOST_TEST(calls == 10);
    BOOST_CHECK_EXCEPTION(t.remove_hook(second), eg::GraphError, Says{"Invalid index"});
    BOOST_CHECK_EXCEPTION(t.remove_hook(77), eg::GraphError, Says{"Invalid index"});
  }
}

BOOST_FIXTURE_TEST_CASE(G1_hooks_may_remove_themselves_and_add_others, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor a = x * 2;
  std::vector<int> calls;
  // Weakly, since a hook that held its own tensor would never be freed.
  const std::weak_ptr<ag::Node> node = a.grad_fn();
  const auto tensor = [&] {
    Tensor same = x * 0;
    same.impl()->set_history(node.lock(), 0);
    return same;
  };
  const auto handle = std::make_shared<unsigned>(0);
  *handle = a.register_hook([&, handle](const Tensor&) {
    calls.push_back(1);
    tensor().remove_hook(*handle);
    tensor().register_hook([&](const Tensor&) { calls.push_back(3); });
  });
  a.register_hook([&](const Tensor&) { calls.push_back(2); });
  a.backward({}, true);
  BOOST_TEST((calls == std::vector<int>{1, 2}));
  a.backward({}, true);
  BOOST_TEST((calls == std::vector<int>{1, 2, 2, 3}));
}

BOOST_FIXTURE_TEST_CASE(G1_every_hook_of_several_outputs, Balanced) {
  const Tensor x = eg::ones({2, 2}, tracked);
  const auto rows = x.unbind();
  rows[0].register_hook([](const Tensor& g) { return g * 2; });
  rows[1].register_hook([](const Tensor& g) { return g * 3; });
  (rows[0] + rows[1] * 10).sum().backward();
  BOOST_TEST(equals(x.grad(), {{2.0, 2.0}, {30.0, 30.0}}));
}

BOOST_FIXTURE_TEST_CASE(G1_gradient_that_is_kept_stays_as_it_was, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  Tensor kept;
  const Tensor a = x * 2;
  a.register_hook([&](const Tensor& g) { kept = g; });
  (a * 5).sum().backward();
  BOOST_TEST(equals(kept, {5.0, 5.0, 5.0}));
  BOOST_TEST(equals(x.grad(), {10.0, 10.0, 10.0}));
}

BOOST_FIXTURE_TEST_CASE(G1_with_create_graph, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor a = x * x;
  bool recorded = false;
  a.register_hook([&](const Tensor& g) {
    recorded = eg::GradMode::is_enabled();
    return g * x;
  });
  const Tensor y = a.sum();
  const Tensor g = ag::grad({y}, {x}, {.create_graph = true})[0];
  BOOST_TEST(recorded);
  // x * 2 x, whose derivative is 4 x.
  BOOST_TEST(equals(g, {18.0}));
  BOOST_TEST(equals(ag::grad({g}, {x})[0], {12.0}));
}

BOOST_FIXTURE_TEST_CASE(G2_replacement_of_another_shape_or_dtype, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  for (const bool leaf : {true, false}) {
    const Tensor a = leaf ? x : x * 2;
    const unsigned wide = a.register_hook([](const Tensor&) { return eg::ones({2, 2}); });
    BOOST_CHECK_EXCEPTION((a * 2).sum().backward(), eg::GraphError,
                          Says{"has changed the size of value: from [2] to [2, 2]"});
    a.remove_hook(wide);
    const unsigned narrow = a.register_hook([](const Tensor& g) { return g.to(eg::kFloat32); });
    BOOST_CHECK_EXCEPTION((a * 2).sum().backward(), eg::DtypeError,
                          Says{"has changed the type of value"});
    a.remove_hook(narrow);
    (a * 2).sum().backward();
  }
  BOOST_TEST(equals(x.grad(), {6.0, 6.0}));
}

BOOST_FIXTURE_TEST_CASE(G3_only_tracked_tensors_have_hooks, Balanced) {
  const Tensor x = eg::ones({2});
  const auto add = [](const Tensor& t) { t.register_hook([](const Tensor& g) { return g; }); };
  BOOST_CHECK_EXCEPTION(add(x), eg::GraphError, Says{"that doesn't require gradient"});
  BOOST_CHECK_EXCEPTION(add(x * 2), eg::GraphError, Says{"that doesn't require gradient"});
  BOOST_CHECK_EXCEPTION(x.remove_hook(0), eg::GraphError, Says{"Invalid index"});
}

BOOST_FIXTURE_TEST_CASE(G4_order_on_one_path, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor a = x * 3;
  std::vector<std::string> order;
  const auto note = [&](std::string what) {
    return [&order, what](const auto&...) { order.push_back(what); };
  };
  a.grad_fn()->register_hook(note("post-hook"));
  a.grad_fn()->register_prehook(note("pre-hook"));
  a.register_hook(note("hook"));
  const std::shared_ptr<ag::Node> accumulator = a.grad_fn()->next_edge(0).function;
  accumulator->register_hook([&](const variable_list& in, const variable_list& out) {
    BOOST_TEST(in.empty());
    BOOST_TEST_REQUIRE(out.size() == 1u);
    BOOST_TEST(equals(x.grad(), {3.0}));
    order.push_back("post-hook of the leaf");
  });
  x.register_hook([&](const Tensor& g) {
    BOOST_TEST(equals(g, {3.0}));
    BOOST_TEST(!x.grad().defined());
    order.push_back("hook of the leaf");
  });
  a.backward();
  const std::vector<std::string> want{"hook", "pre-hook", "post-hook", "hook of the leaf",
                                      "post-hook of the leaf"};
  BOOST_TEST(order == want, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(G5_retained_gradient_is_what_the_hooks_return, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor a = x * 2;
  a.retain_grad();
  a.register_hook([](const Tensor& g) { return g * 10; });
  (a * 3).backward();
  BOOST_TEST(equals(a.grad(), {30.0}));
  BOOST_TEST(equals(x.grad(), {60.0}));
}

BOOST_FIXTURE_TEST_CASE(G6_hooks_of_nodes_replace, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor w = eg::tensor({3.0, 4.0}, tracked);
  const Tensor a = x * w;
  const std::shared_ptr<ag::Node> node = a.grad_fn();
  node->register_prehook([](const variable_list& g) { return variable_list{g[0] * 10}; });
  const unsigned second =
      node->register_prehook([](const variable_list& g) { return variable_list{g[0] + 1}; });
  node->register_hook([](const variable_list& in, const variable_list& out) {
    BOOST_TEST(equals(out[0], {11.0, 11.0}));
    return variable_list{in[0] * 2, Tensor()};
  });
  a.sum().backward({}, true);
  BOOST_TEST(equals(x.grad(), {66.0, 88.0}));
  BOOST_TEST(!w.grad().defined());
  node->remove_hook(second);
  BOOST_CHECK_EXCEPTION(node->remove_hook(second), eg::GraphError, Says{"Invalid index"});
}

BOOST_FIXTURE_TEST_CASE(G6_hooks_of_nodes_that_are_removed, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor a = x * 2;
  int calls = 0;
  const unsigned pre = a.grad_fn()->register_prehook([&](const variable_list&) { ++calls; });
  const unsigned post =
      a.grad_fn()->register_hook([&](const variable_list&, const variable_list&) { calls += 10; });
  BOOST_TEST(pre != post);
  a.backward({}, true);
  BOOST_TEST(calls == 11);
  a.grad_fn()->remove_hook(pre);
  a.backward({}, true);
  BOOST_TEST(calls == 21);
  a.grad_fn()->remove_hook(post);
  a.backward({}, true);
  BOOST_TEST(calls == 21);
}

BOOST_FIXTURE_TEST_CASE(G6_lists_of_another_length, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor a = x * 2;
  const unsigned pre = a.grad_fn()->register_prehook([](const variable_list& g) {
    return variable_list{g[0], g[0]};
  });
  BOOST_CHECK_EXCEPTION(a.backward({}, true), eg::GraphError,
                        Says{"has returned an incorrect number of values: got 2, but expected 1"});
  a.grad_fn()->remove_hook(pre);
  const Tensor b = x * x;
  b.grad_fn()->register_hook(
      [](const variable_list& g, const variable_list&) { return variable_list{g[0]}; });
  BOOST_CHECK_EXCEPTION(b.backward(), eg::GraphError,
                        Says{"has returned an incorrect number of values: got 1, but expected 2"});
}

BOOST_FIXTURE_TEST_CASE(G6_post_hook_of_a_view_sees_its_gradient, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  const Tensor a = x[1];
  Tensor seen;
  a.grad_fn()->register_hook([&](const variable_list& in, const variable_list&) { seen = in[0]; });
  (a * 5 + x.sum()).backward();
  BOOST_TEST(equals(seen, {0.0, 5.0, 0.0}));
  BOOST_TEST(equals(x.grad(), {1.0, 6.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(G7_hooks_stay_with_the_value_before_a_write, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  Tensor a = x * 2;
  Tensor before, after;
  a.register_hook([&](const Tensor& g) { before = g; });
  a.retain_grad();
  a.mul_(4);
  a.register_hook([&](const Tensor& g) { after = g; });
  a.sum().backward();
  BOOST_TEST(equals(before, {4.0, 4.0}));
  BOOST_TEST(equals(after, {1.0, 1.0}));
  BOOST_TEST(equals(a.grad(), {1.0, 1.0}));
  BOOST_TEST(equals(x.grad(), {8.0, 8.0}));
}

BOOST_FIXTURE_TEST_CASE(G7_hooks_of_a_view_that_is_written_to, Balanced) {
  const Tensor x = eg::ones({2, 2}, tracked);
  const Tensor a = x * 2;
  Tensor row = a[0];
  Tensor before, after;
  row.register_hook([&](const Tensor& g) { before = g; });
  row.mul_(3);
  row.register_hook([&](const Tensor& g) { after = g; });
  (row * 5).sum().backward();
  BOOST_TEST(!before.defined());  // the old view is no longer on the way
  BOOST_TEST(equals(after, {5.0, 5.0}));
  BOOST_TEST(equals(x.grad(), {{30.0, 30.0}, {0.0, 0.0}}));
}

BOOST_FIXTURE_TEST_CASE(G8_not_called_where_no_gradient_arrives, Balanced) {
  const Tensor x = eg::ones({2, 2}, tracked);
  const auto rows = x.unbind();
  int calls = 0;
  for (const Tensor& row : rows)
    row.register_hook([&](const Tensor& g) {
      BOOST_TEST(g.defined());
      ++calls;
    });
  (rows[1] * 2).sum().backward();
  BOOST_TEST(calls == 1);
  BOOST_TEST(equals(x.grad(), {{0.0, 0.0}, {2.0, 2.0}}));
}

BOOST_FIXTURE_TEST_CASE(G9_after_accumulation, Balanced) {
  Tensor w = eg::tensor({1.0, 2.0}, tracked);
  std::vector<double> norms;
  const unsigned handle = w.register_post_accumulate_grad_hook([&](const Tensor& leaf) {
    BOOST_TEST(leaf.is_same(w));
    const eg::NoGradGuard off;
    Tensor(leaf).sub_(leaf.grad() * 0.1);
    leaf.mutable_grad().reset();
    norms.push_back(leaf.norm().item<double>());
  });
  for (int step = 0; step < 2; ++step) (w * w).sum().backward();
  BOOST_TEST(equals(w.detach(), {0.64, 1.28}, 1e-15));
  BOOST_TEST(!w.grad().defined());
  BOOST_TEST(norms.size() == 2u);
  w.remove_hook(handle);
  (w * w).sum().backward();
  BOOST_TEST(norms.size() == 2u);
  BOOST_TEST(w.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(G9_only_on_tracked_leaves, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const auto add = [](const Tensor& t) {
    t.register_post_accumulate_grad_hook([](const Tensor&) {});
  };
  BOOST_CHECK_EXCEPTION(add(x * 2), eg::GraphError,
                        Says{"this tensor is computed by MulBackward0"});
  BOOST_CHECK_EXCEPTION(add(eg::ones({2})), eg::GraphError, Says{"doesn't require gradient"});
}

BOOST_FIXTURE_TEST_CASE(G9_not_called_by_grad, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  int calls = 0;
  x.register_hook([&](const Tensor&) { calls += 1; });
  x.register_post_accumulate_grad_hook([&](const Tensor&) { calls += 10; });
  ag::grad({(x * 2).sum()}, {x});
  BOOST_TEST(calls == 1);
  (x * 2).sum().backward({}, false, false, {{x}});
  BOOST_TEST(calls == 12);
}

BOOST_FIXTURE_TEST_CASE(G10_backward_in_a_hook, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor z = eg::tensor({5.0}, tracked);
  const Tensor a = x * 2;
  a.register_hook([&](const Tensor&) {
    const eg::AutoGradMode on(true);
    (z * z).backward();
  });
  a.backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
  BOOST_TEST(equals(z.grad(), {10.0}));
}

BOOST_FIXTURE_TEST_CASE(G10_hook_of_a_leaf_runs_backward_and_edits_grad, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor y = eg::tensor({4.0}, tracked);
  x.register_hook([&](const Tensor& g) {
    const eg::AutoGradMode on(true);
    (y * y).backward();
    const eg::NoGradGuard off;
    y.mutable_grad() = y.grad() * 10;
    return g + 1;
  });
  (x * y).backward();
  BOOST_TEST(equals(x.grad(), {5.0}));
  // 8 * 10 within the hook, then 3, or the other way round.
  const double got = values(y.grad())[0];
  BOOST_TEST((got == 83.0 || got == 110.0));
}

BOOST_FIXTURE_TEST_CASE(G10_exception_in_a_hook, Balanced) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor a = x * x;
  const unsigned handle =
      a.register_hook([](const Tensor&) { throw std::logic_error("from the hook"); });
  const Tensor y = a * 2;
  BOOST_CHECK_EXCEPTION(y.backward({}, true), std::logic_error, Says{"from the hook"});
  BOOST_TEST(!x.grad().defined());
  a.remove_hook(handle);
  y.backward();
  BOOST_TEST(equals(x.grad(), {12.0}));
}

BOOST_FIXTURE_TEST_CASE(G11_gradients_asked_for_are_what_hooks_leave, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor a = x * 3;
  const Tensor y = a * a;
  std::vector<std::string> calls;
  a.register_hook([&](const Tensor& g) {
    calls.push_back("a");
    return g * 2;
  });
  x.register_hook([&](const Tensor& g) {
    calls.push_back("x");
    return g * 5;
  });
  BOOST_TEST(equals(ag::grad({y}, {a}, {.retain_graph = true})[0], {24.0}));
  BOOST_TEST(calls.size() == 1u);
  // Where the sweep goes on through the node its gradient is taken before the hook, as in PyTorch.
  const variable_list both = ag::grad({y}, {x, a}, {.retain_graph = true});
  BOOST_TEST(equals(both[0], {360.0}));
  BOOST_TEST(equals(both[1], {12.0}));
  BOOST_TEST(calls.size() == 3u);
  BOOST_TEST(!x.grad().defined());
  calls.clear();
  y.backward({}, true, false, {{x, a}});
  BOOST_TEST(equals(x.grad(), {360.0}));
  BOOST_TEST(equals(a.grad(), {24.0}));
  BOOST_TEST(calls.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(G11_retained_when_it_is_asked_for, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor a = x * 3;
  a.retain_grad();
  const Tensor y = a * a;
  ag::grad({y}, {a}, {.retain_graph = true});
  BOOST_TEST(equals(a.grad(), {12.0}));
  ag::grad({y}, {x}, {.retain_graph = true});
  BOOST_TEST(equals(a.grad(), {24.0}));
}

BOOST_FIXTURE_TEST_CASE(G11_hooks_of_nodes_are_not_asked, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor a = x * 3;
  int calls = 0;
  a.grad_fn()->register_prehook([&](const variable_list&) { ++calls; });
  x.register_post_accumulate_grad_hook([&](const Tensor&) { ++calls; });
  BOOST_TEST(equals(ag::grad({a * 1}, {a})[0], {1.0}));
  BOOST_TEST(calls == 0);
  BOOST_TEST(equals(ag::grad({x * 4}, {x})[0], {4.0}));
  BOOST_TEST(calls == 0);
}

BOOST_FIXTURE_TEST_CASE(G1_hook_of_a_leaf_that_is_gone, Balanced) {
  Tensor seen;
  Tensor y;
  {
    const Tensor x = eg::tensor({2.0}, tracked);
    x.register_hook([&](const Tensor& g) { seen = g; });
    y = x * 3;
  }
  y.backward();
  BOOST_TEST(equals(seen, {3.0}));
}

BOOST_FIXTURE_TEST_CASE(G1_hooks_go_with_the_graph, Balanced) {
  const auto token = std::make_shared<int>(0);
  const Tensor x = eg::tensor({2.0}, tracked);
  {
    const Tensor a = x * 3;
    a.register_hook([token](const Tensor&) {});
    a.grad_fn()->register_prehook([token](const variable_list&) {});
    BOOST_TEST(token.use_count() == 3);
    a.backward();
  }
  BOOST_TEST(token.use_count() == 1);
  {
    const Tensor leaf = eg::tensor({2.0}, tracked);
    leaf.register_hook([token](const Tensor&) {});
    leaf.register_post_accumulate_grad_hook([token](const Tensor&) {});
    (leaf * 2).backward();
    BOOST_TEST(token.use_count() == 3);
  }
  BOOST_TEST(token.use_count() == 1);
}

BOOST_FIXTURE_TEST_CASE(C17_final_callbacks, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  std::vector<std::string> order;
  ag::Engine& engine = ag::Engine::get_default_engine();
  x.register_hook([&](const Tensor&) {
    order.push_back("hook");
    engine.queue_callback([&] {
      BOOST_TEST(equals(x.grad(), {3.0}));
      order.push_back("first");
      engine.queue_callback([&] { order.push_back("third"); });
    });
    engine.queue_callback([&] { order.push_back("second"); });
  });
  (x * 3).backward();
  const std::vector<std::string> want{"hook", "first", "second", "third"};
  BOOST_TEST(order == want, boost::test_tools::per_element());
  BOOST_CHECK_EXCEPTION(engine.queue_callback([] {}), eg::GraphError,
                        Says{"can only be installed during a backward pass"});
}

BOOST_FIXTURE_TEST_CASE(M5_final_callbacks_of_a_sweep_within_a_sweep, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor z = eg::tensor({2.0}, tracked);
  std::vector<std::string> order;
  ag::Engine& engine = ag::Engine::get_default_engine();
  z.register_hook(
      [&](const Tensor&) { engine.queue_callback([&] { order.push_back("inner callback"); }); });
  x.register_hook([&](const Tensor&) {
    engine.queue_callback([&] { order.push_back("outer callback"); });
    const eg::AutoGradMode on(true);
    (z * 2).backward();
    order.push_back("inner sweep has ended");
  });
  (x * 3).backward();
  const std::vector<std::string> want{"inner callback", "inner sweep has ended", "outer callback"};
  BOOST_TEST(order == want, boost::test_tools::per_element());
}

namespace {

/// Each level doubles the gradient of the level below it.
Tensor nested(const Tensor& x, int depth) {
  return probed(x, [x, depth](ag::BackwardCall& call) {
    call.results[0] = call.grads[0];
    if (depth == 0) return;
    const eg::AutoGradMode on(true);
    nested(x, depth - 1).backward();
  });
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(M2_sweeps_8193_deep, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  nested(x, 8193).backward();
  BOOST_TEST(equals(x.grad(), {8194.0}));
}

BOOST_FIXTURE_TEST_CASE(M4_exception_from_the_innermost_sweep, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const std::function<Tensor(int)> nest = [&](int depth) {
    return probed(x, [&, depth](ag::BackwardCall& call) {
      if (depth == 0) throw std::out_of_range("innermost");
      const eg::AutoGradMode on(true);
      nest(depth - 1).backward();
      call.results[0] = call.grads[0];
    });
  };
  BOOST_CHECK_EXCEPTION(nest(700).backward(), std::out_of_range, Says{"innermost"});
  BOOST_TEST(!x.grad().defined());
  (x * 2).backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
}

/// As in PyTorch, what a second sweep adds to is a new tensor, tracked if that sweep is recorded.
BOOST_FIXTURE_TEST_CASE(retained_gradient_of_a_recorded_and_a_plain_sweep, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor y = x * x;
  y.retain_grad();
  const Tensor z = (y * y).sum();
  ag::grad({z}, {x}, {.create_graph = true});
  const Tensor first = y.grad();
  BOOST_TEST(first.requires_grad());
  z.backward();
  BOOST_TEST(!y.grad().requires_grad());
  BOOST_TEST(equals(y.grad(), {16.0}));
  BOOST_TEST(equals(first, {8.0}));
}

}  // namespace autograd_test
