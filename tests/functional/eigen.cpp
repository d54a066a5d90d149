#include <Eigen/Dense>
#include <boost/test/unit_test.hpp>

#include "functional/support.hpp"

using namespace functional_test;

namespace {

/// Compares two Eigen expressions; says what they are.
template <class A, class B>
void check_eigen(const A& got, const B& want, double tolerance = 1e-12) {
  BOOST_REQUIRE_EQUAL(got.rows(), want.rows());
  BOOST_REQUIRE_EQUAL(got.cols(), want.cols());
  const double difference =
      got.size() == 0 ? 0.0 : (got.matrix() - want.matrix()).array().abs().maxCoeff();
  BOOST_TEST_INFO("got\n" << got << "\nwant\n" << want);
  BOOST_TEST(difference <= tolerance);
}

const Eigen::Vector3d kX(1.5, -2.0, 0.5);

Eigen::Vector3d gradient_at(const Eigen::Vector3d& x) {
  return {2 * x[0] * x[1] + 2 * x[2], x[0] * x[0] + 3 * x[1] * x[1], 2 * x[0]};
}
Eigen::Matrix3d hessian_at(const Eigen::Vector3d& x) {
  Eigen::Matrix3d h;
  h << 2 * x[1], 2 * x[0], 2, 2 * x[0], 6 * x[1], 0, 2, 0, 0;
  return h;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(eigen)

BOOST_AUTO_TEST_CASE(value_and_gradient) {
  const Eigen::VectorXd x0 = kX;
  const auto [v, g] = eg::value_and_grad(cubic)(x0);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(v)>, double>);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g)>, Eigen::VectorXd>);
  BOOST_TEST(v == 1.5 * 1.5 * -2.0 - 8.0 + 1.5);
  check_eigen(g, gradient_at(kX));
  check_eigen(eg::grad(cubic)(x0), gradient_at(kX));
  check_eigen(eg::grad([](auto x) { return (x * x).sum(); })(x0), 2 * x0);
}

BOOST_AUTO_TEST_CASE(kinds_of_arguments) {
  const auto g3 = eg::grad(cubic)(kX);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g3)>, Eigen::Vector3d>);
  check_eigen(g3, gradient_at(kX));
  const Eigen::RowVectorXd row = kX.transpose();
  check_eigen(eg::grad(cubic)(row), gradient_at(kX).transpose());
  const Eigen::ArrayXd array = kX.array();
  check_eigen(eg::grad(cubic)(array), gradient_at(kX));
  check_eigen(eg::grad(cubic)(2 * kX), gradient_at(2 * kX));  // an expression
  const double raw[] = {1.5, 0.0, -2.0, 0.0, 0.5, 0.0};
  const Eigen::Map<const Eigen::VectorXd, 0, Eigen::InnerStride<2>> strided(raw, 3);
  check_eigen(eg::grad(cubic)(strided), gradient_at(kX));
  const Eigen::Ref<const Eigen::VectorXd> ref = kX;
  check_eigen(eg::grad(cubic)(ref), gradient_at(kX));
  const Eigen::VectorXd none(0);
  check_eigen(eg::grad([](const eg::Tensor& x) { return x.sum(); })(none), none);

  const Eigen::VectorXf single = kX.cast<float>();
  const auto [v, g] = eg::value_and_grad(cubic)(single);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(v)>, float>);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(g)>, Eigen::VectorXf>);
  check_eigen(g.cast<double>().eval(), gradient_at(kX), 1e-5);
}

BOOST_AUTO_TEST_CASE(matrices_as_arguments) {
  Eigen::MatrixXd a(2, 3);
  a << 1, 2, 3, 4, 5, 6;
  const auto f = [](const eg::Tensor& t) {
    return (t * eg::tensor({{1.0, 10.0, 100.0}, {2.0, 20.0, 200.0}})).sum();
  };
  Eigen::MatrixXd want(2, 3);
  want << 1, 10, 100, 2, 20, 200;
  const auto [v, g] = eg::value_and_grad(f)(a);
  BOOST_TEST(v == 1 + 20 + 300 + 8 + 100 + 1200);
  check_eigen(g, want);
  const Eigen::Matrix<double, 2, 3, Eigen::RowMajor> by_rows = a;
  check_eigen(eg::grad(f)(by_rows), want);
  check_eigen(eg::hvp([](const eg::Tensor& t) { return t.pow(3).sum(); }, a, want),
              (6 * a.array() * want.array()).matrix());
}

