#pragma once

#include "eigengrad/core/tensor.hpp"

/// Exponentials normalised along dimension `d`. All tensors are contiguous, of one floating point dtype
/// and of one shape with at least one dimension. Sums are pairwise, see Note [Pairwise sums].
namespace eigengrad::kernels {

void softmax(const Tensor& dst, const Tensor& src, std::size_t d);
void log_softmax(const Tensor& dst, const Tensor& src, std::size_t d);

/// dst = y (g - sum(g y)).
void softmax_pullback(const Tensor& dst, const Tensor& g, const Tensor& y, std::size_t d);
/// dst = g - exp(y) sum(g).
void log_softmax_pullback(const Tensor& dst, const Tensor& g, const Tensor& y, std::size_t d);

}  // namespace eigengrad::kernels
