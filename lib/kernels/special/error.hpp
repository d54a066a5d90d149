#pragma once

/// Error function and the normal distribution. See Note [Special functions] in gamma.hpp.
namespace eigengrad::kernels {

double erfinv(double x);
double erfcinv(double x);
/// The inverse of the normal cdf.
double ndtri(double p);
/// Derivative `k` of exp(x^2) erfc(x).
double erfcx(int k, double x);
/// Derivative k >= 1 of log Phi(x).
double log_ndtr(int k, double x);

}  // namespace eigengrad::kernels
