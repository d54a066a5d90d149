#include <malloc.h>

#include "autograd/support.hpp"

/// Section W of the specification, and that nothing is kept alive by a cycle: every case of these
/// tests counts what it leaves behind (see Balanced); the ones here are about nothing else.
namespace autograd_test {
namespace {

/// Bytes that the heap has handed out; 0 under sanitizers, whose heap does not tell.
std::size_t heap_bytes() { return mallinfo2().uordblks; }

/// Runs `step` often and checks that neither objects nor memory grow.
template <class F>
void check_steady(int times, F step) {
  for (int i = 0; i < 100; ++i) step();
  const Alive alive;
  const std::size_t heap = heap_bytes();
  const eg::MemoryStats memory = eg::memory_stats();
  for (int i = 0; i < times; ++i) step();
  BOOST_TEST(Alive() == alive);
  BOOST_TEST(heap_bytes() <= heap + (1 << 16));
  const eg::MemoryStats after = eg::memory_stats();
  BOOST_TEST(after.in_use == memory.in_use);
  BOOST_TEST(after.cached <= memory.cached + (1 << 16));
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(W1_no_intermediate_is_kept_without_need, Balanced) {
  const Tensor x = eg::ones({1000}, tracked);
  const Tensor m = eg::ones({1000});
  const Alive before;
  const Tensor y = (x + 2) * m;
  const Alive after;
  // y itself, and the number 2 that nobody keeps: the product saves m, which is alive anyway.
  BOOST_TEST(after.storages - before.storages == 1);
  BOOST_TEST(after.tensors - before.tensors == 1);
  const Tensor z = (y.exp() + 1).sum();
  BOOST_TEST(Alive().storages - after.storages == 2);
}

BOOST_FIXTURE_TEST_CASE(W2_gradients_on_the_way_are_dropped, Balanced) {
  const Tensor x = eg::ones({1000}, tracked);
  Tensor y = x * 1;
  std::int64_t most = 0;
  for (int i = 0; i < 50; ++i)
    y = probed(y.sin(), passing([&most](const Tensor&) {
                 most = std::max(most, eg::Storage::live_count());
               }));
  const std::int64_t before = eg::Storage::live_count();
  y.sum().backward();
  BOOST_TEST(most <= before + 4);
  // With the graph gone too, x and its gradient are left, and the last result.
  BOOST_TEST(eg::Storage::live_count() - at_start.storages == 3);
}

BOOST_FIXTURE_TEST_CASE(W3_dropping_the_root_frees_everything, Balanced) {
  const Tensor x = eg::ones({1000}, tracked);
  const Alive before;
  Tensor y = x;
  for (int i = 0; i < 10; ++i) y = (y * x).sin() + y.exp();
  BOOST_TEST(Alive().nodes - before.nodes > 30);
  y.reset();
  BOOST_TEST(Alive() == before);
}

BOOST_FIXTURE_TEST_CASE(W3_after_an_error, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  const Alive before;
  for (int i = 0; i < 10; ++i) {
    Tensor a = x * 2;
    const Tensor y = (a.exp() * a).sum() + (x * x).sum();
    a.add_(1);
    BOOST_CHECK_THROW(y.backward(), eg::GraphError);
  }
  x.mutable_grad().reset();
  BOOST_TEST(Alive() == before);
}

BOOST_FIXTURE_TEST_CASE(W_gradient_with_a_history_is_no_cycle, Balanced) {
  std::weak_ptr<ag::Node> weak;
  {
    const Tensor x = eg::ones({3}, tracked);
    (x * x * x).sum().backward({}, eg::nullopt, /*create_graph=*/true);
    BOOST_TEST(x.grad().requires_grad());
    weak = x.grad().grad_fn();
    BOOST_TEST(!weak.expired());
  }
  BOOST_TEST(weak.expired());
}

BOOST_FIXTURE_TEST_CASE(W_gradient_of_a_gradient_accumulates_without_a_cycle, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  const Tensor z = eg::ones({3}, tracked);
  for (int i = 0; i < 3; ++i) {
    (x * x * z).sum().backward({}, eg::nullopt, true);
    (z.grad() * z.grad()).sum().backward({}, eg::nullopt, true);
  }
}

BOOST_FIXTURE_TEST_CASE(W_retained_gradient_with_a_history_is_no_cycle, Balanced) {
  const Tensor x = eg::ones({3}, tracked);
  const Tensor a = x * x;
  a.retain_grad();
  (a * a * x).sum().backward({}, eg::nullopt, true);
  BOOST_TEST(a.grad().requires_grad());
}

BOOST_FIXTURE_TEST_CASE(W_views_and_writes_are_no_cycle, Balanced) {
  const Tensor x = eg::ones({3, 3}, tracked);
  Tensor y = x * 1;
  Tensor v = y[0];
  Tensor w = y.t()[1];
  v.neg_();
  w.add_(v);
  y.sigmoid_();
  v.retain_grad();
  (y * y).sum().backward({}, true, true);
  BOOST_TEST(v.grad_fn() != nullptr);
}

BOOST_FIXTURE_TEST_CASE(W_create_graph_in_a_loop_does_not_grow, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  check_steady(100'000, [&] {
    (x * x).sum().backward({}, eg::nullopt, /*create_graph=*/true);
    x.mutable_grad().reset();
  });
}

BOOST_FIXTURE_TEST_CASE(W_create_graph_with_a_replaced_gradient_does_not_grow, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  check_steady(10'000, [&] {
    (x.exp() * x).sum().backward({}, eg::nullopt, /*create_graph=*/true);
    x.mutable_grad() = x.grad().detach() * 0.5;
  });
}

BOOST_FIXTURE_TEST_CASE(W_training_loop_does_not_grow, Balanced) {
  const Tensor x = eg::rand({40, 50});
  const Tensor w = eg::rand({50}, tracked);
  check_steady(2'000, [&] {
    Tensor loss = ((x * w).sum(1).tanh() - 1).square().mean();
    loss.backward();
    const eg::NoGradGuard off;
    Tensor parameters = w;
    parameters.sub_(w.grad(), 1e-3);
    w.mutable_grad().zero_();
  });
}

