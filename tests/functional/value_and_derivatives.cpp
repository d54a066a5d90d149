#include <Eigen/Dense>
#include <boost/test/unit_test.hpp>
#include <tuple>

#include "functional/support.hpp"

using namespace functional_test;
using eg::Strategy;

namespace {

const eg::Tensor kX = eg::tensor({1.5, -2.0, 0.5});
constexpr Strategy kAll[] = {Strategy::Reverse, Strategy::Forward, Strategy::Auto};

eg::FunctionalOptions with(Strategy s) { return {.strategy = s}; }

template <class A, class B>
void check_eigen(const A& got, const B& want, double tolerance = 1e-12) {
  BOOST_REQUIRE_EQUAL(got.rows(), want.rows());
  BOOST_REQUIRE_EQUAL(got.cols(), want.cols());
  BOOST_TEST((got - want).norm() <= tolerance);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(value_and_derivatives)

BOOST_AUTO_TEST_CASE(jacobian_of_a_tensor) {
  for (const Strategy s : kAll) {
    const auto [v, j] = eg::value_and_jacobian(pair_of, kX, with(s));
    check_close(v, pair_of(kX));
    check_close(j, pair_jacobian(1.5, -2.0, 0.5));
    BOOST_TEST(!v.requires_grad());
    BOOST_TEST(!j.requires_grad());
  }
}

BOOST_AUTO_TEST_CASE(jacobian_of_lists_and_several_outputs) {
  const eg::Tensor a = eg::tensor({1.0, 2.0}), b = eg::tensor({3.0, 4.0, 5.0});
  for (const Strategy s : kAll) {
    const auto [v, j] = eg::value_and_jacobian(
        [](const std::vector<eg::Tensor>& x) { return x[0].sum() * x[1]; }, {a, b}, with(s));
    check_close(v, 3 * b);
    BOOST_REQUIRE(j.size() == 2u);
    check_close(j[0], b.unsqueeze(1).expand({3, 2}));
    check_close(j[1], 3 * eg::eye(3));
    const auto [values, js] = eg::value_and_jacobian(
        [](const eg::Tensor& t) { return std::tuple(t.sum(), 2 * t); }, a, with(s));
    check_close(values.at(0), eg::tensor(3.0));
    check_close(values.at(1), 2 * a);
    check_close(js.at(0), eg::ones({2}));
    check_close(js.at(1), 2 * eg::eye(2));
  }
}

BOOST_AUTO_TEST_CASE(hessian_of_a_tensor) {
  for (const Strategy s : kAll) {
    const auto [v, g, h] = eg::value_grad_hessian(cubic, kX, with(s));
    check_close(v, cubic(kX));
    check_close(g, cubic_gradient(1.5, -2.0, 0.5));
    check_close(h, cubic_hessian(1.5, -2.0));
    BOOST_TEST(!(v.requires_grad() || g.requires_grad() || h.requires_grad()));
    const auto [v2, h2] = eg::value_and_hessian(cubic, kX, with(s));
    check_close(v2, v);
    check_close(h2, h);
  }
}

BOOST_AUTO_TEST_CASE(f_is_evaluated_once) {
  int calls = 0;
  const auto counted = [&](const eg::Tensor& x) {
    ++calls;
    return cubic(x);
  };
  eg::value_grad_hessian(counted, kX);
  BOOST_TEST(calls == 1);
  calls = 0;
  eg::value_and_jacobian(counted, kX, with(Strategy::Reverse));
  BOOST_TEST(calls == 1);
  calls = 0;
  eg::value_and_jacobian(counted, kX, with(Strategy::Forward));
  BOOST_TEST(calls == 3);  // a column each
}

BOOST_AUTO_TEST_CASE(lists) {
  const eg::Tensor a = eg::tensor({1.0, 2.0}), b = eg::tensor({3.0, -1.0});
  const auto f = [](const std::vector<eg::Tensor>& v) { return (v[0] * v[0] * v[1]).sum(); };
  for (const Strategy s : kAll) {
    const auto [v, g, h] = eg::value_grad_hessian(f, {a, b}, with(s));
    check_close(v, f({a, b}));
    check_close(g.at(0), 2 * a * b);
    check_close(g.at(1), a * a);
    check_close(h.at(0).at(1), 2 * a.unsqueeze(1) * eg::eye(2));
    const auto [v2, h2] = eg::value_and_hessian(f, {a, b}, with(s));
    check_close(v2, v);
    check_close(h2.at(1).at(1), eg::zeros({2, 2}));
  }
}

BOOST_AUTO_TEST_CASE(eigen_types) {
  const Eigen::Vector3d x(1.5, -2.0, 0.5);
  const auto [v, j] = eg::value_and_jacobian(pair_of, x);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(v)>, Eigen::VectorXd>);
  static_assert(std::remove_cvref_t<decltype(j)>::ColsAtCompileTime == 3);
  check_eigen(v, Eigen::Vector2d(-3.0, 1.5 * std::exp(0.5)));
  check_eigen(j, eg::jacobian(pair_of, x));

  const Eigen::VectorXd dynamic = x;
  const auto [y, g, h] = eg::value_grad_hessian(cubic, dynamic);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(y)>, double>);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g)>, Eigen::VectorXd>);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(h)>, Eigen::MatrixXd>);
  BOOST_TEST(y == cubic(kX).item<double>());
  check_eigen(g, eg::grad(cubic)(dynamic));
  check_eigen(h, eg::hessian(cubic, dynamic));

  const Eigen::Vector3f single = x.cast<float>();
  const auto [y1, g1, h1] = eg::value_grad_hessian(cubic, single);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(y1)>, float>);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g1)>, Eigen::Vector3f>);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(h1)>, Eigen::Matrix3f>);
  check_eigen(h1.cast<double>().eval(), h, 1e-5);
  const auto [y2, h2] = eg::value_and_hessian(cubic, dynamic);
  BOOST_TEST(y2 == y);
  check_eigen(h2, h);
}

