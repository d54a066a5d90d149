#pragma once

#include <functional>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// What becomes of the losses of single elements.
namespace Reduction {
enum Reduction { None, Mean, Sum, END };
}  // namespace Reduction

// Losses of a prediction x against a target. `reduction` gives all of them (None), their mean (Mean) or
// their sum (Sum). Every tensor that is not of integers has derivatives, weights and targets too, but
// for those that name a class.
// Throws: ValueError for another reduction; ShapeError for shapes that do not fit; DtypeError for
// integers in the place of a floating point tensor.

// ---- Element by element. Shapes: all tensors broadcast.

/// (x - target)^2. One of the two may hold integers, as in smooth_l1_loss().
EIGENGRAD_API Tensor mse_loss(const Tensor& x, const Tensor& target,
                              std::int64_t reduction = Reduction::Mean);
/// |x - target|. At the edge: gradient 0 where they are equal. Integers stay integers (None, Sum).
EIGENGRAD_API Tensor l1_loss(const Tensor& x, const Tensor& target,
                             std::int64_t reduction = Reduction::Mean);
/// d^2 / (2 beta) for d = |x - target| < beta, d - beta / 2 elsewhere; l1_loss() for beta = 0.
/// Throws: ValueError for negative beta.
EIGENGRAD_API Tensor smooth_l1_loss(const Tensor& x, const Tensor& target,
                                    std::int64_t reduction = Reduction::Mean, double beta = 1);
/// d^2 / 2 for d = |x - target| < delta, delta (d - delta / 2) elsewhere; in the dtype of x.
/// Throws: ValueError unless delta is positive.
EIGENGRAD_API Tensor huber_loss(const Tensor& x, const Tensor& target,
                                std::int64_t reduction = Reduction::Mean, double delta = 1);
/// -weight (target log x + (1 - target) log(1 - x)). Domain: x in [0, 1].
/// At the edge: logarithms are at least -100; the gradient divides by at least 1e-12. Where x = target = 0
/// or 1 it is 1 or -1, the slope there, and not PyTorch's 0.
/// Accuracy: 4 ulp; first derivative 2, second 1.5.
/// Throws: ValueError for x outside.
EIGENGRAD_API Tensor binary_cross_entropy(const Tensor& x, const Tensor& target,
                                          const OptionalTensor& weight = {},
                                          std::int64_t reduction = Reduction::Mean);
/// binary_cross_entropy(sigmoid(x), target), precise for every x; `pos_weight` multiplies the terms
/// with target.
/// Accuracy: 4 ulp; first derivative 1.5, second 3.
EIGENGRAD_API Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target,
                                                      const OptionalTensor& weight = {},
                                                      const OptionalTensor& pos_weight = {},
                                                      std::int64_t reduction = Reduction::Mean);
/// target (log target - x), or exp(target) (target - x) when the target is a logarithm, as x is.
/// Mean is over all elements. At the edge: 0 log 0 = 0.
/// Accuracy: first derivative 5 ulp, second 1.
EIGENGRAD_API Tensor kl_div(const Tensor& x, const Tensor& target,
                            std::int64_t reduction = Reduction::Mean, bool log_target = false);
/// exp(x) - target x, or x - target log(x + eps) unless x is a logarithm (`log_input`); `full` adds
/// Stirling's approximation of log target! where the target exceeds 1.
EIGENGRAD_API Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, bool log_input = true,
                                      bool full = false, double eps = 1e-8,
                                      std::int64_t reduction = Reduction::Mean);
/// (log var + (x - target)^2 / var) / 2 with var at least eps; `full` adds log(2 pi) / 2.
/// Shapes: var as x, or without its last extent, or with 1 in its place.
/// Throws: ValueError for a negative variance.
EIGENGRAD_API Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var,
                                       bool full = false, double eps = 1e-6,
                                       std::int64_t reduction = Reduction::Mean);
/// x where the target is 1, max(0, margin - x) where it is -1.
EIGENGRAD_API Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, double margin = 1,
                                          std::int64_t reduction = Reduction::Mean);
/// max(0, margin - target (x1 - x2)).
EIGENGRAD_API Tensor margin_ranking_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                                         double margin = 0,
                                         std::int64_t reduction = Reduction::Mean);
