#include "graph.hpp"

/// Section J of the specification: views, writes in place, versions.
namespace conformance {
namespace {

using torch::indexing::None;
using torch::indexing::Slice;

Tensor square() { return leaf({1, 2, 3, 4}).detach().reshape({2, 2}).requires_grad_(); }

void write_to_a_result(Transcript& t) {
  const Tensor x = leaf({1, 2});
  Tensor a = x * 2;
  const Tensor earlier = a + 1;
  a.mul_(f64({3, 3}));
  t.say_node("rewritten", a);
  a.add_(x);
  t.say_node("again", a);
  (a * a + earlier).sum().backward();
  t.say("x.grad", x.grad());
}

void write_to_a_view(Transcript& t) {
  const Tensor x = square(), w = leaf({5, 6});
  Tensor base = x * 1;
  Tensor row = base[0], other = base[1];
  row.mul_(w);
  t.say_node("base", base);
  t.say_node("view", row);
  (base * base).sum().backward();
  t.say("x.grad", x.grad());
  t.say("w.grad", w.grad());
  t.say("other", other);
}

void write_to_the_base(Transcript& t) {
  const Tensor x = square();
  Tensor base = x * 1;
  const Tensor row = base[0], flat = base.view({4});
  base.mul_(3);
  t.say_node("row", row);
  t.say_node("flat", flat);
  (row * flat.slice(0, 2, 4)).sum().backward();
  t.say("x.grad", x.grad());
}

void view_of_view(Transcript& t) {
  const Tensor x = square(), w = leaf({10});
  Tensor base = x.t() * 1;
  Tensor part = base.t()[1];
  part.slice(0, 0, 1).copy_(w);
  t.say("base", base);
  (base * f64({1, 2, 3, 4}).view({2, 2})).sum().backward();
  t.say("x.grad", x.grad());
  t.say("w.grad", w.grad());
}

void two_writes(Transcript& t) {
  const Tensor x = square(), u = leaf({5, 5}), v = leaf({7, 7});
  Tensor base = x * 2;
  base[0].mul_(u);
  base[1].add_(v);
  base.select(1, 0).mul_(2);
  base.sum().backward();
  t.say("x.grad", x.grad());
  t.say("u.grad", u.grad());
  t.say("v.grad", v.grad());
}

void untracked_base(Transcript& t) {
  const Tensor w = leaf({5, 6});
  Tensor base = torch::zeros({2, 2}, torch::kFloat64);
  const Tensor early = base[1];
  base[1].copy_(w);
  t.say("base is tracked", base.requires_grad());
  t.say("earlier view is tracked", early.requires_grad());
  (base * base).sum().backward();
  t.say("w.grad", w.grad());
}

void several_views(Transcript& t) {
  const std::string phrase = "returns multiple views";
  const Tensor x = square();
  const Tensor base = x * 1;
  t.fails("unbind", phrase, [&] { base.unbind()[0].mul_(2); });
  t.fails("split", phrase, [&] { base.split(1)[0].mul_(2); });
  t.fails("chunk", phrase, [&] { base.chunk(2)[0].mul_(2); });
  Tensor part = base.unsafe_split(1)[0];
  part.mul_(3);
  t.say("unsafe_split", part);
}

void refused_writes(Transcript& t) {
  Tensor x = leaf({1, 2, 3});
  Tensor a = x * 1;
  t.fails("expanded", "refers to a single memory location", [&] {
    (x * 1).reshape({1, 3}).expand({2, 3}).add_(1);
  });
  t.fails("growing", "doesn't match the broadcast shape", [&] {
    a.add_(torch::ones({2, 3}, torch::kFloat64));
  });
  Tensor integers = i64({1, 2, 3});
  t.fails("another kind", "can't be cast to", [&] { integers.add_(1.5); });
  t.say("a", a);
  t.say("integers", integers);
}

void detached_in_place(Transcript& t) {
  const Tensor x = leaf({1, 2});
  Tensor a = x * 2;
  a.detach_();
  t.say("tracked", a.requires_grad());
  Tensor b = x * 2;
  Tensor view = b[0];
  t.fails("view", "view", [&] { view.detach_(); });
}

void assignments(Transcript& t) {
  const Tensor x = square(), w = leaf({5}), row = leaf({6, 7});
  const auto with = [&](const std::string& what, auto f) {
    Tensor a = x * 1;
    f(a);
    const variable_list g =
        torch::autograd::grad({(a * a).sum()}, {x, w, row}, {}, torch::nullopt, false, true);
    t.say(what, a);
    t.say(what, g);
  };
  with("integer", [&](Tensor& a) { a.index_put_({0}, row); });
  with("two integers", [&](Tensor& a) { a.index_put_({0, 1}, w.sum()); });
  with("slice", [&](Tensor& a) { a.index_put_({Slice(), Slice(0, 1)}, w); });
  with("step", [&](Tensor& a) { a.index_put_({Slice(None, None, 2)}, row); });
  with("mask", [&](Tensor& a) { a.index_put_({x.detach() > 2}, w); });
  with("list", [&](Tensor& a) { a.index_put_({i64({1, 0}), i64({0, 1})}, row); });
  with("repeated, added", [&](Tensor& a) { a.index_put_({i64({1, 1})}, row, true); });
  with("number", [&](Tensor& a) { a.index_put_({1}, 3.0); });
  with("fill_", [&](Tensor& a) { a[1].fill_(4); });
  with("copy_", [&](Tensor& a) { a.copy_(row); });
  with("zero_", [&](Tensor& a) { a.select(1, 1).zero_(); });
  with("masked_fill_", [&](Tensor& a) { a.masked_fill_(x.detach() > 2, 9); });
  with("index_add_", [&](Tensor& a) { a.index_add_(0, i64({1}), row.view({1, 2})); });
}

void copies_across_dtypes(Transcript& t) {
  const Tensor x = leaf({1, 2});
  Tensor narrow = torch::zeros({2, 2}, torch::kFloat32);
  narrow.copy_(x);
  t.say("tracked", narrow.requires_grad());
  (narrow * 3).sum().backward();
  t.say("x.grad", x.grad());
  t.say("float64", x.grad().scalar_type() == torch::kFloat64);
}

void geometry_in_place(Transcript& t) {
  const Tensor x = square();
  Tensor a = x * 1;
  a.t_();
  t.say_node("t_", a);
  a.unsqueeze_(0);
  a.squeeze_();
  a.transpose_(0, 1);
  (a * f64({1, 2, 3, 4}).view({2, 2})).sum().backward();
  t.say("x.grad", x.grad());
}

void expanded_gradients(Transcript& t) {
  const Tensor x = square();
  const Tensor g = torch::ones({1}, torch::kFloat64).expand({2});
  x[0].backward(g);
  x.slice(1, 0, 1).backward(g.view({2, 1}));
  x.diagonal().backward(g);
  x.mv(f64({1, 2})).backward(g);
  t.say("x.grad", x.grad());
}

void views(Transcript& t) {
  const Tensor x = square();
  const Tensor a = x * 1;
  t.say("result", a.is_view());
  t.say("select", a[0].is_view());
  t.say("base", a[0][1]._base().is_same(a));
  t.say("clone", a.clone().is_view());
  t.say("reshape", a.reshape({4}).is_view());
  t.say("contiguous", a.contiguous().is_same(a));
}

}  // namespace

std::vector<Program> graph_writes() {
  return {{"J4_write_to_a_result", write_to_a_result},
          {"J5_write_to_a_view", write_to_a_view},
          {"J6_write_to_the_base", write_to_the_base},
          {"J7_view_of_view", view_of_view},
          {"J5_two_writes", two_writes},
          {"J6_untracked_base", untracked_base},
          {"J8_several_views", several_views},
          {"J10_J11_refused_writes", refused_writes},
          {"I7_detached_in_place", detached_in_place},
          {"J12_assignments", assignments},
          {"J13_copies_across_dtypes", copies_across_dtypes},
          {"J14_geometry_in_place", geometry_in_place},
          {"J15_expanded_gradients", expanded_gradients},
          {"views", views}};
}

}  // namespace conformance
