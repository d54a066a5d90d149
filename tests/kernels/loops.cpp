#include "kernels/base/loops.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

#include "kernels/base/parallel.hpp"
#include "kernels/support.hpp"

/// The loop driver: every element once, whatever the layout, in pieces that do not depend on the
/// number of threads.
namespace kernels_test {
namespace {

using eg::kernels::BlockKernel;
using eg::kernels::kBlock;
using eg::kernels::kGrain;
using eg::kernels::Operand;

/// out = 3 a + b, in double.
void affine(const void*, std::byte* const* operands, std::int64_t n) {
  auto* out = reinterpret_cast<double*>(operands[0]);
  const auto* a = reinterpret_cast<const double*>(operands[1]);
  const auto* b = reinterpret_cast<const double*>(operands[2]);
  for (std::int64_t i = 0; i < n; ++i) out[i] = 3 * a[i] + b[i];
}

struct Operands {
  Dims sizes;
  Dims out;
  Dims a;
  Dims b;
};

std::int64_t extent(const Dims& sizes, const Dims& strides) {
  std::int64_t last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) last += (sizes[d] - 1) * strides[d];
  return last + 1;
}

/// Runs affine() over the layouts and compares with a plain loop, elements between included.
void check_affine(const Operands& o) {
  const auto n = static_cast<std::size_t>(extent(o.sizes, o.out));
  const std::vector<double> a = random_values(static_cast<std::size_t>(extent(o.sizes, o.a)), 1);
  const std::vector<double> b = random_values(static_cast<std::size_t>(extent(o.sizes, o.b)), 2);
  std::vector<double> want(n, -7);
  for_positions(o.sizes, [&](const Dims& at) {
    want[static_cast<std::size_t>(dot(at, o.out))] =
        3 * a[static_cast<std::size_t>(dot(at, o.a))] + b[static_cast<std::size_t>(dot(at, o.b))];
  });
  std::vector<double> got(n, -7);
  auto a_copy = a;
  auto b_copy = b;
  const Operand operands[] = {{reinterpret_cast<std::byte*>(got.data()), 8, o.out.data()},
                              {reinterpret_cast<std::byte*>(a_copy.data()), 8, o.a.data()},
                              {reinterpret_cast<std::byte*>(b_copy.data()), 8, o.b.data()}};
  eg::kernels::run_elementwise(o.sizes, operands, 3, 1, affine, nullptr);
  BOOST_TEST(got == want);
  BOOST_TEST(a_copy == a);
  BOOST_TEST(b_copy == b);
}

}  // namespace

BOOST_AUTO_TEST_CASE(loops_row_major) {
  for (const std::int64_t n : {std::int64_t{1}, std::int64_t{7}, kBlock - 1, kBlock, kBlock + 1,
                               kGrain, kGrain + 1, 3 * kGrain + 5})
    check_affine({{n}, {1}, {1}, {1}});
  check_affine({{3, 4, 5}, {20, 5, 1}, {20, 5, 1}, {20, 5, 1}});
}

BOOST_AUTO_TEST_CASE(loops_no_dimensions) {
  check_affine({{}, {}, {}, {}});
  check_affine({{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {5, 5, 5}});
}

BOOST_AUTO_TEST_CASE(loops_no_elements) {
  int calls = 0;
  const Dims strides = {5, 1};
  double x = 1;
  const Operand operands[] = {{reinterpret_cast<std::byte*>(&x), 8, strides.data()}};
  for (const Dims& sizes : {Dims{0, 5}, Dims{5, 0}, Dims{0, 0}})
    eg::kernels::run_elementwise(
        sizes, operands, 1, 1,
        [](const void* context, std::byte* const*, std::int64_t) {
          ++*static_cast<int*>(const_cast<void*>(context));
        },
        &calls);
  BOOST_TEST(calls == 0);
  BOOST_TEST(x == 1);
}

BOOST_AUTO_TEST_CASE(loops_broadcast) {
  const Dims row_major = {5, 1};
  check_affine({{4, 5}, row_major, {0, 1}, row_major});
  check_affine({{4, 5}, row_major, {1, 0}, {0, 1}});
  check_affine({{4, 5}, row_major, {0, 0}, row_major});
  check_affine({{4, 5}, row_major, {0, 0}, {0, 0}});
  check_affine({{300, 500}, {500, 1}, {1, 0}, {0, 1}});
}

BOOST_AUTO_TEST_CASE(loops_transposed) {
  check_affine({{4, 5}, {5, 1}, {1, 4}, {5, 1}});
  check_affine({{4, 5}, {1, 4}, {1, 4}, {1, 4}});
  check_affine({{4, 5}, {1, 4}, {5, 1}, {0, 1}});
  check_affine({{300, 500}, {500, 1}, {1, 300}, {1, 300}});
  check_affine({{300, 500}, {1, 300}, {500, 1}, {1, 300}});
}

BOOST_AUTO_TEST_CASE(loops_gaps) {
  check_affine({{4, 5}, {10, 2}, {5, 1}, {50, 3}});
  check_affine({{2000}, {2}, {3}, {1}});
  check_affine({{2000}, {1}, {3}, {0}});
  check_affine({{70, 30, 20}, {1200, 40, 2}, {600, 20, 1}, {600, 20, 1}});
}

BOOST_AUTO_TEST_CASE(loops_backwards) {
  std::vector<double> x = {1, 2, 3, 4, 5};
  std::vector<double> y(5);
  const Dims out = {1};
  const Dims in = {-1};
  const Dims zero = {0};
  double none = 0;
  const Operand operands[] = {{reinterpret_cast<std::byte*>(y.data()), 8, out.data()},
                              {reinterpret_cast<std::byte*>(x.data() + 4), 8, in.data()},
                              {reinterpret_cast<std::byte*>(&none), 8, zero.data()}};
  eg::kernels::run_elementwise({5}, operands, 3, 1, affine, nullptr);
  BOOST_TEST((y == std::vector<double>{15, 12, 9, 6, 3}));
}

/// Every pair of orders of the first operands, whichever comes with it in the last.
void check_orders(const Dims& sizes) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Dims> layouts;
  do layouts.push_back(strides_in_order(sizes, order));
  while (std::next_permutation(order.begin(), order.end()));
  const std::size_t step = layouts.size() > 6 ? 5 : 1;
  for (std::size_t i = 0; i < layouts.size(); ++i)
    for (std::size_t j = 0; j < layouts.size(); j += step)
      check_affine({sizes, layouts[i], layouts[j], layouts[(i + j) % layouts.size()]});
}

