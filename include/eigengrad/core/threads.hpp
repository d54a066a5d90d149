#pragma once

#include "eigengrad/core/config.hpp"

namespace eigengrad {

/// Threads that large kernels may use, the calling one included. Results do not depend on it.
EIGENGRAD_API int get_num_threads() noexcept;
/// Throws: ValueError when n < 1.
EIGENGRAD_API void set_num_threads(int n);

/// Lets arithmetic take subnormal numbers for 0, and give 0 for them: they cost processors ten to a hundred
/// times as much as others. It holds for all code of the calling thread, and for threads of ours while they
/// work for it; OpenBLAS has threads of its own. Off at the start.
/// Returns: whether the processor has it; false changes nothing (x86-64 with SSE2 and AArch64 have).
EIGENGRAD_API bool set_flush_denormal(bool on) noexcept;

}  // namespace eigengrad
