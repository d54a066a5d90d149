#pragma once

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

enum class SylvesterOutcome { Solved, Singular, NoConvergence };

/// x = the solution of a x + x b = c for single row-major float64 matrices; x holds c on entry.
/// NaN and infinities give NaN. One Schur form serves for a and b in the same memory.
SylvesterOutcome solve_sylvester(const double* a, std::int64_t n, const double* b, std::int64_t m,
                                 double* x);

}  // namespace eigengrad::kernels
