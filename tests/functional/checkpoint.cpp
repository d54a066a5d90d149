#include <algorithm>
#include <stdexcept>
#include <thread>

#include "functional/support.hpp"
#include "support/alive.hpp"

/// Section T4 of the specification: functions that are evaluated again instead of keeping values.
namespace functional_test {
namespace {

namespace ag = eg::autograd;
using eg::checkpoint;
using eg::Tensor;

const eg::TensorOptions tracked = eg::requires_grad();

/// Saves inputs, outputs and both, in nodes of all kinds.
Tensor layer(const Tensor& x, const Tensor& w) { return (x.matmul(w).tanh() * x).exp().softmax(1); }

struct Layers {
  Tensor x = eg::rand({4, 4}, tracked);
  Tensor w = eg::rand({4, 4}, tracked);
  int calls = 0;

  Tensor counted(const Tensor& a, const Tensor& b) {
    ++calls;
    return layer(a, b);
  }
  /// Gradients of the sum of squares after three layers, each by `call(f, a, b)`.
  template <class Call>
  std::vector<Tensor> gradients(Call call, bool second = false) {
    const auto f = [this](const Tensor& a, const Tensor& b) { return counted(a, b); };
    Tensor y = x;
    for (int i = 0; i < 3; ++i) y = call(f, y, w);
    const auto first = ag::grad({(y * y).sum()}, {x, w}, {}, {}, second);
    if (!second) return first;
    return ag::grad({(first[0] * first[0]).sum() + first[1].sin().sum()}, {x, w});
  }
};

const auto plainly = [](auto f, const auto&... x) { return f(x...); };
const auto checkpointed = [](auto f, const auto&... x) { return checkpoint(f, x...); };

using support::Alive;
struct Balanced {
  Alive at_start;
  ~Balanced() { BOOST_TEST(Alive() == at_start); }
};

std::size_t bytes_of(const Tensor& t) { return static_cast<std::size_t>(t.nbytes()); }

/// Hooks that keep values and count them.
struct Counting {
  int packed = 0;
  ag::SavedTensorHooks hooks{[this](const Tensor& t) {
                               ++packed;
                               return t;
                             },
                             [](const Tensor& t) { return t; }};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(T4_checkpoint, Balanced)

BOOST_AUTO_TEST_CASE(T4_gradients_are_bitwise_equal) {
  Layers a;
  const auto want = a.gradients(plainly);
  BOOST_TEST(a.calls == 3);
  const auto got = a.gradients(checkpointed);
  BOOST_TEST(a.calls == 3 + 6);  // each layer twice
  for (std::size_t i = 0; i < want.size(); ++i) check_close(got[i], want[i], 0);
}

BOOST_AUTO_TEST_CASE(T4_backward_and_a_second_pass) {
  const Tensor x = eg::rand({3, 3}, tracked);
  const Tensor want = ag::grad({layer(x, x).sin().sum()}, {x})[0];
  int calls = 0;
  const auto f = [&calls](const Tensor& t) {
    ++calls;
    return layer(t, t);
  };
  const Tensor y = checkpoint(f, x).sin().sum();
  y.backward({}, /*retain_graph=*/true);
  BOOST_TEST(calls == 2);
  check_close(x.grad(), want, 0);
  y.backward();
  BOOST_TEST(calls == 3);
  check_close(x.grad(), 2 * want, 0);
  check_throws<eg::GraphError>("Trying to backward through the graph a second time",
                               [&] { y.backward(); });
}

BOOST_AUTO_TEST_CASE(T4_second_order) {
  Layers a;
  const auto want = a.gradients(plainly, true);
  const auto got = a.gradients(checkpointed, true);
  for (std::size_t i = 0; i < want.size(); ++i) check_close(got[i], want[i], 0);
}

BOOST_AUTO_TEST_CASE(T4_third_order_and_gradcheck) {
  const auto f = [](const Tensor& t) { return (t.exp() * t.sin()).pow(2).sum(); };
  const auto g = [&](const Tensor& t) { return checkpoint(f, t); };
  const Tensor x = eg::tensor({0.3, -0.7}, tracked);
  const auto third = [&](auto h) {
    Tensor y = h(x);
    for (int i = 0; i < 2; ++i) y = ag::grad({y}, {x}, {}, {}, true)[0].sum();
    return ag::grad({y}, {x})[0];
  };
  check_close(third(g), third(f));
  const auto of_list = [&](const ag::variable_list& v) { return ag::variable_list{g(v[0])}; };
  BOOST_TEST(eg::gradcheck(of_list, {x}));
  BOOST_TEST(eg::gradgradcheck(of_list, {x}));
  check_close(eg::hessian(g, x.detach()), eg::hessian(f, x.detach()));
}

BOOST_AUTO_TEST_CASE(T4_nothing_inside_is_kept) {
  const Tensor x = eg::rand({100, 100}, tracked);
  const auto f = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 20; ++i) y = y.sin() * y;
    return y;
  };
  const std::int64_t before = eg::Storage::live_count();
  const std::size_t bytes = eg::memory_stats().in_use;
  const Tensor y = checkpoint(f, x);
  // The result, and small places of values; no other array of that size.
  BOOST_TEST(eg::memory_stats().in_use < bytes + 2 * bytes_of(x));
  y.sum().backward();
  // Values that were computed again have gone with their nodes: y and the gradient are left.
  BOOST_TEST(eg::Storage::live_count() == before + 2);
}

BOOST_AUTO_TEST_CASE(T4_memory_of_a_chain) {
  constexpr int kLayers = 50;
  const Tensor x = eg::rand({20'000}, tracked);
  const auto block = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 10; ++i) y = y.sin() * 1.01;
    return y;
  };
  const auto peak = [&](bool checkpoints) {
    eg::empty_cache();
    const std::size_t start = eg::memory_stats().in_use;
    Tensor y = x;
    for (int i = 0; i < kLayers / 10; ++i) y = checkpoints ? checkpoint(block, y) : block(y);
    const std::size_t held = eg::memory_stats().in_use - start;
    y.sum().backward();
    return held;
  };
  const std::size_t plain = peak(false);
  const std::size_t less = peak(true);
  BOOST_TEST(plain > kLayers * bytes_of(x));
  BOOST_TEST(less < 8 * bytes_of(x));
}

BOOST_AUTO_TEST_CASE(T4_retained_values_go_when_the_sweep_ends) {
  const Tensor x = eg::rand({1000}, tracked);
  const Tensor y = checkpoint([](const Tensor& t) { return t.sin().exp() * t; }, x).sum();
  y.backward({}, /*retain_graph=*/true);
  const Alive once;
  for (int i = 0; i < 3; ++i) y.backward({}, /*retain_graph=*/true);
  BOOST_TEST(Alive() == once);
  // Also when it ends with an error.
  const auto node = y.grad_fn()->next_edge(0).function;
  const unsigned handle = node->register_hook(
      [](const ag::variable_list&, const ag::variable_list&) { throw std::out_of_range("stop"); });
  BOOST_CHECK_THROW(y.backward({}, /*retain_graph=*/true), std::out_of_range);
  node->remove_hook(handle);
  BOOST_TEST(Alive().storages == once.storages);
}

BOOST_AUTO_TEST_CASE(T4_nested) {
  Layers a;
  const auto nested = [](auto f, const Tensor& x, const Tensor& w) {
    return checkpoint(
        [f](const Tensor& s, const Tensor& t) {
          return checkpoint(f, s.sin(), t) + checkpoint(f, s.cos(), t);
        },
        x, w);
  };
  const auto directly = [](auto f, const Tensor& x, const Tensor& w) {
    return f(x.sin(), w) + f(x.cos(), w);
  };
  const auto want = a.gradients(directly, true);
  const auto got = a.gradients(nested, true);
  for (std::size_t i = 0; i < want.size(); ++i) check_close(got[i], want[i], 0);
}

BOOST_AUTO_TEST_CASE(T4_nested_keeps_only_the_outer_inputs) {
  const Tensor x = eg::rand({1000}, tracked);
  const auto inner = [](const Tensor& t) { return t.exp().sin().exp(); };
  const auto outer = [&](const Tensor& t) { return checkpoint(inner, checkpoint(inner, t) * 0.5); };
  const std::int64_t before = eg::Storage::live_count();
  const std::size_t bytes = eg::memory_stats().in_use;
  const Tensor y = checkpoint(outer, x);
  BOOST_TEST(eg::memory_stats().in_use < bytes + 2 * bytes_of(x));
  const Tensor want = ag::grad({inner(inner(x) * 0.5).sum()}, {x})[0];
  check_close(ag::grad({y.sum()}, {x})[0], want, 0);
  BOOST_TEST(eg::Storage::live_count() == before + 2);
}

BOOST_AUTO_TEST_CASE(T4_several_outputs_and_kinds_of_arguments) {
  const Tensor x = eg::rand({3}, tracked);
  const Tensor w = eg::rand({3}, tracked);
  const auto f = [](const Tensor& a, const ag::variable_list& more, double power,
                    const char* kind) {
    BOOST_TEST(std::string(kind) == "kind");
    return std::make_pair((a * more[0]).pow(power), ag::variable_list{more[1].exp(), a.sum()});
  };
  const auto loss = [&](const auto& r) {
    return (r.first * r.second[0]).sum() + r.second[1] * r.second[0].sum();
  };
  const ag::variable_list list = {w, x};
  const auto want = ag::grad({loss(f(x, list, 2.5, "kind"))}, {x, w});
  const auto got = ag::grad({loss(checkpoint(f, x, list, 2.5, "kind"))}, {x, w});
  for (std::size_t i = 0; i < want.size(); ++i) check_close(got[i], want[i], 0);
}

BOOST_AUTO_TEST_CASE(T4_captured_and_untracked_tensors) {
  const Tensor w = eg::rand({3}, tracked);
  const Tensor x = eg::rand({3});
  const auto index = eg::tensor({2, 0});
  const auto f = [w](const Tensor& t, const Tensor& i, const Tensor& none) {
    BOOST_TEST(!none.defined());
    return (w * t).exp().index_select(0, i);
  };
  const Tensor want = ag::grad({f(x, index, {}).sum()}, {w})[0];
  check_close(ag::grad({checkpoint(f, x, index, Tensor()).sum()}, {w})[0], want, 0);
}

BOOST_AUTO_TEST_CASE(T4_within_saved_tensor_hooks) {
  const Tensor x = eg::rand({3}, tracked);
  const auto f = [](const Tensor& t) { return t.sin().exp() * t; };
  const Tensor want = ag::grad({f(x).sum()}, {x})[0];
  const Counting outer;
  const Tensor y = checkpoint(f, x);
  BOOST_TEST(outer.packed == 1);  // the input
  const Tensor z = y.exp();
  BOOST_TEST(outer.packed == 2);
  check_close(ag::grad({y.sum()}, {x}, {}, true)[0], want, 0);
  // Hooks within win over the checkpoint.
  int inner = 0;
  const auto g = [&inner](const Tensor& t) {
    const Counting counting;
    const Tensor r = t * t;
    inner += counting.packed;
    return r;
  };
  const Tensor s = checkpoint(g, x).sum();
  check_close(ag::grad({s}, {x})[0], 2 * x.detach(), 0);
  BOOST_TEST(inner == 2);  // these values are there, so g was not called again
}

BOOST_AUTO_TEST_CASE(T4_random_numbers_are_drawn_again) {
  const Tensor x = eg::ones({50}, tracked);
  const auto dropout = [](const Tensor& t) {
    return (t * (eg::rand({50}) < 0.5).to(eg::kFloat64)).exp();
  };
  eg::manual_seed(7);
  const Tensor want = ag::grad({dropout(x).sum()}, {x})[0];
  const Tensor after = eg::rand({3});
  eg::manual_seed(7);
  const Tensor y = checkpoint(dropout, x).sum();
  check_close(eg::rand({3}), after, 0);
  const Tensor state = eg::default_generator().get_state();
  check_close(ag::grad({y}, {x})[0], want, 0);
  check_close(eg::default_generator().get_state(), state, 0);
  eg::manual_seed(7);
  const Tensor z = checkpoint(eg::CheckpointOptions{.preserve_rng_state = false}, dropout, x).sum();
  BOOST_TEST((ag::grad({z}, {x})[0] - want).abs().max().item<double>() > 0.5);
}

BOOST_AUTO_TEST_CASE(T4_grad_modes) {
  const Tensor x = eg::rand({3}, tracked);
  int calls = 0;
  const auto f = [&calls](const Tensor& t) {
    ++calls;
    BOOST_TEST(eg::GradMode::is_enabled());
    Tensor fixed;
    {
      const eg::NoGradGuard off;
      fixed = t.exp();
    }
    return fixed * t.sin();
  };
  const Tensor y = checkpoint(f, x).sum();
  {
    const eg::NoGradGuard off;
    check_close(ag::grad({y}, {x})[0], x.exp() * x.cos(), 0);
  }
  BOOST_TEST(calls == 2);
  const eg::NoGradGuard off;
  const auto g = [](const Tensor& t) {
    BOOST_TEST(!eg::GradMode::is_enabled());
    return t * t;
  };
  BOOST_TEST(!checkpoint(g, x).requires_grad());
}

BOOST_AUTO_TEST_CASE(T4_a_function_that_differentiates) {
  const Tensor x = eg::rand({3}, tracked);
  const auto f = [](const Tensor& t) {
    const Tensor y = t.exp() * t.sin();
    return ag::grad({y.sum()}, {t}, {}, {}, /*create_graph=*/true)[0] * t;
  };
  const Tensor want = ag::grad({f(x).sum()}, {x})[0];
  check_close(ag::grad({checkpoint(f, x).sum()}, {x})[0], want, 0);
}

BOOST_AUTO_TEST_CASE(T4_forward_over_reverse) {
  const Tensor x = eg::rand({3}, tracked);
  const Tensor v = eg::rand({3});
  const auto f = [](const Tensor& t) { return t.sin().exp() * t; };
  const auto product = [&](auto call) {
    const ag::DualLevel level;
    const Tensor dual = ag::make_dual(x, v);
    return ag::unpack_dual(ag::grad({call(f, dual).sum()}, {dual})[0]).tangent.detach().clone();
  };
  check_close(product(checkpointed), product(plainly), 0);
}

BOOST_AUTO_TEST_CASE(T4_saved_variables_outside_a_sweep) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  int calls = 0;
  const Tensor y = checkpoint(
      [&calls](const Tensor& t) {
        ++calls;
        return t * t.exp();
      },
      x);
  const auto saved = y.grad_fn()->saved_variables();
  BOOST_TEST(saved.size() == 2u);
  check_close(saved[1], x.exp(), 0);
  BOOST_TEST(calls == 3);
}

