#pragma once

#include <cstdint>
#include <functional>

#include "autograd/annotation.hpp"
#include "autograd/saved_value.hpp"
#include "eigengrad/autograd/node.hpp"

/// Sweeps with many cotangents at once.
///
/// Note [Lifting]
/// A lifted sweep carries `lead` cotangents of each tensor, the directions, in one tensor with a leading dimension of that
/// extent, and gives as many gradients. Values have no lead: what is batched are operators. An operator is *lifted* when its
/// rule takes cotangents with a lead. It says so in one of two ways:
///   static constexpr bool lifts_to_itself = true;   the rule counts dimensions from the end and states no sizes;
///   void lift(std::int64_t lead);                    makes the operator the one for cotangents with a lead.
/// Where the operator is linear and its transpose is recorded as an operator made from it, lift() gives the same operator
/// on tensors with one more leading dimension, which may be lifted again. Otherwise it notes the lead for the rule, which is
/// used at once and never kept. The input and output values that such a rule gets are those of the call, without a lead, so that
/// broadcasting aligns them; sums that undo broadcasting go to sum_to() with the lead, which it never sums over. An
/// operator that counts dimensions from the end states `rank_needed()` too, where tensors without dimensions count as having
/// one. Everything else is evaluated once per direction, and the results are stacked: an operator without either, a custom
/// Function, a node with hooks or whose saved values hooks packed, and every node under anomaly mode.
namespace eigengrad::autograd {

/// `sizes` with `lead` in front.
inline DimVector with_lead(std::int64_t lead, IntArrayRef sizes) {
  DimVector all(sizes);
  all.insert(0, lead);
  return all;
}

/// Direction `i` of `t`, which has a lead, in memory of its own; undefined for an undefined tensor.
Tensor direction(const Tensor& t, std::int64_t i);
/// The tensor with these directions, of which there is at least one; undefined ones are zero. Undefined if all are.
Tensor stacked_directions(TensorList directions);

template <class Op>
concept LiftsToItself = requires {
  Op::lifts_to_itself;
};
template <class Op>
concept Liftable = LiftsToItself<Op> || requires(Op& op) {
  op.lift(std::int64_t{1});
};

/// `op` for cotangents with a lead.
template <Liftable Op>
Op lifted(Op op, std::int64_t lead) {
  if constexpr (!LiftsToItself<Op>) op.lift(lead);
  return op;
}

/// Whether `op` takes the cotangents of `call`, of which it has `n`.
template <class Op>
bool can_lift(const Op& op, const BackwardCall& call, std::size_t n) {
  if constexpr (!Liftable<Op>) {
    return false;
  } else if constexpr (requires { op.rank_needed(); }) {
    for (std::size_t k = 0; k < n; ++k)
      if (call.grads[k].defined() && call.grads[k].dim() - 1 < op.rank_needed()) return false;
    return true;
  } else {
    return true;
  }
}

/// Evaluates `node` once for each direction of `call` by `evaluate_one`, a function of a BackwardCall without a lead.
void for_each_direction(const Node& node, BackwardCall& call,
                        const std::function<void(BackwardCall&)>& evaluate_one);
/// Evaluates `node`, which may or may not take calls with a lead.
inline void evaluate_node(Node& node, BackwardCall& call) {
  if (EIGENGRAD_LIKELY(call.lead < 0) || (node.lifts(call) && !SavedList::has_packed(node)))
    node.backward(call);
  else
    for_each_direction(node, call, [&](BackwardCall& one) { node.backward(one); });
}
/// Calls `hooks` with the `n` gradients at `grads`, or, in a lifted sweep, once for each direction of them.
void run_hooks_lifted(Tensor* grads, std::size_t n, std::int64_t lead,
                      const std::function<void(Tensor*)>& hooks);

}  // namespace eigengrad::autograd
