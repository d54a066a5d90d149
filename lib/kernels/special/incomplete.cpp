#include "kernels/special/incomplete.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/binomial.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

#include "kernels/special/boost_math.hpp"
#include "kernels/special/gamma.hpp"
#include "kernels/special/taylor.hpp"

// Derivatives in a parameter: the expansion that gives the value is evaluated in truncated Taylor
// series of the parameter, so that no difference is taken and any order comes out at once. Series of
// positive terms and continued fractions lose nothing; errors grow with those of the powers in front,
// about 1e-15 max(1, sqrt a) relative at order 1.

namespace eigengrad::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// x^a exp(-x) / Gamma(a + 1) in powers of a.
Taylor gamma_power(int k, double a, double x) {
  Taylor exponent(k, 0);
  double factorial = 1;
  for (int i = 1; i <= k; ++i) {
    factorial *= i;
    exponent(i, 0) = -polygamma(i - 1, a + 1) / factorial;
  }
  if (k > 0) exponent(1, 0) += std::log(x);
  return exp(exponent, boost::math::gamma_p_derivative(a + 1, x, kExtended));
}

/// Derivative k >= 1 of P in a, for finite a >= 0 and x > 0.
double gamma_p_by_expansion(int k, double a, double x) {
  const Taylor power = gamma_power(k, a, x);
  if (x < a + 1) {
    // DLMF 8.7.1: P = x^a exp(-x) / Gamma(a+1) sum_n x^n / ((a+1) ... (a+n)).
    Taylor sum(k, 0, 1), term(k, 0, 1);
    for (double n = 1;; ++n) {
      // term *= x / (a + n + e), in place
      for (int i = 0; i <= k; ++i)
        term(i, 0) = ((i > 0 ? -term(i - 1, 0) : 0) + x * (term(i, 0))) / (a + n);
      const Taylor before = sum;
      sum = sum + term;
      if (sum.close_to(before, kEpsilon / 4)) break;
    }
    return (power * sum).derivative(k, 0);
  }
  // DLMF 8.9.2: Q = x^a exp(-x) / Gamma(a) / (x + 1 - a - 1 (1-a) / (x + 3 - a - ...)).
  const Taylor fraction =
      continued_fraction([&](int i) { return Taylor(k, 0, i * (a - i), i); },
                         [&](int i) { return Taylor(k, 0, x + 2 * i + 1 - a, -1); });
  return -(Taylor(k, 0, a, 1) * power * fraction).derivative(k, 0);
}

/// (-1)^n.
double sign_of_power(int n) { return n % 2 == 0 ? 1 : -1; }

/// Derivative n of x^(a-1) (1-x)^(b-1) / B(a, b) at 0, by (a+b-1) times the difference of the densities of
/// (a-1, b) and (a, b-1), which holds for parameters below 0 too.
double beta_density_at_zero(int n, double a, double b) {
  if (a - 1 > n) return 0;
  if (a != std::floor(a)) {
    double sign = 1;
    for (int i = 0; i < n; ++i) sign *= a - 1 < i ? -1 : 1;
    return sign * kInf;
  }
  if (n == 0) return a == 1 ? b : 0;
  return (a + b - 1) *
         (beta_density_at_zero(n - 1, a - 1, b) - beta_density_at_zero(n - 1, a, b - 1));
}

/// x^a (1-x)^b / B(a, b) in powers of a and b.
Taylor beta_power(int n, int m, double a, double b, double x) {
  const double value = boost::math::ibeta_derivative(a, b, x, kExtended) * (x * (1 - x));
  Taylor exponent(n, m);
  for (int i = 0; i <= n; ++i)
    for (int j = 0; j <= m; ++j) {
      if (i + j == 0) continue;
      double c = polygamma(i + j - 1, a + b);
      if (j == 0) c -= polygamma(i - 1, a);
      if (i == 0) c -= polygamma(j - 1, b);
      if (i == 1 && j == 0) c += std::log(x);
      if (i == 0 && j == 1) c += std::log1p(-x);
      exponent(i, j) = c / (std::tgamma(i + 1.0) * std::tgamma(j + 1.0));
    }
  return exp(exponent, value);
}

/// I_x(a, b) in powers of a and b where x < (a+1) / (a+b+2). DLMF 8.17.22: x^a (1-x)^b / (a B(a, b))
/// times 1 / (1 + d_1 / (1 + d_2 / (1 + ...))).
Taylor beta_by_fraction(int n, int m, double a, double b, double x) {
  const auto line = [&](double value, double in_a, double in_b) {
    return Taylor(n, m, value, in_a, in_b);
  };
  const Taylor one(n, m, 1);
  const Taylor fraction = continued_fraction(
      [&](int i) {
        const double h = i / 2;
        if (i % 2 == 0)
          return h * x * line(b - h, 0, 1) / (line(a + i - 1, 1, 0) * line(a + i, 1, 0));
        return -x * (line(a + h, 1, 0) * line(a + b + h, 1, 1)) /
               (line(a + i - 1, 1, 0) * line(a + i, 1, 0));
      },
      [&](int) { return one; });
  return beta_power(n, m, a, b, x) / line(a, 1, 0) * fraction;
}

