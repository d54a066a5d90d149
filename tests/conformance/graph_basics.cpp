#include "graph.hpp"

/// Sections A and B of the specification, and the worked example.
namespace conformance {
namespace {

void worked_example(Transcript& t) {
  const Tensor w = leaf({1}), x = leaf({2});
  const Tensor a = w + x, b = w + torch::ones({1}, torch::kFloat64), y = a * b;
  y.backward();
  t.say("w.grad", w.grad());
  t.say("x.grad", x.grad());
  for (const Tensor& v : {w, x, a, b, y}) t.say("is_leaf", v.is_leaf());
  t.say_node("a", a);
  t.say_node("y", y);
  t.fails("again", "Trying to backward through the graph a second time", [&] { y.backward(); });
}

void four_passes(Transcript& t) {
  Tensor w = leaf({1}), x = leaf({2});
  for (int i = 0; i < 4; ++i) {
    ((w + x) * (w * x)).backward();
    t.say("w.grad", w.grad());
  }
  for (int i = 0; i < 4; ++i) {
    w.mutable_grad().zero_();
    ((w + x) * (w * x)).backward();
    t.say("zeroed before", w.grad());
  }
}

void weighted_roots(Transcript& t) {
  for (const double second : {2.0, 3.0}) {
    const Tensor w = leaf({1}), x = leaf({2});
    const Tensor a = w + x, b = w + torch::ones({1}, torch::kFloat64);
    torch::cat({a * b, a + b}).backward(f64({1, second}));
    t.say("w.grad", w.grad());
  }
}

void second_derivative(Transcript& t) {
  const Tensor x = leaf({3});
  const Tensor y = torch::pow(x, 2);
  const Tensor g1 = torch::autograd::grad({y}, {x}, {}, torch::nullopt, true)[0];
  t.say("first", g1);
  t.say("first is recorded", g1.grad_fn() != nullptr);
  t.say("second", torch::autograd::grad({g1}, {x})[0]);
}

void tracking(Transcript& t) {
  const Tensor x = f64({1, 2}), y = f64({3, 4}), z = leaf({5, 6});
  t.say("plain", (x + y).requires_grad());
  t.say("mixed", (x + z).requires_grad());
  t.say("plain node", (x * y).grad_fn() == nullptr);
  {
    const torch::NoGradGuard off;
    const Tensor r = z * z;
    t.say("under no_grad", r.requires_grad());
    t.say("is a leaf", r.is_leaf());
  }
  t.say("indices", torch::argmax(z).requires_grad());
  t.say("comparison", (z > 5).requires_grad());
  t.say("detached", z.detach().requires_grad());
}

void edges(Transcript& t) {
  const Tensor x = leaf({1, 2}), c = f64({3, 4});
  const Tensor a = x * x, b = x * c, d = a.exp() + b;
  t.say_next("x * x", a);
  t.say_next("x * constant", b);
  t.say_next("sum", d);
  t.say("one accumulator",
        a.grad_fn()->next_edge(0).function == b.grad_fn()->next_edge(0).function);
  t.say("of both edges", a.grad_fn()->next_edge(0).function == a.grad_fn()->next_edge(1).function);
  const auto parts = x.unbind();
  t.say("output_nr", static_cast<std::int64_t>((parts[1] * 2).grad_fn()->next_edge(0).input_nr));
  t.say("later is larger", d.grad_fn()->sequence_nr() > a.grad_fn()->sequence_nr());
  t.say("outputs", static_cast<std::int64_t>(d.grad_fn()->num_outputs()));
  t.say("inputs", static_cast<std::int64_t>(parts[0].grad_fn()->num_inputs()));
}

void names(Transcript& t) {
  const Tensor x = leaf({0.25, 0.5, 0.75, 0.125}).detach().reshape({2, 2}).requires_grad_();
  t.say_node("add", x + x);
  t.say_node("sub", x - x);
  t.say_node("mul", x * x);
  t.say_node("div", x / x);
  t.say_node("neg", -x);
  t.say_node("exp", x.exp());
  t.say_node("log", x.log());
  t.say_node("tanh", x.tanh());
  t.say_node("sum", x.sum());
  t.say_node("sum over a dimension", x.sum(1));
  t.say_node("mean", x.mean());
  t.say_node("max", x.max());
  t.say_node("mm", x.mm(x));
  t.say_node("t", x.t());
  t.say_node("select", x.select(0, 1));
  t.say_node("slice", x.slice(0, 0, 1));
  t.say_node("view", x.view({4}));
  t.say_node("cat", torch::cat({x, x}));
  t.say_node("stack", torch::stack({x, x}));
  t.say_node("where", torch::where(x > 0.3, x, x));
  t.say_node("clone", x.clone());
  t.say_node("expand", x.expand({3, 2, 2}));
  t.say_node("permute", x.permute({1, 0}));
  t.say_node("softmax", torch::softmax(x, 1));
  t.say_node("sort", std::get<0>(x.sort()));
  t.say_node("prod", x.prod());
  t.say_node("cumsum", x.cumsum(0));
  t.say_node("norm", x.norm());
  t.say_node("gather", x.gather(1, torch::zeros({2, 1}, torch::kInt64)));
  t.say_node("sigmoid", torch::sigmoid(x));
}

void unused_outputs(Transcript& t) {
  const Tensor x = leaf({1, 2, 3, 4});
  const auto parts = x.chunk(2);
  parts[1].sum().backward();
  t.say("x.grad", x.grad());
  const Tensor z = leaf({1, 2, 3});
  const auto sorted = z.sort(0, true);
  (std::get<0>(sorted) * std::get<1>(sorted).to(torch::kFloat64)).sum().backward();
  t.say("z.grad", z.grad());
}

void what_is_saved(Transcript& t) {
  const std::string saved = "modified by an inplace operation";
  const auto after = [&](const std::string& what, auto f) {
    const Tensor x = leaf({1, 2});
    Tensor a = x * 2;
    const Tensor y = f(a);
    a.add_(1);
    t.fails(what, saved, [&] { y.sum().backward(); });
  };
  after("add", [](const Tensor& a) { return a + 1; });
  after("mul by a constant", [](const Tensor& a) { return a * f64({3, 4}); });
  after("square", [](const Tensor& a) { return a * a; });
  after("sin", [](const Tensor& a) { return a.sin(); });
  after("exp", [](const Tensor& a) { return a.exp(); });
  after("sum", [](const Tensor& a) { return a.sum(); });
  after("pow", [](const Tensor& a) { return a.pow(3); });
  after("index_select", [](const Tensor& a) { return a.index_select(0, i64({1})); });
  const Tensor x = leaf({1, 2});
  Tensor y = x.exp();
  const Tensor z = y.sum();
  y.add_(1);
  t.fails("output of exp", saved, [&] { z.backward(); });
}

void leaves(Transcript& t) {
  Tensor x = f64({1, 2});
  t.say("default", x.requires_grad());
  x.requires_grad_();
  t.say("same", x.requires_grad_().is_same(x));
  t.fails("write", "a leaf Variable that requires grad is being used in an in-place operation",
          [&] { x.add_(1); });
  t.fails("write to a view",
          "a view of a leaf Variable that requires grad is being used in an in-place operation",
          [&] { x[0].add_(1); });
  t.say("unchanged", x);
  {
    const torch::NoGradGuard off;
    x.add_(1);
  }
  t.say("under no_grad", x);
  t.say("still a leaf", x.is_leaf());
  Tensor plain = f64({1, 1});
  plain.mul_(x);
  t.say("destination is tracked", plain.requires_grad());
  t.say("and no leaf", plain.is_leaf());
  plain.sum().backward();
  t.say("x.grad", x.grad());
  Tensor early = f64({1, 2});
  early[0].fill_(7);
  early.requires_grad_();
  (early * early).sum().backward();
  t.say("written before it is tracked", early.grad());
}

void versions(Transcript& t) {
  Tensor x = f64({1, 2, 3, 4});
  t.say("at first", x._version());
  x.add_(1);
  x[0].mul_(2);
  x.detach().zero_();
  t.say("base", x._version());
  t.say("view", x.slice(0, 1)._version());
  Tensor y = x.detach();
  y.fill_(3);
  t.say("after a write to detach()", x._version());
}

void aliases(Transcript& t) {
  const std::string saved = "modified by an inplace operation";
  const Tensor x = leaf({1, 2});
  const Tensor a = x * 3;
  const Tensor y = (a * a).sum();
  a.detach().zero_();
  t.fails("write through detach()", saved, [&] { y.backward(); });
  const Tensor b = x * 3;
  const Tensor z = (b * b).sum();
  b.data().zero_();
  z.backward();
  t.say("write through data is unnoticed", x.grad());
  t.say("item of a tracked tensor", static_cast<int>(x.sum().item<double>()));
}

}  // namespace

std::vector<Program> graph_basics() {
  return {{"worked_example", worked_example},
          {"F1_four_passes", four_passes},
          {"C3_weighted_roots", weighted_roots},
          {"E1_second_derivative", second_derivative},
          {"A1_A2_A3_A11_tracking", tracking},
          {"A5_A7_A13_edges", edges},
          {"A4_names", names},
          {"A8_A12_unused_outputs", unused_outputs},
          {"A9_J3_what_is_saved", what_is_saved},
          {"B1_B3_B4_B5_B6_leaves", leaves},
          {"J1_versions", versions},
          {"B7_B10_aliases", aliases}};
}

}  // namespace conformance
