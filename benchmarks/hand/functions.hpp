#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#if defined(EIGENGRAD_USE_SLEEF)
#include <sleef.h>
#endif

/// The loops that one would write by hand around one function: full registers, then the rest by element.
namespace hand {

#if defined(EIGENGRAD_USE_SLEEF) && defined(__AVX512F__)
#define EIGENGRAD_HAND_F64(fn, acc) Sleef_##fn##d8_##acc##avx512f
#define EIGENGRAD_HAND_F32(fn, acc) Sleef_##fn##f16_##acc##avx512f
#elif defined(EIGENGRAD_USE_SLEEF) && defined(__AVX2__) && defined(__FMA__)
#define EIGENGRAD_HAND_F64(fn, acc) Sleef_##fn##d4_##acc##avx2
#define EIGENGRAD_HAND_F32(fn, acc) Sleef_##fn##f8_##acc##avx2
#endif

template <class T>
using Register = typename Eigen::internal::packet_traits<T>::type;
template <class T>
inline constexpr std::int64_t kWidth = Eigen::internal::packet_traits<T>::size;

/// `whole` of registers of x, `single` of the elements that remain.
template <class T, class Whole, class Single>
void map(const T* x, T* y, std::int64_t n, Whole whole, Single single) {
  std::int64_t i = 0;
  for (; i + kWidth<T> <= n; i += kWidth<T>)
    Eigen::internal::pstoreu(y + i, whole(Eigen::internal::ploadu<Register<T>>(x + i)));
  for (; i < n; ++i) y[i] = single(x[i]);
}
template <class T, class Whole, class Single>
void map(const T* a, const T* b, T* y, std::int64_t n, Whole whole, Single single) {
  std::int64_t i = 0;
  for (; i + kWidth<T> <= n; i += kWidth<T>)
    Eigen::internal::pstoreu(y + i, whole(Eigen::internal::ploadu<Register<T>>(a + i),
                                          Eigen::internal::ploadu<Register<T>>(b + i)));
  for (; i < n; ++i) y[i] = single(a[i], b[i]);
}

#ifdef EIGENGRAD_HAND_F64
#define EIGENGRAD_HAND_MAP(fn)                                                      \
  inline void fn(const double* x, const double*, double* y, std::int64_t n) {       \
    map(x, y, n, EIGENGRAD_HAND_F64(fn, u10), [](double v) { return std::fn(v); }); \
  }                                                                                 \
  inline void fn(const float* x, const float*, float* y, std::int64_t n) {          \
    map(x, y, n, EIGENGRAD_HAND_F32(fn, u10), [](float v) { return std::fn(v); });  \
  }
#else
#define EIGENGRAD_HAND_MAP(fn)                                 \
  template <class T>                                           \
  void fn(const T* x, const T*, T* y, std::int64_t n) {        \
    for (std::int64_t i = 0; i < n; ++i) y[i] = std::fn(x[i]); \
  }
#endif
EIGENGRAD_HAND_MAP(exp)
EIGENGRAD_HAND_MAP(log)
EIGENGRAD_HAND_MAP(sin)
EIGENGRAD_HAND_MAP(cos)
EIGENGRAD_HAND_MAP(tanh)
EIGENGRAD_HAND_MAP(erf)
#undef EIGENGRAD_HAND_MAP

#ifdef EIGENGRAD_HAND_F64
inline void pow(const double* a, const double* b, double* y, std::int64_t n) {
  map(a, b, y, n, EIGENGRAD_HAND_F64(pow, u10), [](double u, double v) { return std::pow(u, v); });
}
inline void pow(const float* a, const float* b, float* y, std::int64_t n) {
  map(a, b, y, n, EIGENGRAD_HAND_F32(pow, u10), [](float u, float v) { return std::pow(u, v); });
}
#undef EIGENGRAD_HAND_F64
#undef EIGENGRAD_HAND_F32
#else
template <class T>
void pow(const T* a, const T* b, T* y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = std::pow(a[i], b[i]);
}
#endif

template <class T>
void sqrt(const T* x, const T*, T* y, std::int64_t n) {
  map(
      x, y, n, [](Register<T> v) { return Eigen::internal::psqrt(v); },
      [](T v) { return std::sqrt(v); });
}
template <class T>
void div(const T* a, const T* b, T* y, std::int64_t n) {
  map(
      a, b, y, n, [](Register<T> u, Register<T> v) { return Eigen::internal::pdiv(u, v); },
      [](T u, T v) { return u / v; });
}
template <class T>
void add(const T* a, const T* b, T* y, std::int64_t n) {
  map(
      a, b, y, n, [](Register<T> u, Register<T> v) { return Eigen::internal::padd(u, v); },
      [](T u, T v) { return u + v; });
}

}  // namespace hand
