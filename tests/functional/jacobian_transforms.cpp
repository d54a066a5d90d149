#include <Eigen/Dense>
#include <array>
#include <boost/test/unit_test.hpp>
#include <tuple>

#include "functional/support.hpp"

using namespace functional_test;

namespace {

const eg::Tensor kX = eg::tensor({1.5, -2.0, 0.5});

eg::Tensor cubes(const eg::Tensor& x) { return x.pow(3); }

/// The derivatives of the product of x_i^3 by three of its elements would be many; those of sum(x^3)^2 are few.
eg::Tensor dense(const eg::Tensor& x) { return (x.outer(x).sin() + x.exp()).sum(0).tanh(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(jacobian_transforms)

BOOST_AUTO_TEST_CASE(all_ways_agree) {
  for (const auto& f : {&pair_of, &cubes, &dense, &cubic}) {
    const eg::Tensor want = eg::jacobian(f, kX, {.strategy = eg::Strategy::Reverse});
    check_close(eg::jacrev(f)(kX), want);
    check_close(eg::jacfwd(f)(kX), want);
    check_close(eg::jacrev(f, {.chunk_size = 2})(kX), want);
    BOOST_TEST(!eg::jacrev(f)(kX).requires_grad());
    BOOST_TEST(!eg::jacfwd(f)(kX).requires_grad());
  }
  const auto rows = [](const eg::Tensor& x) { return x.unsqueeze(0) * x.unsqueeze(1).exp(); };
  BOOST_TEST((eg::jacrev(rows)(kX).sizes() == eg::DimVector{3, 3, 3}));
  check_close(eg::jacfwd(rows)(kX), eg::jacrev(rows)(kX));
  check_close(eg::hessian(cubic)(kX), cubic_hessian(1.5, -2.0));
}

BOOST_AUTO_TEST_CASE(several_arguments) {
  const auto f = [](const eg::Tensor& w, const eg::Tensor& x, const eg::Tensor& b) {
    return w * x.sum() + b;
  };
  const eg::Tensor w = eg::tensor({1.0, 2.0}), x = eg::tensor({3.0, 5.0, 7.0}),
                   b = eg::tensor(-2.0);
  const auto check = [&](auto all, auto first, auto swapped) {
    const auto [jw, jx, jb] = all(w, x, b);
    check_close(jw, 15 * eg::eye(2));
    check_close(jx, w.unsqueeze(1).expand({2, 3}));
    check_close(jb, eg::ones({2}));
    check_close(first(w, x, b), jx);
    const auto [b_first, w_second] = swapped(w, x, b);
    check_close(b_first, jb);
    check_close(w_second, jw);
  };
  check(eg::jacrev(f), eg::jacrev<1>(f), eg::jacrev<2, 0>(f));
  check(eg::jacfwd(f), eg::jacfwd<1>(f), eg::jacfwd<2, 0>(f));

  const auto s = [](const eg::Tensor& a, const eg::Tensor& c) { return (a * a * c).sum(); };
  const eg::Tensor c = eg::tensor({4.0, -1.0});
  const auto h = eg::hessian(s)(w, c);
  check_close(h[0][0], 2 * c.unsqueeze(1) * eg::eye(2));
  check_close(h[0][1], 2 * w.unsqueeze(1) * eg::eye(2));
  check_close(h[1][0], 2 * w.unsqueeze(1) * eg::eye(2));
  check_close(h[1][1], eg::zeros({2, 2}));
  check_close(eg::hessian<0>(s)(w, c), h[0][0]);
}

BOOST_AUTO_TEST_CASE(an_argument_left_out_may_be_an_integer_tensor) {
  const auto f = [](const eg::Tensor& x, const eg::Tensor& i) { return x.index({i}).square(); };
  const eg::Tensor i = eg::tensor({2, 0}), x = eg::tensor({1.0, 2.0, 3.0});
  const eg::Tensor want = eg::tensor({{0.0, 0.0, 6.0}, {2.0, 0.0, 0.0}});
  check_close(eg::jacrev<0>(f)(x, i), want);
  check_close(eg::jacfwd<0>(f)(x, i), want);
  check_throws<eg::DtypeError>("[jacrev] argument 1 has dtype int64", [&] { eg::jacrev(f)(x, i); });
}

BOOST_AUTO_TEST_CASE(several_outputs_and_lists) {
  const eg::Tensor a = eg::tensor({1.0, 2.0});
  const auto outputs = [](const eg::Tensor& t) { return std::tuple(t.sum(), 2 * t); };
  for (const auto& j : {eg::jacrev(outputs)(a), eg::jacfwd(outputs)(a)}) {
    check_close(j.at(0), eg::ones({2}));
    check_close(j.at(1), 2 * eg::eye(2));
  }
  const auto both = [](const eg::Tensor& t, const eg::Tensor& u) {
    return std::pair(t * u, t.sum());
  };
  const auto j = eg::jacrev(both)(a, 3 * a);
  check_close(j.at(0)[1], a.unsqueeze(1) * eg::eye(2));
  check_close(j.at(1)[0], eg::ones({2}));

  const auto of_list = [](const std::vector<eg::Tensor>& v) { return v[0].sum() * v[1]; };
  const std::vector<eg::Tensor> x{a, eg::tensor({3.0, 4.0, 5.0})};
  for (const auto& blocks : {eg::jacrev(of_list)(x), eg::jacfwd(of_list)(x)}) {
    check_close(blocks.at(0), x[1].unsqueeze(1).expand({3, 2}));
    check_close(blocks.at(1), 3 * eg::eye(3));
  }
  const auto one = eg::jacrev<1>(of_list)(x);
  BOOST_TEST(one.size() == 1u);
  const auto h = eg::hessian(
      [](const std::vector<eg::Tensor>& v) { return v[0].sum() * v[1].square().sum(); })(x);
  check_close(h.at(1).at(1), 6 * eg::eye(3));
}

BOOST_AUTO_TEST_CASE(eigen_vectors) {
  const Eigen::Vector3d x(1.5, -2.0, 0.5);
  const Eigen::VectorXd y = x;
  const auto j = eg::jacrev(pair_of)(x);
  static_assert(std::remove_cvref_t<decltype(j)>::ColsAtCompileTime == 3);
  BOOST_TEST((j - eg::jacobian(pair_of, y)).norm() == 0.0);
  BOOST_TEST((eg::jacfwd(pair_of)(y) - eg::jacobian(pair_of, y)).norm() < 1e-14);
  const auto h = eg::hessian(cubic)(x);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(h)>, Eigen::Matrix3d>);
  BOOST_TEST((h - eg::hessian(cubic, x)).norm() == 0.0);
  const auto [g, v] = eg::grad_and_value(cubic)(y);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g)>, Eigen::VectorXd>);
  BOOST_TEST(v == cubic(kX).item<double>());
  BOOST_TEST((g - eg::grad(cubic)(y)).norm() == 0.0);
  const Eigen::VectorXf single = x.cast<float>();
  BOOST_TEST((eg::jacrev(pair_of)(single).cast<double>() - j).norm() < 1e-5);
}

