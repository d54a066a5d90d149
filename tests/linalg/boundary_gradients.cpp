#include <algorithm>
#include <cmath>
#include <tuple>

#include "linalg/boundary.hpp"

/// Gradients in closed form where differences say nothing, and those that contracts choose at kinks.
namespace linalg_test {
namespace {

struct Gradient {
  const char* name;
  Tensor (*f)(const Tensor& x);
  Tensor at;
  /// Of the sum of f, by x.
  Tensor gradient;
};

Tensor rows_of(std::int64_t n, std::vector<double> elements) {
  const auto m = static_cast<std::int64_t>(elements.size()) / n;
  return eg::tensor(elements).view({n, m});
}

Tensor determinant(const Tensor& x) { return eg::linalg_det(x); }
/// The gradient of the determinant along the direction of ones, which is the second derivative.
Tensor det_twice(const Tensor& x) {
  if (!x.requires_grad()) return eg::zeros({});
  return eg::autograd::grad({determinant(x)}, {x}, {.create_graph = true})[0].sum();
}
Tensor nuclear(const Tensor& x) { return eg::linalg_matrix_norm(x, "nuc"); }
Tensor spectral_norm(const Tensor& x) { return eg::linalg_matrix_norm(x, 2); }

std::vector<Gradient> determinants_and_norms() {
  const Tensor identity = eg::eye(2), zero = eg::zeros({2, 2}), ones = eg::ones({2, 2});
  const Tensor cofactors = rows_of(2, {4, -2, -2, 1});
  return {
      {"det of rank n - 1 has the cofactors", determinant, rows_of(2, {1, 2, 2, 4}), cofactors},
      {"det of rank n - 2 has none", determinant, eg::ones({3, 3}), eg::zeros({3, 3})},
      {"det of rank n - 2, twice", det_twice, eg::diag(eg::tensor({2.0, 0.0, 0.0})),
       rows_of(3, {0, 0, 0, 0, 2, -2, 0, -2, 2})},
      {"det of zeros, twice", det_twice, zero, rows_of(2, {1, -1, -1, 1})},
      {"logdet of the identity", [](const Tensor& x) { return eg::logdet(x); }, identity, identity},
      {"det of 2^-1030 I", determinant, identity * 0x1p-1030, identity * 0x1p-1030},
      {"nuclear norm at 0", nuclear, zero, zero},
      {"nuclear norm at rank 1", nuclear, ones, ones * 0.5},
      {"nuclear norm of a multiple of the identity", nuclear, identity * 3, identity},
      {"nuclear norm of a rotation", nuclear, rows_of(2, {0, -1, 1, 0}), rows_of(2, {0, -1, 1, 0})},
      {"nuclear norm of opposite eigenvalues", nuclear, rows_of(2, {2, 0, 0, -2}),
       rows_of(2, {1, 0, 0, -1})},
      {"spectral norm at 0", spectral_norm, zero, zero},
      {"spectral norm, shared", spectral_norm, identity * 3, identity * 0.5},
      {"smallest singular value, shared",
       [](const Tensor& x) { return eg::linalg_matrix_norm(x, -2); }, identity * 3, identity * 0.5},
      {"Frobenius norm at 0", [](const Tensor& x) { return eg::linalg_matrix_norm(x, "fro"); },
       zero, zero},
      {"norm 1, shared columns", [](const Tensor& x) { return eg::linalg_matrix_norm(x, 1); },
       rows_of(2, {1, -2, 3, 2}), rows_of(2, {0.5, -0.5, 0.5, 0.5})},
      {"norm inf, shared rows", [](const Tensor& x) { return eg::linalg_matrix_norm(x, INFINITY); },
       rows_of(2, {1, -2, 0, 3}), rows_of(2, {0.5, -0.5, 0, 0.5})},
      {"svdvals at 0", [](const Tensor& x) { return eg::linalg_svdvals(x); }, zero, zero},
      {"squares of svdvals", [](const Tensor& x) { return eg::linalg_svdvals(x).square(); }, ones,
       ones * 2},
      {"cdist of equal rows", [](const Tensor& x) { return eg::cdist(x, x); }, ones, zero},
      {"cosine_similarity with 0",
       [](const Tensor& x) { return eg::cosine_similarity(x, x.flip({0}), 1); }, zero, zero},
  };
}

std::vector<Gradient> functions_and_factors() {
  const Tensor identity = eg::eye(2), zero = eg::zeros({2, 2}), ones = eg::ones({2, 2});
  const Tensor nilpotent = rows_of(2, {0, 1, 0, 0});
  return {
      // Of exp([0 1; 0 0]) = 1 + N: tr(1^T L(N, E)), L(N, E) = E + (N E + E N) / 2 + N E N / 6.
      {"matrix_exp of a nilpotent matrix", [](const Tensor& x) { return eg::linalg_matrix_exp(x); },
       nilpotent, rows_of(2, {1.5, 1, 1 + 1 + 1.0 / 6, 1.5})},
      {"matrix_exp of zeros", [](const Tensor& x) { return eg::linalg_matrix_exp(x); }, zero, ones},
      {"expm_multiply of a multiple of the identity",
       [](const Tensor& x) {
         return eg::expm_multiply(x, eg::ones({2, 1}), 2);
       },
       identity * 0.5, ones * (2 * std::exp(1.0))},
      {"sqrtm of 4 I", [](const Tensor& x) { return eg::sqrtm(x); }, identity * 4, ones * 0.25},
      {"logm of the identity", [](const Tensor& x) { return eg::logm(x); }, identity, ones},
      {"sum of repeated eigenvalues", [](const Tensor& x) { return eg::linalg_eigvalsh(x); },
       identity, identity},
      {"sum of repeated eigenvalues, not symmetric",
       [](const Tensor& x) { return eg::linalg_eigvals(x); }, identity, identity},
      {"pinv at 0", [](const Tensor& x) { return eg::linalg_pinv(x); }, zero, zero},
      // -y t y + y y t^T (1 - a y) + (1 - y a) t^T y y, y = a = diag(1, 0).
      {"pinv of a projection", [](const Tensor& x) { return eg::linalg_pinv(x); },
       rows_of(2, {1, 0, 0, 0}), rows_of(2, {-1, 1, 1, 0})},
      {"pinv of the identity", [](const Tensor& x) { return eg::linalg_pinv(x); }, identity, -ones},
      {"lu at 0", [](const Tensor& x) { return std::get<2>(eg::linalg_lu(x)); }, eg::zeros({1, 3}),
       eg::ones({1, 3})},
      // u = (1, a12; 0, a22 - a21 a12 / a11) with a22 = a21 a12 / a11.
      {"U at a last pivot of 0", [](const Tensor& x) { return std::get<2>(eg::linalg_lu(x)); },
       rows_of(2, {2, 4, 1, 2}), rows_of(2, {2, 0.5, -2, 1})},
      {"L at a last pivot of 0", [](const Tensor& x) { return std::get<1>(eg::linalg_lu(x)); },
       rows_of(2, {2, 4, 1, 2}), rows_of(2, {-0.25, 0, 0.5, 0})},
      // R = -(|a1|, a1 a2 / |a1|; 0, ...) of columns (3, 4) and 0: r22 = det(Q) det(A) / r11.
      {"R at a last pivot of 0",
       [](const Tensor& x) { return std::get<1>(eg::linalg_qr(x)).select(0, 0); },
       rows_of(2, {3, 0, 4, 0}), rows_of(2, {-0.6, -0.6, -0.8, -0.8})},
      {"std of a constant row", [](const Tensor& x) { return eg::std(x, 1); }, ones, zero},
  };
}

BOOST_AUTO_TEST_SUITE(boundary)

BOOST_AUTO_TEST_CASE(gradients) {
  for (const auto& list : {determinants_and_norms(), functions_and_factors()})
    for (const Gradient& c : list) {
      const Tensor x = c.at.clone().requires_grad_(),
                   d = random_matrix(c.at.numel(), 1, 3).view(c.at.sizes());
      const double bound = 1e-14 * std::max(largest(c.gradient), largest(c.at) > 1e-300 ? 1 : 0.0);
      const Tensor y = c.f(x).sum();
      for (const bool again : {false, true}) {
        const Tensor g =
            eg::autograd::grad({y}, {x}, {.retain_graph = true, .create_graph = again})[0];
        BOOST_TEST(distance(g, c.gradient) <= bound,
                   c.name << ": " << g << " instead of " << c.gradient);
      }
      const eg::autograd::DualLevel level;
      const Tensor t = eg::autograd::unpack_dual(c.f(eg::autograd::make_dual(x, d)).sum()).tangent;
      const double off = (t - (c.gradient * d).sum()).item<double>();
      BOOST_TEST(std::abs(off) <= 4 * bound, c.name << ", forward: off by " << off);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
