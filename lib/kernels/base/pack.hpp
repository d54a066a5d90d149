#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace eigengrad::kernels {

/// Note [Packs instead of array expressions]
/// A derivative rule is a generic expression that is compiled over Tensor (recorded) and over Pack, a
/// SIMD register of Eigen with operators (one pass, no temporaries). Over Eigen array expressions,
/// Eigen 3.4 would not vectorise a select or a double-precision sin or tanh, and would compute the
/// elements of a loop's remainder by other code than the rest, so that a value would depend on where
/// it lies; remainders here go through the same registers. Pack also compiles several times faster.

/// One truth value for each lane: the result of comparing two packs.
template <class T>
struct Mask;

/// As many T as fit a SIMD register; one T for types that Eigen does not vectorise.
template <class T>
struct Pack {
  static constexpr int size = 1;
  T v;

  Pack() = default;
  template <class U>
  requires std::is_arithmetic_v<U> Pack(U x) : v(static_cast<T>(x)) {}
  static Pack load(const T* p) { return Pack(*p); }
  static Pack load_partial(const T* p, int) { return Pack(*p); }
  void store(T* p) const { *p = v; }
  void store_partial(T* p, int) const { *p = v; }
  T first() const { return v; }

  friend Pack operator+(Pack a, Pack b) { return wrapping(unsigned_of(a.v) + unsigned_of(b.v)); }
  friend Pack operator-(Pack a, Pack b) { return wrapping(unsigned_of(a.v) - unsigned_of(b.v)); }
  friend Pack operator*(Pack a, Pack b) { return wrapping(unsigned_of(a.v) * unsigned_of(b.v)); }
  friend Pack operator-(Pack a) { return wrapping(0 - unsigned_of(a.v)); }
  friend Mask<T> operator<(Pack a, Pack b) { return {a.v < b.v}; }
  friend Mask<T> operator<=(Pack a, Pack b) { return {a.v <= b.v}; }
  friend Mask<T> operator>(Pack a, Pack b) { return {a.v > b.v}; }
  friend Mask<T> operator>=(Pack a, Pack b) { return {a.v >= b.v}; }
  friend Mask<T> operator==(Pack a, Pack b) { return {a.v == b.v}; }

 private:
  using Unsigned = std::make_unsigned_t<T>;
  static Unsigned unsigned_of(T x) { return static_cast<Unsigned>(x); }
  static Pack wrapping(Unsigned x) { return Pack(static_cast<T>(x)); }
};

template <class T>
struct Mask {
  bool m;
  friend Mask operator&(Mask a, Mask b) { return {a.m && b.m}; }
  friend Mask operator|(Mask a, Mask b) { return {a.m || b.m}; }
  friend Mask operator!(Mask a) { return {!a.m}; }
};

template <class T>
Pack<T> select(Mask<T> m, Pack<T> a, Pack<T> b) {
  return m.m ? a : b;
}
/// The first `count` truth values, false behind them.
template <class T>
Mask<T> load_mask(const bool* p, int) {
  return {*p};
}

template <std::floating_point T>
struct Pack<T> {
  using Raw = typename Eigen::internal::packet_traits<T>::type;
  static constexpr int size = Eigen::internal::unpacket_traits<Raw>::size;
  Raw v;

  Pack() = default;
  Pack(Raw raw) : v(raw) {}
  template <class U>
  requires std::is_arithmetic_v<U> Pack(U x) : v(Eigen::internal::pset1<Raw>(static_cast<T>(x))) {}
  static Pack load(const T* p) { return Eigen::internal::ploadu<Raw>(p); }
  /// The first `n` elements from memory, ones behind them.
  static Pack load_partial(const T* p, int n) {
#if defined(__AVX512F__)
    // Not through a buffer: the load would wait until several stores have reached the cache.
    if constexpr (std::same_as<T, double>)
      return _mm512_mask_loadu_pd(Pack(1).v, first_bits(n), p);
    else
      return _mm512_mask_loadu_ps(Pack(1).v, first_bits(n), p);
#elif defined(__AVX__)
    const Raw lanes = first_lanes_mask(n);
    if constexpr (std::same_as<T, double>)
      return _mm256_blendv_pd(Pack(1).v, _mm256_maskload_pd(p, _mm256_castpd_si256(lanes)), lanes);
    else
      return _mm256_blendv_ps(Pack(1).v, _mm256_maskload_ps(p, _mm256_castps_si256(lanes)), lanes);
#else
    T buffer[static_cast<std::size_t>(size)];
    for (int i = 0; i < size; ++i) buffer[i] = i < n ? p[i] : T(1);
    return load(buffer);
#endif
  }
  void store(T* p) const { Eigen::internal::pstoreu(p, v); }
  void store_partial(T* p, int n) const {
#if defined(__AVX512F__)
    if constexpr (std::same_as<T, double>)
      _mm512_mask_storeu_pd(p, first_bits(n), v);
    else
      _mm512_mask_storeu_ps(p, first_bits(n), v);
#elif defined(__AVX__)
    const Raw lanes = first_lanes_mask(n);
    if constexpr (std::same_as<T, double>)
      _mm256_maskstore_pd(p, _mm256_castpd_si256(lanes), v);
    else
      _mm256_maskstore_ps(p, _mm256_castps_si256(lanes), v);
#else
    T buffer[static_cast<std::size_t>(size)];
    store(buffer);
    for (int i = 0; i < n; ++i) p[i] = buffer[i];
#endif
  }
  T first() const { return Eigen::internal::pfirst(v); }

