#include <chrono>

#include "autograd/support.hpp"

/// Section C of the specification: backward() and grad().
namespace autograd_test {
namespace {

struct Inputs : Balanced {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor z = eg::tensor({3.0, 4.0}, tracked);
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(C1_every_root_must_be_tracked, Inputs) {
  BOOST_CHECK_EXCEPTION(ag::backward({(x * 2).sum(), z.detach().sum()}), eg::GraphError,
                        Says{"element 1 of tensors does not require grad"});
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(C2_implicit_gradient_of_one_element_of_any_shape, Balanced) {
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{}, {1}, {1, 1}}) {
    const Tensor x = eg::full(shape, 3.0, tracked);
    (x * x).backward();
    BOOST_TEST(equals(x.grad(), eg::full(shape, 6.0)));
  }
  const Tensor none = eg::ones({0}, tracked);
  BOOST_CHECK_EXCEPTION((none * 2).backward(), eg::GraphError,
                        Says{"grad can be implicitly created only for scalar outputs"});
}

BOOST_FIXTURE_TEST_CASE(C3_larger_gradients_are_summed_down, Inputs) {
  (x * 2).backward(eg::tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}));
  BOOST_TEST(equals(x.grad(), {18.0, 24.0}));
  const Tensor s = eg::ones({1}, tracked);
  BOOST_TEST(equals(ag::grad({s * 2}, {s}, {eg::ones({5})})[0], {10.0}));
}

BOOST_FIXTURE_TEST_CASE(C3_gradients_are_cast_to_the_root, Inputs) {
  (x * 2).backward(eg::ones({2}, eg::kFloat32));
  BOOST_TEST(equals(x.grad(), eg::tensor({2.0, 2.0})));
  const Tensor f = eg::ones({2}, tracked.dtype(eg::kFloat32));
  (f * 2).backward(eg::ones({2}));
  BOOST_TEST(equals(f.grad(), eg::tensor({2.0, 2.0}, eg::kFloat32)));
}

