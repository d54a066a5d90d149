#pragma once

/// Bessel and Airy functions: derivative `k` of the function of order `n`. See Note [Special functions] in gamma.hpp.
namespace eigengrad::kernels {

double bessel_j(int n, int k, double x);
double bessel_y(int n, int k, double x);
double bessel_i(int n, int k, double x);
double bessel_k(int n, int k, double x);
/// exp(-|x|) I_n(x), n = 0 or 1.
double scaled_bessel_i(int n, int k, double x);
/// exp(x) K_n(x), n = 0 or 1.
double scaled_bessel_k(int n, int k, double x);
/// Derivative `k` of sin(x) / x.
double spherical_bessel_j0(int k, double x);
double airy_ai(int k, double x);

}  // namespace eigengrad::kernels
