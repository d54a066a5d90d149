#pragma once

#include <cstdint>

#include "eigengrad/optim/lbfgs.hpp"

namespace eigengrad::optim {

/// Adds the pair of a step `s` and the change `y` of the gradient along it, dropping the oldest
/// beyond `history_size`. A pair with y . s <= `min_curvature` would make the approximation
/// indefinite and is passed over.
void remember_pair(LBFGSParamState& memory, const Tensor& y, const Tensor& s,
                   std::int64_t history_size, double min_curvature);

/// Minus the approximate inverse Hessian times the gradient `g`.
/// Source: Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4.
Tensor two_loop_direction(const LBFGSParamState& memory, const Tensor& g);

}  // namespace eigengrad::optim
