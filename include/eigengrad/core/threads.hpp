#pragma once

#include "eigengrad/core/config.hpp"

namespace eigengrad {

/// Threads that large kernels may use, the calling one included. Results do not depend on it.
EIGENGRAD_API int get_num_threads() noexcept;
/// Throws: ValueError when n < 1.
EIGENGRAD_API void set_num_threads(int n);

}  // namespace eigengrad
