#include <atomic>
#include <barrier>
#include <thread>

#include "autograd/support.hpp"

/// Section P of the specification: graphs and several threads. Also run under ThreadSanitizer; so
/// checks are made after the threads have joined.
namespace autograd_test {
namespace {

constexpr int kThreads = 4;

/// Runs `f(i)` in kThreads threads that start together.
template <class F>
void in_threads(F f) {
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      f(i);
    });
  for (std::thread& t : threads) t.join();
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(P1_disjoint_graphs, Balanced) {
  const auto work = [](int i) {
    const Tensor x = eg::full({50}, 0.1 * (i + 1), tracked);
    Tensor y = x;
    for (int k = 0; k < 20; ++k) {
      y = (y * x).sin() + y;
      Tensor part = y.slice(0, 0, 10);
      part.mul_(0.5);
    }
    y.sum().backward();
    const Tensor first = x.grad().clone();
    const Tensor g = ag::grad({(x * x * x).sum()}, {x}, {}, true, true)[0];
    return values(first + ag::grad({g.sum()}, {x})[0]);
  };
  std::vector<double> want[kThreads];
  for (int i = 0; i < kThreads; ++i) want[i] = work(i);
  std::atomic<int> wrong{0};
  in_threads([&](int i) {
    for (int k = 0; k < 30; ++k)
      if (work(i) != want[i]) ++wrong;
  });
  BOOST_TEST(wrong == 0);
}

BOOST_FIXTURE_TEST_CASE(P2_shared_leaf, Balanced) {
  constexpr int kPasses = 500;
  const Tensor x = eg::tensor({1.0, 2.0, 3.0}, tracked);
  in_threads([&](int i) {
    for (int k = 0; k < kPasses; ++k) (x * static_cast<double>(i + 1)).sum().backward();
  });
  const double sum = kPasses * (1.0 + 2 + 3 + 4);
  BOOST_TEST(equals(x.grad(), {sum, sum, sum}));
}

BOOST_FIXTURE_TEST_CASE(P2_first_gradient_of_a_shared_leaf, Balanced) {
  for (int k = 0; k < 100; ++k) {
    const Tensor x = eg::ones({300}, tracked);
    in_threads([&](int) { (x * 2 + x).sum().backward(); });
    BOOST_TEST_REQUIRE(equals(x.grad(), eg::full({300}, 3.0 * kThreads)));
  }
}

BOOST_FIXTURE_TEST_CASE(P2_shared_leaf_with_create_graph, Balanced) {
  const Tensor x = eg::tensor({2.0}, tracked);
  in_threads([&](int) {
    for (int k = 0; k < 20; ++k) (x * x).backward({}, eg::nullopt, /*create_graph=*/true);
  });
  BOOST_TEST(equals(x.grad(), {4.0 * 20 * kThreads}));
  BOOST_TEST(equals(ag::grad({x.grad()}, {x})[0], {2.0 * 20 * kThreads}));
}

BOOST_FIXTURE_TEST_CASE(P3_shared_trunk_that_is_retained, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor w = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
  Tensor trunk = (w * x).sum(1) * x;
  trunk[0].exp_();
  trunk = trunk.tanh() + x.prod();
  const Tensor want = ag::grad({trunk.sum()}, {x}, {}, true)[0];
  std::atomic<int> wrong{0};
  in_threads([&](int i) {
    for (int k = 0; k < 50; ++k) {
      const Tensor head = (trunk * static_cast<double>(i + 1)).sum();
      if (k % 2 == 0)
        head.backward({}, /*retain_graph=*/true);
      else if (!equals(ag::grad({head}, {x}, {}, true)[0], want * (i + 1), 1e-12))
        ++wrong;
    }
  });
  BOOST_TEST(wrong == 0);
  BOOST_TEST(equals(x.grad(), want * (25.0 * (1 + 2 + 3 + 4)), 1e-12));
}

BOOST_FIXTURE_TEST_CASE(P3_shared_trunk_differentiated_twice, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor trunk = x.exp() * x;
  const auto second = [&] {
    const Tensor g = ag::grad({trunk.sum()}, {x}, {}, true, true)[0];
    return values(ag::grad({g.sum()}, {x}, {}, true)[0]);
  };
  const std::vector<double> want = second();
  std::atomic<int> wrong{0};
  in_threads([&](int) {
    for (int k = 0; k < 50; ++k)
      if (second() != want) ++wrong;
  });
  BOOST_TEST(wrong == 0);
}

BOOST_FIXTURE_TEST_CASE(D5_shared_trunk_that_is_released, Balanced) {
  int failed_in_all = 0;
  for (int round = 0; round < 200; ++round) {
    const Tensor x = eg::tensor({1.0, 2.0}, tracked);
    Tensor trunk = x * x;
    for (int i = 0; i < 5; ++i) trunk = trunk * trunk.sin() + trunk;
    const Tensor want = ag::grad({trunk.sum()}, {x}, {}, true)[0];
    std::atomic<int> succeeded{0};
    std::atomic<int> refused{0};
    in_threads([&](int) {
      const Tensor head = (trunk * 1).sum();
      try {
        head.backward();
        ++succeeded;
      } catch (const eg::GraphError& e) {
        if (std::string_view(e.what()).find("a second time") != std::string_view::npos) ++refused;
      }
    });
    BOOST_TEST_REQUIRE(succeeded >= 1);
    BOOST_TEST_REQUIRE(succeeded + refused == kThreads);
    BOOST_TEST_REQUIRE(equals(x.grad(), want * static_cast<double>(succeeded), 1e-12));
    failed_in_all += refused;
  }
  BOOST_TEST_MESSAGE("refused: " << failed_in_all << " of " << 200 * kThreads);
}

BOOST_FIXTURE_TEST_CASE(D5_written_trunk_that_is_released, Balanced) {
  for (int round = 0; round < 50; ++round) {
    const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
    Tensor trunk = x * 1;
    trunk[0].sin_();
    trunk.select(1, 1).mul_(trunk.select(1, 0));
    std::atomic<int> succeeded{0};
    std::atomic<int> refused{0};
    in_threads([&](int) {
      try {
        trunk.sum().backward();
        ++succeeded;
      } catch (const eg::GraphError&) {
        ++refused;
      }
    });
    BOOST_TEST_REQUIRE(succeeded >= 1);
    BOOST_TEST_REQUIRE(succeeded + refused == kThreads);
  }
}

BOOST_FIXTURE_TEST_CASE(P4_modes_belong_to_a_thread, Balanced) {
  std::atomic<int> wrong{0};
  in_threads([&](int i) {
    const Tensor x = eg::ones({2}, tracked);
    for (int k = 0; k < 200; ++k) {
      if (i == 0) {
        const eg::NoGradGuard off;
        if ((x * 2).requires_grad()) ++wrong;
      } else if (i == 1) {
        const eg::InferenceMode on;
        if (!(x * 2).is_inference()) ++wrong;
      } else if (i == 2) {
        const ag::DualLevel level;
        const Tensor d = ag::make_dual(x, eg::ones({2}));
        const Tensor t = ag::unpack_dual(d * d).tangent;
        if (!t.defined() || !equals(t, {2.0, 2.0})) ++wrong;
      } else {
        const Tensor y = x * x;
        if (!y.requires_grad() || y.is_inference() || ag::DualLevel::is_open()) ++wrong;
        if (!equals(ag::grad({y.sum()}, {x})[0], {2.0, 2.0})) ++wrong;
      }
    }
  });
  BOOST_TEST(wrong == 0);
}

BOOST_FIXTURE_TEST_CASE(P4_tangents_belong_to_a_level, Balanced) {
  std::atomic<int> wrong{0};
  in_threads([&](int i) {
    for (int k = 0; k < 100; ++k) {
      const ag::DualLevel level;
      const Tensor x = eg::full({3}, 1.0 * i);
      Tensor y = ag::make_dual(x, eg::ones({3}));
      for (int j = 0; j < 5; ++j) y = y * x + y;
      if (!ag::unpack_dual(y).tangent.defined()) ++wrong;
    }
  });
  BOOST_TEST(wrong == 0);
}

BOOST_FIXTURE_TEST_CASE(P5_exceptions_stay_in_their_thread, Balanced) {
  std::atomic<int> caught{0};
  std::atomic<int> wrong{0};
  in_threads([&](int i) {
    for (int k = 0; k < 50; ++k) {
      const Tensor x = eg::ones({2}, tracked);
      const Tensor y = probed(x, passing([i](const Tensor&) {
                                if (i % 2 == 0) throw std::runtime_error(std::to_string(i));
                              }));
      try {
        (y * 2).sum().backward();
        if (i % 2 == 0) ++wrong;
      } catch (const std::runtime_error& e) {
        if (e.what() != std::to_string(i) || i % 2 != 0) ++wrong;
        ++caught;
      }
    }
  });
  BOOST_TEST(caught == 50 * kThreads / 2);
  BOOST_TEST(wrong == 0);
}

BOOST_FIXTURE_TEST_CASE(P_graph_built_by_several_threads, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor parts[kThreads];
  in_threads([&](int i) {
    Tensor y = x;
    for (int k = 0; k <= i; ++k) y = y * x;
    parts[i] = y;
  });
  Tensor sum = parts[0];
  std::thread([&] {
    for (int i = 1; i < kThreads; ++i) sum = sum + parts[i];
  }).join();
  // x^2 + x^3 + x^4 + x^5
  sum.sum().backward();
  BOOST_TEST(equals(x.grad(), {2.0 + 3 + 4 + 5, 4.0 + 12 + 32 + 80}));
  std::uint64_t last = 0;
  for (const Tensor& t : {parts[0], parts[1], parts[2], parts[3]})
    last = std::max(last, t.grad_fn()->sequence_nr());
  BOOST_TEST(sum.grad_fn()->sequence_nr() > last);
}

BOOST_FIXTURE_TEST_CASE(P_graph_dropped_by_another_thread, Balanced) {
  for (int round = 0; round < 20; ++round) {
    const Tensor x = eg::ones({100}, tracked);
    Tensor y = x;
    for (int i = 0; i < 100; ++i) y = y.sin() * x;
    Tensor copies[kThreads] = {y, y, y, y};
    y.reset();
    in_threads([&](int i) { copies[i].reset(); });
  }
}

BOOST_FIXTURE_TEST_CASE(P_view_whose_history_is_outdated, Balanced) {
  for (int round = 0; round < 50; ++round) {
    const Tensor x = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}, tracked);
    Tensor base = x * 1;
    const Tensor v = base[0];
    base.mul_(3);
    in_threads([&](int) { (v * 2).sum().backward({}, /*retain_graph=*/true); });
    BOOST_TEST_REQUIRE(equals(x.grad(), {{6.0 * kThreads, 6.0 * kThreads}, {0.0, 0.0}}));
  }
}

BOOST_FIXTURE_TEST_CASE(P_retained_gradient_while_others_sweep, Balanced) {
  const Tensor x = eg::ones({2}, tracked);
  const Tensor a = x * 3;
  a.retain_grad();
  in_threads([&](int) {
    for (int k = 0; k < 50; ++k) (a * 2).sum().backward({}, true);
  });
  BOOST_TEST(equals(a.grad(), {100.0 * kThreads, 100.0 * kThreads}));
  BOOST_TEST(equals(x.grad(), {300.0 * kThreads, 300.0 * kThreads}));
}

}  // namespace autograd_test
