#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/special/names.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Scalar;
using eg::Tensor;
using Real = long double;

/// p_n(x) from p_1 and next(m, x, p_m, p_(m-1)) = p_(m+1).
template <class First, class Next>
auto from_recurrence(First first, Next next) {
  return [first, next](double x, double degree) -> double {
    const auto n = static_cast<int>(degree);
    if (n < 0) return 0;
    Real before = 1, p = n == 0 ? Real(1) : first(Real(x));
    for (int m = 1; m < n; ++m) {
      const Real after = next(Real(m), Real(x), p, before);
      before = p;
      p = after;
    }
    return static_cast<double>(p);
  };
}
Real chebyshev(Real, Real x, Real p, Real before) { return 2 * x * p - before; }
template <class F>
auto shifted(F f) {
  return [f](double x, double n) { return f(2 * x - 1, n); };
}

/// Degrees from -1 to 6 as int64.
Array degrees(const Sizes& sizes) {
  Array n = support::uniform(sizes, -0.99, 6.99, 5);
  for (double& v : n.values) v = std::floor(v);
  n.dtype = eg::kInt64;
  return n;
}

std::vector<Inputs> samples() {
  std::vector<Inputs> list;
  for (const auto& [s, t] : {std::pair<Sizes, Sizes>{{3, 4}, {3, 4}},
                             {{3, 1}, {4}},
                             {{2, 3}, {}},
                             {{}, {5}},
                             {{}, {}},
                             {{0}, {1}}})
    list.push_back({support::uniform(s, -1.5, 1.5, 6), degrees(t)});
  return list;
}

using Tensors = Tensor (*)(const Tensor&, const Tensor&);
using AtNumber = Tensor (*)(const Scalar&, const Tensor&);
using OfDegree = Tensor (*)(const Tensor&, const Scalar&);

/// The rows of a polynomial: degrees as a tensor; one degree, as a number; its values beside PyTorch,
/// which has no derivatives; and those at a number.
template <class N>
void add(Rows& rows, const std::string& name, Tensors f, AtNumber at_number, OfDegree of_degree,
         Tensors f2, AtNumber at_number2, OfDegree of_degree2, N naive) {
  const std::string function = "special_" + name;
  const char* const reason = "PyTorch has no derivative; the row of the values has a fixture";
  const auto bound = [](auto g, double n) {
    return on1([g, n](const Tensor& x) { return g(x, Scalar(n)); });
  };
  rows.push_back({.name = function,
                  .function = function,
                  .call = on2(f),
                  .naive = elements(naive),
                  .samples = samples(),
                  .spellings = {{name, on2(f2)}},
                  .without_oracle = reason});
  rows.push_back({.name = function + "_of_degree",
                  .function = function,
                  .call = bound(of_degree, 5),
                  .naive = elements([naive](double x) { return naive(x, 5); }),
                  .samples = unary_samples({-1.5, 1.5}),
                  .spellings = {{name, bound(of_degree2, 5)}},
                  .without_oracle = reason});
  rows.push_back({.name = function + "_values",
                  .function = function,
                  .call = bound(of_degree, 4),
                  .naive = elements([naive](double x) { return naive(x, 4); }),
                  .samples = unary_samples({-1.5, 1.5}),
                  .differentiable = false});
  rows.push_back(
      {.name = function + "_at_number",
       .function = function,
       .call = on1([at_number](const Tensor& n) { return at_number(0.7, n); }),
       .naive = elements([naive](double n) { return naive(0.7, n); }),
       .samples = {{degrees({7})}, {degrees({})}},
       .spellings = {{name, on1([at_number2](const Tensor& n) { return at_number2(0.7, n); })}},
       .differentiable = false,
       .without_oracle = reason});
}

}  // namespace

Rows polynomial_rows() {
  Rows rows;
#define EIGENGRAD_POLYNOMIAL_ROWS(name, naive)                                                    \
  add(rows, #name, eg::special_##name, eg::special_##name, eg::special_##name, eg::special::name, \
      eg::special::name, eg::special::name, naive)
  const auto t = from_recurrence([](Real x) { return x; }, chebyshev);
  const auto u = from_recurrence([](Real x) { return 2 * x; }, chebyshev);
  const auto v = from_recurrence([](Real x) { return 2 * x - 1; }, chebyshev);
  const auto w = from_recurrence([](Real x) { return 2 * x + 1; }, chebyshev);
  EIGENGRAD_POLYNOMIAL_ROWS(chebyshev_polynomial_t, t);
  EIGENGRAD_POLYNOMIAL_ROWS(chebyshev_polynomial_u, u);
  EIGENGRAD_POLYNOMIAL_ROWS(chebyshev_polynomial_v, v);
  EIGENGRAD_POLYNOMIAL_ROWS(chebyshev_polynomial_w, w);
  EIGENGRAD_POLYNOMIAL_ROWS(shifted_chebyshev_polynomial_t, shifted(t));
  EIGENGRAD_POLYNOMIAL_ROWS(shifted_chebyshev_polynomial_u, shifted(u));
  EIGENGRAD_POLYNOMIAL_ROWS(shifted_chebyshev_polynomial_v, shifted(v));
  EIGENGRAD_POLYNOMIAL_ROWS(shifted_chebyshev_polynomial_w, shifted(w));
  EIGENGRAD_POLYNOMIAL_ROWS(hermite_polynomial_h,
                            from_recurrence([](Real x) { return 2 * x; },
                                            [](Real m, Real x, Real p, Real before) {
                                              return 2 * x * p - 2 * m * before;
                                            }));
  EIGENGRAD_POLYNOMIAL_ROWS(
      hermite_polynomial_he,
      from_recurrence([](Real x) { return x; },
                      [](Real m, Real x, Real p, Real before) { return x * p - m * before; }));
  EIGENGRAD_POLYNOMIAL_ROWS(laguerre_polynomial_l,
                            from_recurrence([](Real x) { return 1 - x; },
                                            [](Real m, Real x, Real p, Real before) {
                                              return ((2 * m + 1 - x) * p - m * before) / (m + 1);
                                            }));
  EIGENGRAD_POLYNOMIAL_ROWS(legendre_polynomial_p,
                            from_recurrence([](Real x) { return x; },
                                            [](Real m, Real x, Real p, Real before) {
                                              return ((2 * m + 1) * x * p - m * before) / (m + 1);
                                            }));
#undef EIGENGRAD_POLYNOMIAL_ROWS
  return rows;
}

}  // namespace table
