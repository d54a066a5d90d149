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
/// The normal cdf, erfc(-x / sqrt(2)) / 2.
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
