#pragma once

// Eigen's registers as template arguments lose their alignment attribute, which nothing here needs; and
// g++ 12 takes the "undefined" operand inside its own AVX-512 intrinsics for a use (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wignored-attributes"
#pragma GCC diagnostic ignored "-Wuninitialized"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "core/allocator.hpp"
#include "kernels/base/pack.hpp"

/// What kernels that work in tiles of registers are written with.
namespace eigengrad::kernels {

/// For lambdas that must not become functions: what they capture would live in memory.
#define EIGENGRAD_INLINE __attribute__((always_inline))

/// Calls f with the constants 0 to N - 1, in place of a loop: what is indexed by them stays in
/// registers. f is EIGENGRAD_INLINE.
template <int N, class F>
EIGEN_ALWAYS_INLINE void each(F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) EIGENGRAD_INLINE {
    (f(std::integral_constant<int, I>()), ...);
  }
  (std::make_integer_sequence<int, N>());
}

/// c - a b, rounded once where there is an instruction for it.
template <class T>
EIGEN_ALWAYS_INLINE Pack<T> minus_product(Pack<T> c, Pack<T> a, Pack<T> b) {
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == sizeof(double))
    return Pack<T>(_mm512_fnmadd_pd(a.v, b.v, c.v));
  else
    return Pack<T>(_mm512_fnmadd_ps(a.v, b.v, c.v));
#elif defined(__FMA__) && defined(__AVX__)
  if constexpr (sizeof(T) == sizeof(double))
    return Pack<T>(_mm256_fnmadd_pd(a.v, b.v, c.v));
  else
    return Pack<T>(_mm256_fnmadd_ps(a.v, b.v, c.v));
#else
  return c - a * b;
#endif
}

constexpr std::int64_t rounded_up(std::int64_t n, std::int64_t to) noexcept {
  return (n + to - 1) / to * to;
}

template <class T>
inline constexpr int kWidth = Pack<T>::size;

/// Registers that hold a tile; the others are for what it is multiplied with.
inline constexpr int kTileRegisters = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS / 2;

/// Whether multiplying by 1 / x loses nothing against dividing by x.
template <class T>
bool has_reciprocal(T x) noexcept {
  constexpr T kLeast = std::numeric_limits<T>::min();
  const T size = std::abs(x);
  return (size >= kLeast && size <= T(1) / kLeast) || x == T(0) || std::isnan(x);
}

/// A square of registers: as many rows as a register has elements.
template <class T>
struct Square {
  Eigen::internal::PacketBlock<typename Pack<T>::Raw, kWidth<T>> rows;

  EIGEN_ALWAYS_INLINE void load(const T* p, std::int64_t stride) {
    each<kWidth<T>>([&](auto r)
                        EIGENGRAD_INLINE { rows.packet[r] = Pack<T>::load(p + r * stride).v; });
  }
  EIGEN_ALWAYS_INLINE void store(T* p, std::int64_t stride) const {
    each<kWidth<T>>([&](auto r) EIGENGRAD_INLINE {
      Pack<T>(typename Pack<T>::Raw(rows.packet[r])).store(p + r * stride);
    });
  }
  EIGEN_ALWAYS_INLINE void transpose() { Eigen::internal::ptranspose(rows); }
};

/// Memory for the time of a call, on the stack when it is little.
template <class T>
class Workspace {
 public:
  explicit Workspace(std::int64_t n) : size_(static_cast<std::size_t>(n) * sizeof(T)) {
    if (size_ > sizeof here_) data_ = static_cast<T*>(detail::allocate_buffer(size_));
  }
  ~Workspace() {
    if (data_ != here_) detail::free_buffer(data_, size_);
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  T* data() noexcept { return data_; }

 private:
  std::size_t size_;
  T* data_ = here_;
  alignas(64) T here_[4096 / sizeof(T)];
};

}  // namespace eigengrad::kernels
