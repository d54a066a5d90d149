#include "graph.hpp"

/// Sections G, H, M and L of the specification.
namespace conformance {
namespace {

using torch::autograd::grad;

void hooks_of_a_tensor(Transcript& t) {
  const Tensor x = leaf({1, 2});
  const Tensor a = x * 2;
  int calls = 0;
  a.register_hook([&](Tensor g) {
    ++calls;
    t.say("whole gradient", g);
  });
  a.register_hook([](Tensor g) { return g * 10; });
  const auto removed = a.register_hook([](Tensor g) { return g * 100; });
  a.register_hook([](Tensor g) { return g + 1; });
  a.remove_hook(removed);
  (a * 3 + a * 4).sum().backward();
  t.say("calls", calls);
  t.say("x.grad", x.grad());
}

void hooks_of_a_leaf(Transcript& t) {
  const Tensor x = leaf({1, 2});
  const auto h = x.register_hook([](Tensor g) { return g * 10; });
  (x * x).sum().backward();
  t.say("x.grad", x.grad());
  x.remove_hook(h);
  (x * x).sum().backward();
  t.say("after removal", x.grad());
}

void refused_hooks(Transcript& t) {
  const Tensor plain = f64({1, 2}), x = leaf({1, 2});
  t.fails("untracked", "that doesn't require gradient",
          [&] { plain.register_hook([](Tensor g) { return g; }); });
  const Tensor a = x * 2;
  a.register_hook([](Tensor) { return torch::ones({3}, torch::kFloat64); });
  t.fails("another shape", "has changed the size of value", [&] { a.sum().backward(); });
  t.fails("unknown handle", "Invalid index", [&] { x.remove_hook(5); });
}

void order_on_a_path(Transcript& t) {
  const Tensor x = leaf({2});
  const Tensor a = x * 3, b = a * 5, c = b * 7;
  a.register_hook([&](Tensor g) { t.say("a", g); });
  c.register_hook([&](Tensor g) { t.say("c", g); });
  b.register_hook([&](Tensor g) { t.say("b", g); });
  x.register_hook([&](Tensor g) { t.say("x", g); });
  c.backward();
}

void order_of_branches(Transcript& t) {
  const Tensor x = leaf({2}), y = leaf({3});
  const Tensor a = x * 2, b = y * 3, c = x * 4, d = a + b + c;
  a.register_hook([&](Tensor g) { t.say("a", g); });
  b.register_hook([&](Tensor g) { t.say("b", g); });
  c.register_hook([&](Tensor g) { t.say("c", g); });
  d.backward();
}

void hooks_and_retained(Transcript& t) {
  const Tensor x = leaf({1});
  const Tensor a = x * 2;
  // In this order: libtorch's C++ API, unlike Python's, has a hook that comes later act later.
  a.register_hook([](Tensor g) { return g * 10; });
  a.retain_grad();
  (a * 3).backward();
  t.say("a.grad", a.grad());
  t.say("x.grad", x.grad());
}

void hooks_and_writes(Transcript& t) {
  const Tensor x = leaf({1, 1});
  Tensor a = x * 2;
  a.register_hook([&](Tensor g) { t.say("before", g); });
  a.retain_grad();
  a.mul_(4);
  a.register_hook([&](Tensor g) { t.say("after", g); });
  a.sum().backward();
  t.say("a.grad", a.grad());
  t.say("x.grad", x.grad());
}

void hooks_and_grad(Transcript& t) {
  const Tensor x = leaf({2});
  const Tensor a = x * 3, y = a * a;
  a.register_hook([&](Tensor g) {
    t.say("hook of a", g);
    return g * 2;
  });
  x.register_hook([&](Tensor g) {
    t.say("hook of x", g);
    return g * 5;
  });
  t.say("with respect to a", grad({y}, {a}, {}, true));
  t.say("to x", grad({y}, {x}, {}, true));
  t.say("to both", grad({y}, {x, a}, {}, true));
  torch::autograd::backward({y}, {}, true, false, {x});
  t.say("x.grad", x.grad());
}

void hook_with_create_graph(Transcript& t) {
  const Tensor x = leaf({3});
  const Tensor a = x * x;
  a.register_hook([&](Tensor g) { return g * x; });
  const Tensor g = grad({a.sum()}, {x}, {}, torch::nullopt, true)[0];
  t.say("first", g);
  t.say("second", grad({g}, {x}));
}

void retained(Transcript& t) {
  const Tensor x = leaf({1, 2});
  const Tensor a = x * 2;
  t.say("at first", a.retains_grad());
  a.retain_grad();
  a.retain_grad();
  t.say("then", a.retains_grad());
  const Tensor y = (a * a).sum();
  y.backward({}, true);
  t.say("a.grad", a.grad());
  y.backward();
  t.say("accumulated", a.grad());
  x.retain_grad();
  t.say("of a leaf", x.retains_grad());
  t.fails("of an untracked tensor", "can't retain_grad", [] { f64({1}).retain_grad(); });
  Tensor b = x * 3;
  const Tensor view = b.view({2, 1});
  view.retain_grad();
  b.mul_(2);
  (view * 5).sum().backward();
  t.say("of a view of what is written", view.grad());
}

void nested_sweeps(Transcript& t) {
  const Tensor x = leaf({3}), z = leaf({5});
  const Tensor a = x * 2;
  a.register_hook([&](Tensor) {
    const torch::AutoGradMode on(true);
    const Tensor y = z * z;
    y.backward();
    t.say("z.grad inside", z.grad());
  });
  a.backward();
  t.say("x.grad", x.grad());
}

void anomaly(Transcript& t) {
  const Tensor x = leaf({0, 1});
  {
    const torch::autograd::DetectAnomalyGuard guard;
    t.fails("nan", "returned nan values in its 0th output",
            [&] { (x.sqrt() * 0).sum().backward(); });
    x.sqrt().sum().backward();
    t.say("infinity passes", x.grad());
  }
  {
    const torch::autograd::DetectAnomalyGuard guard(false);
    (x.sqrt() * 0).sum().backward();
    t.say("without the check", x.grad());
  }
}

}  // namespace

std::vector<Program> graph_hooks() {
  return {{"G1_hooks_of_a_tensor", hooks_of_a_tensor},
          {"G1_hooks_of_a_leaf", hooks_of_a_leaf},
          {"G2_G3_refused_hooks", refused_hooks},
          {"G4_order_on_a_path", order_on_a_path},
          {"O1_order_of_branches", order_of_branches},
          {"G5_hooks_and_retained", hooks_and_retained},
          {"G7_hooks_and_writes", hooks_and_writes},
          {"G11_hooks_and_grad", hooks_and_grad},
          {"G1_hook_with_create_graph", hook_with_create_graph},
          {"H1_H2_retained", retained},
          {"M1_nested_sweeps", nested_sweeps},
          {"L1_anomaly", anomaly}};
}

}  // namespace conformance
