#pragma once

#include <tuple>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Functions that are piecewise constant: their gradient is 0 everywhere, except that of frac,
// nan_to_num and of frexp's mantissa. Domain: floating point and int64, which keeps its dtype.

/// The largest integer <= x. Throws: DtypeError for bool tensors.
/// Accuracy: exact.
EIGENGRAD_API Tensor floor(const Tensor& x);
/// The smallest integer >= x. Throws: DtypeError for bool tensors.
/// Accuracy: exact.
EIGENGRAD_API Tensor ceil(const Tensor& x);
/// The integer next to x on the side of 0. Throws: DtypeError for bool tensors.
/// Accuracy: exact.
EIGENGRAD_API Tensor trunc(const Tensor& x);
/// The nearest integer, half to even, or the nearest multiple of 10^-decimals.
/// Accuracy: exact.
/// Throws: DtypeError for bool tensors, and for int64 when decimals are given.
EIGENGRAD_API Tensor round(const Tensor& x);
EIGENGRAD_API Tensor round(const Tensor& x, std::int64_t decimals);
/// x - trunc(x), with gradient 1. Throws: DtypeError unless x is floating point.
/// Accuracy: exact.
EIGENGRAD_API Tensor frac(const Tensor& x);
/// The sign of x: -1, 0 or 1. At the edge: 0 at 0, at -0 and at NaN.
/// Accuracy: exact.
EIGENGRAD_API Tensor sign(const Tensor& x);
/// The sign of x, as sign() gives it: tensors are real.
/// Accuracy: exact.
EIGENGRAD_API Tensor sgn(const Tensor& x);
/// x with NaN, inf and -inf replaced: by 0, the largest and the smallest finite number unless others
/// are given. At the edge: gradient 0 where something was replaced, 1 elsewhere.
/// Accuracy: exact.
EIGENGRAD_API Tensor nan_to_num(const Tensor& x, optional<double> nan = nullopt,
                                optional<double> posinf = nullopt,
                                optional<double> neginf = nullopt);
/// Mantissa, 0.5 <= |m| < 1, and exponent, an int64 tensor: x = m 2^e.
/// At the edge: m = x and e = 0 for 0, inf and NaN. Throws: DtypeError unless x is floating point.
/// Accuracy: exact.
EIGENGRAD_API std::tuple<Tensor, Tensor> frexp(const Tensor& x);

/// x.name_() as a function.
#define EIGENGRAD_INPLACE(name) \
  inline Tensor& name##_(Tensor& x) { return x.name##_(); }
EIGENGRAD_INPLACE(floor)
EIGENGRAD_INPLACE(ceil)
EIGENGRAD_INPLACE(trunc)
EIGENGRAD_INPLACE(round)
EIGENGRAD_INPLACE(frac)
#undef EIGENGRAD_INPLACE
/// round() written into its argument.
inline Tensor& round_(Tensor& x, std::int64_t decimals) { return x.round_(decimals); }
/// nan_to_num() written into its argument.
inline Tensor& nan_to_num_(Tensor& x, optional<double> nan = nullopt,
                           optional<double> posinf = nullopt, optional<double> neginf = nullopt) {
  return x.nan_to_num_(nan, posinf, neginf);
}

/// The same as round().
inline Tensor special_round(const Tensor& x, std::int64_t decimals = 0) {
  return round(x, decimals);
}
namespace special {
inline Tensor round(const Tensor& x, std::int64_t decimals = 0) {
  return eigengrad::round(x, decimals);
}
}  // namespace special

}  // namespace eigengrad
