#pragma once

#include <functional>
#include <vector>

#include "eigengrad/autograd/node.hpp"

namespace eigengrad::autograd {

/// Adds the gradients of `tensors`, weighted by `grad_tensors`, to `.grad` of the leaves that they
/// were computed from, or of `inputs` only.
///
/// A weight may be missing (undefined) for a tensor of one element. Saved values are released as the
/// sweep passes unless `retain_graph`, which defaults to `create_graph`; with `create_graph` the
/// gradients are themselves recorded.
/// Throws: GraphError for untracked roots, missing weights, a graph whose values were released or
/// modified; ShapeError for weights that do not fit.
EIGENGRAD_API void backward(const variable_list& tensors, const variable_list& grad_tensors = {},
                            optional<bool> retain_graph = nullopt, bool create_graph = false,
                            const variable_list& inputs = {});

/// The gradients of `outputs`, weighted by `grad_outputs`, with respect to `inputs`, in their order.
/// `.grad` stays untouched, and only the part of the graph between outputs and inputs is visited.
///
/// With `is_grads_batched` each of `grad_outputs` has one more dimension in front, which counts weights, and
/// so have the gradients: the result is that of as many calls, stacked, from one sweep. Operators take all weights
/// together, so that it costs less than these calls; hooks, custom Functions and operators that cannot are evaluated
/// once for each. A weight left out, of an output of one element, is 1 for each. With `materialize_grads` an input
/// that was not used has the gradient zero, and is no error.
/// Shapes: those of the inputs; behind the leading dimension if batched.
/// Throws: as backward(); GraphError when an input is untracked, or was not used and neither `allow_unused`
/// (an undefined tensor stands for it otherwise) nor `materialize_grads` is set, and when a batch is asked for
/// without weights; ShapeError for batched weights of another shape, or that differ in number.
/// Cost: one sweep. Source: PyTorch, torch.autograd.grad.
EIGENGRAD_API variable_list grad(const variable_list& outputs, const variable_list& inputs,
                                 TensorList grad_outputs = {},
                                 optional<bool> retain_graph = nullopt, bool create_graph = false,
                                 bool allow_unused = false, bool is_grads_batched = false,
                                 bool materialize_grads = false);

/// The trailing arguments of grad() by name: `grad({y}, {x}, {.create_graph = true})`.
struct GradOptions {
  variable_list grad_outputs = {};
  optional<bool> retain_graph = nullopt;
  bool create_graph = false;
  bool allow_unused = false;
  bool is_grads_batched = false;
  bool materialize_grads = false;
};
EIGENGRAD_API variable_list grad(const variable_list& outputs, const variable_list& inputs,
                                 const GradOptions& options);

/// What hooks and custom functions may ask of the sweep that runs them.
class EIGENGRAD_API Engine {
 public:
  static Engine& get_default_engine() noexcept;
  /// Calls `callback` once, when the sweep that runs on this thread has ended; callbacks may queue
  /// others. Throws: GraphError outside a sweep.
  void queue_callback(std::function<void()> callback);
};

}  // namespace eigengrad::autograd
