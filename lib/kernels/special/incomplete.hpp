#pragma once

/// Incomplete gamma and beta functions. See Note [Special functions] in gamma.hpp.
namespace eigengrad::kernels {

double gamma_p(double a, double x);
double gamma_q(double a, double x);
/// Derivative k >= 1 of P(a, x) in a.
double gamma_p_in_a(int k, double a, double x);
/// Derivative `k` in a of dP/dx = x^(a-1) exp(-x) / Gamma(a).
double gamma_density(int k, double a, double x);
/// Derivative `k` in a and `n` in x of dP/dx at x = 0; 0 for any other x.
double gamma_density_at_zero(int k, int n, double a, double x);
double beta_inc(double a, double b, double x);
/// Derivative (i, j) != (0, 0) of I_x(a, b) in a and b.
double beta_inc_in_ab(int i, int j, double a, double b, double x);
/// Derivative (i, j) in a and b of dI/dx = x^(a-1) (1-x)^(b-1) / B(a, b).
double beta_density(int i, int j, double a, double b, double x);
/// Derivative (i, j) in a and b and `n` in x of dI/dx at x = 0 or 1; 0 for any other x, and NaN for i + j > 0
/// where that is not 0.
double beta_density_at_end(int i, int j, int n, double a, double b, double x);

}  // namespace eigengrad::kernels
