#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>

#include "autograd/custom_support.hpp"

/// The engine and functions of the user's own: errors, sweeps within sweeps, callbacks, hooks, threads.
namespace autograd_test {
namespace {

/// Doubles, and calls `during` in backward().
struct Calls : Function<Calls> {
  using Body = std::function<void(const Tensor&)>;
  static Tensor forward(AutogradContext*, Tensor x, std::shared_ptr<Body> body) {
    keep().push_back(body);
    return x * 2;
  }
  static variable_list backward(AutogradContext*, variable_list g) {
    if (!keep().empty()) (*keep().back())(g[0]);
    return {g[0] * 2, {}};
  }
  static std::vector<std::shared_ptr<Body>>& keep() {
    thread_local std::vector<std::shared_ptr<Body>> list;
    return list;
  }
  static Tensor with(const Tensor& x, Body body) {
    return apply(x, std::make_shared<Body>(std::move(body)));
  }
};
/// Fixture: also forgets the bodies.
struct Calling : Balanced {
  ~Calling() { Calls::keep().clear(); }
};

struct Sine : Function<Sine> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    ctx->save_for_backward({x});
    return x.sin();
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    return {g[0] * ctx->get_saved_variables()[0].cos()};
  }
};

struct TwoOf : Function<TwoOf> {
  static variable_list forward(AutogradContext* ctx, Tensor x) {
    ctx->set_materialize_grads(false);
    return {x * 2, x * 3};
  }
  static variable_list backward(AutogradContext*, variable_list g) {
    Tensor sum = g[0].defined() ? g[0] * 2 : Tensor();
    if (g[1].defined()) sum = sum.defined() ? sum + g[1] * 3 : g[1] * 3;
    return {sum};
  }
};

/// Counts itself down by sweeps within its sweep.
struct DeepReenter : Function<DeepReenter> {
  inline static std::atomic<int> depth{0};
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    const eg::AutoGradMode on(true);
    ctx->saved_data["x"] = x.detach().requires_grad_() - 1;
    return ctx->saved_data["x"].toTensor().detach();
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    const Tensor x = ctx->saved_data["x"].toTensor();
    if (x.item<double>() == 0) return g;
    ++depth;
    const eg::AutoGradMode on(true);
    apply(x).sum().backward();
    return g;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(C16_exceptions_pass_through_unchanged, Calling) {
  struct Mine : std::logic_error {
    using std::logic_error::logic_error;
  };
  const Tensor x = eg::tensor({1.0}, tracked);
  for (int i = 0; i < 3; ++i) {
    const Tensor y = Calls::with(x * 1, [](const Tensor&) { throw Mine("of the user"); }).exp();
    try {
      y.backward();
      BOOST_ERROR("nothing was thrown");
    } catch (const Mine& e) {
      BOOST_TEST(std::string(e.what()) == "of the user");
    }
    BOOST_TEST(!x.grad().defined());
    BOOST_TEST(eg::GradMode::is_enabled());
  }
  Calls::with(x, [](const Tensor&) {}).backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(C16_exceptions_of_forward, Balanced) {
  struct Throws : Function<Throws> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      ctx->save_for_backward({x});
      throw 42;
    }
    static variable_list backward(AutogradContext*, variable_list g) { return g; }
  };
  const Tensor x = eg::tensor({1.0}, tracked);
  BOOST_CHECK_THROW(Throws::apply(x * 1), int);
  BOOST_TEST((x * 2).requires_grad());
}

BOOST_FIXTURE_TEST_CASE(C17_callbacks_run_at_the_end, Calling) {
  const Tensor x = eg::tensor({1.0}, tracked);
  std::string order;
  auto& engine = ag::Engine::get_default_engine();
  const Tensor y = Calls::with(x * 1, [&](const Tensor&) {
    engine.queue_callback([&] {
      order += "a";
      engine.queue_callback([&] { order += "c"; });
    });
    engine.queue_callback([&] {
      order += "b";
      BOOST_TEST(x.grad().defined());
    });
    order += ".";
  });
  y.backward();
  BOOST_TEST(order == ".abc");
}

BOOST_FIXTURE_TEST_CASE(M1_a_sweep_within_a_sweep, Calling) {
  const Tensor x = eg::tensor({3.0}, tracked);
  const Tensor inner = eg::tensor({5.0}, tracked);
  const Tensor y = Calls::with(x, [&](const Tensor&) {
    const eg::AutoGradMode on(true);
    (inner * inner * x.detach()).backward();
  });
  y.backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
  BOOST_TEST(equals(inner.grad(), {30.0}));
}

