#include <set>

#include "support.hpp"
#include "support/says.hpp"

namespace linalg_test {
namespace {

Tensor definite_from(const Tensor& x) {
  const Tensor square = eg::matmul(x, x.mT());
  return square + eg::eye(x.size(-1), x.dtype());
}

/// Value, gradient and product with the Hessian of f at the given points.
template <class F>
variable_list derivatives(F f, variable_list x) {
  for (Tensor& t : x) t = t.detach().clone().requires_grad_();
  const Tensor y = f(x);
  const variable_list g = eg::autograd::grad({y}, x, {.create_graph = true});
  Tensor total = eg::zeros({});
  for (const Tensor& t : g) total = total + (t * t.detach()).sum();
  variable_list all = eg::autograd::grad({total}, x);
  all.insert(all.end(), g.begin(), g.end());
  all.push_back(y);
  return all;
}

template <class F, class G>
void check_same(F f, G g, const variable_list& x) {
  const variable_list a = derivatives(f, x);
  const variable_list b = derivatives(g, x);
  for (std::size_t k = 0; k < a.size(); ++k) {
    BOOST_TEST_INFO_SCOPE("derivative " << k);
    BOOST_TEST(distance(a[k], b[k]) <= 1e-11 * (1 + largest(b[k])));
  }
}

const variable_list& points() {
  static const variable_list list = [] {
    eg::manual_seed(5);
    return variable_list{eg::randn({2, 5, 5}), eg::randn({2, 5, 3}), eg::randn({5})};
  }();
  return list;
}

BOOST_AUTO_TEST_SUITE(cholesky_object)

BOOST_AUTO_TEST_CASE(is_what_its_parts_are) {
  using List = variable_list;
  check_same(
      [](const List& x) { return eg::Cholesky(definite_from(x[0])).solve(x[1]).sin().sum(); },
      [](const List& x) { return eg::linalg_solve(definite_from(x[0]), x[1]).sin().sum(); },
      {points()[0], points()[1]});
  check_same(
      [](const List& x) { return eg::Cholesky(definite_from(x[0])).solve(x[1]).sin().sum(); },
      [](const List& x) { return eg::linalg_solve(definite_from(x[0]), x[1]).sin().sum(); },
      {points()[0], points()[2]});
  check_same([](const List& x) { return eg::Cholesky(definite_from(x[0])).logdet().sin().sum(); },
             [](const List& x) { return eg::logdet(definite_from(x[0])).sin().sum(); },
             {points()[0]});
  check_same([](const List& x) { return eg::Cholesky(definite_from(x[0])).inverse().sin().sum(); },
             [](const List& x) { return eg::linalg_inv(definite_from(x[0])).sin().sum(); },
             {points()[0]});
  check_same([](const List& x) { return eg::Cholesky(definite_from(x[0])).lower().sin().sum(); },
             [](const List& x) { return eg::linalg_cholesky(definite_from(x[0])).sin().sum(); },
             {points()[0]});
}

BOOST_AUTO_TEST_CASE(several_uses_of_one_factor) {
  check_same(
      [](const variable_list& x) {
        const eg::Cholesky c(definite_from(x[0]));
        return (c.solve(x[1]) * x[1]).sum() + c.logdet().sum() +
               eg::matmul(c.lower(), c.inverse()).sum();
      },
      [](const variable_list& x) {
        const Tensor a = definite_from(x[0]);
        return (eg::linalg_solve(a, x[1]) * x[1]).sum() + eg::logdet(a).sum() +
               eg::matmul(eg::linalg_cholesky(a), eg::linalg_inv(a)).sum();
      },
      {points()[0], points()[1]});
}

BOOST_AUTO_TEST_CASE(gaussian_likelihood) {
  check_same(
      [](const variable_list& x) {
        const auto [quadratic, log] = eg::inv_quad_logdet(definite_from(x[0]), x[1]);
        return (quadratic.sin() + log).sum();
      },
      [](const variable_list& x) {
        const Tensor a = definite_from(x[0]);
        return ((eg::linalg_solve(a, x[1]) * x[1]).sum(-1).sin() + eg::logdet(a)).sum();
      },
      {points()[0], points()[2]});
}

/// The gradient without a graph takes another way.
BOOST_AUTO_TEST_CASE(gradient_of_the_likelihood) {
  for (const std::int64_t n : {1, 4, 40, 100}) {
    const Tensor a = definite(n, n == 1 ? 1 : 1e3, 9).requires_grad_();
    const Tensor b = random_matrix(n, 1, 10).select(1, 0).requires_grad_();
    const auto gradient = [&](bool record) {
      const auto [quadratic, log] = eg::inv_quad_logdet(a, b);
      return eg::autograd::grad({quadratic * 3 - log}, {a, b}, {.create_graph = record});
    };
    const variable_list fast = gradient(false);
    const variable_list slow = gradient(true);
    for (const std::size_t k : {0u, 1u})
      BOOST_TEST(distance(fast[k], slow[k]) <= 1e-11 * largest(slow[k]));
    BOOST_TEST(distance(fast[0], fast[0].t()) <= 1e-13 * largest(fast[0]));
  }
}

BOOST_AUTO_TEST_CASE(gradients_are_symmetric) {
  const Tensor a = definite(6, 100, 2).requires_grad_();
  const Tensor b = random_matrix(6, 2, 3);
  const eg::Cholesky c(a);
  for (const Tensor& y : {c.solve(b), c.inverse(), c.lower()}) {
    const Tensor g = eg::autograd::grad({y}, {a}, variable_list{random_matrix(6, y.size(1), 4)})[0];
    BOOST_TEST(distance(g, g.t()) <= 1e-14 * largest(g));
  }
}

BOOST_AUTO_TEST_CASE(is_one_family_of_nodes) {
  const Tensor a = definite(3, 10, 2).requires_grad_();
  const eg::Cholesky c(a);
  std::set<std::string> names;
  for (const Tensor& y : {c.solve(eg::ones({3})), c.logdet(), c.inverse(), c.lower()})
    names.insert(y.grad_fn()->name());
  BOOST_TEST((names == std::set<std::string>{
                           "CholeskyFactorSolveBackward0", "CholeskyFactorLogdetBackward0",
                           "CholeskyFactorInverseBackward0", "CholeskyFactorLowerBackward0"}));
}

BOOST_AUTO_TEST_CASE(reads_the_lower_triangle_only) {
  const Tensor a = definite(5, 10, 2);
  const Tensor other = eg::tril(a) + eg::triu(eg::full({5, 5}, 7.0), 1);
  BOOST_TEST(distance(eg::Cholesky(a).inverse(), eg::Cholesky(other).inverse()) == 0);
  BOOST_TEST(distance(eg::linalg_cholesky(a), eg::linalg_cholesky(other)) == 0);
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_CHECK_EXCEPTION(eg::Cholesky(-eg::eye(2)), eg::NumericError,
                        Says{"[Cholesky] the matrix is not positive-definite"});
  BOOST_CHECK_EXCEPTION(eg::Cholesky(eg::ones({2, 3})), eg::ShapeError,
                        Says{"needs square matrices"});
  const eg::Cholesky c(eg::eye(3));
  BOOST_CHECK_EXCEPTION(c.solve(eg::ones({2})), eg::ShapeError, Says{"do not fit the equation"});
  BOOST_CHECK_EXCEPTION(c.solve(eg::ones({})), eg::ShapeError, Says{"B must be a vector"});
  BOOST_CHECK_EXCEPTION(c.solve(eg::ones({3}, eg::kFloat32)), eg::DtypeError, Says{"same dtype"});
  BOOST_CHECK_EXCEPTION(eg::inv_quad_logdet(eg::eye(3), eg::ones({2})), eg::ShapeError,
                        Says{"do not fit b^T A^-1 b"});
  BOOST_CHECK_EXCEPTION(eg::inv_quad_logdet(-eg::eye(3), eg::ones({3})), eg::NumericError,
                        Says{"[inv_quad_logdet] the matrix is not positive-definite"});
  BOOST_CHECK_EXCEPTION(eg::quad_form(eg::eye(3), eg::ones({2})), eg::ShapeError,
                        Says{"do not fit x^T A x"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
