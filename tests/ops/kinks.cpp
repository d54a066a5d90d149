#include <boost/test/unit_test.hpp>
#include <cmath>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/core/options.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/functional/transforms.hpp"
#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/binary.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "kinks.hpp"
#include "support/compare.hpp"

/// Values and derivatives where an operator has a kink, a pole or nothing to work on: SEMANTICS V1 to
/// V4. The same points stand in tests/oracle/generate.py where PyTorch has an answer.
namespace table {
namespace {

using eg::Tensor;
using support::check_close;
using support::to_array;

/// A list as a vector.
Array vector_of(const Numbers& numbers) {
  return {{static_cast<std::int64_t>(numbers.size())}, numbers};
}

std::vector<Kink> elementwise_kinks() {
  return {{"abs", on1(eg::abs), {{0, -0.0, -2, 3}}, {0, 0, 2, 3}, {{0, 0, -1, 1}}},
          {"relu", on1(eg::relu), {{0, -0.0, -2, 3}}, {0, 0, 0, 3}, {{0, 0, 0, 1}}},
          {"clamp_at_bounds",
           on1([](const Tensor& x) { return eg::clamp(x, -1, 2); }),
           {{-1, 2, -1.5, 2.5, 0}},
           {-1, 2, -1, 2, 0},
           {{0, 0, 0, 0, 1}}},
          {"clamp_with_crossed_bounds",
           on1([](const Tensor& x) { return eg::clamp(x, 3, 1); }),
           {{0, 2, 4}},
           {1, 1, 1},
           {{0, 0, 0}}},
          {"clamp_keeps_nan",
           on1([](const Tensor& x) { return eg::clamp(x, -1, 1); }),
           {{kNan, kInf, -kInf}},
           {kNan, 1, -1},
           {{0, 0, 0}}},
          {"sqrt", on1(eg::sqrt), {{0, 4, kInf, -1}}, {0, 2, kInf, kNan}, {{kInf, 0.25, 0, kNan}}},
          {"sqrt_of_subnormal", on1(eg::sqrt), {{0x1p-1070}}, {0x1p-535}, {{0x1p534}}},
          {"log", on1(eg::log), {{0, 1, kInf}}, {-kInf, 0, kInf}, {{kInf, 1, 0}}},
          {"exp", on1(eg::exp), {{-kInf, -800, 800}}, {0, 0, kInf}, {{0, 0, kInf}}},
          {"reciprocal", on1(eg::reciprocal), {{0, kInf}}, {kInf, 0}, {{-kInf, -0.0}}},
          {"sigmoid", on1(eg::sigmoid), {{800, -800, 0}}, {1, 0, 0.5}, {{0, 0, 0.25}}},
          {"tanh", on1(eg::tanh), {{kInf, -400, 0}}, {1, -1, 0}, {{0, 0, 1}}}};
}

std::vector<Kink> power_kinks() {
  const Call pow = on2([](const Tensor& a, const Tensor& b) { return eg::pow(a, b); });
  const auto to = [](double e) { return on1([e](const Tensor& a) { return eg::pow(a, e); }); };
  return {{"pow_of_0_to_0", pow, {{0}, {0}}, {1}, {{0}, {0}}},
          {"pow_of_0", pow, {{0, 0, 0}, {-1, 1, 2}}, {kInf, 0, 0}, {{-kInf, 1, 0}, {-kInf, 0, 0}}},
          {"pow_to_0",
           pow,
           {{2, -2, 5}, {0, 0, 0}},
           {1, 1, 1},
           {{0, 0, 0}, {std::log(2.0), kNan, std::log(5.0)}}},
          {"pow_of_negative", pow, {{-2, -2}, {2, 3}}, {4, -8}, {{-4, 12}, {kNan, kNan}}},
          {"pow_to_number_0", to(0), {{0, -3, kInf, kNan}}, {1, 1, 1, 1}, {{0, 0, 0, 0}}},
          {"pow_to_number_1", to(1), {{0, -3}}, {0, -3}, {{1, 1}}},
          {"pow_to_number_2", to(2), {{0, -3}}, {0, 9}, {{0, -6}}},
          {"pow_to_half", to(0.5), {{0, 4}}, {0, 2}, {{kInf, 0.25}}},
          {"number_0_to",
           on1([](const Tensor& b) { return eg::pow(eg::Scalar(0.0), b); }),
           {{-1, 0, 2}},
           {kInf, 1, 0},
           {{-kInf, 0, 0}}}};
}

std::vector<Kink> choice_kinks() {
  const Call larger = on2([](const Tensor& a, const Tensor& b) { return eg::maximum(a, b); });
  const Call smaller = on2([](const Tensor& a, const Tensor& b) { return eg::minimum(a, b); });
  return {
      {"maximum_of_equal", larger, {{1, 2, 0}, {1, 3, -1}}, {1, 3, 0}, {{0.5, 0, 1}, {0.5, 1, 0}}},
      {"minimum_of_equal",
       smaller,
       {{1, 2, 0}, {1, 3, -1}},
       {1, 2, -1},
       {{0.5, 1, 0}, {0.5, 0, 1}}},
      {"maximum_of_nan", larger, {{kNan, 1}, {1, kNan}}, {kNan, kNan}, {{1, 1}, {1, 1}}},
      // A masked branch still has its derivative: 0 times infinity.
      {"where_over_log",
       on1([](const Tensor& x) { return eg::where(x > 0, eg::log(x), 0.0); }),
       {{0, 1}},
       {0, 0},
       {{kNan, 1}}},
      {"where_over_inf",
       on1([](const Tensor& x) { return eg::where(x > 0, x, kInf); }),
       {{0, 1}},
       {kInf, 1},
       {{0, 1}}}};
}

void check_kink(const Kink& kink) {
  variable_list x;
  for (const Numbers& numbers : kink.inputs)
    x.push_back(support::to_tensor(vector_of(numbers)).requires_grad_());
  const Tensor y = kink.f(x)[0];
  Array value = vector_of(kink.value);
  value.sizes = y.sizes().vec();
  check_close(y, value, {.ulps = 1});
  for (const bool record : {false, true}) {
    BOOST_TEST_INFO_SCOPE((record ? "recorded" : "computed"));
    const variable_list g =
        eg::autograd::grad({y.sum()}, x, {.retain_graph = true, .create_graph = record});
    for (std::size_t k = 0; k < g.size(); ++k) {
      BOOST_TEST_INFO_SCOPE("gradient " << k);
      check_close(g[k], vector_of(kink.gradients[k]), {.ulps = kink.ulps});
    }
  }
}

const bool registered = [] {
  auto* const suite = BOOST_TEST_SUITE("kinks");
  for (const auto& family :
       {elementwise_kinks(), power_kinks(), choice_kinks(), reduction_kinks(), norm_kinks(),
        order_kinks(), binary_kinks(), cumulative_kinks(), special_kinks()})
    for (const Kink& kink : family)
      suite->add(boost::unit_test::make_test_case([kink] { check_kink(kink); }, kink.name, __FILE__,
                                                  __LINE__));
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}();

BOOST_AUTO_TEST_SUITE(powers)

/// Powers that are computed as products or by roots are those of the C library. (PyTorch's powers 0.5
/// and -0.5 are roots at -0 and -inf too.)
BOOST_AUTO_TEST_CASE(powers_of_special_numbers) {
  const std::vector<double> x{0, -0.0, kInf, -kInf, kNan, 1, -1, 2, -3, 1e-310, 1e300, -1e200};
  for (const double e : {-17.0, -16.0, -3.0, -2.0, -1.0, 1.5, 3.0, 4.0, 5.0, 16.0, 17.0}) {
    const Tensor y = eg::pow(eg::tensor(x), e);
    for (std::size_t i = 0; i < x.size(); ++i) {
      BOOST_TEST_CONTEXT(x[i] << " to the power " << e) {
        const double wanted = std::pow(x[i], e);
        const double got = y[static_cast<std::int64_t>(i)].item<double>();
        BOOST_TEST(std::isnan(got) == std::isnan(wanted));
        if (std::isnan(wanted)) continue;
        BOOST_TEST(std::signbit(got) == std::signbit(wanted));
        BOOST_TEST((got == wanted || std::abs(got - wanted) <= 4e-16 * std::abs(wanted)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_power_does_not_depend_on_its_neighbours) {
  const Tensor x = eg::linspace(0.5, 1.9, 64);
  const Tensor with_large = x.clone();
  with_large.slice(0, 0, 64, 8).fill_(1e250);
  for (const double e : {-13.0, -3.0, 1.5, 5.0, 7.0, 11.0, 16.0}) {
    const Tensor alone = eg::pow(x, e);
    const Tensor beside = eg::pow(with_large, e);
    for (std::int64_t i = 1; i < 64; i += i % 8 == 7 ? 2 : 1)
      BOOST_TEST(alone[i].item<double>() == beside[i].item<double>());
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(kinks_of_higher_order)

Tensor product(const Tensor& x) { return eg::prod(x); }

BOOST_AUTO_TEST_CASE(hessian_of_prod_with_a_zero) {
  check_close(eg::hessian(product, eg::tensor({0.0, 2.0, 3.0})),
              Array({3, 3}, {0, 3, 2, 3, 0, 0, 2, 0, 0}));
}

BOOST_AUTO_TEST_CASE(hessian_of_prod_with_zeros) {
  check_close(eg::hessian(product, eg::tensor({0.0, 0.0, 3.0})),
              Array({3, 3}, {0, 3, 0, 3, 0, 0, 0, 0, 0}));
}

BOOST_AUTO_TEST_CASE(hessian_of_prod_along_a_dimension) {
  const auto f = [](const Tensor& x) { return eg::prod(x, 0).sum(); };
  check_close(eg::hessian(f, eg::tensor({{0.0, 5.0}, {2.0, 7.0}})).reshape({4, 4}),
              Array({4, 4}, {0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0}));
}

BOOST_AUTO_TEST_CASE(third_derivative_of_prod_of_zeros) {
  const Tensor x = eg::zeros({3}, eg::requires_grad());
  const auto component = [&](const Tensor& y, std::int64_t i) {
    return eg::autograd::grad({y}, {x}, {.create_graph = true})[0][i];
  };
  const Tensor mixed = component(component(component(eg::prod(x), 0), 1), 2);
  BOOST_TEST(mixed.item<double>() == 1);
}

BOOST_AUTO_TEST_CASE(second_derivatives_at_kinks) {
  const auto second = [](const Call& f, double at) {
    const Tensor x = eg::tensor(at, eg::requires_grad());
    const Tensor g = eg::autograd::grad({f({x})[0]}, {x}, {.create_graph = true})[0];
    if (!g.requires_grad()) return 0.0;
    const Tensor h = eg::autograd::grad({g}, {x}, {.allow_unused = true})[0];
    return h.defined() ? h.item<double>() : 0.0;
  };
  BOOST_TEST(second(on1(eg::abs), 0) == 0);
  BOOST_TEST(second(on1(eg::relu), 0) == 0);
  BOOST_TEST(second(on1([](const Tensor& x) { return eg::pow(x, 2); }), 0) == 2);
  BOOST_TEST(second(on1([](const Tensor& x) { return eg::pow(x, 1); }), 0) == 0);
  BOOST_TEST(second(on1([](const Tensor& x) { return eg::pow(x, 0); }), 0) == 0);
  BOOST_TEST(second(on1([](const Tensor& x) { return eg::pow(x, 3); }), 0) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
