#include "kernels/reduction/reduce.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/base/parallel.hpp"
#include "kernels/reduction/extremum.hpp"
#include "kernels/support.hpp"

/// Reductions against plain loops in long double.
namespace kernels_test {
namespace {

/// A tensor of the given sizes over random values, laid out with its dimensions in another order.
Tensor laid_out(const Dims& sizes, const std::vector<std::size_t>& order, std::int64_t gap = 1,
                unsigned seed = 1) {
  Dims strides = strides_in_order(sizes, order);
  std::int64_t last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    strides[d] *= gap;
    last += (sizes[d] - 1) * strides[d];
  }
  const Tensor memory = eg::tensor(random_values(static_cast<std::size_t>(last + 1), seed));
  return memory.as_strided(sizes, strides);
}

/// Sums over the dimensions of `src` where `kept` is 1, and the sums of magnitudes.
struct Reference {
  std::vector<long double> sum;
  std::vector<long double> magnitude;
};
Reference reference_sums(const Tensor& src, const Dims& kept) {
  const Dims sizes = src.sizes().vec();
  const Dims strides = src.strides().vec();
  Dims out(sizes.size());
  std::int64_t n = 1;
  for (std::size_t d = sizes.size(); d-- > 0;) {
    out[d] = kept[d] == sizes[d] ? n : 0;
    n *= kept[d];
  }
  Reference r{std::vector<long double>(static_cast<std::size_t>(n)),
              std::vector<long double>(static_cast<std::size_t>(n))};
  const double* x = src.data_ptr<double>();
  for_positions(sizes, [&](const Dims& at) {
    const auto i = static_cast<std::size_t>(dot(at, out));
    r.sum[i] += x[dot(at, strides)];
    r.magnitude[i] += std::abs(x[dot(at, strides)]);
  });
  return r;
}

/// The bound of pairwise summation over blocks: n terms, blocks of 128 in at least 2 lanes.
double bound(std::int64_t terms) {
  const double depth = std::max(0.0, std::ceil(std::log2(static_cast<double>(terms) / 128.0)));
  return (64 + depth + 8) * std::numeric_limits<double>::epsilon() / 2;
}

void check_sum(const Tensor& src, const Dims& kept) {
  const Tensor dst = eg::empty(kept);
  eg::kernels::sum(dst, src);
  const Reference want = reference_sums(src, kept);
  const std::int64_t terms = src.numel() / std::max<std::int64_t>(1, dst.numel());
  const double* got = dst.data_ptr<double>();
  for (std::size_t i = 0; i < want.sum.size(); ++i) {
    const long double error = std::abs(got[i] - want.sum[i]);
    if (error > bound(terms) * want.magnitude[i])
      BOOST_ERROR("shape " << src.sizes() << " strides " << src.strides() << " to "
                           << eg::IntArrayRef(kept) << ": element " << i << " is " << got[i]
                           << ", off by " << static_cast<double>(error));
  }
  BOOST_TEST(true);
}

}  // namespace

BOOST_AUTO_TEST_CASE(sum_of_every_length) {
  for (std::int64_t n = 1; n < 600; ++n) check_sum(laid_out({n}, {0}), {1});
  for (const std::int64_t n : {eg::kernels::kGrain - 1, eg::kernels::kGrain,
                               eg::kernels::kGrain + 1, std::int64_t{1'000'003}})
    check_sum(laid_out({n}, {0}), {1});
}

