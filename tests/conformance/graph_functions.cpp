#include "graph.hpp"

/// Functions of the user's own, as libtorch's users write them.
namespace conformance {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::grad;
using torch::autograd::Variable;

/// Whether `f` throws with `phrase` in the message.
template <class F>
bool throws(F f, const char* phrase) {
  try {
    f();
  } catch (const std::exception& e) {
    return std::string(e.what()).find(phrase) != std::string::npos;
  }
  return false;
}

struct Mixed : public Function<Mixed> {
  static Variable forward(AutogradContext* ctx, Variable a, double s, Variable b) {
    ctx->saved_data["s"] = s;
    ctx->save_for_backward({a, b});
    return a + s * b + a * b;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const double s = ctx->saved_data["s"].toDouble();
    auto saved = ctx->get_saved_variables();
    auto a = saved[0], b = saved[1], g = grads[0];
    return {g + g * b, Variable(), g * s + g * a};
  }
};

struct Square : public Function<Square> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {2 * ctx->get_saved_variables()[0] * grads[0]};
  }
};

struct Exp : public Function<Exp> {
  static variable_list forward(AutogradContext* ctx, Tensor x) {
    auto y = x.exp();
    ctx->save_for_backward({y, Tensor(), x});
    return {y};
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    auto saved = ctx->get_saved_variables();
    return {saved[1].defined() ? Tensor() : grads[0] * saved[0]};
  }
};

struct Kinds : public Function<Kinds> {
  static Tensor forward(AutogradContext* ctx, Tensor x, int64_t n, int i, bool flag,
                        std::string text, c10::optional<Tensor> maybe,
                        c10::optional<Tensor> nothing) {
    ctx->saved_data["n"] = n;
    ctx->saved_data["i"] = i;
    ctx->saved_data["flag"] = flag;
    ctx->saved_data["text"] = text;
    ctx->saved_data["maybe"] = *maybe;
    ctx->saved_data["scale"] = 0.5;
    return nothing.has_value() ? x : x * static_cast<double>(n + i);
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    auto& data = ctx->saved_data;
    Tensor scaled = g[0] * static_cast<double>(data["n"].toInt() + data["i"].toInt());
    scaled = scaled * static_cast<double>(data["text"].toStringRef().size());
    if (data["flag"].toBool()) scaled = scaled * data["maybe"].toTensor();
    scaled = scaled * data["scale"].toDouble();
    return {scaled, Tensor(), Tensor(), Tensor(), Tensor(), g[0] * 100, Tensor()};
  }
};

/// backward() returns as many gradients as asked for, of the extents asked for.
struct Returns : public Function<Returns> {
  static Tensor forward(AutogradContext* ctx, Tensor x, Tensor y, int64_t number, bool undefined,
                        std::vector<int64_t> sizes) {
    ctx->saved_data["number"] = number;
    ctx->saved_data["undefined"] = undefined;
    ctx->saved_data["sizes"] = sizes;
    return x * 2 + y;
  }
  static variable_list backward(AutogradContext* ctx, variable_list) {
    const int64_t n = ctx->saved_data["number"].toInt();
    const auto sizes = ctx->saved_data["sizes"].toIntVector();
    variable_list result;
    if (n > 0) result.push_back(torch::ones(sizes, torch::kFloat64));
    if (n > 1) result.push_back(torch::ones(sizes, torch::kFloat32) * 2);
    while (static_cast<int64_t>(result.size()) < n) result.push_back(Tensor());
    if (ctx->saved_data["undefined"].toBool())
      for (auto& g : result) g = Tensor();
    return result;
  }
};

struct InPlace : public Function<InPlace> {
  static Tensor forward(AutogradContext* ctx, Tensor x, bool returns) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return returns ? x : x * 1;
  }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 2, Tensor()}; }
};

