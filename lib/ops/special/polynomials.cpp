#include "eigengrad/ops/special/polynomials.hpp"

#include "autograd/meta.hpp"
#include "autograd/shapes.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "kernels/special/polynomials.hpp"
#include "ops/special/rules.hpp"

namespace eigengrad {
namespace {

using autograd::apply;
using autograd::wrap_number;
using kernels::PolynomialKind;
using math::evaluate;
using math::Unused;
using math::Value;

/// Derivative `k` in x of a polynomial of degree n.
template <class Kind>
struct Polynomial {
  static constexpr int arity = 2;
  static constexpr auto node_name = Kind::node_name;
  static constexpr auto op_name = Kind::op_name;
  int k;
  template <class X>
  X value(const X& x, const X& n) const {
    if constexpr (!Kind::shifted) return kernels::polynomial(Kind::kind, k, x, n);
    const X y = kernels::polynomial(Kind::kind, k, x * 2 - 1, n);
    return k == 0 ? y : y * std::ldexp(1.0, k);
  }
  auto slope_a(const Value auto& x, const Value auto& n, Unused) const {
    return evaluate(Polynomial{k + 1}, x, n);
  }
  static auto slope_b(Unused, Unused, Unused) { return math::Zero{}; }
};

/// Throws: ValueError for a degree that the recurrence does not reach.
const Tensor& checked_degree(const char* op, const Tensor& n) {
  if (!n.defined() || n.numel() == 0) return n;
  const NoGradGuard off;
  const detail::NoTangents plain;
  const double largest = n.max().item<double>();
  if (largest > kernels::kLargestDegree)
    detail::fail<ValueError>(op, "the degree is too large: ", largest, "; give at most ",
                             kernels::kLargestDegree);
  return n;
}

}  // namespace

#define EIGENGRAD_POLYNOMIAL(name, Kind, node, is_shifted)                             \
  namespace {                                                                          \
  struct name##_traits {                                                               \
    static constexpr auto node_name = node;                                            \
    static constexpr auto op_name = #name;                                             \
    static constexpr PolynomialKind kind = PolynomialKind::Kind;                       \
    static constexpr bool shifted = is_shifted;                                        \
  };                                                                                   \
  }                                                                                    \
  Tensor name(const Tensor& x, const Tensor& n) {                                      \
    return apply(Polynomial<name##_traits>{0}, x, checked_degree(#name, n));           \
  }                                                                                    \
  Tensor name(const Scalar& x, const Tensor& n) { return name(wrap_number(x, n), n); } \
  Tensor name(const Tensor& x, const Scalar& n) { return name(x, wrap_number(n, x)); }
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_t, ChebyshevT,
                     "SpecialChebyshevPolynomialTBackward0", false)
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_u, ChebyshevU,
                     "SpecialChebyshevPolynomialUBackward0", false)
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_v, ChebyshevV,
                     "SpecialChebyshevPolynomialVBackward0", false)
EIGENGRAD_POLYNOMIAL(special_chebyshev_polynomial_w, ChebyshevW,
                     "SpecialChebyshevPolynomialWBackward0", false)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_t, ChebyshevT,
                     "SpecialShiftedChebyshevPolynomialTBackward0", true)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_u, ChebyshevU,
                     "SpecialShiftedChebyshevPolynomialUBackward0", true)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_v, ChebyshevV,
                     "SpecialShiftedChebyshevPolynomialVBackward0", true)
EIGENGRAD_POLYNOMIAL(special_shifted_chebyshev_polynomial_w, ChebyshevW,
                     "SpecialShiftedChebyshevPolynomialWBackward0", true)
EIGENGRAD_POLYNOMIAL(special_hermite_polynomial_h, HermiteH, "SpecialHermitePolynomialHBackward0",
                     false)
EIGENGRAD_POLYNOMIAL(special_hermite_polynomial_he, HermiteHe,
                     "SpecialHermitePolynomialHeBackward0", false)
EIGENGRAD_POLYNOMIAL(special_laguerre_polynomial_l, LaguerreL,
                     "SpecialLaguerrePolynomialLBackward0", false)
EIGENGRAD_POLYNOMIAL(special_legendre_polynomial_p, LegendreP,
                     "SpecialLegendrePolynomialPBackward0", false)
#undef EIGENGRAD_POLYNOMIAL

}  // namespace eigengrad
