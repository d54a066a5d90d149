#include <Eigen/Dense>
#include <boost/test/unit_test.hpp>
#include <tuple>

#include "functional/support.hpp"

using namespace functional_test;
using eg::Strategy;

namespace {

const eg::Tensor kX = eg::tensor({1.5, -2.0, 0.5});
const eg::Tensor kV =
    eg::tensor({{2.0, -3.0, 0.25}, {0.0, 1.0, 0.0}, {1.0, 1.0, 1.0}, {-0.5, 4.0, 2.0}});
constexpr Strategy kAll[] = {Strategy::Reverse, Strategy::Forward, Strategy::Auto};

eg::FunctionalOptions batched(Strategy s = Strategy::Auto) {
  return {.strategy = s, .is_v_batched = true};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(products_batched)

BOOST_AUTO_TEST_CASE(rows_are_the_products_of_single_vectors) {
  for (const Strategy s : kAll) {
    const auto [y, h] = eg::hvp(cubic, kX, kV, batched(s));
    check_close(y, cubic(kX));
    check_close(h, kV.matmul(cubic_hessian(1.5, -2.0)));
    const auto [z, t] = eg::jvp(pair_of, kX, kV, batched(s));
    check_close(z, pair_of(kX));
    check_close(t, kV.matmul(pair_jacobian(1.5, -2.0, 0.5).t()));
    BOOST_TEST(!(y.requires_grad() || h.requires_grad() || t.requires_grad()));
  }
  check_close(eg::vhp(cubic, kX, kV, batched()).second, kV.matmul(cubic_hessian(1.5, -2.0)));
  const eg::Tensor w = eg::tensor({{1.0, 2.0}, {0.0, -1.0}, {3.0, 0.5}});
  const auto [y, g] = eg::vjp(pair_of, kX, w, batched());
  check_close(y, pair_of(kX));
  check_close(g, w.matmul(pair_jacobian(1.5, -2.0, 0.5)));
}

BOOST_AUTO_TEST_CASE(no_vectors_and_no_dependence) {
  const auto constant = [](const eg::Tensor&) { return eg::ones({2}); };
  for (const Strategy s : kAll) {
    const auto [y, h] = eg::hvp(cubic, kX, eg::zeros({0, 3}), batched(s));
    check_close(y, cubic(kX));
    check_close(h, eg::zeros({0, 3}));
    const auto [z, t] = eg::jvp(pair_of, kX, eg::zeros({0, 3}), batched(s));
    check_close(z, pair_of(kX));
    check_close(t, eg::zeros({0, 2}));
    check_close(eg::jvp(constant, kX, kV, batched(s)).second, eg::zeros({4, 2}));
    check_close(eg::hvp([](const eg::Tensor& x) { return x.sum(); }, kX, kV, batched(s)).second,
                eg::zeros({4, 3}));
  }
  check_close(eg::vjp(constant, kX, eg::ones({5, 2}), batched()).second, eg::zeros({5, 3}));
}

BOOST_AUTO_TEST_CASE(lists_and_shapes) {
  const eg::Tensor a = eg::tensor({{1.0, 2.0}, {3.0, 4.0}}), b = eg::tensor({3.0, -1.0});
  const auto f = [](const std::vector<eg::Tensor>& v) { return (v[0] * v[0] * v[1]).sum(); };
  const eg::Tensor va = eg::arange(12.0).reshape({3, 2, 2}), vb = eg::arange(6.0).reshape({3, 2});
  for (const Strategy s : kAll) {
    const auto [y, h] = eg::hvp(f, {a, b}, {va, vb}, batched(s));
    const auto [z, t] = eg::jvp(f, {a, b}, {va, vb}, batched(s));
    BOOST_TEST((h.at(0).sizes() == eg::DimVector{3, 2, 2}));
    for (int i = 0; i < 3; ++i) {
      const auto single = eg::hvp(f, {a, b}, {va[i], vb[i]});
      check_close(h.at(0)[i], single.second.at(0));
      check_close(h.at(1)[i], single.second.at(1));
      check_close(t[i], eg::jvp(f, {a, b}, {va[i], vb[i]}).second);
    }
  }
  const auto several = [](const eg::Tensor& x) { return std::tuple(x * x, x.sum()); };
  const auto [values, tangents] = eg::jvp(several, kX, kV, batched());
  check_close(values.at(0), kX * kX);
  check_close(tangents.at(0), 2 * kX * kV);
  check_close(tangents.at(1), kV.sum(1));
}

BOOST_AUTO_TEST_CASE(directions_of_eigen_are_columns) {
  const Eigen::Vector3d x(1.5, -2.0, 0.5);
  Eigen::MatrixXd v(3, 2), w(2, 4);
  v << 2, 0, -3, 1, 0.25, -1;
  w << 1, 0, 2, -1, 3, 1, 0, 5;
  const Eigen::MatrixXd j = eg::jacobian(pair_of, x), h = eg::hessian(cubic, x);
  BOOST_TEST((eg::hvp(cubic, x, v) - h * v).norm() < 1e-12);
  BOOST_TEST((eg::vhp(cubic, x, v) - h * v).norm() < 1e-12);
  const auto [y, jv] = eg::jvp(pair_of, x, v);
  BOOST_TEST((jv - j * v).norm() < 1e-12);
  BOOST_TEST(y.size() == 2);
  BOOST_TEST((eg::vjp(pair_of, x, w).second - j.transpose() * w).norm() < 1e-12);
  const Eigen::Matrix<double, 3, 2> fixed = v;
  const auto hv = eg::hvp(cubic, x, fixed);
  static_assert(std::remove_cvref_t<decltype(hv)>::ColsAtCompileTime == 2);
  BOOST_TEST((hv - h * v).norm() < 1e-12);
  const Eigen::MatrixXd none(3, 0);
  BOOST_TEST(eg::hvp(cubic, x, none).cols() == 0);
  BOOST_TEST(eg::hvp(cubic, x, none).rows() == 3);
}

BOOST_AUTO_TEST_CASE(recorded_and_with_tangents) {
  const eg::Tensor x = eg::tensor({1.0, 2.0}, eg::requires_grad());
  const eg::Tensor v = eg::tensor({{1.0, 0.0}, {2.0, 3.0}});
  const auto f = [](const eg::Tensor& t) { return t.pow(4).sum(); };
  const auto g = [](const eg::Tensor& t) { return t.pow(3); };
  const eg::Tensor sums = v.sum(0);
  for (const Strategy s : kAll) {
    eg::FunctionalOptions o = batched(s);
    o.create_graph = true;
    const eg::Tensor at = x.detach();
    check_close(eg::autograd::grad({eg::hvp(f, x, v, o).second.sum()}, {x})[0], 24 * at * sums);
    check_close(eg::autograd::grad({eg::jvp(g, x, v, o).second.sum()}, {x})[0], 6 * at * sums);
    check_close(eg::autograd::grad({eg::vjp(g, x, v, o).second.sum()}, {x})[0], 6 * at * sums);
    const eg::NoGradGuard off;
    BOOST_TEST(eg::jvp(g, x, v, o).second.requires_grad());
  }
  const auto products = [&](const eg::Tensor& t) { return eg::hvp(f, t, v, batched()).second; };
  const eg::Tensor y = eg::tensor({1.0, 2.0}), one = eg::ones({2});
  check_close(eg::jvp(products, y, one).second, 24 * y * v);
  const auto tangents = [&](const eg::Tensor& t) { return eg::jvp(g, t, v, batched()).second; };
  check_close(eg::jvp(tangents, y, one).second, 6 * y * v);
}

BOOST_AUTO_TEST_CASE(errors) {
  check_throws<eg::ShapeError>(
      "[hvp] v has invalid sizes: tensor 0 has [3] and the argument [3]; with is_v_batched, give",
      [] { eg::hvp(cubic, kX, kX, batched()); });
  check_throws<eg::ShapeError>("[jvp] v has invalid sizes: tensor 0 has [2, 4]", [] {
    eg::jvp(cubic, kX, eg::zeros({2, 4}), batched());
  });
  check_throws<eg::ShapeError>("[vjp] v has invalid sizes: tensor 0 has [4, 3] and the value [2]",
                               [] { eg::vjp(pair_of, kX, kV, batched()); });
  check_throws<eg::ShapeError>("[hvp] v has 0 tensor(s) and the argument has 1",
                               [] { eg::hvp(cubic, kX, {}, batched()); });
  const auto f = [](const std::vector<eg::Tensor>& v) { return (v[0] * v[1]).sum(); };
  check_throws<eg::ShapeError>("[vhp] v has 4 directions in tensor 0 and 2 in tensor 1", [&] {
    eg::vhp(f, {kX, kX}, {kV, eg::ones({2, 3})}, batched());
  });
  check_throws<eg::ShapeError>("v has invalid sizes", [] { eg::hvp(cubic, kX, kV); });
  const Eigen::Vector3d x(1.5, -2.0, 0.5);
  const Eigen::MatrixXd wrong = Eigen::MatrixXd::Zero(2, 3);
  check_throws<eg::ShapeError>("[hvp] v has invalid sizes: tensor 0 has [3, 2]",
                               [&] { eg::hvp(cubic, x, wrong); });
  check_throws<eg::GraphError>("[hvp] strict mode", [] {
    eg::hvp([](const eg::Tensor& t) { return t.sum(); }, kX, kV,
            {.strict = true, .is_v_batched = true});
  });
}

BOOST_AUTO_TEST_SUITE_END()
