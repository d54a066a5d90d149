#pragma once

// Overhead of a node. The same source for both libraries: namespace `torch` is libtorch's own, or
// another name of eigengrad. Included after the library's header.

#include <cstdint>
#include <string>

#include "common.hpp"
#include "count_malloc.hpp"
#include "hand/chain.hpp"

namespace cases {

constexpr std::int64_t kShort = 1000;
constexpr std::int64_t kSecondOrder = 100;
constexpr std::int64_t kLong = 1000000;
constexpr double kX = 0.7;
constexpr double kC = 0.9999;
constexpr double kD = 0.0003;

inline torch::Tensor chain(const torch::Tensor& x, const torch::Tensor& c, const torch::Tensor& d,
                           std::int64_t n) {
  torch::Tensor y = x;
  for (std::int64_t i = 0; i < n; i += 2) {
    y = y * c;
    y = y + d;
  }
  return y;
}

/// Three tensors of one element; which of them are tracked makes the difference between the rows.
struct Leaves {
  enum class Tracked { Nothing, X, All };
  explicit Leaves(Tracked tracked)
      : x(leaf(kX, tracked != Tracked::Nothing)),
        c(leaf(kC, tracked == Tracked::All)),
        d(leaf(kD, tracked == Tracked::All)) {}
  torch::Tensor x, c, d;

  torch::Tensor chain(std::int64_t n) const { return cases::chain(x, c, d, n); }
  void reset_gradients() {
    for (torch::Tensor* t : {&x, &c, &d}) t->mutable_grad().reset();
  }

 private:
  static torch::Tensor leaf(double value, bool tracked) {
    return torch::full({1}, value, torch::dtype(torch::kFloat64).requires_grad(tracked));
  }
};
using Tracked = Leaves::Tracked;

/// The second derivative of a chain whose operands are all x.
inline torch::Tensor second_order(const torch::Tensor& x) {
  const torch::Tensor y = chain(x, x, x, kSecondOrder);
  const torch::Tensor slope = torch::autograd::grad({y}, {x}, {}, torch::nullopt, true)[0];
  return torch::autograd::grad({slope}, {x})[0];
}

/// Compares a chain of n steps, `y`, and the gradients that it left in the leaves, with those by hand.
inline void verify_chain(const std::string& column, const Leaves& l, const torch::Tensor& y,
                         std::int64_t n) {
  Eigen::ArrayXd factors;
  const hand::ChainGradient want = hand::chain_gradient(kX, kC, kD, n, factors);
  const std::string what = column + ", chain of " + std::to_string(n);
  bench::require_close(what, y.item<double>(), want.value, 1e-9);
  const auto compare = [&what](const char* leaf, const torch::Tensor& t, double derivative) {
    if (t.requires_grad())
      bench::require_close(what + leaf, t.grad().item<double>(), derivative, 1e-9);
  };
  compare(", dx", l.x, want.x);
  compare(", dc", l.c, want.c);
  compare(", dd", l.d, want.d);
}

inline void verify_section_a(const std::string& column) {
  for (const Tracked tracked : {Tracked::X, Tracked::All}) {
    const Leaves l(tracked);
    const torch::Tensor y = l.chain(kShort);
    y.backward();
    verify_chain(column, l, y, kShort);
  }
  bench::require_close(column + ", second order", second_order(Leaves(Tracked::X).x).item<double>(),
                       hand::chain_second(kX, kSecondOrder), 1e-9);
}

inline void forward_no_grad(benchmark::State& state) {
  const Leaves l(Tracked::X);
  const torch::NoGradGuard guard;
  for (auto _ : state) benchmark::DoNotOptimize(l.chain(kShort));
  bench::report_time_per(state, "op", kShort);
}

inline void forward_recorded_release(benchmark::State& state) {
  const Leaves l(Tracked::X);
  for (auto _ : state) benchmark::DoNotOptimize(l.chain(kShort));
  bench::report_time_per(state, "op", kShort);
  const std::int64_t before = bench::allocations;
  benchmark::DoNotOptimize(l.chain(kShort));
  state.counters["allocations_per_op"] =
      static_cast<double>(bench::allocations - before) / static_cast<double>(kShort);
}

inline void forward_backward_release(benchmark::State& state, Tracked tracked) {
  Leaves l(tracked);
  const auto step = [&l] {
    l.chain(kShort).backward();
    l.reset_gradients();
  };
  for (auto _ : state) step();
  bench::report_time_per(state, "node", kShort);
  const std::int64_t before = bench::allocations;
  step();
  state.counters["allocations_per_node"] =
      static_cast<double>(bench::allocations - before) / static_cast<double>(kShort);
}

inline void mul_and_grad(benchmark::State& state) {
  const Leaves l(Tracked::X);
  for (auto _ : state) benchmark::DoNotOptimize(torch::autograd::grad({l.x * l.c}, {l.x}));
  bench::report_time_per(state, "call", 1);
}

inline void second_order_chain(benchmark::State& state) {
  const torch::Tensor x = Leaves(Tracked::X).x;
  for (auto _ : state) benchmark::DoNotOptimize(second_order(x));
  bench::report_time_per(state, "node", kSecondOrder);
}

struct BytesPerNode {
  double one_leaf, three_leaves;
};

/// What graphs of kLong nodes keep in memory. To be measured before any other long chain: allocators
/// then have next to nothing cached, and all comes from the system.
inline BytesPerNode bytes_per_node() {
  const double start = bench::resident_bytes();
  const torch::Tensor one = Leaves(Tracked::X).chain(kLong);
  const double middle = bench::resident_bytes();
  const torch::Tensor three = Leaves(Tracked::All).chain(kLong);
  const double end = bench::resident_bytes();
  return {(middle - start) / static_cast<double>(kLong),
          (end - middle) / static_cast<double>(kLong)};
}

inline void long_chain(benchmark::State& state, const std::string& column) {
  static const BytesPerNode bytes = bytes_per_node();
  state.counters["bytes_per_node_one_leaf"] = bytes.one_leaf;
  state.counters["bytes_per_node_three_leaves"] = bytes.three_leaves;

  Leaves l(Tracked::X);
  double build = 0;
  double backward = 0;
  double release = 0;
  for (auto _ : state) {
    const double t0 = bench::thread_ns();
    torch::Tensor y = l.chain(kLong);
    const double t1 = bench::thread_ns();
    y.backward();
    const double t2 = bench::thread_ns();
    build += t1 - t0;
    backward += t2 - t1;
    verify_chain(column, l, y, kLong);
    const double t3 = bench::thread_ns();
    y.reset();
    release += bench::thread_ns() - t3;
    l.reset_gradients();
  }
  const double nodes = static_cast<double>(state.iterations()) * static_cast<double>(kLong);
  state.counters["build_per_node"] = 1e-9 * build / nodes;
  state.counters["backward_per_node"] = 1e-9 * backward / nodes;
  state.counters["release_per_node"] = 1e-9 * release / nodes;
}

inline void register_section_a(const std::string& column) {
  bench::add("a/forward_no_grad", column, forward_no_grad);
  bench::add("a/forward_recorded_release", column, forward_recorded_release);
  bench::add("a/forward_backward_release_one_leaf", column,
             [](benchmark::State& state) { forward_backward_release(state, Tracked::X); });
  bench::add("a/forward_backward_release_three_leaves", column,
             [](benchmark::State& state) { forward_backward_release(state, Tracked::All); });
  bench::add("a/mul_and_grad", column, mul_and_grad);
  bench::add("a/second_order_chain", column, second_order_chain);
  bench::add("a/long_chain", column, [column](benchmark::State& state) {
    long_chain(state, column);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace cases
