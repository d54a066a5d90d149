#pragma once

#include "eigengrad/core/tensor.hpp"

/// Kernels of losses whose targets name classes. Tensors are contiguous; those of floating point have
/// one dtype.
namespace eigengrad::kernels {

/// Targets of samples in a tensor of extents (outer, classes, inner).
struct ClassTargets {
  /// int64, outer x inner of them; in range unless equal to `ignored`.
  Tensor target;
  /// The weight of each class; undefined if all are 1.
  Tensor weight;
  std::int64_t ignored;
  std::int64_t outer;
  std::int64_t classes;
  std::int64_t inner;
};

/// Sum of the weights of the targets' classes.
double total_weight(const ClassTargets& c);
/// dst = -weight x at the class of each sample; 0 for ignored ones.
void pick_classes(const Tensor& dst, const Tensor& x, const ClassTargets& c);
/// dst, which holds zeros, gets -weight g at the class of each sample.
void scatter_classes(const Tensor& dst, const Tensor& g, const ClassTargets& c);

/// Cross entropy of softmax(x) with inner = 1: dst = weight (log sum exp x - x at the class). `top` and
/// `log_sum` get the two terms of the logarithm for each sample.
void cross_entropy(const Tensor& dst, const Tensor& top, const Tensor& log_sum, const Tensor& x,
                   const ClassTargets& c);
/// dst = weight g (softmax(x) - 1 at the class).
void cross_entropy_pullback(const Tensor& dst, const Tensor& g, const Tensor& top,
                            const Tensor& log_sum, const Tensor& x, const ClassTargets& c);

/// Multilabel margin loss of the rows of x, and its gradient. Targets of a row end at the first -1.
void multilabel_margin(const Tensor& dst, const Tensor& gradient, const Tensor& x,
                       const Tensor& target);

}  // namespace eigengrad::kernels