BOOST_FIXTURE_TEST_CASE(M1_a_function_that_differentiates_in_its_backward, Balanced) {
  // A function of a function: x -> d/dx x^3, by a graph built in forward().
  struct Inner : Function<Inner> {
    static Tensor forward(AutogradContext* ctx, Tensor x) {
      const eg::AutoGradMode on(true);
      const Tensor leaf = x.detach().requires_grad_();
      const Tensor y = leaf * leaf * leaf;
      ctx->saved_data["leaf"] = leaf;
      ctx->saved_data["y"] = y;
      return y.detach();
    }
    static variable_list backward(AutogradContext* ctx, variable_list g) {
      const Tensor leaf = ctx->saved_data["leaf"].toTensor();
      ctx->saved_data["y"].toTensor().backward(g[0], true);
      const Tensor result = leaf.grad();
      leaf.mutable_grad().reset();
      return {result};
    }
  };
  const Tensor x = eg::tensor({2.0}, tracked);
  (Inner::apply(x) * 5).backward();
  BOOST_TEST(equals(x.grad(), {60.0}));
}

BOOST_FIXTURE_TEST_CASE(M2_sweeps_within_sweeps_8193_deep, Balanced) {
  DeepReenter::depth = 0;
  const Tensor x = eg::tensor({8193.0}, tracked);
  DeepReenter::apply(x).sum().backward();
  BOOST_TEST(DeepReenter::depth == 8192);
  BOOST_TEST(equals(x.grad(), {1.0}));
}

BOOST_FIXTURE_TEST_CASE(M3_the_inner_sweep_ends_before_the_outer_goes_on, Calling) {
  const Tensor x = eg::tensor({1.0}, tracked);
  std::string order;
  const Tensor outer = probed(x * 1, passing([&](const Tensor&) { order += "0"; }));
  const Tensor y = Calls::with(outer, [&](const Tensor&) {
    const eg::AutoGradMode on(true);
    Tensor z = eg::tensor({1.0}, tracked) * 1;
    for (int i = 0; i < 9; ++i) z = probed(z, passing([&](const Tensor&) { order += "1"; }));
    z.backward();
  });
  y.backward();
  BOOST_TEST(order == "1111111110");
}

BOOST_FIXTURE_TEST_CASE(M4_an_error_of_the_inner_sweep, Calling) {
  const Tensor x = eg::tensor({1.0}, tracked), inner = eg::tensor({1.0}, tracked);
  const auto inside =
      std::make_shared<Calls::Body>([](const Tensor&) { throw std::out_of_range("inner"); });
  const Tensor y = Calls::with(x, [&](const Tensor&) {
    const eg::AutoGradMode on(true);
    const Tensor z = probed(inner * 1, [&](ag::BackwardCall& call) { (*inside)(call.grads[0]); });
    z.backward();
  });
  BOOST_CHECK_THROW(y.backward(), std::out_of_range);
  BOOST_TEST(!x.grad().defined());
  BOOST_TEST(!inner.grad().defined());
  Calls::with(x, [](const Tensor&) {}).backward();
  BOOST_TEST(equals(x.grad(), {2.0}));
}

BOOST_FIXTURE_TEST_CASE(M5_callbacks_belong_to_their_sweep, Calling) {
  const Tensor x = eg::tensor({1.0}, tracked);
  std::string order;
  auto& engine = ag::Engine::get_default_engine();
  const Tensor y = Calls::with(x, [&](const Tensor&) {
    engine.queue_callback([&] { order += "outer"; });
    const eg::AutoGradMode on(true);
    const Tensor z =
        probed(eg::tensor({1.0}, tracked) * 1,
               passing([&](const Tensor&) { engine.queue_callback([&] { order += "inner "; }); }));
    z.backward();
    order += "between ";
  });
  y.backward();
  BOOST_TEST(order == "inner between outer");
}

BOOST_FIXTURE_TEST_CASE(G8_hooks_of_outputs_are_not_called_without_a_gradient, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const variable_list y = TwoOf::apply(x);
  int first = 0, second = 0;
  y[0].register_hook([&](Tensor) { ++first; });
  y[1].register_hook([&](Tensor g) {
    ++second;
    return g * 10;
  });
  y[1].backward();
  BOOST_TEST(first == 0);
  BOOST_TEST(second == 1);
  BOOST_TEST(equals(x.grad(), {30.0}));
}

