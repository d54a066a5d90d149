#include "ops/kinks.hpp"

#include "eigengrad/ops/special/bessel.hpp"
#include "eigengrad/ops/special/functions.hpp"
#include "eigengrad/ops/special/incomplete.hpp"
#include "eigengrad/ops/special/polynomials.hpp"

namespace table {
namespace {

using eg::Tensor;

template <class F>
Kink one(std::string name, F f, Numbers at, Numbers value, Numbers gradient) {
  return {std::move(name), on1(f), {std::move(at)}, std::move(value), {std::move(gradient)}};
}
template <class F>
Kink two(std::string name, F f, Numbers a, Numbers b, Numbers value, Numbers in_a, Numbers in_b) {
  return {std::move(name),
          on2(f),
          {std::move(a), std::move(b)},
          std::move(value),
          {std::move(in_a), std::move(in_b)}};
}

constexpr double kErfSlope = 1.1283791670955126;    // 2 / sqrt(pi)
constexpr double kNormalPeak = 0.3989422804014327;  // 1 / sqrt(2 pi)

}  // namespace

std::vector<Kink> special_kinks() {
  return {
      one("erf", [](const Tensor& x) { return eg::erf(x); }, {0, kInf, -kInf}, {0, 1, -1},
          {kErfSlope, 0, 0}),
      one("erfc", [](const Tensor& x) { return eg::erfc(x); }, {kInf, -kInf, 30}, {0, 2, 0},
          {0, 0, 0}),
      one("erfinv", [](const Tensor& x) { return eg::erfinv(x); }, {0, 1, -1, 2},
          {0, kInf, -kInf, kNan}, {1 / kErfSlope, kInf, kInf, kNan}),
      one("erfcinv", [](const Tensor& x) { return eg::erfcinv(x); }, {1, 0, 2, 3},
          {0, kInf, -kInf, kNan}, {-1 / kErfSlope, -kInf, -kInf, kNan}),
      one("erfcx", eg::special_erfcx, {kInf, -kInf, -30}, {0, kInf, kInf}, {0, -kInf, -kInf}),
      one("ndtr", eg::special_ndtr, {kInf, -kInf, 0}, {1, 0, 0.5}, {0, 0, kNormalPeak}),
      one("ndtri", eg::special_ndtri, {0, 1, 0.5, 2}, {-kInf, kInf, 0, kNan},
          {kInf, kInf, 1 / kNormalPeak, kNan}),
      one("log_ndtr", eg::special_log_ndtr, {-kInf, kInf, -1e10}, {-kInf, 0, -5e19},
          {kInf, 0, 1e10}),
      one("lgamma", [](const Tensor& x) { return eg::lgamma(x); }, {0, -1, -2, kInf, -kInf},
          {kInf, kInf, kInf, kInf, kInf}, {-kInf, kNan, kNan, kInf, kNan}),
      one("digamma", [](const Tensor& x) { return eg::digamma(x); }, {0, -0.0, -1, kInf},
          {-kInf, kInf, kNan, kInf}, {kInf, kInf, kInf, 0}),
      one("polygamma_2", [](const Tensor& x) { return eg::polygamma(2, x); }, {0, -1, kInf},
          {-kInf, -kInf, 0}, {kInf, kInf, 0}),
      one("logit", [](const Tensor& x) { return eg::logit(x); }, {0, 1, 0.5, -0.5},
          {-kInf, kInf, 0, kNan}, {kInf, kInf, 4, kNan}),
      one("logit_clamped", [](const Tensor& x) { return eg::logit(x, 0.25); }, {0, 0.25, 0.75, 1},
          {-std::log(3), -std::log(3), std::log(3), std::log(3)}, {0, 16. / 3, 16. / 3, 0}),
      one("entr", eg::special_entr, {0, 1, -1, kInf}, {0, 0, -kInf, -kInf},
          {kInf, -1, kNan, -kInf}),
      two("xlogy", [](const Tensor& a, const Tensor& b) { return eg::xlogy(a, b); },
          {0, 0, 0, 2, 0}, {0, 1, -1, 0, kNan}, {0, 0, 0, -kInf, kNan}, {0, 0, 0, -kInf, kNan},
          {kNan, 0, 0, kInf, kNan}),
      two("xlog1py", [](const Tensor& a, const Tensor& b) { return eg::special_xlog1py(a, b); },
          {0, 0, 2}, {-1, -2, 0}, {0, 0, 0}, {0, 0, 0}, {kNan, 0, 2}),
      two("zeta", [](const Tensor& s, const Tensor& q) { return eg::special_zeta(s, q); },
          {1, 2, 2, 0.5, 1e300}, {2, 0, -1, 1, 1e300}, {kInf, kInf, kInf, kNan, 0},
          {-kInf, -kInf, -kInf, kNan, 0},
          {-0.6449340668482264, -kInf, -kInf, -0.5 * 2.6123753486854883, 0}),
      two("igamma", [](const Tensor& a, const Tensor& x) { return eg::igamma(a, x); }, {2, 2, -1},
          {0, kInf, 1}, {0, 1, kNan}, {0, 0, kNan}, {0, 0, kNan}),
      two("igammac", [](const Tensor& a, const Tensor& x) { return eg::igammac(a, x); }, {2, 2, -1},
          {0, kInf, 1}, {1, 0, kNan}, {0, 0, kNan}, {0, 0, kNan}),
      one("betainc",
          [](const Tensor& x) { return eg::special_betainc(eg::tensor(2.0), eg::tensor(3.0), x); },
          {0, 1, 1.5}, {0, 1, kNan}, {0, 0, kNan}),
      one("i0", [](const Tensor& x) { return eg::i0(x); }, {0, kInf, -kInf}, {1, kInf, kInf},
          {0, kInf, -kInf}),
      one("i0e", eg::special_i0e, {0, kInf, -kInf}, {1, 0, 0}, {0, 0, 0}),
      one("i1e", eg::special_i1e, {0, kInf, -kInf}, {0, 0, 0}, {0.5, 0, 0}),
      one("bessel_j0", eg::special_bessel_j0, {0, kInf, -kInf}, {1, 0, 0}, {0, 0, 0}),
      one("bessel_y0", eg::special_bessel_y0, {0, -1, kInf}, {-kInf, kNan, 0}, {kInf, kNan, 0}),
      one("bessel_y1", eg::special_bessel_y1, {0, -1, kInf}, {-kInf, kNan, 0}, {kInf, kNan, 0}),
      one("bessel_k0", eg::special_modified_bessel_k0, {0, -1, kInf}, {kInf, kNan, 0},
          {-kInf, kNan, 0}),
      one("scaled_bessel_k1", eg::special_scaled_modified_bessel_k1, {0, -1, kInf}, {kInf, kNan, 0},
          {-kInf, kNan, 0}),
      one("spherical_bessel_j0", eg::special_spherical_bessel_j0, {0, kInf, -kInf}, {1, 0, 0},
          {0, 0, 0}),
      one("airy_ai", eg::special_airy_ai, {0, kInf, -kInf}, {0.35502805388781724, 0, 0},
          {-0.25881940379280680, 0, kNan}),
      one("hermite_polynomial_at_inf",
          [](const Tensor& x) { return eg::special_hermite_polynomial_h(x, 2); }, {0, kInf},
          {-2, kInf}, {0, kInf}),
      one("chebyshev_polynomial_that_overflows",
          [](const Tensor& x) { return eg::special_chebyshev_polynomial_t(x, 2001); }, {10, -10},
          {kInf, -kInf}, {kInf, kInf}),
      one("laguerre_polynomial_of_negative_degree",
          [](const Tensor& x) { return eg::special_laguerre_polynomial_l(x, -1); }, {2, kInf},
          {0, 0}, {0, 0}),
      one("legendre_polynomial_of_fraction",
          [](const Tensor& x) { return eg::special_legendre_polynomial_p(x, 1.9); }, {2, -3},
          {2, -3}, {1, 1}),
  };
}

}  // namespace table
