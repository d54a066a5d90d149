#include "autograd/support.hpp"

/// Sections A and O of the specification: what a recorded graph looks like, and the order in which it
/// runs.
namespace autograd_test {

BOOST_FIXTURE_TEST_CASE(A1_results_are_tracked_when_an_input_is, Balanced) {
  const Tensor x = eg::ones({2, 2});
  const Tensor y = eg::ones({2, 2});
  const Tensor z = eg::ones({2, 2}, tracked);
  const Tensor a = x + y;
  BOOST_TEST(!a.requires_grad());
  const Tensor b = a + z;
  BOOST_TEST(b.requires_grad());
  BOOST_TEST((b * 2).requires_grad());
  const eg::NoGradGuard off;
  BOOST_TEST(!(b * z).requires_grad());
}

BOOST_FIXTURE_TEST_CASE(A2_no_node_without_a_tracked_input, Balanced) {
  const Tensor x = eg::ones({2});
  const Tensor y = (x * 2).sum().exp();
  BOOST_TEST(y.grad_fn() == nullptr);
  BOOST_TEST(ag::Node::live_count() == at_start.nodes);
}

BOOST_FIXTURE_TEST_CASE(A3_leaves, Balanced) {
  const Tensor plain = eg::ones({2});
  const Tensor x = eg::ones({2}, tracked);
  BOOST_TEST(plain.is_leaf());
  BOOST_TEST((plain * 2).is_leaf());
  BOOST_TEST(x.is_leaf());
  BOOST_TEST(!(x * 2).is_leaf());
  BOOST_TEST((x > 0).is_leaf());
  BOOST_TEST((x * 2).detach().is_leaf());
  const eg::NoGradGuard off;
  BOOST_TEST((x * 2).is_leaf());
}

BOOST_FIXTURE_TEST_CASE(A4_names, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  BOOST_TEST(x.grad_fn() == nullptr);
  const std::pair<const char*, Tensor> rows[] = {
      {"AddBackward0", x + x},
      {"AddBackward0", x + 1},
      {"AddBackward0", 1 + x},
      {"AddBackward0", x.add(x, 2)},
      {"SubBackward0", x - x},
      {"SubBackward0", x - 1},
      {"MulBackward0", x * x},
      {"MulBackward0", 2 * x},
      {"DivBackward0", x / x},
      {"DivBackward0", x / 2},
      {"NegBackward0", -x},
      {"PowBackward0", x.pow(2)},
      {"PowBackward1", x.pow(x)},
      {"ExpBackward0", x.exp()},
      {"LogBackward0", x.log()},
      {"SqrtBackward0", x.sqrt()},
      {"ReciprocalBackward0", x.reciprocal()},
      {"AbsBackward0", x.abs()},
      {"SinBackward0", x.sin()},
      {"CosBackward0", x.cos()},
      {"TanhBackward0", x.tanh()},
      {"SigmoidBackward0", x.sigmoid()},
      {"ReluBackward0", x.relu()},
      {"ClampBackward1", x.clamp(0.0, 1.0)},
      {"MaximumBackward0", x.maximum(x)},
      {"MinimumBackward0", x.minimum(x)},
      {"WhereBackward0", eg::where(x > 2, x, x)},
      {"SumBackward0", x.sum()},
      {"SumBackward1", x.sum(0)},
      {"MeanBackward0", x.mean()},
      {"MeanBackward1", x.mean(0)},
      {"ProdBackward0", x.prod()},
      {"MaxBackward1", x.max()},
      {"MaxBackward0", std::get<0>(x.max(0))},
      {"MinBackward1", x.min()},
      {"VarBackward0", x.var()},
      {"StdBackward0", x.std(0)},
      {"SumBackward1", x.sum_to_size({1, 2})},
      {"ViewBackward0", x.view({4})},
      {"TBackward0", x.t()},
      {"TransposeBackward0", x.transpose(0, 1)},
      {"PermuteBackward0", x.permute({1, 0})},
      {"ExpandBackward0", x.expand({2, 2, 2})},
      {"SelectBackward0", x[0]},
      {"SliceBackward0", x.slice(0, 0, 1)},
      {"SliceBackward0", x.narrow(0, 0, 1)},
      {"SqueezeBackward0", x.squeeze()},
      {"SqueezeBackward1", x.squeeze(0)},
      {"UnsqueezeBackward0", x.unsqueeze(0)},
      {"DiagonalBackward0", x.diagonal()},
      {"AsStridedBackward0", x.as_strided({2}, {1})},
      {"UnbindBackward0", x.unbind()[0]},
      {"SplitBackward0", x.split(1)[0]},
      {"SplitBackward0", x.chunk(2)[0]},
      {"SplitWithSizesBackward0", x.split_with_sizes({1, 1})[0]},
      {"CatBackward0", eg::cat({x, x})},
      {"StackBackward0", eg::stack({x, x})},
      {"CloneBackward0", x.clone()},
      {"CloneBackward0", x.t().contiguous()},
      {"ToCopyBackward0", x.to(eg::kFloat32)},
  };
  for (const auto& [want, y] : rows) {
    BOOST_TEST(name_of(y) == want);
    BOOST_TEST(text(y).find(std::string("grad_fn=<") + want + ">") != std::string::npos);
  }
}

BOOST_FIXTURE_TEST_CASE(A4_names_of_writes, Balanced) {
  const Tensor x = eg::ones({2, 2}, tracked);
  using Write = void (*)(Tensor&);
  const std::pair<const char*, Write> rows[] = {
      {"AddBackward0", [](Tensor& t) { t.add_(1); }},
      {"MulBackward0", [](Tensor& t) { t.mul_(2); }},
      {"ExpBackward0", [](Tensor& t) { t.exp_(); }},
      {"ZeroBackward0", [](Tensor& t) { t.zero_(); }},
      {"CopyBackwards",
       [](Tensor& t) {
         t.copy_(eg::ones({2, 2}));
       }},
      {"CopySlices", [](Tensor& t) { t[0].add_(1); }},
  };
  for (const auto& [want, write] : rows) {
    Tensor y = x.clone();
    write(y);
    BOOST_TEST(name_of(y) == want);
  }
}

BOOST_FIXTURE_TEST_CASE(A5_next_edges, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = eg::ones({2}, tracked);
  const Tensor c = eg::ones({2});
  const Tensor a = x + y;
  const Tensor b = a * c;

  const auto edges = a.grad_fn()->next_edges();
  BOOST_TEST(edges.size() == 2);
  BOOST_TEST(a.grad_fn()->num_outputs() == 2);
  BOOST_TEST(edges[0].function->name().find("AccumulateGrad") != std::string::npos);
  BOOST_TEST(edges[0].function != edges[1].function);
  BOOST_TEST(edges[0].input_nr == 0);

  BOOST_TEST(b.grad_fn()->next_edge(0).function == a.grad_fn());
  BOOST_TEST(!b.grad_fn()->next_edge(1).is_valid());

  const Tensor square = x * x;
  const auto twice = square.grad_fn()->next_edges();
  BOOST_TEST(twice[0].function == twice[1].function);
  BOOST_TEST(twice[0].function == edges[0].function);
}

BOOST_FIXTURE_TEST_CASE(A5_edges_of_a_temporary, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  int seen = 0;
  for (const ag::Edge& e : (x * 2 + x).grad_fn()->next_edges()) {
    BOOST_TEST(!e.function->name().empty());
    ++seen;
  }
  BOOST_TEST(seen == 2);
  auto& edges = (x.exp() * x).grad_fn()->next_edges();
  BOOST_TEST(edges[0].function->name() == "ExpBackward0");
  auto& edge = (x.exp() * x).grad_fn()->next_edge(0);
  BOOST_TEST(edge.function->name() == "ExpBackward0");
  ag::edge_list copy = (x * x).grad_fn()->next_edges();
  copy.emplace_back();
  BOOST_TEST(copy.size() == 3);
}

BOOST_FIXTURE_TEST_CASE(A5_edges_lead_to_the_output_that_was_used, Balanced) {
  const Tensor x = eg::ones({3, 2}, tracked);
  const Tensor third = x.unbind()[2];
  const Tensor y = third * 2;
  BOOST_TEST(y.grad_fn()->next_edge(0).input_nr == 2);
  BOOST_TEST(y.grad_fn()->next_edge(0).function == third.grad_fn());
  BOOST_TEST(third.grad_fn()->num_inputs() == 3);
}

BOOST_FIXTURE_TEST_CASE(A6_graph_outlives_the_leaf, Balanced) {
  Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor w = eg::tensor({3.0, 4.0}, tracked);
  const Tensor y = (x * w).sum();
  std::weak_ptr<ag::Node> accumulator;
  for (const ag::Edge& e : y.grad_fn()->next_edge(0).function->next_edges())
    if (e == ag::gradient_edge(x)) accumulator = e.function;
  BOOST_TEST(!accumulator.expired());
  x.reset();
  BOOST_TEST(!accumulator.expired());
  y.backward();
  BOOST_TEST(equals(w.grad(), {1.0, 2.0}));
}

BOOST_FIXTURE_TEST_CASE(A6_leaf_does_not_keep_its_accumulator, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  std::weak_ptr<ag::Node> accumulator;
  {
    const Tensor y = x * 2;
    accumulator = y.grad_fn()->next_edge(0).function;
    y.sum().backward();
  }
  BOOST_TEST(accumulator.expired());
  (x * 2).sum().backward();
  BOOST_TEST(equals(x.grad(), {4.0, 4.0}));
}

BOOST_FIXTURE_TEST_CASE(A7_output_numbers, Balanced) {
  const Tensor x = eg::arange(6.0).reshape({3, 2}).requires_grad_();
  const auto rows = x.unbind();
  for (std::int64_t i = 0; i < 3; ++i)
    BOOST_TEST(rows[static_cast<std::size_t>(i)].output_nr() == i);
  // Saved and read back, they still belong to their output.
  const Tensor y = rows[1] * rows[1] * rows[2];
  const Tensor g = ag::grad({y.sum()}, {rows[1]}, {}, true, true)[0];
  BOOST_TEST(equals(g, {2 * 2 * 4.0, 2 * 3 * 5.0}));
  const Tensor gx = ag::grad({g.sum()}, {x})[0];
  BOOST_TEST(equals(gx, {{0.0, 0.0}, {2 * 4.0, 2 * 5.0}, {2 * 2.0, 2 * 3.0}}));
}

BOOST_FIXTURE_TEST_CASE(A8_unused_outputs_count_as_zero, Balanced) {
  const Tensor x = eg::ones({3, 2}, tracked);
  x.unbind()[1].sum().backward();
  BOOST_TEST(equals(x.grad(), {{0.0, 0.0}, {1.0, 1.0}, {0.0, 0.0}}));
  const Tensor z = eg::ones({5}, tracked);
  z.chunk(3)[2].sum().backward();
  BOOST_TEST(equals(z.grad(), {0.0, 0.0, 0.0, 0.0, 1.0}));
}

BOOST_FIXTURE_TEST_CASE(A9_only_needed_values_are_saved, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  struct Row {
    const char* name;
    std::function<Tensor(const Tensor&)> f;
  };
  const Tensor c = eg::ones({2});
  const Row rows[] = {
      {"add", [&](const Tensor& t) { return t + c; }},
      {"sub", [&](const Tensor& t) { return c - t; }},
      {"neg", [](const Tensor& t) { return -t; }},
      {"mul by a constant", [&](const Tensor& t) { return t * c; }},
      {"div by a constant", [&](const Tensor& t) { return t / c; }},
      {"exp", [](const Tensor& t) { return t.exp(); }},
      {"sqrt", [](const Tensor& t) { return t.sqrt(); }},
      {"tanh", [](const Tensor& t) { return t.tanh(); }},
      {"sum", [](const Tensor& t) { return t.sum(); }},
      {"mean", [](const Tensor& t) { return t.mean(); }},
      {"select", [](const Tensor& t) { return t.clone()[0]; }},
      {"cat",
       [](const Tensor& t) {
         return eg::cat({t, t});
       }},
      {"stack",
       [](const Tensor& t) {
         return eg::stack({t, t});
       }},
      {"clone", [](const Tensor& t) { return t.clone(); }},
      {"where", [&](const Tensor& t) { return eg::where(c > 0, t, 0.0); }},
      {"to", [](const Tensor& t) { return t.to(eg::kFloat32); }},
      {"max along a dimension", [](const Tensor& t) { return std::get<0>(t.max(0)); }},
  };
  for (const Row& row : rows) BOOST_TEST_CONTEXT(row.name) {
      Tensor a = x * 1;
      const Tensor y = row.f(a);
      a.zero_();
      BOOST_CHECK_NO_THROW(y.sum().backward());
    }
}

BOOST_FIXTURE_TEST_CASE(A10_only_wanted_gradients_are_computed, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor y = eg::ones({2}, tracked);
  // The product saves both operands; asked for one gradient only it reads one of them.
  Tensor a = x * 1;
  const Tensor b = y * 1;
  const Tensor z = a * b;
  a.zero_();
  BOOST_TEST(equals(ag::grad({z.sum()}, {x}, {}, true)[0], {1.0, 1.0}));
  BOOST_CHECK_THROW(ag::grad({z.sum()}, {y}), eg::GraphError);
}

BOOST_FIXTURE_TEST_CASE(A11_integers_and_bools_are_never_tracked, Balanced) {
  const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  for (const Tensor& t : {x.argmax(), x.argmin(0), std::get<1>(x.max(0)), x > 2, x == x, x.isnan(),
                          (x > 2).all(), x.to(eg::kInt64), eg::logical_not(x)}) {
    BOOST_TEST(!t.requires_grad());
    BOOST_TEST(t.grad_fn() == nullptr);
  }
}

BOOST_FIXTURE_TEST_CASE(A13_sequence_numbers, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor a = x * 2;
  const Tensor b = x * 3;
  const Tensor c = a + b;
  BOOST_TEST(a.grad_fn()->sequence_nr() < b.grad_fn()->sequence_nr());
  BOOST_TEST(b.grad_fn()->sequence_nr() < c.grad_fn()->sequence_nr());
  BOOST_TEST(a.grad_fn()->next_edge(0).function->sequence_nr() == ~std::uint64_t{0});
}

BOOST_FIXTURE_TEST_CASE(A15_saved_output_is_no_cycle, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  std::weak_ptr<ag::Node> weak[7];
  {
    Tensor written = x * 1;
    written.exp_();
    const Tensor ys[] = {x.exp(), x.sqrt(), x.tanh(), x.sigmoid(), x / x, x.std(), written};
    for (std::size_t i = 0; i < std::size(ys); ++i) {
      weak[i] = ys[i].grad_fn();
      BOOST_TEST(!weak[i].expired());
    }
  }
  for (const auto& w : weak) BOOST_TEST(w.expired());
}

BOOST_FIXTURE_TEST_CASE(O1_latest_first, Balanced) {
  const Tensor x = eg::ones({1}, tracked);
  std::string order;
  const auto note = [&order](char c) {
    return passing([&order, c](const Tensor&) { order += c; });
  };
  const Tensor a = probed(x, note('a'));
  const Tensor b = probed(x, note('b'));
  const Tensor c = probed(x, note('c'));
  (a + b + c).sum().backward();
  BOOST_TEST(order == "cba");
}

BOOST_FIXTURE_TEST_CASE(O1_latest_first_among_branches, Balanced) {
  const Tensor x = eg::ones({1}, tracked);
  std::string order;
  const auto note = [&order](char c) {
    return passing([&order, c](const Tensor&) { order += c; });
  };
  const Tensor a = probed(x, note('a'));
  const Tensor b = probed(x, note('b'));
  const Tensor deep = probed(probed(a, note('c')), note('d'));
  const Tensor other = probed(b, note('e'));
  ag::backward({deep, other});
  BOOST_TEST(order == "edcba");
}

BOOST_FIXTURE_TEST_CASE(O1_leaves_as_soon_as_they_are_ready, Balanced) {
  const Tensor x = eg::ones({1}, tracked);
  const Tensor z = eg::ones({1}, tracked);
  bool z_had_gradient = false;
  const Tensor a = probed(x, passing([&](const Tensor&) { z_had_gradient = z.grad().defined(); }));
  (a + z).sum().backward();
  BOOST_TEST(z_had_gradient);
}

BOOST_FIXTURE_TEST_CASE(O2_bitwise_reproducible, Balanced) {
  const auto run = [] {
    eg::manual_seed(7);
    const Tensor x = eg::rand({200, 30}, tracked);
    const Tensor w = eg::rand({30}, tracked);
    Tensor h = x * w;
    for (int i = 0; i < 5; ++i) h = (h.sin() * w + h).tanh() + x;
    ((h * h).sum(0) / (1 + w * w)).sum().backward();
    std::vector<double> bits = values(x.grad());
    for (const double v : values(w.grad())) bits.push_back(v);
    return bits;
  };
  const std::vector<double> first = run();
  for (int again = 0; again < 3; ++again) {
    const std::vector<double> bits = run();
    BOOST_TEST_REQUIRE(bits.size() == first.size());
    BOOST_TEST(std::memcmp(bits.data(), first.data(), bits.size() * sizeof(double)) == 0);
  }
}

}  // namespace autograd_test
