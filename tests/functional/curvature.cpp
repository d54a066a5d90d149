#include <Eigen/Dense>
#include <boost/test/unit_test.hpp>

#include "functional/support.hpp"

using namespace functional_test;
using eg::Strategy;

namespace {

const eg::Tensor kX = eg::tensor({1.5, -2.0, 0.5});
constexpr Strategy kAll[] = {Strategy::Reverse, Strategy::Forward, Strategy::Auto};

/// Two values of three unknowns, and five.
eg::Tensor wide(const eg::Tensor& x) { return pair_of(x); }
eg::Tensor tall(const eg::Tensor& x) {
  return eg::cat({x.sin(), (x[0] * x[1]).reshape({1}), x[2].exp().reshape({1})});
}
eg::Tensor quartic(const eg::Tensor& y) { return y.pow(4).sum() + y[0] * y[1]; }

eg::Tensor by_definition(eg::Tensor (*f)(const eg::Tensor&), const eg::Tensor& x) {
  const eg::Tensor j = eg::jacobian(f, x), h = eg::hessian(quartic, f(x));
  return j.t().matmul(h).matmul(j);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(curvature)

BOOST_AUTO_TEST_CASE(gauss_newton_matrix) {
  for (const auto f : {&wide, &tall}) {
    const eg::Tensor want = by_definition(f, kX);
    const auto gn = eg::gauss_newton(f, quartic);
    check_close(gn(kX), want);
    BOOST_TEST(!gn(kX).requires_grad());
    const eg::Tensor v = eg::tensor({0.3, -0.7, 1.1});
    check_close(gn.product(kX, v), want.matmul(v));
    BOOST_TEST(!gn.product(kX, v).requires_grad());
  }
  // least squares: 2 J^T J, and the Hessian itself where f is linear
  const auto squares = [](const eg::Tensor& y) { return y.square().sum(); };
  const eg::Tensor a = eg::arange(12.0).reshape({4, 3});
  const auto linear = [&](const eg::Tensor& x) { return a.mv(x); };
  check_close(eg::gauss_newton(linear, squares)(kX), 2 * a.t().matmul(a), 1e-10);
}

BOOST_AUTO_TEST_CASE(gauss_newton_of_shapes_and_lists) {
  const eg::Tensor x = eg::tensor({{1.0, 2.0}, {3.0, -4.0}});
  const auto f = [](const eg::Tensor& t) { return t.matmul(t); };
  const auto loss = [](const eg::Tensor& y) { return y.pow(3).sum(); };
  const eg::Tensor g = eg::gauss_newton(f, loss)(x);
  BOOST_TEST((g.sizes() == eg::DimVector{2, 2, 2, 2}));
  const eg::Tensor v = eg::tensor({{0.5, 1.0}, {-1.0, 2.0}});
  check_close(eg::gauss_newton(f, loss).product(x, v),
              g.reshape({4, 4}).matmul(v.reshape({4})).reshape({2, 2}), 1e-10);

  const auto of_list = [](const std::vector<eg::Tensor>& p) { return p[0] * p[1].sum(); };
  const std::vector<eg::Tensor> p{eg::tensor({1.0, 2.0}), eg::tensor({0.5, 1.0, -2.5})};
  const auto blocks = eg::gauss_newton(of_list, loss)(p);
  const auto joint = [&](const eg::Tensor& t) {
    return of_list({t.narrow(0, 0, 2), t.narrow(0, 2, 3)});
  };
  const eg::Tensor want = eg::gauss_newton(joint, loss)(eg::cat({p[0], p[1]}));
  check_close(blocks.at(0).at(0), want.narrow(0, 0, 2).narrow(1, 0, 2));
  check_close(blocks.at(0).at(1), want.narrow(0, 0, 2).narrow(1, 2, 3));
  check_close(blocks.at(1).at(0), want.narrow(0, 2, 3).narrow(1, 0, 2));
  const auto product = eg::gauss_newton(of_list, loss).product(p, {p[0], p[1]});
  const eg::Tensor whole = want.matmul(eg::cat({p[0], p[1]}));
  check_close(product.at(0), whole.narrow(0, 0, 2));
  check_close(product.at(1), whole.narrow(0, 2, 3));
}

BOOST_AUTO_TEST_CASE(gauss_newton_of_eigen) {
  const Eigen::Vector3d x(1.5, -2.0, 0.5), v(0.3, -0.7, 1.1);
  const auto gn = eg::gauss_newton(tall, quartic);
  const auto g = gn(x);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g)>, Eigen::Matrix3d>);
  BOOST_TEST((g - eg::from_eigen(g).matrix<double>()).norm() == 0.0);
  const Eigen::Vector3d gv = gn.product(x, v);
  BOOST_TEST((gv - g * v).norm() < 1e-10);
}