BOOST_AUTO_TEST_CASE(grad_and_value_of_tensors) {
  const auto [g, v] = eg::grad_and_value(cubic)(kX);
  check_close(g, cubic_gradient(1.5, -2.0, 0.5));
  check_close(v, cubic(kX));
  const auto [gs, v2] = eg::grad_and_value(
      [](const eg::Tensor& a, const eg::Tensor& b) { return (a * b).sum(); })(kX, kX + 1);
  check_close(gs[0], kX + 1);
  check_close(gs[1], kX);
  check_throws<eg::ShapeError>("[grad_and_value] the function must return a single element",
                               [] { eg::grad_and_value(pair_of)(kX); });
}

// The Hessian of every component of x^3: 6 x_i where all three indices are i.
BOOST_AUTO_TEST_CASE(nested_jacobians) {
  const eg::Tensor x = eg::tensor({1.0, 2.0});
  eg::Tensor want = eg::zeros({2, 2, 2}), third = eg::zeros({2, 2, 2, 2});
  for (int i = 0; i < 2; ++i) {
    want[i][i][i] = 6 * x[i];
    third[i][i][i][i] = 6.0;
  }
  const auto r = [](auto f) { return eg::jacrev(f); };
  const auto w = [](auto f) { return eg::jacfwd(f); };
  check_close(r(r(cubes))(x), want);
  check_close(w(r(cubes))(x), want);
  check_close(r(w(cubes))(x), want);
  check_close(w(w(cubes))(x), want);
  check_close(r(r(r(cubes)))(x), third);
  check_close(w(w(w(cubes)))(x), third);
  check_close(w(r(w(cubes)))(x), third);
  check_close(r(w(r(cubes)))(x), third);
  BOOST_TEST(!r(r(cubes))(x).requires_grad());
  BOOST_TEST(!w(w(cubes))(x).requires_grad());

  const eg::Tensor h = eg::hessian([](const eg::Tensor& t) { return dense(t).sum(); }, kX);
  const auto g = eg::grad([](const eg::Tensor& t) { return dense(t).sum(); });
  check_close(r(g)(kX), h);
  check_close(w(g)(kX), h);
  const auto sum_of_rows = [&](const eg::Tensor& t) { return r(cubes)(t).sum(); };
  check_close(eg::grad(sum_of_rows)(x), 6 * x);
  check_close(eg::grad([&](const eg::Tensor& t) { return w(cubes)(t).sum(); })(x), 6 * x);
  check_close(eg::grad([&](const eg::Tensor& t) {
                return eg::hessian([](const eg::Tensor& u) { return cubes(u).sum(); })(t).sum();
              })(x),
              eg::full({2}, 6.0));
  check_close(eg::jvp([&](const eg::Tensor& t) { return r(cubes)(t); }, x, eg::ones({2})).second,
              (6 * x).unsqueeze(1) * eg::eye(2));
}

