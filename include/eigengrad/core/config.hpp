#pragma once

/// Symbols of the compiled library that programs may use; everything else stays hidden, Eigen's own
/// template instantiations above all (they depend on the compiler flags of whoever compiled them).
#define EIGENGRAD_API __attribute__((visibility("default")))

#define EIGENGRAD_LIKELY(x) __builtin_expect(static_cast<bool>(x), 1)
#define EIGENGRAD_UNLIKELY(x) __builtin_expect(static_cast<bool>(x), 0)
