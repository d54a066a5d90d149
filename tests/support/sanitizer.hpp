#pragma once

extern "C" void __asan_init() __attribute__((weak));  // NOLINT(bugprone-reserved-identifier)

namespace support {

/// Whether the program runs under AddressSanitizer. A macro does not tell: these sources may have been compiled
/// without it, beside a library that was compiled with it (EIGENGRAD_NUMERIC_TESTS_OF).
inline bool under_address_sanitizer() { return __asan_init != nullptr; }

}  // namespace support
