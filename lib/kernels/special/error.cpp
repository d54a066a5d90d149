#include "kernels/special/error.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "kernels/special/boost_math.hpp"
#include "kernels/special/error_functions.hpp"

namespace eigengrad::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Derivatives 0 to k of erfcx at x, which satisfy e_1 = 2 x e_0 - 2 / sqrt(pi) and
/// e_j = 2 x e_(j-1) + 2 (j-1) e_(j-2): the repeated integrals of erfc, DLMF 7.18.7, up to factors.
/// Forwards that cancels for x > 1; there the ratios r_j = e_j / e_(j-1) = -2j / (2x - r_(j+1)) run
/// backwards from a j so large that their start does not matter.
std::vector<double> erfcx_derivatives(int k, double x) {
  const auto at = [](int j) { return static_cast<std::size_t>(j); };
  std::vector<double> e(at(k + 1));
  e[0] = erfcx(Pack<double>(x)).first();
  if (x > 1) {
    const int start = k + 20 + static_cast<int>(200 / (x * x));
    double r = x - std::hypot(x, std::sqrt(2.0 * start));
    for (int j = start - 1; j >= 1; --j) {
      r = -2 * j / (2 * x - r);
      if (j <= k) e[at(j)] = r;
    }
    for (int j = 1; j <= k; ++j) e[at(j)] *= e[at(j - 1)];
  } else {
    for (int j = 1; j <= k; ++j)
      e[at(j)] = 2 * x * e[at(j - 1)] +
                 (j == 1 ? -2 * std::numbers::inv_sqrtpi : 2 * (j - 1) * e[at(j - 2)]);
  }
  return e;
}

}  // namespace

double erfinv(double x) {
  if (!(std::abs(x) < 1)) return std::abs(x) == 1 ? std::copysign(kInf, x) : kNan;
  return x == 0 ? x : boost::math::erf_inv(x, kDouble);
}

double erfcinv(double x) {
  if (x == 0 || x == 2) return x == 0 ? kInf : -kInf;
  return boost::math::erfc_inv(x, kDouble);
}

double ndtri(double p) { return -std::numbers::sqrt2 * erfcinv(2 * p); }

double erfcx(int k, double x) {
  if (x == kInf) return 0;
  return erfcx_derivatives(k, x)[static_cast<std::size_t>(k)];
}

// With h = phi / Phi, whose derivative k - 1 is wanted. On the left h = sqrt(2/pi) / e(x), where
// e(x) = erfcx(-x / sqrt 2), so that from (1/e) e = 1, for q = 1/e,
//   q_m = -sum_(j=1..m) C(m, j) (e_j / e) q_(m-j);
// on the right, where e overflows, from h Phi = phi in the same way.
double log_ndtr(int k, double x) {
  const auto at = [](int j) { return static_cast<std::size_t>(j); };
  if (x == -kInf) return k == 1 ? kInf : k == 2 ? -1 : 0;
  if (x == kInf) return 0;
  std::vector<double> h(at(k));
  if (x <= 0) {
    constexpr double s = -std::numbers::sqrt2 / 2;
    std::vector<double> e = erfcx_derivatives(k - 1, s * x);
    double power = 1;
    for (double& v : e) {
      v *= power;
      power *= s;
    }
    h[0] = std::numbers::sqrt2 * std::numbers::inv_sqrtpi / e[0];
    for (int m = 1; m < k; ++m)
      for (int j = 1; j <= m; ++j) h[at(m)] -= choose(m, j) * (e[at(j)] / e[0]) * h[at(m - j)];
    return h[at(k - 1)];
  }
  // phi_j = phi^(j): phi_(j+1) = -x phi_j - j phi_(j-1).
  std::vector<double> phi(at(k));
  const double cdf = std::erfc(-x / std::numbers::sqrt2) / 2;
  for (int m = 0; m < k; ++m) {
    if (m == 0)
      phi[0] = math::normal_pdf(Pack<double>(x)).first();
    else
      phi[at(m)] = -x * phi[at(m - 1)] - (m > 1 ? (m - 1) * phi[at(m - 2)] : 0);
    h[at(m)] = phi[at(m)];
    for (int j = 1; j <= m; ++j) h[at(m)] -= choose(m, j) * phi[at(j - 1)] * h[at(m - j)];
    h[at(m)] /= cdf;
  }
  return h[at(k - 1)];
}

}  // namespace eigengrad::kernels
