#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Domain: floating point; int64 and bool are converted to float64, except by abs, square,
// positive and clamp, which keep integers. Accuracy: the largest error in units in the last place (ulp)
// of the exact result, for float32 and float64, wherever that is finite; tests/accuracy checks these
// numbers, and the note in its contract.hpp says how.

/// |x|. At the edge: gradient 0 at 0.
/// Accuracy: exact.
EIGENGRAD_API Tensor abs(const Tensor& x);
/// e to the power x. At the edge: 0 at -inf; inf where the result overflows.
/// Accuracy: 1 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor exp(const Tensor& x);
/// The natural logarithm. At the edge: -inf at 0, NaN below.
/// Accuracy: 1 ulp; first derivative 1, second 1.5.
EIGENGRAD_API Tensor log(const Tensor& x);
/// 2 to the power x.
/// Accuracy: 1 ulp; first derivative 1.5, second 2.
EIGENGRAD_API Tensor exp2(const Tensor& x);
/// exp(x) - 1, without cancellation near 0.
/// Accuracy: 1 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor expm1(const Tensor& x);
/// The logarithm to base 2. At the edge: as log.
/// Accuracy: 1 ulp; first derivative 1.5, second 2.5.
EIGENGRAD_API Tensor log2(const Tensor& x);
/// The logarithm to base 10. At the edge: as log.
/// Accuracy: 1 ulp; first derivative 2, second 2.
EIGENGRAD_API Tensor log10(const Tensor& x);
/// log(1 + x), without cancellation near 0. At the edge: -inf at -1, NaN below.
/// Accuracy: 1 ulp; first derivative 1.5, second 2.5.
EIGENGRAD_API Tensor log1p(const Tensor& x);
/// The square root. At the edge: gradient inf at 0; NaN below.
/// Accuracy: 0.5 ulp; first derivative 1.5, second 4.
EIGENGRAD_API Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x). At the edge: inf at 0, -inf at -0, NaN below.
/// Accuracy: 2 ulp; first derivative 8, second 8.
EIGENGRAD_API Tensor rsqrt(const Tensor& x);
/// x itself. Throws: DtypeError for bool tensors.
/// Accuracy: exact.
EIGENGRAD_API Tensor positive(const Tensor& x);
/// x x.
/// Accuracy: 0.5 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor square(const Tensor& x);
/// 1 / x.
/// Accuracy: 0.5 ulp; first derivative 2, second 3.
EIGENGRAD_API Tensor reciprocal(const Tensor& x);
/// The sine. Units: radians.
/// Accuracy: 1 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor sin(const Tensor& x);
/// The cosine. Units: radians.
/// Accuracy: 1 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor cos(const Tensor& x);
/// The tangent. Units: radians.
/// Accuracy: 1 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor tan(const Tensor& x);
/// The angle in [-pi / 2, pi / 2] with this sine. Units: radians.
/// At the edge: NaN beyond +-1; gradient inf at +-1.
/// Accuracy: 1 ulp; first derivative 2, second 4.
EIGENGRAD_API Tensor asin(const Tensor& x);
/// The angle in [0, pi] with this cosine. Units: radians.
/// At the edge: NaN beyond +-1; gradient -inf at +-1.
/// Accuracy: 1 ulp; first derivative 2, second 4.
EIGENGRAD_API Tensor acos(const Tensor& x);
/// The angle in [-pi / 2, pi / 2] with this tangent. Units: radians.
/// Accuracy: 1 ulp; first derivative 1.5, second 2.
EIGENGRAD_API Tensor atan(const Tensor& x);
/// sin(pi x) / (pi x). At the edge: 1 at 0, and all derivatives are right there; NaN at +-inf.
/// Accuracy: 2 ulp; first derivative 4, second 5.
EIGENGRAD_API Tensor sinc(const Tensor& x);
/// Degrees to radians.
/// Accuracy: 2 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor deg2rad(const Tensor& x);
/// Radians to degrees.
/// Accuracy: 2 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor rad2deg(const Tensor& x);
/// The hyperbolic sine.
/// Accuracy: 2 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor sinh(const Tensor& x);
/// The hyperbolic cosine.
/// Accuracy: 2 ulp; first derivative 1, second 1.
EIGENGRAD_API Tensor cosh(const Tensor& x);
/// The hyperbolic tangent.
/// Accuracy: 1 ulp; first derivative 2, second 2.
EIGENGRAD_API Tensor tanh(const Tensor& x);
/// The inverse of sinh.
/// Accuracy: 1 ulp; first derivative 1.5, second 4.
EIGENGRAD_API Tensor asinh(const Tensor& x);
/// The inverse of cosh, not negative. At the edge: gradient inf at 1; NaN below.
/// Accuracy: 1 ulp; first derivative 2, second 6.
EIGENGRAD_API Tensor acosh(const Tensor& x);
/// The inverse of tanh. At the edge: +-inf at +-1, NaN beyond.
/// Accuracy: 1 ulp; first derivative 2.5, second 6.
EIGENGRAD_API Tensor atanh(const Tensor& x);
/// x limited to [min, max]; `max` wins when min > max. At the edge: gradient 1 at the bounds.
/// Accuracy: exact.
/// Throws: ValueError when both bounds are missing.
EIGENGRAD_API Tensor clamp(const Tensor& x, const optional<Scalar>& min,
                           const optional<Scalar>& max = nullopt);
/// x, at least `min`. At the edge: gradient 1 at the bound.
/// Accuracy: exact.
EIGENGRAD_API Tensor clamp_min(const Tensor& x, const Scalar& min);
/// x, at most `max`. At the edge: gradient 1 at the bound.
/// Accuracy: exact.
EIGENGRAD_API Tensor clamp_max(const Tensor& x, const Scalar& max);

/// x.name_() as a function.
#define EIGENGRAD_UNARY(name, Rule) \
  inline Tensor& name##_(Tensor& x) { return x.name##_(); }
#include "eigengrad/core/members/unary.inc"
#undef EIGENGRAD_UNARY
/// square() written into its argument.
inline Tensor& square_(Tensor& x) { return x.square_(); }

// The names that libtorch gives them beside these.
/// The same as exp2().
inline Tensor special_exp2(const Tensor& x) { return exp2(x); }
/// The same as expm1().
inline Tensor special_expm1(const Tensor& x) { return expm1(x); }
/// The same as log1p().
inline Tensor special_log1p(const Tensor& x) { return log1p(x); }
/// The same as sinc().
inline Tensor special_sinc(const Tensor& x) { return sinc(x); }
namespace special {
inline Tensor exp2(const Tensor& x) { return eigengrad::exp2(x); }
inline Tensor expm1(const Tensor& x) { return eigengrad::expm1(x); }
inline Tensor log1p(const Tensor& x) { return eigengrad::log1p(x); }
inline Tensor sinc(const Tensor& x) { return eigengrad::sinc(x); }
}  // namespace special

}  // namespace eigengrad
