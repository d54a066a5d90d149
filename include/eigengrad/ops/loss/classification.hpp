#pragma once

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/ops/loss/reduction.hpp"

namespace eigengrad {

// Losses of classes. What all losses have in common stands in reduction.hpp.
// Shapes: x is (N C) or (C).

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

}  // namespace eigengrad
