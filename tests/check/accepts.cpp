#include <boost/test/unit_test.hpp>
#include <tuple>

#include "check/support.hpp"

using namespace check_test;

namespace {

eg::Tensor smooth(const eg::Tensor& x) { return (x.sin() * x.exp()).tanh(); }
eg::Tensor product(const eg::Tensor& a, const eg::Tensor& b) { return (a * b).exp().sum({0}); }

/// Every way to check both orders.
template <class... Args>
void check_every_way(const Args&... args) {
  for (const bool fast : {false, true})
    for (const bool forward : {false, true}) {
      const eg::GradcheckOptions o{.check_forward_ad = forward, .fast_mode = fast};
      BOOST_TEST_CONTEXT("fast " << fast << ", forward " << forward) {
        BOOST_TEST(eg::gradcheck(args..., o));
        BOOST_TEST(eg::gradgradcheck(args..., o));
      }
    }
}

std::string last_warning;
void keep_warning(std::string_view text) { last_warning = text; }

}  // namespace

BOOST_AUTO_TEST_SUITE(accepts)

BOOST_AUTO_TEST_CASE(one_to_three_tensors) {
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0, 0.25}));
  const eg::Tensor y = tracked(eg::tensor({{1.0, 0.5, -0.5}, {0.1, 0.2, 0.3}}));
  check_every_way(smooth, x);
  check_every_way(product, x, y);
  check_every_way(
      [](const eg::Tensor& a, const eg::Tensor& b, const eg::Tensor& c) { return a * b + c * c; },
      x, y, tracked(eg::tensor(0.7)));
}

BOOST_AUTO_TEST_CASE(lists_and_several_outputs) {
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0, 0.25}));
  const auto f = [](const std::vector<eg::Tensor>& v) {
    return std::tuple(v[0] * v[1], v[1].argmax(), v[0].exp().sum(), v[1].detach());
  };
  const std::vector<eg::Tensor> inputs = {x, eg::tensor({1.0, 2.0, 3.0}), tracked(eg::ones({2}))};
  BOOST_TEST(eg::gradcheck(f, inputs));
  BOOST_TEST(eg::gradcheck(f, inputs, {.check_forward_ad = true, .fast_mode = true}));
  BOOST_TEST(eg::gradgradcheck(f, inputs));
  const auto of_list = [](const std::vector<eg::Tensor>& v) { return v[0] * v[0]; };
  BOOST_TEST(eg::gradcheck(of_list, {x}));
  BOOST_TEST(eg::gradgradcheck(of_list, {x}));
}

BOOST_AUTO_TEST_CASE(shapes_and_layouts) {
  check_every_way(smooth, tracked(eg::tensor(0.3)));
  check_every_way(smooth, tracked(eg::zeros({0, 2})));
  const eg::Tensor base = eg::tensor({{0.1, 0.2, 0.3, 0.4}, {0.5, 0.6, 0.7, 0.8}});
  check_every_way(smooth, tracked(base.clone().t()));
  // The function gets to see the strides of the original.
  const eg::Tensor sliced = tracked(base.clone().slice(1, 0, eg::nullopt, 2));
  const auto wants_strides = [](const eg::Tensor& x) {
    BOOST_TEST(x.stride(0) == 4);
    BOOST_TEST(x.stride(1) == 2);
    return smooth(x);
  };
  BOOST_TEST(eg::gradcheck(wants_strides, sliced));
  // An expanded tensor that is not checked is no problem.
  BOOST_TEST(eg::gradcheck(product, sliced, eg::ones({1}).expand({2})));
}

BOOST_AUTO_TEST_CASE(the_same_tensor_twice) {
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0}));
  BOOST_TEST(eg::gradcheck([](const eg::Tensor& a, const eg::Tensor& b) { return a * b; }, x, x));
  BOOST_TEST(!x.grad().defined());
}

BOOST_AUTO_TEST_CASE(derivatives_taken_inside) {
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0}));
  const auto energy = [](const eg::Tensor& t) { return t.pow(4).sum(); };
  const auto force = [&](const eg::Tensor& t) {
    return eg::autograd::grad({energy(t)}, {t}, {}, eg::nullopt, true)[0];
  };
  check_every_way(force, x);
  check_every_way(eg::grad(energy), x);
}

BOOST_AUTO_TEST_CASE(constant_functions) {
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0}));
  BOOST_TEST(eg::gradcheck([](const eg::Tensor&) { return eg::ones({2}); }, x));
  BOOST_TEST(eg::gradcheck([](const eg::Tensor& t) { return t.argmax(); }, x));
}

BOOST_AUTO_TEST_CASE(rounded_steps) {
  // Near 1e9 a step of 1e-6 comes out 5 % shorter; the quotient uses the step that was made.
  BOOST_TEST(eg::gradcheck([](const eg::Tensor& t) { return t * 2; }, tracked(eg::tensor(1e9)),
                           {.atol = 1e-12, .rtol = 0}));
}

BOOST_AUTO_TEST_CASE(under_no_grad) {
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0}));
  const eg::NoGradGuard off;
  BOOST_TEST(eg::gradcheck(smooth, x));
  BOOST_TEST(eg::gradgradcheck(smooth, x));
  BOOST_TEST(!eg::GradMode::is_enabled());
}

BOOST_AUTO_TEST_CASE(R1_float32_warns) {
  const auto previous = eg::set_warning_handler(keep_warning);
  last_warning.clear();
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0}).to(eg::kFloat32));
  BOOST_TEST(eg::gradcheck(smooth, x, {.eps = 1e-2, .atol = 1e-2, .rtol = 1e-2}));
  eg::set_warning_handler(previous);
  BOOST_TEST(last_warning ==
             "[gradcheck] input 0 has dtype float32: differences are too rough there and the check "
             "will likely fail; use float64");
}

BOOST_AUTO_TEST_CASE(R1_given_cotangents) {
  const eg::Tensor x = tracked(eg::tensor({0.5, -1.0}));
  const auto f = [](const std::vector<eg::Tensor>& v) { return smooth(v[0]); };
  BOOST_TEST(eg::gradgradcheck(f, std::vector<eg::Tensor>{x}, {tracked(eg::tensor({2.0, 3.0}))}));
  BOOST_TEST(eg::gradgradcheck(f, std::vector<eg::Tensor>{x}, {eg::tensor({2.0, 3.0})}));
}

BOOST_AUTO_TEST_SUITE_END()