struct InPlaceAndMore : public Function<InPlaceAndMore> {
  static variable_list forward(AutogradContext* ctx, Tensor x) {
    x.mul_(3);
    ctx->mark_dirty({x});
    return {x * 2, x};
  }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 6 + g[1] * 3}; }
};

struct Constants : public Function<Constants> {
  static variable_list forward(AutogradContext* ctx, Tensor x, bool materialize) {
    ctx->set_materialize_grads(materialize);
    Tensor y = x * 2, z = x * 3, w = x * 5;
    ctx->mark_non_differentiable({z});
    return {y, z, w};
  }
  static variable_list backward(AutogradContext*, variable_list g) {
    Tensor sum = f64({0.0});
    for (size_t i = 0; i < 3; ++i)
      if (g[i].defined()) sum = sum + g[i].sum() + 10.0 * static_cast<double>(i + 1);
    return {sum, Tensor()};
  }
};

struct Identity : public Function<Identity> {
  static variable_list forward(AutogradContext*, Tensor a, Tensor b) { return {a, a + b}; }
  static variable_list backward(AutogradContext*, variable_list g) { return {g[0] + g[1], g[1]}; }
};

struct Twice : public Function<Twice> {
  static variable_list forward(AutogradContext*, Tensor x) {
    Tensor y = x * 2;
    return {y, y};
  }
  static variable_list backward(AutogradContext*, variable_list g) { return {(g[0] + g[1]) * 2}; }
};

struct View : public Function<View> {
  static Tensor forward(AutogradContext*, Tensor x) { return x.view({-1}); }
  static variable_list backward(AutogradContext*, variable_list g) {
    return {g[0].view({2, 1}) * 10};
  }
};

struct Asks : public Function<Asks> {
  static Tensor forward(AutogradContext*, Tensor x, double, Tensor y) { return x * y; }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    const double wanted =
        (ctx->needs_input_grad(0) ? 1.0 : 0.0) + (ctx->needs_input_grad(1) ? 10.0 : 0.0);
    return {g[0] * wanted, Tensor(), g[0] * wanted};
  }
};

struct DeepReenter : public Function<DeepReenter> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    {
      at::AutoGradMode on(true);
      ctx->saved_data["x"] = x.detach().requires_grad_(true) - 1;
    }
    return ctx->saved_data["x"].toTensor().detach();
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    Tensor x = ctx->saved_data["x"].toTensor();
    if (x.item<double>() == 0) return g;
    at::AutoGradMode on(true);
    DeepReenter::apply(x).sum().backward();
    return g;
  }
};

struct Fails : public Function<Fails> {
  static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
  static variable_list backward(AutogradContext*, variable_list) {
    throw std::runtime_error("of the user");
  }
};

Tensor gradient(const Tensor& x, const Tensor& y) { return grad({y.sum()}, {x})[0]; }

