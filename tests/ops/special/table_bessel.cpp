#include <boost/math/special_functions/airy.hpp>
#include <boost/math/special_functions/bessel.hpp>

#include "eigengrad/ops/special/bessel.hpp"
#include "eigengrad/ops/special/names.hpp"
#include "ops/table.hpp"
#include "reference.hpp"

namespace table {
namespace {

using eg::Tensor;
using Real = long double;

constexpr Real kInf = std::numeric_limits<Real>::infinity();
constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 5};

template <class F, class N>
Row one(const std::string& name, F f, N naive, Range range, std::vector<Spelling> spellings) {
  return {.name = name,
          .function = name,
          .call = on1(f),
          .naive = elements(naive),
          .samples = unary_samples(range),
          .spellings = std::move(spellings),
          .elementwise = true};
}

/// A row, and one of its values only, since PyTorch has no derivatives here.
template <class F, class G, class N>
void add(Rows& rows, const std::string& name, F f, G in_namespace, N naive, Range range) {
  rows.push_back(one("special_" + name, f, naive, range, {{name, on1(in_namespace)}}));
  Row values = rows.back();
  rows.back().without_oracle = "PyTorch has no derivative; the row of the values has a fixture";
  values.name += "_values";
  values.spellings = {};
  values.differentiable = false;
  rows.push_back(std::move(values));
}

Real j(int n, double x) { return boost::math::cyl_bessel_j(n, Real(x), quiet); }
Real y(int n, double x) { return x == 0 ? -kInf : boost::math::cyl_neumann(n, Real(x), quiet); }
Real i(int n, double x) { return boost::math::cyl_bessel_i(n, Real(x), quiet); }
Real k(int n, double x) { return x == 0 ? kInf : boost::math::cyl_bessel_k(n, Real(x), quiet); }
Real scaled_i(int n, double x) { return std::exp(-std::abs(Real(x))) * i(n, x); }
Real scaled_k(int n, double x) { return std::exp(Real(x)) * k(n, x); }

template <class F>
auto of_order(F f, int n) {
  return [f, n](double x) { return f(n, x); };
}

}  // namespace

Rows bessel_rows() {
  Rows rows{
      one("i0", [](const Tensor& x) { return eg::i0(x); }, of_order(i, 0), kReal,
          {{"Tensor::i0", on1([](const Tensor& x) { return x.i0(); })},
           {"special_i0", on1([](const Tensor& x) { return eg::special_i0(x); })},
           {"i0 of special", on1([](const Tensor& x) { return eg::special::i0(x); })}}),
      one("special_i1", eg::special_i1, of_order(i, 1), kReal,
          {{"i1", on1([](const Tensor& x) { return eg::special::i1(x); })}}),
      one("special_i0e", eg::special_i0e, of_order(scaled_i, 0), kReal,
          {{"i0e", on1([](const Tensor& x) { return eg::special::i0e(x); })}}),
      one("special_i1e", eg::special_i1e, of_order(scaled_i, 1), kReal,
          {{"i1e", on1([](const Tensor& x) { return eg::special::i1e(x); })}}),
  };
#define EIGENGRAD_BESSEL_ROW(name, ...)                                                      \
  add(                                                                                       \
      rows, #name, eg::special_##name, [](const Tensor& x) { return eg::special::name(x); }, \
      __VA_ARGS__)
  EIGENGRAD_BESSEL_ROW(bessel_j0, of_order(j, 0), kReal);
  EIGENGRAD_BESSEL_ROW(bessel_j1, of_order(j, 1), kReal);
  EIGENGRAD_BESSEL_ROW(bessel_y0, of_order(y, 0), kPositive);
  EIGENGRAD_BESSEL_ROW(bessel_y1, of_order(y, 1), kPositive);
  EIGENGRAD_BESSEL_ROW(modified_bessel_i0, of_order(i, 0), kReal);
  EIGENGRAD_BESSEL_ROW(modified_bessel_i1, of_order(i, 1), kReal);
  EIGENGRAD_BESSEL_ROW(modified_bessel_k0, of_order(k, 0), kPositive);
  EIGENGRAD_BESSEL_ROW(modified_bessel_k1, of_order(k, 1), kPositive);
  EIGENGRAD_BESSEL_ROW(scaled_modified_bessel_k0, of_order(scaled_k, 0), kPositive);
  EIGENGRAD_BESSEL_ROW(scaled_modified_bessel_k1, of_order(scaled_k, 1), kPositive);
  EIGENGRAD_BESSEL_ROW(
      spherical_bessel_j0, [](double x) { return x == 0 ? 1 : std::sin(Real(x)) / Real(x); },
      kReal);
  EIGENGRAD_BESSEL_ROW(
      airy_ai, [](double x) { return boost::math::airy_ai(Real(x), quiet); }, kReal);
#undef EIGENGRAD_BESSEL_ROW
  for (Row& row : rows) row.slow = true;
  return rows;
}

}  // namespace table
