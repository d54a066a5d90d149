#include "support.hpp"

/// Backward errors that do not depend on the condition, and forward errors within it.
namespace linalg_test {
namespace {

/// Extents on both sides of where kernels change.
const std::vector<std::int64_t>& extents() {
  static const std::vector<std::int64_t> list{1, 2, 4, 5, 16, 17, 25, 63, 64, 65, 130, 257, 531};
  return list;
}

BOOST_AUTO_TEST_SUITE(accuracy)

BOOST_AUTO_TEST_CASE(cholesky_gives_the_matrix_back) {
  for (const std::int64_t n : extents())
    for (const double condition : {1.0, 1e6, 1e12}) {
      BOOST_TEST_INFO_SCOPE("n " << n << ", condition " << condition);
      const Tensor a = definite(n, n == 1 ? 1 : condition, 3);
      const Tensor l = eg::linalg_cholesky(a);
      const double bound = 4 * static_cast<double>(n) * kEpsilon;
      BOOST_TEST(distance(eg::matmul(l, l.t()), a) <= bound);
      BOOST_TEST(largest(eg::triu(l, 1)) == 0);
      BOOST_TEST(distance(eg::linalg_cholesky(a, true), l.t()) == 0);
      const Tensor inverse = eg::cholesky_inverse(l);
      BOOST_TEST(distance(eg::matmul(a, inverse), eg::eye(n)) <= 10 * bound * condition);
      BOOST_TEST(distance(inverse, inverse.t()) <= bound * largest(inverse));
    }
}

BOOST_AUTO_TEST_CASE(lu_gives_the_matrix_back) {
  for (const std::int64_t n : extents())
    for (const std::int64_t m : {n, n / 2 + 1, 2 * n}) {
      BOOST_TEST_INFO_SCOPE("n " << n << ", m " << m);
      const Tensor a = random_matrix(n, m, 8);
      const auto [p, l, u] = eg::linalg_lu(a);
      const double bound = 10 * static_cast<double>(n) * kEpsilon * largest(a);
      BOOST_TEST(distance(eg::matmul(p, eg::matmul(l, u)), a) <= bound);
      BOOST_TEST(largest(l) <= 1);  // partial pivoting
      const auto [packed, pivots] = eg::linalg_lu_factor(a);
      BOOST_TEST(distance(eg::tril(packed, -1).narrow(1, 0, std::min(n, m)), eg::tril(l, -1)) == 0);
      const auto [q, l2, u2] = eg::lu_unpack(packed, pivots);
      BOOST_TEST(distance(q, p) == 0);
      BOOST_TEST(distance(u2, u) == 0);
    }
}

BOOST_AUTO_TEST_CASE(lu_without_exchanges) {
  for (const std::int64_t n : extents()) {
    BOOST_TEST_INFO_SCOPE("n " << n);
    const Tensor a = random_matrix(n, n + 3, 8) + 4 * static_cast<double>(n) * eg::eye(n, n + 3);
    const auto [p, l, u] = eg::linalg_lu(a, false);
    BOOST_TEST(distance(p, eg::eye(n)) == 0);
    BOOST_TEST(distance(eg::matmul(l, u), a) <= 10 * kEpsilon * largest(a));
  }
}

/// Which are done by blocks, or by LAPACK.
BOOST_AUTO_TEST_CASE(larger_than_tiles) {
  constexpr std::int64_t n = 530;
  const double bound = 10 * static_cast<double>(n) * kEpsilon;
  const Tensor a = definite(n, 100, 3);
  const Tensor l = eg::linalg_cholesky(a);
  BOOST_TEST(distance(eg::matmul(l, l.t()), a) <= bound);
  BOOST_TEST(largest(eg::triu(l, 1)) == 0);
  BOOST_TEST(distance(eg::matmul(a, eg::linalg_inv(a)), eg::eye(n)) <= 100 * bound);
  const auto [p, lower, upper] = eg::linalg_lu(random_matrix(n, n, 8));
  BOOST_TEST(distance(eg::matmul(p, eg::matmul(lower, upper)), random_matrix(n, n, 8)) <=
             bound * largest(random_matrix(n, n, 8)));
  const Tensor b = random_matrix(n, 3, 5);
  for (const bool adjoint : {false, true}) {
    const auto [lu, pivots] = eg::linalg_lu_factor(a + eg::triu(a, 1));
    const Tensor x = eg::linalg_lu_solve(lu, pivots, b, true, adjoint);
    const Tensor m = a + eg::triu(a, 1);
    BOOST_TEST(distance(eg::matmul(adjoint ? m.t() : m, x), b) <= 100 * bound * largest(x));
    const Tensor y = eg::linalg_solve_triangular(adjoint ? l.t() : l, b, adjoint);
    BOOST_TEST(distance(eg::matmul(adjoint ? l.t() : l, y), b) <= bound * largest(y));
  }
  Tensor indefinite = a.clone();
  indefinite[520][520].fill_(-1.0);
  const auto [rest, order] = eg::linalg_cholesky_ex(indefinite);
  BOOST_TEST(order.item<std::int64_t>() == 521);
  BOOST_TEST(largest(eg::triu(rest, 1)) == 0);
}

/// The computed x solves (A + dA) x = b with a small dA, so |x' - x| <= condition |dA| / |A| |x|.
BOOST_AUTO_TEST_CASE(solutions_are_within_the_condition) {
  for (const std::int64_t n : extents())
    for (const double condition : {1e1, 1e6, 1e12}) {
      if (n < 2) continue;
      BOOST_TEST_INFO_SCOPE("n " << n << ", condition " << condition);
      const Tensor a = conditioned(n, condition, 11);
      const Tensor x = random_matrix(n, 3, 12);
      const Tensor b = eg::matmul(a, x);
      const double bound = 10 * static_cast<double>(n) * kEpsilon;
      const Tensor y = eg::linalg_solve(a, b);
      BOOST_TEST(distance(eg::matmul(a, y), b) <= bound * frobenius(y));
      BOOST_TEST(frobenius(y - x) <= bound * condition * frobenius(x));
      const Tensor right = eg::linalg_solve(a.t(), b.t(), false);
      BOOST_TEST(frobenius(right.t() - x) <= bound * condition * frobenius(x));
      const Tensor inverse = eg::linalg_inv(a);
      BOOST_TEST(frobenius(eg::matmul(inverse, a) - eg::eye(n)) <= bound * condition);
      BOOST_TEST(frobenius(inverse) <= 2 * std::sqrt(static_cast<double>(n)) * condition);
      const Tensor log = std::get<1>(eg::linalg_slogdet(a));
      const Tensor known = eg::log(spread(n, condition)).sum();
      BOOST_TEST(distance(log, known) <= bound * condition);
    }
}

BOOST_AUTO_TEST_CASE(triangles_are_solved_to_the_last_digits) {
  for (const std::int64_t n : extents())
    for (const bool upper : {false, true}) {
      BOOST_TEST_INFO_SCOPE("n " << n << (upper ? ", upper" : ", lower"));
      const Tensor full = random_matrix(n, n, 5) + 2 * static_cast<double>(n) * eg::eye(n);
      const Tensor t = upper ? eg::triu(full) : eg::tril(full);
      const Tensor b = random_matrix(n, 70, 6);
      const double bound = 10 * kEpsilon * largest(b);
      for (const Tensor& given : {full, full.t().contiguous().t()}) {
        const Tensor x = eg::linalg_solve_triangular(given, b, upper);
        BOOST_TEST(distance(eg::matmul(t, x), b) <= bound);
        const Tensor columns = b.t().contiguous().t();
        BOOST_TEST(distance(eg::linalg_solve_triangular(given, columns, upper), x) <= bound);
        const Tensor right = eg::linalg_solve_triangular(given, b.t(), upper, false);
        BOOST_TEST(distance(eg::matmul(right, t), b.t()) <= bound);
      }
    }
}

BOOST_AUTO_TEST_CASE(hilbert_matrices) {
  double condition = 30;  // grows about thirtyfold with each row
  double det = 1.0 / 12;  // of 2 rows
  for (std::int64_t n = 2; n <= 9; ++n) {
    BOOST_TEST_INFO_SCOPE("n " << n);
    const Tensor h = hilbert(n);
    const double bound = 10 * static_cast<double>(n) * kEpsilon * condition;
    BOOST_TEST(std::abs(eg::linalg_det(h).item<double>() / det - 1) <= bound);
    BOOST_TEST(std::abs(eg::logdet(h).item<double>() - std::log(det)) <= bound);
    const Tensor l = eg::linalg_cholesky(h);
    BOOST_TEST(distance(eg::matmul(l, l.t()), h) <= 4 * kEpsilon);
    // The inverse is of integers: its first element is n^2.
    const double first = static_cast<double>(n * n);
    const Tensor inverse = eg::linalg_inv(h);
    BOOST_TEST(std::abs(inverse[0][0].item<double>() / first - 1) <= bound);
    BOOST_TEST(std::abs(eg::cholesky_inverse(l)[0][0].item<double>() / first - 1) <= bound);
    const Tensor ones = eg::ones({n});
    BOOST_TEST(distance(eg::linalg_solve(h, eg::matmul(h, ones)), ones) <= bound);
    condition *= 35;
    // det(H_(n+1)) / det(H_n) = (n!)^4 / ((2n)! (2n+1)!)
    double ratio = 1;
    for (std::int64_t k = 1; k <= n; ++k) {
      const auto i = static_cast<double>(k);
      ratio *= i * i * i * i / ((2 * i - 1) * (2 * i) * (2 * i) * (2 * i + 1));
    }
    det *= ratio;
  }
}

/// Rules against those written in operators, which gradcheck proves at small extents.
BOOST_AUTO_TEST_CASE(gradients_of_large_factors) {
  for (const std::int64_t n : extents()) {
    for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32}) {
      BOOST_TEST_INFO_SCOPE("n " << n << ", " << dtype);
      const Tensor a = definite(n, n == 1 ? 1 : 1e3, 3).to(dtype).requires_grad_();
      const Tensor g = random_matrix(n, n, 4).to(dtype);
      for (const bool upper : {false, true}) {
        const auto gradient = [&](bool recorded) {
          return eg::autograd::grad({eg::linalg_cholesky(a, upper)}, {a},
                                    {.grad_outputs = {g}, .create_graph = recorded})[0];
        };
        const Tensor fast = gradient(false);
        const double bound = dtype == eg::kFloat64 ? 1e-10 : 1e-4;
        BOOST_TEST(distance(fast, gradient(true)) <= bound * largest(fast));
        BOOST_TEST(distance(fast, fast.t()) == 0);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
