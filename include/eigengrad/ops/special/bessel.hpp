#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Domain: floating point; int64 and bool are converted to float64; NaN where the function is not
// real. Accuracy: the amplitude is that between neighbouring zeros. Derivatives of every order, by the
// recurrences between neighbouring orders; below 30 the terms of the scaled ones' cancel to x^-order.

/// The Bessel function of the first kind J_0. At the edge: 0 at both infinities.
/// Accuracy: 4 ulp of the amplitude; first derivative 2, second 2.
/// Source: DLMF 10.2, 10.6.
EIGENGRAD_API Tensor special_bessel_j0(const Tensor& x);
/// The Bessel function of the first kind J_1. At the edge: 0 at both infinities.
/// Accuracy: 4 ulp of the amplitude; first derivative 2, second 2.5.
EIGENGRAD_API Tensor special_bessel_j1(const Tensor& x);
/// The Bessel function of the second kind Y_0. Domain: x >= 0. At the edge: -inf at 0, 0 at inf.
/// Accuracy: 4 ulp of the amplitude; first derivative 2, second 2.
EIGENGRAD_API Tensor special_bessel_y0(const Tensor& x);
/// The Bessel function of the second kind Y_1. Domain: x >= 0. At the edge: -inf at 0, 0 at inf.
/// Accuracy: 4 ulp of the amplitude; first derivative 2, second 2.5.
EIGENGRAD_API Tensor special_bessel_y1(const Tensor& x);

/// The modified Bessel function of the first kind I_0. Source: DLMF 10.25, 10.29.
/// Accuracy: 4 ulp; first derivative 2, second 2.
EIGENGRAD_API Tensor i0(const Tensor& x);
/// The modified Bessel function of the first kind I_1.
/// Accuracy: 4 ulp; first derivative 2.5, second 2.5.
EIGENGRAD_API Tensor special_i1(const Tensor& x);
/// exp(-|x|) I_0(x). At the edge: gradient 0 at the kink in 0.
/// Accuracy: 4 ulp; first derivative 64, second 3072.
/// Accuracy (from 30 on): first derivative 5 ulp, second 5.
EIGENGRAD_API Tensor special_i0e(const Tensor& x);
/// exp(-|x|) I_1(x).
/// Accuracy: 4 ulp; first derivative 96, second 3072.
/// Accuracy (from 30 on): first derivative 5 ulp, second 4.
EIGENGRAD_API Tensor special_i1e(const Tensor& x);
/// I_0, as i0.
inline Tensor special_modified_bessel_i0(const Tensor& x) { return i0(x); }
/// I_1, as special_i1.
inline Tensor special_modified_bessel_i1(const Tensor& x) { return special_i1(x); }
/// The modified Bessel function of the second kind K_0. Domain: x >= 0. At the edge: inf at 0.
/// Accuracy: 4 ulp; first derivative 3, second 4.
EIGENGRAD_API Tensor special_modified_bessel_k0(const Tensor& x);
/// The modified Bessel function of the second kind K_1. Domain: x >= 0. At the edge: inf at 0.
/// Accuracy: 4 ulp; first derivative 3, second 5.
EIGENGRAD_API Tensor special_modified_bessel_k1(const Tensor& x);
/// exp(x) K_0(x). Domain: x >= 0. At the edge: inf at 0.
/// Accuracy: 4 ulp; first derivative 128, second 8192.
/// Accuracy (from 30 on): first derivative 8 ulp, second 5.
EIGENGRAD_API Tensor special_scaled_modified_bessel_k0(const Tensor& x);
/// exp(x) K_1(x). Domain: x >= 0. At the edge: inf at 0.
/// Accuracy: 4 ulp; first derivative 192, second 4096.
/// Accuracy (from 30 on): first derivative 5 ulp, second 6.
EIGENGRAD_API Tensor special_scaled_modified_bessel_k1(const Tensor& x);

/// The spherical Bessel function j_0, sin(x) / x. At the edge: 1 at 0, 0 at both infinities.
/// Accuracy: 4 ulp; first derivative 32 of the amplitude, second 16.
/// Source: DLMF 10.49.3, 10.51.2.
EIGENGRAD_API Tensor special_spherical_bessel_j0(const Tensor& x);
/// The Airy function Ai. At the edge: 0 at both infinities. For x < -40 the error of its phase shows,
/// about 1e-19 |x|^(3/2) of the amplitude. Source: DLMF 9.2.
/// Accuracy: 4 ulp of the amplitude; first derivative 2, second 2.
EIGENGRAD_API Tensor special_airy_ai(const Tensor& x);

}  // namespace eigengrad
