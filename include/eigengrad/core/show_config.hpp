#pragma once

#include <string>

#include "eigengrad/core/config.hpp"

namespace eigengrad {

/// Says how the library in use was built and what it runs with, one `key: value` per line: version,
/// compiler, SIMD level, Eigen, BLAS, SLEEF, threads. For people and bug reports; not to be parsed.
EIGENGRAD_API std::string show_config();

}  // namespace eigengrad
