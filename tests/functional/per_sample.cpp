#include <boost/test/unit_test.hpp>

#include "functional/support.hpp"

using namespace functional_test;

namespace {

eg::Tensor squared_error(const eg::Tensor& w, const eg::Tensor& x, const eg::Tensor& y) {
  return (w.dot(x) - y).square();
}

const eg::Tensor kW = eg::tensor({0.5, -1.0, 2.0});
const eg::Tensor kX =
    eg::tensor({{1.0, 2.0, 3.0}, {-1.0, 0.5, 0.25}, {4.0, 0.0, -2.0}, {0.0, 0.0, 0.0}});
const eg::Tensor kY = eg::tensor({1.0, 2.0, -3.0, 0.5});

/// 2 (w x_i - y_i) x_i
eg::Tensor want() { return (2 * (kX.mv(kW) - kY)).unsqueeze(1) * kX; }

}  // namespace

BOOST_AUTO_TEST_SUITE(per_sample)

BOOST_AUTO_TEST_CASE(a_tensor_of_parameters) {
  const eg::Tensor g = eg::per_sample_grad(squared_error)(kW, kX, kY);
  check_close(g, want());
  BOOST_TEST(!g.requires_grad());
  BOOST_TEST(g.is_contiguous());
  check_close(eg::per_sample_grad(squared_error)(kW, kX.t().contiguous().t(), kY), want());
  const eg::Tensor single = eg::per_sample_grad(squared_error)(
      kW.to(eg::kFloat32), kX.to(eg::kFloat32), kY.to(eg::kFloat32));
  BOOST_TEST(single.dtype() == eg::kFloat32);
  check_close(single.to(eg::kFloat64), want(), 1e-4);
  // the same from the Jacobian of all losses
  check_close(eg::jacobian([](const eg::Tensor& w) { return (kX.mv(w) - kY).square(); }, kW), g);
}

BOOST_AUTO_TEST_CASE(a_list_of_parameters) {
  const auto f = [](const std::vector<eg::Tensor>& p, const eg::Tensor& x) {
    return (p[0] * x).sum() * p[1];
  };
  const std::vector<eg::Tensor> g = eg::per_sample_grad(f)({kW, eg::tensor(3.0)}, kX);
  BOOST_REQUIRE(g.size() == 2u);
  check_close(g[0], 3 * kX);
  check_close(g[1], kX.mv(kW));
  const std::vector<eg::Tensor> unused =
      eg::per_sample_grad([](const std::vector<eg::Tensor>& p, const eg::Tensor& x) {
        return (p[0] * x).sum();
      })({kW, eg::ones({2, 2})}, kX);
  check_close(unused[1], eg::zeros({4, 2, 2}));
}

BOOST_AUTO_TEST_CASE(labels_may_be_integers) {
  const auto f = [](const eg::Tensor& w, const eg::Tensor& label) {
    return w.index({label}).square();
  };
  const eg::Tensor g = eg::per_sample_grad(f)(kW, eg::tensor({2, 0}));
  check_close(g, eg::tensor({{0.0, 0.0, 4.0}, {1.0, 0.0, 0.0}}));
}