BOOST_AUTO_TEST_CASE(empty_arguments_and_values) {
  for (const Strategy s : kAll) {
    const auto [v, j] =
        eg::value_and_jacobian([](const eg::Tensor& x) { return x * 2; }, eg::zeros({0}), with(s));
    check_close(v, eg::zeros({0}));
    check_close(j, eg::zeros({0, 0}));
    const auto [y, g, h] = eg::value_grad_hessian([](const eg::Tensor& x) { return x.sum() + 4; },
                                                  eg::zeros({0}), with(s));
    check_close(y, eg::tensor(4.0));
    check_close(g, eg::zeros({0}));
    check_close(h, eg::zeros({0, 0}));
    const auto [c, gc, hc] =
        eg::value_grad_hessian([](const eg::Tensor&) { return eg::tensor(7.0); }, kX, with(s));
    check_close(c, eg::tensor(7.0));
    check_close(gc, eg::zeros({3}));
    check_close(hc, eg::zeros({3, 3}));
  }
}

BOOST_AUTO_TEST_CASE(recorded_on_request) {
  const eg::Tensor x = eg::tensor({1.0, 2.0}, eg::requires_grad());
  for (const Strategy s : kAll) {
    const eg::FunctionalOptions o{.create_graph = true, .strategy = s};
    const auto [v, g, h] =
        eg::value_grad_hessian([](const eg::Tensor& t) { return t.pow(3).sum(); }, x, o);
    check_close(eg::autograd::grad({v}, {x}, {}, true)[0], 3 * x.detach() * x.detach());
    check_close(eg::autograd::grad({g.sum()}, {x}, {}, true)[0], 6 * x.detach());
    check_close(eg::autograd::grad({h.sum()}, {x})[0], eg::tensor({6.0, 6.0}));
    const auto [y, j] = eg::value_and_jacobian([](const eg::Tensor& t) { return t.pow(2); }, x, o);
    check_close(eg::autograd::grad({y.sum()}, {x}, {}, true)[0], 2 * x.detach());
    check_close(eg::autograd::grad({j.sum()}, {x})[0], eg::tensor({2.0, 2.0}));
    const auto constants = eg::value_and_jacobian(pair_of, kX.clone().requires_grad_(), with(s));
    BOOST_TEST(!constants.first.requires_grad());
  }
}

BOOST_AUTO_TEST_CASE(tangents_pass_through) {
  const eg::autograd::DualLevel level;
  const eg::Tensor x = eg::autograd::make_dual(eg::tensor({2.0}), eg::tensor({1.0}));
  const auto [v, g, h] =
      eg::value_grad_hessian([](const eg::Tensor& t) { return t.pow(4).sum(); }, x);
  check_close(eg::autograd::unpack_dual(v).tangent, eg::tensor(32.0));
  check_close(eg::autograd::unpack_dual(g).tangent, eg::tensor({48.0}));
  check_close(eg::autograd::unpack_dual(h).tangent, eg::tensor({{48.0}}));
}