BOOST_FIXTURE_TEST_CASE(G6_hooks_of_the_node, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  const Tensor y = Sine::apply(x);
  const auto node = y.grad_fn();
  node->register_prehook([](const variable_list& g) { return variable_list{g[0] * 2}; });
  node->register_hook([](const variable_list& made, const variable_list& g) {
    return variable_list{made[0] * 100 + g[0]};
  });
  y.backward();
  BOOST_TEST(equals(x.grad(), 100 * (2 * x.detach().cos()) + 2, kClose));
}

BOOST_FIXTURE_TEST_CASE(U1_observers_see_functions, Balanced) {
  struct BackwardEuler : Function<BackwardEuler> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0] * 2}; }
  };
  const Tensor x = eg::tensor({1.0}, tracked);
  std::string seen;
  std::uint64_t number = 0;
  {
    const ag::Observer observer([&](const ag::Observation& o) {
      seen += std::string(o.name) + " ";
      if (o.name == "BackwardEuler") number = o.sequence_nr;
    });
    const Tensor y = BackwardEuler::apply(x);
    BOOST_TEST(seen == "Mul BackwardEuler ");
    BOOST_TEST(number == y.grad_fn()->sequence_nr());
    seen.clear();
    ag::grad({y}, {x});
  }
  BOOST_TEST(seen == "Mul BackwardEulerBackward ");
}

BOOST_FIXTURE_TEST_CASE(L1_anomaly_mode_names_the_function, Balanced) {
  struct Diverges : Function<Diverges> {
    static Tensor forward(AutogradContext*, Tensor x) { return x * 2; }
    static variable_list backward(AutogradContext*, variable_list g) { return {g[0] / 0.0 * 0.0}; }
  };
  const Tensor x = eg::tensor({1.0}, tracked);
  const ag::DetectAnomalyGuard watch;
  const Tensor y = Diverges::apply(x);
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError,
                        SaysAll("DivergesBackward", "returned nan values in its 0th output"));
}

BOOST_FIXTURE_TEST_CASE(C7_only_functions_on_the_way_run, Calling) {
  const Tensor x = eg::tensor({1.0}, tracked), z = eg::tensor({1.0}, tracked);
  int calls = 0;
  const Tensor y = Calls::with(x, [&](const Tensor&) { ++calls; }) * z;
  ag::grad({y}, {z}, {}, true);
  BOOST_TEST(calls == 0);
  ag::grad({y}, {x});
  BOOST_TEST(calls == 1);
}

BOOST_FIXTURE_TEST_CASE(N2_a_chain_of_functions, Balanced) {
  const Tensor x = eg::tensor({1.0}, tracked);
  Tensor y = x;
  for (int i = 0; i < 100000; ++i) y = TwoOf::apply(y)[0] * 0.5;
  y.backward();
  BOOST_TEST(equals(x.grad(), {1.0}));
}

BOOST_FIXTURE_TEST_CASE(P3_threads_share_a_function, Balanced) {
  constexpr int kThreads = 4, kPasses = 200;
  const Tensor x = eg::tensor({0.5, 1.0}, tracked);
  const Tensor y = Sine::apply(x).sum();
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int k = 0; k < kPasses; ++k) {
        y.backward({}, true);
        Sine::apply(x).sum().backward();
      }
    });
  for (std::thread& t : threads) t.join();
  BOOST_TEST(equals(x.grad(), 2.0 * kThreads * kPasses * x.detach().cos(), 1e-12));
}

BOOST_FIXTURE_TEST_CASE(D5_threads_race_for_a_graph_that_is_freed, Balanced) {
  for (int round = 0; round < 50; ++round) {
    const Tensor x = eg::tensor({0.5}, tracked);
    const Tensor y = Sine::apply(x);
    std::atomic<int> succeeded{0}, refused{0};
    const auto pass = [&] {
      try {
        y.backward();
        ++succeeded;
      } catch (const eg::GraphError&) {
        ++refused;
      }
    };
    std::thread other(pass);
    pass();
    other.join();
    BOOST_TEST(succeeded >= 1);
    BOOST_TEST(succeeded + refused == 2);
  }
}

}  // namespace autograd_test
