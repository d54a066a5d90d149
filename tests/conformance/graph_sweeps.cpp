#include "graph.hpp"

/// Sections C to F and I of the specification.
namespace conformance {
namespace {

using torch::autograd::grad;

void roots(Transcript& t) {
  const Tensor plain = f64({1});
  t.fails("untracked", "element 0 of tensors does not require grad and does not have a grad_fn",
          [&] { plain.backward(); });
  const Tensor x = leaf({1, 2});
  t.fails("no gradient for several elements",
          "grad can be implicitly created only for scalar outputs", [&] { (x * 2).backward(); });
  x.sum().reshape({1, 1}).backward();
  t.say("one element of any shape", x.grad());
  (x * 2).backward(f64({10, 20}));
  t.say("given", x.grad());
  t.fails("two tensors, one gradient", "got 2 tensors and 1 gradients", [&] {
    torch::autograd::backward({x.sum(), x.sum()}, {f64({1})});
  });
  const Tensor y = x.sum(), z = (x * x).sum();
  torch::autograd::backward({y, z, y});
  t.say("several, one twice", x.grad());
}

void gradients(Transcript& t) {
  const Tensor x = leaf({1, 2}), y = leaf({3, 4}), unused = leaf({5}), plain = f64({6});
  const Tensor a = x * y, z = (a * a).sum();
  t.say("in order", grad({z}, {y, x}, {}, true));
  t.say("of a result", grad({z}, {a}, {}, true));
  t.say("of the root", grad({z}, {z}, {}, true));
  t.say("twice", grad({z}, {x, x}, {}, true));
  t.say("two roots", grad({z, z}, {x}, {}, true));
  t.fails("unused", "Set allow_unused=True", [&] { grad({z}, {unused}, {}, true); });
  t.say("allowed", grad({z}, {x, unused}, {}, true, false, true));
  t.fails("untracked", "does not require grad", [&] { grad({z}, {plain}, {}, true); });
  t.fails("none", "grad requires non-empty inputs", [&] { grad({z}, {}, {}, true); });
  t.say("x.grad", x.grad());
}

void retained_graph(Transcript& t) {
  const std::string again = "Trying to backward through the graph a second time";
  const Tensor x = leaf({2});
  const Tensor y = x.exp() * x;
  y.backward({}, true);
  y.backward();
  t.say("twice", x.grad());
  t.fails("once more", again, [&] { y.backward(); });
  const Tensor s = (x + x).sum();
  s.backward();
  s.backward();
  t.say("nothing saved", x.grad());
  const Tensor trunk = x.sin();
  const Tensor p = trunk * 2, q = trunk * 3;
  p.backward();
  t.fails("shared trunk", again, [&] { q.backward(); });
}

void higher_order(Transcript& t) {
  const Tensor x = leaf({0.5, 2});
  Tensor g = x.pow(5).sum();
  for (int order = 1; order <= 5; ++order) {
    g = grad({g}, {x}, {}, torch::nullopt, true)[0];
    t.say("order " + std::to_string(order), g);
    g = g.sum();
  }
  const Tensor linear = (x * 3).sum();
  t.say("of 3 x, tracked", grad({linear}, {x}, {}, torch::nullopt, true)[0].requires_grad());
}

void hessian_vector(Transcript& t) {
  Tensor x = leaf({1, 2}), y = leaf({3, 4});
  const Tensor z = (x * x * y + x * y * y).sum();
  torch::autograd::backward({z}, {}, torch::nullopt, true);
  const Tensor gx = x.grad(), gy = y.grad();
  t.say("gx", gx);
  t.say("gy", gy);
  (gx * f64({1, 2}) + gy * f64({3, 4})).sum().backward();
  t.say("x.grad", x.grad());
  t.say("y.grad", y.grad());
}

void versions_in_second_order(Transcript& t) {
  const Tensor x = leaf({1, 2});
  Tensor a = x * 2;
  const Tensor g = grad({(a * a * a).sum()}, {x}, {}, torch::nullopt, true)[0];
  a.add_(1);
  t.fails("modified before the second pass", "modified by an inplace operation",
          [&] { g.sum().backward(); });
}

void into_inputs(Transcript& t) {
  const Tensor x = leaf({1, 2}), y = leaf({3, 4});
  const Tensor a = x * y, z = (a * a).sum();
  torch::autograd::backward({z}, {}, true, false, {x});
  t.say("x.grad", x.grad());
  t.say("y.grad", y.grad());
  torch::autograd::backward({z}, {}, true, false, {a});
  t.say("a.grad", a.grad());
  t.say("x.grad", x.grad());
}

void accumulation(Transcript& t) {
  Tensor x = leaf({1, 2});
  (x * 2).sum().backward();
  const Tensor kept = x.grad();
  (x * 3).sum().backward();
  t.say("in place", kept.is_same(x.grad()));
  t.say("x.grad", x.grad());
  torch::autograd::backward({(x * x).sum()}, {}, torch::nullopt, true);
  t.say("with create_graph", kept.is_same(x.grad()));
  t.say("x.grad", x.grad());
  x.mutable_grad().reset();
  t.say("reset", x.grad());
  const Tensor g = f64({5, 6});
  (x * 1).backward(g);
  t.say("not the caller's", x.grad().data_ptr<double>() != g.data_ptr<double>());
  x.mutable_grad() = f64({7, 8});
  x.sum().backward();
  t.say("assigned", x.grad());
  const Tensor u = leaf({1, 1}), v = leaf({1, 1});
  (u + v).sum().backward();
  u.grad().mul_(10);
  t.say("not shared", v.grad());
}

void fan_in(Transcript& t) {
  const Tensor x = leaf({2});
  const Tensor a = x * 3;
  (a * a + a.exp() * 0 + a + a).backward();
  t.say("x.grad", x.grad());
  const Tensor row = leaf({1, 2, 3}), matrix = torch::ones({2, 3}, torch::kFloat64);
  (row * matrix).sum().backward();
  t.say("broadcast", row.grad());
}

void grad_modes(Transcript& t) {
  const Tensor x = leaf({1, 2});
  {
    const torch::NoGradGuard off;
    t.say("off", torch::GradMode::is_enabled());
    {
      const torch::AutoGradMode on(true);
      t.say("on again", (x * 2).requires_grad());
    }
    t.say("off again", (x * 2).requires_grad());
  }
  t.say("on", torch::GradMode::is_enabled());
  const Tensor y = (x * x).sum();
  {
    const torch::NoGradGuard off;
    const Tensor g = grad({y}, {x}, {}, true, true)[0];
    t.say("create_graph under no_grad", g.requires_grad());
    Tensor view = (x * 1).slice(0, 0, 1);
    view.add_(1);
    t.say("view under no_grad", view);
  }
  Tensor base = x * 1;
  Tensor made_off;
  {
    const torch::NoGradGuard off;
    made_off = base.slice(0, 0, 1);
  }
  t.fails("write to a view made under no_grad", "created in no_grad mode",
          [&] { made_off.mul_(2); });
}

void inference(Transcript& t) {
  Tensor made, normal = leaf({1, 2});
  Tensor written = f64({1, 2});
  const std::int64_t version = written._version();
  {
    const torch::InferenceMode guard;
    t.say("mode", torch::InferenceMode::is_enabled());
    t.say("grad mode", torch::GradMode::is_enabled());
    made = torch::ones({2}, torch::kFloat64);
    t.say("made is inference", made.is_inference());
    t.say("result of a normal tensor", (normal * 2).is_inference());
    t.say("result requires grad", (normal * 2).requires_grad());
    made.add_(1);
    written.add_(1);
    t.say("view of a normal tensor", normal.slice(0, 0, 1).is_inference());
    const torch::InferenceMode inner(false);
    t.say("nested off", torch::InferenceMode::is_enabled());
  }
  t.say("normal written inside", written._version() - version);
  t.say("after", torch::InferenceMode::is_enabled());
  t.fails("version", "Inference tensors do not track version counter", [&] { made._version(); });
  t.fails("saved for backward", "Inference tensors cannot be saved for backward",
          [&] { (normal * made).sum().backward(); });
  t.say("needed by no gradient", (normal + made).requires_grad());
  t.say("clone is normal", made.clone().is_inference());
}

}  // namespace

std::vector<Program> graph_sweeps() {
  return {{"C1_C2_C3_C9_roots", roots},
          {"C4_C5_C6_gradients", gradients},
          {"D1_D2_D3_retained_graph", retained_graph},
          {"E1_E5_higher_order", higher_order},
          {"E4_hessian_vector", hessian_vector},
          {"E6_versions_in_second_order", versions_in_second_order},
          {"C8_into_inputs", into_inputs},
          {"F1_F3_F4_F5_F6_accumulation", accumulation},
          {"C10_C11_fan_in", fan_in},
          {"I1_I2_I3_C15_grad_modes", grad_modes},
          {"I5_inference", inference}};
}

}  // namespace conformance