BOOST_AUTO_TEST_CASE(errors) {
  check_throws<eg::ShapeError>(
      "[value_grad_hessian] the function must return a single element: got sizes [2]",
      [] { eg::value_grad_hessian(pair_of, kX); });
  check_throws<eg::DtypeError>("[value_and_jacobian] argument 0 has dtype int64", [] {
    eg::value_and_jacobian(pair_of, eg::tensor({1, 2, 3}));
  });
  check_throws<eg::GraphError>("[value_and_hessian] grad requires non-empty inputs", [] {
    eg::value_and_hessian([](const std::vector<eg::Tensor>&) { return eg::tensor(1.0); },
                          std::vector<eg::Tensor>{});
  });
  for (const std::int64_t bad : {0, -3}) {
    check_throws<eg::ValueError>(
        "[jacobian] chunk_size is " + std::to_string(bad) + "; give a positive one",
        [&] { eg::jacobian(pair_of, kX, {.chunk_size = bad}); });
    check_throws<eg::ValueError>("[hessian] chunk_size is",
                                 [&] { eg::hessian(cubic, kX, {.chunk_size = bad}); });
    check_throws<eg::ValueError>("[vjp] chunk_size is",
                                 [&] { eg::vjp(cubic, kX, {}, {.chunk_size = bad}); });
  }
  check_close(eg::jacobian(pair_of, kX, {.chunk_size = 1}), pair_jacobian(1.5, -2.0, 0.5));
  check_throws<eg::GraphError>("[value_grad_hessian] strict mode", [] {
    eg::value_grad_hessian([](const eg::Tensor& x) { return x.sum(); }, kX, {.strict = true});
  });
}

BOOST_AUTO_TEST_CASE(gradient_into_memory) {
  const Eigen::VectorXd x = Eigen::Vector3d(1.5, -2.0, 0.5);
  const Eigen::VectorXd want = eg::grad(cubic)(x);
  const auto f = eg::value_and_grad(cubic);
  Eigen::VectorXd g(3);
  BOOST_TEST(f.into(x, g) == cubic(kX).item<double>());
  check_eigen(g, want);
  double raw[6] = {};
  const double before = f.into(x, Eigen::Map<Eigen::VectorXd, 0, Eigen::InnerStride<2>>(raw, 3));
  BOOST_TEST(before == cubic(kX).item<double>());
  BOOST_TEST(raw[4] == want[2]);
  BOOST_TEST(raw[1] == 0.0);
  Eigen::MatrixXd columns = Eigen::MatrixXd::Zero(3, 2);
  f.into(x, columns.col(1));
  check_eigen(columns.col(1), want);
  Eigen::RowVectorXd row(3);
  f.into(Eigen::RowVectorXd(x.transpose()), row);
  check_eigen(row, want.transpose());
  Eigen::MatrixXd m = Eigen::MatrixXd::Random(2, 3), gm(2, 3);
  eg::value_and_grad([](const eg::Tensor& t) { return t.pow(2).sum(); }).into(m, gm);
  check_eigen(gm, 2 * m);

  const eg::Tensor into = eg::zeros({3});
  check_close(f.into(kX, into), cubic(kX));
  check_close(into, cubic_gradient(1.5, -2.0, 0.5));
  const std::vector<eg::Tensor> lists{eg::zeros({3}), eg::zeros({3})};
  eg::value_and_grad([](const std::vector<eg::Tensor>& v) {
    return (v[0] * v[1]).sum();
  }).into({kX, kX + 1}, lists);
  check_close(lists[0], kX + 1);
  check_close(lists[1], kX);

  Eigen::VectorXd two = Eigen::VectorXd::Zero(2);
  check_throws<eg::ShapeError>(
      "[value_and_grad] the memory for the gradient has 2 x 1 elements and the argument 3 x 1",
      [&] { f.into(x, two); });
  BOOST_TEST(two.norm() == 0.0);
  check_throws<eg::ShapeError>("the memory for gradient 0 has sizes [2] and the argument [3]",
                               [&] { f.into(kX, eg::zeros({2})); });
  check_throws<eg::GraphError>("the memory for gradient 0 requires grad",
                               [&] { f.into(kX, eg::zeros({3}, eg::requires_grad())); });
}

BOOST_AUTO_TEST_SUITE_END()
