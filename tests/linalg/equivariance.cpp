#include <functional>
#include <string>
#include <utility>

#include "support.hpp"

/// f(s x) = s^p f(x) for a power of two s, to the last digits at every order and at every scale at which
/// inputs, results and the factor between them are normal numbers.
namespace linalg_test {
namespace {

/// What a row is a function of.
enum class Sample { Square, Definite, Symmetric, Tall, Wide, Pair, Small, Vector };

struct Row {
  const char* name;
  Sample sample;
  double p;
  Tensor (*f)(const Tensor& x);
  /// How far rounding may take a result that is not the same computation at every scale.
  double tolerance = 1e-12;
};

/// Never near a multiple of the identity, nor near a diagonal matrix; eigenvalues of `Square` are real.
Tensor sample(Sample kind) {
  const Tensor square = eg::tensor({4.0, 1.0, 0.25, 1.5, 3.0, 1.0, -0.5, 1.25, 1.0, 0.5, 2.0, 0.75,
                                    0.5, -1.0, 0.25, 6.0})
                            .view({4, 4});
  switch (kind) {
    case Sample::Square:
      return square;
    case Sample::Definite:
      return eg::matmul(square, square.t()) * 0.25 + eg::eye(4) * 0.5;
    case Sample::Symmetric:
      return square + square.t() - 3 * eg::eye(4);
    case Sample::Tall:
      return random_matrix(5, 3, 3);
    case Sample::Wide:
      return random_matrix(3, 5, 4);
    case Sample::Pair:
      return eg::cat({square, random_matrix(4, 2, 5)}, 1);
    case Sample::Small:
      return square.narrow(0, 0, 2).narrow(1, 0, 2).contiguous();
    default:
      return eg::tensor({0.75, -1.5, 2.0, 0.5, -0.25, 1.25});
  }
}

Tensor constant(const Tensor& like, std::int64_t n, std::int64_t m) {
  return random_matrix(n, m, 17).to(like.dtype());
}
Tensor left(const Tensor& pair) { return pair.narrow(1, 0, 4); }
Tensor right(const Tensor& pair) { return pair.narrow(1, 4, 2); }
Tensor symmetric(const Tensor& x) { return (x + x.t()) * 0.5; }

/// For every row and column of what only the sign is not determined.
Tensor unsigned_vectors(const Tensor& v) { return v.abs(); }

const std::vector<Row>& rows() {
  using S = Sample;
  static const std::vector<Row> list{
      {"eig values", S::Square, 1, [](const Tensor& x) { return std::get<0>(eg::linalg_eig(x)); }},
      {"eig vectors", S::Square, 0,
       [](const Tensor& x) { return unsigned_vectors(std::get<1>(eg::linalg_eig(x))); }},
      {"eigvals", S::Square, 1, [](const Tensor& x) { return eg::linalg_eigvals(x); }},
      {"eigh values", S::Symmetric, 1,
       [](const Tensor& x) { return std::get<0>(eg::linalg_eigh(x)); }},
      {"eigh vectors", S::Symmetric, 0,
       [](const Tensor& x) { return unsigned_vectors(std::get<1>(eg::linalg_eigh(x))); }},
      {"eigvalsh", S::Symmetric, 1, [](const Tensor& x) { return eg::linalg_eigvalsh(x); }},
      {"svd U", S::Tall, 0,
       [](const Tensor& x) { return unsigned_vectors(std::get<0>(eg::linalg_svd(x, false))); }},
      {"svd S", S::Tall, 1, [](const Tensor& x) { return std::get<1>(eg::linalg_svd(x, false)); }},
      {"svd Vh", S::Tall, 0,
       [](const Tensor& x) { return unsigned_vectors(std::get<2>(eg::linalg_svd(x, false))); }},
      {"svd U of wide", S::Wide, 0,
       [](const Tensor& x) { return unsigned_vectors(std::get<0>(eg::linalg_svd(x, false))); }},
      {"svd Vh of wide", S::Wide, 0,
       [](const Tensor& x) { return unsigned_vectors(std::get<2>(eg::linalg_svd(x, false))); }},
      {"svd full", S::Tall, 0,
       [](const Tensor& x) {
         const Tensor rest = std::get<0>(eg::linalg_svd(x, true)).narrow(1, 3, 2);
         return eg::matmul(rest, rest.t());
       }},
      {"svdvals", S::Square, 1, [](const Tensor& x) { return eg::linalg_svdvals(x); }},
      {"qr Q", S::Tall, 0, [](const Tensor& x) { return std::get<0>(eg::linalg_qr(x)); }},
      {"qr R", S::Tall, 1, [](const Tensor& x) { return std::get<1>(eg::linalg_qr(x)); }},
      {"qr Q of wide", S::Wide, 0, [](const Tensor& x) { return std::get<0>(eg::linalg_qr(x)); }},
      {"qr R of wide", S::Wide, 1, [](const Tensor& x) { return std::get<1>(eg::linalg_qr(x)); }},
      {"geqrf tau", S::Tall, 0, [](const Tensor& x) { return std::get<1>(eg::geqrf(x)); }},
      {"lu L", S::Square, 0, [](const Tensor& x) { return std::get<1>(eg::linalg_lu(x)); }},
      {"lu U", S::Square, 1, [](const Tensor& x) { return std::get<2>(eg::linalg_lu(x)); }},
      {"lu L of tall", S::Tall, 0, [](const Tensor& x) { return std::get<1>(eg::linalg_lu(x)); }},
      {"lu U of wide", S::Wide, 1, [](const Tensor& x) { return std::get<2>(eg::linalg_lu(x)); }},
      {"lu_solve", S::Pair, 0,
       [](const Tensor& x) {
         const auto [lu, pivots] = eg::linalg_lu_factor(left(x));
         return eg::linalg_lu_solve(lu, pivots, right(x));
       }},
      {"cholesky", S::Definite, 0.5, [](const Tensor& x) { return eg::linalg_cholesky(x); }},
      {"cholesky_solve", S::Square, -2,
       [](const Tensor& x) { return eg::cholesky_solve(constant(x, 4, 2), x); }},
      {"cholesky_inverse", S::Square, -2, [](const Tensor& x) { return eg::cholesky_inverse(x); }},
      {"Cholesky solve", S::Definite, -1,
       [](const Tensor& x) { return eg::Cholesky(x).solve(constant(x, 4, 2)); }},
      {"Cholesky inverse", S::Definite, -1,
       [](const Tensor& x) { return eg::Cholesky(x).inverse(); }},
      {"ldlt", S::Definite, 0, [](const Tensor& x) { return std::get<0>(eg::ldlt(x)); }},
      {"ldlt D", S::Definite, 1, [](const Tensor& x) { return std::get<1>(eg::ldlt(x)); }},
      {"ldl_solve", S::Vector, 1,
       [](const Tensor& x) {
         const Tensor a = sample(S::Symmetric).to(x.dtype());
         const auto [ld, pivots] = eg::linalg_ldl_factor(a);
         return eg::linalg_ldl_solve(ld, pivots, x.narrow(0, 0, 4).unsqueeze(1));
       }},
      {"solve by A", S::Square, -1,
       [](const Tensor& x) { return eg::linalg_solve(x, constant(x, 4, 2)); }},
      {"solve by A and B", S::Pair, 0,
       [](const Tensor& x) { return eg::linalg_solve(left(x), right(x)); }},
      {"solve on the right", S::Square, -1,
       [](const Tensor& x) { return eg::linalg_solve(x, constant(x, 2, 4), false); }},
      {"solve_triangular", S::Pair, 0,
       [](const Tensor& x) { return eg::linalg_solve_triangular(left(x), right(x), true); }},
      {"inv", S::Square, -1, [](const Tensor& x) { return eg::linalg_inv(x); }},
      {"inv of small", S::Small, -1, [](const Tensor& x) { return eg::linalg_inv(x); }},
      {"tensorinv", S::Square, -1,
       [](const Tensor& x) {
         return eg::linalg_tensorinv(x.view({4, 2, 2}), 1);
       }},
      {"pinv of tall", S::Tall, -1, [](const Tensor& x) { return eg::linalg_pinv(x); }},
      {"pinv of wide", S::Wide, -1, [](const Tensor& x) { return eg::linalg_pinv(x); }},
      {"pinv hermitian", S::Symmetric, -1,
       [](const Tensor& x) { return eg::linalg_pinv(x, 1e-15, true); }},
      {"pinverse of low rank", S::Tall, -1,
       [](const Tensor& x) {
         return eg::pinverse(eg::cat({x, x.narrow(1, 0, 1)}, 1), 1e-5);
       }},
      {"lstsq by A", S::Tall, -1,
       [](const Tensor& x) { return std::get<0>(eg::linalg_lstsq(x, constant(x, 5, 2))); }},
      {"lstsq of wide", S::Wide, -1,
       [](const Tensor& x) { return std::get<0>(eg::linalg_lstsq(x, constant(x, 3, 2))); }},
      {"lstsq by both", S::Tall, 0,
       [](const Tensor& x) {
         return std::get<0>(
             eg::linalg_lstsq(x.narrow(1, 0, 2), x.narrow(1, 2, 1), eg::nullopt, "gels"));
       }},
      {"lstsq gelsd", S::Tall, -1,
       [](const Tensor& x) {
         return std::get<0>(eg::linalg_lstsq(x, constant(x, 5, 2), eg::nullopt, "gelsd"));
       }},
      {"lstsq of low rank", S::Tall, -1,
       [](const Tensor& x) {
         return std::get<0>(
             eg::linalg_lstsq(eg::cat({x, x.narrow(1, 0, 1)}, 1), constant(x, 5, 2), 1e-5));
       }},
      {"det of 4", S::Square, 4, [](const Tensor& x) { return eg::linalg_det(x); }},
      {"det of 2", S::Small, 2, [](const Tensor& x) { return eg::linalg_det(x); }},
      {"det of a singular", S::Small, 2,
       [](const Tensor& x) {
         return eg::linalg_det(eg::stack({x[0], x[0] * 2}));
       }},
      {"logdet less its scale", S::Square, 0,
       [](const Tensor& x) { return eg::logdet(x) - 4 * eg::log(x[0][0]); }},
      {"Cholesky logdet less its scale", S::Definite, 0,
       [](const Tensor& x) { return eg::Cholesky(x).logdet() - 4 * eg::log(x[0][0]); }},
      {"norm nuc", S::Tall, 1, [](const Tensor& x) { return eg::linalg_matrix_norm(x, "nuc"); }},
      {"norm fro", S::Tall, 1, [](const Tensor& x) { return eg::linalg_matrix_norm(x, "fro"); }},
      {"norm 2", S::Tall, 1, [](const Tensor& x) { return eg::linalg_matrix_norm(x, 2); }},
      {"norm -2", S::Tall, 1, [](const Tensor& x) { return eg::linalg_matrix_norm(x, -2); }},
      {"norm 1", S::Tall, 1, [](const Tensor& x) { return eg::linalg_matrix_norm(x, 1); }},
      {"norm inf", S::Tall, 1, [](const Tensor& x) { return eg::linalg_matrix_norm(x, INFINITY); }},
      {"cond", S::Square, 0, [](const Tensor& x) { return eg::linalg_cond(x); }},
      {"cond fro", S::Square, 0, [](const Tensor& x) { return eg::linalg_cond(x, "fro"); }},
      {"cond 1", S::Square, 0, [](const Tensor& x) { return eg::linalg_cond(x, 1); }},
      {"vector_norm 0.5", S::Vector, 1,
       [](const Tensor& x) { return eg::linalg_vector_norm(x, 0.5); }},
      {"vector_norm 1", S::Vector, 1, [](const Tensor& x) { return eg::linalg_vector_norm(x, 1); }},
      {"vector_norm 2", S::Vector, 1, [](const Tensor& x) { return eg::linalg_vector_norm(x, 2); }},
      {"vector_norm 3", S::Vector, 1, [](const Tensor& x) { return eg::linalg_vector_norm(x, 3); }},
      {"vector_norm 2.5", S::Vector, 1,
       [](const Tensor& x) { return eg::linalg_vector_norm(x, 2.5); }},
      {"vector_norm -1", S::Vector, 1,
       [](const Tensor& x) { return eg::linalg_vector_norm(x, -1); }},
      {"vector_norm inf", S::Vector, 1,
       [](const Tensor& x) { return eg::linalg_vector_norm(x, INFINITY); }},
      {"norm of rows", S::Tall, 1, [](const Tensor& x) { return x.norm(2, 1, false); }},
      {"dist", S::Vector, 1,
       [](const Tensor& x) { return eg::dist(x.narrow(0, 0, 3), x.narrow(0, 3, 3)); }},
      {"cdist 0.5", S::Tall, 1,
       [](const Tensor& x) { return eg::cdist(x.narrow(0, 0, 2), x.narrow(0, 2, 3), 0.5); }},
      {"cdist 1", S::Tall, 1,
       [](const Tensor& x) { return eg::cdist(x.narrow(0, 0, 2), x.narrow(0, 2, 3), 1); }},
      {"cdist 2", S::Tall, 1,
       [](const Tensor& x) { return eg::cdist(x.narrow(0, 0, 2), x.narrow(0, 2, 3), 2); }},
      {"cdist 3", S::Tall, 1,
       [](const Tensor& x) { return eg::cdist(x.narrow(0, 0, 2), x.narrow(0, 2, 3), 3); }},
      {"cdist inf", S::Tall, 1,
       [](const Tensor& x) { return eg::cdist(x.narrow(0, 0, 2), x.narrow(0, 2, 3), INFINITY); }},
      {"pdist", S::Tall, 1, [](const Tensor& x) { return eg::pdist(x); }},
      {"pairwise_distance", S::Tall, 1,
       [](const Tensor& x) {
         return eg::pairwise_distance(x.narrow(0, 0, 2), x.narrow(0, 2, 2), 2, 0);
       }},
      {"cosine_similarity", S::Tall, 0,
       [](const Tensor& x) {
         return eg::cosine_similarity(x.narrow(0, 0, 2), x.narrow(0, 2, 2), 1, 0);
       }},
      {"normalize", S::Tall, 0, [](const Tensor& x) { return eg::normalize(x, 2, 1, 0); }},
      {"normalize 3", S::Tall, 0, [](const Tensor& x) { return eg::normalize(x, 3, 1, 0); }},
      {"matrix_power 2", S::Square, 2,
       [](const Tensor& x) { return eg::linalg_matrix_power(x, 2); }},
      {"matrix_power 3", S::Square, 3,
       [](const Tensor& x) { return eg::linalg_matrix_power(x, 3); }},
      {"matrix_power -2", S::Square, -2,
       [](const Tensor& x) { return eg::linalg_matrix_power(x, -2); }},
      {"multi_dot", S::Tall, 3,
       [](const Tensor& x) {
         return eg::linalg_multi_dot({x, x.t(), x});
       }},
      {"cross", S::Vector, 2,
       [](const Tensor& x) { return eg::linalg_cross(x.narrow(0, 0, 3), x.narrow(0, 3, 3)); }},
      {"kron", S::Small, 2, [](const Tensor& x) { return eg::kron(x, x); }},
      {"matrix_exp", S::Square, NAN, [](const Tensor& x) { return eg::linalg_matrix_exp(x); },
       1e-10},
      {"expm_multiply", S::Square, NAN,
       [](const Tensor& x) { return eg::expm_multiply(x, constant(x, 4, 2)); }, 1e-10},
      {"sqrtm", S::Square, 0.5, [](const Tensor& x) { return eg::sqrtm(x); }, 1e-11},
      {"logm less its scale", S::Square, 0,
       [](const Tensor& x) { return eg::logm(x) - eg::log(x[0][0]) * eg::eye(4, x.dtype()); },
       1e-10},
      {"sylvester", S::Square, 0,
       [](const Tensor& x) { return eg::solve_sylvester(x, x.t() * 2, symmetric(x)); }, 1e-11},
      {"lyapunov", S::Square, -1,
       [](const Tensor& x) { return eg::solve_lyapunov(-x, constant(x, 4, 4)); }, 1e-11},
      {"var", S::Vector, 2, [](const Tensor& x) { return eg::var(x); }},
      {"std", S::Vector, 1, [](const Tensor& x) { return eg::std(x); }},
      {"std of rows", S::Tall, 1, [](const Tensor& x) { return eg::std(x, 1); }},
      {"cov", S::Wide, 2, [](const Tensor& x) { return eg::cov(x); }},
      {"corrcoef", S::Wide, 0, [](const Tensor& x) { return eg::corrcoef(x); }},
  };
  return list;
}

/// A result of a row, how often it was differentiated, and what the mathematics calls it.
struct Result {
  const char* what;
  int order;
  Tensor value;
};

Tensor tangent_of(const Tensor& t, const Tensor& like) {
  const Tensor d = eg::autograd::unpack_dual(t).tangent;
  return d.defined() ? d : eg::zeros_like(like.detach());
}

/// Up to an order, with a loss <w, f>, w times `factor`.
std::vector<Result> results(const Row& row, int order, const Tensor& at, const Tensor& direction,
                            double factor) {
  const Tensor x = at.detach().clone().requires_grad_();
  const Tensor y = row.f(x);
  std::vector<Result> list{{"value", 0, y.detach() * factor}};
  if (order == 0) return list;
  const Tensor w = (random_matrix(y.numel(), 1, 31).to(x.dtype()) * factor).view(y.sizes());
  const auto gradient = [&](const Tensor& z, const Tensor& by, bool again) {
    return eg::autograd::grad(
        {z}, {by}, {.grad_outputs = {w}, .retain_graph = true, .create_graph = again})[0];
  };
  list.push_back({"reverse", 1, gradient(y, x, false)});
  const Tensor again = gradient(y, x, true);
  list.push_back({"recorded reverse", 1, again.detach()});
  const eg::autograd::DualLevel level;
  list.push_back(
      {"forward", 1, tangent_of(row.f(eg::autograd::make_dual(at, direction * factor)), y)});
  if (order == 1) return list;
  Tensor h;
  if (again.requires_grad())
    h = eg::autograd::grad({again}, {x}, {.grad_outputs = {direction}, .allow_unused = true})[0];
  list.push_back({"reverse over reverse", 2, h.defined() ? h : eg::zeros_like(at)});
  const Tensor dual = eg::autograd::make_dual(x.detach().clone().requires_grad_(), direction);
  list.push_back({"forward over reverse", 2, tangent_of(gradient(row.f(dual), dual, true), at)});
  return list;
}

/// Whether all numbers times 2^exponent are normal, with room for what is summed.
bool is_normal(const Tensor& x, double exponent, double limit) {
  const double high = largest(x);
  if (high == 0) return true;
  return std::abs(exponent) < limit && std::abs(std::log2(high) + exponent) < limit;
}

Tensor times_power(const Tensor& x, double exponent) {
  return x * std::exp2(std::trunc(exponent / 2)) * std::exp2(exponent - std::trunc(exponent / 2));
}

struct Range {
  eg::ScalarType dtype;
  std::vector<int> k;
  std::vector<int> m;
  double limit;
  double least_tolerance;
};

/// What at one scale is not what it is at 1; empty when all is.
std::string differences(const Row& row, const Range& range, const std::vector<Result>& base,
                        const Tensor& x, const Tensor& t, int k, int m) {
  std::string wrong;
  std::vector<Result> scaled;
  for (std::size_t i = base.size(); i-- > 0;) {
    const double factor = (row.p - base[i].order) * k;
    // Normal numbers: the factor between the derivatives, it with the cotangent, the result, and what the
    // derivative is one of.
    if (std::abs(factor) > range.limit || !is_normal(base[i].value, factor + m, range.limit) ||
        std::abs(row.p * k) > range.limit ||
        (base[i].order > 0 && std::abs((row.p - 1) * k + m) > range.limit))
      continue;
    try {
      if (scaled.empty())
        scaled = results(row, base[i].order, times_power(x, k), t, std::ldexp(1.0, m));
    } catch (const eg::Error& e) {
      return std::string(" ") + e.what();
    }
    const Tensor back = times_power(scaled[i].value, -factor - m);
    const double size = std::max(largest(base[i].value), largest(base[1].value));
    const double error = distance(back, base[i].value) / size;
    if (!(error <= std::max(row.tolerance, range.least_tolerance)))
      wrong += " " + std::string(base[i].what) + " off by " + std::to_string(error) + ";";
  }
  return wrong;
}

/// Functions without a degree stay at their scale.
void check_row(const Row& given, const Range& range) {
  Row row = given;
  if (std::isnan(given.p)) row.p = 0;
  const Tensor x = sample(row.sample).to(range.dtype);
  const Tensor t = random_matrix(x.numel(), 1, 23).to(range.dtype).view(x.sizes());
  const std::vector<Result> base = results(row, 2, x, t, 1);
  std::string report;
  for (const int k : range.k)
    for (const int m : range.m) {
      if (row.p != std::floor(row.p) && k % 2 != 0) continue;
      const std::string wrong = differences(row, range, base, x, t, std::isnan(given.p) ? 0 : k, m);
      if (!wrong.empty())
        report +=
            "\n  at 2^" + std::to_string(k) + ", cotangent 2^" + std::to_string(m) + ":" + wrong;
    }
  BOOST_TEST(report.empty(), row.name << report);
}

BOOST_AUTO_TEST_SUITE(equivariance)

BOOST_AUTO_TEST_CASE(in_double) {
  const Range range{
      eg::kFloat64, {1, -40, 200, -200, 400, -400, 520, -520, 900, -900}, {0, 500, -500}, 955, 0};
  for (const Row& row : rows()) check_row(row, range);
}

BOOST_AUTO_TEST_CASE(in_single) {
  const Range range{eg::kFloat32, {2, -20, 62, -62, 100, -100}, {0, 40, -40}, 110, 2e-5};
  for (const Row& row : rows()) check_row(row, range);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