BOOST_AUTO_TEST_CASE(loops_every_order_of_four_dimensions) { check_orders({3, 1, 4, 5}); }

BOOST_AUTO_TEST_CASE(loops_every_order_of_tiles) {
  // Around the sides of a tile, with rest, and enough for several threads.
  for (const Dims& sizes :
       {Dims{16, 16}, Dims{15, 300}, Dims{33, 523}, Dims{18, 20, 33}, Dims{3, 45, 270}})
    for (const int threads : {1, 2}) {
      const Threads scope(threads);
      check_orders(sizes);
    }
}

BOOST_AUTO_TEST_CASE(loops_as_many_dimensions_as_there_may_be) {
  Dims sizes(eg::detail::kMaxDim, 1);
  for (const std::size_t d : {0u, 13u, 20u, 41u, 63u}) sizes[d] = 3;
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Dims row_major = strides_in_order(sizes, order);
  std::reverse(order.begin(), order.end());
  const Dims reversed = strides_in_order(sizes, order);
  check_affine({sizes, row_major, reversed, row_major});
  check_affine({sizes, reversed, row_major, Dims(sizes.size(), 0)});
}

BOOST_AUTO_TEST_CASE(loops_elements_of_several_sizes) {
  // bool out = (float a < double b), with every operand in another layout.
  const Dims sizes = {40, 60};
  std::vector<std::uint8_t> out(2400, 9);
  std::vector<float> a(2400);
  std::vector<double> b(60);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 37);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<double>(i % 29);
  const Dims out_strides = {1, 40};
  const Dims a_strides = {60, 1};
  const Dims b_strides = {0, 1};
  const Operand operands[] = {{reinterpret_cast<std::byte*>(out.data()), 1, out_strides.data()},
                              {reinterpret_cast<std::byte*>(a.data()), 4, a_strides.data()},
                              {reinterpret_cast<std::byte*>(b.data()), 8, b_strides.data()}};
  eg::kernels::run_elementwise(
      sizes, operands, 3, 1,
      [](const void*, std::byte* const* at, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i)
          at[0][i] = std::byte(reinterpret_cast<const float*>(at[1])[i] <
                               reinterpret_cast<const double*>(at[2])[i]);
      },
      nullptr);
  bool right = true;
  for_positions(sizes, [&](const Dims& at) {
    const bool want = a[static_cast<std::size_t>(dot(at, a_strides))] <
                      b[static_cast<std::size_t>(dot(at, b_strides))];
    right = right && out[static_cast<std::size_t>(dot(at, out_strides))] == (want ? 1 : 0);
  });
  BOOST_TEST(right);
}

