#include "autograd/support.hpp"

/// Sections D and E of the specification: releasing graphs, and gradients of gradients.
namespace autograd_test {
namespace {

const Says again{"Trying to backward through the graph a second time"};

}  // namespace

BOOST_FIXTURE_TEST_CASE(D1_saved_values_go_with_the_sweep, Balanced) {
  const Tensor x = eg::ones({1000}, tracked);
  const Tensor y = x.exp().sum();
  const std::int64_t before = eg::Storage::live_count();
  y.backward();
  // The gradient came, the result of exp() went.
  BOOST_TEST(eg::Storage::live_count() == before);
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, again);
}

BOOST_FIXTURE_TEST_CASE(D1_retain_graph_follows_create_graph, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  const Tensor y = x * x * x;
  ag::grad({y}, {x}, {}, eg::nullopt, /*create_graph=*/true);
  BOOST_TEST(equals(ag::grad({y}, {x}, {}, true)[0], {12.0}));
  ag::grad({y}, {x}, {}, /*retain_graph=*/false, /*create_graph=*/true);
  BOOST_CHECK_EXCEPTION(ag::grad({y}, {x}), eg::GraphError, again);
}

BOOST_FIXTURE_TEST_CASE(D2_graph_without_saved_values_runs_again, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = (eg::cat({x + x, -x}) - x.sum()).sum();
  y.backward();
  const Tensor first = x.grad().clone();
  y.backward();
  BOOST_TEST(equals(x.grad(), first * 2));
}

BOOST_FIXTURE_TEST_CASE(D3_shared_trunk, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor trunk = x * x;
  const Tensor a = trunk.sum();
  const Tensor b = (trunk * 3).sum();
  a.backward({}, true);
  b.backward();
  BOOST_TEST(equals(x.grad(), {8.0, 16.0}));

  const Tensor other = x * x;
  const Tensor c = other.sum();
  const Tensor d = other.exp().sum();
  c.backward();
  BOOST_CHECK_EXCEPTION(d.backward(), eg::GraphError, again);
}

BOOST_FIXTURE_TEST_CASE(D4_every_kind_of_node_says_that_it_was_released, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 5.0}}, tracked);
  Tensor written = x.clone();
  written[0].exp_();
  const std::pair<const char*, Tensor> rows[] = {
      {"input of an elementwise operator", x * x},
      {"output of an elementwise operator", x.exp()},
      {"number", x * 2},
      {"product", x.matmul(x)},
      {"product of all", x.prod()},
      {"deviation", x.std()},
      {"largest", x.max()},
      {"write to a view", written},
  };
  for (const auto& [name, y] : rows) BOOST_TEST_CONTEXT(name) {
      const Tensor s = y.sum();
      ag::grad({s}, {x});
      BOOST_CHECK_EXCEPTION(ag::grad({s}, {x}), eg::GraphError, again);
    }
}

BOOST_FIXTURE_TEST_CASE(E1_results_are_tracked_only_when_they_depend_on_something, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const auto gradient = [&](const Tensor& y) {
    return ag::grad({y.sum()}, {x}, {}, true, true)[0];
  };
  BOOST_TEST(!gradient(x * 3).requires_grad());
  BOOST_TEST(!gradient(x + x).requires_grad());
  BOOST_TEST(gradient(x * x).requires_grad());
  BOOST_TEST(gradient(x.exp()).requires_grad());
  const Tensor w = eg::tensor({5.0, 6.0}, tracked);
  const Tensor g = gradient(x * w);
  BOOST_TEST(equals(ag::grad({g.sum()}, {w})[0], {1.0, 1.0}));
  BOOST_TEST(!ag::grad({(x * x).sum()}, {x})[0].requires_grad());
}

