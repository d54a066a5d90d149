#include <boost/test/unit_test.hpp>
#include <string>

#include "eigengrad/eigengrad.hpp"
#include "linalg/support.hpp"

/// Functions that do not depend on the choice of vectors, where values repeat (lib/ops/linalg/repeated.hpp), against the same
/// functions without a decomposition.
namespace linalg_test {
namespace {

using Function = Tensor (*)(const Tensor&);

Tensor weighted(const Tensor& y) {
  const Tensor w = eg::sin(eg::arange(0, y.numel(), eg::kFloat64) * 1.7 + 0.3);
  return (y * w.reshape(y.sizes())).sum();
}
Tensor sign_of(const Tensor& x) { return eg::linalg_solve(eg::sqrtm(eg::matmul(x, x)), x); }
Tensor absolute_square(const Tensor& a) { return eg::matmul(a.mT(), a); }
/// For columns u diag(f(s)) v^T.
template <class F>
Tensor by_svd(const Tensor& a, F f) {
  const auto [u, s, vh] = eg::linalg_svd(a, false);
  return weighted(eg::matmul(u * f(s), vh));
}
template <class F>
Tensor by_eigh(const Tensor& a, F f) {
  const auto [l, v] = eg::linalg_eigh(a);
  return weighted(eg::matmul(v * f(l), v.mT()));
}

/// Without create_graph some cotangents do not determine the gradient.
enum class Plain : std::uint8_t { Right, RightOrNotANumber };

struct Row {
  std::string name;
  Function by_decomposition;
  Function directly;
  Plain plain = Plain::Right;
};

const std::vector<Row>& of_symmetric() {
  // Eigenvalues 2, 2, 2 and 5.
  static const std::vector<Row> rows{
      {"exponential",
       [](const Tensor& a) { return by_eigh(a, [](const Tensor& l) { return l.exp(); }); },
       [](const Tensor& a) { return weighted(eg::linalg_matrix_exp(a)); },
       Plain::RightOrNotANumber},
      {"vanishing_at_the_cluster",
       [](const Tensor& a) { return by_eigh(a, [](const Tensor& l) { return l * (l - 2); }); },
       [](const Tensor& a) { return weighted(eg::matmul(a, a) - 2 * a); },
       Plain::RightOrNotANumber},
      {"projection_onto_the_cluster",
       [](const Tensor& a) {
         const Tensor v = std::get<1>(eg::linalg_eigh(a)).narrow(-1, 0, 3);
         return weighted(eg::matmul(v, v.mT()));
       },
       [](const Tensor& a) { return weighted(sign_of(3.5 * eg::eye(4) - a) * 0.5); }},
      {"vector_beside_the_cluster",
       [](const Tensor& a) {
         const auto [l, v] = eg::linalg_eigh(a);
         const Tensor w = v.narrow(-1, 3, 1);
         return weighted(eg::matmul(w, w.mT()) * l[3]);
       },
       [](const Tensor& a) {
         return weighted(eg::matmul(eg::eye(4) - sign_of(3.5 * eg::eye(4) - a), a) * 0.5);
       }},
      {"values_and_a_projection",
       [](const Tensor& a) {
         const auto [l, v] = eg::linalg_eigh(a);
         const Tensor w = v.narrow(-1, 0, 3);
         return weighted(eg::matmul(w, w.mT())) * l.log().sum();
       },
       [](const Tensor& a) {
         return weighted((eg::eye(4) + sign_of(3.5 * eg::eye(4) - a)) * 0.5) *
                std::get<1>(eg::linalg_slogdet(a));
       },
       Plain::RightOrNotANumber}};
  return rows;
}

const std::vector<Row>& of_any() {
  // Singular values 3, 3 and 1.
  static const std::vector<Row> rows{
      {"matrix_itself",
       [](const Tensor& a) { return by_svd(a, [](const Tensor& s) { return s; }); }, weighted,
       Plain::RightOrNotANumber},
      {"cube", [](const Tensor& a) { return by_svd(a, [](const Tensor& s) { return s.pow(3); }); },
       [](const Tensor& a) { return weighted(eg::matmul(a, absolute_square(a))); },
       Plain::RightOrNotANumber},
      {"polar_factor",
       [](const Tensor& a) {
         const auto [u, s, vh] = eg::linalg_svd(a, false);
         return weighted(eg::matmul(u, vh));
       },
       [](const Tensor& a) {
         if (a.size(-1) > a.size(-2))
           return weighted(eg::linalg_solve(eg::sqrtm(eg::matmul(a, a.mT())), a));
         return weighted(eg::linalg_solve(eg::sqrtm(absolute_square(a)), a.mT()).mT());
       }},
      {"projection_onto_the_cluster",
       [](const Tensor& a) {
         const Tensor u = std::get<0>(eg::linalg_svd(a, false)).narrow(-1, 0, 2);
         return weighted(eg::matmul(u, u.mT()));
       },
       [](const Tensor& a) {
         return weighted(sign_of(eg::matmul(a, a.mT()) - 4 * eg::eye(a.size(-2))) * 0.5);
       }},
      {"vector_beside_the_cluster",
       [](const Tensor& a) {
         const auto [u, s, vh] = eg::linalg_svd(a, false);
         return weighted(eg::matmul(u.narrow(-1, 2, 1) * s[2], vh.narrow(-2, 2, 1)));
       },
       [](const Tensor& a) {
         const Tensor inside = sign_of(eg::matmul(a, a.mT()) - 4 * eg::eye(a.size(-2)));
         return weighted(eg::matmul(eg::eye(a.size(-2)) - inside, a) * 0.5);
       }}};
  return rows;
}

/// Functions of values alone, of which second derivatives are asked for.
const std::vector<Row>& of_values() {
  static const std::vector<Row> rows{
      {"sum_of_exponentials", [](const Tensor& a) { return eg::linalg_eigvalsh(a).exp().sum(); },
       [](const Tensor& a) { return eg::linalg_matrix_exp(a).diagonal().sum(); }},
      {"log_of_the_determinant", [](const Tensor& a) { return eg::linalg_eigvalsh(a).log().sum(); },
       [](const Tensor& a) { return std::get<1>(eg::linalg_slogdet(a)); }},
      {"product_of_sums",
       [](const Tensor& a) {
         const Tensor l = eg::linalg_eigvalsh(a);
         return l.square().sum() * l.pow(3).sum();
       },
       [](const Tensor& a) {
         const Tensor b = eg::matmul(a, a);
         return b.diagonal().sum() * eg::matmul(b, a).diagonal().sum();
       }}};
  return rows;
}

const std::vector<Row>& of_singular_values() {
  static const std::vector<Row> rows{
      {"fourth_powers_of_singular_values",
       [](const Tensor& a) { return eg::linalg_svdvals(a).pow(4).sum(); },
       [](const Tensor& a) { return absolute_square(a).square().sum(); }},
      {"nuclear_norm", [](const Tensor& a) { return eg::linalg_matrix_norm(a, "nuc"); },
       [](const Tensor& a) { return eg::sqrtm(absolute_square(a)).diagonal().sum(); }}};
  return rows;
}

Tensor repeated_singular_values(std::int64_t m, std::int64_t n) {
  const Tensor u = orthogonal(m, 5).narrow(1, 0, 3), v = orthogonal(n, 9).narrow(1, 0, 3);
  return eg::matmul(u * eg::tensor({3.0, 3.0, 1.0}), v.mT());
}

Tensor gradient_of(Function f, const Tensor& a, bool recorded) {
  const Tensor x = a.detach().requires_grad_();
  return eg::autograd::grad({f(x)}, {x}, {.create_graph = recorded})[0].detach();
}

void check_gradient(const Row& row, const Tensor& a, bool symmetric) {
  const auto part = [&](const Tensor& g) { return symmetric ? (g + g.mT()) * 0.5 : g; };
  const Tensor want = part(gradient_of(row.directly, a, false));
  BOOST_TEST_INFO("recorded");
  BOOST_TEST(distance(part(gradient_of(row.by_decomposition, a, true)), want) <=
             1e-12 * largest(want));
  const Tensor r = random_matrix(a.size(-2), a.size(-1), 21), direction = part(r);
  for (const Tensor& t : {direction, eg::ones_like(r), eg::zeros_like(r)}) {
    BOOST_TEST_INFO("forward, along " << t);
    const double along = std::get<1>(eg::jvp(row.by_decomposition, a, t)).item<double>();
    const double wanted = (want * t).sum().item<double>();
    BOOST_TEST(std::abs(along - wanted) <= 1e-12 * largest(want));
  }
  const Tensor plain = part(gradient_of(row.by_decomposition, a, false));
  if (row.plain == Plain::Right || !plain.isnan().any().item<bool>())
    BOOST_TEST(distance(plain, want) <= 1e-12 * largest(want));
}

Tensor product(Function f, const Tensor& a, const Tensor& direction, bool forward) {
  if (forward) return std::get<1>(eg::hvp(f, a, direction));
  const Tensor x = a.detach().requires_grad_();
  const Tensor g = eg::autograd::grad({f(x)}, {x}, {.create_graph = true})[0];
  return eg::autograd::grad({(g * direction).sum()}, {x}, {.create_graph = true})[0].detach();
}

void check_second_order(const Row& row, const Tensor& a, bool symmetric) {
  const auto part = [&](const Tensor& x) { return symmetric ? (x + x.mT()) * 0.5 : x; };
  const Tensor direction = part(random_matrix(a.size(-2), a.size(-1), 7));
  const Tensor want = part(product(row.directly, a, direction, true));
  for (const bool forward : {true, false}) {
    const Tensor got = part(product(row.by_decomposition, a, direction, forward));
    BOOST_TEST_INFO((forward ? "forward" : "reverse") << " over reverse");
    BOOST_TEST(distance(got, want) <= 1e-12 * largest(want));
  }
}

BOOST_AUTO_TEST_SUITE(repeated)

BOOST_AUTO_TEST_CASE(gradients_of_symmetric_matrices) {
  const Tensor q = orthogonal(4, 3), a = eg::matmul(q * eg::tensor({2.0, 2.0, 2.0, 5.0}), q.mT());
  for (const Row& row : of_symmetric()) {
    BOOST_TEST_CONTEXT(row.name) {
      check_gradient(row, (a + a.mT()) * 0.5, true);
      check_gradient(row, eg::diag(eg::tensor({2.0, 2.0, 2.0, 5.0})), true);
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_of_any_matrix) {
  for (const Row& row : of_any())
    for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{3, 3}, {5, 3}, {3, 4}}) {
      BOOST_TEST_CONTEXT(row.name << ' ' << m << " x " << n)
      check_gradient(row, repeated_singular_values(m, n), false);
    }
}

BOOST_AUTO_TEST_CASE(second_derivatives_of_values) {
  const Tensor q = orthogonal(4, 3), a = eg::matmul(q * eg::tensor({2.0, 2.0, 2.0, 5.0}), q.mT());
  for (const Row& row : of_values()) BOOST_TEST_CONTEXT(row.name) {
      check_second_order(row, (a + a.mT()) * 0.5, true);
      check_second_order(row, 3 * eg::eye(3), true);
    }
}

BOOST_AUTO_TEST_CASE(second_derivatives_of_singular_values) {
  for (const Row& row : of_singular_values()) BOOST_TEST_CONTEXT(row.name) {
      check_second_order(row, 3 * orthogonal(3, 4), false);
      check_second_order(row, repeated_singular_values(5, 3), false);
    }
}

BOOST_AUTO_TEST_CASE(second_derivatives_beside_a_cluster) {
  const Tensor a = eg::diag(eg::tensor({2.0, 2.0, 2.0, 5.0}));
  const auto beside = [](const std::vector<Row>& rows) {
    return *std::find_if(rows.begin(), rows.end(),
                         [](const Row& row) { return row.name == "vector_beside_the_cluster"; });
  };
  check_second_order(beside(of_symmetric()), a, true);
  check_second_order(beside(of_any()), repeated_singular_values(5, 3), false);
}

BOOST_AUTO_TEST_CASE(cotangents_that_vanish_at_the_point_only) {
  // |V L V^T - A|^2 has the Hessian 2 and no gradient; its Hessian may be NaN, but not 0.
  const Tensor a = eg::diag(eg::tensor({2.0, 2.0, 5.0})), direction = eg::ones({3, 3});
  const auto f = [](const Tensor& x) {
    const auto [l, v] = eg::linalg_eigh(x);
    return (eg::matmul(v * l, v.mT()) - eg::diag(eg::tensor({2.0, 2.0, 5.0}))).square().sum();
  };
  for (const bool forward : {true, false}) {
    const Tensor h = product(f, a, direction, forward);
    BOOST_TEST((h.isnan().any().item<bool>() || distance(h, 2 * direction) <= 1e-12));
  }
}

/// The vectors in forward mode and their tangents against those a step to either side.
template <class Decompose>
void check_branch(const Tensor& a, const Tensor& direction, Decompose decompose) {
  const eg::autograd::DualLevel level;
  const std::vector<Tensor> dual = decompose(eg::autograd::make_dual(a, direction));
  const double h = 1e-5;
  const std::vector<Tensor> after = decompose(a + h * direction),
                            before = decompose(a - h * direction);
  for (std::size_t k = 0; k < dual.size(); ++k) {
    const auto [vectors, tangent] = eg::autograd::unpack_dual(dual[k]);
    // Before, the values of a cluster are in the opposite order.
    const auto matching = [v = vectors](const Tensor& x) {
      const Tensor overlap = eg::matmul(v.mT(), x), order = overlap.abs().argmax(0);
      Tensor y = eg::zeros_like(x);
      for (std::int64_t j = 0; j < x.size(-1); ++j) {
        const std::int64_t to = order[j].item<std::int64_t>();
        y.select(-1, to).copy_(x.select(-1, j) * eg::sign(overlap[to][j]));
      }
      return y;
    };
    BOOST_TEST(distance((matching(after[k]) - matching(before[k])) / (2 * h), tangent) <= 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(forward_mode_follows_the_branch) {
  const Tensor q = orthogonal(4, 3), a = eg::matmul(q * eg::tensor({2.0, 2.0, 2.0, 5.0}), q.mT());
  const Tensor r = random_matrix(4, 4, 31);
  check_branch((a + a.mT()) * 0.5, r + r.mT(), [](const Tensor& x) {
    return std::vector<Tensor>{std::get<1>(eg::linalg_eigh(x))};
  });
  for (const auto& [m, n] : {std::pair<std::int64_t, std::int64_t>{3, 3}, {5, 3}, {3, 4}})
    check_branch(repeated_singular_values(m, n), random_matrix(m, n, 32), [](const Tensor& x) {
      const auto [u, s, vh] = eg::linalg_svd(x, false);
      return std::vector<Tensor>{u, vh.mT()};
    });
}

BOOST_AUTO_TEST_CASE(one_matrix_of_a_batch) {
  // What stands beside a matrix in a batch does not change its numbers.
  const Tensor other = definite(4, 10, 8), cluster = eg::diag(eg::tensor({2.0, 2.0, 2.0, 5.0}));
  const auto of_batch = [](const Tensor& a) {
    const auto [l, v] = eg::linalg_eigh(a);
    const Tensor w = eg::matmul(v * l.exp().unsqueeze(-2), v.mT());
    return (w * eg::arange(0, 16, eg::kFloat64).reshape({4, 4})).sum();
  };
  const auto gradient = [&](const Tensor& a) {
    const Tensor x = a.detach().requires_grad_();
    return eg::autograd::grad({of_batch(x)}, {x}, {.create_graph = true})[0].detach();
  };
  const Tensor both = gradient(eg::stack({other, cluster}));
  BOOST_TEST(distance(both[0], gradient(other)) == 0);
  BOOST_TEST(distance(both[1], gradient(cluster)) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
