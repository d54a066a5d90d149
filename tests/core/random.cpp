#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <set>
#include <thread>

#include "core/philox.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/generator.hpp"
#include "eigengrad/core/random.hpp"
#include "values.hpp"

namespace eg = eigengrad;
using core_test::Doubles;
using core_test::Floats;
using core_test::Longs;
using core_test::message_of;
using core_test::values;
using eg::detail::Philox;

namespace {

struct Moments {
  double mean = 0;
  double variance = 0;
  double kurtosis = 0;
};

template <class T>
Moments moments(const std::vector<T>& x) {
  Moments m;
  const auto n = static_cast<double>(x.size());
  for (const T v : x) m.mean += static_cast<double>(v) / n;
  for (const T v : x) m.variance += std::pow(static_cast<double>(v) - m.mean, 2) / n;
  for (const T v : x)
    m.kurtosis += std::pow(static_cast<double>(v) - m.mean, 4) / n / (m.variance * m.variance);
  return m;
}

/// The sum over the cells of (observed - expected)^2 / expected.
double chi_square(const Longs& x, std::int64_t cells) {
  std::vector<double> count(static_cast<std::size_t>(cells), 0.0);
  for (const std::int64_t v : x) count.at(static_cast<std::size_t>(v)) += 1;
  const double expected = static_cast<double>(x.size()) / static_cast<double>(cells);
  double sum = 0;
  for (const double c : count) sum += (c - expected) * (c - expected) / expected;
  return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_numbers)

// Known answers of Random123, the authors' implementation.
BOOST_AUTO_TEST_CASE(philox_gives_the_known_answers) {
  static_assert(Philox::block(Philox::Block{}, Philox::Key{}) ==
                Philox::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t f = 0xffffffff;
  BOOST_TEST((Philox::block(Philox::Block{f, f, f, f}, Philox::Key{f, f}) ==
              Philox::Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  BOOST_TEST((Philox::block(Philox::Block{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                            Philox::Key{0xa4093822, 0x299f31d0}) ==
              Philox::Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  BOOST_TEST((Philox::block(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x0370734413198a2e) ==
              Philox::Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// The first block of seed 0 is the first known answer above; (bits >> 11) * 2^-53 by hand.
BOOST_AUTO_TEST_CASE(rand_takes_the_high_bits_in_order) {
  const auto unit = [](std::uint64_t bits) { return std::ldexp(double(bits >> 11), -53); };
  BOOST_TEST(values<double>(eg::rand({2}, eg::Generator(0))) ==
             (Doubles{unit(0xe169c58d6627e8d5), unit(0x9b00dbd8bc57ac4c)}));
  BOOST_TEST(values<float>(eg::rand({1}, eg::Generator(0), eg::kFloat32)) ==
             Floats{std::ldexp(float(0x6627e8), -24)});
}

BOOST_AUTO_TEST_CASE(seeds_repeat_and_calls_go_on) {
  eg::manual_seed(7);
  const Doubles first = values<double>(eg::rand({5}));
  const Doubles second = values<double>(eg::rand({5}));
  eg::manual_seed(7);
  BOOST_TEST(values<double>(eg::rand({5})) == first);
  BOOST_TEST(values<double>(eg::rand({5})) == second);
  BOOST_TEST((first != second));
  BOOST_TEST(eg::default_generator().current_seed() == 7U);

  eg::Generator g(7);
  BOOST_TEST(values<double>(eg::rand({5}, g)) == first);
  BOOST_TEST(values<double>(eg::rand({5}, g)) == second);
  g.set_current_seed(7);
  BOOST_TEST(values<double>(eg::rand({5}, g)) == first);
  BOOST_TEST((values<double>(eg::rand({5}, eg::Generator(8))) != first));
  const std::uint64_t fresh = g.seed();
  BOOST_TEST(fresh == g.current_seed());
  BOOST_TEST(fresh != 7U);
}

BOOST_AUTO_TEST_CASE(handles_share_and_clones_do_not) {
  eg::Generator g(3);
  const eg::Generator same = g;
  eg::Generator other = g.clone();
  BOOST_TEST((same == g));
  BOOST_TEST((!(other == g)));
  const Doubles a = values<double>(eg::rand({3}, g));
  BOOST_TEST(values<double>(eg::rand({3}, other)) == a);
  BOOST_TEST((values<double>(eg::rand({3}, same)) != a));

  const eg::Tensor state = g.get_state();
  const Doubles b = values<double>(eg::randn({3}, g));
  eg::Generator restored;
  restored.set_state(state);
  BOOST_TEST(values<double>(eg::randn({3}, restored)) == b);
  BOOST_TEST(message_of<eg::ShapeError>([&] {
               g.set_state(eg::tensor({1, 2, 3}));
             }) ==
             "[set_state] a state has shape [2], this tensor [3]; give what get_state() returned");
  BOOST_TEST(message_of<eg::DtypeError>([&] {
               g.set_state(eg::tensor({1., 2.}));
             }) ==
             "[set_state] a state consists of int64, this tensor of float64; give what get_state() "
             "returned");
}

// Tolerances: 5 standard deviations of the estimate at n = 10^5.
BOOST_AUTO_TEST_CASE(uniform_and_normal_moments) {
  const std::int64_t n = 100000;
  const Doubles u = values<double>(eg::rand({n}, eg::Generator(1)));
  BOOST_TEST(*std::min_element(u.begin(), u.end()) >= 0);
  BOOST_TEST(*std::max_element(u.begin(), u.end()) < 1);
  BOOST_TEST(std::abs(moments(u).mean - 0.5) < 0.0046);
  BOOST_TEST(std::abs(moments(u).variance - 1. / 12) < 0.0012);
  const Floats uf = values<float>(eg::rand({n}, eg::Generator(1), eg::kFloat32));
  BOOST_TEST(std::abs(moments(uf).mean - 0.5) < 0.0046);
  BOOST_TEST(*std::max_element(uf.begin(), uf.end()) < 1);

  for (const Moments m : {moments(values<double>(eg::randn({n}, eg::Generator(2)))),
                          moments(values<float>(eg::randn({n}, eg::Generator(2), eg::kFloat32)))}) {
    BOOST_TEST(std::abs(m.mean) < 0.016);
    BOOST_TEST(std::abs(m.variance - 1) < 0.023);
    BOOST_TEST(std::abs(m.kurtosis - 3) < 0.08);
  }
  const Moments m = moments(values<double>(eg::normal(-2, 0.5, {n}, eg::Generator(3))));
  BOOST_TEST(std::abs(m.mean + 2) < 0.008);
  BOOST_TEST(std::abs(m.variance - 0.25) < 0.006);
}

// Neighbours must not be correlated: neither within a pair of Box and Muller nor between blocks.
BOOST_AUTO_TEST_CASE(normal_neighbours_are_uncorrelated) {
  const Doubles x = values<double>(eg::randn({100001}, eg::Generator(4)));
  for (const std::size_t lag : {1U, 2U}) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < x.size(); ++i) sum += x[i] * x[i + lag];
    BOOST_TEST(std::abs(sum / 100000) < 0.016);
  }
}

BOOST_AUTO_TEST_CASE(randint_covers_its_range_evenly) {
  const eg::Tensor t = eg::randint(10, {50000}, eg::Generator(5));
  BOOST_TEST(t.dtype() == eg::kInt64);
  BOOST_TEST(chi_square(values<std::int64_t>(t), 10) < 33.7);  // 1 - 1e-4 quantile, 9 degrees
  const Longs x = values<std::int64_t>(eg::randint(-3, 3, {1000}, eg::Generator(6)));
  BOOST_TEST(
      (std::set<std::int64_t>(x.begin(), x.end()) == std::set<std::int64_t>{-3, -2, -1, 0, 1, 2}));
  BOOST_TEST(values<std::int64_t>(eg::randint(4, 5, {3})) == Longs(3, 4));
  BOOST_TEST(eg::randint(5, {2, 2}).sizes() == eg::IntArrayRef({2, 2}));
  BOOST_TEST(eg::randint(5, {2}, eg::kFloat64).dtype() == eg::kFloat64);
}

// With 3 * 2^62 values, 64 random bits taken modulo that would hit the lower third half of the time.
BOOST_AUTO_TEST_CASE(randint_is_unbiased) {
  const std::int64_t quarter = std::int64_t{1} << 62;
  const Longs x =
      values<std::int64_t>(eg::randint(-2 * quarter, quarter, {30000}, eg::Generator(7)));
  const auto lower = static_cast<double>(
      std::count_if(x.begin(), x.end(), [&](std::int64_t v) { return v < -quarter; }));
  BOOST_TEST(std::abs(lower / 30000 - 1. / 3) < 0.0137);
  const Longs all = values<std::int64_t>(eg::randint(std::numeric_limits<std::int64_t>::min(),
                                                     std::numeric_limits<std::int64_t>::max(),
                                                     {1000}, eg::Generator(8)));
  const auto negative = std::count_if(all.begin(), all.end(), [](auto v) { return v < 0; });
  BOOST_TEST(negative > 420);
  BOOST_TEST(negative < 580);
}

BOOST_AUTO_TEST_CASE(randperm_is_a_permutation_and_every_one_occurs) {
  Longs x = values<std::int64_t>(eg::randperm(1000, eg::Generator(9)));
  BOOST_TEST(!std::is_sorted(x.begin(), x.end()));
  std::sort(x.begin(), x.end());
  Longs expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  BOOST_TEST(x == expected);
  BOOST_TEST(eg::randperm(0).numel() == 0);
  BOOST_TEST(values<std::int64_t>(eg::randperm(1)) == Longs{0});
  BOOST_TEST(eg::randperm(3, eg::kFloat32).dtype() == eg::kFloat32);

  const eg::Generator g(10);
  Longs which;
  for (int i = 0; i < 6000; ++i) {
    const Longs p = values<std::int64_t>(eg::randperm(3, g));
    which.push_back(p[0] * 2 + (p[1] > p[2] ? 1 : 0));
  }
  BOOST_TEST(chi_square(which, 6) < 25.7);  // 1 - 1e-4 quantile, 5 degrees
}

BOOST_AUTO_TEST_CASE(like) {
  eg::manual_seed(11);
  const eg::Tensor f = eg::zeros({2, 3}, eg::kFloat32);
  BOOST_TEST(eg::rand_like(f).dtype() == eg::kFloat32);
  BOOST_TEST(eg::randn_like(f).sizes() == eg::IntArrayRef({2, 3}));
  BOOST_TEST(eg::randn_like(f, eg::kFloat64).dtype() == eg::kFloat64);
  BOOST_TEST(eg::randint_like(f, 4).dtype() == eg::kFloat32);
  BOOST_TEST(values<float>(eg::randint_like(f, 7, 8)) == Floats(6, 7.F));
  BOOST_TEST(eg::rand({2}, eg::requires_grad()).requires_grad());
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(message_of<eg::DtypeError>([] { eg::rand({2}, eg::kInt64); }) ==
             "[rand] the values are floating point numbers: the dtype asked for is int64; ask for "
             "float64 or float32");
  BOOST_CHECK_THROW(eg::randn_like(eg::zeros({2}, eg::kBool)), eg::DtypeError);
  BOOST_TEST(message_of<eg::ValueError>([] { eg::randint(3, 3, {2}); }) ==
             "[randint] there is no integer in the range: low 3, high 3; give low < high");
  BOOST_TEST(message_of<eg::ValueError>([] { eg::normal(0, -1, {2}); }) ==
             "[normal] the standard deviation is negative: -1; give 0 or more");
  BOOST_TEST(message_of<eg::ValueError>([] { eg::randperm(-1); }) ==
             "[randperm] the number of values is negative: -1; give 0 or more");
  BOOST_TEST(message_of<eg::DtypeError>([] { eg::randperm(2, eg::kBool); }) ==
             "[randperm] the values are numbers: the dtype asked for is bool; ask for int64, "
             "float32 or float64");
  BOOST_CHECK_THROW(eg::rand({-1}), eg::ShapeError);
}

BOOST_AUTO_TEST_CASE(threads_that_share_a_generator_draw_different_numbers) {
  const eg::Generator g(12);
  std::vector<Doubles> drawn(4);
  std::vector<std::thread> threads;
  for (Doubles& mine : drawn)
    threads.emplace_back([&mine, &g] {
      for (int i = 0; i < 200; ++i) mine.push_back(values<double>(eg::rand({1}, g))[0]);
    });
  for (std::thread& t : threads) t.join();
  std::set<double> all;
  for (const Doubles& mine : drawn) all.insert(mine.begin(), mine.end());
  BOOST_TEST(all.size() == 800U);
}

BOOST_AUTO_TEST_SUITE_END()