BOOST_AUTO_TEST_CASE(T4_linear_functions_keep_nothing) {
  const auto token = std::make_shared<int>(0);
  const Tensor x = eg::rand({3}, tracked);
  const Tensor y = checkpoint([token](const Tensor& t) { return t.sum() + t.flip(0); }, x);
  BOOST_TEST(token.use_count() == 1);
  const Tensor z = checkpoint([token](const Tensor& t) { return t * t; }, x);
  BOOST_TEST(token.use_count() > 1);
  z.sum().backward();
  BOOST_TEST(token.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(T4_refuses_another_number_of_values) {
  const Tensor x = eg::rand({3}, tracked);
  int calls = 0;
  for (const int first : {3, 1}) {
    calls = 0;
    const auto f = [&calls, first](const Tensor& t) {
      Tensor y = t;
      const int times = calls++ == 0 ? first : 2;
      for (int i = 0; i < times; ++i) y = y.exp();
      return y;
    };
    const Tensor y = checkpoint(f, x).sum();
    check_throws<eg::GraphError>(
        "[checkpoint] a different number of tensors was saved by the "
        "first evaluation and the second: " +
            std::to_string(first) + " and 2",
        [&] { y.backward(); });
  }
  BOOST_TEST(!x.grad().defined());
}

BOOST_AUTO_TEST_CASE(T4_refuses_other_values) {
  const Tensor x = eg::rand({3}, tracked);
  int calls = 0;
  const auto f = [&calls](const Tensor& t) {
    return calls++ == 0 ? t.exp().sum() : t.slice(0, 0, 2).exp().sum();
  };
  const Tensor y = checkpoint(f, x);
  check_throws<eg::GraphError>(
      "[checkpoint] saved value 0 differs between the first evaluation and the second: float64 "
      "tensor of shape [3] at version 0 and float64 tensor of shape [2] at version 0",
      [&] { y.backward(); });
}

BOOST_AUTO_TEST_CASE(T4_refuses_tensors_modified_meanwhile) {
  const Tensor x = eg::rand({3}, tracked);
  const Tensor w = eg::rand({3}, tracked);
  const Tensor a = x * 2;
  const auto f = [w](const Tensor& t) { return t.exp() * w; };
  const Tensor y = checkpoint(f, a).sum();
  {
    const eg::NoGradGuard off;
    Tensor(a).mul_(2);
  }
  check_throws<eg::GraphError>(
      "[checkpoint] a value needed for the gradient was modified by an "
      "inplace operation",
      [&] { y.backward(); });
  const Tensor z = checkpoint(f, x).sum();
  {
    const eg::NoGradGuard off;
    Tensor(w).mul_(2);
  }
  check_throws<eg::GraphError>("differs between the first evaluation", [&] { z.backward(); });
}

/// As without a checkpoint: what the function itself writes over is no value to differentiate with.
BOOST_AUTO_TEST_CASE(T4_refuses_values_that_the_function_overwrites) {
  const Tensor x = eg::rand({3, 3}, tracked);
  const auto f = [](const Tensor& t) {
    Tensor v = t.norm();
    v.erfc_();
    return v * t;
  };
  check_throws<eg::GraphError>("modified by an inplace operation", [&] { f(x).sum().backward(); });
  check_throws<eg::GraphError>("modified by an inplace operation of the function",
                               [&] { checkpoint(f, x).sum().backward(); });
  // Unless nobody asks for it.
  const auto g = [](const Tensor& t) {
    Tensor unused = t.softmax(0);
    unused.div_(2);
    return t * t;
  };
  const ag::DualLevel level;
  const Tensor dual = ag::make_dual(x, eg::ones({3, 3}));
  const Tensor gradient = ag::grad({checkpoint(g, dual).sum()}, {dual})[0];
  check_close(ag::unpack_dual(gradient).tangent, 2 * eg::ones({3, 3}));
}

/// The tangent of the input has a history, and is copied for the second evaluation: its layout differs.
BOOST_AUTO_TEST_CASE(T4_tangents_with_a_history_pass_through) {
  const Tensor x = eg::rand({3, 2}, tracked), w = eg::rand({2, 3});
  const auto f = [](const Tensor& t) { return t.sin() * t; };
  const auto product = [&](const auto& call) {
    const ag::DualLevel level;
    const Tensor dual = ag::make_dual(x, eg::ones({3, 2}));
    const Tensor y = (call((dual * dual).t()) * w).sum();
    return ag::unpack_dual(ag::grad({y}, {dual})[0]).tangent;
  };
  check_close(product([&](const Tensor& t) { return checkpoint(f, t); }), product(f));
}

/// Where a value is written in place, before the checkpoint or by its function, its tangent is what counts.
BOOST_AUTO_TEST_CASE(T4_tangents_that_were_written_to_pass_through) {
  const Tensor x = eg::tensor({0.5, 2.0, 1.25}, tracked);
  const auto product = [&](const auto& call) {
    const ag::DualLevel level;
    const Tensor dual = ag::make_dual(x, eg::tensor({1.0, -2.0, 0.5}));
    Tensor y = dual * 1;
    y.exp_();
    return ag::unpack_dual(ag::grad({call(y).sum()}, {dual})[0]).tangent;
  };
  const auto in_place = [](const Tensor& t) {
    Tensor y = t * 1;
    y.hypot_(y);
    return y * t;
  };
  const auto plain = [](const Tensor& t) { return std::sqrt(2.0) * t * t; };
  check_close(product(in_place), product(plain));
  check_close(product([&](const Tensor& t) { return checkpoint(in_place, t); }), product(plain));
  check_close(product([&](const Tensor& t) {
                return checkpoint(plain, t.view({1, 3}));
              }),
              product(plain));
}

BOOST_AUTO_TEST_CASE(T4_errors_of_the_function_pass_through) {
  const Tensor x = eg::rand({3}, tracked);
  int calls = 0;
  const auto f = [&calls](const Tensor& t) {
    const Tensor y = t.exp();
    if (++calls == 2) throw std::out_of_range("second");
    return y;
  };
  const Tensor y = checkpoint(f, x).sum();
  BOOST_CHECK_THROW(y.backward(), std::out_of_range);
  BOOST_TEST(eg::GradMode::is_enabled());
  y.backward();
  check_close(x.grad(), x.detach().exp());
  const auto g = [](const Tensor& t) -> Tensor {
    t.exp();
    throw std::out_of_range("first");
  };
  BOOST_CHECK_THROW(checkpoint(g, x), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(T4_P3_several_threads_share_a_checkpoint) {
  const Tensor x = eg::rand({200}, tracked);
  const auto f = [](const Tensor& t) {
    Tensor y = t;
    for (int i = 0; i < 10; ++i) y = y.sin() * y;
    return y;
  };
  const Tensor want = ag::grad({f(x).sum()}, {x})[0];
  const Tensor y = checkpoint(f, x).sum();
  std::vector<Tensor> got(4);
  std::vector<std::thread> threads;
  for (Tensor& g : got)
    threads.emplace_back([&] { g = ag::grad({y}, {x}, {}, /*retain_graph=*/true)[0]; });
  for (std::thread& t : threads) t.join();
  for (const Tensor& g : got) check_close(g, want, 0);
}

BOOST_AUTO_TEST_CASE(T4_long_chain_of_checkpoints) {
  // Neither recomputing nor releasing takes stack for each.
  const Tensor x = eg::rand({1}, tracked);
  Tensor y = x;
  for (int i = 0; i < 20'000; ++i)
    y = checkpoint([](const Tensor& t) { return t.sin() * 1.001; }, y);
  y.sum().backward();
  BOOST_TEST(x.grad().defined());
  y = x;
  for (int i = 0; i < 20'000; ++i)
    y = checkpoint([](const Tensor& t) { return t.sin() * 1.001; }, y);
}

/// What a product by tangents evaluated is evaluated again when its level has ended.
BOOST_AUTO_TEST_CASE(T4_after_the_level_of_its_tangents) {
  const Tensor x = eg::tensor({1.0, 2.0, -0.5}, tracked), v = eg::tensor({1.0, -1.0, 0.5});
  const auto cube = [](const Tensor& a) { return a * a * a; };
  const auto of_argument = [&](const Tensor& a) { return checkpoint(cube, a); };
  const auto of_captured = [](const Tensor& a) {
    return checkpoint([a](const Tensor& b) { return b * a * b; }, a);
  };
  const auto nested = [](const Tensor& a) {
    const auto outer = [a](const Tensor& b) {
      return checkpoint([a, b](const Tensor& c) { return (a * b) * c; }, b * 1);
    };
    return checkpoint(outer, a);
  };
  const auto linear = [](const Tensor& a) {
    return checkpoint([a](const Tensor& b) { return (a + b).pow(3) * 0.125; }, a);
  };
  const auto check = [&](const auto& f) {
    const Tensor t =
        eg::jvp(f, x, v, {.create_graph = true, .strategy = eg::Strategy::Forward}).second;
    check_close(t, eg::tensor({3.0, -12.0, 0.375}));
    check_close(ag::grad({t.sum()}, {x})[0], eg::tensor({6.0, -12.0, -1.5}));
    const auto sum = [&](const Tensor& a) { return f(a).sum(); };
    const Tensor h =
        eg::hvp(sum, x, v, {.create_graph = true, .strategy = eg::Strategy::Forward}).second;
    check_close(h, eg::tensor({6.0, -12.0, -1.5}));
    check_close(ag::grad({h.sum()}, {x})[0], eg::tensor({6.0, -6.0, 3.0}));
  };
  check(of_argument);
  check(of_captured);
  check(nested);
  check(linear);
}

/// Found by random programs: hooks that unpack copies give inputs of another version.
BOOST_AUTO_TEST_CASE(T4_inputs_that_hooks_copied) {
  const Tensor w = eg::tensor({2.0}, tracked), x = eg::tensor({1.5}).clone();
  x.mul_(2);
  Tensor y;
  {
    const ag::SavedTensorHooks hooks([](const Tensor& t) { return t.clone(); },
                                     [](const Tensor& t) { return t; });
    y = checkpoint([w](const Tensor& a) { return a * w * a; }, x);
  }
  check_close(ag::grad({y}, {w})[0], eg::tensor({9.0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace functional_test
