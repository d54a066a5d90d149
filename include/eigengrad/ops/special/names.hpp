#pragma once

#include "eigengrad/ops/pointwise/activations.hpp"
#include "eigengrad/ops/pointwise/unary.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/special/bessel.hpp"
#include "eigengrad/ops/special/functions.hpp"
#include "eigengrad/ops/special/incomplete.hpp"
#include "eigengrad/ops/special/polynomials.hpp"

/// The names that PyTorch's C++ interface gives the special functions: special_f and special::f.
namespace eigengrad {

/// The same as erf.
inline Tensor special_erf(const Tensor& x) { return erf(x); }
/// The same as erfc.
inline Tensor special_erfc(const Tensor& x) { return erfc(x); }
/// The same as erfinv.
inline Tensor special_erfinv(const Tensor& x) { return erfinv(x); }
/// The same as erfcinv.
inline Tensor special_erfcinv(const Tensor& x) { return erfcinv(x); }
/// The same as lgamma.
inline Tensor special_gammaln(const Tensor& x) { return lgamma(x); }
/// The same as digamma.
inline Tensor special_digamma(const Tensor& x) { return digamma(x); }
/// The same as digamma.
inline Tensor special_psi(const Tensor& x) { return digamma(x); }
/// The same as polygamma.
inline Tensor special_polygamma(std::int64_t n, const Tensor& x) { return polygamma(n, x); }
/// The same as mvlgamma.
inline Tensor special_multigammaln(const Tensor& x, std::int64_t p) { return mvlgamma(x, p); }
/// The same as igamma.
inline Tensor special_gammainc(const Tensor& a, const Tensor& x) { return igamma(a, x); }
/// The same as igammac.
inline Tensor special_gammaincc(const Tensor& a, const Tensor& x) { return igammac(a, x); }
/// The same as i0.
inline Tensor special_i0(const Tensor& x) { return i0(x); }
/// The same as sigmoid.
inline Tensor special_expit(const Tensor& x) { return sigmoid(x); }
/// The same as logit.
inline Tensor special_logit(const Tensor& x, optional<double> eps = nullopt) {
  return logit(x, eps);
}
/// The same as xlogy.
inline Tensor special_xlogy(const Tensor& a, const Tensor& b) { return xlogy(a, b); }
inline Tensor special_xlogy(const Scalar& a, const Tensor& b) { return xlogy(a, b); }
inline Tensor special_xlogy(const Tensor& a, const Scalar& b) { return xlogy(a, b); }

namespace special {

using eigengrad::digamma;
using eigengrad::erf;
using eigengrad::erfc;
using eigengrad::erfcinv;
using eigengrad::erfinv;
using eigengrad::i0;
using eigengrad::logit;
using eigengrad::polygamma;
using eigengrad::xlogy;

/// The same as eigengrad::lgamma.
inline Tensor gammaln(const Tensor& x) { return eigengrad::lgamma(x); }
/// The same as eigengrad::digamma.
inline Tensor psi(const Tensor& x) { return eigengrad::digamma(x); }
/// The same as eigengrad::mvlgamma.
inline Tensor multigammaln(const Tensor& x, std::int64_t p) { return eigengrad::mvlgamma(x, p); }
/// The same as eigengrad::igamma.
inline Tensor gammainc(const Tensor& a, const Tensor& x) { return eigengrad::igamma(a, x); }
/// The same as eigengrad::igammac.
inline Tensor gammaincc(const Tensor& a, const Tensor& x) { return eigengrad::igammac(a, x); }
/// The same as eigengrad::sigmoid.
inline Tensor expit(const Tensor& x) { return eigengrad::sigmoid(x); }
/// The same as special_entr.
inline Tensor entr(const Tensor& x) { return special_entr(x); }
/// The same as special_erfcx.
inline Tensor erfcx(const Tensor& x) { return special_erfcx(x); }
/// The same as special_ndtr.
inline Tensor ndtr(const Tensor& x) { return special_ndtr(x); }
/// The same as special_ndtri.
inline Tensor ndtri(const Tensor& x) { return special_ndtri(x); }
/// The same as special_log_ndtr.
inline Tensor log_ndtr(const Tensor& x) { return special_log_ndtr(x); }
/// The same as special_i0e.
inline Tensor i0e(const Tensor& x) { return special_i0e(x); }
/// The same as special_i1.
inline Tensor i1(const Tensor& x) { return special_i1(x); }
/// The same as special_i1e.
inline Tensor i1e(const Tensor& x) { return special_i1e(x); }
/// The same as special_bessel_j0.
inline Tensor bessel_j0(const Tensor& x) { return special_bessel_j0(x); }
/// The same as special_bessel_j1.
inline Tensor bessel_j1(const Tensor& x) { return special_bessel_j1(x); }
/// The same as special_bessel_y0.
inline Tensor bessel_y0(const Tensor& x) { return special_bessel_y0(x); }
/// The same as special_bessel_y1.
inline Tensor bessel_y1(const Tensor& x) { return special_bessel_y1(x); }
/// The same as special_modified_bessel_i0.
inline Tensor modified_bessel_i0(const Tensor& x) { return special_modified_bessel_i0(x); }
/// The same as special_modified_bessel_i1.
inline Tensor modified_bessel_i1(const Tensor& x) { return special_modified_bessel_i1(x); }
/// The same as special_modified_bessel_k0.
inline Tensor modified_bessel_k0(const Tensor& x) { return special_modified_bessel_k0(x); }
/// The same as special_modified_bessel_k1.
inline Tensor modified_bessel_k1(const Tensor& x) { return special_modified_bessel_k1(x); }
/// The same as special_scaled_modified_bessel_k0.
inline Tensor scaled_modified_bessel_k0(const Tensor& x) {
  return special_scaled_modified_bessel_k0(x);
}
/// The same as special_scaled_modified_bessel_k1.
inline Tensor scaled_modified_bessel_k1(const Tensor& x) {
  return special_scaled_modified_bessel_k1(x);
}
/// The same as special_spherical_bessel_j0.
inline Tensor spherical_bessel_j0(const Tensor& x) { return special_spherical_bessel_j0(x); }
/// The same as special_airy_ai.
inline Tensor airy_ai(const Tensor& x) { return special_airy_ai(x); }
/// The same as special_betainc.
inline Tensor betainc(const Tensor& a, const Tensor& b, const Tensor& x) {
  return special_betainc(a, b, x);
}
/// The same as special_xlog1py.
inline Tensor xlog1py(const Tensor& a, const Tensor& b) { return special_xlog1py(a, b); }
inline Tensor xlog1py(const Scalar& a, const Tensor& b) { return special_xlog1py(a, b); }
inline Tensor xlog1py(const Tensor& a, const Scalar& b) { return special_xlog1py(a, b); }
/// The same as special_zeta.
inline Tensor zeta(const Tensor& s, const Tensor& q) { return special_zeta(s, q); }
inline Tensor zeta(const Scalar& s, const Tensor& q) { return special_zeta(s, q); }
inline Tensor zeta(const Tensor& s, const Scalar& q) { return special_zeta(s, q); }
/// The same as special_chebyshev_polynomial_t.
inline Tensor chebyshev_polynomial_t(const Tensor& x, const Tensor& n) {
  return special_chebyshev_polynomial_t(x, n);
}
inline Tensor chebyshev_polynomial_t(const Scalar& x, const Tensor& n) {
  return special_chebyshev_polynomial_t(x, n);
}
inline Tensor chebyshev_polynomial_t(const Tensor& x, const Scalar& n) {
  return special_chebyshev_polynomial_t(x, n);
}
/// The same as special_chebyshev_polynomial_u.
inline Tensor chebyshev_polynomial_u(const Tensor& x, const Tensor& n) {
  return special_chebyshev_polynomial_u(x, n);
}
inline Tensor chebyshev_polynomial_u(const Scalar& x, const Tensor& n) {
  return special_chebyshev_polynomial_u(x, n);
}
inline Tensor chebyshev_polynomial_u(const Tensor& x, const Scalar& n) {
  return special_chebyshev_polynomial_u(x, n);
}
/// The same as special_chebyshev_polynomial_v.
inline Tensor chebyshev_polynomial_v(const Tensor& x, const Tensor& n) {
  return special_chebyshev_polynomial_v(x, n);
}
inline Tensor chebyshev_polynomial_v(const Scalar& x, const Tensor& n) {
  return special_chebyshev_polynomial_v(x, n);
}
inline Tensor chebyshev_polynomial_v(const Tensor& x, const Scalar& n) {
  return special_chebyshev_polynomial_v(x, n);
}
/// The same as special_chebyshev_polynomial_w.
inline Tensor chebyshev_polynomial_w(const Tensor& x, const Tensor& n) {
  return special_chebyshev_polynomial_w(x, n);
}
inline Tensor chebyshev_polynomial_w(const Scalar& x, const Tensor& n) {
  return special_chebyshev_polynomial_w(x, n);
}
inline Tensor chebyshev_polynomial_w(const Tensor& x, const Scalar& n) {
  return special_chebyshev_polynomial_w(x, n);
}
/// The same as special_shifted_chebyshev_polynomial_t.
inline Tensor shifted_chebyshev_polynomial_t(const Tensor& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_t(x, n);
}
inline Tensor shifted_chebyshev_polynomial_t(const Scalar& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_t(x, n);
}
inline Tensor shifted_chebyshev_polynomial_t(const Tensor& x, const Scalar& n) {
  return special_shifted_chebyshev_polynomial_t(x, n);
}
/// The same as special_shifted_chebyshev_polynomial_u.
inline Tensor shifted_chebyshev_polynomial_u(const Tensor& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_u(x, n);
}
inline Tensor shifted_chebyshev_polynomial_u(const Scalar& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_u(x, n);
}
inline Tensor shifted_chebyshev_polynomial_u(const Tensor& x, const Scalar& n) {
  return special_shifted_chebyshev_polynomial_u(x, n);
}
/// The same as special_shifted_chebyshev_polynomial_v.
inline Tensor shifted_chebyshev_polynomial_v(const Tensor& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_v(x, n);
}
inline Tensor shifted_chebyshev_polynomial_v(const Scalar& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_v(x, n);
}
inline Tensor shifted_chebyshev_polynomial_v(const Tensor& x, const Scalar& n) {
  return special_shifted_chebyshev_polynomial_v(x, n);
}
/// The same as special_shifted_chebyshev_polynomial_w.
inline Tensor shifted_chebyshev_polynomial_w(const Tensor& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_w(x, n);
}
inline Tensor shifted_chebyshev_polynomial_w(const Scalar& x, const Tensor& n) {
  return special_shifted_chebyshev_polynomial_w(x, n);
}
inline Tensor shifted_chebyshev_polynomial_w(const Tensor& x, const Scalar& n) {
  return special_shifted_chebyshev_polynomial_w(x, n);
}
/// The same as special_hermite_polynomial_h.
inline Tensor hermite_polynomial_h(const Tensor& x, const Tensor& n) {
  return special_hermite_polynomial_h(x, n);
}
inline Tensor hermite_polynomial_h(const Scalar& x, const Tensor& n) {
  return special_hermite_polynomial_h(x, n);
}
inline Tensor hermite_polynomial_h(const Tensor& x, const Scalar& n) {
  return special_hermite_polynomial_h(x, n);
}
/// The same as special_hermite_polynomial_he.
inline Tensor hermite_polynomial_he(const Tensor& x, const Tensor& n) {
  return special_hermite_polynomial_he(x, n);
}
inline Tensor hermite_polynomial_he(const Scalar& x, const Tensor& n) {
  return special_hermite_polynomial_he(x, n);
}
inline Tensor hermite_polynomial_he(const Tensor& x, const Scalar& n) {
  return special_hermite_polynomial_he(x, n);
}
/// The same as special_laguerre_polynomial_l.
inline Tensor laguerre_polynomial_l(const Tensor& x, const Tensor& n) {
  return special_laguerre_polynomial_l(x, n);
}
inline Tensor laguerre_polynomial_l(const Scalar& x, const Tensor& n) {
  return special_laguerre_polynomial_l(x, n);
}
inline Tensor laguerre_polynomial_l(const Tensor& x, const Scalar& n) {
  return special_laguerre_polynomial_l(x, n);
}
/// The same as special_legendre_polynomial_p.
inline Tensor legendre_polynomial_p(const Tensor& x, const Tensor& n) {
  return special_legendre_polynomial_p(x, n);
}
inline Tensor legendre_polynomial_p(const Scalar& x, const Tensor& n) {
  return special_legendre_polynomial_p(x, n);
}
inline Tensor legendre_polynomial_p(const Tensor& x, const Scalar& n) {
  return special_legendre_polynomial_p(x, n);
}

}  // namespace special

}  // namespace eigengrad
