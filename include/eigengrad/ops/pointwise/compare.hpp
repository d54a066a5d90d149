#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Shapes: all operators here broadcast. The results are bool tensors without derivative; every
// comparison with NaN is false, except that NaN differs from everything.

/// a == b.
EIGENGRAD_API Tensor eq(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor eq(const Tensor& a, const Scalar& b);
/// a != b.
EIGENGRAD_API Tensor ne(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor ne(const Tensor& a, const Scalar& b);
/// a < b.
EIGENGRAD_API Tensor lt(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor lt(const Tensor& a, const Scalar& b);
/// a <= b.
EIGENGRAD_API Tensor le(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor le(const Tensor& a, const Scalar& b);
/// a > b.
EIGENGRAD_API Tensor gt(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor gt(const Tensor& a, const Scalar& b);
/// a >= b.
EIGENGRAD_API Tensor ge(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor ge(const Tensor& a, const Scalar& b);

/// a and b; anything but 0 counts as true.
EIGENGRAD_API Tensor logical_and(const Tensor& a, const Tensor& b);
/// a or b; anything but 0 counts as true.
EIGENGRAD_API Tensor logical_or(const Tensor& a, const Tensor& b);
/// Whether one of a and b holds; anything but 0 counts as true.
EIGENGRAD_API Tensor logical_xor(const Tensor& a, const Tensor& b);
/// x == 0.
EIGENGRAD_API Tensor logical_not(const Tensor& x);

/// Where x is NaN.
EIGENGRAD_API Tensor isnan(const Tensor& x);
/// Where x is inf or -inf.
EIGENGRAD_API Tensor isinf(const Tensor& x);
/// Where x is neither infinite nor NaN.
EIGENGRAD_API Tensor isfinite(const Tensor& x);

/// Where x is inf.
EIGENGRAD_API Tensor isposinf(const Tensor& x);
/// Where x is -inf.
EIGENGRAD_API Tensor isneginf(const Tensor& x);
/// Whether the sign bit is set: of negative numbers, of -0 and of some NaNs.
EIGENGRAD_API Tensor signbit(const Tensor& x);

/// 0 where x < 0 (or NaN), 1 where x > 0, `values` where x = 0. Dtypes are promoted.
/// At the edge: gradient 0 in x; `values` gets it where x = 0.
EIGENGRAD_API Tensor heaviside(const Tensor& x, const Tensor& values);

/// Bitwise and of int64, logical and of bool. Throws: DtypeError for floating point.
EIGENGRAD_API Tensor bitwise_and(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor bitwise_and(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor bitwise_and(const Scalar& a, const Tensor& b);
/// Bitwise or of int64, logical or of bool.
/// Throws: DtypeError for floating point.
EIGENGRAD_API Tensor bitwise_or(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor bitwise_or(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor bitwise_or(const Scalar& a, const Tensor& b);
/// Bitwise exclusive or of int64, logical exclusive or of bool.
/// Throws: DtypeError for floating point.
EIGENGRAD_API Tensor bitwise_xor(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor bitwise_xor(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor bitwise_xor(const Scalar& a, const Tensor& b);
/// Bitwise complement of int64, logical not of bool. Throws: DtypeError for floating point. Also
/// Tensor::operator~.
EIGENGRAD_API Tensor bitwise_not(const Tensor& x);

/// Whether |a - b| <= atol + rtol |b|. Infinities of one sign are close; NaN is to NaN if `equal_nan`.
/// Throws: ValueError for a negative tolerance.
EIGENGRAD_API Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5,
                             double atol = 1e-8, bool equal_nan = false);
/// Same shape and equal elements.
EIGENGRAD_API bool equal(const Tensor& a, const Tensor& b);
/// Whether all elements are close, as isclose says. Shapes: a and b broadcast.
EIGENGRAD_API bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5,
                            double atol = 1e-8, bool equal_nan = false);

inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator==(const Tensor& a, const Scalar& b) { return eq(a, b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator!=(const Tensor& a, const Scalar& b) { return ne(a, b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<(const Tensor& a, const Scalar& b) { return lt(a, b); }
inline Tensor operator<(const Scalar& a, const Tensor& b) { return gt(b, a); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator<=(const Tensor& a, const Scalar& b) { return le(a, b); }
inline Tensor operator<=(const Scalar& a, const Tensor& b) { return ge(b, a); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>(const Tensor& a, const Scalar& b) { return gt(a, b); }
inline Tensor operator>(const Scalar& a, const Tensor& b) { return lt(b, a); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
inline Tensor operator>=(const Tensor& a, const Scalar& b) { return ge(a, b); }
inline Tensor operator>=(const Scalar& a, const Tensor& b) { return le(b, a); }
/// bitwise_and(), bitwise_or() and bitwise_xor() as operators.
EIGENGRAD_API Tensor operator&(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor operator&(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor operator&(const Scalar& a, const Tensor& b);
EIGENGRAD_API Tensor operator|(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor operator|(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor operator|(const Scalar& a, const Tensor& b);
EIGENGRAD_API Tensor operator^(const Tensor& a, const Tensor& b);
EIGENGRAD_API Tensor operator^(const Tensor& a, const Scalar& b);
EIGENGRAD_API Tensor operator^(const Scalar& a, const Tensor& b);
/// logical_not() as an operator.
EIGENGRAD_API Tensor operator!(const Tensor& x);

}  // namespace eigengrad