BOOST_FIXTURE_TEST_CASE(E2_second_derivatives, Balanced) {
  struct Row {
    const char* name;
    std::function<Tensor(const Tensor&)> f;
    std::function<double(double)> second;
  };
  const Row rows[] = {
      {"x^3", [](const Tensor& x) { return x * x * x; }, [](double x) { return 6 * x; }},
      {"pow 4", [](const Tensor& x) { return x.pow(4); }, [](double x) { return 12 * x * x; }},
      {"exp", [](const Tensor& x) { return x.exp(); }, [](double x) { return std::exp(x); }},
      {"log", [](const Tensor& x) { return x.log(); }, [](double x) { return -1 / (x * x); }},
      {"sin", [](const Tensor& x) { return x.sin(); }, [](double x) { return -std::sin(x); }},
      {"cos", [](const Tensor& x) { return x.cos(); }, [](double x) { return -std::cos(x); }},
      {"1/x", [](const Tensor& x) { return 1 / x; }, [](double x) { return 2 / (x * x * x); }},
      {"reciprocal", [](const Tensor& x) { return x.reciprocal(); },
       [](double x) { return 2 / (x * x * x); }},
      {"sqrt", [](const Tensor& x) { return x.sqrt(); },
       [](double x) { return -0.25 / (x * std::sqrt(x)); }},
      {"tanh", [](const Tensor& x) { return x.tanh(); },
       [](double x) {
         const double y = std::tanh(x);
         return -2 * y * (1 - y * y);
       }},
      {"sigmoid", [](const Tensor& x) { return x.sigmoid(); },
       [](double x) {
         const double y = 1 / (1 + std::exp(-x));
         return y * (1 - y) * (1 - 2 * y);
       }},
      {"x/(1+x)", [](const Tensor& x) { return x / (1 + x); },
       [](double x) { return -2 / std::pow(1 + x, 3); }},
      {"square", [](const Tensor& x) { return x.square(); }, [](double) { return 2.0; }},
  };
  const double at[] = {0.3, 1.7};
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.name) {
      const Tensor x = eg::tensor({at[0], at[1]}, tracked);
      const Tensor g = ag::grad({row.f(x).sum()}, {x}, {}, true, true)[0];
      const Tensor h = ag::grad({g.sum()}, {x})[0];
      BOOST_TEST(equals(h, {row.second(at[0]), row.second(at[1])}, 1e-13));
    }
}

BOOST_FIXTURE_TEST_CASE(E3_backward_with_create_graph_does_not_warn, Balanced) {
  const Warnings warnings;
  const Tensor x = eg::tensor({2.0}, tracked);
  (x * x).backward({}, eg::nullopt, /*create_graph=*/true);
  BOOST_TEST(Warnings::seen().empty());
  BOOST_TEST(x.grad().requires_grad());
  BOOST_TEST(equals(ag::grad({x.grad()}, {x})[0], {2.0}));
}

BOOST_FIXTURE_TEST_CASE(E4_hessian_times_vector, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = eg::tensor({3.0, 4.0}, tracked);
  const Tensor z = (x * x + y * x + y * y).sum();
  z.backward({}, eg::nullopt, /*create_graph=*/true);
  BOOST_TEST(equals(x.grad(), {5.0, 8.0}));
  BOOST_TEST(equals(y.grad(), {7.0, 10.0}));
  // A gradient that has a history is added to out of place.
  const Tensor gx = x.grad();
  const Tensor sum = (gx * eg::tensor({1.0, 10.0})).sum();
  sum.backward();
  BOOST_TEST(equals(x.grad(), {5.0 + 2, 8.0 + 20}));
  BOOST_TEST(equals(y.grad(), {7.0 + 1, 10.0 + 10}));
}

BOOST_FIXTURE_TEST_CASE(E4_hessian_by_rows, Balanced) {
  // x0^2 x1 + x1^3
  const Tensor x = eg::tensor({2.0, 3.0}, tracked);
  const Tensor f = x[0] * x[0] * x[1] + x[1].pow(3);
  const Tensor g = ag::grad({f}, {x}, {}, true, true)[0];
  BOOST_TEST(equals(g, {12.0, 31.0}));
  BOOST_TEST(equals(ag::grad({g[0]}, {x}, {}, true)[0], {6.0, 4.0}));
  BOOST_TEST(equals(ag::grad({g[1]}, {x})[0], {4.0, 18.0}));
}

BOOST_FIXTURE_TEST_CASE(E5_five_times, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  Tensor d = x.pow(5);
  for (const double want : {80.0, 160.0, 240.0, 240.0, 120.0}) {
    d = ag::grad({d}, {x}, {}, true, true)[0];
    BOOST_TEST(equals(d, {want}));
  }
  BOOST_TEST(equals(ag::grad({d}, {x})[0], {0.0}));
  Tensor p = x * x * x * x * x;
  for (const double want : {80.0, 160.0, 240.0, 240.0, 120.0}) {
    p = ag::grad({p}, {x}, {}, true, true)[0];
    BOOST_TEST(equals(p, {want}));
  }
}