BOOST_AUTO_TEST_CASE(recorded_where_needed) {
  const eg::Tensor w = eg::tensor({2.0, 3.0}, eg::requires_grad());
  const eg::Tensor x = eg::tensor({1.0, 4.0});
  const auto f = [&](const eg::Tensor& t) { return w * t * t; };
  for (const eg::Tensor& j : {eg::jacrev(f)(x), eg::jacfwd(f)(x)}) {
    BOOST_TEST(j.requires_grad());
    check_close(eg::autograd::grad({j.sum()}, {w})[0], 2 * x);
  }
  const auto s = [&](const eg::Tensor& t) { return (w * t.pow(3)).sum(); };
  const eg::Tensor h = eg::hessian(s)(x);
  check_close(eg::autograd::grad({h.sum()}, {w})[0], 6 * x);

  const eg::Tensor tracked = x.clone().requires_grad_();
  check_close(eg::autograd::grad({eg::jacrev(cubes)(tracked).sum()}, {tracked})[0], 6 * x);
  check_close(eg::autograd::grad({eg::jacfwd(cubes)(tracked).sum()}, {tracked})[0], 6 * x);
  const eg::MatrixTransformOptions constant{.create_graph = false};
  BOOST_TEST(!eg::jacrev(f, constant)(tracked).requires_grad());
  BOOST_TEST(!eg::jacfwd(f, constant)(tracked).requires_grad());
  BOOST_TEST(!tracked.grad().defined());
  const eg::NoGradGuard off;
  for (const eg::Tensor& j : {eg::jacrev(f)(tracked), eg::jacfwd(f)(tracked)}) {
    BOOST_TEST(!j.requires_grad());
    check_close(j, (2 * w * x).unsqueeze(1) * eg::eye(2));
  }
  check_close(eg::jacrev(eg::jacrev(cubes))(x), eg::jacfwd(eg::jacrev(cubes))(x));
}

BOOST_AUTO_TEST_CASE(nothing_stays_behind) {
  const eg::Tensor x = eg::tensor({1.0, 2.0}, eg::requires_grad());
  const auto use_everything = [&] {
    eg::jacrev(eg::jacrev(cubes))(x);
    eg::jacfwd(eg::jacfwd(cubes))(x);
    eg::hessian([](const eg::Tensor& t) { return t.pow(4).sum(); })(x);
    message_of<eg::Error>([&] { eg::hessian(cubes)(x); });
  };
  use_everything();
  const auto nodes = eg::autograd::Node::live_count();
  const auto tensors = eg::detail::TensorImpl::live_count();
  use_everything();
  BOOST_TEST(eg::autograd::Node::live_count() == nodes);
  BOOST_TEST(eg::detail::TensorImpl::live_count() == tensors);
}

BOOST_AUTO_TEST_CASE(empty_shapes) {
  const eg::Tensor none = eg::zeros({0});
  check_close(eg::jacrev(cubes)(none), eg::zeros({0, 0}));
  check_close(eg::jacfwd(cubes)(none), eg::zeros({0, 0}));
  check_close(eg::jacfwd([](const eg::Tensor& t) { return t.narrow(0, 0, 0); })(kX),
              eg::zeros({0, 3}));
  check_close(eg::hessian([](const eg::Tensor& t) { return t.sum(); })(none), eg::zeros({0, 0}));
}

BOOST_AUTO_TEST_CASE(errors) {
  check_throws<eg::ShapeError>("[hessian] the function must return a single element",
                               [] { eg::hessian(pair_of)(kX); });
  check_throws<eg::DtypeError>("[jacfwd] argument 0 has dtype int64", [] {
    eg::jacfwd(pair_of)(eg::tensor({1, 2, 3}));
  });
  check_throws<eg::ValueError>("[jacrev] chunk_size is 0; give a positive one",
                               [] { eg::jacrev(pair_of, {.chunk_size = 0})(kX); });
  const auto of_list = [](const std::vector<eg::Tensor>& v) { return v.at(0).sum(); };
  check_throws<eg::IndexError>("[jacrev] argument number 3 is out of range for 1 argument(s)",
                               [&] { eg::jacrev<3>(of_list)(std::vector<eg::Tensor>{kX}); });
  check_throws<eg::GraphError>("[jacrev] grad requires non-empty inputs",
                               [&] { eg::jacrev(of_list)(std::vector<eg::Tensor>{}); });
  check_throws<eg::GraphError>("[jacrev] strict mode", [] {
    eg::jacrev([](const eg::Tensor& t) { return t.detach(); }, {.strict = true})(kX);
  });
}

BOOST_AUTO_TEST_SUITE_END()
