#include "accuracy/special.hpp"

#include <array>
#include <boost/math/special_functions/airy.hpp>
#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>

#include "eigengrad/ops/special/bessel.hpp"
#include "eigengrad/ops/special/functions.hpp"
#include "eigengrad/ops/special/polynomials.hpp"

namespace accuracy {
namespace {

namespace math = boost::math;
using eg::Tensor;
using Rows = std::vector<Measured>;

const Real kSqrt2 = sqrt(Real(2));
const Real kPi = math::constants::pi<Real>();
const Numbers kTiny = powers(-1074, -20, 1, 50);

// ---- Error functions and the normal distribution.

Real erfcx(const Real& x) { return exp(x * x) * math::erfc(x); }
Real ndtr(const Real& x) { return math::erfc(Real(-x / kSqrt2)) / 2; }
Real density(const Real& x) { return exp(-x * x / 2) / sqrt(2 * kPi); }
Real hazard(const Real& x) { return density(x) / ndtr(x); }
Real quantile(const Real& p) { return -kSqrt2 * math::erfc_inv(Real(2 * p)); }

Tensor erf_of(const Tensor& x) { return eg::erf(x); }
Tensor erfc_of(const Tensor& x) { return eg::erfc(x); }
Tensor erfinv_of(const Tensor& x) { return eg::erfinv(x); }
Tensor erfcinv_of(const Tensor& x) { return eg::erfcinv(x); }
Tensor logit_of(const Tensor& x) { return eg::logit(x); }

/// The derivative of the inverse of erf where that is y.
Real inverse_derivative(const Real& y) { return sqrt(kPi) / 2 * exp(y * y); }

const Rows& error_functions() {
  static const Numbers inside = uniform(0, 1) + powers(-1074, -3);
  static const Rows rows{
      {"erf", 0, erf_of, [](const Real& x) { return Real(math::erf(x)); }, uniform(-6, 6) + kTiny},
      {"erfc", 0, erfc_of, [](const Real& x) { return Real(math::erfc(x)); },
       uniform(-6, 27) + kTiny},
      {"special_erfcx", 0, eg::special_erfcx, erfcx, uniform(-26, 30) + uniform(-1, 11) + kTiny},
      {"special_erfcx, far", 0, eg::special_erfcx,
       [](const Real& x) { return Real(1 / (x * sqrt(kPi))); }, powers(60, 1020), "special_erfcx"},
      {"special_erfcx'", 1, eg::special_erfcx,
       [](const Real& x) { return Real(2 * x * erfcx(x) - 2 / sqrt(kPi)); }, uniform(-5, 25, 50),
       "special_erfcx"},
      // erfcx(x) ~ 1 / (x sqrt pi).
      {"special_erfcx', far", 1, eg::special_erfcx,
       [](const Real& x) { return Real(-1 / (x * x * sqrt(kPi))); }, powers(30, 300, 1, 20),
       "special_erfcx"},
      {"special_ndtr", 0, eg::special_ndtr, ndtr, uniform(-37.5, 9) + uniform(-3, 3) + kTiny},
      {"special_log_ndtr", 0, eg::special_log_ndtr,
       [](const Real& x) { return Real(log(ndtr(x))); }, uniform(-100, 2) + kTiny},
      {"special_log_ndtr, right", 0, eg::special_log_ndtr,
       [](const Real& x) { return Real(log1p(-ndtr(-x))); }, uniform(0, 37), "special_log_ndtr"},
      {"special_log_ndtr'", 1, eg::special_log_ndtr, hazard, uniform(-37, 10, 50),
       "special_log_ndtr"},
      {"special_log_ndtr', far", 1, eg::special_log_ndtr, [](const Real& x) { return Real(-x); },
       powers(30, 300, -1, 20), "special_log_ndtr"},
      {"special_log_ndtr''", 2, eg::special_log_ndtr,
       [](const Real& x) { return Real(-hazard(x) * (x + hazard(x))); }, uniform(-37, 10, 50),
       "special_log_ndtr"},
      {"special_log_ndtr'', far", 2, eg::special_log_ndtr, [](const Real&) { return Real(-1); },
       powers(30, 300, -1, 20), "special_log_ndtr"},
      {"erfinv", 0, erfinv_of, [](const Real& x) { return Real(math::erf_inv(x)); },
       uniform(-1, 1) + inside},
      {"erfinv'", 1, erfinv_of, [](const Real& x) { return inverse_derivative(math::erf_inv(x)); },
       uniform(-1, 1), "erfinv"},
      {"erfinv''", 2, erfinv_of,
       [](const Real& x) {
         const Real y = math::erf_inv(x), d = inverse_derivative(y);
         return Real(2 * y * d * d);
       },
       uniform(-1, 1), "erfinv"},
      {"erfcinv", 0, erfcinv_of, [](const Real& x) { return Real(math::erfc_inv(x)); },
       uniform(0, 2) + inside},
      {"erfcinv'", 1, erfcinv_of,
       [](const Real& x) { return Real(-inverse_derivative(math::erfc_inv(x))); },
       uniform(0, 2) + powers(-1000, -1, 1, 50), "erfcinv"},
      {"erfcinv''", 2, erfcinv_of,
       [](const Real& x) {
         const Real y = math::erfc_inv(x), d = inverse_derivative(y);
         return Real(2 * y * d * d);
       },
       uniform(0, 2) + powers(-500, -1, 1, 50), "erfcinv"},
      {"special_ndtri", 0, eg::special_ndtri, quantile, inside},
      {"special_ndtri'", 1, eg::special_ndtri,
       [](const Real& p) { return Real(1 / density(quantile(p))); }, powers(-1000, -1, 1, 50),
       "special_ndtri"},
      {"special_ndtri''", 2, eg::special_ndtri,
       [](const Real& p) {
         const Real y = quantile(p), d = 1 / density(y);
         return Real(y * d * d);
       },
       powers(-500, -1.1, 1, 50), "special_ndtri"},
      {"logit", 0, logit_of, [](const Real& x) { return Real(log(x / (1 - x))); },
       inside + Numbers{0.25, 0.75}},
      {"special_entr", 0, eg::special_entr, [](const Real& x) { return Real(-x * log(x)); },
       inside + powers(0, 1000)}};
  return rows;
}

// ---- Gamma functions.

Tensor lgamma_of(const Tensor& x) { return eg::lgamma(x); }
Tensor digamma_of(const Tensor& x) { return eg::digamma(x); }
std::function<Real(const Real&)> polygamma(int n) {
  return [n](const Real& x) { return Real(n == 0 ? math::digamma(x) : math::polygamma(n, x)); };
}

const Rows& gamma_functions() {
  static const Rows list = [] {
    const Numbers sizes = uniform(0.01, 30, 40) + powers(-8, 20, 1, 40);
    Rows rows{{"lgamma", 0, lgamma_of, [](const Real& x) { return Real(math::lgamma(x)); },
               uniform(0, 20) + powers(-1070, 1000)},
              {"lgamma'", 1, lgamma_of, polygamma(0), sizes, "lgamma"},
              {"lgamma''", 2, lgamma_of, polygamma(1), sizes, "lgamma"},
              {"digamma", 0, digamma_of, polygamma(0),
               uniform(0, 20) + uniform(-10, 0) + powers(-1000, 900)},
              {"digamma'", 1, digamma_of, polygamma(1), sizes, "digamma"},
              {"digamma''", 2, digamma_of, polygamma(2), sizes, "digamma"},
              {"trigamma, left", 0, [](const Tensor& x) { return eg::polygamma(1, x); },
               polygamma(1), uniform(-10, 0, 40), "polygamma"},
              {"mvlgamma", 0, [](const Tensor& x) { return eg::mvlgamma(x, 3); },
               [](const Real& x) {
                 Real sum = Real(1.5) * log(kPi);
                 for (int j = 0; j < 3; ++j) sum += math::lgamma(Real(x - Real(j) / 2));
                 return sum;
               },
               uniform(1.05, 30, 40)}};
    for (const int k : {1, 2})
      rows.push_back({"mvlgamma, derivative " + std::to_string(k), k,
                      [](const Tensor& x) { return eg::mvlgamma(x, 3); },
                      [k](const Real& x) {
                        Real sum = 0;
                        for (int j = 0; j < 3; ++j) sum += polygamma(k - 1)(Real(x - Real(j) / 2));
                        return sum;
                      },
                      uniform(1.05, 30, 40), "mvlgamma"});
    for (const int n : {1, 2, 5, 30})
      for (const int k : {0, 1, 2})
        rows.push_back({"polygamma " + std::to_string(n) + ", derivative " + std::to_string(k), k,
                        [n](const Tensor& x) { return eg::polygamma(n, x); }, polygamma(n + k),
                        sizes, "polygamma"});
    return rows;
  }();
  return list;
}

// ---- Bessel functions.

enum class Kind { I, J, K, Y };
Real bessel(Kind kind, int n, const Real& x) {
  const int m = std::abs(n);
  const int sign = n < 0 && m % 2 == 1 && (kind == Kind::J || kind == Kind::Y) ? -1 : 1;
  switch (kind) {
    case Kind::I:
      return math::cyl_bessel_i(m, x);
    case Kind::K:
      return math::cyl_bessel_k(m, x);
    case Kind::J:
      return sign * math::cyl_bessel_j(m, x);
    default:
      return sign * math::cyl_neumann(m, x);
  }
}
/// DLMF 10.6.1 and 10.29.1: a derivative is half of what the neighbouring orders give.
Real bessel_derivative(Kind kind, int n, int order, const Real& x) {
  if (order == 0) return bessel(kind, n, x);
  const Real below = bessel_derivative(kind, n - 1, order - 1, x);
  const Real above = bessel_derivative(kind, n + 1, order - 1, x);
  if (kind == Kind::I) return (below + above) / 2;
  if (kind == Kind::K) return -(below + above) / 2;
  return (below - above) / 2;
}
/// Of exp(s x) f(x), by Leibniz's rule.
Real scaled_derivative(Kind kind, int n, int order, int s, const Real& x) {
  const Real f = bessel(kind, n, x);
  if (order == 0) return exp(s * x) * f;
  const Real first = bessel_derivative(kind, n, 1, x);
  if (order == 1) return exp(s * x) * (first + s * f);
  return exp(s * x) * (bessel_derivative(kind, n, 2, x) + 2 * s * first + s * s * f);
}

/// About what functions that oscillate are between their zeros.
Real amplitude(const Real&) { return Real(0.1); }

struct BesselFunction {
  std::string name;
  Tensor (*f)(const Tensor&);
  Kind kind;
  int n;
  int scaled;
};

const Rows& bessel_functions() {
  static const Rows list = [] {
    const BesselFunction functions[] = {
        {"i0", [](const Tensor& x) { return eg::i0(x); }, Kind::I, 0, 0},
        {"special_i1", eg::special_i1, Kind::I, 1, 0},
        {"special_i0e", eg::special_i0e, Kind::I, 0, -1},
        {"special_i1e", eg::special_i1e, Kind::I, 1, -1},
        {"special_modified_bessel_k0", eg::special_modified_bessel_k0, Kind::K, 0, 0},
        {"special_modified_bessel_k1", eg::special_modified_bessel_k1, Kind::K, 1, 0},
        {"special_scaled_modified_bessel_k0", eg::special_scaled_modified_bessel_k0, Kind::K, 0, 1},
        {"special_scaled_modified_bessel_k1", eg::special_scaled_modified_bessel_k1, Kind::K, 1, 1},
        {"special_bessel_j0", eg::special_bessel_j0, Kind::J, 0, 0},
        {"special_bessel_j1", eg::special_bessel_j1, Kind::J, 1, 0},
        {"special_bessel_y0", eg::special_bessel_y0, Kind::Y, 0, 0},
        {"special_bessel_y1", eg::special_bessel_y1, Kind::Y, 1, 0}};
    Rows rows;
    for (const BesselFunction& b : functions) {
      const bool oscillates = b.kind == Kind::J || b.kind == Kind::Y;
      for (const int order : {0, 1, 2}) {
        const int n = order == 0 ? 60 : 20;
        const auto exact = [b, order](const Real& x) {
          return scaled_derivative(b.kind, b.n, order, b.scaled, x);
        };
        const std::string name = b.name + ", derivative " + std::to_string(order);
        const Numbers points = uniform(0, 29.9, n) + powers(order == 0 ? -100 : -30, 3, 1, n);
        const Numbers far = uniform(30.1, oscillates ? 40 : b.scaled != 0 ? 300 : 700, n / 2);
        const bool cancels = b.scaled != 0 && order > 0;
        rows.push_back({name, order, b.f, exact, points, b.name, oscillates ? amplitude : nullptr});
        rows.push_back({name + " from 30 on", order, b.f, exact, far,
                        cancels ? b.name + " (from 30 on)" : b.name,
                        oscillates ? amplitude : nullptr});
      }
    }
    const auto j0 = [](const Real& x) { return Real(sin(x) / x); };
    const auto j0_derivative = [](const Real& x) { return Real((x * cos(x) - sin(x)) / (x * x)); };
    rows.push_back({"special_spherical_bessel_j0", 0, eg::special_spherical_bessel_j0, j0,
                    uniform(-50, 50) + kTiny});
    rows.push_back({"special_spherical_bessel_j0'", 1, eg::special_spherical_bessel_j0,
                    j0_derivative, uniform(-50, 50) + powers(-40, 0, 1, 40),
                    "special_spherical_bessel_j0", amplitude});
    rows.push_back({"special_spherical_bessel_j0''", 2, eg::special_spherical_bessel_j0,
                    [=](const Real& x) { return Real(-j0(x) - 2 * j0_derivative(x) / x); },
                    uniform(-50, 50) + powers(-40, 0, 1, 40), "special_spherical_bessel_j0",
                    amplitude});
    // exp(-x) I_0(x) ~ (2 pi x)^-1/2.
    rows.push_back({"special_i0e', far", 1, eg::special_i0e,
                    [](const Real& x) { return Real(-1 / (2 * x * sqrt(2 * kPi * x))); },
                    powers(60, 200, 1, 20), "special_i0e (from 30 on)"});
    rows.push_back({"special_airy_ai",
                    0,
                    eg::special_airy_ai,
                    [](const Real& x) { return Real(math::airy_ai(x)); },
                    uniform(-40, 0, 40) + uniform(0, 100, 40),
                    {},
                    amplitude});
    rows.push_back({"special_airy_ai'", 1, eg::special_airy_ai,
                    [](const Real& x) { return Real(math::airy_ai_prime(x)); },
                    uniform(-40, 0, 40) + uniform(0, 100, 40), "special_airy_ai", amplitude});
    rows.push_back({"special_airy_ai''", 2, eg::special_airy_ai,
                    [](const Real& x) { return Real(x * math::airy_ai(x)); },
                    uniform(-40, 0, 40) + uniform(0, 100, 40), "special_airy_ai", amplitude});
    return rows;
  }();
  return list;
}

// ---- Orthogonal polynomials, against their recurrences.

/// p_(n+1) = ((a x + b) p_n - c p_(n-1)) / d, with p_0 = 1 and p_(-1) = 0: DLMF 18.9.1.
struct Recurrence {
  int a, b, c, d = 1;
};

struct Polynomial {
  std::string name;
  Tensor (*f)(const Tensor& x, const eg::Scalar& n);
  Recurrence (*recurrence)(int n);
  double low, high;
  std::string contract = {};
};

template <int A, int B>
Recurrence chebyshev(int n) {
  return n == 0 ? Recurrence{A, B, 0} : Recurrence{2, 0, 1};
}
template <int A, int B>
Recurrence shifted_chebyshev(int n) {
  return n == 0 ? Recurrence{A, B, 0} : Recurrence{4, -2, 1};
}

const std::vector<Polynomial>& polynomials() {
  static const std::vector<Polynomial> list{
      {"special_chebyshev_polynomial_t", eg::special_chebyshev_polynomial_t, chebyshev<1, 0>, -1,
       1},
      {"special_chebyshev_polynomial_u", eg::special_chebyshev_polynomial_u, chebyshev<2, 0>, -1,
       1},
      {"special_chebyshev_polynomial_v", eg::special_chebyshev_polynomial_v, chebyshev<2, -1>, -1,
       1},
      {"special_chebyshev_polynomial_w", eg::special_chebyshev_polynomial_w, chebyshev<2, 1>, -1,
       1},
      {"special_shifted_chebyshev_polynomial_t", eg::special_shifted_chebyshev_polynomial_t,
       shifted_chebyshev<2, -1>, 0, 1},
      {"special_shifted_chebyshev_polynomial_u", eg::special_shifted_chebyshev_polynomial_u,
       shifted_chebyshev<4, -2>, 0, 1},
      {"special_shifted_chebyshev_polynomial_v", eg::special_shifted_chebyshev_polynomial_v,
       shifted_chebyshev<4, -3>, 0, 1},
      {"special_shifted_chebyshev_polynomial_w", eg::special_shifted_chebyshev_polynomial_w,
       shifted_chebyshev<4, -1>, 0, 1},
      {"special_hermite_polynomial_h", eg::special_hermite_polynomial_h,
       [](int n) {
         return Recurrence{2, 0, 2 * n};
       },
       -4, 4},
      {"special_hermite_polynomial_he", eg::special_hermite_polynomial_he,
       [](int n) {
         return Recurrence{1, 0, n};
       },
       -4, 4},
      {"special_laguerre_polynomial_l", eg::special_laguerre_polynomial_l,
       [](int n) {
         return Recurrence{-1, 2 * n + 1, n, n + 1};
       },
       0, 20},
      {"special_legendre_polynomial_p", eg::special_legendre_polynomial_p,
       [](int n) {
         return Recurrence{2 * n + 1, 0, n, n + 1};
       },
       -1, 1}};
  return list;
}

/// A polynomial at a point, and two derivatives.
using Jet = std::array<Real, 3>;

Jet exact(const Polynomial& f, int degree, const Real& x) {
  Jet below{0, 0, 0}, p{1, 0, 0};
  for (int n = 0; n < degree; ++n) {
    const Recurrence r = f.recurrence(n);
    Jet above;
    for (std::size_t k = 0; k < 3; ++k) {
      above[k] = (r.a * x + r.b) * p[k] - r.c * below[k];
      if (k > 0) above[k] += static_cast<int>(k) * r.a * p[k - 1];
      above[k] /= r.d;
    }
    below = p;
    p = above;
  }
  return p;
}

/// In units of the largest size among the points.
void check_degree(const Polynomial& f, int degree) {
  const Numbers x = uniform(f.low, f.high, 60);
  for (const int order : {0, 1, 2}) {
    const Bound& bound = bound_of(key_of(f), order);
    BOOST_TEST((bound.low == f.low && bound.high == f.high && bound.scale == "amplitude"));
    std::vector<Real> wanted;
    Real amplitude = 0;
    for (const double v : x) {
      wanted.push_back(exact(f, degree, Real(v))[static_cast<std::size_t>(order)]);
      amplitude = std::max(amplitude, Real(abs(wanted.back())));
    }
    const Numbers got = derivative([&](const Tensor& t) { return f.f(t, degree); }, order, x);
    Worst worst;
    for (std::size_t i = 0; i < x.size(); ++i)
      worst.add(ulps_between<double>(got[i], wanted[i], amplitude), {x[i]});
    worst.check<double>(f.name + " of degree " + std::to_string(degree), key_of(f), order);
  }
}
void check_degrees(const Polynomial& f) {
  for (const int degree : {1, 2, 5, 12, 30}) check_degree(f, degree);
}

const bool registered = add_suite("error_functions", error_functions(), check, __FILE__) &&
                        add_suite("gamma_functions", gamma_functions(), check, __FILE__) &&
                        add_suite("bessel_functions", bessel_functions(), check, __FILE__) &&
                        add_suite("polynomials", polynomials(), check_degrees, __FILE__, {0, 1, 2});

}  // namespace
}  // namespace accuracy