BOOST_FIXTURE_TEST_CASE(C4_grad_in_order_of_inputs, Inputs) {
  const Tensor y = (x * z + x).sum();
  const variable_list g = ag::grad({y}, {z, x}, {}, true);
  BOOST_TEST(g.size() == 2);
  BOOST_TEST(equals(g[0], {1.0, 2.0}));
  BOOST_TEST(equals(g[1], {4.0, 5.0}));
  BOOST_TEST(equals(ag::grad({y}, {x}, {.retain_graph = false})[0], {4.0, 5.0}));
  BOOST_TEST(!x.grad().defined());
  BOOST_TEST(!z.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(C5_unused_input_is_undefined_when_allowed, Inputs) {
  const Tensor y = (x * x).sum();
  const variable_list g = ag::grad({y}, {z, x}, {}, eg::nullopt, false, /*allow_unused=*/true);
  BOOST_TEST(!g[0].defined());
  BOOST_TEST(equals(g[1], {2.0, 4.0}));
  const Tensor w = (z * z).sum();
  BOOST_TEST(!ag::grad({w}, {x}, {.allow_unused = true})[0].defined());
}

BOOST_FIXTURE_TEST_CASE(C6_with_respect_to_results, Inputs) {
  const Tensor a = x * 2;
  const Tensor y = a * a;
  BOOST_TEST(equals(ag::grad({y}, {a}, {eg::ones({2})}, true)[0], {4.0, 8.0}));
  BOOST_TEST(equals(ag::grad({y}, {y}, {eg::tensor({3.0, 4.0})}, true)[0], {3.0, 4.0}));
  BOOST_TEST(equals(ag::grad({x}, {x}, {eg::tensor({3.0, 4.0})})[0], {3.0, 4.0}));
  const variable_list both = ag::grad({y.sum()}, {a, x}, {}, true);
  BOOST_TEST(equals(both[0], {4.0, 8.0}));
  BOOST_TEST(equals(both[1], {8.0, 16.0}));
}

BOOST_FIXTURE_TEST_CASE(C6_duplicates, Inputs) {
  const Tensor y = x * 2;
  const variable_list g = ag::grad({y.sum(), y.sum()}, {x, x, y});
  BOOST_TEST(equals(g[0], {4.0, 4.0}));
  BOOST_TEST(equals(g[1], {4.0, 4.0}));
  BOOST_TEST(equals(g[2], {2.0, 2.0}));
  const Tensor s = (x * 3).sum();
  BOOST_TEST(equals(ag::grad({s, s}, {x})[0], {6.0, 6.0}));
}

BOOST_FIXTURE_TEST_CASE(C6_input_that_another_input_depends_on, Inputs) {
  const Tensor a = x * 2;
  const Tensor b = a * 3;
  const Tensor y = (b * a).sum();
  const variable_list g = ag::grad({y}, {b, a, x});
  BOOST_TEST(equals(g[0], {2.0, 4.0}));
  BOOST_TEST(equals(g[1], {12.0, 24.0}));
  BOOST_TEST(equals(g[2], {24.0, 48.0}));
}

BOOST_FIXTURE_TEST_CASE(C7_only_nodes_between_outputs_and_inputs_run, Inputs) {
  int ran = 0;
  const Tensor aside = probed(z, passing([&](const Tensor&) { ++ran; }));
  const Tensor above = probed(x * 2, passing([&](const Tensor&) { ran += 10; }));
  const Tensor y = (above * aside).sum();
  BOOST_TEST(equals(ag::grad({y}, {above}, {}, true)[0], {3.0, 4.0}));
  BOOST_TEST(ran == 0);
  BOOST_TEST(equals(ag::grad({y}, {x}, {}, true)[0], {6.0, 8.0}));
  BOOST_TEST(ran == 10);
  y.backward({}, true, false, eg::TensorList(z));
  BOOST_TEST(ran == 11);
  BOOST_TEST(equals(z.grad(), {2.0, 4.0}));
  BOOST_TEST(!x.grad().defined());
  y.backward();
  BOOST_TEST(ran == 22);
}

BOOST_FIXTURE_TEST_CASE(C7_untouched_branches_are_not_released, Inputs) {
  const Tensor a = x.exp();
  const Tensor b = z.exp();
  const Tensor y = (a + b).sum();
  ag::grad({y}, {x});
  BOOST_CHECK_NO_THROW(ag::grad({b.sum()}, {z}));
  BOOST_CHECK_THROW(ag::grad({a.sum()}, {x}), eg::GraphError);
}

BOOST_FIXTURE_TEST_CASE(C8_backward_into_some_leaves, Inputs) {
  const Tensor y = (x * z).sum();
  ag::backward({y}, {}, true, false, {x});
  BOOST_TEST(equals(x.grad(), {3.0, 4.0}));
  BOOST_TEST(!z.grad().defined());
  const Tensor unused = eg::ones({2}, tracked);
  ag::backward({y}, {}, true, false, {unused, z});
  BOOST_TEST(!unused.grad().defined());
  BOOST_TEST(equals(z.grad(), {1.0, 2.0}));
  BOOST_TEST(equals(x.grad(), {3.0, 4.0}));
  ag::backward({y}, {}, true, false, {x, x});
  BOOST_TEST(equals(x.grad(), {6.0, 8.0}));
}

BOOST_FIXTURE_TEST_CASE(C8_backward_into_a_result, Inputs) {
  const Tensor a = x * 2;
  ag::backward({(a * 3).sum()}, {}, eg::nullopt, false, {a});
  BOOST_TEST(a.retains_grad());
  BOOST_TEST(equals(a.grad(), {3.0, 3.0}));
  BOOST_TEST(!x.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(C8_backward_into_a_result_that_retains_its_gradient, Inputs) {
  const Tensor a = x * 2;
  a.retain_grad();
  ag::backward({(a * 3).sum()}, {}, eg::nullopt, false, {a});
  BOOST_TEST(equals(a.grad(), {3.0, 3.0}));
  const Tensor b = x * 2;
  b.retain_grad();
  ag::backward({(b * 3).sum()}, {}, eg::nullopt, false, {x});
  BOOST_TEST(equals(b.grad(), {3.0, 3.0}));
  BOOST_TEST(equals(x.grad(), {6.0, 6.0}));
}

BOOST_FIXTURE_TEST_CASE(C9_several_roots, Inputs) {
  const Tensor a = x * 2;
  const Tensor y = a * 3;
  ag::backward({y.sum(), y.sum(), a.sum()});
  BOOST_TEST(equals(x.grad(), {14.0, 14.0}));
}

BOOST_FIXTURE_TEST_CASE(C9_several_roots_with_weights, Inputs) {
  const Tensor a = x * z;
  const Tensor b = x * x;
  ag::backward({a, b}, {eg::tensor({1.0, 10.0}), eg::tensor({100.0, 1000.0})});
  BOOST_TEST(equals(x.grad(), {3.0 + 200, 40.0 + 4000}));
  BOOST_TEST(equals(z.grad(), {1.0, 20.0}));
}

BOOST_FIXTURE_TEST_CASE(C9_weights_may_be_missing_for_scalars, Inputs) {
  ag::backward({(x * 2).sum(), z * 2}, {Tensor(), eg::ones({2})});
  BOOST_TEST(equals(x.grad(), {2.0, 2.0}));
  BOOST_TEST(equals(z.grad(), {2.0, 2.0}));
  BOOST_CHECK_THROW(ag::backward({(x * 2).sum(), z * 2}, {Tensor(), Tensor()}), eg::GraphError);
}

BOOST_FIXTURE_TEST_CASE(C9_same_root_twice, Inputs) {
  const Tensor y = x * x;
  ag::backward({y, y}, {eg::tensor({1.0, 1.0}), eg::tensor({10.0, 10.0})});
  BOOST_TEST(equals(x.grad(), {22.0, 44.0}));
}

BOOST_FIXTURE_TEST_CASE(C9_root_that_another_root_depends_on, Inputs) {
  const Tensor a = x * x;
  const Tensor b = a * a;
  ag::backward({a.sum(), b.sum()});
  BOOST_TEST(equals(x.grad(), {2.0 + 4, 4.0 + 32}));
  x.mutable_grad().reset();
  const Tensor c = x * x;
  const Tensor d = c * c;
  ag::backward({d.sum(), c.sum()});
  BOOST_TEST(equals(x.grad(), {2.0 + 4, 4.0 + 32}));
}

BOOST_FIXTURE_TEST_CASE(C9_leaf_as_root, Inputs) {
  x.backward(eg::tensor({3.0, 4.0}));
  BOOST_TEST(equals(x.grad(), {3.0, 4.0}));
  ag::backward({x, (x * 2).sum()}, {eg::ones({2}), Tensor()});
  BOOST_TEST(equals(x.grad(), {6.0, 7.0}));
}

BOOST_FIXTURE_TEST_CASE(C10_fan_in_is_summed_before_the_node_runs, Inputs) {
  int calls = 0;
  std::vector<double> arrived;
  const Tensor a = probed(x, passing([&](const Tensor& g) {
                            ++calls;
                            arrived = values(g);
                          }));
  (a + a * 2 + a * 3).sum().backward();
  BOOST_TEST(calls == 1);
  BOOST_TEST((arrived == std::vector<double>{6.0, 6.0}));
  BOOST_TEST(equals(x.grad(), {6.0, 6.0}));
}

BOOST_FIXTURE_TEST_CASE(C10_one_gradient_for_three_consumers, Inputs) {
  // The sum hands the same tensor to every addend; each then adds to what it got.
  const Tensor a = x + 0;
  const Tensor b = z + 0;
  const Tensor s = a + b + a;
  ag::backward({s, (a * 10).sum(), (b * 100).sum()}, {eg::ones({2}), Tensor(), Tensor()});
  BOOST_TEST(equals(x.grad(), {12.0, 12.0}));
  BOOST_TEST(equals(z.grad(), {101.0, 101.0}));
}

BOOST_FIXTURE_TEST_CASE(C10_gradient_of_the_caller_is_not_modified, Inputs) {
  const Tensor g = eg::tensor({1.0, 10.0});
  const Tensor a = x + z;
  const Tensor y = a + a * 2 + x;
  y.backward(g);
  BOOST_TEST(equals(g, {1.0, 10.0}));
  BOOST_TEST(g._version() == 0);
  BOOST_TEST(equals(x.grad(), {4.0, 40.0}));
  x.grad().detach().mul_(5);
  z.grad().detach().mul_(5);
  BOOST_TEST(equals(g, {1.0, 10.0}));
}

BOOST_FIXTURE_TEST_CASE(C10_gradients_of_results_are_not_modified, Inputs) {
  const Tensor a = x * 1;
  const Tensor b = a + z;
  const Tensor y = (b.exp() + b).sum();
  a.retain_grad();
  b.retain_grad();
  const variable_list g = ag::grad({y}, {b, a, x}, {}, true);
  y.backward();
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(equals(g[i], g[0]));
  BOOST_TEST(equals(b.grad(), g[0] * 2));
  BOOST_TEST(equals(a.grad(), g[0] * 2));
  BOOST_TEST(equals(x.grad(), g[0]));
}

BOOST_FIXTURE_TEST_CASE(C11_broadcast_inputs_get_gradients_of_their_shape, Balanced) {
  struct Row {
    std::vector<std::int64_t> a;
    std::vector<std::int64_t> b;
    double per_a;
    double per_b;
  };
  const Row rows[] = {
      {{2, 3}, {3}, 1, 2}, {{2, 3}, {2, 1}, 1, 3},    {{2, 1}, {1, 3}, 3, 2}, {{}, {2, 3}, 6, 1},
      {{1}, {4}, 4, 1},    {{3, 1, 2}, {4, 1}, 4, 6}, {{2, 1, 1}, {5}, 5, 2}, {{1, 1}, {1}, 1, 1},
  };
  for (const Row& row : rows) {
    const Tensor a = eg::full(row.a, 2.0, tracked);
    const Tensor b = eg::full(row.b, 5.0, tracked);
    (a + b).sum().backward();
    BOOST_TEST(equals(a.grad(), eg::full(row.a, row.per_a)));
    BOOST_TEST(equals(b.grad(), eg::full(row.b, row.per_b)));
    const variable_list g = ag::grad({(a * b).sum()}, {a, b}, {.create_graph = true});
    BOOST_TEST(equals(g[0], eg::full(row.a, row.per_a * 5)));
    BOOST_TEST(equals(g[1], eg::full(row.b, row.per_b * 2)));
    BOOST_TEST(equals(ag::grad({g[0].sum()}, {b})[0], eg::full(row.b, row.per_b)));
  }
}

BOOST_FIXTURE_TEST_CASE(C12_undefined_gradients_flow, Inputs) {
  bool undefined_below = false;
  const Tensor below = probed(x, [&](ag::BackwardCall& call) {
    undefined_below = !call.grads[0].defined();
    call.results[0] = call.grads[0];
  });
  const Tensor dead = probed(below * 2, [](ag::BackwardCall&) {});
  dead.sum().backward();
  BOOST_TEST(undefined_below);
  BOOST_TEST(!x.grad().defined());
  // Together with a defined one it counts as zero.
  const Tensor half = probed(x * 2, [](ag::BackwardCall&) {});
  (half + x * 5).sum().backward();
  BOOST_TEST(equals(x.grad(), {5.0, 5.0}));
  BOOST_TEST(
      !ag::grad({dead.sum()}, {x}, {.retain_graph = true, .allow_unused = true})[0].defined());
  BOOST_CHECK_EXCEPTION(ag::grad({dead.sum()}, {x}), eg::GraphError, Says{"Set allow_unused=True"});
}

BOOST_FIXTURE_TEST_CASE(C12_undefined_gradients_through_every_kind_of_node, Inputs) {
  const Tensor m = eg::ones({2, 2}, tracked);
  const Tensor results[] = {
      m + m,
      m * m,
      m.exp(),
      m.sum(),
      m[0],
      m.t(),
      m.matmul(m),
      eg::cat({m, m}),
      m.unbind()[0],
      m.clone(),
      m.prod(),
      m.std(),
      m.max(),
      m.as_strided({2}, {1}),
      std::get<0>(m.max(0)),
  };
  for (const Tensor& y : results) {
    const Tensor dead = probed(y, [](ag::BackwardCall&) {});
    BOOST_CHECK_NO_THROW(dead.sum().backward());
    BOOST_TEST(!m.grad().defined());
  }
  Tensor written = m * 1;
  written[0].exp_();
  BOOST_CHECK_NO_THROW(probed(written, [](ag::BackwardCall&) {}).sum().backward());
  BOOST_TEST(!m.grad().defined());
}

BOOST_FIXTURE_TEST_CASE(C14_in_shards, Inputs) {
  const auto hidden = [&] { return variable_list{x * z, (x * x).exp(), z.sin()}; };
  const auto loss = [](const variable_list& h) { return (h[0] * h[1] + h[2] * h[0]).sum(); };
  loss(hidden()).backward();
  const Tensor want_x = x.grad().clone();
  const Tensor want_z = z.grad().clone();
  x.mutable_grad().reset();
  z.mutable_grad().reset();
  const variable_list h = hidden();
  const variable_list seeds = ag::grad({loss(h)}, h);
  for (std::size_t i = 0; i < h.size(); ++i) h[i].backward(seeds[i]);
  BOOST_TEST(equals(x.grad(), want_x, kClose));
  BOOST_TEST(equals(z.grad(), want_z, kClose));
}

BOOST_FIXTURE_TEST_CASE(C15_grad_under_no_grad, Inputs) {
  const Tensor y = (x * x * x).sum();
  const eg::NoGradGuard off;
  BOOST_TEST(equals(ag::grad({y}, {x}, {}, true)[0], {3.0, 12.0}));
  const Tensor g = ag::grad({y}, {x}, {}, true, /*create_graph=*/true)[0];
  BOOST_TEST(g.requires_grad());
  BOOST_TEST(g.grad_fn() != nullptr);
  BOOST_TEST(!eg::GradMode::is_enabled());
  Tensor s;
  {
    const eg::AutoGradMode on(true);
    s = g.sum();
  }
  BOOST_TEST(equals(ag::grad({s}, {x})[0], {6.0, 12.0}));
}

BOOST_FIXTURE_TEST_CASE(C16_exceptions_reach_the_caller, Inputs) {
  struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  const Tensor bad = probed(x, [](ag::BackwardCall&) { throw Mine("of the test"); });
  const Tensor y = (bad.exp() * z).sum();
  BOOST_CHECK_EXCEPTION(y.backward(), Mine, Says{"of the test"});
  BOOST_TEST(eg::GradMode::is_enabled());
  // The engine and the rest of the graph are as good as before.
  (z * z).sum().backward();
  BOOST_TEST(z.grad().defined());
  BOOST_CHECK_EXCEPTION(ag::grad({(bad * 2).sum()}, {x}), Mine, Says{"of the test"});
  BOOST_TEST(equals(ag::grad({(bad * 2).sum()}, {bad})[0], {2.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(C16_the_same_graph_after_an_exception, Inputs) {
  bool fail = true;
  const Tensor a = probed(x, passing([&](const Tensor&) {
                            if (fail) throw std::runtime_error("not yet");
                          }));
  const Tensor y = (a.exp() * z).sum();
  BOOST_CHECK_THROW(y.backward({}, /*retain_graph=*/true), std::runtime_error);
  fail = false;
  y.backward();
  BOOST_TEST(equals(x.grad(), x.detach().exp() * z.detach()));
}

BOOST_FIXTURE_TEST_CASE(C18_grad_mode_during_backward, Inputs) {
  std::vector<bool> modes;
  const Tensor a =
      probed(x, passing([&](const Tensor&) { modes.push_back(eg::GradMode::is_enabled()); }));
  const Tensor y = a.sum();
  y.backward();
  BOOST_TEST(eg::GradMode::is_enabled());
  y.backward({}, eg::nullopt, /*create_graph=*/true);
  {
    const eg::NoGradGuard off;
    ag::backward({y});
    BOOST_TEST(!eg::GradMode::is_enabled());
    ag::backward({y}, {}, true, true);
    BOOST_TEST(!eg::GradMode::is_enabled());
  }
  BOOST_TEST((modes == std::vector<bool>{false, true, false, true}));
}

BOOST_FIXTURE_TEST_CASE(C18_grad_mode_in_nested_calls, Inputs) {
  std::vector<bool> modes;
  const auto note = [&] { modes.push_back(eg::GradMode::is_enabled()); };
  const Tensor inner = probed(z, passing([&](const Tensor&) { note(); })).sum();
  const Tensor outer = probed(x, passing([&](const Tensor&) {
                                note();
                                ag::backward({inner}, {}, true, true);
                                note();
                              }));
  outer.sum().backward();
  BOOST_TEST((modes == std::vector<bool>{false, true, false}));
  BOOST_TEST(equals(x.grad(), {1.0, 1.0}));
  BOOST_TEST(equals(z.grad(), {1.0, 1.0}));
}

/// Twice as many roots take about twice as long.
BOOST_FIXTURE_TEST_CASE(C9_many_roots, Balanced) {
  const Tensor x = eg::tensor(1.0, tracked);
  const auto seconds = [&](std::size_t n) {
    variable_list roots;
    for (std::size_t i = 0; i < n; ++i) roots.push_back(x * 2);
    const auto start = std::chrono::steady_clock::now();
    ag::backward(roots);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  seconds(1000);
  const double few = seconds(10000);
  BOOST_TEST(seconds(80000) < 40 * few + 0.02);
  BOOST_TEST(equals(x.grad(), 2.0 * (1000 + 10000 + 80000)));
  x.mutable_grad().reset();
}

}  // namespace autograd_test