/// log(1 + exp(-target x)), without overflow.
/// Accuracy: 4 ulp; first derivative 1.5, second 5.
EIGENGRAD_API Tensor soft_margin_loss(const Tensor& x, const Tensor& target,
                                      std::int64_t reduction = Reduction::Mean);

// ---- Classes. Shapes: x is (N C) or (C).

/// -weight[c] x[c] at the class c that `target` names; x holds logarithms of probabilities. Mean divides
/// by the sum of the weights. Shapes: (N C ...) (N ...) -> (N ...), (C) () -> ().
/// At the edge: targets equal to `ignore_index` count nothing; the mean of nothing is NaN.
/// Throws: IndexError for a class out of range; DtypeError unless the target is int64.
EIGENGRAD_API Tensor nll_loss(const Tensor& x, const Tensor& target,
                              const OptionalTensor& weight = {},
                              std::int64_t reduction = Reduction::Mean,
                              std::int64_t ignore_index = -100);
/// nll_loss() under a name that libtorch has for it.
EIGENGRAD_API Tensor nll_loss_nd(const Tensor& x, const Tensor& target,
                                 const OptionalTensor& weight = {},
                                 std::int64_t reduction = Reduction::Mean,
                                 std::int64_t ignore_index = -100);
/// nll_loss() under a name that libtorch has for it.
EIGENGRAD_API Tensor nll_loss2d(const Tensor& x, const Tensor& target,
                                const OptionalTensor& weight = {},
                                std::int64_t reduction = Reduction::Mean,
                                std::int64_t ignore_index = -100);
/// nll_loss(log_softmax(x), target); a target of floating point and of the shape of x holds
/// probabilities of all classes instead. `label_smoothing` spreads that share of the target evenly
/// over the classes.
/// Accuracy: 4 ulp; first derivative 1, second 1.
/// Throws: ValueError for a label_smoothing outside [0, 1]; else as nll_loss().
/// Cost: class targets take one pass over x, without storing log_softmax(x).
EIGENGRAD_API Tensor cross_entropy_loss(const Tensor& x, const Tensor& target,
                                        const OptionalTensor& weight = {},
                                        std::int64_t reduction = Reduction::Mean,
                                        std::int64_t ignore_index = -100,
                                        double label_smoothing = 0);
/// sum over j != c of weight[c] max(0, margin - x[c] + x[j])^p / C for the class c that `target` names;
/// p is 1 or 2. At the edge: gradient 0 where a term becomes 0.
/// Throws: IndexError for a class out of range; ValueError for another p.
EIGENGRAD_API Tensor multi_margin_loss(const Tensor& x, const Tensor& target, const Scalar& p = 1,
                                       const Scalar& margin = 1, const OptionalTensor& weight = {},
                                       std::int64_t reduction = Reduction::Mean);
/// sum over j in the target and i not in it of max(0, 1 - x[j] + x[i]) / C. `target` has the shape of x
/// and lists classes, up to the first -1. Throws: IndexError for a class out of range.
EIGENGRAD_API Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target,
                                            std::int64_t reduction = Reduction::Mean);
/// The mean over the last dimension of weight binary_cross_entropy_with_logits(x, target).
EIGENGRAD_API Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target,
                                                 const OptionalTensor& weight = {},
                                                 std::int64_t reduction = Reduction::Mean);

// ---- Embeddings.

/// 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1, along the last
/// dimension. Shapes: (N D) (N D) (N) -> (N), (D) (D) () -> ().
EIGENGRAD_API Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                                           double margin = 0,
                                           std::int64_t reduction = Reduction::Mean);
/// max(0, margin + d(anchor, positive) - d(anchor, negative)) for d = pairwise_distance() with p and
/// eps; `swap` takes d(positive, negative) where that is smaller than d(anchor, negative).
EIGENGRAD_API Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive,
                                         const Tensor& negative, double margin = 1, double p = 2,
                                         double eps = 1e-6, bool swap = false,
                                         std::int64_t reduction = Reduction::Mean);
using DistanceFunction = std::function<Tensor(const Tensor&, const Tensor&)>;
/// The same for any distance; pairwise_distance() without one.
EIGENGRAD_API Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                                       const Tensor& negative,
                                                       const DistanceFunction& distance = {},
                                                       double margin = 1, bool swap = false,
                                                       std::int64_t reduction = Reduction::Mean);

// ---- Sequences.

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
