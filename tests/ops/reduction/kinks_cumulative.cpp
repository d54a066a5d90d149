#include <boost/test/unit_test.hpp>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/core/options.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/functional/transforms.hpp"
#include "eigengrad/ops/reduction/cumulative.hpp"
#include "ops/kinks.hpp"
#include "support/compare.hpp"

namespace table {
namespace {

using eg::Tensor;
using support::check_close;

constexpr double kLog2 = 0.69314718055994530942;

Tensor product(const Tensor& x) { return eg::cumprod(x, 0); }
Tensor log_sum(const Tensor& x) { return eg::logcumsumexp(x, 0); }

}  // namespace

std::vector<Kink> cumulative_kinks() {
  const Call max = on1([](const Tensor& x) { return std::get<0>(eg::cummax(x, 0)); });
  const Call min = on1([](const Tensor& x) { return std::get<0>(eg::cummin(x, 0)); });
  const Call sum = on1([](const Tensor& x) { return eg::cumsum(x, 0); });
  return {
      {"cumsum_with_infinities", sum, {{1, kInf, 2, -kInf}}, {1, kInf, kInf, kNan}, {{4, 3, 2, 1}}},
      {"cumprod_with_a_zero", on1(product), {{2, 0, 3}}, {2, 0, 0}, {{1, 8, 0}}},
      {"cumprod_with_zeros", on1(product), {{0, 0, 3}}, {0, 0, 0}, {{1, 0, 0}}},
      {"cumprod_that_underflows",
       on1(product),
       {{1e-200, 1e-200}},
       {1e-200, 0},
       {{1 + 1e-200, 1e-200}}},
      {"cumprod_with_infinity_behind_zero", on1(product), {{0, kInf}}, {0, kNan}, {{kInf, 0}}},
      {"cumprod_of_nothing", on1(product), {{}}, {}, {{}}},
      {"logcumsumexp_far_out",
       on1(log_sum),
       {{-1000, 1000, -1000}},
       {-1000, 1000, 1000},
       {{1, 2, 0}}},
      {"logcumsumexp_behind_minus_infinity",
       on1(log_sum),
       {{-kInf, 0, -kInf, 0}},
       {-kInf, 0, 0, kLog2},
       {{0, 2.5, 0, 0.5}}},
      {"logcumsumexp_of_minus_infinities",
       on1(log_sum),
       {{-kInf, -kInf}},
       {-kInf, -kInf},
       {{0, 0}}},
      {"logcumsumexp_with_infinity", on1(log_sum), {{0, kInf, 1}}, {0, kInf, kInf}, {{1, 2, 0}}},
      {"logcumsumexp_with_nan",
       on1(log_sum),
       {{0, kNan, 1}},
       {0, kNan, kNan},
       {{kNan, kNan, kNan}}},
      {"logcumsumexp_keeps_what_is_small",
       on1(log_sum),
       {{0, -50}},
       {0, std::exp(-50.0)},
       {{2, std::exp(-50.0)}}},
      {"cummax_takes_last_of_equal", max, {{1, 1, 0, 2}}, {1, 1, 1, 2}, {{1, 2, 0, 1}}},
      {"cummax_keeps_nan", max, {{1, kNan, 3, kNan}}, {1, kNan, kNan, kNan}, {{1, 2, 0, 1}}},
      {"cummin_takes_last_of_equal", min, {{1, 1, 2, 0}}, {1, 1, 1, 0}, {{1, 2, 0, 1}}}};
}

namespace {

BOOST_AUTO_TEST_SUITE(cumulative)

BOOST_AUTO_TEST_CASE(hessian_of_cumprod_with_zeros) {
  const auto f = [](const Tensor& x) { return product(x).sum(); };
  check_close(eg::hessian(f, eg::tensor({0.0, 0.0, 3.0})),
              Array({3, 3}, {0, 4, 0, 4, 0, 0, 0, 0, 0}));
  check_close(eg::hessian(f, eg::tensor({2.0, 0.0, 3.0})),
              Array({3, 3}, {0, 4, 0, 4, 0, 2, 0, 2, 0}));
}

BOOST_AUTO_TEST_CASE(third_derivative_of_cumprod_of_zeros) {
  const Tensor x = eg::zeros({3}, eg::requires_grad());
  const auto component = [&](const Tensor& y, std::int64_t i) {
    return eg::autograd::grad({y}, {x}, {.create_graph = true})[0][i];
  };
  const Tensor mixed = component(component(component(product(x)[2], 0), 1), 2);
  BOOST_TEST(mixed.item<double>() == 1);
}

BOOST_AUTO_TEST_CASE(hessian_of_logcumsumexp_with_minus_infinity) {
  const auto f = [](const Tensor& x) { return log_sum(x).sum(); };
  check_close(eg::hessian(f, eg::tensor({-kInf, 0.0, 0.0})),
              Array({3, 3}, {0, 0, 0, 0, 0.25, -0.25, 0, -0.25, 0.25}), {.relative = 1e-15});
  for (const double h : support::to_array(eg::hessian(f, eg::tensor({-kInf, -kInf}))).values)
    BOOST_TEST(h == 0);
}

/// The derivative of a million factors with a zero among them, in time that a quadratic rule would
/// not keep.
BOOST_AUTO_TEST_CASE(gradient_of_a_long_cumprod) {
  const std::int64_t n = 1000000;
  Tensor x = eg::ones({n});
  x[n / 2] = 0.0;
  x.requires_grad_();
  const Tensor g = eg::autograd::grad({product(x).sum()}, {x})[0];
  BOOST_TEST(g[0].item<double>() == static_cast<double>(n / 2));
  BOOST_TEST(g[n / 2].item<double>() == static_cast<double>(n / 2));
  BOOST_TEST(g[n - 1].item<double>() == 0);
}

BOOST_AUTO_TEST_CASE(error_of_a_long_cumsum) {
  const std::int64_t n = 1000000;
  const Tensor sums = eg::cumsum(eg::full({n}, 0.1), 0);
  BOOST_TEST(sums[n - 1].item<double>() == static_cast<double>(static_cast<long double>(0.1) * n));
  const Tensor floats = eg::cumsum(eg::full({n}, 0.1, eg::kFloat32), 0);
  BOOST_TEST(floats[n - 1].item<float>() ==
             static_cast<float>(static_cast<double>(0.1f) * static_cast<double>(n)));
}

BOOST_AUTO_TEST_CASE(links_of_integers_wrap_around) {
  const Tensor x = eg::full({2}, std::numeric_limits<std::int64_t>::max(), eg::kInt64);
  BOOST_TEST(eg::cumsum(x, 0)[1].item<std::int64_t>() == -2);
  BOOST_TEST(eg::cumprod(x, 0)[1].item<std::int64_t>() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
