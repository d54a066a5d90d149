#include "calls.hpp"

namespace conformance {

void special(Recorder& r) {
#define SHOW EIGENGRAD_SHOW
  const Tensor x = f64({-2.25, -0.5, 0.125, 0.75, 3.5});
  const Tensor p = f64({0.125, 0.75, 1.0, 3.5, 20});
  const Tensor q = f64({0.5, 1.5, 2.0, 0.25, 22});
  const Tensor u = f64({0.01, 0.25, 0.5, 0.875, 0.99});
  const Tensor n = i64({0, 1, 2, 3, 4});
  SHOW(torch::erf(x));
  SHOW(torch::erfc(x));
  SHOW(torch::erfinv(u));
  SHOW(torch::lgamma(p));
  SHOW(torch::digamma(p));
  SHOW(torch::polygamma(1, p));
  SHOW(torch::polygamma(2, p));
  SHOW(torch::mvlgamma(p + 1, 2));
  SHOW(torch::i0(x));
  SHOW(torch::special_i0e(x));
  SHOW(torch::special_i1(x));
  SHOW(torch::special_i1e(x));
  SHOW(torch::special_entr(p));
  SHOW(torch::special_erfcx(x));
  SHOW(torch::special_ndtr(x));
  SHOW(torch::special_log_ndtr(x));
  SHOW(torch::special_ndtri(u));
  SHOW(torch::logit(u));
  SHOW(torch::logit(u, 0.1));
  SHOW(torch::xlogy(x, p));
  SHOW(torch::xlogy(2, p));
  SHOW(torch::special_xlog1py(x, p));
  SHOW(torch::special_zeta(p + 1.5, q));
  SHOW(torch::igamma(p, q));
  SHOW(torch::igammac(p, q));

  SHOW(torch::special::gammaln(p));
  SHOW(torch::special::digamma(p));
  SHOW(torch::special::erf(x));
  SHOW(torch::special::erfinv(u));
  SHOW(torch::special::expit(x));
  SHOW(torch::special::logit(u));
  SHOW(torch::special::i0e(x));
  SHOW(torch::special::ndtr(x));
  SHOW(torch::special::xlogy(x, p));
  SHOW(torch::special::logsumexp(x, {0}, false));

  SHOW(torch::special_bessel_j0(x));
  SHOW(torch::special_bessel_j1(x));
  SHOW(torch::special_bessel_y0(p));
  SHOW(torch::special_bessel_y1(p));
  SHOW(torch::special_modified_bessel_i0(x));
  SHOW(torch::special_modified_bessel_i1(x));
  SHOW(torch::special_modified_bessel_k0(p));
  SHOW(torch::special_modified_bessel_k1(p));
  SHOW(torch::special_spherical_bessel_j0(x));
  SHOW(torch::special_airy_ai(x));

  SHOW(torch::special_chebyshev_polynomial_t(x, n));
  SHOW(torch::special_chebyshev_polynomial_u(x, n));
  SHOW(torch::special_hermite_polynomial_h(x, n));
  SHOW(torch::special_hermite_polynomial_he(x, n));
  SHOW(torch::special_laguerre_polynomial_l(p, n));
  SHOW(torch::special_legendre_polynomial_p(u, n));
  SHOW(torch::special_legendre_polynomial_p(u, 3));
#undef SHOW
}

}  // namespace conformance
