#pragma once

#include <memory>
#include <string>

#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// Where a recorded call comes from.
///
/// Note [Annotations]
/// Nodes made under a Scope share the annotation of the scope; in anomaly mode each has its own with the
/// stack of the call and, for a node made by the backward pass of another, the annotation of that
/// one. An annotation refers to no node, so that it can be part of no cycle.
struct Annotation;

/// What decides how a thread annotates; ThreadState::annotates tells cheaply whether anything does.
struct AnnotationState {
  std::shared_ptr<const Annotation> scope;
  bool anomaly = false;
  bool check_nan = true;
  bool check_inf = false;
  /// The node that is being evaluated in anomaly mode.
  const Node* evaluating = nullptr;
};
AnnotationState& annotation_state() noexcept;
inline bool watches_anomalies() noexcept { return annotation_state().anomaly; }

/// The label of the scope that `node` was recorded in; empty without one.
std::string label_of(const Node& node);

/// Evaluates `node` in anomaly mode.
/// Throws: GraphError when a result has NaN (or infinity where that is checked); what the node throws,
/// after a warning that says where the forward call was made.
void evaluate_watched(Node& node, BackwardCall& call);

}  // namespace eigengrad::autograd
