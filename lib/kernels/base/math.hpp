#pragma once

#include <cmath>
#include <limits>

#include "kernels/base/pack.hpp"
#if EIGENGRAD_USE_SLEEF
#include <sleef.h>
#endif

/// Functions that derivative rules are written in, over Pack; ops/pointwise/rule_math.hpp has the same
/// over Tensor.
namespace eigengrad::math {

using kernels::Mask;
using kernels::Pack;

/// An argument that a rule does not look at, so that it need not be saved.
struct Unused {};
/// What a rule may look at.
template <class T>
concept Value = !std::same_as<T, Unused>;

template <class T>
inline constexpr T kInfinity = std::numeric_limits<T>::infinity();

/// The derivative of an input that passes its cotangent on unchanged.
struct One {};
/// The derivative of a function that is piecewise constant: no cotangent gets through, an infinite one
/// neither.
struct Zero {};
/// A derivative that is exactly zero where `mask` is false, even against an infinite cotangent.
template <class M, class S>
struct When {
  M mask;
  S derivative;
};
template <class M, class S>
When<M, S> when(const M& mask, const S& derivative) {
  return {mask, derivative};
}
/// One derivative where `mask` is true, another elsewhere.
template <class M, class A, class B>
struct Either {
  M mask;
  A here;
  B elsewhere;
};
template <class M, class A, class B>
Either<M, A, B> either(const M& mask, const A& here, const B& elsewhere) {
  return {mask, here, elsewhere};
}
/// The derivative 1 / denominator, applied as a division.
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
// `vendor` has the functions of SLEEF or of the C library as they are; those that SLEEF gets wrong
// near the ends of the range are mended behind it.
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
#define EIGENGRAD_BY_ELEMENT_2(fn)                                                      \
  inline Pack<double> fn(Pack<double> a, Pack<double> b) {                              \
    return kernels::by_element(a, b, [](double c, double d) { return std::fn(c, d); }); \
  }                                                                                     \
  inline Pack<float> fn(Pack<float> a, Pack<float> b) {                                 \
    return kernels::by_element(a, b, [](float c, float d) { return std::fn(c, d); });   \
  }
#ifdef EIGENGRAD_SLEEF_D
#define EIGENGRAD_VECTOR_FN(fn, acc)                                                   \
  inline Pack<double> fn(Pack<double> x) { return {EIGENGRAD_SLEEF_D(fn, acc)(x.v)}; } \
  inline Pack<float> fn(Pack<float> x) { return {EIGENGRAD_SLEEF_F(fn, acc)(x.v)}; }
#define EIGENGRAD_VECTOR_FN_2(fn, acc)                     \
  inline Pack<double> fn(Pack<double> a, Pack<double> b) { \
    return {EIGENGRAD_SLEEF_D(fn, acc)(a.v, b.v)};         \
  }                                                        \
  inline Pack<float> fn(Pack<float> a, Pack<float> b) {    \
    return {EIGENGRAD_SLEEF_F(fn, acc)(a.v, b.v)};         \
  }
#else
#define EIGENGRAD_VECTOR_FN(fn, acc) EIGENGRAD_BY_ELEMENT(fn)
#define EIGENGRAD_VECTOR_FN_2(fn, acc) EIGENGRAD_BY_ELEMENT_2(fn)
#endif
EIGENGRAD_VECTOR_FN(sin, u10)
EIGENGRAD_VECTOR_FN(cos, u10)
EIGENGRAD_VECTOR_FN(tan, u10)
EIGENGRAD_VECTOR_FN(asin, u10)
EIGENGRAD_VECTOR_FN(acos, u10)
EIGENGRAD_VECTOR_FN(atan, u10)
EIGENGRAD_VECTOR_FN(tanh, u10)
EIGENGRAD_VECTOR_FN(atanh, u10)
EIGENGRAD_VECTOR_FN(exp2, u10)
EIGENGRAD_VECTOR_FN(expm1, u10)
EIGENGRAD_VECTOR_FN(log2, u10)
EIGENGRAD_VECTOR_FN(log10, u10)
EIGENGRAD_VECTOR_FN(cbrt, u10)
EIGENGRAD_VECTOR_FN(erf, u10)
EIGENGRAD_VECTOR_FN(erfc, u15)
EIGENGRAD_VECTOR_FN_2(atan2, u10)
EIGENGRAD_VECTOR_FN_2(hypot, u05)
// g++ and clang compile each of these loops to one instruction where the processor has one.
EIGENGRAD_BY_ELEMENT(floor)
EIGENGRAD_BY_ELEMENT(ceil)
EIGENGRAD_BY_ELEMENT(trunc)
EIGENGRAD_BY_ELEMENT(rint)

namespace vendor {
EIGENGRAD_VECTOR_FN(sinh, u10)
EIGENGRAD_VECTOR_FN(cosh, u10)
EIGENGRAD_VECTOR_FN(asinh, u10)
EIGENGRAD_VECTOR_FN(acosh, u10)
EIGENGRAD_VECTOR_FN(log1p, u10)
EIGENGRAD_VECTOR_FN(lgamma, u10)
EIGENGRAD_VECTOR_FN(tgamma, u10)
EIGENGRAD_VECTOR_FN_2(pow, u10)
EIGENGRAD_BY_ELEMENT_2(fmod)
}  // namespace vendor
#undef EIGENGRAD_VECTOR_FN
#undef EIGENGRAD_VECTOR_FN_2
#undef EIGENGRAD_BY_ELEMENT
#undef EIGENGRAD_BY_ELEMENT_2

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
Pack<T> sqrt(Pack<T> x) {
  return {Eigen::internal::psqrt(x.v)};
}
template <std::floating_point T>
Pack<T> abs(Pack<T> x) {
  return {Eigen::internal::pabs(x.v)};
}
/// |x| with the sign bit of s.
template <std::floating_point T>
Pack<T> copysign(Pack<T> x, Pack<T> s) {
  using namespace Eigen::internal;
  return {por(pabs(x.v), pand(s.v, Pack<T>(T(-0.0)).v))};
}
#if defined(__FMA__) || defined(__AVX512F__)
#define EIGENGRAD_FMA 1
#else
#define EIGENGRAD_FMA 0
#endif
/// a b + c, rounded once.
template <std::floating_point T>
Pack<T> fma(Pack<T> a, Pack<T> b, Pack<T> c) {
#if EIGENGRAD_FMA
  return {Eigen::internal::pmadd(a.v, b.v, c.v)};
#else
  T x[std::size_t(Pack<T>::size)], y[std::size_t(Pack<T>::size)], z[std::size_t(Pack<T>::size)];
  a.store(x);
  b.store(y);
  c.store(z);
  for (int i = 0; i < Pack<T>::size; ++i) x[i] = std::fma(x[i], y[i], z[i]);
  return Pack<T>::load(x);
#endif
}
template <std::floating_point T>
using Wider = std::conditional_t<std::same_as<T, float>, double, long double>;

/// exp(x) / 2 without overflow before the result does.
template <std::floating_point T>
Pack<T> half_exp(Pack<T> x) {
  constexpr long double half_e = 1.359140914229522617680143735676331249L;
  constexpr T high = static_cast<T>(half_e);
  constexpr T low = static_cast<T>(half_e - high);
  const Pack<T> y = exp(x - Pack<T>(1));
  const Pack<T> finite = kernels::select(y < Pack<T>(kInfinity<T>), y, Pack<T>(0));
  return fma(y, Pack<T>(high), finite * Pack<T>(low));
}
template <std::floating_point T>
Pack<T> sinh(Pack<T> x) {
  const Mask<T> large = Pack<T>(std::same_as<T, double> ? 700 : 80) < abs(x);
  const Pack<T> y = vendor::sinh(x);
  return kernels::any(large) ? kernels::select(large, copysign(half_exp(abs(x)), x), y) : y;
}
template <std::floating_point T>
Pack<T> cosh(Pack<T> x) {
  const Mask<T> large = Pack<T>(std::same_as<T, double> ? 700 : 80) < abs(x);
  const Pack<T> y = vendor::cosh(x);
  return kernels::any(large) ? kernels::select(large, half_exp(abs(x)), y) : y;
}
/// log(2 x) without overflow.
template <std::floating_point T>
Pack<T> log_twice(Pack<T> x) {
  return log(x) + Pack<T>(0.693147180559945309417232121458176568L);
}
template <std::floating_point T>
Pack<T> asinh(Pack<T> x) {
  const Mask<T> large = Pack<T>(1e10) < abs(x);
  const Pack<T> y = vendor::asinh(x);
  return kernels::any(large) ? kernels::select(large, copysign(log_twice(abs(x)), x), y) : y;
}
template <std::floating_point T>
Pack<T> acosh(Pack<T> x) {
  const Mask<T> large = Pack<T>(1e10) < x;
  const Pack<T> y = vendor::acosh(x);
  return kernels::any(large) ? kernels::select(large, log_twice(x), y) : y;
}
template <std::floating_point T>
Pack<T> log1p(Pack<T> x) {
  const Mask<T> large = Pack<T>(0x1p60) < x;
  const Pack<T> y = vendor::log1p(x);
  return kernels::any(large) ? kernels::select(large, log(x), y) : y;
}
/// The C library's log |gamma(x)|, where possible the one that does not write the sign to a variable of
/// the program, which threads would race for.
inline long double lgamma_of(long double x) {
#ifdef __GLIBC__
  int sign = 0;
  return ::lgammal_r(x, &sign);
#else
  return std::lgamma(x);
#endif
}
/// log |gamma(x)|.
template <std::floating_point T>
Pack<T> lgamma(Pack<T> x) {
  const Mask<T> large = Pack<T>(std::same_as<T, double> ? 1e17 : 1e9) < x;
  Pack<T> y = vendor::lgamma(x);
  // Stirling's formula; the terms that are left out are below rounding.
  if (kernels::any(large)) y = kernels::select(large, x * (log(x) - Pack<T>(1)), y);
  // SLEEF's error is absolute between the poles, where the function has zeros.
  if (kernels::any(x < Pack<T>(0)))
    y = kernels::by_element(x, y, [](T e, T positive) {
      return e < 0 ? static_cast<T>(lgamma_of(Wider<T>(e))) : positive;
    });
  return y;
}
template <std::floating_point T>
Pack<T> tgamma(Pack<T> x) {
  const Mask<T> tiny = x < Pack<T>(std::same_as<T, double> ? -170 : -33);
  const Pack<T> y = vendor::tgamma(x);
  if (!kernels::any(tiny)) return y;
  return kernels::select(
      tiny, kernels::by_element(x, [](T e) { return static_cast<T>(std::tgamma(Wider<T>(e))); }),
      y);
}
template <std::floating_point T>
Pack<T> pow(Pack<T> x, std::type_identity_t<Pack<T>> e) {
  return kernels::select(e == Pack<T>(1), x, vendor::pow(x, e));
}
/// Exact. By one division and one step where the quotient is an integer of the type, since the
/// remainder has no more bits than the operands.
template <std::floating_point T>
Pack<T> fmod(Pack<T> a, Pack<T> b) {
  const Pack<T> x = abs(a);
  const Pack<T> m = abs(b);
  const Pack<T> q = trunc(x / m);
  const Mask<T> fits =
      (q < Pack<T>(T(1) / std::numeric_limits<T>::epsilon())) & (m < Pack<T>(kInfinity<T>));
  if (!kernels::all(fits)) return vendor::fmod(a, b);
  const Pack<T> r = fma(-q, m, x);
  return copysign(kernels::select(r < Pack<T>(0), r + m, r), a);
}

/// sin(pi x) and cos(pi x). The argument is reduced to [-1, 1] first, since SLEEF's functions need a small one.
template <std::floating_point T>
Pack<T> sinpi(Pack<T> x) {
  const Pack<T> r = x - Pack<T>(2) * rint(x * Pack<T>(0.5));
#ifdef EIGENGRAD_SLEEF_D
  if constexpr (std::same_as<T, double>)
    return {EIGENGRAD_SLEEF_D(sinpi, u05)(r.v)};
  else
    return {EIGENGRAD_SLEEF_F(sinpi, u05)(r.v)};
#else
  return kernels::by_element(r, [](T e) {
    constexpr T pi = T(3.141592653589793238462643383279502884L);
    const T a = std::abs(e) <= T(0.5) ? e : std::copysign(T(1), e) - e;  // sin(pi - z) = sin z
    return std::abs(a) <= T(0.25) ? std::sin(pi * a)
                                  : std::copysign(std::cos(pi * (T(0.5) - std::abs(a))), a);
  });
#endif
}
template <std::floating_point T>
Pack<T> cospi(Pack<T> x) {
  const Pack<T> r = abs(x - Pack<T>(2) * rint(x * Pack<T>(0.5)));
#ifdef EIGENGRAD_SLEEF_D
  if constexpr (std::same_as<T, double>)
    return {EIGENGRAD_SLEEF_D(cospi, u05)(r.v)};
  else
    return {EIGENGRAD_SLEEF_F(cospi, u05)(r.v)};
#else
  return sinpi(Pack<T>(0.5) - r);
#endif
}

inline Pack<std::int64_t> abs(Pack<std::int64_t> x) { return x.v < 0 ? -x : x; }
inline Pack<std::int64_t> floor(Pack<std::int64_t> x) { return x; }
inline Pack<std::int64_t> ceil(Pack<std::int64_t> x) { return x; }
inline Pack<std::int64_t> trunc(Pack<std::int64_t> x) { return x; }
inline Pack<std::int64_t> rint(Pack<std::int64_t> x) { return x; }

// Numbers may stand in for packs, so that a rule is written alike over Pack and over Tensor.
template <class T>
Pack<T> where(Mask<T> m, std::type_identity_t<Pack<T>> a, std::type_identity_t<Pack<T>> b) {
  return kernels::select(m, a, b);
}
/// NaN when either is NaN.
template <class T>
Pack<T> maximum(Pack<T> a, std::type_identity_t<Pack<T>> b) {
  if constexpr (std::floating_point<T>)
    return where(a == a, where(a < b, b, where(b == b, a, b)), a);
  return where(a < b, b, a);
}
template <class T>
Pack<T> minimum(Pack<T> a, std::type_identity_t<Pack<T>> b) {
  if constexpr (std::floating_point<T>)
    return where(a == a, where(b < a, b, where(b == b, a, b)), a);
  return where(b < a, b, a);
}
/// -1, 0 or 1; zero for both zeros and for NaN.
template <class T>
Pack<T> sign(Pack<T> x) {
  return where(x < 0, -1, where(x > 0, 1, 0));
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
