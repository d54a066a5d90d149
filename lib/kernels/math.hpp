#pragma once

#include <cmath>
#include <limits>

#include "kernels/pack.hpp"
#if EIGENGRAD_USE_SLEEF
#include <sleef.h>
#endif

/// Functions that derivative rules are written in, over Pack; autograd/rule_math.hpp has the same
/// over Tensor.
namespace eigengrad::math {

using kernels::Mask;
using kernels::Pack;

/// An argument that a rule does not look at, so that it need not be saved.
struct Unused {};
/// What a rule may look at.
template <class T>
concept Value = !std::same_as<T, Unused>;

/// The slope of an input that passes its cotangent on unchanged.
struct One {};
/// A slope that is exactly zero where `mask` is false, even against an infinite cotangent.
template <class M, class S>
struct When {
  M mask;
  S slope;
};
template <class M, class S>
When<M, S> when(const M& mask, const S& slope) {
  return {mask, slope};
}
/// The slope 1 / denominator, applied as a division.
template <class D>
struct Over {
  D denominator;
};
template <class D>
Over<D> over(const D& denominator) {
  return {denominator};
}

// Note [Vector mathematics]
// SLEEF (Shibata and Petrogalli, IEEE TPDS 2020), 1 ulp, when it is there and has the register
// width; else Eigen's packet function where Eigen vectorises it; else the C library by element.
#if EIGENGRAD_USE_SLEEF && defined(__AVX512F__)
#define EIGENGRAD_SLEEF_D(fn, acc) Sleef_##fn##d8_##acc##avx512f
#define EIGENGRAD_SLEEF_F(fn, acc) Sleef_##fn##f16_##acc##avx512f
#elif EIGENGRAD_USE_SLEEF && defined(__AVX2__) && defined(__FMA__)
#define EIGENGRAD_SLEEF_D(fn, acc) Sleef_##fn##d4_##acc##avx2
#define EIGENGRAD_SLEEF_F(fn, acc) Sleef_##fn##f8_##acc##avx2
#elif EIGENGRAD_USE_SLEEF && defined(__SSE2__) && !defined(__AVX__)
#define EIGENGRAD_SLEEF_D(fn, acc) Sleef_##fn##d2_##acc##sse2
#define EIGENGRAD_SLEEF_F(fn, acc) Sleef_##fn##f4_##acc##sse2
#endif

#define EIGENGRAD_BY_ELEMENT(fn)                                        \
  inline Pack<double> fn(Pack<double> x) {                              \
    return kernels::by_element(x, [](double e) { return std::fn(e); }); \
  }                                                                     \
  inline Pack<float> fn(Pack<float> x) {                                \
    return kernels::by_element(x, [](float e) { return std::fn(e); });  \
  }
#ifdef EIGENGRAD_SLEEF_D
#define EIGENGRAD_VECTOR_FN(fn)                                                        \
  inline Pack<double> fn(Pack<double> x) { return {EIGENGRAD_SLEEF_D(fn, u10)(x.v)}; } \
  inline Pack<float> fn(Pack<float> x) { return {EIGENGRAD_SLEEF_F(fn, u10)(x.v)}; }
#else
#define EIGENGRAD_VECTOR_FN(fn) EIGENGRAD_BY_ELEMENT(fn)
#endif
EIGENGRAD_VECTOR_FN(sin)
EIGENGRAD_VECTOR_FN(cos)
EIGENGRAD_VECTOR_FN(tanh)
#undef EIGENGRAD_VECTOR_FN

template <std::floating_point T>
Pack<T> exp(Pack<T> x) {
#ifdef EIGENGRAD_SLEEF_D
  if constexpr (std::same_as<T, double>)
    return {EIGENGRAD_SLEEF_D(exp, u10)(x.v)};
  else
    return {EIGENGRAD_SLEEF_F(exp, u10)(x.v)};
#else
  if constexpr (Eigen::internal::packet_traits<T>::HasExp) {
    // Eigen 3.4 clamps the argument, which loses subnormal and infinite results.
    constexpr T bound = std::same_as<T, double> ? T(708) : T(87);
    if (kernels::all((Pack<T>(-bound) < x) & (x < Pack<T>(bound))))
      return {Eigen::internal::pexp(x.v)};
  }
  return kernels::by_element(x, [](T e) { return std::exp(e); });
#endif
}
template <std::floating_point T>
Pack<T> log(Pack<T> x) {
#ifdef EIGENGRAD_SLEEF_D
  if constexpr (std::same_as<T, double>)
    return {EIGENGRAD_SLEEF_D(log, u10)(x.v)};
  else
    return {EIGENGRAD_SLEEF_F(log, u10)(x.v)};
#else
  if constexpr (Eigen::internal::packet_traits<T>::HasLog) {
    if (kernels::all((Pack<T>(std::numeric_limits<T>::min()) < x) &
                     (x < Pack<T>(std::numeric_limits<T>::max()))))
      return {Eigen::internal::plog(x.v)};
  }
  return kernels::by_element(x, [](T e) { return std::log(e); });
#endif
}
template <std::floating_point T>
Pack<T> pow(Pack<T> x, Pack<T> e) {
#ifdef EIGENGRAD_SLEEF_D
  if constexpr (std::same_as<T, double>)
    return {EIGENGRAD_SLEEF_D(pow, u10)(x.v, e.v)};
  else
    return {EIGENGRAD_SLEEF_F(pow, u10)(x.v, e.v)};
#else
  return kernels::by_element(x, e, [](T a, T b) { return std::pow(a, b); });
#endif
}
#undef EIGENGRAD_BY_ELEMENT

template <std::floating_point T>
Pack<T> sqrt(Pack<T> x) {
  return {Eigen::internal::psqrt(x.v)};
}
template <std::floating_point T>
Pack<T> abs(Pack<T> x) {
  return {Eigen::internal::pabs(x.v)};
}
inline Pack<std::int64_t> abs(Pack<std::int64_t> x) { return x.v < 0 ? -x : x; }

template <class T>
Pack<T> where(Mask<T> m, Pack<T> a, std::type_identity_t<Pack<T>> b) {
  return kernels::select(m, a, b);
}
template <class T>
requires std::is_arithmetic_v<T> Pack<double> where(Mask<double> m, T a, Pack<double> b) {
  return kernels::select(m, Pack<double>(a), b);
}
template <class T>
requires std::is_arithmetic_v<T> Pack<float> where(Mask<float> m, T a, Pack<float> b) {
  return kernels::select(m, Pack<float>(a), b);
}
/// NaN when either is NaN.
template <class T>
Pack<T> maximum(Pack<T> a, Pack<T> b) {
  if constexpr (std::floating_point<T>)
    return where(a == a, where(a < b, b, where(b == b, a, b)), a);
  return where(a < b, b, a);
}
template <class T>
Pack<T> minimum(Pack<T> a, Pack<T> b) {
  if constexpr (std::floating_point<T>)
    return where(a == a, where(b < a, b, where(b == b, a, b)), a);
  return where(b < a, b, a);
}
/// -1, 0 or 1; zero for both zeros and for NaN.
template <std::floating_point T>
Pack<T> sign(Pack<T> x) {
  const Pack<T> zero(0);
  return where(x < zero, Pack<T>(-1), where(zero < x, Pack<T>(1), zero));
}
template <std::floating_point T>
Pack<T> zeros_like(Pack<T>) {
  return Pack<T>(0);
}
template <std::floating_point T>
Pack<T> ones_like(Pack<T>) {
  return Pack<T>(1);
}

}  // namespace eigengrad::math
