// The first things to know of automatic differentiation, each printed: leaves and results,
// gradients, the graph behind a tensor, what may not be done twice, weights, second derivatives,
// accumulation.

#include <eigengrad/eigengrad.hpp>
#include <iostream>
#include <string>

#include "common/options.hpp"

namespace {

namespace eg = eigengrad;

eg::Tensor tracked(double value) { return eg::tensor({value}, eg::requires_grad()); }

void heading(const char* text) { std::cout << "\n== " << text << '\n'; }

const char* yes_or_no(bool b) { return b ? "true" : "false"; }

std::string node_name(const eg::Tensor& t) {
  return t.grad_fn() == nullptr ? "none" : '<' + t.grad_fn()->name() + '>';
}

std::string defined_or_not(const eg::Tensor& t) {
  return t.defined() ? t.to_string() : "undefined";
}

/// Runs `action`, which is to fail, and prints what it said.
template <class Action>
void expect_refusal(const char* what, const Action& action) {
  try {
    action();
    std::cout << what << ": accepted\n";
  } catch (const eg::GraphError& e) {
    std::cout << what << ": GraphError: " << e.what() << '\n';
  }
}

struct Example {
  eg::Tensor w = tracked(1);
  eg::Tensor x = tracked(2);
  eg::Tensor a = w + x;
  eg::Tensor b = w + 1;
  eg::Tensor y = a * b;
};

void gradients() {
  heading("y = a * b with a = w + x, b = w + 1, at w = 1, x = 2");
  const Example e;
  e.y.backward();
  std::cout << "y           " << e.y << '\n'
            << "dy/dw = a+b " << e.w.grad() << '\n'
            << "dy/dx = b   " << e.x.grad() << '\n';
}

void graph() {
  heading("Leaves, and the node behind each result");
  const Example e;
  for (const auto& [name, t] :
       {std::pair("w", e.w), {"x", e.x}, {"a", e.a}, {"b", e.b}, {"y", e.y}})
    std::cout << name << "  is_leaf " << yes_or_no(t.is_leaf()) << "  grad_fn " << node_name(t)
              << '\n';
  std::cout << e.w << '\n' << e.a << '\n' << e.y << '\n';
}

void intermediate_gradients() {
  heading("The gradient of an intermediate result");
  // Asking for it without retain_grad() warns; here it is meant.
  const eg::WarningHandler handler = eg::set_warning_handler([](std::string_view) {});
  const Example plain;
  plain.y.backward();
  std::cout << "a.grad without retain_grad: " << defined_or_not(plain.a.grad()) << '\n';
  eg::set_warning_handler(handler);

  const Example kept;
  kept.a.retain_grad();
  kept.y.backward();
  std::cout << "a.grad with retain_grad:    " << defined_or_not(kept.a.grad()) << '\n';
}

void twice() {
  heading("A second backward pass");
  const Example once;
  once.y.backward();
  expect_refusal("again", [&] { once.y.backward(); });

  const Example retained;
  retained.y.backward({}, true);
  retained.y.backward();
  std::cout << "with retain_graph, twice: w.grad " << retained.w.grad() << '\n';
}

void weights() {
  heading("Several outputs: L = (a * b, a + b), weighted");
  for (const double second : {2.0, 3.0}) {
    const Example e;
    const eg::Tensor l = eg::cat({e.y, e.a + e.b});
    l.backward(eg::tensor({1.0, second}));
    std::cout << "weights 1 and " << second << ": w.grad " << e.w.grad() << '\n';
  }
}

void second_derivative() {
  heading("First and second derivative of x^2 at x = 3");
  const eg::Tensor x = tracked(3);
  const eg::Tensor y = eg::pow(x, 2);
  const eg::Tensor first = eg::autograd::grad({y}, {x}, {.create_graph = true})[0];
  const eg::Tensor second = eg::autograd::grad({first}, {x})[0];
  std::cout << first.item<double>()
            << ", itself with a grad_fn: " << yes_or_no(first.grad_fn() != nullptr) << '\n'
            << second.item<double>() << '\n';
}

void accumulation() {
  heading("Gradients accumulate: y = (w + x) * (w * x), four passes");
  for (const bool zeroing : {false, true}) {
    const eg::Tensor w = tracked(1);
    const eg::Tensor x = tracked(2);
    std::cout << (zeroing ? "zeroed after each: " : "left alone:        ");
    for (int pass = 0; pass < 4; ++pass) {
      ((w + x) * (w * x)).backward();
      std::cout << (pass == 0 ? "" : ", ") << w.grad().item<double>();
      if (zeroing) w.mutable_grad().zero_();
    }
    std::cout << '\n';
  }
}

void refusals() {
  heading("What is refused");
  expect_refusal("w.add_(1) on a tracked leaf", [] {
    eg::Tensor w = tracked(1);
    w.add_(1);
  });
  expect_refusal("backward with nothing tracked", [] { (eg::tensor({1.0}) * 2).backward(); });
}

void in_place() {
  heading("In place");
  eg::Tensor t = eg::tensor({1.0, 2.0});
  std::cout << "[1, 2].add_(3)  " << t.add_(3.0) << '\n';
  t = eg::tensor({-1.0, -2.0});
  std::cout << "[-1, -2].abs_() " << t.abs_() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  apps::Options options("eg-tour", "A tour of automatic differentiation with eigengrad");
  return options.run(argc, argv, [] {
    std::cout << "eigengrad: reverse-mode differentiation in nine steps\n";
    gradients();
    graph();
    intermediate_gradients();
    twice();
    weights();
    second_derivative();
    accumulation();
    refusals();
    in_place();
    return static_cast<int>(apps::kConverged);
  });
}
