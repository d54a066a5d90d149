#include "kernels/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include "kernels/support.hpp"

namespace kernels_test {
namespace {

using eg::kernels::kGrain;

/// How often each element of [0, n) is visited, and whether the ranges are as promised.
std::vector<int> visits(std::int64_t n, bool& well_cut) {
  std::vector<std::atomic<int>> count(static_cast<std::size_t>(n));
  std::atomic<bool> good{true};
  eg::kernels::parallel_blocks(n, [&](std::int64_t begin, std::int64_t end) {
    if (begin % kGrain != 0 || end <= begin || end > n || (end - begin > kGrain && n > kGrain))
      good = false;
    for (std::int64_t i = begin; i < end; ++i) ++count[static_cast<std::size_t>(i)];
  });
  well_cut = good;
  return {count.begin(), count.end()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(parallel_covers_every_element_once) {
  for (int threads = 1; threads <= 4; ++threads) {
    const Threads scope(threads);
    for (const std::int64_t n :
         {std::int64_t{1}, kGrain - 1, kGrain, kGrain + 1, 4 * kGrain, 9 * kGrain + 3}) {
      bool well_cut = false;
      const std::vector<int> count = visits(n, well_cut);
      BOOST_TEST(well_cut);
      BOOST_TEST((count == std::vector<int>(static_cast<std::size_t>(n), 1)));
    }
  }
}

BOOST_AUTO_TEST_CASE(parallel_uses_several_threads) {
  const Threads scope(3);
  // Every range waits until a second thread has one, so this ends only if there are two.
  std::atomic<int> inside{0};
  std::atomic<bool> met{false};
  eg::kernels::parallel_blocks(8 * kGrain, [&](std::int64_t, std::int64_t) {
    if (++inside >= 2) met = true;
    while (!met) std::this_thread::yield();
    --inside;
  });
  BOOST_TEST(met);
}

BOOST_AUTO_TEST_CASE(parallel_one_thread_stays_alone) {
  const Threads scope(1);
  const auto here = std::this_thread::get_id();
  bool elsewhere = false;
  eg::kernels::parallel_blocks(8 * kGrain, [&](std::int64_t, std::int64_t) {
    elsewhere = elsewhere || std::this_thread::get_id() != here;
  });
  BOOST_TEST(!elsewhere);
}

BOOST_AUTO_TEST_CASE(parallel_within_parallel) {
  const Threads scope(4);
  std::atomic<std::int64_t> sum{0};
  eg::kernels::parallel_blocks(6 * kGrain, [&](std::int64_t begin, std::int64_t end) {
    eg::kernels::parallel_blocks(7 * kGrain, [&](std::int64_t b, std::int64_t e) { sum += e - b; });
    sum += end - begin;
  });
  BOOST_TEST(sum == 6 * 7 * kGrain + 6 * kGrain);
}

BOOST_AUTO_TEST_CASE(parallel_from_several_threads) {
  const Threads scope(3);
  std::atomic<std::int64_t> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        eg::kernels::parallel_blocks(7 * kGrain + 1,
                                     [&](std::int64_t b, std::int64_t e) { sum += e - b; });
    });
  for (std::thread& t : threads) t.join();
  BOOST_TEST(sum == 3 * 20 * (7 * kGrain + 1));
}

BOOST_AUTO_TEST_CASE(parallel_number_of_threads) {
  const Threads scope(2);
  BOOST_TEST(eg::get_num_threads() == 2);
  BOOST_CHECK_EXCEPTION(eg::set_num_threads(0), eg::ValueError, Says{"at least 1"});
  BOOST_CHECK_EXCEPTION(eg::set_num_threads(-3), eg::ValueError, Says{"-3"});
  BOOST_TEST(eg::get_num_threads() == 2);
}

BOOST_AUTO_TEST_CASE(flush_denormal_holds_for_this_thread_and_its_helpers) {
  const Threads scope(3);
  const auto zeros_among_halves = [] {
    // Half of the smallest normal number, by as many threads as there are.
    std::vector<double> x(8 * kGrain, std::numeric_limits<double>::min());
    eg::kernels::parallel_blocks(8 * kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        volatile double half = 0.5;
        x[static_cast<std::size_t>(i)] *= half;
      }
    });
    return std::count(x.begin(), x.end(), 0.0);
  };
  BOOST_TEST(zeros_among_halves() == 0);
  if (!eg::set_flush_denormal(true)) return;
  BOOST_TEST(zeros_among_halves() == 8 * kGrain);
  std::thread([&] { BOOST_TEST(eg::set_flush_denormal(false)); }).join();
  BOOST_TEST(zeros_among_halves() == 8 * kGrain);
  eg::set_flush_denormal(false);
  BOOST_TEST(zeros_among_halves() == 0);
}

BOOST_AUTO_TEST_CASE(parallel_number_of_threads_may_change_between_loops) {
  for (const int threads : {4, 1, 3, 2, 4}) {
    const Threads scope(threads);
    bool well_cut = false;
    const std::vector<int> count = visits(7 * kGrain, well_cut);
    BOOST_TEST((count == std::vector<int>(7 * kGrain, 1)));
  }
}

BOOST_AUTO_TEST_CASE(parallel_results_are_bitwise_the_same) {
  // Long enough to be shared, of lengths that divide into nothing.
  const Tensor x = eg::tensor(random_values(3 * 400'003)).reshape({3, 400'003});
  const Tensor w = eg::tensor(random_values(400'003, 2));
  const auto program = [&] {
    const Tensor a = x.clone().requires_grad_();
    const Tensor b = w.clone().requires_grad_();
    const Tensor y = (a * b).sin() + (a - b) / (2 + a * a);
    const Tensor loss = y.sum() + y.mean(0).square().sum() + y.sum(1).tanh().sum() +
                        (a.t() * 2).exp().mean() + y.var();
    loss.backward();
    return std::vector<std::vector<std::byte>>{
        bytes_of(loss.detach()),
        bytes_of(y.detach()),
        bytes_of(a.grad()),
        bytes_of(b.grad()),
        bytes_of(y.detach().sum(0)),
        bytes_of(std::get<0>(y.detach().max(1))),
        bytes_of(y.detach().t().to(eg::kFloat32)),
    };
  };
  std::vector<std::vector<std::byte>> alone;
  {
    const Threads scope(1);
    alone = program();
  }
  for (int threads = 2; threads <= 4; ++threads) {
    const Threads scope(threads);
    const auto shared = program();
    BOOST_TEST_REQUIRE(shared.size() == alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i)
      BOOST_TEST_CONTEXT(threads << " threads, result " << i)
    BOOST_TEST((shared[i] == alone[i]));
  }
}

}  // namespace kernels_test
