#include <pthread.h>

#include <exception>

#include "autograd/support.hpp"

/// Section N of the specification: graphs as deep as memory allows. Everything runs on a stack of
/// 8 MB, where one call per node would not fit.
namespace autograd_test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kDepth = 100'000;
constexpr std::size_t kStack = std::size_t{1} << 20;
#else
constexpr int kDepth = 1'000'000;
constexpr std::size_t kStack = std::size_t{8} << 20;
#endif

/// Runs `f` on a small stack and throws here what it throws there.
template <class F>
void on_small_stack(F f) {
  struct Call {
    F& f;
    std::exception_ptr thrown;
  } call{f, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_t thread;
  const int failed = pthread_create(
      &thread, &attributes,
      [](void* context) -> void* {
        auto& c = *static_cast<Call*>(context);
        try {
          c.f();
        } catch (...) {
          c.thrown = std::current_exception();
        }
        return nullptr;
      },
      &call);
  pthread_attr_destroy(&attributes);
  BOOST_TEST_REQUIRE(failed == 0);
  pthread_join(thread, nullptr);
  if (call.thrown != nullptr) std::rethrow_exception(call.thrown);
}

/// Builds a chain by `depth` steps from x, differentiates it and drops it.
template <class Step>
void check_chain(int depth, double want, Step step) {
  Tensor gradient;
  std::int64_t nodes = 0;
  on_small_stack([&] {
    const Tensor x = eg::ones({1}, tracked);
    Tensor y = x * 1;
    const std::int64_t before = ag::Node::live_count();
    for (int i = 0; i < depth; ++i) step(y);
    nodes = ag::Node::live_count() - before;
    y.sum().backward();
    gradient = x.grad();
  });
  BOOST_TEST(nodes >= depth);
  BOOST_TEST(equals(gradient, {want}));
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(N1_chain_dropped_without_backward, Balanced) {
  on_small_stack([] {
    const Tensor x = eg::ones({1}, tracked);
    Tensor y = x;
    for (int i = 0; i < kDepth; ++i) y = y + 1;
    y.reset();
  });
}

BOOST_FIXTURE_TEST_CASE(N1_chain_dropped_from_the_leaf_upwards, Balanced) {
  on_small_stack([] {
    Tensor x = eg::ones({1}, tracked);
    std::vector<Tensor> all = {x};
    for (int i = 0; i < kDepth / 4; ++i) all.push_back(all.back() * 2);
    x.reset();
    for (Tensor& t : all) t.reset();
  });
}

BOOST_FIXTURE_TEST_CASE(N1_chain_dropped_by_a_node_that_runs, Balanced) {
  on_small_stack([] {
    const Tensor x = eg::ones({1}, tracked);
    Tensor other = x;
    for (int i = 0; i < kDepth / 4; ++i) other = other.sin();
    const Tensor y = probed(x * 2, passing([&other](const Tensor&) { other.reset(); }));
    y.backward();
  });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_numbers, Balanced) {
  check_chain(kDepth, 1, [](Tensor& y) { y = y + 1; });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_products, Balanced) {
  const Tensor one = eg::ones({1});
  check_chain(kDepth, 1, [&](Tensor& y) { y = y * one; });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_that_saves_its_outputs, Balanced) {
  check_chain(kDepth, 1, [](Tensor& y) { y = y.reciprocal(); });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_with_skips, Balanced) {
  check_chain(kDepth / 2, 1, [](Tensor& y) { y = y + y * 0; });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_writes, Balanced) {
  check_chain(kDepth, 1, [](Tensor& y) { y.add_(1); });
  check_chain(kDepth / 4, 1, [](Tensor& y) { y.mul_(1).neg_().neg_(); });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_views, Balanced) {
  check_chain(kDepth, 1, [](Tensor& y) { y = y.view({1}); });
  check_chain(kDepth / 2, 1, [](Tensor& y) { y = y.unsqueeze(0).squeeze(0); });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_slices, Balanced) {
  check_chain(kDepth, 1, [](Tensor& y) { y = y.slice(0, 0, 1); });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_writes_to_views, Balanced) {
  check_chain(kDepth / 10, 1, [](Tensor& y) { y[0].add_(1); });
  check_chain(kDepth / 10, 1, [](Tensor& y) { y.slice(0, 0, 1).mul_(1); });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_lists, Balanced) {
  check_chain(kDepth / 4, 1, [](Tensor& y) { y = eg::cat({y}); });
  check_chain(kDepth / 4, 1, [](Tensor& y) { y = y.split(1)[0]; });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_reductions, Balanced) {
  check_chain(kDepth / 4, 1, [](Tensor& y) { y = y.sum(0, true).mean(0, true); });
  check_chain(kDepth / 4, 1, [](Tensor& y) { y = y.max().unsqueeze(0); });
}

BOOST_FIXTURE_TEST_CASE(N2_chain_of_foreign_nodes, Balanced) {
  check_chain(kDepth / 4, 1, [](Tensor& y) { y = probed(y, passing([](const Tensor&) {})); });
}

BOOST_FIXTURE_TEST_CASE(N2_wide, Balanced) {
  on_small_stack([] {
    const Tensor x = eg::ones({1}, tracked);
    std::vector<Tensor> terms;
    for (int i = 0; i < kDepth / 10; ++i) terms.push_back(x * 2);
    eg::cat(terms).sum().backward();
    if (x.grad().item<double>() != 2.0 * (kDepth / 10)) throw std::runtime_error("wrong gradient");
  });
}

BOOST_FIXTURE_TEST_CASE(N2_grad_of_a_chain, Balanced) {
  Tensor middle;
  Tensor first;
  on_small_stack([&] {
    const Tensor x = eg::ones({1}, tracked);
    Tensor y = x;
    Tensor m;
    for (int i = 0; i < kDepth / 2; ++i) {
      if (i == kDepth / 4) m = y;
      y = y.neg();
    }
    const variable_list g = ag::grad({y}, {m, x});
    middle = g[0];
    first = g[1];
  });
  const double sign = (kDepth / 2 - kDepth / 4) % 2 == 0 ? 1 : -1;
  BOOST_TEST(equals(middle, {sign}));
  BOOST_TEST(equals(first, {(kDepth / 2) % 2 == 0 ? 1.0 : -1.0}));
}

BOOST_FIXTURE_TEST_CASE(N2_second_derivative_of_a_chain, Balanced) {
  Tensor g;
  Tensor h;
  on_small_stack([&] {
    const Tensor x = eg::ones({1}, tracked);
    Tensor y = x * x;
    const Tensor one = eg::ones({1}, tracked);
    for (int i = 0; i < kDepth / 10; ++i) y = y * one;
    g = ag::grad({y}, {x}, {}, true, /*create_graph=*/true)[0];
    h = ag::grad({g}, {x})[0];
    g = g.detach();
  });
  BOOST_TEST(equals(g, {2.0}));
  BOOST_TEST(equals(h, {2.0}));
}

BOOST_FIXTURE_TEST_CASE(N2_gradient_with_a_long_history, Balanced) {
  on_small_stack([] {
    Tensor x = eg::ones({1}, tracked);
    for (int i = 0; i < kDepth / 20; ++i) (x * x).backward({}, eg::nullopt, /*create_graph=*/true);
    x.reset();
  });
}

BOOST_FIXTURE_TEST_CASE(N3_every_node_runs_once, Balanced) {
  // 2^40 paths lead through this graph.
  const Tensor x = eg::ones({1}, tracked);
  int calls = 0;
  Tensor y = x;
  for (int i = 0; i < 40; ++i) {
    y = probed(y, passing([&calls](const Tensor&) { ++calls; }));
    y = y + y;
  }
  y.backward();
  BOOST_TEST(calls == 40);
  BOOST_TEST(equals(x.grad(), {std::pow(2.0, 40)}));
}

}  // namespace autograd_test
