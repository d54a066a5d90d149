#pragma once

#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad::kernels {

/// Sequences whose probability is summed over alignments. The states of a sequence are its symbols with
/// blanks before, between and behind them; an alignment stays in a state, goes to the next, or leaps
/// over a blank between different symbols.
struct CtcPlan {
  /// Symbols of the states: int64, contiguous (N S).
  Tensor symbols;
  /// The number of time steps of each sequence, then the number of its states.
  std::vector<std::int64_t> times;
  std::vector<std::int64_t> states;
};

/// Whether state s of a sequence may be entered from s - 2.
inline bool may_skip_blank(const std::int64_t* symbols, std::int64_t s) {
  return s >= 2 && s % 2 == 1 && symbols[s] != symbols[s - 2];
}

/// losses[n] = -log p; alpha[n, t, s] = log of the probability of the first t + 1 steps that end in s.
/// log_probs is (T N C); all are contiguous.
void ctc_forward(const Tensor& losses, const Tensor& alpha, const Tensor& log_probs,
                 const CtcPlan& plan);
/// dst[t, n, c] = -g[n] times the probability of being in a state of symbol c at time t, given the
/// sequence; 0 for sequences of probability 0. dst holds zeros.
void ctc_backward(const Tensor& dst, const Tensor& g, const Tensor& losses, const Tensor& alpha,
                  const Tensor& log_probs, const CtcPlan& plan);

}  // namespace eigengrad::kernels
