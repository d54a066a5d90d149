#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: several arguments broadcast. Domain: floating point; int64 and bool are converted to
// float64; NaN outside the stated domain. Accuracy: close to a zero of a function that changes its sign
// the error is that of its neighbourhood. Derivatives of every order; those of functions with tails
// keep their relative precision there.

// ---- Error functions and the normal distribution.

/// The error function 2 / sqrt(pi) int_0^x exp(-t^2) dt. Source: DLMF 7.2.1.
/// Accuracy: 1.1 ulp; first derivative 8, second 8.
EIGENGRAD_API Tensor erf(const Tensor& x);
/// 1 - erf(x), without cancellation. Source: DLMF 7.2.2.
/// Accuracy: 1.5 ulp; first derivative 8, second 12.
EIGENGRAD_API Tensor erfc(const Tensor& x);
/// The x of erf(x). Domain: [-1, 1]. At the edge: -inf and inf, with gradient inf.
/// Accuracy: 4 ulp; first derivative 12, second 24.
EIGENGRAD_API Tensor erfinv(const Tensor& x);
/// The x of erfc(x). Domain: [0, 2]. At the edge: inf and -inf, with gradient -inf.
/// Accuracy: 4 ulp; first derivative 12, second 24.
EIGENGRAD_API Tensor erfcinv(const Tensor& x);
/// exp(x^2) erfc(x), which neither overflows nor underflows for x > 0. Source: DLMF 7.2.3 at i x.
/// Accuracy: 4 ulp; first derivative 3, second 5.
EIGENGRAD_API Tensor special_erfcx(const Tensor& x);
/// The normal distribution function, erfc(-x / sqrt(2)) / 2.
/// Accuracy: 2 ulp; first derivative 2, second 5.
EIGENGRAD_API Tensor special_ndtr(const Tensor& x);
/// The x of special_ndtr(x). Domain: [0, 1]. At the edge: -inf and inf, with gradient inf.
/// Accuracy: 4 ulp; first derivative 3072, second 4096.
EIGENGRAD_API Tensor special_ndtri(const Tensor& x);
/// log(special_ndtr(x)), precise in both tails. Two derivatives keep their relative precision in the
/// far left tail; from the third on terms cancel there.
/// Accuracy: 4 ulp; first derivative 4, second 8.
EIGENGRAD_API Tensor special_log_ndtr(const Tensor& x);

// ---- Gamma functions.

/// log |Gamma(x)|. At the edge: inf at the poles 0, -1, ... and at both infinities.
/// Accuracy: 4 ulp; first derivative 2, second 3.
EIGENGRAD_API Tensor lgamma(const Tensor& x);
/// The derivative of lgamma. At the edge: -inf at 0, inf at -0, NaN at the other poles.
/// Accuracy: 4 ulp; first derivative 3, second 2.
/// Source: DLMF 5.2.2.
EIGENGRAD_API Tensor digamma(const Tensor& x);
/// Derivative `n` of digamma. At the edge: at the poles inf for odd n, -inf for even n > 0, which is
/// the limit from the right.
/// Accuracy: 4 ulp; first derivative 4, second 3.
/// Throws: ValueError for a negative n. Source: DLMF 5.15.
EIGENGRAD_API Tensor polygamma(std::int64_t n, const Tensor& x);
/// Logarithm of the multivariate gamma function of dimension `p`,
/// log(pi) p (p-1) / 4 + sum_(j=0..p-1) lgamma(x - j/2).
/// Domain: x > (p-1) / 2; below, the sum is taken all the same.
/// Accuracy: 4 ulp; first derivative 2, second 2.
/// Throws: ValueError for p < 1. Source: DLMF 35.3.4.
EIGENGRAD_API Tensor mvlgamma(const Tensor& x, std::int64_t p);
/// The Hurwitz zeta function sum_(n >= 0) (q + n)^-s. Domain: s > 1; q > 0, or q no integer and s one.
/// At the edge: inf for s = 1 and for q = 0, -1, .... Gradient: in both arguments; NaN in s for q < 0.
/// Accuracy: 4 ulp; first derivative 2, second 2.
/// Source: DLMF 25.11.
EIGENGRAD_API Tensor special_zeta(const Tensor& s, const Tensor& q);
EIGENGRAD_API Tensor special_zeta(const Scalar& s, const Tensor& q);
EIGENGRAD_API Tensor special_zeta(const Tensor& s, const Scalar& q);
/// The regularised lower incomplete gamma function P(a, x).
/// Domain: a >= 0, x >= 0, not both 0 nor both inf. At the edge: 1 for a = 0, 0 for x = 0.
/// Accuracy: 4 ulp; first derivative 2, second 2.5 of the terms.
/// Accuracy (in a): first derivative 128 ulp.
/// Gradient: in both arguments; that in a to about 1e-14 max(1, sqrt(a)) relative.
/// Cost: that of a continued fraction per element, O(sqrt(a)) terms near x = a.
/// Source: DLMF 8.2.4, 8.7.1, 8.9.2.
EIGENGRAD_API Tensor igamma(const Tensor& a, const Tensor& x);
/// The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), as igamma.
/// Accuracy: 4 ulp; first derivative 2, second 2.5 of the terms.
/// Accuracy (in a): first derivative 128 ulp.
EIGENGRAD_API Tensor igammac(const Tensor& a, const Tensor& x);
/// The regularised incomplete beta function I_x(a, b). Domain: a, b > 0 and finite, 0 <= x <= 1.
/// Accuracy: 4 ulp; first derivative 2, second 2.5 of the terms.
/// Accuracy (in a and b): first derivative 96 ulp.
/// Gradient: in all arguments; those in a and b to about 1e-13 relative, less for a + b > 1e4.
/// Cost: that of a continued fraction per element. Source: DLMF 8.17.2, 8.17.22.
EIGENGRAD_API Tensor special_betainc(const Tensor& a, const Tensor& b, const Tensor& x);

// ---- Logarithms.

/// -x log(x), the summand of an entropy. At the edge: 0 at 0, with gradient inf; -inf below.
/// Accuracy: 2 ulp; first derivative 2, second 2.
EIGENGRAD_API Tensor special_entr(const Tensor& x);
/// log(x / (1 - x)); with `eps`, of x limited to [eps, 1 - eps].
/// Domain: [0, 1]. At the edge: -inf and inf, with gradient inf; gradient 0 outside [eps, 1 - eps].
/// Accuracy: 4 ulp; first derivative 2, second 2.
EIGENGRAD_API Tensor logit(const Tensor& x, optional<double> eps = nullopt);
/// a log(b), 0 for a = 0 unless b is NaN. At the edge: at a = b = 0 the gradient is 0 in a, NaN in b.
/// Accuracy: 4 ulp; first derivative 2, second 2.
EIGENGRAD_API Tensor xlogy(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor xlogy(const Scalar& a, const Tensor& b);
EIGENGRAD_API Tensor xlogy(const Tensor& a, const Scalar& b);
/// a log(1 + b), 0 for a = 0 unless b is NaN, precise for small b.
/// Accuracy: 4 ulp; first derivative 2, second 3.
EIGENGRAD_API Tensor special_xlog1py(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor special_xlog1py(const Scalar& a, const Tensor& b);
EIGENGRAD_API Tensor special_xlog1py(const Tensor& a, const Scalar& b);

}  // namespace eigengrad
