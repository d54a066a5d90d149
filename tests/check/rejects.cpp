#include <boost/test/unit_test.hpp>
#include <tuple>

#include "check/support.hpp"

using namespace check_test;
using eg::GradcheckError;
using eg::GradcheckOptions;

namespace {

eg::Tensor smooth(const eg::Tensor& x) { return (x.sin() * x.exp()).tanh(); }

const eg::Tensor& point() {
  static const eg::Tensor x = tracked(eg::tensor({0.5, -1.0, 0.25}));
  return x;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rejects)

BOOST_AUTO_TEST_CASE(R2_wrong_derivative) {
  const std::string message = message_of<GradcheckError>([] { eg::gradcheck(wrong, point()); });
  BOOST_TEST_INFO(message);
  const auto says = [&](const std::string& part) {
    return message.find(part) != std::string::npos;
  };
  BOOST_TEST(
      says("[gradcheck] Jacobian mismatch for output 0 with respect to input 0: row 0, column "
           "0 is 3 by backward sweeps and 2"));
  BOOST_TEST(says("numerical:\ntensor([[2."));
  BOOST_TEST(says("analytical:\ntensor([[3., 0., 0.],"));
  check_throws<GradcheckError>("is 3 by forward mode and 2", [] {
    eg::gradcheck(wrong, point(), {.check_backward_ad = false, .check_forward_ad = true});
  });
  for (const bool forward : {false, true})
    check_throws<GradcheckError>(
        "Jacobian mismatch for output 0 with respect to input 0: row 0", [&] {
          eg::gradcheck(
              wrong, point(),
              {.check_backward_ad = !forward, .check_forward_ad = forward, .fast_mode = true});
        });
}

BOOST_AUTO_TEST_CASE(names_output_and_input) {
  const auto f = [](const eg::Tensor& a, const eg::Tensor& b) {
    return std::tuple(a * b, a.argmax(), a * a + wrong(b));
  };
  const eg::Tensor plain = eg::ones({3});
  check_throws<GradcheckError>("Jacobian mismatch for output 2 with respect to input 1",
                               [&] { eg::gradcheck(f, plain, point()); });
}

BOOST_AUTO_TEST_CASE(missing_derivative) {
  // half of the function is cut off from the graph
  check_throws<GradcheckError>("Jacobian mismatch", [] {
    eg::gradcheck([](const eg::Tensor& x) { return x + x.detach(); }, point());
  });
  check_throws<GradcheckError>(
      "Numerical gradient for function expected to be zero, because no output requires grad: the "
      "derivative of output 0 by input 0 contains 2",
      [] { eg::gradcheck([](const eg::Tensor& x) { return x.detach() * 2; }, point()); });
}

BOOST_AUTO_TEST_CASE(wrong_second_derivative) {
  // right at the first order; the rule cuts its own derivative off
  const auto square = [](const eg::Tensor& x) {
    return with_rule(x, x * x, [x](const eg::Tensor& g) {
      return g.defined() ? 2 * x.detach() * g : eg::Tensor();
    });
  };
  BOOST_TEST(eg::gradcheck(square, point()));
  check_throws<GradcheckError>(
      "[gradgradcheck] Jacobian mismatch for output 0 with respect to input 0",
      [&] { eg::gradgradcheck(square, point()); });
  BOOST_TEST(!eg::gradgradcheck(square, point(), {.raise_exception = false}));
  BOOST_TEST(!eg::gradgradcheck(square, point(), {.raise_exception = false, .fast_mode = true}));
}

BOOST_AUTO_TEST_CASE(R2_backward_that_changes) {
  int sweeps = 0;
  const auto f = [&](const eg::Tensor& x) {
    return with_rule(x, 2 * x, [&sweeps](const eg::Tensor& g) {
      return g.defined() ? g * (2 + 1e-6 * ++sweeps) : eg::Tensor();
    });
  };
  for (const bool fast : {false, true}) {
    sweeps = 0;
    check_throws<GradcheckError>("[gradcheck] the backward pass is not reentrant",
                                 [&] { eg::gradcheck(f, point(), {.fast_mode = fast}); });
    sweeps = 0;
    BOOST_TEST(eg::gradcheck(f, point(), {.nondet_tol = 1e-4, .fast_mode = fast}));
  }
}

BOOST_AUTO_TEST_CASE(R2_backward_that_is_not_linear) {
  const eg::Tensor x = tracked(eg::tensor(0.5));
  const auto doubled = [](Rule rule) {
    return [rule](const eg::Tensor& t) { return with_rule(t, 2 * t, rule); };
  };
  // Both agree with the differences, which know only the cotangent 1.
  const auto ignores = doubled([](const eg::Tensor&) { return eg::tensor(2.0); });
  const auto squares =
      doubled([](const eg::Tensor& g) { return g.defined() ? 2 * g * g : eg::Tensor(); });
  check_throws<GradcheckError>(
      "backward not multiplied by grad_output: with cotangents of zero element 0 of the gradient "
      "of "
      "input 0 is 2",
      [&] { eg::gradcheck(ignores, x); });
  check_throws<GradcheckError>("backward not multiplied by grad_output just once",
                               [&] { eg::gradcheck(squares, x); });
}

BOOST_AUTO_TEST_CASE(R2_undefined_cotangents) {
  const auto doubled = [](const eg::Tensor& x, Rule rule) { return with_rule(x, 2 * x, rule); };
  const auto throws = [&](const eg::Tensor& x) {
    return doubled(x, [](const eg::Tensor& g) { return 2 * g; });
  };
  const auto invents = [&](const eg::Tensor& x) {
    return doubled(x, [](const eg::Tensor& g) { return g.defined() ? 2 * g : eg::ones({3}); });
  };
  check_throws<GradcheckError>(
      "Expected backward function to handle undefined output grads: it threw "
      "when the gradient of output 0 was undefined",
      [&] { eg::gradcheck(throws, point()); });
  check_throws<GradcheckError>("Expected all input grads to be undefined or zero",
                               [&] { eg::gradcheck(invents, point()); });
  BOOST_TEST(eg::gradcheck(throws, point(), {.check_undefined_grad = false}));
  BOOST_TEST(eg::gradcheck(invents, point(), {.check_undefined_grad = false}));
  // of several outputs, one at a time
  const auto second = [&](const eg::Tensor& x) { return std::pair(x * x, throws(x)); };
  check_throws<GradcheckError>("when the gradient of output 0 and others was undefined",
                               [&] { eg::gradcheck(second, point()); });
}

BOOST_AUTO_TEST_CASE(R4_tangents_that_do_not_add_up) {
  const auto f = [](const eg::Tensor& a, const eg::Tensor& b) {
    const eg::Tensor y = a * b;
    if (!eg::autograd::DualLevel::is_open()) return y;
    if (!eg::autograd::unpack_dual(a).tangent.defined()) return y;
    if (!eg::autograd::unpack_dual(b).tangent.defined()) return y;
    const auto parts = eg::autograd::unpack_dual(y);
    return eg::autograd::make_dual(parts.primal, parts.tangent * 2);
  };
  check_throws<GradcheckError>("tangents do not add up: element 0 of the tangent of output 0", [&] {
    eg::gradcheck(f, point(), point(), {.check_forward_ad = true});
  });
  BOOST_TEST(eg::gradcheck(f, point(), point()));
}

BOOST_AUTO_TEST_CASE(R2_inputs_that_share_memory) {
  const eg::Tensor expanded = tracked(eg::ones({1}).expand({3}));
  check_throws<GradcheckError>(
      "[gradcheck] several elements of input 0 share memory: it has sizes [3] "
      "and strides [0]",
      [&] { eg::gradcheck(smooth, expanded); });
  const eg::Tensor windows = tracked(eg::ones({4}).as_strided({3, 2}, {1, 1}));
  check_throws<GradcheckError>("several elements of input 0 share memory",
                               [&] { eg::gradcheck(smooth, windows); });
  BOOST_TEST(!eg::gradcheck(smooth, expanded, {.raise_exception = false}));
}

BOOST_AUTO_TEST_CASE(R2_outputs_that_change) {
  const eg::Tensor x = tracked(eg::ones({2}));
  const auto above = [](const eg::Tensor& t) { return t[0].item<double>() > 1.0; };
  check_throws<GradcheckError>(
      "output 0 changed when inputs are perturbed: sizes [2] and dtype "
      "float64 became [1] and float64",
      [&] {
        eg::gradcheck([&](const eg::Tensor& t) { return above(t) ? t.narrow(0, 0, 1) * 2 : t * 2; },
                      x);
      });
  check_throws<GradcheckError>("became [2] and float32", [&] {
    eg::gradcheck([&](const eg::Tensor& t) { return above(t) ? t.to(eg::kFloat32) : t * 2; }, x);
  });
  check_throws<GradcheckError>("the number of outputs changed from 1 to 2", [&] {
    eg::gradcheck(
        [&](const eg::Tensor& t) {
          return above(t) ? std::vector<eg::Tensor>{t, t} : std::vector<eg::Tensor>{t};
        },
        x);
  });
}

BOOST_AUTO_TEST_CASE(R3_fast_mode_sees_what_no_entry_shows) {
  // Each entry is off by just less than a tolerance relative to it. The product with random vectors
  // is a sum with cancellation, so some patterns of errors show in it.
  const eg::Tensor x = tracked(eg::ones({4}));
  int seen = 0;
  for (int pattern = 0; pattern < 16; ++pattern) {
    const auto sign = [&](int bit) { return (pattern >> bit & 1) != 0 ? 1.0 : -1.0; };
    const eg::Tensor off = 2 + eg::tensor({sign(0), sign(1), sign(2), sign(3)});
    const auto f = [&](const eg::Tensor& t) {
      return with_rule(t, 2 * t,
                       [&](const eg::Tensor& g) { return g.defined() ? g * off : eg::Tensor(); });
    };
    BOOST_TEST(eg::gradcheck(f, x, {.atol = 0, .rtol = 0.51}));
    const std::string message = message_of<GradcheckError>(
        [&] { eg::gradcheck(f, x, {.atol = 0, .rtol = 0.51, .fast_mode = true}); });
    if (message.find("although no single entry is off") != std::string::npos) ++seen;
  }
  BOOST_TEST(seen > 0);
  BOOST_TEST(seen < 16);
}

BOOST_AUTO_TEST_CASE(R3_returns_false_on_request) {
  BOOST_TEST(!eg::gradcheck(wrong, point(), {.raise_exception = false}));
  BOOST_TEST(!eg::gradcheck(wrong, point(), {.raise_exception = false, .fast_mode = true}));
  // what is no failed check throws all the same
  check_throws<std::runtime_error>("from the function", [] {
    eg::gradcheck(
        [](const eg::Tensor&) -> eg::Tensor { throw std::runtime_error("from the function"); },
        point(), {.raise_exception = false});
  });
}

BOOST_AUTO_TEST_CASE(arguments_that_make_no_sense) {
  const eg::Tensor plain = eg::ones({2});
  check_throws<eg::ValueError>(
      "[gradcheck] expects at least one input tensor to require gradient: none of 2 does", [&] {
        eg::gradcheck([](const eg::Tensor& a, const eg::Tensor& b) { return a * b; }, plain, plain);
      });
  check_throws<eg::ValueError>("expects at least one input tensor to require gradient",
                               [&] { eg::gradcheck(smooth, plain, {.raise_exception = false}); });
  check_throws<eg::ValueError>(
      "[gradcheck] check_backward_ad and check_forward_ad are both false",
      [] { eg::gradcheck(smooth, point(), {.check_backward_ad = false}); });
  check_throws<eg::ValueError>("[gradcheck] eps must be positive: got 0",
                               [] { eg::gradcheck(smooth, point(), {.eps = 0}); });
  check_throws<eg::ValueError>(
      "a step of eps = 1e-06 does not change element 0 of input 0, which is 1e+20",
      [] { eg::gradcheck(smooth, tracked(eg::tensor({1e20}))); });
  const auto f = [](const std::vector<eg::Tensor>& v) { return v[0] * v[0]; };
  check_throws<eg::ValueError>(
      "[gradgradcheck] got 2 grad_outputs for 1 outputs that require grad", [&] {
        eg::gradgradcheck(f, std::vector<eg::Tensor>{point()}, {point(), point()});
      });
}

BOOST_AUTO_TEST_SUITE_END()
