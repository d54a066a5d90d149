#pragma once

#include "eigengrad/core/tensor.hpp"
#include "eigengrad/ops/loss/reduction.hpp"

namespace eigengrad {

// Losses element by element. What all losses have in common stands in reduction.hpp.
// Shapes: all tensors broadcast.

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
/// or 1 it is 1 or -1, the derivative there, and not PyTorch's 0.
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
/// The mean over the last dimension of weight binary_cross_entropy_with_logits(x, target).
/// Shapes: x is (N C) or (C).
EIGENGRAD_API Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target,
                                                 const OptionalTensor& weight = {},
                                                 std::int64_t reduction = Reduction::Mean);

}  // namespace eigengrad