bool in_beta_domain(double a, double b, double x) {
  return a > 0 && b > 0 && x >= 0 && x <= 1 && a < kInf && b < kInf;
}

}  // namespace

double gamma_p(double a, double x) {
  if (!(a >= 0) || !(x >= 0) || (a == 0 && x == 0) || (a == kInf && x == kInf)) return kNan;
  if (a == 0 || x == kInf) return 1;
  if (a == kInf || x == 0) return 0;
  return boost::math::gamma_p(a, x, kExtended);
}

double gamma_q(double a, double x) {
  if (!(a >= 0) || !(x >= 0) || (a == 0 && x == 0) || (a == kInf && x == kInf)) return kNan;
  if (a == 0 || x == kInf) return 0;
  if (a == kInf || x == 0) return 1;
  return boost::math::gamma_q(a, x, kExtended);
}

double gamma_p_in_a(int k, double a, double x) {
  if (!(a >= 0) || !(x >= 0) || (a == 0 && x == 0) || (a == kInf && x == kInf)) return kNan;
  if (a == kInf || x == kInf || x == 0) return 0;
  return gamma_p_by_expansion(k, a, x);
}

double gamma_density(int k, double a, double x) {
  if (!(a >= 0) || !(x >= 0) || (a == kInf && x == kInf)) return kNan;
  if (a == kInf || x == kInf) return 0;
  if (x == 0) return gamma_density_at_zero(k, 0, a, x);
  if (k == 0 && a > 0) return boost::math::gamma_p_derivative(a, x, kExtended);
  return (Taylor(k, 0, a, 1) * gamma_power(k, a, x)).derivative(k, 0) / x;
}

// The sum of (-1)^(n-j) C(n, j) x^(a-1-j) / Gamma(a-j) over j, of which the power of 0 leaves one term.
double gamma_density_at_zero(int k, int n, double a, double x) {
  if (x != 0) return 0;
  if (!(a >= 0)) return kNan;
  if (a - 1 > n) return 0;
  const bool is_whole = a == std::floor(a);
  const int power = static_cast<int>(a) - 1;
  if (k == 0 && is_whole)
    return power < 0 ? 0
                     : sign_of_power(n - power) *
                           boost::math::binomial_coefficient<double>(static_cast<unsigned>(n),
                                                                     static_cast<unsigned>(power));
  // x^(a-1-n) log(x)^k over Gamma(a-n), or one power of the logarithm less where that is a pole.
  if (is_whole && power < n) return sign_of_power(n - power - 1 + k - 1) * kInf;
  return sign_of_power(k) * std::copysign(kInf, std::tgamma(a - n));
}

double beta_inc(double a, double b, double x) {
  if (!in_beta_domain(a, b, x)) return kNan;
  return boost::math::ibeta(a, b, x, kExtended);
}

double beta_inc_in_ab(int i, int j, double a, double b, double x) {
  if (!in_beta_domain(a, b, x)) return kNan;
  if (x == 0 || x == 1) return 0;
  if (x < (a + 1) / (a + b + 2)) return beta_by_fraction(i, j, a, b, x).derivative(i, j);
  // DLMF 8.17.4: I_x(a, b) = 1 - I_(1-x)(b, a).
  return -beta_by_fraction(j, i, b, a, 1 - x).derivative(j, i);
}

double beta_density(int i, int j, double a, double b, double x) {
  if (!in_beta_domain(a, b, x)) return kNan;
  if (i == 0 && j == 0)
    return x == 0 || x == 1 ? beta_density_at_end(0, 0, 0, a, b, x)
                            : boost::math::ibeta_derivative(a, b, x, kExtended);
  const auto at_end = [](int order, double e) { return e > 1 ? 0 : order % 2 == 0 ? kInf : -kInf; };
  if (x == 0) return at_end(i, a);
  if (x == 1) return at_end(j, b);
  return beta_power(i, j, a, b, x).derivative(i, j) / (x * (1 - x));
}

double beta_density_at_end(int i, int j, int n, double a, double b, double x) {
  if (x != 0 && x != 1) return 0;
  if (!in_beta_domain(a, b, x)) return kNan;
  if ((x == 0 ? a : b) - 1 > n) return 0;
  if (i + j > 0) return kNan;
  return x == 0 ? beta_density_at_zero(n, a, b) : sign_of_power(n) * beta_density_at_zero(n, b, a);
}

}  // namespace eigengrad::kernels