BOOST_AUTO_TEST_CASE(loops_two_outputs) {
  const Dims sizes = {30, 50};
  std::vector<double> sum(1500);
  std::vector<double> difference(1500);
  std::vector<double> a = random_values(1500, 3);
  std::vector<double> b = random_values(50, 4);
  const Dims rows = {50, 1};
  const Dims columns = {1, 30};
  const Dims repeated = {0, 1};
  const Operand operands[] = {{reinterpret_cast<std::byte*>(sum.data()), 8, rows.data()},
                              {reinterpret_cast<std::byte*>(difference.data()), 8, columns.data()},
                              {reinterpret_cast<std::byte*>(a.data()), 8, rows.data()},
                              {reinterpret_cast<std::byte*>(b.data()), 8, repeated.data()}};
  eg::kernels::run_elementwise(
      sizes, operands, 4, 2,
      [](const void*, std::byte* const* at, std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i) {
          const double x = reinterpret_cast<const double*>(at[2])[i];
          const double y = reinterpret_cast<const double*>(at[3])[i];
          reinterpret_cast<double*>(at[0])[i] = x + y;
          reinterpret_cast<double*>(at[1])[i] = x - y;
        }
      },
      nullptr);
  bool right = true;
  for_positions(sizes, [&](const Dims& at) {
    const double x = a[static_cast<std::size_t>(dot(at, rows))];
    const double y = b[static_cast<std::size_t>(at[1])];
    right = right && sum[static_cast<std::size_t>(dot(at, rows))] == x + y &&
            difference[static_cast<std::size_t>(dot(at, columns))] == x - y;
  });
  BOOST_TEST(right);
}

BOOST_AUTO_TEST_CASE(loops_pieces_do_not_depend_on_threads) {
  struct Log {
    std::mutex mutex;
    std::vector<std::pair<std::ptrdiff_t, std::int64_t>> pieces;
    const std::byte* base = nullptr;
  };
  const auto pieces = [](const Dims& sizes, const Dims& strides, int threads) {
    const Threads scope(threads);
    std::vector<double> memory(static_cast<std::size_t>(extent(sizes, strides)));
    Log log;
    log.base = reinterpret_cast<std::byte*>(memory.data());
    const Operand operands[] = {{reinterpret_cast<std::byte*>(memory.data()), 8, strides.data()}};
    eg::kernels::run_elementwise(
        sizes, operands, 1, 1,
        [](const void* context, std::byte* const* at, std::int64_t n) {
          auto& l = *static_cast<Log*>(const_cast<void*>(context));
          const std::lock_guard lock(l.mutex);
          l.pieces.emplace_back(at[0] - l.base, n);
        },
        &log);
    std::sort(log.pieces.begin(), log.pieces.end());
    return log.pieces;
  };
  const Dims flat = {10 * kGrain + 17};
  const auto alone = pieces(flat, {1}, 1);
  BOOST_TEST(alone.size() == 11u);
  for (int threads = 2; threads <= 4; ++threads) BOOST_TEST((pieces(flat, {1}, threads) == alone));
  // With gaps the pieces are blocks that pass through a buffer, as many as it takes.
  for (int threads = 1; threads <= 4; ++threads) {
    std::int64_t elements = 0;
    for (const auto& [at, n] : pieces(flat, {2}, threads)) {
      BOOST_TEST(n <= kBlock);
      elements += n;
    }
    BOOST_TEST(elements == flat[0]);
  }
}

BOOST_AUTO_TEST_CASE(loops_collapse) {
  const auto collapsed = [](const Dims& sizes, const std::vector<Dims>& strides) {
    std::vector<Operand> operands;
    for (const Dims& s : strides) operands.push_back({nullptr, 8, s.data()});
    eg::kernels::CollapsedLoop loop;
    eg::kernels::collapse(sizes, operands.data(), static_cast<int>(operands.size()), loop);
    return Dims(loop.sizes, loop.sizes + loop.ndim);
  };
  BOOST_TEST((collapsed({2, 3, 4}, {{12, 4, 1}}) == Dims{24}));
  BOOST_TEST((collapsed({2, 3, 4}, {{12, 4, 1}, {12, 4, 1}}) == Dims{24}));
  BOOST_TEST((collapsed({2, 3, 4}, {{12, 4, 1}, {0, 4, 1}}) == Dims{2, 12}));
  BOOST_TEST((collapsed({2, 3, 4}, {{12, 4, 1}, {0, 0, 0}}) == Dims{24}));
  BOOST_TEST((collapsed({2, 3, 4}, {{24, 8, 2}}) == Dims{24}));
  BOOST_TEST((collapsed({2, 3, 4}, {{24, 8, 1}}) == Dims{6, 4}));
  BOOST_TEST((collapsed({2, 1, 4}, {{4, 99, 1}, {4, 0, 1}}) == Dims{8}));
  BOOST_TEST((collapsed({2, 3}, {{1, 2}}) == Dims{6}));
  BOOST_TEST((collapsed({2, 3}, {{1, 2}, {3, 1}}) == Dims{3, 2}));
  BOOST_TEST((collapsed({}, {{}}) == Dims{1}));
}

BOOST_AUTO_TEST_CASE(loops_broadcast_strides) {
  Dims result(3, -1);
  const Dims sizes = {3, 1};
  const Dims strides = {7, 5};
  eg::kernels::broadcast_strides(sizes, strides, {2, 3, 4}, result.data());
  BOOST_TEST((result == Dims{0, 7, 0}));
}

}  // namespace kernels_test