BOOST_AUTO_TEST_CASE(jacobian_of_a_vector) {
  const Eigen::VectorXd x0 = kX;
  Eigen::MatrixXd want(2, 3);
  want << -2, 1.5, 0, std::exp(0.5), 0, 1.5 * std::exp(0.5);
  const Eigen::MatrixXd j = eg::jacobian(pair_of, x0);
  check_eigen(j, want);
  check_eigen(eg::jacobian(pair_of, x0, {.strategy = eg::Strategy::Forward}), want);
  const auto fixed = eg::jacobian(pair_of, kX);
  static_assert(fixed.ColsAtCompileTime == 3);
  check_eigen(fixed, want);
  check_eigen(eg::jacobian(cubic, x0), gradient_at(kX).transpose());  // one row
  // a value of several dimensions is read row by row
  const Eigen::MatrixXd tall = eg::jacobian(
      [](const eg::Tensor& x) {
        return x.outer(eg::tensor({1.0, 2.0}));
      },
      x0);
  Eigen::MatrixXd rows(6, 3);
  rows << 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 2;
  check_eigen(tall, rows);
}

BOOST_AUTO_TEST_CASE(hessian_of_a_vector) {
  const Eigen::VectorXd x0 = kX;
  const Eigen::MatrixXd h = eg::hessian(cubic, x0);
  check_eigen(h, hessian_at(kX));
  check_eigen(eg::hessian(cubic, x0, {.strategy = eg::Strategy::Forward}), hessian_at(kX));
  const auto fixed = eg::hessian(cubic, kX);
  static_assert(fixed.RowsAtCompileTime == 3 && fixed.ColsAtCompileTime == 3);
  check_eigen(fixed, hessian_at(kX));
}

BOOST_AUTO_TEST_CASE(products) {
  const Eigen::VectorXd x0 = kX;
  Eigen::VectorXd v(3), w(2);
  v << 2, -3, 0.25;
  w << 1, 4;
  const Eigen::MatrixXd j = eg::jacobian(pair_of, x0);
  const Eigen::VectorXd hv = eg::hvp(cubic, x0, v);
  check_eigen(hv, hessian_at(kX) * v);
  check_eigen(eg::hvp(cubic, x0, v, {.strategy = eg::Strategy::Reverse}), hessian_at(kX) * v);
  check_eigen(eg::vhp(cubic, x0, v), hessian_at(kX) * v);
  check_eigen(eg::hvp(cubic, x0, 2 * v), 2 * hv);  // an expression
  const auto [y, jv] = eg::jvp(pair_of, x0, v);
  check_eigen(jv, j * v);
  check_eigen(y, Eigen::Vector2d(-3.0, 1.5 * std::exp(0.5)));
  const auto [y2, vj] = eg::vjp(pair_of, x0, w);
  check_eigen(vj, j.transpose() * w);
  check_eigen(y2, y);
}

BOOST_AUTO_TEST_CASE(newton_on_eigen_vectors) {
  // the minimum of (x0 - 1)^4 + (x1 + 2)^2 cosh(x0) is at (1, -2)
  const auto f = [](const eg::Tensor& x) {
    return (x[0] - 1).pow(4) + (x[1] + 2).square() * (x[0].exp() + (-x[0]).exp()) / 2;
  };
  Eigen::VectorXd x(2);
  x << 1.5, -1.8;
  for (int i = 0; i < 60; ++i) x -= eg::hessian(f, x).ldlt().solve(eg::grad(f)(x));
  check_eigen(x, Eigen::Vector2d(1.0, -2.0), 1e-6);
}

BOOST_AUTO_TEST_CASE(arguments_are_copied) {
  Eigen::VectorXd x0 = kX;
  eg::Tensor kept;
  const auto keeps = [&](const eg::Tensor& x) {
    kept = x.detach();
    return x.sum();
  };
  eg::grad(keeps)(x0);
  x0.setZero();
  check_close(kept, eg::tensor({1.5, -2.0, 0.5}));
}

BOOST_AUTO_TEST_CASE(errors) {
  const Eigen::VectorXd x0 = kX;
  const Eigen::VectorXd two = Eigen::VectorXd::Ones(2);
  check_throws<eg::ShapeError>("[hvp] v has invalid sizes: tensor 0 has [2] and the argument [3]",
                               [&] { eg::hvp(cubic, x0, two); });
  check_throws<eg::ShapeError>("[vjp] v has invalid sizes", [&] { eg::vjp(pair_of, x0, x0); });
  check_throws<eg::ShapeError>("[hessian] the function must return a single element",
                               [&] { eg::hessian(pair_of, x0); });
  check_throws<eg::ShapeError>("[value_and_grad] the function must return a single element",
                               [&] { eg::value_and_grad(pair_of)(x0); });
}

BOOST_AUTO_TEST_SUITE_END()