BOOST_AUTO_TEST_CASE(sum_of_strided_elements) {
  for (const std::int64_t n : {1, 5, 127, 128, 129, 1000, 40'000}) {
    check_sum(laid_out({n}, {0}, 3), {1});
    check_sum(laid_out({n, 3}, {0, 1}, 2), {1, 3});
  }
}

BOOST_AUTO_TEST_CASE(sum_over_every_set_of_dimensions_in_every_layout) {
  const Dims sizes = {5, 1, 34, 7};
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do
    for (unsigned set = 0; set < 16; ++set) {
      Dims kept = sizes;
      for (std::size_t d = 0; d < 4; ++d)
        if ((set & (1u << d)) != 0) kept[d] = 1;
      check_sum(laid_out(sizes, order), kept);
    }
  while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(sum_of_large_matrices) {
  check_sum(laid_out({1000, 700}, {0, 1}), {1000, 1});
  check_sum(laid_out({1000, 700}, {0, 1}), {1, 700});
  check_sum(laid_out({1000, 700}, {1, 0}), {1000, 1});
  check_sum(laid_out({1000, 700}, {1, 0}), {1, 700});
  check_sum(laid_out({1000, 700}, {0, 1}), {1, 1});
  check_sum(laid_out({1000, 700}, {1, 0}), {1, 1});
  check_sum(laid_out({10, 100, 70}, {0, 1, 2}), {1, 100, 1});
}

BOOST_AUTO_TEST_CASE(sum_error_grows_with_the_logarithm) {
  // Adding 0.1f one by one is off by percents after 10^7 terms.
  const std::int64_t n = 10'000'000;
  const Tensor x = eg::full({n}, 0.1, eg::kFloat32);
  const double want = static_cast<double>(0.1f) * static_cast<double>(n);
  const float eps = std::numeric_limits<float>::epsilon();
  BOOST_TEST(std::abs(x.sum().item<double>() - want) <= want * eps);
  BOOST_TEST(std::abs(x.reshape({1000, 10'000}).t().sum(0).sum().item<double>() - want) <=
             want * eps);
  // With gaps a block is added up one by one.
  BOOST_TEST(std::abs(x.reshape({n / 2, 2}).select(1, 0).sum().item<double>() - want / 2) <=
             want * 16 * eps);
  BOOST_TEST(std::abs(x.mean().item<double>() - static_cast<double>(0.1f)) <= 0.1 * eps);
}

BOOST_AUTO_TEST_CASE(sum_of_integers_is_exact) {
  const std::int64_t n = 100'001;
  const Tensor x = eg::arange(n);
  const Tensor dst = eg::empty({1}, eg::kInt64);
  eg::kernels::sum(dst, x);
  BOOST_TEST(dst.item<std::int64_t>() == n * (n - 1) / 2);
  const Tensor doubles = x.to(eg::kFloat64);
  BOOST_TEST(doubles.sum().item<double>() == static_cast<double>(n * (n - 1) / 2));
  const Tensor matrix = eg::arange(6000).reshape({60, 100});
  for (const Tensor& m : {matrix, matrix.t()}) {
    const Tensor columns = eg::empty({1, m.size(1)}, eg::kInt64);
    eg::kernels::sum(columns, m);
    for (std::int64_t c = 0; c < m.size(1); ++c) {
      std::int64_t want = 0;
      for (std::int64_t r = 0; r < m.size(0); ++r) want += m[r][c].item<std::int64_t>();
      BOOST_TEST_REQUIRE(columns[0][c].item<std::int64_t>() == want);
    }
  }
}

BOOST_AUTO_TEST_CASE(sum_of_nothing) {
  const Tensor dst = eg::full({1, 3}, 5.0);
  eg::kernels::sum(dst, eg::empty({0, 3}));
  BOOST_TEST(dst.equal(eg::zeros({1, 3})));
}

BOOST_AUTO_TEST_CASE(sum_does_not_depend_on_threads) {
  for (const std::int64_t n : {eg::kernels::kGrain * 4, std::int64_t{777'777}}) {
    for (const auto dtype : {eg::kFloat64, eg::kFloat32}) {
      const Tensor x = eg::tensor(random_values(static_cast<std::size_t>(n))).to(dtype);
      const Tensor dst = eg::empty({1}, dtype);
      std::vector<std::byte> alone;
      for (int threads = 1; threads <= 4; ++threads) {
        const Threads scope(threads);
        eg::kernels::sum(dst, x);
        if (threads == 1) alone = bytes_of(dst);
        BOOST_TEST((bytes_of(dst) == alone));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(prod_of_slices) {
  const Tensor x = laid_out({4, 5, 3}, {2, 0, 1});
  const Tensor dst = eg::empty({4, 1, 3});
  eg::kernels::prod(dst, x);
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t k = 0; k < 3; ++k) {
      double want = 1;
      for (std::int64_t j = 0; j < 5; ++j) want *= x[i][j][k].item<double>();
      // Rounded five times, in any order.
      BOOST_TEST(std::abs(dst[i][0][k].item<double>() - want) <= 0x1p-50 * std::abs(want));
    }
  const Tensor none = eg::empty({1, 2});
  eg::kernels::prod(none, eg::empty({0, 2}));
  BOOST_TEST(none.equal(eg::ones({1, 2})));
}

BOOST_AUTO_TEST_CASE(products_of_the_others) {
  const Tensor x = eg::tensor({{2.0, 3.0, 5.0}, {2.0, 0.0, 5.0}, {0.0, 0.0, 5.0}});
  const Tensor dst = eg::empty({3, 3});
  eg::kernels::products_of_others(dst, x);
  BOOST_TEST(dst.equal(eg::tensor({{15.0, 10.0, 6.0}, {0.0, 10.0, 0.0}, {0.0, 0.0, 0.0}})));
}

BOOST_AUTO_TEST_CASE(extremum_along_every_dimension) {
  const Tensor x = laid_out({4, 6, 5}, {1, 2, 0}, 2);
  for (std::size_t d = 0; d < 3; ++d)
    for (const bool largest : {true, false}) {
      Dims sizes = x.sizes().vec();
      sizes[d] = 1;
      const Tensor values = eg::empty(sizes);
      const Tensor indices = eg::empty(sizes, eg::kInt64);
      eg::kernels::extremum(values, indices, x, largest);
      for_positions(sizes, [&](const Dims& at) {
        Dims from = at;
        std::int64_t best = 0;
        const auto value = [&](std::int64_t i) {
          from[d] = i;
          return x.data_ptr<double>()[dot(from, x.strides().vec())];
        };
        for (std::int64_t i = 1; i < x.size(static_cast<std::int64_t>(d)); ++i)
          if (largest ? value(i) > value(best) : value(i) < value(best)) best = i;
        const std::int64_t to = dot(at, values.strides().vec());
        BOOST_TEST(indices.data_ptr<std::int64_t>()[to] == best);
        BOOST_TEST(values.data_ptr<double>()[to] == value(best));
      });
    }
}

BOOST_AUTO_TEST_CASE(extremum_of_ties_and_nan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = eg::tensor({{1.0, 3.0, 3.0}, {1.0, nan, nan}, {nan, 5.0, 1.0}, {2.0, 2.0, 2.0}});
  const Tensor values = eg::empty({4, 1});
  const Tensor indices = eg::empty({4, 1}, eg::kInt64);
  eg::kernels::extremum(values, indices, x, true);
  BOOST_TEST(indices.equal(eg::tensor({{1}, {1}, {0}, {0}})));
  BOOST_TEST(values.isnan().equal(eg::tensor({{false}, {true}, {true}, {false}})));
  eg::kernels::extremum(values, indices, x, false);
  BOOST_TEST(indices.equal(eg::tensor({{0}, {1}, {0}, {0}})));
}

BOOST_AUTO_TEST_CASE(any_and_all) {
  const Tensor x = eg::tensor({{0.0, 1.0}, {0.0, 2.0}, {0.0, 0.0}});
  const Tensor any = eg::empty({1, 2}, eg::kBool);
  const Tensor all = eg::empty({3, 1}, eg::kBool);
  eg::kernels::any_nonzero(any, x);
  eg::kernels::all_nonzero(all, x + eg::tensor({0.0, 1.0}));
  BOOST_TEST(any.equal(eg::tensor({{false, true}})));
  BOOST_TEST(all.equal(eg::tensor({{false}, {false}, {false}})));
  eg::kernels::all_nonzero(all, x + 1);
  BOOST_TEST(all.equal(eg::tensor({{true}, {true}, {true}})));
  const Tensor none = eg::empty({1, 2}, eg::kBool);
  eg::kernels::any_nonzero(none, eg::empty({0, 2}));
  BOOST_TEST(none.equal(eg::tensor({{false, false}})));
  eg::kernels::all_nonzero(none, eg::empty({0, 2}));
  BOOST_TEST(none.equal(eg::tensor({{true, true}})));
}

}  // namespace kernels_test