BOOST_FIXTURE_TEST_CASE(W_one_leaf_in_many_graphs_does_not_grow, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  Tensor state = eg::zeros({2});
  check_steady(10'000, [&] {
    Tensor next = state + x * 0.5;
    next[0].mul_(0.5);
    state = next.detach();
  });
}

BOOST_FIXTURE_TEST_CASE(W_gradient_of_rows_is_added_where_it_lies, Balanced) {
  // Were every row's gradient padded with zeros to the size of the matrix, a buffer of that size
  // would go back to the cache between any two rows.
  constexpr std::int64_t rows = 200;
  constexpr std::int64_t columns = 500;
  const Tensor x = eg::ones({rows, columns}, tracked);
  struct Picker {
    const char* name;
    std::function<Tensor(std::int64_t)> row;
  };
  const Picker pickers[] = {
      {"select", [&](std::int64_t i) { return x[i]; }},
      {"narrow", [&](std::int64_t i) { return x.narrow(0, i, 1); }},
      {"slice", [&](std::int64_t i) { return x.slice(0, i, i + 1); }},
      {"diagonal", [&](std::int64_t i) { return x.diagonal(i); }},
      {"split", [&](std::int64_t i) { return x.split(1)[static_cast<std::size_t>(i)]; }},
  };
  for (const Picker& picker : pickers) BOOST_TEST_CONTEXT(picker.name) {
      std::size_t padded = 0;
      int seen = 0;
      Tensor loss = eg::zeros({});
      for (std::int64_t i = 0; i < rows; ++i) {
        const Tensor r = probed(picker.row(i), passing([&](const Tensor&) {
                                  if (eg::memory_stats().cached >= rows * columns * 8) ++padded;
                                  ++seen;
                                  eg::empty_cache();
                                }));
        loss = loss + r.sum();
      }
      eg::empty_cache();
      loss.backward();
      BOOST_TEST(seen == rows);
      BOOST_TEST(padded == 0u);
      x.mutable_grad().reset();
    }
}

BOOST_FIXTURE_TEST_CASE(W_gradient_of_rows_is_right, Balanced) {
  const Tensor x = eg::ones({20, 3}, tracked);
  Tensor loss = (x * x).sum();
  for (std::int64_t i = 0; i < 20; ++i) loss = loss + (x[i] * static_cast<double>(i)).sum();
  loss = loss + x[3][1] + x.t()[2].sum();
  loss.backward();
  Tensor want = eg::full({20, 3}, 2.0) + eg::arange(20.0).reshape({20, 1});
  want[3][1] = 2.0 + 3 + 1;
  want.slice(1, 2, 3).add_(1);
  BOOST_TEST(equals(x.grad(), want));
}

}  // namespace autograd_test