std::vector<Tensor> mixed() {
  Tensor x = leaf({1, 2, 3}), y = leaf({4, 5, 6});
  Tensor z = Mixed::apply(x, 2.0, y);
  z.backward(f64({1, 10, 100}));
  return {z, x.grad(), y.grad()};
}
std::vector<Tensor> second_order() {
  Tensor x = leaf({0.5, -1}), y = leaf({2, 3});
  Tensor g = grad({Mixed::apply(x * x, 2.0, y).sum()}, {x}, {}, c10::nullopt, true)[0];
  auto h = grad({(g * g).sum()}, {x, y});
  Tensor e = grad({Exp::apply(x)[0].sum()}, {x}, {}, c10::nullopt, true)[0];
  return {g, h[0], h[1], gradient(x, e)};
}
std::vector<Tensor> every_kind() {
  Tensor x = leaf({1, 2}), m = leaf({3, 4});
  Kinds::apply(x, int64_t{3}, 4, true, std::string("abc"), c10::optional<Tensor>(m),
               c10::optional<Tensor>())
      .sum()
      .backward();
  return {x.grad(), m.grad()};
}
bool unrecorded() {
  Tensor x = leaf({1, 2});
  torch::NoGradGuard off;
  return Square::apply(x).requires_grad();
}
bool saved_value_was_modified() {
  Tensor x = leaf({1, 2});
  Tensor a = x * 1;
  Tensor y = Square::apply(a).sum();
  a.add_(1);
  return throws([&] { y.backward(); }, "modified by an inplace operation");
}
bool graph_was_freed() {
  Tensor x = leaf({1, 2});
  Tensor y = Square::apply(x).sum();
  y.backward();
  return throws([&] { y.backward(); }, "Trying to backward through the graph a second time");
}
std::vector<Tensor> returned(int64_t number, std::vector<int64_t> sizes) {
  Tensor x = leaf({1, 2, 3}), y = leaf({4, 5, 6});
  Returns::apply(x, y, number, false, sizes).sum().backward();
  return {x.grad(), y.grad()};
}
bool returned_wrongly(int64_t number, std::vector<int64_t> sizes, const char* phrase) {
  return throws([&] { returned(number, sizes); }, phrase);
}
bool undefined_gradient_arrives() {
  Tensor x = leaf({1, 2, 3}), y = leaf({4, 5, 6});
  Returns::apply(x, y, 5, true, std::vector<int64_t>{3}).sum().backward();
  return x.grad().defined() || y.grad().defined();
}
std::vector<Tensor> in_place() {
  Tensor x = leaf({1, 2, 3});
  Tensor a = x * 1;
  Tensor y = InPlace::apply(a, true);
  (a * y).sum().backward();
  return {a, y, x.grad()};
}
std::vector<Tensor> in_place_on_a_view() {
  Tensor x = leaf({1, 2, 3, 4});
  Tensor base = (x * 1).view({2, 2});
  Tensor row = base[0];
  InPlace::apply(row, true);
  (base * base).sum().backward();
  return {base, x.grad()};
}
std::vector<Tensor> in_place_and_more() {
  Tensor x = leaf({1, 2, 3});
  Tensor a = x * 1;
  auto y = InPlaceAndMore::apply(a);
  (y[0] + 5 * y[1]).sum().backward();
  return {a, y[0], x.grad()};
}
bool in_place_on_a_leaf() {
  return throws([&] { InPlace::apply(leaf({1, 2}), true); }, "leaf Variable that requires grad");
}
bool in_place_and_not_returned() {
  return throws(
      [&] {
        InPlace::apply(leaf({1, 2}) * 1, false);
      },
      "Some elements marked as dirty during the forward method were not returned as output");
}
bool in_place_on_a_view_and_more() {
  return throws(
      [&] {
        InPlaceAndMore::apply((leaf({1, 2}) * 1).view({2, 1})[0]);
      },
      "cannot return more than one Tensor");
}
std::vector<Tensor> with_constants(bool materialize) {
  Tensor x = leaf({1});
  auto y = Constants::apply(x, materialize);
  y[2].sum().backward();
  return {f64({y[0].requires_grad() ? 1.0 : 0.0, y[1].requires_grad() ? 1.0 : 0.0}), x.grad()};
}
std::vector<Tensor> identity() {
  Tensor x = leaf({1, 2}), y = leaf({3, 4}), seen;
  auto out = Identity::apply(x, y);
  out[0].register_hook([&](Tensor g) { seen = g; });
  (out[0] * 2 + out[1] * 10 + x * 100).sum().backward();
  return {f64({out[0].is_same(x) ? 1.0 : 0.0}), seen, x.grad(), y.grad()};
}
std::vector<Tensor> twice() {
  Tensor x = leaf({3});
  auto y = Twice::apply(x);
  (y[0] + 10 * y[1]).sum().backward();
  return {f64({y[0].is_same(y[1]) ? 1.0 : 0.0}), x.grad()};
}
Tensor view() {
  Tensor x = leaf({1, 2});
  Tensor a = x.view({2, 1}) * 1;
  return gradient(x, View::apply(a) * 3);
}
bool write_to_a_view() {
  Tensor a = leaf({1, 2}).view({2, 1}) * 1;
  Tensor v = View::apply(a);
  return throws([&] { v.add_(1); }, "This view was created inside a custom Function");
}
bool use_of_a_view_whose_base_was_written_to() {
  Tensor a = leaf({1, 2}).view({2, 1}) * 1;
  Tensor v = View::apply(a);
  a.add_(1);
  return throws([&] { v.sum().backward(); }, "This view was created inside a custom Function");
}
std::vector<Tensor> needed() {
  Tensor x = leaf({2}), y = leaf({3});
  Tensor z = Asks::apply(x, 1.0, y).sum();
  Tensor only_x = grad({z}, {x}, {}, true)[0], only_y = grad({z}, {y}, {}, true)[0];
  z.backward();
  return {only_x, only_y, x.grad(), y.grad()};
}
Tensor deep() {
  Tensor x = leaf({300});
  DeepReenter::apply(x).sum().backward();
  return x.grad();
}
Tensor after_an_error() {
  Tensor x = leaf({1, 2});
  const bool passed = throws([&] { Fails::apply(x * 1).sum().backward(); }, "of the user");
  (Square::apply(x) * (passed ? 1.0 : 0.0)).sum().backward();
  return x.grad();
}
bool node_has_the_name_of_the_class() {
  return Square::apply(leaf({1})).grad_fn()->name().find("Square") != std::string::npos;
}

}  // namespace

