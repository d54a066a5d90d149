#pragma once

#include "eigengrad/core/tensor.hpp"

/// Incomplete gamma and beta functions, and the zeta function.
namespace eigengrad {

// Shapes, domain, accuracy and derivatives are as functions.hpp says.

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

}  // namespace eigengrad