  friend Pack operator+(Pack a, Pack b) { return Eigen::internal::padd(a.v, b.v); }
  friend Pack operator-(Pack a, Pack b) { return Eigen::internal::psub(a.v, b.v); }
  friend Pack operator*(Pack a, Pack b) { return Eigen::internal::pmul(a.v, b.v); }
  friend Pack operator/(Pack a, Pack b) { return Eigen::internal::pdiv(a.v, b.v); }
  // Eigen's pnegate is 0 - a for some registers, which loses the sign of -0.
  friend Pack operator-(Pack a) { return Eigen::internal::pxor(a.v, Pack(T(-0.0)).v); }
  friend Mask<T> operator<(Pack a, Pack b) { return {Eigen::internal::pcmp_lt(a.v, b.v)}; }
  friend Mask<T> operator<=(Pack a, Pack b) { return {Eigen::internal::pcmp_le(a.v, b.v)}; }
  friend Mask<T> operator>(Pack a, Pack b) { return b < a; }
  friend Mask<T> operator>=(Pack a, Pack b) { return b <= a; }
  friend Mask<T> operator==(Pack a, Pack b) { return {Eigen::internal::pcmp_eq(a.v, b.v)}; }

#if defined(__AVX512F__)
 private:
  using Bits = std::conditional_t<std::same_as<T, double>, __mmask8, __mmask16>;
  static Bits first_bits(int n) { return static_cast<Bits>((1u << n) - 1); }
#elif defined(__AVX__)
 private:
  /// All bits set in the first `n` lanes.
  static Raw first_lanes_mask(int n) {
    return Eigen::internal::pcmp_lt(Eigen::internal::plset<Raw>(T(0)), Pack(n).v);
  }
#endif
};

template <std::floating_point T>
struct Mask<T> {
  typename Pack<T>::Raw m;
  friend Mask operator&(Mask a, Mask b) { return {Eigen::internal::pand(a.m, b.m)}; }
  friend Mask operator|(Mask a, Mask b) { return {Eigen::internal::por(a.m, b.m)}; }
  friend Mask operator!(Mask a) {
    return {Eigen::internal::pandnot(Eigen::internal::ptrue(a.m), a.m)};
  }
};

template <std::floating_point T>
Pack<T> select(Mask<T> m, Pack<T> a, Pack<T> b) {
  return Eigen::internal::pselect(m.m, a.v, b.v);
}

template <std::floating_point T>
Mask<T> load_mask(const bool* p, int count) {
  using Bits = std::conditional_t<sizeof(T) == sizeof(std::int64_t), std::int64_t, std::int32_t>;
  Bits lanes[static_cast<std::size_t>(Pack<T>::size)] = {};
  if (count == Pack<T>::size)
    for (int i = 0; i < Pack<T>::size; ++i) lanes[i] = -static_cast<Bits>(p[i]);
  else
    for (int i = 0; i < count; ++i) lanes[i] = -static_cast<Bits>(p[i]);
  Mask<T> m;
  static_assert(sizeof lanes == sizeof m.m);
  std::memcpy(&m.m, lanes, sizeof lanes);
  return m;
}

template <std::floating_point T>
bool all(Mask<T> m) {
  [[maybe_unused]] constexpr bool wide = std::same_as<T, double>;
#if defined(__AVX512DQ__)
  if constexpr (wide)
    return _mm512_movepi64_mask(_mm512_castpd_si512(m.m)) == 0xff;
  else
    return _mm512_movepi32_mask(_mm512_castps_si512(m.m)) == 0xffff;
#elif defined(__AVX__) && !defined(__AVX512F__)
  if constexpr (wide)
    return _mm256_movemask_pd(m.m) == 0xf;
  else
    return _mm256_movemask_ps(m.m) == 0xff;
#elif defined(__SSE2__) && !defined(__AVX__)
  if constexpr (wide)
    return _mm_movemask_pd(m.m) == 0x3;
  else
    return _mm_movemask_ps(m.m) == 0xf;
#else
  return Eigen::internal::predux_min(select(m, Pack<T>(1), Pack<T>(0)).v) > T(0);
#endif
}
template <std::floating_point T>
bool any(Mask<T> m) {
  return !all(!m);
}

/// Applies `f` to the elements one by one, for functions without a SIMD form.
template <std::floating_point T, class F>
Pack<T> by_element(Pack<T> x, F f) {
  T buffer[static_cast<std::size_t>(Pack<T>::size)];
  x.store(buffer);
  for (T& e : buffer) e = f(e);
  return Pack<T>::load(buffer);
}
template <std::floating_point T, class F>
Pack<T> by_element(Pack<T> a, Pack<T> b, F f) {
  T buffer[static_cast<std::size_t>(Pack<T>::size)];
  T other[static_cast<std::size_t>(Pack<T>::size)];
  a.store(buffer);
  b.store(other);
  for (int i = 0; i < Pack<T>::size; ++i) buffer[i] = f(buffer[i], other[i]);
  return Pack<T>::load(buffer);
}

}  // namespace eigengrad::kernels