std::vector<Program> graph_functions() {
  return {
      {"K1 functions of the user's own",
       [](Transcript& t) {
         t.say("result and gradients", mixed());
         t.say("arguments of every type", every_kind());
         t.say("recorded without grad mode", unrecorded());
         t.say("the node has the class's name", node_has_the_name_of_the_class());
       }},
      {"K2 saved variables",
       [](Transcript& t) {
         t.say("modified since: refused", saved_value_was_modified());
         t.say("released: refused", graph_was_freed());
         t.say("with their history", second_order());
       }},
      {"K3 number and shape of gradients",
       [](Transcript& t) {
         t.say("one for each argument", returned(5, {3}));
         t.say("undefined ones behind", returned(7, {3}));
         t.say("summed", returned(5, {2, 3}));
         t.say("too few: refused", returned_wrongly(4, {3}, "incorrect number of gradients"));
         t.say("shape: refused", returned_wrongly(5, {2}, "expected shape compatible with"));
         t.say("C12 undefined ones arrive", undefined_gradient_arrives());
       }},
      {"K4 inputs written in place",
       [](Transcript& t) {
         t.say("the only output", in_place());
         t.say("a view", in_place_on_a_view());
         t.say("one of two outputs", in_place_and_more());
         t.say("a leaf: refused", in_place_on_a_leaf());
         t.say("not returned: refused", in_place_and_not_returned());
         t.say("a view and more: refused", in_place_on_a_view_and_more());
       }},
      {"K5 K6 constant outputs and missing gradients",
       [](Transcript& t) {
         t.say("as zeros", with_constants(true));
         t.say("as undefined", with_constants(false));
       }},
      {"K7 K8 inputs and tensors that are returned",
       [](Transcript& t) {
         t.say("an input", identity());
         t.say("twice the same", twice());
       }},
      {"J9 views that functions return",
       [](Transcript& t) {
         t.say("gradient", view());
         t.say("written to: refused", write_to_a_view());
         t.say("base written to: refused", use_of_a_view_whose_base_was_written_to());
       }},
      {"K9 A10 what a sweep wants", [](Transcript& t) { t.say("gradients", needed()); }},
      {"M2 sweeps within sweeps", [](Transcript& t) { t.say("gradient", deep()); }},
      {"C16 after an error of the user's",
       [](Transcript& t) { t.say("gradient", after_an_error()); }},
  };
}

}  // namespace conformance
