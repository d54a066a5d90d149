#pragma once

#include <cstdint>

/// Special functions of single numbers, through Boost.Math where it is precise enough. Each belongs
/// to a family that is closed under differentiation: a number `k` (or `i`, `j`) is the order of a
/// derivative, so that rules of any order are one call. Outside the domain they give NaN.
namespace eigengrad::kernels {

// ---- Gamma (gamma.cpp).

double digamma(double x);
/// Derivative n + 1 of log Gamma.
double polygamma(std::int64_t n, double x);
/// Derivative `k` in s of the Hurwitz zeta function sum (q + n)^-s.
double zeta(int k, double s, double q);
/// Derivative `k` of log Gamma_p, the multivariate function of dimension `p`.
double multigammaln(int k, int p, double x);

// ---- Incomplete gamma and beta (incomplete.cpp).

double gamma_p(double a, double x);
double gamma_q(double a, double x);
/// Derivative k >= 1 of P(a, x) in a.
double gamma_p_in_a(int k, double a, double x);
/// Derivative `k` in a of dP/dx = x^(a-1) exp(-x) / Gamma(a).
double gamma_density(int k, double a, double x);
/// Its derivative `n` in x at x = 0, and 0 for any other x.
double gamma_density_at_zero(int k, int n, double a, double x);
double beta_inc(double a, double b, double x);
/// Derivative (i, j) != (0, 0) of I_x(a, b) in a and b.
double beta_inc_in_ab(int i, int j, double a, double b, double x);
/// Derivative (i, j) in a and b of dI/dx = x^(a-1) (1-x)^(b-1) / B(a, b).
double beta_density(int i, int j, double a, double b, double x);
/// Its derivative `n` in x at x = 0 or 1, and 0 for any other x; NaN for i + j > 0 where that is not 0.
double beta_density_at_end(int i, int j, int n, double a, double b, double x);

// ---- Error function and the normal distribution (error.cpp).

double erfinv(double x);
double erfcinv(double x);
/// The inverse of the normal cdf.
double ndtri(double p);
/// Derivative `k` of exp(x^2) erfc(x).
double erfcx(int k, double x);
/// Derivative k >= 1 of log Phi(x).
double log_ndtr(int k, double x);

// ---- Bessel and Airy functions (bessel.cpp): derivative `k` of the function of order `n`.

double bessel_j(int n, int k, double x);
double bessel_y(int n, int k, double x);
double bessel_i(int n, int k, double x);
double bessel_k(int n, int k, double x);
/// exp(-|x|) I_n(x), n = 0 or 1.
double scaled_bessel_i(int n, int k, double x);
/// exp(x) K_n(x), n = 0 or 1.
double scaled_bessel_k(int n, int k, double x);
/// sin(x) / x.
double spherical_bessel_j0(int k, double x);
double airy_ai(int k, double x);

}  // namespace eigengrad::kernels
