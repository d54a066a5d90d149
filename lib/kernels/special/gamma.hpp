#pragma once

#include <cstdint>

/// Note [Special functions]
/// Special functions of single numbers, through Boost.Math where it is precise enough. Each belongs
/// to a family that is closed under differentiation: an integer `k` (or `i`, `j`) is the order of a
/// derivative, so that rules of any order are one call. Outside the domain they give NaN.
namespace eigengrad::kernels {

double digamma(double x);
/// Derivative n + 1 of log Gamma.
double polygamma(std::int64_t n, double x);
/// Derivative `k` in s of the Hurwitz zeta function sum (q + n)^-s.
double zeta(int k, double s, double q);
/// Derivative `k` of log Gamma_p, the multivariate function of dimension `p`.
double multigammaln(int k, int p, double x);

}  // namespace eigengrad::kernels
