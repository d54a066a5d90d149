#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace eigengrad::detail {

/// The control word of this thread's arithmetic, of which kFlush are the bits that flush results and operands.
#if defined(__SSE2__)
using ControlWord = unsigned;
inline constexpr ControlWord kFlush = 0x8040;
inline ControlWord control_word() noexcept { return _mm_getcsr(); }
inline void set_control_word(ControlWord w) noexcept { _mm_setcsr(w); }
#elif defined(__aarch64__)
using ControlWord = std::uint64_t;
inline constexpr ControlWord kFlush = 1 << 24;
inline ControlWord control_word() noexcept {
  ControlWord w;
  asm volatile("mrs %0, fpcr" : "=r"(w));
  return w;
}
inline void set_control_word(ControlWord w) noexcept { asm volatile("msr fpcr, %0" : : "r"(w)); }
#else
using ControlWord = unsigned;
inline constexpr ControlWord kFlush = 0;
inline ControlWord control_word() noexcept { return 0; }
inline void set_control_word(ControlWord) noexcept {}
#endif

}  // namespace eigengrad::detail
