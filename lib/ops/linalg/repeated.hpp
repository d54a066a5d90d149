#pragma once

#include "eigengrad/autograd/node.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad::matrices {

/// Note [Repeated values]
/// The derivative of a vector v_j in the direction of v_i has the divisor l_j - l_i. Where values are equal to the
/// precision of the decomposition, which makes them a cluster, v_i and v_j are determined up to a rotation only, and a
/// function F of values and vectors has a derivative if rotations leave it alone. Its numerator, the skew part of
/// V^T gV, is 0 there as the divisor is, and what stands for the quotient depends on how F uses i and j:
///   - F does not depend on v_i, v_j, l_i and l_j (all their cotangents are exactly 0): 0, at every order;
///   - F depends on the vectors alone, as a projection does: 0;
///   - F depends on both, as V f(L) V^T does: the limit. Moving the values apart by e (1, 2, ... within a cluster) while
///     the vectors stay, the numerator grows as the derivative of gV along e, which, second derivatives being symmetric,
///     is the gradient of <gL, e> by V; the divisor grows by e_j - e_i. That gradient can be had where gL is recorded,
///     with create_graph. Without, the quotient is NaN: the cotangents do not determine it.
/// The second and the third are right at that order only; differentiated again they give NaN.
/// A numerator that is not 0 belongs to a function that rotations change: it is divided by the gap as it is.
///
/// In forward mode the tangent t says which vectors of a cluster to take: those that make its block p of V^T t V
/// diagonal. They are the limits of the vectors of A + h t as h goes to 0, and dv_j contains v_i as often as perturbation
/// theory of second order says, q_ij / (p_jj - p_ii), where q = V^T t (l - A)^+ t V. Where the tangent separates i and
/// j no more than the matrix does, they are taken to move in parallel; functions that rotations leave alone do not notice.

/// Whether values, which are in order, form a cluster in any matrix.
bool has_clusters(const Tensor& values);
/// Differences l_j - l_i of values, infinite within clusters.
Tensor gaps_between_clusters(const Tensor& values);
/// A matrix with 1 for pairs of values within a cluster and 0 elsewhere.
Tensor pairs_of_clusters(const Tensor& values);
/// Rotates the columns of `v` (and those of `w` alike) that belong to a cluster so that the symmetric part of
/// its block of `p` = v^T t w becomes diagonal, t being a tangent.
void rotate_towards(const Tensor& values, const Tensor& p, const Tensor& v, const Tensor& w);

/// How vectors of a cluster rotate into each other: q_ij / (p_jj - p_ii) within clusters, as a constant.
Tensor rotations_within_clusters(const Tensor& values, const Tensor& p, const Tensor& q);

/// The quotients (numerator over gap) for pairs within clusters: see Note [Repeated values].
class RepeatedPairs {
 public:
  /// What the quotients follow from: the skew numerator, the values, the vectors (one or two tensors), and their
  /// cotangents, which may be undefined; those of the vectors in columns.
  struct Rule {
    Tensor numerator, values, values_grad;
    autograd::variable_list vectors, vectors_grads;
  };
  explicit RepeatedPairs(Rule rule);
  /// The gaps, infinite or NaN where the quotient is not a plain one.
  Tensor divisor() const;
  /// 1 where the quotient is not a plain one.
  const Tensor& special() const { return special_; }
  /// 1 for pairs on which the function does not depend.
  const Tensor& untouched() const { return untouched_; }
  bool has_limits() const { return has_limits_; }
  /// The gradients of <gL, e> by the vectors, undefined where they are 0.
  autograd::variable_list growth_of_cotangents() const;
  /// The limits, from the numerator that belongs to those gradients, as a constant whose derivatives are NaN.
  Tensor limits(const Tensor& growth) const;

 private:
  Tensor sizes_of_cotangents(bool with_values_and_tangents) const;
  bool zeros_can_change(const Tensor& sizes) const;
  template <class T>
  void classify(const Tensor& norms, const Tensor& used, bool recorded);

  Rule rule_;
  /// The index of each value within its cluster: e in Note [Repeated values].
  Tensor direction_;
  Tensor special_, untouched_, limits_, fill_;
  bool has_limits_ = false;
};

}  // namespace eigengrad::matrices