BOOST_AUTO_TEST_CASE(no_samples) {
  int calls = 0;
  const auto f = [&](const eg::Tensor& w, const eg::Tensor& x) {
    ++calls;
    return w.dot(x);
  };
  check_close(eg::per_sample_grad(f)(kW, eg::zeros({0, 3})), eg::zeros({0, 3}));
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(recorded_where_needed) {
  const eg::Tensor w = kW.clone().requires_grad_();
  const eg::Tensor g = eg::per_sample_grad(squared_error)(w, kX, kY);
  BOOST_TEST(g.requires_grad());
  check_close(g.detach(), want());
  // d/dw sum_i 2 (w x_i - y_i) (x_i . 1) = 2 sum_i x_i (x_i . 1)
  const eg::Tensor second = (2 * kX * kX.sum({1}, true)).sum(eg::IntArrayRef{0});
  check_close(eg::autograd::grad({g.sum()}, {w})[0], second);
  check_close(eg::grad([](const eg::Tensor& v) {
                return eg::per_sample_grad(squared_error)(v, kX, kY).sum();
              })(kW),
              second);
  const eg::Tensor x = kX.clone().requires_grad_();
  BOOST_TEST(eg::per_sample_grad(squared_error)(kW, x, kY).requires_grad());

  const eg::Tensor scale = eg::tensor(2.0, eg::requires_grad());
  const auto captures = [&](const eg::Tensor& v, const eg::Tensor& s) {
    return scale * squared_error(v, s, eg::tensor(0.0));
  };
  const eg::Tensor c = eg::per_sample_grad(captures)(kW, kX);
  check_close(eg::autograd::grad({c.sum()}, {scale})[0], ((2 * kX.mv(kW)).unsqueeze(1) * kX).sum());
  // captured by the later samples only
  const auto sometimes = [&](const eg::Tensor& v, const eg::Tensor& s) {
    return s[0].item<double>() < 0 ? scale * v.dot(s) : v.dot(s);
  };
  const eg::Tensor late = eg::per_sample_grad(sometimes)(kW, kX);
  BOOST_TEST(late.requires_grad());
  check_close(late.detach()[0], kX[0]);
  check_close(late.detach()[1], 2 * kX[1]);
  check_close(eg::autograd::grad({late.sum()}, {scale})[0], kX[1].sum());

  BOOST_TEST(!eg::per_sample_grad(captures, {.create_graph = false})(w, kX).requires_grad());
  const eg::NoGradGuard off;
  BOOST_TEST(!eg::per_sample_grad(squared_error)(w, kX, kY).requires_grad());
}

BOOST_AUTO_TEST_CASE(transforms_inside_and_tangents) {
  const auto inner = [](const eg::Tensor& w, const eg::Tensor& x) {
    return eg::grad([&](const eg::Tensor& s) { return (w * s.pow(3)).sum(); })(x).sum();
  };
  check_close(eg::per_sample_grad(inner)(kW, kX), 3 * kX * kX);
  const auto f = [](const eg::Tensor& w) { return eg::per_sample_grad(squared_error)(w, kX, kY); };
  const eg::Tensor v = eg::tensor({1.0, 0.0, -1.0});
  check_close(eg::jvp(f, kW, v).second, (2 * kX.mv(v)).unsqueeze(1) * kX);
}

BOOST_AUTO_TEST_CASE(nothing_changes_and_nothing_stays) {
  const eg::Tensor w = kW.clone().requires_grad_();
  const auto use = [&] {
    eg::per_sample_grad(squared_error)(w, kX, kY);
    message_of<eg::Error>([&] { eg::per_sample_grad(squared_error)(w, kX, kY.narrow(0, 0, 2)); });
  };
  use();
  const auto nodes = eg::autograd::Node::live_count();
  use();
  BOOST_TEST(eg::autograd::Node::live_count() == nodes);
  BOOST_TEST(!w.grad().defined());
  BOOST_TEST(w.is_leaf());
}

BOOST_AUTO_TEST_CASE(errors) {
  const auto f = eg::per_sample_grad(squared_error);
  check_throws<eg::ShapeError>(
      "[per_sample_grad] batch tensor 0 has 4 sample(s) and batch tensor 1 has 2; give as many",
      [&] { f(kW, kX, kY.narrow(0, 0, 2)); });
  check_throws<eg::ShapeError>("[per_sample_grad] batch tensor 1 has no dimension",
                               [&] { f(kW, kX, eg::tensor(1.0)); });
  check_throws<eg::ValueError>("[per_sample_grad] batch tensor 0 is undefined",
                               [&] { f(kW, eg::Tensor(), kY); });
  check_throws<eg::ValueError>("[per_sample_grad] no batch was given", [] {
    eg::per_sample_grad([](const eg::Tensor& w) { return w.sum(); })(kW);
  });
  check_throws<eg::ShapeError>("[per_sample_grad] the function must return a single element", [] {
    eg::per_sample_grad([](const eg::Tensor& w, const eg::Tensor& x) { return w * x; })(kW, kX);
  });
  check_throws<eg::DtypeError>("[per_sample_grad] argument 0 has dtype int64", [&] {
    f(eg::tensor({1, 2, 3}), kX, kY);
  });
  check_throws<eg::GraphError>("[per_sample_grad] strict mode: output 0 of the function", [] {
    eg::per_sample_grad([](const eg::Tensor& w, const eg::Tensor& x) { return w.detach().dot(x); },
                        {.strict = true})(kW, kX);
  });
}

BOOST_AUTO_TEST_SUITE_END()
