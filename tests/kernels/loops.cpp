#define BOOST_TEST_MODULE kernels
#include "kernels/loops.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "eigengrad/core/threads.hpp"
#include "eigengrad/eigengrad.hpp"
#include "kernels/copy.hpp"
#include "kernels/parallel.hpp"
#include "kernels/reduce.hpp"

namespace eg = eigengrad;
namespace kernels = eigengrad::kernels;

namespace {

/// out = a + 10 b.
void add_kernel(const void*, std::byte* const* operands, std::int64_t n) {
  auto* out = reinterpret_cast<double*>(operands[0]);
  const auto* a = reinterpret_cast<const double*>(operands[1]);
  const auto* b = reinterpret_cast<const double*>(operands[2]);
  for (std::int64_t i = 0; i < n; ++i) out[i] = a[i] + 10 * b[i];
}

double at(const eg::Tensor& t, const std::vector<std::int64_t>& index) {
  std::int64_t offset = 0;
  for (std::size_t d = 0; d < index.size(); ++d) offset += index[d] * t.strides()[d];
  return t.data_ptr<double>()[offset];
}

/// Runs the loop over the three tensors and compares with one element at a time.
void check_loop(const eg::Tensor& out, const eg::Tensor& a, const eg::Tensor& b) {
  const kernels::Operand operands[] = {{out.impl()->bytes(), 8, out.strides().data()},
                                       {a.impl()->bytes(), 8, a.strides().data()},
                                       {b.impl()->bytes(), 8, b.strides().data()}};
  kernels::run_elementwise(out.sizes(), operands, 3, 1, add_kernel, nullptr);
  std::vector<std::int64_t> index(out.sizes().size());
  for (std::int64_t i = 0; i < out.numel(); ++i) {
    std::int64_t rest = i;
    for (std::size_t d = index.size(); d-- > 0;) {
      index[d] = rest % out.sizes()[d];
      rest /= out.sizes()[d];
    }
    BOOST_TEST_REQUIRE(at(out, index) == at(a, index) + 10 * at(b, index), "element " << i);
  }
}

eg::Tensor counting(eg::IntArrayRef sizes) {
  eg::Tensor t = eg::empty(sizes);
  std::iota(t.data_ptr<double>(), t.data_ptr<double>() + t.numel(), 1.0);
  return t;
}

struct Threads {
  explicit Threads(int n) : before(eg::get_num_threads()) { eg::set_num_threads(n); }
  ~Threads() { eg::set_num_threads(before); }
  int before;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(loops)

BOOST_AUTO_TEST_CASE(contiguous) {
  check_loop(eg::zeros({7, 5, 3}), counting({7, 5, 3}), counting({7, 5, 3}));
}

BOOST_AUTO_TEST_CASE(transposed_inputs_and_outputs) {
  check_loop(eg::zeros({40, 60}), counting({60, 40}).t(), counting({40, 60}));
  check_loop(eg::zeros({60, 40}).t(), counting({40, 60}), counting({60, 40}).t());
  check_loop(eg::zeros({4, 5, 6}).permute({2, 0, 1}), counting({6, 4, 5}),
             counting({5, 6, 4}).permute({1, 2, 0}));
}

BOOST_AUTO_TEST_CASE(sliced_with_steps) {
  check_loop(eg::zeros({30, 20}).slice(0, 1, 30, 2), counting({15, 40}).slice(1, 0, 40, 2),
             counting({15, 20}));
}

BOOST_AUTO_TEST_CASE(expanded_inputs) {
  check_loop(eg::zeros({9, 2000}), counting({2000}).expand({9, 2000}),
             counting({9, 1}).expand({9, 2000}));
  check_loop(eg::zeros({2000, 9}), counting({1}).expand({2000, 9}), counting({2000, 9}));
}

BOOST_AUTO_TEST_CASE(extents_of_one_and_no_dimensions) {
  check_loop(eg::zeros({1, 3, 1}), counting({1, 3, 1}), counting({3}).reshape({1, 3, 1}));
  check_loop(eg::zeros({}), counting({}), counting({}));
}

BOOST_AUTO_TEST_CASE(no_elements) {
  check_loop(eg::zeros({0, 4}), eg::zeros({0, 4}), eg::zeros({0, 4}));
}

BOOST_AUTO_TEST_CASE(neighbouring_dimensions_merge) {
  const eg::Tensor t = counting({4, 5, 6});
  const kernels::Operand operands[] = {{t.impl()->bytes(), 8, t.strides().data()}};
  kernels::CollapsedLoop loop;
  kernels::collapse(t.sizes(), operands, 1, loop);
  BOOST_TEST(loop.ndim == 1);
  BOOST_TEST(loop.sizes[0] == 120);
}

BOOST_AUTO_TEST_CASE(every_number_of_threads_gives_the_same_bits) {
  const eg::Tensor x = eg::sin(counting({300000}));
  const eg::Tensor wide = eg::sin(counting({600, 500}));
  const auto results = [&] {
    return std::vector<eg::Tensor>{x.sum(), (x * 3 + 1).exp(), wide.sum(0), wide.t() * wide.t(),
                                   wide.var(0)};
  };
  const Threads one(1);
  const auto expected = results();
  for (int n = 2; n <= 4; ++n) {
    eg::set_num_threads(n);
    const auto found = results();
    for (std::size_t i = 0; i < expected.size(); ++i)
      BOOST_TEST(found[i].equal(expected[i]), "result " << i << " with " << n << " threads");
  }
}

BOOST_AUTO_TEST_CASE(ranges_cover_everything_once) {
  const Threads four(4);
  const std::int64_t n = 10 * kernels::kGrain + 17;
  std::vector<char> seen(static_cast<std::size_t>(n));
  kernels::parallel_blocks(n, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
  });
  BOOST_TEST(std::count(seen.begin(), seen.end(), 1) == n);
}

BOOST_AUTO_TEST_CASE(a_loop_inside_a_loop_runs_too) {
  const Threads two(2);
  std::atomic<std::int64_t> total{0};
  kernels::parallel_blocks(5 * kernels::kGrain, [&](std::int64_t begin, std::int64_t end) {
    kernels::parallel_blocks(end - begin, [&](std::int64_t b, std::int64_t e) { total += e - b; });
  });
  BOOST_TEST(total.load() == 5 * kernels::kGrain);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reductions)

BOOST_AUTO_TEST_CASE(a_long_sum_loses_no_digits) {
  // One after the other in float, 2^24 + 1 is where adding ones stops.
  const std::int64_t n = 40'000'000;
  BOOST_TEST(eg::ones({n}, eg::kFloat32).sum().item<float>() == static_cast<float>(n));
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<double> values(1'000'003);
  long double exact = 0;
  for (double& v : values) exact += v = uniform(random);
  const double found = eg::tensor(values).sum().item<double>();
  BOOST_TEST(std::abs(found - static_cast<double>(exact)) <= 4e-16 * static_cast<double>(exact));
}

BOOST_AUTO_TEST_CASE(sums_over_any_dimensions) {
  const eg::Tensor x = counting({6, 7, 50, 3});
  const std::vector<std::vector<std::int64_t>> kept = {
      {1, 7, 50, 3}, {6, 1, 50, 3}, {6, 7, 1, 3}, {6, 7, 50, 1}, {1, 7, 1, 3},
      {6, 1, 1, 3},  {1, 1, 50, 1}, {1, 7, 1, 1}, {1, 1, 1, 1},  {6, 7, 50, 3}};
  for (const eg::Tensor& source : {x, x.permute({3, 1, 0, 2}).contiguous().permute({2, 1, 3, 0})})
    for (const auto& sizes : kept) {
      const eg::Tensor sum = eg::empty(sizes);
      kernels::sum(sum, source);
      eg::Tensor expected = eg::zeros(sizes);
      for (std::int64_t i = 0; i < 6; ++i)
        for (std::int64_t j = 0; j < 7; ++j)
          for (std::int64_t k = 0; k < 50; ++k)
            for (std::int64_t l = 0; l < 3; ++l) {
              const std::int64_t p =
                  ((i % sizes[0] * sizes[1] + j % sizes[1]) * sizes[2] + k % sizes[2]) * sizes[3] +
                  l % sizes[3];
              expected.data_ptr<double>()[p] += at(source, {i, j, k, l});
            }
      BOOST_TEST(sum.equal(expected), "sum to " << eg::IntArrayRef(sizes));
    }
}

BOOST_AUTO_TEST_CASE(overlapping_elements_add_up) {
  const eg::Tensor memory = eg::zeros({3});
  const eg::Tensor overlapping = memory.as_strided({2, 2}, {1, 1}, 0);
  kernels::add_into_overlapping(overlapping, counting({2, 2}));
  BOOST_TEST(memory.equal(eg::tensor({1., 5., 4.})));
}

BOOST_AUTO_TEST_SUITE_END()
