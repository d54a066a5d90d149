#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/ops/linalg/eig.hpp"
#include "eigengrad/ops/linalg/eigh.hpp"
#include "eigengrad/ops/linalg/lstsq.hpp"
#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/norms.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/linalg/pseudoinverse.hpp"
#include "eigengrad/ops/linalg/qr.hpp"
#include "eigengrad/ops/linalg/solves.hpp"
#include "eigengrad/ops/linalg/svd.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/bands.hpp"
#include "support/array.hpp"
#include "support/says.hpp"

/// Decompositions where the table cannot follow them: sizes that LAPACK gets, ill-conditioned and
/// degenerate matrices against closed forms, and bounds of errors.
namespace eigengrad {
namespace {

using autograd::grad;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double largest(const Tensor& x) { return x.numel() == 0 ? 0 : x.abs().max().item<double>(); }

void check_near(const Tensor& actual, const Tensor& expected, double bound) {
  BOOST_REQUIRE_EQUAL(actual.sizes(), expected.sizes());
  BOOST_TEST(largest(actual - expected) <= bound);
}

Tensor uniform(const support::Sizes& sizes, std::uint64_t seed) {
  return support::to_tensor(support::uniform(sizes, -1, 1, seed));
}

/// n x n with orthonormal columns, by a decomposition of its own: Cayley's transform of a skew matrix.
Tensor orthogonal(std::int64_t n, std::uint64_t seed) {
  const Tensor a = uniform({n, n}, seed), skew = (a - a.mT()) / static_cast<double>(n);
  return linalg_solve(eye(n) + skew, eye(n) - skew);
}

/// Singular values from 1 down to 1 / condition, in equal ratios.
Tensor graded(std::int64_t n, double condition) { return logspace(0, -std::log10(condition), n); }
Tensor with_condition(std::int64_t m, std::int64_t n, double condition) {
  const std::int64_t k = std::min(m, n);
  return matmul(orthogonal(m, 1).narrow(1, 0, k) * graded(k, condition),
                orthogonal(n, 2).narrow(1, 0, k).mT());
}
Tensor hilbert(std::int64_t n) {
  const Tensor i = arange(n, dtype(kFloat64));
  return (i.unsqueeze(0) + i.unsqueeze(1) + 1).reciprocal();
}

Tensor gradient(const Tensor& y, const Tensor& x) { return grad({y}, {x})[0]; }
Tensor tracked(const Tensor& x) { return x.detach().clone().requires_grad_(); }

BOOST_AUTO_TEST_SUITE(decompositions)

// ---- Identities, at sizes on both sides of what LAPACK gets.

BOOST_AUTO_TEST_CASE(symmetric_identities) {
  for (const std::int64_t n : {1, 5, 64, 230})
    for (const ScalarType type : {kFloat64, kFloat32}) {
      const Tensor x = uniform({n, n}, 3), a = (x + x.mT()).to(type);
      const double e = (type == kFloat32 ? 0x1p-23 : kEpsilon) * static_cast<double>(n);
      const auto [l, v] = linalg_eigh(a);
      check_near(matmul(a, v), v * l, 4 * e * largest(l));
      check_near(matmul(v.mT(), v), eye(n, a.options()), 4 * e);
      BOOST_TEST((l.slice(0, 1) - l.slice(0, 0, n - 1)).ge(0).all().item<bool>());
      check_near(linalg_eigvalsh(a), l, 4 * e * largest(l));
      const auto [upper, w] = linalg_eigh(a.triu(), "U");
      check_near(upper, l, 4 * e * largest(l));
    }
}

BOOST_AUTO_TEST_CASE(singular_identities) {
  const std::pair<std::int64_t, std::int64_t> extents[] = {{1, 1},   {7, 4},   {4, 7},
                                                           {60, 50}, {50, 60}, {70, 70}};
  for (const auto& [m, n] : extents)
    for (const bool full : {false, true})
      for (const ScalarType type : {kFloat64, kFloat32}) {
        const Tensor a = uniform({m, n}, 4).to(type);
        const double e =
            (type == kFloat32 ? 0x1p-23 : kEpsilon) * static_cast<double>(std::max(m, n));
        const auto [u, s, vh] = linalg_svd(a, full);
        const std::int64_t k = std::min(m, n);
        BOOST_TEST(u.sizes() == IntArrayRef({m, full ? m : k}));
        BOOST_TEST(vh.sizes() == IntArrayRef({full ? n : k, n}));
        check_near(matmul(u.narrow(1, 0, k) * s, vh.narrow(0, 0, k)), a, 4 * e * largest(s));
        check_near(matmul(u.mT(), u), eye(u.size(1), a.options()), 4 * e);
        check_near(matmul(vh, vh.mT()), eye(vh.size(0), a.options()), 4 * e);
        check_near(linalg_svdvals(a), s, 4 * e * largest(s));
      }
}

BOOST_AUTO_TEST_CASE(real_spectra) {
  for (const std::int64_t n : {1, 6, 48}) {
    const Tensor x = eye(n) + uniform({n, n}, 5) * (0.3 / static_cast<double>(n));
    const Tensor values = linspace(-2, 3, n);
    const Tensor a = matmul(x * values, linalg_inv(x));
    const auto [l, v] = linalg_eig(a);
    const double bound = 100 * static_cast<double>(n) * kEpsilon;
    check_near(matmul(a, v), v * l, bound);
    check_near(v.square().sum(0), ones({n}), bound);
    check_near(std::get<0>(l.sort()), values, bound);
    check_near(std::get<0>(linalg_eigvals(a).sort()), values, bound);
  }
}

BOOST_AUTO_TEST_CASE(orthogonal_identities) {
  const std::pair<std::int64_t, std::int64_t> extents[] = {{1, 1}, {9, 5}, {5, 9}, {120, 90}};
  for (const auto& [m, n] : extents)
    for (const char* mode : {"reduced", "complete"}) {
      const Tensor a = uniform({m, n}, 6);
      const auto [q, r] = linalg_qr(a, mode);
      const double e = kEpsilon * static_cast<double>(m);
      check_near(matmul(q, r), a, 4 * e * largest(r));
      check_near(matmul(q.mT(), q), eye(q.size(1)), 4 * e);
      check_near(r.tril(-1), zeros_like(r), 0);
      check_near(std::get<1>(linalg_qr(a, "r")).narrow(0, 0, std::min(m, n)),
                 r.narrow(0, 0, std::min(m, n)), 0);
      const auto [packed, tau] = geqrf(a);
      const std::int64_t k = std::min(m, n);
      check_near(orgqr(packed.narrow(1, 0, k), tau), q.narrow(1, 0, k), 4 * e);
      check_near(packed.triu().narrow(0, 0, k), r.narrow(0, 0, k), 0);
    }
}

// ---- Conditions up to 1e12.

BOOST_AUTO_TEST_CASE(errors_of_values_do_not_grow_with_the_condition) {
  for (const double condition : {1e3, 1e8, 1e12}) {
    const std::int64_t n = 40;
    const Tensor a = with_condition(n + 5, n, condition), s = graded(n, condition);
    // |error| of a singular value and of a symmetric eigenvalue: epsilon times the largest.
    check_near(linalg_svdvals(a), s, 50 * kEpsilon);
    const Tensor q = orthogonal(n, 3);
    check_near(linalg_eigvalsh(matmul(q * s, q.mT())), s.flip({0}), 50 * kEpsilon);
    // The condition itself: relative to it epsilon times it.
    BOOST_TEST(std::abs(linalg_cond(a).item<double>() / condition - 1) <=
               50 * kEpsilon * condition);
    BOOST_TEST(linalg_matrix_rank(a).item<std::int64_t>() == n);
    BOOST_TEST(
        linalg_matrix_rank(a, optional<double>(), optional<double>(0.011)).item<std::int64_t>() ==
        s.gt(0.011).sum().item<std::int64_t>());
  }
}

BOOST_AUTO_TEST_CASE(least_squares_errors) {
  for (const double condition : {1e3, 1e8, 1e12})
    for (const char* driver : {"gelsy", "gels", "gelsd"}) {
      const std::int64_t m = 30, n = 20;
      const Tensor a = with_condition(m, n, condition), x = uniform({n, 2}, 7);
      // Consistent, so that the error is epsilon times the condition, not its square.
      const auto [y, residuals, rank, values] = linalg_lstsq(a, matmul(a, x), nullopt, driver);
      check_near(y, x, 50 * kEpsilon * condition);
      // The residual is small whatever the condition.
      check_near(matmul(a, y), matmul(a, x), 50 * kEpsilon);
    }
}

BOOST_AUTO_TEST_CASE(pseudoinverse_errors) {
  for (const double condition : {1e3, 1e6, 1e12}) {
    const std::int64_t m = 24, n = 16;
    const Tensor a = with_condition(m, n, condition);
    const Tensor exact = matmul(orthogonal(n, 2) * graded(n, condition).reciprocal(),
                                orthogonal(m, 1).narrow(1, 0, n).mT());
    // Relative to |a^+| = condition: epsilon times the condition.
    check_near(linalg_pinv(a), exact, 50 * kEpsilon * condition * condition);
  }
}

BOOST_AUTO_TEST_CASE(hilbert_matrices) {
  // 50 digits by mpmath, rounded.
  const std::pair<std::int64_t, double> conditions[] = {
      {3, 524.05677758606082}, {5, 476607.25024256081}, {8, 15257575741.646943}};
  for (const auto& [n, condition] : conditions) {
    const Tensor h = hilbert(n);
    BOOST_TEST(std::abs(linalg_cond(h).item<double>() / condition - 1) <= 4 * kEpsilon * condition);
    BOOST_TEST(linalg_matrix_rank(h).item<std::int64_t>() == n);
    const auto [l, v] = linalg_eigh(h);
    BOOST_TEST(l.gt(0).all().item<bool>());
    check_near(matmul(v * l, v.mT()), h, 10 * kEpsilon);
  }
  BOOST_TEST(linalg_matrix_rank(hilbert(20)).item<std::int64_t>() < 20);
}

// ---- Degenerate matrices.

BOOST_AUTO_TEST_CASE(V6_repeated_eigenvalues) {
  const Tensor q = orthogonal(4, 8);
  const Tensor x = tracked(matmul(q * tensor({2.0, 2.0, 2.0, 5.0}), q.mT()));
  // sum l^3 = tr x^3.
  check_near(gradient(linalg_eigvalsh(x).pow(3).sum(), x), 3 * matmul(x, x).detach(), 1e-12);
  const Tensor one = tracked(eye(3));
  check_near(gradient(linalg_eigvalsh(one).exp().sum(), one), std::exp(1.0) * eye(3), 1e-14);
  // Vectors have no derivative there, and no number stands for it.
  const auto [l, v] = linalg_eigh(one);
  const Tensor g = gradient((v * arange(9, dtype(kFloat64)).reshape({3, 3})).sum(), one);
  BOOST_TEST(!g.isfinite().all().item<bool>());
}

BOOST_AUTO_TEST_CASE(gradients_of_symmetric_matrices_are_symmetric) {
  const Tensor x = tracked(matmul(uniform({4, 4}, 9), uniform({4, 4}, 9).mT()));
  const Tensor w = uniform({4, 4}, 10);
  const auto [l, v] = linalg_eigh(x);
  const Tensor g = gradient((v.square() * w).sum() + (l * w[0]).sum(), x);
  check_near(g, g.mT(), 1e-13 * largest(g));
  const Tensor h = gradient((linalg_pinv(x, 1e-10, true) * w).sum(), x);
  check_near(h, h.mT(), 1e-13 * largest(h));
}

BOOST_AUTO_TEST_CASE(the_other_triangle_is_not_read) {
  const Tensor x = uniform({4, 4}, 11), a = x + x.mT();
  const Tensor above = ones({4, 4}).triu(1).gt(0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  check_near(linalg_eigvalsh(where(above, nan, a)), linalg_eigvalsh(a), 0);
  check_near(linalg_eigvalsh(where(above.mT(), nan, a), "U"), linalg_eigvalsh(a), 1e-14);
}

BOOST_AUTO_TEST_CASE(V6_repeated_and_zero_singular_values) {
  // sum s^2 = |x|^2.
  const Tensor x = tracked(3 * orthogonal(4, 12));
  check_near(gradient(linalg_svdvals(x).square().sum(), x), 2 * x.detach(), 1e-13);
  // Of rank 2: the sum of two singular values has the gradient u1 v1^T.
  const Tensor u = orthogonal(5, 13).narrow(1, 0, 2), v = orthogonal(4, 14).narrow(1, 0, 2);
  const Tensor y = tracked(matmul(u * tensor({3.0, 3.0}), v.mT()));
  check_near(gradient(linalg_svdvals(y).narrow(0, 0, 2).sum(), y), matmul(u, v.mT()), 1e-13);
  // A singular value of exactly 0 is at a kink.
  const Tensor diagonal = tracked(tensor({{2.0, 0.0}, {0.0, 0.0}}));
  check_near(gradient(linalg_svdvals(diagonal).sum(), diagonal), tensor({{1.0, 0.0}, {0.0, 0.0}}),
             0);
}

BOOST_AUTO_TEST_CASE(norms_of_zero) {
  const Tensor x = tracked(zeros({3, 4}));
  for (const char* order : {"fro", "nuc"})
    check_near(gradient(linalg_matrix_norm(x, order), x), zeros({3, 4}), 0);
  for (const double order : {1.0, -1.0, 2.0, -2.0})
    check_near(gradient(linalg_matrix_norm(x, order), x), zeros({3, 4}), 0);
}

BOOST_AUTO_TEST_CASE(completions_of_a_basis) {
  const Tensor a = tracked(uniform({5, 2}, 15));
  const auto [u, s, vh] = linalg_svd(a);
  const Tensor rest = u.narrow(1, 2, 3);
  // The projection onto what the other columns span is I - a a^+.
  const Tensor w = uniform({5, 5}, 16), p = matmul(rest, rest.mT());
  const Tensor b = tracked(a);
  const Tensor expected = gradient((w * (eye(5) - matmul(b, linalg_pinv(b)))).sum(), b);
  check_near(gradient((w * p).sum(), a), expected, 1e-13 * largest(expected));
  BOOST_CHECK_EXCEPTION(gradient(std::get<0>(linalg_svd(a)).sum(), a), NumericError,
                        Says{"how the last 3 columns of U were chosen"});
  const Tensor t = tracked(uniform({2, 5}, 15));
  BOOST_CHECK_EXCEPTION(gradient(std::get<2>(linalg_svd(t)).sum(), t), NumericError,
                        Says{"how the last 3 rows of Vh were chosen"});
}

BOOST_AUTO_TEST_CASE(rank_deficient_pseudoinverse) {
  // (u s v^T)^+ = v s^-1 u^T for any rank.
  const Tensor u = orthogonal(6, 17).narrow(1, 0, 2), v = orthogonal(4, 18).narrow(1, 0, 2);
  const Tensor s = tensor({3.0, 0.5});
  const Tensor a = matmul(u * s, v.mT());
  check_near(linalg_pinv(a), matmul(v / s, u.mT()), 1e-14);
  BOOST_TEST(linalg_matrix_rank(a).item<std::int64_t>() == 2);
  // Of all solutions the one of least norm.
  const Tensor b = uniform({6, 3}, 19);
  for (const char* driver : {"gelsy", "gelsd", "gelss"}) {
    const auto [x, residuals, rank, values] = linalg_lstsq(a, b, 1e-12, driver);
    check_near(x, matmul(linalg_pinv(a), b), 1e-14);
    BOOST_TEST(rank.item<std::int64_t>() == 2);
    BOOST_TEST(residuals.numel() == 0);
  }
}

BOOST_AUTO_TEST_CASE(what_least_squares_gives_beside_the_solution) {
  const Tensor a = uniform({2, 5, 3}, 20), b = uniform({2, 5, 2}, 21);
  const auto sizes = [](const std::tuple<Tensor, Tensor, Tensor, Tensor>& y) {
    return std::vector<std::vector<std::int64_t>>{
        std::get<0>(y).sizes().vec(), std::get<1>(y).sizes().vec(), std::get<2>(y).sizes().vec(),
        std::get<3>(y).sizes().vec()};
  };
  using Sizes = std::vector<std::vector<std::int64_t>>;
  BOOST_TEST((sizes(linalg_lstsq(a, b)) == Sizes{{2, 3, 2}, {0}, {2}, {0}}));
  BOOST_TEST((sizes(linalg_lstsq(a, b, nullopt, "gels")) == Sizes{{2, 3, 2}, {2, 2}, {0}, {0}}));
  BOOST_TEST(
      (sizes(linalg_lstsq(a, b, nullopt, "gelsd")) == Sizes{{2, 3, 2}, {2, 2}, {2}, {2, 3}}));
  BOOST_TEST((sizes(linalg_lstsq(a.mT(), b.narrow(1, 0, 3), nullopt, "gelss")) ==
              Sizes{{2, 5, 2}, {0}, {2}, {2, 3}}));
  BOOST_TEST(
      (sizes(linalg_lstsq(a[0], b[0].select(1, 0), nullopt, "gelsd")) == Sizes{{3}, {1}, {}, {3}}));
}

// ---- Values that are not numbers.

BOOST_AUTO_TEST_CASE(values_that_are_not_finite) {
  for (const double v :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Tensor a = eye(3).expand({2, 3, 3}).contiguous();
    a[1][2][0] = v;
    const Says says{"matrix 1 of the batch contains non-finite values"};
    BOOST_CHECK_EXCEPTION(linalg_eigh(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(linalg_eig(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(linalg_svd(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(linalg_pinv(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(linalg_matrix_rank(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(linalg_cond(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(sqrtm(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(logm(a), NumericError, says);
    BOOST_CHECK_EXCEPTION(linalg_lstsq(a, a, nullopt, "gelsd"), NumericError, says);
    BOOST_TEST(linalg_matrix_exp(a)[1].isnan().all().item<bool>());
    BOOST_TEST(expm_multiply(a, a).isnan().any().item<bool>());
    BOOST_TEST(std::get<1>(linalg_qr(a))[1].isnan().any().item<bool>());
    BOOST_TEST(!std::get<0>(linalg_lstsq(a, a))[1].isfinite().all().item<bool>());
    check_near(linalg_matrix_exp(a)[0], std::exp(1.0) * eye(3), 1e-14);
  }
}

// ---- Matrix functions.

BOOST_AUTO_TEST_CASE(exponentials) {
  const Tensor a = uniform({12, 12}, 22) * 2;
  check_near(matmul(matrix_exp(a), matrix_exp(-a)), eye(12), 1e-8);
  BOOST_TEST(std::abs(det(matrix_exp(a)).item<double>() / std::exp(a.trace().item<double>()) - 1) <
             1e-9);
  // A rotation by many turns.
  const double angle = 1000;
  const Tensor turn = tensor({{0.0, -angle}, {angle, 0.0}});
  check_near(matrix_exp(turn),
             tensor({{std::cos(angle), -std::sin(angle)}, {std::sin(angle), std::cos(angle)}}),
             1e-11);
  // Nilpotent: the series ends.
  const Tensor n = tensor({{0.0, 1.0, 2.0}, {0.0, 0.0, 3.0}, {0.0, 0.0, 0.0}});
  check_near(matrix_exp(n), tensor({{1.0, 1.0, 3.5}, {0.0, 1.0, 3.0}, {0.0, 0.0, 1.0}}), 1e-15);
  check_near(expm_multiply(a, eye(12)), matrix_exp(a), 1e-12 * largest(matrix_exp(a)));
  check_near(expm_multiply(turn / 10, ones({2})), matmul(matrix_exp(turn / 10), ones({2})), 1e-11);
  check_near(expm_multiply(a, eye(12), -0.5), matrix_exp(a * -0.5),
             1e-12 * largest(matrix_exp(a * -0.5)));
  // Every derivative of exp is exp.
  const Tensor x = tracked(tensor({{0.7}}));
  Tensor y = matrix_exp(x).sum();
  for (int order = 0; order < 4; ++order) {
    y = grad({y}, {x}, {.create_graph = true})[0].sum();
    BOOST_TEST(std::abs(y.item<double>() - std::exp(0.7)) < 1e-14);
  }
}

BOOST_AUTO_TEST_CASE(derivatives_of_exponentials) {
  // Along a itself exp(t a) has the derivative a exp(a), for every degree of approximation.
  for (const double size : {1e-3, 1e-2, 0.1, 0.5, 2.0, 30.0}) {
    const Tensor b = uniform({6, 6}, 23), a = tracked(b * (size / 6));
    const Tensor w = uniform({6, 6}, 24);
    const Tensor g = gradient((w * matrix_exp(a)).sum(), a);
    const Tensor e = matrix_exp(a.detach());
    BOOST_TEST(std::abs((g * a.detach()).sum().item<double>() -
                        (w * matmul(a.detach(), e)).sum().item<double>()) <=
               1e-12 * largest(e) * 36);
    // Recorded, it comes from a matrix of twice the size.
    const Tensor h = grad({(w * matrix_exp(a)).sum()}, {a}, {.create_graph = true})[0];
    check_near(g, h, 1e-12 * largest(g));
  }
}

BOOST_AUTO_TEST_CASE(roots_and_logarithms) {
  for (const std::int64_t n : {1, 8, 40}) {
    const Tensor x = uniform({n, n}, 25) / std::sqrt(static_cast<double>(n));
    const Tensor a = matmul(x, x.mT()) + eye(n) + x * 0.5;
    const Tensor r = sqrtm(a);
    check_near(matmul(r, r), a, 1e-13 * static_cast<double>(n));
    check_near(matrix_exp(logm(a)), a, 1e-12 * static_cast<double>(n));
    check_near(logm(matrix_exp(x)), x, 1e-12 * static_cast<double>(n));
    check_near(logm(matmul(a, a)), 2 * logm(a), 1e-11 * static_cast<double>(n));
  }
  check_near(sqrtm(zeros({2, 2})), zeros({2, 2}), 0);
  check_near(logm(eye(3)), zeros({3, 3}), 0);
  // Positive semidefinite of rank 2.
  const Tensor u = orthogonal(5, 26).narrow(1, 0, 2), p = matmul(u, u.mT());
  check_near(sqrtm(p), p, 1e-7);
  check_near(matmul(sqrtm(p), sqrtm(p)), p, 1e-13);
  // A rotation by less than half a turn.
  const Tensor turn = tensor({{0.0, -3.0}, {3.0, 0.0}});
  check_near(logm(matrix_exp(turn)), turn, 1e-12);
  check_near(sqrtm(matrix_exp(turn)), matrix_exp(turn / 2), 1e-14);
}

BOOST_AUTO_TEST_CASE(derivative_of_singular_roots) {
  const Tensor x = diag(tensor({4.0, 0.0, 0.0})).requires_grad_();
  const Tensor y = sqrtm(x).sum();
  BOOST_CHECK_EXCEPTION(autograd::grad({y}, {x}), NumericError, Says{"singular"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace eigengrad