BOOST_AUTO_TEST_CASE(gauss_newton_recorded_where_needed) {
  const auto f = [](const eg::Tensor& x) { return x.pow(2); };
  const auto loss = [](const eg::Tensor& y) { return y.pow(3).sum(); };
  // diagonal: (2 x)^2 6 x^2 = 24 x^4
  const eg::Tensor x = eg::tensor({1.0, 2.0}, eg::requires_grad());
  const eg::Tensor g = eg::gauss_newton(f, loss)(x);
  check_close(g.detach(), (24 * x.detach().pow(4)).unsqueeze(1) * eg::eye(2));
  check_close(eg::autograd::grad({g.sum()}, {x})[0], 96 * x.detach().pow(3));
  const eg::Tensor p = eg::gauss_newton(f, loss).product(x, eg::ones({2}));
  check_close(eg::autograd::grad({p.sum()}, {x})[0], 96 * x.detach().pow(3));
  const eg::Tensor w = eg::tensor(2.0, eg::requires_grad());
  const auto weighted = [&](const eg::Tensor& y) { return w * y.pow(3).sum(); };
  const eg::Tensor h = eg::gauss_newton(f, weighted)(eg::tensor({1.0, 2.0}));
  check_close(eg::autograd::grad({h.sum()}, {w})[0], eg::tensor(24.0 * 17));
  const eg::Tensor q = eg::gauss_newton(f, weighted).product(eg::tensor({1.0, 2.0}), eg::ones({2}));
  check_close(eg::autograd::grad({q.sum()}, {w})[0], eg::tensor(24.0 * 17));
  // inside a level of forward mode
  const auto product = [&](const eg::Tensor& t) {
    return eg::gauss_newton(f, loss).product(t, eg::ones({2}));
  };
  check_close(eg::jvp(product, eg::tensor({1.0, 2.0}), eg::ones({2})).second,
              eg::tensor({96.0, 96.0 * 8}));
}

BOOST_AUTO_TEST_CASE(gauss_newton_errors) {
  check_throws<eg::ShapeError>("[gauss_newton] v has invalid sizes",
                               [] { eg::gauss_newton(tall, quartic).product(kX, eg::ones({2})); });
  check_throws<eg::ShapeError>("the function must return a single element",
                               [] { eg::gauss_newton(tall, tall)(kX); });
  check_throws<eg::DtypeError>("[gauss_newton] argument 0 has dtype int64", [] {
    eg::gauss_newton(tall, quartic)(eg::tensor({1, 2, 3}));
  });
}