BOOST_FIXTURE_TEST_CASE(E6_versions_are_checked_in_second_order_too, Balanced) {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor g = ag::grad({(x * x * x).sum()}, {x}, {}, true, true)[0];
  {
    const eg::NoGradGuard off;
    x.add_(1);
  }
  BOOST_CHECK_EXCEPTION(ag::grad({g.sum()}, {x}), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(E6_gradient_modified_before_it_is_differentiated, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor g = ag::grad({x.exp().sum()}, {x}, {}, true, true)[0];
  const Tensor h = (g * g).sum();
  g.add_(1);
  BOOST_CHECK_EXCEPTION(ag::grad({h}, {x}), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_FIXTURE_TEST_CASE(E7_zeros_and_poles, Balanced) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = eg::zeros({1}, tracked);
  const auto first = [&](const Tensor& y) { return ag::grad({y}, {x}, {}, true, true)[0]; };
  BOOST_TEST(equals(first(x.pow(0)), {0.0}));
  BOOST_TEST(equals(first(x.pow(1)), {1.0}));
  BOOST_TEST(equals(first(x.pow(2)), {0.0}));
  BOOST_TEST(equals(first(x.sqrt()), {inf}));
  BOOST_TEST(equals(first(x.pow(0.5)), {inf}));
  BOOST_TEST(equals(first(x.log()), {inf}));
  const Tensor g = first(x.pow(2));
  BOOST_TEST(equals(ag::grad({g}, {x}, {}, true)[0], {2.0}));
  const Tensor g1 = first(x.pow(1));
  if (g1.requires_grad()) BOOST_TEST(equals(ag::grad({g1}, {x})[0], {0.0}));
}

/// Where a derivative is constant, so is the next one: zeros, at any order.
BOOST_FIXTURE_TEST_CASE(E1_constant_derivatives_are_tracked, Balanced) {
  const Tensor zero = eg::zeros({3}), minus = -eg::ones({3});
  using F = std::function<Tensor(const Tensor&)>;
  const std::pair<const char*, F> rows[] = {
      {"abs", [](const Tensor& x) { return x.abs(); }},
      {"relu", [](const Tensor& x) { return eg::relu(x); }},
      {"leaky_relu", [](const Tensor& x) { return eg::leaky_relu(x); }},
      {"hardtanh", [](const Tensor& x) { return eg::hardtanh(x); }},
      {"relu6", [](const Tensor& x) { return eg::relu6(x); }},
      {"hardshrink", [](const Tensor& x) { return eg::hardshrink(x); }},
      {"softshrink", [](const Tensor& x) { return eg::softshrink(x); }},
      {"threshold", [](const Tensor& x) { return eg::threshold(x, 0.1, 0.5); }},
      {"l1_loss", [&](const Tensor& x) { return eg::l1_loss(x, zero); }},
      {"norm 1", [](const Tensor& x) { return eg::linalg_vector_norm(x, 1.0); }},
      {"norm inf",
       [](const Tensor& x) {
         return eg::linalg_vector_norm(x, std::numeric_limits<double>::infinity());
       }},
      {"copysign", [&](const Tensor& x) { return eg::copysign(x, minus); }},
      {"x^5", [](const Tensor& x) { return x.pow(5); }},
      {"x^2", [](const Tensor& x) { return x.square(); }}};
  for (const auto& [name, f] : rows) {
    BOOST_TEST_INFO_SCOPE(name);
    const Tensor x = eg::tensor({0.3, -0.4, 2.0}, tracked);
    Tensor g = f(x).sum();
    for (int order = 1; order <= 8; ++order) {
      BOOST_TEST_INFO_SCOPE("order " << order);
      g = ag::grad({g.sum()}, {x}, {}, true, true)[0];
      BOOST_TEST(g.requires_grad());
      BOOST_TEST((g.sizes() == x.sizes()));
    }
    BOOST_TEST(equals(g, {0.0, 0.0, 0.0}));
  }
  // What a rule did not look at is no input of the gradient.
  const Tensor x = eg::ones({2}, tracked);
  BOOST_TEST(!ag::grad({(3 * x).sum()}, {x}, {}, true, true)[0].requires_grad());
  BOOST_TEST(!ag::grad({x.floor().sum()}, {x}, {}, true, true)[0].requires_grad());
}

BOOST_FIXTURE_TEST_CASE(E_through_views_and_writes, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  Tensor a = x * x;
  a[0].mul_(x[1]);                // x00^2 x10, x01^2 x11
  a.t()[1].mul_(a.select(1, 0));  // second column times the first
  const Tensor f = a.sum();
  // f = u + u v + w + w z with u = x00^2 x10, v = x01^2 x11, w = x10^2, z = x11^2
  const Tensor g = ag::grad({f}, {x}, {}, true, true)[0];
  const double u = 3, v = 16, w = 9, z = 16;
  BOOST_TEST(equals(g,
                    {{2 * 1.0 * 3 * (1 + v), u * 2 * 2 * 4},
                     {1.0 * (1 + v) + 2 * 3 * (1 + z), u * 4 + w * 2 * 4}},
                    kClose));
  const Tensor h = ag::grad({g[0][0]}, {x})[0];
  BOOST_TEST(
      equals(h, {{2.0 * 3 * (1 + v), 2.0 * 3 * 2 * 2 * 4}, {2.0 * (1 + v), 2.0 * 3 * 4}}, kClose));
}

}  // namespace autograd_test
