#pragma once

#include <memory>
#include <string>

#include "core/thread_state.hpp"
#include "eigengrad/autograd/node.hpp"
#include "eigengrad/autograd/observer.hpp"

namespace eigengrad::autograd {

/// Where a recorded call comes from.
///
/// Note [Annotations]
/// Nodes made under a Scope share the annotation of the scope; in anomaly mode each has its own with the
/// stack of the call and, for a node made by the backward pass of another, the annotation of that
/// one. An annotation refers to no node, so that it can be part of no cycle.
struct Annotation;
struct OpenCall;

/// What decides how a thread annotates; ThreadState::annotates tells cheaply whether anything does.
struct AnnotationState {
  std::shared_ptr<const Annotation> scope;
  bool anomaly = false;
  bool check_nan = true;
  bool check_inf = false;
  /// The node that is being evaluated in anomaly mode.
  const Node* evaluating = nullptr;
  /// Innermost observer, and the innermost call that it observes.
  const Observer* observer = nullptr;
  OpenCall* call = nullptr;
};
AnnotationState& annotation_state() noexcept;
/// Brings ThreadState::annotates up to date.
void note_use() noexcept;
inline bool watches_anomalies() noexcept { return annotation_state().anomaly; }

/// The label of the scope that `node` was recorded in; empty without one.
std::string label_of(const Node& node);

/// Evaluates `node` in anomaly mode.
/// Throws: GraphError when a result has NaN (or infinity where that is checked); what the node throws,
/// after a warning that says where the forward call was made.
void evaluate_watched(Node& node, BackwardCall& call);

/// A call that observers are told about at the end of the scope, if there are any at its begin.
class ObservedCall {
 public:
  /// Observes a call of the operator whose nodes are named `node_name`.
  explicit ObservedCall(std::string_view node_name) {
    if (EIGENGRAD_UNLIKELY(detail::thread_state.annotates)) begin(node_name);
  }
  /// Observes an evaluation of `node`.
  explicit ObservedCall(const Node& node) {
    if (EIGENGRAD_UNLIKELY(detail::thread_state.annotates)) begin(node);
  }
  ~ObservedCall() {
    if (EIGENGRAD_UNLIKELY(record_ != nullptr)) end();
  }
  ObservedCall(const ObservedCall&) = delete;
  ObservedCall& operator=(const ObservedCall&) = delete;

 private:
  [[gnu::cold]] void begin(std::string_view node_name);
  [[gnu::cold]] void begin(const Node& node);
  [[gnu::cold]] void end() noexcept;
  OpenCall* record_ = nullptr;
};

/// Tells observers about a node that is being recorded: as part of the call that computes it, or as a
/// call of its own.
void observe_recorded(const Node& node);

}  // namespace eigengrad::autograd
