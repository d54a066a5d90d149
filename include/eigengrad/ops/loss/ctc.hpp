#pragma once

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/ops/loss/reduction.hpp"

namespace eigengrad {

// Losses of sequences. What all losses have in common stands in reduction.hpp.

/// -log of the probability of the target sequence, summed over all alignments with blanks in between:
/// connectionist temporal classification. log_probs[t] has the logarithms of the probabilities of C
/// symbols at time t. Mean divides each loss by the length of its target first.
/// Shapes: (T N C) with targets (N S) or concatenated (sum of lengths), or (T C) with (S); lengths (N).
/// At the edge: inf for a target that is too long for its input; `zero_infinity` makes that, and its
/// gradient, 0.
/// Throws: ValueError for lengths that do not fit; IndexError for symbols out of range.
/// Cost: T S per sequence for the value and the gradient; the recursion is recorded step by step where
/// a further derivative is taken.
/// Source: Graves, Fernandez, Gomez and Schmidhuber, ICML 2006; the gradient is that of log_probs as
/// free variables, which agrees with PyTorch's where they come from log_softmax().
EIGENGRAD_API Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets,
                              IntArrayRef input_lengths, IntArrayRef target_lengths,
                              std::int64_t blank = 0, std::int64_t reduction = Reduction::Mean,
                              bool zero_infinity = false);
EIGENGRAD_API Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets,
                              const Tensor& input_lengths, const Tensor& target_lengths,
                              std::int64_t blank = 0, std::int64_t reduction = Reduction::Mean,
                              bool zero_infinity = false);

}  // namespace eigengrad
