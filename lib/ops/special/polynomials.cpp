#include "eigengrad/ops/special/polynomials.hpp"

#include "autograd/forward_mode.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "kernels/special/polynomials.hpp"
#include "ops/special/rules.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::Binary;
using autograd::wrapped_scalar;
using detail::FixedString;
using kernels::PolynomialKind;
using math::evaluate;
using math::Unused;
using math::Value;

/// Derivative `k` in x of a polynomial of degree n.
template <FixedString name, PolynomialKind kind, bool shifted>
struct Polynomial : Binary<name> {
  int k;
  template <class X>
  X value(const X& x, const X& n) const {
    if constexpr (!shifted) return kernels::polynomial(kind, k, x, n);
    const X y = kernels::polynomial(kind, k, x * 2 - 1, n);
    return k == 0 ? y : y * std::ldexp(1.0, k);
  }
  auto derivative_a(const Value auto& x, const Value auto& n, Unused) const {
    return evaluate(Polynomial{{}, k + 1}, x, n);
  }
  static auto derivative_b(Unused, Unused, Unused) { return math::Zero{}; }
};

/// Throws: ValueError for a degree that the recurrence does not reach.
const Tensor& checked_degree(const char* op, const Tensor& n) {
  if (!n.defined() || n.numel() == 0) return n;
  const detail::Unrecorded unrecorded;
  const double largest = n.max().item<double>();
  if (largest > kernels::kLargestDegree)
    detail::fail<ValueError>(op, "the degree is too large: ", largest, "; give at most ",
                             kernels::kLargestDegree);
  return n;
}

}  // namespace

#define EIGENGRAD_POLYNOMIAL(name, kind, is_shifted)                                      \
  Tensor name(const Tensor& x, const Tensor& n) {                                         \
    const Polynomial<#name, PolynomialKind::kind, is_shifted> rule{{}, 0};                \
    return apply(rule, x, checked_degree(#name, n));                                      \
  }                                                                                       \
  Tensor name(const Scalar& x, const Tensor& n) { return name(wrapped_scalar(x, n), n); } \
  Tensor name(const Tensor& x, const Scalar& n) { return name(x, wrapped_scalar(n, x)); }
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_t, ChebyshevT, false)
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_u, ChebyshevU, false)
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_v, ChebyshevV, false)
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_w, ChebyshevW, false)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_t, ChebyshevT, true)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_u, ChebyshevU, true)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_v, ChebyshevV, true)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_w, ChebyshevW, true)
EIGENGRAD_POLYNOMIAL(special_hermite_polynomial_h, HermiteH, false)
EIGENGRAD_POLYNOMIAL(special_hermite_polynomial_he, HermiteHe, false)
EIGENGRAD_POLYNOMIAL(special_laguerre_polynomial_l, LaguerreL, false)
EIGENGRAD_POLYNOMIAL(special_legendre_polynomial_p, LegendreP, false)
#undef EIGENGRAD_POLYNOMIAL

}  // namespace eigengrad
