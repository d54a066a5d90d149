#include <boost/test/unit_test.hpp>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/core/options.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/division.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "ops/kinks.hpp"
#include "support/compare.hpp"
#include "support/says.hpp"

namespace table {
namespace {

using eg::Scalar;
using eg::Tensor;
using support::check_close;

constexpr double kPi = 3.14159265358979323846;

Call pair(Tensor (*f)(const Tensor&, const Tensor&)) { return on2(f); }

}  // namespace

std::vector<Kink> binary_kinks() {
  const auto rounded = [](const char* mode) {
    return on2([mode](const Tensor& a, const Tensor& b) { return eg::div(a, b, mode); });
  };
  const Call clamp = on3([](const Tensor& x, const Tensor& low, const Tensor& high) {
    return eg::clamp(x, low, high);
  });
  return {
      {"atan2_at_origin", pair(eg::atan2), {{0}, {0}}, {0}, {{0}, {0}}},
      {"atan2_on_axes",
       pair(eg::atan2),
       {{0, -0.0, 1, -1}, {-1, -1, 0, 0}},
       {kPi, -kPi, kPi / 2, -kPi / 2},
       {{-1, -1, 0, 0}, {0, 0, -1, 1}}},
      {"atan2_far_out",
       pair(eg::atan2),
       {{3e200, 3e-200}, {4e200, 4e-200}},
       {std::atan(0.75), std::atan(0.75)},
       {{1.6e-201, 1.6e199}, {-1.2e-201, -1.2e199}}},
      {"hypot_at_origin",
       pair(eg::hypot),
       {{0, -0.0}, {0, 0}},
       {0, 0},
       {{kNan, kNan}, {kNan, kNan}}},
      {"hypot_far_out",
       pair(eg::hypot),
       {{3e200, 3e-200, 0x3p-1074}, {4e200, 4e-200, 0x4p-1074}},
       {5e200, 5e-200, 0x5p-1074},
       {{0.6, 0.6, 0.6}, {0.8, 0.8, 0.8}}},
      {"copysign",
       pair(eg::copysign),
       {{0, -0.0, 1, -1, -2, kInf}, {-1, 1, -0.0, 0, kNan, -1}},
       {-0.0, 0, -1, 1, 2, -kInf},
       {{0, 0, -1, -1, -1, -1}, {0, 0, 0, 0, 0, 0}}},
      {"ldexp_beyond_the_range",
       pair(eg::ldexp),
       {{1, 0x1p-1074, 1, 0x1p1023, 3}, {1024, 2000, -1074, -2000, 0}},
       {kInf, 0x1p926, 0x1p-1074, 0x1p-977, 3},
       {{kInf, kInf, 0x1p-1074, 0, 1},
        {kInf, 0x1p926 * std::log(2.0), 0, 0x1p-977 * std::log(2.0), 3 * std::log(2.0)}}},
      {"logaddexp",
       pair(eg::logaddexp),
       {{800, -800, kInf, -kInf, -kInf, kInf}, {0, 0, kInf, -kInf, 1, -kInf}},
       {800, 0, kInf, -kInf, 1, kInf},
       {{1, 0, 0.5, 0.5, 0, 1}, {0, 1, 0.5, 0.5, 1, 0}}},
      {"logaddexp2",
       pair(eg::logaddexp2),
       {{1800, -1800, kInf, -kInf, 3}, {0, 0, kInf, -kInf, 3}},
       {1800, 0, kInf, -kInf, 4},
       {{1, 0, 0.5, 0.5, 0.5}, {0, 1, 0.5, 0.5, 0.5}}},
      {"fmax",
       pair(eg::fmax),
       {{1, kNan, 1, kNan, 1}, {1, 1, kNan, kNan, 2}},
       {1, 1, 1, kNan, 2},
       {{0.5, 0, 1, 1, 0}, {0.5, 1, 0, 0, 1}}},
      {"fmin",
       pair(eg::fmin),
       {{1, kNan, 1, kNan, 1}, {1, 1, kNan, kNan, 2}},
       {1, 1, 1, kNan, 1},
       {{0.5, 0, 1, 1, 1}, {0.5, 1, 0, 0, 0}}},
      {"clamp_between",
       clamp,
       {{1, 2, 1, kNan, 1, 1}, {1, 0, 3, 0, kNan, 0}, {2, 2, 2, 2, 2, kNan}},
       {1, 2, 2, kNan, kNan, kNan},
       {{0.5, 0.5, 0, 1, 1, 1}, {0.5, 0, 0, 0, 0, 0}, {0, 0.5, 1, 0, 0, 0}}},
      {"div_floor",
       rounded("floor"),
       {{5, -5, 5, -5, -1, kInf, 1, 0.0, 1}, {3, 3, -3, -3, kInf, 3, 0, 3, 0.1}},
       {1, -2, -2, 1, -1, kNan, kInf, 0, 9},
       {Numbers(9), Numbers(9)}},
      {"div_trunc",
       rounded("trunc"),
       {{5, -5, 5, -5, -1, kInf, 1}, {3, 3, -3, -3, kInf, 3, 0}},
       {1, -1, -1, 1, -0.0, kInf, kInf},
       {Numbers(7), Numbers(7)}},
      {"fmod",
       on2([](const Tensor& a, const Tensor& b) { return eg::fmod(a, b); }),
       {{5, -5, 5, -5, 1, 1, kInf, 1e300, -0.0}, {3, 3, -3, -3, kInf, 0, 3, 7, 3}},
       {2, -2, 2, -2, 1, kNan, kNan, std::fmod(1e300, 7), -0.0},
       {{1, 1, 1, 1, 1, 1, 1, 1, 1}, {-1, 1, 1, -1, 0, -kInf, -kInf, -std::trunc(1e300 / 7), 0}}},
      {"remainder",
       on2([](const Tensor& a, const Tensor& b) { return eg::remainder(a, b); }),
       {{5, -5, 5, -5, 1, -1, 1, kInf}, {3, 3, -3, -3, kInf, kInf, 0, 3}},
       {2, 1, -1, -2, 1, kInf, kNan, kNan},
       {{1, 1, 1, 1, 1, 1, 1, 1}, {-1, 2, 2, -1, 0, 1, -kInf, kNan}}},
      {"heaviside",
       pair(eg::heaviside),
       {{1, 0, -0.0, -1, kNan}, {2, 3, 4, 5, 6}},
       {1, 3, 4, 0, 0},
       {{0, 0, 0, 0, 0}, {0, 1, 1, 0, 0}}},
      {"lerp_meets_both_ends",
       on3([](const Tensor& a, const Tensor& b, const Tensor& w) { return eg::lerp(a, b, w); }),
       {{1e300, 0.1}, {1, 0.7}, {1, 1}},
       {1, 0.7},
       {{0, 0}, {1, 1}, {1 - 1e300, 0.7 - 0.1}}}};
}

namespace {

BOOST_AUTO_TEST_SUITE(kinks_of_second_order)

/// The matrix of second derivatives of f at (a, b).
std::vector<double> hessian(const Call& f, double a, double b) {
  const variable_list x{eg::tensor(a, eg::requires_grad()), eg::tensor(b, eg::requires_grad())};
  const variable_list g = eg::autograd::grad({f(x)[0]}, x, {.create_graph = true});
  std::vector<double> rows;
  for (const Tensor& component : g)
    for (const Tensor& h :
         eg::autograd::grad({component}, x, {.retain_graph = true, .allow_unused = true}))
      rows.push_back(h.defined() ? h.item<double>() : 0);
  return rows;
}

void check_hessian(const Call& f, double a, double b, std::vector<double> wanted) {
  check_close(Array({4}, hessian(f, a, b)), Array({4}, std::move(wanted)),
              {.relative = 1e-14, .scale = 1e-3});
}

BOOST_AUTO_TEST_CASE(logaddexp) {
  check_hessian(pair(eg::logaddexp), 1, 1, {0.25, -0.25, -0.25, 0.25});
  check_hessian(pair(eg::logaddexp), 800, -800, {0, 0, 0, 0});
  check_hessian(pair(eg::logaddexp), kInf, kInf, {0, 0, 0, 0});
  check_hessian(pair(eg::logaddexp), -kInf, 1, {0, 0, 0, 0});
}

BOOST_AUTO_TEST_CASE(power_to_0_in_both_arguments) {
  const Call pow = on2([](const Tensor& a, const Tensor& b) { return eg::pow(a, b); });
  check_hessian(pow, 2, 0, {0, 0.5, 0.5, std::log(2.0) * std::log(2.0)});
}

BOOST_AUTO_TEST_CASE(hypot_at_large_and_small_scale) {
  check_hessian(pair(eg::hypot), 3e10, 4e10,
                {0.64 / 5e10, -0.48 / 5e10, -0.48 / 5e10, 0.36 / 5e10});
  for (const double h : hessian(pair(eg::hypot), 3e200, 4e200)) BOOST_TEST(std::isfinite(h));
  for (const double h : hessian(pair(eg::hypot), 0, 0)) BOOST_TEST(std::isnan(h));
}

BOOST_AUTO_TEST_CASE(nextafter_has_none) {
  const Tensor x = eg::tensor({1.0}, eg::requires_grad());
  const Tensor y = eg::nextafter(x, eg::tensor({2.0}));
  BOOST_TEST(y.requires_grad());
  BOOST_TEST(y.grad_fn()->name() == "NextafterBackward0");
  BOOST_TEST(y.item<double>() == 1 + 0x1p-52);
  BOOST_CHECK_EXCEPTION(y.sum().backward(), eg::NotImplementedError,
                        Says{"the derivative for 'nextafter' is not implemented"});
  const eg::autograd::DualLevel level;
  const Tensor dual = eg::autograd::make_dual(eg::tensor({1.0}), eg::tensor({1.0}));
  BOOST_CHECK_EXCEPTION(eg::nextafter(dual, dual), eg::NotImplementedError, Says{"nextafter"});
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(integers)

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

std::int64_t of(const Tensor& t) { return t.item<std::int64_t>(); }

BOOST_AUTO_TEST_CASE(least_over_minus_1_wraps_around) {
  const Tensor least = eg::tensor(kLeast), minus = eg::tensor(std::int64_t{-1});
  BOOST_TEST(of(eg::div(least, minus, "floor")) == kLeast);
  BOOST_TEST(of(eg::div(least, minus, "trunc")) == kLeast);
  BOOST_TEST(of(eg::fmod(least, minus)) == 0);
  BOOST_TEST(of(eg::remainder(least, minus)) == 0);
  BOOST_TEST(of(eg::floor_divide(least, 1)) == kLeast);
  BOOST_TEST(of(eg::remainder(least, -3)) == kLeast % -3);
}

BOOST_AUTO_TEST_CASE(quotients_beyond_the_precision_of_doubles) {
  const std::int64_t large = (std::int64_t{1} << 62) + 1;
  BOOST_TEST(of(eg::div(eg::tensor(large), 1, "floor")) == large);
  BOOST_TEST(of(eg::remainder(eg::tensor(large), 2)) == 1);
  BOOST_TEST(of(eg::fmod(eg::tensor(-large), 2)) == -1);
}

BOOST_AUTO_TEST_CASE(powers_beyond_the_precision_of_doubles) {
  const Tensor three = eg::tensor(std::int64_t{3});
  std::int64_t power = 1;
  for (std::int64_t n = 1; n < 40; ++n) {
    power *= 3;
    BOOST_TEST(of(eg::pow(three, n)) == power);
    BOOST_TEST(of(eg::pow(three, eg::tensor(n))) == power);
    BOOST_TEST(of(eg::pow(3, eg::tensor(n))) == power);
  }
  BOOST_TEST(of(eg::pow(eg::tensor({true}), eg::tensor({true}))) == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_divided_where_there_is_nothing) {
  const Tensor none = eg::zeros({0}, eg::kInt64), zero = eg::zeros({1}, eg::kInt64);
  BOOST_TEST(eg::remainder(none, zero).numel() == 0);
  BOOST_TEST(eg::div(none, zero, "floor").numel() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

/// In-place operators without a derivative, or only of one dtype, which ops/table_inplace.cpp leaves out.
BOOST_AUTO_TEST_SUITE(unrecorded_in_place)

template <class F>
void check(std::vector<double> self, std::vector<double> other, eg::ScalarType dtype, F f,
           std::vector<double> wanted) {
  const auto n = static_cast<std::int64_t>(self.size());
  Tensor x = support::to_tensor(Array({n}, std::move(self), dtype));
  const Tensor o = support::to_tensor(Array({n}, std::move(other), dtype));
  const std::int64_t version = x._version();
  BOOST_TEST(&f(x, o) == &x);
  BOOST_TEST(x._version() == version + 1);
  check_close(x, Array({n}, std::move(wanted), dtype));
}

BOOST_AUTO_TEST_CASE(logic) {
  for (const eg::ScalarType t : {eg::kFloat64, eg::kFloat32, eg::kInt64, eg::kBool}) {
    const std::vector<double> a{0, 0, 1, 1}, b{0, 1, 0, 1};
    check(a, b, t, [](Tensor& x, const Tensor& o) -> Tensor& { return x.logical_and_(o); },
          {0, 0, 0, 1});
    check(a, b, t, [](Tensor& x, const Tensor& o) -> Tensor& { return x.logical_or_(o); },
          {0, 1, 1, 1});
    check(a, b, t, [](Tensor& x, const Tensor& o) -> Tensor& { return x.logical_xor_(o); },
          {0, 1, 1, 0});
    check(a, b, t, [](Tensor& x, const Tensor&) -> Tensor& { return x.logical_not_(); },
          {1, 1, 0, 0});
  }
}

BOOST_AUTO_TEST_CASE(bits) {
  const std::vector<double> a{12, -1, 5}, b{10, 6, 0};
  const auto check_all = [&](auto f, const std::vector<double>& wanted) {
    check(a, b, eg::kInt64, f, wanted);
  };
  check_all([](Tensor& x, const Tensor& o) -> Tensor& { return x.bitwise_and_(o); }, {8, 6, 0});
  check_all([](Tensor& x, const Tensor& o) -> Tensor& { return x &= o; }, {8, 6, 0});
  check_all([](Tensor& x, const Tensor& o) -> Tensor& { return x.bitwise_or_(o); }, {14, -1, 5});
  check_all([](Tensor& x, const Tensor& o) -> Tensor& { return x |= o; }, {14, -1, 5});
  check_all([](Tensor& x, const Tensor& o) -> Tensor& { return x.bitwise_xor_(o); }, {6, -7, 5});
  check_all([](Tensor& x, const Tensor& o) -> Tensor& { return x ^= o; }, {6, -7, 5});
  check_all([](Tensor& x, const Tensor&) -> Tensor& { return x.bitwise_not_(); }, {-13, 0, -6});
  check_all([](Tensor& x, const Tensor&) -> Tensor& { return x.bitwise_and_(6); }, {4, 6, 4});
  check_all([](Tensor& x, const Tensor&) -> Tensor& { return x.bitwise_or_(1); }, {13, -1, 5});
  check_all([](Tensor& x, const Tensor&) -> Tensor& { return x.bitwise_xor_(1); }, {13, -2, 4});
  check({0, 1}, {1, 1}, eg::kBool, [](Tensor& x, const Tensor& o) -> Tensor& { return x ^= o; },
        {1, 0});
  check({0, 1}, {1, 1}, eg::kBool,
        [](Tensor& x, const Tensor&) -> Tensor& { return x.bitwise_not_(); }, {1, 0});
}

BOOST_AUTO_TEST_CASE(others) {
  check({1, -1}, {2, 2}, eg::kFloat64,
        [](Tensor& x, const Tensor& o) -> Tensor& { return x.nextafter_(o); },
        {1 + 0x1p-52, -1 + 0x1p-53});
  check({2, 4}, {3, -0.5}, eg::kFloat64,
        [](Tensor& x, const Tensor& o) -> Tensor& { return x.float_power_(o); }, {8, 0.5});
  check({2, 4}, {0, 0}, eg::kFloat64,
        [](Tensor& x, const Tensor&) -> Tensor& { return x.float_power_(2); }, {4, 16});
  const Tensor leaf = eg::tensor({2.0, 3.0}, eg::requires_grad());
  Tensor x = leaf * 1;
  x.float_power_(3).sum().backward();
  check_close(leaf.grad(), Array({2}, {12, 27}));
}

BOOST_AUTO_TEST_CASE(integers_stay_integers) {
  check({7, -7}, {2, 2}, eg::kInt64,
        [](Tensor& x, const Tensor& o) -> Tensor& { return x.floor_divide_(o); }, {3, -4});
  check({7, -7}, {2, 2}, eg::kInt64,
        [](Tensor& x, const Tensor& o) -> Tensor& { return x.div_(o, "trunc"); }, {3, -3});
  check({7, -7}, {2, 2}, eg::kInt64,
        [](Tensor& x, const Tensor& o) -> Tensor& { return x.remainder_(o); }, {1, 1});
  check({7, -7}, {2, 2}, eg::kInt64,
        [](Tensor& x, const Tensor& o) -> Tensor& { return x.clamp_min_(o); }, {7, 2});
  check({7, -7}, {2, 2}, eg::kInt64,
        [](Tensor& x, const Tensor&) -> Tensor& { return x.clamp_max_(3); }, {3, -7});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
