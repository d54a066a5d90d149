#pragma once

#include "kernels/base/pack.hpp"

namespace eigengrad::kernels {

/// Families of orthogonal polynomials: p_0 = 1, p_1 = first x + offset and
/// (d p_(m+1)) = (a x + b) p_m - c p_(m-1); kernels/special/polynomials.cpp has the coefficients.
enum class PolynomialKind {
  ChebyshevT,
  ChebyshevU,
  ChebyshevV,
  ChebyshevW,
  HermiteH,
  HermiteHe,
  LaguerreL,
  LegendreP
};

/// A larger degree would take too long; the result is NaN.
inline constexpr double kLargestDegree = 0x1p23;

/// Derivative `k` in x of p_n, where n is truncated to an integer; 0 for n < 0.
template <std::floating_point T>
Pack<T> polynomial(PolynomialKind kind, int k, Pack<T> x, Pack<T> n);

extern template Pack<float> polynomial(PolynomialKind, int, Pack<float>, Pack<float>);
extern template Pack<double> polynomial(PolynomialKind, int, Pack<double>, Pack<double>);

}  // namespace eigengrad::kernels
