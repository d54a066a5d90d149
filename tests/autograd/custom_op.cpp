#include <Eigen/Dense>

#include "autograd/custom_support.hpp"

/// custom_op(): operators from lambdas.
namespace autograd_test {
namespace {

using eg::custom_op;

const auto cube = custom_op([](const Tensor& x) { return x * x * x; },
                            [](const Tensor& g, const Tensor& x) { return g * 3 * x * x; },
                            [](const Tensor& t, const Tensor& x) { return t * 3 * x * x; });

/// a b and a + b, of two outputs.
const auto both =
    custom_op([](const Tensor& a, const Tensor& b) { return std::pair(a * b, a + b); },
              [](const variable_list& g, const Tensor& a, const Tensor& b) {
                return std::array{g[0] * b + g[1], g[0] * a + g[1]};
              },
              [](const Tensor& ta, const Tensor& tb, const Tensor& a, const Tensor& b) {
                return std::pair(ta * b + a * tb, ta + tb);
              });

const eg::GradcheckOptions both_modes{.check_forward_ad = true};

}  // namespace

BOOST_FIXTURE_TEST_CASE(custom_op_of_one_tensor, Balanced) {
  const Tensor x = eg::tensor({1.0, 2.0}, tracked);
  const Tensor y = cube(x);
  BOOST_TEST(equals(y, {1.0, 8.0}));
  BOOST_TEST(name_of(y) == "CustomOpBackward");
  BOOST_TEST(name_of(cube.named("cube")(x)) == "cubeBackward");
  y.sum().backward();
  BOOST_TEST(equals(x.grad(), {3.0, 12.0}));
  BOOST_TEST(eg::gradcheck(cube, x, both_modes));
  BOOST_TEST(eg::gradgradcheck(cube, x, both_modes));
  const Tensor second =
      ag::grad({ag::grad({cube(x).sum()}, {x}, {}, true, true)[0].sum()}, {x}, {}, true, true)[0];
  BOOST_TEST(equals(second, {6.0, 12.0}));
  BOOST_TEST(equals(ag::grad({second.sum()}, {x})[0], {6.0, 6.0}));
}

BOOST_FIXTURE_TEST_CASE(custom_op_of_several_tensors, Balanced) {
  const Tensor a = eg::tensor({1.0, 2.0}, tracked), b = eg::tensor({3.0, -4.0}, tracked);
  const std::pair<Tensor, Tensor> y = both(a, b);
  (y.first + 10 * y.second).sum().backward();
  BOOST_TEST(equals(a.grad(), {13.0, 6.0}));
  BOOST_TEST(equals(b.grad(), {11.0, 12.0}));
  BOOST_TEST(eg::gradcheck(both, a, b, both_modes));
  BOOST_TEST(eg::gradgradcheck(both, a, b, both_modes));
}

BOOST_FIXTURE_TEST_CASE(custom_op_of_a_list, Balanced) {
  const auto total = custom_op(
      [](const variable_list& x) {
        Tensor sum = x[0].clone();
        for (std::size_t i = 1; i < x.size(); ++i) sum = sum + x[i];
        return sum;
      },
      [](const Tensor& g, const variable_list& x) { return variable_list(x.size(), g); },
      [](const variable_list& t) { return t[0] + t[1] + t[2]; });
  const variable_list x = {eg::tensor({1.0}, tracked), eg::tensor({2.0}, tracked),
                           eg::tensor({3.0}, tracked)};
  BOOST_TEST(equals(total(x), {6.0}));
  BOOST_TEST(eg::gradcheck(total, x, both_modes));
}

BOOST_FIXTURE_TEST_CASE(custom_op_keeps_only_what_its_rules_take, Balanced) {
  const Tensor x = eg::ones({100}, tracked);
  const auto linear =
      custom_op([](const Tensor& v) { return v * 2; }, [](const Tensor& g) { return g * 2; });
  const auto exp = custom_op([](const Tensor& v) { return v.exp(); },
                             [](const Tensor& g, const Tensor&, const Tensor& y) { return g * y; });
  const Alive before;
  Tensor y = linear(x * 1);
  BOOST_TEST(Alive().storages - before.storages == 1);
  y.sum().backward({}, true);
  BOOST_TEST(equals(x.grad(), eg::full({100}, 2.0)));
  y = exp(x);
  std::weak_ptr<ag::Node> weak = y.grad_fn();
  BOOST_TEST(eg::gradgradcheck(exp, eg::tensor({0.5}, tracked)));
  y.reset();
  BOOST_TEST(weak.expired());
}

BOOST_FIXTURE_TEST_CASE(custom_op_around_a_solver_of_another_library, Balanced) {
  // x = A^-1 b by Eigen; with c = A^-T g the gradients are -c x^T and c.
  const auto solve = custom_op(
                         [](const Tensor& a, const Tensor& b) {
                           const Eigen::MatrixXd m = a.detach().matrix<double>();
                           const Eigen::VectorXd v = b.detach().vector<double>();
                           return eg::from_eigen(m.partialPivLu().solve(v));
                         },
                         [](const Tensor& g, const Tensor& a, const Tensor&, const Tensor& x) {
                           const Eigen::MatrixXd m = a.detach().matrix<double>().transpose();
                           const Eigen::VectorXd v = g.detach().contiguous().vector<double>();
                           const Tensor c = eg::from_eigen(m.partialPivLu().solve(v));
                           return std::pair(-eg::outer(c, x), c);
                         })
                         .named("solve")
                         .once_differentiable();
  const Tensor a = eg::tensor({{4.0, 1.0}, {2.0, 3.0}}, tracked);
  const Tensor b = eg::tensor({1.0, 2.0}, tracked);
  BOOST_TEST(eg::gradcheck(solve, a, b));
  const Tensor g = ag::grad({solve(a, b).sum()}, {a}, {}, true, true)[0];
  BOOST_CHECK_EXCEPTION(g.sum().backward(), eg::GraphError,
                        SaysAll("[solve]", "trying to differentiate twice"));
}

BOOST_FIXTURE_TEST_CASE(custom_op_without_jvp_stops_tangents, Balanced) {
  const auto op =
      custom_op([](const Tensor& x) { return x * 2; }, [](const Tensor& g) { return g * 2; });
  const Tensor x = eg::tensor({1.0});
  const ag::DualLevel level;
  const Tensor dual = ag::make_dual(x, x);
  BOOST_CHECK_EXCEPTION(op(dual), eg::NotImplementedError, SaysAll("[CustomOp]", "has no jvp()"));
  BOOST_TEST(!ag::unpack_dual(op(x)).tangent.defined());
}

BOOST_FIXTURE_TEST_CASE(custom_op_serves_the_transformations, Balanced) {
  const auto f = [](const Tensor& x) { return cube(x).sum(); };
  const Tensor x = eg::tensor({1.0, 2.0});
  BOOST_TEST(equals(eg::hessian(f, x), {{6.0, 0.0}, {0.0, 12.0}}));
  BOOST_TEST(equals(eg::jacobian(cube, x), {{3.0, 0.0}, {0.0, 12.0}}));
  const Eigen::Vector2d v(1, 2);
  BOOST_TEST(eg::hessian(f, v)(1, 1) == 12);
}

}  // namespace autograd_test