BOOST_AUTO_TEST_CASE(laplacian_is_the_trace_of_the_hessian) {
  const auto dense = [](const eg::Tensor& x) { return (x.outer(x).sin() * x.exp()).sum().tanh(); };
  for (const Strategy s : kAll) {
    const eg::FunctionalOptions o{.strategy = s};
    check_close(eg::laplacian(cubic, kX, o), eg::tensor(2 * -2.0 + 6 * -2.0));
    check_close(eg::laplacian(dense, kX, o), eg::hessian(dense, kX).diagonal().sum());
    check_close(eg::laplacian([](const eg::Tensor& x) { return 2 * x.sum(); }, kX, o),
                eg::tensor(0.0));
    check_close(eg::laplacian([](const eg::Tensor&) { return eg::tensor(1.0); }, kX, o),
                eg::tensor(0.0));
    check_close(eg::laplacian([](const eg::Tensor& x) { return x.sum(); }, eg::zeros({0}), o),
                eg::tensor(0.0));
    // harmonic: the real part of (x + i y)^3
    const auto harmonic = [](const std::vector<eg::Tensor>& v) {
      return v[0].pow(3) - 3 * v[0] * v[1].square();
    };
    check_close(eg::laplacian(harmonic, {eg::tensor(0.7), eg::tensor(-1.2)}, o), eg::tensor(0.0));
    check_close(
        eg::laplacian([](const eg::Tensor& x) { return x.pow(3).sum(); }, eg::ones({2, 3}), o),
        eg::tensor(36.0));
  }
  const Eigen::Vector3d x(1.5, -2.0, 0.5);
  const auto l = eg::laplacian(cubic, x);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(l)>, double>);
  BOOST_TEST(std::abs(l + 16.0) < 1e-12);
}

BOOST_AUTO_TEST_CASE(divergence_is_the_trace_of_the_jacobian) {
  const auto f = [](const eg::Tensor& x) { return (x.outer(x).sin() + x.exp()).sum(0).tanh(); };
  for (const Strategy s : kAll) {
    const eg::FunctionalOptions o{.strategy = s};
    check_close(eg::divergence(f, kX, o), eg::jacobian(f, kX).diagonal().sum());
    check_close(eg::divergence([](const eg::Tensor& x) { return x * x; }, eg::ones({2, 2}), o),
                eg::tensor(8.0));
    check_close(
        eg::divergence([](const eg::Tensor& x) { return x.flip({0}); }, eg::tensor({1.0, 2.0}), o),
        eg::tensor(0.0));
    const auto swap = [](const std::vector<eg::Tensor>& v) {
      return std::pair(v[0] * v[1], v[0] + v[1] * v[1]);
    };
    check_close(eg::divergence(swap, {eg::tensor(2.0), eg::tensor(5.0)}, o), eg::tensor(15.0));
  }
  const Eigen::VectorXd at = Eigen::Vector3d(1.5, -2.0, 0.5);
  BOOST_TEST(std::abs(eg::divergence(f, at) - eg::jacobian(f, at).trace()) < 1e-12);
  check_throws<eg::ShapeError>(
      "[divergence] output 0 of the function must have the sizes [3] of its argument: got [2]",
      [] { eg::divergence(pair_of, kX); });
  check_throws<eg::ShapeError>("[divergence] the function must return as many tensors", [] {
    eg::divergence([](const eg::Tensor& x) { return std::pair(x, x); }, kX);
  });
  check_throws<eg::ShapeError>("[laplacian] the function must return a single element",
                               [] { eg::laplacian(pair_of, kX); });
  check_throws<eg::GraphError>("[laplacian] strict mode", [] {
    eg::laplacian([](const eg::Tensor& t) { return t.sum(); }, kX, {.strict = true});
  });
}

BOOST_AUTO_TEST_CASE(traces_recorded_and_with_tangents) {
  const eg::Tensor x = eg::tensor({1.0, 2.0}, eg::requires_grad());
  const auto f = [](const eg::Tensor& t) { return t.pow(4).sum(); };
  const auto field = [](const eg::Tensor& t) { return t.pow(3); };
  for (const Strategy s : kAll) {
    const eg::FunctionalOptions o{.create_graph = true, .strategy = s};
    check_close(eg::autograd::grad({eg::laplacian(f, x, o)}, {x})[0], 24 * x.detach());
    check_close(eg::autograd::grad({eg::divergence(field, x, o)}, {x})[0], 6 * x.detach());
    BOOST_TEST(!eg::laplacian(f, x, {.strategy = s}).requires_grad());
    BOOST_TEST(!eg::divergence(field, x, {.strategy = s}).requires_grad());
  }
  const auto l = [&](const eg::Tensor& t) { return eg::laplacian(f, t); };
  check_close(eg::jvp(l, eg::tensor({1.0, 2.0}), eg::ones({2})).second, eg::tensor(72.0));
}

BOOST_AUTO_TEST_SUITE_END()
