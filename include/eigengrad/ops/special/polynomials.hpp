#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Orthogonal polynomials of degree n at x. Shapes: x and n broadcast.
// Domain: floating point; int64 and bool are converted to float64; n is truncated to an integer, and
// the result is 0 for n < 0. At the edge: a result that overflows is infinite.
// Gradient: in x, at every order; the functions are piecewise constant in n.
// Accuracy: for degrees up to 30; the amplitude is the largest size on the interval.
// Cost: O(n) per element. Source: DLMF 18.3 and 18.9.

/// The Chebyshev polynomial of the first kind T_n.
/// Accuracy: 32 ulp of the amplitude on [-1, 1]; first derivative 24, second 6.
EIGENGRAD_API Tensor special_chebyshev_polynomial_t(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_t(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_t(const Tensor& x, const Scalar& n);
/// The Chebyshev polynomial of the second kind U_n.
/// Accuracy: 24 ulp of the amplitude on [-1, 1]; first derivative 32, second 16.
EIGENGRAD_API Tensor special_chebyshev_polynomial_u(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_u(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_u(const Tensor& x, const Scalar& n);
/// The Chebyshev polynomial of the third kind, cos((n + 1/2) t) / cos(t/2) for x = cos(t).
/// Accuracy: 24 ulp of the amplitude on [-1, 1]; first derivative 16, second 24.
EIGENGRAD_API Tensor special_chebyshev_polynomial_v(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_v(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_v(const Tensor& x, const Scalar& n);
/// The Chebyshev polynomial of the fourth kind, sin((n + 1/2) t) / sin(t/2) for x = cos(t).
/// Accuracy: 24 ulp of the amplitude on [-1, 1]; first derivative 8, second 16.
EIGENGRAD_API Tensor special_chebyshev_polynomial_w(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_w(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_chebyshev_polynomial_w(const Tensor& x, const Scalar& n);
/// The shifted Chebyshev polynomial of the first kind, T_n(2x - 1).
/// Accuracy: 64 ulp of the amplitude on [0, 1]; first derivative 32, second 32.
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_t(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_t(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_t(const Tensor& x, const Scalar& n);
/// The shifted Chebyshev polynomial of the second kind, U_n(2x - 1).
/// Accuracy: 32 ulp of the amplitude on [0, 1]; first derivative 64, second 32.
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_u(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_u(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_u(const Tensor& x, const Scalar& n);
/// The shifted Chebyshev polynomial of the third kind, the unshifted one at 2x - 1.
/// Accuracy: 24 ulp of the amplitude on [0, 1]; first derivative 64, second 16.
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_v(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_v(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_v(const Tensor& x, const Scalar& n);
/// The shifted Chebyshev polynomial of the fourth kind, the unshifted one at 2x - 1.
/// Accuracy: 24 ulp of the amplitude on [0, 1]; first derivative 8, second 16.
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_w(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_w(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_shifted_chebyshev_polynomial_w(const Tensor& x, const Scalar& n);
/// The Hermite polynomial H_n of the physicists, 2x H_n - 2n H_(n-1) = H_(n+1).
/// Accuracy: 16 ulp of the amplitude on [-4, 4]; first derivative 8, second 6.
EIGENGRAD_API Tensor special_hermite_polynomial_h(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_hermite_polynomial_h(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_hermite_polynomial_h(const Tensor& x, const Scalar& n);
/// The Hermite polynomial He_n of the probabilists, x He_n - n He_(n-1) = He_(n+1).
/// Accuracy: 8 ulp of the amplitude on [-4, 4]; first derivative 6, second 8.
EIGENGRAD_API Tensor special_hermite_polynomial_he(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_hermite_polynomial_he(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_hermite_polynomial_he(const Tensor& x, const Scalar& n);
/// The Laguerre polynomial L_n.
/// Accuracy: 4 ulp of the amplitude on [0, 20]; first derivative 5, second 8.
EIGENGRAD_API Tensor special_laguerre_polynomial_l(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_laguerre_polynomial_l(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_laguerre_polynomial_l(const Tensor& x, const Scalar& n);
/// The Legendre polynomial P_n.
/// Accuracy: 48 ulp of the amplitude on [-1, 1]; first derivative 32, second 48.
EIGENGRAD_API Tensor special_legendre_polynomial_p(const Tensor& x, const Tensor& n);
EIGENGRAD_API Tensor special_legendre_polynomial_p(const Scalar& x, const Tensor& n);
EIGENGRAD_API Tensor special_legendre_polynomial_p(const Tensor& x, const Scalar& n);

}  // namespace eigengrad
